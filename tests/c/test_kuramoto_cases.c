/* The shared tables of lattices, mean fields and networks through the C ABI: every row is right (naive_kuramoto.h), has the same bits in
   every memory layout, raises no floating-point exception, and its results are written to $HOTLOOP_RESULTS/c/<name>.f64 for the comparison
   between languages. */
#include "harness.h"
#include "naive_kuramoto.h"
#include "results.h"
#include "strided.h"

#include <fenv.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    /* `quick` leaves out what takes minutes under valgrind: layouts beyond the row's own and long rows */
    const int quick = argc > 1 && !strcmp(argv[1], "quick");
    static const char *const layout_names[] = {"contiguous", "reversed", "every second element", "column-major"};
    size_t n_cases, k;
    kuramoto_case *rows = kuramoto_cases_read(&n_cases);
    for (k = 0; k < n_cases; k++) {
        const kuramoto_case *row = rows + k;
        kuramoto_inputs inputs = kuramoto_inputs_new(row);
        kuramoto_results results;
        int layout, raised;
        if (quick && inputs.cells * row->n_steps > 40000) {
            kuramoto_inputs_free(&inputs);
            continue;
        }

        test("case %s: no invalid operation, division by zero or overflow on ordinary input", row->name);
        hl_set_num_threads_local(1);
        feclearexcept(FE_ALL_EXCEPT);
        results = kuramoto_run(row, &inputs, row->layout);
        raised = fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
        hl_set_num_threads_local(0);
        expect(quick || raised == 0, "raised: %s%s%s", raised & FE_INVALID ? "invalid " : "", raised & FE_DIVBYZERO ? "division by zero " : "",
               raised & FE_OVERFLOW ? "overflow" : "");
        test("case %s: written for the comparison between languages", row->name);
        write_results(row->name, results.arrays, results.lengths, kuramoto_results_filed(row));

        test("case %s: the right-hand side is the sum over what pulls", row->name);
        naive_check_slopes(row, &inputs, &results);
        test("case %s: every step follows from the one before, and records are steps", row->name);
        naive_check_steps(row, &inputs, &results);
        test("case %s: order parameters are those of the phases", row->name);
        naive_check_order(row, &inputs, &results);

        for (layout = CONTIGUOUS; layout <= COLUMN_MAJOR && !quick; layout++) {
            kuramoto_results again;
            test("case %s: %s arrays give the same bits", row->name, layout_names[layout]);
            again = kuramoto_run(row, &inputs, layout);
            kuramoto_same_bits(&results, &again);
            kuramoto_results_free(&again);
        }
        kuramoto_results_free(&results);
        kuramoto_inputs_free(&inputs);
    }
    free(rows);
    return finish("kuramoto cases");
}
