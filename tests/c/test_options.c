/* The options struct: every field's illegal values, versions of the struct older and newer than the library, and
   hl_exciton_options_init at every size. */
#include "bench.h"
#include "harness.h"
#include "strided.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum kind { INTEGER, REAL };

#define I(field, value) #field, INTEGER, offsetof(hl_exciton_options, field), value, 0.0
#define R(field, value) #field, REAL, offsetof(hl_exciton_options, field), 0, value

/* One illegal value a row. */
static const struct {
    const char *field;
    enum kind kind;
    size_t offset;
    int32_t integer;
    double real;
    hl_status status;
    const char *mention; /* the value, as the message should show it */
} illegal[] = {
    {I(lineshape, -1), HL_ERR_OPTION, "-1"},
    {I(lineshape, 3), HL_ERR_OPTION, "3"},
    {I(lineshape, INT32_MAX), HL_ERR_OPTION, "2147483647"},
    {I(fwhm_by, -1), HL_ERR_OPTION, "-1"},
    {I(fwhm_by, 3), HL_ERR_OPTION, "3"},
    {I(normalization, -1), HL_ERR_OPTION, "-1"},
    {I(normalization, 2), HL_ERR_OPTION, "2"},
    {I(cd_scale, 2), HL_ERR_OPTION, "2"},
    {I(cd_scale, INT32_MIN), HL_ERR_OPTION, "-2147483648"},
    {I(broadening, 3), HL_ERR_OPTION, "3"},
    {I(broadening, -1), HL_ERR_OPTION, "-1"},
    {I(frequency_prefactor, 2), HL_ERR_OPTION, "2"},
    {I(frequency_prefactor, -1), HL_ERR_OPTION, "-1"},
    {I(normalize_dipoles, 2), HL_ERR_OPTION, "2"},
    {I(reserved, 1), HL_ERR_OPTION, "1"},
    {I(reserved, -1), HL_ERR_OPTION, "-1"},
    {R(fwhm, 0.0), HL_ERR_OPTION, "0"},
    {R(fwhm, -70.0), HL_ERR_OPTION, "-70"},
    {R(fwhm, NAN), HL_ERR_OPTION, "NaN"},
    {R(fwhm, INFINITY), HL_ERR_OPTION, "inf"},
    {R(fwhm_cd, -1.0), HL_ERR_OPTION, "-1"},
    {R(fwhm_cd, NAN), HL_ERR_OPTION, "NaN"},
    {R(fwhm_cd, INFINITY), HL_ERR_OPTION, "inf"},
    {R(lorentzian_fwhm, -2.0), HL_ERR_OPTION, "-2"},
    {R(lorentzian_fwhm, NAN), HL_ERR_OPTION, "NaN"},
    {R(lorentzian_fwhm, INFINITY), HL_ERR_OPTION, "inf"},
    {R(cutoff, 0.0), HL_ERR_OPTION, "0"},
    {R(cutoff, -1.0), HL_ERR_OPTION, "-1"},
    {R(cutoff, NAN), HL_ERR_OPTION, "NaN"},
    {R(cutoff, -INFINITY), HL_ERR_OPTION, "-inf"},
    {R(energy_offset, NAN), HL_ERR_OPTION, "NaN"},
    {R(energy_offset, INFINITY), HL_ERR_OPTION, "inf"},
};

static void illegal_values(bench *b)
{
    size_t k;
    for (k = 0; k < sizeof illegal / sizeof *illegal; k++) {
        test("options: %s = %s is refused", illegal[k].field, illegal[k].mention);
        bench_set(b, SPECTRUM);
        if (!strcmp(illegal[k].field, "lorentzian_fwhm"))
            b->c.options->lineshape = HL_LINESHAPE_VOIGT;
        if (illegal[k].kind == INTEGER)
            memcpy(b->options.bytes + illegal[k].offset, &illegal[k].integer, sizeof illegal[k].integer);
        else
            memcpy(b->options.bytes + illegal[k].offset, &illegal[k].real, sizeof illegal[k].real);
        bench_refused(b, illegal[k].status, illegal[k].field, illegal[k].mention, NULL);
    }
}

