/* One row of the case tables through the C ABI; see kuramoto_run.h. */
#include "kuramoto_run.h"

#include "harness.h"
#include "strided.h"

#include <stdlib.h>
#include <string.h>

const char *const kuramoto_result_names[N_KURAMOTO_RESULTS] = {"dtheta", "theta", "frames", "order_r", "order_psi", "r", "psi"};

static ptrdiff_t length_of(const strided *array)
{
    ptrdiff_t length = 1;
    int axis;
    for (axis = 0; axis < array->rank; axis++)
        length *= array->dims[axis];
    return length;
}

/* Makes one array of the call in this layout, with these values (NULL: an output). */
static strided pass(kuramoto_call *c, int array, int layout, const double *values)
{
    ptrdiff_t dims[4];
    const int rank = kuramoto_array_dims(c, array, dims);
    strided made = strided_new(layout, kuramoto_element(c, array), rank, dims);
    if (values) {
        void *numbers = numbers_of(c->bits, values, length_of(&made));
        strided_put(&made, numbers);
        free(numbers);
    }
    c->pointers[array] = made.first;
    return made;
}

static strided pass_indices(kuramoto_call *c, int array, int layout, const int64_t *values)
{
    strided made = pass(c, array, layout, NULL);
    void *indices = indices_of(c->index_bits, values, length_of(&made));
    strided_put(&made, indices);
    free(indices);
    return made;
}

static void take_back(const kuramoto_call *c, const kuramoto_case *row, const strided *array, kuramoto_results *results, int result)
{
    const ptrdiff_t length = length_of(array);
    void *numbers = new_memory((size_t)length * sizeof(double));
    results->lengths[result] = (size_t)length;
    results->arrays[result] = new_memory((size_t)length * sizeof(double));
    strided_get(array, numbers);
    numbers_back(c->bits, numbers, results->arrays[result], length);
    free(numbers);
    expect(strided_gaps_untouched(array), "%s: memory beside the elements of %s was written", row->name, kuramoto_result_names[result]);
}

static void perform_well(kuramoto_call *c, const kuramoto_case *row, enum kuramoto_function function, int layout)
{
    hl_status status;
    c->function = function;
    status = kuramoto_perform(c);
    expect(status == HL_OK, "%s, layout %d: %s gives %d: %s", row->name, layout, kuramoto_function_name(c), status, hl_last_error_message());
}

