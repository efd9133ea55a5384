"""Finite numbers so large, or so small, that what is made of them overflows: never NaN without a complaint. What is too large is named; what is
merely large gives finite results or the right infinities."""

import hotloop
import numpy as np
import pytest
import scipy.sparse
from hotloop import anisoap, exciton, fmm, kuramoto
from systems import random_system

HAMILTONIANS, DIPOLES, POSITIONS = random_system(3, 5)
GRID = np.linspace(11900.0, 12900.0, 201)
POINTS = np.sort(np.random.default_rng(3).uniform(11900.0, 12900.0, 40))
MEASURED = np.linspace(0.0, 1.0, 40)
PARAMETERS = [*exciton.site_energies(5), ("dipole-scale", 0), ("position", 2, "y"), ("fwhm", "both"), ("scale", "cd")]
VALUES = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 70.0, 1.0]


def changed(index, value):
    return [value if k == index else x for k, x in enumerate(VALUES)]


def misfit(hamiltonians=HAMILTONIANS, dipoles=DIPOLES, positions=POSITIONS, values=VALUES, measured=MEASURED, sigma=None, **model):
    spectrum = (POINTS, measured) if sigma is None else (POINTS, measured, np.full(40, sigma))
    return exciton.residual_gradient(hamiltonians, dipoles, positions, PARAMETERS, values, absorption=spectrum, cd=spectrum, **model)


def jacobian(hamiltonians=HAMILTONIANS, dipoles=DIPOLES, positions=POSITIONS, values=VALUES, **model):
    grids = dict(absorption_grid=POINTS, cd_grid=POINTS, ld_grid=POINTS, axis=(0, 0, 1))
    return exciton.jacobian(hamiltonians, dipoles, positions, PARAMETERS, values, **grids, **model)


def fit(measured=MEASURED, **model):
    return exciton.fit(HAMILTONIANS, DIPOLES, POSITIONS, PARAMETERS[:5], absorption=(POINTS, measured), max_iterations=0, **model)


def spectrum(dipoles=DIPOLES, positions=POSITIONS, **options):
    return exciton.spectrum(HAMILTONIANS, dipoles, positions, GRID, **options)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: misfit(dipoles=1e200 * DIPOLES), "dipoles: element"),
        (lambda: misfit(positions=1e300 * POSITIONS), "positions: element"),
        (lambda: misfit(sigma=1e-310), "absorption_sigma: element 0 is 1e-310"),
        (lambda: misfit(measured=1e200 * MEASURED), "misfit: is inf"),
        (lambda: misfit(dipoles=1e60 * DIPOLES, sigma=1e-145), "misfit: is inf"),
        (lambda: misfit(values=changed(0, 1e200)), "values: element 0 is 1e200"),
        (lambda: misfit(values=changed(5, 1e90)), "values: they take dipoles or positions"),
        (lambda: misfit(values=changed(6, 1e90)), "values: they take dipoles or positions"),
        (lambda: misfit(values=changed(7, 1e200)), "values: element 7 is 1e200"),
        (lambda: misfit(1e201 * HAMILTONIANS), "hamiltonians: configuration 0"),
        (lambda: misfit(variants=[exciton.Variant(1.0, energies=np.full(5, 1e250))]), "variants: energies: element"),
        (lambda: misfit(energy_offset=1e250), "energy_offset: is 1e250"),
        (lambda: jacobian(dipoles=1e200 * DIPOLES), "dipoles: element"),
        (lambda: jacobian(dipoles=1e74 * DIPOLES, values=changed(8, 1e100), variants=[exciton.Variant(1e100)]), "cd: point"),
        (lambda: fit(measured=1e200 * MEASURED), "values: the misfit or its derivatives overflow"),
        (lambda: spectrum(dipoles=1e200 * DIPOLES), "dipoles: element"),
        (lambda: spectrum(positions=1e200 * POSITIONS), "positions: element"),
        (lambda: exciton.linear_dichroism(HAMILTONIANS, 1e160 * DIPOLES, (0, 0, 1), GRID), "dipoles: element"),
        (lambda: exciton.broaden(np.full((1, 2), 12400.0), np.full((1, 2), 1e308), None, GRID), "absorption: point"),
        (lambda: exciton.sticks(HAMILTONIANS, DIPOLES, 1e308 * np.sign(POSITIONS)), "positions: element"),
        (lambda: exciton.disorder(HAMILTONIANS[0], 3, 1e308), "is 1e308"),
        (lambda: exciton.point_dipole_couplings(1e200 * DIPOLES, POSITIONS), "dipoles so large"),
        (lambda: kuramoto.rhs(np.zeros((4, 4)), 0.0, 1.0, lag=1e300), "lag: is 1e300"),
        (lambda: kuramoto.rhs(np.zeros((4, 4), np.float32), 0.0, 1.0, lag=2.0**21), "lag: is 2097152"),
        (lambda: network(1e200), r"weights: element \[\d+\] is"),
        (lambda: network(1e20, np.float32), r"weights: element \[\d+\] is"),
        (lambda: gradients(1e-80, 1e308), "the gradient of atom 0 overflows"),
    ],
)
def test_what_overflows_is_named(call, words):
    with pytest.raises((ValueError, ArithmeticError), match=words):
        call()


