! Sticks and spectra of the published seven-pigment FMO model against ham2spec 0.6.2.
! Tolerances: energies 1e-9 cm-1, strengths 1e-10 of the largest, spectra 5e-11 of the peak (the reference is cut at 3 FWHM, where
! a Gaussian is 1.5e-11, and its own eigenvalues are good to 2e-11 cm-1), and 1e-13 of the peak where the direct sum broadens the
! reference's own sticks.
program test_reference
  use, intrinsic :: iso_c_binding, only: c_double
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_positive_inf
  use check
  use hotloop
  use reference
  implicit none

  real(c_double) :: hamiltonian(7, 7), dipoles(3, 7), positions(3, 7)
  type(hl_exciton_options) :: options

  hamiltonian = reshape(reference_values("hamiltonian"), [7, 7])
  dipoles = reshape(reference_values("dipoles"), [3, 7])
  positions = reshape(reference_values("positions"), [3, 7])

  call compare_sticks("", options)
  options%normalize_dipoles = .true.
  call compare_sticks("normalised_", options)
  options = hl_exciton_options(deleted=[.false., .false., .true., .false., .false., .false., .false.])
  call compare_sticks("delete3_", options)
  call compare_spectrum("delete3", 11790.0_c_double, 1.0_c_double, "delete3_", options)
  call compare_sixteen_sites()

  call compare_spectrum("default", 11790.0_c_double, 1.0_c_double, "", options_with(70.0_c_double, 3.0_c_double))
  call compare_spectrum("bw20_cut1", 11790.0_c_double, 1.0_c_double, "", options_with(20.0_c_double, 1.0_c_double))
  call compare_spectrum("cut0p5", 11790.0_c_double, 1.0_c_double, "", options_with(70.0_c_double, 0.5_c_double))
  call compare_spectrum("nocut", 11790.0_c_double, 1.0_c_double, "", &
    options_with(70.0_c_double, ieee_value(1.0_c_double, ieee_positive_inf)))
  call compare_spectrum("step7p7_bw250", 11790.0_c_double, 7.7_c_double, "", options_with(250.0_c_double, 3.0_c_double))
  call compare_spectrum("window_clip", 12300.0_c_double, 1.0_c_double, "", options_with(70.0_c_double, 3.0_c_double))
  call compare_spectrum("window_empty_bands", 20000.0_c_double, 1.0_c_double, "", options_with(70.0_c_double, 3.0_c_double))
  call compare_spectrum("bw0p4_narrow", 11790.0_c_double, 1.0_c_double, "", options_with(0.4_c_double, 3.0_c_double))

  options = hl_exciton_options(fwhm_by=HL_FWHM_PER_EXCITON, fwhm_values=reference_values("het_fwhm"), &
    fwhm_cd_values=reference_values("het_fwhm_cd"))
  call compare_spectrum("het", 11790.0_c_double, 1.0_c_double, "", options)
  call conclude("test_reference")

