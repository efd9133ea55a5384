! Every row of the shared table of networks and mean fields in its layout, with files for the comparison of languages; the same bits in
! the natural layout with 1, 2 and 7 threads; dtheta and the steps beside plain code.
program test_kuramoto_nodes_cases
  use, intrinsic :: iso_c_binding, only: c_double
  use check
  use hotloop, only: hl_set_num_threads_local
  use kuramoto_cases, only: NATURAL, phases, frequencies, strengths
  use kuramoto_nodes_cases
  use kuramoto_nodes_naive, only: naive_graph, naive_slopes
  use kuramoto_nodes_runs_f64, only: run_f64 => run_row
  use kuramoto_nodes_runs_f32, only: run_f32 => run_row
  implicit none

  type(nodes_case), allocatable :: rows(:)
  real(c_double), allocatable :: results(:)
  character(len=400) :: folder
  character(len=8) :: threads
  integer, parameter :: thread_counts(3) = [1, 2, 7]
  integer :: i, t, previous, file

  call get_environment_variable("HOTLOOP_RESULTS", folder)
  rows = read_nodes_cases()
  call claim(size(rows) > 0, "the table of networks and mean fields has rows")
  do i = 1, size(rows)
    results = run(rows(i), rows(i)%layout)
    open (newunit=file, file=trim(folder) // "/fortran/" // trim(rows(i)%name) // ".f64", status="replace", action="write", &
      access="stream", form="unformatted")
    write (file) results
    close (file)
    call compare_slopes(rows(i), results(:rows(i)%n_nodes))
    do t = 1, size(thread_counts)
      previous = hl_set_num_threads_local(thread_counts(t))
      write (threads, "(i0)") thread_counts(t)
      call claim(same_bits(results, run(rows(i), NATURAL)), trim(rows(i)%name) // ": same bits in the natural layout with " // &
        trim(threads) // " threads")
      previous = hl_set_num_threads_local(previous)
    end do
  end do
  call conclude("test_kuramoto_nodes_cases")

contains

  function run(row, layout) result(results)
    type(nodes_case), intent(in) :: row
    integer, intent(in) :: layout
    real(c_double), allocatable :: results(:)
    if (row%bits == 64) then
      results = run_f64(row, layout)
    else
      results = run_f32(row, layout)
    end if
  end function run

  ! A sine of phases up to 8 is right to eight units in the last place of 1; a row has `degree` of them, with weights below 2.
  subroutine compare_slopes(row, dtheta)
    type(nodes_case), intent(in) :: row
    real(c_double), intent(in) :: dtheta(:)
    type(naive_graph) :: graph
    real(c_double) :: omega(row%n_nodes), coupling(row%n_nodes), difference, unit
    character(len=40) :: text
    omega = frequencies(row%n_nodes)
    coupling = 2
    if (row%per_node == 1) coupling = strengths(row%n_nodes)
    if (row%index_bits /= 0) then
      graph%row_start = row_starts(row)
      graph%neighbours = neighbours_of_edges(row)
      allocate (graph%weights(size(graph%neighbours)), source=1.0_c_double)
      if (row%weighted == 1) graph%weights = weights_of_edges(size(graph%neighbours))
    end if
    difference = largest(dtheta - naive_slopes(phases(row%n_nodes), omega, coupling, row%law, row%lag, graph))
    unit = merge(epsilon(1.0_c_double), real(epsilon(1.0), c_double), row%bits == 64)
    write (text, "('differs by ', es9.2)") difference
    call claim(difference <= unit * (2 + 20 * merge(2 * row%degree, 1, row%index_bits /= 0)), trim(row%name) // &
      ": the slopes of plain code", text)
  end subroutine compare_slopes
end program test_kuramoto_nodes_cases
