/* The rows of the AniSOAP case table, their numbers and their runs; see anisoap_cases.h. */
#include "anisoap_cases.h"

#include "harness.h"
#include "strided.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const anisoap_result_names[N_ANISOAP_RESULTS] = {
    "labels of the expansion", "labels of the spectrum", "coefficients", "spectra", "means", "position gradients of the expansion",
    "strain gradients of the expansion", "rotation gradients of the expansion", "quaternion gradients of the expansion",
    "position gradients of the spectrum", "strain gradients of the spectrum", "rotation gradients of the spectrum",
    "quaternion gradients of the spectrum", "pairs", "shifts", "vectors"};

static void *memory(size_t count, size_t element)
{
    void *found = calloc(count + 1, element);
    if (!found) {
        fprintf(stderr, "out of memory in the test itself\n");
        exit(2);
    }
    return found;
}

anisoap_case *anisoap_cases_read(size_t *n_cases)
{
    size_t bytes, n = 0;
    char *text = read_file("tests/cases/anisoap.txt", &bytes), *line, *rest = text;
    anisoap_case *rows = NULL;
    while ((line = strtok_r(rest, "\n", &rest))) {
        anisoap_case r;
        if (*line == '#' || !*line)
            continue;
        if (sscanf(line, "%63s %d %d %d %lf %lf %d %d %d %d %d %d %td %td %d %d %lf %d %d %td %d", r.name, &r.max_angular, &r.max_radial, &r.basis,
                   &r.width, &r.cutoff, &r.order, &r.pairs, &r.sign, &r.raw, &r.sub, &r.n_species, &r.n_frames, &r.first_atoms, &r.shapes,
                   &r.orientation, &r.side, &r.periodic, &r.list, &r.n_pairs, &r.layout) != 21) {
            fprintf(stderr, "tests/cases/anisoap.txt: a row that is not understood: %s\n", line);
            exit(2);
        }
        rows = realloc(rows, (n + 1) * sizeof *rows);
        rows[n++] = r;
    }
    free(text);
    *n_cases = n;
    return rows;
}

/* The neighbour lists of all frames, one after the other. */
static void find_pairs(const anisoap_case *row, anisoap_inputs *in)
{
    ptrdiff_t f, p, done = 0;
    in->n_pairs = row->n_pairs;
    in->pairs = memory(2 * (size_t)row->n_pairs, sizeof *in->pairs);
    in->shifts = memory(3 * (size_t)row->n_pairs, sizeof *in->shifts);
    in->vectors = memory(3 * (size_t)row->n_pairs, sizeof *in->vectors);
    for (f = 0; f < row->n_frames; f++) {
        const ptrdiff_t start = in->offsets[f], n = in->offsets[f + 1] - start;
        const double *cell = in->cells ? in->cells + 9 * f : NULL, *points = in->positions + 3 * start;
        const int32_t periodic = in->flags ? in->flags[3 * f] : 0;
        ptrdiff_t found = -1;
        expect(hl_neighbour_list_count(n, points, NULL, cell, NULL, periodic, row->cutoff, 0, NULL, NULL, &found) == HL_OK, "%s",
               hl_last_error_message());
        if (!expect(done + found <= row->n_pairs, "frame %td has %td pairs", f, found))
            return;
        expect(hl_neighbour_list_fill(n, points, NULL, cell, NULL, periodic, row->cutoff, 0, found, in->pairs + 2 * done, NULL,
                                      in->shifts + 3 * done, NULL, in->vectors + 3 * done, NULL) == HL_OK, "%s", hl_last_error_message());
        for (p = 2 * done; p < 2 * (done + found); p++)
            in->pairs[p] += start;
        done += found;
    }
    expect(done == row->n_pairs, "there are %td pairs", done);
}

