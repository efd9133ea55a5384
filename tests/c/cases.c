/* The shared case table: reading it, and running a row; see cases.h. */
#include "cases.h"

#include "harness.h"
#include "strided.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const result_names[N_RESULTS] = {
    "energies", "dipole_strengths", "rotational_strengths", "exciton_dipoles", "eigenvectors",
    "absorption", "cd", "broadened absorption", "broadened cd",
};

exciton_case *cases_read(size_t *n_cases)
{
    size_t bytes;
    char *text = read_file("tests/cases/exciton.txt", &bytes), *line, *rest = NULL;
    exciton_case *rows = calloc(bytes / 20 + 1, sizeof *rows);
    *n_cases = 0;
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        exciton_case *row = rows + *n_cases;
        if (line[0] == '#' || strspn(line, " \t\r") == strlen(line))
            continue;
        if (sscanf(line, "%63s %63s %td %td %lf %lf %td %d %d %d %d %d %d %d %lf %lf %lf %lf %lf %d %d", row->name, row->set,
                   &row->n_conf, &row->n_site, &row->x_from, &row->x_step, &row->n_grid, &row->lineshape, &row->fwhm_by,
                   &row->normalization, &row->cd_scale, &row->broadening, &row->frequency_prefactor, &row->normalize_dipoles,
                   &row->fwhm, &row->fwhm_cd, &row->lorentzian_fwhm, &row->cutoff, &row->energy_offset, &row->deleted,
                   &row->layout) != 21) {
            fprintf(stderr, "tests/cases/exciton.txt: cannot read the row: %s\n", line);
            exit(2);
        }
        ++*n_cases;
    }
    free(text);
    return rows;
}

static double *part(const double **data, ptrdiff_t length)
{
    double *copy = malloc((size_t)length * sizeof *copy + 1);
    memcpy(copy, *data, (size_t)length * sizeof *copy);
    *data += length;
    return copy;
}

case_inputs case_inputs_read(const exciton_case *row)
{
    case_inputs inputs;
    ptrdiff_t m = row->n_conf, n = row->n_site, k;
    char path[256];
    size_t bytes;
    double *data;
    const double *at;
    snprintf(path, sizeof path, "tests/cases/%s.f64", row->set);
    at = data = read_file(path, &bytes);
    if (bytes != (size_t)(m * (n * n + 6 * n)) * sizeof(double)) {
        fprintf(stderr, "%s does not hold %td configurations of %td sites\n", path, m, n);
        exit(2);
    }
    inputs.hamiltonians = part(&at, m * n * n);
    inputs.dipoles = part(&at, m * n * 3);
    inputs.positions = part(&at, m * n * 3);
    free(data);
    for (k = 1; row->layout == BROADCAST && k < m; k++) {
        memcpy(inputs.dipoles + k * 3 * n, inputs.dipoles, (size_t)(3 * n) * sizeof(double));
        memcpy(inputs.positions + k * 3 * n, inputs.positions, (size_t)(3 * n) * sizeof(double));
    }
    inputs.grid = malloc((size_t)row->n_grid * sizeof(double) + 1);
    for (k = 0; k < row->n_grid; k++)
        inputs.grid[k] = row->x_from + (double)k * row->x_step;
    inputs.fwhm_values = malloc((size_t)n * sizeof(double) + 1);
    inputs.fwhm_cd_values = malloc((size_t)n * sizeof(double) + 1);
    inputs.deleted = calloc((size_t)n + 1, 1);
    for (k = 0; k < n; k++) {
        inputs.fwhm_values[k] = row->fwhm + 5.0 * (double)k;
        inputs.fwhm_cd_values[k] = (row->fwhm_cd > 0.0 ? row->fwhm_cd : row->fwhm) + 7.0 * (double)k;
        inputs.deleted[k] = k + 1 == row->deleted;
    }
    return inputs;
}

void case_inputs_free(case_inputs *inputs)
{
    free(inputs->hamiltonians);
    free(inputs->dipoles);
    free(inputs->positions);
    free(inputs->grid);
    free(inputs->fwhm_values);
    free(inputs->fwhm_cd_values);
    free(inputs->deleted);
}

