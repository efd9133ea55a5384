/* Kuramoto lattices written down once more, as plainly as possible and without hotloop's ideas (no shared sines, no blocks): what the
   results of a case are compared with. */
#ifndef NAIVE_LATTICE_H
#define NAIVE_LATTICE_H

#include "lattice_cases.h"

/* Expects dtheta of the initial phases to be the sum over neighbours of libm's sines, to rounding. */
void naive_check_slopes(const lattice_case *row, const lattice_inputs *inputs, const lattice_results *results);
/* Integrates the row once more with a record of every step. Expects each step to follow from the one before, to the rounding of one
   step; and the row's own records and end to be among them, bit by bit. */
void naive_check_steps(const lattice_case *row, const lattice_inputs *inputs, const lattice_results *results);
/* Expects order parameters to be the mean of exp(i theta) of the phases beside them. */
void naive_check_order(const lattice_case *row, const lattice_inputs *inputs, const lattice_results *results);

#endif
