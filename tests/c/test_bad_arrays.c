/* Bad arrays and dimensions, asked of every argument of every computing function: each mistake has its own status and a message
   that names the function and the argument, writes nothing, and legal unusual arrays (interleaved, empty, one element long) pass. */
#include "bench.h"
#include "harness.h"
#include "strided.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *function_name(const bench *b) { return signatures[b->c.function].name; }

/* Widths and deleted pigments are passed too, so that these arrays are on trial; broaden knows no sites. */
static void set_with_options(bench *b, enum function function)
{
    bench_set(b, function);
    if (function == CONVERT)
        return;
    b->c.options->fwhm_by = HL_FWHM_PER_EXCITON;
    bench_pass(b, "fwhm_values");
    bench_pass(b, "fwhm_cd_values");
    if (function != BROADEN)
        bench_pass(b, "deleted");
}

/* weights and the deleted mask may be left out, fwhm_cd_values too; every output is optional except the only one of convert. */
static int is_optional(const bench *b, int k)
{
    const parameter *array = &signatures[b->c.function].arrays[k];
    return (array->use == OUTPUT && b->c.function != CONVERT) || !strcmp(array->name, "weights") ||
           (array->use == OPTION && strcmp(array->name, "fwhm_values"));
}

static void null_pointers(bench *b, enum function function)
{
    int k;
    for (k = 0; k < signatures[function].n_arrays; k++) {
        const char *name = signatures[function].arrays[k].name;
        set_with_options(b, function);
        if (b->c.pointers[k] == NULL)
            continue;
        test("%s: %s = NULL is %s", function_name(b), name, is_optional(b, k) ? "accepted" : "refused");
        b->c.pointers[k] = NULL;
        if (is_optional(b, k))
            bench_accepted(b);
        else
            bench_refused(b, HL_ERR_NULL, name, NULL);
    }
}

static void bad_dimensions(bench *b, enum function function)
{
    static const ptrdiff_t wrong[] = {-1, PTRDIFF_MIN, PTRDIFF_MAX, PTRDIFF_MAX / 2};
    const signature *s = &signatures[function];
    size_t w;
    int d, k;
    for (d = 0; d < s->n_dims; d++)
        for (w = 0; w < sizeof wrong / sizeof *wrong; w++) {
            set_with_options(b, function);
            test("%s: %s = %td is refused", s->name, s->dim_names[d], wrong[w]);
            b->c.dims[s->dim_axes[d]] = wrong[w];
            bench_refused(b, HL_ERR_SHAPE, wrong[w] < 0 ? s->dim_names[d] : "", NULL);
            test("%s: %s = %td with contiguous arrays is refused", s->name, s->dim_names[d], wrong[w]);
            for (k = 0; k < s->n_arrays; k++)
                b->c.strides[k] = NULL;
            bench_refused(b, HL_ERR_SHAPE, wrong[w] < 0 ? s->dim_names[d] : "", NULL);
        }
}

static void misaligned(bench *b, enum function function)
{
    const signature *s = &signatures[function];
    int k, off;
    for (k = 0; k < s->n_arrays; k++)
        for (off = 1; off < 8 && s->arrays[k].element > 1; off += 3) {
            set_with_options(b, function);
            test("%s: %s %d bytes off alignment is refused", s->name, s->arrays[k].name, off);
            b->c.pointers[k] = (unsigned char *)b->c.pointers[k] + off;
            bench_refused(b, HL_ERR_ALIGNMENT, s->arrays[k].name, NULL);
        }
}

static void bad_strides(bench *b, enum function function)
{
    const signature *s = &signatures[function];
    int k, axis;
    for (k = 0; k < s->n_arrays; k++) {
        const char *name = s->arrays[k].name;
        for (axis = 0; axis < s->arrays[k].rank; axis++) {
            if (s->arrays[k].use == OUTPUT) {
                set_with_options(b, function);
                test("%s: stride 0 along axis %d of the output %s is refused", s->name, axis, name);
                b->strides[k][axis] = 0;
                bench_refused(b, HL_ERR_STRIDE, name, NULL);
            }
            set_with_options(b, function);
            if (b->c.pointers[k] == NULL)
                continue;
            test("%s: a stride of %s that overflows is refused (axis %d)", s->name, name, axis);
            b->strides[k][axis] = PTRDIFF_MAX - 1;
            bench_refused(b, HL_ERR_STRIDE, name, NULL);
            test("%s: the stride PTRDIFF_MIN of %s is refused (axis %d)", s->name, name, axis);
            b->strides[k][axis] = PTRDIFF_MIN;
            bench_refused(b, HL_ERR_STRIDE, name, NULL);
        }
        if (s->arrays[k].use == OUTPUT && s->arrays[k].rank > 1) {
            set_with_options(b, function);
            test("%s: output %s whose rows overlap is refused", s->name, name);
            b->strides[k][s->arrays[k].rank - 2] = 2;
            bench_refused(b, HL_ERR_STRIDE, name, NULL);
            set_with_options(b, function);
            test("%s: output %s with two equal strides is refused", s->name, name);
            b->strides[k][s->arrays[k].rank - 2] = b->strides[k][s->arrays[k].rank - 1] = -3;
            bench_refused(b, HL_ERR_STRIDE, name, NULL);
        }
    }
}

