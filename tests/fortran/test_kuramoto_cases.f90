! Every row of the shared table of Kuramoto lattices in its layout, with files for the comparison of languages; the same bits in the
! natural layout with 1, 2 and 7 threads.
program test_kuramoto_cases
  use, intrinsic :: iso_c_binding, only: c_double
  use check
  use hotloop, only: hl_set_num_threads_local
  use kuramoto_cases
  use kuramoto_runs_f64, only: run_f64 => run_row
  use kuramoto_runs_f32, only: run_f32 => run_row
  implicit none

  type(kuramoto_case), allocatable :: rows(:)
  real(c_double), allocatable :: results(:)
  character(len=400) :: folder
  character(len=8) :: threads
  integer, parameter :: thread_counts(3) = [1, 2, 7]
  integer :: i, t, previous, file

  call get_environment_variable("HOTLOOP_RESULTS", folder)
  rows = read_kuramoto_cases()
  call claim(size(rows) > 0, "the table of lattices has rows")
  do i = 1, size(rows)
    results = run(rows(i), rows(i)%layout)
    open (newunit=file, file=trim(folder) // "/fortran/" // trim(rows(i)%name) // ".f64", status="replace", action="write", &
      access="stream", form="unformatted")
    write (file) results
    close (file)
    do t = 1, size(thread_counts)
      previous = hl_set_num_threads_local(thread_counts(t))
      write (threads, "(i0)") thread_counts(t)
      call claim(same_bits(results, run(rows(i), NATURAL)), trim(rows(i)%name) // ": same bits in the natural layout with " // &
        trim(threads) // " threads")
      previous = hl_set_num_threads_local(previous)
    end do
  end do
  call conclude("test_kuramoto_cases")

contains

  function run(row, layout) result(results)
    type(kuramoto_case), intent(in) :: row
    integer, intent(in) :: layout
    real(c_double), allocatable :: results(:)
    if (row%bits == 64) then
      results = run_f64(row, layout)
    else
      results = run_f32(row, layout)
    end if
  end function run
end program test_kuramoto_cases
