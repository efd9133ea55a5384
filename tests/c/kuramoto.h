/* The Kuramoto functions of the C ABI as data, in both precisions: which array is which, its extents, whether it is written, and one
   way to call them all. */
#ifndef KURAMOTO_H
#define KURAMOTO_H

#include <hotloop.h>
#include <stddef.h>

enum kuramoto_function { RHS, INTEGRATE, ORDER_PARAMETER, N_KURAMOTO_FUNCTIONS };

/* Every array that one of them takes. A face array is the halo below or above an axis: BELOW + axis, ABOVE + axis. */
enum { THETA, OMEGA, COUPLING, DTHETA, FRAMES, ORDER_R, ORDER_PSI, BELOW, ABOVE = BELOW + 3, N_LATTICE_ARRAYS = ABOVE + 3 };

/* FACE arrays are inputs that travel in the options struct. */
enum lattice_use { NOT_TAKEN, READ, WRITTEN, FACE };

typedef struct {
    enum kuramoto_function function;
    int bits; /* 64 or 32 */
    ptrdiff_t rank, shape[3];
    const ptrdiff_t *shape_pointer;
    ptrdiff_t n_steps, record_every, n_frames;
    void *pointers[N_LATTICE_ARRAYS];
    const ptrdiff_t *strides[N_LATTICE_ARRAYS];
    double dt;
    ptrdiff_t *steps_done;
    hl_kuramoto_options *options; /* NULL = defaults, then FACE arrays are not passed */
} kuramoto_call;

hl_status kuramoto_perform(kuramoto_call *c);

const char *kuramoto_function_name(const kuramoto_call *c);
/* As messages name it. */
const char *lattice_array_name(enum kuramoto_function function, int array);
enum lattice_use lattice_array_use(enum kuramoto_function function, int array);
/* Extents of an array in this call, of at most four axes; returns how many. */
int lattice_array_dims(const kuramoto_call *c, int array, ptrdiff_t dims[4]);
size_t lattice_element(const kuramoto_call *c);

#endif
