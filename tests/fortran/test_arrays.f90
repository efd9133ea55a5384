! Every kind of array that Fortran has gives the bits of a contiguous one: sections, reversed sections, components, complex parts,
! allocatable and pointer arrays, expressions, empty arrays, absent ones; one configuration, many, and shared dipoles or positions.
program test_arrays
  use, intrinsic :: iso_c_binding, only: c_double
  use check
  use hotloop
  use requests
  implicit none

  type :: pigment
    character(len=3) :: name = "BCL"
    real(c_double) :: dipole(3) = 0
    real(c_double) :: position(3) = 0
    integer :: number = 0
  end type pigment

  type :: level
    real(c_double) :: energy = 0
    logical :: bright = .false.
    real(c_double) :: strength = 0
  end type level

  type(request) :: plain
  character(len=600) :: message
  integer :: stat

  plain = good_request()
  plain%energies = 0
  call by_sticks(plain, stat, message)
  call claim(stat == HL_OK, "hl_exciton_sticks on allocatable arrays", message)
  call by_spectrum(plain, stat, message)
  call claim(stat == HL_OK, "hl_exciton_spectrum on allocatable arrays", message)

  call sections()
  call components()
  call complex_parts()
  call pointers()
  call expressions()
  call single_configuration()
  call shared_arrays()
  call absent_outputs()
  call empty_arrays()
  call symmetric_matrix_is_read_by_rows_and_columns_alike()
  call units()
  call conclude("test_arrays")

