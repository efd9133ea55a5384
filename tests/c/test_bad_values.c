/* Bad numbers inside good arrays: NaN and infinities in every input (the message says where), asymmetric Hamiltonians, grids that
   do not ascend, impossible widths and weights, site energies that CD cannot use. */
#include "bench.h"
#include "harness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The message names each index of a bad element, in any wording that keeps the numbers whole. */
static void expect_indices(const bench *b, int k, const ptrdiff_t *index)
{
    const char *message = hl_last_error_message();
    int axis;
    for (axis = 0; axis < signatures[b->c.function].arrays[k].rank; axis++)
        expect(mentions_number(message, index[axis]), "index %td is missing from \"%s\"", index[axis], message);
}

static void non_finite(bench *b, enum function function)
{
    static const struct { double value; const char *name; } bad[] = {{NAN, "NaN"}, {INFINITY, "inf"}, {-INFINITY, "-inf"}};
    static const ptrdiff_t indices[][3] = {{0, 0, 0}, {2, 3, 1}, {1, 2, 2}};
    const signature *s = &signatures[function];
    size_t v, i;
    int k;
    for (k = 0; k < s->n_arrays && function != CONVERT; k++) /* hl_units_convert passes NaN through: see test_units.c */
        for (v = 0; v < 3 && s->arrays[k].use != OUTPUT && s->arrays[k].element > 1; v++)
            for (i = 0; i < 3; i++) {
                const char *name = s->arrays[k].name;
                const ptrdiff_t *x = indices[i];
                bench_set(b, function);
                if (s->arrays[k].use == OPTION) {
                    b->c.options->fwhm_by = HL_FWHM_PER_EXCITON;
                    bench_pass(b, "fwhm_values");
                    bench_pass(b, name);
                }
                test("%s: %s in %s at (%td, %td, %td) is refused", s->name, bad[v].name, name, x[0], x[1], x[2]);
                *bench_element(b, name, x[0], x[1], x[2]) = bad[v].value;
                bench_refused(b, s->arrays[k].use == OPTION ? HL_ERR_OPTION : HL_ERR_NONFINITE, name, bad[v].name, NULL);
                expect_indices(b, k, x);
            }
    if (function == SPECTRUM || function == STICKS) {
        test("%s: NaN in the upper triangle only is refused", s->name);
        bench_set(b, function);
        *bench_element(b, "hamiltonians", 2, 0, 3) = NAN;
        bench_refused(b, HL_ERR_NONFINITE, "hamiltonians: element (0, 3) of configuration 2 is NaN", NULL);
        test("%s: NaN in the lower triangle only is refused", s->name);
        bench_set(b, function);
        *bench_element(b, "hamiltonians", 2, 3, 0) = NAN;
        bench_refused(b, HL_ERR_NONFINITE, "hamiltonians: element (3, 0) of configuration 2 is NaN", NULL);
    }
}

static void asymmetry(bench *b, enum function function)
{
    const char *name = signatures[function].name;
    double *element;
    test("%s: an asymmetric Hamiltonian is refused, element and configuration named", name);
    bench_set(b, function);
    *bench_element(b, "hamiltonians", 1, 3, 2) += 1e-6;
    bench_refused(b, HL_ERR_ARGUMENT, "hamiltonians", "configuration 1", "symmetric", NULL);
    expect(mentions_number(hl_last_error_message(), 3) && mentions_number(hl_last_error_message(), 2), "the element is missing from \"%s\"",
           hl_last_error_message());
    test("%s: a transposed sign in the first configuration is refused", name);
    bench_set(b, function);
    *bench_element(b, "hamiltonians", 0, 0, 1) *= -1.0;
    bench_refused(b, HL_ERR_ARGUMENT, "hamiltonians", "configuration 0", NULL);
    test("%s: asymmetry just above 1e-12 of the largest element is refused", name);
    bench_set(b, function);
    element = bench_element(b, "hamiltonians", 2, 1, 0);
    *element += 1.1e-12 * 12511.0;
    bench_refused(b, HL_ERR_ARGUMENT, "hamiltonians", "configuration 2", NULL);
    test("%s: asymmetry of rounding (1e-13 of the largest element) is accepted", name);
    bench_set(b, function);
    *bench_element(b, "hamiltonians", 2, 1, 0) += 1e-13 * 12511.0;
    bench_accepted(b);
}

