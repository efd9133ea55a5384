! What the binding's modules make of an array, in both precisions: the address of its first element and the distance of neighbours.
! And that `use hotloop` brings no name but the library's own.
module names_of_the_users_own
  use hotloop
  use hotloop_c, c_exciton_options => hl_exciton_options, c_version => hl_version, c_config => hl_config, &
    c_last_error_message => hl_last_error_message, c_status_string => hl_status_string, &
    c_set_num_threads => hl_set_num_threads, c_set_num_threads_local => hl_set_num_threads_local, c_shutdown => hl_shutdown, &
    c_units_convert => hl_units_convert, c_exciton_sticks => hl_exciton_sticks, c_exciton_broaden => hl_exciton_broaden, &
    c_exciton_spectrum => hl_exciton_spectrum
  implicit none
  ! A name that came with `use` could not be declared again.
  integer :: c_ptr, c_double, c_int32_t, c_int64_t, c_size_t, c_ptrdiff_t, c_loc, c_null_ptr
  integer :: array_view, view_1, view_2, view_3, fault, note, conclude, check_view, progress_target, report_progress
  integer :: set_options, matrix_strides, sticks, spectrum, broaden, energies, hotloop_views, no_element, real_kind
  integer :: view_0, view_4, view_any, check_cells, integer_text, rhs, integrate, order_parameter, c_rhs, theta, real64
end module names_of_the_users_own

program test_views
  use, intrinsic :: iso_c_binding, only: c_double, c_float, c_associated, c_loc
  use check
  use hotloop_views, only: array_view
  use hotloop_views_f64, only: f64_view_1 => view_1, f64_view_2 => view_2, f64_view_3 => view_3
  use hotloop_views_f32, only: f32_view_1 => view_1, f32_view_2 => view_2, f32_view_3 => view_3
  implicit none
  real(c_double), target :: doubles(4, 5, 6)
  real(c_float), target :: singles(4, 5, 6)
  type(array_view) :: seen
  doubles = 0
  singles = 0

  call see("f64, rank 1", f64_view_1(doubles(4:1:-1, 2, 3)), [4], [-1])
  seen = f64_view_1(doubles(4:1:-1, 2, 3))
  call claim(c_associated(seen%address, c_loc(doubles(4, 2, 3))), "f64: a reversed section begins at its own first element")
  call see("f64, rank 2", f64_view_2(doubles(2, :, ::2)), [5, 3], [4, 40])
  call see("f64, rank 3", f64_view_3(doubles(::3, 5:2:-3, :)), [2, 2, 6], [3, -12, 20])
  call see("f32, rank 1", f32_view_1(singles(4:1:-1, 2, 3)), [4], [-1])
  seen = f32_view_1(singles(4:1:-1, 2, 3))
  call claim(c_associated(seen%address, c_loc(singles(4, 2, 3))), "f32: a reversed section begins at its own first element")
  call see("f32, rank 2", f32_view_2(singles(2, :, ::2)), [5, 3], [4, 40])
  call see("f32, rank 3", f32_view_3(singles(::3, 5:2:-3, :)), [2, 2, 6], [3, -12, 20])
  call see("f32, one element", f32_view_2(singles(2:2, 3:3, 4)), [1, 1], [0, 0])
  seen = f32_view_2()
  call claim(.not. c_associated(seen%address), "f32: an absent array has no address")
  seen = f32_view_2(singles(:, 5:4, 1))
  call claim(c_associated(seen%address) .and. all(seen%extents(:2) == [4, 0]), "f32: an empty array has an address and its extents")
  call conclude("test_views")

contains

  subroutine see(name, found, extents, strides)
    character(len=*), intent(in) :: name
    type(array_view), intent(in) :: found
    integer, intent(in) :: extents(:), strides(:)
    call claim(found%rank == size(extents) .and. found%whole_elements, name // ": rank")
    call claim(all(found%extents(:found%rank) == extents), name // ": extents")
    call claim(all(found%strides(:found%rank) == strides), name // ": strides")
  end subroutine see
end program test_views
