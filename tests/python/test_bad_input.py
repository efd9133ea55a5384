"""What the caller gets wrong: the right exception, a message that names the argument, and untouched outputs.

A row is (name, what is changed in a good call, exception, what the message must say). Every row runs with outputs of
the caller that hold a mark, and with inputs that are compared with a copy afterwards.
"""

import hotloop
import numpy as np
import pytest
from hotloop import _errors
from numpy.lib.stride_tricks import as_strided
from systems import random_system

N_CONF, N_SITE, N_GRID = 4, 5, 60
MARK = -12345.0
NAN, INF = float("nan"), float("inf")


def system():
    return random_system(N_CONF, N_SITE, seed=99)


def grid():
    return np.linspace(11900.0, 12900.0, N_GRID)


def changed(array, index, value):
    array = array.copy()
    array[index] = value
    return array


def big_endian(array):
    return array.astype(">f8")


def read_only(array):
    array.flags.writeable = False
    return array


def misaligned(array):
    """The same numbers at an address that is no multiple of 8."""
    raw = np.zeros(array.nbytes + 8, dtype=np.uint8)
    offset = (4 - raw.ctypes.data) % 8
    view = raw[offset : offset + array.nbytes].view(np.float64).reshape(array.shape)
    view[...] = array
    return view


def packed_record(array):
    """The same numbers as a field of records of 12 bytes."""
    records = np.zeros(array.shape, dtype=np.dtype([("value", "<f8"), ("tag", "<i4")]))
    records["value"] = array
    return records["value"]


class Subclass(np.ndarray):
    pass


def marked(shape):
    return np.full(shape, MARK)


def marked_energies():
    return {"energies": marked((N_CONF, N_SITE))}


HAMILTONIANS, DIPOLES, POSITIONS = system()
GRID = grid()
SHARED_WITH_INPUT = np.concatenate([HAMILTONIANS.reshape(-1), np.zeros(N_GRID)])

