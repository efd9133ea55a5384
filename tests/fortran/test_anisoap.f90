! AniSOAP descriptors and neighbour lists: layout of the options, reference values, sections, gradients, bad input.
program test_anisoap
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_intptr_t, c_ptrdiff_t, c_ptr, c_loc, c_sizeof
  use check
  use hotloop
  use hotloop_c, only: c_options => hl_anisoap_options, c_options_init => hl_anisoap_options_init
  use anisoap_reference
  implicit none

  interface
    function hl_test_anisoap_offset(field) bind(C, name="hl_test_anisoap_offset") result(offset)
      import :: c_int32_t, c_ptrdiff_t
      integer(c_int32_t), value :: field
      integer(c_ptrdiff_t) :: offset
    end function hl_test_anisoap_offset
  end interface

  call layout()
  call values_of("cluster_aniso_2sp__gto_l3_n2", 1.0e-12_c_double)
  call values_of("cluster_aniso_2sp__gto_l3_nlist", 1.0e-12_c_double)
  call values_of("ellipsoids_first4__mono_l2_n2", 1.0e-12_c_double)
  call values_of("periodic_tric_1sp__gto_l3_n2_sub", 1.0e-12_c_double)
  call values_of("dimer_aniso__gto_l9_n6_sub", 1.0e-8_c_double)
  call sections()
  call gradients()
  call bad_input()
  call neighbours()
  call conclude("test_anisoap")

