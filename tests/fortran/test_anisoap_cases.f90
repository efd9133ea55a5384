! Every row of the shared table of AniSOAP descriptors in its layout, with a file for the comparison of languages; the same bits in every
! layout, with 1, 2 and 7 threads, and with neighbours from the search.
program test_anisoap_cases
  use, intrinsic :: iso_c_binding, only: c_double
  use check
  use hotloop, only: hl_set_num_threads_local
  use anisoap_cases
  implicit none

  type(anisoap_case), allocatable :: rows(:)
  type(anisoap_inputs) :: inputs
  real(c_double), allocatable :: results(:)
  character(len=400) :: folder
  character(len=8) :: text
  integer, parameter :: thread_counts(3) = [1, 2, 7]
  integer :: i, k, previous, file

  call get_environment_variable("HOTLOOP_RESULTS", folder)
  rows = read_anisoap_cases()
  call claim(size(rows) > 0, "the table has rows")
  do i = 1, size(rows)
    inputs = inputs_of(rows(i))
    results = run_row(rows(i), inputs, rows(i)%layout, rows(i)%list)
    open (newunit=file, file=trim(folder) // "/fortran/" // trim(rows(i)%name) // ".f64", status="replace", action="write", &
      access="stream", form="unformatted")
    write (file) results
    close (file)
    do k = 0, 2
      write (text, "(i0)") k
      call claim(same_bits(results, run_row(rows(i), inputs, k, rows(i)%list)), trim(rows(i)%name) // &
        ": same bits in layout " // text)
    end do
    do k = 1, size(thread_counts)
      previous = hl_set_num_threads_local(thread_counts(k))
      write (text, "(i0)") thread_counts(k)
      call claim(same_bits(results, run_row(rows(i), inputs, rows(i)%layout, rows(i)%list)), trim(rows(i)%name) // &
        ": same bits with " // trim(text) // " threads")
      previous = hl_set_num_threads_local(previous)
    end do
    call claim(same_bits(results, run_row(rows(i), inputs, rows(i)%layout, 0)), trim(rows(i)%name) // ": same bits from the search")
  end do
  call conclude("test_anisoap_cases")
end program test_anisoap_cases
