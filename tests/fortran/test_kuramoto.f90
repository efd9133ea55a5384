! The Kuramoto procedures beside the formula with a sine for every pair; arrays of every shape that Fortran has; records, options,
! progress; bad calls, one row a mistake.
module progress_procedures
  use, intrinsic :: iso_c_binding, only: c_int32_t, c_int64_t
  implicit none
  integer, save :: calls = 0
  integer(c_int64_t), save :: last_done = -1, last_total = -1

contains

  function follow(done, total) result(cancel)
    integer(c_int64_t), intent(in) :: done, total
    integer(c_int32_t) :: cancel
    calls = calls + 1
    last_done = done
    last_total = total
    cancel = 0
  end function follow

  function cancel_at_once(done, total) result(cancel)
    integer(c_int64_t), intent(in) :: done, total
    integer(c_int32_t) :: cancel
    cancel = merge(1, 2, done <= total)
  end function cancel_at_once

  function own_status(done, total) result(cancel)
    integer(c_int64_t), intent(in) :: done, total
    integer(c_int32_t) :: cancel
    cancel = merge(-42, -43, done <= total)
  end function own_status
end module progress_procedures

program test_kuramoto
  use, intrinsic :: iso_c_binding, only: c_double, c_float, c_int32_t, c_intptr_t, c_ptrdiff_t, c_ptr, c_loc, c_sizeof, c_associated
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_quiet_nan, ieee_positive_inf
  use, intrinsic :: ieee_exceptions, only: ieee_get_flag, ieee_set_flag, ieee_all, ieee_usual
  use check
  use hotloop
  use hotloop_c, only: c_options => hl_kuramoto_options, c_options_init => hl_kuramoto_options_init
  use kuramoto_naive
  use progress_procedures
  implicit none

  interface
    function hl_test_kuramoto_offset(field) bind(C, name="hl_test_kuramoto_offset") result(offset)
      import :: c_int32_t, c_ptrdiff_t
      integer(c_int32_t), value :: field
      integer(c_ptrdiff_t) :: offset
    end function hl_test_kuramoto_offset
  end interface

  character(len=600) :: message
  integer :: stat

  call layout()
  call defaults()
  call formula()
  call sections()
  call components_and_pointers()
  call numbers_in_place_of_arrays()
  call halos_are_sections_too()
  call accumulation()
  call runge_kutta()
  call records()
  call order_parameter()
  call progress()
  call empty_lattices()
  call no_floating_point_exceptions()
  call bad_extents()
  call bad_values()
  call bad_options()
  call conclude("test_kuramoto")

