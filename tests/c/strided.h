/* Arrays in every memory layout of the shared case table. An array owns more memory than its elements where the layout has
   gaps; the gaps hold a poison pattern, so that a write beside the elements shows. */
#ifndef STRIDED_H
#define STRIDED_H

#include <stddef.h>

#define MAX_AXES 4

enum layout { CONTIGUOUS, REVERSED, SPACED, COLUMN_MAJOR, BROADCAST };

typedef struct {
    int rank;
    ptrdiff_t dims[MAX_AXES];
    ptrdiff_t strides[MAX_AXES]; /* in elements */
    size_t element;       /* bytes */
    unsigned char *memory;
    size_t bytes;
    void *first; /* element [0, 0, ...] */
} strided;

#define POISON 0xA5

/* All memory is poison. BROADCAST gives the first axis the stride 0, the others C order. */
strided strided_new(int layout, size_t element, int rank, const ptrdiff_t *dims);
/* Elements from C order; of a broadcast array only what index 0 of the first axis holds. */
void strided_put(strided *array, const void *c_order);
void strided_get(const strided *array, void *c_order);
/* Every byte that belongs to no element is still poison. */
int strided_gaps_untouched(const strided *array);
void strided_free(strided *array);

#endif