static void contradictions(bench *b)
{
    test("hl_exciton_broaden: widths per site need eigenvectors: refused");
    bench_set(b, BROADEN);
    b->c.options->fwhm_by = HL_FWHM_PER_SITE;
    bench_pass(b, "fwhm_values");
    bench_refused(b, HL_ERR_OPTION, "fwhm_by", NULL);

    test("options: widths per exciton without fwhm_values are refused");
    bench_set(b, SPECTRUM);
    b->c.options->fwhm_by = HL_FWHM_PER_EXCITON;
    bench_refused(b, HL_ERR_NULL, "fwhm_values", NULL);

    test("options: fwhm_values with a common width are refused");
    bench_set(b, SPECTRUM);
    bench_pass(b, "fwhm_values");
    bench_refused(b, HL_ERR_OPTION, "fwhm_values", "fwhm_by", NULL);

    test("options: lorentzian_fwhm with a Gaussian is refused");
    bench_set(b, SPECTRUM);
    b->c.options->lorentzian_fwhm = 10.0;
    bench_refused(b, HL_ERR_OPTION, "lorentzian_fwhm", NULL);

    test("options: gridded broadening of a Lorentzian is refused");
    bench_set(b, SPECTRUM);
    b->c.options->lineshape = HL_LINESHAPE_LORENTZIAN;
    b->c.options->broadening = HL_BROADENING_GRIDDED;
    bench_refused(b, HL_ERR_OPTION, "broadening", NULL);

    test("options: gridded broadening with a cutoff below 3 is refused");
    bench_set(b, SPECTRUM);
    b->c.options->cutoff = 2.0;
    b->c.options->broadening = HL_BROADENING_GRIDDED;
    bench_refused(b, HL_ERR_OPTION, "broadening", NULL);

    test("options: gridded broadening on a grid coarser than 0.3 sigma is refused");
    bench_set(b, SPECTRUM);
    b->c.options->fwhm = 20.0;
    b->c.options->broadening = HL_BROADENING_GRIDDED;
    bench_refused(b, HL_ERR_OPTION, "broadening", NULL);

    test("options: a cutoff of infinity is accepted");
    bench_set(b, SPECTRUM);
    b->c.options->cutoff = INFINITY;
    bench_accepted(b);

    test("options: NULL means the defaults, to the bit");
    {
        double by_default[BENCH_GRID], by_struct[BENCH_GRID];
        bench_set(b, SPECTRUM);
        bench_accepted(b);
        memcpy(by_struct, b->c.pointers[bench_array(b, "absorption")], sizeof by_struct);
        bench_set(b, SPECTRUM);
        b->c.options = NULL;
        bench_accepted(b);
        memcpy(by_default, b->c.pointers[bench_array(b, "absorption")], sizeof by_default);
        expect(!memcmp(by_default, by_struct, sizeof by_struct), "results differ");
    }
}

static void struct_sizes(bench *b)
{
    const size_t known = sizeof(hl_exciton_options);
    size_t size;
    static const size_t too_small[] = {0, 1, 4, 7};
    size_t k;
    for (k = 0; k < sizeof too_small / sizeof *too_small; k++) {
        test("options: struct_size %zu is refused", too_small[k]);
        bench_set(b, SPECTRUM);
        b->c.options->struct_size = too_small[k];
        bench_refused(b, HL_ERR_OPTION, "struct_size", NULL);
    }
    test("options: a struct that is not aligned is refused");
    {
        unsigned char room[sizeof(hl_exciton_options) + 16];
        unsigned char *crooked = room + 8 - (uintptr_t)room % 8 + 4;
        const double number = 12400.0;
        double spectrum = -1.0;
        expect(hl_exciton_options_init((hl_exciton_options *)(void *)crooked, known) == HL_OK, "%s", hl_last_error_message());
        expect(hl_exciton_broaden(1, 1, 1, &number, NULL, &number, NULL, NULL, NULL, NULL, NULL, &number, NULL, &spectrum, NULL, NULL, NULL,
                                  (hl_exciton_options *)(void *)crooked) == HL_ERR_ALIGNMENT && spectrum == -1.0,
               "%s", hl_last_error_message());
    }
    test("options: struct_size SIZE_MAX is refused");
    bench_set(b, SPECTRUM);
    b->c.options->struct_size = SIZE_MAX;
    bench_refused(b, HL_ERR_OPTION, "struct_size", NULL);

    test("options: an older, smaller struct is accepted and the fields beyond it have their defaults");
    for (size = offsetof(hl_exciton_options, lineshape); size < known; size += 4) {
        double expected[BENCH_GRID];
        bench_set(b, SPECTRUM);
        if (size < offsetof(hl_exciton_options, fwhm_cd))
            b->c.options->fwhm = 70.0;
        bench_accepted(b);
        memcpy(expected, b->c.pointers[bench_array(b, "absorption")], sizeof expected);
        bench_set(b, SPECTRUM);
        /* what stands beyond struct_size is not the library's to read */
        memset(b->options.bytes + size, 0x7e, sizeof b->options.bytes - size);
        b->c.options->struct_size = size;
        b->c.pointers[bench_array(b, "absorption")] = b->storage[bench_array(b, "absorption")] + ORIGIN;
        {
            const int a = bench_array(b, "absorption"), c = bench_array(b, "cd");
            hl_status status = hl_exciton_spectrum(
                b->c.dims[CONF], b->c.dims[SITE], b->c.dims[GRID], b->c.pointers[0], NULL, b->c.pointers[1], NULL, b->c.pointers[2], NULL,
                b->c.pointers[3], NULL, b->c.pointers[4], NULL, b->c.pointers[a], NULL, b->c.pointers[c], NULL, b->c.options);
            expect(status == HL_OK, "struct_size %zu: %s", size, hl_last_error_message());
            expect(status != HL_OK || !memcmp(expected, b->c.pointers[a], sizeof expected), "struct_size %zu: other bits", size);
        }
    }

    test("options: a newer, larger struct with a zero tail is accepted");
    bench_set(b, SPECTRUM);
    b->c.options->struct_size = known + 64;
    bench_accepted(b);

    test("options: a newer, larger struct with something in its tail is refused");
    for (k = 0; k < 64; k += 9) {
        bench_set(b, SPECTRUM);
        b->c.options->struct_size = known + 64;
        b->options.bytes[known + k] = 1;
        bench_refused(b, HL_ERR_OPTION, "struct_size", NULL);
    }
}

