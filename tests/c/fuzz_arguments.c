/* A fuzzer for the argument checks of the ABI: random dimensions, strides, offsets, NULLs and misalignment on tiny problems.
   Every array lies between guard pages, flush with one of them, or shares one arena with the others. What the status must be is
   decided here independently, by listing the address of every element; a legal call must write exactly its outputs' elements, with
   the bits of the same call on plain contiguous copies; a refused call must write nothing. Seeded: usage fuzz_arguments [seconds [seed]]. */
#include "harness.h"
#include "signatures.h"
#include "strided.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define N_REGIONS (MAX_ARRAYS + 2)
#define ONES MAX_ARRAYS        /* arena of ones, where any inputs may overlap: every matrix in it is symmetric */
#define ASCENDING (ONES + 1)   /* arena of ascending numbers, for the grid */
#define MAX_ELEMENTS 64

static unsigned char *regions[N_REGIONS], before[N_REGIONS][PAGE], ones[PAGE], ascending[PAGE];
static unsigned long long seed;

typedef struct {
    int n; /* elements */
    unsigned char *at[MAX_ELEMENTS];
    ptrdiff_t strides[3];
    int is_set;
} placed;

typedef struct {
    call c;
    hl_exciton_options options;
    placed arrays[MAX_ARRAYS];
    int shared;
} attempt;

static int one_in(int n) { return random_between(&seed, 1, n) == 1; }

static void make_regions(void)
{
    int k;
    for (k = 0; k < N_REGIONS; k++) {
        unsigned char *area = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (area == MAP_FAILED || mprotect(area + PAGE, PAGE, PROT_READ | PROT_WRITE)) {
            fprintf(stderr, "no guarded memory\n");
            exit(2);
        }
        regions[k] = area + PAGE;
    }
    for (k = 0; k < PAGE / 8; k++) {
        ((double *)(void *)ones)[k] = 1.0;
        ((double *)(void *)ascending)[k] = 0.25 * k;
    }
}

/* Natural, Fortran, spaced, reversed or any small strides. */
static void choose_strides(const call *c, const parameter *array, ptrdiff_t *strides)
{
    ptrdiff_t extent = 1;
    const int kind = (int)random_between(&seed, 0, 5), column_major = one_in(3), factor = kind == 1 ? (int)random_between(&seed, 2, 3) : 1;
    int step, axis;
    for (step = 0; step < array->rank; step++) {
        axis = column_major ? step : array->rank - 1 - step;
        strides[axis] = extent * factor * (kind == 2 && one_in(2) ? -1 : 1);
        if (kind == 5 && one_in(2))
            strides[axis] = random_between(&seed, -4, 5);
        if (kind == 3 && array->use != OUTPUT && one_in(2))
            strides[axis] = 0;
        extent *= extent_of(c, array, axis) > 0 ? extent_of(c, array, axis) : 1;
        if (kind == 4)
            extent += random_between(&seed, 0, 2);
    }
}

/* Lists the elements; returns the span in bytes from the lowest to behind the highest, and the first element's distance from the lowest. */
static ptrdiff_t list_offsets(const call *c, const parameter *array, const ptrdiff_t *strides, ptrdiff_t *offsets, int *n, ptrdiff_t *lowest)
{
    ptrdiff_t dims[3] = {1, 1, 1}, i, j, k, highest = 0;
    int axis;
    for (axis = 0; axis < array->rank; axis++)
        dims[axis] = extent_of(c, array, axis);
    *n = 0;
    *lowest = 0;
    for (i = 0; i < dims[0]; i++)
        for (j = 0; j < dims[1]; j++)
            for (k = 0; k < dims[2]; k++) {
                const ptrdiff_t offset = i * strides[0] + (array->rank > 1 ? j * strides[1] : 0) + (array->rank > 2 ? k * strides[2] : 0);
                offsets[(*n)++] = offset;
                *lowest = offset < *lowest ? offset : *lowest;
                highest = offset > highest ? offset : highest;
            }
    return (*n > 0 ? highest - *lowest + 1 : 0) * (ptrdiff_t)array->element;
}

static int overlap(const unsigned char *a, size_t size_a, const unsigned char *b, size_t size_b)
{
    return a < b + size_b && b < a + size_a;
}

