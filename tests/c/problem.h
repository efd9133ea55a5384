/* A disordered FMO-like problem of any size, for tests of threads, memory and long calls: right answers are the answers of a call
   with one thread. */
#ifndef PROBLEM_H
#define PROBLEM_H

#include <hotloop.h>
#include <stddef.h>

typedef struct {
    ptrdiff_t n_conf, n_site, n_grid;
    double *hamiltonians, *dipoles, *positions, *grid;
    ptrdiff_t *hamiltonians_strides; /* NULL, or a broadcast over configurations */
    double *absorption, *cd;
} problem;

problem problem_new(ptrdiff_t n_conf, ptrdiff_t n_site, ptrdiff_t n_grid);
/* One configuration in memory, n_conf in the call. */
problem problem_broadcast(ptrdiff_t n_conf, ptrdiff_t n_site, ptrdiff_t n_grid);
/* Writes absorption and cd. */
hl_status problem_spectrum(problem *p, const hl_exciton_options *options);
/* A second problem with the same inputs and its own outputs. */
problem problem_share(const problem *p);
int problem_same_bits(const problem *left, const problem *right);
void problem_free_outputs(problem *p);
void problem_free(problem *p);

#endif