static void initialisation(void)
{
    union {
        hl_exciton_options known;
        unsigned char bytes[sizeof(hl_exciton_options) + 64];
    } options;
    hl_exciton_options defaults;
    size_t size, byte;
    test("hl_exciton_options_init: the defaults are those of the documentation");
    expect(hl_exciton_options_init(&defaults, sizeof defaults) == HL_OK, "%s", hl_last_error_message());
    expect(defaults.struct_size == sizeof defaults, "struct_size is %zu", defaults.struct_size);
    expect(defaults.lineshape == 0 && defaults.fwhm_by == 0 && defaults.normalization == 0 && defaults.cd_scale == 0 &&
               defaults.broadening == 0 && defaults.frequency_prefactor == 0 && defaults.normalize_dipoles == 0 && defaults.reserved == 0,
           "an integer field is not 0");
    expect(defaults.fwhm == 70.0 && defaults.fwhm_cd == 0.0 && defaults.lorentzian_fwhm == 0.0 && defaults.cutoff == 3.0 &&
               defaults.energy_offset == 0.0,
           "a real field is not its default");
    expect(!defaults.fwhm_values && !defaults.fwhm_values_strides && !defaults.fwhm_cd_values && !defaults.fwhm_cd_values_strides &&
               !defaults.deleted && !defaults.deleted_strides && !defaults.progress && !defaults.progress_user && !defaults.sample,
           "a pointer is not NULL");

    test("hl_exciton_options_init: writes at most struct_size bytes, at every size");
    for (size = sizeof(size_t); size <= sizeof options; size++) {
        memset(&options, POISON, sizeof options);
        expect(hl_exciton_options_init(&options.known, size) == HL_OK, "size %zu: %s", size, hl_last_error_message());
        for (byte = size; byte < sizeof options; byte++)
            if (!expect(options.bytes[byte] == POISON, "size %zu: byte %zu was written", size, byte))
                break;
        expect(options.known.struct_size == size, "size %zu: struct_size is %zu", size, options.known.struct_size);
        for (byte = sizeof(hl_exciton_options); byte < size; byte++)
            if (!expect(options.bytes[byte] == 0, "size %zu: byte %zu of the unknown tail is not 0", size, byte))
                break;
    }
    test("hl_exciton_options_init: NULL is refused");
    expect(hl_exciton_options_init(NULL, sizeof defaults) == HL_ERR_NULL, "NULL is not refused");
    test("hl_exciton_options_init: a size below that of struct_size is refused and nothing is written");
    memset(&options, POISON, sizeof options);
    for (size = 0; size < sizeof(size_t); size++)
        expect(hl_exciton_options_init(&options.known, size) == HL_ERR_OPTION, "size %zu is not refused", size);
    for (byte = 0; byte < sizeof options; byte++)
        if (!expect(options.bytes[byte] == POISON, "byte %zu was written", byte))
            break;
}

int main(void)
{
    static bench b;
    illegal_values(&b);
    contradictions(&b);
    struct_sizes(&b);
    initialisation();
    return finish("options");
}
