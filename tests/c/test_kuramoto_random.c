/* Small random lattices, of every rank, boundary, law, method and layout, on many threads: blocks are then thinner than what a sweep sees.
   Each step is compared with the naive one. */
#include "harness.h"
#include "naive_lattice.h"
#include "strided.h"

#include <stdlib.h>
#include <string.h>

static lattice_case invent(unsigned long long *seed)
{
    lattice_case row;
    int axis;
    memset(&row, 0, sizeof row);
    row.rank = (int)random_between(seed, 1, 3);
    for (axis = 0; axis < row.rank; axis++) {
        row.shape[axis] = random_between(seed, 1, 12 - 2 * row.rank);
        row.boundary[axis] = (int)random_between(seed, 0, 2);
    }
    if (random_between(seed, 0, 4) == 0) /* longer than a line of a block */
        row.shape[random_between(seed, 0, row.rank - 1)] = random_between(seed, 250, 1100);
    row.bits = random_between(seed, 0, 1) ? 64 : 32;
    row.law = (int)random_between(seed, 0, 2);
    row.method = (int)random_between(seed, 0, 2);
    row.lag = 0.125 * (double)random_between(seed, 0, 3);
    row.dt = 0.03125;
    row.n_steps = random_between(seed, 0, 13);
    row.record_every = random_between(seed, 0, 5);
    row.per_cell = (int)random_between(seed, 0, 1);
    row.layout = (int)random_between(seed, CONTIGUOUS, COLUMN_MAJOR);
    strcpy(row.name, "random");
    return row;
}

int main(int argc, char **argv)
{
    unsigned long long seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    int k;
    for (k = 0; k < 600; k++) {
        const lattice_case row = invent(&seed);
        const int threads = (int)random_between(&seed, 1, 16);
        lattice_inputs inputs = lattice_inputs_new(&row);
        lattice_results results;
        test("lattice %d: rank %d {%td, %td, %td}, f%d, law %d, method %d, boundaries %d %d %d, %td steps, every %td, layout %d, %d thread(s)", k,
             row.rank, row.shape[0], row.shape[1], row.shape[2], row.bits, row.law, row.method, row.boundary[0], row.boundary[1], row.boundary[2],
             row.n_steps, row.record_every, row.layout, threads);
        hl_set_num_threads_local(threads);
        results = lattice_run(&row, &inputs, row.layout);
        naive_check_slopes(&row, &inputs, &results);
        naive_check_steps(&row, &inputs, &results);
        naive_check_order(&row, &inputs, &results);
        lattice_results_free(&results);
        lattice_inputs_free(&inputs);
    }
    return finish("kuramoto random");
}
