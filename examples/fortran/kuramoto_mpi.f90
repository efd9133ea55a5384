! Phase oscillators on a torus, shared out among the ranks of an MPI job: each rank keeps a rectangle of the lattice, exchanges the
! phases along its rim with its neighbours before every step, and hands them to hotloop as halos. Euler's method, by hl_kuramoto_rhs.
! The result has the same bits for any number of ranks.
!
!   mpifort hotloop.f90 kuramoto_mpi.f90 -lhotloop -o kuramoto_mpi
!   mpirun -n 4 ./kuramoto_mpi phases.f64
!
! The file holds theta(nx, ny) after the last step: doubles, in the machine's byte order, x fastest.
program kuramoto_mpi
  use, intrinsic :: iso_c_binding, only: c_double
  use mpi_f08
  use hotloop
  implicit none
  integer, parameter :: nx = 96, ny = 70, n_steps = 100
  real(c_double), parameter :: dt = 0.05_c_double, coupling = 1.5_c_double
  real(c_double), allocatable :: theta(:, :), omega(:, :), dtheta(:, :)
  real(c_double), allocatable :: left(:), right(:), below(:), above(:)
  type(hl_kuramoto_options) :: options
  type(MPI_Comm) :: torus
  character(len=400) :: output
  integer :: n_ranks, rank, ranks(2), place(2), from_left, to_right, from_below, to_above, x, y, i, j, mx, my, step

  call get_command_argument(1, output)
  if (output == "") error stop "usage: kuramoto_mpi PHASES.f64"
  call MPI_Init()
  call MPI_Comm_size(MPI_COMM_WORLD, n_ranks)
  ranks = 0
  call MPI_Dims_create(n_ranks, 2, ranks)
  call MPI_Cart_create(MPI_COMM_WORLD, 2, ranks, [.true., .true.], .false., torus)
  call MPI_Comm_rank(torus, rank)
  call MPI_Cart_coords(torus, rank, 2, place)
  call MPI_Cart_shift(torus, 0, 1, from_left, to_right)
  call MPI_Cart_shift(torus, 1, 1, from_below, to_above)

  ! This rank's cells are x + 1 ... x + mx and y + 1 ... y + my.
  x = place(1) * nx / ranks(1)
  y = place(2) * ny / ranks(2)
  mx = (place(1) + 1) * nx / ranks(1) - x
  my = (place(2) + 1) * ny / ranks(2) - y
  allocate (theta(mx, my), omega(mx, my), dtheta(mx, my), left(my), right(my), below(mx), above(mx))
  do j = 1, my
    do i = 1, mx
      theta(i, j) = 6.0_c_double * scatter(x + i, y + j)
      omega(i, j) = 0.2_c_double * scatter(y + j, x + i + 7)
    end do
  end do

  ! The ranks share the processors already: one thread for each.
  call hl_set_num_threads(1)
  options%boundary(:2) = HL_BOUNDARY_HALO
  do step = 1, n_steps
    call exchange(theta(mx, :), to_right, left, from_left)
    call exchange(theta(1, :), from_left, right, to_right)
    call exchange(theta(:, my), to_above, below, from_below)
    call exchange(theta(:, 1), from_below, above, to_above)
    call hl_kuramoto_rhs(theta, omega, coupling, dtheta, options, halo_below_1=left, halo_above_1=right, halo_below_2=below, &
      halo_above_2=above)
    theta = theta + dt * dtheta
  end do

  call write_whole_lattice()
  call MPI_Finalize()

contains

  subroutine exchange(mine, to, theirs, from)
    real(c_double), intent(in) :: mine(:)
    real(c_double), intent(out) :: theirs(:)
    integer, intent(in) :: to, from
    real(c_double) :: packed(size(mine)), received(size(mine))
    packed = mine
    call MPI_Sendrecv(packed, size(packed), MPI_DOUBLE_PRECISION, to, 0, received, size(received), MPI_DOUBLE_PRECISION, from, 0, &
      torus, MPI_STATUS_IGNORE)
    theirs = received
  end subroutine exchange

  ! Every rank adds its rectangle to zeros: a sum in which each cell has one summand is exact.
  subroutine write_whole_lattice()
    real(c_double), allocatable :: part(:, :), whole(:, :)
    real(c_double) :: r, psi
    integer :: file
    allocate (part(nx, ny), whole(nx, ny), source=0.0_c_double)
    part(x + 1:x + mx, y + 1:y + my) = theta
    call MPI_Reduce(part, whole, nx * ny, MPI_DOUBLE_PRECISION, MPI_SUM, 0, torus)
    if (rank /= 0) return
    call hl_kuramoto_order_parameter(whole, r, psi)
    print "(i0, ' ranks (', i0, ' by ', i0, '): r = ', f8.6, ', psi = ', f9.6)", n_ranks, ranks, r, psi
    open (newunit=file, file=trim(output), status="replace", action="write", access="stream", form="unformatted")
    write (file) whole
    close (file)
  end subroutine write_whole_lattice

  ! A number between 0 and 1 without pattern, the same on every machine.
  pure real(c_double) function scatter(i, j)
    integer, intent(in) :: i, j
    scatter = mod(7919 * i + 104729 * j + 15485 * i * j, 65536) / 65536.0_c_double
  end function scatter
end program kuramoto_mpi
