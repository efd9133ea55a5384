/* Bad numbers and options of lattices, in both precisions: NaN and infinities in every input (the message says where), phases without
   digits, impossible steps, every illegal field of the options struct, and structs older and newer than the library. */
#include "bench.h" /* mentions_number */
#include "harness.h"
#include "lattice_bench.h"
#include "strided.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The message names each index of element number k, in any wording that keeps the numbers whole. */
static void expect_indices(const lattice_bench *b, int array, ptrdiff_t k)
{
    ptrdiff_t dims[4];
    int axis;
    for (axis = lattice_array_dims(&b->c, array, dims) - 1; axis >= 0; axis--) {
        expect(mentions_number(hl_last_error_message(), k % dims[axis]), "index %td is missing from \"%s\"", k % dims[axis], hl_last_error_message());
        k /= dims[axis];
    }
}

static ptrdiff_t length_of(const lattice_bench *b, int array)
{
    ptrdiff_t dims[4], length = 1;
    int axis;
    for (axis = lattice_array_dims(&b->c, array, dims) - 1; axis >= 0; axis--)
        length *= dims[axis];
    return length;
}

static void non_finite(lattice_bench *b, enum kuramoto_function function, int bits, int rank)
{
    static const struct { double value; const char *name; } bad[] = {{NAN, "NaN"}, {INFINITY, "inf"}, {-INFINITY, "-inf"}};
    int array, halo, place;
    size_t v;
    for (halo = 0; halo < rank; halo++)
        for (array = 0; array < N_LATTICE_ARRAYS; array++)
            for (v = 0; v < 3; v++)
                for (place = 0; place < 3; place++) {
                    const char *name = lattice_array_name(function, array);
                    ptrdiff_t length, k;
                    lattice_bench_set(b, function, bits, rank, halo);
                    length = length_of(b, array);
                    k = place == 0 ? 0 : place == 1 ? length / 2 : length - 1;
                    if (!b->c.pointers[array] || (lattice_array_use(function, array) == WRITTEN && array != THETA) || (halo > 0 && array < BELOW))
                        continue;
                    test("%s, rank %d: %s in %s, element %td, is refused", kuramoto_function_name(&b->c), rank, bad[v].name, name, k);
                    lattice_bench_write(b, array, k, bad[v].value);
                    lattice_bench_refused(b, HL_ERR_NONFINITE, name, bad[v].name, "HL_NONFINITE_PROPAGATE", NULL);
                    expect_indices(b, array, k);
                    test("%s, rank %d: %s in %s, element %td, may propagate", kuramoto_function_name(&b->c), rank, bad[v].name, name, k);
                    b->c.options->nonfinite = HL_NONFINITE_PROPAGATE;
                    lattice_bench_accepted(b);
                }
}

/* A phase may be as large as its last digit is a thousandth: 2^50 and 2^21. */
static void phases(lattice_bench *b, enum kuramoto_function function, int bits, int rank)
{
    const double limit = bits == 32 ? 2097152.0 : 1125899906842624.0, beyond = limit * (1.0 + (bits == 32 ? FLT_EPSILON : DBL_EPSILON));
    const int arrays[] = {THETA, BELOW, ABOVE + rank - 1};
    size_t a;
    int sign;
    for (a = 0; a < 3; a++)
        for (sign = -1; sign <= 1; sign += 2) {
            const int halo = arrays[a] == THETA ? -1 : (arrays[a] - BELOW) % 3;
            const char *name = lattice_array_name(function, arrays[a]);
            ptrdiff_t k;
            lattice_bench_set(b, function, bits, rank, halo);
            k = length_of(b, arrays[a]) - 1;
            test("%s, rank %d: a phase of %g in %s is accepted", kuramoto_function_name(&b->c), rank, sign * limit, name);
            lattice_bench_write(b, arrays[a], k, sign * limit);
            lattice_bench_accepted(b);
            lattice_bench_set(b, function, bits, rank, halo);
            test("%s, rank %d: a phase beyond %g in %s is refused", kuramoto_function_name(&b->c), rank, sign * limit, name);
            lattice_bench_write(b, arrays[a], k, sign * beyond);
            lattice_bench_refused(b, HL_ERR_ARGUMENT, name, "multiple of 2 pi", sign < 0 ? "-" : "", NULL);
            expect_indices(b, arrays[a], k);
        }
    lattice_bench_set(b, function, bits, rank, -1);
    test("%s, rank %d: frequencies and couplings may be larger", kuramoto_function_name(&b->c), rank);
    lattice_bench_write(b, OMEGA, 1, bits == 32 ? FLT_MAX / 1024 : DBL_MAX / 1024);
    lattice_bench_write(b, COUPLING, 2, -(bits == 32 ? FLT_MAX / 1024 : DBL_MAX / 1024));
    b->c.n_steps = b->c.n_frames = 0;
    lattice_bench_accepted(b);
}

