"""Direct sums against reference data and a sum of NumPy's, and what is refused."""

import hotloop
import numpy as np
import pytest
from paths import FMM_DATA

NAMES = sorted(path.stem for path in FMM_DATA.glob("*.npz"))


def load(name):
    with np.load(FMM_DATA / f"{name}.npz") as data:
        return {key: data[key] for key in data}


def summed(sources, charges, targets, screening=0.0):
    """Potentials, gradients and sums of the terms' magnitudes; differences in double precision, one target after another."""
    sources, charges, targets = (np.asarray(a, np.float64) for a in (sources, charges, targets))
    potentials, gradients, magnitudes = np.zeros(len(targets)), np.zeros((len(targets), 3)), np.zeros((len(targets), 2))
    for i, x in enumerate(targets):
        d = x - sources
        r = np.sqrt((d * d).sum(1))
        seen = r > 0.0
        d, r, q = d[seen], r[seen], charges[seen]
        term = q * np.exp(-screening * r) / (4.0 * np.pi * r)
        slope = -term * (1.0 + screening * r) / r**2
        potentials[i] = np.sum(term)
        gradients[i] = np.sum(slope[:, None] * d, axis=0)
        magnitudes[i] = np.abs(term).sum(), np.abs(slope * r).sum()
    return potentials, gradients, magnitudes


def check(found, expected, tolerance):
    potentials, gradients, magnitudes = expected
    # The exponential is 0 below exp(-708).
    lost = len(magnitudes) * 1e3 * np.exp(-708.0)
    assert np.all(np.abs(found[0] - potentials) <= tolerance * magnitudes[:, 0] + lost)
    assert np.all(np.abs(found[1] - gradients) <= tolerance * magnitudes[:, 1:] + 1e6 * lost)


@pytest.mark.parametrize("name", NAMES)
def test_sums_are_those_of_the_reference_data(name):
    data = load(name)
    potentials, gradients = hotloop.fmm.direct(data["sources"], data["charges"], data["targets"], gradient=True)
    for found, key in ((potentials, "potential"), (gradients, "gradient")):
        # A term errs by 1e-12 at most; what charges of both signs leave of a sum is a tenth of its terms here.
        assert np.linalg.norm(found - data[key]) <= 1e-11 * np.linalg.norm(data[key])


@pytest.mark.parametrize("name", NAMES)
def test_single_precision_is_that_of_the_rounded_points(name):
    data = load(name)
    sources, charges, targets = (data[key].astype(np.float32) for key in ("sources", "charges", "targets"))
    sources, charges, targets = sources[:1500], charges[:1500], targets[:300]
    found = hotloop.fmm.direct(sources, charges, targets, gradient=True)
    assert found[0].dtype == found[1].dtype == np.float32
    check(found, summed(sources, charges, targets), 1e-6)


@pytest.mark.parametrize("screening", [0.0, 0.3, 5.0, 1e4])
def test_yukawa_s_kernel(screening):
    rng = np.random.default_rng(1)
    sources, targets, charges = rng.random((700, 3)), rng.random((50, 3)), rng.uniform(-1.0, 1.0, 700)
    found = hotloop.fmm.direct(sources, charges, targets, kernel="yukawa", screening=screening, gradient=True)
    # The distance errs by 1e-12, so the exponent by that times the largest exponent that is not lost: 700.
    check(found, summed(sources, charges, targets, screening), 1e-12 * (1.0 + min(2.0 * screening, 700.0)))


def test_many_sources_in_single_precision():
    rng = np.random.default_rng(2)
    sources, targets = rng.random((200_000, 3)).astype(np.float32), rng.random((5, 3)).astype(np.float32)
    charges = rng.random(200_000).astype(np.float32)
    check(hotloop.fmm.direct(sources, charges, targets, gradient=True), summed(sources, charges, targets), 5e-7)


def test_far_from_the_origin_and_in_any_unit():
    rng = np.random.default_rng(3)
    points, charges = rng.random((200, 3)), rng.uniform(-1.0, 1.0, 200)
    for factor, shift in ((1.0, 1e6), (1e-9, 0.0), (1e9, 0.0), (1e-30, 0.0), (1e100, 0.0), (1e-140, 0.0)):
        moved = points * factor + shift
        expected = summed((moved - shift) / factor, charges, (moved - shift) / factor)
        potentials, gradients = hotloop.fmm.direct(moved, charges, gradient=True)
        check((potentials * factor, gradients * factor * factor), expected, 2e-12)


def test_several_vectors_have_the_bits_of_each_alone():
    rng = np.random.default_rng(4)
    points, charges = rng.random((600, 3)), rng.uniform(-1.0, 1.0, (7, 600))
    charges[3] *= 1e200
    for gradient in (False, True):
        together = hotloop.fmm.direct(points, charges, gradient=gradient)
        for v in range(7):
            alone = hotloop.fmm.direct(points, charges[v], gradient=gradient)
            if gradient:
                assert np.array_equal(together[0][v], alone[0]) and np.array_equal(together[1][v], alone[1])
            else:
                assert np.array_equal(together[v], alone)


