! Networks and mean fields as their formulas read, edge by edge. And a small correct call with all its arrays, to be spoilt in one place.
module kuramoto_nodes_naive
  use, intrinsic :: iso_c_binding, only: c_double
  use check, only: claim, same_bits, contains_text
  use hotloop
  implicit none
  private
  public :: naive_graph, naive_slopes, nodes_request, good_nodes, nodes_caller, nodes_refused
  public :: by_network_rhs, by_network_integrate, by_mean_field_rhs, by_mean_field_integrate

  ! Compressed rows, counted from 0. Not allocated: everybody pulls everybody by 1 / N.
  type :: naive_graph
    integer, allocatable :: row_start(:), neighbours(:)
    real(c_double), allocatable :: weights(:)
  end type naive_graph

  type :: nodes_request
    integer, allocatable :: row_start(:), neighbours(:)
    real(c_double), allocatable :: weights(:)
    real(c_double), allocatable :: theta(:), omega(:), coupling(:), dtheta(:), frames(:, :), order_r(:), order_psi(:)
    real(c_double) :: dt = 0.125_c_double, next_step = 0.0625_c_double
    integer :: n_steps = 7, record_every = 3, steps_done = -5
    type(hl_kuramoto_options) :: options
  end type nodes_request

  interface
    ! Makes the call with the request's arrays; an array that is not allocated is absent.
    subroutine nodes_caller(asked, stat, errmsg)
      import :: nodes_request
      type(nodes_request), intent(inout) :: asked
      integer, intent(out) :: stat
      character(len=*), intent(inout) :: errmsg
    end subroutine nodes_caller
  end interface

contains

  function naive_slopes(theta, omega, coupling, law, lag, graph) result(slopes)
    real(c_double), intent(in) :: theta(:), omega(:), coupling(:), lag
    integer, intent(in) :: law
    type(naive_graph), intent(in) :: graph
    real(c_double) :: slopes(size(theta)), sum_of_pulls
    complex(c_double) :: mean
    integer :: i, j, e
    mean = 0
    if (.not. allocated(graph%neighbours)) mean = sum(exp(cmplx(0, theta, c_double))) / size(theta)
    do i = 1, size(theta)
      sum_of_pulls = 0
      if (allocated(graph%neighbours)) then
        do e = graph%row_start(i) + 1, graph%row_start(i + 1)
          sum_of_pulls = sum_of_pulls + graph%weights(e) * pull(theta(graph%neighbours(e) + 1) - theta(i) - lag)
        end do
      else if (size(theta) > 2000) then ! too many pairs
        sum_of_pulls = aimag(mean * exp(cmplx(0, -theta(i) - lag, c_double)))
      else
        do j = 1, size(theta)
          sum_of_pulls = sum_of_pulls + pull(theta(j) - theta(i) - lag) / size(theta)
        end do
      end if
      slopes(i) = omega(i) + coupling(i) * sum_of_pulls
    end do

  contains

    pure real(c_double) function pull(difference)
      real(c_double), intent(in) :: difference
      pull = difference
      if (law /= HL_COUPLING_LINEAR) pull = sin(difference)
    end function pull
  end function naive_slopes

  ! Rows of no, one and several edges; one edge leads to its own row, two to the same node.
  function good_nodes() result(asked)
    type(nodes_request) :: asked
    real(c_double), parameter :: unset = -77.0_c_double
    integer :: i
    asked%row_start = [0, 2, 2, 3, 6, 10]
    asked%neighbours = [1, 4, 2, 0, 0, 3, 0, 1, 2, 3]
    asked%weights = [(0.25_c_double * i - 1, i=1, 10)]
    asked%theta = [(0.75_c_double * i * i - 2, i=1, 5)]
    asked%omega = [(0.5_c_double - 0.125_c_double * i, i=1, 5)]
    asked%coupling = [(1 + 0.0625_c_double * i, i=1, 5)]
    allocate (asked%dtheta(5), asked%frames(5, 2), asked%order_r(2), asked%order_psi(2), source=unset)
  end function good_nodes

  subroutine by_network_rhs(asked, stat, errmsg)
    type(nodes_request), intent(inout) :: asked
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: errmsg
    call hl_kuramoto_network_rhs(asked%row_start, asked%neighbours, asked%theta, asked%omega, asked%coupling, asked%dtheta, &
      asked%options, asked%weights, stat, errmsg)
  end subroutine by_network_rhs

  subroutine by_network_integrate(asked, stat, errmsg)
    type(nodes_request), intent(inout) :: asked
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: errmsg
    call hl_kuramoto_network_integrate(asked%row_start, asked%neighbours, asked%theta, asked%omega, asked%coupling, asked%dt, &
      asked%n_steps, asked%options, asked%weights, asked%record_every, asked%frames, asked%order_r, asked%order_psi, &
      asked%steps_done, asked%next_step, stat, errmsg)
  end subroutine by_network_integrate

  subroutine by_mean_field_rhs(asked, stat, errmsg)
    type(nodes_request), intent(inout) :: asked
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: errmsg
    call hl_kuramoto_mean_field_rhs(asked%theta, asked%omega, asked%coupling, asked%dtheta, asked%options, stat, errmsg)
  end subroutine by_mean_field_rhs

  subroutine by_mean_field_integrate(asked, stat, errmsg)
    type(nodes_request), intent(inout) :: asked
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: errmsg
    call hl_kuramoto_mean_field_integrate(asked%theta, asked%omega, asked%coupling, asked%dt, asked%n_steps, asked%options, &
      asked%record_every, asked%frames, asked%order_r, asked%order_psi, asked%steps_done, asked%next_step, stat, errmsg)
  end subroutine by_mean_field_integrate

  subroutine nodes_refused(make_call, procedure_name, asked, status, argument, text)
    procedure(nodes_caller) :: make_call
    character(len=*), intent(in) :: procedure_name, argument, text
    type(nodes_request), intent(in) :: asked
    integer, intent(in) :: status
    type(nodes_request) :: after
    character(len=600) :: message
    character(len=12) :: number
    integer :: stat
    after = asked
    message = ""
    call make_call(after, stat, message)
    write (number, "(i0)") stat
    call claim(stat == status, procedure_name // ": " // text // ": status", "found " // trim(number) // ": " // message)
    call claim(index(message, procedure_name // ": ") == 1 .and. contains_text(message, argument), &
      procedure_name // ": " // text // ": the message names procedure and argument", message)
    call claim(same_bits(asked%theta, after%theta) .and. same_bits(asked%dtheta, after%dtheta) .and. &
      same_bits(asked%frames, after%frames) .and. same_bits(asked%order_r, after%order_r) .and. &
      same_bits(asked%order_psi, after%order_psi) .and. same_bits([asked%next_step], [after%next_step]), &
      procedure_name // ": " // text // ": no output is touched")
    if (index(procedure_name, "integrate") > 0) call claim(after%steps_done == 0, procedure_name // ": " // text // &
      ": no step is counted")
  end subroutine nodes_refused
end module kuramoto_nodes_naive