/* Every output on top of every other array: same start, last element of one on the first of the other, and reversed. */
static void overlaps(bench *b, enum function function)
{
    const signature *s = &signatures[function];
    int out, other, way;
    for (out = 0; out < s->n_arrays; out++)
        for (other = 0; other < s->n_arrays && s->arrays[out].use == OUTPUT; other++)
            for (way = 0; way < 3 && other != out; way++) {
                ptrdiff_t reach = 0;
                int axis;
                set_with_options(b, function);
                if (b->c.pointers[other] == NULL || (function == CONVERT && way == 0))
                    continue; /* hl_units_convert works in place: accepted below */
                test("%s: output %s that shares memory with %s is refused (%s)", s->name, s->arrays[out].name, s->arrays[other].name,
                     way == 0 ? "same start" : way == 1 ? "first on last element" : "reversed, ends meet");
                for (axis = 0; axis < s->arrays[other].rank; axis++)
                    reach += (extent_of(&b->c, &s->arrays[other], axis) - 1) * b->strides[other][axis];
                if (s->arrays[other].element == 1 && way > 0)
                    reach = 0;
                b->c.pointers[out] = (double *)b->c.pointers[other] + (way == 0 ? 0 : reach);
                for (axis = 0; axis < s->arrays[out].rank && way == 2; axis++)
                    b->strides[out][axis] = -b->strides[out][axis];
                bench_refused(b, HL_ERR_ALIAS, s->arrays[out].name, s->arrays[other].name, NULL);
            }
}

static void empty_dimensions(bench *b, enum function function)
{
    const signature *s = &signatures[function];
    int d, k, i;
    for (d = 0; d < s->n_dims; d++) {
        const int mean_of_nothing = s->dim_axes[d] == CONF && function != STICKS;
        bench_set(b, function);
        test("%s: %s = 0 is %s", s->name, s->dim_names[d], mean_of_nothing ? "a shape error" : "accepted, arrays may be NULL");
        b->c.dims[s->dim_axes[d]] = 0;
        if (mean_of_nothing) {
            bench_refused(b, HL_ERR_SHAPE, s->dim_names[d], NULL);
            continue;
        }
        for (k = 0; k < s->n_arrays; k++)
            for (i = 0; i < s->arrays[k].rank; i++)
                if (s->arrays[k].axes[i] == s->dim_axes[d])
                    b->c.pointers[k] = NULL;
        bench_accepted(b);
        for (k = 0; k < s->n_arrays; k++)
            for (i = 0; i < BENCH_GRID && function != STICKS && s->arrays[k].use == OUTPUT && b->c.pointers[k]; i++)
                expect(((double *)b->c.pointers[k])[i] == 0.0, "%s[%d] is not 0, the empty sum", s->arrays[k].name, i);
    }
}

/* The stride of an axis of extent 0 or 1 is ignored, whatever it is: NumPy and Julia hand over anything there. */
static void short_axes(bench *b, enum function function)
{
    static const ptrdiff_t any[] = {0, -7, PTRDIFF_MIN, PTRDIFF_MAX};
    const signature *s = &signatures[function];
    size_t w;
    int d, k, axis;
    for (d = 0; d < s->n_dims; d++)
        for (w = 0; w < sizeof any / sizeof *any; w++) {
            bench_set(b, function);
            test("%s: the stride %td of an axis of extent 1 is ignored (%s)", s->name, any[w], s->dim_names[d]);
            b->c.dims[s->dim_axes[d]] = 1;
            for (k = 0; k < s->n_arrays; k++)
                for (axis = 0; axis < s->arrays[k].rank; axis++)
                    if (s->arrays[k].axes[axis] == s->dim_axes[d])
                        b->strides[k][axis] = any[w];
            bench_accepted(b);
        }
}

static void get(bench *b, int k, double *c_order)
{
    const parameter *array = &signatures[b->c.function].arrays[k];
    strided view;
    int axis;
    view.rank = array->rank;
    view.element = array->element;
    view.first = b->c.pointers[k];
    for (axis = 0; axis < array->rank; axis++) {
        view.dims[axis] = extent_of(&b->c, array, axis);
        view.strides[axis] = b->c.strides[k][axis];
    }
    strided_get(&view, c_order);
}

