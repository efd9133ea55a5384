/* A fuzzer for the argument checks of fits, derivatives, disorder, couplings and linear dichroism: random dimensions, layouts and
   optional arrays on tiny problems. Every array lies between guard pages, flush with one of them. A legal call gives the bits of the
   same call on plain contiguous copies and writes its outputs' elements alone; a call with one thing wrong is refused with the status
   that is due and writes nothing. Seeded: usage fuzz_fit [seconds [seed]]. */
#include "harness.h"
#include "strided.h"

#include <hotloop.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096
#define MAX_ARRAYS 28
#define MAX_ELEMENTS 64

enum function { GRADIENT, JACOBIAN, FIT, DISORDER, COUPLINGS, DICHROISM, N_FUNCTIONS };
enum { CONF, SITE, ABSORPTION, CD, PARAMETER, FACTOR, LD, VARIANT, N_DIMS, THREE = N_DIMS, ONE };
enum use { INPUT, OPTIONAL, OUTPUT, REQUIRED_OUTPUT, IN_OUT };

typedef struct {
    const char *name;
    enum use use;
    int rank, axes[3];
    size_t element;
} parameter;

typedef struct {
    const char *name;
    int n_dims, dims[8];
    int n_arrays;
    parameter arrays[MAX_ARRAYS];
} signature;

#define F64 sizeof(double)
#define SYSTEM \
    {"hamiltonians", INPUT, 3, {CONF, SITE, SITE}, F64}, {"dipoles", INPUT, 3, {CONF, SITE, THREE}, F64}, \
        {"positions", INPUT, 3, {CONF, SITE, THREE}, F64}, {"weights", OPTIONAL, 1, {CONF, 0, 0}, F64}
#define MEASURED(band, axis) \
    {band "_grid", INPUT, 1, {axis, 0, 0}, F64}, {band "_measured", INPUT, 1, {axis, 0, 0}, F64}, {band "_sigma", OPTIONAL, 1, {axis, 0, 0}, F64}
#define PARAMETERS {"parameters", INPUT, 2, {PARAMETER, THREE, 0}, sizeof(int32_t)}
#define VECTOR(name, use, axis) {name, use, 1, {axis, 0, 0}, F64}
#define MATRIX(name, use, rows, columns) {name, use, 2, {rows, columns, 0}, F64}

#define OF_SAMPLE \
    VECTOR("variant_weights", INPUT, VARIANT), MATRIX("variant_energies", OPTIONAL, VARIANT, SITE), MATRIX("site_factor", INPUT, SITE, FACTOR), \
        MATRIX("coupling_sigma", OPTIONAL, SITE, SITE), VECTOR("axis", INPUT, THREE), VECTOR("ld", OUTPUT, LD)
#define SAMPLE_DIMS FACTOR, LD, VARIANT

