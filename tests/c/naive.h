/* The exciton formulas written down once more, as plainly as possible and without hotloop's ideas: what the results of a case are
   compared with. Sticks are checked by what defines them (H v = e v and sums over sites), spectra by a direct sum over sticks. */
#ifndef NAIVE_H
#define NAIVE_H

#include "cases.h"

/* Expects the sticks to solve the eigenproblem and to have the strengths that their eigenvectors imply. */
void naive_check_sticks(const exciton_case *row, const case_inputs *inputs, const case_results *results);
/* Expects absorption and CD (spectrum, and broadened sticks) to be the weighted mean of the sticks' bands. */
void naive_check_spectra(const exciton_case *row, const case_inputs *inputs, const case_results *results);

#endif
