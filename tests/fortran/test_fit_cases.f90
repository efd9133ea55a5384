! The shared table of fits (tests/cases/exciton_fit.txt, whose head says what a row means): the same bits with 1, 2 and 7
! threads, and files for the comparison of languages.
program test_fit_cases
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_int64_t
  use check
  use hotloop
  implicit none

  type :: fit_case
    character(len=64) :: name, set
    integer :: n_conf, n_site, n_grid, frequency_prefactor, delete, ld, variants, drawn
    real(c_double) :: x_from, x_step, fwhm, fwhm_cd
  end type fit_case

  type(fit_case) :: row
  real(c_double), allocatable :: first(:), again(:)
  character(len=400) :: folder, line
  character(len=8) :: threads
  integer, parameter :: thread_counts(3) = [1, 2, 7]
  integer :: table, file, status, t, previous

  call get_environment_variable("HOTLOOP_RESULTS", folder)
  open (newunit=table, file="tests/cases/exciton_fit.txt", status="old", action="read")
  do
    read (table, "(a)", iostat=status) line
    if (status /= 0) exit
    if (line == "" .or. line(1:1) == "#") cycle
    read (line, *) row%name, row%set, row%n_conf, row%n_site, row%x_from, row%x_step, row%n_grid, row%fwhm, row%fwhm_cd, &
      row%frequency_prefactor, row%delete, row%ld, row%variants, row%drawn
    do t = 1, size(thread_counts)
      previous = hl_set_num_threads_local(thread_counts(t))
      again = compute(row)
      previous = hl_set_num_threads_local(previous)
      if (t == 1) first = again
      write (threads, "(i0)") thread_counts(t)
      call claim(same_bits(first, again), trim(row%name) // ": same bits with " // trim(threads) // " threads")
    end do
    open (newunit=file, file=trim(folder) // "/fortran/" // trim(row%name) // ".f64", status="replace", action="write", &
      access="stream", form="unformatted")
    write (file) first
    close (file)
  end do
  close (table)
  call conclude("test_fit_cases")

contains

  ! In the order of the result file.
  function compute(row) result(found)
    type(fit_case), intent(in) :: row
    real(c_double), allocatable :: found(:)
    real(c_double), allocatable :: stored(:), hamiltonians(:, :, :), dipoles(:, :, :), positions(:, :, :)
    real(c_double), allocatable :: absorption(:), cd(:), values(:), prior(:), prior_sigma(:), gradient(:), model(:)
    real(c_double), allocatable :: cd_model(:), slopes(:, :), cd_slopes(:, :)
    real(c_double), allocatable :: errors(:), covariance(:, :), correlation(:, :)
    real(c_double), allocatable, target :: grid(:), measured(:), axis(:), weights(:), energies(:, :)
    real(c_double), allocatable, target :: factor(:, :), sigma(:, :), ld(:), ld_slopes(:, :)
    logical, allocatable, target :: lacking(:, :)
    integer(c_int32_t), allocatable :: parameters(:, :)
    real(c_double) :: misfit
    type(hl_exciton_options) :: options
    type(hl_exciton_fit_options) :: how
    type(hl_exciton_sample) :: sample
    integer :: n, g, p, m, k, file, bytes
    n = row%n_site
    g = row%n_grid
    open (newunit=file, file="tests/cases/" // trim(row%set) // ".f64", status="old", action="read", access="stream", &
      form="unformatted")
    inquire (unit=file, size=bytes)
    allocate (stored(bytes / 8))
    read (file) stored
    close (file)
    m = size(stored) / (n * n + 6 * n)
    hamiltonians = reshape(stored(:m * n * n), [n, n, m])
    dipoles = reshape(stored(m * n * n + 1:m * n * (n + 3)), [3, n, m])
    positions = reshape(stored(m * n * (n + 3) + 1:), [3, n, m])
    do k = 1, m
      hamiltonians(:, :, k) = transpose(hamiltonians(:, :, k))
    end do

    grid = [(row%x_from + k * row%x_step, k = 0, g - 1)]
    absorption = [(mod(37 * k, 101) / 4.0_c_double, k = 0, g - 1)]
    cd = [((mod(53 * k, 97) - 48) / 8.0_c_double, k = 0, g - 1)]
    measured = [((mod(29 * k, 89) - 44) / 2.0_c_double, k = 0, g - 1)]
    p = n + 2 + row%variants - merge(1, 0, row%delete > 0)
    allocate (parameters(3, p), source=0_c_int32_t)
    parameters(1, :) = HL_PARAMETER_SITE_ENERGY
    parameters(2, :p - 2 - row%variants) = pack([(int(k, c_int32_t), k = 0, n - 1)], [(k + 1 /= row%delete, k = 0, n - 1)])
    p = p - row%variants
    parameters(:, p - 1) = [HL_PARAMETER_SCALE, HL_SPECTRUM_ALL, 0]
    parameters(:, p) = [HL_PARAMETER_SHIFT, HL_SPECTRUM_ABSORPTION, 0]
    if (row%variants > 0) parameters(:, p + 1) = [HL_PARAMETER_VARIANT_SITE_ENERGY, 0, 1]
    p = p + row%variants
    values = [(2.0_c_double * (mod(5 * k, 7) - 3), k = 0, p - 1)]
    values(p - 1 - row%variants) = 1.25_c_double
    allocate (prior(p), source=0.0_c_double)
    prior(p - 1 - row%variants) = 1
    allocate (prior_sigma(p), source=50.0_c_double)

    options%fwhm = row%fwhm
    options%fwhm_cd = row%fwhm_cd
    options%frequency_prefactor = row%frequency_prefactor > 0
    options%deleted = [(k == row%delete, k = 1, n)]
    axis = [1.0_c_double, -2.0_c_double, 0.5_c_double]
    weights = [1.0_c_double, -0.5_c_double]
    allocate (energies(n, 2), source=0.0_c_double)
    energies(:, 2) = [(4.0_c_double * k, k = 1, n)]
    allocate (lacking(n, 2), source=.false.)
    lacking(n, 2) = .true.
    factor = reshape([(30.0_c_double + 2 * k, k = 0, n - 1), (10.0_c_double - k, k = 0, n - 1)], [n, 2])
    allocate (sigma(n, n), source=2.0_c_double)
    allocate (ld(g * row%ld), ld_slopes(g * row%ld, p), gradient(p), model(g), cd_model(g), slopes(g, p), cd_slopes(g, p), &
      errors(p), &
      covariance(p, p), correlation(p, p))
    sample%axis => axis
    if (row%ld > 0) then
      sample%ld_grid => grid
      sample%ld_measured => measured
      sample%ld => ld
    end if
    if (row%variants > 0) then
      sample%variant_weights => weights
      sample%variant_deleted => lacking
      sample%variant_energies => energies
    end if
    if (row%drawn > 0) then
      sample%members = row%n_conf
      sample%site_factor => factor
      sample%coupling_sigma => sigma
      sample%seed = 11
      sample%first_member = 3
    end if
    how = hl_exciton_fit_defaults()
    how%max_iterations = 4
    if (row%drawn > 0) then
      call hl_exciton_residual_gradient(hamiltonians(:, :, 1), dipoles(:, :, 1), positions(:, :, 1), parameters, values, &
        grid, absorption, &
        cd_grid=grid, cd_measured=cd, misfit=misfit, gradient=gradient, absorption=model, cd=cd_model, options=options, &
          sample=sample)
      sample%ld => null()
      if (row%ld > 0) sample%ld_jacobian => ld_slopes
      call hl_exciton_jacobian(hamiltonians(:, :, 1), dipoles(:, :, 1), positions(:, :, 1), parameters, values, grid, grid, &
        absorption_jacobian=slopes, cd_jacobian=cd_slopes, options=options, sample=sample)
      sample%ld_jacobian => null()
      call hl_exciton_fit(hamiltonians(:, :, 1), dipoles(:, :, 1), positions(:, :, 1), parameters, values, grid, &
        absorption, cd_grid=grid, &
        cd_measured=cd, standard_errors=errors, covariance=covariance, correlation=correlation, prior=prior, &
          prior_sigma=prior_sigma, &
        options=options, fit_options=how, sample=sample)
    else
      call hl_exciton_residual_gradient(hamiltonians, dipoles, positions, parameters, values, grid, absorption, cd_grid=grid, &
        cd_measured=cd, misfit=misfit, gradient=gradient, absorption=model, cd=cd_model, options=options, sample=sample)
      sample%ld => null()
      if (row%ld > 0) sample%ld_jacobian => ld_slopes
      call hl_exciton_jacobian(hamiltonians, dipoles, positions, parameters, values, grid, grid, absorption_jacobian=slopes, &
        cd_jacobian=cd_slopes, options=options, sample=sample)
      sample%ld_jacobian => null()
      call hl_exciton_fit(hamiltonians, dipoles, positions, parameters, values, grid, absorption, cd_grid=grid, cd_measured=cd, &
        standard_errors=errors, covariance=covariance, correlation=correlation, prior=prior, prior_sigma=prior_sigma, &
          options=options, &
        fit_options=how, sample=sample)
    end if
    found = [misfit, gradient, model, cd_model, ld, transpose(slopes), transpose(cd_slopes), transpose(ld_slopes), values, &
      errors, covariance, &
      correlation]
  end function compute
end program test_fit_cases
