! The shared table of AniSOAP descriptors (tests/cases/anisoap.txt): a row, its numbers, and its run in any layout.
module anisoap_cases
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_ptrdiff_t
  use check, only: claim
  use hotloop
  implicit none
  private
  public :: anisoap_case, anisoap_inputs, read_anisoap_cases, inputs_of, run_row

  integer, parameter :: BACKWARDS = 1, EVERY_SECOND = 2, ROW_MAJOR = 3
  real(c_double), parameter :: UNSET = -77.0_c_double

  type :: anisoap_case
    character(len=64) :: name
    integer :: max_angular, max_radial, basis
    real(c_double) :: width, cutoff
    integer :: order, pairs, sign, raw, sub, n_species, n_frames, first_atoms, shapes, orientation
    real(c_double) :: side
    integer :: periodic, list, n_pairs, layout
  end type anisoap_case

  ! In natural order; the pairs of all frames, atoms counted over all of them from 0.
  type :: anisoap_inputs
    integer(c_ptrdiff_t), allocatable :: offsets(:), pairs(:, :)
    integer(c_int32_t), allocatable :: species(:), shifts(:, :)
    real(c_double), allocatable :: positions(:, :), semiaxes(:, :), quaternions(:, :), vectors(:, :)
    real(c_double), allocatable :: rotations(:, :, :), cells(:, :, :)
    logical, allocatable :: periodic(:)
  end type anisoap_inputs

  ! Arrays of a layout, and all memory that they are taken from.
  type :: laid_out_2
    real(c_double), pointer :: store(:, :) => null(), at(:, :) => null()
  end type laid_out_2
  type :: laid_out_3
    real(c_double), pointer :: store(:, :, :) => null(), at(:, :, :) => null()
  end type laid_out_3