anisoap_inputs anisoap_inputs_new(const anisoap_case *row)
{
    static const int32_t declared[4] = {1, 6, 7, 8};
    static const double one_shape[2][3] = {{0.75, 0.75, 0.75}, {1.5, 1.5, 0.5}};
    static const double turns[3][9] = {{1, 0, 0, 0, 1, 0, 0, 0, 1}, {0, -1, 0, 1, 0, 0, 0, 0, 1}, {1, 0, 0, 0, 0.6, -0.8, 0, 0.8, 0.6}};
    anisoap_inputs in;
    ptrdiff_t f, i, k, n = 0;
    memset(&in, 0, sizeof in);
    in.offsets = memory((size_t)row->n_frames + 1, sizeof *in.offsets);
    for (f = 0; f < row->n_frames; f++) {
        in.offsets[f] = n;
        n += row->first_atoms > 3 * f ? row->first_atoms - 3 * f : 0;
    }
    in.offsets[row->n_frames] = in.n_atoms = n;
    in.species = memory((size_t)n, sizeof *in.species);
    in.positions = memory(3 * (size_t)n, sizeof(double));
    in.semiaxes = memory(3 * (size_t)n, sizeof(double));
    for (i = 0; i < n; i++)
        in.species[i] = declared[i % row->n_species];
    for (k = 0; k < 3 * n; k++) {
        in.positions[k] = (double)((7919 * k + 104729) % 65536) / 8192.0;
        in.semiaxes[k] = row->shapes < 2 ? one_shape[row->shapes][k % 3] : 0.5 + (double)(37 * k % 64) / 64.0;
    }
    if (row->orientation == 1) {
        in.quaternions = memory(4 * (size_t)n, sizeof(double));
        for (k = 0; k < 4 * n; k++)
            in.quaternions[k] = (double)((911 * k + 77) % 4096) / 2048.0 - 1.0;
    }
    if (row->orientation == 2) {
        in.rotations = memory(9 * (size_t)n, sizeof(double));
        for (k = 0; k < 9 * n; k++)
            in.rotations[k] = turns[k / 9 % 3][k % 9];
    }
    if (row->side > 0) {
        in.cells = memory(9 * (size_t)row->n_frames, sizeof(double));
        in.flags = memory(3 * (size_t)row->n_frames, sizeof *in.flags);
        for (f = 0; f < row->n_frames; f++) {
            const double a = row->side + (double)f / 8.0;
            const double cell[9] = {a, 0, 0, a / 4.0, a, 0, -a / 8.0, a / 16.0, a};
            memcpy(in.cells + 9 * f, cell, sizeof cell);
            for (k = 0; k < 3; k++)
                in.flags[3 * f + k] = row->periodic == 1 || f % 2 == 0;
        }
    }
    find_pairs(row, &in);
    return in;
}

void anisoap_inputs_free(anisoap_inputs *in)
{
    free(in->offsets);
    free(in->species);
    free(in->flags);
    free(in->positions);
    free(in->semiaxes);
    free(in->quaternions);
    free(in->rotations);
    free(in->cells);
    free(in->pairs);
    free(in->shifts);
    free(in->vectors);
}

hl_anisoap_plan *anisoap_case_plan(const anisoap_case *row)
{
    static const int32_t declared[4] = {1, 6, 7, 8};
    hl_anisoap_options options;
    hl_anisoap_plan *plan = NULL;
    hl_anisoap_options_init(&options, sizeof options);
    options.radial_basis = row->basis;
    options.radial_gaussian_width = row->width;
    options.max_radial = row->max_radial;
    options.channel_order = row->order;
    options.spectrum_pairs = row->pairs;
    options.spectrum_sign = row->sign;
    options.subtract_center_contribution = row->sub;
    expect(hl_anisoap_plan_create(&plan, row->max_angular, row->n_species, declared, NULL, row->cutoff, &options) == HL_OK, "%s",
           hl_last_error_message());
    return plan;
}

/* Arrays of one run, freed together. */
typedef struct {
    int layout, used;
    strided arrays[32];
} store;

static strided *place(store *all, size_t element, int rank, const ptrdiff_t *dims, const void *values)
{
    strided *made = &all->arrays[all->used++];
    *made = strided_new(all->layout, element, rank, dims);
    if (values)
        strided_put(made, values);
    return made;
}

/* An input that may be absent. */
static strided none;
static strided *given(store *all, size_t element, int rank, ptrdiff_t a, ptrdiff_t b, ptrdiff_t c, const void *values)
{
    ptrdiff_t dims[3];
    dims[0] = a, dims[1] = b, dims[2] = c;
    return values ? place(all, element, rank, dims, values) : &none;
}

static strided *output(store *all, int rank, ptrdiff_t a, ptrdiff_t b, ptrdiff_t c)
{
    ptrdiff_t dims[3];
    dims[0] = a, dims[1] = b, dims[2] = c;
    return place(all, sizeof(double), rank, dims, NULL);
}

static strided *cotangent(store *all, int rank, ptrdiff_t a, ptrdiff_t b, ptrdiff_t c, ptrdiff_t factor, ptrdiff_t modulus, double shift)
{
    const ptrdiff_t size = a * b * (rank == 3 ? c : 1);
    double *values = memory((size_t)size, sizeof(double));
    strided *made;
    ptrdiff_t e;
    for (e = 0; e < size; e++)
        values[e] = (double)(factor * e % modulus) / (double)modulus - shift;
    made = given(all, sizeof(double), rank, a, b, c, values);
    free(values);
    return made;
}

