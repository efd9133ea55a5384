"""Samples of fits: linear dichroism as a measurement, sums over variants, disorder that is drawn on the fly."""

import hotloop
import numpy as np
import pytest
from hotloop import exciton
from systems import random_system

GRID = np.arange(11_800.0, 13_000.0, 7.0)
LD_GRID = np.arange(11_850.0, 12_900.0, 11.0)
AXIS = (0.3, -1.0, 2.0)
DIRECT = {"broadening": "direct", "cutoff": np.inf}
ENERGIES = np.array([0.0, 30.0, 0.0, -20.0])
VARIANTS = [exciton.Variant(1.0), exciton.Variant(-0.7, deleted=[1]), exciton.Variant(0.4, energies=ENERGIES)]
KINDS = [
    *exciton.site_energies(4),
    ("coupling", 0, 2),
    ("dipole-scale", 1),
    ("dipole-rotation", 2, "y"),
    ("variant-site-energy", 3, 1),
    ("variant-weight", 1),
    ("fwhm", "ld"),
    ("shift", "all"),
    ("scale", "ld"),
    ("offset", "ld"),
]
VALUES = np.array([10.0, -20, 30, 5, 4, 1.1, 0.2, 12.0, -0.55, 64, 3.5, 0.9, 0.02])
STEPS = np.array([2.0, 2, 2, 2, 2, 0.05, 0.05, 2, 0.1, 2, 2, 0.1, 0.1])


@pytest.fixture(scope="module")
def system():
    return random_system(9, 4, seed=3)


def by_hand(hamiltonians, dipoles, values):
    """The model of KINDS and VARIANTS from `spectrum`, `linear_dichroism` and NumPy alone."""
    v = dict(zip(KINDS, values))
    mu = dipoles.copy()
    mu[:, 1] *= v["dipole-scale", 1]
    angle = v["dipole-rotation", 2, "y"]
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    mu[:, 2] = mu[:, 2] @ turn.T
    absorption, ld = 0.0, 0.0
    for number, variant in enumerate(VARIANTS):
        h = hamiltonians.copy()
        for i in range(4):
            h[:, i, i] += v["site-energy", i] + (0.0 if variant.energies is None else variant.energies[i])
        h[:, 3, 3] += v["variant-site-energy", 3, 1] if number == 1 else 0.0
        h[:, 0, 2] += v["coupling", 0, 2]
        h[:, 2, 0] += v["coupling", 0, 2]
        shift = v["shift", "all"]
        weight = v["variant-weight", 1] if number == 1 else variant.weight
        of = {"deleted": [] if variant.deleted is None else variant.deleted, **DIRECT}
        absorption += weight * exciton.spectrum(h, mu, None, GRID - shift, **of)[0]
        ld += weight * exciton.linear_dichroism(h, mu, AXIS, LD_GRID - shift, fwhm=v["fwhm", "ld"], **of)
    return absorption, ld * v["scale", "ld"] + v["offset", "ld"]


def test_the_model_and_its_jacobian_are_what_the_documentation_says(system):
    h, mu, _ = system
    found = exciton.jacobian(
        h, mu, None, KINDS, VALUES, absorption_grid=GRID, ld_grid=LD_GRID, axis=AXIS, variants=VARIANTS
    )
    for ours, theirs in zip((found.absorption, found.ld), by_hand(h, mu, VALUES)):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12 * np.abs(theirs).max())
    for p, step in enumerate(STEPS):

        def central(h_step):
            moved = [VALUES + h_step * sign * (np.arange(len(VALUES)) == p) for sign in (1, -1)]
            (a, c), (b, d) = (by_hand(h, mu, values) for values in moved)
            return np.concatenate([a - b, c - d]) / (2 * h_step)

        coarse, middle, fine = (central(step / k) for k in (1, 2, 4))
        coarse, middle = (4 * middle - coarse) / 3, (4 * fine - middle) / 3
        expected = (16 * middle - coarse) / 15
        ours = np.concatenate([found.absorption_jacobian[:, p], found.ld_jacobian[:, p]])
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-7 * np.abs(expected).max(), err_msg=str(KINDS[p]))


