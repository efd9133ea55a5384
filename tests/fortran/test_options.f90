! The options: the derived type lies as the C struct does, the defaults are the library's, every field does what it says.
program test_options
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_intptr_t, c_ptrdiff_t, c_ptr, c_loc, c_sizeof, &
    c_associated, c_funptr
  use check
  use hotloop
  use hotloop_c, only: c_options => hl_exciton_options, c_options_init => hl_exciton_options_init
  use requests
  implicit none

  interface
    function hl_test_offset(field) bind(C, name="hl_test_offset") result(offset)
      import :: c_int32_t, c_ptrdiff_t
      integer(c_int32_t), value :: field
      integer(c_ptrdiff_t) :: offset
    end function hl_test_offset
  end interface

  call layout()
  call defaults()
  call fields()
  call deleted()
  call library_texts()
  call conclude("test_options")

contains

  subroutine layout()
    type(c_options), target :: seen
    integer(c_intptr_t) :: offsets(0:22), base
    character(len=8) :: number
    integer :: field
    base = transfer(c_loc(seen), base)
    offsets = [address(c_loc(seen%struct_size)), address(c_loc(seen%lineshape)), address(c_loc(seen%fwhm_by)), &
      address(c_loc(seen%normalization)), address(c_loc(seen%cd_scale)), address(c_loc(seen%broadening)), &
      address(c_loc(seen%frequency_prefactor)), address(c_loc(seen%normalize_dipoles)), address(c_loc(seen%reserved)), &
      address(c_loc(seen%fwhm)), address(c_loc(seen%fwhm_cd)), address(c_loc(seen%lorentzian_fwhm)), &
      address(c_loc(seen%cutoff)), address(c_loc(seen%energy_offset)), address(c_loc(seen%fwhm_values)), &
      address(c_loc(seen%fwhm_values_strides)), address(c_loc(seen%fwhm_cd_values)), &
      address(c_loc(seen%fwhm_cd_values_strides)), address(c_loc(seen%deleted)), address(c_loc(seen%deleted_strides)), &
      address(c_loc(seen%progress)), address(c_loc(seen%progress_user)), &
      address(c_loc(seen%sample))] - base
    do field = 0, 22
      write (number, "(i0)") field
      call claim(offsets(field) == hl_test_offset(int(field, c_int32_t)), "field " // trim(number) // " lies where C has it")
    end do
    call claim(int(c_sizeof(seen), c_ptrdiff_t) == hl_test_offset(23_c_int32_t), "the derived type is as large as the C struct")
    call claim(hl_test_offset(24_c_int32_t) == -1, "every field was compared")
  end subroutine layout

  integer(c_intptr_t) function address(pointer)
    type(c_ptr), intent(in) :: pointer
    address = transfer(pointer, address)
  end function address

  subroutine defaults()
    type(c_options) :: library
    type(hl_exciton_options) :: ours
    call claim(c_options_init(library, c_sizeof(library)) == HL_OK, "hl_exciton_options_init")
    call claim(library%struct_size == c_sizeof(library), "struct_size is set")
    call claim(ours%lineshape == library%lineshape .and. ours%fwhm_by == library%fwhm_by &
      .and. ours%normalization == library%normalization .and. ours%cd_scale == library%cd_scale &
      .and. ours%broadening == library%broadening .and. ours%frequency_prefactor .eqv. (library%frequency_prefactor /= 0), &
      "the choices have the library's defaults")
    call claim(ours%normalize_dipoles .eqv. (library%normalize_dipoles /= 0), "normalize_dipoles has the library's default")
    call claim(same_bits([ours%fwhm, ours%fwhm_cd, ours%lorentzian_fwhm, ours%cutoff, ours%energy_offset], &
      [library%fwhm, library%fwhm_cd, library%lorentzian_fwhm, library%cutoff, library%energy_offset]), &
      "the numbers have the library's defaults")
    call claim(.not. c_associated(library%fwhm_values) .and. .not. c_associated(library%fwhm_cd_values) &
      .and. .not. c_associated(library%deleted) .and. .not. c_associated(library%progress), "no array and no progress by default")
  end subroutine defaults

  ! Each field must change the result in the way that its meaning says.
  subroutine fields()
    type(request) :: base, other
    type(hl_exciton_options) :: options
    base = spectrum_with(options)
    options = hl_exciton_options(fwhm=70.0_c_double, cutoff=3.0_c_double)
    other = spectrum_with(options)
    call claim(same_bits(base%absorption, other%absorption) .and. same_bits(base%cd, other%cd), &
      "options with the default values give the same bits as defaults")

    other = spectrum_with(hl_exciton_options(cd_scale=HL_CD_SCALE_ROSENFELD))
    call claim(close(4 * other%cd, base%cd) .and. same_bits(other%absorption, base%absorption), &
      "Rosenfeld strengths are a quarter of the dissymmetry scale")
    other = spectrum_with(hl_exciton_options(frequency_prefactor=.true.))
    call claim(close(other%absorption, base%absorption * base%grid) .and. close(other%cd, base%cd * base%grid), &
      "the frequency prefactor multiplies by the wavenumber")
    other = spectrum_with(hl_exciton_options(normalization=HL_NORMALIZATION_AREA))
    ! The area of a Gaussian of height 1 is FWHM * sqrt(pi / (4 ln 2)).
    call claim(close(other%absorption * 70.0_c_double * sqrt(acos(-1.0_c_double) / (4 * log(2.0_c_double))), base%absorption), &
      "area-normalised spectra are the others over the area")
    other = spectrum_with(hl_exciton_options(fwhm_cd=70.0_c_double))
    call claim(close(other%cd, base%cd), "fwhm_cd = fwhm is what 0 means")
    other = spectrum_with(hl_exciton_options(fwhm=140.0_c_double, fwhm_cd=70.0_c_double))
    call claim(close(other%cd, base%cd) .and. .not. close(other%absorption, base%absorption), &
      "the widths of absorption and CD differ")
    options = hl_exciton_options(fwhm_by=HL_FWHM_PER_EXCITON, fwhm_values=[70.0_c_double, 70.0_c_double, 70.0_c_double])
    other = spectrum_with(options)
    call claim(close(other%absorption, base%absorption) .and. close(other%cd, base%cd), &
      "equal widths per exciton are a common width")
    options%fwhm_by = HL_FWHM_PER_SITE
    other = spectrum_with(options)
    call claim(close(other%absorption, base%absorption) .and. close(other%cd, base%cd), "equal widths per site are a common width")
    options%fwhm_cd_values = 2 * options%fwhm_values
    other = spectrum_with(options)
    call claim(close(other%absorption, base%absorption) .and. .not. close(other%cd, base%cd), "widths of their own for CD")
    other = spectrum_with(hl_exciton_options(lineshape=HL_LINESHAPE_LORENTZIAN))
    call claim(.not. close(other%absorption, base%absorption), "Lorentzians are not Gaussians")
    other = spectrum_with(hl_exciton_options(lineshape=HL_LINESHAPE_VOIGT, lorentzian_fwhm=30.0_c_double))
    call claim(.not. close(other%absorption, base%absorption), "Voigt profiles are not Gaussians")
    other = spectrum_with(hl_exciton_options(energy_offset=1000.0_c_double), offset=-1000.0_c_double)
    call claim(close(other%absorption, base%absorption) .and. close(other%cd, base%cd), &
      "relative energies and an offset give the spectra of absolute energies")
    other = spectrum_with(hl_exciton_options(normalize_dipoles=.true.))
    call claim(largest(other%absorption) < largest(base%absorption), "normalised dipoles absorb less")
    other = spectrum_with(hl_exciton_options(broadening=HL_BROADENING_DIRECT))
    call claim(largest(other%absorption - base%absorption) < 5e-11_c_double * largest(base%absorption), "the direct sum agrees")
  end subroutine fields

  function spectrum_with(options, offset) result(asked)
    type(hl_exciton_options), intent(in) :: options
    real(c_double), intent(in), optional :: offset
    type(request) :: asked
    character(len=600) :: message
    integer :: i, stat
    asked = good_request()
    asked%options = options
    if (present(offset)) then
      do i = 1, 3
        asked%hamiltonians(i, i, :) = asked%hamiltonians(i, i, :) + offset
      end do
    end if
    call by_spectrum(asked, stat, message)
    call claim(stat == HL_OK, "hl_exciton_spectrum with options", message)
  end function spectrum_with

  ! Up to what truncation at 3 FWHM and the gridded convolution may differ by.
  logical function close(values, expected)
    real(c_double), intent(in) :: values(:), expected(:)
    close = largest(values - expected) <= 5e-11_c_double * largest(expected)
  end function close

  subroutine deleted()
    type(request) :: with, without
    character(len=600) :: message
    integer :: stat
    without = good_request()
    with = good_request()
    without%hamiltonians = without%hamiltonians([1, 3], [1, 3], :)
    without%dipoles = without%dipoles(:, [1, 3], :)
    without%positions = without%positions(:, [1, 3], :)
    call by_spectrum(without, stat, message)
    call claim(stat == HL_OK, "two sites", message)
    with%options%deleted = [.false., .true., .false.]
    call by_spectrum(with, stat, message)
    call claim(stat == HL_OK .and. close(with%absorption, without%absorption) .and. close(with%cd, without%cd), &
      "deleting the second of three pigments leaves the spectra of the other two", message)
    call by_sticks(with, stat, message)
    call claim(stat == HL_OK .and. all(abs(with%energies(3, :)) <= 0) .and. all(with%energies(:2, :) > 0), &
      "the slot of the deleted pigment is 0", message)
    with%options%deleted = [.false., .false., .false.]
    call by_spectrum(with, stat, message)
    without = good_request()
    call by_spectrum(without, stat, message)
    call claim(same_bits(with%absorption, without%absorption), "a mask that deletes nothing changes nothing")
  end subroutine deleted

  subroutine library_texts()
    call claim(hl_abi_version() == HL_COMPILED_ABI_VERSION, "the ABI version is the one compiled for")
    call claim(index(hl_version(), ".") > 0, "hl_version gives a version", hl_version())
    call claim(contains_text(hl_config(), ":"), "hl_config gives key: value lines", hl_config())
    call claim(hl_status_string(0) /= hl_status_string(2), "hl_status_string tells statuses apart")
  end subroutine library_texts
end program test_options
