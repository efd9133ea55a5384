! The procedures of networks and mean fields: arrays of every shape that Fortran has, both precisions and kinds of indices, records,
! progress; bad calls, one row a mistake.
module counted_progress
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
end module counted_progress

program test_kuramoto_nodes
  use, intrinsic :: iso_c_binding, only: c_double, c_float, c_int32_t, c_int64_t
  use, intrinsic :: ieee_arithmetic, only: ieee_value, ieee_quiet_nan, ieee_positive_inf
  use check
  use hotloop
  use kuramoto_nodes_naive
  use counted_progress
  implicit none

  character(len=600) :: message
  integer :: stat

  call formulas()
  call kinds()
  call sections()
  call numbers_in_place_of_arrays()
  call accumulation()
  call a_ring_is_a_lattice()
  call records()
  call progress()
  call no_nodes_and_no_edges()
  call bad_extents()
  call bad_graphs()
  call bad_values()
  call bad_options()
  call overlap()
  call conclude("test_kuramoto_nodes")

contains

  ! ---- the formulas ----

  subroutine formulas()
    type(nodes_request) :: asked
    type(naive_graph) :: graph, mean_field
    character(len=20) :: text
    integer :: law
    asked = good_nodes()
    graph = naive_graph(asked%row_start, asked%neighbours, asked%weights)
    asked%options%lag = 0.3_c_double
    do law = HL_COUPLING_SINE, HL_COUPLING_LINEAR
      write (text, "(', law ', i0)") law
      asked%options%law = law
      call by_network_rhs(asked, stat, message)
      call claim(stat == HL_OK .and. largest(asked%dtheta - naive_slopes(asked%theta, asked%omega, asked%coupling, law, &
        0.3_c_double, graph)) < 1e-14_c_double * 10, "a network: the formula" // text, message)
      call by_mean_field_rhs(asked, stat, message)
      call claim(stat == HL_OK .and. largest(asked%dtheta - naive_slopes(asked%theta, asked%omega, asked%coupling, law, &
        0.3_c_double, mean_field)) < 1e-14_c_double * 10, "a mean field: the formula" // text, message)
    end do
    deallocate (asked%weights)
    asked%options%law = HL_COUPLING_SINE
    graph%weights = 1
    call by_network_rhs(asked, stat, message)
    call claim(stat == HL_OK .and. largest(asked%dtheta - naive_slopes(asked%theta, asked%omega, asked%coupling, 0, &
      0.3_c_double, graph)) < 1e-14_c_double, "edges without weights", message)
  end subroutine formulas

  subroutine kinds()
    type(nodes_request) :: asked
    real(c_double) :: slopes(5), theta(5)
    real(c_float) :: single(5), single_theta(5)
    integer(c_int64_t) :: row_start(6), neighbours(10)
    asked = good_nodes()
    row_start = asked%row_start
    neighbours = asked%neighbours
    call by_network_rhs(asked, stat, message)
    call hl_kuramoto_network_rhs(row_start, neighbours, asked%theta, asked%omega, asked%coupling, slopes, weights=asked%weights, &
      stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(slopes, asked%dtheta), "indices of 64 bits", message)
    call hl_kuramoto_network_rhs(row_start, neighbours, real(asked%theta, c_float), real(asked%omega, c_float), &
      real(asked%coupling, c_float), single, weights=real(asked%weights, c_float), stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. largest(single - asked%dtheta) < 1e-5_c_double, "indices of 64 bits, f32", message)
    single = -77
    call hl_kuramoto_network_rhs(asked%row_start, asked%neighbours, real(asked%theta, c_float), real(asked%omega, c_float), &
      real(asked%coupling, c_float), single, weights=real(asked%weights, c_float), stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. largest(single - asked%dtheta) < 1e-5_c_double, "indices of 32 bits, f32", message)
    theta = asked%theta
    single_theta = real(theta, c_float)
    call hl_kuramoto_network_integrate(row_start, neighbours, theta, 0.5_c_double, 1.0_c_double, 0.125_c_double, 4, stat=stat, &
      errmsg=message)
    call claim(stat == HL_OK, "an integration with indices of 64 bits", message)
    call hl_kuramoto_network_integrate(row_start, neighbours, single_theta, 0.5_c_float, 1.0_c_float, 0.125_c_double, 4, &
      stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. largest(single_theta - theta) < 1e-5_c_double, "an integration in f32", message)
    call by_mean_field_rhs(asked, stat, message)
    call hl_kuramoto_mean_field_rhs(real(asked%theta, c_float), real(asked%omega, c_float), real(asked%coupling, c_float), single, &
      stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. largest(single - asked%dtheta) < 1e-5_c_double, "a mean field in f32", message)
    theta = asked%theta
    single_theta = real(theta, c_float)
    call hl_kuramoto_mean_field_integrate(theta, 0.5_c_double, 1.0_c_double, 0.125_c_double, 4, stat=stat, errmsg=message)
    call hl_kuramoto_mean_field_integrate(single_theta, 0.5_c_float, 1.0_c_float, 0.125_c_double, 4, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. largest(single_theta - theta) < 1e-5_c_double, "a mean field integrated in f32", message)
  end subroutine kinds

  ! ---- arrays ----

  subroutine sections()
    type(nodes_request) :: asked
    integer :: starts(3, 12), ends(25)
    real(c_double) :: phases(20), speeds(4, 5), strengths(5, 5), slopes(11), weights(40), frames(9, 2, 5)
    asked = good_nodes()
    starts = -77
    ends = -77
    weights = -77
    slopes = -77
    frames = -77
    starts(2, 12:2:-2) = asked%row_start
    ends(23:5:-2) = asked%neighbours
    weights(4:40:4) = asked%weights
    phases(20:4:-4) = asked%theta
    speeds(3, :) = asked%omega
    strengths(5:1:-1, 4) = asked%coupling
    call by_network_rhs(asked, stat, message)
    call hl_kuramoto_network_rhs(starts(2, 12:2:-2), ends(23:5:-2), phases(20:4:-4), speeds(3, :), strengths(5:1:-1, 4), &
      slopes(10:2:-2), weights=weights(4:40:4), stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(slopes(10:2:-2), asked%dtheta), "sections of a network's arrays", message)
    call claim(count(abs(slopes + 77) > 0) == 5, "nothing is written beside a section")
    call by_network_integrate(asked, stat, message)
    call hl_kuramoto_network_integrate(starts(2, 12:2:-2), ends(23:5:-2), phases(20:4:-4), speeds(3, :), strengths(5:1:-1, 4), &
      asked%dt, 7, weights=weights(4:40:4), record_every=3, frames=frames(9:1:-2, 1, 4:2:-2), stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(phases(20:4:-4), asked%theta) .and. same_bits(frames(9:1:-2, 1, 4:2:-2), &
      asked%frames), "sections of an integration's arrays", message)
    call claim(count(abs(frames + 77) > 0) == 10, "nothing is written beside the frames")
    call by_mean_field_rhs(asked, stat, message)
    call hl_kuramoto_mean_field_rhs(phases(20:4:-4), speeds(3, :), strengths(5:1:-1, 4), slopes(11:3:-2), stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(slopes(11:3:-2), asked%dtheta), "sections of a mean field's arrays", message)
    call by_mean_field_integrate(asked, stat, message)
    call hl_kuramoto_mean_field_integrate(phases(20:4:-4), speeds(3, :), strengths(5:1:-1, 4), asked%dt, 7, stat=stat, &
      errmsg=message)
    call claim(stat == HL_OK .and. same_bits(phases(20:4:-4), asked%theta), "a mean field integrated in a section", message)
  end subroutine sections

  subroutine numbers_in_place_of_arrays()
    type(nodes_request) :: asked
    real(c_double) :: slopes(5)
    asked = good_nodes()
    asked%omega = 0.375_c_double
    asked%coupling = 2
    asked%weights = 0.5_c_double
    call by_network_rhs(asked, stat, message)
    call hl_kuramoto_network_rhs(asked%row_start, asked%neighbours, asked%theta, 0.375_c_double, 2.0_c_double, slopes, &
      weights=0.5_c_double, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(slopes, asked%dtheta), "one frequency, one coupling and one weight for all", message)
    call by_mean_field_rhs(asked, stat, message)
    call hl_kuramoto_mean_field_rhs(asked%theta, 0.375_c_double, asked%coupling(2), slopes, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(slopes, asked%dtheta), "one frequency and one coupling for a mean field", message)
  end subroutine numbers_in_place_of_arrays

  subroutine accumulation()
    type(nodes_request) :: asked, added
    asked = good_nodes()
    added = good_nodes()
    added%dtheta = 0.5_c_double
    added%options%accumulate = .true.
    call by_network_rhs(asked, stat, message)
    call by_network_rhs(added, stat, message)
    call claim(stat == HL_OK .and. same_bits(added%dtheta, 0.5_c_double + asked%dtheta), "a network adds to dtheta", message)
    added%dtheta = 0.5_c_double
    call by_mean_field_rhs(asked, stat, message)
    call by_mean_field_rhs(added, stat, message)
    call claim(stat == HL_OK .and. same_bits(added%dtheta, 0.5_c_double + asked%dtheta), "a mean field adds to dtheta", message)
  end subroutine accumulation

  subroutine a_ring_is_a_lattice()
    integer, parameter :: n = 60
    real(c_double) :: lattice(n), network(n)
    type(hl_kuramoto_options) :: ring
    integer :: i, row_start(n + 1), neighbours(2 * n)
    lattice = [(0.37_c_double * i, i=1, n)]
    network = lattice
    row_start = [(2 * i, i=0, n)]
    neighbours = [(modulo(i - 1, n), modulo(i + 1, n), i=0, n - 1)]
    ring%method = HL_METHOD_RK4
    ring%boundary(1) = HL_BOUNDARY_PERIODIC
    call hl_kuramoto_integrate(lattice, 0.5_c_double, 1.0_c_double, 0.05_c_double, 40, ring)
    call hl_kuramoto_network_integrate(row_start, neighbours, network, 0.5_c_double, 1.0_c_double, 0.05_c_double, 40, ring)
    call claim(largest(lattice - network) < 1e-13_c_double, "a ring as a lattice and as a network")
  end subroutine a_ring_is_a_lattice

  ! ---- records and progress ----

  subroutine records()
    call records_of(by_network_integrate, "a network")
    call records_of(by_mean_field_integrate, "a mean field")
  end subroutine records

  subroutine records_of(make_call, name)
    procedure(nodes_caller) :: make_call
    character(len=*), intent(in) :: name
    type(nodes_request) :: asked, step_by_step
    real(c_double) :: r, psi
    integer :: frame
    asked = good_nodes()
    call make_call(asked, stat, message)
    call claim(stat == HL_OK .and. asked%steps_done == 7, name // ": records and steps_done", message)
    step_by_step = good_nodes()
    deallocate (step_by_step%frames, step_by_step%order_r, step_by_step%order_psi)
    step_by_step%n_steps = 3
    do frame = 1, 2
      call make_call(step_by_step, stat, message)
      call hl_kuramoto_order_parameter(step_by_step%theta, r, psi)
      call claim(same_bits(asked%frames(:, frame), step_by_step%theta), name // ": frames(:, k) are the phases after k records")
      call claim(same_bits([asked%order_r(frame), asked%order_psi(frame)], [r, psi]), name // ": and their order parameter")
    end do
    step_by_step%n_steps = 1
    call make_call(step_by_step, stat, message)
    call claim(same_bits(asked%theta, step_by_step%theta), name // ": parts of an integration give the bits of the whole")
    call claim(same_bits([asked%next_step], [0.0625_c_double]), name // ": next_step belongs to adaptive steps")
  end subroutine records_of

  subroutine progress()
    type(nodes_request) :: asked, expected
    asked = good_nodes()
    asked%options%progress => follow
    calls = 0
    call by_network_integrate(asked, stat, message)
    call claim(stat == HL_OK .and. calls >= 2 .and. last_done == 7 .and. last_total == 7, "progress counts steps", message)
    asked = good_nodes()
    asked%options%progress => cancel_at_once
    call by_mean_field_integrate(asked, stat, message)
    call claim(stat == HL_ERR_CANCELLED .and. asked%steps_done >= 0 .and. asked%steps_done <= 7, "a positive answer cancels", &
      message)
    expected = good_nodes()
    call hl_kuramoto_mean_field_integrate(expected%theta, expected%omega, expected%coupling, expected%dt, asked%steps_done)
    call claim(same_bits(asked%theta, expected%theta), "theta stands at step steps_done")
  end subroutine progress

  ! ---- edges of the domain ----

  subroutine no_nodes_and_no_edges()
    real(c_double) :: nothing(0), theta(3), slopes(3), one(1), slope(1)
    integer :: no_edges(0), steps_done, method
    type(hl_kuramoto_options) :: options
    theta = [1, 2, 3]
    call hl_kuramoto_network_rhs([0, 0, 0, 0], no_edges, theta, 0.5_c_double, 1.0_c_double, slopes, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. all(abs(slopes - 0.5_c_double) <= 0), "a network without edges", message)
    call hl_kuramoto_network_rhs([0], no_edges, nothing, 0.5_c_double, 1.0_c_double, nothing, stat=stat, errmsg=message)
    call claim(stat == HL_OK, "a network without nodes", message)
    call hl_kuramoto_mean_field_rhs(nothing, 0.5_c_double, 1.0_c_double, nothing, stat=stat, errmsg=message)
    call claim(stat == HL_OK, "a mean field of nobody", message)
    do method = HL_METHOD_EULER, HL_METHOD_DORMAND_PRINCE
      options%method = method
      call hl_kuramoto_network_integrate([0], no_edges, nothing, 0.5_c_double, 1.0_c_double, 0.5_c_double, 4, options, &
        steps_done=steps_done, stat=stat, errmsg=message)
      call claim(stat == HL_OK .and. steps_done == 4, "an integration without nodes", message)
      call hl_kuramoto_mean_field_integrate(nothing, 0.5_c_double, 1.0_c_double, 0.5_c_double, 4, options, &
        steps_done=steps_done, stat=stat, errmsg=message)
      call claim(stat == HL_OK .and. steps_done == 4, "an integration of nobody", message)
    end do
    one = 2
    call hl_kuramoto_network_rhs([0, 1], [0], one, 0.5_c_double, 1.0_c_double, slope, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. abs(slope(1) - 0.5_c_double) < 1e-15_c_double, "one node that pulls itself", message)
  end subroutine no_nodes_and_no_edges

  ! ---- bad calls ----

  subroutine all_four(asked, status, argument, text)
    type(nodes_request), intent(in) :: asked
    integer(c_int32_t), intent(in) :: status
    character(len=*), intent(in) :: argument, text
    call of_network(asked, status, argument, text)
    call nodes_refused(by_mean_field_rhs, "hl_kuramoto_mean_field_rhs", asked, status, argument, text)
    call nodes_refused(by_mean_field_integrate, "hl_kuramoto_mean_field_integrate", asked, status, argument, text)
  end subroutine all_four

  subroutine of_network(asked, status, argument, text)
    type(nodes_request), intent(in) :: asked
    integer(c_int32_t), intent(in) :: status
    character(len=*), intent(in) :: argument, text
    call nodes_refused(by_network_rhs, "hl_kuramoto_network_rhs", asked, status, argument, text)
    call nodes_refused(by_network_integrate, "hl_kuramoto_network_integrate", asked, status, argument, text)
  end subroutine of_network

  subroutine integrations(asked, status, argument, text)
    type(nodes_request), intent(in) :: asked
    integer(c_int32_t), intent(in) :: status
    character(len=*), intent(in) :: argument, text
    call nodes_refused(by_network_integrate, "hl_kuramoto_network_integrate", asked, status, argument, text)
    call nodes_refused(by_mean_field_integrate, "hl_kuramoto_mean_field_integrate", asked, status, argument, text)
  end subroutine integrations

  subroutine bad_extents()
    type(nodes_request) :: asked
    real(c_double) :: square(5, 5)
    asked = good_nodes()
    asked%omega = asked%omega(:4)
    call all_four(asked, HL_ERR_SHAPE, "omega", "too few frequencies")
    asked = good_nodes()
    asked%coupling = [asked%coupling, 1.0_c_double]
    call all_four(asked, HL_ERR_SHAPE, "coupling", "too many couplings")
    asked = good_nodes()
    asked%dtheta = asked%dtheta(:4)
    call nodes_refused(by_network_rhs, "hl_kuramoto_network_rhs", asked, HL_ERR_SHAPE, "dtheta", "too little room")
    call nodes_refused(by_mean_field_rhs, "hl_kuramoto_mean_field_rhs", asked, HL_ERR_SHAPE, "dtheta", "too little room")
    asked = good_nodes()
    asked%frames = asked%frames(:, :1)
    call integrations(asked, HL_ERR_SHAPE, "frames", "a frame too few")
    asked = good_nodes()
    asked%order_r = [asked%order_r, 0.0_c_double]
    call integrations(asked, HL_ERR_SHAPE, "order_r", "room for a record too many")
    asked = good_nodes()
    asked%order_psi = asked%order_psi(:1)
    call integrations(asked, HL_ERR_SHAPE, "order_psi", "a record too few")
    asked = good_nodes()
    asked%n_steps = -1
    call integrations(asked, HL_ERR_SHAPE, "n_steps", "a negative number of steps")
    asked = good_nodes()
    asked%record_every = -2
    call integrations(asked, HL_ERR_SHAPE, "record_every", "records before the start")
    asked = good_nodes()
    square = 1
    call hl_kuramoto_mean_field_rhs(asked%theta, square, asked%coupling, asked%dtheta, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. index(message, "hl_kuramoto_mean_field_rhs: omega: has rank 2") == 1, &
      "frequencies of another rank", message)
    call hl_kuramoto_network_rhs(asked%row_start, asked%neighbours, asked%theta, 1.0_c_double, 1.0_c_double, asked%dtheta, &
      weights=square, stat=stat, errmsg=message)
    call claim(stat == HL_ERR_SHAPE .and. index(message, "hl_kuramoto_network_rhs: weights: has rank 2") == 1, &
      "weights as a matrix", message)
    call claim(all(abs(asked%dtheta + 77) <= 0), "no output is touched")
  end subroutine bad_extents

  subroutine bad_graphs()
    type(nodes_request) :: asked
    asked = good_nodes()
    asked%row_start = asked%row_start(:5)
    call of_network(asked, HL_ERR_SHAPE, "row_start", "a row too few")
    asked = good_nodes()
    asked%row_start = [asked%row_start, 10]
    call of_network(asked, HL_ERR_SHAPE, "row_start", "a row too many")
    asked = good_nodes()
    asked%weights = asked%weights(:9)
    call of_network(asked, HL_ERR_SHAPE, "weights", "a weight too few")
    asked = good_nodes()
    asked%row_start = asked%row_start + 1
    call of_network(asked, HL_ERR_ARGUMENT, "row_start", "rows counted from 1")
    asked = good_nodes()
    asked%row_start(3) = 4
    call of_network(asked, HL_ERR_ARGUMENT, "row_start", "rows that descend")
    asked = good_nodes()
    asked%row_start(4) = 11
    call of_network(asked, HL_ERR_ARGUMENT, "row_start", "a row beyond the edges")
    asked = good_nodes()
    asked%row_start(6) = 9
    call of_network(asked, HL_ERR_ARGUMENT, "row_start", "an edge left over")
    asked = good_nodes()
    asked%neighbours = asked%neighbours + 1
    call of_network(asked, HL_ERR_ARGUMENT, "neighbours", "nodes counted from 1")
    asked = good_nodes()
    asked%neighbours(7) = -1
    call of_network(asked, HL_ERR_ARGUMENT, "neighbours", "a node before the first")
  end subroutine bad_graphs

  subroutine bad_values()
    type(nodes_request) :: asked
    real(c_double) :: nan, infinity
    nan = ieee_value(nan, ieee_quiet_nan)
    infinity = ieee_value(infinity, ieee_positive_inf)
    asked = good_nodes()
    asked%theta(2) = nan
    call all_four(asked, HL_ERR_NONFINITE, "theta", "a phase that is NaN")
    asked%options%nonfinite = HL_NONFINITE_PROPAGATE
    call by_mean_field_rhs(asked, stat, message)
    call claim(stat == HL_OK .and. all(asked%dtheta /= asked%dtheta), "unless it may propagate", message)
    asked = good_nodes()
    asked%theta(5) = 2.0_c_double**51
    call all_four(asked, HL_ERR_ARGUMENT, "theta", "a phase without digits")
    asked = good_nodes()
    asked%omega(1) = infinity
    call all_four(asked, HL_ERR_NONFINITE, "omega", "an infinite frequency")
    asked = good_nodes()
    asked%coupling(3) = nan
    call all_four(asked, HL_ERR_NONFINITE, "coupling", "a coupling that is NaN")
    asked = good_nodes()
    asked%weights(10) = -infinity
    call of_network(asked, HL_ERR_NONFINITE, "weights", "an infinite weight")
    asked = good_nodes()
    asked%dt = 0
    call integrations(asked, HL_ERR_ARGUMENT, "dt", "steps of no length")
    asked%dt = nan
    call integrations(asked, HL_ERR_ARGUMENT, "dt", "a dt that is NaN")
  end subroutine bad_values

  subroutine bad_options()
    type(nodes_request) :: asked
    real(c_double) :: nan
    nan = ieee_value(nan, ieee_quiet_nan)
    asked = good_nodes()
    asked%options%law = 3
    call all_four(asked, HL_ERR_OPTION, "law", "a law that does not exist")
    asked = good_nodes()
    asked%options%method = 9
    call all_four(asked, HL_ERR_OPTION, "method", "a method that does not exist")
    asked = good_nodes()
    asked%options%lag = nan
    call all_four(asked, HL_ERR_OPTION, "lag", "a lag that is NaN")
    asked = good_nodes()
    asked%options%noise = -0.5_c_double
    call all_four(asked, HL_ERR_OPTION, "noise", "negative noise")
    asked%options%noise = nan
    call all_four(asked, HL_ERR_OPTION, "noise", "noise that is NaN")
    asked%options%noise = 0.5_c_double
    asked%options%method = HL_METHOD_RK4
    call all_four(asked, HL_ERR_OPTION, "noise", "noise with RK4")
    asked%options%method = HL_METHOD_DORMAND_PRINCE
    call all_four(asked, HL_ERR_OPTION, "noise", "noise with adaptive steps")
    asked%options%noise = 0
    asked%options%atol = 0
    call all_four(asked, HL_ERR_OPTION, "atol", "no tolerance at all")
    asked%options%atol = -1e-6_c_double
    call all_four(asked, HL_ERR_OPTION, "atol", "a negative tolerance")
    asked%options%atol = 1e-6_c_double
    asked%options%rtol = nan
    call all_four(asked, HL_ERR_OPTION, "rtol", "a relative tolerance that is NaN")
    asked%options%rtol = 0
    asked%next_step = -0.1_c_double
    call integrations(asked, HL_ERR_OPTION, "next_step", "a step to try that is negative")
    asked%next_step = nan
    call integrations(asked, HL_ERR_OPTION, "next_step", "a step to try that is NaN")
    asked = good_nodes()
    asked%options%boundary = 77
    call by_network_integrate(asked, stat, message)
    call claim(stat == HL_OK, "boundaries are not looked at", message)
  end subroutine bad_options

  subroutine overlap()
    type(nodes_request) :: asked
    real(c_double) :: theta(5)
    asked = good_nodes()
    theta = asked%theta
    call in_place(asked%row_start, asked%neighbours, asked%theta, asked%theta)
    call claim(stat == HL_ERR_ALIAS .and. contains_text(message, "dtheta"), "slopes on top of phases are refused", message)
    call claim(same_bits(asked%theta, theta), "and the phases are as they were")
    call step_in_place(asked%theta, asked%theta(3))
    call claim(stat == HL_ERR_ALIAS .and. contains_text(message, "next_step"), "a step to try among the phases is refused", message)
    call claim(same_bits(asked%theta, theta), "and the phases are as they were")
  end subroutine overlap

  ! Two names for one array, which the compiler does not see.
  subroutine in_place(row_start, neighbours, theta, dtheta)
    integer, intent(in) :: row_start(:), neighbours(:)
    real(c_double), intent(inout), target :: theta(:), dtheta(:)
    call hl_kuramoto_network_rhs(row_start, neighbours, theta, 1.0_c_double, 1.0_c_double, dtheta, stat=stat, errmsg=message)
  end subroutine in_place

  subroutine step_in_place(theta, next_step)
    real(c_double), intent(inout), target :: theta(:), next_step
    type(hl_kuramoto_options) :: options
    options%method = HL_METHOD_DORMAND_PRINCE
    call hl_kuramoto_mean_field_integrate(theta, 1.0_c_double, 1.0_c_double, 0.5_c_double, 2, options, next_step=next_step, &
      stat=stat, errmsg=message)
  end subroutine step_in_place
end program test_kuramoto_nodes
