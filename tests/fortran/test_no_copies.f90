! The library gets the caller's own memory: address of the first element and strides of whole arrays, sections, reversed sections,
! pointers and shared arrays, as spy.c sees them arrive. (gfortran 12 itself copies components of arrays of derived type and parts
! of complex arrays before any call; for these hotloop_c takes address and strides.)
module spied
  use, intrinsic :: iso_c_binding, only: c_ptr, c_ptrdiff_t
  implicit none
  type(c_ptr), bind(C, name="spied_addresses") :: spied_addresses(8)
  integer(c_ptrdiff_t), bind(C, name="spied_strides") :: spied_strides(3, 8)
end module spied

program test_no_copies
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_int64_t, c_intptr_t, c_ptr, c_ptrdiff_t, c_null_ptr, c_loc, &
    c_associated
  use check
  use hotloop
  use hotloop_c, only: c_exciton_spectrum => hl_exciton_spectrum
  use requests
  use spied
  implicit none

  type :: pigment
    real(c_double) :: dipole(3) = 0
    real(c_double) :: position(3) = 0
    integer :: number = 0
  end type pigment

  integer, parameter :: HAMILTONIANS = 1, DIPOLES = 2, POSITIONS = 3, WEIGHTS = 4, GRID = 5, ABSORPTION = 6, CD = 7
  real(c_double), allocatable, target :: storage(:, :, :), vectors(:, :, :), points(:), spectra(:, :)
  type(request), target :: small
  character(len=600) :: message
  integer :: stat

  small = good_request()
  allocate (storage(7, 9, 11), vectors(6, 5, 8), points(50), spectra(3, 30))
  storage = 0
  vectors = 0

  ! In the same way reversed, spaced, and both.
  storage(7:1:-3, 2:8:3, 10:4:-2) = small%hamiltonians
  vectors(6:2:-2, 1:5:2, 1:7:2) = small%dipoles
  points(41:1:-4) = small%grid
  call hl_exciton_spectrum(storage(7:1:-3, 2:8:3, 10:4:-2), vectors(6:2:-2, 1:5:2, 1:7:2), small%positions, points(41:1:-4), &
    spectra(2, 3:23:2), spectra(3, 30:20:-1), weights=small%weights(4:1:-1), stat=stat, errmsg=message)
  call claim(stat == HL_OK, "sections", message)
  call arrived(HAMILTONIANS, c_loc(storage(7, 2, 10)), [-2 * 63, -3, 3 * 7], "a section with steps -3, 3, -2")
  call arrived(DIPOLES, c_loc(vectors(6, 1, 1)), [2 * 30, 2 * 6, -2], "a section of dipoles")
  call arrived(POSITIONS, c_loc(small%positions(1, 1, 1)), [9, 3, 1], "a whole array")
  call arrived(WEIGHTS, c_loc(small%weights(4)), [-1], "reversed weights")
  call arrived(GRID, c_loc(points(41)), [-4], "a reversed, spaced grid")
  call arrived(ABSORPTION, c_loc(spectra(2, 3)), [6], "a row of an output matrix")
  call arrived(CD, c_loc(spectra(3, 30)), [-3], "a reversed row of an output matrix")

  call shared_arrays_and_pointers()
  call components_by_address()
  call lattices()
  call networks()
  call conclude("test_no_copies")