contains

  ! ---- options ----

  subroutine layout()
    type(c_options), target :: seen
    integer(c_intptr_t) :: offsets(0:20), base
    character(len=8) :: number
    integer :: field
    base = transfer(c_loc(seen), base)
    offsets = [address(c_loc(seen%struct_size)), address(c_loc(seen%law)), address(c_loc(seen%method)), &
      address(c_loc(seen%boundary)), address(c_loc(seen%nonfinite)), address(c_loc(seen%accumulate)), &
      address(c_loc(seen%reserved)), address(c_loc(seen%lag)), address(c_loc(seen%halo_below)), &
      address(c_loc(seen%halo_below_strides)), address(c_loc(seen%halo_above)), address(c_loc(seen%halo_above_strides)), &
      address(c_loc(seen%progress)), address(c_loc(seen%progress_user)), address(c_loc(seen%noise)), &
      address(c_loc(seen%noise_seed)), address(c_loc(seen%first_step)), address(c_loc(seen%first_cell)), &
      address(c_loc(seen%rtol)), address(c_loc(seen%atol)), address(c_loc(seen%next_step))] - base
    do field = 0, 20
      write (number, "(i0)") field
      call claim(offsets(field) == hl_test_kuramoto_offset(int(field, c_int32_t)), "field " // trim(number) // &
        " lies where C has it")
    end do
    call claim(int(c_sizeof(seen), c_ptrdiff_t) == hl_test_kuramoto_offset(21_c_int32_t), &
      "the derived type is as large as the C struct")
    call claim(hl_test_kuramoto_offset(22_c_int32_t) == -1, "every field was compared")
  end subroutine layout

  integer(c_intptr_t) function address(pointer)
    type(c_ptr), intent(in) :: pointer
    address = transfer(pointer, address)
  end function address

  subroutine defaults()
    type(c_options) :: library
    type(hl_kuramoto_options) :: ours
    integer :: axis
    call claim(c_options_init(library, c_sizeof(library)) == HL_OK, "hl_kuramoto_options_init")
    call claim(ours%law == library%law .and. ours%method == library%method .and. all(ours%boundary == library%boundary) .and. &
      ours%nonfinite == library%nonfinite .and. (ours%accumulate .eqv. library%accumulate /= 0) .and. &
      abs(ours%lag - library%lag) <= 0 .and. abs(ours%noise - library%noise) <= 0 .and. &
      ours%noise_seed == library%noise_seed .and. ours%first_step == library%first_step .and. &
      ours%first_cell == library%first_cell .and. abs(ours%rtol - library%rtol) <= 0 .and. &
      abs(ours%atol - library%atol) <= 0, "the defaults are the library's")
    call claim(.not. c_associated(library%next_step), "no step to try by default")
    call claim(.not. associated(ours%progress), "no progress procedure by default")
    do axis = 1, 3
      call claim(.not. c_associated(library%halo_below(axis)) .and. .not. c_associated(library%halo_above(axis)), &
        "no halo by default")
    end do
  end subroutine defaults

  ! ---- the formula ----

  subroutine formula()
    integer, parameter :: shapes(3, 9) = reshape([1, 1, 1, 17, 1, 1, 40, 1, 1, 6, 9, 1, 9, 40, 1, 33, 2, 1, 4, 5, 7, 1, 3, 20, &
      8, 8, 8], [3, 9])
    type(hl_kuramoto_options) :: options
    type(naive_faces) :: faces
    real(c_double), allocatable :: theta(:, :, :), omega(:, :, :), coupling(:, :, :), expected(:, :, :)
    character(len=80) :: text
    integer :: number, law, boundary, n(3)
    do number = 1, size(shapes, 2)
      n = shapes(:, number)
      theta = numbers(n, 1, 9.0_c_double)
      omega = numbers(n, 2, 1.0_c_double)
      coupling = numbers(n, 3, 2.0_c_double)
      faces%below_1 = plane(n(2), n(3), 4)
      faces%above_1 = plane(n(2), n(3), 5)
      faces%below_2 = plane(n(1), n(3), 6)
      faces%above_2 = plane(n(1), n(3), 7)
      faces%below_3 = plane(n(1), n(2), 8)
      faces%above_3 = plane(n(1), n(2), 9)
      do law = HL_COUPLING_SINE, HL_COUPLING_LINEAR
        do boundary = HL_BOUNDARY_ZERO_FLUX, HL_BOUNDARY_HALO
          write (text, "('extents', 3(1x, i0), ', law ', i0, ', boundary ', i0)") n, law, boundary
          ! Axes that the lattice lacks have no neighbours: for the formula, zero flux.
          options = hl_kuramoto_options(law=law, lag=0.3_c_double)
          options%boundary(1) = boundary
          if (n(2) > 1 .or. n(3) > 1) options%boundary(2) = mod(boundary + 1, 3)
          if (n(3) > 1) options%boundary(3) = mod(boundary + 2, 3)
          expected = naive_rhs(theta, omega, coupling, options, faces)
          if (n(3) > 1) then
            call compare_3(theta, omega, coupling, options, faces, expected, trim(text))
          else if (n(2) > 1) then
            call compare_2(theta(:, :, 1), omega(:, :, 1), coupling(:, :, 1), options, faces, expected(:, :, 1), trim(text))
          else
            call compare_1(theta(:, 1, 1), omega(:, 1, 1), coupling(:, 1, 1), options, faces, expected(:, 1, 1), trim(text))
          end if
        end do
      end do
    end do
  end subroutine formula

  pure function numbers(n, seed, largest) result(values)
    integer, intent(in) :: n(3), seed
    real(c_double), intent(in) :: largest
    real(c_double) :: values(n(1), n(2), n(3))
    integer :: i
    values = reshape([(largest * mod(7919 * i * seed + 104729 * seed, 4096) / 4096, i=1, product(n))], n)
  end function numbers

  pure function plane(n, m, seed) result(values)
    integer, intent(in) :: n, m, seed
    real(c_double) :: values(n, m)
    values = reshape(numbers([n, m, 1], seed, 9.0_c_double), [n, m])
  end function plane

  subroutine compare_1(theta, omega, coupling, options, faces, expected, text)
    real(c_double), intent(in) :: theta(:), omega(:), coupling(:), expected(:)
    type(hl_kuramoto_options), intent(in) :: options
    type(naive_faces), intent(in) :: faces
    character(len=*), intent(in) :: text
    real(c_double) :: dtheta(size(theta))
    real(c_float) :: single(size(theta))
    dtheta = -77
    single = -77
    if (options%boundary(1) == HL_BOUNDARY_HALO) then
      call hl_kuramoto_rhs(theta, omega, coupling, dtheta, options, faces%below_1(1, 1), faces%above_1(1, 1), stat, message)
      call claim(stat == HL_OK, text, message)
      call hl_kuramoto_rhs(real(theta, c_float), real(omega, c_float), real(coupling, c_float), single, options, &
        real(faces%below_1(1, 1), c_float), real(faces%above_1(1, 1), c_float), stat, message)
    else
      call hl_kuramoto_rhs(theta, omega, coupling, dtheta, options, stat=stat, errmsg=message)
      call claim(stat == HL_OK, text, message)
      call hl_kuramoto_rhs(real(theta, c_float), real(omega, c_float), real(coupling, c_float), single, options, stat=stat, &
        errmsg=message)
    end if
    call claim(stat == HL_OK, text // ", f32", message)
    call claim(largest(dtheta - expected) < 1e-13_c_double, text // ": the formula", worst(dtheta - expected))
    call claim(largest(single - expected) < 2e-5_c_double, text // ": the formula, f32", worst(single - expected))
  end subroutine compare_1

  subroutine compare_2(theta, omega, coupling, options, faces, expected, text)
    real(c_double), intent(in) :: theta(:, :), omega(:, :), coupling(:, :), expected(:, :)
    type(hl_kuramoto_options), intent(in) :: options
    type(naive_faces), intent(in), target :: faces
    character(len=*), intent(in) :: text
    real(c_double) :: dtheta(size(theta, 1), size(theta, 2))
    real(c_float) :: single(size(theta, 1), size(theta, 2))
    real(c_double), pointer :: below_1(:), above_1(:), below_2(:), above_2(:)
    real(c_float), allocatable :: f32_below_1(:), f32_above_1(:), f32_below_2(:), f32_above_2(:)
    nullify (below_1, above_1, below_2, above_2)
    if (options%boundary(1) == HL_BOUNDARY_HALO) then
      below_1 => faces%below_1(:, 1)
      above_1 => faces%above_1(:, 1)
      f32_below_1 = real(below_1, c_float)
      f32_above_1 = real(above_1, c_float)
    end if
    if (options%boundary(2) == HL_BOUNDARY_HALO) then
      below_2 => faces%below_2(:, 1)
      above_2 => faces%above_2(:, 1)
      f32_below_2 = real(below_2, c_float)
      f32_above_2 = real(above_2, c_float)
    end if
    dtheta = -77
    single = -77
    call hl_kuramoto_rhs(theta, omega, coupling, dtheta, options, below_1, above_1, below_2, above_2, stat, message)
    call claim(stat == HL_OK, text, message)
    call hl_kuramoto_rhs(real(theta, c_float), real(omega, c_float), real(coupling, c_float), single, options, f32_below_1, &
      f32_above_1, f32_below_2, f32_above_2, stat, message)
    call claim(stat == HL_OK, text // ", f32", message)
    call claim(maxval(abs(dtheta - expected)) < 1e-13_c_double, text // ": the formula")
    call claim(maxval(abs(single - expected)) < 2e-5_c_double, text // ": the formula, f32")
  end subroutine compare_2

  subroutine compare_3(theta, omega, coupling, options, faces, expected, text)
    real(c_double), intent(in) :: theta(:, :, :), omega(:, :, :), coupling(:, :, :), expected(:, :, :)
    type(hl_kuramoto_options), intent(in) :: options
    type(naive_faces), intent(in) :: faces
    character(len=*), intent(in) :: text
    real(c_double) :: dtheta(size(theta, 1), size(theta, 2), size(theta, 3))
    type(naive_faces) :: given
    if (options%boundary(1) == HL_BOUNDARY_HALO) given%below_1 = faces%below_1
    if (options%boundary(1) == HL_BOUNDARY_HALO) given%above_1 = faces%above_1
    if (options%boundary(2) == HL_BOUNDARY_HALO) given%below_2 = faces%below_2
    if (options%boundary(2) == HL_BOUNDARY_HALO) given%above_2 = faces%above_2
    if (options%boundary(3) == HL_BOUNDARY_HALO) given%below_3 = faces%below_3
    if (options%boundary(3) == HL_BOUNDARY_HALO) given%above_3 = faces%above_3
    dtheta = -77
    call hl_kuramoto_rhs(theta, omega, coupling, dtheta, options, given%below_1, given%above_1, given%below_2, given%above_2, &
      given%below_3, given%above_3, stat, message)
    call claim(stat == HL_OK, text, message)
    call claim(maxval(abs(dtheta - expected)) < 1e-13_c_double, text // ": the formula")
  end subroutine compare_3

  function worst(differences) result(text)
    real(c_double), intent(in) :: differences(:)
    character(len=40) :: text
    write (text, "('differs by ', es9.2)") largest(differences)
  end function worst

  ! ---- arrays ----

  ! Sections reversed, spaced and both give the bits of whole arrays, and nothing beside them is written.
  subroutine sections()
    real(c_double) :: theta(6, 5, 4), dtheta(6, 5, 4), storage(13, 11, 9), slopes(20, 20, 20), speeds(6, 10, 4)
    theta = numbers([6, 5, 4], 3, 9.0_c_double)
    speeds(:, 10:2:-2, :) = numbers([6, 5, 4], 5, 1.0_c_double)
    storage = 0
    slopes = -77
    storage(12:2:-2, 2:10:2, 8:2:-2) = theta
    call hl_kuramoto_rhs(theta, speeds(:, 10:2:-2, :), 1.5_c_double, dtheta, stat=stat, errmsg=message)
    call claim(stat == HL_OK, "a section of frequencies", message)
    call hl_kuramoto_rhs(storage(12:2:-2, 2:10:2, 8:2:-2), speeds(:, 10:2:-2, :), 1.5_c_double, slopes(1:16:3, 20:4:-4, 5:8), &
      stat=stat, errmsg=message)
    call claim(stat == HL_OK, "reversed and spaced sections", message)
    call claim(same_bits(slopes(1:16:3, 20:4:-4, 5:8), dtheta), "sections give the bits of whole arrays")
    call claim(count(abs(slopes + 77) > 0) == size(theta), "nothing is written beside a section")
    call hl_kuramoto_rhs(storage(12, 2:10:2, 4), 0.0_c_double, 1.0_c_double, slopes(20, 1:20:4, 20), stat=stat, errmsg=message)
    call claim(stat == HL_OK, "a row out of a lattice of three axes", message)
    call hl_kuramoto_rhs(theta(1, :, 3), 0.0_c_double, 1.0_c_double, dtheta(1, :, 1), stat=stat, errmsg=message)
    call claim(same_bits(slopes(20, 1:20:4, 20), dtheta(1, :, 1)), "and the same row from another array")
  end subroutine sections

  subroutine components_and_pointers()
    type :: cell
      real(c_double) :: theta = 0
      integer :: number = 7
      real(c_double) :: speed = 0
    end type cell
    type(cell), target :: cells(5, 4)
    real(c_double) :: expected(5, 4), slopes(5, 4)
    real(c_double), pointer :: shifted(:, :)
    type(lattice_request) :: asked
    integer :: i
    cells%theta = reshape([(0.5_c_double * i, i=1, 20)], [5, 4])
    cells%speed = 0.25_c_double
    call hl_kuramoto_rhs(reshape([(0.5_c_double * i, i=1, 20)], [5, 4]), 0.25_c_double, 1.0_c_double, expected)
    call hl_kuramoto_rhs(cells%theta, cells%speed, 1.0_c_double, slopes, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(slopes, expected), "components of an array of derived type as inputs", message)
    call hl_kuramoto_integrate(cells%theta, cells%speed, 1.0_c_double, 0.125_c_double, 1, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. all(abs(cells%theta - reshape([(0.5_c_double * i, i=1, 20)], [5, 4]) - 0.125_c_double * &
      expected) < 1e-14_c_double), "a component of an array of derived type integrated in place", message)
    call claim(all(cells%number == 7), "the components between are untouched")

    asked = good_lattice()
    call by_rhs(asked, stat, message)
    allocate (shifted(0:3, -2:2))
    shifted = asked%theta
    call hl_kuramoto_rhs(shifted, asked%omega, asked%coupling, slopes(:4, :4), stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE, "extents are compared, not bounds", message)
    slopes = -77
    call pass_on(asked%omega, shifted)
    deallocate (shifted)
  end subroutine components_and_pointers

  ! Dummies with lower bounds of their own, handed on.
  subroutine pass_on(omega, theta)
    real(c_double), intent(in) :: omega(3:, 0:)
    real(c_double), pointer, intent(in) :: theta(:, :)
    type(lattice_request) :: asked
    real(c_double) :: slopes(4, 5)
    asked = good_lattice()
    call by_rhs(asked, stat, message)
    call hl_kuramoto_rhs(theta, omega, asked%coupling(4:1:-1, :), slopes, stat=stat, errmsg=message)
    asked%coupling = asked%coupling(4:1:-1, :)
    call by_rhs(asked, stat, message)
    call claim(stat == HL_OK .and. same_bits(slopes, asked%dtheta), "pointers and dummies whose bounds begin elsewhere", message)
  end subroutine pass_on

  subroutine numbers_in_place_of_arrays()
    type(lattice_request) :: asked
    real(c_double) :: slopes(4, 5), theta(4, 5), single_value(1, 1)
    real(c_float) :: theta_f32(4, 5), slopes_f32(4, 5), expected_f32(4, 5), all_2(4, 5)
    asked = good_lattice()
    asked%omega = 0.375_c_double
    asked%coupling = 2
    call by_rhs(asked, stat, message)
    call hl_kuramoto_rhs(asked%theta, 0.375_c_double, 2.0_c_double, slopes, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(slopes, asked%dtheta), "one frequency and one coupling for all", message)
    call hl_kuramoto_rhs(asked%theta, asked%omega, asked%coupling(2, 2), slopes, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(slopes, asked%dtheta), "frequencies of their own, one coupling", message)
    call hl_kuramoto_rhs(asked%theta, asked%omega(1, 1), asked%coupling, slopes, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(slopes, asked%dtheta), "one frequency, couplings of their own", message)
    theta = asked%theta
    call hl_kuramoto_integrate(theta, 0.375_c_double, 2.0_c_double, 0.125_c_double, 3)
    call hl_kuramoto_integrate(asked%theta, asked%omega, asked%coupling, 0.125_c_double, 3)
    call claim(same_bits(theta, asked%theta), "integration with numbers in place of arrays")
    single_value = 2
    call hl_kuramoto_rhs(theta, 0.375_c_double, single_value, slopes, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. contains_text(message, "coupling"), "an array of one element is not one number", message)
    theta_f32 = real(asked%theta, c_float)
    all_2 = 2
    call hl_kuramoto_rhs(theta_f32, all_2, all_2, expected_f32, stat=stat, errmsg=message)
    call hl_kuramoto_rhs(theta_f32, 2.0_c_float, 2.0_c_float, slopes_f32, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. all(transfer(slopes_f32, [1_c_int32_t]) == transfer(expected_f32, [1_c_int32_t])), &
      "numbers in place of arrays, f32", message)
  end subroutine numbers_in_place_of_arrays

  ! A torus' own rim as its halo: the bits of the torus. The faces are rows of the array itself and reversed, spaced sections.
  subroutine halos_are_sections_too()
    type(lattice_request) :: asked
    type(hl_kuramoto_options) :: halo
    real(c_double) :: slopes(4, 5), rims(11, 2)
    asked = good_lattice()
    asked%options%boundary(:2) = HL_BOUNDARY_PERIODIC
    call by_rhs(asked, stat, message)
    halo%boundary(:2) = HL_BOUNDARY_HALO
    rims = -77
    rims(11:3:-2, 1) = asked%theta(4, :)
    rims(5:8, 2) = asked%theta(:, 5)
    call hl_kuramoto_rhs(asked%theta, asked%omega, asked%coupling, slopes, halo, rims(11:3:-2, 1), asked%theta(1, :), &
      rims(5:8, 2), asked%theta(:, 1), stat, message)
    call claim(stat == HL_OK .and. same_bits(slopes, asked%dtheta), "a torus by halos has the torus' bits", message)
  end subroutine halos_are_sections_too

  subroutine accumulation()
    type(lattice_request) :: asked, added
    asked = good_lattice()
    call by_rhs(asked, stat, message)
    added = good_lattice()
    added%dtheta = 0.5_c_double
    added%options%accumulate = .true.
    call by_rhs(added, stat, message)
    call claim(stat == HL_OK .and. same_bits(added%dtheta, 0.5_c_double + asked%dtheta), "accumulate adds to dtheta", message)
  end subroutine accumulation

  subroutine runge_kutta()
    real(c_double) :: theta(20, 30, 1), omega(20, 30, 1), coupling(20, 30, 1), lattice(20, 30)
    real(c_double), dimension(20, 30, 1) :: k1, k2, k3, k4
    real(c_double), parameter :: dt = 0.05_c_double
    type(hl_kuramoto_options) :: options
    type(naive_faces) :: no_faces
    integer :: step
    theta = numbers([20, 30, 1], 3, 6.0_c_double)
    omega = numbers([20, 30, 1], 5, 1.0_c_double)
    coupling = numbers([20, 30, 1], 7, 2.0_c_double)
    lattice = theta(:, :, 1)
    options = hl_kuramoto_options(method=HL_METHOD_RK4, lag=0.25_c_double)
    options%boundary(2) = HL_BOUNDARY_PERIODIC
    do step = 1, 10
      k1 = naive_rhs(theta, omega, coupling, options, no_faces)
      k2 = naive_rhs(theta + dt / 2 * k1, omega, coupling, options, no_faces)
      k3 = naive_rhs(theta + dt / 2 * k2, omega, coupling, options, no_faces)
      k4 = naive_rhs(theta + dt * k3, omega, coupling, options, no_faces)
      theta = theta + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    end do
    call hl_kuramoto_integrate(lattice, omega(:, :, 1), coupling(:, :, 1), dt, 10, options, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. maxval(abs(lattice - theta(:, :, 1))) < 1e-12_c_double, &
      "ten steps of RK4 as the formula has them", message)
  end subroutine runge_kutta

  ! ---- records ----

  subroutine records()
    type(lattice_request) :: asked, step_by_step
    real(c_double) :: frames(9, 2, 5, 4), r, psi
    integer :: frame, steps_done
    asked = good_lattice()
    call by_integrate(asked, stat, message)
    call claim(stat == HL_OK .and. asked%steps_done == 7, "records and steps_done", message)
    step_by_step = good_lattice()
    do frame = 1, 2
      call hl_kuramoto_integrate(step_by_step%theta, step_by_step%omega, step_by_step%coupling, step_by_step%dt, 3)
      call hl_kuramoto_order_parameter(step_by_step%theta, r, psi)
      call claim(same_bits(asked%frames(:, :, frame), step_by_step%theta), "frames(:, :, k) are the phases after k records")
      call claim(same_bits([asked%order_r(frame), asked%order_psi(frame)], [r, psi]), "and their order parameter")
    end do
    call hl_kuramoto_integrate(step_by_step%theta, step_by_step%omega, step_by_step%coupling, step_by_step%dt, 1)
    call claim(same_bits(asked%theta, step_by_step%theta), "parts of an integration give the bits of the whole")
    step_by_step = good_lattice()
    frames = -77
    call hl_kuramoto_integrate(step_by_step%theta, step_by_step%omega, step_by_step%coupling, step_by_step%dt, 7, record_every=3, &
      frames=frames(8:2:-2, 1, :, 4:2:-2), steps_done=steps_done, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(frames(8:2:-2, 1, :, 4:2:-2), asked%frames), "frames in a reversed section", message)
    call claim(count(abs(frames + 77) > 0) == size(asked%frames), "nothing is written beside the frames")
    step_by_step = good_lattice()
    asked%order_psi = -77
    call hl_kuramoto_integrate(step_by_step%theta, step_by_step%omega, step_by_step%coupling, step_by_step%dt, 7, record_every=3, &
      order_psi=asked%order_psi(2:1:-1), stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. all(asked%order_psi > -4), "one of the records alone", message)
    call hl_kuramoto_integrate(step_by_step%theta, step_by_step%omega, step_by_step%coupling, step_by_step%dt, 7, record_every=3, &
      stat=stat, errmsg=message)
    call claim(stat == HL_OK, "record_every without records", message)
  end subroutine records

  subroutine order_parameter()
    real(c_double) :: ring(12), r, psi
    real(c_float) :: r_f32, psi_f32
    real(c_double), parameter :: pi = acos(-1.0_c_double)
    integer :: i
    ring = 0.75_c_double
    call hl_kuramoto_order_parameter(ring, r, psi, stat, message)
    call claim(stat == HL_OK .and. abs(r - 1) < 1e-15_c_double .and. abs(psi - 0.75_c_double) < 1e-15_c_double, "agreement", &
      message)
    ring = [(2 * pi * i / 12, i=1, 12)]
    call hl_kuramoto_order_parameter(ring, r, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. r < 1e-15_c_double, "phases all round", message)
    call hl_kuramoto_order_parameter(ring(:3), psi=psi, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. abs(psi - pi / 3) < 1e-15_c_double, "psi alone", message)
    call hl_kuramoto_order_parameter(reshape(real(ring(:4), c_float), [2, 1, 2]), r_f32, psi_f32, stat, message)
    call claim(stat == HL_OK .and. abs(psi_f32 - 5 * pi / 12) < 1e-6_c_double, "three axes, f32", message)
    r = -77
    call hl_kuramoto_order_parameter(ring(:0), r, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. index(message, "hl_kuramoto_order_parameter: ") == 1 .and. abs(r + 77) <= 0, &
      "an order parameter of nothing is refused", message)
  end subroutine order_parameter

  ! ---- progress ----

  subroutine progress()
    type(lattice_request) :: asked, expected
    asked = good_lattice()
    asked%options%progress => follow
    calls = 0
    call by_integrate(asked, stat, message)
    call claim(stat == HL_OK .and. calls >= 2 .and. last_done == 7 .and. last_total == 7, "progress counts steps", message)
    asked = good_lattice()
    asked%options%progress => cancel_at_once
    call by_integrate(asked, stat, message)
    call claim(stat == HL_ERR_CANCELLED .and. asked%steps_done >= 0 .and. asked%steps_done <= 7, "a positive answer cancels", &
      message)
    expected = good_lattice()
    call hl_kuramoto_integrate(expected%theta, expected%omega, expected%coupling, expected%dt, asked%steps_done)
    call claim(same_bits(asked%theta, expected%theta), "theta stands at step steps_done")
    asked = good_lattice()
    asked%options%progress => own_status
    call by_integrate(asked, stat, message)
    call claim(stat == -42, "a negative answer is the stat", message)
  end subroutine progress

  ! ---- edges of the domain ----

  subroutine empty_lattices()
    real(c_double) :: nothing(0, 5), more_of_it(3, 0), frames(3, 0, 2)
    integer :: steps_done
    call hl_kuramoto_rhs(nothing, nothing, 1.0_c_double, nothing, stat=stat, errmsg=message)
    call claim(stat == HL_OK, "no cells: right-hand side", message)
    call hl_kuramoto_integrate(more_of_it, 1.0_c_double, more_of_it, 0.5_c_double, 4, record_every=2, frames=frames, &
      steps_done=steps_done, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. steps_done == 4, "no cells: integration", message)
  end subroutine empty_lattices

  ! Programs are often compiled with -ffpe-trap=invalid,zero,overflow, and would stop inside the library.
  subroutine no_floating_point_exceptions()
    type(lattice_request) :: asked
    logical :: raised(size(ieee_usual))
    character(len=60) :: text
    integer :: law, method, boundary, before
    before = hl_set_num_threads_local(1) ! the calling thread computes, so that its flags tell
    do law = HL_COUPLING_SINE, HL_COUPLING_LINEAR
      do method = HL_METHOD_EULER, HL_METHOD_RK4
        do boundary = HL_BOUNDARY_ZERO_FLUX, HL_BOUNDARY_HALO
          asked = good_lattice()
          if (boundary == HL_BOUNDARY_HALO) call put_halos(asked)
          asked%options%boundary(:2) = boundary
          asked%options%law = law
          asked%options%method = method
          call ieee_set_flag(ieee_all, .false.)
          call by_rhs(asked, stat, message)
          call by_integrate(asked, stat, message)
          call ieee_get_flag(ieee_usual, raised)
          write (text, "('law ', i0, ', method ', i0, ', boundary ', i0)") law, method, boundary
          call claim(stat == HL_OK .and. .not. any(raised), trim(text) // ": no floating-point exception")
        end do
      end do
    end do
    before = hl_set_num_threads_local(before)
  end subroutine no_floating_point_exceptions

  ! ---- bad calls ----

  subroutine bad_extents()
    type(lattice_request) :: asked
    asked = good_lattice()
    call by_rhs(asked, stat, message)
    call claim(stat == HL_OK, "the unspoilt request is accepted by hl_kuramoto_rhs", message)
    asked = good_lattice()
    call by_integrate(asked, stat, message)
    call claim(stat == HL_OK, "the unspoilt request is accepted by hl_kuramoto_integrate", message)
    asked = good_lattice()
    asked%omega = asked%omega(:3, :)
    call both(asked, HL_ERR_SHAPE, "omega", "too few frequencies")
    asked = good_lattice()
    asked%coupling = transpose(asked%coupling)
    call both(asked, HL_ERR_SHAPE, "coupling", "couplings with their axes exchanged")
    asked = good_lattice()
    deallocate (asked%dtheta)
    allocate (asked%dtheta(4, 6), source=-77.0_c_double)
    call lattice_refused(by_rhs, "hl_kuramoto_rhs", asked, HL_ERR_SHAPE, "dtheta", "too much room")
    asked = good_lattice()
    asked%frames = asked%frames(:, :, :1)
    call lattice_refused(by_integrate, "hl_kuramoto_integrate", asked, HL_ERR_SHAPE, "frames", "a frame too few")
    asked = good_lattice()
    asked%order_r = [asked%order_r, 0.0_c_double]
    call lattice_refused(by_integrate, "hl_kuramoto_integrate", asked, HL_ERR_SHAPE, "order_r", "room for a record too many")
    asked = good_lattice()
    asked%order_psi = asked%order_psi(:1)
    call lattice_refused(by_integrate, "hl_kuramoto_integrate", asked, HL_ERR_SHAPE, "order_psi", "a record too few")
    asked = good_lattice()
    asked%n_steps = -1
    call lattice_refused(by_integrate, "hl_kuramoto_integrate", asked, HL_ERR_SHAPE, "n_steps", "a negative number of steps")
    asked = good_lattice()
    asked%record_every = -2
    call lattice_refused(by_integrate, "hl_kuramoto_integrate", asked, HL_ERR_SHAPE, "record_every", "records before the start")
    asked = good_lattice()
    asked%record_every = 0
    call lattice_refused(by_integrate, "hl_kuramoto_integrate", asked, HL_ERR_SHAPE, "frames", "records without an interval")
    asked = good_lattice()
    call put_halos(asked)
    asked%below_2 = asked%below_2(:3)
    call both(asked, HL_ERR_SHAPE, "halo_below_2", "a halo that is too short")
    call one_rank_for_all()
  end subroutine bad_extents

  subroutine one_rank_for_all()
    type(lattice_request) :: asked
    real(c_double) :: four_axes(1, 1, 1, 1)
    asked = good_lattice()
    four_axes = 1
    call hl_kuramoto_rhs(asked%theta, asked%omega(:, 1), asked%coupling, asked%dtheta, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. index(message, "hl_kuramoto_rhs: omega: has rank 1") == 1, &
      "frequencies of another rank", message)
    call hl_kuramoto_rhs(asked%theta, asked%omega, four_axes, asked%dtheta, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. index(message, "hl_kuramoto_rhs: coupling: has rank 4") == 1, "couplings of four axes", &
      message)
    call claim(all(abs(asked%dtheta + 77) <= 0), "no output is touched")
  end subroutine one_rank_for_all

  subroutine put_halos(asked)
    type(lattice_request), intent(inout) :: asked
    asked%options%boundary(:2) = HL_BOUNDARY_HALO
    asked%below_1 = asked%theta(4, :)
    asked%above_1 = asked%theta(1, :)
    asked%below_2 = asked%theta(:, 5)
    asked%above_2 = asked%theta(:, 1)
  end subroutine put_halos

  subroutine both(asked, status, argument, text)
    type(lattice_request), intent(in) :: asked
    integer(c_int32_t), intent(in) :: status
    character(len=*), intent(in) :: argument, text
    call lattice_refused(by_rhs, "hl_kuramoto_rhs", asked, status, argument, text)
    call lattice_refused(by_integrate, "hl_kuramoto_integrate", asked, status, argument, text)
  end subroutine both

  subroutine bad_values()
    type(lattice_request) :: asked
    real(c_double) :: nan, infinity
    nan = ieee_value(nan, ieee_quiet_nan)
    infinity = ieee_value(infinity, ieee_positive_inf)
    asked = good_lattice()
    asked%theta(2, 3) = nan
    call both(asked, HL_ERR_NONFINITE, "theta", "a phase that is NaN")
    asked%options%nonfinite = HL_NONFINITE_PROPAGATE
    call by_rhs(asked, stat, message)
    call claim(stat == HL_OK .and. asked%dtheta(2, 3) /= asked%dtheta(2, 3), "unless it may propagate", message)
    asked = good_lattice()
    asked%theta(4, 5) = 2.0_c_double**51
    call both(asked, HL_ERR_ARGUMENT, "theta", "a phase without digits")
    asked = good_lattice()
    asked%omega(1, 1) = infinity
    call both(asked, HL_ERR_NONFINITE, "omega", "an infinite frequency")
    asked = good_lattice()
    asked%coupling(3, 1) = -infinity
    call both(asked, HL_ERR_NONFINITE, "coupling", "an infinite coupling")
    asked = good_lattice()
    call put_halos(asked)
    asked%above_1(2) = nan
    call both(asked, HL_ERR_NONFINITE, "halo_above[0]", "a NaN in a halo")
    asked = good_lattice()
    asked%dt = 0
    call lattice_refused(by_integrate, "hl_kuramoto_integrate", asked, HL_ERR_ARGUMENT, "dt", "steps of no length")
    asked%dt = nan
    call lattice_refused(by_integrate, "hl_kuramoto_integrate", asked, HL_ERR_ARGUMENT, "dt", "a dt that is NaN")
    call overlap()
  end subroutine bad_values

  subroutine overlap()
    type(lattice_request) :: asked
    asked = good_lattice()
    call in_place(asked%theta, asked%theta)
    call claim(stat == HL_ERR_ALIAS .and. contains_text(message, "dtheta"), "slopes on top of phases are refused", message)
  end subroutine overlap

  ! Two names for one array, which the compiler does not see.
  subroutine in_place(theta, dtheta)
    real(c_double), intent(inout), target :: theta(:, :), dtheta(:, :)
    call hl_kuramoto_rhs(theta, 1.0_c_double, 1.0_c_double, dtheta, stat=stat, errmsg=message)
  end subroutine in_place

  subroutine bad_options()
    type(lattice_request) :: asked
    asked = good_lattice()
    asked%options%law = 3
    call both(asked, HL_ERR_OPTION, "law", "a law that does not exist")
    asked = good_lattice()
    asked%options%method = 9
    call both(asked, HL_ERR_OPTION, "method", "a method that does not exist")
    asked = good_lattice()
    asked%options%boundary(2) = -1
    call both(asked, HL_ERR_OPTION, "boundary[1]", "a boundary that does not exist")
    asked = good_lattice()
    asked%options%nonfinite = 2
    call both(asked, HL_ERR_OPTION, "nonfinite", "a way with NaN that does not exist")
    asked = good_lattice()
    asked%options%lag = ieee_value(asked%dt, ieee_quiet_nan)
    call both(asked, HL_ERR_OPTION, "lag", "a lag that is NaN")
    asked = good_lattice()
    call put_halos(asked)
    deallocate (asked%above_2)
    call both(asked, HL_ERR_NULL, "halo_above[1]", "a halo that is not given")
    asked = good_lattice()
    call put_halos(asked)
    asked%options%boundary(1) = HL_BOUNDARY_PERIODIC
    call both(asked, HL_ERR_OPTION, "halo_below[0]", "a halo where the boundary is another")
    asked = good_lattice()
    asked%options%boundary(3) = 77
    call by_rhs(asked, stat, message)
    call claim(stat == HL_OK, "boundaries of axes that the lattice lacks are not looked at", message)
  end subroutine bad_options
end program test_kuramoto