static void steps(lattice_bench *b, int bits)
{
    static const struct { double dt; const char *name; } bad[] = {{0.0, "0"}, {-0.0, "0"}, {-0.0625, "-0.0625"}, {NAN, "NaN"}, {INFINITY, "inf"}, {-INFINITY, "-inf"}};
    size_t k;
    for (k = 0; k < sizeof bad / sizeof *bad; k++) {
        lattice_bench_set(b, INTEGRATE, bits, 2, -1);
        test("%s: dt = %g is refused", kuramoto_function_name(&b->c), bad[k].dt);
        b->c.dt = bad[k].dt;
        lattice_bench_refused(b, HL_ERR_ARGUMENT, "dt", bad[k].name, NULL);
    }
}

enum kind { INTEGER, REAL };

#define I(field, at, value) #field, INTEGER, offsetof(hl_kuramoto_options, field) + 4 * at, value, 0.0
#define R(field, value) #field, REAL, offsetof(hl_kuramoto_options, field), 0, value

/* One illegal value a row. */
static const struct {
    const char *field;
    enum kind kind;
    size_t offset;
    int32_t integer;
    double real;
    const char *name, *mention; /* the field and the value, as the message should show them */
} illegal[] = {
    {I(law, 0, -1), "law", "-1"},
    {I(law, 0, 3), "law", "3"},
    {I(law, 0, INT32_MAX), "law", "2147483647"},
    {I(method, 0, -1), "method", "-1"},
    {I(method, 0, 3), "method", "3"},
    {I(method, 0, INT32_MIN), "method", "-2147483648"},
    {I(boundary, 0, -1), "boundary[0]", "-1"},
    {I(boundary, 0, 3), "boundary[0]", "3"},
    {I(boundary, 1, 3), "boundary[1]", "3"},
    {I(boundary, 2, 77), "boundary[2]", "77"},
    {I(nonfinite, 0, -1), "nonfinite", "-1"},
    {I(nonfinite, 0, 2), "nonfinite", "2"},
    {I(accumulate, 0, 2), "accumulate", "2"},
    {I(accumulate, 0, -1), "accumulate", "-1"},
    {I(reserved, 0, 1), "reserved", "1"},
    {I(reserved, 0, -1), "reserved", "-1"},
    {R(lag, NAN), "lag", "NaN"},
    {R(lag, INFINITY), "lag", "inf"},
    {R(lag, -INFINITY), "lag", "-inf"},
};

static void illegal_options(lattice_bench *b, enum kuramoto_function function, int bits)
{
    size_t k;
    for (k = 0; k < sizeof illegal / sizeof *illegal; k++) {
        lattice_bench_set(b, function, bits, 3, -1);
        test("%s: %s = %s is refused", kuramoto_function_name(&b->c), illegal[k].name, illegal[k].mention);
        if (illegal[k].kind == INTEGER)
            memcpy(b->options.bytes + illegal[k].offset, &illegal[k].integer, sizeof illegal[k].integer);
        else
            memcpy(b->options.bytes + illegal[k].offset, &illegal[k].real, sizeof illegal[k].real);
        lattice_bench_refused(b, HL_ERR_OPTION, illegal[k].name, illegal[k].mention, NULL);
    }
    lattice_bench_set(b, function, bits, 2, -1);
    test("%s: the boundary of an axis that is not there is not looked at", kuramoto_function_name(&b->c));
    b->c.options->boundary[2] = 99;
    b->c.pointers[BELOW + 2] = b->storage[BELOW + 2].bytes + 1;
    lattice_bench_accepted(b);
}

static void halos(lattice_bench *b, enum kuramoto_function function, int bits)
{
    int axis, side, boundary;
    for (axis = 0; axis < 3; axis++)
        for (side = 0; side < 2; side++) {
            const int face = (side ? ABOVE : BELOW) + axis;
            const char *name = lattice_array_name(function, face);
            lattice_bench_set(b, function, bits, 3, axis);
            test("%s: a halo boundary without %s is refused", kuramoto_function_name(&b->c), name);
            b->c.pointers[face] = NULL;
            lattice_bench_refused(b, HL_ERR_NULL, name, NULL);
            for (boundary = HL_BOUNDARY_ZERO_FLUX; boundary <= HL_BOUNDARY_PERIODIC; boundary++) {
                lattice_bench_set(b, function, bits, 3, axis);
                test("%s: %s with boundary %d is refused", kuramoto_function_name(&b->c), name, boundary);
                b->c.options->boundary[axis] = boundary;
                b->c.pointers[(side ? BELOW : ABOVE) + axis] = NULL;
                lattice_bench_refused(b, HL_ERR_OPTION, name, "HL_BOUNDARY_HALO", NULL);
            }
        }
}

