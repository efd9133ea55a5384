/* Reads what examples/c/fmo_spectrum wrote without disorder and with it: the header line, the grid, and spectra that are the
   reference ones without disorder, broader but of the same area with it. Usage: test_example without.csv with.csv */
#include "brixner_reference.h"
#include "harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_GRID 1510

static void read_table(const char *path, double table[N_GRID][3])
{
    size_t bytes;
    char *text = read_file(path, &bytes), *at = text;
    static const char first_line[] = "wavenumber_cm-1,absorption,cd\n";
    int k, column;
    expect(!strncmp(text, first_line, sizeof first_line - 1), "the first line of %s is not %s", path, first_line);
    at += strcspn(at, "\n");
    for (k = 0; k < N_GRID; k++)
        for (column = 0; column < 3; column++) {
            table[k][column] = strtod(at, &at);
            at += *at == ',';
        }
    expect(strspn(at, "\n") == strlen(at), "%s has more than %d rows", path, N_GRID);
    free(text);
}

static double area(double table[N_GRID][3], int column, double *peak)
{
    double sum = 0.0;
    int k;
    *peak = 0.0;
    for (k = 0; k < N_GRID; k++) {
        sum += table[k][column];
        *peak = fmax(*peak, fabs(table[k][column]));
    }
    return sum;
}

int main(int argc, char **argv)
{
    static double table[N_GRID][3];
    const reference_spectrum *reference = &reference_spectra[0];
    double peak, peak_with, sum, worst[3] = {0.0, 0.0, 0.0};
    int k;
    if (argc != 3)
        return 2;
    test("examples/c/fmo_spectrum without disorder writes ham2spec's spectra of the %s case", reference->name);
    read_table(argv[1], table);
    for (k = 0; k < N_GRID; k += REFERENCE_EVERY) {
        worst[0] = fmax(worst[0], fabs(table[k][0] - reference->x_from - reference->x_step * k));
        worst[1] = fmax(worst[1], fabs(table[k][1] - reference->absorption[k / REFERENCE_EVERY]));
        worst[2] = fmax(worst[2], fabs(table[k][2] - reference->cd[k / REFERENCE_EVERY]));
    }
    expect(worst[0] == 0.0 && worst[1] < 1e-9 && worst[2] < 1e-9, "differences %g %g %g", worst[0], worst[1], worst[2]);
    sum = area(table, 1, &peak);
    test("examples/c/fmo_spectrum with disorder broadens the bands and keeps their area");
    read_table(argv[2], table);
    expect(fabs(area(table, 1, &peak_with) / sum - 1.0) < 0.01, "the area changes by a factor %g", area(table, 1, &peak_with) / sum);
    expect(peak_with < 0.9 * peak && peak_with > 0.3 * peak, "the peak changes from %g to %g", peak, peak_with);
    return finish("example");
}
