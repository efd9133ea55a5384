/* The Kuramoto functions of the C ABI as data, in both precisions: which array is which, its extents, whether it is written, and one
   way to call them all. */
#ifndef KURAMOTO_H
#define KURAMOTO_H

#include <hotloop.h>
#include <stddef.h>

enum kuramoto_function {
    RHS,
    INTEGRATE,
    ORDER_PARAMETER,
    MEAN_FIELD_RHS,
    MEAN_FIELD_INTEGRATE,
    NETWORK_RHS,
    NETWORK_INTEGRATE,
    N_KURAMOTO_FUNCTIONS
};

/* What pulls what. */
enum kuramoto_model { LATTICE, MEAN_FIELD, NETWORK };

/* Every array that one of them takes. A face array is the halo below or above an axis: BELOW + axis, ABOVE + axis. */
enum {
    THETA, OMEGA, COUPLING, DTHETA, FRAMES, ORDER_R, ORDER_PSI,
    ROW_START, NEIGHBOURS, WEIGHTS,
    BELOW, ABOVE = BELOW + 3, N_KURAMOTO_ARRAYS = ABOVE + 3
};

/* FACE arrays are inputs that travel in the options struct. */
enum kuramoto_use { NOT_TAKEN, READ, WRITTEN, FACE };

typedef struct {
    enum kuramoto_function function;
    int bits; /* 64 or 32 */
    ptrdiff_t rank, shape[3]; /* models without a lattice: rank 1, shape[0] nodes */
    const ptrdiff_t *shape_pointer;
    ptrdiff_t n_edges;
    int index_bits; /* 64 or 32 */
    ptrdiff_t n_steps, record_every, n_frames;
    void *pointers[N_KURAMOTO_ARRAYS];
    const ptrdiff_t *strides[N_KURAMOTO_ARRAYS];
    double dt;
    ptrdiff_t *steps_done;
    hl_kuramoto_options *options; /* NULL = defaults, then FACE arrays are not passed */
} kuramoto_call;

hl_status kuramoto_perform(kuramoto_call *c);

const char *kuramoto_function_name(const kuramoto_call *c);
enum kuramoto_model kuramoto_model_of(enum kuramoto_function function);
enum kuramoto_function kuramoto_rhs_of(enum kuramoto_model model);
enum kuramoto_function kuramoto_integrate_of(enum kuramoto_model model);
int kuramoto_is_rhs(enum kuramoto_function function);
int kuramoto_integrates(enum kuramoto_function function);

/* As messages name it. */
const char *kuramoto_array_name(enum kuramoto_function function, int array);
enum kuramoto_use kuramoto_array_use(enum kuramoto_function function, int array);
/* An array that may be NULL. */
int kuramoto_is_optional(enum kuramoto_function function, int array);
/* Extents of an array in this call, of at most four axes; returns how many. */
int kuramoto_array_dims(const kuramoto_call *c, int array, ptrdiff_t dims[4]);
/* Arrays of integers. */
int kuramoto_is_index(int array);
/* Bytes of an array's element. */
size_t kuramoto_element(const kuramoto_call *c, int array);

#endif
