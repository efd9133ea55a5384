/* Unit conversion: every pair of every kind there and back, against CODATA 2018 factors, in place and strided. */
#include "harness.h"

#include <hotloop.h>
#include <math.h>

/* One unit of each kind in the kind's first unit; a wavelength in nm is 1e7 / wavenumber. CODATA 2018. */
static const struct { int32_t unit; const char *name; double factor; } units[] = {
    {HL_UNIT_WAVENUMBER, "cm-1", 1.0},
    {HL_UNIT_WAVELENGTH, "nm", 0.0},
    {HL_UNIT_ELECTRONVOLT, "eV", 8065.543937349211},
    {HL_UNIT_HARTREE, "hartree", 219474.63136320},
    {HL_UNIT_TERAHERTZ, "THz", 33.35640951981521},
    {HL_UNIT_DEBYE, "debye", 1.0},
    {HL_UNIT_ATOMIC_DIPOLE, "e a0", 2.541746473},
    {HL_UNIT_COULOMB_METER, "C m", 2.99792458e29},
    {HL_UNIT_ANGSTROM, "angstrom", 1.0},
    {HL_UNIT_BOHR, "bohr", 0.529177210903},
    {HL_UNIT_NANOMETER, "nm of length", 10.0},
};

static double to_base(size_t unit, double value) { return units[unit].factor == 0.0 ? 1e7 / value : value * units[unit].factor; }

int main(void)
{
    const size_t n = sizeof units / sizeof *units;
    size_t from, to;
    for (from = 0; from < n; from++)
        for (to = 0; to < n; to++) {
            double values[4] = {0.5, 1.0, 12400.0, 3.25e-3}, converted[4], back[4];
            const int same_kind = units[from].unit / 100 == units[to].unit / 100;
            hl_status status = hl_units_convert(4, values, NULL, converted, NULL, units[from].unit, units[to].unit);
            int k;
            if (!same_kind) {
                test("%s to %s is refused", units[from].name, units[to].name);
                expect(status == HL_ERR_ARGUMENT, "status %d", status);
                continue;
            }
            test("%s to %s, there and back", units[from].name, units[to].name);
            expect(status == HL_OK, "%s", hl_last_error_message());
            expect(hl_units_convert(4, converted, NULL, back, NULL, units[to].unit, units[from].unit) == HL_OK, "%s", hl_last_error_message());
            for (k = 0; k < 4; k++) {
                const double expected = to_base(from, values[k]), found = to_base(to, converted[k]);
                expect(fabs(found / expected - 1.0) < 2e-9, "%.17g becomes %.17g", values[k], converted[k]);
                expect(fabs(back[k] / values[k] - 1.0) < 1e-14, "%.17g comes back as %.17g", values[k], back[k]);
                expect(from != to || converted[k] == values[k], "the same unit changes %.17g to %.17g", values[k], converted[k]);
            }
        }
    test("NaN and infinities pass through as arithmetic has it, and 0 cm-1 is an infinite wavelength");
    {
        const double values[4] = {NAN, INFINITY, -INFINITY, 0.0};
        double converted[4];
        expect(hl_units_convert(4, values, NULL, converted, NULL, HL_UNIT_WAVENUMBER, HL_UNIT_ELECTRONVOLT) == HL_OK, "%s",
               hl_last_error_message());
        expect(isnan(converted[0]) && converted[1] == INFINITY && converted[2] == -INFINITY && converted[3] == 0.0, "%g %g %g %g",
               converted[0], converted[1], converted[2], converted[3]);
        expect(hl_units_convert(4, values, NULL, converted, NULL, HL_UNIT_WAVENUMBER, HL_UNIT_WAVELENGTH) == HL_OK, "%s",
               hl_last_error_message());
        expect(isnan(converted[0]) && converted[1] == 0.0 && converted[3] == INFINITY, "%g %g %g", converted[0], converted[1], converted[3]);
    }
    test("a reversed view into every third element");
    {
        const double values[3] = {800.0, 805.0, 810.0};
        double table[9] = {0};
        const ptrdiff_t backwards = -1, third = 3;
        expect(hl_units_convert(3, values + 2, &backwards, table, &third, HL_UNIT_WAVELENGTH, HL_UNIT_WAVENUMBER) == HL_OK, "%s",
               hl_last_error_message());
        expect(fabs(table[0] - 1e7 / 810.0) < 1e-8 && fabs(table[3] - 1e7 / 805.0) < 1e-8 && fabs(table[6] - 1e7 / 800.0) < 1e-8 &&
                   table[1] == 0.0 && table[2] == 0.0 && table[8] == 0.0, "%g %g %g", table[0], table[3], table[6]);
    }
    return finish("units");
}