static int is_injective(const placed *p, size_t element)
{
    int i, j;
    for (i = 0; i < p->n; i++)
        for (j = 0; j < i; j++)
            if (overlap(p->at[i], element, p->at[j], element))
                return 0;
    return 1;
}

/* Legal contents, element by element; where several indices share an element (broadcast Hamiltonians) all must agree. */
static void fill(const call *c, const parameter *array, placed *p)
{
    const int constant = !is_injective(p, array->element);
    ptrdiff_t dims[3] = {1, 1, 1};
    int axis, e;
    for (axis = 0; axis < array->rank; axis++)
        dims[axis] = extent_of(c, array, axis);
    for (e = 0; e < p->n && array->use != OUTPUT; e++) {
        const ptrdiff_t k = e % dims[2], j = e / dims[2] % dims[1], i = e / dims[2] / dims[1];
        double value = 1.0 + 0.125 * (double)((7 * i + 3 * j + 5 * k) % 11);
        if (!strcmp(array->name, "hamiltonians"))
            value = constant ? 12400.0 : j == k ? 12400.0 + 50.0 * (double)j + (double)i : 5.0 + (double)(i + j * k + j + k);
        else if (!strcmp(array->name, "grid"))
            value = 12300.0 + 100.0 * (double)i;
        else if (!strcmp(array->name, "energies"))
            value = 12400.0 + 50.0 * (double)j + (double)i;
        if (array->element == 1)
            *p->at[e] = one_in(4);
        else
            memcpy(p->at[e], &value, sizeof value);
    }
}

static void place(attempt *a, int k)
{
    const parameter *array = &signatures[a->c.function].arrays[k];
    placed *p = &a->arrays[k];
    ptrdiff_t offsets[MAX_ELEMENTS], lowest, span, start;
    unsigned char *region;
    int tries, e;
    for (tries = 0;; tries++) {
        choose_strides(&a->c, array, p->strides);
        span = list_offsets(&a->c, array, p->strides, offsets, &p->n, &lowest);
        if (span <= PAGE - 8)
            break;
    }
    if (a->shared) {
        const int arena = !strcmp(array->name, "grid") || (array->use == OUTPUT && one_in(4)) ? ASCENDING : ONES;
        ptrdiff_t room = (PAGE - span) / (ptrdiff_t)array->element;
        region = regions[arena];
        if (one_in(3) && room > 80)
            room = 80; /* a crowd at the arena's start */
        start = random_between(&seed, 0, room) * (ptrdiff_t)array->element;
        if (start + span > PAGE)
            start = 0;
    } else {
        region = regions[k];
        start = one_in(2) ? 0 : PAGE - span;
    }
    if (array->element > 1 && one_in(60)) /* misaligned, inside the region */
        start += start + span + 8 <= PAGE ? random_between(&seed, 1, 7) : -random_between(&seed, 1, 7);
    for (e = 0; e < p->n; e++)
        p->at[e] = region + start + (offsets[e] - lowest) * (ptrdiff_t)array->element;
    a->c.pointers[k] = p->n > 0 ? p->at[0] : region + start;
    a->c.strides[k] = p->strides;
    p->is_set = 1;
    if (one_in(10)) { /* NULL strides: only where they say the same */
        ptrdiff_t extent = 1;
        int axis, same = 1;
        for (axis = array->rank - 1; axis >= 0; axis--) {
            same &= extent_of(&a->c, array, axis) <= 1 || p->strides[axis] == extent;
            extent *= extent_of(&a->c, array, axis);
        }
        if (same)
            a->c.strides[k] = NULL;
    }
    if (!a->shared)
        fill(&a->c, array, p);
}

static void leave_out(attempt *a, int k)
{
    a->c.pointers[k] = NULL;
    a->arrays[k].n = 0;
    a->arrays[k].is_set = 0;
}

