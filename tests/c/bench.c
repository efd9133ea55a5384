/* A small legal problem for each function; see bench.h. */
#include "bench.h"

#include "harness.h"
#include "strided.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value for element (i, j, k) of a named array that makes the problem legal. */
static double legal_value(const char *name, ptrdiff_t i, ptrdiff_t j, ptrdiff_t k)
{
    if (!strcmp(name, "hamiltonians"))
        return j == k ? 12400.0 + 37.0 * (double)j - 11.0 * (double)(i * j % 5) : -40.0 + 7.0 * (double)(j * k) + 3.0 * (double)i;
    if (!strcmp(name, "dipoles"))
        return cos(1.0 + (double)i + 2.0 * (double)j + 0.7 * (double)k);
    if (!strcmp(name, "positions"))
        return 10.0 * sin(0.3 * (double)i + 1.7 * (double)j + 2.9 * (double)k);
    if (!strcmp(name, "energies"))
        return 12300.0 + 60.0 * (double)j + 5.0 * (double)i;
    if (!strcmp(name, "grid"))
        return 12280.0 + 45.0 * (double)i;
    if (!strcmp(name, "weights"))
        return 1.0 + 0.5 * (double)i;
    if (!strcmp(name, "values"))
        return 12000.0 + 100.0 * (double)i;
    return 1.0 + 0.25 * (double)(i + j + k); /* strengths and widths */
}

static void fill(bench *b, int k)
{
    const parameter *array = &signatures[b->c.function].arrays[k];
    ptrdiff_t dims[3] = {1, 1, 1}, i, j, l;
    int axis;
    for (axis = 0; axis < array->rank; axis++)
        dims[axis] = extent_of(&b->c, array, axis);
    b->strides[k][0] = array->rank > 1 ? dims[1] * dims[2] : 1;
    b->strides[k][1] = array->rank > 2 ? dims[2] : 1;
    b->strides[k][2] = 1;
    memset(b->storage[k], POISON, sizeof b->storage[k]);
    for (i = 0; i < dims[0] && array->use != OUTPUT; i++)
        for (j = 0; j < dims[1]; j++)
            for (l = 0; l < dims[2]; l++) {
                const ptrdiff_t offset = i * b->strides[k][0] + (array->rank > 1 ? j * b->strides[k][1] : 0) +
                                         (array->rank > 2 ? l * b->strides[k][2] : 0);
                if (array->element == 1)
                    ((unsigned char *)(b->storage[k] + ORIGIN))[offset] = 0;
                else
                    b->storage[k][ORIGIN + offset] = legal_value(array->name, i, j, l);
            }
    b->c.strides[k] = b->strides[k];
    b->c.pointers[k] = array->use == OPTION ? NULL : b->storage[k] + ORIGIN;
}

void bench_set(bench *b, enum function function)
{
    int k;
    memset(b, 0, sizeof *b);
    b->c.function = function;
    b->c.dims[CONF] = BENCH_CONF;
    b->c.dims[SITE] = BENCH_SITE;
    b->c.dims[GRID] = BENCH_GRID;
    b->c.from_unit = HL_UNIT_WAVENUMBER;
    b->c.to_unit = HL_UNIT_ELECTRONVOLT;
    b->c.options = &b->options.known;
    hl_exciton_options_init(b->c.options, sizeof b->options.known);
    for (k = 0; k < signatures[function].n_arrays; k++)
        fill(b, k);
}

int bench_array(const bench *b, const char *name)
{
    const signature *s = &signatures[b->c.function];
    int k;
    for (k = 0; k < s->n_arrays; k++)
        if (!strcmp(s->arrays[k].name, name))
            return k;
    fprintf(stderr, "%s has no array %s\n", s->name, name);
    exit(2);
}

void bench_pass(bench *b, const char *name)
{
    const int k = bench_array(b, name);
    b->c.pointers[k] = b->storage[k] + ORIGIN;
}

double *bench_element(bench *b, const char *name, ptrdiff_t i, ptrdiff_t j, ptrdiff_t k)
{
    const int a = bench_array(b, name);
    const int rank = signatures[b->c.function].arrays[a].rank;
    return b->storage[a] + ORIGIN + i * b->strides[a][0] + (rank > 1 ? j * b->strides[a][1] : 0) + (rank > 2 ? k * b->strides[a][2] : 0);
}

void bench_refused(bench *b, hl_status expected, ...)
{
    static double before[MAX_ARRAYS][STORAGE];
    const char *fragment, *message;
    hl_status status;
    va_list fragments;
    memcpy(before, b->storage, sizeof before);
    status = perform(&b->c);
    message = hl_last_error_message();
    expect(status == expected, "status is %d (%s) instead of %d; the message is \"%s\"", status, hl_status_string(status), expected,
           status == HL_OK ? "" : message);
    expect(!memcmp(before, b->storage, sizeof before), "an array was written although the status is %d", status);
    if (status == HL_OK)
        return;
    expect(strstr(message, signatures[b->c.function].name) == message, "the message does not begin with the function: \"%s\"", message);
    va_start(fragments, expected);
    while ((fragment = va_arg(fragments, const char *)))
        expect(strstr(message, fragment) != NULL, "\"%s\" is missing from the message \"%s\"", fragment, message);
    va_end(fragments);
}

void bench_accepted(bench *b)
{
    const hl_status status = perform(&b->c);
    expect(status == HL_OK, "status is %d: %s", status, hl_last_error_message());
}

int mentions_number(const char *message, ptrdiff_t number)
{
    char digits[32];
    const char *at = message;
    const size_t length = (size_t)snprintf(digits, sizeof digits, "%td", number);
    while ((at = strstr(at, digits))) {
        if ((at == message || !(isdigit((unsigned char)at[-1]) || at[-1] == '.')) && !isdigit((unsigned char)at[length]))
            return 1;
        at++;
    }
    return 0;
}
