/* The shared case table tests/cases/anisoap.txt: a row, its inputs in C order, and its run in any layout of memory. */
#ifndef ANISOAP_CASES_H
#define ANISOAP_CASES_H

#include <hotloop.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char name[64];
    int max_angular, max_radial, basis;
    double width, cutoff;
    int order, pairs, sign, raw, sub, n_species;
    ptrdiff_t n_frames, first_atoms; /* atoms of the first frame */
    int shapes, orientation;
    double side;
    int periodic, list;
    ptrdiff_t n_pairs;
    int layout;
} anisoap_case;

/* In C order; NULL where the row has none. */
typedef struct {
    ptrdiff_t n_atoms, n_pairs;
    ptrdiff_t *offsets;
    int32_t *species, *flags;
    double *positions, *semiaxes, *quaternions, *rotations, *cells;
    /* The pairs of all frames, atoms counted over all of them. */
    ptrdiff_t *pairs;
    int32_t *shifts;
    double *vectors;
} anisoap_inputs;

/* What a row computes, in the order of its file. */
enum {
    EXPANSION_LABELS, SPECTRUM_LABELS, COEFFICIENTS, SPECTRA, MEANS, EXPANSION_POSITIONS, EXPANSION_STRAINS, EXPANSION_ROTATIONS,
    EXPANSION_QUATERNIONS, SPECTRUM_POSITIONS, SPECTRUM_STRAINS, SPECTRUM_ROTATIONS, SPECTRUM_QUATERNIONS, PAIRS, SHIFTS, VECTORS,
    N_ANISOAP_RESULTS
};
extern const char *const anisoap_result_names[N_ANISOAP_RESULTS];

typedef struct {
    double *arrays[N_ANISOAP_RESULTS]; /* malloc */
    size_t lengths[N_ANISOAP_RESULTS];
} anisoap_results;

/* All rows of the table (malloc). */
anisoap_case *anisoap_cases_read(size_t *n_cases);
anisoap_inputs anisoap_inputs_new(const anisoap_case *row);
void anisoap_inputs_free(anisoap_inputs *inputs);
hl_anisoap_plan *anisoap_case_plan(const anisoap_case *row);
/* `list` instead of the row's: 0 has neighbours searched for. */
anisoap_results anisoap_run(const anisoap_case *row, const anisoap_inputs *inputs, int layout, int list);
void anisoap_results_free(anisoap_results *results);
/* Every array has the same bits. */
void anisoap_same_bits(const anisoap_results *expected, const anisoap_results *found);

#endif
