! Components that lie a fraction of an element apart cannot be expressed as an element stride and must be refused, not copied.
! Compiled with -fpack-derived, which leaves no padding between components.
program test_packed
  use, intrinsic :: iso_c_binding, only: c_double
  use check
  use hotloop
  implicit none
  type :: record
    real(c_double) :: energy = 12000
    integer :: number = 0
  end type record
  type(record) :: records(6)
  real(c_double) :: strengths(6), grid(4), absorption(4)
  character(len=600) :: message
  integer :: stat
  strengths = 1
  grid = [1, 2, 3, 4]
  absorption = -77
  message = ""
  call claim(storage_size(records) == 96, "the records are packed")
  call hl_exciton_broaden(records%energy, strengths, grid=grid, absorption=absorption, stat=stat, errmsg=message)
  call claim(stat == HL_ERR_STRIDE .and. index(message, "hl_exciton_broaden: energies") == 1, &
    "packed components are refused", message)
  call claim(all(abs(absorption + 77) <= 0), "packed components: no output is touched")
  call hl_exciton_broaden(records(1:6:2)%energy, strengths(:3), grid=grid, absorption=absorption, stat=stat, errmsg=message)
  call claim(stat == HL_OK, "every second one of them is whole elements apart and accepted", message)
  call conclude("test_packed")
end program test_packed
