/* Bad numbers and options of the Kuramoto functions, in both precisions: NaN and infinities in every input (the message says where), phases without
   digits, impossible steps, every illegal field of the options struct, and structs older and newer than the library. */
#include "bench.h" /* mentions_number */
#include "harness.h"
#include "kuramoto_bench.h"
#include "strided.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The message names each index of element number k, in any wording that keeps the numbers whole. */
static void expect_indices(const kuramoto_bench *b, int array, ptrdiff_t k)
{
    ptrdiff_t dims[4];
    int axis;
    for (axis = kuramoto_array_dims(&b->c, array, dims) - 1; axis >= 0; axis--) {
        expect(mentions_number(hl_last_error_message(), k % dims[axis]), "index %td is missing from \"%s\"", k % dims[axis], hl_last_error_message());
        k /= dims[axis];
    }
}

static ptrdiff_t length_of(const kuramoto_bench *b, int array)
{
    ptrdiff_t dims[4], length = 1;
    int axis;
    for (axis = kuramoto_array_dims(&b->c, array, dims) - 1; axis >= 0; axis--)
        length *= dims[axis];
    return length;
}

static int is_lattice(enum kuramoto_function function) { return kuramoto_model_of(function) == LATTICE; }

static void non_finite(kuramoto_bench *b, enum kuramoto_function function, int bits, int rank)
{
    static const struct { double value; const char *name; } bad[] = {{NAN, "NaN"}, {INFINITY, "inf"}, {-INFINITY, "-inf"}};
    int array, halo, place;
    size_t v;
    for (halo = 0; halo < rank; halo++)
        for (array = 0; array < N_KURAMOTO_ARRAYS; array++)
            for (v = 0; v < 3; v++)
                for (place = 0; place < 3; place++) {
                    const char *name = kuramoto_array_name(function, array);
                    ptrdiff_t length, k;
                    kuramoto_bench_set(b, function, bits, rank, halo);
                    length = length_of(b, array);
                    k = place == 0 ? 0 : place == 1 ? length / 2 : length - 1;
                    if (!b->c.pointers[array] || (kuramoto_array_use(function, array) == WRITTEN && array != THETA) || (halo > 0 && array < BELOW) ||
                        kuramoto_is_index(array))
                        continue;
                    test("%s, rank %d: %s in %s, element %td, is refused", kuramoto_function_name(&b->c), rank, bad[v].name, name, k);
                    kuramoto_bench_write(b, array, k, bad[v].value);
                    kuramoto_bench_refused(b, HL_ERR_NONFINITE, name, bad[v].name, "HL_NONFINITE_PROPAGATE", NULL);
                    expect_indices(b, array, k);
                    test("%s, rank %d: %s in %s, element %td, may propagate", kuramoto_function_name(&b->c), rank, bad[v].name, name, k);
                    b->c.options->nonfinite = HL_NONFINITE_PROPAGATE;
                    kuramoto_bench_accepted(b);
                }
}

/* A phase may be as large as eighths of pi can be counted: 2^49 and 2^20. */
static void phases(kuramoto_bench *b, enum kuramoto_function function, int bits, int rank)
{
    const double limit = bits == 32 ? 1048576.0 : 562949953421312.0, beyond = limit * (1.0 + (bits == 32 ? FLT_EPSILON : DBL_EPSILON));
    const int arrays[] = {THETA, BELOW, ABOVE + rank - 1};
    int a, sign;
    for (a = 0; a < (is_lattice(function) ? 3 : 1); a++)
        for (sign = -1; sign <= 1; sign += 2) {
            const int halo = arrays[a] == THETA ? -1 : (arrays[a] - BELOW) % 3;
            const char *name = kuramoto_array_name(function, arrays[a]);
            ptrdiff_t k;
            kuramoto_bench_set(b, function, bits, rank, halo);
            k = length_of(b, arrays[a]) - 1;
            test("%s, rank %d: a phase of %g in %s is accepted", kuramoto_function_name(&b->c), rank, sign * limit, name);
            kuramoto_bench_write(b, arrays[a], k, sign * limit);
            kuramoto_bench_accepted(b);
            kuramoto_bench_set(b, function, bits, rank, halo);
            test("%s, rank %d: a phase beyond %g in %s is refused", kuramoto_function_name(&b->c), rank, sign * limit, name);
            kuramoto_bench_write(b, arrays[a], k, sign * beyond);
            kuramoto_bench_refused(b, HL_ERR_ARGUMENT, name, "multiple of 2 pi", sign < 0 ? "-" : "", NULL);
            expect_indices(b, arrays[a], k);
        }
    kuramoto_bench_set(b, function, bits, rank, -1);
    test("%s, rank %d: frequencies and couplings may be larger", kuramoto_function_name(&b->c), rank);
    kuramoto_bench_write(b, OMEGA, 1, bits == 32 ? FLT_MAX / 1024 : DBL_MAX / 1024);
    kuramoto_bench_write(b, COUPLING, 2, -(bits == 32 ? FLT_MAX / 1024 : DBL_MAX / 1024));
    b->c.n_steps = b->c.n_frames = 0;
    kuramoto_bench_accepted(b);
}

