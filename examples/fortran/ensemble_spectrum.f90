! Mean absorption and CD of an ensemble of configurations, from one file to one file, with progress and the time that it took.
!
!   gfortran -O2 hotloop.f90 ensemble_spectrum.f90 -lhotloop -o ensemble_spectrum
!   ./ensemble_spectrum ensemble.bin spectrum.bin [threads]
!
! `make demo` makes such an ensemble; examples/README.md says what is in the files.
module progress_report
  use, intrinsic :: iso_c_binding, only: c_int32_t, c_int64_t
  use, intrinsic :: iso_fortran_env, only: error_unit
  implicit none
contains
  ! Asked for a few times a second, so a call that is over sooner prints nothing. Any answer but 0 would end the call.
  function show_progress(done, total) result(cancel)
    integer(c_int64_t), intent(in) :: done, total
    integer(c_int32_t) :: cancel
    if (done > 0 .and. done < total) write (error_unit, "(i3, 2a)", advance="no") 100 * done / total, " %", achar(13)
    cancel = 0
  end function show_progress
end module progress_report

program ensemble_spectrum
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  use hotloop
  use progress_report, only: show_progress
  implicit none
  integer, parameter :: n_grid = 1510, calls = 20
  integer(c_int64_t) :: n_conf, n_site, start, finish, ticks, fastest
  real(c_double), allocatable :: hamiltonians(:, :, :), dipoles(:, :), positions(:, :)
  real(c_double) :: table(3, n_grid)
  type(hl_exciton_options) :: options
  character(len=400) :: input, output, threads
  integer :: file, i, n_threads

  call get_command_argument(1, input)
  call get_command_argument(2, output)
  call get_command_argument(3, threads)
  if (output == "") error stop "usage: ensemble_spectrum ENSEMBLE.bin SPECTRUM.bin [THREADS]"

  ! The file's bytes in C order [configuration][row][column] are Fortran's (column, row, configuration).
  open (newunit=file, file=trim(input), status="old", action="read", access="stream", form="unformatted")
  read (file) n_conf, n_site
  allocate (hamiltonians(n_site, n_site, n_conf), dipoles(3, n_site), positions(3, n_site))
  read (file) hamiltonians, dipoles, positions
  close (file)

  n_threads = 0                ! the default, all cores that the process may use
  if (threads /= "") read (threads, *) n_threads
  call hl_set_num_threads(n_threads)
  options%fwhm = 70.0_c_double
  options%progress => show_progress
  table(1, :) = [(11790.0_c_double + i, i=0, n_grid - 1)]
  fastest = huge(fastest)
  do i = 1, calls
    call system_clock(start)
    ! Grid and spectra are rows of one table, which lie in memory with two elements between; hotloop works in place.
    call hl_exciton_spectrum(hamiltonians, dipoles, positions, table(1, :), table(2, :), table(3, :), options)
    call system_clock(finish, ticks)
    fastest = min(fastest, finish - start)
  end do

  open (newunit=file, file=trim(output), status="replace", action="write", access="stream", form="unformatted")
  write (file) table
  close (file)
  print "(i0, a, i0, a, f0.4, a, i0, a, i0, a)", n_conf, " configurations of ", n_site, " pigments: ", &
    1e3_c_double * real(fastest, c_double) / real(ticks, c_double), " ms, the fastest of ", calls, " calls (threads: ", &
    hl_get_num_threads(), ")"
end program ensemble_spectrum