static const signature signatures[N_FUNCTIONS] = {
    {"hl_exciton_residual_gradient", 8, {CONF, SITE, ABSORPTION, CD, PARAMETER, SAMPLE_DIMS}, 25,
     {SYSTEM, MEASURED("absorption", ABSORPTION), MEASURED("cd", CD), PARAMETERS, VECTOR("values", INPUT, PARAMETER),
      VECTOR("misfit", OUTPUT, ONE), VECTOR("gradient", OUTPUT, PARAMETER), VECTOR("absorption", OUTPUT, ABSORPTION), VECTOR("cd", OUTPUT, CD),
      OF_SAMPLE, MEASURED("ld", LD)}},
    {"hl_exciton_jacobian", 8, {CONF, SITE, ABSORPTION, CD, PARAMETER, SAMPLE_DIMS}, 20,
     {SYSTEM, VECTOR("absorption_grid", INPUT, ABSORPTION), VECTOR("cd_grid", INPUT, CD), PARAMETERS, VECTOR("values", INPUT, PARAMETER),
      VECTOR("absorption", OUTPUT, ABSORPTION), VECTOR("cd", OUTPUT, CD), MATRIX("absorption_jacobian", OUTPUT, ABSORPTION, PARAMETER),
      MATRIX("cd_jacobian", OUTPUT, CD, PARAMETER), OF_SAMPLE, VECTOR("ld_grid", INPUT, LD), MATRIX("ld_jacobian", OUTPUT, LD, PARAMETER)}},
    {"hl_exciton_fit", 8, {CONF, SITE, ABSORPTION, CD, PARAMETER, SAMPLE_DIMS}, 26,
     {SYSTEM, MEASURED("absorption", ABSORPTION), MEASURED("cd", CD), PARAMETERS, VECTOR("values", IN_OUT, PARAMETER),
      VECTOR("standard_errors", OUTPUT, PARAMETER), MATRIX("covariance", OUTPUT, PARAMETER, PARAMETER),
      MATRIX("correlation", OUTPUT, PARAMETER, PARAMETER), VECTOR("absorption", OUTPUT, ABSORPTION), VECTOR("cd", OUTPUT, CD),
      OF_SAMPLE, MEASURED("ld", LD)}},
    {"hl_exciton_disorder", 3, {CONF, SITE, FACTOR, 0, 0}, 4,
     {MATRIX("hamiltonian", INPUT, SITE, SITE), MATRIX("site_factor", INPUT, SITE, FACTOR), MATRIX("coupling_sigma", OPTIONAL, SITE, SITE),
      {"hamiltonians", REQUIRED_OUTPUT, 3, {CONF, SITE, SITE}, F64}}},
    {"hl_exciton_point_dipole_couplings", 2, {CONF, SITE, 0, 0, 0}, 3,
     {{"dipoles", INPUT, 3, {CONF, SITE, THREE}, F64}, {"positions", INPUT, 3, {CONF, SITE, THREE}, F64},
      {"hamiltonians", IN_OUT, 3, {CONF, SITE, SITE}, F64}}},
    {"hl_exciton_linear_dichroism", 3, {CONF, SITE, ABSORPTION, 0, 0}, 6,
     {{"hamiltonians", INPUT, 3, {CONF, SITE, SITE}, F64}, {"dipoles", INPUT, 3, {CONF, SITE, THREE}, F64}, VECTOR("weights", OPTIONAL, CONF),
      VECTOR("grid", INPUT, ABSORPTION), VECTOR("axis", INPUT, THREE), VECTOR("ld", REQUIRED_OUTPUT, ABSORPTION)}},
};

typedef struct {
    int n;
    unsigned char *at[MAX_ELEMENTS];
    ptrdiff_t strides[3];
} placed;

typedef struct {
    enum function function;
    ptrdiff_t dims[N_DIMS];
    void *p[MAX_ARRAYS];
    const ptrdiff_t *t[MAX_ARRAYS];
    placed arrays[MAX_ARRAYS];
    int has_sample;
} call;

static unsigned char *regions[MAX_ARRAYS], before[MAX_ARRAYS][PAGE];
static unsigned long long seed;

static int one_in(int n) { return random_between(&seed, 1, n) == 1; }
static int writes(enum use use) { return use == OUTPUT || use == REQUIRED_OUTPUT || use == IN_OUT; }
static ptrdiff_t extent_of(const call *c, int axis) { return axis == THREE ? 3 : axis == ONE ? 1 : c->dims[axis]; }

/* Where a signature's arrays of the sample begin; none for functions that know no samples. */
static const int sample_from[N_FUNCTIONS] = {16, 12, 17, MAX_ARRAYS, MAX_ARRAYS, MAX_ARRAYS};