static void steps(kuramoto_bench *b, enum kuramoto_function function, int bits)
{
    static const struct { double dt; const char *name; } bad[] = {{0.0, "0"}, {-0.0, "0"}, {-0.0625, "-0.0625"}, {NAN, "NaN"}, {INFINITY, "inf"}, {-INFINITY, "-inf"}};
    size_t k;
    for (k = 0; k < sizeof bad / sizeof *bad; k++) {
        kuramoto_bench_set(b, function, bits, is_lattice(function) ? 2 : 1, -1);
        test("%s: dt = %g is refused", kuramoto_function_name(&b->c), bad[k].dt);
        b->c.dt = bad[k].dt;
        kuramoto_bench_refused(b, HL_ERR_ARGUMENT, "dt", bad[k].name, NULL);
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
    {I(method, 0, 4), "method", "4"},
    {I(method, 0, INT32_MIN), "method", "-2147483648"},
    {I(nonfinite, 0, -1), "nonfinite", "-1"},
    {I(nonfinite, 0, 2), "nonfinite", "2"},
    {I(accumulate, 0, 2), "accumulate", "2"},
    {I(accumulate, 0, -1), "accumulate", "-1"},
    {I(reserved, 0, 1), "reserved", "1"},
    {I(reserved, 0, -1), "reserved", "-1"},
    {R(lag, NAN), "lag", "NaN"},
    {R(lag, INFINITY), "lag", "inf"},
    {R(lag, -INFINITY), "lag", "-inf"},
    {R(noise, -0.5), "noise", "-0.5"},
    {R(noise, NAN), "noise", "NaN"},
    {R(noise, INFINITY), "noise", "inf"},
    /* of lattices alone */
    {I(boundary, 0, -1), "boundary[0]", "-1"},
    {I(boundary, 0, 3), "boundary[0]", "3"},
    {I(boundary, 1, 3), "boundary[1]", "3"},
    {I(boundary, 2, 77), "boundary[2]", "77"},
};
enum { ILLEGAL = sizeof illegal / sizeof *illegal, ILLEGAL_ANYWHERE = ILLEGAL - 4 };

static void illegal_options(kuramoto_bench *b, enum kuramoto_function function, int bits)
{
    int k;
    for (k = 0; k < (is_lattice(function) ? ILLEGAL : ILLEGAL_ANYWHERE); k++) {
        kuramoto_bench_set(b, function, bits, is_lattice(function) ? 3 : 1, -1);
        test("%s: %s = %s is refused", kuramoto_function_name(&b->c), illegal[k].name, illegal[k].mention);
        if (illegal[k].kind == INTEGER)
            memcpy(b->options.bytes + illegal[k].offset, &illegal[k].integer, sizeof illegal[k].integer);
        else
            memcpy(b->options.bytes + illegal[k].offset, &illegal[k].real, sizeof illegal[k].real);
        kuramoto_bench_refused(b, HL_ERR_OPTION, illegal[k].name, illegal[k].mention, NULL);
    }
    if (!is_lattice(function))
        return;
    kuramoto_bench_set(b, function, bits, 2, -1);
    test("%s: the boundary of an axis that is not there is not looked at", kuramoto_function_name(&b->c));
    b->c.options->boundary[2] = 99;
    b->c.pointers[BELOW + 2] = b->storage[BELOW + 2].bytes + 1;
    kuramoto_bench_accepted(b);
}

/* Options that belong to some methods. */
static void illegal_with_method(kuramoto_bench *b, enum kuramoto_function function, int bits)
{
    static const struct {
        int32_t method;
        double noise, rtol, atol;
        const char *name, *mention;
    } rows[] = {
        {HL_METHOD_RK4, 0.5, 0.0, 1e-6, "noise", "0.5"},
        {HL_METHOD_DORMAND_PRINCE, 0.25, 0.0, 1e-6, "noise", "0.25"},
        {HL_METHOD_DORMAND_PRINCE, 0.0, 0.0, 0.0, "atol", "rtol"},
        {HL_METHOD_DORMAND_PRINCE, 0.0, 0.0, -1e-6, "atol", "-0.000001"},
        {HL_METHOD_DORMAND_PRINCE, 0.0, 0.0, NAN, "atol", "NaN"},
        {HL_METHOD_DORMAND_PRINCE, 0.0, 0.0, INFINITY, "atol", "inf"},
        {HL_METHOD_DORMAND_PRINCE, 0.0, -0.5, 1e-6, "rtol", "-0.5"},
        {HL_METHOD_DORMAND_PRINCE, 0.0, NAN, 1e-6, "rtol", "NaN"},
        {HL_METHOD_DORMAND_PRINCE, 0.0, INFINITY, 1e-6, "rtol", "inf"},
    };
    size_t k;
    for (k = 0; k < sizeof rows / sizeof *rows; k++) {
        kuramoto_bench_set(b, function, bits, 1, -1);
        test("%s: method %d with noise %g, rtol %g, atol %g is refused", kuramoto_function_name(&b->c), rows[k].method, rows[k].noise, rows[k].rtol,
             rows[k].atol);
        b->c.options->method = rows[k].method;
        b->c.options->noise = rows[k].noise;
        b->c.options->rtol = rows[k].rtol;
        b->c.options->atol = rows[k].atol;
        kuramoto_bench_refused(b, HL_ERR_OPTION, rows[k].name, rows[k].mention, NULL);
        if (rows[k].noise > 0.0)
            continue;
        test("%s: a method of fixed steps does not look at rtol %g and atol %g", kuramoto_function_name(&b->c), rows[k].rtol, rows[k].atol);
        b->c.options->method = HL_METHOD_HEUN;
        kuramoto_bench_accepted(b);
    }
}

static void next_steps(kuramoto_bench *b, enum kuramoto_function function, int bits)
{
    static const struct { double value; const char *mention; } bad[] = {{-0.125, "-0.125"}, {NAN, "NaN"}, {INFINITY, "inf"}};
    double room[2], before;
    size_t k;
    for (k = 0; k < sizeof bad / sizeof *bad; k++) {
        kuramoto_bench_set(b, function, bits, 1, -1);
        test("%s: next_step = %s is refused and left alone", kuramoto_function_name(&b->c), bad[k].mention);
        b->c.options->method = HL_METHOD_DORMAND_PRINCE;
        b->c.options->next_step = room;
        room[0] = before = bad[k].value;
        kuramoto_bench_refused(b, HL_ERR_OPTION, "next_step", bad[k].mention, NULL);
        expect(!memcmp(room, &before, sizeof before), "next_step is %g", room[0]);
        test("%s: a method of fixed steps does not look at next_step = %s", kuramoto_function_name(&b->c), bad[k].mention);
        b->c.options->method = HL_METHOD_RK4;
        kuramoto_bench_accepted(b);
        expect(!memcmp(room, &before, sizeof before), "next_step is %g", room[0]);
    }
    kuramoto_bench_set(b, function, bits, 1, -1);
    test("%s: next_step that is not aligned is refused", kuramoto_function_name(&b->c));
    b->c.options->method = HL_METHOD_DORMAND_PRINCE;
    b->c.options->next_step = (double *)(void *)((unsigned char *)room + 4);
    kuramoto_bench_refused(b, HL_ERR_ALIGNMENT, "next_step", NULL);
    if (kuramoto_integrates(function)) {
        static const int arrays[] = {THETA, OMEGA, COUPLING, FRAMES, ORDER_R, ORDER_PSI};
        for (k = 0; k < sizeof arrays / sizeof *arrays; k++) {
            kuramoto_bench_set(b, function, bits, 1, -1);
            test("%s: next_step inside %s is refused", kuramoto_function_name(&b->c), kuramoto_array_name(function, arrays[k]));
            b->c.options->method = HL_METHOD_DORMAND_PRINCE;
            b->c.options->next_step = b->c.pointers[arrays[k]];
            memset(b->c.options->next_step, 0, sizeof room[0]);
            kuramoto_bench_refused(b, HL_ERR_ALIAS, "next_step", kuramoto_array_name(function, arrays[k]), NULL);
        }
        kuramoto_bench_set(b, function, bits, 1, -1);
        test("%s: next_step is left positive", kuramoto_function_name(&b->c));
        b->c.options->method = HL_METHOD_DORMAND_PRINCE;
        b->c.options->next_step = room;
        room[0] = 0.0;
        kuramoto_bench_accepted(b);
        expect(room[0] > 0.0 && isfinite(room[0]), "next_step is %g", room[0]);
    }
    kuramoto_bench_set(b, function, bits, 1, -1);
    test("%s: a tolerance that no step can meet is HL_ERR_NOT_CONVERGED of an integration", kuramoto_function_name(&b->c));
    b->c.options->method = HL_METHOD_DORMAND_PRINCE;
    b->c.options->atol = 1e-300;
    if (kuramoto_integrates(function))
        kuramoto_bench_refused(b, HL_ERR_NOT_CONVERGED, "rtol, atol", NULL);
    else
        kuramoto_bench_accepted(b);
}

static void halos(kuramoto_bench *b, enum kuramoto_function function, int bits)
{
    int axis, side, boundary;
    for (axis = 0; axis < 3; axis++)
        for (side = 0; side < 2; side++) {
            const int face = (side ? ABOVE : BELOW) + axis;
            const char *name = kuramoto_array_name(function, face);
            kuramoto_bench_set(b, function, bits, 3, axis);
            test("%s: a halo boundary without %s is refused", kuramoto_function_name(&b->c), name);
            b->c.pointers[face] = NULL;
            kuramoto_bench_refused(b, HL_ERR_NULL, name, NULL);
            for (boundary = HL_BOUNDARY_ZERO_FLUX; boundary <= HL_BOUNDARY_PERIODIC; boundary++) {
                kuramoto_bench_set(b, function, bits, 3, axis);
                test("%s: %s with boundary %d is refused", kuramoto_function_name(&b->c), name, boundary);
                b->c.options->boundary[axis] = boundary;
                b->c.pointers[(side ? BELOW : ABOVE) + axis] = NULL;
                kuramoto_bench_refused(b, HL_ERR_OPTION, name, "HL_BOUNDARY_HALO", NULL);
            }
        }
}

static void struct_sizes(kuramoto_bench *b, enum kuramoto_function function, int bits)
{
    static const size_t too_small[] = {0, 1, 4, 7};
    const size_t known = sizeof(hl_kuramoto_options);
    const int result = kuramoto_is_rhs(function) ? DTHETA : THETA, rank = is_lattice(function) ? 2 : 1;
    static unsigned char expected[KURAMOTO_STORAGE];
    size_t k, size;
    for (k = 0; k < sizeof too_small / sizeof *too_small; k++) {
        kuramoto_bench_set(b, function, bits, rank, -1);
        test("%s: struct_size %zu is refused", kuramoto_function_name(&b->c), too_small[k]);
        b->c.options->struct_size = too_small[k];
        kuramoto_bench_refused(b, HL_ERR_OPTION, "struct_size", NULL);
    }
    kuramoto_bench_set(b, function, bits, rank, -1);
    test("%s: struct_size SIZE_MAX is refused", kuramoto_function_name(&b->c));
    b->c.options->struct_size = SIZE_MAX;
    kuramoto_bench_refused(b, HL_ERR_OPTION, "struct_size", NULL);

    kuramoto_bench_set(b, function, bits, rank, -1);
    test("%s: NULL means the defaults, to the bit", kuramoto_function_name(&b->c));
    kuramoto_bench_accepted(b);
    memcpy(expected, b->storage[result].bytes, sizeof expected);
    kuramoto_bench_set(b, function, bits, rank, -1);
    b->c.options = NULL;
    kuramoto_bench_accepted(b);
    expect(!memcmp(expected, b->storage[result].bytes, sizeof expected), "results differ");

    test("%s: an older, smaller struct is accepted and the fields beyond it have their defaults", kuramoto_function_name(&b->c));
    for (size = offsetof(hl_kuramoto_options, law); size < known; size += 4) {
        kuramoto_bench_set(b, function, bits, rank, -1);
        /* what stands beyond struct_size is not the library's to read */
        memset(b->options.bytes + size, 0x7e, sizeof b->options.bytes - size);
        b->c.options->struct_size = size;
        kuramoto_bench_accepted(b);
        expect(!memcmp(expected, b->storage[result].bytes, sizeof expected), "struct_size %zu: other bits", size);
    }
    kuramoto_bench_set(b, function, bits, rank, -1);
    test("%s: a newer, larger struct with a zero tail is accepted", kuramoto_function_name(&b->c));
    b->c.options->struct_size = known + 64;
    kuramoto_bench_accepted(b);
    test("%s: a newer, larger struct with something in its tail is refused", kuramoto_function_name(&b->c));
    for (k = 0; k < 64; k += 9) {
        kuramoto_bench_set(b, function, bits, rank, -1);
        b->c.options->struct_size = known + 64;
        b->options.bytes[known + k] = 1;
        kuramoto_bench_refused(b, HL_ERR_OPTION, "struct_size", NULL);
    }
    if (!is_lattice(function))
        return;
    kuramoto_bench_set(b, function, bits, rank, -1);
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
    test("hl_kuramoto_options_init: the defaults are those of the documentation, all 0 but atol");
    memset(&zeros, 0, sizeof zeros);
    memset(&defaults, POISON, sizeof defaults);
    expect(hl_kuramoto_options_init(&defaults, sizeof defaults) == HL_OK, "%s", hl_last_error_message());
    zeros.struct_size = sizeof zeros;
    zeros.atol = 1e-6;
    expect(!memcmp(&defaults, &zeros, sizeof zeros), "a field is another");
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
static void accumulation(kuramoto_bench *b, enum kuramoto_function function, int bits)
{
    const int rank = is_lattice(function) ? 3 : 1, halo = is_lattice(function) ? 1 : -1;
    static unsigned char slopes[KURAMOTO_STORAGE];
    ptrdiff_t k;
    kuramoto_bench_set(b, function, bits, rank, halo);
    test("%s: accumulate = 1 adds to what dtheta holds", kuramoto_function_name(&b->c));
    kuramoto_bench_accepted(b);
    memcpy(slopes, b->storage[DTHETA].bytes, sizeof slopes);
    kuramoto_bench_set(b, function, bits, rank, halo);
    b->c.options->accumulate = 1;
    for (k = 0; k < length_of(b, DTHETA); k++)
        kuramoto_bench_write(b, DTHETA, k, 0.25 * (double)k);
    kuramoto_bench_accepted(b);
    for (k = 0; k < length_of(b, DTHETA); k++) {
        const unsigned char *before = slopes + KURAMOTO_ORIGIN, *after = b->storage[DTHETA].bytes + KURAMOTO_ORIGIN;
        const int added = bits == 32 ? ((const float *)(const void *)after)[k] == ((const float *)(const void *)before)[k] + 0.25f * (float)k
                                     : ((const double *)(const void *)after)[k] == ((const double *)(const void *)before)[k] + 0.25 * (double)k;
        expect(added, "element %td is not the sum", k);
    }
}

static void order_of_anything(kuramoto_bench *b, int bits)
{
    static const double values[] = {NAN, INFINITY, -INFINITY};
    size_t k;
    for (k = 0; k < 3; k++) {
        kuramoto_bench_set(b, ORDER_PARAMETER, bits, 2, -1);
        test("%s: a phase of %g propagates", kuramoto_function_name(&b->c), values[k]);
        kuramoto_bench_write(b, THETA, 7, values[k]);
        kuramoto_bench_accepted(b);
        expect(bits == 32 ? isnan(*(float *)b->c.pointers[ORDER_R]) && isnan(*(float *)b->c.pointers[ORDER_PSI])
                          : isnan(*(double *)b->c.pointers[ORDER_R]) && isnan(*(double *)b->c.pointers[ORDER_PSI]),
               "r or psi is a number");
    }
}

int main(void)
{
    static kuramoto_bench b;
    int bits, rank;
    enum kuramoto_function function;
    for (bits = 32; bits <= 64; bits += 32) {
        for (function = RHS; function < N_KURAMOTO_FUNCTIONS; function++) {
            if (function == ORDER_PARAMETER)
                continue;
            for (rank = 1; rank <= (is_lattice(function) ? 3 : 1); rank++) {
                non_finite(&b, function, bits, rank);
                phases(&b, function, bits, rank);
            }
            illegal_options(&b, function, bits);
            illegal_with_method(&b, function, bits);
            next_steps(&b, function, bits);
            if (is_lattice(function))
                halos(&b, function, bits);
            struct_sizes(&b, function, bits);
            if (kuramoto_integrates(function))
                steps(&b, function, bits);
            else
                accumulation(&b, function, bits);
        }
        order_of_anything(&b, bits);
    }
    initialisation();
    return finish("kuramoto bad values");
}
