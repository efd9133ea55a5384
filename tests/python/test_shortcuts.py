"""The shortcuts that make a call quick take nothing away: what they do not fit is treated as carefully as before."""

import ctypes
import gc
import tempfile
import warnings
import weakref

import hotloop
import numpy as np
import pytest
from hotloop import _abi, _arrays, _library
from hotloop._exciton_options import ExcitonOptions
from systems import random_system

GRID = np.linspace(11900.0, 12900.0, 60)


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def warning_when_written(array):
    """What numpy.broadcast_arrays returns: NumPy warns where such an array is asked whether it may be written."""
    return np.broadcast_arrays(array, np.zeros((1,) * (array.ndim + 1)))[0][0]


def strided(array):
    return np.repeat(array, 2, axis=-1)[..., ::2]


def memory_map(array):
    with tempfile.NamedTemporaryFile() as file:
        array.tofile(file.name)
        return np.memmap(file.name, dtype=float, mode="r", shape=array.shape)


@pytest.mark.parametrize("kind", [read_only, warning_when_written, strided, memory_map], ids=lambda kind: kind.__name__)
def test_inputs_that_the_buffer_protocol_refuses_are_read_in_place(kind):
    system = random_system(3, 4, seed=5)
    expected = hotloop.exciton.spectrum(*system, GRID)
    unusual = [kind(array) for array in system]
    for array in unusual:
        with pytest.raises((TypeError, ValueError, BufferError)):
            (ctypes.c_char * 0).from_buffer(array)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = hotloop.exciton.spectrum(*unusual, GRID)
    assert all(map(np.array_equal, found, expected))


@pytest.mark.parametrize("kind", [np.copy, read_only, strided], ids=lambda kind: kind.__name__)
def test_an_address_is_the_array_s_and_keeps_it_alive(kind):
    array = kind(np.arange(12.0).reshape(3, 4))
    _, address, strides = _arrays.as_input("array", array, 2)
    assert ctypes.addressof(address) == array.__array_interface__["data"][0]
    assert (strides is None) == array.flags.c_contiguous
    watched = weakref.ref(array)
    del array, _
    gc.collect()
    assert watched() is not None
    del address
    gc.collect()
    assert watched() is None


SHARED = np.zeros((4, 3))
STRIDES = [
    (SHARED, 2, None),
    (SHARED, 3, None),
    (SHARED[::2], 2, [6, 1]),
    (SHARED[::-1].T, 3, [0, 1, -3]),
    (np.zeros((8, 6))[::4, ::3], 2, [24, 3]),
    (np.array(70.0), 1, None),
]


@pytest.mark.parametrize(("array", "axes", "expected"), STRIDES)
def test_strides_are_counted_in_elements_and_left_out_where_they_say_nothing(array, axes, expected):
    for _ in range(2):  # the second time they come from the cache
        same, address, strides = _arrays.as_input("array", array, axes)
        written = _arrays.as_output("array", array, array.shape, axes)
        assert same is array
        assert (strides and list(strides)) == (written[1] and list(written[1])) == expected
        assert ctypes.addressof(address) == ctypes.addressof(written[0]) == array.__array_interface__["data"][0]


def test_an_array_that_is_repeated_has_stride_0():
    assert list(_arrays.element_strides(SHARED, missing_axes=1)) == [0, 3, 1]
    assert list(_arrays.element_strides(np.array(70.0), missing_axes=1)) == [0]
    assert list(_arrays.element_strides(np.zeros(4, dtype=np.float32)[::2])) == [2]


def test_the_type_of_an_element_is_the_function_s_choice():
    single = np.dtype(np.float32)
    array = np.zeros(3, dtype=single)
    assert _arrays.as_input("phases", array, 1, single)[0] is array
    assert _arrays.as_output("phases", array, (3,), 1, single)[1] is None
    assert _arrays.new_output((3,), single)[0].dtype is single
    with pytest.raises(TypeError, match=r"phases: dtype is float64, .*float32; pass phases.astype\(numpy.float32\)"):
        _arrays.as_input("phases", np.zeros(3), 1, single)
    with pytest.raises(TypeError, match="phases: .*float64"):
        _arrays.as_output("phases", np.zeros(3), (3,), 1, single)


def test_the_defaults_of_the_keywords_are_the_library_s():
    struct = _abi.ExcitonOptions()
    assert _library.library.hl_exciton_options_init(ctypes.byref(struct), ctypes.sizeof(struct)) == 0
    for function in (hotloop.exciton.sticks, hotloop.exciton.broaden, hotloop.exciton.spectrum):
        for name, value in function.__kwdefaults__.items():
            if name in ExcitonOptions.keywords:
                default, check = ExcitonOptions.keywords[name]
                assert value == default and check(name, value) == getattr(struct, name), name
            elif name == "fwhm":
                assert value == struct.fwhm


def test_options_at_their_defaults_are_no_struct_and_one_that_differs_changes_its_field_only():
    defaults = {name: default for name, (default, _) in ExcitonOptions.keywords.items()}
    options = ExcitonOptions()
    options.set(**defaults)
    options.set_widths(70.0, None, None, 3, ("exciton",))
    assert options.argument() is None
    options.set(**{**defaults, "cutoff": 4.0})
    assert options.argument() is not None
    for name, _ in _abi.ExcitonOptions._fields_:
        if name == "cutoff":
            assert options.struct.cutoff == 4.0
        elif name == "sample":
            # Pointers are equal to themselves only.
            assert not options.struct.sample and not ExcitonOptions.defaults.sample
        elif name != "progress":
            assert getattr(options.struct, name) == getattr(ExcitonOptions.defaults, name), name


# Each equals the default, and is of the wrong type.
WRONG_TYPES = [
    ("energy_offset", False),
    ("lorentzian_fwhm", False),
    ("frequency_prefactor", 0),
    ("normalize_dipoles", 0.0),
    ("cutoff", np.array([3.0, 3.0])),
    ("cutoff", 3.0 + 0.0j),
    ("fwhm", 70.0 + 0.0j),
]


@pytest.mark.parametrize(("name", "value"), WRONG_TYPES, ids=repr)
def test_a_value_that_equals_the_default_must_still_be_of_its_type(name, value):
    with pytest.raises(TypeError, match=f"{name}: "):
        hotloop.exciton.spectrum(*random_system(2, 3), GRID, **{name: value})


def test_numbers_of_other_types_are_as_good():
    system = random_system(2, 3)
    expected = hotloop.exciton.spectrum(*system, GRID, fwhm=80.0, cutoff=3.0)
    for number in (int, np.float64, np.float32, np.int64):
        found = hotloop.exciton.spectrum(*system, GRID, fwhm=number(80), cutoff=number(3), energy_offset=number(0))
        assert all(map(np.array_equal, found, expected))


def test_shapes_that_did_not_fit_do_not_fit_later_either():
    hamiltonians, dipoles, positions = random_system(2, 3)
    for _ in range(2):
        with pytest.raises(hotloop.ShapeError, match="positions: "):
            hotloop.exciton.sticks(hamiltonians, dipoles, positions[:, :2])
        assert hotloop.exciton.sticks(hamiltonians, dipoles, positions).energies.shape == (2, 3)
