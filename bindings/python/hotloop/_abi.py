"""The C ABI as ctypes sees it: the option struct and one row for every function of hotloop.h.

A test compares these rows with include/hotloop.h, so that neither can change alone.
"""

from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int32, c_int64, c_size_t, c_ssize_t, c_void_p

ABI_VERSION = 0

STATUS = c_int32
OK = 0

# int32_t progress(void *user, int64_t done, int64_t total): non-zero cancels.
ProgressFunction = CFUNCTYPE(c_int32, c_void_p, c_int64, c_int64)

LINESHAPES = {"gaussian": 0, "lorentzian": 1, "voigt": 2}
FWHM_BY = {"common": 0, "exciton": 1, "site": 2}
NORMALIZATIONS = {"peak": 0, "area": 1}
CD_SCALES = {"dissymmetry": 0, "rosenfeld": 1}
BROADENINGS = {"auto": 0, "direct": 1, "gridded": 2}


class ExcitonOptions(Structure):
    """hl_exciton_options, field by field."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("lineshape", c_int32),
        ("fwhm_by", c_int32),
        ("normalization", c_int32),
        ("cd_scale", c_int32),
        ("broadening", c_int32),
        ("frequency_prefactor", c_int32),
        ("normalize_dipoles", c_int32),
        ("reserved", c_int32),
        ("fwhm", c_double),
        ("fwhm_cd", c_double),
        ("lorentzian_fwhm", c_double),
        ("cutoff", c_double),
        ("energy_offset", c_double),
        ("fwhm_values", c_void_p),
        ("fwhm_values_strides", c_void_p),
        ("fwhm_cd_values", c_void_p),
        ("fwhm_cd_values_strides", c_void_p),
        ("deleted", c_void_p),
        ("deleted_strides", c_void_p),
        ("progress", ProgressFunction),
        ("progress_user", c_void_p),
    ]


# An array crosses as two arguments: its address and the address of its strides, counted in elements.
_ARRAY = (c_void_p, c_void_p)
_SIZE = (c_ssize_t,)
_OPTIONS = (POINTER(ExcitonOptions),)

# name: (what it returns, what it takes)
FUNCTIONS = {
    "hl_version": (c_char_p, ()),
    "hl_abi_version": (c_int32, ()),
    "hl_config": (c_char_p, ()),
    "hl_last_error_message": (c_char_p, ()),
    "hl_status_string": (c_char_p, (STATUS,)),
    "hl_set_num_threads": (STATUS, (c_int32,)),
    "hl_set_num_threads_local": (c_int32, (c_int32,)),
    "hl_get_num_threads": (c_int32, ()),
    "hl_shutdown": (STATUS, ()),
    "hl_units_convert": (STATUS, _SIZE + 2 * _ARRAY + (c_int32, c_int32)),
    "hl_exciton_options_init": (STATUS, _OPTIONS + (c_size_t,)),
    "hl_exciton_sticks": (STATUS, 2 * _SIZE + 8 * _ARRAY + _OPTIONS),
    "hl_exciton_broaden": (STATUS, 3 * _SIZE + 7 * _ARRAY + _OPTIONS),
    "hl_exciton_spectrum": (STATUS, 3 * _SIZE + 7 * _ARRAY + _OPTIONS),
}