static void fill_sample(const call *c, hl_exciton_sample *sample)
{
    void *const *p = c->p + sample_from[c->function];
    const ptrdiff_t *const *t = c->t + sample_from[c->function];
    hl_exciton_sample_init(sample, sizeof *sample);
    sample->n_ld = c->dims[LD], sample->n_variant = c->dims[VARIANT], sample->n_factor = c->dims[FACTOR];
    sample->variant_weights = p[0], sample->variant_weights_strides = t[0];
    sample->variant_energies = p[1], sample->variant_energies_strides = t[1];
    sample->site_factor = p[2], sample->site_factor_strides = t[2];
    sample->coupling_sigma = p[3], sample->coupling_sigma_strides = t[3];
    sample->axis = p[4], sample->axis_strides = t[4];
    sample->ld = p[5], sample->ld_strides = t[5];
    sample->ld_grid = p[6], sample->ld_grid_strides = t[6];
    if (c->function == JACOBIAN) {
        sample->ld_jacobian = p[7], sample->ld_jacobian_strides = t[7];
    } else {
        sample->ld_measured = p[7], sample->ld_measured_strides = t[7];
        sample->ld_sigma = p[8], sample->ld_sigma_strides = t[8];
    }
}

static hl_status perform(const call *c)
{
    void *const *p = c->p;
    const ptrdiff_t *const *t = c->t;
    const ptrdiff_t *d = c->dims;
    hl_exciton_fit_options how;
    hl_exciton_options options;
    hl_exciton_sample sample;
    hl_exciton_options_init(&options, sizeof options);
    options.fwhm = 90.0;
    if (c->has_sample) {
        fill_sample(c, &sample);
        options.sample = &sample;
    }
    switch (c->function) {
    case GRADIENT:
        return hl_exciton_residual_gradient(d[CONF], d[SITE], d[ABSORPTION], d[CD], d[PARAMETER], p[0], t[0], p[1], t[1], p[2], t[2], p[3],
                                            t[3], p[4], t[4], p[5], t[5], p[6], t[6], p[7], t[7], p[8], t[8], p[9], t[9], p[10], t[10], p[11],
                                            t[11], p[12], p[13], t[13], p[14], t[14], p[15], t[15], &options);
    case JACOBIAN:
        return hl_exciton_jacobian(d[CONF], d[SITE], d[ABSORPTION], d[CD], d[PARAMETER], p[0], t[0], p[1], t[1], p[2], t[2], p[3], t[3], p[4],
                                   t[4], p[5], t[5], p[6], t[6], p[7], t[7], p[8], t[8], p[9], t[9], p[10], t[10], p[11], t[11], &options);
    case FIT:
        hl_exciton_fit_options_init(&how, sizeof how);
        how.max_iterations = 4;
        return hl_exciton_fit(d[CONF], d[SITE], d[ABSORPTION], d[CD], d[PARAMETER], p[0], t[0], p[1], t[1], p[2], t[2], p[3], t[3], p[4], t[4],
                              p[5], t[5], p[6], t[6], p[7], t[7], p[8], t[8], p[9], t[9], p[10], t[10], p[11], t[11], p[12], t[12], p[13],
                              t[13], p[14], t[14], p[15], t[15], p[16], t[16], NULL, &options, &how);
    case DISORDER:
        return hl_exciton_disorder(d[CONF], d[SITE], d[FACTOR], p[0], t[0], p[1], t[1], p[2], t[2], 5, 2, p[3], t[3]);
    case COUPLINGS:
        return hl_exciton_point_dipole_couplings(d[CONF], d[SITE], p[0], t[0], p[1], t[1], 0.7, p[2], t[2]);
    case DICHROISM:
        return hl_exciton_linear_dichroism(d[CONF], d[SITE], d[ABSORPTION], p[0], t[0], p[1], t[1], p[2], t[2], p[3], t[3], p[4], t[4], p[5],
                                           t[5], NULL);
    default:
        return HL_ERR_INTERNAL;
    }
}

