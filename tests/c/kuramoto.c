/* The Kuramoto functions as data; see kuramoto.h. */
#include "kuramoto.h"

static const char *const names[N_KURAMOTO_ARRAYS] = {"theta",         "omega",         "coupling",      "dtheta",        "frames",
                                                     "order_r",       "order_psi",     "row_start",     "neighbours",    "weights",
                                                     "halo_below[0]", "halo_below[1]", "halo_below[2]", "halo_above[0]", "halo_above[1]",
                                                     "halo_above[2]"};

#define ARRAY(k) c->pointers[k], c->strides[k]
#define STEPS c->n_steps, c->record_every, c->n_frames
#define GRAPH ARRAY(ROW_START), ARRAY(NEIGHBOURS), ARRAY(WEIGHTS)
#define SLOPES_ARRAYS ARRAY(THETA), ARRAY(OMEGA), ARRAY(COUPLING), ARRAY(DTHETA)
#define WALK_ARRAYS ARRAY(OMEGA), ARRAY(COUPLING), ARRAY(THETA), ARRAY(FRAMES), ARRAY(ORDER_R), ARRAY(ORDER_PSI)
/* The twin of the call's precision. */
#define IN_PRECISION(function, ...) (c->bits == 32 ? function##_f32(__VA_ARGS__) : function(__VA_ARGS__))

hl_status kuramoto_perform(kuramoto_call *c)
{
    int axis;
    for (axis = 0; c->options && c->options->struct_size >= offsetof(hl_kuramoto_options, progress) && axis < 3; axis++) {
        c->options->halo_below[axis] = c->pointers[BELOW + axis];
        c->options->halo_below_strides[axis] = c->strides[BELOW + axis];
        c->options->halo_above[axis] = c->pointers[ABOVE + axis];
        c->options->halo_above_strides[axis] = c->strides[ABOVE + axis];
    }
    switch (c->function) {
    case RHS:
        return IN_PRECISION(hl_kuramoto_rhs, c->rank, c->shape_pointer, SLOPES_ARRAYS, c->options);
    case INTEGRATE:
        return IN_PRECISION(hl_kuramoto_integrate, c->rank, c->shape_pointer, STEPS, WALK_ARRAYS, c->dt, c->steps_done, c->options);
    case MEAN_FIELD_RHS:
        return IN_PRECISION(hl_kuramoto_mean_field_rhs, c->shape[0], SLOPES_ARRAYS, c->options);
    case MEAN_FIELD_INTEGRATE:
        return IN_PRECISION(hl_kuramoto_mean_field_integrate, c->shape[0], STEPS, WALK_ARRAYS, c->dt, c->steps_done, c->options);
    case NETWORK_RHS:
        return IN_PRECISION(hl_kuramoto_network_rhs, c->shape[0], c->n_edges, GRAPH, SLOPES_ARRAYS, c->index_bits, c->options);
    case NETWORK_INTEGRATE:
        return IN_PRECISION(hl_kuramoto_network_integrate, c->shape[0], c->n_edges, STEPS, GRAPH, WALK_ARRAYS, c->dt, c->index_bits, c->steps_done,
                            c->options);
    default:
        return IN_PRECISION(hl_kuramoto_order_parameter, c->rank, c->shape_pointer, ARRAY(THETA), c->pointers[ORDER_R], c->pointers[ORDER_PSI]);
    }
}

const char *kuramoto_function_name(const kuramoto_call *c)
{
    static const char *const functions[N_KURAMOTO_FUNCTIONS][2] = {
        {"hl_kuramoto_rhs", "hl_kuramoto_rhs_f32"},
        {"hl_kuramoto_integrate", "hl_kuramoto_integrate_f32"},
        {"hl_kuramoto_order_parameter", "hl_kuramoto_order_parameter_f32"},
        {"hl_kuramoto_mean_field_rhs", "hl_kuramoto_mean_field_rhs_f32"},
        {"hl_kuramoto_mean_field_integrate", "hl_kuramoto_mean_field_integrate_f32"},
        {"hl_kuramoto_network_rhs", "hl_kuramoto_network_rhs_f32"},
        {"hl_kuramoto_network_integrate", "hl_kuramoto_network_integrate_f32"},
    };
    return functions[c->function][c->bits == 32];
}

