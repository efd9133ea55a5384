/* Absorption and CD spectrum of a pigment-protein complex with static disorder, from one file to one file.

   The input has a row a pigment: its row of the Hamiltonian (cm-1), its transition dipole (x y z), its position (x y z, Angstrom),
   with commas or blanks between. Each of N_CONF samples shifts every site energy by a random number; hotloop averages the spectra.

   cc fmo_spectrum.c $(pkg-config --cflags --libs hotloop) -lm -o fmo_spectrum
   ./fmo_spectrum brixner_conf.csv spectra.csv [disorder in cm-1] */
#include <hotloop.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_CONF = 1000, N_GRID = 1510, MAX_SITE = 64 };

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

/* A standard normal number (Box and Muller) from a linear congruential generator: the same samples on every machine. */
static double normal(uint64_t *state)
{
    double uniform[2];
    int k;
    for (k = 0; k < 2; k++) {
        *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
        uniform[k] = ((double)(*state >> 11) + 0.5) / 9007199254740992.0;
    }
    return sqrt(-2.0 * log(uniform[0])) * cos(6.283185307179586 * uniform[1]);
}

int main(int argc, char **argv)
{
    static double rows[MAX_SITE * (MAX_SITE + 6)];
    static double grid[N_GRID], spectra[N_GRID][2];
    const double disorder = argc > 3 ? atof(argv[3]) : 80.0;
    uint64_t state = 1;
    ptrdiff_t n_site, conf, site, other, k;
    double *hamiltonians;
    hl_exciton_options options;
    FILE *output;

    if (argc < 3) {
        fprintf(stderr, "usage: fmo_spectrum conf.csv spectra.csv [disorder in cm-1]\n");
        return 1;
    }
    n_site = read_rows(argv[1], rows);
    hamiltonians = malloc((size_t)(N_CONF * n_site * n_site) * sizeof *hamiltonians);
    if (!hamiltonians)
        return 1;
    for (conf = 0; conf < N_CONF; conf++)
        for (site = 0; site < n_site; site++)
            for (other = 0; other < n_site; other++)
                hamiltonians[(conf * n_site + site) * n_site + other] =
                    rows[site * (n_site + 6) + other] + (site == other ? disorder * normal(&state) : 0.0);
    for (k = 0; k < N_GRID; k++)
        grid[k] = 11790.0 + (double)k;

    must(hl_exciton_options_init(&options, sizeof options));
    options.fwhm = 70.0; /* cm-1 */

    {
        /* Nothing is copied: dipoles and positions are read where they stand in the rows of the file, the same for every
           configuration (stride 0), and both spectra are written as columns of one table (stride 2). */
        const ptrdiff_t vectors[3] = {0, n_site + 6, 1}, column[1] = {2};
        must(hl_exciton_spectrum(N_CONF, n_site, N_GRID, hamiltonians, NULL, rows + n_site, vectors, rows + n_site + 3, vectors,
                                 NULL, NULL, grid, NULL, &spectra[0][0], column, &spectra[0][1], column, &options));
    }

    output = fopen(argv[2], "w");
    if (!output) {
        perror(argv[2]);
        return 1;
    }
    fprintf(output, "wavenumber_cm-1,absorption,cd\n");
    for (k = 0; k < N_GRID; k++)
        fprintf(output, "%.17g,%.17g,%.17g\n", grid[k], spectra[k][0], spectra[k][1]);
    if (fclose(output) != 0) {
        perror(argv[2]);
        return 1;
    }
    free(hamiltonians);
    printf("%d samples of %td pigments with %d threads: %s\n", (int)N_CONF, n_site, hl_get_num_threads(), argv[2]);
    return 0;
}
