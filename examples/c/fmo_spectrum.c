/* Excitons, absorption and CD of a pigment-protein complex, from one file to one file.

   cc fmo_spectrum.c $(pkg-config --cflags --libs hotloop) -o fmo_spectrum
   ./fmo_spectrum brixner_conf.csv spectrum.csv

   The input has a row a pigment: its row of the Hamiltonian (cm-1), its transition dipole (x y z), its position (x y z, Angstrom),
   with commas or blanks between. */
#include <hotloop.h>

#include <stdio.h>
#include <stdlib.h>

enum { MAX_SITE = 64, N_GRID = 1510 };

/* Every hotloop function returns a status; the message says what was wrong and what to do. */
static void must(hl_status status)
{
    if (status != HL_OK) {
        fprintf(stderr, "%s: %s\n", hl_status_string(status), hl_last_error_message());
        exit(1);
    }
}

/* Rows of n + 6 numbers, n of them; returns n. */
static ptrdiff_t read_rows(const char *path, double rows[MAX_SITE * (MAX_SITE + 6)])
{
    FILE *file = fopen(path, "r");
    ptrdiff_t count = 0, n_site = 1;
    int c;
    if (!file) {
        perror(path);
        exit(1);
    }
    while (count < MAX_SITE * (MAX_SITE + 6) && fscanf(file, "%lf", &rows[count]) == 1) {
        count++;
        while ((c = getc(file)) == ',' || c == ' ' || c == '\t')
            ;
        ungetc(c, file);
    }
    fclose(file);
    while (n_site * (n_site + 6) < count)
        n_site++;
    if (n_site * (n_site + 6) != count) {
        fprintf(stderr, "%s: %td numbers are not n rows of n + 6\n", path, count);
        exit(1);
    }
    return n_site;
}

int main(int argc, char **argv)
{
    static double rows[MAX_SITE * (MAX_SITE + 6)], sticks[MAX_SITE][3], spectrum[N_GRID][3];
    ptrdiff_t n_site, k;
    FILE *output;
    if (argc != 3) {
        fprintf(stderr, "usage: fmo_spectrum CONFIGURATION.csv SPECTRUM.csv\n");
        return 2;
    }
    n_site = read_rows(argv[1], rows);
    for (k = 0; k < N_GRID; k++)
        spectrum[k][0] = 11790.0 + (double)k;

    {
        /* Hamiltonian, dipoles and positions are columns of the file's table, results are columns of tables of ours: strides, in
           elements, say where the next element is along each axis. The first axis is the configuration; here is only one. */
        const ptrdiff_t row = n_site + 6;
        const ptrdiff_t matrices[3] = {0, row, 1}, vectors[3] = {0, row, 1}, of_sticks[2] = {0, 3}, column[1] = {3};
        const double *dipoles = rows + n_site, *positions = rows + n_site + 3;
        hl_exciton_options options;
        must(hl_exciton_options_init(&options, sizeof options));
        options.fwhm = 70.0; /* cm-1 */
        must(hl_exciton_sticks(1, n_site, rows, matrices, dipoles, vectors, positions, vectors, &sticks[0][0], of_sticks,
                               &sticks[0][1], of_sticks, &sticks[0][2], of_sticks, NULL, NULL, NULL, NULL, &options));
        must(hl_exciton_spectrum(1, n_site, N_GRID, rows, matrices, dipoles, vectors, positions, vectors, NULL, NULL, &spectrum[0][0],
                                 column, &spectrum[0][1], column, &spectrum[0][2], column, &options));
    }

    printf("exciton  energy/cm-1  dipole strength  rotational strength\n");
    for (k = 0; k < n_site; k++)
        printf("%7td%13.2f%17.4f%21.6f\n", k + 1, sticks[k][0], sticks[k][1], sticks[k][2]);
    output = fopen(argv[2], "w");
    if (!output) {
        perror(argv[2]);
        return 1;
    }
    fprintf(output, "wavenumber,absorption,cd\n");
    for (k = 0; k < N_GRID; k++)
        fprintf(output, "%.17g,%.17g,%.17g\n", spectrum[k][0], spectrum[k][1], spectrum[k][2]);
    if (fclose(output) != 0) {
        perror(argv[2]);
        return 1;
    }
    printf("hotloop %s wrote %s\n", hl_version(), argv[2]);
    return 0;
}
