! Bad calls, one row a mistake: through the generic procedures, then the mistakes that only explicit addresses and strides can
! express, through hotloop_c.
program test_bad_input
  use, intrinsic :: iso_c_binding, only: c_double, c_int8_t, c_int32_t, c_ptrdiff_t, c_intptr_t, c_size_t, c_ptr, c_null_ptr, &
    c_loc, c_sizeof
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_quiet_nan, ieee_positive_inf
  use check
  use hotloop
  use hotloop_c, only: c_options => hl_exciton_options, c_options_init => hl_exciton_options_init, c_sticks => hl_exciton_sticks, &
    c_spectrum => hl_exciton_spectrum, c_convert => hl_units_convert
  use requests
  implicit none

  type(request) :: asked
  real(c_double) :: nan, infinity

  nan = ieee_value(nan, ieee_quiet_nan)
  infinity = ieee_value(infinity, ieee_positive_inf)

  call good_request_is_accepted()
  call extents()
  call values_of_arrays()
  call options()
  call missing_arrays()
  call units()
  call threads()
  call addresses_and_strides()
  call message_is_cut_to_its_variable()
  call conclude("test_bad_input")

contains

  subroutine good_request_is_accepted()
    character(len=600) :: message
    integer :: stat
    asked = good_request()
    call by_sticks(asked, stat, message)
    call claim(stat == HL_OK, "the unspoilt request is accepted by hl_exciton_sticks", message)
    asked = good_request()
    call by_spectrum(asked, stat, message)
    call claim(stat == HL_OK, "the unspoilt request is accepted by hl_exciton_spectrum", message)
    asked = good_request()
    call by_broaden(asked, stat, message)
    call claim(stat == HL_OK, "the unspoilt request is accepted by hl_exciton_broaden", message)
    message = "as before"
    call by_broaden(asked, stat, message)
    call claim(message == "as before", "errmsg keeps its value when the call succeeds")
  end subroutine good_request_is_accepted

  subroutine extents()
    asked = good_request()
    call replace_3(asked%hamiltonians, [3, 4, 4])
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_SHAPE, "hamiltonians", "matrices that are not square")
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_SHAPE, "hamiltonians", "matrices that are not square")
    asked = good_request()
    call replace_3(asked%dipoles, [2, 3, 4])
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_SHAPE, "dipoles", "dipoles of two components")
    asked = good_request()
    call replace_3(asked%dipoles, [3, 2, 4])
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_SHAPE, "dipoles", "a dipole too few")
    asked = good_request()
    call replace_3(asked%dipoles, [3, 3, 3])
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_SHAPE, "dipoles", "dipoles for too few configurations")
    asked = good_request()
    call replace_3(asked%positions, [3, 4, 4])
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_SHAPE, "positions", "a position too many")
    asked = good_request()
    call replace_3(asked%positions, [3, 3, 5])
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_SHAPE, "positions", "positions for too many configurations")
    asked = good_request()
    call replace_2(asked%energies, [4, 4])
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_SHAPE, "energies", "room for too many energies")
    asked = good_request()
    call replace_2(asked%dipole_strengths, [3, 3])
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_SHAPE, "dipole_strengths", "room for too few configurations")
    call refused(by_broaden, "hl_exciton_broaden", asked, HL_ERR_SHAPE, "dipole_strengths", "strengths for too few configurations")
    asked = good_request()
    call replace_2(asked%rotational_strengths, [2, 4])
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_SHAPE, "rotational_strengths", "room for too few strengths")
    call refused(by_broaden, "hl_exciton_broaden", asked, HL_ERR_SHAPE, "rotational_strengths", "a strength too few")
    asked = good_request()
    call replace_3(asked%exciton_dipoles, [4, 3, 4])
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_SHAPE, "exciton_dipoles", "room for dipoles of four components")
    asked = good_request()
    call replace_3(asked%eigenvectors, [3, 2, 4])
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_SHAPE, "eigenvectors", "room for too few eigenvectors")
    asked = good_request()
    asked%weights = [1.0_c_double, 1.0_c_double]
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_SHAPE, "weights", "too few weights")
    call refused(by_broaden, "hl_exciton_broaden", asked, HL_ERR_SHAPE, "weights", "too few weights")
    asked = good_request()
    asked%absorption = asked%absorption(:10)
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_SHAPE, "absorption", "absorption shorter than the grid")
    call refused(by_broaden, "hl_exciton_broaden", asked, HL_ERR_SHAPE, "absorption", "absorption shorter than the grid")
    asked = good_request()
    asked%cd = [asked%cd, asked%cd]
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_SHAPE, "cd", "cd longer than the grid")
    asked = good_request()
    asked%options%deleted = [.true., .false.]
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_SHAPE, "deleted", "a mask that is too short")
    asked = good_request()
    asked%options%fwhm_by = HL_FWHM_PER_EXCITON
    asked%options%fwhm_values = [50.0_c_double, 60.0_c_double]
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_SHAPE, "fwhm_values", "too few widths")
    asked%options%fwhm_values = [50.0_c_double, 60.0_c_double, 70.0_c_double]
    asked%options%fwhm_cd_values = [50.0_c_double, 60.0_c_double, 70.0_c_double, 80.0_c_double]
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_SHAPE, "fwhm_cd_values", "too many widths")
    asked = good_request()
    deallocate (asked%hamiltonians, asked%dipoles, asked%positions, asked%weights)
    allocate (asked%hamiltonians(3, 3, 0), asked%dipoles(3, 3, 0), asked%positions(3, 3, 0), asked%weights(0))
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_SHAPE, "n_conf", "a mean over no configuration")
  end subroutine extents

  subroutine values_of_arrays()
    asked = good_request()
    asked%hamiltonians(3, 2, 2) = nan
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_NONFINITE, "hamiltonians", "a NaN in a Hamiltonian")
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_NONFINITE, "hamiltonians", "a NaN in a Hamiltonian")
    asked = good_request()
    asked%hamiltonians(1, 1, 4) = infinity
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_NONFINITE, "hamiltonians", "an infinite site energy")
    asked = good_request()
    asked%hamiltonians(2, 1, 3) = asked%hamiltonians(1, 2, 3) + 1.0_c_double
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_ARGUMENT, "hamiltonians", "a Hamiltonian that is not symmetric")
    asked = good_request()
    asked%hamiltonians(2, 2, 1) = 0.0_c_double
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_ARGUMENT, "hamiltonians", "a relative site energy with CD")
    asked = good_request()
    asked%dipoles(2, 3, 4) = nan
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_NONFINITE, "dipoles", "a NaN in the dipoles")
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_NONFINITE, "dipoles", "a NaN in the dipoles")
    asked = good_request()
    asked%positions(1, 1, 1) = -infinity
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_NONFINITE, "positions", "an infinite position")
    asked = good_request()
    asked%grid(5) = nan
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_NONFINITE, "grid", "a NaN in the grid")
    asked = good_request()
    asked%grid(5) = asked%grid(4)
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_ARGUMENT, "grid", "a grid that repeats a point")
    call refused(by_broaden, "hl_exciton_broaden", asked, HL_ERR_ARGUMENT, "grid", "a grid that repeats a point")
    asked = good_request()
    asked%weights(2) = nan
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_NONFINITE, "weights", "a NaN in the weights")
    asked = good_request()
    asked%weights(2) = -1.0_c_double
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_ARGUMENT, "weights", "a negative weight")
    asked = good_request()
    asked%weights = 0.0_c_double
    call refused(by_broaden, "hl_exciton_broaden", asked, HL_ERR_ARGUMENT, "weights", "weights that are all 0")
    asked = good_request()
    asked%energies(2, 2) = nan
    call refused(by_broaden, "hl_exciton_broaden", asked, HL_ERR_NONFINITE, "energies", "a NaN in the energies")
    asked = good_request()
    asked%rotational_strengths(3, 1) = infinity
    call refused(by_broaden, "hl_exciton_broaden", asked, HL_ERR_NONFINITE, "rotational_strengths", "an infinite strength")
  end subroutine values_of_arrays

  subroutine options()
    asked = good_request()
    asked%options%lineshape = 7
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_OPTION, "lineshape", "a lineshape that does not exist")
    asked = good_request()
    asked%options%fwhm_by = -1
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_OPTION, "fwhm_by", "an fwhm_by that does not exist")
    asked = good_request()
    asked%options%normalization = 2
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_OPTION, "normalization", "a normalization that does not exist")
    asked = good_request()
    asked%options%cd_scale = 9
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_OPTION, "cd_scale", "a CD scale that does not exist")
    asked = good_request()
    asked%options%broadening = 3
    call refused(by_broaden, "hl_exciton_broaden", asked, HL_ERR_OPTION, "broadening", "a broadening that does not exist")
    asked = good_request()
    asked%options%fwhm = 0.0_c_double
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_OPTION, "fwhm", "a width of 0")
    asked%options%fwhm = nan
    call refused(by_broaden, "hl_exciton_broaden", asked, HL_ERR_OPTION, "fwhm", "a width that is NaN")
    asked = good_request()
    asked%options%fwhm_cd = -5.0_c_double
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_OPTION, "fwhm_cd", "a negative CD width")
    asked = good_request()
    asked%options%cutoff = -1.0_c_double
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_OPTION, "cutoff", "a negative cutoff")
    asked = good_request()
    asked%options%energy_offset = nan
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_OPTION, "energy_offset", "an energy offset that is NaN")
    asked = good_request()
    asked%options%fwhm_by = HL_FWHM_PER_SITE
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_NULL, "fwhm_values", "widths per site that are not given")
    asked%options%fwhm_values = [50.0_c_double, 60.0_c_double, 70.0_c_double]
    call refused(by_broaden, "hl_exciton_broaden", asked, HL_ERR_OPTION, "fwhm_by", "widths per site where there are no sites")
    asked%options%fwhm_values(2) = -60.0_c_double
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_OPTION, "fwhm_values", "a negative width among the values")
  end subroutine options

  subroutine missing_arrays()
    asked = good_request()
    deallocate (asked%positions)
    call refused(by_spectrum, "hl_exciton_spectrum", asked, HL_ERR_NULL, "positions", "CD without positions")
    call refused(by_sticks, "hl_exciton_sticks", asked, HL_ERR_NULL, "positions", "rotational strengths without positions")
    asked = good_request()
    deallocate (asked%dipole_strengths)
    call missing_strengths("dipole_strengths", "absorption without dipole strengths")
    asked = good_request()
    deallocate (asked%rotational_strengths)
    call missing_strengths("rotational_strengths", "CD without rotational strengths")
  end subroutine missing_arrays

  ! As `refused`, which compares all arrays, for a request that lacks one.
  subroutine missing_strengths(argument, text)
    character(len=*), intent(in) :: argument, text
    type(request) :: after
    character(len=600) :: message
    integer :: stat
    after = asked
    call by_broaden(after, stat, message)
    call claim(stat == HL_ERR_NULL .and. contains_text(message, argument), "hl_exciton_broaden: " // text // " is refused", message)
    call claim(same_bits(after%absorption, asked%absorption) .and. same_bits(after%cd, asked%cd), &
      "hl_exciton_broaden: " // text // ": no output is touched")
  end subroutine missing_strengths

  subroutine units()
    real(c_double) :: values(3), converted(4)
    character(len=600) :: message
    integer :: stat
    values = [1.0_c_double, 2.0_c_double, 3.0_c_double]
    converted = -77.0_c_double
    call hl_units_convert(values, converted, HL_UNIT_WAVENUMBER, HL_UNIT_HARTREE, stat, message)
    call claim(stat == HL_ERR_SHAPE .and. contains_text(message, "converted"), "hl_units_convert: too much room is refused", &
      message)
    call hl_units_convert(values, converted(:3), HL_UNIT_DEBYE, HL_UNIT_BOHR, stat, message)
    call claim(stat == HL_ERR_ARGUMENT .and. contains_text(message, "unit"), "hl_units_convert: a dipole is no length", message)
    call hl_units_convert(values, converted(:3), 99_c_int32_t, HL_UNIT_BOHR, stat, message)
    call claim(stat == HL_ERR_ARGUMENT .and. contains_text(message, "from_unit"), "hl_units_convert: an unknown unit is refused", &
      message)
    call claim(all(abs(converted + 77.0_c_double) <= 0), "hl_units_convert: refused calls touch no output")
  end subroutine units

  subroutine threads()
    character(len=600) :: message
    integer :: stat, before
    before = hl_get_num_threads()
    call hl_set_num_threads(-1, stat, message)
    call claim(stat == HL_ERR_ARGUMENT .and. contains_text(message, "hl_set_num_threads"), &
      "a negative number of threads is refused", message)
    call hl_set_num_threads(HL_MAX_THREADS + 1, stat, message)
    call claim(stat == HL_ERR_ARGUMENT, "an absurd number of threads is refused", message)
    call claim(hl_set_num_threads_local(-3) == -1, "a negative number of threads for this thread is refused")
    call claim(hl_get_num_threads() == before, "refused numbers of threads change nothing")
  end subroutine threads

  ! Each row spoils one address or stride of a correct low-level call.
  subroutine addresses_and_strides()
    real(c_double), target :: hamiltonian(3, 3, 2), dipoles(3, 3, 2), grid(5), absorption(5), cd(5), energies(3, 2)
    type(c_options), target :: chosen
    integer(c_ptrdiff_t), parameter :: far = 2_c_ptrdiff_t**61
    character(len=*), parameter :: spectrum = "hl_exciton_spectrum"
    integer :: k
    dipoles = 1.0_c_double
    hamiltonian = 0.0_c_double
    do k = 1, 3
      hamiltonian(k, k, :) = 12000.0_c_double + k
    end do
    grid = [(12000.0_c_double + k, k=1, 5)]
    absorption = -77.0_c_double
    cd = -77.0_c_double
    energies = -77.0_c_double
    associate (h => c_loc(hamiltonian), mu => c_loc(dipoles), x => c_loc(grid), a => c_loc(absorption), c => c_loc(cd), &
        e => c_loc(energies), two => 2_c_ptrdiff_t, three => 3_c_ptrdiff_t, five => 5_c_ptrdiff_t)
      call low(c_spectrum(two, three, five, c_null_ptr, dipoles=mu, positions=c_null_ptr, weights=c_null_ptr, grid=x, &
        absorption=a, cd=c_null_ptr), HL_ERR_NULL, spectrum, "hamiltonians", "NULL Hamiltonians")
      call low(c_spectrum(two, three, five, h, dipoles=c_null_ptr, positions=c_null_ptr, weights=c_null_ptr, grid=x, &
        absorption=a, cd=c_null_ptr), HL_ERR_NULL, spectrum, "dipoles", "NULL dipoles")
      call low(c_spectrum(two, three, five, h, dipoles=mu, positions=c_null_ptr, weights=c_null_ptr, grid=c_null_ptr, &
        absorption=a, cd=c_null_ptr), HL_ERR_NULL, spectrum, "grid", "a NULL grid")
      call low(c_spectrum(two, -three, five, h, dipoles=mu, positions=c_null_ptr, weights=c_null_ptr, grid=x, absorption=a, &
        cd=c_null_ptr), HL_ERR_SHAPE, spectrum, "n_site", "a negative n_site")
      call low(c_spectrum(two, three, -five, h, dipoles=mu, positions=c_null_ptr, weights=c_null_ptr, grid=x, absorption=a, &
        cd=c_null_ptr), HL_ERR_SHAPE, spectrum, "n_grid", "a negative n_grid")
      call low(c_spectrum(two, three, five, beside(h, 4), dipoles=mu, positions=c_null_ptr, weights=c_null_ptr, grid=x, &
        absorption=a, cd=c_null_ptr), HL_ERR_ALIGNMENT, spectrum, "hamiltonians", "misaligned Hamiltonians")
      call low(c_spectrum(two, three, five, h, [far, three, 1_c_ptrdiff_t], mu, positions=c_null_ptr, &
        weights=c_null_ptr, grid=x, absorption=a, cd=c_null_ptr), HL_ERR_STRIDE, spectrum, "hamiltonians", &
        "a stride that overflows")
      call low(c_spectrum(two, three, five, h, dipoles=mu, positions=c_null_ptr, weights=c_null_ptr, grid=x, absorption=a, &
        absorption_strides=[0_c_ptrdiff_t], cd=c_null_ptr), HL_ERR_STRIDE, spectrum, "absorption", "an output of stride 0")
      call low(c_sticks(two, three, h, dipoles=mu, positions=c_null_ptr, energies=e, &
        energies_strides=[1_c_ptrdiff_t, 1_c_ptrdiff_t], dipole_strengths=c_null_ptr, rotational_strengths=c_null_ptr, &
        exciton_dipoles=c_null_ptr, eigenvectors=c_null_ptr), HL_ERR_STRIDE, "hl_exciton_sticks", "energies", &
        "an output that overlaps itself")
      call low(c_spectrum(two, three, five, h, dipoles=mu, positions=mu, weights=c_null_ptr, grid=x, absorption=a, cd=a), &
        HL_ERR_ALIAS, spectrum, "absorption", "absorption and CD in one array")
      call low(c_spectrum(two, three, five, h, dipoles=mu, positions=c_null_ptr, weights=c_null_ptr, grid=x, absorption=x, &
        cd=c_null_ptr), HL_ERR_ALIAS, spectrum, "grid", "absorption on top of the grid")
      call low(c_convert(five, x, converted=beside(x, 8), from_unit=HL_UNIT_WAVENUMBER, to_unit=HL_UNIT_HARTREE), &
        HL_ERR_ALIAS, "hl_units_convert", "converted", "a conversion shifted by one element")
      call claim(c_options_init(chosen, c_sizeof(chosen)) == HL_OK, "hl_exciton_options_init")
      chosen%struct_size = 0
      call low(c_spectrum(two, three, five, h, dipoles=mu, positions=c_null_ptr, weights=c_null_ptr, grid=x, absorption=a, &
        cd=c_null_ptr, options=chosen), HL_ERR_OPTION, spectrum, "struct_size", "options that were never initialised")
      call claim(c_options_init(chosen, c_sizeof(chosen)) == HL_OK, "hl_exciton_options_init")
      chosen%reserved = 1
      call low(c_spectrum(two, three, five, h, dipoles=mu, positions=c_null_ptr, weights=c_null_ptr, grid=x, absorption=a, &
        cd=c_null_ptr, options=chosen), HL_ERR_OPTION, spectrum, "reserved", "a reserved field that is not 0")
    end associate
    call claim(all(abs(absorption + 77.0_c_double) <= 0) .and. all(abs(energies + 77.0_c_double) <= 0) &
      .and. all(abs(cd + 77.0_c_double) <= 0), "hotloop_c: refused calls touch no output")
  end subroutine addresses_and_strides

  subroutine low(status, expected, function_name, argument, text)
    integer(c_int32_t), intent(in) :: status, expected
    character(len=*), intent(in) :: function_name, argument, text
    character(len=12) :: number
    write (number, "(i0)") status
    call claim(status == expected, "hotloop_c: " // text // ": status", "found " // trim(number) // ": " // hl_last_error_message())
    call claim(index(hl_last_error_message(), function_name // ": ") == 1 .and. contains_text(hl_last_error_message(), argument), &
      "hotloop_c: " // text // ": the message names function and argument", hl_last_error_message())
  end subroutine low

  function beside(address, bytes) result(moved)
    type(c_ptr), intent(in) :: address
    integer, intent(in) :: bytes
    type(c_ptr) :: moved
    moved = transfer(transfer(address, 0_c_intptr_t) + bytes, moved)
  end function beside

  subroutine message_is_cut_to_its_variable()
    character(len=10) :: short
    integer :: stat
    asked = good_request()
    asked%options%fwhm = -1.0_c_double
    short = ""
    call by_spectrum(asked, stat, short)
    call claim(short == "hl_exciton", "a message longer than errmsg is cut")
    call claim(contains_text(hl_last_error_message(), "fwhm"), "hl_last_error_message keeps all of it")
    call claim(len(hl_status_string(stat)) > 0, "hl_status_string describes a status")
  end subroutine message_is_cut_to_its_variable

  subroutine replace_3(array, extents)
    real(c_double), allocatable, intent(inout) :: array(:, :, :)
    integer, intent(in) :: extents(3)
    deallocate (array)
    allocate (array(extents(1), extents(2), extents(3)), source=-77.0_c_double)
  end subroutine replace_3

  subroutine replace_2(array, extents)
    real(c_double), allocatable, intent(inout) :: array(:, :)
    integer, intent(in) :: extents(2)
    deallocate (array)
    allocate (array(extents(1), extents(2)), source=-77.0_c_double)
  end subroutine replace_2
end program test_bad_input
