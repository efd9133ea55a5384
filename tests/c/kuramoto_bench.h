/* A small legal lattice, mean field or network for each Kuramoto function, with every array in the middle of its own poisoned storage: the
   starting point that a test spoils in one place. */
#ifndef KURAMOTO_BENCH_H
#define KURAMOTO_BENCH_H

#include "kuramoto.h"

#define KURAMOTO_STORAGE 8192 /* bytes an array */
#define KURAMOTO_ORIGIN 4096  /* where in it element [0, 0, ...] stands */
#define KURAMOTO_FRAMES 3     /* six steps, a record of every second */
#define KURAMOTO_EDGES 6

typedef struct {
    kuramoto_call c; /* points into this struct: a bench is not copied */
    union {
        hl_kuramoto_options known;
        unsigned char bytes[sizeof(hl_kuramoto_options) + 64]; /* room for a larger struct of the future */
    } options;
    ptrdiff_t steps_done;
    union {
        double numbers[KURAMOTO_STORAGE / sizeof(double)];
        unsigned char bytes[KURAMOTO_STORAGE];
    } storage[N_KURAMOTO_ARRAYS];
    ptrdiff_t strides[N_KURAMOTO_ARRAYS][4];
} kuramoto_bench;

/* Shape 4, 4 x 5 or 4 x 5 x 3, explicit C-order strides, default options but a halo along axis `halo` (-1 for none; other models have
   none). A network has indices as long as its numbers. */
void kuramoto_bench_set(kuramoto_bench *b, enum kuramoto_function function, int bits, int rank, int halo);

/* Element number k, in C order, of an array as it is passed; of arrays of integers a whole number. */
void kuramoto_bench_write(kuramoto_bench *b, int array, ptrdiff_t k, double value);

/* The network's graph with indices of so many bits. */
void kuramoto_bench_graph(kuramoto_bench *b, int index_bits);

/* Calls and expects this status, the function's name and each further fragment (up to NULL) in the message, every byte of every array
   as it was, and 0 in steps_done. */
void kuramoto_bench_refused(kuramoto_bench *b, hl_status expected, ...);

/* Calls and expects HL_OK. */
void kuramoto_bench_accepted(kuramoto_bench *b);

#endif
