/* The shared table of AniSOAP descriptors through the C ABI: every row has the same bits in every memory layout, with any number of threads,
   and with neighbours from a list or from the search; it raises no floating-point exception, and its results are written to
   $HOTLOOP_RESULTS/c/<name>.f64 for the comparison between languages. Whether they are right is for the reference tests to say. */
#include "anisoap_cases.h"
#include "harness.h"
#include "results.h"
#include "strided.h"

#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    /* `quick` leaves out what takes minutes under valgrind: layouts beyond the row's own and large rows */
    const int quick = argc > 1 && !strcmp(argv[1], "quick");
    static const char *const layout_names[] = {"contiguous", "reversed", "every second element", "column-major"};
    static const int thread_counts[] = {1, 2, 7};
    size_t n_cases, k, e;
    anisoap_case *rows = anisoap_cases_read(&n_cases);
    for (k = 0; k < n_cases; k++) {
        const anisoap_case *row = rows + k;
        anisoap_inputs inputs;
        anisoap_results results, again;
        int layout, t, raised, is_finite = 1, result;
        if (quick && row->n_pairs * row->max_angular > 2000)
            continue;
        test("case %s: no invalid operation, division by zero or overflow on ordinary input", row->name);
        inputs = anisoap_inputs_new(row);
        hl_set_num_threads_local(1);
        feclearexcept(FE_ALL_EXCEPT);
        results = anisoap_run(row, &inputs, row->layout, row->list);
        raised = fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
        expect(quick || raised == 0, "raised: %s%s%s", raised & FE_INVALID ? "invalid " : "", raised & FE_DIVBYZERO ? "division by zero " : "",
               raised & FE_OVERFLOW ? "overflow" : "");
        test("case %s: finite, and written for the comparison between languages", row->name);
        for (result = 0; result < N_ANISOAP_RESULTS; result++)
            for (e = 0; e < results.lengths[result]; e++)
                is_finite &= isfinite(results.arrays[result][e]) != 0;
        expect(is_finite, "a result is not finite");
        write_results(row->name, results.arrays, results.lengths, N_ANISOAP_RESULTS);
        for (layout = CONTIGUOUS; layout <= COLUMN_MAJOR && !quick; layout++) {
            test("case %s: %s arrays give the same bits", row->name, layout_names[layout]);
            again = anisoap_run(row, &inputs, layout, row->list);
            anisoap_same_bits(&results, &again);
            anisoap_results_free(&again);
        }
        for (t = 0; t < 3 && !quick; t++) {
            test("case %s: %d threads give the same bits", row->name, thread_counts[t]);
            hl_set_num_threads_local(thread_counts[t]);
            again = anisoap_run(row, &inputs, row->layout, row->list);
            anisoap_same_bits(&results, &again);
            anisoap_results_free(&again);
        }
        hl_set_num_threads_local(1);
        if (!quick) {
            int list;
            for (list = 0; list <= 3; list++) {
                test("case %s: neighbours of %s give the same bits", row->name, list == 0 ? "the search" : "a list");
                again = anisoap_run(row, &inputs, CONTIGUOUS, list);
                anisoap_same_bits(&results, &again);
                anisoap_results_free(&again);
            }
        }
        hl_set_num_threads_local(0);
        anisoap_results_free(&results);
        anisoap_inputs_free(&inputs);
    }
    free(rows);
    return finish("anisoap cases");
}
