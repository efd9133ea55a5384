/* A small legal lattice for each Kuramoto function, with every array in the middle of its own poisoned storage: the starting point that
   a test spoils in one place. */
#ifndef LATTICE_BENCH_H
#define LATTICE_BENCH_H

#include "kuramoto.h"

#define LATTICE_STORAGE 8192 /* bytes an array */
#define LATTICE_ORIGIN 4096  /* where in it element [0, 0, ...] stands */
#define LATTICE_FRAMES 3     /* six steps, a record of every second */

typedef struct {
    kuramoto_call c; /* points into this struct: a bench is not copied */
    union {
        hl_kuramoto_options known;
        unsigned char bytes[sizeof(hl_kuramoto_options) + 64]; /* room for a larger struct of the future */
    } options;
    ptrdiff_t steps_done;
    union {
        double numbers[LATTICE_STORAGE / sizeof(double)];
        unsigned char bytes[LATTICE_STORAGE];
    } storage[N_LATTICE_ARRAYS];
    ptrdiff_t strides[N_LATTICE_ARRAYS][4];
} lattice_bench;

/* Shape 4, 4 x 5 or 4 x 5 x 3, explicit C-order strides, default options but a halo along axis `halo` (-1 for none). */
void lattice_bench_set(lattice_bench *b, enum kuramoto_function function, int bits, int rank, int halo);

/* Element number k, in C order, of an array as it is passed. */
void lattice_bench_write(lattice_bench *b, int array, ptrdiff_t k, double value);

/* Calls and expects this status, the function's name and each further fragment (up to NULL) in the message, every byte of every array
   as it was, and 0 in steps_done. */
void lattice_bench_refused(lattice_bench *b, hl_status expected, ...);

/* Calls and expects HL_OK. */
void lattice_bench_accepted(lattice_bench *b);

#endif
