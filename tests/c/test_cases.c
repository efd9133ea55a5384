/* The shared case table through the C ABI: every row is right (naive.h), has the same bits in every memory layout and when it is
   run again, and its results are written to $HOTLOOP_RESULTS/c/<name>.f64 for the comparison between languages. */
#include "cases.h"
#include "harness.h"
#include "naive.h"
#include "results.h"
#include "strided.h"

#include <stdlib.h>
#include <string.h>

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
        write_results(row->name, results.arrays, results.lengths, results.n_arrays);

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