def network(weight, dtype=np.float64):
    phases = np.random.default_rng(0).uniform(0.0, 6.0, 50).astype(dtype)
    graph = scipy.sparse.random_array((50, 50), density=0.3, format="csr", rng=0, dtype=dtype)
    graph.data[:] = dtype(weight)
    return kuramoto.network_rhs(phases, 1.0, 1.0, graph)


def gradients(semiaxis, cotangent):
    descriptor = anisoap.Descriptor(4, "gto", 5.0, radial_gaussian_width=1.5, species=[1], max_radial=3)
    frame = dict(
        positions=4.0 * np.random.default_rng(0).random((6, 3)), species=np.ones(6, np.int32),
        semiaxes=semiaxis * np.tile([1.0, 2.0, 3.0], (6, 1)), quaternions=np.tile([1.0, 0.0, 0.0, 0.0], (6, 1)),
    )  # fmt: skip
    found = descriptor.gradients([frame], expansion=np.full((6, len(descriptor.feature_labels)), cotangent))
    return found.positions, found.strains, found.rotations, found.quaternions


@pytest.mark.parametrize(
    "call",
    [
        lambda: (misfit(dipoles=1e30 * DIPOLES).gradient,),
        lambda: (misfit(sigma=1e-140, measured=1e-150 * MEASURED, dipoles=1e-70 * DIPOLES).gradient,),
        lambda: jacobian(dipoles=1e70 * DIPOLES).absorption_jacobian,
        lambda: spectrum(dipoles=1e70 * DIPOLES),
        lambda: spectrum(weights=np.full(3, 5e307)),
        lambda: (exciton.sticks(HAMILTONIANS, 1e74 * DIPOLES, 1e74 * DIPOLES).rotational_strengths,),
        lambda: (network(1e150), network(1e18, np.float32)),
        lambda: (kuramoto.rhs(np.zeros((4, 4)), 0.0, 1.0, lag=2.0**49, law="direct-sine"),),
        lambda: gradients(1e-5, 1e200),
    ],
)
def test_what_is_merely_large_gives_numbers(call):
    assert all(np.isfinite(array).all() for array in call())


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("period", [None, 1.0])
def test_potentials_of_huge_charges_are_numbers_or_infinite(dtype, period):
    rng = np.random.default_rng(1)
    points = rng.random((300, 3)).astype(dtype)
    charges = (rng.uniform(-1.0, 1.0, (2, 300)) * float(np.finfo(dtype).max)).astype(dtype)
    plan = fmm.Plan(points, eps=1e-3, leaf_size=20, period=period)
    for results in (plan.evaluate(charges, gradient=True), fmm.direct(points, charges, gradient=True)):
        assert not any(np.isnan(array).any() for array in results)


@pytest.mark.parametrize("exponent", [-160, -60, 100, 154, 160])
def test_potentials_at_any_scale_are_numbers_or_infinite(exponent):
    points = np.random.default_rng(1).random((300, 3)) * 10.0**exponent
    results = fmm.direct(points, np.ones(300), gradient=True)
    assert not any(np.isnan(array).any() for array in results)


def test_a_spectrum_that_overflows_leaves_its_outputs_alone():
    absorption, cd = np.full(201, 7.0), np.full(201, 7.0)
    strengths = np.full((1, 2), 1e308)
    with pytest.raises(hotloop.NonFiniteError):
        exciton.broaden(np.full((1, 2), 12400.0), strengths, strengths, GRID, out=(absorption, cd))
    assert (absorption == 7.0).all() and (cd == 7.0).all()