hl_exciton_options case_options(const exciton_case *row, const case_inputs *inputs)
{
    hl_exciton_options options;
    expect(hl_exciton_options_init(&options, sizeof options) == HL_OK, "hl_exciton_options_init: %s", hl_last_error_message());
    options.lineshape = row->lineshape;
    options.fwhm_by = row->fwhm_by;
    options.normalization = row->normalization;
    options.cd_scale = row->cd_scale;
    options.broadening = row->broadening;
    options.frequency_prefactor = row->frequency_prefactor;
    options.normalize_dipoles = row->normalize_dipoles;
    options.fwhm = row->fwhm;
    options.fwhm_cd = row->fwhm_cd;
    options.lorentzian_fwhm = row->lorentzian_fwhm;
    options.cutoff = row->cutoff < 0.0 ? INFINITY : row->cutoff;
    options.energy_offset = row->energy_offset;
    if (row->fwhm_by != HL_FWHM_COMMON) {
        options.fwhm_values = inputs->fwhm_values;
        options.fwhm_cd_values = inputs->fwhm_cd_values;
    }
    if (row->deleted)
        options.deleted = inputs->deleted;
    return options;
}

/* Every array of one call sequence, inputs then outputs. */
enum { IN_HAMILTONIANS, IN_DIPOLES, IN_POSITIONS, IN_GRID, IN_FWHM, IN_FWHM_CD, IN_DELETED, N_INPUTS };