static void take(const anisoap_case *row, anisoap_results *results, int result, const strided *array)
{
    size_t length = 1;
    int axis;
    for (axis = 0; axis < array->rank; axis++)
        length *= (size_t)array->dims[axis];
    results->lengths[result] = length;
    results->arrays[result] = memory(length, sizeof(double));
    strided_get(array, results->arrays[result]);
    expect(strided_gaps_untouched(array), "%s: memory beside the elements of %s was written", row->name, anisoap_result_names[result]);
}

static void take_integers(anisoap_results *results, int result, size_t length, const int32_t *narrow, const ptrdiff_t *wide)
{
    size_t k;
    results->lengths[result] = length;
    results->arrays[result] = memory(length, sizeof(double));
    for (k = 0; k < length; k++)
        results->arrays[result][k] = narrow ? (double)narrow[k] : (double)wide[k];
}

static void take_labels(anisoap_results *results, int result, store *all, const hl_anisoap_plan *plan)
{
    const int is_spectrum = result == SPECTRUM_LABELS;
    ptrdiff_t dims[2];
    strided *labels;
    int32_t *numbers;
    dims[0] = is_spectrum ? hl_anisoap_power_spectrum_size(plan) : hl_anisoap_expansion_size(plan);
    dims[1] = is_spectrum ? 5 : 4;
    labels = place(all, sizeof(int32_t), 2, dims, NULL);
    expect((is_spectrum ? hl_anisoap_power_spectrum_labels : hl_anisoap_expansion_labels)(plan, dims[0], labels->first, labels->strides) == HL_OK,
           "%s", hl_last_error_message());
    numbers = memory((size_t)(dims[0] * dims[1]), sizeof *numbers);
    strided_get(labels, numbers);
    take_integers(results, result, (size_t)(dims[0] * dims[1]), numbers, NULL);
    free(numbers);
}

/* Whether a half list has this pair: the one of its two sides that comes first. */
static int is_kept(const anisoap_inputs *in, ptrdiff_t p)
{
    const ptrdiff_t i = in->pairs[2 * p], j = in->pairs[2 * p + 1];
    const int32_t *s = in->shifts + 3 * p;
    int k;
    for (k = 0; i == j && k < 3; k++)
        if (s[k])
            return s[k] < 0;
    return i < j;
}

static void pass_list(store *all, const anisoap_inputs *in, int list, hl_anisoap_options *options)
{
    ptrdiff_t *first = memory((size_t)in->n_pairs, sizeof *first), *second = memory((size_t)in->n_pairs, sizeof *second), p, n = 0;
    int32_t *shifts = memory(3 * (size_t)in->n_pairs, sizeof *shifts);
    double *vectors = memory(3 * (size_t)in->n_pairs, sizeof *vectors);
    strided *made[4];
    for (p = in->n_pairs - 1; p >= 0; p--) {
        if (list == 3 && !is_kept(in, p))
            continue;
        first[n] = in->pairs[2 * p];
        second[n] = in->pairs[2 * p + 1];
        memcpy(shifts + 3 * n, in->shifts + 3 * p, 3 * sizeof *shifts);
        memcpy(vectors + 3 * n, in->vectors + 3 * p, 3 * sizeof *vectors);
        n++;
    }
    made[0] = given(all, sizeof *first, 1, n, 0, 0, first);
    made[1] = given(all, sizeof *second, 1, n, 0, 0, second);
    made[2] = list == 2 ? &none : given(all, sizeof *shifts, 2, n, 3, 0, shifts);
    made[3] = list == 2 ? given(all, sizeof *vectors, 2, n, 3, 0, vectors) : &none;
    options->n_pairs = n;
    options->pair_list = list == 3 ? HL_PAIR_LIST_HALF : HL_PAIR_LIST_FULL;
    options->pair_first = made[0]->first;
    options->pair_first_strides = made[0]->strides;
    options->pair_second = made[1]->first;
    options->pair_second_strides = made[1]->strides;
    options->pair_shifts = made[2]->first;
    options->pair_shifts_strides = made[2]->strides;
    options->pair_vectors = made[3]->first;
    options->pair_vectors_strides = made[3]->strides;
    free(first);
    free(second);
    free(shifts);
    free(vectors);
}

