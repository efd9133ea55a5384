! The shared case table (tests/cases/exciton.txt): a row, its inputs, its results, and the file that the results go to.
! The files are little-endian; elsewhere compile with -fconvert=little-endian.
module cases
  use, intrinsic :: iso_c_binding, only: c_double
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_positive_inf
  use check, only: same_bits
  use hotloop, only: hl_exciton_options, HL_FWHM_COMMON, HL_FWHM_PER_SITE
  implicit none
  private
  public :: exciton_case, case_inputs, case_results, read_cases, read_inputs, options_of, new_results, write_results, same_results

  integer, parameter, public :: CONTIGUOUS = 0, REVERSED = 1, SPACED = 2, PERMUTED = 3, BROADCAST = 4

  type :: exciton_case
    character(len=64) :: name, set
    integer :: n_conf, n_site, n_grid
    real(c_double) :: x_from, x_step
    integer :: lineshape, fwhm_by, normalization, cd_scale, broadening, frequency_prefactor, normalize_dipoles
    real(c_double) :: fwhm, fwhm_cd, lorentzian_fwhm, cutoff, energy_offset
    integer :: delete, layout
  end type exciton_case

  ! In Fortran's natural order: hamiltonians(site, site, conf), dipoles(xyz, site, conf).
  type :: case_inputs
    real(c_double), allocatable :: hamiltonians(:, :, :), dipoles(:, :, :), positions(:, :, :), grid(:)
  end type case_inputs

  type :: case_results
    real(c_double), allocatable :: energies(:, :), dipole_strengths(:, :), rotational_strengths(:, :)
    real(c_double), allocatable :: exciton_dipoles(:, :, :), eigenvectors(:, :, :)
    real(c_double), allocatable :: absorption(:), cd(:), broadened_absorption(:), broadened_cd(:)
  end type case_results