static void site_energies(bench *b, enum function function)
{
    static const double energies[] = {0.0, -1.0, -20000.0};
    const char *name = signatures[function].name, *asked = function == STICKS ? "rotational_strengths" : "cd";
    size_t k;
    for (k = 0; k < 3; k++) {
        test("%s: site energy %g is refused when %s is asked for", name, energies[k], asked);
        bench_set(b, function);
        *bench_element(b, "hamiltonians", 1, 2, 2) = energies[k];
        bench_refused(b, HL_ERR_ARGUMENT, "hamiltonians", "energy_offset", NULL);
        expect(mentions_number(hl_last_error_message(), 2) && mentions_number(hl_last_error_message(), 1),
               "site or configuration is missing from \"%s\"", hl_last_error_message());
        test("%s: site energy %g is accepted without %s", name, energies[k], asked);
        b->c.pointers[bench_array(b, asked)] = NULL;
        bench_accepted(b);
        test("%s: site energy %g is accepted with energy_offset 30000", name, energies[k]);
        bench_set(b, function);
        *bench_element(b, "hamiltonians", 1, 2, 2) = energies[k];
        b->c.options->energy_offset = 30000.0;
        bench_accepted(b);
        test("%s: site energy %g of a deleted pigment is no matter", name, energies[k]);
        bench_set(b, function);
        *bench_element(b, "hamiltonians", 1, 2, 2) = energies[k];
        bench_pass(b, "deleted");
        ((unsigned char *)b->c.pointers[bench_array(b, "deleted")])[2] = 1;
        bench_accepted(b);
    }
}

static void grids(bench *b, enum function function)
{
    const char *name = signatures[function].name;
    test("%s: two equal grid points are refused", name);
    bench_set(b, function);
    *bench_element(b, "grid", 4, 0, 0) = *bench_element(b, "grid", 3, 0, 0);
    bench_refused(b, HL_ERR_ARGUMENT, "grid", "ascending", NULL);
    expect(mentions_number(hl_last_error_message(), 4), "index 4 is missing from \"%s\"", hl_last_error_message());
    test("%s: a descending grid is refused", name);
    bench_set(b, function);
    b->c.pointers[bench_array(b, "grid")] = bench_element(b, "grid", BENCH_GRID - 1, 0, 0);
    b->strides[bench_array(b, "grid")][0] = -1;
    bench_refused(b, HL_ERR_ARGUMENT, "grid", "ascending", NULL);
    test("%s: a grid of stride 0 is refused", name);
    bench_set(b, function);
    b->strides[bench_array(b, "grid")][0] = 0;
    bench_refused(b, HL_ERR_ARGUMENT, "grid", "ascending", NULL);
    test("%s: an uneven ascending grid is accepted", name);
    bench_set(b, function);
    *bench_element(b, "grid", 3, 0, 0) += 7.25;
    bench_accepted(b);
}

static void weights(bench *b, enum function function)
{
    const char *name = signatures[function].name;
    int k;
    test("%s: a negative weight is refused", name);
    bench_set(b, function);
    *bench_element(b, "weights", 2, 0, 0) = -0.125;
    bench_refused(b, HL_ERR_ARGUMENT, "weights", "-0.125", NULL);
    expect(mentions_number(hl_last_error_message(), 2), "index 2 is missing from \"%s\"", hl_last_error_message());
    test("%s: weights that are all zero are refused", name);
    bench_set(b, function);
    for (k = 0; k < BENCH_CONF; k++)
        *bench_element(b, "weights", k, 0, 0) = 0.0;
    bench_refused(b, HL_ERR_ARGUMENT, "weights", NULL);
    test("%s: weights whose sum overflows are refused", name);
    bench_set(b, function);
    for (k = 0; k < BENCH_CONF; k++)
        *bench_element(b, "weights", k, 0, 0) = 1.7e308;
    bench_refused(b, HL_ERR_ARGUMENT, "weights", NULL);
    test("%s: some zero weights and the weight -0 are accepted", name);
    bench_set(b, function);
    *bench_element(b, "weights", 0, 0, 0) = 0.0;
    *bench_element(b, "weights", 1, 0, 0) = -0.0;
    bench_accepted(b);
    test("%s: one weight broadcast to all configurations is accepted", name);
    bench_set(b, function);
    b->strides[bench_array(b, "weights")][0] = 0;
    bench_accepted(b);
}

