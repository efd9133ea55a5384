/* How much memory a program has on the heap: malloc and its kin are the test program's own where heap.c is linked in. */
#ifndef HEAP_H
#define HEAP_H

#include <stddef.h>

/* Bytes in use now. */
long heap_in_use(void);
/* The same, and the peak starts again from there. */
long heap_watch(void);
/* Most bytes in use since heap_watch. */
long heap_peak(void);
/* From now on `good` allocations of at least so many bytes succeed, and none after them; a negative number ends that. */
void heap_refuse(size_t at_least, long good);

#endif
