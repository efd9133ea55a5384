! The reference values of data/brixner7.f64, by name; data/make_reference.py says where they come from.
module reference
  use, intrinsic :: iso_c_binding, only: c_double
  implicit none
  private
  public :: reference_values

contains

  function reference_values(name) result(values)
    character(len=*), intent(in) :: name
    real(c_double), allocatable :: values(:)
    character(len=80) :: found
    integer :: index_file, value_file, status, offset, length
    open (newunit=index_file, file="tests/fortran/data/brixner7.txt", status="old", action="read")
    do
      read (index_file, *, iostat=status) found, offset, length
      if (status /= 0) error stop "data/brixner7.txt does not list " // name
      if (found == name) exit
    end do
    close (index_file)
    allocate (values(length))
    open (newunit=value_file, file="tests/fortran/data/brixner7.f64", status="old", action="read", access="stream", &
      form="unformatted")
    read (value_file, pos=8 * offset + 1) values
    close (value_file)
  end function reference_values
end module reference
