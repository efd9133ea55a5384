! A small correct call with all its arrays, to be spoilt in one place; and what "refused" means: the status, a message that names
! the argument, and every output as it was before.
module requests
  use, intrinsic :: iso_c_binding, only: c_double
  use check, only: claim, same_bits, contains_text
  use hotloop
  implicit none
  private
  public :: request, good_request, by_sticks, by_spectrum, by_broaden, refused

  real(c_double), parameter :: UNSET = -77.0_c_double

  type :: request
    real(c_double), allocatable :: hamiltonians(:, :, :), dipoles(:, :, :), positions(:, :, :)
    real(c_double), allocatable :: grid(:), weights(:)
    real(c_double), allocatable :: energies(:, :), dipole_strengths(:, :), rotational_strengths(:, :)
    real(c_double), allocatable :: exciton_dipoles(:, :, :), eigenvectors(:, :, :), absorption(:), cd(:)
    type(hl_exciton_options) :: options
  end type request

  interface
    ! Makes the call with the request's arrays; an array that is not allocated is absent.
    subroutine caller(asked, stat, errmsg)
      import :: request
      type(request), intent(inout) :: asked
      integer, intent(out) :: stat
      character(len=*), intent(inout) :: errmsg
    end subroutine caller
  end interface
  public :: caller

contains

  ! Four configurations of three sites on a grid of eleven points. The levels and strengths are inputs of by_broaden and outputs of
  ! by_sticks.
  function good_request() result(asked)
    type(request) :: asked
    integer :: i, k
    allocate (asked%hamiltonians(3, 3, 4), source=25.0_c_double)
    allocate (asked%dipoles(3, 3, 4), asked%positions(3, 3, 4))
    do k = 1, 4
      do i = 1, 3
        asked%hamiltonians(i, i, k) = 12000.0_c_double + 100 * i + 10 * k
        asked%dipoles(:, i, k) = [real(i, c_double), 1.0_c_double, 0.5_c_double * k]
        asked%positions(:, i, k) = [10.0_c_double * i, real(i * k, c_double), -real(i * i, c_double)]
      end do
    end do
    allocate (asked%grid(11), asked%weights(4))
    asked%grid = [(12000.0_c_double + 50 * i, i=0, 10)]
    asked%weights = [1.0_c_double, 2.0_c_double, 0.0_c_double, 1.0_c_double]
    allocate (asked%energies(3, 4), asked%dipole_strengths(3, 4), asked%rotational_strengths(3, 4))
    asked%energies = reshape([(12000.0_c_double + 37 * i, i=1, 12)], [3, 4])
    asked%dipole_strengths = 1.5_c_double
    asked%rotational_strengths = -0.25_c_double
    allocate (asked%exciton_dipoles(3, 3, 4), asked%eigenvectors(3, 3, 4), source=UNSET)
    allocate (asked%absorption(11), asked%cd(11), source=UNSET)
  end function good_request

  subroutine by_sticks(asked, stat, errmsg)
    type(request), intent(inout) :: asked
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: errmsg
    call hl_exciton_sticks(asked%hamiltonians, asked%dipoles, asked%positions, asked%energies, asked%dipole_strengths, &
      asked%rotational_strengths, asked%exciton_dipoles, asked%eigenvectors, asked%options, stat, errmsg)
  end subroutine by_sticks

  subroutine by_spectrum(asked, stat, errmsg)
    type(request), intent(inout) :: asked
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: errmsg
    call hl_exciton_spectrum(asked%hamiltonians, asked%dipoles, asked%positions, asked%grid, asked%absorption, asked%cd, &
      asked%options, asked%weights, stat, errmsg)
  end subroutine by_spectrum

  subroutine by_broaden(asked, stat, errmsg)
    type(request), intent(inout) :: asked
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: errmsg
    call hl_exciton_broaden(asked%energies, asked%dipole_strengths, asked%rotational_strengths, asked%grid, asked%absorption, &
      asked%cd, asked%options, asked%weights, stat, errmsg)
  end subroutine by_broaden

  subroutine refused(make_call, procedure_name, asked, status, argument, text)
    procedure(caller) :: make_call
    character(len=*), intent(in) :: procedure_name, argument, text
    type(request), intent(in) :: asked
    integer, intent(in) :: status
    type(request) :: after
    character(len=600) :: message
    character(len=12) :: number
    integer :: stat
    after = asked
    message = ""
    call make_call(after, stat, message)
    write (number, "(i0)") stat
    call claim(stat == status, procedure_name // ": " // text // ": status", "found " // trim(number) // ": " // message)
    call claim(index(message, procedure_name // ": ") == 1 .and. contains_text(message, argument), &
      procedure_name // ": " // text // ": the message names procedure and argument", message)
    call claim(unchanged(asked, after), procedure_name // ": " // text // ": no output is touched")
  end subroutine refused

  logical function unchanged(before, after)
    type(request), intent(in) :: before, after
    unchanged = same_bits(before%energies, after%energies) &
      .and. same_bits(before%dipole_strengths, after%dipole_strengths) &
      .and. same_bits(before%rotational_strengths, after%rotational_strengths) &
      .and. same_bits(before%exciton_dipoles, after%exciton_dipoles) &
      .and. same_bits(before%eigenvectors, after%eigenvectors) &
      .and. same_bits(before%absorption, after%absorption) .and. same_bits(before%cd, after%cd)
  end function unchanged
end module requests
