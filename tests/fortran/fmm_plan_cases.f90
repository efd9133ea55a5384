! The shared table of fast multipole plans (tests/cases/fmm_plan.txt): a row, its numbers, its run in any layout, in both precisions.
module fmm_plan_cases
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  private
  public :: plan_case, read_plan_cases, coordinates

  type :: plan_case
    character(len=64) :: name
    integer :: n_source, n_target, n_vectors, bits, points, kernel
    real(c_double) :: screening
    integer :: precision, order
    real(c_double) :: eps
    integer :: leaf_size, balance, layout
  end type plan_case

contains

  function read_plan_cases() result(rows)
    type(plan_case), allocatable :: rows(:)
    type(plan_case) :: row
    character(len=400) :: line
    integer :: file, status
    allocate (rows(0))
    open (newunit=file, file="tests/cases/fmm_plan.txt", status="old", action="read")
    do
      read (file, "(a)", iostat=status) line
      if (status /= 0) exit
      if (line == "" .or. line(1:1) == "#") cycle
      read (line, *) row%name, row%n_source, row%n_target, row%n_vectors, row%bits, row%points, row%kernel, row%screening, &
        row%precision, row%order, row%eps, row%leaf_size, row%balance, row%layout
      rows = [rows, row]
    end do
    close (file)
  end function read_plan_cases

  elemental function u(i) result(value)
    integer(c_int64_t), intent(in) :: i
    real(c_double) :: value
    value = mod(7 * i**3 + 31 * i**2 + 7919 * i + 104729, 65521_c_int64_t) / 65536.0_c_double
  end function u

  ! Of points from number `first` on, as the table's head has them: (3, count).
  pure function coordinates(points, first, count) result(values)
    integer, intent(in) :: points, first, count
    real(c_double) :: values(3, count)
    integer(c_int64_t) :: i, j
    integer :: axis, point
    do point = 1, count
      j = first + point - 1
      do axis = 1, 3
        i = 3 * j + axis - 1
        select case (points)
        case (1)
          values(axis, point) = u(i) / 2.0_c_double**mod(j, 7_c_int64_t) + mod(j, 3_c_int64_t) / 4.0_c_double
        case (2)
          values(axis, point) = u(i - 3 * mod(j, 4_c_int64_t))
        case (3)
          values(axis, point) = merge(0.5_c_double, u(i), axis == 3)
        case (4)
          values(axis, point) = mod(j / 11**(axis - 1), 11_c_int64_t) / 8.0_c_double
        case default
          values(axis, point) = u(i)
        end select
      end do
    end do
  end function coordinates
end module fmm_plan_cases

module fmm_plan_runs_f64
  use, intrinsic :: iso_c_binding, only: real_kind => c_double
  include "fmm_plan_run.inc"
end module fmm_plan_runs_f64

module fmm_plan_runs_f32
  use, intrinsic :: iso_c_binding, only: real_kind => c_float
  include "fmm_plan_run.inc"
end module fmm_plan_runs_f32