static void widths(bench *b, enum function function)
{
    static const double bad[] = {0.0, -0.0, -70.0};
    static const char *const arrays[] = {"fwhm_values", "fwhm_cd_values"};
    const char *name = signatures[function].name;
    size_t v, a;
    for (a = 0; a < 2; a++)
        for (v = 0; v < 3; v++) {
            test("%s: the width %g in %s is refused", name, bad[v], arrays[a]);
            bench_set(b, function);
            b->c.options->fwhm_by = HL_FWHM_PER_EXCITON;
            bench_pass(b, "fwhm_values");
            bench_pass(b, arrays[a]);
            *bench_element(b, arrays[a], 2, 0, 0) = bad[v];
            bench_refused(b, HL_ERR_OPTION, arrays[a], NULL);
            expect(mentions_number(hl_last_error_message(), 2), "index 2 is missing from \"%s\"", hl_last_error_message());
        }
}

static void deleted_pigments(bench *b, enum function function)
{
    const char *name = signatures[function].name;
    int k;
    test("%s: any non-zero byte deletes a pigment", name);
    bench_set(b, function);
    bench_pass(b, "deleted");
    ((unsigned char *)b->c.pointers[bench_array(b, "deleted")])[1] = 255;
    bench_accepted(b);
    test("%s: what stands in the rows, columns and vectors of a deleted pigment is never read", name);
    bench_set(b, function);
    bench_pass(b, "deleted");
    ((unsigned char *)b->c.pointers[bench_array(b, "deleted")])[1] = 1;
    for (k = 0; k < BENCH_SITE; k++) {
        *bench_element(b, "hamiltonians", 1, 1, k) = NAN;
        *bench_element(b, "hamiltonians", 1, k, 1) = k == 1 ? -INFINITY : 77.0;
        *bench_element(b, "dipoles", 2, 1, k % 3) = NAN;
        *bench_element(b, "positions", 0, 1, k % 3) = INFINITY;
    }
    bench_accepted(b);
    test("%s: with every pigment deleted the sums are empty: zeros", name);
    bench_set(b, function);
    bench_pass(b, "deleted");
    memset(b->c.pointers[bench_array(b, "deleted")], 1, BENCH_SITE);
    bench_accepted(b);
    for (k = 0; k < signatures[function].n_arrays; k++)
        if (signatures[function].arrays[k].use == OUTPUT)
            expect(*(double *)b->c.pointers[k] == 0.0, "%s is %g", signatures[function].arrays[k].name, *(double *)b->c.pointers[k]);
    test("%s: zero dipoles that are to be normalised are refused", name);
    bench_set(b, function);
    b->c.options->normalize_dipoles = 1;
    for (k = 0; k < 3 * BENCH_SITE; k++)
        *bench_element(b, "dipoles", 1, k / 3, k % 3) = 0.0;
    bench_refused(b, HL_ERR_ARGUMENT, "dipoles", "configuration 1", NULL);
}

static void several_mistakes(bench *b)
{
    test("several mistakes at once: one of them is reported, nothing is written");
    bench_set(b, SPECTRUM);
    b->c.options->fwhm = NAN;
    b->c.pointers[bench_array(b, "hamiltonians")] = NULL;
    *bench_element(b, "grid", 2, 0, 0) = 0.0;
    *bench_element(b, "dipoles", 0, 0, 0) = INFINITY;
    bench_refused(b, HL_ERR_NULL, "hamiltonians", NULL);
    test("an error message stays until the next failing call, and a good call leaves it");
    {
        char kept[512];
        snprintf(kept, sizeof kept, "%s", hl_last_error_message());
        bench_set(b, SPECTRUM);
        bench_accepted(b);
        expect(!strcmp(kept, hl_last_error_message()), "the message changed from \"%s\" to \"%s\"", kept, hl_last_error_message());
    }
    test("hl_units_convert: units of different kinds, or unknown ones, are refused");
    bench_set(b, CONVERT);
    b->c.to_unit = HL_UNIT_DEBYE;
    bench_refused(b, HL_ERR_ARGUMENT, "to_unit", NULL);
    b->c.to_unit = 9999;
    bench_refused(b, HL_ERR_ARGUMENT, "to_unit", "9999", NULL);
    b->c.to_unit = HL_UNIT_HARTREE;
    b->c.from_unit = -1;
    bench_refused(b, HL_ERR_ARGUMENT, "from_unit", "-1", NULL);
}

int main(void)
{
    static bench b;
    enum function function;
    for (function = STICKS; function < N_FUNCTIONS; function++) {
        non_finite(&b, function);
        if (function == STICKS || function == SPECTRUM) {
            asymmetry(&b, function);
            site_energies(&b, function);
            deleted_pigments(&b, function);
        }
        if (function == BROADEN || function == SPECTRUM) {
            grids(&b, function);
            weights(&b, function);
            widths(&b, function);
        }
    }
    several_mistakes(&b);
    return finish("bad values");
}
