! The right-hand side as its formula reads, with a sine of the Fortran library for every pair of neighbours; for a lattice of three
! axes (fewer: extents of 1 behind). And a small correct call with all its arrays, to be spoilt in one place.
module kuramoto_naive
  use, intrinsic :: iso_c_binding, only: c_double
  use check, only: claim, same_bits, contains_text
  use hotloop
  implicit none
  private
  public :: naive_rhs, naive_faces, lattice_request, good_lattice, by_rhs, by_integrate, lattice_refused, lattice_caller

  ! Phases beyond the ends of each axis.
  type :: naive_faces
    real(c_double), allocatable :: below_1(:, :), above_1(:, :), below_2(:, :), above_2(:, :), below_3(:, :), above_3(:, :)
  end type naive_faces

  type :: lattice_request
    real(c_double), allocatable :: theta(:, :), omega(:, :), coupling(:, :), dtheta(:, :), frames(:, :, :), order_r(:), order_psi(:)
    real(c_double), allocatable :: below_1(:), above_1(:), below_2(:), above_2(:)
    real(c_double) :: dt = 0.125_c_double
    integer :: n_steps = 7, record_every = 3, steps_done = -5
    type(hl_kuramoto_options) :: options
  end type lattice_request

  interface
    ! Makes the call with the request's arrays; an array that is not allocated is absent.
    subroutine lattice_caller(asked, stat, errmsg)
      import :: lattice_request
      type(lattice_request), intent(inout) :: asked
      integer, intent(out) :: stat
      character(len=*), intent(inout) :: errmsg
    end subroutine lattice_caller
  end interface

contains

  function naive_rhs(theta, omega, coupling, options, faces) result(slopes)
    real(c_double), intent(in) :: theta(:, :, :), omega(:, :, :), coupling(:, :, :)
    type(hl_kuramoto_options), intent(in) :: options
    type(naive_faces), intent(in) :: faces
    real(c_double) :: slopes(size(theta, 1), size(theta, 2), size(theta, 3))
    real(c_double) :: pull, phase
    logical :: there
    integer :: i, j, k, axis, side
    do k = 1, size(theta, 3)
      do j = 1, size(theta, 2)
        do i = 1, size(theta, 1)
          pull = 0
          do axis = 1, 3
            do side = -1, 1, 2
              call neighbour([i, j, k], axis, side, phase, there)
              if (.not. there) cycle
              phase = phase - theta(i, j, k) - options%lag
              if (options%law /= HL_COUPLING_LINEAR) phase = sin(phase)
              pull = pull + phase
            end do
          end do
          slopes(i, j, k) = omega(i, j, k) + coupling(i, j, k) * pull
        end do
      end do
    end do

  contains

    subroutine neighbour(cell, axis, side, phase, there)
      integer, intent(in) :: cell(3), axis, side
      real(c_double), intent(out) :: phase
      logical, intent(out) :: there
      integer :: at(3)
      at = cell
      at(axis) = at(axis) + side
      phase = 0
      there = .true.
      if (at(axis) >= 1 .and. at(axis) <= size(theta, axis)) then
        phase = theta(at(1), at(2), at(3))
      else if (options%boundary(axis) == HL_BOUNDARY_PERIODIC) then
        at(axis) = modulo(at(axis) - 1, size(theta, axis)) + 1
        phase = theta(at(1), at(2), at(3))
      else if (options%boundary(axis) == HL_BOUNDARY_HALO) then
        select case (axis)
        case (1)
          if (side < 0) phase = faces%below_1(at(2), at(3))
          if (side > 0) phase = faces%above_1(at(2), at(3))
        case (2)
          if (side < 0) phase = faces%below_2(at(1), at(3))
          if (side > 0) phase = faces%above_2(at(1), at(3))
        case (3)
          if (side < 0) phase = faces%below_3(at(1), at(2))
          if (side > 0) phase = faces%above_3(at(1), at(2))
        end select
      else
        there = .false.
      end if
    end subroutine neighbour
  end function naive_rhs

  function good_lattice() result(asked)
    type(lattice_request) :: asked
    real(c_double), parameter :: unset = -77.0_c_double
    integer :: i, j
    allocate (asked%theta(4, 5), asked%omega(4, 5), asked%coupling(4, 5))
    do j = 1, 5
      do i = 1, 4
        asked%theta(i, j) = 0.75_c_double * i * j - 0.25_c_double * i
        asked%omega(i, j) = 0.5_c_double + 0.125_c_double * (i - j)
        asked%coupling(i, j) = 1 + 0.0625_c_double * (i + 2 * j)
      end do
    end do
    allocate (asked%dtheta(4, 5), asked%frames(4, 5, 2), asked%order_r(2), asked%order_psi(2), source=unset)
  end function good_lattice

  subroutine by_rhs(asked, stat, errmsg)
    type(lattice_request), intent(inout) :: asked
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: errmsg
    call hl_kuramoto_rhs(asked%theta, asked%omega, asked%coupling, asked%dtheta, asked%options, asked%below_1, asked%above_1, &
      asked%below_2, asked%above_2, stat, errmsg)
  end subroutine by_rhs

  subroutine by_integrate(asked, stat, errmsg)
    type(lattice_request), intent(inout) :: asked
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: errmsg
    call hl_kuramoto_integrate(asked%theta, asked%omega, asked%coupling, asked%dt, asked%n_steps, asked%options, &
      asked%record_every, asked%frames, asked%order_r, asked%order_psi, asked%steps_done, asked%below_1, asked%above_1, &
      asked%below_2, asked%above_2, stat=stat, errmsg=errmsg)
  end subroutine by_integrate

  subroutine lattice_refused(make_call, procedure_name, asked, status, argument, text)
    procedure(lattice_caller) :: make_call
    character(len=*), intent(in) :: procedure_name, argument, text
    type(lattice_request), intent(in) :: asked
    integer, intent(in) :: status
    type(lattice_request) :: after
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
    call claim(same_bits(asked%theta, after%theta) .and. same_bits(asked%dtheta, after%dtheta) .and. &
      same_bits(asked%frames, after%frames) .and. same_bits(asked%order_r, after%order_r) .and. &
      same_bits(asked%order_psi, after%order_psi), procedure_name // ": " // text // ": no output is touched")
    if (procedure_name == "hl_kuramoto_integrate") call claim(after%steps_done == 0, procedure_name // ": " // text // &
      ": no step is counted")
  end subroutine lattice_refused
end module kuramoto_naive
