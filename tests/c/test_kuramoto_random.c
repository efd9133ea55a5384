/* Small random lattices, of every rank, boundary, law, method and layout, on many threads: blocks are then thinner than what a sweep sees;
   and random networks and mean fields. Each step is compared with the naive one. */
#include "harness.h"
#include "naive_kuramoto.h"
#include "strided.h"

#include <stdlib.h>
#include <string.h>

static kuramoto_case invent(unsigned long long *seed)
{
    kuramoto_case row;
    int axis;
    memset(&row, 0, sizeof row);
    row.model = (enum kuramoto_model)random_between(seed, LATTICE, NETWORK);
    row.rank = row.model == LATTICE ? (int)random_between(seed, 1, 3) : 1;
    for (axis = 0; axis < row.rank; axis++) {
        row.shape[axis] = random_between(seed, 1, 12 - 2 * row.rank);
        row.boundary[axis] = (int)random_between(seed, 0, 2);
    }
    if (random_between(seed, 0, 4) == 0) /* longer than a line of a block */
        row.shape[random_between(seed, 0, row.rank - 1)] = random_between(seed, 250, 1100);
    row.bits = random_between(seed, 0, 1) ? 64 : 32;
    row.law = (int)random_between(seed, 0, 2);
    row.method = (int)random_between(seed, 0, 3);
    if (row.method == HL_METHOD_DORMAND_PRINCE)
        row.atol = 1e-3;
    else if (row.method != HL_METHOD_RK4 && random_between(seed, 0, 2) == 0)
        row.noise = 0.25;
    if (row.model == NETWORK) {
        row.index_bits = random_between(seed, 0, 1) ? 64 : 32;
        row.degree = (int)random_between(seed, 0, 40);
        row.weighted = (int)random_between(seed, 0, 1);
        row.boundary[0] = 0;
    } else if (row.model == MEAN_FIELD) {
        row.boundary[0] = 0;
    }
    row.lag = 0.125 * (double)random_between(seed, 0, 3);
    row.dt = 0.03125 / (row.degree > 4 ? 16 : 1); /* stages hand errors on with dt L below 2 */
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
    for (k = 0; k < 1200; k++) {
        const kuramoto_case row = invent(&seed);
        const int threads = (int)random_between(&seed, 1, 16);
        kuramoto_inputs inputs = kuramoto_inputs_new(&row);
        kuramoto_results results;
        test("system %d: model %d, rank %d {%td, %td, %td}, degree %d, f%d, law %d, method %d, boundaries %d %d %d, noise %g, %td steps, every %td, "
             "layout %d, %d thread(s)", k, row.model, row.rank, row.shape[0], row.shape[1], row.shape[2], row.degree, row.bits, row.law, row.method,
             row.boundary[0], row.boundary[1], row.boundary[2], row.noise, row.n_steps, row.record_every, row.layout, threads);
        hl_set_num_threads_local(threads);
        results = kuramoto_run(&row, &inputs, row.layout);
        naive_check_slopes(&row, &inputs, &results);
        naive_check_steps(&row, &inputs, &results);
        naive_check_order(&row, &inputs, &results);
        kuramoto_results_free(&results);
        kuramoto_inputs_free(&inputs);
    }
    return finish("kuramoto random");
}
