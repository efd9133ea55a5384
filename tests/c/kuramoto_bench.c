/* A small legal call of each Kuramoto function; see kuramoto_bench.h. */
#include "kuramoto_bench.h"

#include "harness.h"
#include "strided.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

void kuramoto_bench_set(kuramoto_bench *b, enum kuramoto_function function, int bits, int rank, int halo)
{
    static const ptrdiff_t shape[3] = {4, 5, 3};
    ptrdiff_t dims[4], extent, k;
    int array, axis;
    memset(b, 0, sizeof *b);
    b->c.function = function;
    b->c.bits = bits;
    b->c.rank = rank;
    memcpy(b->c.shape, shape, sizeof shape);
    b->c.shape_pointer = b->c.shape;
    b->c.n_edges = KURAMOTO_EDGES;
    b->c.index_bits = bits;
    b->c.n_steps = 2 * KURAMOTO_FRAMES;
    b->c.record_every = 2;
    b->c.n_frames = KURAMOTO_FRAMES;
    b->c.dt = 0.0625;
    b->c.steps_done = &b->steps_done;
    b->steps_done = -7;
    b->c.options = &b->options.known;
    hl_kuramoto_options_init(b->c.options, sizeof b->options.known);
    if (halo >= 0)
        b->c.options->boundary[halo] = HL_BOUNDARY_HALO;
    for (array = 0; array < N_KURAMOTO_ARRAYS; array++) {
        const enum kuramoto_use use = kuramoto_array_use(function, array);
        memset(b->storage[array].bytes, POISON, KURAMOTO_STORAGE);
        extent = 1;
        for (axis = kuramoto_array_dims(&b->c, array, dims) - 1; axis >= 0; axis--) {
            b->strides[array][axis] = extent;
            extent *= dims[axis];
        }
        if (use == NOT_TAKEN || kuramoto_is_index(array) || (use == FACE && (array - BELOW) % 3 != halo))
            continue;
        b->c.pointers[array] = b->storage[array].bytes + KURAMOTO_ORIGIN;
        b->c.strides[array] = b->strides[array];
        for (k = 0; k < extent && (use != WRITTEN || array == THETA); k++)
            kuramoto_bench_write(b, array, k, array == COUPLING ? 2.0 : (double)(7 * k % 16 - 5) / 4.0);
    }
    if (kuramoto_model_of(function) == NETWORK)
        kuramoto_bench_graph(b, bits);
}

void kuramoto_bench_graph(kuramoto_bench *b, int index_bits)
{
    static const int row_start[] = {0, 2, 3, 3, KURAMOTO_EDGES}, neighbours[KURAMOTO_EDGES] = {1, 2, 0, 3, 1, 3};
    int array, k;
    b->c.index_bits = index_bits;
    for (array = ROW_START; array <= NEIGHBOURS; array++) {
        memset(b->storage[array].bytes, POISON, KURAMOTO_STORAGE);
        b->c.pointers[array] = b->storage[array].bytes + KURAMOTO_ORIGIN;
        b->c.strides[array] = b->strides[array];
    }
    for (k = 0; k < 5; k++)
        kuramoto_bench_write(b, ROW_START, k, row_start[k]);
    for (k = 0; k < KURAMOTO_EDGES; k++)
        kuramoto_bench_write(b, NEIGHBOURS, k, neighbours[k]);
}

void kuramoto_bench_write(kuramoto_bench *b, int array, ptrdiff_t k, double value)
{
    ptrdiff_t dims[4], offset = 0;
    int axis;
    for (axis = kuramoto_array_dims(&b->c, array, dims) - 1; axis >= 0; axis--) {
        offset += k % dims[axis] * b->strides[array][axis];
        k /= dims[axis];
    }
    if (kuramoto_is_index(array) && b->c.index_bits == 32)
        ((int32_t *)b->c.pointers[array])[offset] = (int32_t)value;
    else if (kuramoto_is_index(array))
        ((int64_t *)b->c.pointers[array])[offset] = (int64_t)value;
    else if (b->c.bits == 32)
        ((float *)b->c.pointers[array])[offset] = (float)value;
    else
        ((double *)b->c.pointers[array])[offset] = value;
}

void kuramoto_bench_refused(kuramoto_bench *b, hl_status expected, ...)
{
    static unsigned char before[sizeof b->storage];
    const char *fragment, *message;
    hl_status status;
    va_list fragments;
    memcpy(before, b->storage, sizeof before);
    status = kuramoto_perform(&b->c);
    message = hl_last_error_message();
    expect(status == expected, "status is %d (%s) instead of %d; the message is \"%s\"", status, hl_status_string(status), expected,
           status == HL_OK ? "" : message);
    expect(!memcmp(before, b->storage, sizeof before), "an array was written although the status is %d", status);
    if (status == HL_OK)
        return;
    if (kuramoto_integrates(b->c.function) && b->c.steps_done == &b->steps_done)
        expect(b->steps_done == 0, "steps_done is %td", b->steps_done);
    expect(strstr(message, kuramoto_function_name(&b->c)) == message, "the message does not begin with the function: \"%s\"", message);
    va_start(fragments, expected);
    while ((fragment = va_arg(fragments, const char *)))
        expect(strstr(message, fragment) != NULL, "\"%s\" is missing from the message \"%s\"", fragment, message);
    va_end(fragments);
}

void kuramoto_bench_accepted(kuramoto_bench *b)
{
    const hl_status status = kuramoto_perform(&b->c);
    expect(status == HL_OK, "status is %d: %s", status, hl_last_error_message());
    if (status == HL_OK && kuramoto_integrates(b->c.function) && b->c.steps_done)
        expect(*b->c.steps_done == b->c.n_steps, "steps_done is %td", *b->c.steps_done);
}