/* Two outputs, or an input and an output, as columns of one table. */
static void interleaved(bench *b, enum function function)
{
    const signature *s = &signatures[function];
    static double plain[MAX_ARRAYS][STORAGE], woven[STORAGE];
    int out, other, k, axis;
    for (out = 0; out < s->n_arrays; out++)
        for (other = 0; other < s->n_arrays && s->arrays[out].use == OUTPUT; other++) {
            double table[2 * STORAGE];
            double input[STORAGE];
            if (other == out || s->arrays[other].use == OPTION || s->arrays[other].rank != s->arrays[out].rank ||
                memcmp(s->arrays[other].axes, s->arrays[out].axes, sizeof s->arrays[out].axes))
                continue;
            test("%s: %s and %s as columns of one table are accepted and give the same bits", s->name, s->arrays[out].name,
                 s->arrays[other].name);
            bench_set(b, function);
            bench_accepted(b);
            for (k = 0; k < s->n_arrays; k++)
                if (s->arrays[k].use == OUTPUT)
                    get(b, k, plain[k]);
            bench_set(b, function);
            get(b, other, input);
            for (axis = 0; axis < 3; axis++) {
                b->strides[out][axis] *= 2;
                b->strides[other][axis] *= 2;
            }
            memset(table, POISON, sizeof table);
            b->c.pointers[out] = table + 1;
            b->c.pointers[other] = table;
            if (s->arrays[other].use == INPUT) {
                strided view;
                view.rank = s->arrays[other].rank;
                view.element = sizeof(double);
                view.first = table;
                for (axis = 0; axis < view.rank; axis++) {
                    view.dims[axis] = extent_of(&b->c, &s->arrays[other], axis);
                    view.strides[axis] = b->strides[other][axis];
                }
                strided_put(&view, input);
            }
            bench_accepted(b);
            for (k = 0; k < s->n_arrays; k++)
                if (s->arrays[k].use == OUTPUT) {
                    ptrdiff_t length = 1;
                    for (axis = 0; axis < s->arrays[k].rank; axis++)
                        length *= extent_of(&b->c, &s->arrays[k], axis);
                    get(b, k, woven);
                    expect(!memcmp(woven, plain[k], (size_t)length * sizeof(double)), "%s has other bits", s->arrays[k].name);
                }
        }
}

static void units_in_place(bench *b)
{
    double expected[BENCH_GRID];
    test("hl_units_convert: in place (same pointer, same strides) is accepted and gives the same bits");
    bench_set(b, CONVERT);
    bench_accepted(b);
    get(b, 1, expected);
    bench_set(b, CONVERT);
    b->c.pointers[1] = b->c.pointers[0];
    bench_accepted(b);
    expect(!memcmp(expected, b->c.pointers[0], sizeof expected), "in place gives other bits");
    test("hl_units_convert: in place with other strides is refused");
    bench_set(b, CONVERT);
    b->c.pointers[1] = b->c.pointers[0];
    b->strides[1][0] = 2;
    bench_refused(b, HL_ERR_ALIAS, "values", "converted", NULL);
    test("hl_units_convert: in place, one reversed on the other, is refused");
    bench_set(b, CONVERT);
    b->c.pointers[1] = (double *)b->c.pointers[0] + BENCH_GRID - 1;
    b->strides[1][0] = -1;
    bench_refused(b, HL_ERR_ALIAS, "values", "converted", NULL);
}

static void absent_arrays(bench *b)
{
    test("hl_exciton_spectrum: positions may be NULL without cd");
    bench_set(b, SPECTRUM);
    b->c.pointers[bench_array(b, "cd")] = b->c.pointers[bench_array(b, "positions")] = NULL;
    bench_accepted(b);
    test("hl_exciton_sticks: positions may be NULL without rotational_strengths");
    bench_set(b, STICKS);
    b->c.pointers[bench_array(b, "rotational_strengths")] = b->c.pointers[bench_array(b, "positions")] = NULL;
    bench_accepted(b);
    test("hl_exciton_broaden: rotational_strengths may be NULL without cd");
    bench_set(b, BROADEN);
    b->c.pointers[bench_array(b, "rotational_strengths")] = b->c.pointers[bench_array(b, "cd")] = NULL;
    bench_accepted(b);
    test("hl_exciton_broaden: dipole_strengths may be NULL without absorption");
    bench_set(b, BROADEN);
    b->c.pointers[bench_array(b, "dipole_strengths")] = b->c.pointers[bench_array(b, "absorption")] = NULL;
    bench_accepted(b);
}

int main(void)
{
    static bench b;
    enum function function;
    for (function = STICKS; function < N_FUNCTIONS; function++) {
        null_pointers(&b, function);
        bad_dimensions(&b, function);
        misaligned(&b, function);
        bad_strides(&b, function);
        overlaps(&b, function);
        empty_dimensions(&b, function);
        short_axes(&b, function);
        interleaved(&b, function);
    }
    units_in_place(&b);
    absent_arrays(&b);
    return finish("bad arrays");
}