# Changes to a good call of exciton.spectrum.
SPECTRUM = [
    ("float32 hamiltonians", dict(hamiltonians=HAMILTONIANS.astype(np.float32)), TypeError, "hamiltonians: .*float32.*astype"),
    ("integer hamiltonians", dict(hamiltonians=HAMILTONIANS.astype(int)), TypeError, "hamiltonians: .*int64"),
    ("complex hamiltonians", dict(hamiltonians=HAMILTONIANS.astype(complex)), TypeError, r"hamiltonians: .*complex128.*pass hamiltonians\.real if"),
    ("single complex dipoles", dict(dipoles=DIPOLES.astype(np.complex64)), TypeError, r"dipoles: .*pass dipoles\.real\.astype\(numpy\.float64\) if"),
    ("a width in quotes", dict(fwhm="70"), TypeError, r"fwhm: expected a number .* got the string '70'; pass float\(fwhm\)"),
    ("object hamiltonians", dict(hamiltonians=HAMILTONIANS.astype(object)), TypeError, "hamiltonians: .*object"),
    ("big-endian hamiltonians", dict(hamiltonians=big_endian(HAMILTONIANS)), TypeError, "hamiltonians: .*byte order"),
    ("list hamiltonians", dict(hamiltonians=HAMILTONIANS.tolist()), TypeError, "hamiltonians: .*list.*numpy.asarray"),
    ("no hamiltonians", dict(hamiltonians=None), TypeError, "hamiltonians: is None, but this call needs it"),
    ("masked hamiltonians", dict(hamiltonians=np.ma.masked_array(HAMILTONIANS)), TypeError, "hamiltonians: .*mask"),
    ("subclass hamiltonians", dict(hamiltonians=HAMILTONIANS.view(Subclass)), TypeError, "hamiltonians: .*Subclass"),
    ("record-array dipoles", dict(dipoles=DIPOLES.view(np.recarray)), TypeError, "dipoles: .*recarray"),
    ("misaligned hamiltonians", dict(hamiltonians=misaligned(HAMILTONIANS)), hotloop.AlignmentError, "hamiltonians: .*copy"),
    ("packed-record hamiltonians", dict(hamiltonians=packed_record(HAMILTONIANS)), hotloop.StrideError, "hamiltonians: axis 0 steps by 300 bytes"),
    ("packed-record grid", dict(grid=packed_record(GRID)), hotloop.StrideError, "grid: .*12 bytes"),
    ("flat hamiltonians", dict(hamiltonians=HAMILTONIANS.reshape(-1)), hotloop.ShapeError, "hamiltonians: shape"),
    ("oblong hamiltonians", dict(hamiltonians=HAMILTONIANS[:, :4]), hotloop.ShapeError, "hamiltonians: shape"),
    ("four-axis hamiltonians", dict(hamiltonians=HAMILTONIANS[None]), hotloop.ShapeError, "hamiltonians: shape"),
    ("no configurations", dict(hamiltonians=HAMILTONIANS[:0], dipoles=DIPOLES[:0], positions=POSITIONS[:0]), hotloop.ShapeError, "n_conf"),
    ("transposed dipoles", dict(dipoles=DIPOLES.transpose(0, 2, 1)), hotloop.ShapeError, "dipoles: shape"),
    ("dipoles of fewer configurations", dict(dipoles=DIPOLES[:3]), hotloop.ShapeError, "dipoles: shape"),
    ("dipoles of fewer sites", dict(dipoles=DIPOLES[:, :4]), hotloop.ShapeError, "dipoles: shape"),
    ("two-component positions", dict(positions=POSITIONS[..., :2]), hotloop.ShapeError, "positions: shape"),
    ("batched dipoles of one hamiltonian", dict(hamiltonians=HAMILTONIANS[0]), hotloop.ShapeError, "dipoles: shape"),
    ("float32 positions", dict(positions=POSITIONS.astype(np.float32)), TypeError, "positions: .*float32"),
    ("cd without positions", dict(positions=None), hotloop.ArgumentError, "positions: "),
    ("NaN in a hamiltonian", dict(hamiltonians=changed(HAMILTONIANS, (2, 3, 1), NAN)), hotloop.NonFiniteError, r"hamiltonians: .*configuration 2"),
    ("infinity in a hamiltonian", dict(hamiltonians=changed(HAMILTONIANS, (1, 0, 0), INF)), hotloop.NonFiniteError, "hamiltonians: .*configuration 1"),
    ("NaN in a dipole", dict(dipoles=changed(DIPOLES, (3, 2, 1), NAN)), hotloop.NonFiniteError, "dipoles: "),
    ("infinity in a position", dict(positions=changed(POSITIONS, (0, 4, 2), -INF)), hotloop.NonFiniteError, "positions: "),
    ("asymmetric hamiltonian", dict(hamiltonians=changed(HAMILTONIANS, (3, 0, 2), 77.0)), hotloop.ArgumentError, "hamiltonians: .*configuration 3"),
    ("site energy below zero", dict(hamiltonians=HAMILTONIANS - 12400.0 * np.eye(N_SITE)), hotloop.ArgumentError, "hamiltonians: .*energy_offset"),
    ("flat list grid", dict(grid=GRID.tolist()), TypeError, "grid: .*list"),
    ("two-axis grid", dict(grid=GRID.reshape(2, -1)), hotloop.ShapeError, "grid: shape"),
    ("descending grid", dict(grid=GRID[::-1]), hotloop.ArgumentError, "grid: .*ascending"),
    ("grid with a repeated point", dict(grid=changed(GRID, 7, GRID[6])), hotloop.ArgumentError, "grid: "),
    ("NaN in the grid", dict(grid=changed(GRID, 9, NAN)), hotloop.NonFiniteError, "grid: "),
    ("weights of another length", dict(weights=np.ones(N_CONF + 1)), hotloop.ShapeError, "weights: shape"),
    ("negative weight", dict(weights=np.array([1.0, -1.0, 1.0, 1.0])), hotloop.ArgumentError, "weights: "),
    ("weights of sum zero", dict(weights=np.zeros(N_CONF)), hotloop.ArgumentError, "weights: "),
    ("NaN weight", dict(weights=np.array([1.0, NAN, 1.0, 1.0])), hotloop.NonFiniteError, "weights: "),
    ("integer weights", dict(weights=np.ones(N_CONF, dtype=int)), TypeError, "weights: .*int64"),
    ("zero width", dict(fwhm=0.0), hotloop.ArgumentError, "fwhm"),
    ("negative width", dict(fwhm=-70.0), hotloop.ArgumentError, "fwhm"),
    ("NaN width", dict(fwhm=NAN), hotloop.ArgumentError, "fwhm"),
    ("infinite width", dict(fwhm=INF), hotloop.ArgumentError, "fwhm"),
    ("zero width for CD", dict(fwhm_cd=0.0), hotloop.OptionError, "fwhm_cd: "),
    ("negative width for CD", dict(fwhm_cd=-1.0), hotloop.ArgumentError, "fwhm_cd"),
    ("width as text", dict(fwhm="70"), TypeError, "fwhm: .*str"),
    ("width as True", dict(fwhm=True), TypeError, "fwhm: .*bool"),
    ("no width", dict(fwhm=None), TypeError, "fwhm: .*None"),
    ("widths as a list", dict(fwhm=[70.0] * N_SITE, fwhm_by="exciton"), TypeError, "fwhm: .*list"),
    ("widths without fwhm_by", dict(fwhm=np.full(N_SITE, 70.0)), hotloop.OptionError, "fwhm: .*fwhm_by"),
    ("widths with fwhm_by common", dict(fwhm=np.full(N_SITE, 70.0), fwhm_by="common"), hotloop.OptionError, "fwhm: .*common"),
    ("widths of another length", dict(fwhm=np.full(N_SITE - 1, 70.0), fwhm_by="site"), hotloop.ShapeError, "fwhm: shape"),
    ("one width of zero", dict(fwhm=changed(np.full(N_SITE, 70.0), 2, 0.0), fwhm_by="exciton"), hotloop.ArgumentError, r"fwhm\[2\]: "),
    ("one CD width of NaN", dict(fwhm_cd=changed(np.full(N_SITE, 70.0), 2, NAN), fwhm_by="site"), hotloop.ArgumentError, r"fwhm_cd\[2\]: "),
    ("unknown fwhm_by", dict(fwhm_by="pigment"), hotloop.OptionError, "fwhm_by: 'pigment'.*'exciton'"),
    ("negative cutoff", dict(cutoff=-3.0), hotloop.ArgumentError, "cutoff"),
    ("NaN cutoff", dict(cutoff=NAN), hotloop.ArgumentError, "cutoff"),
    ("gridded broadening with a short cutoff", dict(cutoff=0.5, broadening="gridded"), hotloop.ArgumentError, "broadening"),
    ("unknown line shape", dict(lineshape="gauss"), hotloop.OptionError, "lineshape: 'gauss'.*'gaussian'"),
    ("line shape as a number", dict(lineshape=0), TypeError, "lineshape: .*int"),
    ("Voigt without its Lorentzian", dict(lineshape="voigt"), hotloop.ArgumentError, "lorentzian_fwhm"),
    ("negative Lorentzian", dict(lineshape="voigt", lorentzian_fwhm=-1.0), hotloop.ArgumentError, "lorentzian_fwhm"),
    ("Lorentzian of a Gaussian", dict(lorentzian_fwhm=3.0), hotloop.OptionError, "lorentzian_fwhm: .*'voigt'"),
    ("unknown normalisation", dict(normalization="max"), hotloop.OptionError, "normalization: 'max'"),
    ("unknown CD scale", dict(cd_scale="g"), hotloop.OptionError, "cd_scale: 'g'"),
    ("unknown broadening", dict(broadening="fft"), hotloop.OptionError, "broadening: 'fft'"),
    ("prefactor as a number", dict(frequency_prefactor=1), TypeError, "frequency_prefactor: "),
    ("normalising as text", dict(normalize_dipoles="yes"), TypeError, "normalize_dipoles: "),
    ("NaN offset", dict(energy_offset=NAN), hotloop.ArgumentError, "energy_offset"),
    ("infinite offset", dict(energy_offset=INF), hotloop.ArgumentError, "energy_offset"),
    ("deleted index out of range", dict(deleted=[N_SITE]), hotloop.OptionError, "deleted: index 5 is out of range"),
    ("negative deleted index", dict(deleted=[-1]), hotloop.OptionError, "deleted: index -1"),
    ("mask of integers", dict(deleted=np.array([0, 1, 0, 0, 0])), hotloop.OptionError, "deleted: .*dtype must be bool"),
    ("mask of another length", dict(deleted=np.zeros(N_SITE + 1, dtype=bool)), hotloop.ShapeError, "deleted: shape"),
    ("deleted as floats", dict(deleted=[1.0]), TypeError, "deleted: .*float64"),
    ("deleted as text", dict(deleted="all"), TypeError, "deleted: "),
    ("progress as a number", dict(progress=7), TypeError, "progress: .*int"),
    ("out as an array", dict(out=np.zeros((2, N_GRID))), TypeError, "out: .*ndarray"),
    ("out with three entries", dict(out=(marked(N_GRID), marked(N_GRID), marked(N_GRID))), hotloop.ArgumentError, "out: .*2 entries"),
    ("out with an unknown name", dict(out={"cd": marked(N_GRID), "ld": marked(N_GRID)}), hotloop.ArgumentError, "out: 'ld'"),
    ("out as a list", dict(out=(marked(N_GRID), marked(N_GRID).tolist())), TypeError, "out: cd: .*list"),
    ("out of another shape", dict(out=(marked(N_GRID), marked(N_GRID - 1))), hotloop.ShapeError, "out: cd: shape"),
    ("out of float32", dict(out=(marked(N_GRID).astype(np.float32), None)), TypeError, "out: absorption: .*float32"),
    ("out of another byte order", dict(out=(big_endian(marked(N_GRID)), None)), TypeError, "out: absorption: .*byte order"),
    ("read-only out", dict(out=(marked(N_GRID), read_only(marked(N_GRID)))), hotloop.ArgumentError, "out: cd: .*read-only"),
    ("misaligned out", dict(out=(misaligned(marked(N_GRID)), None)), hotloop.AlignmentError, "out: absorption: "),
    ("packed-record out", dict(out=(packed_record(marked(N_GRID)), None)), hotloop.StrideError, "out: absorption: .*12 bytes"),
    ("masked out", dict(out=(np.ma.masked_array(marked(N_GRID)), None)), TypeError, "out: absorption: .*Masked"),
]  # fmt: skip


