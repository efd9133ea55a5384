! The Fortran binding of hotloop, shipped as source because .mod files belong to one compiler.
!
! Two modules. `hotloop_c` is include/hotloop.h in Fortran words: the same names, order and types, pointers and strides.
! `hotloop` is what most programs use: generic procedures on assumed-shape arrays, Fortran's own index order (the configuration
! is the last index), optional `stat=` and `errmsg=`.
!
! The one idea: the distance of neighbouring elements, measured with c_loc, is the stride that the library asks for. So whole
! arrays, sections and reversed sections go to the library as they lie in memory; nothing here copies an array. (For that reason no
! array dummy here is `contiguous` or of explicit shape: a compiler would copy.) What a compiler copies before it calls any procedure
! is its own affair: gfortran does so for expressions, vector subscripts, and components of arrays of derived type.
!
! Compile this file with your program and link libhotloop (-lhotloop). Shapes, units and errors: docs/fortran.md.

module hotloop_c
  use, intrinsic :: iso_c_binding, only: c_ptr, c_funptr, c_null_ptr, c_null_funptr, c_size_t, c_ptrdiff_t, &
    c_int32_t, c_int64_t, c_double
  implicit none
  public

  ! HL_ABI_VERSION of the header; Fortran does not tell that name from the function hl_abi_version.
  integer(c_int32_t), parameter :: HL_COMPILED_ABI_VERSION = 0
  integer(c_int32_t), parameter :: HL_MAX_THREADS = 1024

  ! Status of a call.
  integer(c_int32_t), parameter :: HL_OK = 0
  integer(c_int32_t), parameter :: HL_ERR_NULL = 1
  integer(c_int32_t), parameter :: HL_ERR_SHAPE = 2
  integer(c_int32_t), parameter :: HL_ERR_STRIDE = 3
  integer(c_int32_t), parameter :: HL_ERR_ALIAS = 4
  integer(c_int32_t), parameter :: HL_ERR_ALIGNMENT = 5
  integer(c_int32_t), parameter :: HL_ERR_ARGUMENT = 6
  integer(c_int32_t), parameter :: HL_ERR_NONFINITE = 7
  integer(c_int32_t), parameter :: HL_ERR_OPTION = 8
  integer(c_int32_t), parameter :: HL_ERR_BUSY = 9
  integer(c_int32_t), parameter :: HL_ERR_NOT_CONVERGED = 100
  integer(c_int32_t), parameter :: HL_ERR_SINGULAR = 101
  integer(c_int32_t), parameter :: HL_ERR_ALLOC = 200
  integer(c_int32_t), parameter :: HL_ERR_THREADS = 201
  integer(c_int32_t), parameter :: HL_ERR_CANCELLED = 202
  integer(c_int32_t), parameter :: HL_ERR_IO = 203
  integer(c_int32_t), parameter :: HL_ERR_INTERNAL = 255

  ! Values of hl_exciton_options.
  integer(c_int32_t), parameter :: HL_LINESHAPE_GAUSSIAN = 0
  integer(c_int32_t), parameter :: HL_LINESHAPE_LORENTZIAN = 1
  integer(c_int32_t), parameter :: HL_LINESHAPE_VOIGT = 2
  integer(c_int32_t), parameter :: HL_FWHM_COMMON = 0
  integer(c_int32_t), parameter :: HL_FWHM_PER_EXCITON = 1
  integer(c_int32_t), parameter :: HL_FWHM_PER_SITE = 2
  integer(c_int32_t), parameter :: HL_NORMALIZATION_PEAK = 0
  integer(c_int32_t), parameter :: HL_NORMALIZATION_AREA = 1
  integer(c_int32_t), parameter :: HL_CD_SCALE_DISSYMMETRY = 0
  integer(c_int32_t), parameter :: HL_CD_SCALE_ROSENFELD = 1
  integer(c_int32_t), parameter :: HL_BROADENING_AUTO = 0
  integer(c_int32_t), parameter :: HL_BROADENING_DIRECT = 1
  integer(c_int32_t), parameter :: HL_BROADENING_GRIDDED = 2

  ! Units: energies, dipoles, lengths.
  integer(c_int32_t), parameter :: HL_UNIT_WAVENUMBER = 0
  integer(c_int32_t), parameter :: HL_UNIT_WAVELENGTH = 1
  integer(c_int32_t), parameter :: HL_UNIT_ELECTRONVOLT = 2
  integer(c_int32_t), parameter :: HL_UNIT_HARTREE = 3
  integer(c_int32_t), parameter :: HL_UNIT_TERAHERTZ = 4
  integer(c_int32_t), parameter :: HL_UNIT_DEBYE = 100
  integer(c_int32_t), parameter :: HL_UNIT_ATOMIC_DIPOLE = 101
  integer(c_int32_t), parameter :: HL_UNIT_COULOMB_METER = 102
  integer(c_int32_t), parameter :: HL_UNIT_ANGSTROM = 200
  integer(c_int32_t), parameter :: HL_UNIT_BOHR = 201
  integer(c_int32_t), parameter :: HL_UNIT_NANOMETER = 202

  ! Field for field the C struct. Set it with hl_exciton_options_init before use; a forgotten call is an option error.
  type, bind(C) :: hl_exciton_options
    integer(c_size_t) :: struct_size = 0
    integer(c_int32_t) :: lineshape = 0
    integer(c_int32_t) :: fwhm_by = 0
    integer(c_int32_t) :: normalization = 0
    integer(c_int32_t) :: cd_scale = 0
    integer(c_int32_t) :: broadening = 0
    integer(c_int32_t) :: frequency_prefactor = 0
    integer(c_int32_t) :: normalize_dipoles = 0
    integer(c_int32_t) :: reserved = 0
    real(c_double) :: fwhm = 0
    real(c_double) :: fwhm_cd = 0
    real(c_double) :: lorentzian_fwhm = 0
    real(c_double) :: cutoff = 0
    real(c_double) :: energy_offset = 0
    type(c_ptr) :: fwhm_values = c_null_ptr
    type(c_ptr) :: fwhm_values_strides = c_null_ptr
    type(c_ptr) :: fwhm_cd_values = c_null_ptr
    type(c_ptr) :: fwhm_cd_values_strides = c_null_ptr
    type(c_ptr) :: deleted = c_null_ptr
    type(c_ptr) :: deleted_strides = c_null_ptr
    type(c_funptr) :: progress = c_null_funptr
    type(c_ptr) :: progress_user = c_null_ptr
  end type hl_exciton_options

  abstract interface
    function hl_progress_fn(user, done, total) bind(C) result(cancel)
      import :: c_ptr, c_int32_t, c_int64_t
      type(c_ptr), value :: user
      integer(c_int64_t), value :: done, total
      integer(c_int32_t) :: cancel
    end function hl_progress_fn
  end interface

  ! Arrays are addresses (c_loc) without an intent: with intent(in) gfortran would conclude that the library leaves the
  ! memory behind the address alone. Strides are in elements, one per axis, in C's axis order; absent means C-contiguous.
  interface
    function hl_version() bind(C, name="hl_version") result(text)
      import :: c_ptr
      type(c_ptr) :: text
    end function hl_version

    function hl_abi_version() bind(C, name="hl_abi_version") result(version)
      import :: c_int32_t
      integer(c_int32_t) :: version
    end function hl_abi_version

    function hl_config() bind(C, name="hl_config") result(text)
      import :: c_ptr
      type(c_ptr) :: text
    end function hl_config

    function hl_last_error_message() bind(C, name="hl_last_error_message") result(text)
      import :: c_ptr
      type(c_ptr) :: text
    end function hl_last_error_message

    function hl_status_string(status) bind(C, name="hl_status_string") result(text)
      import :: c_ptr, c_int32_t
      integer(c_int32_t), value :: status
      type(c_ptr) :: text
    end function hl_status_string

    function hl_set_num_threads(n) bind(C, name="hl_set_num_threads") result(status)
      import :: c_int32_t
      integer(c_int32_t), value :: n
      integer(c_int32_t) :: status
    end function hl_set_num_threads

    function hl_set_num_threads_local(n) bind(C, name="hl_set_num_threads_local") result(previous)
      import :: c_int32_t
      integer(c_int32_t), value :: n
      integer(c_int32_t) :: previous
    end function hl_set_num_threads_local

    function hl_get_num_threads() bind(C, name="hl_get_num_threads") result(n)
      import :: c_int32_t
      integer(c_int32_t) :: n
    end function hl_get_num_threads

    function hl_shutdown() bind(C, name="hl_shutdown") result(status)
      import :: c_int32_t
      integer(c_int32_t) :: status
    end function hl_shutdown

    function hl_units_convert(n, values, values_strides, converted, converted_strides, from_unit, to_unit) &
        bind(C, name="hl_units_convert") result(status)
      import :: c_ptr, c_ptrdiff_t, c_int32_t
      integer(c_ptrdiff_t), value :: n
      type(c_ptr), value :: values
      integer(c_ptrdiff_t), intent(in), optional :: values_strides(*)
      type(c_ptr), value :: converted
      integer(c_ptrdiff_t), intent(in), optional :: converted_strides(*)
      integer(c_int32_t), value :: from_unit, to_unit
      integer(c_int32_t) :: status
    end function hl_units_convert

    function hl_exciton_options_init(options, struct_size) bind(C, name="hl_exciton_options_init") result(status)
      import :: hl_exciton_options, c_size_t, c_int32_t
      type(hl_exciton_options), intent(inout), target :: options
      integer(c_size_t), value :: struct_size
      integer(c_int32_t) :: status
    end function hl_exciton_options_init

    function hl_exciton_sticks(n_conf, n_site, hamiltonians, hamiltonians_strides, dipoles, dipoles_strides, &
        positions, positions_strides, energies, energies_strides, dipole_strengths, dipole_strengths_strides, &
        rotational_strengths, rotational_strengths_strides, exciton_dipoles, exciton_dipoles_strides, &
        eigenvectors, eigenvectors_strides, options) bind(C, name="hl_exciton_sticks") result(status)
      import :: hl_exciton_options, c_ptr, c_ptrdiff_t, c_int32_t
      integer(c_ptrdiff_t), value :: n_conf, n_site
      type(c_ptr), value :: hamiltonians
      integer(c_ptrdiff_t), intent(in), optional :: hamiltonians_strides(*)
      type(c_ptr), value :: dipoles
      integer(c_ptrdiff_t), intent(in), optional :: dipoles_strides(*)
      type(c_ptr), value :: positions
      integer(c_ptrdiff_t), intent(in), optional :: positions_strides(*)
      type(c_ptr), value :: energies
      integer(c_ptrdiff_t), intent(in), optional :: energies_strides(*)
      type(c_ptr), value :: dipole_strengths
      integer(c_ptrdiff_t), intent(in), optional :: dipole_strengths_strides(*)
      type(c_ptr), value :: rotational_strengths
      integer(c_ptrdiff_t), intent(in), optional :: rotational_strengths_strides(*)
      type(c_ptr), value :: exciton_dipoles
      integer(c_ptrdiff_t), intent(in), optional :: exciton_dipoles_strides(*)
      type(c_ptr), value :: eigenvectors
      integer(c_ptrdiff_t), intent(in), optional :: eigenvectors_strides(*)
      type(hl_exciton_options), intent(in), target, optional :: options
      integer(c_int32_t) :: status
    end function hl_exciton_sticks

    function hl_exciton_broaden(n_conf, n_exciton, n_grid, energies, energies_strides, &
        dipole_strengths, dipole_strengths_strides, rotational_strengths, rotational_strengths_strides, &
        weights, weights_strides, grid, grid_strides, absorption, absorption_strides, cd, cd_strides, options) &
        bind(C, name="hl_exciton_broaden") result(status)
      import :: hl_exciton_options, c_ptr, c_ptrdiff_t, c_int32_t
      integer(c_ptrdiff_t), value :: n_conf, n_exciton, n_grid
      type(c_ptr), value :: energies
      integer(c_ptrdiff_t), intent(in), optional :: energies_strides(*)
      type(c_ptr), value :: dipole_strengths
      integer(c_ptrdiff_t), intent(in), optional :: dipole_strengths_strides(*)
      type(c_ptr), value :: rotational_strengths
      integer(c_ptrdiff_t), intent(in), optional :: rotational_strengths_strides(*)
      type(c_ptr), value :: weights
      integer(c_ptrdiff_t), intent(in), optional :: weights_strides(*)
      type(c_ptr), value :: grid
      integer(c_ptrdiff_t), intent(in), optional :: grid_strides(*)
      type(c_ptr), value :: absorption
      integer(c_ptrdiff_t), intent(in), optional :: absorption_strides(*)
      type(c_ptr), value :: cd
      integer(c_ptrdiff_t), intent(in), optional :: cd_strides(*)
      type(hl_exciton_options), intent(in), target, optional :: options
      integer(c_int32_t) :: status
    end function hl_exciton_broaden

    function hl_exciton_spectrum(n_conf, n_site, n_grid, hamiltonians, hamiltonians_strides, dipoles, dipoles_strides, &
        positions, positions_strides, weights, weights_strides, grid, grid_strides, &
        absorption, absorption_strides, cd, cd_strides, options) bind(C, name="hl_exciton_spectrum") result(status)
      import :: hl_exciton_options, c_ptr, c_ptrdiff_t, c_int32_t
      integer(c_ptrdiff_t), value :: n_conf, n_site, n_grid
      type(c_ptr), value :: hamiltonians
      integer(c_ptrdiff_t), intent(in), optional :: hamiltonians_strides(*)
      type(c_ptr), value :: dipoles
      integer(c_ptrdiff_t), intent(in), optional :: dipoles_strides(*)
      type(c_ptr), value :: positions
      integer(c_ptrdiff_t), intent(in), optional :: positions_strides(*)
      type(c_ptr), value :: weights
      integer(c_ptrdiff_t), intent(in), optional :: weights_strides(*)
      type(c_ptr), value :: grid
      integer(c_ptrdiff_t), intent(in), optional :: grid_strides(*)
      type(c_ptr), value :: absorption
      integer(c_ptrdiff_t), intent(in), optional :: absorption_strides(*)
      type(c_ptr), value :: cd
      integer(c_ptrdiff_t), intent(in), optional :: cd_strides(*)
      type(hl_exciton_options), intent(in), target, optional :: options
      integer(c_int32_t) :: status
    end function hl_exciton_spectrum
  end interface
