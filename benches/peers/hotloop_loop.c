/* hotloop called for one configuration at a time, as a program does that has no more than one at hand. `sticks` is hl_exciton_sticks of the
 * library that the benchmark has loaded. Arrays are C-contiguous; `eigenvectors` [n_conf][n site][n exciton] or NULL. */
#include "hotloop.h"

typedef __typeof__(hl_exciton_sticks) *sticks_function;

int hotloop_loop(sticks_function sticks, ptrdiff_t n_conf, ptrdiff_t n, const double *hamiltonians, const double *dipoles,
                 const double *positions, double *energies, double *dipole_strengths, double *rotational_strengths, double *eigenvectors)
{
    hl_status status = HL_OK;
    for (ptrdiff_t c = 0; c < n_conf && status == HL_OK; c++)
        status = sticks(1, n, hamiltonians + c * n * n, NULL, dipoles + c * 3 * n, NULL, positions + c * 3 * n, NULL,
                        energies + c * n, NULL, dipole_strengths + c * n, NULL, rotational_strengths + c * n, NULL, NULL, NULL,
                        eigenvectors ? eigenvectors + c * n * n : NULL, NULL, NULL);
    return status;
}