case_results case_run(const exciton_case *row, const case_inputs *inputs, int layout)
{
    const ptrdiff_t m = row->n_conf, n = row->n_site, g = row->n_grid;
    const ptrdiff_t square[3] = {m, n, n}, vector[3] = {m, n, 3}, grid[1] = {g}, site[1] = {n};
    const int plain = layout == BROADCAST ? CONTIGUOUS : layout;
    hl_exciton_options options = case_options(row, inputs);
    strided in[N_INPUTS], out[N_RESULTS];
    case_results results;
    hl_status status;
    int k;

    in[IN_HAMILTONIANS] = strided_new(plain, sizeof(double), 3, square);
    in[IN_DIPOLES] = strided_new(layout, sizeof(double), 3, vector);
    in[IN_POSITIONS] = strided_new(layout, sizeof(double), 3, vector);
    in[IN_GRID] = strided_new(plain, sizeof(double), 1, grid);
    in[IN_FWHM] = strided_new(plain, sizeof(double), 1, site);
    in[IN_FWHM_CD] = strided_new(plain, sizeof(double), 1, site);
    in[IN_DELETED] = strided_new(plain, 1, 1, site);
    strided_put(&in[IN_HAMILTONIANS], inputs->hamiltonians);
    strided_put(&in[IN_DIPOLES], inputs->dipoles);
    strided_put(&in[IN_POSITIONS], inputs->positions);
    strided_put(&in[IN_GRID], inputs->grid);
    strided_put(&in[IN_FWHM], inputs->fwhm_values);
    strided_put(&in[IN_FWHM_CD], inputs->fwhm_cd_values);
    strided_put(&in[IN_DELETED], inputs->deleted);
    if (options.fwhm_values) {
        options.fwhm_values = in[IN_FWHM].first;
        options.fwhm_values_strides = in[IN_FWHM].strides;
        options.fwhm_cd_values = in[IN_FWHM_CD].first;
        options.fwhm_cd_values_strides = in[IN_FWHM_CD].strides;
    }
    if (options.deleted) {
        options.deleted = in[IN_DELETED].first;
        options.deleted_strides = in[IN_DELETED].strides;
    }
    out[ENERGIES] = strided_new(plain, sizeof(double), 2, square);
    out[DIPOLE_STRENGTHS] = strided_new(plain, sizeof(double), 2, square);
    out[ROTATIONAL_STRENGTHS] = strided_new(plain, sizeof(double), 2, square);
    out[EXCITON_DIPOLES] = strided_new(plain, sizeof(double), 3, vector);
    out[EIGENVECTORS] = strided_new(plain, sizeof(double), 3, square);
    for (k = ABSORPTION; k < N_RESULTS; k++)
        out[k] = strided_new(plain, sizeof(double), 1, grid);

    status = hl_exciton_sticks(m, n, in[IN_HAMILTONIANS].first, in[IN_HAMILTONIANS].strides, in[IN_DIPOLES].first,
                               in[IN_DIPOLES].strides, in[IN_POSITIONS].first, in[IN_POSITIONS].strides, out[ENERGIES].first,
                               out[ENERGIES].strides, out[DIPOLE_STRENGTHS].first, out[DIPOLE_STRENGTHS].strides,
                               out[ROTATIONAL_STRENGTHS].first, out[ROTATIONAL_STRENGTHS].strides, out[EXCITON_DIPOLES].first,
                               out[EXCITON_DIPOLES].strides, out[EIGENVECTORS].first, out[EIGENVECTORS].strides, &options);
    expect(status == HL_OK, "%s, layout %d: hl_exciton_sticks gives %d: %s", row->name, layout, status, hl_last_error_message());
    status = hl_exciton_spectrum(m, n, g, in[IN_HAMILTONIANS].first, in[IN_HAMILTONIANS].strides, in[IN_DIPOLES].first,
                                 in[IN_DIPOLES].strides, in[IN_POSITIONS].first, in[IN_POSITIONS].strides, NULL, NULL,
                                 in[IN_GRID].first, in[IN_GRID].strides, out[ABSORPTION].first, out[ABSORPTION].strides,
                                 out[CD].first, out[CD].strides, &options);
    expect(status == HL_OK, "%s, layout %d: hl_exciton_spectrum gives %d: %s", row->name, layout, status, hl_last_error_message());
    results.n_arrays = row->fwhm_by == HL_FWHM_PER_SITE ? BROADENED_ABSORPTION : N_RESULTS;
    if (results.n_arrays == N_RESULTS) {
        status = hl_exciton_broaden(m, n, g, out[ENERGIES].first, out[ENERGIES].strides, out[DIPOLE_STRENGTHS].first,
                                    out[DIPOLE_STRENGTHS].strides, out[ROTATIONAL_STRENGTHS].first,
                                    out[ROTATIONAL_STRENGTHS].strides, NULL, NULL, in[IN_GRID].first, in[IN_GRID].strides,
                                    out[BROADENED_ABSORPTION].first, out[BROADENED_ABSORPTION].strides,
                                    out[BROADENED_CD].first, out[BROADENED_CD].strides, &options);
        expect(status == HL_OK, "%s, layout %d: hl_exciton_broaden gives %d: %s", row->name, layout, status,
               hl_last_error_message());
    }
    for (k = 0; k < N_RESULTS; k++) {
        ptrdiff_t length = 1;
        int axis;
        for (axis = 0; axis < out[k].rank; axis++)
            length *= out[k].dims[axis];
        results.lengths[k] = (size_t)length;
        results.arrays[k] = malloc((size_t)length * sizeof(double) + 1);
        strided_get(&out[k], results.arrays[k]);
        expect(strided_gaps_untouched(&out[k]), "%s, layout %d: memory beside the elements of %s was written", row->name, layout,
               result_names[k]);
        strided_free(&out[k]);
    }
    for (k = 0; k < N_INPUTS; k++)
        strided_free(&in[k]);
    return results;
}

void case_results_free(case_results *results)
{
    int k;
    for (k = 0; k < N_RESULTS; k++)
        free(results->arrays[k]);
}

int case_results_same_bits(const case_results *left, const case_results *right)
{
    int k, same = left->n_arrays == right->n_arrays;
    for (k = 0; same && k < left->n_arrays; k++)
        same &= expect(left->lengths[k] == right->lengths[k] &&
                           !memcmp(left->arrays[k], right->arrays[k], left->lengths[k] * sizeof(double)),
                       "%s differs", result_names[k]);
    return same;
}