enum kuramoto_model kuramoto_model_of(enum kuramoto_function function)
{
    return function >= NETWORK_RHS ? NETWORK : function >= MEAN_FIELD_RHS ? MEAN_FIELD : LATTICE;
}

enum kuramoto_function kuramoto_rhs_of(enum kuramoto_model model)
{
    return model == NETWORK ? NETWORK_RHS : model == MEAN_FIELD ? MEAN_FIELD_RHS : RHS;
}

enum kuramoto_function kuramoto_integrate_of(enum kuramoto_model model)
{
    return model == NETWORK ? NETWORK_INTEGRATE : model == MEAN_FIELD ? MEAN_FIELD_INTEGRATE : INTEGRATE;
}

int kuramoto_is_rhs(enum kuramoto_function function) { return function == kuramoto_rhs_of(kuramoto_model_of(function)); }

int kuramoto_integrates(enum kuramoto_function function) { return function == kuramoto_integrate_of(kuramoto_model_of(function)); }

const char *kuramoto_array_name(enum kuramoto_function function, int array)
{
    if (function == ORDER_PARAMETER && array == ORDER_R)
        return "r";
    if (function == ORDER_PARAMETER && array == ORDER_PSI)
        return "psi";
    return names[array];
}

enum kuramoto_use kuramoto_array_use(enum kuramoto_function function, int array)
{
    static const enum kuramoto_use of_rhs[] = {READ, READ, READ, WRITTEN, NOT_TAKEN, NOT_TAKEN, NOT_TAKEN};
    static const enum kuramoto_use of_integration[] = {WRITTEN, READ, READ, NOT_TAKEN, WRITTEN, WRITTEN, WRITTEN};
    static const enum kuramoto_use of_order_parameter[] = {READ, NOT_TAKEN, NOT_TAKEN, NOT_TAKEN, NOT_TAKEN, WRITTEN, WRITTEN};
    if (array >= BELOW)
        return kuramoto_model_of(function) == LATTICE && function != ORDER_PARAMETER ? FACE : NOT_TAKEN;
    if (array >= ROW_START)
        return kuramoto_model_of(function) == NETWORK ? READ : NOT_TAKEN;
    return (function == ORDER_PARAMETER ? of_order_parameter : kuramoto_is_rhs(function) ? of_rhs : of_integration)[array];
}

int kuramoto_is_optional(enum kuramoto_function function, int array)
{
    return array == WEIGHTS || (kuramoto_array_use(function, array) == WRITTEN && array != THETA && array != DTHETA);
}

int kuramoto_array_dims(const kuramoto_call *c, int array, ptrdiff_t dims[4])
{
    int rank = 0, axis;
    if (array == ORDER_R || array == ORDER_PSI) {
        dims[0] = c->n_frames;
        return c->function != ORDER_PARAMETER;
    }
    if (array == ROW_START || array == NEIGHBOURS || array == WEIGHTS) {
        dims[0] = array == ROW_START ? c->shape[0] + 1 : c->n_edges;
        return 1;
    }
    if (array == FRAMES)
        dims[rank++] = c->n_frames;
    for (axis = 0; axis < c->rank; axis++)
        if (array < BELOW || axis != (array - BELOW) % 3)
            dims[rank++] = c->shape[axis];
    return rank;
}

int kuramoto_is_index(int array) { return array == ROW_START || array == NEIGHBOURS; }

size_t kuramoto_element(const kuramoto_call *c, int array) { return (size_t)(kuramoto_is_index(array) ? c->index_bits : c->bits) / 8; }