static attempt invent(void)
{
    const signature *s;
    attempt a;
    int k, per_exciton;
    memset(&a, 0, sizeof a);
    a.c.function = (enum function)random_between(&seed, 0, N_FUNCTIONS - 1);
    a.shared = one_in(2);
    s = &signatures[a.c.function];
    a.c.dims[CONF] = one_in(12) ? 0 : random_between(&seed, 1, 3);
    a.c.dims[SITE] = one_in(12) ? 0 : random_between(&seed, 1, 4);
    a.c.dims[GRID] = one_in(12) ? 0 : random_between(&seed, 1, 6);
    a.c.from_unit = HL_UNIT_WAVENUMBER;
    a.c.to_unit = HL_UNIT_ELECTRONVOLT;
    if (one_in(50))
        a.c.dims[random_between(&seed, 0, 2)] = -random_between(&seed, 1, 5);
    hl_exciton_options_init(&a.options, sizeof a.options);
    per_exciton = a.c.function != STICKS && one_in(3);
    a.options.fwhm_by = per_exciton ? HL_FWHM_PER_EXCITON : HL_FWHM_COMMON;
    for (k = 0; k < N_REGIONS; k++)
        memset(regions[k], POISON, PAGE);
    memcpy(regions[ONES], ones, PAGE);
    memcpy(regions[ASCENDING], ascending, PAGE);
    for (k = 0; k < s->n_arrays; k++) {
        const parameter *array = &s->arrays[k];
        const int is_width = array->use == OPTION && array->element > 1;
        const int is_optional = array->use == OUTPUT || !strcmp(array->name, "weights") || !strcmp(array->name, "fwhm_cd_values");
        place(&a, k);
        if ((is_width && !per_exciton) || (array->use == OPTION && !is_width && (a.c.function == BROADEN || one_in(2))) ||
            (is_optional && a.c.function != CONVERT && one_in(5)) || one_in(60))
            leave_out(&a, k);
    }
    if (a.c.function == CONVERT && one_in(4)) { /* in place, or nearly so */
        a.arrays[1] = a.arrays[0];
        a.c.pointers[1] = a.c.pointers[0];
        a.c.strides[1] = a.c.strides[0];
    }
    if (a.shared && a.c.dims[GRID] == 1 && a.c.function != CONVERT && one_in(6)) { /* an output exactly on the grid */
        const int out = a.c.function == BROADEN || a.c.function == SPECTRUM ? 5 : -1;
        if (out > 0) {
            a.arrays[out] = a.arrays[4];
            a.c.pointers[out] = a.c.pointers[4];
            a.c.strides[out] = a.c.strides[4];
        }
    }
    if (!per_exciton && one_in(4) && a.c.function != CONVERT && !a.c.pointers[s->n_arrays - 1])
        a.c.options = NULL;
    else if (a.c.function != CONVERT)
        a.c.options = &a.options;
    return a;
}

/* Statuses that are due (must) and those that are a matter of taste (may): nothing is promised about arrays that no result needs. */
typedef struct { unsigned must, may; } verdict;
#define BIT(status) (1U << (status))

static int array_named(const signature *s, const char *name, enum use use)
{
    int k;
    for (k = 0; k < s->n_arrays; k++)
        if (!strcmp(s->arrays[k].name, name) && s->arrays[k].use == use)
            return k;
    return -1;
}

static int asks_for(const attempt *a, const char *output)
{
    const int k = array_named(&signatures[a->c.function], output, OUTPUT);
    return k >= 0 && a->c.pointers[k] != NULL;
}

/* Whether a result that is asked for needs the array. */
static int is_needed(const attempt *a, int k)
{
    const parameter *array = &signatures[a->c.function].arrays[k];
    if (array->use == OUTPUT || a->c.function == CONVERT)
        return 1;
    if (a->c.function == STICKS) {
        if (!strcmp(array->name, "positions"))
            return asks_for(a, "rotational_strengths");
        if (!strcmp(array->name, "dipoles"))
            return asks_for(a, "rotational_strengths") || asks_for(a, "dipole_strengths") || asks_for(a, "exciton_dipoles");
        return asks_for(a, "rotational_strengths") || asks_for(a, "dipole_strengths") || asks_for(a, "exciton_dipoles") ||
               asks_for(a, "energies") || asks_for(a, "eigenvectors");
    }
    if (!strcmp(array->name, "positions") || !strcmp(array->name, "rotational_strengths") || !strcmp(array->name, "fwhm_cd_values"))
        return asks_for(a, "cd");
    if (!strcmp(array->name, "dipole_strengths"))
        return asks_for(a, "absorption");
    return asks_for(a, "absorption") || asks_for(a, "cd");
}

