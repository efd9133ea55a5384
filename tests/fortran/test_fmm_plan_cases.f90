! Every row of the shared table of fast multipole plans in its layout, with files for the comparison of languages; the same bits in the other
! layouts with 1, 2 and 7 threads, and from a plan that got its points later.
program test_fmm_plan_cases
  use, intrinsic :: iso_c_binding, only: c_double
  use check
  use hotloop, only: hl_set_num_threads_local, hl_fmm_forget_operators
  use fmm_plan_cases
  use fmm_plan_runs_f64, only: run_f64 => run_row
  use fmm_plan_runs_f32, only: run_f32 => run_row
  implicit none

  type(plan_case), allocatable :: rows(:)
  real(c_double), allocatable :: results(:)
  character(len=400) :: folder
  integer, parameter :: thread_counts(3) = [1, 2, 7]
  integer :: i, t, previous, file

  call get_environment_variable("HOTLOOP_RESULTS", folder)
  rows = read_plan_cases()
  call claim(size(rows) > 0, "the table of plans has rows")
  do i = 1, size(rows)
    results = run(rows(i), rows(i)%layout, .false.)
    open (newunit=file, file=trim(folder) // "/fortran/" // trim(rows(i)%name) // ".f64", status="replace", action="write", &
      access="stream", form="unformatted")
    write (file) results
    close (file)
    do t = 1, size(thread_counts)
      previous = hl_set_num_threads_local(thread_counts(t))
      call claim(same_bits(results, run(rows(i), t - 1, t == 3)), trim(rows(i)%name) // &
        ": same bits in other layouts on other threads")
      previous = hl_set_num_threads_local(previous)
    end do
  end do
  call hl_fmm_forget_operators()
  call conclude("test_fmm_plan_cases")

contains

  function run(row, layout, late) result(results)
    type(plan_case), intent(in) :: row
    integer, intent(in) :: layout
    logical, intent(in) :: late
    real(c_double), allocatable :: results(:)
    if (row%bits == 64) then
      results = run_f64(row, layout, late)
    else
      results = run_f32(row, layout, late)
    end if
  end function run
end program test_fmm_plan_cases
