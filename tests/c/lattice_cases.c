/* One row of the lattices' case table through the C ABI; see lattice_cases.h. */
#include "lattice_cases.h"

#include "harness.h"
#include "strided.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const lattice_result_names[N_LATTICE_RESULTS] = {"dtheta", "theta", "frames", "order_r", "order_psi", "r", "psi"};

static void *new_memory(size_t bytes)
{
    void *memory = malloc(bytes + 1);
    if (!memory) {
        fprintf(stderr, "out of memory in the test itself\n");
        exit(2);
    }
    return memory;
}

lattice_case *lattice_cases_read(size_t *n_cases)
{
    size_t bytes, n = 0;
    char *text = read_file("tests/cases/kuramoto.txt", &bytes), *line, *rest = text;
    lattice_case *rows = NULL;
    while ((line = strtok_r(rest, "\n", &rest))) {
        lattice_case row;
        memset(&row, 0, sizeof row);
        if (*line == '#' || !*line)
            continue;
        if (sscanf(line, "%63s %d %td %td %td %d %d %d %d %d %d %lf %lf %td %td %d %d", row.name, &row.rank, &row.shape[0], &row.shape[1],
                   &row.shape[2], &row.bits, &row.law, &row.method, &row.boundary[0], &row.boundary[1], &row.boundary[2], &row.lag, &row.dt,
                   &row.n_steps, &row.record_every, &row.per_cell, &row.layout) != 17) {
            fprintf(stderr, "tests/cases/kuramoto.txt: a row that is not understood: %s\n", line);
            exit(2);
        }
        rows = realloc(rows, (n + 1) * sizeof *rows);
        rows[n++] = row;
    }
    free(text);
    *n_cases = n;
    return rows;
}

ptrdiff_t lattice_frames(const lattice_case *row) { return row->record_every ? row->n_steps / row->record_every : 0; }

lattice_inputs lattice_inputs_new(const lattice_case *row)
{
    lattice_inputs inputs;
    ptrdiff_t i;
    int axis, side;
    memset(&inputs, 0, sizeof inputs);
    inputs.cells = 1;
    for (axis = 0; axis < row->rank; axis++)
        inputs.cells *= row->shape[axis];
    inputs.theta = new_memory((size_t)inputs.cells * sizeof(double));
    inputs.omega = new_memory((size_t)inputs.cells * sizeof(double));
    inputs.coupling = new_memory((size_t)inputs.cells * sizeof(double));
    for (i = 0; i < inputs.cells; i++) {
        inputs.theta[i] = (double)((7919 * i + 104729) % 65536) / 8192.0;
        inputs.omega[i] = (double)((6271 * i + 331) % 4096) / 4096.0;
        inputs.coupling[i] = row->per_cell ? 1.0 + (double)(37 * i % 64) / 64.0 : 2.0;
    }
    for (axis = 0; axis < row->rank; axis++) {
        inputs.face_cells[axis] = row->shape[axis] ? inputs.cells / row->shape[axis] : 0;
        for (side = 0; side < 2 && row->boundary[axis] == HL_BOUNDARY_HALO; side++) {
            inputs.faces[axis][side] = new_memory((size_t)inputs.face_cells[axis] * sizeof(double));
            for (i = 0; i < inputs.face_cells[axis]; i++)
                inputs.faces[axis][side][i] = (double)((911 * i + 77 * side + 13 * axis) % 65536) / 8192.0;
        }
    }
    return inputs;
}

void lattice_inputs_free(lattice_inputs *inputs)
{
    int axis;
    free(inputs->theta);
    free(inputs->omega);
    free(inputs->coupling);
    for (axis = 0; axis < 3; axis++) {
        free(inputs->faces[axis][0]);
        free(inputs->faces[axis][1]);
    }
}

void *numbers_of(int bits, const double *values, ptrdiff_t count)
{
    void *numbers = new_memory((size_t)count * sizeof(double));
    ptrdiff_t i;
    for (i = 0; i < count; i++)
        if (bits == 32)
            ((float *)numbers)[i] = (float)values[i];
        else
            ((double *)numbers)[i] = values[i];
    return numbers;
}

void numbers_back(int bits, const void *numbers, double *values, ptrdiff_t count)
{
    ptrdiff_t i;
    for (i = 0; i < count; i++)
        values[i] = bits == 32 ? (double)((const float *)numbers)[i] : ((const double *)numbers)[i];
}

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
    const int rank = lattice_array_dims(c, array, dims);
    strided made = strided_new(layout, lattice_element(c), rank, dims);
    if (values) {
        void *numbers = numbers_of(c->bits, values, length_of(&made));
        strided_put(&made, numbers);
        free(numbers);
    }
    c->pointers[array] = made.first;
    return made;
}

static void take_back(const kuramoto_call *c, const lattice_case *row, const strided *array, lattice_results *results, int result)
{
    const ptrdiff_t length = length_of(array);
    void *numbers = new_memory((size_t)length * sizeof(double));
    results->lengths[result] = (size_t)length;
    results->arrays[result] = new_memory((size_t)length * sizeof(double));
    strided_get(array, numbers);
    numbers_back(c->bits, numbers, results->arrays[result], length);
    free(numbers);
    expect(strided_gaps_untouched(array), "%s: memory beside the elements of %s was written", row->name, lattice_result_names[result]);
}

static void perform_well(kuramoto_call *c, const lattice_case *row, enum kuramoto_function function, int layout)
{
    hl_status status;
    c->function = function;
    status = kuramoto_perform(c);
    expect(status == HL_OK, "%s, layout %d: %s gives %d: %s", row->name, layout, kuramoto_function_name(c), status, hl_last_error_message());
}

lattice_results lattice_run(const lattice_case *row, const lattice_inputs *inputs, int layout)
{
    static const ptrdiff_t zeros[3] = {0, 0, 0};
    const double one_coupling = 2.0;
    hl_kuramoto_options options;
    lattice_results results;
    strided arrays[N_LATTICE_ARRAYS], last_r, last_psi;
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
    c.function = INTEGRATE;
    c.bits = row->bits;
    c.rank = row->rank;
    for (axis = 0; axis < row->rank; axis++) {
        c.shape[axis] = row->shape[axis];
        options.boundary[axis] = row->boundary[axis];
    }
    c.shape_pointer = c.shape;
    c.n_steps = row->n_steps;
    c.record_every = row->record_every;
    c.n_frames = lattice_frames(row);
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
    for (k = 0; k < N_LATTICE_ARRAYS; k++)
        c.strides[k] = layout == CONTIGUOUS ? NULL : arrays[k].strides;
    if (!row->per_cell) {
        c.pointers[COUPLING] = single_coupling;
        c.strides[COUPLING] = zeros;
    }

    perform_well(&c, row, RHS, layout);
    take_back(&c, row, &arrays[DTHETA], &results, SLOPES);
    perform_well(&c, row, INTEGRATE, layout);
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
    for (k = 0; k < N_LATTICE_ARRAYS; k++)
        strided_free(&arrays[k]);
    free(single_coupling);
    return results;
}

void lattice_results_free(lattice_results *results)
{
    int k;
    for (k = 0; k < N_LATTICE_RESULTS; k++)
        free(results->arrays[k]);
}

int lattice_same_bits(const lattice_results *left, const lattice_results *right)
{
    int k, same = 1;
    for (k = 0; k < N_LATTICE_RESULTS; k++)
        same &= expect(left->lengths[k] == right->lengths[k] &&
                           !memcmp(left->arrays[k], right->arrays[k], left->lengths[k] * sizeof(double)),
                       "%s differs", lattice_result_names[k]);
    return same;
}