static void struct_sizes(lattice_bench *b, enum kuramoto_function function, int bits)
{
    static const size_t too_small[] = {0, 1, 4, 7};
    const size_t known = sizeof(hl_kuramoto_options);
    const int result = function == RHS ? DTHETA : THETA;
    static unsigned char expected[LATTICE_STORAGE];
    size_t k, size;
    for (k = 0; k < sizeof too_small / sizeof *too_small; k++) {
        lattice_bench_set(b, function, bits, 2, -1);
        test("%s: struct_size %zu is refused", kuramoto_function_name(&b->c), too_small[k]);
        b->c.options->struct_size = too_small[k];
        lattice_bench_refused(b, HL_ERR_OPTION, "struct_size", NULL);
    }
    lattice_bench_set(b, function, bits, 2, -1);
    test("%s: struct_size SIZE_MAX is refused", kuramoto_function_name(&b->c));
    b->c.options->struct_size = SIZE_MAX;
    lattice_bench_refused(b, HL_ERR_OPTION, "struct_size", NULL);

    lattice_bench_set(b, function, bits, 2, -1);
    test("%s: NULL means the defaults, to the bit", kuramoto_function_name(&b->c));
    lattice_bench_accepted(b);
    memcpy(expected, b->storage[result].bytes, sizeof expected);
    lattice_bench_set(b, function, bits, 2, -1);
    b->c.options = NULL;
    lattice_bench_accepted(b);
    expect(!memcmp(expected, b->storage[result].bytes, sizeof expected), "results differ");

    test("%s: an older, smaller struct is accepted and the fields beyond it have their defaults", kuramoto_function_name(&b->c));
    for (size = offsetof(hl_kuramoto_options, law); size < known; size += 4) {
        lattice_bench_set(b, function, bits, 2, -1);
        /* what stands beyond struct_size is not the library's to read */
        if (size < offsetof(hl_kuramoto_options, progress))
            memset(b->options.bytes + size, 0x7e, sizeof b->options.bytes - size);
        b->c.options->struct_size = size;
        lattice_bench_accepted(b);
        expect(!memcmp(expected, b->storage[result].bytes, sizeof expected), "struct_size %zu: other bits", size);
    }
    lattice_bench_set(b, function, bits, 2, -1);
    test("%s: a newer, larger struct with a zero tail is accepted", kuramoto_function_name(&b->c));
    b->c.options->struct_size = known + 64;
    lattice_bench_accepted(b);
    test("%s: a newer, larger struct with something in its tail is refused", kuramoto_function_name(&b->c));
    for (k = 0; k < 64; k += 9) {
        lattice_bench_set(b, function, bits, 2, -1);
        b->c.options->struct_size = known + 64;
        b->options.bytes[known + k] = 1;
        lattice_bench_refused(b, HL_ERR_OPTION, "struct_size", NULL);
    }
    lattice_bench_set(b, function, bits, 2, -1);
    test("%s: a struct that is not aligned is refused", kuramoto_function_name(&b->c));
    memmove(b->options.bytes + 4, b->options.bytes, sizeof(hl_kuramoto_options));
    {
        hl_kuramoto_options *const crooked = (hl_kuramoto_options *)(void *)(b->options.bytes + 4);
        kuramoto_call *const c = &b->c;
        const hl_status status = bits == 32
            ? hl_kuramoto_rhs_f32(2, c->shape, c->pointers[THETA], NULL, c->pointers[OMEGA], NULL, c->pointers[COUPLING], NULL, c->pointers[FRAMES], NULL, crooked)
            : hl_kuramoto_rhs(2, c->shape, c->pointers[THETA], NULL, c->pointers[OMEGA], NULL, c->pointers[COUPLING], NULL, c->pointers[FRAMES], NULL, crooked);
        expect(status == HL_ERR_ALIGNMENT && strstr(hl_last_error_message(), "options"), "status %d: %s", status, hl_last_error_message());
    }
}

