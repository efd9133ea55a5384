/* The rows of the Kuramoto case tables and their numbers; see kuramoto_cases.h. */
#include "kuramoto_cases.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *new_memory(size_t bytes)
{
    void *memory = malloc(bytes + 1);
    if (!memory) {
        fprintf(stderr, "out of memory in the test itself\n");
        exit(2);
    }
    return memory;
}

static int read_lattice(const char *line, kuramoto_case *row)
{
    row->model = LATTICE;
    return sscanf(line, "%63s %d %td %td %td %d %d %d %d %d %d %lf %lf %td %td %d %d %lf %lf", row->name, &row->rank, &row->shape[0],
                  &row->shape[1], &row->shape[2], &row->bits, &row->law, &row->method, &row->boundary[0], &row->boundary[1], &row->boundary[2],
                  &row->lag, &row->dt, &row->n_steps, &row->record_every, &row->per_cell, &row->layout, &row->noise, &row->atol) == 19;
}

static int read_nodes(const char *line, kuramoto_case *row)
{
    const int n = sscanf(line, "%63s %d %td %d %d %d %d %d %lf %lf %td %td %d %lf %lf %d", row->name, &row->index_bits, &row->shape[0],
                         &row->degree, &row->weighted, &row->bits, &row->law, &row->method, &row->lag, &row->dt, &row->n_steps,
                         &row->record_every, &row->per_cell, &row->noise, &row->atol, &row->layout);
    row->rank = 1;
    row->model = row->index_bits ? NETWORK : MEAN_FIELD;
    return n == 16;
}

kuramoto_case *kuramoto_cases_read(size_t *n_cases)
{
    static const struct { const char *path; int (*read)(const char *, kuramoto_case *); } tables[] = {
        {"tests/cases/kuramoto.txt", read_lattice}, {"tests/cases/kuramoto_nodes.txt", read_nodes}};
    kuramoto_case *rows = NULL;
    size_t bytes, n = 0, k;
    for (k = 0; k < sizeof tables / sizeof *tables; k++) {
        char *text = read_file(tables[k].path, &bytes), *line, *rest = text;
        while ((line = strtok_r(rest, "\n", &rest))) {
            kuramoto_case row;
            memset(&row, 0, sizeof row);
            if (*line == '#' || !*line)
                continue;
            if (!tables[k].read(line, &row)) {
                fprintf(stderr, "%s: a row that is not understood: %s\n", tables[k].path, line);
                exit(2);
            }
            rows = realloc(rows, (n + 1) * sizeof *rows);
            rows[n++] = row;
        }
        free(text);
    }
    *n_cases = n;
    return rows;
}

ptrdiff_t kuramoto_frames(const kuramoto_case *row) { return row->record_every ? row->n_steps / row->record_every : 0; }

/* Node i has i mod (degree + 1) edges. */
static void make_graph(const kuramoto_case *row, kuramoto_inputs *inputs)
{
    const ptrdiff_t nodes = row->shape[0];
    ptrdiff_t i, e = 0;
    inputs->row_start = new_memory((size_t)(nodes + 1) * sizeof(int64_t));
    for (i = 0; i < nodes; i++) {
        inputs->row_start[i] = e;
        e += i % (row->degree + 1);
    }
    inputs->row_start[nodes] = inputs->n_edges = e;
    inputs->neighbours = new_memory((size_t)e * sizeof(int64_t));
    inputs->weights = new_memory((size_t)e * sizeof(double));
    for (i = 0, e = 0; e < inputs->n_edges; e++) {
        while (e >= inputs->row_start[i + 1])
            i++;
        inputs->neighbours[e] = (7 * i + 31 * e + 5) % nodes;
        inputs->weights[e] = row->weighted ? 1.0 + (double)(53 * e % 32) / 32.0 : 1.0;
    }
}

kuramoto_inputs kuramoto_inputs_new(const kuramoto_case *row)
{
    kuramoto_inputs inputs;
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
    if (row->model == NETWORK)
        make_graph(row, &inputs);
    return inputs;
}

void kuramoto_inputs_free(kuramoto_inputs *inputs)
{
    int axis;
    free(inputs->theta);
    free(inputs->omega);
    free(inputs->coupling);
    free(inputs->row_start);
    free(inputs->neighbours);
    free(inputs->weights);
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

void *indices_of(int bits, const int64_t *values, ptrdiff_t count)
{
    void *indices = new_memory((size_t)count * sizeof(int64_t));
    ptrdiff_t i;
    for (i = 0; i < count; i++)
        if (bits == 32)
            ((int32_t *)indices)[i] = (int32_t)values[i];
        else
            ((int64_t *)indices)[i] = values[i];
    return indices;
}
