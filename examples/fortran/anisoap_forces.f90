! Forces and torques of a model that is linear in AniSOAP's power spectra, as a molecular dynamics program asks for them: with the pair
! list that it has (half of it, with a skin), and one call for energy and one for the gradients. The forces are compared with a
! difference of energies.
!
!   gfortran hotloop.f90 anisoap_forces.f90 -lhotloop -o anisoap_forces
!   ./anisoap_forces
program anisoap_forces
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_ptrdiff_t
  use hotloop
  implicit none
  integer, parameter :: n = 12
  real(c_double), parameter :: cutoff = 4.0_c_double, skin = 0.5_c_double, edge = 9.0_c_double, small = 1.0e-4_c_double
  type(hl_anisoap_plan) :: plan
  type(hl_anisoap_options) :: options
  type(hl_anisoap_frames) :: molecules
  real(c_double), target :: positions(3, n), quaternions(4, n), shape_of_all(3, 1), cell(3, 3, 1)
  integer(c_int32_t), target :: species(n)
  integer(c_ptrdiff_t), allocatable :: pairs(:, :)
  integer(c_int32_t), allocatable :: shifts(:, :)
  integer(c_ptrdiff_t), allocatable, target :: first(:), second(:)
  integer(c_int32_t), allocatable, target :: half_shifts(:, :)
  real(c_double), allocatable :: weights(:, :), spectra(:, :)
  real(c_double) :: gradients(3, n), torques(3, n), direction(3, n), by_difference, by_gradient
  logical, allocatable :: is_kept(:)
  integer :: i, k, p

  do i = 1, n
    species(i) = merge(6_c_int32_t, 1_c_int32_t, mod(i, 2) == 0)
    do k = 1, 3
      positions(k, i) = edge * scatter(3 * i + k)
      direction(k, i) = scatter(7 * i + k) - 0.5_c_double
    end do
    quaternions(:, i) = [(scatter(5 * i + 11 * k) - 0.5_c_double, k=1, 4)]
  end do
  shape_of_all(:, 1) = [0.9_c_double, 0.7_c_double, 0.4_c_double]
  cell = 0
  do k = 1, 3
    cell(k, k, 1) = edge
  end do

  options%radial_gaussian_width = 1.0_c_double
  options%max_radial = 2
  call hl_anisoap_plan_create(plan, 4, [1_c_int32_t, 6_c_int32_t], cutoff, options)
  allocate (spectra(hl_anisoap_power_spectrum_size(plan), n), weights(hl_anisoap_power_spectrum_size(plan), n))
  do i = 1, size(weights, 1)
    weights(i, :) = scatter(i) - 0.5_c_double
  end do

  ! The program's own list: here hotloop's, of which one side of each pair is kept. It counts atoms from 0, as the library does.
  call hl_neighbour_list(positions, cutoff + skin, pairs, shifts, cell=cell(:, :, 1))
  is_kept = [(pairs(1, p) < pairs(2, p) .or. (pairs(1, p) == pairs(2, p) .and. is_first(shifts(:, p))), p=1, size(pairs, 2))]
  first = pack(pairs(1, :), is_kept) - 1
  second = pack(pairs(2, :), is_kept) - 1
  half_shifts = reshape(pack(shifts, spread(is_kept, 1, 3)), [3, size(first)])

  molecules%positions => positions
  molecules%species => species
  molecules%semiaxes => shape_of_all
  molecules%quaternions => quaternions
  molecules%cells => cell
  molecules%pair_first => first
  molecules%pair_second => second
  molecules%pair_shifts => half_shifts
  molecules%pair_list = HL_PAIR_LIST_HALF

  call hl_anisoap_power_spectrum_vjp(plan, molecules, weights, position_gradients=gradients, rotation_gradients=torques)
  by_gradient = sum(gradients * direction)
  positions = positions + small * direction
  by_difference = energy()
  positions = positions - 2 * small * direction
  by_difference = (by_difference - energy()) / (2 * small)

  print "(a, i0, a, i0)", "molecules: ", n, ", pairs: ", size(first)
  print "(a, 2f16.10)", "slope of the energy from forces and from energies:", by_gradient, by_difference
  print "(a, es9.1)", "sum of the forces, largest component:", maxval(abs(sum(gradients, dim=2)))
  print "(a, f10.6)", "largest torque:", maxval(norm2(torques, dim=1))
  call hl_anisoap_plan_destroy(plan)
  if (abs(by_gradient - by_difference) > 1.0e-5_c_double * abs(by_difference)) error stop "the forces are not those of the energy"
  if (maxval(abs(sum(gradients, dim=2))) > 1.0e-12_c_double * maxval(abs(gradients)) * n) error stop "the forces do not add to 0"

contains

  function energy()
    real(c_double) :: energy
    call hl_anisoap_power_spectrum(plan, molecules, spectra)
    energy = sum(weights * spectra)
  end function energy

  ! Of an atom's images S and -S one.
  logical function is_first(shift)
    integer(c_int32_t), intent(in) :: shift(3)
    integer :: axis
    axis = findloc(shift /= 0_c_int32_t, .true., dim=1)
    is_first = shift(max(axis, 1)) > 0
  end function is_first

  ! Numbers from 0 to 1 without order.
  pure real(c_double) function scatter(number)
    integer, intent(in) :: number
    scatter = modulo(sin(12.9898_c_double * number) * 43758.5453_c_double, 1.0_c_double)
  end function scatter
end program anisoap_forces
