! Fits from Fortran: known shifts are found again, sections are read in place, and what is wrong is said.
program test_fit
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_ptrdiff_t
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
  call conclude("test_fit")
end program test_fit