static int may_be_null(const attempt *a, int k)
{
    const parameter *array = &signatures[a->c.function].arrays[k];
    return (array->use == OUTPUT && a->c.function != CONVERT) || !strcmp(array->name, "weights") || !strcmp(array->name, "fwhm_cd_values") ||
           !strcmp(array->name, "deleted") || (array->use == OPTION && a->options.fwhm_by == HL_FWHM_COMMON);
}

static int identical(const attempt *a, int left, int right)
{
    return a->c.pointers[left] == a->c.pointers[right] && (a->c.dims[GRID] <= 1 || a->arrays[left].strides[0] == a->arrays[right].strides[0]);
}

static verdict judge(const attempt *a)
{
    const signature *s = &signatures[a->c.function];
    verdict v = {0, 0};
    int d, k, other, i, j, something_empty = 0;
    for (d = 0; d < s->n_dims; d++) {
        if (a->c.dims[s->dim_axes[d]] < 0)
            v.must |= BIT(HL_ERR_SHAPE);
        something_empty |= a->c.dims[s->dim_axes[d]] == 0;
    }
    if (a->c.function != STICKS && a->c.function != CONVERT && a->c.dims[CONF] == 0) {
        if (a->c.dims[GRID] > 0 && (asks_for(a, "absorption") || asks_for(a, "cd")))
            v.must |= BIT(HL_ERR_SHAPE);
        else
            v.may |= BIT(HL_ERR_SHAPE);
    }
    for (k = 0; k < s->n_arrays; k++) {
        const parameter *array = &s->arrays[k];
        const placed *p = &a->arrays[k];
        unsigned *due = something_empty || !is_needed(a, k) ? &v.may : &v.must;
        if (a->c.pointers[k] == NULL) {
            if (!may_be_null(a, k))
                *due |= BIT(HL_ERR_NULL);
            continue;
        }
        if ((uintptr_t)a->c.pointers[k] % array->element) {
            if (p->n == 0)
                v.may |= BIT(HL_ERR_ALIGNMENT);
            else
                *due |= BIT(HL_ERR_ALIGNMENT);
        }
        if (array->use != OUTPUT)
            continue;
        if (!is_injective(p, array->element))
            *due |= BIT(HL_ERR_STRIDE);
        for (other = 0; other < s->n_arrays; other++) {
            const placed *q = &a->arrays[other];
            int shares = 0;
            if (other == k || a->c.pointers[other] == NULL || (a->c.function == CONVERT && identical(a, k, other)))
                continue;
            for (i = 0; i < p->n && !shares; i++)
                for (j = 0; j < q->n && !shares; j++)
                    shares = overlap(p->at[i], array->element, q->at[j], s->arrays[other].element);
            if (shares && is_needed(a, other))
                *due |= BIT(HL_ERR_ALIAS);
            else if (shares || s->arrays[other].element != array->element) /* bytes woven between doubles: refused or not */
                v.may |= BIT(HL_ERR_ALIAS);
        }
    }
    k = array_named(s, "grid", INPUT);
    if (k >= 0 && a->c.pointers[k])
        for (i = 1; i < a->arrays[k].n; i++) {
            double left, right;
            memcpy(&left, a->arrays[k].at[i - 1], sizeof left);
            memcpy(&right, a->arrays[k].at[i], sizeof right);
            if (!(left < right)) {
                unsigned *due = something_empty || !is_needed(a, k) ? &v.may : &v.must;
                *due |= BIT(HL_ERR_ARGUMENT);
            }
        }
    return v;
}

/* The same call on plain contiguous copies; outputs land in `plain`. */
static hl_status on_copies(const attempt *a, double plain[MAX_ARRAYS][MAX_ELEMENTS])
{
    const signature *s = &signatures[a->c.function];
    hl_exciton_options options = a->options;
    call c = a->c;
    int k, e;
    c.options = a->c.options ? &options : NULL;
    for (k = 0; k < s->n_arrays; k++) {
        c.strides[k] = NULL;
        if (a->c.pointers[k] == NULL)
            continue;
        c.pointers[k] = plain[k];
        for (e = 0; e < a->arrays[k].n && s->arrays[k].use != OUTPUT; e++)
            memcpy((unsigned char *)plain[k] + (size_t)e * s->arrays[k].element, a->arrays[k].at[e], s->arrays[k].element);
    }
    return perform(&c);
}

