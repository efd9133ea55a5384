"""Units against the definitions, and arrays of every kind."""

import hotloop
import numpy as np
import pytest

# One of the first unit in terms of the second, from the SI's exact constants or CODATA.
FACTORS = [
    ("eV", "cm-1", 8065.543937349212),
    ("THz", "cm-1", 33.35640951981521),
    ("hartree", "eV", 27.211386245981),
    ("e*a0", "debye", 2.541746473),
    ("debye", "C*m", 3.3356409519815204e-30),
    ("bohr", "angstrom", 0.529177210544),
    ("nm", "angstrom", 10.0),
    ("nm", "bohr", 18.897261259),
]


@pytest.mark.parametrize(("from_unit", "to_unit", "factor"), FACTORS)
def test_a_factor_is_right_in_both_directions(from_unit, to_unit, factor):
    assert hotloop.convert_units(1.0, from_unit, to_unit) == pytest.approx(factor, rel=1e-9)
    assert hotloop.convert_units(factor, to_unit, from_unit) == pytest.approx(1.0, rel=1e-9)


def test_wavelengths_are_reciprocal_wavenumbers():
    assert hotloop.convert_units(12500.0, "cm-1", "nm") == 800.0
    assert hotloop.convert_units(800.0, "nm", "cm-1") == 12500.0
    assert hotloop.convert_units(0.0, "cm-1", "nm") == np.inf


def test_a_number_gives_a_number_and_an_array_an_array():
    assert type(hotloop.convert_units(1, "eV", "cm-1")) is float
    found = hotloop.convert_units(np.array([[1.0, 2.0]]), "bohr", "angstrom")
    assert found.shape == (1, 2) and found[0, 1] == 2 * found[0, 0]


@pytest.mark.parametrize("view", [np.s_[:], np.s_[::-1], np.s_[::3], np.s_[1:1]], ids=str)
def test_views_are_converted_where_they_lie(view):
    values = np.linspace(11000.0, 13000.0, 31)
    out = np.zeros(62)[::2][view]
    found = hotloop.convert_units(values[view], "cm-1", "eV", out=out)
    assert found is out
    assert np.array_equal(out, hotloop.convert_units(values[view].copy(), "cm-1", "eV"))


def test_an_array_may_be_converted_in_place():
    values = np.linspace(11000.0, 13000.0, 30).reshape(5, 6)
    expected = hotloop.convert_units(values, "cm-1", "nm")
    assert hotloop.convert_units(values, "cm-1", "nm", out=values) is values
    assert np.array_equal(values, expected)


BAD = [
    (dict(values=[1.0]), TypeError, "values: "),
    (dict(values=np.ones(3, dtype=np.float32)), TypeError, "values: .*float32"),
    (dict(values=np.ones((4, 6))[:, :5]), hotloop.StrideError, "values: "),
    (dict(from_unit="furlong"), hotloop.OptionError, "from_unit: 'furlong'"),
    (dict(to_unit="debye"), hotloop.OptionError, "to_unit: "),
    (dict(to_unit=1), TypeError, "to_unit: "),
    (dict(out=np.zeros(4)), hotloop.ShapeError, "out: shape"),
    (dict(values=1.0, out=np.zeros(1)), TypeError, "out: "),
]


@pytest.mark.parametrize(("change", "exception", "message"), BAD)
def test_a_bad_call_is_refused(change, exception, message):
    arguments = {"values": np.ones(3), "from_unit": "cm-1", "to_unit": "nm", **change}
    with pytest.raises(exception, match=message):
        hotloop.convert_units(**arguments)


def test_an_output_that_overlaps_its_input_is_refused():
    buffer = np.ones(10)
    with pytest.raises(hotloop.AliasError, match="out: "):
        hotloop.convert_units(buffer[:9], "cm-1", "nm", out=buffer[1:])
    assert (buffer == 1.0).all()
