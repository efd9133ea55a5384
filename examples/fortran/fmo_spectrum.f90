! Absorption and CD spectrum of the FMO complex (seven pigments) from a file of its Hamiltonian, dipoles and positions.
!
!   gfortran hotloop.f90 fmo_spectrum.f90 -lhotloop -o fmo_spectrum
!   ./fmo_spectrum brixner_conf.csv spectrum.csv
!
! Each line of the input is one pigment: its row of the Hamiltonian (cm-1), its transition dipole x y z, its position x y z (Angstrom).
program fmo_spectrum
  use, intrinsic :: iso_c_binding, only: c_double
  use hotloop
  implicit none
  integer, parameter :: n_site = 7, n_grid = 1510
  real(c_double) :: hamiltonian(n_site, n_site), dipoles(3, n_site), positions(3, n_site)
  real(c_double) :: energies(n_site), dipole_strengths(n_site), rotational_strengths(n_site)
  real(c_double) :: wavenumbers(n_grid), absorption(n_grid), cd(n_grid)
  character(len=400) :: input, output
  integer :: file, site, i

  call get_command_argument(1, input)
  call get_command_argument(2, output)
  if (output == "") error stop "usage: fmo_spectrum CONFIGURATION.csv SPECTRUM.csv"

  open (newunit=file, file=trim(input), status="old", action="read")
  do site = 1, n_site
    read (file, *) hamiltonian(site, :), dipoles(:, site), positions(:, site)
  end do
  close (file)

  call hl_exciton_sticks(hamiltonian, dipoles, positions, energies, dipole_strengths, rotational_strengths)
  print "(a)", "exciton  energy/cm-1  dipole strength  rotational strength"
  print "(i7, f13.2, f17.4, f21.6)", (i, energies(i), dipole_strengths(i), rotational_strengths(i), i=1, n_site)

  wavenumbers = [(11790.0_c_double + i, i=0, n_grid - 1)]
  call hl_exciton_spectrum(hamiltonian, dipoles, positions, wavenumbers, absorption, cd, hl_exciton_options(fwhm=70.0_c_double))

  open (newunit=file, file=trim(output), status="replace", action="write")
  write (file, "(a)") "wavenumber,absorption,cd"
  do i = 1, n_grid
    write (file, "(g0, ',', es23.16, ',', es23.16)") wavenumbers(i), absorption(i), cd(i)
  end do
  close (file)
  print "(4a)", "hotloop ", hl_version(), " wrote ", trim(output)
end program fmo_spectrum
