! A Fortran procedure follows a long call, can end it, may call the library itself, and reaches data of its own.
module progress_test
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_int64_t
  use check
  use hotloop
  use requests
  implicit none

  type(hl_exciton_options) :: options
  real(c_double), allocatable :: hamiltonians(:, :, :), absorption(:), grid(:)
  type(request) :: small
  integer(c_int64_t) :: calls, last_done, last_total
  integer(c_int32_t) :: answer
  logical :: in_order

contains

  ! Long enough for several reports on one thread.
  subroutine prepare()
    integer, parameter :: n_conf = 200000
    integer :: k
    small = good_request()
    allocate (hamiltonians(3, 3, n_conf), absorption(300), grid(300))
    do k = 1, n_conf
      hamiltonians(:, :, k) = small%hamiltonians(:, :, 1)
    end do
    grid = [(11800.0_c_double + 2 * k, k=1, 300)]
    options%broadening = HL_BROADENING_DIRECT
  end subroutine prepare

  subroutine long_call(value, stat, message)
    integer, intent(in) :: value
    integer, intent(out) :: stat
    character(len=*), intent(inout) :: message
    calls = 0
    last_done = 0
    last_total = 0
    in_order = .true.
    answer = value
    call hl_exciton_spectrum(hamiltonians, small%dipoles(:, :, 1), grid=grid, absorption=absorption, options=options, &
      stat=stat, errmsg=message)
  end subroutine long_call

  function follow(done, total) result(cancel)
    integer(c_int64_t), intent(in) :: done, total
    integer(c_int32_t) :: cancel
    in_order = in_order .and. done >= last_done .and. (calls == 0 .or. total == last_total)
    calls = calls + 1
    last_done = done
    last_total = total
    cancel = answer
  end function follow

  function call_again(done, total) result(cancel)
    integer(c_int64_t), intent(in) :: done, total
    integer(c_int32_t) :: cancel
    type(request) :: inner
    character(len=600) :: message
    integer :: stat
    inner = good_request()
    call by_spectrum(inner, stat, message)
    in_order = in_order .and. stat == HL_OK .and. done <= total
    cancel = 0
  end function call_again

  ! An internal procedure sees its host's variables: that is how a progress procedure gets data of its own.
  subroutine with_data_of_its_own()
    character(len=600) :: message
    integer :: stat, seen
    seen = 0
    options%progress => count_in_host
    call long_call(0, stat, message)
    call claim(stat == HL_OK .and. seen > 0, "an internal procedure follows the progress", message)
  contains
    function count_in_host(done, total) result(cancel)
      integer(c_int64_t), intent(in) :: done, total
      integer(c_int32_t) :: cancel
      if (done <= total) seen = seen + 1
      cancel = 0
    end function count_in_host
  end subroutine with_data_of_its_own
end module progress_test

program test_progress
  use check
  use hotloop
  use progress_test
  implicit none
  character(len=600) :: message
  integer :: stat

  call prepare()
  call claim(hl_set_num_threads_local(1) >= 0, "one thread for this part")

  options%progress => follow
  call long_call(0, stat, message)
  call claim(stat == HL_OK, "a followed call", message)
  call claim(calls > 0 .and. in_order, "progress is reported in order")
  call claim(last_done <= last_total .and. last_total > 0, "progress does not pass its total")
  call long_call(1, stat, message)
  call claim(stat == HL_ERR_CANCELLED .and. contains_text(message, "progress"), "a positive answer cancels", message)
  call claim(calls == 1, "a cancelled call does not ask again")
  call long_call(-42, stat, message)
  call claim(stat == -42, "a negative answer is handed back unchanged", message)

  call with_data_of_its_own()
  options%progress => call_again
  call long_call(0, stat, message)
  call claim(stat == HL_OK .and. in_order, "a call from within the progress procedure", message)

  call claim(hl_set_num_threads_local(2) == 1, "two threads for this part")
  options%progress => follow
  call long_call(0, stat, message)
  call claim(stat == HL_OK .and. in_order, "a call of two threads is followed in order", message)
  call long_call(1, stat, message)
  call claim(stat == HL_ERR_CANCELLED, "a call of two threads is cancelled", message)
  call claim(hl_set_num_threads_local(0) == 2, "back to the process' number of threads")
  call conclude("test_progress")
end program test_progress
