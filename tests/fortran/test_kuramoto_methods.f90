! Noise and adaptive steps on lattices, networks and in mean fields: runs in parts have the bits of the whole; noise beside plain code;
! adaptive steps beside small ones of RK4; bad calls of lattices.
module oscillator_models
  use, intrinsic :: iso_c_binding, only: c_double
  use hotloop
  implicit none

  interface
    ! Advances 60 phases, the same model for everybody.
    subroutine stepper(theta, dt, n_steps, options, next_step, steps_done, stat, errmsg)
      import :: c_double, hl_kuramoto_options
      real(c_double), intent(inout) :: theta(:)
      real(c_double), intent(in) :: dt
      integer, intent(in) :: n_steps
      type(hl_kuramoto_options), intent(in) :: options
      real(c_double), intent(inout), optional :: next_step
      integer, intent(out), optional :: steps_done
      integer, intent(out) :: stat
      character(len=*), intent(inout) :: errmsg
    end subroutine stepper
  end interface

contains

  subroutine on_a_lattice(theta, dt, n_steps, options, next_step, steps_done, stat, errmsg)
    real(c_double), intent(inout) :: theta(:)
    real(c_double), intent(in) :: dt
    integer, intent(in) :: n_steps
    type(hl_kuramoto_options), intent(in) :: options
    real(c_double), intent(inout), optional :: next_step
    integer, intent(out), optional :: steps_done
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: errmsg
    call hl_kuramoto_integrate(theta, 0.5_c_double, 1.5_c_double, dt, n_steps, options, steps_done=steps_done, &
      next_step=next_step, stat=stat, errmsg=errmsg)
  end subroutine on_a_lattice

  subroutine in_a_mean_field(theta, dt, n_steps, options, next_step, steps_done, stat, errmsg)
    real(c_double), intent(inout) :: theta(:)
    real(c_double), intent(in) :: dt
    integer, intent(in) :: n_steps
    type(hl_kuramoto_options), intent(in) :: options
    real(c_double), intent(inout), optional :: next_step
    integer, intent(out), optional :: steps_done
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: errmsg
    call hl_kuramoto_mean_field_integrate(theta, 0.5_c_double, 1.5_c_double, dt, n_steps, options, steps_done=steps_done, &
      next_step=next_step, stat=stat, errmsg=errmsg)
  end subroutine in_a_mean_field

  subroutine on_a_network(theta, dt, n_steps, options, next_step, steps_done, stat, errmsg)
    real(c_double), intent(inout) :: theta(:)
    real(c_double), intent(in) :: dt
    integer, intent(in) :: n_steps
    type(hl_kuramoto_options), intent(in) :: options
    real(c_double), intent(inout), optional :: next_step
    integer, intent(out), optional :: steps_done
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: errmsg
    integer :: i
    integer, parameter :: row_start(61) = [(2 * i, i=0, 60)]
    integer, parameter :: neighbours(120) = [(mod(7 * i + 1, 60), mod(11 * i + 5, 60), i=0, 59)]
    call hl_kuramoto_network_integrate(row_start, neighbours, theta, 0.5_c_double, 1.5_c_double, dt, n_steps, options, &
      steps_done=steps_done, next_step=next_step, stat=stat, errmsg=errmsg)
  end subroutine on_a_network
end module oscillator_models

program test_kuramoto_methods
  use, intrinsic :: iso_c_binding, only: c_double, c_float, c_int32_t, c_int64_t
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_quiet_nan
  use, intrinsic :: ieee_exceptions, only: ieee_get_flag, ieee_set_flag, ieee_all, ieee_usual
  use check
  use hotloop
  use kuramoto_naive
  use kuramoto_normals
  use oscillator_models
  implicit none

  character(len=600) :: message
  integer :: stat, i
  real(c_double), parameter :: start(60) = [(0.11_c_double * mod(i * i, 71), i=1, 60)]

  call of(on_a_lattice, "a lattice")
  call of(in_a_mean_field, "a mean field")
  call of(on_a_network, "a network")
  call cells_of_a_lattice()
  call oscillators_at_rest()
  call single_precision()
  call bad_options()
  call conclude("test_kuramoto_methods")

