! Median processor time of a call from Fortran; see ../overhead.py.
program overhead
  use, intrinsic :: iso_c_binding, only: c_double
  use hotloop
  implicit none
  integer, parameter :: batches = 101
  real(c_double) :: values(1) = [12500.0_c_double], converted(1)
  real(c_double) :: hamiltonian(2, 2) = reshape([real(c_double) :: 12400, -100, -100, 12500], [2, 2])
  real(c_double) :: dipoles(3, 2) = reshape([real(c_double) :: 1, 0, 0, 0, 1, 0], [3, 2])
  real(c_double) :: energies(2), times(batches), began, ended
  integer :: batch, i, calls

  calls = merge(100, 2000, command_argument_count() > 0)

  do batch = 0, batches ! the first warms up
    call cpu_time(began)
    do i = 1, calls
      call hl_units_convert(values, converted, HL_UNIT_WAVENUMBER, HL_UNIT_WAVELENGTH)
    end do
    call cpu_time(ended)
    if (batch > 0) times(batch) = 1e6_c_double * (ended - began) / calls
  end do
  print '(a, f14.6)', 'convert_one ', median(times)

  do batch = 0, batches
    call cpu_time(began)
    do i = 1, calls
      call hl_exciton_sticks(hamiltonian, dipoles, energies=energies)
    end do
    call cpu_time(ended)
    if (batch > 0) times(batch) = 1e6_c_double * (ended - began) / calls
  end do
  print '(a, f14.6)', 'sticks_two ', median(times)

contains

  ! The element that has as many smaller as larger ones.
  function median(values)
    real(c_double), intent(in) :: values(:)
    real(c_double) :: median
    integer :: k
    median = values(1)
    do k = 1, size(values)
      if (count(values < values(k)) <= size(values) / 2 .and. count(values <= values(k)) > size(values) / 2) median = values(k)
    end do
  end function median

end program overhead