static void initialisation(void)
{
    union {
        hl_kuramoto_options known;
        unsigned char bytes[sizeof(hl_kuramoto_options) + 64];
    } options;
    hl_kuramoto_options defaults, zeros;
    size_t size, byte;
    test("hl_kuramoto_options_init: the defaults are those of the documentation, all 0");
    memset(&zeros, 0, sizeof zeros);
    memset(&defaults, POISON, sizeof defaults);
    expect(hl_kuramoto_options_init(&defaults, sizeof defaults) == HL_OK, "%s", hl_last_error_message());
    zeros.struct_size = sizeof zeros;
    expect(!memcmp(&defaults, &zeros, sizeof zeros), "a field is not 0");
    test("hl_kuramoto_options_init: writes at most struct_size bytes, at every size");
    for (size = sizeof(size_t); size <= sizeof options; size++) {
        memset(&options, POISON, sizeof options);
        expect(hl_kuramoto_options_init(&options.known, size) == HL_OK, "size %zu: %s", size, hl_last_error_message());
        for (byte = size; byte < sizeof options; byte++)
            if (!expect(options.bytes[byte] == POISON, "size %zu: byte %zu was written", size, byte))
                break;
        expect(options.known.struct_size == size, "size %zu: struct_size is %zu", size, options.known.struct_size);
        for (byte = sizeof(hl_kuramoto_options); byte < size; byte++)
            if (!expect(options.bytes[byte] == 0, "size %zu: byte %zu of the unknown tail is not 0", size, byte))
                break;
    }
    test("hl_kuramoto_options_init: NULL is refused");
    expect(hl_kuramoto_options_init(NULL, sizeof defaults) == HL_ERR_NULL, "NULL is not refused");
    test("hl_kuramoto_options_init: a size below that of struct_size is refused and nothing is written");
    memset(&options, POISON, sizeof options);
    for (size = 0; size < sizeof(size_t); size++)
        expect(hl_kuramoto_options_init(&options.known, size) == HL_ERR_OPTION, "size %zu is not refused", size);
    for (byte = 0; byte < sizeof options; byte++)
        if (!expect(options.bytes[byte] == POISON, "byte %zu was written", byte))
            break;
}

/* dtheta = what it held + the right-hand side. */
static void accumulation(lattice_bench *b, int bits)
{
    static unsigned char slopes[LATTICE_STORAGE];
    ptrdiff_t k;
    lattice_bench_set(b, RHS, bits, 3, 1);
    test("%s: accumulate = 1 adds to what dtheta holds", kuramoto_function_name(&b->c));
    lattice_bench_accepted(b);
    memcpy(slopes, b->storage[DTHETA].bytes, sizeof slopes);
    lattice_bench_set(b, RHS, bits, 3, 1);
    b->c.options->accumulate = 1;
    for (k = 0; k < length_of(b, DTHETA); k++)
        lattice_bench_write(b, DTHETA, k, 0.25 * (double)k);
    lattice_bench_accepted(b);
    for (k = 0; k < length_of(b, DTHETA); k++) {
        const unsigned char *before = slopes + LATTICE_ORIGIN, *after = b->storage[DTHETA].bytes + LATTICE_ORIGIN;
        const int added = bits == 32 ? ((const float *)(const void *)after)[k] == ((const float *)(const void *)before)[k] + 0.25f * (float)k
                                     : ((const double *)(const void *)after)[k] == ((const double *)(const void *)before)[k] + 0.25 * (double)k;
        expect(added, "element %td is not the sum", k);
    }
}

static void order_of_anything(lattice_bench *b, int bits)
{
    static const double values[] = {NAN, INFINITY, -INFINITY};
    size_t k;
    for (k = 0; k < 3; k++) {
        lattice_bench_set(b, ORDER_PARAMETER, bits, 2, -1);
        test("%s: a phase of %g propagates", kuramoto_function_name(&b->c), values[k]);
        lattice_bench_write(b, THETA, 7, values[k]);
        lattice_bench_accepted(b);
        expect(bits == 32 ? isnan(*(float *)b->c.pointers[ORDER_R]) && isnan(*(float *)b->c.pointers[ORDER_PSI])
                          : isnan(*(double *)b->c.pointers[ORDER_R]) && isnan(*(double *)b->c.pointers[ORDER_PSI]),
               "r or psi is a number");
    }
}

int main(void)
{
    static lattice_bench b;
    int bits, rank;
    enum kuramoto_function function;
    for (bits = 32; bits <= 64; bits += 32) {
        for (function = RHS; function <= INTEGRATE; function++) {
            for (rank = 1; rank <= 3; rank++) {
                non_finite(&b, function, bits, rank);
                phases(&b, function, bits, rank);
            }
            illegal_options(&b, function, bits);
            halos(&b, function, bits);
            struct_sizes(&b, function, bits);
        }
        steps(&b, bits);
        accumulation(&b, bits);
        order_of_anything(&b, bits);
    }
    initialisation();
    return finish("kuramoto bad values");
}
