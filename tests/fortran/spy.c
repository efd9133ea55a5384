/* Listens in on hl_exciton_spectrum, hl_kuramoto_rhs and hl_kuramoto_network_rhs for test_no_copies.f90: what address and strides did
   each array get? The test is linked with -Wl,--wrap=... for each of them, which sends the binding's calls here first. */
#include "hotloop.h"

hl_status __real_hl_exciton_spectrum(ptrdiff_t n_conf, ptrdiff_t n_site, ptrdiff_t n_grid, const double *hamiltonians,
                                     const ptrdiff_t *hamiltonians_strides, const double *dipoles, const ptrdiff_t *dipoles_strides,
                                     const double *positions, const ptrdiff_t *positions_strides, const double *weights,
                                     const ptrdiff_t *weights_strides, const double *grid, const ptrdiff_t *grid_strides,
                                     double *absorption, const ptrdiff_t *absorption_strides, double *cd, const ptrdiff_t *cd_strides,
                                     const hl_exciton_options *options);
hl_status __wrap_hl_exciton_spectrum(ptrdiff_t n_conf, ptrdiff_t n_site, ptrdiff_t n_grid, const double *hamiltonians,
                                     const ptrdiff_t *hamiltonians_strides, const double *dipoles, const ptrdiff_t *dipoles_strides,
                                     const double *positions, const ptrdiff_t *positions_strides, const double *weights,
                                     const ptrdiff_t *weights_strides, const double *grid, const ptrdiff_t *grid_strides,
                                     double *absorption, const ptrdiff_t *absorption_strides, double *cd, const ptrdiff_t *cd_strides,
                                     const hl_exciton_options *options);

/* In the order of the prototype: hamiltonians, dipoles, positions, weights, grid, absorption, cd. */
const void *spied_addresses[8];
ptrdiff_t spied_strides[8][3];

static void spy(int array, const void *address, const ptrdiff_t *strides, int rank)
{
    int axis;
    spied_addresses[array] = address;
    for (axis = 0; axis < 3; axis++)
        spied_strides[array][axis] = axis < rank ? strides[axis] : 0;
}

hl_status __wrap_hl_exciton_spectrum(ptrdiff_t n_conf, ptrdiff_t n_site, ptrdiff_t n_grid, const double *hamiltonians,
                                     const ptrdiff_t *hamiltonians_strides, const double *dipoles, const ptrdiff_t *dipoles_strides,
                                     const double *positions, const ptrdiff_t *positions_strides, const double *weights,
                                     const ptrdiff_t *weights_strides, const double *grid, const ptrdiff_t *grid_strides,
                                     double *absorption, const ptrdiff_t *absorption_strides, double *cd, const ptrdiff_t *cd_strides,
                                     const hl_exciton_options *options)
{
    spy(0, hamiltonians, hamiltonians_strides, 3);
    spy(1, dipoles, dipoles_strides, 3);
    spy(2, positions, positions_strides, 3);
    spy(3, weights, weights_strides, 1);
    spy(4, grid, grid_strides, 1);
    spy(5, absorption, absorption_strides, 1);
    spy(6, cd, cd_strides, 1);
    return __real_hl_exciton_spectrum(n_conf, n_site, n_grid, hamiltonians, hamiltonians_strides, dipoles, dipoles_strides, positions,
                                      positions_strides, weights, weights_strides, grid, grid_strides, absorption,
                                      absorption_strides, cd, cd_strides, options);
}

hl_status __real_hl_kuramoto_rhs(ptrdiff_t rank, const ptrdiff_t *shape, const double *theta, const ptrdiff_t *theta_strides,
                                 const double *omega, const ptrdiff_t *omega_strides, const double *coupling,
                                 const ptrdiff_t *coupling_strides, double *dtheta, const ptrdiff_t *dtheta_strides,
                                 const hl_kuramoto_options *options);
hl_status __wrap_hl_kuramoto_rhs(ptrdiff_t rank, const ptrdiff_t *shape, const double *theta, const ptrdiff_t *theta_strides,
                                 const double *omega, const ptrdiff_t *omega_strides, const double *coupling,
                                 const ptrdiff_t *coupling_strides, double *dtheta, const ptrdiff_t *dtheta_strides,
                                 const hl_kuramoto_options *options);