def test_a_dimension_of_0():
    none, points = np.zeros((0, 3)), np.ones((4, 3))
    potentials, gradients = hotloop.fmm.direct(none, np.zeros(0), points, gradient=True)
    assert not potentials.any() and not gradients.any() and gradients.shape == (4, 3)
    assert hotloop.fmm.direct(points, np.ones(4), none).shape == (0,)
    assert hotloop.fmm.direct(points, np.ones((0, 4)), gradient=True)[1].shape == (0, 4, 3)
    assert hotloop.fmm.direct(none, np.zeros(0)).shape == (0,)


def changed(array, index, value):
    array = array.copy()
    array[index] = value
    return array


POINTS, CHARGES = np.random.default_rng(5).random((9, 3)), np.ones(9)
BAD = [
    (dict(sources=changed(POINTS, (4, 1), np.nan)), hotloop.NonFiniteError, r"sources: element \[4, 1\] is NaN"),
    (dict(targets=changed(POINTS, (8, 2), -np.inf)), hotloop.NonFiniteError, r"targets: element \[8, 2\] is -inf"),
    (dict(charges=changed(CHARGES, 3, np.inf)), hotloop.NonFiniteError, r"charges: element \[0, 3\] is inf"),
    (dict(sources=POINTS.astype(np.int64)), TypeError, "sources: dtype is int64"),
    (dict(charges=CHARGES.astype(np.float32)), TypeError, "charges: dtype is float32"),
    (dict(targets=POINTS[:, :2]), ValueError, r"targets: shape is \(9, 2\)"),
    (dict(sources=POINTS[0]), ValueError, r"sources: shape is \(3,\)"),
    (dict(charges=CHARGES[:8]), ValueError, r"charges: shape is \(8,\)"),
    (dict(charges=np.ones((2, 2, 9))), ValueError, r"charges: shape is \(2, 2, 9\)"),
    (dict(kernel="coulomb"), hotloop.OptionError, "kernel: 'coulomb' is not one of 'laplace', 'yukawa'"),
    (dict(kernel=0), TypeError, "kernel: expected a string"),
    (dict(screening=1.0), hotloop.OptionError, "screening: is 1, but kernel is 'laplace'; pass kernel='yukawa'"),
    (dict(kernel="yukawa", screening=-1.0), hotloop.OptionError, "screening: is -1; it is at least 0"),
    (dict(kernel="yukawa", screening=np.inf), hotloop.OptionError, "screening: is inf"),
    (dict(kernel="yukawa"), hotloop.OptionError, 'screening: is not given, but kernel is "yukawa"'),
    (dict(kernel="yukawa", screening=np.nan), hotloop.OptionError, "screening: NaN"),
]


@pytest.mark.parametrize("change, kind, message", BAD, ids=[row[2] for row in BAD])
def test_bad_input_is_refused_and_nothing_is_written(change, kind, message):
    out = np.full(9, 7.0), np.full((9, 3), 7.0)
    with pytest.raises(kind, match=message):
        hotloop.fmm.direct(**{"sources": POINTS, "charges": CHARGES, "targets": POINTS.copy(), **change}, out=out)
    assert (out[0] == 7.0).all() and (out[1] == 7.0).all()


def test_outputs_of_their_own():
    with pytest.raises(hotloop.AliasError, match="potentials: shares memory with charges"):
        charges = CHARGES.copy()
        hotloop.fmm.direct(POINTS, charges, out=(charges, None))
    buffer = np.zeros((9, 4))
    hotloop.fmm.direct(POINTS, CHARGES, out=(buffer[:, 0], buffer[:, 1:]))
    potentials, gradients = hotloop.fmm.direct(POINTS, CHARGES, gradient=True)
    assert np.array_equal(buffer[:, 0], potentials) and np.array_equal(buffer[:, 1:], gradients)
    with pytest.raises(hotloop.HotloopError, match="potentials: is None, and so is gradients"):
        hotloop.fmm.direct(POINTS, CHARGES, out=(None, None))
    with pytest.raises(hotloop.ArgumentError, match="gradient: is True, but out has no array for gradients"):
        hotloop.fmm.direct(POINTS, CHARGES, gradient=True, out={"potentials": np.zeros(9)})


def test_no_screening_must_be_said():
    found = hotloop.fmm.direct(POINTS, CHARGES, kernel="yukawa", screening=0.0)
    np.testing.assert_allclose(found, hotloop.fmm.direct(POINTS, CHARGES), rtol=1e-12)


def test_progress_and_a_word_to_stop():
    rng = np.random.default_rng(6)
    points = rng.random((2000, 3))
    calls = []
    hotloop.fmm.direct(points, np.ones(2000), progress=lambda done, total: calls.append((done, total)))
    assert calls[0] == (0, 4) and calls[-1] == (4, 4)
    with pytest.raises(hotloop.Cancelled):
        hotloop.fmm.direct(points, np.ones(2000), progress=lambda done, total: True)