/* What element (i, j, k) of an array holds. Configurations differ unless they share memory. */
static double content(const char *name, int shared, ptrdiff_t i, ptrdiff_t j, ptrdiff_t k)
{
    const ptrdiff_t c = shared ? 0 : i;
    if (!strcmp(name, "hamiltonians"))
        return j == k ? 12300.0 + 60.0 * (double)j + 7.0 * (double)c : 5.0 + 3.0 * (double)(j * k + j + k) + (double)c;
    if (!strcmp(name, "hamiltonian"))
        return i == j ? 12300.0 + 60.0 * (double)j : 4.0 + (double)(i * j + i + j);
    if (!strcmp(name, "dipoles"))
        return 1.0 + (double)((5 * c + 3 * j + 7 * k) % 11) / 4.0;
    if (!strcmp(name, "positions"))
        return 9.0 * (double)j + (double)((3 * c + 2 * j + 5 * k) % 7);
    if (strstr(name, "grid"))
        return 12250.0 + 45.0 * (double)i;
    if (!strcmp(name, "axis"))
        return i == 0 ? 1.0 : 0.5;
    return 1.0 + (double)((3 * i + 5 * j) % 7) / 8.0;
}

/* Rows of different kinds, so that none sets what another sets. */
static int32_t row(const call *c, ptrdiff_t p, ptrdiff_t column)
{
    static const int32_t kinds[4] = {HL_PARAMETER_SITE_ENERGY, HL_PARAMETER_SCALE, HL_PARAMETER_FWHM, HL_PARAMETER_OFFSET};
    const int32_t spectrum = HL_SPECTRUM_BOTH;
    if (column == 0)
        return kinds[p % 4];
    return column == 1 && p % 4 > 0 ? spectrum : (int32_t)(column == 1 ? c->dims[SITE] - 1 : 0);
}

static void place(call *c, int k)
{
    const parameter *array = &signatures[c->function].arrays[k];
    placed *a = &c->arrays[k];
    ptrdiff_t dims[3] = {1, 1, 1}, extent = one_in(4) ? 2 : 1, lowest = 0, highest = 0, start, span, i, j, l;
    const int column_major = one_in(3), is_plain = one_in(4), is_long = array->element == F64;
    int step, axis, shared = 0, e = 0;
    for (axis = 0; axis < array->rank; axis++)
        dims[axis] = extent_of(c, array->axes[axis]);
    for (step = 0; step < array->rank; step++) {
        axis = column_major && !is_plain ? step : array->rank - 1 - step;
        if (is_plain && step == 0)
            extent = 1;
        a->strides[axis] = extent * (!is_plain && one_in(3) ? -1 : 1);
        extent *= dims[axis] > 0 ? dims[axis] : 1;
        extent += !is_plain && one_in(5);
        if (array->rank == 3 && axis == 0 && array->use == INPUT && !is_plain && one_in(3))
            a->strides[0] = 0, shared = 1;
    }
    for (axis = 0; axis < array->rank; axis++) {
        const ptrdiff_t reach = dims[axis] > 0 ? (dims[axis] - 1) * a->strides[axis] : 0;
        if (reach < 0) lowest += reach; else highest += reach;
    }
    span = (highest - lowest + 1) * (ptrdiff_t)array->element;
    start = one_in(2) ? 0 : PAGE - span;
    memset(regions[k], POISON, PAGE);
    for (i = 0; i < dims[0]; i++)
        for (j = 0; j < dims[1]; j++)
            for (l = 0; l < dims[2]; l++) {
                const ptrdiff_t offset = i * a->strides[0] + (array->rank > 1 ? j * a->strides[1] : 0) + (array->rank > 2 ? l * a->strides[2] : 0);
                const double value = content(array->name, shared, i, j, l);
                const int32_t number = is_long ? 0 : row(c, i, j);
                a->at[e] = regions[k] + start + (offset - lowest) * (ptrdiff_t)array->element;
                if (array->use != OUTPUT && array->use != REQUIRED_OUTPUT) {
                    if (is_long) memcpy(a->at[e], &value, F64); else memcpy(a->at[e], &number, sizeof number);
                }
                e++;
            }
    a->n = e;
    c->p[k] = e > 0 ? a->at[0] : regions[k];
    c->t[k] = is_plain && one_in(2) ? NULL : a->strides;
    if (array->axes[0] == ONE)
        c->t[k] = NULL;
    /* A width is not 1. */
    if (!strcmp(array->name, "values"))
        for (e = 2; e < a->n; e += 4) {
            const double width = 80.0;
            memcpy(a->at[e], &width, F64);
        }
}

