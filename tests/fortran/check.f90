! Counting claims: each test program makes claims with `claim` and ends with `conclude`, which prints what the runner adds up.
module check
  use, intrinsic :: iso_c_binding, only: c_double
  use, intrinsic :: iso_fortran_env, only: int64
  implicit none
  private
  public :: claim, conclude, same_bits, largest, contains_text

  integer, save :: passed = 0, failed = 0

  interface same_bits
    module procedure same_bits_1, same_bits_2, same_bits_3
  end interface same_bits

contains

  ! `detail` says what was found instead; it is printed only where the claim does not hold.
  subroutine claim(holds, text, detail)
    logical, intent(in) :: holds
    character(len=*), intent(in) :: text
    character(len=*), intent(in), optional :: detail
    if (holds) then
      passed = passed + 1
      return
    end if
    failed = failed + 1
    print "(2a)", "FAILED ", text
    if (present(detail)) print "(2a)", "       ", trim(detail)
  end subroutine claim

  subroutine conclude(program_name)
    character(len=*), intent(in) :: program_name
    print "(a, ': ', i0, ' passed, ', i0, ' failed')", program_name, passed, failed
    if (failed > 0) stop 1
  end subroutine conclude

  pure logical function same_bits_1(left, right)
    real(c_double), intent(in) :: left(:), right(:)
    same_bits_1 = size(left) == size(right)
    if (same_bits_1) same_bits_1 = all(transfer(left, [0_int64]) == transfer(right, [0_int64]))
  end function same_bits_1

  pure logical function same_bits_2(left, right)
    real(c_double), intent(in) :: left(:, :), right(:, :)
    same_bits_2 = all(shape(left) == shape(right))
    if (same_bits_2) same_bits_2 = all(transfer(left, [0_int64]) == transfer(right, [0_int64]))
  end function same_bits_2

  pure logical function same_bits_3(left, right)
    real(c_double), intent(in) :: left(:, :, :), right(:, :, :)
    same_bits_3 = all(shape(left) == shape(right))
    if (same_bits_3) same_bits_3 = all(transfer(left, [0_int64]) == transfer(right, [0_int64]))
  end function same_bits_3

  pure real(c_double) function largest(values)
    real(c_double), intent(in) :: values(:)
    largest = maxval(abs(values))
  end function largest

  pure logical function contains_text(text, part)
    character(len=*), intent(in) :: text, part
    contains_text = index(text, part) > 0
  end function contains_text
end module check
