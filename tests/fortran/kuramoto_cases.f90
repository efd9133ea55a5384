! The shared table of Kuramoto lattices (tests/cases/kuramoto.txt): a row, its numbers, its run in any layout, in both precisions.
module kuramoto_cases
  use, intrinsic :: iso_c_binding, only: c_double
  use hotloop, only: hl_kuramoto_options
  implicit none
  private
  public :: kuramoto_case, triplet, read_kuramoto_cases, extents_of, options_of_lattice, phases, frequencies, strengths, face_phases

  integer, parameter, public :: NATURAL = 0, BACKWARDS = 1, EVERY_SECOND = 2, ROW_MAJOR = 3

  type :: kuramoto_case
    character(len=64) :: name
    integer :: rank, n(3), bits, law, method, boundary(3)
    real(c_double) :: lag, dt
    integer :: n_steps, every, per_cell, layout, n_frames
    real(c_double) :: noise, atol
  end type kuramoto_case

  ! The subscript triplet that a layout makes of an axis, and the length of the axis that it is taken from.
  type :: triplet
    integer :: from, to, step, length
  end type triplet

  interface triplet
    module procedure triplet_of_layout
  end interface triplet

contains

  function read_kuramoto_cases() result(rows)
    type(kuramoto_case), allocatable :: rows(:)
    type(kuramoto_case) :: row
    character(len=400) :: line
    integer :: file, status
    allocate (rows(0))
    open (newunit=file, file="tests/cases/kuramoto.txt", status="old", action="read")
    do
      read (file, "(a)", iostat=status) line
      if (status /= 0) exit
      if (line == "" .or. line(1:1) == "#") cycle
      read (line, *) row%name, row%rank, row%n, row%bits, row%law, row%method, row%boundary, row%lag, row%dt, row%n_steps, &
        row%every, row%per_cell, row%layout, row%noise, row%atol
      row%n_frames = 0
      if (row%every > 0) row%n_frames = row%n_steps / row%every
      rows = [rows, row]
    end do
    close (file)
  end function read_kuramoto_cases

  pure function triplet_of_layout(layout, n) result(section)
    integer, intent(in) :: layout, n
    type(triplet) :: section
    select case (layout)
    case (BACKWARDS)
      section = triplet(n, 1, -1, n)
    case (EVERY_SECOND)
      section = triplet(1, 2 * n, 2, 2 * n)
    case default
      section = triplet(1, n, 1, n)
    end select
  end function triplet_of_layout

  pure function extents_of(row) result(extents)
    type(kuramoto_case), intent(in) :: row
    integer :: extents(row%rank)
    extents = row%n(:row%rank)
  end function extents_of

  function options_of_lattice(row) result(options)
    type(kuramoto_case), intent(in) :: row
    type(hl_kuramoto_options) :: options
    options = hl_kuramoto_options(law=row%law, method=row%method, boundary=row%boundary, lag=row%lag, noise=row%noise, &
      noise_seed=12345, first_step=7, first_cell=3, rtol=0.0_c_double, atol=row%atol)
  end function options_of_lattice

  ! The numbers of the table, cell after cell in C order (the last index runs fastest); all are exact in both precisions.
  pure function phases(n) result(values)
    integer, intent(in) :: n
    real(c_double) :: values(n)
    integer :: i
    values = [(mod(7919 * i + 104729, 65536) / 8192.0_c_double, i=0, n - 1)]
  end function phases

  pure function frequencies(n) result(values)
    integer, intent(in) :: n
    real(c_double) :: values(n)
    integer :: i
    values = [(mod(6271 * i + 331, 4096) / 4096.0_c_double, i=0, n - 1)]
  end function frequencies

  pure function strengths(n) result(values)
    integer, intent(in) :: n
    real(c_double) :: values(n)
    integer :: i
    values = [(1 + mod(37 * i, 64) / 64.0_c_double, i=0, n - 1)]
  end function strengths

  ! The face below (side 0) or above (side 1) an axis, which here counts from 1.
  pure function face_phases(axis, side, n) result(values)
    integer, intent(in) :: axis, side, n
    real(c_double) :: values(n)
    integer :: i
    values = [(mod(911 * i + 77 * side + 13 * (axis - 1), 65536) / 8192.0_c_double, i=0, n - 1)]
  end function face_phases
end module kuramoto_cases

module kuramoto_runs_f64
  use, intrinsic :: iso_c_binding, only: real_kind => c_double
  use hotloop_c, only: c_rhs => hl_kuramoto_rhs, c_integrate => hl_kuramoto_integrate, &
    c_order_parameter => hl_kuramoto_order_parameter
  include "kuramoto_runs.inc"
end module kuramoto_runs_f64

module kuramoto_runs_f32
  use, intrinsic :: iso_c_binding, only: real_kind => c_float
  use hotloop_c, only: c_rhs => hl_kuramoto_rhs_f32, c_integrate => hl_kuramoto_integrate_f32, &
    c_order_parameter => hl_kuramoto_order_parameter_f32
  include "kuramoto_runs.inc"
end module kuramoto_runs_f32
