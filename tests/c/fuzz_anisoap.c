/* A fuzzer for the argument checks of the AniSOAP functions and of neighbour lists: random frames, strides, offsets, NULLs, lists of pairs, bad
   values and misalignment on a few atoms. Every array lies between guard pages, flush with one of them, or shares one arena with others.
   What the status must be is decided here independently, by listing the address of every element; a legal call must write exactly its
   outputs' elements, with the bits of the same call on plain contiguous copies; a refused call must write nothing.
   Seeded: usage fuzz_anisoap [seconds [seed]]. */
#include "harness.h"
#include "strided.h"

#include <hotloop.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum function { EXPANSION, SPECTRUM, EXPANSION_VJP, SPECTRUM_VJP, COUNT, FILL, N_FUNCTIONS };
enum {
    OFFSETS, POSITIONS, KINDS, QUATERNIONS, ROTATIONS, SEMIAXES, CELLS, PERIODIC, FIRST, SECOND, FORCES, STRAINS, TORQUES, TURNS, PAIR_FIRST,
    PAIR_SECOND, PAIR_SHIFTS, PAIR_VECTORS, COUNTS, TOTAL, PAIRS, SHIFTS, VECTORS, N_ARRAYS
};
#define PAGE 4096
#define ARENA N_ARRAYS
#define N_REGIONS (N_ARRAYS + 1)
#define MAX_ELEMENTS 1600
#define MAX_PAIRS 24
#define AT_LEAST 300 /* calls, however slow they are */
#define SPECIES 2
#define FEATURES 8 /* of both kinds: l = 0 and 1, one radial function, two species */

static unsigned char *regions[N_REGIONS], before[N_REGIONS][4 * PAGE];
#define REGION (4 * PAGE)
static unsigned long long seed;
static hl_anisoap_plan *plan;
static const int32_t declared[SPECIES] = {1, 6};

typedef struct {
    const char *name;
    int rank, is_output, may_be_null, is_plain; /* plain: any numbers in any strides, or in the arena */
    size_t element;
    ptrdiff_t dims[3];
} array;

typedef struct {
    int n;
    unsigned char *at[MAX_ELEMENTS];
    ptrdiff_t strides[3];
    void *pointer;
    const ptrdiff_t *given_strides;
} placed;

typedef struct {
    enum function f;
    ptrdiff_t n_frames, n_atoms, n_features, n_pairs; /* n_pairs: of the caller's list, or of hl_neighbour_list_fill */
    ptrdiff_t offsets[4];
    int32_t periodic, pair_list, has_list, self_pairs;
    double cutoff;
    int shared;
    unsigned due, possible; /* by bad values that were put on purpose */
    placed arrays[N_ARRAYS];
} attempt;

#define BIT(status) (1U << (status))
static int one_in(int n) { return random_between(&seed, 1, n) == 1; }

