/* The shared case tables tests/cases/kuramoto.txt (lattices) and kuramoto_nodes.txt (mean fields and networks), and a row's numbers. */
#ifndef KURAMOTO_CASES_H
#define KURAMOTO_CASES_H

#include "kuramoto.h"

#include <stdint.h>

typedef struct {
    char name[64];
    int rank; /* 1 without a lattice */
    ptrdiff_t shape[3];
    int bits, law, method, boundary[3];
    double lag, dt;
    ptrdiff_t n_steps, record_every;
    int per_cell; /* coupling: 0 one value for all cells, by strides of 0 */
    int layout;
    double noise, atol; /* atol: of Dormand and Prince's method, 0 of others */
    enum kuramoto_model model;
    int index_bits, degree, weighted; /* of networks */
} kuramoto_case;

/* Of every case with noise. */
enum { CASE_NOISE_SEED = 12345, CASE_FIRST_STEP = 7, CASE_FIRST_CELL = 3 };

/* Numbers in C order; the library gets them in the row's precision, which holds them exactly. */
typedef struct {
    ptrdiff_t cells;
    double *theta, *omega, *coupling; /* coupling: of every cell, also when it is one value */
    double *faces[3][2];              /* of axes with a halo boundary, else NULL */
    ptrdiff_t face_cells[3];
    ptrdiff_t n_edges; /* of networks, as the arrays below */
    int64_t *row_start, *neighbours;
    double *weights; /* of every edge, also when they are not passed */
} kuramoto_inputs;

/* All rows of both tables (malloc). */
kuramoto_case *kuramoto_cases_read(size_t *n_cases);
ptrdiff_t kuramoto_frames(const kuramoto_case *row);
kuramoto_inputs kuramoto_inputs_new(const kuramoto_case *row);
void kuramoto_inputs_free(kuramoto_inputs *inputs);

/* Numbers in the precision of `bits` (malloc), and back; integers likewise. */
void *numbers_of(int bits, const double *values, ptrdiff_t count);
void numbers_back(int bits, const void *numbers, double *values, ptrdiff_t count);
void *indices_of(int bits, const int64_t *values, ptrdiff_t count);
/* malloc that ends the program where there is none. */
void *new_memory(size_t bytes);

#endif
