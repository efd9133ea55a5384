/* Arrays of f64 or f32 in a layout, from and to numbers in f64: what tables whose rows have a precision are computed in. */
#ifndef EITHER_H
#define EITHER_H

#include "strided.h"

/* Never NULL, also for no bytes. */
void *memory_for(size_t bytes);
/* Holds the values, given in C order; poison for NULL. bits: 64 or 32. */
strided either_new(int bits, int layout, int rank, const ptrdiff_t *dims, const double *values);
/* Its elements in C order; frees it. Expects that nothing beside them was written. */
void either_take(strided *array, double *into);

#endif
