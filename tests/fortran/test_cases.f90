! Every row of the shared case table in its layout, with files for the comparison of languages; the same bits with 1, 2 and 7
! threads; and nothing written beside the elements of a spaced array.
program test_cases
  use, intrinsic :: iso_c_binding, only: c_double, c_int8_t, c_ptrdiff_t, c_loc, c_sizeof
  use check
  use cases
  use hotloop
  use hotloop_c, only: c_options => hl_exciton_options, c_options_init => hl_exciton_options_init, &
    c_sticks => hl_exciton_sticks, c_spectrum => hl_exciton_spectrum, c_broaden => hl_exciton_broaden
  implicit none

  type(exciton_case), allocatable :: rows(:)
  type(case_results) :: results, again
  character(len=400) :: folder
  character(len=8) :: threads
  integer, parameter :: thread_counts(3) = [1, 2, 7]
  integer :: i, t, previous

  call get_environment_variable("HOTLOOP_RESULTS", folder)
  rows = read_cases()
  call claim(size(rows) > 0, "the case table has rows")
  do i = 1, size(rows)
    results = run_case(rows(i), rows(i)%layout)
    call write_results(trim(folder) // "/fortran", rows(i), results)
    do t = 1, size(thread_counts)
      previous = hl_set_num_threads_local(thread_counts(t))
      again = run_case(rows(i), CONTIGUOUS)
      previous = hl_set_num_threads_local(previous)
      write (threads, "(i0)") thread_counts(t)
      call claim(same_results(results, again), trim(rows(i)%name) // ": same bits contiguous and with " // trim(threads) // &
        " threads")
    end do
  end do
  call conclude("test_cases")

contains

  function run_case(row, layout) result(results)
    type(exciton_case), intent(in) :: row
    integer, intent(in) :: layout
    type(case_results) :: results
    if (layout == PERMUTED) then
      results = run_permuted(row)
    else
      results = run_sections(row, layout)
    end if
  end function run_case

  ! Layouts 0, 1, 2 and 4 as sections of storage that is `step` times as long along every axis.
  function run_sections(row, layout) result(results)
    type(exciton_case), intent(in) :: row
    integer, intent(in) :: layout
    type(case_results) :: results, storage
    type(case_inputs) :: inputs, input_storage
    type(exciton_case) :: larger
    real(c_double), parameter :: unset = -77.0_c_double
    integer :: step, n, m, g, gaps

    inputs = read_inputs(row)
    n = row%n_site
    m = row%n_conf
    g = row%n_grid
    step = merge(2, 1, layout == SPACED)
    larger = row
    larger%n_site = step * n
    larger%n_conf = step * m
    larger%n_grid = step * g
    storage = new_results(larger)
    deallocate (storage%exciton_dipoles)
    allocate (storage%exciton_dipoles(step * 3, step * n, step * m), source=unset)
    allocate (input_storage%hamiltonians(step * n, step * n, step * m), source=unset)
    allocate (input_storage%dipoles(step * 3, step * n, step * m), source=unset)
    allocate (input_storage%positions(step * 3, step * n, step * m), source=unset)
    allocate (input_storage%grid(step * g), source=unset)
    results = new_results(row)

    associate (from => input_storage, to => storage)
      select case (layout)
      case (CONTIGUOUS)
        call run(row, inputs, results, from%hamiltonians, from%dipoles, from%positions, from%grid, to%energies, &
          to%dipole_strengths, to%rotational_strengths, to%exciton_dipoles, to%eigenvectors, to%absorption, to%cd, &
          to%broadened_absorption, to%broadened_cd)
      case (REVERSED)
        call run(row, inputs, results, from%hamiltonians(n:1:-1, n:1:-1, m:1:-1), from%dipoles(3:1:-1, n:1:-1, m:1:-1), &
          from%positions(3:1:-1, n:1:-1, m:1:-1), from%grid(g:1:-1), to%energies(n:1:-1, m:1:-1), &
          to%dipole_strengths(n:1:-1, m:1:-1), to%rotational_strengths(n:1:-1, m:1:-1), &
          to%exciton_dipoles(3:1:-1, n:1:-1, m:1:-1), to%eigenvectors(n:1:-1, n:1:-1, m:1:-1), to%absorption(g:1:-1), &
          to%cd(g:1:-1), to%broadened_absorption(g:1:-1), to%broadened_cd(g:1:-1))
      case (SPACED)
        call run(row, inputs, results, from%hamiltonians(1::2, 1::2, 1::2), from%dipoles(1::2, 1::2, 1::2), &
          from%positions(1::2, 1::2, 1::2), from%grid(1::2), to%energies(1::2, 1::2), to%dipole_strengths(1::2, 1::2), &
          to%rotational_strengths(1::2, 1::2), to%exciton_dipoles(1::2, 1::2, 1::2), to%eigenvectors(1::2, 1::2, 1::2), &
          to%absorption(1::2), to%cd(1::2), to%broadened_absorption(1::2), to%broadened_cd(1::2))
        gaps = count(to%energies /= unset) + count(to%dipole_strengths /= unset) + count(to%rotational_strengths /= unset) + &
          count(to%exciton_dipoles /= unset) + count(to%eigenvectors /= unset) + count(to%absorption /= unset) + &
          count(to%cd /= unset)
        call claim(gaps <= 3 * n * m + 3 * n * m + n * n * m + 2 * g, &
          trim(row%name) // ": nothing is written beside the elements of spaced arrays")
      case (BROADCAST)
        call run_broadcast(row, inputs, results)
      end select
    end associate
  end function run_sections

  ! None of these dummies is `target` or `contiguous`: the sections go on to hotloop as they are.
  subroutine run(row, inputs, results, hamiltonians, dipoles, positions, grid, energies, dipole_strengths, &
      rotational_strengths, exciton_dipoles, eigenvectors, absorption, cd, broadened_absorption, broadened_cd)
    type(exciton_case), intent(in) :: row
    type(case_inputs), intent(in) :: inputs
    type(case_results), intent(inout) :: results
    real(c_double), intent(inout) :: hamiltonians(:, :, :), dipoles(:, :, :), positions(:, :, :), grid(:)
    real(c_double), intent(inout) :: energies(:, :), dipole_strengths(:, :), rotational_strengths(:, :)
    real(c_double), intent(inout) :: exciton_dipoles(:, :, :), eigenvectors(:, :, :)
    real(c_double), intent(inout) :: absorption(:), cd(:), broadened_absorption(:), broadened_cd(:)
    type(hl_exciton_options) :: options
    character(len=400) :: message
    integer :: stat

    options = options_of(row)
    hamiltonians = inputs%hamiltonians
    dipoles = inputs%dipoles
    positions = inputs%positions
    grid = inputs%grid
    message = ""
    call hl_exciton_sticks(hamiltonians, dipoles, positions, energies, dipole_strengths, rotational_strengths, &
      exciton_dipoles, eigenvectors, options, stat, message)
    call claim(stat == HL_OK, trim(row%name) // ": hl_exciton_sticks", message)
    call hl_exciton_spectrum(hamiltonians, dipoles, positions, grid, absorption, cd, options, stat=stat, errmsg=message)
    call claim(stat == HL_OK, trim(row%name) // ": hl_exciton_spectrum", message)
    if (row%fwhm_by /= HL_FWHM_PER_SITE) then
      call hl_exciton_broaden(energies, dipole_strengths, rotational_strengths, grid, broadened_absorption, broadened_cd, &
        options, stat=stat, errmsg=message)
      call claim(stat == HL_OK, trim(row%name) // ": hl_exciton_broaden", message)
    end if
    results%energies = energies
    results%dipole_strengths = dipole_strengths
    results%rotational_strengths = rotational_strengths
    results%exciton_dipoles = exciton_dipoles
    results%eigenvectors = eigenvectors
    results%absorption = absorption
    results%cd = cd
    results%broadened_absorption = broadened_absorption
    results%broadened_cd = broadened_cd
  end subroutine run

  ! Layout 4: dipoles and positions of rank 2 are shared by all configurations.
  subroutine run_broadcast(row, inputs, results)
    type(exciton_case), intent(in) :: row
    type(case_inputs), intent(in) :: inputs
    type(case_results), intent(inout) :: results
    type(hl_exciton_options) :: options
    options = options_of(row)
    call hl_exciton_sticks(inputs%hamiltonians, inputs%dipoles(:, :, 1), inputs%positions(:, :, 1), results%energies, &
      results%dipole_strengths, results%rotational_strengths, results%exciton_dipoles, results%eigenvectors, options)
    call hl_exciton_spectrum(inputs%hamiltonians, inputs%dipoles(:, :, 1), inputs%positions(:, :, 1), inputs%grid, &
      results%absorption, results%cd, options)
    if (row%fwhm_by /= HL_FWHM_PER_SITE) call hl_exciton_broaden(results%energies, results%dipole_strengths, &
      results%rotational_strengths, inputs%grid, results%broadened_absorption, results%broadened_cd, options)
  end subroutine run_broadcast

  ! Layout 3: arrays in C's order, which no Fortran section of such an array has; they go through hotloop_c with explicit
  ! strides. The arrays are declared with their axes turned round, and the results turned back.
  function run_permuted(row) result(results)
    type(exciton_case), intent(in) :: row
    type(case_results) :: results
    type(case_inputs) :: inputs
    type(hl_exciton_options) :: chosen
    type(c_options) :: options
    integer(c_int8_t), allocatable, target :: deleted(:)
    real(c_double), allocatable, target :: fwhm_values(:), fwhm_cd_values(:), grid(:)
    real(c_double), allocatable, target :: hamiltonians(:, :, :), dipoles(:, :, :), positions(:, :, :)
    real(c_double), allocatable, target :: energies(:, :), dipole_strengths(:, :), rotational_strengths(:, :)
    real(c_double), allocatable, target :: exciton_dipoles(:, :, :), eigenvectors(:, :, :)
    real(c_double), allocatable, target :: absorption(:), cd(:)
    integer(c_ptrdiff_t) :: n, m, matrix(3), vector(3), level(2)
    integer :: status, k

    inputs = read_inputs(row)
    chosen = options_of(row)
    results = new_results(row)
    n = row%n_site
    m = row%n_conf
    allocate (hamiltonians(m, n, n), dipoles(m, n, 3), positions(m, n, 3), grid(row%n_grid))
    allocate (energies(m, n), dipole_strengths(m, n), rotational_strengths(m, n), exciton_dipoles(m, n, 3), &
      eigenvectors(m, n, n), absorption(row%n_grid), cd(row%n_grid))
    do k = 1, row%n_conf
      hamiltonians(k, :, :) = inputs%hamiltonians(:, :, k)
      dipoles(k, :, :) = transpose(inputs%dipoles(:, :, k))
      positions(k, :, :) = transpose(inputs%positions(:, :, k))
    end do
    grid = inputs%grid
    matrix = [1_c_ptrdiff_t, m, m * n] ! the configuration runs fastest
    vector = [1_c_ptrdiff_t, m, m * n]
    level = [1_c_ptrdiff_t, m]

    status = c_options_init(options, c_sizeof(options))
    call claim(status == HL_OK, trim(row%name) // ": hotloop_c: hl_exciton_options_init")
    options%lineshape = chosen%lineshape
    options%fwhm_by = chosen%fwhm_by
    options%normalization = chosen%normalization
    options%cd_scale = chosen%cd_scale
    options%broadening = chosen%broadening
    options%frequency_prefactor = merge(1, 0, chosen%frequency_prefactor)
    options%normalize_dipoles = merge(1, 0, chosen%normalize_dipoles)
    options%fwhm = chosen%fwhm
    options%fwhm_cd = chosen%fwhm_cd
    options%lorentzian_fwhm = chosen%lorentzian_fwhm
    options%cutoff = chosen%cutoff
    options%energy_offset = chosen%energy_offset
    if (allocated(chosen%fwhm_values)) then
      fwhm_values = chosen%fwhm_values
      fwhm_cd_values = chosen%fwhm_cd_values
      options%fwhm_values = c_loc(fwhm_values)
      options%fwhm_cd_values = c_loc(fwhm_cd_values)
    end if
    if (allocated(chosen%deleted)) then
      allocate (deleted(n))
      deleted = merge(1_c_int8_t, 0_c_int8_t, chosen%deleted)
      options%deleted = c_loc(deleted)
    end if

    status = c_sticks(m, n, c_loc(hamiltonians), matrix, c_loc(dipoles), vector, c_loc(positions), vector, c_loc(energies), &
      level, c_loc(dipole_strengths), level, c_loc(rotational_strengths), level, c_loc(exciton_dipoles), vector, &
      c_loc(eigenvectors), matrix, options)
    call claim(status == HL_OK, trim(row%name) // ": hotloop_c: hl_exciton_sticks", hl_last_error_message())
    status = c_spectrum(m, n, size(grid, kind=c_ptrdiff_t), c_loc(hamiltonians), matrix, c_loc(dipoles), vector, &
      c_loc(positions), vector, weights=null_address(), grid=c_loc(grid), absorption=c_loc(absorption), cd=c_loc(cd), &
      options=options)
    call claim(status == HL_OK, trim(row%name) // ": hotloop_c: hl_exciton_spectrum", hl_last_error_message())
    do k = 1, row%n_conf
      results%energies(:, k) = energies(k, :)
      results%dipole_strengths(:, k) = dipole_strengths(k, :)
      results%rotational_strengths(:, k) = rotational_strengths(k, :)
      results%exciton_dipoles(:, :, k) = transpose(exciton_dipoles(k, :, :))
      results%eigenvectors(:, :, k) = eigenvectors(k, :, :)
    end do
    results%absorption = absorption
    results%cd = cd
    if (row%fwhm_by /= HL_FWHM_PER_SITE) then
      status = c_broaden(m, n, size(grid, kind=c_ptrdiff_t), c_loc(energies), level, c_loc(dipole_strengths), level, &
        c_loc(rotational_strengths), level, weights=null_address(), grid=c_loc(grid), absorption=c_loc(absorption), &
        cd=c_loc(cd), options=options)
      call claim(status == HL_OK, trim(row%name) // ": hotloop_c: hl_exciton_broaden", hl_last_error_message())
      results%broadened_absorption = absorption
      results%broadened_cd = cd
    end if
  end function run_permuted

  function null_address()
    use, intrinsic :: iso_c_binding, only: c_ptr, c_null_ptr
    type(c_ptr) :: null_address
    null_address = c_null_ptr
  end function null_address
end program test_cases