contains

  subroutine layout()
    type(c_options), target :: seen
    type(hl_anisoap_options) :: ours
    integer(c_intptr_t) :: offsets(0:26), base
    character(len=8) :: number
    integer :: field
    base = transfer(c_loc(seen), base)
    offsets = [address(c_loc(seen%struct_size)), address(c_loc(seen%radial_basis)), address(c_loc(seen%max_radial)), &
      address(c_loc(seen%max_radial_values)), address(c_loc(seen%max_radial_values_strides)), &
      address(c_loc(seen%radial_gaussian_width)), address(c_loc(seen%basis_rcond)), address(c_loc(seen%basis_tol)), &
      address(c_loc(seen%subtract_center_contribution)), address(c_loc(seen%channel_order)), address(c_loc(seen%spectrum_pairs)), &
      address(c_loc(seen%spectrum_sign)), address(c_loc(seen%reserved)), address(c_loc(seen%coefficients)), &
      address(c_loc(seen%progress)), address(c_loc(seen%progress_user)), &
      address(c_loc(seen%n_pairs)), &
      address(c_loc(seen%pair_first)), &
      address(c_loc(seen%pair_first_strides)), &
      address(c_loc(seen%pair_second)), &
      address(c_loc(seen%pair_second_strides)), &
      address(c_loc(seen%pair_shifts)), &
      address(c_loc(seen%pair_shifts_strides)), &
      address(c_loc(seen%pair_vectors)), &
      address(c_loc(seen%pair_vectors_strides)), &
      address(c_loc(seen%pair_list)), &
      address(c_loc(seen%reserved_pairs))] - base
    do field = 0, 26
      write (number, "(i0)") field
      call claim(offsets(field) == hl_test_anisoap_offset(int(field, c_int32_t)), &
        "field " // trim(number) // " lies where C has it")
    end do
    call claim(int(c_sizeof(seen), c_ptrdiff_t) == hl_test_anisoap_offset(27_c_int32_t), "the type is as large as the C struct")
    call claim(hl_test_anisoap_offset(28_c_int32_t) == -1, "every field was compared")
    call claim(c_options_init(seen, c_sizeof(seen)) == HL_OK, "hl_anisoap_options_init")
    call claim(ours%radial_basis == seen%radial_basis .and. ours%max_radial == seen%max_radial .and. &
      ours%channel_order == seen%channel_order .and. ours%spectrum_pairs == seen%spectrum_pairs .and. &
      ours%spectrum_sign == seen%spectrum_sign .and. ours%coefficients == seen%coefficients .and. &
      abs(ours%basis_tol - seen%basis_tol) <= 0 .and. abs(ours%basis_rcond - seen%basis_rcond) <= 0 .and. &
      abs(ours%radial_gaussian_width - seen%radial_gaussian_width) <= 0 .and. seen%subtract_center_contribution == 0, &
      "the defaults are the library's")
  end subroutine layout

  integer(c_intptr_t) function address(pointer)
    type(c_ptr), intent(in) :: pointer
    address = transfer(pointer, address)
  end function address

  subroutine values_of(name, tolerance)
    character(len=*), intent(in) :: name
    real(c_double), intent(in) :: tolerance
    type(hl_anisoap_plan) :: plan
    type(hl_anisoap_frames) :: frames
    real(c_double), allocatable :: coefficients(:, :), spectra(:, :), means(:, :, :), expected(:)
    integer(c_int32_t), allocatable :: labels(:, :)
    call case_plan(name, plan)
    call case_frames(name, frames)
    allocate (coefficients(hl_anisoap_expansion_size(plan), size(frames%species)), &
      spectra(hl_anisoap_power_spectrum_size(plan), size(frames%species)), &
      means(hl_anisoap_power_spectrum_size(plan), plan%n_species, size(frames%offsets) - 1), &
      labels(4, hl_anisoap_expansion_size(plan)))
    call hl_anisoap_expansion(plan, frames, coefficients)
    expected = case_values(name // ".expansion")
    call claim(largest(reshape(coefficients, [size(coefficients)]) - expected) <= tolerance * largest(expected), &
      name // ": coefficients")
    call hl_anisoap_power_spectrum(plan, frames, spectra, means)
    expected = case_values(name // ".spectrum")
    call claim(largest(reshape(spectra, [size(spectra)]) - expected) <= tolerance * largest(expected), name // ": power spectra")
    call claim(largest(sum(means(:, :, 1), 2)) > 0, name // ": means")
    call hl_anisoap_expansion_labels(plan, labels)
    call claim(all(labels(:3, 1) == 0) .and. maxval(labels(1, :)) == labels(1, size(labels, 2)), name // ": labels")
    deallocate (labels)
    allocate (labels(5, hl_anisoap_power_spectrum_size(plan)))
    call hl_anisoap_power_spectrum_labels(plan, labels)
    call claim(all(labels([1, 2, 4], 1) == 0), name // ": labels of power spectra")
    call hl_anisoap_plan_destroy(plan)
    call hl_anisoap_plan_destroy(plan)
    call free_frames(frames)
  end subroutine values_of

  subroutine sections()
    character(len=*), parameter :: name = "ellipsoids_first4__gto_l3_n2"
    type(hl_anisoap_plan) :: plan
    type(hl_anisoap_frames) :: frames
    real(c_double), allocatable :: expected(:, :), store(:, :)
    real(c_double), allocatable, target :: wide(:, :), shape_of_all(:, :), turned(:, :, :)
    real(c_double), pointer :: own_positions(:, :), own_semiaxes(:, :), own_quaternions(:, :)
    real(c_double) :: w, x, y, z
    integer :: n, i
    call case_plan(name, plan)
    call case_frames(name, frames)
    n = size(frames%species)
    allocate (expected(hl_anisoap_expansion_size(plan), n), store(3 * hl_anisoap_expansion_size(plan), 2 * n), wide(7, 2 * n))
    call hl_anisoap_expansion(plan, frames, expected)
    own_positions => frames%positions
    wide(5:1:-2, 1:2 * n:2) = own_positions
    frames%positions => wide(5:1:-2, 1:2 * n:2)
    call hl_anisoap_expansion(plan, frames, store(size(store, 1):1:-3, 2::2))
    call claim(same_bits(store(size(store, 1):1:-3, 2::2), expected), "sections are read and written where they lie")
    ! One shape for all, and matrices instead of quaternions.
    own_semiaxes => frames%semiaxes
    shape_of_all = own_semiaxes(:, 1:1)
    own_semiaxes = spread(shape_of_all(:, 1), 2, n)
    call hl_anisoap_expansion(plan, frames, expected)
    frames%semiaxes => shape_of_all
    call hl_anisoap_expansion(plan, frames, store(::3, ::2))
    call claim(same_bits(store(::3, ::2), expected), "one shape for all atoms")
    own_quaternions => frames%quaternions
    allocate (turned(3, 3, n))
    do i = 1, n
      associate (q => own_quaternions(:, i) / norm2(own_quaternions(:, i)))
        w = q(1); x = q(2); y = q(3); z = q(4)
      end associate
      turned(1, :, i) = [1 - 2 * (y**2 + z**2), 2 * (x * y - w * z), 2 * (x * z + w * y)]
      turned(2, :, i) = [2 * (x * y + w * z), 1 - 2 * (x**2 + z**2), 2 * (y * z - w * x)]
      turned(3, :, i) = [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x**2 + y**2)]
    end do
    nullify (frames%quaternions)
    frames%rotations => turned
    call hl_anisoap_expansion(plan, frames, store(::3, ::2))
    call claim(largest(reshape(store(::3, ::2) - expected, [size(expected)])) < 1.0e-12_c_double, &
      "rotations go by (row, column, atom)")
    frames%positions => own_positions
    frames%semiaxes => own_semiaxes
    frames%quaternions => own_quaternions
    call hl_anisoap_plan_destroy(plan)
    call free_frames(frames)
  end subroutine sections

  subroutine gradients()
    character(len=*), parameter :: name = "cluster_aniso_2sp__gto_l3_n2"
    real(c_double), parameter :: step = 1.0e-4_c_double
    type(hl_anisoap_plan) :: plan
    type(hl_anisoap_frames) :: frames
    real(c_double), allocatable :: weights(:, :), values(:, :), positions(:, :), quaternions(:, :)
    real(c_double), allocatable :: rotations(:, :), strains(:, :, :)
    real(c_double) :: above, below, before
    integer :: n
    call case_plan(name, plan)
    call case_frames(name, frames)
    n = size(frames%species)
    allocate (weights(hl_anisoap_expansion_size(plan), n), values(hl_anisoap_expansion_size(plan), n))
    allocate (positions(3, n), rotations(3, n), quaternions(4, n), strains(3, 3, 1))
    call hl_anisoap_expansion(plan, frames, weights)
    weights = cos(100 * weights)
    call hl_anisoap_expansion_vjp(plan, frames, weights, positions, strains, rotations, quaternions)
    before = frames%positions(2, 3)
    frames%positions(2, 3) = before + step
    call hl_anisoap_expansion(plan, frames, values)
    above = sum(weights * values)
    frames%positions(2, 3) = before - step
    call hl_anisoap_expansion(plan, frames, values)
    below = sum(weights * values)
    frames%positions(2, 3) = before
    call claim(abs((above - below) / (2 * step) - positions(2, 3)) < 1.0e-6_c_double * maxval(abs(positions)), &
      "gradients by positions are slopes")
    call claim(maxval(abs(sum(positions, 2))) < 1.0e-10_c_double, "forces add up to nothing")
    deallocate (weights, values)
    allocate (weights(hl_anisoap_power_spectrum_size(plan), n), values(hl_anisoap_power_spectrum_size(plan), n))
    call hl_anisoap_power_spectrum(plan, frames, weights)
    weights = cos(100 * weights)
    call hl_anisoap_power_spectrum_vjp(plan, frames, spectra_cotangent=weights, quaternion_gradients=quaternions, &
      strain_gradients=strains)
    before = frames%quaternions(3, 2)
    frames%quaternions(3, 2) = before + step
    call hl_anisoap_power_spectrum(plan, frames, values)
    above = sum(weights * values)
    frames%quaternions(3, 2) = before - step
    call hl_anisoap_power_spectrum(plan, frames, values)
    below = sum(weights * values)
    frames%quaternions(3, 2) = before
    call claim(abs((above - below) / (2 * step) - quaternions(3, 2)) < 1.0e-6_c_double * maxval(abs(quaternions)), &
      "gradients by quaternions are slopes")
    ! e(1, 2): the first coordinate grows with the second.
    call strained(plan, frames, weights, 1, 2, step, above)
    call strained(plan, frames, weights, 1, 2, -step, below)
    call claim(abs((above - below) / (2 * step) - strains(1, 2, 1)) < 1.0e-6_c_double * maxval(abs(strains)), &
      "gradients by strain are slopes, e(a, b)")
    call hl_anisoap_plan_destroy(plan)
    call free_frames(frames)
  end subroutine gradients

  ! The weighted spectra where coordinate a has grown by so much of coordinate b.
  subroutine strained(plan, frames, weights, a, b, amount, value)
    type(hl_anisoap_plan), intent(in) :: plan
    type(hl_anisoap_frames), intent(inout) :: frames
    real(c_double), intent(in) :: weights(:, :), amount
    integer, intent(in) :: a, b
    real(c_double), intent(out) :: value
    real(c_double) :: kept(size(frames%positions, 1), size(frames%positions, 2)), values(size(weights, 1), size(weights, 2))
    kept = frames%positions
    frames%positions(a, :) = frames%positions(a, :) + amount * frames%positions(b, :)
    call hl_anisoap_power_spectrum(plan, frames, values)
    value = sum(weights * values)
    frames%positions = kept
  end subroutine strained

  subroutine bad_input()
    character(len=*), parameter :: name = "cluster_aniso_2sp__gto_l3_n2"
    type(hl_anisoap_plan) :: plan, none, copy
    integer(c_int32_t) :: labels(4, 1)
    type(hl_anisoap_options) :: options
    type(hl_anisoap_frames) :: frames
    real(c_double), allocatable :: coefficients(:, :)
    real(c_double) :: kept
    character(len=400) :: message
    integer :: stat
    call case_plan(name, plan)
    call case_frames(name, frames)
    allocate (coefficients(hl_anisoap_expansion_size(plan), size(frames%species)), source=7.0_c_double)
    kept = frames%semiaxes(2, 4)
    frames%semiaxes(2, 4) = 0
    call refused(plan, frames, coefficients, HL_ERR_ARGUMENT, "semiaxes: element [3, 1]")
    frames%semiaxes(2, 4) = kept
    frames%species(1) = 9
    call refused(plan, frames, coefficients, HL_ERR_ARGUMENT, "species: atom 0 is of species 9")
    frames%species(1) = 6
    frames%offsets(2) = 4
    call refused(plan, frames, coefficients, HL_ERR_ARGUMENT, "offsets")
    frames%offsets(2) = 5
    frames%cells(:, :, 1) = reshape([1.0_c_double, 0.0_c_double, 0.0_c_double, 2.0_c_double, 0.0_c_double, 0.0_c_double, &
      0.0_c_double, 0.0_c_double, 1.0_c_double], [3, 3])
    frames%periodic = .true.
    call refused(plan, frames, coefficients, HL_ERR_ARGUMENT, "cells")
    frames%periodic = .false.
    call hl_anisoap_expansion(plan, frames, coefficients(2:, :), stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. contains_text(message, "coefficients"), "an output of another shape is refused", message)
    call hl_anisoap_expansion(none, frames, coefficients(:0, :), stat=stat, errmsg=message)
    call claim(stat == HL_ERR_NULL .and. contains_text(message, "plan: is NULL; make one"), &
      "a plan that was not created is refused", message)
    call hl_anisoap_expansion_labels(none, labels, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_NULL .and. contains_text(message, "plan: is NULL; make one"), "a plan without labels", message)
    options%radial_gaussian_width = 1
    options%max_radial = 30
    call hl_anisoap_plan_create(none, 6, [1_c_int32_t], 5.0_c_double, options, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_OPTION .and. contains_text(message, "max_radial"), "a basis that is too large is refused", message)
    call claim(all(abs(coefficients - 7) <= 0), "nothing was written")
    ! Copies are one plan, which creating it anew replaces.
    copy = plan
    call hl_anisoap_expansion(copy, frames, coefficients)
    call hl_anisoap_plan_create(plan, 1, [1_c_int32_t], 5.0_c_double, hl_anisoap_options(radial_gaussian_width=1.0_c_double))
    call claim(plan%n_species == 1 .and. hl_anisoap_expansion_size(copy) == hl_anisoap_expansion_size(plan) .and. &
      hl_anisoap_expansion_size(copy) /= size(coefficients, 1), "a copy is the plan")
    call hl_anisoap_plan_destroy(plan)
    call hl_anisoap_expansion(copy, frames, coefficients, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_NULL .and. contains_text(message, "plan: is NULL"), "a copy of a plan that was destroyed", message)
    call claim(hl_anisoap_expansion_size(copy) == -1, "which has no features")
    call hl_anisoap_plan_destroy(plan)
    call free_frames(frames)
  end subroutine bad_input

  subroutine refused(plan, frames, coefficients, status, part)
    type(hl_anisoap_plan), intent(in) :: plan
    type(hl_anisoap_frames), intent(in) :: frames
    real(c_double), intent(inout) :: coefficients(:, :)
    integer(c_int32_t), intent(in) :: status
    character(len=*), intent(in) :: part
    character(len=400) :: message
    integer :: stat
    message = ""
    call hl_anisoap_expansion(plan, frames, coefficients, stat=stat, errmsg=message)
    call claim(stat == status .and. contains_text(message, part), part, message)
  end subroutine refused

  subroutine neighbours()
    real(c_double) :: points(3, 3), cell(3, 3)
    integer(c_ptrdiff_t), allocatable :: pairs(:, :)
    integer(c_int32_t), allocatable :: shifts(:, :)
    real(c_double), allocatable :: vectors(:, :)
    character(len=400) :: message
    integer :: stat, k
    points = 0
    points(1, 2:) = [1.0_c_double, 9.0_c_double]
    call hl_neighbour_list(points, 2.0_c_double, pairs, shifts, vectors, self_pairs=.true.)
    call claim(all(pairs(1, :) == [1, 1, 2, 2, 3]) .and. all(pairs(2, :) == [1, 2, 1, 2, 3]), "pairs in open space count from 1")
    call claim(abs(vectors(1, 2) - 1) <= 0 .and. abs(vectors(1, 3) + 1) <= 0 .and. all(shifts == 0), "vectors go from i to j")
    cell = 0
    do k = 1, 3
      cell(k, k) = 1
    end do
    call hl_neighbour_list(points(:, :1), 1.5_c_double, pairs, shifts, vectors, cell=cell)
    call claim(size(pairs, 2) == 18 .and. all(abs(vectors - shifts) <= 0), "a simple cubic lattice has 6 and 12 neighbours")
    call hl_neighbour_list(points, -1.0_c_double, pairs, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_ARGUMENT .and. contains_text(message, "cutoff"), "a negative cutoff is refused", message)
  end subroutine neighbours
end program test_anisoap