contains

  subroutine sections()
    real(c_double) :: hamiltonians(2:20, -3:3, 9), spectra(2, 11), grid(0:32), weights(9), levels(9, 7)
    integer :: k
    hamiltonians = -1
    hamiltonians(4:10:3, 3:-1:-2, 9:2:-2) = plain%hamiltonians
    grid(32:2:-3) = plain%grid
    weights(2:8:2) = plain%weights
    spectra = -77
    call hl_exciton_spectrum(hamiltonians(4:10:3, 3:-1:-2, 9:2:-2), plain%dipoles, plain%positions, grid(32:2:-3), &
      spectra(1, :), spectra(2, 11:1:-1), weights=weights(2:8:2), stat=stat, errmsg=message)
    call claim(stat == HL_OK, "sections with several steps: hl_exciton_spectrum", message)
    call claim(same_bits(spectra(1, :), plain%absorption), "absorption as one row of a matrix")
    call claim(same_bits(spectra(2, 11:1:-1), plain%cd), "cd as the other row, reversed")

    levels = -77
    call hl_exciton_sticks(hamiltonians(4:10:3, 3:-1:-2, 9:2:-2), plain%dipoles, plain%positions, &
      energies=levels(2:6:2, 7:1:-2), stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(levels(2:6:2, 7:1:-2), plain%energies), "energies into a reversed, spaced section", &
      message)
    call claim(count(abs(levels + 77) > 0) == size(plain%energies), "nothing beside the section is written")
    do k = 1, 4
      call hl_exciton_sticks(plain%hamiltonians(:, :, k), plain%dipoles(:, :, k), plain%positions(:, :, k), levels(1:9:4, k), &
        stat=stat, errmsg=message)
      call claim(stat == HL_OK .and. same_bits(levels(1:9:4, k), plain%energies(:, k)), "one configuration out of many", message)
    end do
    ! Extents below 2 along every axis: nothing to measure a stride on.
    call hl_exciton_sticks(plain%hamiltonians(2:2, 2:2, 3:3), plain%dipoles(:, 2:2, 3:3), energies=levels(5:5, 5:5), stat=stat, &
      errmsg=message)
    call claim(stat == HL_OK .and. abs(levels(5, 5) - plain%hamiltonians(2, 2, 3)) <= 0, "sections of one element", message)
  end subroutine sections

  subroutine components()
    type(pigment) :: pigments(3, 4)
    type(level) :: levels(3, 4)
    real(c_double) :: absorption(11), cd(11)
    integer :: xyz
    do xyz = 1, 3
      pigments%dipole(xyz) = plain%dipoles(xyz, :, :)
      pigments%position(xyz) = plain%positions(xyz, :, :)
    end do
    call hl_exciton_sticks(plain%hamiltonians, plain%dipoles, plain%positions, levels%energy, levels%strength, stat=stat, &
      errmsg=message)
    call claim(stat == HL_OK .and. same_bits(levels%energy, plain%energies) .and. &
      same_bits(levels%strength, plain%dipole_strengths), "outputs into components of a derived type", message)
    call claim(.not. any(levels%bright), "the other components are untouched")
    absorption = -77
    cd = -77
    call hl_exciton_broaden(levels%energy, levels%strength, plain%rotational_strengths, plain%grid, absorption, cd, &
      weights=plain%weights, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. largest(absorption - plain%absorption) <= 1e-12_c_double * largest(plain%absorption), &
      "inputs from components of a derived type", message)
    ! x, y, z of one pigment are a component array: its axis and the pigments' cannot be one array in Fortran, but one
    ! pigment's dipole is a contiguous array inside a spaced one.
    call hl_exciton_sticks(plain%hamiltonians(1:1, 1:1, 2), reshape(pigments(1, 2)%dipole, [3, 1]), &
      dipole_strengths=levels(1:1, 1)%strength, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. abs(levels(1, 1)%strength - sum(plain%dipoles(:, 1, 2)**2)) < 1e-12_c_double, &
      "one pigment's dipole", message)
  end subroutine components

  subroutine complex_parts()
    complex(c_double) :: spectrum(11)
    spectrum = cmplx(-77, -77, c_double)
    call hl_exciton_spectrum(plain%hamiltonians, plain%dipoles, plain%positions, plain%grid, spectrum%re, spectrum%im, &
      weights=plain%weights, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(spectrum%re, plain%absorption) .and. same_bits(spectrum%im, plain%cd), &
      "absorption and CD as real and imaginary parts of one array (interleaved outputs)", message)
  end subroutine complex_parts

  subroutine pointers()
    real(c_double), pointer :: hamiltonians(:, :, :), absorption(:), backwards(:), cd(:)
    real(c_double), target :: storage(33)
    allocate (hamiltonians(0:2, 0:2, 0:3))
    hamiltonians = plain%hamiltonians
    storage = -77
    absorption => storage(1:31:3)
    backwards => storage(32:2:-3)
    cd => backwards(:)
    call hl_exciton_spectrum(hamiltonians, plain%dipoles, plain%positions, plain%grid, absorption, cd, weights=plain%weights, &
      stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(storage(1:31:3), plain%absorption) .and. same_bits(storage(32:2:-3), plain%cd), &
      "pointer arrays, also to sections that interleave in one target", message)
    call claim(all(abs(storage(3::3) + 77) <= 0), "the rest of the target is untouched")
    deallocate (hamiltonians)
  end subroutine pointers

  subroutine expressions()
    real(c_double) :: absorption(11), by_subscripts(11)
    integer :: order(11), k
    absorption = -77
    call hl_exciton_spectrum(plain%hamiltonians + 0.0_c_double, plain%dipoles * 1.0_c_double, grid=[plain%grid], &
      absorption=absorption, weights=spread(0.25_c_double, 1, 4) * [4, 8, 0, 4], stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(absorption, plain%absorption), "expressions as inputs", message)
    order = [(k, k=11, 1, -1)]
    by_subscripts = plain%grid(order)
    call hl_exciton_spectrum(plain%hamiltonians, plain%dipoles, grid=by_subscripts(order), absorption=absorption, &
      weights=plain%weights, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(absorption, plain%absorption), "a vector subscript as input", message)
  end subroutine expressions

  subroutine single_configuration()
    real(c_double) :: energies(3), dipole_strengths(3), rotational_strengths(3), exciton_dipoles(3, 3), eigenvectors(3, 3)
    real(c_double) :: absorption(11), cd(11), mean_absorption(11), mean_cd(11)
    integer :: k
    do k = 1, 4
      call hl_exciton_sticks(plain%hamiltonians(:, :, k), plain%dipoles(:, :, k), plain%positions(:, :, k), energies, &
        dipole_strengths, rotational_strengths, exciton_dipoles, eigenvectors, stat=stat, errmsg=message)
      call claim(stat == HL_OK .and. same_bits(energies, plain%energies(:, k)) &
        .and. same_bits(dipole_strengths, plain%dipole_strengths(:, k)) &
        .and. same_bits(rotational_strengths, plain%rotational_strengths(:, k)) &
        .and. same_bits(exciton_dipoles, plain%exciton_dipoles(:, :, k)) &
        .and. same_bits(eigenvectors, plain%eigenvectors(:, :, k)), "sticks without the last axis", message)
      call hl_exciton_spectrum(plain%hamiltonians(:, :, k), plain%dipoles(:, :, k), plain%positions(:, :, k), plain%grid, &
        absorption, cd, stat=stat, errmsg=message)
      call claim(stat == HL_OK, "spectrum without the last axis", message)
      call hl_exciton_spectrum(plain%hamiltonians(:, :, k:k), plain%dipoles(:, :, k:k), plain%positions(:, :, k:k), plain%grid, &
        mean_absorption, mean_cd, stat=stat, errmsg=message)
      call claim(stat == HL_OK .and. same_bits(absorption, mean_absorption) .and. same_bits(cd, mean_cd), &
        "a single configuration is an ensemble of one", message)
      call hl_exciton_broaden(energies, dipole_strengths, rotational_strengths, plain%grid, mean_absorption, mean_cd, stat=stat, &
        errmsg=message)
      call claim(stat == HL_OK .and. largest(absorption - mean_absorption) <= 1e-12_c_double * largest(absorption), &
        "sticks broadened without the last axis", message)
    end do
    call claim(eigenvector_columns(), "eigenvectors(site, exciton): H v = e v column by column")
  end subroutine single_configuration

  logical function eigenvector_columns()
    real(c_double) :: residual(3)
    integer :: j, k
    eigenvector_columns = .true.
    do k = 1, 4
      do j = 1, 3
        residual = matmul(plain%hamiltonians(:, :, k), plain%eigenvectors(:, j, k)) - &
          plain%energies(j, k) * plain%eigenvectors(:, j, k)
        eigenvector_columns = eigenvector_columns .and. largest(residual) < 1e-9_c_double
      end do
    end do
  end function eigenvector_columns

  subroutine shared_arrays()
    real(c_double) :: all_dipoles(3, 3, 4), all_positions(3, 3, 4), absorption(11), cd(11), expected_absorption(11), expected_cd(11)
    real(c_double) :: strengths(3, 4), expected_strengths(3, 4), rotations(3, 4), expected_rotations(3, 4)
    integer :: form
    do form = 1, 3
      all_dipoles = plain%dipoles
      all_positions = plain%positions
      if (form /= 2) all_dipoles = spread(plain%dipoles(:, :, 2), 3, 4)
      if (form /= 3) all_positions = spread(plain%positions(:, :, 3), 3, 4)
      call hl_exciton_spectrum(plain%hamiltonians, all_dipoles, all_positions, plain%grid, expected_absorption, expected_cd, &
        weights=plain%weights)
      call hl_exciton_sticks(plain%hamiltonians, all_dipoles, all_positions, dipole_strengths=expected_strengths, &
        rotational_strengths=expected_rotations)
      absorption = -77
      strengths = -77
      select case (form)
      case (1)
        call hl_exciton_spectrum(plain%hamiltonians, plain%dipoles(:, :, 2), plain%positions(:, :, 3), plain%grid, absorption, cd, &
          weights=plain%weights, stat=stat, errmsg=message)
        call hl_exciton_sticks(plain%hamiltonians, plain%dipoles(:, :, 2), plain%positions(:, :, 3), &
          dipole_strengths=strengths, rotational_strengths=rotations)
      case (2)
        call hl_exciton_spectrum(plain%hamiltonians, plain%dipoles, plain%positions(:, :, 3), plain%grid, absorption, cd, &
          weights=plain%weights, stat=stat, errmsg=message)
        call hl_exciton_sticks(plain%hamiltonians, plain%dipoles, plain%positions(:, :, 3), &
          dipole_strengths=strengths, rotational_strengths=rotations)
      case (3)
        call hl_exciton_spectrum(plain%hamiltonians, plain%dipoles(:, :, 2), plain%positions, plain%grid, absorption, cd, &
          weights=plain%weights, stat=stat, errmsg=message)
        call hl_exciton_sticks(plain%hamiltonians, plain%dipoles(:, :, 2), plain%positions, &
          dipole_strengths=strengths, rotational_strengths=rotations)
      end select
      call claim(stat == HL_OK .and. same_bits(absorption, expected_absorption) .and. same_bits(cd, expected_cd), &
        "shared dipoles, shared positions, or both: spectra as with copies for every configuration", message)
      call claim(same_bits(strengths, expected_strengths) .and. same_bits(rotations, expected_rotations), &
        "shared dipoles, shared positions, or both: strengths as with copies for every configuration")
    end do
    call hl_exciton_spectrum(plain%hamiltonians, plain%dipoles(:, :, 2), grid=plain%grid, absorption=absorption, stat=stat, &
      errmsg=message)
    call claim(stat == HL_OK, "shared dipoles and no positions", message)
  end subroutine shared_arrays

  subroutine absent_outputs()
    real(c_double) :: absorption(11), cd(11), energies(3, 4)
    call hl_exciton_spectrum(plain%hamiltonians, plain%dipoles, grid=plain%grid, absorption=absorption, weights=plain%weights, &
      stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(absorption, plain%absorption), "absorption alone, without positions", message)
    call hl_exciton_spectrum(plain%hamiltonians, plain%dipoles, plain%positions, plain%grid, cd=cd, weights=plain%weights, &
      stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(cd, plain%cd), "cd alone", message)
    call hl_exciton_sticks(plain%hamiltonians, plain%dipoles, energies=energies, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. same_bits(energies, plain%energies), "energies alone, without positions", message)
    call hl_exciton_broaden(plain%energies, plain%dipole_strengths, grid=plain%grid, absorption=absorption, &
      weights=plain%weights, stat=stat, errmsg=message)
    call claim(stat == HL_OK, "broadening dipole strengths alone", message)
    call hl_exciton_broaden(plain%energies, rotational_strengths=plain%rotational_strengths, grid=plain%grid, cd=cd, &
      weights=plain%weights, stat=stat, errmsg=message)
    call claim(stat == HL_OK, "broadening rotational strengths alone", message)
  end subroutine absent_outputs

  subroutine empty_arrays()
    real(c_double) :: no_matrix(0, 0), no_matrices(0, 0, 4), no_vectors(3, 0), no_levels(0), no_levels_of_many(0, 4)
    real(c_double) :: no_point(0), no_spectrum(0), absorption(11), cd(11)
    real(c_double) :: no_configuration(3, 3, 0), no_vectors_of_any(3, 3, 0), energies_of_none(3, 0)
    call hl_exciton_spectrum(plain%hamiltonians, plain%dipoles, plain%positions, no_point, no_spectrum, no_spectrum, stat=stat, &
      errmsg=message)
    call claim(stat == HL_OK, "an empty grid", message)
    absorption = -77
    cd = -77
    call hl_exciton_spectrum(no_matrix, no_vectors, no_vectors, plain%grid, absorption, cd, stat=stat, errmsg=message)
    call claim(stat == HL_OK .and. largest(absorption) <= 0 .and. largest(cd) <= 0, "no site: the spectra are 0", message)
    call hl_exciton_sticks(no_matrix, no_vectors, no_vectors, no_levels, no_levels, no_levels, no_vectors, no_matrix, stat=stat, &
      errmsg=message)
    call claim(stat == HL_OK, "no site: sticks", message)
    call hl_exciton_sticks(no_matrices, no_vectors, no_vectors, no_levels_of_many, stat=stat, errmsg=message)
    call claim(stat == HL_OK, "no site in four configurations: sticks", message)
    call hl_exciton_sticks(no_configuration, no_vectors_of_any, no_vectors_of_any, energies_of_none, stat=stat, errmsg=message)
    call claim(stat == HL_OK, "no configuration: sticks", message)
    call hl_units_convert(no_point, no_spectrum, HL_UNIT_WAVENUMBER, HL_UNIT_HARTREE, stat, message)
    call claim(stat == HL_OK, "no value to convert", message)
  end subroutine empty_arrays

  subroutine symmetric_matrix_is_read_by_rows_and_columns_alike()
    real(c_double) :: turned(3, 3, 4), energies(3, 4)
    integer :: k
    do k = 1, 4
      turned(:, :, k) = transpose(plain%hamiltonians(:, :, k))
    end do
    call hl_exciton_sticks(turned, plain%dipoles, energies=energies)
    call claim(same_bits(energies, plain%energies), "a transposed Hamiltonian gives the same energies")
  end subroutine symmetric_matrix_is_read_by_rows_and_columns_alike

  subroutine units()
    real(c_double) :: wavenumbers(6), hartrees(3), there_and_back(6)
    integer :: k
    wavenumbers = [(12000.0_c_double + 10 * k, k=1, 6)]
    call hl_units_convert(wavenumbers(6:1:-2), hartrees, HL_UNIT_WAVENUMBER, HL_UNIT_HARTREE, stat, message)
    ! CODATA 2018: 1 Hartree = 219474.6313632 cm-1
    call claim(stat == HL_OK .and. largest(hartrees * 219474.6313632_c_double - wavenumbers(6:1:-2)) < 1e-4_c_double, &
      "hl_units_convert of a reversed section", message)
    there_and_back = wavenumbers
    call hl_units_convert(there_and_back(::2), HL_UNIT_WAVENUMBER, HL_UNIT_WAVELENGTH, stat, message)
    call claim(stat == HL_OK .and. largest(there_and_back(::2) - 1e7_c_double / wavenumbers(::2)) < 1e-9_c_double, &
      "hl_units_convert in place: nm are 1e7 / cm-1", message)
    call claim(same_bits(there_and_back(2::2), wavenumbers(2::2)), "the elements between are untouched")
    call hl_units_convert(there_and_back(::2), HL_UNIT_WAVELENGTH, HL_UNIT_WAVENUMBER)
    call claim(largest(there_and_back - wavenumbers) < 1e-9_c_double, "there and back again")
  end subroutine units
end program test_arrays
