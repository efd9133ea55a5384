/* The noise of the Kuramoto functions written down once more, with libm's functions. */
#ifndef NAIVE_NOISE_H
#define NAIVE_NOISE_H

#include <stdint.h>

/* Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC11). */
void naive_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t result[4]);

/* The standard normal number of a cell in a step. */
double naive_normal(int64_t seed, int64_t step, int64_t cell);

#endif
