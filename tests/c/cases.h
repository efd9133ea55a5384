/* The shared case table tests/cases/exciton.txt and one row's run through the C ABI in a given layout. */
#ifndef CASES_H
#define CASES_H

#include <hotloop.h>
#include <stddef.h>

typedef struct {
    char name[64], set[64];
    ptrdiff_t n_conf, n_site;
    double x_from, x_step;
    ptrdiff_t n_grid;
    int lineshape, fwhm_by, normalization, cd_scale, broadening, frequency_prefactor, normalize_dipoles;
    double fwhm, fwhm_cd, lorentzian_fwhm, cutoff, energy_offset;
    int deleted; /* 1-based, 0 none */
    int layout;
} exciton_case;

/* Inputs and outputs in C order. A row of layout BROADCAST has the dipoles and positions of configuration 0 everywhere. */
typedef struct {
    double *hamiltonians, *dipoles, *positions, *grid, *fwhm_values, *fwhm_cd_values;
    unsigned char *deleted;
} case_inputs;

enum { ENERGIES, DIPOLE_STRENGTHS, ROTATIONAL_STRENGTHS, EXCITON_DIPOLES, EIGENVECTORS, ABSORPTION, CD, BROADENED_ABSORPTION, BROADENED_CD, N_RESULTS };

typedef struct {
    int n_arrays; /* N_RESULTS, or two fewer where hl_exciton_broaden does not know the widths (per site) */
    size_t lengths[N_RESULTS];
    double *arrays[N_RESULTS];
} case_results;

extern const char *const result_names[N_RESULTS];

/* All rows (malloc). */
exciton_case *cases_read(size_t *n_cases);
case_inputs case_inputs_read(const exciton_case *row);
void case_inputs_free(case_inputs *inputs);

/* Options of a row; the arrays in it are those of `inputs`, contiguous. */
hl_exciton_options case_options(const exciton_case *row, const case_inputs *inputs);

/* Sticks, spectrum and broadened sticks with every array in this layout. Expects statuses HL_OK and untouched gaps. */
case_results case_run(const exciton_case *row, const case_inputs *inputs, int layout);
void case_results_free(case_results *results);
int case_results_same_bits(const case_results *left, const case_results *right);

#endif
