/* A fuzzer for the argument checks of the Kuramoto functions: random ranks, shapes, strides, offsets, NULLs, halos, graphs and misalignment
   on tiny lattices, mean fields and networks in both precisions. Every array lies between guard pages, flush with one of them, or shares
   one arena with the others. What the status must be is decided here independently, by listing the address of every element; a legal call
   must write exactly its outputs' elements, with the bits of the same call on plain contiguous copies; a refused call must write nothing.
   Seeded: usage fuzz_kuramoto [seconds [seed]]. */
#include "harness.h"
#include "kuramoto.h"
#include "strided.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096
#define ARENA N_KURAMOTO_ARRAYS /* a region where any arrays may overlap */
#define N_REGIONS (N_KURAMOTO_ARRAYS + 1)
#define MAX_ELEMENTS 256
#define AT_LEAST 300 /* calls, however slow they are */

static unsigned char *regions[N_REGIONS], before[N_REGIONS][PAGE];
static unsigned long long seed;

typedef struct {
    int n; /* elements */
    unsigned char *at[MAX_ELEMENTS];
    ptrdiff_t strides[4];
} placed;

typedef struct {
    kuramoto_call c;
    hl_kuramoto_options options;
    placed arrays[N_KURAMOTO_ARRAYS];
    ptrdiff_t steps_done;
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
}

/* Natural, Fortran, spaced, reversed or any small strides. */
static void choose_strides(int rank, const ptrdiff_t *dims, int is_output, ptrdiff_t *strides)
{
    ptrdiff_t extent = 1;
    const int kind = (int)random_between(&seed, 0, 5), column_major = one_in(3), factor = kind == 1 ? (int)random_between(&seed, 2, 3) : 1;
    int step;
    for (step = 0; step < rank; step++) {
        const int axis = column_major ? step : rank - 1 - step;
        strides[axis] = extent * factor * (kind == 2 && one_in(2) ? -1 : 1);
        if (kind == 5 && one_in(3))
            strides[axis] = random_between(&seed, -4, 9);
        if (kind == 3 && !is_output && one_in(2))
            strides[axis] = 0;
        extent *= dims[axis] > 0 ? dims[axis] : 1;
        if (kind == 4)
            extent += random_between(&seed, 0, 2);
    }
}

/* Lists the elements; returns the span in bytes from the lowest to behind the highest, and the first element's distance from the lowest. */
static ptrdiff_t list_offsets(int rank, const ptrdiff_t *dims, const ptrdiff_t *strides, size_t element, ptrdiff_t *offsets, int *n, ptrdiff_t *lowest)
{
    ptrdiff_t index[4] = {0, 0, 0, 0}, highest = 0;
    int axis;
    *n = 0;
    *lowest = 0;
    for (axis = 0; axis < rank; axis++)
        if (dims[axis] <= 0)
            return 0;
    do {
        ptrdiff_t offset = 0;
        for (axis = 0; axis < rank; axis++)
            offset += index[axis] * strides[axis];
        offsets[(*n)++] = offset;
        *lowest = offset < *lowest ? offset : *lowest;
        highest = offset > highest ? offset : highest;
        for (axis = rank - 1; axis >= 0 && ++index[axis] == dims[axis]; axis--)
            index[axis] = 0;
    } while (axis >= 0);
    return (highest - *lowest + 1) * (ptrdiff_t)element;
}

static int overlap(const unsigned char *a, size_t size_of_a, const unsigned char *b, size_t size_of_b) { return a < b + size_of_b && b < a + size_of_a; }

