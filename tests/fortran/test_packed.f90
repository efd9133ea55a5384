! Components that lie a fraction of an element apart, which no element stride expresses. gfortran 12 hands over a copy of its own
! making (that one case is the compiler's doing); a compiler that passes such an array on must see it refused, never misread.
! Compiled with -fpack-derived, which leaves no padding between components.
program test_packed
  use, intrinsic :: iso_c_binding, only: c_double
  use check
  use hotloop
  implicit none
  type :: record
    real(c_double) :: energy = 12000
    integer :: number = 7
  end type record
  type(record) :: records(6), spectrum(4)
  real(c_double) :: energies(6), strengths(6), grid(4), expected(4)
  character(len=600) :: message
  integer :: stat, k
  energies = [(12000.0_c_double + 20 * k, k=1, 6)]
  records%energy = energies
  strengths = 1
  grid = [(12000.0_c_double + 40 * k, k=1, 4)]
  message = ""
  call claim(storage_size(records) == 96, "the records are packed")
  call hl_exciton_broaden(energies, strengths, grid=grid, absorption=expected)
  call hl_exciton_broaden(records%energy, strengths, grid=grid, absorption=spectrum%energy, stat=stat, errmsg=message)
  if (stat == HL_OK) then
    call claim(same_bits(spectrum%energy, expected), "packed components are read and written where they are")
  else
    call claim(stat == HL_ERR_STRIDE .and. index(message, "hl_exciton_broaden: energies") == 1, &
      "packed components are refused as such", message)
    call claim(all(abs(spectrum%energy - 12000) <= 0), "packed components: no output is touched")
  end if
  call claim(all(records%number == 7) .and. all(spectrum%number == 7), "the components between are untouched")
  call hl_exciton_broaden(records(1:6:2)%energy, strengths(:3), grid=grid, absorption=expected, stat=stat, errmsg=message)
  call claim(stat == HL_OK, "every second one of them is whole elements apart and accepted", message)
  call conclude("test_packed")
end program test_packed
