! Fits from Fortran: known shifts are found again, sections are read in place, and what is wrong is said.
program test_fit
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_int64_t, c_ptrdiff_t
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_positive_inf
  use check
  use hotloop
  use reference
  implicit none

  integer, parameter :: n = 7, n_conf = 3, n_point = 150
  real(c_double) :: hamiltonians(n, n, n_conf), moved(n, n, n_conf), dipoles(3, n), positions(3, n)
  real(c_double) :: grid(n_point), absorption(n_point), cd(n_point), sigma(n_point), columns(2, n_point)
  real(c_double) :: truth(n), values(n), errors(n), covariance(n, n), correlation(n, n), strided(2 * n)
  integer(c_int32_t) :: parameters(3, n), i, c
  type(hl_exciton_options) :: options
  type(hl_exciton_fit_options) :: how
  type(hl_exciton_fit_result) :: result
  integer :: stat
  character(len=400) :: message

  dipoles = reshape(reference_values("dipoles"), [3, n])
  positions = reshape(reference_values("positions"), [3, n])
  do c = 1, n_conf
    hamiltonians(:, :, c) = reshape(reference_values("hamiltonian"), [n, n])
    do i = 1, n
      hamiltonians(i, i, c) = hamiltonians(i, i, c) + 17.0_c_double * mod(i * c * 5, 7)
    end do
  end do
  do i = 1, n
    truth(i) = 10.0_c_double * sin(real(i, c_double))
    parameters(:, i) = [HL_PARAMETER_SITE_ENERGY, i - 1, 0]
  end do
  moved = hamiltonians
  do i = 1, n
    moved(i, i, :) = moved(i, i, :) + truth(i)
  end do
  grid = [(11800.0_c_double + 8.0_c_double * i, i = 1, n_point)]
  options%cutoff = ieee_value(1.0_c_double, ieee_positive_inf)
  call hl_exciton_spectrum(moved, dipoles, positions, grid, absorption, cd, options)
  columns(1, :) = absorption
  columns(2, :) = cd
  sigma = 1.0e-4_c_double

  values = 0
  call hl_exciton_fit(hamiltonians, dipoles, positions, parameters, values, grid, columns(1, :), sigma, grid, &
    columns(2, :), sigma, standard_errors=errors, covariance=covariance, correlation=correlation, &
    absorption=absorption, result=result)
  call claim(all(abs(values - truth) < 1.0e-6_c_double), "a fit finds what made its spectra")
  call claim(all(errors > 0) .and. all(abs([(covariance(i, i), i = 1, n)] - errors**2) <= 1.0e-12_c_double * errors**2), &
    "standard errors are the roots of the covariance")
  call claim(all(abs(absorption - columns(1, :)) < 1.0e-6_c_double), "the model is written")
  call claim(result%reason >= HL_FIT_ENDED_MISFIT .and. result%reason <= HL_FIT_ENDED_GRADIENT .and. &
    result%misfit < result%initial_misfit, "the result says how the fit ended")

  strided(1::2) = 0
  how = hl_exciton_fit_defaults()
  how%max_iterations = 50
  call hl_exciton_fit(hamiltonians, dipoles, positions, parameters, strided(1::2), grid, columns(1, :), sigma, grid, &
    columns(2, :), sigma, upper=[(5.0_c_double, i = 1, n)], lower=[(-100.0_c_double, i = 1, n)], &
    fit_options=how, stat=stat, errmsg=message)
  call claim(stat == HL_OK .and. maxval(strided(1::2)) <= 5.0_c_double, "bounds hold, and sections are written in place")

  values = 0
  call hl_exciton_fit(hamiltonians, dipoles, positions, parameters, values, grid, columns(1, 2:), stat=stat, errmsg=message)
  call claim(stat == HL_ERR_SHAPE .and. index(message, "absorption_measured: extents (149) where (150)") > 0, &
    "a short array is refused", message)
  call hl_exciton_fit(hamiltonians, dipoles, positions, parameters(:2, :), values, grid, columns(1, :), stat=stat, errmsg=message)
  call claim(stat == HL_ERR_SHAPE .and. index(message, "parameters: its first extent is not 3") > 0, &
    "two rows are refused", message)
  parameters(2, 1) = 7
  call hl_exciton_fit(hamiltonians, dipoles, positions, parameters, values, grid, columns(1, :), stat=stat, errmsg=message)
  call claim(stat == HL_ERR_ARGUMENT .and. index(message, "row 0 names site 7") > 0 .and. all(abs(values) <= 0), &
    "a site that is not there is refused", message)
  parameters(2, 1) = 0

  call derivatives()
  call one_configuration()
  call ensembles()
  call samples()
  call conclude("test_fit")

