! The Fortran binding of hotloop, shipped as source because .mod files belong to one compiler.
!
! Two modules. `hotloop_c` is include/hotloop.h in Fortran words: the same names, order and types, pointers and strides.
! `hotloop` is what most programs use: generic procedures on assumed-shape arrays, Fortran's own index order (configurations
! and frames are the last index), optional `stat=` and `errmsg=`.
!
! The one idea: the distance of neighbouring elements, measured with c_loc, is the stride that the library asks for. So whole
! arrays, sections and reversed sections go to the library as they lie in memory; nothing here copies an array. (For that reason no
! array dummy here is `contiguous` or of explicit shape: a compiler would copy.) What a compiler copies before it calls any procedure
! is its own affair: gfortran does so for expressions, vector subscripts, and components of arrays of derived type.
!
! Compile this file with your program and link libhotloop (-lhotloop); it includes the files of the folder `hotloop` beside it.
! Shapes, units and errors: docs/fortran.md.

include "hotloop/library_c.inc"
include "hotloop/views.inc"
include "hotloop/faults.inc"
include "hotloop/plans.inc"
include "hotloop/library.inc"
include "hotloop/units.inc"
include "hotloop/exciton/c.inc"
include "hotloop/exciton/options.inc"
include "hotloop/exciton/sticks.inc"
include "hotloop/exciton/broaden.inc"
include "hotloop/exciton/spectrum.inc"
include "hotloop/exciton/fit_c.inc"
include "hotloop/exciton/sample.inc"
include "hotloop/exciton/derivatives.inc"
include "hotloop/exciton/ensembles.inc"
include "hotloop/exciton/fit.inc"
include "hotloop/kuramoto/c.inc"
include "hotloop/kuramoto/options.inc"
include "hotloop/kuramoto/arguments.inc"
include "hotloop/kuramoto/lattice.inc"
include "hotloop/kuramoto/mean_field.inc"
include "hotloop/kuramoto/network.inc"
include "hotloop/neighbours_c.inc"
include "hotloop/neighbours.inc"
include "hotloop/anisoap/c.inc"
include "hotloop/anisoap/plan.inc"
include "hotloop/anisoap/frames.inc"
include "hotloop/anisoap/descriptors.inc"
include "hotloop/fmm/c.inc"
include "hotloop/fmm/direct.inc"
include "hotloop/fmm/plan.inc"
include "hotloop/fmm/morton.inc"

! Arrays are addresses (c_loc) without an intent: with intent(in) gfortran would conclude that the library leaves the
! memory behind the address alone. Strides are in elements, one per axis, in C's axis order; absent means C-contiguous.
module hotloop_c
  use hotloop_constants
  use hotloop_c_library
  use hotloop_unit_constants
  use hotloop_c_units
  use hotloop_exciton_constants
  use hotloop_c_exciton
  use hotloop_fit_constants
  use hotloop_c_fit
  use hotloop_kuramoto_constants
  use hotloop_c_kuramoto
  use hotloop_c_neighbours
  use hotloop_anisoap_constants
  use hotloop_c_anisoap
  use hotloop_fmm_constants
  use hotloop_c_fmm
  implicit none
  public
end module hotloop_c

module hotloop
  use hotloop_constants
  use hotloop_library
  use hotloop_progress, only: hl_progress
  use hotloop_unit_constants
  use hotloop_units
  use hotloop_exciton_constants
  use hotloop_exciton_options, only: hl_exciton_options
  use hotloop_exciton_sticks
  use hotloop_exciton_broaden
  use hotloop_exciton_spectrum
  use hotloop_fit_constants
  use hotloop_exciton_sample, only: hl_exciton_sample
  use hotloop_exciton_derivatives
  use hotloop_exciton_ensembles
  use hotloop_exciton_fit
  use hotloop_kuramoto_constants
  use hotloop_kuramoto_options, only: hl_kuramoto_options
  use hotloop_kuramoto_f64
  use hotloop_kuramoto_f32
  use hotloop_kuramoto_mean_field_f64
  use hotloop_kuramoto_mean_field_f32
  use hotloop_kuramoto_network_f64_i32
  use hotloop_kuramoto_network_f64_i64
  use hotloop_kuramoto_network_f32_i32
  use hotloop_kuramoto_network_f32_i64
  use hotloop_neighbours
  use hotloop_anisoap_constants
  use hotloop_anisoap_plan
  use hotloop_anisoap_frames, only: hl_anisoap_frames
  use hotloop_anisoap_descriptors
  use hotloop_fmm_constants
  use hotloop_fmm_options, only: hl_direct_options, hl_fmm_options
  use hotloop_direct_f64
  use hotloop_direct_f32
  use hotloop_fmm_plan
  use hotloop_fmm_f64
  use hotloop_fmm_f32
  use hotloop_morton
  implicit none
  public
end module hotloop
