/* Reads what examples/c/fmo_spectrum and examples/c/ensemble_spectrum wrote for the published model and for three copies of it:
   both are the reference spectra. Usage: test_example spectrum.csv spectrum.bin */
#include "brixner_reference.h"
#include "harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_GRID 1510

static void read_csv(const char *path, double table[N_GRID][3])
{
    size_t bytes;
    char *text = read_file(path, &bytes), *at = text;
    static const char first_line[] = "wavenumber,absorption,cd\n";
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

static void read_binary(const char *path, double table[N_GRID][3])
{
    size_t bytes, wanted = N_GRID * sizeof *table;
    void *contents = read_file(path, &bytes);
    expect(bytes == wanted, "%s has %zu bytes instead of %zu", path, bytes, wanted);
    memcpy(table, contents, bytes < wanted ? bytes : wanted);
    free(contents);
}

static void expect_reference(double table[N_GRID][3])
{
    const reference_spectrum *reference = &reference_spectra[0];
    double worst[3] = {0.0, 0.0, 0.0};
    int k;
    for (k = 0; k < N_GRID; k += REFERENCE_EVERY) {
        worst[0] = fmax(worst[0], fabs(table[k][0] - reference->x_from - reference->x_step * k));
        worst[1] = fmax(worst[1], fabs(table[k][1] - reference->absorption[k / REFERENCE_EVERY]));
        worst[2] = fmax(worst[2], fabs(table[k][2] - reference->cd[k / REFERENCE_EVERY]));
    }
    expect(worst[0] == 0.0 && worst[1] < 1e-9 && worst[2] < 1e-9, "differences %g %g %g", worst[0], worst[1], worst[2]);
}

int main(int argc, char **argv)
{
    static double table[N_GRID][3];
    if (argc != 3)
        return 2;
    test("examples/c/fmo_spectrum writes ham2spec's spectra of the %s case", reference_spectra[0].name);
    read_csv(argv[1], table);
    expect_reference(table);
    test("examples/c/ensemble_spectrum writes them for an ensemble of equal members");
    memset(table, 0, sizeof table);
    read_binary(argv[2], table);
    expect_reference(table);
    return finish("example");
}