def overlapping_outputs():
    buffer = marked(N_GRID + 10)
    return dict(out=(buffer[:N_GRID], buffer[10:]))


def the_same_array_twice():
    buffer = marked(N_GRID)
    return dict(out=(buffer, buffer))


def an_output_inside_the_hamiltonians():
    return dict(
        hamiltonians=SHARED_WITH_INPUT[: HAMILTONIANS.size].reshape(HAMILTONIANS.shape),
        out=(SHARED_WITH_INPUT[40 : 40 + N_GRID], None),
    )


def an_output_that_is_the_grid():
    points = grid()
    return dict(grid=points, out=(points, None))


def an_output_with_stride_zero():
    return dict(out=(as_strided(marked(1), (N_GRID,), (0,)), None))


def an_output_that_meets_an_input_in_one_element():
    buffer = np.linspace(11900.0, 12900.0, 2 * N_GRID)
    return dict(grid=buffer[:N_GRID], out=(buffer[N_GRID - 1 : 2 * N_GRID - 1], None))


ALIASED = [
    (overlapping_outputs, hotloop.AliasError, "cd: "),
    (the_same_array_twice, hotloop.AliasError, "cd: "),
    (an_output_inside_the_hamiltonians, hotloop.AliasError, "absorption: .*hamiltonians"),
    (an_output_that_is_the_grid, hotloop.AliasError, "absorption: .*grid"),
    (an_output_that_meets_an_input_in_one_element, hotloop.AliasError, "absorption: .*grid"),
    (an_output_with_stride_zero, hotloop.StrideError, "absorption: "),
]