contains

  function read_cases() result(rows)
    type(exciton_case), allocatable :: rows(:)
    type(exciton_case) :: row
    character(len=400) :: line
    integer :: file, status
    allocate (rows(0))
    open (newunit=file, file="tests/cases/exciton.txt", status="old", action="read")
    do
      read (file, "(a)", iostat=status) line
      if (status /= 0) exit
      if (line == "" .or. line(1:1) == "#") cycle
      read (line, *) row%name, row%set, row%n_conf, row%n_site, row%x_from, row%x_step, row%n_grid, row%lineshape, &
        row%fwhm_by, row%normalization, row%cd_scale, row%broadening, row%frequency_prefactor, row%normalize_dipoles, &
        row%fwhm, row%fwhm_cd, row%lorentzian_fwhm, row%cutoff, row%energy_offset, row%delete, row%layout
      rows = [rows, row]
    end do
    close (file)
  end function read_cases

  function read_inputs(row) result(inputs)
    type(exciton_case), intent(in) :: row
    type(case_inputs) :: inputs
    real(c_double), allocatable :: columns_first(:, :, :)
    integer :: file, k
    allocate (columns_first(row%n_site, row%n_site, row%n_conf), inputs%hamiltonians(row%n_site, row%n_site, row%n_conf))
    allocate (inputs%dipoles(3, row%n_site, row%n_conf), inputs%positions(3, row%n_site, row%n_conf), inputs%grid(row%n_grid))
    open (newunit=file, file="tests/cases/" // trim(row%set) // ".f64", status="old", action="read", access="stream", &
      form="unformatted")
    read (file) columns_first, inputs%dipoles, inputs%positions
    close (file)
    do k = 1, row%n_conf
      inputs%hamiltonians(:, :, k) = transpose(columns_first(:, :, k))
    end do
    if (row%layout == BROADCAST) then
      inputs%dipoles = spread(inputs%dipoles(:, :, 1), 3, row%n_conf)
      inputs%positions = spread(inputs%positions(:, :, 1), 3, row%n_conf)
    end if
    inputs%grid = [(row%x_from + (k - 1) * row%x_step, k=1, row%n_grid)]
  end function read_inputs

  function options_of(row) result(options)
    type(exciton_case), intent(in) :: row
    type(hl_exciton_options) :: options
    integer :: k
    options%lineshape = row%lineshape
    options%fwhm_by = row%fwhm_by
    options%normalization = row%normalization
    options%cd_scale = row%cd_scale
    options%broadening = row%broadening
    options%frequency_prefactor = row%frequency_prefactor /= 0
    options%normalize_dipoles = row%normalize_dipoles /= 0
    options%fwhm = row%fwhm
    options%fwhm_cd = row%fwhm_cd
    options%lorentzian_fwhm = row%lorentzian_fwhm
    options%cutoff = row%cutoff
    if (row%cutoff < 0) options%cutoff = ieee_value(options%cutoff, ieee_positive_inf)
    options%energy_offset = row%energy_offset
    if (row%fwhm_by /= HL_FWHM_COMMON) then
      options%fwhm_values = [(row%fwhm + 5 * k, k=0, row%n_site - 1)]
      options%fwhm_cd_values = [(merge(row%fwhm_cd, row%fwhm, row%fwhm_cd > 0) + 7 * k, k=0, row%n_site - 1)]
    end if
    if (row%delete > 0) options%deleted = [(k == row%delete, k=1, row%n_site)]
  end function options_of

  ! Room for the results, filled with a value that no result has.
  function new_results(row) result(results)
    type(exciton_case), intent(in) :: row
    type(case_results) :: results
    real(c_double), parameter :: unset = -77.0_c_double
    allocate (results%energies(row%n_site, row%n_conf), source=unset)
    allocate (results%dipole_strengths(row%n_site, row%n_conf), source=unset)
    allocate (results%rotational_strengths(row%n_site, row%n_conf), source=unset)
    allocate (results%exciton_dipoles(3, row%n_site, row%n_conf), source=unset)
    allocate (results%eigenvectors(row%n_site, row%n_site, row%n_conf), source=unset)
    allocate (results%absorption(row%n_grid), results%cd(row%n_grid), source=unset)
    allocate (results%broadened_absorption(row%n_grid), results%broadened_cd(row%n_grid), source=unset)
  end function new_results

  ! C order of the logical arrays: only the eigenvectors (site, exciton) lie in another order here.
  subroutine write_results(folder, row, results)
    character(len=*), intent(in) :: folder
    type(exciton_case), intent(in) :: row
    type(case_results), intent(in) :: results
    integer :: file, k
    open (newunit=file, file=folder // "/" // trim(row%name) // ".f64", status="replace", action="write", access="stream", &
      form="unformatted")
    write (file) results%energies, results%dipole_strengths, results%rotational_strengths, results%exciton_dipoles
    do k = 1, row%n_conf
      write (file) transpose(results%eigenvectors(:, :, k))
    end do
    write (file) results%absorption, results%cd
    if (row%fwhm_by /= HL_FWHM_PER_SITE) write (file) results%broadened_absorption, results%broadened_cd
    close (file)
  end subroutine write_results

  pure logical function same_results(left, right)
    type(case_results), intent(in) :: left, right
    same_results = same_bits(left%energies, right%energies) &
      .and. same_bits(left%dipole_strengths, right%dipole_strengths) &
      .and. same_bits(left%rotational_strengths, right%rotational_strengths) &
      .and. same_bits(left%exciton_dipoles, right%exciton_dipoles) &
      .and. same_bits(left%eigenvectors, right%eigenvectors) &
      .and. same_bits(left%absorption, right%absorption) .and. same_bits(left%cd, right%cd) &
      .and. same_bits(left%broadened_absorption, right%broadened_absorption) &
      .and. same_bits(left%broadened_cd, right%broadened_cd)
  end function same_results
end module cases
