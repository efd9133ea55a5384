! The shared table of Kuramoto oscillators without a lattice (tests/cases/kuramoto_nodes.txt): a row, its graph, its run in any layout,
! in both precisions. Their other numbers are those of the cells of a lattice.
module kuramoto_nodes_cases
  use, intrinsic :: iso_c_binding, only: c_double
  use hotloop, only: hl_kuramoto_options
  implicit none
  private
  public :: nodes_case, read_nodes_cases, options_of_nodes, row_starts, neighbours_of_edges, weights_of_edges

  type :: nodes_case
    character(len=64) :: name
    integer :: index_bits, n_nodes, degree, weighted, bits, law, method
    real(c_double) :: lag, dt
    integer :: n_steps, every, per_node
    real(c_double) :: noise, atol
    integer :: layout, n_frames
  end type nodes_case

contains

  function read_nodes_cases() result(rows)
    type(nodes_case), allocatable :: rows(:)
    type(nodes_case) :: row
    character(len=400) :: line
    integer :: file, status
    allocate (rows(0))
    open (newunit=file, file="tests/cases/kuramoto_nodes.txt", status="old", action="read")
    do
      read (file, "(a)", iostat=status) line
      if (status /= 0) exit
      if (line == "" .or. line(1:1) == "#") cycle
      read (line, *) row%name, row%index_bits, row%n_nodes, row%degree, row%weighted, row%bits, row%law, row%method, row%lag, &
        row%dt, row%n_steps, row%every, row%per_node, row%noise, row%atol, row%layout
      row%n_frames = 0
      if (row%every > 0) row%n_frames = row%n_steps / row%every
      rows = [rows, row]
    end do
    close (file)
  end function read_nodes_cases

  function options_of_nodes(row) result(options)
    type(nodes_case), intent(in) :: row
    type(hl_kuramoto_options) :: options
    options = hl_kuramoto_options(law=row%law, method=row%method, lag=row%lag, noise=row%noise, noise_seed=12345, first_step=7, &
      first_cell=3, rtol=0.0_c_double, atol=row%atol)
  end function options_of_nodes

  ! Node i, counted from 0, has mod(i, degree + 1) edges.
  pure function row_starts(row) result(starts)
    type(nodes_case), intent(in) :: row
    integer :: starts(row%n_nodes + 1)
    integer :: i
    starts(1) = 0
    do i = 0, row%n_nodes - 1
      starts(i + 2) = starts(i + 1) + mod(i, row%degree + 1)
    end do
  end function row_starts

  pure function neighbours_of_edges(row) result(neighbours)
    type(nodes_case), intent(in) :: row
    integer, allocatable :: neighbours(:)
    integer :: starts(row%n_nodes + 1), i, e
    starts = row_starts(row)
    neighbours = [((mod(7 * i + 31 * e + 5, row%n_nodes), e=starts(i + 1), starts(i + 2) - 1), i=0, row%n_nodes - 1)]
  end function neighbours_of_edges

  pure function weights_of_edges(n_edges) result(weights)
    integer, intent(in) :: n_edges
    real(c_double) :: weights(n_edges)
    integer :: e
    weights = [(1 + mod(53 * e, 32) / 32.0_c_double, e=0, n_edges - 1)]
  end function weights_of_edges
end module kuramoto_nodes_cases

module kuramoto_nodes_runs_f64
  use, intrinsic :: iso_c_binding, only: real_kind => c_double
  include "kuramoto_nodes_runs.inc"
end module kuramoto_nodes_runs_f64

module kuramoto_nodes_runs_f32
  use, intrinsic :: iso_c_binding, only: real_kind => c_float
  include "kuramoto_nodes_runs.inc"
end module kuramoto_nodes_runs_f32