static call invent(void)
{
    call c;
    const signature *s;
    int k;
    memset(&c, 0, sizeof c);
    c.function = (enum function)random_between(&seed, 0, N_FUNCTIONS - 1);
    s = &signatures[c.function];
    c.dims[CONF] = random_between(&seed, 1, 3);
    c.dims[SITE] = random_between(&seed, 1, 4);
    c.dims[ABSORPTION] = random_between(&seed, 1, 7);
    c.dims[CD] = one_in(4) ? 0 : random_between(&seed, 1, 6);
    c.dims[PARAMETER] = random_between(&seed, 1, 4);
    c.dims[FACTOR] = random_between(&seed, 1, 3);
    c.dims[LD] = random_between(&seed, 1, 5);
    c.dims[VARIANT] = random_between(&seed, 1, 3);
    c.has_sample = sample_from[c.function] < MAX_ARRAYS && one_in(2);
    for (k = 0; k < s->n_arrays; k++) {
        place(&c, k);
        if (k >= sample_from[c.function] && !c.has_sample)
            c.p[k] = NULL, c.arrays[k].n = 0;
        if ((s->arrays[k].use == OPTIONAL || s->arrays[k].use == OUTPUT) && one_in(3))
            c.p[k] = NULL, c.arrays[k].n = 0;
    }
    return c;
}

/* Makes one thing wrong and says which status that is; 0 where the choice found nothing to spoil. */
static hl_status spoil(call *c, char *what, size_t size)
{
    const signature *s = &signatures[c->function];
    const int k = (int)random_between(&seed, 0, s->n_arrays - 1), other = (int)random_between(&seed, 0, s->n_arrays - 1);
    const parameter *array = &s->arrays[k];
    int axis;
    /* Nothing is promised about positions that no CD needs. */
    if (c->function < DISORDER && c->dims[CD] == 0 && (!strcmp(array->name, "positions") || !strcmp(s->arrays[other].name, "positions")))
        return HL_OK;
    switch (random_between(&seed, 0, 4)) {
    case 0:
        axis = s->dims[random_between(&seed, 0, s->n_dims - 1)];
        if (axis >= FACTOR && sample_from[c->function] < MAX_ARRAYS && !c->has_sample)
            return HL_OK;
        c->dims[axis] = -random_between(&seed, 1, 4);
        snprintf(what, size, "dimension %d negative", axis);
        return HL_ERR_SHAPE;
    case 1:
        if (array->use == OPTIONAL || array->use == OUTPUT || c->arrays[k].n == 0)
            return HL_OK;
        c->p[k] = NULL;
        snprintf(what, size, "%s NULL", array->name);
        return HL_ERR_NULL;
    case 2:
        if (c->p[k] == NULL || c->arrays[k].n == 0)
            return HL_OK;
        c->p[k] = (unsigned char *)c->p[k] + (one_in(2) ? 1 : 2);
        snprintf(what, size, "%s misaligned", array->name);
        return HL_ERR_ALIGNMENT;
    case 3:
        for (axis = 0; axis < array->rank && writes(array->use) && c->p[k] != NULL && c->arrays[k].n > 0; axis++)
            if (extent_of(c, array->axes[axis]) > 1) {
                c->arrays[k].strides[axis] = 0;
                c->t[k] = c->arrays[k].strides;
                snprintf(what, size, "%s with a stride of 0", array->name);
                return HL_ERR_STRIDE;
            }
        return HL_OK;
    default:
        if (k == other || !writes(array->use) || c->arrays[k].n == 0 || c->arrays[other].n == 0 || s->arrays[other].element != F64)
            return HL_OK;
        c->p[k] = c->p[other];
        snprintf(what, size, "%s where %s is", array->name, s->arrays[other].name);
        return HL_ERR_ALIAS;
    }
}

