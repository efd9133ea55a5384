! The reference cases of tests/data/anisoap, by name; its README says where they come from.
module anisoap_reference
  use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_ptrdiff_t
  use hotloop
  implicit none
  private
  public :: case_values, case_plan, case_frames, free_frames

contains

  ! The numbers of an array, in C order.
  function case_values(name) result(values)
    character(len=*), intent(in) :: name
    real(c_double), allocatable :: values(:)
    character(len=200) :: line
    character(len=80) :: found
    integer :: index_file, value_file, status, offset, extents(4), n_extents
    open (newunit=index_file, file="tests/data/anisoap/reference.txt", status="old", action="read")
    do
      read (index_file, "(a)", iostat=status) line
      if (status /= 0) error stop "tests/data/anisoap/reference.txt does not list " // name
      read (line, *) found
      if (found == name) exit
    end do
    close (index_file)
    do n_extents = 4, 0, -1
      extents = 1
      read (line, *, iostat=status) found, offset, extents(:n_extents)
      if (status == 0) exit
    end do
    allocate (values(product(extents)))
    open (newunit=value_file, file="tests/data/anisoap/reference.f64", status="old", action="read", access="stream", &
      form="unformatted")
    read (value_file, pos=8 * offset + 1) values
    close (value_file)
  end function case_values

  subroutine case_plan(name, plan)
    character(len=*), intent(in) :: name
    type(hl_anisoap_plan), intent(inout) :: plan
    type(hl_anisoap_options) :: options
    real(c_double) :: hypers(7)
    hypers = case_values(name // ".hypers")
    options%radial_basis = nint(hypers(2), c_int32_t)
    options%max_radial_values = nint(case_values(name // ".num_ns"), c_int32_t) - 1
    options%radial_gaussian_width = hypers(3)
    options%basis_rcond = hypers(5)
    options%basis_tol = hypers(6)
    options%subtract_center_contribution = hypers(7) > 0
    call hl_anisoap_plan_create(plan, nint(hypers(1)), nint(case_values(name // ".species"), c_int32_t), hypers(4), options)
  end subroutine case_plan

  subroutine case_frames(name, frames)
    character(len=*), intent(in) :: name
    type(hl_anisoap_frames), intent(inout) :: frames
    real(c_double), allocatable :: values(:)
    integer :: n_atoms, n_frames
    values = case_values(name // ".atoms")
    n_atoms = size(values)
    allocate (frames%species(n_atoms), source=nint(values, c_int32_t))
    values = case_values(name // ".starts")
    n_frames = size(values) - 1
    allocate (frames%offsets(n_frames + 1), source=nint(values, c_ptrdiff_t))
    allocate (frames%positions(3, n_atoms), source=reshape(case_values(name // ".positions"), [3, n_atoms]))
    allocate (frames%semiaxes(3, n_atoms), source=reshape(case_values(name // ".semiaxes"), [3, n_atoms]))
    allocate (frames%quaternions(4, n_atoms), source=reshape(case_values(name // ".quaternions"), [4, n_atoms]))
    allocate (frames%cells(3, 3, n_frames), source=reshape(case_values(name // ".cells"), [3, 3, n_frames]))
    values = case_values(name // ".periodic")
    allocate (frames%periodic(n_frames), source=values(::3) > 0)
  end subroutine case_frames

  subroutine free_frames(frames)
    type(hl_anisoap_frames), intent(inout) :: frames
    deallocate (frames%species, frames%offsets, frames%positions, frames%semiaxes, frames%quaternions, &
      frames%cells, frames%periodic)
  end subroutine free_frames
end module anisoap_reference
