"""Kuramoto lattices against plain NumPy with the C library's sines, in a higher precision than hotloop's."""

import hotloop
import numpy as np
import pytest
from kuramoto_numpy import rk4, slopes
from systems import LAYOUTS, laid_out

SHAPES = [(1,), (2,), (37,), (1000,), (9, 14), (64, 70), (1, 20), (3, 1), (5, 6, 7), (2, 3, 40), (2, 520)]
DTYPES = [np.float64, np.float32]


def states(shape, rng):
    """Phases that try the sine in different ways."""
    checkerboard = np.pi * (np.indices(shape).sum(axis=0) % 2)
    return {
        "random": rng.uniform(0.0, 2.0 * np.pi, shape),
        "nearly synchronised": 1.0 + 1e-3 * rng.standard_normal(shape),
        "checkerboard": checkerboard,
        "large": dyadic(rng.uniform(-1e6, 1e6, shape)),
    }


def dyadic(phases):
    """Phases whose differences the higher precision holds exactly, so that NumPy's answer has no error to speak of."""
    return np.round(phases * 2.0**30) / 2.0**30


def tolerance(theta, model, dtype):
    """The largest error of a slope that the arithmetic allows, for |omega|, K <= 2.

    Each of up to 2 d neighbours adds a product of sines and cosines that are right to eps, two with the lag, and the sums
    round: 8 eps. The direct laws instead round the difference of two phases first.
    """
    eps = np.finfo(dtype).eps
    neighbours = 2 * theta.ndim
    each = 8.0
    if model["law"] != "sine":
        halos = [np.max(np.abs(face)) for pair in model["halo"].values() for face in pair]
        each += max([np.abs(theta).max(), *halos]) * 2.0
    return 2.0 * eps * (neighbours * each + 1.0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("law", ["sine", "direct-sine", "linear"])
@pytest.mark.parametrize("boundary", ["zero-flux", "periodic", "halo"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_slopes_are_those_of_libm_in_a_higher_precision(shape, boundary, law, dtype):
    rng = np.random.default_rng([*shape, len(boundary), len(law)])
    omega, coupling = rng.uniform(-2.0, 2.0, shape).astype(dtype), rng.uniform(0.0, 2.0, shape).astype(dtype)
    halo = {}
    if boundary == "halo":
        faces = [shape[:axis] + shape[axis + 1 :] for axis in range(len(shape))]
        halo = {axis: tuple(dyadic(rng.uniform(0, 6, face)).astype(dtype) for _ in "ba") for axis, face in enumerate(faces)}
    for name, theta in states(shape, rng).items():
        theta = theta.astype(dtype)
        for lag in (0.0, 0.75):
            model = {"boundary": boundary, "halo": halo, "law": law, "lag": lag}
            found = hotloop.kuramoto.rhs(theta, omega, coupling, **model)
            assert found.dtype == dtype
            error = np.abs(found - slopes(theta, omega, coupling, **model)).max()
            assert error <= tolerance(theta, model, dtype), (name, lag)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("boundary", ["zero-flux", "periodic"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_where_all_phases_are_equal_the_slopes_are_omega_exactly(shape, boundary, dtype):
    omega = np.random.default_rng(4).uniform(-1.0, 1.0, shape).astype(dtype)
    for phase in (0.0, 1.0, -3.0, 1e6):
        for law in ("direct-sine", "linear", "sine"):
            theta = np.full(shape, phase, dtype)
            found = hotloop.kuramoto.rhs(theta, omega, 2.0, boundary=boundary, law=law)
            if law == "sine":
                # cos S - sin C is one rounded product beside an unrounded one (fused): eps / 2 a neighbour, not 0.
                assert np.abs(found - omega).max() <= 2.0 * np.finfo(dtype).eps * len(shape) + np.finfo(dtype).eps
            else:
                assert np.array_equal(found, omega)


@pytest.mark.parametrize("n", [3, 40, 1001])
def test_the_direct_sine_keeps_small_differences(n):
    rng = np.random.default_rng(n)
    theta = 1e-9 * rng.standard_normal(n)
    exact = slopes(theta, 0.0, 1.0)
    # One rounded difference and one sine a neighbour, relative to the pulls before they are added.
    scale = np.abs(np.diff(theta, prepend=theta[0])) + np.abs(np.diff(theta, append=theta[-1]))
    direct = hotloop.kuramoto.rhs(theta, 0.0, 1.0, law="direct-sine")
    assert (np.abs(direct - exact) <= 4.0 * np.finfo(float).eps * scale).all()
    # The separable form is right to eps of 1.
    assert np.abs(hotloop.kuramoto.rhs(theta, 0.0, 1.0) - exact).max() <= 8.0 * np.finfo(float).eps


@pytest.mark.parametrize("boundary", ["zero-flux", "periodic", ("periodic", "halo")])
@pytest.mark.parametrize("dtype", DTYPES)
def test_rk4_is_the_classical_method(boundary, dtype):
    rng = np.random.default_rng(8)
    theta = rng.uniform(0.0, 6.0, (12, 40)).astype(dtype)
    model = {"omega": rng.uniform(0.0, 1.0, theta.shape).astype(dtype), "coupling": dtype(1.5), "boundary": boundary}
    if "halo" in boundary:
        model["halo"] = {1: (rng.uniform(0.0, 6.0, 12).astype(dtype), 0.5)}
    expected = rk4(theta.astype(np.longdouble), 0.05, 20, **model)
    hotloop.kuramoto.integrate(theta, **model, dt=0.05, steps=20, method="rk4")
    # 20 steps that each round phases of up to 30; errors grow by exp(K t |cos|) = e^(1.5 * 8) at the very most, in practice 10.
    assert np.abs(theta - expected).max() <= 20 * 10 * 32 * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES + [(3000,), (70, 2100)], ids=str)
def test_the_order_parameter_is_the_mean(shape, layout, dtype):
    theta = laid_out(np.random.default_rng(5).uniform(-1.0, 2.0, shape).astype(dtype), layout)
    mean = np.exp(1j * theta.astype(np.longdouble)).mean()
    r, psi = hotloop.kuramoto.order_parameter(theta)
    # Sines right to eps, added in vectors of some hundred terms at most.
    assert abs(r * np.exp(1j * psi) - mean) <= 32.0 * np.finfo(dtype).eps


def test_the_order_parameter_of_special_states():
    assert hotloop.kuramoto.order_parameter(np.zeros((4, 5))) == (1.0, 0.0)
    r, psi = hotloop.kuramoto.order_parameter(np.full(7, 1.25))
    assert r == pytest.approx(1.0, abs=4e-16) and psi == pytest.approx(1.25, abs=4e-16)
    assert hotloop.kuramoto.order_parameter(2.0 * np.pi * np.arange(64) / 64)[0] <= 1e-15
    assert all(np.isnan(hotloop.kuramoto.order_parameter(np.array([0.0, np.nan]))))