/* Of a lattice of two axes; theta, omega, coupling, dtheta, then the halos below and above each axis. */
hl_status __wrap_hl_kuramoto_rhs(ptrdiff_t rank, const ptrdiff_t *shape, const double *theta, const ptrdiff_t *theta_strides,
                                 const double *omega, const ptrdiff_t *omega_strides, const double *coupling,
                                 const ptrdiff_t *coupling_strides, double *dtheta, const ptrdiff_t *dtheta_strides,
                                 const hl_kuramoto_options *options)
{
    int axis;
    spy(0, theta, theta_strides, 2);
    spy(1, omega, omega_strides, 2);
    spy(2, coupling, coupling_strides, 2);
    spy(3, dtheta, dtheta_strides, 2);
    for (axis = 0; axis < 2 && options->halo_below[axis] != NULL; axis++) {
        spy(4 + 2 * axis, options->halo_below[axis], options->halo_below_strides[axis], 1);
        spy(5 + 2 * axis, options->halo_above[axis], options->halo_above_strides[axis], 1);
    }
    return __real_hl_kuramoto_rhs(rank, shape, theta, theta_strides, omega, omega_strides, coupling, coupling_strides, dtheta,
                                  dtheta_strides, options);
}

hl_status __real_hl_kuramoto_network_rhs(ptrdiff_t n_nodes, ptrdiff_t n_edges, const void *row_start, const ptrdiff_t *row_start_strides,
                                         const void *neighbours, const ptrdiff_t *neighbours_strides, const double *weights,
                                         const ptrdiff_t *weights_strides, const double *theta, const ptrdiff_t *theta_strides,
                                         const double *omega, const ptrdiff_t *omega_strides, const double *coupling,
                                         const ptrdiff_t *coupling_strides, double *dtheta, const ptrdiff_t *dtheta_strides,
                                         int32_t index_bits, const hl_kuramoto_options *options);
hl_status __wrap_hl_kuramoto_network_rhs(ptrdiff_t n_nodes, ptrdiff_t n_edges, const void *row_start, const ptrdiff_t *row_start_strides,
                                         const void *neighbours, const ptrdiff_t *neighbours_strides, const double *weights,
                                         const ptrdiff_t *weights_strides, const double *theta, const ptrdiff_t *theta_strides,
                                         const double *omega, const ptrdiff_t *omega_strides, const double *coupling,
                                         const ptrdiff_t *coupling_strides, double *dtheta, const ptrdiff_t *dtheta_strides,
                                         int32_t index_bits, const hl_kuramoto_options *options);

/* In the order of the prototype: row_start, neighbours, weights, theta, omega, coupling, dtheta. */
hl_status __wrap_hl_kuramoto_network_rhs(ptrdiff_t n_nodes, ptrdiff_t n_edges, const void *row_start, const ptrdiff_t *row_start_strides,
                                         const void *neighbours, const ptrdiff_t *neighbours_strides, const double *weights,
                                         const ptrdiff_t *weights_strides, const double *theta, const ptrdiff_t *theta_strides,
                                         const double *omega, const ptrdiff_t *omega_strides, const double *coupling,
                                         const ptrdiff_t *coupling_strides, double *dtheta, const ptrdiff_t *dtheta_strides,
                                         int32_t index_bits, const hl_kuramoto_options *options)
{
    spy(0, row_start, row_start_strides, 1);
    spy(1, neighbours, neighbours_strides, 1);
    spy(2, weights, weights_strides, 1);
    spy(3, theta, theta_strides, 1);
    spy(4, omega, omega_strides, 1);
    spy(5, coupling, coupling_strides, 1);
    spy(6, dtheta, dtheta_strides, 1);
    return __real_hl_kuramoto_network_rhs(n_nodes, n_edges, row_start, row_start_strides, neighbours, neighbours_strides, weights,
                                          weights_strides, theta, theta_strides, omega, omega_strides, coupling, coupling_strides,
                                          dtheta, dtheta_strides, index_bits, options);
}