static array array_of(const attempt *a, int which)
{
    const ptrdiff_t n = a->n_atoms, m = a->n_frames, p = a->n_pairs;
    const int is_vjp = a->f == EXPANSION_VJP || a->f == SPECTRUM_VJP, is_spectrum = a->f == SPECTRUM || a->f == SPECTRUM_VJP;
    const array none = {"", 0, 0, 1, 0, 8, {0, 0, 0}};
    const array all[N_ARRAYS] = {
        {"offsets", 1, 0, 0, 0, sizeof(ptrdiff_t), {m > 0 ? m + 1 : 0, 0, 0}}, {"positions", 2, 0, 0, 1, 8, {n, 3, 0}},
        {"species", 1, 0, 0, 0, 4, {n, 0, 0}}, {"quaternions", 2, 0, 1, 1, 8, {n, 4, 0}}, {"rotations", 3, 0, 1, 0, 8, {n, 3, 3}},
        {"semiaxes", 2, 0, 0, 1, 8, {n, 3, 0}}, {"cells", 3, 0, 1, 0, 8, {m, 3, 3}}, {"periodic", 2, 0, 1, 0, 4, {m, 3, 0}},
        {is_spectrum ? "spectra" : "coefficients", 2, !is_vjp, is_spectrum, 1, 8, {n, FEATURES, 0}},
        {"means", 3, !is_vjp, 1, 1, 8, {m, SPECIES, FEATURES}}, {"position_gradients", 2, 1, 1, 1, 8, {n, 3, 0}},
        {"strain_gradients", 3, 1, 1, 1, 8, {m, 3, 3}}, {"rotation_gradients", 2, 1, 1, 1, 8, {n, 3, 0}},
        {"quaternion_gradients", 2, 1, 1, 1, 8, {n, 4, 0}}, {"pair_first", 1, 0, 0, 0, sizeof(ptrdiff_t), {p, 0, 0}},
        {"pair_second", 1, 0, 0, 0, sizeof(ptrdiff_t), {p, 0, 0}}, {"pair_shifts", 2, 0, 1, 0, 4, {p, 3, 0}},
        {"pair_vectors", 2, 0, 1, 1, 8, {p, 3, 0}}, {"counts", 1, 1, 1, 1, sizeof(ptrdiff_t), {n, 0, 0}},
        {"n_pairs", 1, 1, 1, 1, sizeof(ptrdiff_t), {1, 0, 0}}, {"pairs", 2, 1, 1, 1, sizeof(ptrdiff_t), {p, 2, 0}},
        {"shifts", 2, 1, 1, 1, 4, {p, 3, 0}}, {"vectors", 2, 1, 1, 1, 8, {p, 3, 0}}};
    array found = all[which];
    if (a->f >= COUNT) {
        if (which == CELLS) {
            found.rank = 2, found.dims[0] = 3, found.may_be_null = !a->periodic, found.name = "cell";
            return a->periodic ? found : none;
        }
        return which == POSITIONS || (a->f == COUNT && (which == COUNTS || which == TOTAL)) || (a->f == FILL && which >= PAIRS) ? found : none;
    }
    if (which >= COUNTS || (which >= PAIR_FIRST && !a->has_list) || (which >= FORCES && which <= TURNS && !is_vjp) || (which == SECOND && !is_spectrum))
        return none;
    return found;
}

