/* A small legal problem for each function, with every array in the middle of its own poisoned storage: the starting point that a
   test spoils in one place. */
#ifndef BENCH_H
#define BENCH_H

#include "signatures.h"

#define STORAGE 512       /* doubles of storage an array */
#define ORIGIN 200        /* where in it element [0, 0, 0] stands */
#define BENCH_CONF 3
#define BENCH_SITE 4
#define BENCH_GRID 6

typedef struct {
    call c; /* points into this struct: a bench is not copied */
    union {
        hl_exciton_options known;
        unsigned char bytes[sizeof(hl_exciton_options) + 64]; /* room for a larger struct of the future */
    } options;
    double storage[MAX_ARRAYS][STORAGE];
    ptrdiff_t strides[MAX_ARRAYS][3];
} bench;

/* All arrays of the function with explicit C-order strides, default options; OPTION arrays are filled but not passed. */
void bench_set(bench *b, enum function function);

/* Index of an array by its name; exits when there is none (a mistake in the test). */
int bench_array(const bench *b, const char *name);

/* Passes the OPTION array (fwhm_values, fwhm_cd_values, deleted). */
void bench_pass(bench *b, const char *name);

/* Element of an array, by up to three indices and the array's strides. */
double *bench_element(bench *b, const char *name, ptrdiff_t i, ptrdiff_t j, ptrdiff_t k);

/* Calls and expects this status, the function's name and each further fragment (up to NULL) in the message, and every byte of
   every array as it was. */
void bench_refused(bench *b, hl_status expected, ...);

/* Calls and expects HL_OK. */
void bench_accepted(bench *b);

/* Whether a message holds this number, not as a part of a longer one. */
int mentions_number(const char *message, ptrdiff_t number);

#endif