def test_the_gradient_is_the_jacobian_times_the_residuals(system):
    h, mu, r = system
    options = {"axis": AXIS, "variants": VARIANTS, "fwhm_ld": 90.0}
    measured, sigma = np.cos(LD_GRID / 50), 1.0 + 0.5 * np.sin(LD_GRID)
    both = exciton.jacobian(h, mu, r, KINDS, VALUES, cd_grid=GRID, ld_grid=LD_GRID, **options)
    misfit = exciton.residual_gradient(
        h, mu, r, KINDS, VALUES, cd=(GRID, np.zeros(len(GRID)), np.ones(len(GRID))), ld=(LD_GRID, measured, sigma), **options
    )
    residual = (both.ld - measured) / sigma**2
    by_rows = both.cd @ both.cd_jacobian + residual @ both.ld_jacobian
    np.testing.assert_allclose(misfit.gradient, by_rows, rtol=1e-9, atol=1e-9 * np.abs(by_rows).max())
    np.testing.assert_allclose(misfit.value, 0.5 * np.sum(both.cd**2) + 0.5 * np.sum(((both.ld - measured) / sigma) ** 2))
    assert np.array_equal(misfit.ld, both.ld)


def test_a_drawn_ensemble_has_the_bits_of_one_in_memory_for_any_number_of_threads(system):
    h, mu, r = system
    one, mu, r = h[0], mu[0], r[0]
    sigma = np.full((4, 4), 3.0)
    drawn = exciton.Drawn(500, [40.0, 60, 20, 50], coupling_sigma=sigma, seed=5, first_member=2)
    members = exciton.disorder(one, 500, [40.0, 60, 20, 50], coupling_sigma=sigma, seed=5, first_member=2)
    measured = {"absorption": (GRID, np.ones(len(GRID))), "ld": (LD_GRID, np.zeros(len(LD_GRID)))}
    options = {"axis": AXIS, "variants": VARIANTS, **measured}
    expected = exciton.residual_gradient(members, mu, r, KINDS, VALUES, **options)
    for threads in (1, 2, 7):
        with hotloop.threads(threads):
            found = exciton.residual_gradient(one, mu, r, KINDS, VALUES, disorder=drawn, **options)
        assert np.array_equal(found.gradient, expected.gradient) and found.value == expected.value
        assert np.array_equal(found.ld, expected.ld)
    whole = exciton.fit(members, mu, r, exciton.site_energies(4), absorption=measured["absorption"], max_iterations=3)
    again = exciton.fit(one, mu, r, exciton.site_energies(4), absorption=measured["absorption"], max_iterations=3, disorder=drawn)
    assert np.array_equal(whole.values, again.values) and np.array_equal(whole.covariance, again.covariance)


def test_what_a_mutation_moves_is_found_from_a_difference_and_its_errors_cover_the_truth(system):
    h, mu, _ = system
    variants = [exciton.Variant(1.0), exciton.Variant(-1.0, deleted=[1])]
    parameters = [*exciton.site_energies(4), ("variant-site-energy", 3, 1), ("scale", "ld")]
    truth = np.array([12.0, -20, 8, 15, 40, 0.8])
    options = {"axis": AXIS, "variants": variants}
    made = exciton.jacobian(h, mu, None, parameters, truth, absorption_grid=GRID, ld_grid=LD_GRID, **options)
    random = np.random.default_rng(1)
    covered = total = 0
    for _ in range(150):
        noisy = {}
        for band, grid in (("absorption", GRID), ("ld", LD_GRID)):
            clean = getattr(made, band)
            sigma = np.full(len(grid), 0.01 * np.abs(clean).max())
            noisy[band] = grid, clean + sigma * random.standard_normal(len(grid)), sigma
        found = exciton.fit(h, mu, None, parameters, truth, **noisy, **options)
        covered += np.sum(np.abs(found.values - truth) <= 1.96 * found.standard_errors)
        total += len(truth)
    # 900 intervals: 95 % to 0.7 % standard deviation each, and some correlation.
    assert 0.92 <= covered / total <= 0.98
    clean = {"absorption": (GRID, made.absorption), "ld": (LD_GRID, made.ld)}
    found = exciton.fit(h, mu, None, parameters, **clean, **options)
    np.testing.assert_allclose(found.values, truth, rtol=0, atol=1e-6)


def test_partial_occupancy_is_a_weighted_sum(system):
    h, mu, r = system
    shares = [exciton.Variant(0.55), exciton.Variant(0.45, deleted=np.array([False, False, True, False]))]
    found = exciton.jacobian(h, mu, r, [], [], absorption_grid=GRID, cd_grid=GRID, variants=shares)
    whole, part = (exciton.spectrum(h, mu, r, GRID, deleted=d, **DIRECT) for d in ([], [2]))
    for ours, a, b in zip((found.absorption, found.cd), whole, part):
        np.testing.assert_allclose(ours, 0.55 * a + 0.45 * b, rtol=0, atol=1e-12 * np.abs(a).max())