contains

  subroutine shared_arrays_and_pointers()
    real(c_double), pointer :: backwards(:)
    real(c_double), target :: site_positions(3, 3)
    site_positions = small%positions(:, :, 1)
    backwards => points(40:10:-3)
    call hl_exciton_spectrum(small%hamiltonians, small%dipoles(:, :, 1), site_positions(3:1:-1, :), small%grid, &
      small%absorption, small%cd, stat=stat, errmsg=message)
    call claim(stat == HL_OK, "shared arrays", message)
    call arrived(DIPOLES, c_loc(small%dipoles(1, 1, 1)), [0, 3, 1], "shared dipoles")
    call arrived(POSITIONS, c_loc(site_positions(3, 1)), [0, 3, -1], "shared, reversed positions")
    call claim(.not. c_associated(spied_addresses(WEIGHTS)), "absent weights are NULL")

    call hl_exciton_spectrum(small%hamiltonians(:, :, 1), small%dipoles(:, :, 1), grid=small%grid, absorption=backwards, &
      stat=stat, errmsg=message)
    call claim(stat == HL_OK, "a pointer", message)
    call arrived(ABSORPTION, c_loc(points(40)), [-3], "a pointer to a reversed section")
    call claim(.not. c_associated(spied_addresses(POSITIONS)) .and. .not. c_associated(spied_addresses(CD)), &
      "absent positions and CD are NULL")
  end subroutine shared_arrays_and_pointers

  subroutine components_by_address()
    type(pigment), target :: pigments(4, 2)
    real(c_double), target :: hamiltonians(4, 4, 2)
    real(c_double) :: dipoles(3, 4, 2), expected(11)
    integer(c_ptrdiff_t), parameter :: record = storage_size(pigments) / storage_size(0.0_c_double)
    integer :: i, k
    hamiltonians = 0
    do k = 1, 2
      do i = 1, 4
        hamiltonians(i, i, k) = 12000.0_c_double + 100 * i + k
        dipoles(:, i, k) = [real(i, c_double), real(k, c_double), 1.0_c_double]
        pigments(i, k)%dipole = dipoles(:, i, k)
      end do
    end do
    call hl_exciton_spectrum(hamiltonians, dipoles, grid=small%grid, absorption=expected)
    small%absorption = -77
    stat = c_exciton_spectrum(2_c_ptrdiff_t, 4_c_ptrdiff_t, 11_c_ptrdiff_t, c_loc(hamiltonians), &
      hamiltonians_strides=[16_c_ptrdiff_t, 4_c_ptrdiff_t, 1_c_ptrdiff_t], dipoles=c_loc(pigments(1, 1)%dipole), &
      dipoles_strides=[4 * record, record, 1_c_ptrdiff_t], positions=c_null_ptr, positions_strides=[0_c_ptrdiff_t, &
      0_c_ptrdiff_t, 0_c_ptrdiff_t], weights=c_null_ptr, weights_strides=[0_c_ptrdiff_t], grid=c_loc(small%grid), &
      grid_strides=[1_c_ptrdiff_t], absorption=c_loc(small%absorption), absorption_strides=[1_c_ptrdiff_t], cd=c_null_ptr, &
      cd_strides=[0_c_ptrdiff_t])
    call claim(stat == HL_OK .and. same_bits(small%absorption, expected), "dipoles inside an array of derived type, by address", &
      hl_last_error_message())
    call claim(record == 7, "a record is six reals and an integer with its padding")
  end subroutine components_by_address

  ! Lattices and their halos; `omega` and `coupling` have dummies of any rank.
  subroutine lattices()
    real(c_double), target :: theta(9, 12), omega(20, 20), coupling(4, 5, 6), dtheta(30, 30), rims(40)
    type(hl_kuramoto_options) :: options
    theta = 0.5_c_double
    omega = 1
    coupling = 1
    rims = 0.25_c_double
    options%boundary(:2) = HL_BOUNDARY_HALO
    call hl_kuramoto_rhs(theta(8:2:-2, 2:12:2), omega(2:14:4, 20:10:-2), coupling(:, 3, :), dtheta(30:3:-9, 6:30:4), options, &
      rims(40:30:-2), rims(1:6), rims(2:14:4), theta(1:7:2, 1), stat, message)
    call claim(stat == HL_ERR_SHAPE, "six columns do not fit seven", message)
    call hl_kuramoto_rhs(theta(8:2:-2, 2:12:2), omega(2:14:4, 20:10:-2), coupling(:, 3, :), dtheta(30:3:-9, 6:26:4), options, &
      rims(40:30:-2), rims(1:6), rims(2:14:4), theta(1:7:2, 1), stat, message)
    call claim(stat == HL_OK, "sections of lattices", message)
    call arrived(1, c_loc(theta(8, 2)), [-2, 18], "a lattice with steps -2, 2")
    call arrived(2, c_loc(omega(2, 20)), [4, -40], "frequencies with steps 4, -2")
    call arrived(3, c_loc(coupling(1, 3, 1)), [1, 20], "a plane of couplings")
    call arrived(4, c_loc(dtheta(30, 6)), [-9, 120], "slopes with steps -9, 4")
    call arrived(5, c_loc(rims(40)), [-2], "a reversed halo")
    call arrived(6, c_loc(rims(1)), [1], "a halo")
    call arrived(7, c_loc(rims(2)), [4], "a spaced halo")
    call arrived(8, c_loc(theta(1, 1)), [2], "a halo out of the lattice's own array")
  end subroutine lattices

  ! Graphs in sections of both kinds of integers.
  subroutine networks()
    integer(c_int32_t), target :: starts_32(9, 4), ends_32(20)
    integer(c_int64_t), target :: starts_64(9, 4), ends_64(20)
    real(c_double), target :: theta(9), omega(3, 5), coupling(1), dtheta(7), weights(30)
    starts_32 = -1
    ends_32 = -1
    starts_32(8:2:-2, 2) = [0, 2, 3, 4]
    ends_32(4:19:5) = [1, 2, 0, 1]
    starts_64 = starts_32
    ends_64 = ends_32
    theta = 0.5_c_double
    omega = 1
    coupling = 1
    weights = 2
    call hl_kuramoto_network_rhs(starts_32(8:2:-2, 2), ends_32(4:19:5), theta(8:2:-3), omega(2, 5:1:-2), coupling(1), &
      dtheta(2:6:2), weights=weights(28:1:-9), stat=stat, errmsg=message)
    call claim(stat == HL_OK, "sections of a network", message)
    call arrived(1, c_loc(starts_32(8, 2)), [-2], "rows in a reversed section")
    call arrived(2, c_loc(ends_32(4)), [5], "spaced neighbours")
    call arrived(3, c_loc(weights(28)), [-9], "reversed weights")
    call arrived(4, c_loc(theta(8)), [-3], "reversed phases")
    call arrived(5, c_loc(omega(2, 5)), [-6], "a reversed row of frequencies")
    call arrived(6, c_loc(coupling(1)), [0], "one coupling for all")
    call arrived(7, c_loc(dtheta(2)), [2], "spaced slopes")
    call hl_kuramoto_network_rhs(starts_64(8:2:-2, 2), ends_64(4:19:5), theta(8:2:-3), omega(2, 5:1:-2), 1.0_c_double, &
      dtheta(2:6:2), stat=stat, errmsg=message)
    call claim(stat == HL_OK, "sections of a network of 64 bits", message)
    call arrived(1, c_loc(starts_64(8, 2)), [-2], "rows of 64 bits in a reversed section")
    call arrived(2, c_loc(ends_64(4)), [5], "spaced neighbours of 64 bits")
    call claim(.not. c_associated(spied_addresses(3)), "absent weights of edges are NULL")
  end subroutine networks

  ! The strides of axes that are longer than 1, in the library's order.
  subroutine arrived(array, expected_address, strides, text)
    integer, intent(in) :: array, strides(:)
    type(c_ptr), intent(in) :: expected_address
    character(len=*), intent(in) :: text
    character(len=100) :: detail
    write (detail, "('strides ', 3(1x, i0))") spied_strides(:size(strides), array)
    call claim(address(spied_addresses(array)) == address(expected_address), text // " arrives where it is")
    call claim(all(spied_strides(:size(strides), array) == strides), text // " arrives with its strides", detail)
  end subroutine arrived

  integer(c_intptr_t) function address(pointer)
    type(c_ptr), intent(in) :: pointer
    address = transfer(pointer, address)
  end function address
end program test_no_copies