def good_spectrum_call():
    hamiltonians, dipoles, positions = system()
    return dict(
        hamiltonians=hamiltonians,
        dipoles=dipoles,
        positions=positions,
        grid=grid(),
        out=(marked(N_GRID), marked(N_GRID)),
    )


def arrays_in(value):
    """Every array in the arguments of a call."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from arrays_in(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from arrays_in(item)


def assert_refused(function, arguments, exception, message):
    before = [np.array(array, copy=True, subok=True) for array in arrays_in(arguments)]
    with pytest.raises(exception, match=message) as caught:
        function(**arguments)
    assert type(caught.value) is exception or exception is hotloop.ArgumentError
    assert not str(caught.value).startswith("hl_")
    for array, copy in zip(arrays_in(arguments), before):
        assert array.tobytes() == copy.tobytes(), "an array was changed"


@pytest.mark.parametrize(
    ("change", "exception", "message"), [row[1:] for row in SPECTRUM], ids=[row[0] for row in SPECTRUM]
)
def test_spectrum_refuses(change, exception, message):
    arguments = {**good_spectrum_call(), **change}
    assert_refused(hotloop.exciton.spectrum, arguments, exception, message)


@pytest.mark.parametrize(("change", "exception", "message"), ALIASED, ids=lambda item: getattr(item, "__name__", None))
def test_spectrum_refuses_memory_used_twice(change, exception, message):
    arguments = {**good_spectrum_call(), **change()}
    assert_refused(hotloop.exciton.spectrum, arguments, exception, message)


STICKS = [
    ("eigenvectors as a number", dict(eigenvectors=1), TypeError, "eigenvectors: "),
    ("rotational strengths without positions", dict(positions=None, out={"rotational_strengths": marked((4, 5))}), hotloop.ArgumentError, "positions: "),
    ("energies of another shape", dict(out={"energies": marked((N_CONF, N_SITE - 1))}), hotloop.ShapeError, "out: energies: shape"),
    ("transposed exciton dipoles", dict(out={"exciton_dipoles": marked((N_CONF, 3, N_SITE))}), hotloop.ShapeError, "out: exciton_dipoles: shape"),
    ("read-only eigenvectors", dict(out={"eigenvectors": read_only(marked((N_CONF, N_SITE, N_SITE)))}), hotloop.ArgumentError, "out: eigenvectors: "),
    ("broadcast energies", dict(out={"energies": as_strided(marked(N_SITE), (N_CONF, N_SITE), (0, 8))}), hotloop.StrideError, "energies: "),
    ("unknown out", dict(out={"energy": marked((N_CONF, N_SITE))}), hotloop.ArgumentError, "out: 'energy'"),
    ("a tuple of two", dict(out=(marked((N_CONF, N_SITE)), None)), hotloop.ArgumentError, "out: .*5 entries"),
    ("NaN in a hamiltonian", dict(hamiltonians=changed(HAMILTONIANS, (2, 3, 1), NAN), out=marked_energies()), hotloop.NonFiniteError, "hamiltonians: .*configuration 2"),
    ("asymmetric hamiltonian", dict(hamiltonians=changed(HAMILTONIANS, (3, 0, 2), 77.0), out=marked_energies()), hotloop.ArgumentError, "hamiltonians: .*configuration 3"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "exception", "message"), [row[1:] for row in STICKS], ids=[row[0] for row in STICKS]
)
def test_sticks_refuses(change, exception, message):
    hamiltonians, dipoles, positions = system()
    arguments = {"hamiltonians": hamiltonians, "dipoles": dipoles, "positions": positions, **change}
    assert_refused(hotloop.exciton.sticks, arguments, exception, message)


ENERGIES = 12400.0 + np.arange(N_CONF * N_SITE, dtype=float).reshape(N_CONF, N_SITE)
STRENGTHS = np.ones((N_CONF, N_SITE))
BROADEN = [
    ("strengths of another shape", dict(dipole_strengths=STRENGTHS[:, :4]), hotloop.ShapeError, "dipole_strengths: shape"),
    ("three-axis energies", dict(energies=ENERGIES[None]), hotloop.ShapeError, "energies: shape"),
    ("list energies", dict(energies=ENERGIES.tolist()), TypeError, "energies: .*list"),
    ("NaN energy", dict(energies=changed(ENERGIES, (1, 2), NAN)), hotloop.NonFiniteError, "energies: "),
    ("infinite strength", dict(rotational_strengths=changed(STRENGTHS, (1, 2), INF)), hotloop.NonFiniteError, "rotational_strengths: "),
    ("widths per site", dict(fwhm=np.full(N_SITE, 70.0), fwhm_by="site"), hotloop.OptionError, "fwhm_by: 'site'"),
    ("absorption without dipole strengths", dict(dipole_strengths=None), hotloop.ArgumentError, "dipole_strengths: "),
    ("cd without rotational strengths", dict(rotational_strengths=None), hotloop.ArgumentError, "rotational_strengths: "),
    ("descending grid", dict(grid=GRID[::-1]), hotloop.ArgumentError, "grid: "),
    ("zero width", dict(fwhm=0.0), hotloop.ArgumentError, "fwhm"),
    ("no configurations", dict(energies=ENERGIES[:0], dipole_strengths=STRENGTHS[:0], rotational_strengths=STRENGTHS[:0]), hotloop.ShapeError, "n_conf"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "exception", "message"), [row[1:] for row in BROADEN], ids=[row[0] for row in BROADEN]
)
def test_broaden_refuses(change, exception, message):
    arguments = {
        "energies": ENERGIES, "dipole_strengths": STRENGTHS, "rotational_strengths": STRENGTHS, "grid": GRID,
        "out": (marked(N_GRID), marked(N_GRID)), **change,
    }  # fmt: skip
    assert_refused(hotloop.exciton.broaden, arguments, exception, message)


THREADS = [
    (10**6, hotloop.ArgumentError),
    (-1, hotloop.ArgumentError),
    (2**40, hotloop.ArgumentError),
    (2.0, TypeError),
    ("2", TypeError),
    (None, TypeError),
]


@pytest.mark.parametrize(("n", "exception"), THREADS, ids=lambda item: str(item))
@pytest.mark.parametrize("function", [hotloop.set_num_threads, hotloop.threads])
def test_a_number_of_threads_is_refused_and_nothing_changes(function, n, exception):
    before = hotloop.get_num_threads()
    with pytest.raises(exception, match="n: "):
        function(n)
    assert hotloop.get_num_threads() == before


def test_an_error_is_both_hotloop_s_and_a_built_in_one():
    with pytest.raises(ValueError) as caught:
        hotloop.exciton.spectrum(**{**good_spectrum_call(), "hamiltonians": changed(HAMILTONIANS, (2, 3, 1), NAN)})
    assert isinstance(caught.value, hotloop.HotloopError) and caught.value.status == 7


def test_a_failed_call_does_not_spoil_the_next():
    arguments = good_spectrum_call()
    expected = hotloop.exciton.spectrum(**{**arguments, "out": None})
    with pytest.raises(ValueError):
        hotloop.exciton.spectrum(**{**arguments, "fwhm": -1.0})
    assert all(map(np.array_equal, hotloop.exciton.spectrum(**arguments), expected))


def test_an_output_of_another_type_is_to_be_made_anew():
    out = (np.empty(N_GRID, np.float32), None)
    with pytest.raises(TypeError, match=r"out: absorption: dtype is float32, .*make it with numpy.empty\(\(60,\), dtype=numpy.float64\) to write into"):
        hotloop.exciton.spectrum(*system(), GRID, out=out)
    with pytest.raises(TypeError, match="out: absorption: the byte order .*make it with numpy.empty"):
        hotloop.exciton.spectrum(*system(), GRID, out=(np.empty(N_GRID, ">f8"), None))


def test_arrays_without_axes_are_numbers():
    for options in ({"fwhm": 80.0}, {"fwhm": 80.0, "fwhm_cd": 120.0}, {"cutoff": 2.0}):
        arrays = {name: np.array(value) for name, value in options.items()}
        for found, expected in zip(hotloop.exciton.spectrum(*system(), GRID, **arrays), hotloop.exciton.spectrum(*system(), GRID, **options)):
            np.testing.assert_array_equal(found, expected)


def test_what_is_raised_is_exported():
    with pytest.raises(hotloop.MissingArrayError, match="positions: "):
        hotloop.exciton.spectrum(HAMILTONIANS, DIPOLES, None, GRID, out=(None, np.empty(N_GRID)))


@pytest.mark.parametrize(
    "said, meant",
    [
        ("hl_exciton_fit: lineshape: only Gaussian lines; set lineshape = HL_LINESHAPE_GAUSSIAN", "only Gaussian lines; pass lineshape='gaussian'"),
        ("hl_exciton_fit: fwhm_by: widths of sites; set fwhm_by = HL_FWHM_COMMON", "pass fwhm_by='common'"),
        ("hl_exciton_broaden: fwhm_by: widths by site; use hl_exciton_spectrum", "use exciton.spectrum"),
        ("hl_exciton_fit: variant_weights: element 0 is NaN", "variants: weights: element 0 is NaN"),
        ("hl_fmm_evaluate: plan: hl_fmm_set_points is changing it", "plan: Plan.set_points is changing it"),
        ("hl_kuramoto_rhs: theta: is NaN; repair it, or set nonfinite = HL_NONFINITE_PROPAGATE", "or pass nonfinite='propagate'"),
        ("hl_anisoap_expansion: pair_vectors: given beside pair_shifts; pass one and NULL", "pairs.vectors: given beside pairs.shifts; pass one and None"),
    ],
)
def test_messages_of_the_library_name_what_python_has(said, meant):
    found = _errors._in_python_words(said)
    assert meant in found and "HL_" not in found and "hl_" not in found


def test_codes_cannot_be_complex():
    with pytest.raises(TypeError, match=r"codes\.real\.astype\(numpy\.int64\) if"):
        hotloop.fmm.morton.parents(np.zeros(3, complex))
