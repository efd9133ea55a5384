! Legal calls raise neither invalid nor divide-by-zero nor overflow: Fortran programs are often compiled with
! -ffpe-trap=invalid,zero,overflow, and would stop inside the library.
program test_floating_point_flags
  use, intrinsic :: iso_c_binding, only: c_double
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_positive_inf
  use, intrinsic :: ieee_exceptions, only: ieee_get_flag, ieee_set_flag, ieee_flag_type, ieee_all, ieee_usual
  use check
  use hotloop
  use requests
  implicit none

  integer, parameter :: shapes(3) = [HL_LINESHAPE_GAUSSIAN, HL_LINESHAPE_LORENTZIAN, HL_LINESHAPE_VOIGT]
  integer, parameter :: ways(3) = [HL_BROADENING_AUTO, HL_BROADENING_DIRECT, HL_BROADENING_GRIDDED]
  character(len=*), parameter :: shape_names(3) = [character(len=10) :: "Gaussian", "Lorentzian", "Voigt"]
  character(len=*), parameter :: way_names(3) = [character(len=9) :: "automatic", "direct", "gridded"]
  type(request) :: asked
  type(hl_exciton_options) :: options
  real(c_double) :: infinity
  integer :: i, shape_number, way

  infinity = ieee_value(infinity, ieee_positive_inf)
  call claim(hl_set_num_threads_local(1) >= 0, "the calling thread computes, so that its flags tell")
  asked = good_request()
  call quiet(by_sticks, "hl_exciton_sticks")
  do shape_number = 1, 3
    do way = 1, 3
      if (shape_number > 1 .and. way == 3) cycle ! the gridded way is the Gaussian's
      options = hl_exciton_options(lineshape=shapes(shape_number), broadening=ways(way))
      if (shape_number == 3) options%lorentzian_fwhm = 20
      call both_grids(trim(shape_names(shape_number)) // ", " // trim(way_names(way)))
      options%cutoff = infinity
      call both_grids(trim(shape_names(shape_number)) // ", " // trim(way_names(way)) // ", never cut")
    end do
  end do
  options = hl_exciton_options(fwhm_by=HL_FWHM_PER_SITE, fwhm_values=[50.0_c_double, 60.0_c_double, 70.0_c_double])
  call both_grids("widths per site")
  options = hl_exciton_options(deleted=[.false., .true., .false.], normalize_dipoles=.true., frequency_prefactor=.true.)
  call both_grids("a deleted pigment, normalised dipoles")
  call conclude("test_floating_point_flags")

contains

  subroutine both_grids(text)
    character(len=*), intent(in) :: text
    asked = good_request()
    asked%options = options
    ! Eleven points, 50 cm-1 apart, are too coarse for the gridded way.
    if (options%broadening /= HL_BROADENING_GRIDDED) call quiet(by_spectrum, "hl_exciton_spectrum, " // text // ", eleven points")
    asked%grid = [(11790.0_c_double + i, i=0, 1509)]
    deallocate (asked%absorption, asked%cd)
    allocate (asked%absorption(1510), asked%cd(1510))
    call quiet(by_spectrum, "hl_exciton_spectrum, " // text // ", 1510 points")
    if (options%fwhm_by /= HL_FWHM_PER_SITE) call quiet(by_broaden, "hl_exciton_broaden, " // text // ", 1510 points")
  end subroutine both_grids

  subroutine quiet(make_call, text)
    procedure(caller) :: make_call
    character(len=*), intent(in) :: text
    character(len=600) :: message
    character(len=60) :: detail
    logical :: raised(size(ieee_usual))
    integer :: stat
    call ieee_set_flag(ieee_all, .false.)
    call make_call(asked, stat, message)
    call ieee_get_flag(ieee_usual, raised)
    write (detail, "('overflow, divide by zero, invalid: ', 3l2)") raised
    call claim(stat == HL_OK, text, message)
    call claim(.not. any(raised), text // ": no floating-point exception", detail)
  end subroutine quiet
end program test_floating_point_flags
