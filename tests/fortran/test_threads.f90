! Called from every thread of an OpenMP region: right results, one thread a call, progress procedures that do not mix.
program test_threads
  use, intrinsic :: iso_c_binding, only: c_double
  use check
  use hotloop
  use requests
  use kuramoto_naive
  implicit none

  integer, parameter :: n_calls = 64
  type(request) :: expected
  type(lattice_request) :: expected_lattice
  logical :: right(n_calls), one_thread(n_calls), kept_apart(n_calls)
  character(len=600) :: message
  integer :: i, stat, before

  expected = good_request()
  call by_spectrum(expected, stat, message)
  call claim(stat == HL_OK, "the call outside", message)
  expected_lattice = good_lattice()
  call by_rhs(expected_lattice, stat, message)
  call claim(stat == HL_OK, "the right-hand side outside", message)
  call by_integrate(expected_lattice, stat, message)
  call claim(stat == HL_OK, "the integration outside", message)
  !$omp parallel do num_threads(4) schedule(dynamic)
  do i = 1, n_calls
    call in_region(i)
  end do
  !$omp end parallel do
  call claim(all(right), "calls from an OpenMP parallel region give the same bits")
  call claim(all(one_thread), "hl_get_num_threads() is 1 inside an OpenMP parallel region")
  call claim(all(kept_apart), "each thread has its own stat and message")

  call hl_set_num_threads(2)
  call claim(hl_get_num_threads() == 2, "hl_set_num_threads sets the process' number")
  before = hl_set_num_threads_local(3)
  call claim(before == 0 .and. hl_get_num_threads() == 3, "hl_set_num_threads_local goes before it")
  !$omp parallel num_threads(2)
  !$omp single
  right(1) = hl_get_num_threads() == 1 .or. hl_get_num_threads() == 3
  !$omp end single
  !$omp end parallel
  call claim(right(1), "inside a region: 1, or what the thread itself has set")
  before = hl_set_num_threads_local(before)
  call claim(before == 3 .and. hl_get_num_threads() == 2, "and 0 gives the process' number back")
  call hl_set_num_threads(0)
  call hl_shutdown()
  expected%absorption = 0
  call by_spectrum(expected, stat, message)
  call claim(stat == HL_OK, "the library works on after hl_shutdown", message)
  call conclude("test_threads")

contains

  subroutine in_region(i)
    integer, intent(in) :: i
    type(request) :: asked
    type(lattice_request) :: lattice
    character(len=600) :: message
    integer :: stat
    asked = good_request()
    call by_spectrum(asked, stat, message)
    right(i) = stat == HL_OK .and. same_bits(asked%absorption, expected%absorption) .and. same_bits(asked%cd, expected%cd)
    lattice = good_lattice()
    call by_rhs(lattice, stat, message)
    right(i) = right(i) .and. stat == HL_OK .and. same_bits(lattice%dtheta, expected_lattice%dtheta)
    call by_integrate(lattice, stat, message)
    right(i) = right(i) .and. stat == HL_OK .and. same_bits(lattice%frames, expected_lattice%frames)
    lattice%dt = -i
    call by_integrate(lattice, stat, message)
    right(i) = right(i) .and. stat == HL_ERR_ARGUMENT .and. contains_text(message, "dt")
    one_thread(i) = hl_get_num_threads() == 1
    if (mod(i, 2) == 0) then
      asked%options%fwhm = -real(i, c_double)
    else
      asked%options%cutoff = -real(i, c_double)
    end if
    call by_spectrum(asked, stat, message)
    kept_apart(i) = stat == HL_ERR_OPTION .and. contains_text(message, merge("fwhm", "cuto", mod(i, 2) == 0))
  end subroutine in_region
end program test_threads