contains

  function read_anisoap_cases() result(rows)
    type(anisoap_case), allocatable :: rows(:)
    type(anisoap_case) :: r
    character(len=400) :: line
    integer :: file, status
    allocate (rows(0))
    open (newunit=file, file="tests/cases/anisoap.txt", status="old", action="read")
    do
      read (file, "(a)", iostat=status) line
      if (status /= 0) exit
      if (line == "" .or. line(1:1) == "#") cycle
      read (line, *) r%name, r%max_angular, r%max_radial, r%basis, r%width, r%cutoff, r%order, r%pairs, r%sign, r%raw, r%sub, &
        r%n_species, r%n_frames, r%first_atoms, r%shapes, r%orientation, r%side, r%periodic, r%list, r%n_pairs, r%layout
      rows = [rows, r]
    end do
    close (file)
  end function read_anisoap_cases

  function declared(row)
    type(anisoap_case), intent(in) :: row
    integer(c_int32_t) :: declared(row%n_species)
    integer(c_int32_t), parameter :: all_species(4) = [1, 6, 7, 8]
    declared = all_species(:row%n_species)
  end function declared

  function inputs_of(row) result(in)
    type(anisoap_case), intent(in) :: row
    type(anisoap_inputs) :: in
    real(c_double), parameter :: turns(9, 0:2) = reshape([1.0_c_double, 0.0_c_double, 0.0_c_double, 0.0_c_double, 1.0_c_double, &
      0.0_c_double, 0.0_c_double, 0.0_c_double, 1.0_c_double, 0.0_c_double, -1.0_c_double, 0.0_c_double, 1.0_c_double, &
      0.0_c_double, 0.0_c_double, 0.0_c_double, 0.0_c_double, 1.0_c_double, 1.0_c_double, 0.0_c_double, 0.0_c_double, &
      0.0_c_double, 0.6_c_double, -0.8_c_double, 0.0_c_double, 0.8_c_double, 0.6_c_double], [9, 3])
    integer(c_int32_t) :: known(row%n_species)
    real(c_double) :: a
    integer :: f, i, n

    allocate (in%offsets(row%n_frames + 1))
    in%offsets(1) = 0
    do f = 0, row%n_frames - 1
      in%offsets(f + 2) = in%offsets(f + 1) + max(row%first_atoms - 3 * f, 0)
    end do
    n = int(in%offsets(row%n_frames + 1))
    known = declared(row)
    in%species = [(known(mod(i, row%n_species) + 1), i=0, n - 1)]
    in%positions = reshape([(mod(7919 * i + 104729, 65536) / 8192.0_c_double, i=0, 3 * n - 1)], [3, n])
    if (row%shapes == 0) then
      in%semiaxes = reshape([0.75_c_double, 0.75_c_double, 0.75_c_double], [3, 1])
    else if (row%shapes == 1) then
      in%semiaxes = reshape([1.5_c_double, 1.5_c_double, 0.5_c_double], [3, 1])
    else
      in%semiaxes = reshape([(0.5_c_double + mod(37 * i, 64) / 64.0_c_double, i=0, 3 * n - 1)], [3, n])
    end if
    if (row%orientation == 1) &
      in%quaternions = reshape([(mod(911 * i + 77, 4096) / 2048.0_c_double - 1, i=0, 4 * n - 1)], [4, n])
    if (row%orientation == 2) then
      allocate (in%rotations(3, 3, n))
      do i = 1, n
        in%rotations(:, :, i) = transpose(reshape(turns(:, mod(i - 1, 3)), [3, 3]))
      end do
    end if
    if (row%side > 0) then
      allocate (in%cells(3, 3, row%n_frames), in%periodic(row%n_frames))
      do f = 0, row%n_frames - 1
        a = row%side + f / 8.0_c_double
        in%cells(:, :, f + 1) = reshape([a, 0.0_c_double, 0.0_c_double, a / 4, a, 0.0_c_double, -a / 8, a / 16, a], [3, 3])
        in%periodic(f + 1) = row%periodic == 1 .or. mod(f, 2) == 0
      end do
    end if
    call find_pairs(row, in)
  end function inputs_of

  subroutine find_pairs(row, in)
    type(anisoap_case), intent(in) :: row
    type(anisoap_inputs), intent(inout), target :: in
    integer(c_ptrdiff_t), allocatable :: pairs(:, :)
    integer(c_int32_t), allocatable :: shifts(:, :)
    real(c_double), allocatable :: vectors(:, :)
    real(c_double), pointer :: cell(:, :)
    integer :: f, done, n

    allocate (in%pairs(2, row%n_pairs), in%shifts(3, row%n_pairs), in%vectors(3, row%n_pairs))
    done = 0
    do f = 1, row%n_frames
      nullify (cell) ! an absent argument
      if (allocated(in%periodic)) then
        if (in%periodic(f)) cell => in%cells(:, :, f)
      end if
      call hl_neighbour_list(in%positions(:, in%offsets(f) + 1:in%offsets(f + 1)), row%cutoff, pairs, shifts, vectors, cell)
      n = size(pairs, 2)
      in%pairs(:, done + 1:done + n) = pairs - 1 + in%offsets(f)
      in%shifts(:, done + 1:done + n) = shifts
      in%vectors(:, done + 1:done + n) = vectors
      done = done + n
    end do
    call claim(done == row%n_pairs, trim(row%name) // ": the table's number of pairs")
  end subroutine find_pairs

  ! Whether a half list has the pair: the one of its two sides that comes first.
  pure logical function is_kept(pair, shift)
    integer(c_ptrdiff_t), intent(in) :: pair(2)
    integer(c_int32_t), intent(in) :: shift(3)
    integer :: k
    is_kept = pair(1) < pair(2)
    if (pair(1) /= pair(2)) return
    do k = 1, 3
      if (shift(k) == 0) cycle
      is_kept = shift(k) < 0
      return
    end do
  end function is_kept

  function blank_2(layout, n, m) result(made)
    integer, intent(in) :: layout
    integer(c_ptrdiff_t), intent(in) :: n, m
    type(laid_out_2) :: made
    real(c_double), pointer :: store(:, :)
    integer(c_ptrdiff_t) :: step
    step = merge(2, 1, layout == EVERY_SECOND)
    allocate (store(step * n, step * m), source=UNSET)
    made%store => store
    made%at => store(1:step * n:step, 1:step * m:step)
    if (layout == BACKWARDS .or. layout == ROW_MAJOR) made%at => store(n:1:-1, m:1:-1)
  end function blank_2

  function blank_3(layout, n, m, l) result(made)
    integer, intent(in) :: layout
    integer(c_ptrdiff_t), intent(in) :: n, m, l
    type(laid_out_3) :: made
    real(c_double), pointer :: store(:, :, :)
    integer(c_ptrdiff_t) :: step
    step = merge(2, 1, layout == EVERY_SECOND)
    allocate (store(step * n, step * m, step * l), source=UNSET)
    made%store => store
    made%at => store(1:step * n:step, 1:step * m:step, 1:step * l:step)
    if (layout == BACKWARDS .or. layout == ROW_MAJOR) made%at => store(n:1:-1, m:1:-1, l:1:-1)
  end function blank_3

  function filled_2(layout, values) result(made)
    integer, intent(in) :: layout
    real(c_double), intent(in) :: values(:, :)
    type(laid_out_2) :: made
    made = blank_2(layout, size(values, 1, c_ptrdiff_t), size(values, 2, c_ptrdiff_t))
    made%at = values
  end function filled_2

  function filled_3(layout, values) result(made)
    integer, intent(in) :: layout
    real(c_double), intent(in) :: values(:, :, :)
    type(laid_out_3) :: made
    made = blank_3(layout, size(values, 1, c_ptrdiff_t), size(values, 2, c_ptrdiff_t), size(values, 3, c_ptrdiff_t))
    made%at = values
  end function filled_3

  ! The elements in C order, after which the memory is given back; nothing beside them was written.
  function taken_2(row, made) result(values)
    type(anisoap_case), intent(in) :: row
    type(laid_out_2), intent(inout) :: made
    real(c_double), allocatable :: values(:)
    values = reshape(made%at, [size(made%at)])
    made%at = UNSET
    call claim(all(abs(made%store - UNSET) <= 0), trim(row%name) // ": nothing is written beside the elements")
    deallocate (made%store)
  end function taken_2

  function taken_3(row, made) result(values)
    type(anisoap_case), intent(in) :: row
    type(laid_out_3), intent(inout) :: made
    real(c_double), allocatable :: values(:)
    values = reshape(made%at, [size(made%at)])
    made%at = UNSET
    call claim(all(abs(made%store - UNSET) <= 0), trim(row%name) // ": nothing is written beside the elements")
    deallocate (made%store)
  end function taken_3

  ! Matrices (a, b, frame) in C order: b runs fastest.
  function taken_matrices(row, made) result(values)
    type(anisoap_case), intent(in) :: row
    type(laid_out_3), intent(inout) :: made
    real(c_double), allocatable :: values(:)
    integer :: f
    do f = 1, size(made%at, 3)
      made%at(:, :, f) = transpose(made%at(:, :, f))
    end do
    values = taken_3(row, made)
  end function taken_matrices

  pure function numbered(n, factor, modulus, shift) result(values)
    integer(c_ptrdiff_t), intent(in) :: n
    integer, intent(in) :: factor, modulus
    real(c_double), intent(in) :: shift
    real(c_double) :: values(n)
    integer(c_ptrdiff_t) :: e
    values = [(mod(factor * e, int(modulus, c_ptrdiff_t)) / real(modulus, c_double) - shift, e=0, n - 1)]
  end function numbered

  subroutine create_plan(row, plan)
    type(anisoap_case), intent(in) :: row
    type(hl_anisoap_plan), intent(inout) :: plan
    type(hl_anisoap_options) :: options
    options%radial_basis = row%basis
    options%max_radial = row%max_radial
    options%radial_gaussian_width = row%width
    options%subtract_center_contribution = row%sub == 1
    options%channel_order = row%order
    options%spectrum_pairs = row%pairs
    options%spectrum_sign = row%sign
    call hl_anisoap_plan_create(plan, row%max_angular, declared(row), row%cutoff, options)
  end subroutine create_plan

  ! As doubles in C order, what a file of results holds.
  function run_row(row, in, layout, list) result(results)
    type(anisoap_case), intent(in) :: row
    type(anisoap_inputs), intent(in), target :: in
    integer, intent(in) :: layout, list
    real(c_double), allocatable :: results(:)
    type(hl_anisoap_plan) :: plan
    type(hl_anisoap_frames) :: frames
    type(hl_anisoap_options) :: options
    type(laid_out_2) :: positions, semiaxes, quaternions, vectors, coefficients, spectra, by_coefficients, by_spectra
    type(laid_out_2) :: forces, torques, turns
    type(laid_out_3) :: rotations, cells, means, by_means, strains
    integer(c_int32_t), allocatable :: labels(:, :)
    integer(c_ptrdiff_t) :: n, m, width, products
    integer :: which

    n = size(in%species)
    m = row%n_frames
    options%coefficients = row%raw
    call create_plan(row, plan)
    width = hl_anisoap_expansion_size(plan)
    products = hl_anisoap_power_spectrum_size(plan)
    positions = filled_2(layout, in%positions)
    semiaxes = filled_2(layout, in%semiaxes)
    frames%positions => positions%at
    frames%semiaxes => semiaxes%at
    frames%species => in%species
    frames%offsets => in%offsets
    if (allocated(in%quaternions)) then
      quaternions = filled_2(layout, in%quaternions)
      frames%quaternions => quaternions%at
    end if
    if (allocated(in%rotations)) then
      rotations = filled_3(layout, in%rotations)
      frames%rotations => rotations%at
    end if
    if (allocated(in%cells)) then
      cells = filled_3(layout, in%cells)
      frames%cells => cells%at
      frames%periodic => in%periodic
    end if
    if (list > 0) call give_list(in, layout, list, frames, vectors)

    coefficients = blank_2(layout, width, n)
    spectra = blank_2(layout, products, n)
    means = blank_3(layout, products, int(row%n_species, c_ptrdiff_t), m)
    call hl_anisoap_expansion(plan, frames, coefficients%at, options)
    call hl_anisoap_power_spectrum(plan, frames, spectra%at, means%at, options)
    allocate (labels(4, width))
    call hl_anisoap_expansion_labels(plan, labels)
    results = [real(labels, c_double)]
    deallocate (labels)
    allocate (labels(5, products))
    call hl_anisoap_power_spectrum_labels(plan, labels)
    results = [results, real(labels, c_double), taken_2(row, coefficients), taken_2(row, spectra), taken_3(row, means)]
    do which = 1, 2
      forces = blank_2(layout, 3_c_ptrdiff_t, n)
      strains = blank_3(layout, 3_c_ptrdiff_t, 3_c_ptrdiff_t, m)
      torques = blank_2(layout, 3_c_ptrdiff_t, n)
      nullify (turns%at)
      if (allocated(in%quaternions)) turns = blank_2(layout, 4_c_ptrdiff_t, n)
      if (which == 1) then
        by_coefficients = filled_2(layout, reshape(numbered(width * n, 53, 32, 0.5_c_double), [width, n]))
        call hl_anisoap_expansion_vjp(plan, frames, by_coefficients%at, forces%at, strains%at, torques%at, turns%at, options)
        deallocate (by_coefficients%store)
      else
        by_spectra = filled_2(layout, reshape(numbered(products * n, 29, 64, 0.5_c_double), [products, n]))
        by_means = filled_3(layout, reshape(numbered(products * row%n_species * m, 17, 16, 0.0_c_double), &
          [products, int(row%n_species, c_ptrdiff_t), m]))
        call hl_anisoap_power_spectrum_vjp(plan, frames, by_spectra%at, by_means%at, forces%at, strains%at, torques%at, turns%at, &
          options)
        deallocate (by_spectra%store, by_means%store)
      end if
      results = [results, taken_2(row, forces), taken_matrices(row, strains), taken_2(row, torques)]
      if (allocated(in%quaternions)) results = [results, taken_2(row, turns)]
    end do
    results = [results, real(in%pairs, c_double), real(in%shifts, c_double), in%vectors]
    deallocate (positions%store, semiaxes%store)
    if (allocated(in%quaternions)) deallocate (quaternions%store)
    if (allocated(in%rotations)) deallocate (rotations%store)
    if (allocated(in%cells)) deallocate (cells%store)
    if (list > 0) deallocate (frames%pair_first, frames%pair_second)
    if (list == 2) deallocate (vectors%store)
    if (list == 1 .or. list == 3) deallocate (frames%pair_shifts)
    call hl_anisoap_plan_destroy(plan)
  end function run_row

  ! The list of a row, last pair first.
  subroutine give_list(in, layout, list, frames, vectors)
    type(anisoap_inputs), intent(in) :: in
    integer, intent(in) :: layout, list
    type(hl_anisoap_frames), intent(inout) :: frames
    type(laid_out_2), intent(inout) :: vectors
    integer, allocatable :: kept(:)
    integer :: p
    kept = [(p, p=size(in%pairs, 2), 1, -1)]
    if (list == 3) then
      frames%pair_list = HL_PAIR_LIST_HALF
      kept = pack(kept, [(is_kept(in%pairs(:, kept(p)), in%shifts(:, kept(p))), p=1, size(kept))])
    end if
    allocate (frames%pair_first(size(kept)), source=in%pairs(1, kept))
    allocate (frames%pair_second(size(kept)), source=in%pairs(2, kept))
    if (list == 2) then
      vectors = filled_2(layout, in%vectors(:, kept))
      frames%pair_vectors => vectors%at
    else
      allocate (frames%pair_shifts(3, size(kept)), source=in%shifts(:, kept))
    end if
  end subroutine give_list
end module anisoap_cases