contains

  subroutine derivatives()
    real(c_double) :: misfit, far(2), gradient(n), both(2, n), slopes(n_point, n), cd_slopes(n, n_point), at(n), moved_at(n)
    real(c_double) :: by_rows(n), model(n_point), cd_model(n_point)
    integer :: p, side
    at = 0.5_c_double * truth
    call hl_exciton_residual_gradient(hamiltonians, dipoles, positions, parameters, at, grid, columns(1, :), sigma, grid, &
      columns(2, :), sigma, misfit=misfit, gradient=both(2, :))
    gradient = both(2, :)
    do p = 1, n
      do side = 1, 2
        moved_at = at
        moved_at(p) = at(p) + (2 * side - 3) * 1.0e-3_c_double
        call hl_exciton_residual_gradient(hamiltonians, dipoles, positions, parameters, moved_at, grid, columns(1, :), sigma, &
          grid, columns(2, :), sigma, misfit=far(side))
      end do
      by_rows(p) = (far(2) - far(1)) / 2.0e-3_c_double
    end do
    call claim(all(abs(by_rows - gradient) < 1.0e-6_c_double * maxval(abs(gradient))), "the gradient is the difference quotient")
    ! A Jacobian whose rows lie along the other axis of a buffer is a transposed section.
    call hl_exciton_jacobian(hamiltonians, dipoles, positions, parameters, at, grid, grid, model, cd_model, slopes)
    call hl_exciton_jacobian(hamiltonians, dipoles, positions, parameters, at, cd_grid=grid, cd_jacobian=slopes(:, n:1:-1))
    cd_slopes = transpose(slopes(:, n:1:-1))
    call hl_exciton_jacobian(hamiltonians, dipoles, positions, parameters, at, grid, absorption_jacobian=slopes)
    by_rows = matmul((model - columns(1, :)) / sigma**2, slopes) + matmul(cd_slopes, (cd_model - columns(2, :)) / sigma**2)
    call claim(all(abs(by_rows - gradient) < 1.0e-9_c_double * maxval(abs(gradient))), "the gradient is J^T r")
    call hl_exciton_jacobian(hamiltonians, dipoles, positions, parameters, at, grid, absorption_jacobian=slopes(2:, :), &
      stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. index(message, "absorption_jacobian: extents (149, 7) where (150, 7)") > 0, &
      "a short Jacobian is refused", message)
    call hl_exciton_residual_gradient(hamiltonians, dipoles(1, :), positions, parameters, at, grid, columns(1, :), stat=stat, &
      errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. index(message, "dipoles: an array of another rank") > 0, &
      "a rank of 1 is refused", message)
  end subroutine derivatives

  subroutine one_configuration()
    real(c_double) :: found(n), made(n_point)
    call hl_exciton_spectrum(moved(:, :, 1), dipoles, positions, grid, made, cd, options)
    found = 0
    call hl_exciton_fit(hamiltonians(:, :, 1), dipoles, positions, parameters, found, grid, made, sigma, grid, cd, sigma)
    call claim(all(abs(found - truth) < 1.0e-5_c_double), "a single configuration is fitted")
  end subroutine one_configuration

  ! A drawn ensemble of a mutant less the wild type, with linear dichroism beside absorption.
  subroutine samples()
    integer, parameter :: n_unknown = n + 3, n_member = 30
    type(hl_exciton_sample) :: sample
    real(c_double), target :: members(n, n, n_member), factor(n, n), axis(3), ld(n_point), ld_grid(n_point)
    real(c_double), target :: weights(2), energies(n, 2), ld_measured(n_point), slopes(n_point, n_unknown)
    logical, target :: missing_pigments(n, 2)
    real(c_double) :: expected(n_point), expected_slopes(n_point, n_unknown), made(n_point), known(n_unknown), found(n_unknown)
    integer(c_int32_t) :: unknown(3, n_unknown)
    integer :: k
    factor = 0
    do k = 1, n
      factor(k, k) = 40.0_c_double
    end do
    unknown(:, :n) = parameters
    unknown(:, n + 1) = [HL_PARAMETER_VARIANT_SITE_ENERGY, 2, 1]
    unknown(:, n + 2) = [HL_PARAMETER_VARIANT_WEIGHT, 1, 0]
    unknown(:, n + 3) = [HL_PARAMETER_SCALE, HL_SPECTRUM_LD, 0]
    known = [truth, 45.0_c_double, 0.75_c_double, 0.8_c_double]
    axis = [0.0_c_double, 1.0_c_double, 2.0_c_double]
    weights = [-1.0_c_double, 0.9_c_double]
    energies = 0
    energies(2, 2) = 20
    missing_pigments = .false.
    missing_pigments(7, 2) = .true.
    ld_grid = grid
    sample%ld_grid => ld_grid
    sample%axis => axis
    sample%ld => ld
    sample%ld_jacobian => slopes
    sample%variant_weights => weights
    sample%variant_deleted => missing_pigments
    sample%variant_energies => energies
    call hl_exciton_disorder(hamiltonians(:, :, 1), factor, members, seed=3_c_int64_t)
    call hl_exciton_jacobian(members, dipoles, positions, unknown, known, grid, absorption=made, sample=sample)
    expected = ld
    expected_slopes = slopes
    sample%members = n_member
    sample%site_factor => factor
    sample%seed = 3
    call hl_exciton_jacobian(hamiltonians(:, :, 1), dipoles, positions, unknown, known, grid, absorption=made, sample=sample)
    call claim(all(abs(ld - expected) <= 0) .and. all(abs(slopes - expected_slopes) <= 0) .and. maxval(abs(ld)) > 0, &
      "a drawn ensemble has the bits of one in memory")
    ld_measured = ld
    sample%ld_measured => ld_measured
    sample%ld_jacobian => null()
    found = 0
    found(n + 2:) = 1
    call hl_exciton_fit(hamiltonians(:, :, 1), dipoles, positions, unknown, found, grid, made, sample=sample)
    call claim(all(abs(found - known) < 1.0e-6_c_double), "a fit finds what a mutation moves, and how much of it there is")
    sample%variant_energies => energies(2:, :)
    call hl_exciton_residual_gradient(hamiltonians(:, :, 1), dipoles, positions, unknown, found, grid, made, sample=sample, &
      stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. index(message, "sample%variant_energies: extents (6, 2) where (7, 2)") > 0, &
      "energies of too few sites are refused", message)
    sample%variant_energies => energies
    call hl_exciton_fit(members, dipoles, positions, unknown, found, grid, made, sample=sample, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. index(message, "with sample%members it is one") > 0, &
      "members about several Hamiltonians are refused", message)
  end subroutine samples

  subroutine ensembles()
    real(c_double) :: factor(n, n), members(n, n, 6), later(n, n, 2), ld(n_point, 3), made(n_point), coupled(n, n), r(3)
    real(c_double), parameter :: unit = 5034.1166_c_double
    real(c_double) :: expected
    integer :: k
    factor = 0
    do k = 1, n
      factor(k, k) = 40.0_c_double
    end do
    call hl_exciton_disorder(hamiltonians(:, :, 1), factor, members, seed=3_c_int64_t)
    call hl_exciton_disorder(hamiltonians(:, :, 1), factor, later, seed=3_c_int64_t, first_member=4_c_int64_t)
    call claim(all(abs(later - members(:, :, 5:6)) <= 0) .and. abs(members(2, 1, 1) - hamiltonians(2, 1, 1)) <= 0 .and. &
      abs(members(1, 1, 1) - hamiltonians(1, 1, 1)) > 0, "members are functions of seed and number")
    call hl_exciton_disorder(hamiltonians(:, :, 1), factor(2:, :), members, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. index(message, "site_factor: extents (6, 7) where (n_site, n_factor) is expected; " // &
      "the first extent must be 7") > 0, "a factor with too few rows is refused", message)

    do k = 1, 3
      call hl_exciton_linear_dichroism(hamiltonians, dipoles, grid, [(merge(2.0_c_double, 0.0_c_double, i == k), i = 1, 3)], &
        ld(:, k))
    end do
    call hl_exciton_spectrum(hamiltonians, dipoles, grid=grid, absorption=made)
    call claim(all(abs(sum(ld, 2)) < 1.0e-9_c_double * maxval(made)) .and. maxval(abs(ld)) > 0.01_c_double * maxval(made), &
      "linear dichroism about three axes adds up to nothing")

    coupled = -1
    call hl_exciton_point_dipole_couplings(dipoles, positions, coupled, screening=0.8_c_double)
    r = positions(:, 1) - positions(:, 3)
    expected = 0.8_c_double * unit * (dot_product(dipoles(:, 1), dipoles(:, 3)) / norm2(r)**3 &
      - 3 * dot_product(dipoles(:, 1), r) * dot_product(dipoles(:, 3), r) / norm2(r)**5)
    call claim(abs(coupled(1, 3) - expected) < 1.0e-6_c_double * abs(expected) .and. abs(coupled(3, 1) - coupled(1, 3)) <= 0 &
      .and. abs(coupled(2, 2) + 1) <= 0, "couplings are those of point dipoles, and the diagonal is left alone")
  end subroutine ensembles
end program test_fit
