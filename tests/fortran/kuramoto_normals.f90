! Normal numbers as functions of where they are wanted, in plain code: Philox4x32-10 (Salmon and others, SC11) and Box and Muller's
! transformation. Words of 32 bits lie in integers of 64, which overflow nowhere but in the products, taken in halves.
module kuramoto_normals
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  private
  public :: normals

  integer(c_int64_t), parameter :: WORD = 4294967295_c_int64_t

contains

  ! Numbers first, first + 1, ... of the sequence (seed, stream).
  pure function normals(seed, stream, first, n) result(numbers)
    integer(c_int64_t), intent(in) :: seed, stream, first
    integer, intent(in) :: n
    real(c_double) :: numbers(n)
    integer :: i
    do i = 1, n
      numbers(i) = normal(seed, stream, first + i - 1)
    end do
  end function normals

  pure real(c_double) function normal(seed, stream, number)
    integer(c_int64_t), intent(in) :: seed, stream, number
    real(c_double), parameter :: pi = acos(-1.0_c_double)
    integer(c_int64_t) :: words(4), pair
    real(c_double) :: u, v
    pair = shiftr(number, 1)
    words = philox([iand(pair, WORD), shiftr(pair, 32), iand(stream, WORD), shiftr(stream, 32)], &
      [iand(seed, WORD), shiftr(seed, 32)])
    u = (shiftr(ior(shiftl(words(1), 32), words(2)), 11) + 1) * 2.0_c_double**(-53)
    v = shiftr(ior(shiftl(words(3), 32), words(4)), 11) * 2.0_c_double**(-53)
    normal = sqrt(-2 * log(u))
    if (btest(number, 0)) then
      normal = normal * sin(pi * (1 - 2 * v))
    else
      normal = normal * cos(pi * (1 - 2 * v))
    end if
  end function normal

  pure function philox(counter, key) result(c)
    integer(c_int64_t), intent(in) :: counter(4), key(2)
    integer(c_int64_t) :: c(4), k(2), first(2), third(2)
    integer :: round
    c = counter
    k = key
    do round = 1, 10
      first = product_of_words(int(z"D2511F53", c_int64_t), c(1))
      third = product_of_words(int(z"CD9E8D57", c_int64_t), c(3))
      c = [ieor(ieor(third(1), c(2)), k(1)), third(2), ieor(ieor(first(1), c(4)), k(2)), first(2)]
      k = iand(k + [int(z"9E3779B9", c_int64_t), int(z"BB67AE85", c_int64_t)], WORD)
    end do
  end function philox

  ! High and low word.
  pure function product_of_words(a, b) result(words)
    integer(c_int64_t), intent(in) :: a, b
    integer(c_int64_t) :: words(2), low, middle
    low = iand(a, 65535_c_int64_t) * b
    middle = shiftr(a, 16) * b + shiftr(low, 16)
    words(1) = shiftr(middle, 16)
    words(2) = ior(shiftl(iand(middle, 65535_c_int64_t), 16), iand(low, 65535_c_int64_t))
  end function product_of_words
end module kuramoto_normals