static int ranges_meet(const placed *p, size_t element, const placed *q, size_t other_element)
{
    const unsigned char *lowest[2] = {p->at[0], q->at[0]}, *highest[2] = {p->at[0], q->at[0]};
    const placed *const both[2] = {p, q};
    int k, e;
    for (k = 0; k < 2; k++)
        for (e = 0; e < both[k]->n; e++) {
            lowest[k] = both[k]->at[e] < lowest[k] ? both[k]->at[e] : lowest[k];
            highest[k] = both[k]->at[e] > highest[k] ? both[k]->at[e] : highest[k];
        }
    return p->n > 0 && q->n > 0 && lowest[0] < highest[1] + other_element && lowest[1] < highest[0] + element;
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

static void put(int bits, unsigned char *at, double value)
{
    const float narrow = (float)value;
    if (bits == 32)
        memcpy(at, &narrow, sizeof narrow);
    else
        memcpy(at, &value, sizeof value);
}

static double get(int bits, const unsigned char *at)
{
    double value;
    float narrow;
    memcpy(&value, at, bits == 32 ? 0 : sizeof value);
    memcpy(&narrow, at, sizeof narrow);
    return bits == 32 ? (double)narrow : value;
}

static void put_index(int bits, unsigned char *at, int64_t value)
{
    const int32_t narrow = (int32_t)value;
    if (bits == 32)
        memcpy(at, &narrow, sizeof narrow);
    else
        memcpy(at, &value, sizeof value);
}

static int64_t get_index(int bits, const unsigned char *at)
{
    int64_t value = 0;
    int32_t narrow;
    memcpy(&value, at, bits == 32 ? 0 : sizeof value);
    memcpy(&narrow, at, sizeof narrow);
    return bits == 32 ? narrow : value;
}

static void place(attempt *a, int array)
{
    const size_t element = kuramoto_element(&a->c, array);
    const enum kuramoto_use use = kuramoto_array_use(a->c.function, array);
    placed *p = &a->arrays[array];
    ptrdiff_t dims[4], offsets[MAX_ELEMENTS], lowest, span, start;
    const int rank = kuramoto_array_dims(&a->c, array, dims);
    unsigned char *region = regions[a->shared ? ARENA : array];
    int e;
    do {
        choose_strides(rank, dims, use == WRITTEN, p->strides);
        span = list_offsets(rank, dims, p->strides, element, offsets, &p->n, &lowest);
    } while (span > PAGE - 8);
    if (a->shared) {
        const ptrdiff_t room = (PAGE - span) / (ptrdiff_t)element;
        start = random_between(&seed, 0, one_in(3) && room > 80 ? 80 : room) * (ptrdiff_t)element; /* some crowd at the arena's start */
    } else {
        start = one_in(2) ? 0 : PAGE - span;
    }
    if (one_in(100)) /* misaligned, inside the region */
        start += start + span + 8 <= PAGE ? random_between(&seed, 1, (ptrdiff_t)element - 1) : -random_between(&seed, 1, (ptrdiff_t)element - 1);
    for (e = 0; e < p->n; e++)
        p->at[e] = region + start + (offsets[e] - lowest) * (ptrdiff_t)element;
    a->c.pointers[array] = p->n > 0 ? p->at[0] : region + start;
    a->c.strides[array] = p->strides;
    if (one_in(8)) { /* NULL strides: only where they say the same */
        ptrdiff_t extent = 1;
        int axis, same = 1;
        for (axis = rank - 1; axis >= 0; axis--) {
            same &= dims[axis] <= 1 || p->strides[axis] == extent;
            extent *= dims[axis];
        }
        if (same)
            a->c.strides[array] = NULL;
    }
    for (e = 0; e < p->n && !a->shared && !kuramoto_is_index(array) && (use != WRITTEN || array == THETA || array == DTHETA); e++)
        put(a->c.bits, p->at[e], (double)(7 * e % 50 + array) / 8.0);
}

/* Any rows and edges, and now and then one number that is out of range. */
static void put_graph(attempt *a)
{
    placed *row_start = &a->arrays[ROW_START], *neighbours = &a->arrays[NEIGHBOURS];
    ptrdiff_t start = 0;
    int e;
    for (e = 0; e < row_start->n && a->c.pointers[ROW_START]; e++) {
        put_index(a->c.index_bits, row_start->at[e], e + 1 == row_start->n ? a->c.n_edges : start);
        start = random_between(&seed, start, a->c.n_edges);
    }
    for (e = 0; e < neighbours->n && a->c.pointers[NEIGHBOURS]; e++)
        put_index(a->c.index_bits, neighbours->at[e], random_between(&seed, 0, a->c.shape[0] > 0 ? a->c.shape[0] - 1 : 0));
    if (one_in(12) && row_start->n > 0 && a->c.pointers[ROW_START])
        put_index(a->c.index_bits, row_start->at[random_between(&seed, 0, row_start->n - 1)], random_between(&seed, -2, a->c.n_edges + 2));
    if (one_in(12) && neighbours->n > 0 && a->c.pointers[NEIGHBOURS])
        put_index(a->c.index_bits, neighbours->at[random_between(&seed, 0, neighbours->n - 1)], random_between(&seed, -2, a->c.shape[0] + 2));
}

/* `a` keeps its address: the call points into it. */
static void invent(attempt *a)
{
    static const int bits[] = {32, 64};
    int k, axis;
    memset(a, 0, sizeof *a);
    a->c.function = (enum kuramoto_function)random_between(&seed, 0, N_KURAMOTO_FUNCTIONS - 1);
    a->c.bits = bits[one_in(2)];
    a->shared = one_in(2);
    a->c.rank = kuramoto_model_of(a->c.function) == LATTICE ? random_between(&seed, 1, 3) : 1;
    a->c.n_edges = random_between(&seed, 0, 9);
    a->c.index_bits = bits[one_in(2)];
    for (axis = 0; axis < 3; axis++)
        a->c.shape[axis] = one_in(25) ? 0 : random_between(&seed, 1, a->c.rank == 3 ? 4 : 6);
    a->c.shape_pointer = a->c.shape;
    a->c.options = &a->options;
    a->c.steps_done = &a->steps_done;
    a->c.n_steps = random_between(&seed, 0, 4);
    a->c.record_every = random_between(&seed, 0, 3);
    a->c.n_frames = a->c.record_every && !one_in(4) ? a->c.n_steps / a->c.record_every : 0;
    a->c.dt = 0.0625;
    a->steps_done = -7;
    hl_kuramoto_options_init(&a->options, sizeof a->options);
    a->options.law = (int32_t)random_between(&seed, 0, 2);
    a->options.method = (int32_t)random_between(&seed, 0, 3);
    a->options.noise = a->options.method <= HL_METHOD_HEUN && one_in(3) ? 0.25 : 0.0;
    a->options.noise_seed = a->options.first_cell = random_between(&seed, -9, 9);
    a->options.lag = one_in(2) ? 0.0 : 0.25;
    a->options.accumulate = one_in(4);
    for (axis = 0; axis < 3; axis++)
        a->options.boundary[axis] = (int32_t)random_between(&seed, 0, 2);
    for (k = 0; k < N_REGIONS; k++)
        memset(regions[k], POISON, PAGE);
    for (k = 0; k < PAGE / (a->c.bits / 8); k++)
        put(a->c.bits, regions[ARENA] + k * (a->c.bits / 8), (double)(7 * k % 50) / 8.0);
    for (k = 0; k < N_KURAMOTO_ARRAYS; k++) {
        const enum kuramoto_use use = kuramoto_array_use(a->c.function, k);
        const int face_axis = k >= BELOW ? (k - BELOW) % 3 : -1;
        if (use == NOT_TAKEN || face_axis >= a->c.rank || (use == FACE && a->options.boundary[face_axis] != HL_BOUNDARY_HALO))
            continue;
        place(a, k);
        if (one_in(kuramoto_is_optional(a->c.function, k) ? 4 : 100)) {
            a->c.pointers[k] = NULL;
            a->arrays[k].n = 0;
        }
    }
    if (kuramoto_model_of(a->c.function) == NETWORK)
        put_graph(a);
    if (one_in(100))
        a->c.n_edges = -random_between(&seed, 1, 5);
    if (one_in(60))
        a->c.shape[random_between(&seed, 0, a->c.rank - 1)] = -random_between(&seed, 1, 5);
    if (one_in(100))
        a->c.n_frames = (a->c.record_every ? a->c.n_steps / a->c.record_every : 0) + 1;
}

/* Statuses that are due (must) and those that are a matter of taste (may). */
typedef struct { unsigned must, may; } verdict;
#define BIT(status) (1U << (status))

/* By what stands in the arrays, whoever wrote it last. */
static int is_graph(const attempt *a)
{
    const placed *row_start = &a->arrays[ROW_START], *neighbours = &a->arrays[NEIGHBOURS];
    int64_t last = 0;
    int e;
    for (e = 0; e < row_start->n; e++) {
        const int64_t start = get_index(a->c.index_bits, row_start->at[e]);
        if (start < last || (e == 0 && start != 0) || (e + 1 == row_start->n && start != a->c.n_edges))
            return 0;
        last = start;
    }
    for (e = 0; e < neighbours->n; e++) {
        const int64_t node = get_index(a->c.index_bits, neighbours->at[e]);
        if (node < 0 || node >= a->c.shape[0])
            return 0;
    }
    return 1;
}

static unsigned judge_numbers(const attempt *a, int array)
{
    const double largest = array == THETA || array >= BELOW ? (a->c.bits == 32 ? 1048576.0 : 562949953421312.0) : INFINITY;
    unsigned due = 0;
    int e;
    for (e = 0; e < a->arrays[array].n; e++) {
        const double value = get(a->c.bits, a->arrays[array].at[e]);
        due |= !isfinite(value) ? BIT(HL_ERR_NONFINITE) : fabs(value) > largest ? BIT(HL_ERR_ARGUMENT) : 0;
    }
    return due;
}

static verdict judge(const attempt *a)
{
    const ptrdiff_t possible = a->c.record_every ? a->c.n_steps / a->c.record_every : 0;
    const int integrates = kuramoto_integrates(a->c.function), no_records = integrates && a->c.n_frames == 0;
    verdict v = {0, 0};
    int k, other, axis, i, j, has_cells = 1;
    for (axis = 0; axis < a->c.rank; axis++) {
        if (a->c.shape[axis] < 0)
            v.must |= BIT(HL_ERR_SHAPE);
        has_cells &= a->c.shape[axis] != 0;
    }
    if (kuramoto_model_of(a->c.function) == NETWORK && a->c.n_edges < 0)
        v.must |= BIT(HL_ERR_SHAPE);
    else if (kuramoto_model_of(a->c.function) == NETWORK && !is_graph(a))
        v.must |= BIT(HL_ERR_ARGUMENT);
    if (integrates && a->c.n_frames != 0 && a->c.n_frames != possible)
        v.must |= BIT(HL_ERR_SHAPE);
    if (!has_cells && (a->c.function == ORDER_PARAMETER ||
                       (integrates && !no_records && (a->c.pointers[ORDER_R] || a->c.pointers[ORDER_PSI]))))
        v.must |= BIT(HL_ERR_SHAPE);
    for (k = 0; k < N_KURAMOTO_ARRAYS; k++) {
        const enum kuramoto_use use = kuramoto_array_use(a->c.function, k);
        const placed *p = &a->arrays[k];
        const size_t element = kuramoto_element(&a->c, k);
        ptrdiff_t dims[4], length = 1;
        int rank = kuramoto_array_dims(&a->c, k, dims);
        for (axis = 0; axis < rank; axis++)
            length *= dims[axis];
        if (use == NOT_TAKEN || (k >= BELOW && ((k - BELOW) % 3 >= a->c.rank || a->options.boundary[(k - BELOW) % 3] != HL_BOUNDARY_HALO)))
            continue;
        if (use == FACE && !has_cells) /* nobody looks beyond the edges of a lattice without cells */
            continue;
        if (a->c.pointers[k] == NULL) {
            if (!kuramoto_is_optional(a->c.function, k) && length > 0)
                v.must |= BIT(HL_ERR_NULL);
            continue;
        }
        if (no_records && (k == FRAMES || k == ORDER_R || k == ORDER_PSI)) {
            v.may |= BIT(HL_ERR_ALIGNMENT) | BIT(HL_ERR_STRIDE) | BIT(HL_ERR_ALIAS);
            continue;
        }
        if ((uintptr_t)a->c.pointers[k] % element)
            *(p->n > 0 ? &v.must : &v.may) |= BIT(HL_ERR_ALIGNMENT);
        if (a->c.function != ORDER_PARAMETER && !kuramoto_is_index(k) && (use != WRITTEN || (k == THETA && integrates)))
            v.must |= judge_numbers(a, k);
        if (use != WRITTEN)
            continue;
        if (!is_injective(p, element))
            v.must |= BIT(HL_ERR_STRIDE);
        for (other = 0; other < N_KURAMOTO_ARRAYS; other++) {
            /* interleaved numbers of different sizes may be refused without a closer look */
            if (element != kuramoto_element(&a->c, other) && ranges_meet(p, element, &a->arrays[other], kuramoto_element(&a->c, other)))
                v.may |= BIT(HL_ERR_ALIAS);
            for (i = 0; i < p->n && other != k && a->c.pointers[other]; i++)
                for (j = 0; j < a->arrays[other].n; j++)
                    if (overlap(p->at[i], element, a->arrays[other].at[j], kuramoto_element(&a->c, other)))
                        v.must |= BIT(HL_ERR_ALIAS);
        }
    }
    return v;
}

/* The same call on plain contiguous copies; outputs land in `plain`. */
static hl_status on_copies(const attempt *a, double plain[N_KURAMOTO_ARRAYS][MAX_ELEMENTS])
{
    hl_kuramoto_options options = a->options;
    kuramoto_call c = a->c;
    int k, e;
    c.options = &options;
    c.shape_pointer = c.shape;
    c.steps_done = NULL;
    for (k = 0; k < N_KURAMOTO_ARRAYS; k++) {
        c.strides[k] = NULL;
        if (a->c.pointers[k] == NULL)
            continue;
        c.pointers[k] = plain[k];
        for (e = 0; e < a->arrays[k].n; e++)
            memcpy((unsigned char *)plain[k] + (size_t)e * kuramoto_element(&a->c, k), a->arrays[k].at[e], kuramoto_element(&a->c, k));
    }
    return kuramoto_perform(&c);
}

static void describe(const attempt *a, hl_status status, verdict v)
{
    int k;
    expect(0, "%s, rank %td {%td, %td, %td}, %td edges, %td steps, every %td, %td frames, gives %d; due %#x, possible %#x; %s; message \"%s\"",
           kuramoto_function_name(&a->c), a->c.rank, a->c.shape[0], a->c.shape[1], a->c.shape[2], a->c.n_edges, a->c.n_steps,
           a->c.record_every, a->c.n_frames, status, v.must, v.may, a->shared ? "one arena" : "own regions",
           status ? hl_last_error_message() : "");
    expect(0, "    law %d, method %d, boundaries %d %d %d, lag %g, accumulate %d, noise %g, %d-bit indices", a->options.law,
           a->options.method, a->options.boundary[0], a->options.boundary[1], a->options.boundary[2], a->options.lag, a->options.accumulate, a->options.noise, a->c.index_bits);
    for (k = 0; k < N_KURAMOTO_ARRAYS; k++)
        if (a->c.pointers[k])
            expect(0, "    %-14s %p strides %s{%td, %td, %td, %td}", kuramoto_array_name(a->c.function, k), a->c.pointers[k],
                   a->c.strides[k] ? "" : "NULL ", a->arrays[k].strides[0], a->arrays[k].strides[1], a->arrays[k].strides[2], a->arrays[k].strides[3]);
}

/* Bytes that differ from before the call must be elements of outputs. */
static int wrote_only_outputs(const attempt *a, hl_status status)
{
    static unsigned char owned[N_REGIONS][PAGE];
    int k, e, r, byte;
    memset(owned, 0, sizeof owned);
    for (k = 0; k < N_KURAMOTO_ARRAYS && status == HL_OK; k++)
        for (e = 0; e < a->arrays[k].n && kuramoto_array_use(a->c.function, k) == WRITTEN && a->c.pointers[k]; e++)
            for (r = 0; r < N_REGIONS; r++)
                if (a->arrays[k].at[e] >= regions[r] && a->arrays[k].at[e] < regions[r] + PAGE)
                    memset(owned[r] + (a->arrays[k].at[e] - regions[r]), 1, kuramoto_element(&a->c, k));
    for (r = 0; r < N_REGIONS; r++)
        for (byte = 0; byte < PAGE; byte++)
            if (!owned[r][byte] && regions[r][byte] != before[r][byte])
                return 0;
    return 1;
}

static int try_one(int counts[2])
{
    static double plain[N_KURAMOTO_ARRAYS][MAX_ELEMENTS];
    static attempt a;
    hl_status status, reference = HL_OK;
    verdict v;
    int k, e, right;
    invent(&a);
    v = judge(&a);
    if (!v.must)
        reference = on_copies(&a, plain);
    for (k = 0; k < N_REGIONS; k++)
        memcpy(before[k], regions[k], PAGE);
    hl_set_num_threads_local((int32_t)random_between(&seed, 1, 2));
    status = kuramoto_perform(&a.c);
    right = status == HL_OK ? v.must == 0 : status > 0 && status < 32 && ((v.must | v.may) & BIT(status)) != 0;
    right &= !kuramoto_integrates(a.c.function) || a.steps_done == (status == HL_OK ? a.c.n_steps : 0);
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
    if (status == HL_OK && reference != HL_OK) {
        describe(&a, status, v);
        expect(0, "the same call on contiguous copies gives %d", reference);
        return 0;
    }
    for (k = 0; k < N_KURAMOTO_ARRAYS && status == HL_OK; k++)
        for (e = 0; e < a.arrays[k].n && kuramoto_array_use(a.c.function, k) == WRITTEN && a.c.pointers[k]; e++)
            if (memcmp(a.arrays[k].at[e], (unsigned char *)plain[k] + (size_t)e * kuramoto_element(&a.c, k), kuramoto_element(&a.c, k))) {
                describe(&a, status, v);
                expect(0, "%s, element %d: other bits than on contiguous copies", kuramoto_array_name(a.c.function, k), e);
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
    while ((seconds() - start < limit || counts[0] + counts[1] < AT_LEAST) && wrong < 10)
        wrong += !try_one(counts);
    test("random calls: both kinds were tried, accepted and refused");
    expect(counts[0] > AT_LEAST / 10 && counts[1] > AT_LEAST / 10, "%d accepted, %d refused", counts[0], counts[1]);
    printf("fuzz: %d calls accepted, %d refused\n", counts[0], counts[1]);
    return finish("fuzz kuramoto");
}