contains

  subroutine of(advance, name)
    procedure(stepper) :: advance
    character(len=*), intent(in) :: name
    call parts_with_noise(advance, name)
    call noise_of_cells(advance, name)
    call parts_with_adaptive_steps(advance, name)
    call as_good_as_its_tolerance(advance, name)
    call no_tolerance_to_be_met(advance, name)
    call no_floating_point_exceptions(advance, name, start, "")
  end subroutine of

  subroutine parts_with_noise(advance, name)
    procedure(stepper) :: advance
    character(len=*), intent(in) :: name
    type(hl_kuramoto_options) :: options
    real(c_double) :: whole(60), parts(60)
    integer :: method
    do method = HL_METHOD_EULER, HL_METHOD_HEUN
      options = hl_kuramoto_options(method=method, noise=0.4_c_double, noise_seed=99, first_step=5)
      whole = start
      parts = start
      call advance(whole, 0.05_c_double, 12, options, stat=stat, errmsg=message)
      call claim(stat == HL_OK, name // " with noise", message)
      call advance(parts, 0.05_c_double, 5, options, stat=stat, errmsg=message)
      options%first_step = options%first_step + 5
      call advance(parts, 0.05_c_double, 7, options, stat=stat, errmsg=message)
      call claim(same_bits(parts, whole), name // ": parts of a run with noise have the bits of the whole")
      parts = start
      options%noise_seed = 100
      options%first_step = 5
      call advance(parts, 0.05_c_double, 12, options, stat=stat, errmsg=message)
      call claim(largest(parts - whole) > 0.01_c_double, name // ": another seed is other noise")
    end do
  end subroutine parts_with_noise

  ! Equal phases do not pull each other: one step is the frequency and the noise.
  subroutine noise_of_cells(advance, name)
    procedure(stepper) :: advance
    character(len=*), intent(in) :: name
    integer(c_int64_t), parameter :: places(3, 3) = reshape([0_c_int64_t, 0_c_int64_t, 0_c_int64_t, 77_c_int64_t, 3_c_int64_t, &
      5_c_int64_t, 1099511627777_c_int64_t, 8589934592_c_int64_t, 17179869184_c_int64_t], [3, 3])
    type(hl_kuramoto_options) :: options
    real(c_double) :: theta(60)
    integer :: k
    do k = 1, 3
      options = hl_kuramoto_options(noise=0.5_c_double, noise_seed=places(1, k), first_step=places(2, k), first_cell=places(3, k))
      theta = 0
      call advance(theta, 0.25_c_double, 1, options, stat=stat, errmsg=message)
      call claim(stat == HL_OK .and. largest(theta - 0.125_c_double - 0.25_c_double * normals(places(1, k), places(2, k), &
        places(3, k), 60)) < 1e-14_c_double, name // ": noise is a function of seed, step and cell", message)
    end do
  end subroutine noise_of_cells

  subroutine parts_with_adaptive_steps(advance, name)
    procedure(stepper) :: advance
    character(len=*), intent(in) :: name
    type(hl_kuramoto_options) :: options
    real(c_double) :: whole(60), parts(60), next_of_whole, next_of_parts
    integer :: steps_done
    options = hl_kuramoto_options(method=HL_METHOD_DORMAND_PRINCE, atol=1e-8_c_double)
    whole = start
    parts = start
    next_of_whole = 0
    next_of_parts = 0
    call advance(whole, 0.7_c_double, 5, options, next_of_whole, steps_done, stat, message)
    call claim(stat == HL_OK .and. steps_done == 5 .and. next_of_whole > 0, name // " with adaptive steps", message)
    call advance(parts, 0.7_c_double, 2, options, next_of_parts, stat=stat, errmsg=message)
    call advance(parts, 0.7_c_double, 3, options, next_of_parts, stat=stat, errmsg=message)
    call claim(same_bits([parts, next_of_parts], [whole, next_of_whole]), name // &
      ": parts of an adaptive run have the bits of the whole")
    parts = start
    call advance(parts, 0.7_c_double, 2, options, stat=stat, errmsg=message)
    call advance(parts, 0.7_c_double, 3, options, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. largest(parts - whole) < 1e-6_c_double, name // ": without next_step the parts are as good")
    call claim(.not. same_bits(parts, whole), name // ": but have other bits")
  end subroutine parts_with_adaptive_steps

  subroutine as_good_as_its_tolerance(advance, name)
    procedure(stepper) :: advance
    character(len=*), intent(in) :: name
    type(hl_kuramoto_options) :: options
    real(c_double) :: adaptive(60), small_steps(60), defaults(60)
    character(len=40) :: text
    integer :: digits
    small_steps = start
    call advance(small_steps, 2.0_c_double / 4096, 4096, hl_kuramoto_options(method=HL_METHOD_RK4), stat=stat, errmsg=message)
    do digits = 4, 10, 2
      options = hl_kuramoto_options(method=HL_METHOD_DORMAND_PRINCE, atol=10.0_c_double**(-digits))
      adaptive = start
      call advance(adaptive, 1.0_c_double, 2, options, stat=stat, errmsg=message)
      write (text, "('differs by ', es9.2)") largest(adaptive - small_steps)
      call claim(largest(adaptive - small_steps) < 100 * 10.0_c_double**(-digits), name // ": as good as its tolerance", text)
    end do
    options = hl_kuramoto_options(method=HL_METHOD_DORMAND_PRINCE, atol=0.0_c_double, rtol=1e-8_c_double)
    adaptive = start
    call advance(adaptive, 1.0_c_double, 2, options, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. largest(adaptive - small_steps) < 1e-5_c_double, name // ": as good as its relative tolerance", &
      message)
    adaptive = start
    defaults = start
    call advance(defaults, 1.0_c_double, 2, hl_kuramoto_options(method=HL_METHOD_DORMAND_PRINCE), stat=stat, errmsg=message)
    call advance(adaptive, 1.0_c_double, 2, hl_kuramoto_options(method=HL_METHOD_DORMAND_PRINCE, atol=1e-6_c_double, &
      rtol=0.0_c_double), stat=stat, errmsg=message)
    call claim(same_bits(adaptive, defaults), name // ": the default tolerance is 1e-6 radians")
  end subroutine as_good_as_its_tolerance

  subroutine no_tolerance_to_be_met(advance, name)
    procedure(stepper) :: advance
    character(len=*), intent(in) :: name
    real(c_double) :: theta(60)
    integer :: steps_done
    theta = start
    call advance(theta, 0.5_c_double, 3, hl_kuramoto_options(method=HL_METHOD_DORMAND_PRINCE, atol=1e-40_c_double), &
      steps_done=steps_done, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_NOT_CONVERGED .and. contains_text(message, "atol"), name // &
      ": a tolerance that rounding does not allow is an error", message)
    call claim(steps_done == 0 .and. same_bits(theta, start), name // ": and the phases stand at a whole step")
  end subroutine no_tolerance_to_be_met

  ! Programs are often compiled with -ffpe-trap=invalid,zero,overflow, and would stop inside the library.
  subroutine no_floating_point_exceptions(advance, name, phases, state)
    procedure(stepper) :: advance
    character(len=*), intent(in) :: name, state
    real(c_double), intent(in) :: phases(60)
    type(hl_kuramoto_options) :: options
    real(c_double) :: theta(60)
    logical :: raised(size(ieee_usual))
    character(len=40) :: text
    integer :: law, method, before
    before = hl_set_num_threads_local(1) ! the calling thread computes, so that its flags tell
    do law = HL_COUPLING_SINE, HL_COUPLING_LINEAR
      do method = HL_METHOD_EULER, HL_METHOD_DORMAND_PRINCE
        options = hl_kuramoto_options(law=law, method=method)
        if (method <= HL_METHOD_HEUN) options%noise = 0.3_c_double
        theta = phases
        call ieee_set_flag(ieee_all, .false.)
        call advance(theta, 0.1_c_double, 4, options, stat=stat, errmsg=message)
        call ieee_get_flag(ieee_usual, raised)
        write (text, "(', law ', i0, ', method ', i0)") law, method
        call claim(stat == HL_OK .and. .not. any(raised), name // state // trim(text) // ": no floating-point exception", message)
      end do
    end do
    before = hl_set_num_threads_local(before)
  end subroutine no_floating_point_exceptions

  ! Their steps have no error at all, so nothing may be divided by it.
  subroutine oscillators_at_rest()
    type(hl_kuramoto_options) :: options
    real(c_double) :: theta(60)
    logical :: raised(size(ieee_usual))
    integer :: model, before
    character(len=*), parameter :: names(3) = [character(len=12) :: "a lattice", "a mean field", "a network"]
    options = hl_kuramoto_options(law=HL_COUPLING_DIRECT_SINE, method=HL_METHOD_DORMAND_PRINCE)
    before = hl_set_num_threads_local(1)
    do model = 1, 3
      theta = 0.25_c_double
      call ieee_set_flag(ieee_all, .false.)
      select case (model)
      case (1)
        call hl_kuramoto_integrate(theta, 0.0_c_double, 1.0_c_double, 0.1_c_double, 4, options, stat=stat, errmsg=message)
      case (2)
        call hl_kuramoto_mean_field_integrate(theta, 0.0_c_double, 1.0_c_double, 0.1_c_double, 4, options, stat=stat, &
          errmsg=message)
      case (3)
        call hl_kuramoto_network_integrate([(i, i=0, 60)], [(mod(i, 60), i=1, 60)], theta, 0.0_c_double, 1.0_c_double, &
          0.1_c_double, 4, options, stat=stat, errmsg=message)
      end select
      call ieee_get_flag(ieee_usual, raised)
      call claim(stat == HL_OK .and. .not. any(raised), trim(names(model)) // " at rest: no floating-point exception", message)
      call claim(all(abs(theta - 0.25_c_double) <= 0), trim(names(model)) // " at rest stays there")
    end do
    before = hl_set_num_threads_local(before)
  end subroutine oscillators_at_rest

  ! Cells are numbered with the last index running fastest, whatever lies next to each other in memory.
  subroutine cells_of_a_lattice()
    real(c_double) :: theta(4, 5, 6), beyond(9, 5, 12), expected(4, 5, 6), part(2, 5, 6)
    type(hl_kuramoto_options) :: options
    options = hl_kuramoto_options(noise=0.5_c_double, noise_seed=3)
    expected = 0.5_c_double * reshape(normals(3_c_int64_t, 0_c_int64_t, 0_c_int64_t, 120), [4, 5, 6], order=[3, 2, 1])
    theta = 0
    call hl_kuramoto_integrate(theta, 0.0_c_double, 0.0_c_double, 1.0_c_double, 1, options, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. maxval(abs(theta - expected)) < 1e-14_c_double, "the noise of a lattice's cells", message)
    beyond = 0
    call hl_kuramoto_integrate(beyond(8:2:-2, :, 1:11:2), 0.0_c_double, 0.0_c_double, 1.0_c_double, 1, options, stat=stat, &
      errmsg=message)
    call claim(stat == HL_OK .and. same_bits(beyond(8:2:-2, :, 1:11:2), theta), "has the same bits in a section", message)
    part = 0
    options%first_cell = 2 * 5 * 6
    call hl_kuramoto_integrate(part, 0.0_c_double, 0.0_c_double, 1.0_c_double, 1, options, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(part, theta(3:4, :, :)), "and in a part of the lattice that begins at first_cell", &
      message)
  end subroutine cells_of_a_lattice

  subroutine single_precision()
    real(c_float) :: whole(4, 15), parts(4, 15)
    real(c_double) :: next_of_whole, next_of_parts
    type(hl_kuramoto_options) :: options
    options = hl_kuramoto_options(method=HL_METHOD_DORMAND_PRINCE, atol=1e-4_c_double)
    whole = reshape(real(start, c_float), [4, 15])
    parts = whole
    next_of_whole = 0
    next_of_parts = 0
    call hl_kuramoto_integrate(whole, 0.5_c_float, 1.5_c_float, 0.7_c_double, 4, options, next_step=next_of_whole, stat=stat, &
      errmsg=message)
    call hl_kuramoto_integrate(parts, 0.5_c_float, 1.5_c_float, 0.7_c_double, 1, options, next_step=next_of_parts)
    call hl_kuramoto_integrate(parts, 0.5_c_float, 1.5_c_float, 0.7_c_double, 3, options, next_step=next_of_parts)
    call claim(stat == HL_OK .and. all(transfer(parts, [1_c_int32_t]) == transfer(whole, [1_c_int32_t])) .and. &
      same_bits([next_of_parts], [next_of_whole]), "parts of an adaptive run in f32", message)
    options = hl_kuramoto_options(method=HL_METHOD_HEUN, noise=0.3_c_double)
    call hl_kuramoto_integrate(whole, 0.5_c_float, 1.5_c_float, 0.1_c_double, 4, options)
    call hl_kuramoto_integrate(parts, 0.5_c_float, 1.5_c_float, 0.1_c_double, 3, options)
    options%first_step = 3
    call hl_kuramoto_integrate(parts, 0.5_c_float, 1.5_c_float, 0.1_c_double, 1, options)
    call claim(all(transfer(parts, [1_c_int32_t]) == transfer(whole, [1_c_int32_t])), "parts of a run with noise in f32")
  end subroutine single_precision

  subroutine bad_options()
    type(lattice_request) :: asked
    real(c_double) :: nan, next_step, before
    nan = ieee_value(nan, ieee_quiet_nan)
    asked = good_lattice()
    asked%options%noise = -0.5_c_double
    call both(asked, "noise", "negative noise")
    asked%options%noise = nan
    call both(asked, "noise", "noise that is NaN")
    asked%options%noise = 0.5_c_double
    asked%options%method = HL_METHOD_RK4
    call both(asked, "noise", "noise with RK4")
    asked%options%method = HL_METHOD_DORMAND_PRINCE
    call both(asked, "noise", "noise with adaptive steps")
    asked%options%noise = 0
    asked%options%atol = 0
    call both(asked, "atol", "no tolerance at all")
    asked%options%rtol = -1e-6_c_double
    call both(asked, "rtol", "a negative relative tolerance")
    asked%options%rtol = 0
    asked%options%atol = nan
    call both(asked, "atol", "a tolerance that is NaN")
    asked = good_lattice()
    asked%options%method = HL_METHOD_DORMAND_PRINCE
    next_step = -1
    before = asked%theta(2, 3)
    call hl_kuramoto_integrate(asked%theta, asked%omega, asked%coupling, 0.5_c_double, 3, asked%options, next_step=next_step, &
      stat=stat, errmsg=message)
    call claim(stat == HL_ERR_OPTION .and. contains_text(message, "hl_kuramoto_integrate: next_step") .and. &
      same_bits([next_step, asked%theta(2, 3)], [-1.0_c_double, before]), "a step to try that is negative", message)
  end subroutine bad_options

  subroutine both(asked, argument, text)
    type(lattice_request), intent(in) :: asked
    character(len=*), intent(in) :: argument, text
    call lattice_refused(by_rhs, "hl_kuramoto_rhs", asked, int(HL_ERR_OPTION), argument, text)
    call lattice_refused(by_integrate, "hl_kuramoto_integrate", asked, int(HL_ERR_OPTION), argument, text)
  end subroutine both
end program test_kuramoto_methods
