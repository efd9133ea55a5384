! consumer.c in Fortran: a stranger's program, compiled together with the installed hotloop.f90.
program consumer
  use, intrinsic :: iso_c_binding, only: c_double
  use hotloop, only: hl_exciton_spectrum, hl_version
  implicit none
  real(c_double) :: hamiltonian(1, 1), dipole(3, 1), grid(21), absorption(21)
  integer :: i

  hamiltonian = 15000.0_c_double ! cm-1
  dipole(:, 1) = [1.0_c_double, 2.0_c_double, -0.5_c_double]
  grid = [(14900.0_c_double + 10.0_c_double * i, i = 0, 20)]
  call hl_exciton_spectrum(hamiltonian, dipole, grid=grid, absorption=absorption)
  print '(3a, g0)', 'hotloop ', hl_version(), ': absorption at the site energy ', absorption(11)
  if (absorption(11) /= 5.25_c_double) error stop 'the absorption at the site energy is not |mu|^2'
end program consumer