end module hotloop_c


module hotloop
  use, intrinsic :: iso_c_binding, only: c_ptr, c_null_ptr, c_associated, c_loc, c_f_pointer, c_funloc, c_char, c_size_t, &
    c_ptrdiff_t, c_intptr_t, c_int8_t, c_int32_t, c_int64_t, c_double
  use hotloop_c, only: HL_COMPILED_ABI_VERSION, HL_MAX_THREADS, &
    HL_OK, HL_ERR_NULL, HL_ERR_SHAPE, HL_ERR_STRIDE, HL_ERR_ALIAS, HL_ERR_ALIGNMENT, HL_ERR_ARGUMENT, HL_ERR_NONFINITE, &
    HL_ERR_OPTION, HL_ERR_BUSY, HL_ERR_NOT_CONVERGED, HL_ERR_SINGULAR, HL_ERR_ALLOC, HL_ERR_THREADS, HL_ERR_CANCELLED, &
    HL_ERR_IO, HL_ERR_INTERNAL, &
    HL_LINESHAPE_GAUSSIAN, HL_LINESHAPE_LORENTZIAN, HL_LINESHAPE_VOIGT, &
    HL_FWHM_COMMON, HL_FWHM_PER_EXCITON, HL_FWHM_PER_SITE, HL_NORMALIZATION_PEAK, HL_NORMALIZATION_AREA, &
    HL_CD_SCALE_DISSYMMETRY, HL_CD_SCALE_ROSENFELD, HL_BROADENING_AUTO, HL_BROADENING_DIRECT, HL_BROADENING_GRIDDED, &
    HL_UNIT_WAVENUMBER, HL_UNIT_WAVELENGTH, HL_UNIT_ELECTRONVOLT, HL_UNIT_HARTREE, HL_UNIT_TERAHERTZ, &
    HL_UNIT_DEBYE, HL_UNIT_ATOMIC_DIPOLE, HL_UNIT_COULOMB_METER, HL_UNIT_ANGSTROM, HL_UNIT_BOHR, HL_UNIT_NANOMETER, &
    hl_abi_version, hl_get_num_threads, c_set_num_threads_local => hl_set_num_threads_local, &
    c_version => hl_version, c_config => hl_config, c_last_error_message => hl_last_error_message, &
    c_status_string => hl_status_string, c_set_num_threads => hl_set_num_threads, c_shutdown => hl_shutdown, &
    c_units_convert => hl_units_convert, c_exciton_options => hl_exciton_options, &
    c_exciton_options_init => hl_exciton_options_init, c_exciton_sticks => hl_exciton_sticks, &
    c_exciton_broaden => hl_exciton_broaden, c_exciton_spectrum => hl_exciton_spectrum
  implicit none
  private

  public :: HL_COMPILED_ABI_VERSION, HL_MAX_THREADS
  public :: HL_OK, HL_ERR_NULL, HL_ERR_SHAPE, HL_ERR_STRIDE, HL_ERR_ALIAS, HL_ERR_ALIGNMENT, HL_ERR_ARGUMENT, &
    HL_ERR_NONFINITE, HL_ERR_OPTION, HL_ERR_BUSY, HL_ERR_NOT_CONVERGED, HL_ERR_SINGULAR, HL_ERR_ALLOC, HL_ERR_THREADS, &
    HL_ERR_CANCELLED, HL_ERR_IO, HL_ERR_INTERNAL
  public :: HL_LINESHAPE_GAUSSIAN, HL_LINESHAPE_LORENTZIAN, HL_LINESHAPE_VOIGT, HL_FWHM_COMMON, HL_FWHM_PER_EXCITON, &
    HL_FWHM_PER_SITE, HL_NORMALIZATION_PEAK, HL_NORMALIZATION_AREA, HL_CD_SCALE_DISSYMMETRY, HL_CD_SCALE_ROSENFELD, &
    HL_BROADENING_AUTO, HL_BROADENING_DIRECT, HL_BROADENING_GRIDDED
  public :: HL_UNIT_WAVENUMBER, HL_UNIT_WAVELENGTH, HL_UNIT_ELECTRONVOLT, HL_UNIT_HARTREE, HL_UNIT_TERAHERTZ, &
    HL_UNIT_DEBYE, HL_UNIT_ATOMIC_DIPOLE, HL_UNIT_COULOMB_METER, HL_UNIT_ANGSTROM, HL_UNIT_BOHR, HL_UNIT_NANOMETER
  public :: hl_version, hl_abi_version, hl_config, hl_last_error_message, hl_status_string
  public :: hl_set_num_threads, hl_set_num_threads_local, hl_get_num_threads, hl_shutdown
  public :: hl_units_convert
  public :: hl_progress, hl_exciton_options, hl_exciton_sticks, hl_exciton_broaden, hl_exciton_spectrum

  abstract interface
    ! Told a few times a second, on the calling thread, how much is done. Zero goes on; a positive result cancels the call with
    ! stat = HL_ERR_CANCELLED, a negative one cancels it and is itself the stat.
    function hl_progress(done, total) result(cancel)
      import :: c_int32_t, c_int64_t
      integer(c_int64_t), intent(in) :: done, total
      integer(c_int32_t) :: cancel
    end function hl_progress
  end interface

  ! Options of the exciton procedures, with the library's defaults. Widths, cutoff and offset: see docs/fortran.md.
  type :: hl_exciton_options
    integer(c_int32_t) :: lineshape = HL_LINESHAPE_GAUSSIAN
    integer(c_int32_t) :: fwhm_by = HL_FWHM_COMMON
    integer(c_int32_t) :: normalization = HL_NORMALIZATION_PEAK
    integer(c_int32_t) :: cd_scale = HL_CD_SCALE_DISSYMMETRY
    integer(c_int32_t) :: broadening = HL_BROADENING_AUTO
    logical :: frequency_prefactor = .false.         ! multiply the spectra by the grid's wavenumber
    logical :: normalize_dipoles = .false.           ! divide the dipoles by sqrt(sum |mu|^2) of the sites kept
    real(c_double) :: fwhm = 70.0_c_double           ! cm-1 (of the Gaussian part for a Voigt profile)
    real(c_double) :: fwhm_cd = 0.0_c_double         ! cm-1, 0 = as fwhm
    real(c_double) :: lorentzian_fwhm = 0.0_c_double ! cm-1, of the Lorentzian part for a Voigt profile
    real(c_double) :: cutoff = 3.0_c_double          ! in FWHM; +infinity = never cut
    real(c_double) :: energy_offset = 0.0_c_double   ! cm-1, added to every diagonal element
    real(c_double), allocatable :: fwhm_values(:)    ! cm-1, one a site or exciton, as fwhm_by says
    real(c_double), allocatable :: fwhm_cd_values(:) ! cm-1, not allocated = as fwhm_values
    logical, allocatable :: deleted(:)               ! .true. = this pigment is deleted; not allocated = none
    procedure(hl_progress), pointer, nopass :: progress => null()
  end type hl_exciton_options

  ! Generic names with one procedure behind them: gfortran 12 takes a module procedure for the C function of the same name.
  interface hl_version
    module procedure version_text
  end interface hl_version

  ! "key: value" lines: SIMD level, threads and where their number came from, OpenBLAS.
  interface hl_config
    module procedure config_text
  end interface hl_config

  ! The message of the last call into the library that failed on this thread ("" when none did).
  interface hl_last_error_message
    module procedure last_error_message_text
  end interface hl_last_error_message

  interface hl_status_string
    module procedure status_text
  end interface hl_status_string

  ! call hl_set_num_threads(n, stat, errmsg): threads of every call in this process; 0 = back to the default.
  interface hl_set_num_threads
    module procedure set_num_threads
  end interface hl_set_num_threads

  ! previous = hl_set_num_threads_local(n): threads of calls from this thread; 0 = as the process. -1 when n is refused.
  interface hl_set_num_threads_local
    module procedure set_num_threads_local
  end interface hl_set_num_threads_local

  ! call hl_shutdown(stat, errmsg): ends the library's worker threads; the next call starts them again.
  interface hl_shutdown
    module procedure shutdown
  end interface hl_shutdown

  ! call hl_exciton_sticks(hamiltonians, dipoles, positions, energies, dipole_strengths, rotational_strengths,
  !                        exciton_dipoles, eigenvectors, options, stat, errmsg)
  interface hl_exciton_sticks
    module procedure sticks_one, sticks_many, sticks_shared, sticks_shared_positions, sticks_shared_dipoles
  end interface hl_exciton_sticks

  ! call hl_exciton_broaden(energies, dipole_strengths, rotational_strengths, grid, absorption, cd, options, weights, stat, errmsg)
  interface hl_exciton_broaden
    module procedure broaden_one, broaden_many
  end interface hl_exciton_broaden

  ! call hl_exciton_spectrum(hamiltonians, dipoles, positions, grid, absorption, cd, options, weights, stat, errmsg)
  interface hl_exciton_spectrum
    module procedure spectrum_one, spectrum_many, spectrum_shared, spectrum_shared_positions, spectrum_shared_dipoles
  end interface hl_exciton_spectrum

  ! call hl_units_convert(values, converted, from_unit, to_unit, stat, errmsg), or in place without `converted`
  interface hl_units_convert
    module procedure units_convert, units_convert_in_place
  end interface hl_units_convert

  ! A caller's array as the library sees it. An absent array has a null address. An axis that the array does not have (the
  ! configurations of a shared or a single array) keeps stride 0, which is how the library broadcasts.
  type :: array_view
    type(c_ptr) :: address = c_null_ptr
    integer :: rank = 0
    integer(c_ptrdiff_t) :: extents(3) = 1
    integer(c_ptrdiff_t) :: strides(3) = 0
    logical :: whole_elements = .true.
  end type array_view

  ! The first thing that is wrong with a call.
  type :: fault
    integer(c_int32_t) :: status = HL_OK
    character(len=:), allocatable :: message
  end type fault

  ! What the library's progress_user points to.
  type :: progress_target
    procedure(hl_progress), pointer, nopass :: progress => null()
  end type progress_target

  ! The address given for an array without elements: never read or written, only different from "absent".
  real(c_double), target, save :: no_element = 0.0_c_double

  interface
    function strlen(text) bind(C, name="strlen") result(length)
      import :: c_ptr, c_size_t
      type(c_ptr), value :: text
      integer(c_size_t) :: length
    end function strlen
  end interface