static void make_regions(void)
{
    int k;
    for (k = 0; k < N_REGIONS; k++) {
        unsigned char *area = mmap(NULL, REGION + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (area == MAP_FAILED || mprotect(area + PAGE, REGION, PROT_READ | PROT_WRITE)) {
            fprintf(stderr, "no guarded memory\n");
            exit(2);
        }
        regions[k] = area + PAGE;
    }
}

/* Natural, Fortran, spaced, reversed or any small strides. */
static void choose_strides(const array *x, ptrdiff_t *strides)
{
    ptrdiff_t extent = 1;
    const int kind = (int)random_between(&seed, 0, x->is_plain ? 5 : 2), column_major = one_in(3);
    const ptrdiff_t factor = kind == 1 ? random_between(&seed, 2, 3) : 1;
    int step;
    for (step = 0; step < x->rank; step++) {
        const int axis = column_major ? step : x->rank - 1 - step;
        strides[axis] = extent * factor * (kind == 2 && one_in(2) ? -1 : 1);
        if (kind == 5 && one_in(3))
            strides[axis] = random_between(&seed, -4, 9);
        if (kind == 3 && !x->is_output && one_in(2))
            strides[axis] = 0;
        extent *= x->dims[axis] > 0 ? x->dims[axis] : 1;
        if (kind == 4)
            extent += random_between(&seed, 0, 2);
    }
}

static void place(attempt *a, int which)
{
    const array x = array_of(a, which);
    placed *p = &a->arrays[which];
    const int in_arena = a->shared && x.is_plain;
    ptrdiff_t offsets[MAX_ELEMENTS], lowest, highest, span, start, index[3];
    unsigned char *region = regions[in_arena ? ARENA : which];
    int e, axis, is_empty = 0;
    for (axis = 0; axis < x.rank; axis++)
        is_empty |= x.dims[axis] <= 0;
    do {
        if (which == TOTAL)
            p->strides[0] = 1;
        else
            choose_strides(&x, p->strides);
        memset(index, 0, sizeof index);
        p->n = 0;
        lowest = highest = 0;
        while (!is_empty) {
            ptrdiff_t offset = 0;
            for (axis = 0; axis < x.rank; axis++)
                offset += index[axis] * p->strides[axis];
            offsets[p->n++] = offset;
            lowest = offset < lowest ? offset : lowest;
            highest = offset > highest ? offset : highest;
            for (axis = x.rank - 1; axis >= 0 && ++index[axis] == x.dims[axis]; axis--)
                index[axis] = 0;
            if (axis < 0)
                break;
        }
        span = is_empty ? 0 : (highest - lowest + 1) * (ptrdiff_t)x.element;
    } while (span > REGION - 8);
    if (in_arena) {
        const ptrdiff_t room = (REGION - span) / (ptrdiff_t)x.element;
        start = random_between(&seed, 0, one_in(3) && room > 80 ? 80 : room) * (ptrdiff_t)x.element; /* some crowd at the arena's start */
    } else {
        start = one_in(2) ? 0 : REGION - span;
    }
    if (one_in(150)) /* misaligned, inside the region */
        start += start + span + 8 <= REGION ? random_between(&seed, 1, (ptrdiff_t)x.element - 1) : -random_between(&seed, 1, (ptrdiff_t)x.element - 1);
    for (e = 0; e < p->n; e++)
        p->at[e] = region + start + (offsets[e] - lowest) * (ptrdiff_t)x.element;
    p->pointer = p->n > 0 ? p->at[0] : region + start;
    p->given_strides = p->strides;
    if (one_in(8)) { /* NULL strides: only where they say the same */
        ptrdiff_t extent = 1;
        int same = 1;
        for (axis = x.rank - 1; axis >= 0; axis--) {
            same &= x.dims[axis] <= 1 || p->strides[axis] == extent;
            extent *= x.dims[axis];
        }
        if (same)
            p->given_strides = NULL;
    }
}

static void put_double(placed *p, int e, double value) { memcpy(p->at[e], &value, sizeof value); }
static void put_int(placed *p, int e, int32_t value) { memcpy(p->at[e], &value, sizeof value); }
static void put_index(placed *p, int e, ptrdiff_t value) { memcpy(p->at[e], &value, sizeof value); }

static ptrdiff_t frame_of(const attempt *a, ptrdiff_t atom)
{
    ptrdiff_t f = 0;
    while (f + 1 < a->n_frames && a->offsets[f + 1] <= atom)
        f++;
    return f;
}

static int is_periodic(const attempt *a, ptrdiff_t frame) { return a->arrays[PERIODIC].pointer != NULL && frame % 2 == 0; }

/* Good numbers, by what an array is. */
static void fill(attempt *a, int which)
{
    static const double cell[9] = {4, 0, 0, 0.5, 4, 0, -0.5, 0.25, 4}, turn[9] = {0, -1, 0, 1, 0, 0, 0, 0, 1};
    placed *p = &a->arrays[which];
    int e;
    if (!p->pointer || (a->shared && array_of(a, which).is_plain) || array_of(a, which).is_output)
        return;
    for (e = 0; e < p->n; e++)
        switch (which) {
        case OFFSETS: put_index(p, e, a->offsets[e]); break;
        case KINDS: put_int(p, e, declared[e % 2]); break;
        case ROTATIONS: put_double(p, e, turn[e % 9]); break;
        case CELLS: put_double(p, e, cell[e % 9]); break;
        case PERIODIC: put_int(p, e, e / 3 % 2 == 0); break;
        case PAIR_FIRST: case PAIR_SECOND: case PAIR_SHIFTS: break; /* put_list */
        default: put_double(p, e, 0.5 + (double)((7 * e + 3 * which) % 50) / 8.0);
        }
}

/* Pairs inside frames, every second one the other side of the one before. */
static void put_list(attempt *a)
{
    placed *first = &a->arrays[PAIR_FIRST], *second = &a->arrays[PAIR_SECOND], *shifts = &a->arrays[PAIR_SHIFTS];
    ptrdiff_t p, i = 0, j = 0, f;
    int32_t s[3] = {0, 0, 0};
    int k;
    for (p = 0; p < a->n_pairs; p++) {
        if (p % 2 == 0) {
            i = random_between(&seed, 0, a->n_atoms - 1);
            f = frame_of(a, i);
            j = random_between(&seed, a->offsets[f], a->offsets[f + 1] - 1);
            for (k = 0; k < 3; k++)
                s[k] = is_periodic(a, f) ? (int32_t)random_between(&seed, -1, 1) : 0;
        } else {
            const ptrdiff_t other = i;
            i = j, j = other;
            for (k = 0; k < 3; k++)
                s[k] = -s[k];
        }
        if (first->pointer)
            put_index(first, (int)p, i);
        if (second->pointer)
            put_index(second, (int)p, j);
        for (k = 0; k < 3 && shifts->pointer; k++)
            put_int(shifts, (int)(3 * p + k), s[k]);
        if (first->pointer && is_periodic(a, frame_of(a, i)) && !shifts->pointer && !a->arrays[PAIR_VECTORS].pointer)
            a->due |= BIT(HL_ERR_NULL);
    }
}

/* One bad number now and then, in memory that is the array's alone. */
static void spoil(attempt *a)
{
    const int which = (int)random_between(&seed, 0, N_ARRAYS - 1);
    const array x = array_of(a, which);
    placed *p = &a->arrays[which];
    int e;
    if (!one_in(4) || !x.rank || x.is_output || !p->pointer || p->n == 0 || (a->shared && x.is_plain))
        return;
    e = (int)random_between(&seed, 0, p->n - 1);
    switch (which) {
    case OFFSETS: put_index(p, 0, 1); a->due |= BIT(HL_ERR_ARGUMENT); break;
    case KINDS: put_int(p, e, 7); a->due |= BIT(HL_ERR_ARGUMENT); break;
    case SEMIAXES: put_double(p, e, one_in(2) ? 0.0 : -1.0); a->due |= BIT(HL_ERR_ARGUMENT); break;
    case ROTATIONS: put_double(p, e, 3.0); a->due |= BIT(HL_ERR_ARGUMENT); break;
    case PERIODIC: put_int(p, e, 2); a->due |= BIT(HL_ERR_ARGUMENT); break;
    case PAIR_FIRST: case PAIR_SECOND:
        put_index(p, e, one_in(2) ? -1 : a->n_atoms);
        a->due |= BIT(HL_ERR_ARGUMENT);
        break;
    case PAIR_SHIFTS: break;
    case CELLS:
        if (a->f >= COUNT || is_periodic(a, e / 9)) {
            put_double(p, e, NAN);
            a->due |= BIT(HL_ERR_NONFINITE);
        }
        break;
    default:
        put_double(p, e, one_in(2) ? NAN : INFINITY);
        *(which == SECOND ? &a->possible : &a->due) |= BIT(HL_ERR_NONFINITE); /* nobody looks at the mean of a species that a frame lacks */
    }
}

static hl_status perform(const attempt *a, void *const *pointers, const ptrdiff_t *const *strides)
{
    void *const *p = pointers;
    const ptrdiff_t *const *s = strides;
    hl_anisoap_options options;
    hl_anisoap_options_init(&options, sizeof options);
    if (a->has_list) {
        options.n_pairs = a->n_pairs;
        options.pair_list = a->pair_list;
        options.pair_first = p[PAIR_FIRST], options.pair_first_strides = s[PAIR_FIRST];
        options.pair_second = p[PAIR_SECOND], options.pair_second_strides = s[PAIR_SECOND];
        options.pair_shifts = p[PAIR_SHIFTS], options.pair_shifts_strides = s[PAIR_SHIFTS];
        options.pair_vectors = p[PAIR_VECTORS], options.pair_vectors_strides = s[PAIR_VECTORS];
    }
#define ARRAY(k) p[k], s[k]
#define GIVEN                                                                                                                           \
    plan, a->n_frames, a->n_atoms, ARRAY(OFFSETS), ARRAY(POSITIONS), ARRAY(KINDS), ARRAY(QUATERNIONS), ARRAY(ROTATIONS), ARRAY(SEMIAXES), \
        ARRAY(CELLS), ARRAY(PERIODIC), a->n_features
#define GRADIENTS ARRAY(FORCES), ARRAY(STRAINS), ARRAY(TORQUES), ARRAY(TURNS)
    switch (a->f) {
    case EXPANSION: return hl_anisoap_expansion(GIVEN, ARRAY(FIRST), &options);
    case SPECTRUM: return hl_anisoap_power_spectrum(GIVEN, ARRAY(FIRST), ARRAY(SECOND), &options);
    case EXPANSION_VJP: return hl_anisoap_expansion_vjp(GIVEN, ARRAY(FIRST), GRADIENTS, &options);
    case SPECTRUM_VJP: return hl_anisoap_power_spectrum_vjp(GIVEN, ARRAY(FIRST), ARRAY(SECOND), GRADIENTS, &options);
    case COUNT:
        return hl_neighbour_list_count(a->n_atoms, ARRAY(POSITIONS), ARRAY(CELLS), a->periodic, a->cutoff, a->self_pairs, ARRAY(COUNTS), p[TOTAL]);
    default:
        return hl_neighbour_list_fill(a->n_atoms, ARRAY(POSITIONS), ARRAY(CELLS), a->periodic, a->cutoff, a->self_pairs, a->n_pairs, ARRAY(PAIRS),
                                      ARRAY(SHIFTS), ARRAY(VECTORS));
    }
}

/* The same call on plain contiguous copies of its inputs; outputs land in `plain`. */
static hl_status on_copies(const attempt *a, double plain[N_ARRAYS][MAX_ELEMENTS])
{
    void *pointers[N_ARRAYS];
    const ptrdiff_t *strides[N_ARRAYS];
    int k, e;
    for (k = 0; k < N_ARRAYS; k++) {
        const array x = array_of(a, k);
        strides[k] = NULL;
        pointers[k] = x.rank && a->arrays[k].pointer ? plain[k] : NULL;
        for (e = 0; pointers[k] && e < a->arrays[k].n; e++)
            memcpy((unsigned char *)plain[k] + (size_t)e * x.element, a->arrays[k].at[e], x.element);
    }
    return perform(a, pointers, strides);
}

/* How many pairs hl_neighbour_list_fill has, by a count on copies; -1 if that is refused. */
static ptrdiff_t pairs_there(const attempt *a)
{
    static double plain[2][MAX_ELEMENTS];
    ptrdiff_t found = -1;
    int e;
    for (e = 0; e < a->arrays[POSITIONS].n && a->arrays[POSITIONS].pointer; e++)
        memcpy(&plain[0][e], a->arrays[POSITIONS].at[e], 8);
    for (e = 0; e < a->arrays[CELLS].n && a->arrays[CELLS].pointer; e++)
        memcpy(&plain[1][e], a->arrays[CELLS].at[e], 8);
    if (hl_neighbour_list_count(a->n_atoms, plain[0], NULL, plain[1], NULL, a->periodic, a->cutoff, a->self_pairs, NULL, NULL, &found) != HL_OK)
        return -1;
    return found;
}

static void place_some(attempt *a, int from, int to)
{
    int k;
    for (k = from; k < to; k++) {
        const array x = array_of(a, k);
        if (!x.rank || one_in(x.may_be_null ? 3 : 150))
            continue;
        place(a, k);
    }
}

static void invent(attempt *a)
{
    ptrdiff_t f;
    int k;
    memset(a, 0, sizeof *a);
    for (k = 0; k < N_REGIONS; k++)
        memset(regions[k], POISON, REGION);
    for (k = 0; k < REGION / 8; k++) {
        const double value = 0.5 + (double)(7 * k % 50) / 8.0;
        memcpy(regions[ARENA] + 8 * k, &value, sizeof value);
    }
    a->f = (enum function)random_between(&seed, 0, N_FUNCTIONS - 1);
    a->shared = one_in(2);
    a->n_frames = random_between(&seed, 0, 3);
    for (f = 0; f < a->n_frames; f++)
        a->offsets[f + 1] = a->offsets[f] + random_between(&seed, 0, 3);
    a->n_atoms = a->offsets[a->n_frames];
    a->n_features = FEATURES;
    if (a->f >= COUNT) {
        a->n_atoms = random_between(&seed, 0, 5);
        a->periodic = one_in(2);
        a->self_pairs = one_in(2);
        a->cutoff = one_in(60) ? -1.0 : 2.5;
        a->due |= a->cutoff < 0 ? BIT(HL_ERR_ARGUMENT) : 0;
        place_some(a, 0, COUNTS);
        for (k = 0; k < COUNTS; k++)
            fill(a, k);
        spoil(a);
        if (a->f == FILL) {
            a->n_pairs = pairs_there(a);
            if (a->n_pairs < 0 || a->n_pairs * 3 > MAX_ELEMENTS) /* bad input: any list will do; or a list that is longer than the test has room for */
                a->n_pairs = 2, a->due |= BIT(HL_ERR_SHAPE);
            if (one_in(30)) {
                a->n_pairs += one_in(2) ? 1 : -1;
                a->due |= BIT(HL_ERR_SHAPE);
            }
        }
        place_some(a, COUNTS, N_ARRAYS);
    } else {
        a->has_list = one_in(2);
        a->pair_list = (int32_t)random_between(&seed, 0, 2);
        a->n_pairs = a->has_list && a->n_atoms > 0 ? 2 * random_between(&seed, 0, MAX_PAIRS / 2) : 0;
        place_some(a, 0, N_ARRAYS);
        if (a->arrays[QUATERNIONS].pointer && !one_in(20))
            a->arrays[ROTATIONS].pointer = NULL;
        for (k = 0; k < N_ARRAYS; k++)
            fill(a, k);
        if (a->arrays[PAIR_SHIFTS].pointer && a->has_list && !one_in(20))
            a->arrays[PAIR_VECTORS].pointer = NULL;
        if (a->has_list)
            put_list(a);
        spoil(a);
    }
    if (one_in(150))
        a->n_features += random_between(&seed, -9, 9), a->due |= a->f < COUNT && a->n_features != FEATURES ? BIT(HL_ERR_SHAPE) : 0;
}

static int overlap(const unsigned char *x, size_t size_of_x, const unsigned char *y, size_t size_of_y) { return x < y + size_of_y && y < x + size_of_x; }

static int ranges_meet(const placed *p, size_t element, const placed *q, size_t other)
{
    const unsigned char *lowest[2] = {p->at[0], q->at[0]}, *highest[2] = {p->at[0], q->at[0]};
    const placed *const both[2] = {p, q};
    int k, e;
    for (k = 0; k < 2; k++)
        for (e = 0; e < both[k]->n; e++) {
            lowest[k] = both[k]->at[e] < lowest[k] ? both[k]->at[e] : lowest[k];
            highest[k] = both[k]->at[e] > highest[k] ? both[k]->at[e] : highest[k];
        }
    return lowest[0] < highest[1] + other && lowest[1] < highest[0] + element;
}

/* Statuses that are due (must) and those that are a matter of taste (may). */
typedef struct { unsigned must, may; } verdict;

static verdict judge(const attempt *a)
{
    verdict v = {a->due, a->possible};
    ptrdiff_t f;
    int k, other, i, j;
    if (a->f < COUNT) {
        if (a->arrays[QUATERNIONS].pointer && a->arrays[ROTATIONS].pointer)
            v.must |= BIT(HL_ERR_ARGUMENT);
        for (f = 0; f < a->n_frames; f++)
            if (is_periodic(a, f) != (a->arrays[CELLS].pointer != NULL) && (is_periodic(a, f) || !a->arrays[PERIODIC].pointer))
                v.must |= BIT(HL_ERR_NULL);
        if (array_of(a, TURNS).rank && a->arrays[TURNS].pointer && !a->arrays[QUATERNIONS].pointer && a->n_atoms > 0)
            v.must |= BIT(HL_ERR_NULL);
        if (a->has_list && a->arrays[PAIR_SHIFTS].pointer && a->arrays[PAIR_VECTORS].pointer)
            v.must |= BIT(HL_ERR_OPTION);
    }
    for (k = 0; k < N_ARRAYS; k++) {
        const array x = array_of(a, k);
        const placed *p = &a->arrays[k];
        ptrdiff_t length = 1;
        if (!x.rank)
            continue;
        for (i = 0; i < x.rank; i++)
            length *= x.dims[i];
        if (!p->pointer) {
            if (!x.may_be_null && length > 0)
                v.must |= BIT(HL_ERR_NULL);
            continue;
        }
        if ((uintptr_t)p->pointer % x.element)
            *(p->n > 0 ? &v.must : &v.may) |= BIT(HL_ERR_ALIGNMENT);
        if (!x.is_output || p->n == 0)
            continue;
        for (i = 0; i < p->n; i++)
            for (j = 0; j < i; j++)
                if (overlap(p->at[i], x.element, p->at[j], x.element))
                    v.must |= BIT(HL_ERR_STRIDE);
        for (other = 0; other < N_ARRAYS; other++) {
            const array y = array_of(a, other);
            const placed *q = &a->arrays[other];
            if (other == k || !y.rank || !q->pointer || q->n == 0)
                continue;
            /* interleaved numbers of different sizes may be refused without a closer look */
            if (x.element != y.element && ranges_meet(p, x.element, q, y.element))
                v.may |= BIT(HL_ERR_ALIAS);
            for (i = 0; i < p->n; i++)
                for (j = 0; j < q->n; j++)
                    if (overlap(p->at[i], x.element, q->at[j], y.element))
                        v.must |= BIT(HL_ERR_ALIAS);
        }
    }
    return v;
}

static void describe(const attempt *a, hl_status status, verdict v)
{
    int k;
    expect(0, "function %d, %td frames, %td atoms, %td features, %td pairs (list %d, kind %d), periodic %d: gives %d; due %#x, possible %#x; \"%s\"", a->f,
           a->n_frames, a->n_atoms, a->n_features, a->n_pairs, a->has_list, a->pair_list, a->periodic, status, v.must, v.may,
           status ? hl_last_error_message() : "");
    for (k = 0; k < N_ARRAYS; k++)
        if (array_of(a, k).rank && a->arrays[k].pointer)
            expect(0, "    %-20s %p strides %s{%td, %td, %td}", array_of(a, k).name, a->arrays[k].pointer, a->arrays[k].given_strides ? "" : "NULL ",
                   a->arrays[k].strides[0], a->arrays[k].strides[1], a->arrays[k].strides[2]);
}

/* Bytes that differ from before the call must be elements of outputs. */
static int wrote_only_outputs(const attempt *a, hl_status status)
{
    static unsigned char owned[N_REGIONS][REGION];
    int k, e, r, byte;
    memset(owned, 0, sizeof owned);
    for (k = 0; k < N_ARRAYS && status == HL_OK; k++) {
        const array x = array_of(a, k);
        for (e = 0; x.rank && x.is_output && a->arrays[k].pointer && e < a->arrays[k].n; e++)
            for (r = 0; r < N_REGIONS; r++)
                if (a->arrays[k].at[e] >= regions[r] && a->arrays[k].at[e] < regions[r] + REGION)
                    memset(owned[r] + (a->arrays[k].at[e] - regions[r]), 1, x.element);
    }
    for (r = 0; r < N_REGIONS; r++)
        for (byte = 0; byte < REGION; byte++)
            if (!owned[r][byte] && regions[r][byte] != before[r][byte])
                return 0;
    return 1;
}

static int same_as_copies(const attempt *a, double plain[N_ARRAYS][MAX_ELEMENTS])
{
    int k, e;
    for (k = 0; k < N_ARRAYS; k++) {
        const array x = array_of(a, k);
        for (e = 0; x.rank && x.is_output && a->arrays[k].pointer && e < a->arrays[k].n; e++)
            if (memcmp((unsigned char *)plain[k] + (size_t)e * x.element, a->arrays[k].at[e], x.element))
                return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    static attempt a;
    static double plain[N_ARRAYS][MAX_ELEMENTS];
    const double until = seconds() + (argc > 1 ? atof(argv[1]) : 4.0);
    const unsigned long long first_seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    hl_anisoap_options options;
    long calls = 0, legal = 0;
    seed = first_seed;
    hl_anisoap_options_init(&options, sizeof options);
    options.radial_gaussian_width = 1.0;
    if (hl_anisoap_plan_create(&plan, 1, SPECIES, declared, NULL, 3.0, &options) != HL_OK || hl_anisoap_expansion_size(plan) != FEATURES ||
        hl_anisoap_power_spectrum_size(plan) != FEATURES)
        return 2;
    make_regions();
    test("random calls from seed %llu have the status that is due and write what they should", first_seed);
    while (calls < AT_LEAST || seconds() < until) {
        const unsigned long long this_seed = seed;
        void *pointers[N_ARRAYS];
        const ptrdiff_t *strides[N_ARRAYS];
        hl_status status, copied = HL_OK;
        verdict v;
        int k, ok;
        invent(&a);
        v = judge(&a);
        for (k = 0; k < N_REGIONS; k++)
            memcpy(before[k], regions[k], REGION);
        for (k = 0; k < N_ARRAYS; k++) {
            pointers[k] = array_of(&a, k).rank ? a.arrays[k].pointer : NULL;
            strides[k] = pointers[k] ? a.arrays[k].given_strides : NULL;
        }
        if (!v.must)
            copied = on_copies(&a, plain);
        status = perform(&a, pointers, strides);
        ok = v.must ? status > 0 && status < 32 && ((v.must | v.may) & BIT(status)) : status == HL_OK || (status < 32 && (v.may & BIT(status)));
        ok = ok && wrote_only_outputs(&a, status);
        if (status == HL_OK)
            ok = ok && copied == HL_OK && same_as_copies(&a, plain);
        calls++;
        legal += status == HL_OK;
        if (!ok) {
            expect(0, "seed %llu", this_seed);
            describe(&a, status, v);
            break;
        }
    }
    test("a good part of the calls are legal");
    expect(legal * 10 > calls, "%ld of %ld", legal, calls);
    hl_anisoap_plan_destroy(plan);
    printf("%ld calls, %ld of them legal\n", calls, legal);
    return finish("fuzz_anisoap");
}
