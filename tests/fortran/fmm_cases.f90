! The shared table of direct sums (tests/cases/fmm.txt): a row, its numbers, its run in any layout, in both precisions.
module fmm_cases
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  private
  public :: fmm_case, read_fmm_cases, number_source, number_target, number_charge

  type :: fmm_case
    character(len=64) :: name
    integer :: n_source, n_target, n_vectors, bits, kernel
    real(c_double) :: screening
    integer :: layout
  end type fmm_case

contains

  function read_fmm_cases() result(rows)
    type(fmm_case), allocatable :: rows(:)
    type(fmm_case) :: row
    character(len=400) :: line
    integer :: file, status
    allocate (rows(0))
    open (newunit=file, file="tests/cases/fmm.txt", status="old", action="read")
    do
      read (file, "(a)", iostat=status) line
      if (status /= 0) exit
      if (line == "" .or. line(1:1) == "#") cycle
      read (line, *) row%name, row%n_source, row%n_target, row%n_vectors, row%bits, row%kernel, row%screening, row%layout
      rows = [rows, row]
    end do
    close (file)
  end function read_fmm_cases

  pure function number_source(n) result(values)
    integer, intent(in) :: n
    real(c_double) :: values(n)
    integer(c_int64_t) :: i
    values = [(mod(7919 * i + 104729, 65536_c_int64_t) / 65536.0_c_double, i=0, n - 1)]
  end function number_source

  pure function number_target(n) result(values)
    integer, intent(in) :: n
    real(c_double) :: values(n)
    integer(c_int64_t) :: i
    values = [(mod(6271 * i + 331, 65536_c_int64_t) / 32768.0_c_double - 0.5_c_double, i=0, n - 1)]
  end function number_target

  pure function number_charge(n) result(values)
    integer, intent(in) :: n
    real(c_double) :: values(n)
    integer(c_int64_t) :: i
    values = [(mod(37 * i + 11, 128_c_int64_t) / 64.0_c_double - 1, i=0, n - 1)]
  end function number_charge
end module fmm_cases

module fmm_sums_f64
  use, intrinsic :: iso_c_binding, only: real_kind => c_double
  include "fmm_sums.inc"
end module fmm_sums_f64

module fmm_sums_f32
  use, intrinsic :: iso_c_binding, only: real_kind => c_float
  include "fmm_sums.inc"
end module fmm_sums_f32