kuramoto_results kuramoto_run(const kuramoto_case *row, const kuramoto_inputs *inputs, int layout)
{
    static const ptrdiff_t zeros[3] = {0, 0, 0};
    const double one_coupling = 2.0;
    hl_kuramoto_options options;
    kuramoto_results results;
    strided arrays[N_KURAMOTO_ARRAYS], last_r, last_psi;
    kuramoto_call c;
    ptrdiff_t steps_done = -1;
    void *single_coupling = numbers_of(row->bits, &one_coupling, 1);
    int axis, k;
    memset(&c, 0, sizeof c);
    memset(arrays, 0, sizeof arrays);
    memset(&results, 0, sizeof results);
    hl_kuramoto_options_init(&options, sizeof options);
    options.law = row->law;
    options.method = row->method;
    options.lag = row->lag;
    options.noise = row->noise;
    options.noise_seed = CASE_NOISE_SEED;
    options.first_step = CASE_FIRST_STEP;
    options.first_cell = CASE_FIRST_CELL;
    if (row->atol > 0.0)
        options.atol = row->atol;
    c.function = kuramoto_integrate_of(row->model);
    c.index_bits = row->index_bits;
    c.n_edges = inputs->n_edges;
    c.bits = row->bits;
    c.rank = row->rank;
    for (axis = 0; axis < row->rank; axis++) {
        c.shape[axis] = row->shape[axis];
        options.boundary[axis] = row->boundary[axis];
    }
    c.shape_pointer = c.shape;
    c.n_steps = row->n_steps;
    c.record_every = row->record_every;
    c.n_frames = kuramoto_frames(row);
    c.dt = row->dt;
    c.steps_done = &steps_done;
    c.options = &options;
    arrays[THETA] = pass(&c, THETA, layout, inputs->theta);
    arrays[OMEGA] = pass(&c, OMEGA, layout, inputs->omega);
    arrays[COUPLING] = pass(&c, COUPLING, layout, inputs->coupling);
    arrays[DTHETA] = pass(&c, DTHETA, layout, NULL);
    arrays[FRAMES] = pass(&c, FRAMES, layout, NULL);
    arrays[ORDER_R] = pass(&c, ORDER_R, layout, NULL);
    arrays[ORDER_PSI] = pass(&c, ORDER_PSI, layout, NULL);
    for (axis = 0; axis < row->rank; axis++)
        if (row->boundary[axis] == HL_BOUNDARY_HALO) {
            arrays[BELOW + axis] = pass(&c, BELOW + axis, layout, inputs->faces[axis][0]);
            arrays[ABOVE + axis] = pass(&c, ABOVE + axis, layout, inputs->faces[axis][1]);
        }
    if (row->model == NETWORK) {
        arrays[ROW_START] = pass_indices(&c, ROW_START, layout, inputs->row_start);
        arrays[NEIGHBOURS] = pass_indices(&c, NEIGHBOURS, layout, inputs->neighbours);
        arrays[WEIGHTS] = pass(&c, WEIGHTS, layout, inputs->weights);
        if (!row->weighted)
            c.pointers[WEIGHTS] = NULL;
    }
    for (k = 0; k < N_KURAMOTO_ARRAYS; k++)
        c.strides[k] = layout == CONTIGUOUS ? NULL : arrays[k].strides;
    if (!row->per_cell) {
        c.pointers[COUPLING] = single_coupling;
        c.strides[COUPLING] = zeros;
    }

    perform_well(&c, row, kuramoto_rhs_of(row->model), layout);
    take_back(&c, row, &arrays[DTHETA], &results, SLOPES);
    perform_well(&c, row, kuramoto_integrate_of(row->model), layout);
    expect(steps_done == row->n_steps, "%s, layout %d: steps_done is %td", row->name, layout, steps_done);
    take_back(&c, row, &arrays[THETA], &results, FINAL_THETA);
    take_back(&c, row, &arrays[FRAMES], &results, RECORDED);
    take_back(&c, row, &arrays[ORDER_R], &results, RECORDED_R);
    take_back(&c, row, &arrays[ORDER_PSI], &results, RECORDED_PSI);
    c.function = ORDER_PARAMETER;
    last_r = pass(&c, ORDER_R, layout, NULL);
    last_psi = pass(&c, ORDER_PSI, layout, NULL);
    perform_well(&c, row, ORDER_PARAMETER, layout);
    take_back(&c, row, &last_r, &results, FINAL_R);
    take_back(&c, row, &last_psi, &results, FINAL_PSI);
    strided_free(&last_r);
    strided_free(&last_psi);
    for (k = 0; k < N_KURAMOTO_ARRAYS; k++)
        strided_free(&arrays[k]);
    free(single_coupling);
    return results;
}

void kuramoto_results_free(kuramoto_results *results)
{
    int k;
    for (k = 0; k < N_KURAMOTO_RESULTS; k++)
        free(results->arrays[k]);
}

int kuramoto_same_bits(const kuramoto_results *left, const kuramoto_results *right)
{
    int k, same = 1;
    for (k = 0; k < N_KURAMOTO_RESULTS; k++)
        same &= expect(left->lengths[k] == right->lengths[k] &&
                           !memcmp(left->arrays[k], right->arrays[k], left->lengths[k] * sizeof(double)),
                       "%s differs", kuramoto_result_names[k]);
    return same;
}

/* Without a lattice the order parameter of the end is not filed: it is a function of lattices. */
int kuramoto_results_filed(const kuramoto_case *row) { return row->model == LATTICE ? N_KURAMOTO_RESULTS : RECORDED_PSI + 1; }