def test_shares_are_fitted_from_those_that_are_given(system):
    h, mu, r = system
    parameters = [*exciton.site_energies(4), ("variant-weight", 0), ("variant-weight", 1)]
    truth = np.array([12.0, -20, 8, 15, 0.55, 0.45])
    shares = [exciton.Variant(0.8), exciton.Variant(0.2, deleted=[2])]
    made = exciton.jacobian(h, mu, r, parameters, truth, absorption_grid=GRID, cd_grid=GRID, variants=shares)
    compared = {"absorption": (GRID, made.absorption), "cd": (GRID, made.cd)}
    start = exciton.fit(h, mu, r, parameters, **compared, variants=shares, max_iterations=0)
    assert np.array_equal(start.values, [0, 0, 0, 0, 0.8, 0.2])
    found = exciton.fit(h, mu, r, parameters, **compared, variants=shares)
    np.testing.assert_allclose(found.values, truth, rtol=0, atol=1e-6)
    # Of one variant, which is all there is, the weight is a factor of all spectra.
    alone = exciton.jacobian(h, mu, r, [("variant-weight", 0)], [0.4], absorption_grid=GRID, cd_grid=GRID)
    scaled = exciton.jacobian(h, mu, r, [("scale", "all")], [0.4], absorption_grid=GRID, cd_grid=GRID)
    np.testing.assert_allclose(alone.cd, scaled.cd, rtol=0, atol=1e-13 * np.abs(scaled.cd).max())
    np.testing.assert_allclose(alone.cd_jacobian, scaled.cd_jacobian, rtol=0, atol=1e-13 * np.abs(scaled.cd_jacobian).max())


MEASURED = (LD_GRID, np.zeros(len(LD_GRID)))


@pytest.mark.parametrize(
    "wrong, error, message",
    [
        ({"ld": MEASURED}, ValueError, "axis: ld is asked for"),
        ({"ld": MEASURED, "axis": (1.0, 2.0)}, hotloop.ShapeError, "axis"),
        ({"ld": MEASURED, "axis": (0, 0, 0)}, hotloop.ArgumentError, "axis: has length 0"),
        ({"ld": LD_GRID, "axis": AXIS}, TypeError, "ld: expected"),
        ({"ld": (LD_GRID, np.zeros(3)), "axis": AXIS}, hotloop.ShapeError, "ld_measured"),
        ({"ld": MEASURED, "axis": AXIS, "fwhm_ld": -1.0}, hotloop.OptionError, "fwhm_ld"),
        ({"variants": []}, hotloop.ArgumentError, "variants: is empty"),
        ({"variants": [1.0]}, TypeError, "variants: item 0 is a float"),
        ({"variants": [exciton.Variant(np.inf)]}, ValueError, "variant"),
        ({"variants": [exciton.Variant(1.0, deleted=[7])]}, hotloop.OptionError, "index 7"),
        ({"variants": [exciton.Variant(1.0, energies=np.zeros(3))]}, hotloop.ShapeError, "energies of item 0"),
        ({"variants": [exciton.Variant(1.0, deleted=[0])]}, hotloop.ArgumentError, "row 0 names site 0, which is deleted"),
        ({"disorder": 50.0}, TypeError, "disorder: expected exciton.Drawn"),
        ({"disorder": exciton.Drawn(10, 50.0)}, hotloop.ShapeError, "with disorder it is one"),
    ],
)
def test_what_is_wrong_is_said(system, wrong, error, message):
    h, mu, r = system
    with pytest.raises(error, match=message):
        exciton.residual_gradient(h, mu, r, exciton.site_energies(4), np.zeros(4), absorption=(GRID, np.zeros(len(GRID))), **wrong)


@pytest.mark.parametrize("variants", [None, [exciton.Variant(1.0), exciton.Variant(1.0)]])
def test_a_weight_of_a_variant_that_is_not_there_is_named(system, variants):
    h, mu, r = system
    with pytest.raises(hotloop.ArgumentError, match="row 0 names variant 2; there are"):
        exciton.fit(h, mu, r, [("variant-weight", 2)], absorption=(GRID, np.zeros(len(GRID))), variants=variants)
