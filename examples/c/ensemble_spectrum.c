/* Mean absorption and CD of an ensemble of configurations, from one file to one file, with progress and the time that it took.

   cc -O2 ensemble_spectrum.c $(pkg-config --cflags --libs hotloop) -o ensemble_spectrum
   ./ensemble_spectrum ensemble.bin spectrum.bin [threads]

   `make demo` makes such an ensemble; examples/README.md says what is in the files. */
#define _POSIX_C_SOURCE 199309L /* clock_gettime */
#include <hotloop.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N_GRID = 1510, CALLS = 20 };

/* Every hotloop function returns a status; the message says what was wrong and what to do. */
static void must(hl_status status)
{
    if (status != HL_OK) {
        fprintf(stderr, "%s: %s\n", hl_status_string(status), hl_last_error_message());
        exit(1);
    }
}

/* Asked for a few times a second, so a call that is over sooner prints nothing. Any answer but 0 would end the call. */
static int32_t show_progress(void *user, int64_t done, int64_t total)
{
    (void)user;
    if (done > 0 && done < total)
        fprintf(stderr, "%3.0f %%\r", 100.0 * (double)done / (double)total);
    return 0;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double *read_doubles(FILE *file, size_t count)
{
    double *numbers = malloc(count * sizeof *numbers);
    if (!numbers || fread(numbers, sizeof *numbers, count, file) != count) {
        fprintf(stderr, "the ensemble's file is too short, or too large for the memory\n");
        exit(1);
    }
    return numbers;
}

int main(int argc, char **argv)
{
    static double spectrum[N_GRID][3];
    int64_t sizes[2]; /* n_conf, n_site */
    double *hamiltonians, *dipoles, *positions, fastest = 1e300;
    int k;
    hl_exciton_options options;
    FILE *file;
    if (argc < 3) {
        fprintf(stderr, "usage: ensemble_spectrum ENSEMBLE.bin SPECTRUM.bin [THREADS]\n");
        return 2;
    }
    file = fopen(argv[1], "rb");
    if (!file || fread(sizes, sizeof sizes[0], 2, file) != 2) {
        fprintf(stderr, "%s cannot be read\n", argv[1]);
        return 1;
    }
    hamiltonians = read_doubles(file, (size_t)(sizes[0] * sizes[1] * sizes[1]));
    dipoles = read_doubles(file, (size_t)(3 * sizes[1]));
    positions = read_doubles(file, (size_t)(3 * sizes[1]));
    fclose(file);

    for (k = 0; k < N_GRID; k++)
        spectrum[k][0] = 11790.0 + k;
    must(hl_set_num_threads(argc > 3 ? atoi(argv[3]) : 0)); /* 0: the default, all cores that the process may use */
    must(hl_exciton_options_init(&options, sizeof options));
    options.fwhm = 70.0; /* cm-1 */
    options.progress = show_progress;
    for (k = 0; k < CALLS; k++) {
        /* One set of dipoles and positions for all configurations: stride 0. Grid and spectra are columns of one table: stride 3. */
        const ptrdiff_t shared[3] = {0, 3, 1}, column[1] = {3};
        const double start = seconds();
        must(hl_exciton_spectrum(sizes[0], sizes[1], N_GRID, hamiltonians, NULL, dipoles, shared, positions, shared, NULL, NULL,
                                 &spectrum[0][0], column, &spectrum[0][1], column, &spectrum[0][2], column, &options));
        if (seconds() - start < fastest)
            fastest = seconds() - start;
    }

    file = fopen(argv[2], "wb");
    if (!file || fwrite(spectrum, sizeof spectrum, 1, file) != 1 || fclose(file) != 0) {
        fprintf(stderr, "%s cannot be written\n", argv[2]);
        return 1;
    }
    printf("%lld configurations of %lld pigments: %.4f ms, the fastest of %d calls (threads: %d)\n", (long long)sizes[0],
           (long long)sizes[1], 1e3 * fastest, (int)CALLS, (int)hl_get_num_threads());
    free(hamiltonians);
    free(dipoles);
    free(positions);
    return 0;
}
