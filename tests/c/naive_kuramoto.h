/* Kuramoto oscillators written down once more, as plainly as possible and without hotloop's ideas (no shared sines, no blocks): what the
   results of a case are compared with. */
#ifndef NAIVE_KURAMOTO_H
#define NAIVE_KURAMOTO_H

#include "kuramoto_run.h"

/* Expects dtheta of the initial phases to be the sum over neighbours (edges, all others) of libm's sines, to rounding. */
void naive_check_slopes(const kuramoto_case *row, const kuramoto_inputs *inputs, const kuramoto_results *results);
/* Integrates the row once more with a record of every step. Expects each step to follow from the one before, to the rounding of one
   step (or the tolerance of adaptive steps); and the row's own records and end to be among them, bit by bit. */
void naive_check_steps(const kuramoto_case *row, const kuramoto_inputs *inputs, const kuramoto_results *results);
/* Expects order parameters to be the mean of exp(i theta) of the phases beside them. */
void naive_check_order(const kuramoto_case *row, const kuramoto_inputs *inputs, const kuramoto_results *results);

#endif