static void describe(const attempt *a, hl_status status, verdict v)
{
    const signature *s = &signatures[a->c.function];
    int k;
    expect(0, "%s(%td, %td, %td) gives %d; due %#x, possible %#x; %s%s; message \"%s\"", s->name, a->c.dims[0], a->c.dims[1], a->c.dims[2], status,
           v.must, v.may, a->shared ? "one arena" : "own regions", a->c.options ? "" : ", options NULL", status ? hl_last_error_message() : "");
    for (k = 0; k < s->n_arrays; k++)
        expect(0, "    %-22s %p strides %s{%td, %td, %td}", s->arrays[k].name, a->c.pointers[k], a->c.strides[k] ? "" : "NULL ",
               a->arrays[k].strides[0], a->arrays[k].strides[1], a->arrays[k].strides[2]);
}

/* Bytes that differ from before the call must be elements of outputs. */
static int wrote_only_outputs(const attempt *a, hl_status status)
{
    static unsigned char owned[N_REGIONS][PAGE];
    const signature *s = &signatures[a->c.function];
    int k, e, r, byte;
    memset(owned, 0, sizeof owned);
    for (k = 0; k < s->n_arrays && status == HL_OK; k++)
        for (e = 0; e < a->arrays[k].n && s->arrays[k].use == OUTPUT && a->c.pointers[k]; e++)
            for (r = 0; r < N_REGIONS; r++)
                if (a->arrays[k].at[e] >= regions[r] && a->arrays[k].at[e] < regions[r] + PAGE)
                    memset(owned[r] + (a->arrays[k].at[e] - regions[r]), 1, sizeof(double));
    for (r = 0; r < N_REGIONS; r++)
        for (byte = 0; byte < PAGE && memcmp(regions[r], before[r], PAGE); byte++)
            if (!owned[r][byte] && regions[r][byte] != before[r][byte])
                return 0;
    return 1;
}

static int try_one(int counts[2])
{
    static double plain[MAX_ARRAYS][MAX_ELEMENTS];
    attempt a = invent();
    const signature *s = &signatures[a.c.function];
    hl_exciton_options *const passed = a.c.options ? &a.options : NULL;
    hl_status status, reference = HL_OK;
    verdict v;
    int k, e, right = 1;
    a.c.options = passed;
    v = judge(&a);
    if (!v.must)
        reference = on_copies(&a, plain);
    for (k = 0; k < N_REGIONS; k++)
        memcpy(before[k], regions[k], PAGE);
    hl_set_num_threads_local((int32_t)random_between(&seed, 1, 2));
    status = perform(&a.c);
    right &= status == HL_OK ? v.must == 0 : status > 0 && status < 32 && ((v.must | v.may) & BIT(status)) != 0;
    if (!right) {
        describe(&a, status, v);
        return 0;
    }
    counts[status != HL_OK]++;
    if (!wrote_only_outputs(&a, status)) {
        describe(&a, status, v);
        expect(0, "memory that is no output's element was written");
        return 0;
    }
    for (k = 0; k < s->n_arrays && status == HL_OK && reference == HL_OK; k++)
        for (e = 0; e < a.arrays[k].n && s->arrays[k].use == OUTPUT && a.c.pointers[k]; e++)
            if (memcmp(a.arrays[k].at[e], &plain[k][e], sizeof(double))) {
                describe(&a, status, v);
                expect(0, "%s, element %d: other bits than on contiguous copies", s->arrays[k].name, e);
                return 0;
            }
    if (status == HL_OK && reference != HL_OK) {
        describe(&a, status, v);
        expect(0, "the same call on contiguous copies gives %d", reference);
        return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    const double limit = argc > 1 ? atof(argv[1]) : 5.0, start = seconds();
    int counts[2] = {0, 0}, wrong = 0;
    seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    make_regions();
    test("random calls: statuses, bits and untouched memory are as judged independently");
    while (seconds() - start < limit && wrong < 10)
        wrong += !try_one(counts);
    test("random calls: both kinds were tried, accepted and refused");
    expect(counts[0] > 50 && counts[1] > 50, "%d accepted, %d refused", counts[0], counts[1]);
    printf("fuzz: %d calls accepted, %d refused\n", counts[0], counts[1]);
    return finish("fuzz");
}