contains

  ! ---- the library itself ----

  function version_text() result(text)
    character(len=:), allocatable :: text
    text = fortran_string(c_version())
  end function version_text

  function config_text() result(text)
    character(len=:), allocatable :: text
    text = fortran_string(c_config())
  end function config_text

  function last_error_message_text() result(text)
    character(len=:), allocatable :: text
    text = fortran_string(c_last_error_message())
  end function last_error_message_text

  function status_text(status) result(text)
    integer, intent(in) :: status
    character(len=:), allocatable :: text
    text = fortran_string(c_status_string(int(status, c_int32_t)))
  end function status_text

  subroutine set_num_threads(n, stat, errmsg)
    integer, intent(in) :: n
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(fault) :: found
    call note_status(found, c_set_num_threads(int(n, c_int32_t)))
    call conclude(found, stat, errmsg)
  end subroutine set_num_threads

  function set_num_threads_local(n) result(previous)
    integer, intent(in) :: n
    integer :: previous
    previous = int(c_set_num_threads_local(int(n, c_int32_t)))
  end function set_num_threads_local

  subroutine shutdown(stat, errmsg)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(fault) :: found
    call note_status(found, c_shutdown())
    call conclude(found, stat, errmsg)
  end subroutine shutdown

  ! ---- units ----

  recursive subroutine units_convert(values, converted, from_unit, to_unit, stat, errmsg)
    real(c_double), intent(in), target :: values(:)
    real(c_double), intent(inout), target :: converted(:)
    integer(c_int32_t), intent(in) :: from_unit, to_unit
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(fault) :: found
    call convert(found, view_1(values), view_1(converted), from_unit, to_unit)
    call conclude(found, stat, errmsg)
  end subroutine units_convert

  recursive subroutine units_convert_in_place(values, from_unit, to_unit, stat, errmsg)
    real(c_double), intent(inout), target :: values(:)
    integer(c_int32_t), intent(in) :: from_unit, to_unit
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(fault) :: found
    call convert(found, view_1(values), view_1(values), from_unit, to_unit)
    call conclude(found, stat, errmsg)
  end subroutine units_convert_in_place

  recursive subroutine convert(found, values, converted, from_unit, to_unit)
    type(fault), intent(inout) :: found
    type(array_view), intent(in) :: values, converted
    integer(c_int32_t), intent(in) :: from_unit, to_unit
    character(len=*), parameter :: procedure_name = "hl_units_convert"
    call check_abi(found, procedure_name)
    call check_view(found, procedure_name, "values", values, values%extents, "")
    call check_view(found, procedure_name, "converted", converted, values%extents, "as values")
    if (found%status /= HL_OK) return
    call note_status(found, c_units_convert(values%extents(1), values%address, values%strides, &
      converted%address, converted%strides, from_unit, to_unit))
  end subroutine convert

  ! ---- sticks: the shapes that hl_exciton_sticks takes ----

  recursive subroutine sticks_one(hamiltonians, dipoles, positions, energies, dipole_strengths, rotational_strengths, &
      exciton_dipoles, eigenvectors, options, stat, errmsg)
    real(c_double), intent(in), target :: hamiltonians(:, :), dipoles(:, :)
    real(c_double), intent(in), target, optional :: positions(:, :)
    real(c_double), intent(inout), target, optional :: energies(:), dipole_strengths(:), rotational_strengths(:)
    real(c_double), intent(inout), target, optional :: exciton_dipoles(:, :), eigenvectors(:, :)
    type(hl_exciton_options), intent(in), target, optional :: options
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call sticks(view_2(hamiltonians), view_2(dipoles), view_2(positions), view_1(energies), view_1(dipole_strengths), &
      view_1(rotational_strengths), view_2(exciton_dipoles), view_2(eigenvectors), options, stat, errmsg)
  end subroutine sticks_one

  recursive subroutine sticks_many(hamiltonians, dipoles, positions, energies, dipole_strengths, rotational_strengths, &
      exciton_dipoles, eigenvectors, options, stat, errmsg)
    real(c_double), intent(in), target :: hamiltonians(:, :, :), dipoles(:, :, :)
    real(c_double), intent(in), target, optional :: positions(:, :, :)
    real(c_double), intent(inout), target, optional :: energies(:, :), dipole_strengths(:, :), rotational_strengths(:, :)
    real(c_double), intent(inout), target, optional :: exciton_dipoles(:, :, :), eigenvectors(:, :, :)
    type(hl_exciton_options), intent(in), target, optional :: options
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call sticks(view_3(hamiltonians), view_3(dipoles), view_3(positions), view_2(energies), view_2(dipole_strengths), &
      view_2(rotational_strengths), view_3(exciton_dipoles), view_3(eigenvectors), options, stat, errmsg)
  end subroutine sticks_many

  recursive subroutine sticks_shared(hamiltonians, dipoles, positions, energies, dipole_strengths, rotational_strengths, &
      exciton_dipoles, eigenvectors, options, stat, errmsg)
    real(c_double), intent(in), target :: hamiltonians(:, :, :), dipoles(:, :)
    real(c_double), intent(in), target, optional :: positions(:, :)
    real(c_double), intent(inout), target, optional :: energies(:, :), dipole_strengths(:, :), rotational_strengths(:, :)
    real(c_double), intent(inout), target, optional :: exciton_dipoles(:, :, :), eigenvectors(:, :, :)
    type(hl_exciton_options), intent(in), target, optional :: options
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call sticks(view_3(hamiltonians), view_2(dipoles), view_2(positions), view_2(energies), view_2(dipole_strengths), &
      view_2(rotational_strengths), view_3(exciton_dipoles), view_3(eigenvectors), options, stat, errmsg)
  end subroutine sticks_shared

  recursive subroutine sticks_shared_positions(hamiltonians, dipoles, positions, energies, dipole_strengths, &
      rotational_strengths, exciton_dipoles, eigenvectors, options, stat, errmsg)
    real(c_double), intent(in), target :: hamiltonians(:, :, :), dipoles(:, :, :), positions(:, :)
    real(c_double), intent(inout), target, optional :: energies(:, :), dipole_strengths(:, :), rotational_strengths(:, :)
    real(c_double), intent(inout), target, optional :: exciton_dipoles(:, :, :), eigenvectors(:, :, :)
    type(hl_exciton_options), intent(in), target, optional :: options
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call sticks(view_3(hamiltonians), view_3(dipoles), view_2(positions), view_2(energies), view_2(dipole_strengths), &
      view_2(rotational_strengths), view_3(exciton_dipoles), view_3(eigenvectors), options, stat, errmsg)
  end subroutine sticks_shared_positions

  recursive subroutine sticks_shared_dipoles(hamiltonians, dipoles, positions, energies, dipole_strengths, &
      rotational_strengths, exciton_dipoles, eigenvectors, options, stat, errmsg)
    real(c_double), intent(in), target :: hamiltonians(:, :, :), dipoles(:, :), positions(:, :, :)
    real(c_double), intent(inout), target, optional :: energies(:, :), dipole_strengths(:, :), rotational_strengths(:, :)
    real(c_double), intent(inout), target, optional :: exciton_dipoles(:, :, :), eigenvectors(:, :, :)
    type(hl_exciton_options), intent(in), target, optional :: options
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call sticks(view_3(hamiltonians), view_2(dipoles), view_3(positions), view_2(energies), view_2(dipole_strengths), &
      view_2(rotational_strengths), view_3(exciton_dipoles), view_3(eigenvectors), options, stat, errmsg)
  end subroutine sticks_shared_dipoles

  recursive subroutine sticks(hamiltonians, dipoles, positions, energies, dipole_strengths, rotational_strengths, &
      exciton_dipoles, eigenvectors, options, stat, errmsg)
    type(array_view), intent(in) :: hamiltonians, dipoles, positions, energies, dipole_strengths, rotational_strengths, &
      exciton_dipoles, eigenvectors
    type(hl_exciton_options), intent(in), target, optional :: options
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(len=*), parameter :: procedure_name = "hl_exciton_sticks"
    type(fault) :: found
    type(c_exciton_options), target :: c_options
    integer(c_int8_t), allocatable, target :: deleted(:)
    type(progress_target), target :: reported
    integer(c_ptrdiff_t) :: n_site, n_conf

    n_site = hamiltonians%extents(1)
    n_conf = hamiltonians%extents(3)
    call check_abi(found, procedure_name)
    call check_system(found, procedure_name, hamiltonians, dipoles, positions)
    call check_view(found, procedure_name, "energies", energies, [n_site, n_conf], "n_site, n_conf")
    call check_view(found, procedure_name, "dipole_strengths", dipole_strengths, [n_site, n_conf], "n_site, n_conf")
    call check_view(found, procedure_name, "rotational_strengths", rotational_strengths, [n_site, n_conf], "n_site, n_conf")
    call check_view(found, procedure_name, "exciton_dipoles", exciton_dipoles, [3_c_ptrdiff_t, n_site, n_conf], &
      "3, n_site, n_conf")
    call check_view(found, procedure_name, "eigenvectors", eigenvectors, [n_site, n_site, n_conf], "n_site, n_site, n_conf")
    call set_options(found, procedure_name, options, n_site, c_options, deleted, reported)
    if (found%status == HL_OK) call note_status(found, c_exciton_sticks(n_conf, n_site, &
      hamiltonians%address, matrix_strides(hamiltonians), dipoles%address, vector_strides(dipoles), &
      positions%address, vector_strides(positions), energies%address, level_strides(energies), &
      dipole_strengths%address, level_strides(dipole_strengths), &
      rotational_strengths%address, level_strides(rotational_strengths), &
      exciton_dipoles%address, vector_strides(exciton_dipoles), eigenvectors%address, matrix_strides(eigenvectors), c_options))
    call conclude(found, stat, errmsg)
  end subroutine sticks

  ! ---- broadening of sticks ----

  recursive subroutine broaden_one(energies, dipole_strengths, rotational_strengths, grid, absorption, cd, options, stat, errmsg)
    real(c_double), intent(in), target :: energies(:)
    real(c_double), intent(in), target, optional :: dipole_strengths(:), rotational_strengths(:)
    real(c_double), intent(in), target :: grid(:)
    real(c_double), intent(inout), target, optional :: absorption(:), cd(:)
    type(hl_exciton_options), intent(in), target, optional :: options
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call broaden(view_1(energies), view_1(dipole_strengths), view_1(rotational_strengths), view_1(grid), &
      view_1(absorption), view_1(cd), array_view(), options, stat, errmsg)
  end subroutine broaden_one

  recursive subroutine broaden_many(energies, dipole_strengths, rotational_strengths, grid, absorption, cd, options, weights, &
      stat, errmsg)
    real(c_double), intent(in), target :: energies(:, :)
    real(c_double), intent(in), target, optional :: dipole_strengths(:, :), rotational_strengths(:, :)
    real(c_double), intent(in), target :: grid(:)
    real(c_double), intent(inout), target, optional :: absorption(:), cd(:)
    type(hl_exciton_options), intent(in), target, optional :: options
    real(c_double), intent(in), target, optional :: weights(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call broaden(view_2(energies), view_2(dipole_strengths), view_2(rotational_strengths), view_1(grid), &
      view_1(absorption), view_1(cd), view_1(weights), options, stat, errmsg)
  end subroutine broaden_many

  recursive subroutine broaden(energies, dipole_strengths, rotational_strengths, grid, absorption, cd, weights, options, &
      stat, errmsg)
    type(array_view), intent(in) :: energies, dipole_strengths, rotational_strengths, grid, absorption, cd, weights
    type(hl_exciton_options), intent(in), target, optional :: options
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(len=*), parameter :: procedure_name = "hl_exciton_broaden"
    type(fault) :: found
    type(c_exciton_options), target :: c_options
    integer(c_int8_t), allocatable, target :: deleted(:)
    type(progress_target), target :: reported
    integer(c_ptrdiff_t) :: n_exciton, n_conf

    n_exciton = energies%extents(1)
    n_conf = energies%extents(2)
    call check_abi(found, procedure_name)
    call check_view(found, procedure_name, "energies", energies, energies%extents, "")
    call check_view(found, procedure_name, "dipole_strengths", dipole_strengths, energies%extents, "as energies")
    call check_view(found, procedure_name, "rotational_strengths", rotational_strengths, energies%extents, "as energies")
    call check_spectra(found, procedure_name, n_conf, weights, grid, absorption, cd)
    call set_options(found, procedure_name, options, n_exciton, c_options, deleted, reported)
    if (found%status == HL_OK) call note_status(found, c_exciton_broaden(n_conf, n_exciton, grid%extents(1), &
      energies%address, level_strides(energies), dipole_strengths%address, level_strides(dipole_strengths), &
      rotational_strengths%address, level_strides(rotational_strengths), weights%address, weights%strides, &
      grid%address, grid%strides, absorption%address, absorption%strides, cd%address, cd%strides, c_options))
    call conclude(found, stat, errmsg)
  end subroutine broaden

  ! ---- spectra: the shapes that hl_exciton_spectrum takes ----

  recursive subroutine spectrum_one(hamiltonians, dipoles, positions, grid, absorption, cd, options, stat, errmsg)
    real(c_double), intent(in), target :: hamiltonians(:, :), dipoles(:, :)
    real(c_double), intent(in), target, optional :: positions(:, :)
    real(c_double), intent(in), target :: grid(:)
    real(c_double), intent(inout), target, optional :: absorption(:), cd(:)
    type(hl_exciton_options), intent(in), target, optional :: options
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call spectrum(view_2(hamiltonians), view_2(dipoles), view_2(positions), view_1(grid), &
      view_1(absorption), view_1(cd), array_view(), options, stat, errmsg)
  end subroutine spectrum_one

  recursive subroutine spectrum_many(hamiltonians, dipoles, positions, grid, absorption, cd, options, weights, stat, errmsg)
    real(c_double), intent(in), target :: hamiltonians(:, :, :), dipoles(:, :, :)
    real(c_double), intent(in), target, optional :: positions(:, :, :)
    real(c_double), intent(in), target :: grid(:)
    real(c_double), intent(inout), target, optional :: absorption(:), cd(:)
    type(hl_exciton_options), intent(in), target, optional :: options
    real(c_double), intent(in), target, optional :: weights(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call spectrum(view_3(hamiltonians), view_3(dipoles), view_3(positions), view_1(grid), &
      view_1(absorption), view_1(cd), view_1(weights), options, stat, errmsg)
  end subroutine spectrum_many

  recursive subroutine spectrum_shared(hamiltonians, dipoles, positions, grid, absorption, cd, options, weights, stat, errmsg)
    real(c_double), intent(in), target :: hamiltonians(:, :, :), dipoles(:, :)
    real(c_double), intent(in), target, optional :: positions(:, :)
    real(c_double), intent(in), target :: grid(:)
    real(c_double), intent(inout), target, optional :: absorption(:), cd(:)
    type(hl_exciton_options), intent(in), target, optional :: options
    real(c_double), intent(in), target, optional :: weights(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call spectrum(view_3(hamiltonians), view_2(dipoles), view_2(positions), view_1(grid), &
      view_1(absorption), view_1(cd), view_1(weights), options, stat, errmsg)
  end subroutine spectrum_shared

  recursive subroutine spectrum_shared_positions(hamiltonians, dipoles, positions, grid, absorption, cd, options, weights, &
      stat, errmsg)
    real(c_double), intent(in), target :: hamiltonians(:, :, :), dipoles(:, :, :), positions(:, :)
    real(c_double), intent(in), target :: grid(:)
    real(c_double), intent(inout), target, optional :: absorption(:), cd(:)
    type(hl_exciton_options), intent(in), target, optional :: options
    real(c_double), intent(in), target, optional :: weights(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call spectrum(view_3(hamiltonians), view_3(dipoles), view_2(positions), view_1(grid), &
      view_1(absorption), view_1(cd), view_1(weights), options, stat, errmsg)
  end subroutine spectrum_shared_positions

  recursive subroutine spectrum_shared_dipoles(hamiltonians, dipoles, positions, grid, absorption, cd, options, weights, &
      stat, errmsg)
    real(c_double), intent(in), target :: hamiltonians(:, :, :), dipoles(:, :), positions(:, :, :)
    real(c_double), intent(in), target :: grid(:)
    real(c_double), intent(inout), target, optional :: absorption(:), cd(:)
    type(hl_exciton_options), intent(in), target, optional :: options
    real(c_double), intent(in), target, optional :: weights(:)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call spectrum(view_3(hamiltonians), view_2(dipoles), view_3(positions), view_1(grid), &
      view_1(absorption), view_1(cd), view_1(weights), options, stat, errmsg)
  end subroutine spectrum_shared_dipoles

  recursive subroutine spectrum(hamiltonians, dipoles, positions, grid, absorption, cd, weights, options, stat, errmsg)
    type(array_view), intent(in) :: hamiltonians, dipoles, positions, grid, absorption, cd, weights
    type(hl_exciton_options), intent(in), target, optional :: options
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(len=*), parameter :: procedure_name = "hl_exciton_spectrum"
    type(fault) :: found
    type(c_exciton_options), target :: c_options
    integer(c_int8_t), allocatable, target :: deleted(:)
    type(progress_target), target :: reported
    integer(c_ptrdiff_t) :: n_site, n_conf

    n_site = hamiltonians%extents(1)
    n_conf = hamiltonians%extents(3)
    call check_abi(found, procedure_name)
    call check_system(found, procedure_name, hamiltonians, dipoles, positions)
    call check_spectra(found, procedure_name, n_conf, weights, grid, absorption, cd)
    call set_options(found, procedure_name, options, n_site, c_options, deleted, reported)
    if (found%status == HL_OK) call note_status(found, c_exciton_spectrum(n_conf, n_site, grid%extents(1), &
      hamiltonians%address, matrix_strides(hamiltonians), dipoles%address, vector_strides(dipoles), &
      positions%address, vector_strides(positions), weights%address, weights%strides, grid%address, grid%strides, &
      absorption%address, absorption%strides, cd%address, cd%strides, c_options))
    call conclude(found, stat, errmsg)
  end subroutine spectrum

  ! ---- from a Fortran array to address, extents and strides ----

  function view_1(array) result(seen)
    real(c_double), intent(in), target, optional :: array(:)
    type(array_view) :: seen
    if (.not. present(array)) return
    seen%rank = 1
    seen%extents(1:1) = shape(array, kind=c_ptrdiff_t)
    seen%address = c_loc(no_element)
    if (size(array, kind=c_ptrdiff_t) == 0) return
    seen%address = c_loc(array(1))
    if (size(array, 1) > 1) call measure_stride(seen, 1, c_loc(array(2)))
  end function view_1

  function view_2(array) result(seen)
    real(c_double), intent(in), target, optional :: array(:, :)
    type(array_view) :: seen
    if (.not. present(array)) return
    seen%rank = 2
    seen%extents(1:2) = shape(array, kind=c_ptrdiff_t)
    seen%address = c_loc(no_element)
    if (size(array, kind=c_ptrdiff_t) == 0) return
    seen%address = c_loc(array(1, 1))
    if (size(array, 1) > 1) call measure_stride(seen, 1, c_loc(array(2, 1)))
    if (size(array, 2) > 1) call measure_stride(seen, 2, c_loc(array(1, 2)))
  end function view_2

  function view_3(array) result(seen)
    real(c_double), intent(in), target, optional :: array(:, :, :)
    type(array_view) :: seen
    if (.not. present(array)) return
    seen%rank = 3
    seen%extents(1:3) = shape(array, kind=c_ptrdiff_t)
    seen%address = c_loc(no_element)
    if (size(array, kind=c_ptrdiff_t) == 0) return
    seen%address = c_loc(array(1, 1, 1))
    if (size(array, 1) > 1) call measure_stride(seen, 1, c_loc(array(2, 1, 1)))
    if (size(array, 2) > 1) call measure_stride(seen, 2, c_loc(array(1, 2, 1)))
    if (size(array, 3) > 1) call measure_stride(seen, 3, c_loc(array(1, 1, 2)))
  end function view_3

  ! The stride along `axis` from the address of the second element on it. A component of a packed derived type may lie a
  ! fraction of an element further on, which no element stride expresses.
  subroutine measure_stride(seen, axis, second_element)
    type(array_view), intent(inout) :: seen
    integer, intent(in) :: axis
    type(c_ptr), intent(in) :: second_element
    integer(c_intptr_t), parameter :: element_bytes = storage_size(no_element) / 8
    integer(c_intptr_t) :: bytes
    bytes = transfer(second_element, 0_c_intptr_t) - transfer(seen%address, 0_c_intptr_t)
    seen%strides(axis) = int(bytes / element_bytes, c_ptrdiff_t)
    if (mod(bytes, element_bytes) /= 0) seen%whole_elements = .false.
  end subroutine measure_stride

  ! The library counts axes from the configuration on; in Fortran it is the last index. Matrices: (row, column, configuration).
  pure function matrix_strides(seen) result(strides)
    type(array_view), intent(in) :: seen
    integer(c_ptrdiff_t) :: strides(3)
    strides = seen%strides([3, 1, 2])
  end function matrix_strides

  ! Vectors of sites or excitons: (x y z, site, configuration).
  pure function vector_strides(seen) result(strides)
    type(array_view), intent(in) :: seen
    integer(c_ptrdiff_t) :: strides(3)
    strides = seen%strides([3, 2, 1])
  end function vector_strides

  ! One number a level: (level, configuration).
  pure function level_strides(seen) result(strides)
    type(array_view), intent(in) :: seen
    integer(c_ptrdiff_t) :: strides(2)
    strides = seen%strides([2, 1])
  end function level_strides

  ! ---- checks that only this side can make: the library is told every dimension once ----

  subroutine check_system(found, procedure_name, hamiltonians, dipoles, positions)
    type(fault), intent(inout) :: found
    character(len=*), intent(in) :: procedure_name
    type(array_view), intent(in) :: hamiltonians, dipoles, positions
    integer(c_ptrdiff_t) :: n_site, n_conf
    n_site = hamiltonians%extents(1)
    n_conf = hamiltonians%extents(3)
    call check_view(found, procedure_name, "hamiltonians", hamiltonians, [n_site, n_site, n_conf], "n_site, n_site, n_conf")
    call check_view(found, procedure_name, "dipoles", dipoles, [3_c_ptrdiff_t, n_site, n_conf], "3, n_site, n_conf")
    call check_view(found, procedure_name, "positions", positions, [3_c_ptrdiff_t, n_site, n_conf], "3, n_site, n_conf")
  end subroutine check_system

  subroutine check_spectra(found, procedure_name, n_conf, weights, grid, absorption, cd)
    type(fault), intent(inout) :: found
    character(len=*), intent(in) :: procedure_name
    integer(c_ptrdiff_t), intent(in) :: n_conf
    type(array_view), intent(in) :: weights, grid, absorption, cd
    call check_view(found, procedure_name, "weights", weights, [n_conf], "n_conf")
    call check_view(found, procedure_name, "grid", grid, grid%extents, "")
    call check_view(found, procedure_name, "absorption", absorption, grid%extents, "as grid")
    call check_view(found, procedure_name, "cd", cd, grid%extents, "as grid")
  end subroutine check_spectra

  ! Only the axes that the array has are compared, so a shared array may be checked against the shape of an unshared one.
  subroutine check_view(found, procedure_name, name, seen, expected, meaning)
    type(fault), intent(inout) :: found
    character(len=*), intent(in) :: procedure_name, name
    type(array_view), intent(in) :: seen
    integer(c_ptrdiff_t), intent(in) :: expected(:)
    character(len=*), intent(in) :: meaning
    integer :: rank
    if (found%status /= HL_OK .or. .not. c_associated(seen%address)) return
    rank = seen%rank
    if (any(seen%extents(:rank) /= expected(:rank))) then
      call note(found, HL_ERR_SHAPE, procedure_name // ": " // name // ": extents " // extents_text(seen%extents(:rank)) // &
        " where " // extents_text(expected(:rank)) // " is expected (" // meaning // ")")
    else if (.not. seen%whole_elements) then
      call note(found, HL_ERR_STRIDE, procedure_name // ": " // name // ": neighbouring elements are not a whole number of " // &
        "elements apart (a component of a packed derived type?); copy it into an array first")
    end if
  end subroutine check_view

  subroutine check_abi(found, procedure_name)
    type(fault), intent(inout) :: found
    character(len=*), intent(in) :: procedure_name
    if (hl_abi_version() == HL_COMPILED_ABI_VERSION) return
    call note(found, HL_ERR_INTERNAL, procedure_name // ": the loaded library has ABI version " // &
      integer_text(int(hl_abi_version(), c_ptrdiff_t)) // ", hotloop.f90 was written for " // &
      integer_text(int(HL_COMPILED_ABI_VERSION, c_ptrdiff_t)) // "; compile the hotloop.f90 that came with the library")
  end subroutine check_abi

  ! ---- options ----

  ! `deleted` and `reported` hold what the C options point to, so they live in the caller until the library returns.
  subroutine set_options(found, procedure_name, options, n_value, c_options, deleted, reported)
    type(fault), intent(inout) :: found
    character(len=*), intent(in) :: procedure_name
    type(hl_exciton_options), intent(in), target, optional :: options
    integer(c_ptrdiff_t), intent(in) :: n_value
    type(c_exciton_options), intent(inout), target :: c_options
    integer(c_int8_t), allocatable, intent(inout), target :: deleted(:)
    type(progress_target), intent(inout), target :: reported
    type(array_view) :: fwhm_values, fwhm_cd_values
    integer :: allocation

    if (found%status /= HL_OK) return
    call note_status(found, c_exciton_options_init(c_options, int(storage_size(c_options) / 8, c_size_t)))
    if (.not. present(options)) return

    ! An unallocated component is an absent argument of `view_1`. It is contiguous, as the library assumes without strides.
    fwhm_values = view_1(options%fwhm_values)
    fwhm_cd_values = view_1(options%fwhm_cd_values)
    call check_view(found, procedure_name, "options%fwhm_values", fwhm_values, [n_value], "one per site")
    call check_view(found, procedure_name, "options%fwhm_cd_values", fwhm_cd_values, [n_value], "one per site")
    if (allocated(options%deleted)) then
      if (size(options%deleted, kind=c_ptrdiff_t) /= n_value) call note(found, HL_ERR_SHAPE, procedure_name // &
        ": options%deleted: extents " // extents_text(shape(options%deleted, kind=c_ptrdiff_t)) // " where " // &
        extents_text([n_value]) // " is expected (one per site)")
      allocate (deleted(max(1, size(options%deleted))), stat=allocation)
      if (allocation /= 0) call note(found, HL_ERR_ALLOC, procedure_name // ": options%deleted: no memory for its bytes")
    end if
    if (found%status /= HL_OK) return

    c_options%lineshape = options%lineshape
    c_options%fwhm_by = options%fwhm_by
    c_options%normalization = options%normalization
    c_options%cd_scale = options%cd_scale
    c_options%broadening = options%broadening
    c_options%frequency_prefactor = merge(1_c_int32_t, 0_c_int32_t, options%frequency_prefactor)
    c_options%normalize_dipoles = merge(1_c_int32_t, 0_c_int32_t, options%normalize_dipoles)
    c_options%fwhm = options%fwhm
    c_options%fwhm_cd = options%fwhm_cd
    c_options%lorentzian_fwhm = options%lorentzian_fwhm
    c_options%cutoff = options%cutoff
    c_options%energy_offset = options%energy_offset
    c_options%fwhm_values = fwhm_values%address
    c_options%fwhm_cd_values = fwhm_cd_values%address
    if (allocated(deleted)) then
      deleted(:size(options%deleted)) = merge(1_c_int8_t, 0_c_int8_t, options%deleted)
      c_options%deleted = c_loc(deleted)
    end if
    if (associated(options%progress)) then
      reported%progress => options%progress
      c_options%progress = c_funloc(report_progress)
      c_options%progress_user = c_loc(reported)
    end if
  end subroutine set_options

  ! What the library calls; hands on to the Fortran procedure.
  recursive function report_progress(user, done, total) bind(C, name="") result(cancel)
    type(c_ptr), value :: user
    integer(c_int64_t), value :: done, total
    integer(c_int32_t) :: cancel
    type(progress_target), pointer :: reported
    call c_f_pointer(user, reported)
    cancel = reported%progress(done, total)
  end function report_progress

  ! ---- faults ----

  subroutine note(found, status, message)
    type(fault), intent(inout) :: found
    integer(c_int32_t), intent(in) :: status
    character(len=*), intent(in) :: message
    if (found%status /= HL_OK) return
    found%status = status
    found%message = message
  end subroutine note

  ! The message belongs to the status that the library has just returned on this thread.
  subroutine note_status(found, status)
    type(fault), intent(inout) :: found
    integer(c_int32_t), intent(in) :: status
    if (status /= HL_OK) call note(found, status, fortran_string(c_last_error_message()))
  end subroutine note_status

  ! As `allocate` does it: with stat= the status is handed back, without it the program stops with the message.
  subroutine conclude(found, stat, errmsg)
    type(fault), intent(in) :: found
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    if (present(stat)) stat = int(found%status)
    if (found%status == HL_OK) return
    if (present(errmsg)) errmsg = found%message
    if (.not. present(stat)) error stop found%message
  end subroutine conclude

  ! ---- text ----

  function fortran_string(text) result(copy)
    type(c_ptr), intent(in) :: text
    character(len=:), allocatable :: copy
    character(kind=c_char), pointer :: characters(:)
    integer :: i, length
    length = 0
    if (c_associated(text)) length = int(strlen(text))
    allocate (character(len=length) :: copy)
    if (length == 0) return
    call c_f_pointer(text, characters, [length])
    do i = 1, length
      copy(i:i) = characters(i)
    end do
  end function fortran_string

  function integer_text(n) result(text)
    integer(c_ptrdiff_t), intent(in) :: n
    character(len=:), allocatable :: text
    character(len=24) :: digits
    write (digits, "(i0)") n
    text = trim(digits)
  end function integer_text

  function extents_text(extents) result(text)
    integer(c_ptrdiff_t), intent(in) :: extents(:)
    character(len=:), allocatable :: text
    integer :: axis
    text = "("
    do axis = 1, size(extents)
      if (axis > 1) text = text // ", "
      text = text // integer_text(extents(axis))
    end do
    text = text // ")"
  end function extents_text
end module hotloop