contains

  function options_with(fwhm, cutoff) result(options)
    real(c_double), intent(in) :: fwhm, cutoff
    type(hl_exciton_options) :: options
    options%fwhm = fwhm
    options%cutoff = cutoff
  end function options_with

  subroutine compare_sticks(prefix, options)
    character(len=*), intent(in) :: prefix
    type(hl_exciton_options), intent(in) :: options
    real(c_double) :: energies(7), dipole_strengths(7), rotational_strengths(7), exciton_dipoles(3, 7), eigenvectors(7, 7)
    real(c_double) :: expected_vectors(7, 7), expected_dipoles(3, 7)
    integer :: k, n
    call hl_exciton_sticks(hamiltonian, dipoles, positions, energies, dipole_strengths, rotational_strengths, &
      exciton_dipoles, eigenvectors, options)
    n = size(reference_values(prefix // "energies"))
    call within(energies(:n), reference_values(prefix // "energies"), 1e-9_c_double, prefix // "energies")
    call within_of_largest(dipole_strengths(:n), reference_values(prefix // "dipole_strengths"), 1e-10_c_double, &
      prefix // "dipole_strengths")
    call within_of_largest(rotational_strengths(:n), reference_values(prefix // "rotational_strengths"), 1e-10_c_double, &
      prefix // "rotational_strengths")
    call claim(all(energies(n + 1:) == 0) .and. all(dipole_strengths(n + 1:) == 0) &
      .and. all(rotational_strengths(n + 1:) == 0) .and. all(eigenvectors(:, n + 1:) == 0), &
      prefix // "sticks: the slots of deleted pigments are 0")
    if (prefix /= "") return
    ! The reference's arrays are in C order: [exciton][xyz] is dipoles(xyz, exciton), [site][exciton] needs a transposition.
    expected_dipoles = reshape(reference_values("exciton_dipoles"), [3, 7])
    expected_vectors = transpose(reshape(reference_values("eigenvectors"), [7, 7]))
    do k = 1, 7 ! the sign of an eigenvector is free
      if (dot_product(expected_vectors(:, k), eigenvectors(:, k)) < 0) then
        expected_vectors(:, k) = -expected_vectors(:, k)
        expected_dipoles(:, k) = -expected_dipoles(:, k)
      end if
    end do
    call within(reshape(eigenvectors, [49]), reshape(expected_vectors, [49]), 1e-10_c_double, "eigenvectors(site, exciton)")
    call within(reshape(exciton_dipoles, [21]), reshape(expected_dipoles, [21]), 1e-10_c_double, "exciton_dipoles(xyz, exciton)")
  end subroutine compare_sticks

  subroutine compare_sixteen_sites()
    real(c_double) :: energies(16), dipole_strengths(16), rotational_strengths(16)
    call hl_exciton_sticks(reshape(reference_values("site16_ham"), [16, 16]), reshape(reference_values("site16_mus"), [3, 16]), &
      reshape(reference_values("site16_rs"), [3, 16]), energies, dipole_strengths, rotational_strengths)
    call within(energies, reference_values("site16_energies"), 1e-9_c_double, "16 sites: energies")
    call within_of_largest(dipole_strengths, reference_values("site16_dipole_strengths"), 1e-10_c_double, &
      "16 sites: dipole_strengths")
    call within_of_largest(rotational_strengths, reference_values("site16_rotational_strengths"), 1e-10_c_double, &
      "16 sites: rotational_strengths")
  end subroutine compare_sixteen_sites

  subroutine compare_spectrum(name, x_from, x_step, sticks_prefix, options)
    character(len=*), intent(in) :: name, sticks_prefix
    real(c_double), intent(in) :: x_from, x_step
    type(hl_exciton_options), intent(in) :: options
    type(hl_exciton_options) :: direct
    real(c_double), allocatable :: expected_absorption(:), expected_cd(:), grid(:), absorption(:), cd(:)
    integer :: i
    expected_absorption = reference_values(name // "_absorption")
    expected_cd = reference_values(name // "_cd")
    allocate (absorption(size(expected_cd)), cd(size(expected_cd)))
    grid = [(x_from + (i - 1) * x_step, i=1, size(expected_cd))]
    call hl_exciton_spectrum(hamiltonian, dipoles, positions, grid, absorption, cd, options)
    call within_of_largest(absorption, expected_absorption, 5e-11_c_double, name // ": absorption")
    call within_of_largest(cd, expected_cd, 5e-11_c_double, name // ": cd")

    direct = options
    direct%broadening = HL_BROADENING_DIRECT
    if (allocated(direct%deleted)) deallocate (direct%deleted)
    call hl_exciton_broaden(reference_values(sticks_prefix // "energies"), &
      reference_values(sticks_prefix // "dipole_strengths"), reference_values(sticks_prefix // "rotational_strengths"), &
      grid, absorption, cd, direct)
    call within_of_largest(absorption, expected_absorption, 1e-13_c_double, &
      name // ": absorption, direct sum of the reference's sticks")
    call within_of_largest(cd, expected_cd, 1e-13_c_double, &
      name // ": cd, direct sum of the reference's sticks")
  end subroutine compare_spectrum

  subroutine within_of_largest(values, expected, tolerance, text)
    real(c_double), intent(in) :: values(:), expected(:), tolerance
    character(len=*), intent(in) :: text
    call within(values, expected, tolerance * largest(expected), text)
  end subroutine within_of_largest

  subroutine within(values, expected, tolerance, text)
    real(c_double), intent(in) :: values(:), expected(:), tolerance
    character(len=*), intent(in) :: text
    character(len=80) :: detail
    write (detail, "('difference ', es10.3, ', tolerance ', es10.3)") largest(values - expected), tolerance
    call claim(largest(values - expected) <= tolerance, text, detail)
  end subroutine within
end program test_reference