/* The same call on contiguous copies, which also receive the outputs. */
static hl_status on_copies(const call *original, double plain[MAX_ARRAYS][MAX_ELEMENTS])
{
    const signature *s = &signatures[original->function];
    call c = *original;
    int k, e;
    for (k = 0; k < s->n_arrays; k++) {
        c.t[k] = NULL;
        if (c.p[k] == NULL)
            continue;
        c.p[k] = plain[k];
        for (e = 0; e < c.arrays[k].n; e++)
            memcpy((unsigned char *)plain[k] + (size_t)e * s->arrays[k].element, c.arrays[k].at[e], s->arrays[k].element);
    }
    return perform(&c);
}

static int try_one(int counts[2])
{
    static double plain[MAX_ARRAYS][MAX_ELEMENTS];
    static unsigned char owned[MAX_ARRAYS][PAGE];
    char what[160] = "nothing wrong";
    call c = invent();
    const signature *s = &signatures[c.function];
    hl_status status, due = one_in(2) ? spoil(&c, what, sizeof what) : HL_OK, reference = due;
    int k, e, byte, has_written;
    if (due == HL_OK)
        reference = on_copies(&c, plain);
    for (k = 0; k < s->n_arrays; k++)
        memcpy(before[k], regions[k], PAGE);
    hl_set_num_threads_local((int32_t)random_between(&seed, 1, 2));
    status = perform(&c);
    /* A fit may find that its few points do not determine all values, and has written them then. */
    has_written = status == HL_OK || (c.function == FIT && status == HL_ERR_SINGULAR);
    if (status != reference || (due == HL_OK && !has_written)) {
        expect(0, "%s(%td, %td, %td, %td, %td), %s: status %d instead of %d: %s", s->name, c.dims[0], c.dims[1], c.dims[2], c.dims[3],
               c.dims[4], what, (int)status, (int)reference, status ? hl_last_error_message() : "");
        return 0;
    }
    counts[due != HL_OK]++;
    memset(owned, 0, sizeof owned);
    for (k = 0; k < s->n_arrays && has_written; k++)
        for (e = 0; e < c.arrays[k].n && writes(s->arrays[k].use) && c.p[k] != NULL; e++)
            memset(owned[k] + (c.arrays[k].at[e] - regions[k]), 1, F64);
    for (k = 0; k < s->n_arrays; k++)
        for (byte = 0; byte < PAGE && memcmp(regions[k], before[k], PAGE); byte++)
            if (!owned[k][byte] && regions[k][byte] != before[k][byte]) {
                expect(0, "%s, %s: wrote beside the elements of %s", s->name, what, s->arrays[k].name);
                return 0;
            }
    for (k = 0; k < s->n_arrays && has_written; k++)
        for (e = 0; e < c.arrays[k].n && writes(s->arrays[k].use) && c.p[k] != NULL; e++)
            if (memcmp(c.arrays[k].at[e], &plain[k][e], F64)) {
                expect(0, "%s: %s, element %d: other bits than on contiguous copies", s->name, s->arrays[k].name, e);
                return 0;
            }
    return 1;
}

int main(int argc, char **argv)
{
    const double limit = argc > 1 ? atof(argv[1]) : 5.0, began = seconds();
    int counts[2] = {0, 0}, wrong = 0, k;
    seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    for (k = 0; k < MAX_ARRAYS; k++) {
        unsigned char *area = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (area == MAP_FAILED || mprotect(area + PAGE, PAGE, PROT_READ | PROT_WRITE)) {
            fprintf(stderr, "no guarded memory\n");
            return 2;
        }
        regions[k] = area + PAGE;
    }
    test("random calls of fits and their kin: statuses, bits and untouched memory are as judged independently");
    /* However slow the machine: some of both kinds. */
    while ((seconds() - began < limit || counts[0] < 50 || counts[1] < 50) && wrong < 10)
        wrong += !try_one(counts);
    printf("fuzz: %d calls accepted, %d refused\n", counts[0], counts[1]);
    return finish("fuzz_fit");
}
