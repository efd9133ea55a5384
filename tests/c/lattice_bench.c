/* A small legal lattice for each Kuramoto function; see lattice_bench.h. */
#include "lattice_bench.h"

#include "harness.h"
#include "strided.h"

#include <stdarg.h>
#include <string.h>

void lattice_bench_set(lattice_bench *b, enum kuramoto_function function, int bits, int rank, int halo)
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
    b->c.n_steps = 2 * LATTICE_FRAMES;
    b->c.record_every = 2;
    b->c.n_frames = LATTICE_FRAMES;
    b->c.dt = 0.0625;
    b->c.steps_done = &b->steps_done;
    b->steps_done = -7;
    b->c.options = &b->options.known;
    hl_kuramoto_options_init(b->c.options, sizeof b->options.known);
    if (halo >= 0)
        b->c.options->boundary[halo] = HL_BOUNDARY_HALO;
    for (array = 0; array < N_LATTICE_ARRAYS; array++) {
        const enum lattice_use use = lattice_array_use(function, array);
        memset(b->storage[array].bytes, POISON, LATTICE_STORAGE);
        extent = 1;
        for (axis = lattice_array_dims(&b->c, array, dims) - 1; axis >= 0; axis--) {
            b->strides[array][axis] = extent;
            extent *= dims[axis];
        }
        if (use == NOT_TAKEN || (use == FACE && (array - BELOW) % 3 != halo))
            continue;
        b->c.pointers[array] = b->storage[array].bytes + LATTICE_ORIGIN;
        b->c.strides[array] = b->strides[array];
        for (k = 0; k < extent && (use != WRITTEN || array == THETA); k++)
            lattice_bench_write(b, array, k, array == COUPLING ? 2.0 : (double)(7 * k % 16 - 5) / 4.0);
    }
}

void lattice_bench_write(lattice_bench *b, int array, ptrdiff_t k, double value)
{
    ptrdiff_t dims[4], offset = 0;
    int axis;
    for (axis = lattice_array_dims(&b->c, array, dims) - 1; axis >= 0; axis--) {
        offset += k % dims[axis] * b->strides[array][axis];
        k /= dims[axis];
    }
    if (b->c.bits == 32)
        ((float *)b->c.pointers[array])[offset] = (float)value;
    else
        ((double *)b->c.pointers[array])[offset] = value;
}

void lattice_bench_refused(lattice_bench *b, hl_status expected, ...)
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
    if (b->c.function == INTEGRATE && b->c.steps_done == &b->steps_done)
        expect(b->steps_done == 0, "steps_done is %td", b->steps_done);
    expect(strstr(message, kuramoto_function_name(&b->c)) == message, "the message does not begin with the function: \"%s\"", message);
    va_start(fragments, expected);
    while ((fragment = va_arg(fragments, const char *)))
        expect(strstr(message, fragment) != NULL, "\"%s\" is missing from the message \"%s\"", fragment, message);
    va_end(fragments);
}

void lattice_bench_accepted(lattice_bench *b)
{
    const hl_status status = kuramoto_perform(&b->c);
    expect(status == HL_OK, "status is %d: %s", status, hl_last_error_message());
    if (status == HL_OK && b->c.function == INTEGRATE && b->c.steps_done)
        expect(*b->c.steps_done == b->c.n_steps, "steps_done is %td", *b->c.steps_done);
}