anisoap_results anisoap_run(const anisoap_case *row, const anisoap_inputs *in, int layout, int list)
{
    const ptrdiff_t n = in->n_atoms, m = row->n_frames;
    hl_anisoap_plan *plan = anisoap_case_plan(row);
    const ptrdiff_t width = hl_anisoap_expansion_size(plan), products = hl_anisoap_power_spectrum_size(plan);
    anisoap_results results;
    hl_anisoap_options options;
    store all;
    strided *o, *x, *species, *q, *r, *a, *cells, *flags, *coefficients, *spectra, *means, *gradients[4], *by[3];
    ptrdiff_t one_shape[2] = {0, 1};
    hl_status status;
    int which, k;
    memset(&results, 0, sizeof results);
    memset(&all, 0, sizeof all);
    all.layout = layout;
    hl_anisoap_options_init(&options, sizeof options);
    options.coefficients = row->raw;
    if (list)
        pass_list(&all, in, list, &options);
    o = given(&all, sizeof(ptrdiff_t), 1, m + 1, 0, 0, in->offsets);
    x = given(&all, sizeof(double), 2, n, 3, 0, in->positions);
    species = given(&all, sizeof(int32_t), 1, n, 0, 0, in->species);
    q = given(&all, sizeof(double), 2, n, 4, 0, in->quaternions);
    r = given(&all, sizeof(double), 3, n, 3, 3, in->rotations);
    a = given(&all, sizeof(double), 2, n, 3, 0, in->semiaxes);
    cells = given(&all, sizeof(double), 3, m, 3, 3, in->cells);
    flags = given(&all, sizeof(int32_t), 2, m, 3, 0, in->flags);
    coefficients = output(&all, 2, n, width, 0);
    spectra = output(&all, 2, n, products, 0);
    means = output(&all, 3, m, row->n_species, products);
    by[0] = cotangent(&all, 2, n, width, 0, 53, 32, 0.5);
    by[1] = cotangent(&all, 2, n, products, 0, 29, 64, 0.5);
    by[2] = cotangent(&all, 3, m, row->n_species, products, 17, 16, 0.0);
#define SEMIAXES row->shapes < 2 ? (const double *)in->semiaxes : (const double *)a->first, row->shapes < 2 ? one_shape : a->strides
#define GIVEN                                                                                                                            \
    plan, m, n, o->first, o->strides, x->first, x->strides, species->first, species->strides, q->first, q->strides, r->first, r->strides, \
        SEMIAXES, cells->first, cells->strides, flags->first, flags->strides
#define OF(array) (array)->first, (array)->strides
    status = hl_anisoap_expansion(GIVEN, width, OF(coefficients), &options);
    expect(status == HL_OK, "%s", hl_last_error_message());
    status = hl_anisoap_power_spectrum(GIVEN, products, OF(spectra), OF(means), &options);
    expect(status == HL_OK, "%s", hl_last_error_message());
    take_labels(&results, EXPANSION_LABELS, &all, plan);
    take_labels(&results, SPECTRUM_LABELS, &all, plan);
    take(row, &results, COEFFICIENTS, coefficients);
    take(row, &results, SPECTRA, spectra);
    take(row, &results, MEANS, means);
    for (which = 0; which < 2; which++) {
        gradients[0] = output(&all, 2, n, 3, 0);
        gradients[1] = output(&all, 3, m, 3, 3);
        gradients[2] = output(&all, 2, n, 3, 0);
        gradients[3] = in->quaternions ? output(&all, 2, n, 4, 0) : &none;
        status = which == 0 ? hl_anisoap_expansion_vjp(GIVEN, width, OF(by[0]), OF(gradients[0]), OF(gradients[1]), OF(gradients[2]),
                                                       OF(gradients[3]), &options)
                            : hl_anisoap_power_spectrum_vjp(GIVEN, products, OF(by[1]), OF(by[2]), OF(gradients[0]), OF(gradients[1]),
                                                            OF(gradients[2]), OF(gradients[3]), &options);
        expect(status == HL_OK, "%s", hl_last_error_message());
        for (k = 0; k < (in->quaternions ? 4 : 3); k++)
            take(row, &results, (which == 0 ? EXPANSION_POSITIONS : SPECTRUM_POSITIONS) + k, gradients[k]);
    }
    take_integers(&results, PAIRS, 2 * (size_t)in->n_pairs, NULL, in->pairs);
    take_integers(&results, SHIFTS, 3 * (size_t)in->n_pairs, in->shifts, NULL);
    results.lengths[VECTORS] = 3 * (size_t)in->n_pairs;
    results.arrays[VECTORS] = memory(results.lengths[VECTORS], sizeof(double));
    memcpy(results.arrays[VECTORS], in->vectors, results.lengths[VECTORS] * sizeof(double));
    for (k = 0; k < all.used; k++)
        strided_free(&all.arrays[k]);
    hl_anisoap_plan_destroy(plan);
    return results;
}

void anisoap_results_free(anisoap_results *results)
{
    int k;
    for (k = 0; k < N_ANISOAP_RESULTS; k++)
        free(results->arrays[k]);
}

void anisoap_same_bits(const anisoap_results *expected, const anisoap_results *found)
{
    int k;
    for (k = 0; k < N_ANISOAP_RESULTS; k++)
        expect(expected->lengths[k] == found->lengths[k] &&
                   (!expected->arrays[k] || !memcmp(expected->arrays[k], found->arrays[k], expected->lengths[k] * sizeof(double))),
               "%s has other bits", anisoap_result_names[k]);
}
