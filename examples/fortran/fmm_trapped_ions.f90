! Molecular dynamics with a plan of the fast multipole method: a cloud of ions that repel each other in a harmonic trap, by the velocity
! Verlet method. Every step gives the plan the new positions and evaluates it.
!
!   gfortran hotloop.f90 fmm_trapped_ions.f90 -lhotloop -o fmm_trapped_ions
!   ./fmm_trapped_ions [ions, about]
!
! Units: the mass of an ion, the frequency of the trap, and the length at which the energy of a pair is its inverse distance. So the force
! on an ion is -position + sum over others of difference / distance**3, and at rest the cloud would be a ball of radius n**(1/3).
!
! What is checked, beside the sums themselves:
! * velocity Verlet keeps the energy but for a part that goes with the square of the time step, so half the step leaves a quarter of it;
! * the cloud starts off the centre of the trap, and since ions do not push their own centre, that swings as a single particle would:
!   in steps of velocity Verlet as cos(step * angle) with cos(angle) = 1 - dt**2 / 2, whatever the ions do.
program fmm_trapped_ions
  use, intrinsic :: iso_c_binding, only: c_double
  use, intrinsic :: iso_fortran_env, only: int64
  use hotloop
  implicit none
  real(c_double), parameter :: pi = acos(-1.0_c_double), dt = 0.05_c_double, time = 3.0_c_double
  real(c_double), parameter :: offset = 1.0_c_double, temperature = 0.1_c_double, accuracy = 1.0e-6_c_double
  ! G(r) = 1 / (4 pi r), so a pair with this charge each has the energy 1 / r.
  real(c_double), parameter :: charge = sqrt(4 * pi)
  real(c_double), allocatable :: start(:, :), state(:, :), force(:, :), charges(:), potentials(:), exact(:)
  real(c_double) :: spread, spread_of_half, estimated, deviation
  type(hl_fmm_plan) :: plan
  character(len=20) :: argument
  integer :: n, n_steps, status

  argument = "4000"
  if (command_argument_count() > 0) call get_command_argument(1, argument)
  read (argument, *, iostat=status) n
  if (status /= 0) n = 0
  if (n < 10) error stop "usage: fmm_trapped_ions [ions, 10 or more]"
  call place_ions(n, start)
  n_steps = nint(time / dt)
  allocate (force(3, n), charges(n), potentials(n), exact(n))
  charges = charge
  print "(i0, a, i0)", n, " ions, threads: ", hl_get_num_threads()

  call hl_fmm_plan_create(plan, start(1:3, :), options=hl_fmm_options(eps=accuracy))
  call run(dt, n_steps, spread)
  call run(dt / 2, 2 * n_steps, spread_of_half)
  print "(a, f5.2)", "half the time step divides the spread of the energy by", spread / spread_of_half

  ! `potentials` are those of the last step, whose points the plan has.
  call hl_direct(state(1:3, :), charges, exact)
  deviation = norm2(potentials - exact) / norm2(exact)
  call hl_fmm_estimate_error(plan, charges, potentials, estimated)
  print "(a, es8.1, a, es8.1)", "potentials of the last step: error beside sums over all pairs", deviation, ", estimated", estimated
  call hl_fmm_plan_destroy(plan)
  if (spread / spread_of_half < 3.5_c_double) error stop "the energy is not kept as velocity Verlet keeps it"
  if (max(deviation, estimated) > accuracy) error stop "the potentials are not those of the pairs"

