/* The Kuramoto functions as data; see kuramoto.h. */
#include "kuramoto.h"

#define ARRAY(k) c->pointers[k], c->strides[k]

static const char *const names[N_LATTICE_ARRAYS] = {"theta",         "omega",         "coupling",      "dtheta",        "frames",
                                                    "order_r",       "order_psi",     "halo_below[0]", "halo_below[1]", "halo_below[2]",
                                                    "halo_above[0]", "halo_above[1]", "halo_above[2]"};

hl_status kuramoto_perform(kuramoto_call *c)
{
    const int is_single = c->bits == 32;
    int axis;
    for (axis = 0; c->options && c->options->struct_size >= offsetof(hl_kuramoto_options, progress) && axis < 3; axis++) {
        c->options->halo_below[axis] = c->pointers[BELOW + axis];
        c->options->halo_below_strides[axis] = c->strides[BELOW + axis];
        c->options->halo_above[axis] = c->pointers[ABOVE + axis];
        c->options->halo_above_strides[axis] = c->strides[ABOVE + axis];
    }
    switch (c->function) {
    case RHS:
        return is_single ? hl_kuramoto_rhs_f32(c->rank, c->shape_pointer, ARRAY(THETA), ARRAY(OMEGA), ARRAY(COUPLING), ARRAY(DTHETA), c->options)
                         : hl_kuramoto_rhs(c->rank, c->shape_pointer, ARRAY(THETA), ARRAY(OMEGA), ARRAY(COUPLING), ARRAY(DTHETA), c->options);
    case INTEGRATE:
        return is_single ? hl_kuramoto_integrate_f32(c->rank, c->shape_pointer, c->n_steps, c->record_every, c->n_frames, ARRAY(OMEGA),
                                                     ARRAY(COUPLING), ARRAY(THETA), ARRAY(FRAMES), ARRAY(ORDER_R), ARRAY(ORDER_PSI), c->dt,
                                                     c->steps_done, c->options)
                         : hl_kuramoto_integrate(c->rank, c->shape_pointer, c->n_steps, c->record_every, c->n_frames, ARRAY(OMEGA),
                                                 ARRAY(COUPLING), ARRAY(THETA), ARRAY(FRAMES), ARRAY(ORDER_R), ARRAY(ORDER_PSI), c->dt,
                                                 c->steps_done, c->options);
    default:
        return is_single ? hl_kuramoto_order_parameter_f32(c->rank, c->shape_pointer, ARRAY(THETA), c->pointers[ORDER_R], c->pointers[ORDER_PSI])
                         : hl_kuramoto_order_parameter(c->rank, c->shape_pointer, ARRAY(THETA), c->pointers[ORDER_R], c->pointers[ORDER_PSI]);
    }
}

const char *kuramoto_function_name(const kuramoto_call *c)
{
    static const char *const functions[N_KURAMOTO_FUNCTIONS][2] = {{"hl_kuramoto_rhs", "hl_kuramoto_rhs_f32"},
                                                                   {"hl_kuramoto_integrate", "hl_kuramoto_integrate_f32"},
                                                                   {"hl_kuramoto_order_parameter", "hl_kuramoto_order_parameter_f32"}};
    return functions[c->function][c->bits == 32];
}

const char *lattice_array_name(enum kuramoto_function function, int array)
{
    if (function == ORDER_PARAMETER && array == ORDER_R)
        return "r";
    if (function == ORDER_PARAMETER && array == ORDER_PSI)
        return "psi";
    return names[array];
}

enum lattice_use lattice_array_use(enum kuramoto_function function, int array)
{
    static const enum lattice_use uses[N_KURAMOTO_FUNCTIONS][BELOW] = {
        {READ, READ, READ, WRITTEN, NOT_TAKEN, NOT_TAKEN, NOT_TAKEN},
        {WRITTEN, READ, READ, NOT_TAKEN, WRITTEN, WRITTEN, WRITTEN},
        {READ, NOT_TAKEN, NOT_TAKEN, NOT_TAKEN, NOT_TAKEN, WRITTEN, WRITTEN},
    };
    if (array >= BELOW)
        return function == ORDER_PARAMETER ? NOT_TAKEN : FACE;
    return uses[function][array];
}

int lattice_array_dims(const kuramoto_call *c, int array, ptrdiff_t dims[4])
{
    int rank = 0, axis;
    if (array == ORDER_R || array == ORDER_PSI) {
        dims[0] = c->n_frames;
        return c->function == INTEGRATE;
    }
    if (array == FRAMES)
        dims[rank++] = c->n_frames;
    for (axis = 0; axis < c->rank; axis++)
        if (array < BELOW || axis != (array - BELOW) % 3)
            dims[rank++] = c->shape[axis];
    return rank;
}

size_t lattice_element(const kuramoto_call *c) { return c->bits == 32 ? sizeof(float) : sizeof(double); }
