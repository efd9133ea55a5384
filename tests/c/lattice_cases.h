/* The shared case table tests/cases/kuramoto.txt and one row's run through the C ABI in a given layout. */
#ifndef LATTICE_CASES_H
#define LATTICE_CASES_H

#include "kuramoto.h"

typedef struct {
    char name[64];
    int rank;
    ptrdiff_t shape[3];
    int bits, law, method, boundary[3];
    double lag, dt;
    ptrdiff_t n_steps, record_every;
    int per_cell; /* coupling: 0 one value for all cells, by strides of 0 */
    int layout;
} lattice_case;

/* Numbers in C order; the library gets them in the row's precision, which holds them exactly. */
typedef struct {
    ptrdiff_t cells;
    double *theta, *omega, *coupling; /* coupling: of every cell, also when it is one value */
    double *faces[3][2];              /* of axes with a halo boundary, else NULL */
    ptrdiff_t face_cells[3];
} lattice_inputs;

enum { SLOPES, FINAL_THETA, RECORDED, RECORDED_R, RECORDED_PSI, FINAL_R, FINAL_PSI, N_LATTICE_RESULTS };

typedef struct {
    size_t lengths[N_LATTICE_RESULTS];
    double *arrays[N_LATTICE_RESULTS]; /* C order */
} lattice_results;

extern const char *const lattice_result_names[N_LATTICE_RESULTS];

/* All rows (malloc). */
lattice_case *lattice_cases_read(size_t *n_cases);
ptrdiff_t lattice_frames(const lattice_case *row);
lattice_inputs lattice_inputs_new(const lattice_case *row);
void lattice_inputs_free(lattice_inputs *inputs);

/* Right-hand side, integration with all records and order parameter of the end, with every array in this layout. Expects statuses
   HL_OK, all steps done and untouched gaps. Any thread may call it. */
lattice_results lattice_run(const lattice_case *row, const lattice_inputs *inputs, int layout);
void lattice_results_free(lattice_results *results);
int lattice_same_bits(const lattice_results *left, const lattice_results *right);

/* Numbers in the precision of `bits` (malloc), and back. */
void *numbers_of(int bits, const double *values, ptrdiff_t count);
void numbers_back(int bits, const void *numbers, double *values, ptrdiff_t count);

#endif