contains

  ! Ions at the points of a cubic lattice that lie in a ball, one to a volume of 4 pi / 3, with random velocities. Position and velocity of an
  ! ion are a column of `particles`; n becomes how many there are.
  subroutine place_ions(n, particles)
    integer, intent(inout) :: n
    real(c_double), allocatable, intent(out) :: particles(:, :)
    real(c_double) :: radius, spacing, x(3)
    integer :: pass, reach, i, j, k
    radius = n**(1.0_c_double / 3)
    spacing = (4 * pi / 3)**(1.0_c_double / 3)
    reach = ceiling(radius / spacing)
    do pass = 1, 2
      n = 0
      do k = -reach, reach
        do j = -reach, reach
          do i = -reach, reach
            ! off the centre, so that no two shells of the lattice leave the ball at once
            x = spacing * (real([i, j, k], c_double) + [0.31_c_double, 0.17_c_double, 0.07_c_double])
            if (norm2(x) > radius) cycle
            n = n + 1
            if (pass == 2) particles(:, n) = [x, sqrt(temperature) * [normal(3 * n), normal(3 * n + 1), normal(3 * n + 2)]]
          end do
        end do
      end do
      if (pass == 1) allocate (particles(6, n))
    end do
    ! The centre rests at `offset` along x.
    do i = 1, 6
      particles(i, :) = particles(i, :) - sum(particles(i, :)) / n
    end do
    particles(1, :) = particles(1, :) + offset
  end subroutine place_ions

  ! Velocity Verlet from the start, with a line every half unit of time. The spread is the largest deviation of the total energy from its
  ! first value as a part of the largest kinetic energy.
  subroutine run(dt, n_steps, spread)
    real(c_double), intent(in) :: dt
    integer, intent(in) :: n_steps
    real(c_double), intent(out) :: spread
    real(c_double) :: first, kinetic, largest, ions, trap, total, swing, centre
    integer(int64) :: began, now, rate
    integer :: step
    state = start
    call system_clock(began, rate)
    call find_forces()
    print "(/a, f6.3)", "time step ", dt
    print "(a)", "  time       kinetic          ions          trap         total      change   centre beside cos"
    spread = 0
    largest = 0
    do step = 0, n_steps
      if (step > 0) then
        ! Rows 1 to 3 are positions, 4 to 6 velocities.
        state(4:6, :) = state(4:6, :) + dt / 2 * force
        state(1:3, :) = state(1:3, :) + dt * state(4:6, :)
        call find_forces()
        state(4:6, :) = state(4:6, :) + dt / 2 * force
      end if
      kinetic = sum(state(4:6, :)**2) / 2
      ions = charge * sum(potentials) / 2
      trap = sum(state(1:3, :)**2) / 2
      total = kinetic + ions + trap
      if (step == 0) first = total
      spread = max(spread, abs(total - first))
      largest = max(largest, kinetic)
      swing = offset * cos(step * acos(1 - dt**2 / 2))
      centre = sum(state(1, :)) / n
      if (abs(centre - swing) > 10 * accuracy) error stop "the centre of the cloud does not swing as a single particle does"
      if (mod(step, n_steps / 6) == 0) print "(f6.2, 4f14.4, es12.1, f11.6, es10.1)", step * dt, kinetic, ions, trap, total, &
        total - first, centre, centre - swing
    end do
    spread = spread / largest
    call system_clock(now)
    print "(a, es8.1, a, f7.1)", "spread of the energy beside the largest kinetic:", spread, ", ms a step:", &
      1.0e3_c_double * real(now - began, c_double) / real(rate, c_double) / (n_steps + 1)
  end subroutine run

  ! Potentials, and forces of ions and trap. A section of `state` goes to the library as it lies in memory; nothing is copied.
  subroutine find_forces()
    call hl_fmm_set_points(plan, state(1:3, :))
    call hl_fmm_evaluate(plan, charges, potentials, force)
    force = -charge * force - state(1:3, :)
  end subroutine find_forces

  ! A number of a normal distribution by Box and Muller, from numbers without pattern.
  pure real(c_double) function normal(number)
    integer, intent(in) :: number
    normal = sqrt(-2 * log(1 - scatter(2 * number))) * cos(2 * pi * scatter(2 * number + 1))
  end function normal

  pure real(c_double) function scatter(number)
    integer, intent(in) :: number
    scatter = modulo(sin(12.9898_c_double * number) * 43758.5453_c_double, 1.0_c_double)
  end function scatter
end program fmm_trapped_ions
