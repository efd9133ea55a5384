/* The shared case table through the C ABI: every row is right (naive.h), has the same bits in every memory layout and when it is
   run again, and its results are written to $HOTLOOP_RESULTS/c/<name>.f64 for the comparison between languages. */
#include "cases.h"
#include "harness.h"
#include "naive.h"
#include "strided.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* mkdir -p */
static void make_folders(const char *path)
{
    char prefix[1024], *slash;
    snprintf(prefix, sizeof prefix, "%s/", path);
    for (slash = strchr(prefix + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(prefix, 0777) && errno != EEXIST) {
            fprintf(stderr, "cannot make the folder %s\n", prefix);
            exit(2);
        }
        *slash = '/';
    }
}

static void write_results(const char *name, const case_results *results)
{
    const char *root = getenv("HOTLOOP_RESULTS");
    char folder[900], path[1000];
    FILE *file;
    int k, written = 1;
    snprintf(folder, sizeof folder, "%s/c", root && *root ? root : "build/results");
    snprintf(path, sizeof path, "%s/%s.f64", folder, name);
    make_folders(folder);
    file = fopen(path, "wb");
    for (k = 0; file && k < results->n_arrays; k++)
        written &= fwrite(results->arrays[k], sizeof(double), results->lengths[k], file) == results->lengths[k];
    expect(file && !fclose(file) && written, "cannot write %s", path);
}

int main(int argc, char **argv)
{
    /* `quick` leaves out what takes minutes under valgrind: large matrices, and layouts beyond the row's own */
    const int quick = argc > 1 && !strcmp(argv[1], "quick");
    static const char *const layout_names[] = {"contiguous", "reversed", "every second element", "column-major", "broadcast"};
    size_t n_cases, k;
    exciton_case *rows = cases_read(&n_cases);
    for (k = 0; k < n_cases; k++) {
        const exciton_case *row = rows + k;
        case_inputs inputs = case_inputs_read(row);
        case_results results;
        int layout;
        if (quick && row->n_site > 40) {
            case_inputs_free(&inputs);
            continue;
        }

        test("case %s: written for the comparison between languages", row->name);
        results = case_run(row, &inputs, row->layout);
        write_results(row->name, &results);

        test("case %s: sticks solve the eigenproblem and have the strengths of their eigenvectors", row->name);
        naive_check_sticks(row, &inputs, &results);
        test("case %s: spectra are the mean of the sticks' bands", row->name);
        naive_check_spectra(row, &inputs, &results);

        for (layout = CONTIGUOUS; layout <= COLUMN_MAJOR && !quick; layout++) {
            case_results again;
            test("case %s: %s arrays give the same bits", row->name, layout_names[layout]);
            again = case_run(row, &inputs, layout);
            case_results_same_bits(&results, &again);
            case_results_free(&again);
        }
        case_results_free(&results);
        case_inputs_free(&inputs);
    }
    free(rows);
    return finish("cases");
}
