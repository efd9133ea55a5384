! A failing call without stat=: the program must stop there, with the message. Run by the runner, which looks at both.
program stop_without_stat
  use hotloop
  use requests
  implicit none
  type(request) :: asked
  asked = good_request()
  asked%options%fwhm = -1
  call hl_exciton_spectrum(asked%hamiltonians, asked%dipoles, asked%positions, asked%grid, asked%absorption, asked%cd, &
    asked%options)
  print "(a)", "not reached"
end program stop_without_stat
