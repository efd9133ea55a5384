/* The computing functions of the C ABI as data: which array is which, its axes, whether it is written, and one way to call them
   all. The table of bad inputs and the fuzzer walk over it, so that a check that holds for one argument is asked of all. */
#ifndef SIGNATURES_H
#define SIGNATURES_H

#include <hotloop.h>
#include <stddef.h>
#include <stdint.h>

enum function { STICKS, BROADEN, SPECTRUM, CONVERT, N_FUNCTIONS };

/* Dimensions as they are passed; THREE is the fixed extent of a vector. */
enum { CONF, SITE, GRID, N_DIMS, THREE = N_DIMS };

#define MAX_ARRAYS 16

enum use { INPUT, OUTPUT, OPTION };

typedef struct {
    const char *name;
    enum use use; /* OPTION arrays are inputs that travel in the options struct */
    int rank;
    int axes[3];
    size_t element;  /* bytes */
    size_t pointer;  /* OPTION: where the pointer and its strides stand in hl_exciton_options */
    size_t strides;
} parameter;

typedef struct {
    const char *name;
    int n_dims;
    const char *dim_names[N_DIMS];
    int dim_axes[N_DIMS]; /* CONF, SITE or GRID for each dimension that the function takes */
    int n_arrays;
    parameter arrays[MAX_ARRAYS];
} signature;

extern const signature signatures[N_FUNCTIONS];

typedef struct {
    enum function function;
    ptrdiff_t dims[N_DIMS];
    void *pointers[MAX_ARRAYS]; /* in the order of the signature */
    const ptrdiff_t *strides[MAX_ARRAYS];
    hl_exciton_options *options; /* NULL = defaults, then OPTION arrays are not passed */
    int32_t from_unit, to_unit;
} call;

hl_status perform(call *c);

/* Extent of an array's axis in this call. */
ptrdiff_t extent_of(const call *c, const parameter *array, int axis);

#endif
