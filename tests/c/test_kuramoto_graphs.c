/* Graphs of networks, with indices of 32 and 64 bits beside numbers of either precision: what is not a graph is refused with its place and
   nothing is written; every way to say the same graph gives the same bits. */
#include "bench.h" /* mentions_number */
#include "harness.h"
#include "kuramoto_bench.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    enum kuramoto_function function;
    int bits, index_bits;
} trial;

static void set(kuramoto_bench *b, trial t)
{
    kuramoto_bench_set(b, t.function, t.bits, 1, -1);
    kuramoto_bench_graph(b, t.index_bits);
}

/* One element that spoils the bench's graph, whose rows start at 0, 2, 3, 3 and end at 6. */
static const struct {
    int array;
    ptrdiff_t element;
    double value;
    const char *why;
} spoiled[] = {
    {ROW_START, 0, 1, "edges before the first row"},
    {ROW_START, 0, -1, "a negative start"},
    {ROW_START, 1, -2, "a negative start"},
    {ROW_START, 2, 1, "starts that descend"},
    {ROW_START, 2, 7, "a row beyond the edges"},
    {ROW_START, 3, INT32_MAX, "a row beyond the edges"},
    {ROW_START, 3, INT32_MIN, "a negative start"},
    {ROW_START, 4, 5, "an edge of no row"},
    {ROW_START, 4, 7, "a last row beyond the edges"},
    {NEIGHBOURS, 0, 4, "a node that is not there"},
    {NEIGHBOURS, 5, 4, "a node that is not there, counting from 1"},
    {NEIGHBOURS, 3, -1, "a negative node"},
    {NEIGHBOURS, 5, INT32_MIN, "a negative node"},
    {NEIGHBOURS, 2, INT32_MAX, "a node that is not there"},
};

static void no_graphs(kuramoto_bench *b, trial t)
{
    static const int32_t widths[] = {0, 16, 33, -32, 128, INT32_MAX, INT32_MIN};
    size_t k;
    int nonfinite;
    for (k = 0; k < sizeof spoiled / sizeof *spoiled; k++)
        for (nonfinite = HL_NONFINITE_REFUSE; nonfinite <= HL_NONFINITE_PROPAGATE; nonfinite++) {
            char value[32];
            const char *name = kuramoto_array_name(t.function, spoiled[k].array);
            set(b, t);
            test("%s, %d-bit indices: %s, %s[%td] = %.0f, is refused", kuramoto_function_name(&b->c), t.index_bits, spoiled[k].why, name,
                 spoiled[k].element, spoiled[k].value);
            b->c.options->nonfinite = nonfinite;
            kuramoto_bench_write(b, spoiled[k].array, spoiled[k].element, spoiled[k].value);
            snprintf(value, sizeof value, "%.0f", spoiled[k].value);
            kuramoto_bench_refused(b, HL_ERR_ARGUMENT, name, value, NULL);
            expect(mentions_number(hl_last_error_message(), spoiled[k].element), "the element is missing from \"%s\"", hl_last_error_message());
        }
    for (k = 0; k < sizeof widths / sizeof *widths; k++) {
        char value[32];
        set(b, t);
        test("%s: index_bits = %d is refused", kuramoto_function_name(&b->c), widths[k]);
        b->c.index_bits = widths[k];
        snprintf(value, sizeof value, "%d", widths[k]);
        kuramoto_bench_refused(b, HL_ERR_ARGUMENT, "index_bits", value, NULL);
    }
    if (t.index_bits == 64) {
        set(b, t);
        test("%s: an index whose lower half alone is right is refused", kuramoto_function_name(&b->c));
        kuramoto_bench_write(b, NEIGHBOURS, 1, 4294967296.0 + 2.0);
        kuramoto_bench_refused(b, HL_ERR_ARGUMENT, "neighbours", "4294967298", NULL);
    }
}

static unsigned char expected[KURAMOTO_STORAGE];

static void expect_the_same(kuramoto_bench *b, trial t)
{
    const int result = kuramoto_is_rhs(t.function) ? DTHETA : THETA;
    kuramoto_bench_accepted(b);
    expect(!memcmp(expected, b->storage[result].bytes, sizeof expected), "other bits");
}

static void same_graph(kuramoto_bench *b, trial t)
{
    const int result = kuramoto_is_rhs(t.function) ? DTHETA : THETA;
    ptrdiff_t any = 0;
    int k;
    set(b, (trial){t.function, t.bits, t.bits});
    kuramoto_bench_accepted(b);
    memcpy(expected, b->storage[result].bytes, sizeof expected);
    test("%s: %d-bit indices give the same bits", kuramoto_function_name(&b->c), t.index_bits);
    set(b, t);
    expect_the_same(b, t);
    test("%s, %d-bit indices: contiguous arrays need no strides", kuramoto_function_name(&b->c), t.index_bits);
    set(b, t);
    b->c.strides[ROW_START] = b->c.strides[NEIGHBOURS] = b->c.strides[WEIGHTS] = NULL;
    expect_the_same(b, t);
    test("%s, %d-bit indices: reversed and spaced graphs", kuramoto_function_name(&b->c), t.index_bits);
    set(b, t);
    {
        /* the same elements from the back, and two apart */
        static const int row_start[] = {0, 2, 3, 3, KURAMOTO_EDGES}, neighbours[KURAMOTO_EDGES] = {1, 2, 0, 3, 1, 3};
        b->strides[ROW_START][0] = -1;
        b->strides[NEIGHBOURS][0] = 2;
        for (k = 0; k < 5; k++)
            kuramoto_bench_write(b, ROW_START, k, row_start[k]);
        for (k = 0; k < KURAMOTO_EDGES; k++)
            kuramoto_bench_write(b, NEIGHBOURS, k, neighbours[k]);
    }
    expect_the_same(b, t);

    test("%s, %d-bit indices: no weights, weights of 1 and one weight of 1 are the same", kuramoto_function_name(&b->c), t.index_bits);
    set(b, t);
    b->c.pointers[WEIGHTS] = NULL;
    kuramoto_bench_accepted(b);
    memcpy(expected, b->storage[result].bytes, sizeof expected);
    set(b, t);
    for (k = 0; k < KURAMOTO_EDGES; k++)
        kuramoto_bench_write(b, WEIGHTS, k, 1.0);
    expect_the_same(b, t);
    set(b, t);
    kuramoto_bench_write(b, WEIGHTS, 0, 1.0);
    b->c.strides[WEIGHTS] = &any;
    expect_the_same(b, t);

    test("%s, %d-bit indices: edges to oneself and several between two nodes", kuramoto_function_name(&b->c), t.index_bits);
    set(b, t);
    for (k = 0; k < KURAMOTO_EDGES; k++)
        kuramoto_bench_write(b, NEIGHBOURS, k, k < 3 ? 0.0 : 3.0);
    kuramoto_bench_accepted(b);
}

int main(void)
{
    static kuramoto_bench b;
    trial t;
    for (t.function = NETWORK_RHS; t.function <= NETWORK_INTEGRATE; t.function++)
        for (t.bits = 32; t.bits <= 64; t.bits += 32)
            for (t.index_bits = 32; t.index_bits <= 64; t.index_bits += 32) {
                no_graphs(&b, t);
                same_graph(&b, t);
            }
    return finish("kuramoto graphs");
}
