! A program with its own Runge-Kutta method that asks hotloop for the right-hand side only: phase oscillators on a lattice with open
! ends, from random phases to order.
!
!   gfortran hotloop.f90 kuramoto_rk4.f90 -lhotloop -o kuramoto_rk4
!   ./kuramoto_rk4
program kuramoto_rk4
  use, intrinsic :: iso_c_binding, only: c_double
  use hotloop
  implicit none
  integer, parameter :: nx = 200, ny = 150, n_steps = 200
  real(c_double), parameter :: dt = 0.05_c_double, coupling = 1.0_c_double
  real(c_double), dimension(nx, ny) :: theta, omega, k1, k2, k3, k4, by_hotloop
  real(c_double) :: r, psi
  integer :: i, j, step

  do j = 1, ny
    do i = 1, nx
      theta(i, j) = 6.0_c_double * scatter(i, j)
      omega(i, j) = 0.1_c_double * scatter(j, i + 7)
    end do
  end do
  by_hotloop = theta

  do step = 1, n_steps
    call hl_kuramoto_rhs(theta, omega, coupling, k1)
    call hl_kuramoto_rhs(theta + dt / 2 * k1, omega, coupling, k2)
    call hl_kuramoto_rhs(theta + dt / 2 * k2, omega, coupling, k3)
    call hl_kuramoto_rhs(theta + dt * k3, omega, coupling, k4)
    theta = theta + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    if (mod(step, 50) == 0) then
      call hl_kuramoto_order_parameter(theta, r, psi)
      print "('t = ', f5.2, '  r = ', f8.6, '  psi = ', f9.6)", step * dt, r, psi
    end if
  end do

  ! hotloop's own integrator makes the same steps in fewer sweeps over memory.
  call hl_kuramoto_integrate(by_hotloop, omega, coupling, dt, n_steps, hl_kuramoto_options(method=HL_METHOD_RK4))
  print "('hl_kuramoto_integrate differs by at most ', es7.1)", maxval(abs(by_hotloop - theta))
  if (maxval(abs(by_hotloop - theta)) > 1e-9_c_double) error stop "the two integrators disagree"

contains

  ! A number between 0 and 1 without pattern, the same on every machine.
  pure real(c_double) function scatter(i, j)
    integer, intent(in) :: i, j
    scatter = mod(7919 * i + 104729 * j + 15485 * i * j, 65536) / 65536.0_c_double
  end function scatter
end program kuramoto_rk4
