"""Fast multipole plans of points that repeat in a cubic cell, against Ewald sums in NumPy, Madelung constants and sums over images."""

import math

import hotloop
import numpy as np
import pytest
from ewald import sums

KINDS = ["cube", "many scales", "corner", "plane"]
PERIOD = 1.7
# What the library's table of cells says of the orders from 2 on.
ERRORS = [1.9e-1, 7.5e-3, 9e-4, 1e-4, 1.3e-5, 1.7e-6, 2.5e-7, 3.5e-8, 5e-9, 7e-10, 1.5e-10, 6e-11, 1.3e-11]


def error(found, exact):
    return np.linalg.norm(np.asarray(found, dtype=float) - exact) / np.linalg.norm(exact)


def cloud(kind, count, seed=0):
    """Points of a cell somewhere, and charges whose sum is 0."""
    rng = np.random.default_rng(seed)
    points = rng.random((count, 3))
    sizes = 10.0 ** -(np.arange(count) % 5)[:, None]
    if kind == "many scales":
        points = 0.3 + sizes * (points - 0.3)
    elif kind == "corner":
        # Dense at the cell's corners: pairs across faces, edges and corners count.
        points = (sizes * (points - 0.5)) % 1.0
    elif kind == "plane":
        points[:, 2] = 0.0
    charges = rng.uniform(-1.0, 1.0, count)
    return PERIOD * points - 5.0, charges - charges.mean()


def rock_salt(cells):
    places = np.stack(np.meshgrid(*[np.arange(2 * cells)] * 3, indexing="ij"), -1).reshape(-1, 3)
    return 0.5 * places, (-1.0) ** places.sum(axis=1)


def test_two_ways_to_split_the_reference_agree():
    points, charges = cloud("cube", 120)
    for screening in (0.0, 0.7):
        one, other = (sums(points, charges + 0.3, points[:20], PERIOD, screening, alpha=alpha) for alpha in (4.5, 7.0))
        assert error(one[0], other[0]) <= 1e-13 and error(one[1], other[1]) <= 1e-13


# Rock salt (Y. Sakamoto, J. Chem. Phys. 28, 164 (1958)) and caesium chloride (D. Borwein, J. M. Borwein, K. F. Taylor, J. Math. Phys. 26, 2999 (1985)) in
# distances of nearest neighbours; a simple cubic lattice in its background in periods (C. A. Sholl, Proc. Phys. Soc. 92, 434 (1967)).
# Errors of order 14, 1.3e-11, are relative to what the images of each charge give before they cancel: 20 in these units, and a few charges in a cell, all at its
# corners, do not average.
LATTICES = 1e-9
ROCK_SALT, CAESIUM_CHLORIDE, CUBIC = -1.747564594633182190636, -1.76267477307099, -2.837297479480620


@pytest.mark.parametrize("cells", [1, 2, 6])
@pytest.mark.parametrize("leaf_size", [None, 5])
def test_madelung_constant_of_rock_salt(cells, leaf_size):
    points, charges = rock_salt(cells)
    plan = hotloop.fmm.Plan(points, period=float(cells), eps=2e-11, leaf_size=leaf_size)
    potentials, gradients = plan.evaluate(charges, gradient=True)
    np.testing.assert_allclose(4.0 * np.pi * potentials * charges * 0.5, ROCK_SALT, rtol=LATTICES)
    assert np.abs(gradients).max() <= 10.0 * LATTICES


def test_madelung_constants_of_caesium_chloride_and_of_one_charge():
    points = np.array([[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]])
    potentials = hotloop.fmm.Plan(points, period=1.0, eps=2e-11).evaluate(np.array([1.0, -1.0]))
    np.testing.assert_allclose(4.0 * np.pi * math.sqrt(0.75) * potentials, [CAESIUM_CHLORIDE, -CAESIUM_CHLORIDE], rtol=LATTICES)
    for period in (1.0, 0.3, 1e-100, 1e100):
        one = hotloop.fmm.Plan(np.array([[0.3, 7.0, -2.0]]) * period, period=period, eps=2e-11)
        potential, gradient = one.evaluate(np.array([2.0]), gradient=True)
        np.testing.assert_allclose(4.0 * np.pi * potential * period, 2.0 * CUBIC, rtol=LATTICES)
        assert np.abs(gradient).max() * period**2 <= 10.0 * LATTICES


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("leaf_size", [5, 40, 10_000])
def test_sums_over_all_cells_to_the_accuracy_that_is_asked_for(kind, leaf_size):
    points, charges = cloud(kind, 1200)
    exact = sums(points, charges, points[:100], PERIOD)
    for eps in (1e-2, 1e-4, 1e-6, 1e-8, 2e-11):
        found = hotloop.fmm.Plan(points, period=PERIOD, eps=eps, leaf_size=leaf_size).evaluate(charges, gradient=True)
        assert error(found[0][:100], exact[0]) <= eps
        assert error(found[1][:100], exact[1]) <= 10.0 * eps


@pytest.mark.parametrize("order", range(2, 15))
def test_every_order_and_a_net_charge(order):
    points, charges = cloud("cube", 800)
    exact, charged = sums(points, charges, points[:60], PERIOD), sums(points, charges + 1.0, points[:60], PERIOD)
    plan = hotloop.fmm.Plan(points, period=PERIOD, order=order, leaf_size=20)
    least = ERRORS[order - 2]
    assert error(plan.evaluate(charges)[:60], exact[0]) <= least
    # A net charge has an error of its own: of what its images give before the background takes that away.
    scale = np.abs(charges + 1.0).sum() / (4.0 * np.pi * PERIOD)
    found = plan.evaluate(charges + 1.0)[:60]
    assert np.sqrt(np.mean((found - charged[0]) ** 2)) <= 2.0 * least * scale


@pytest.mark.parametrize("count", [1, 8, 300])
@pytest.mark.parametrize("part", [0.1, 0.4, 0.6])
def test_a_cloud_that_leaves_room_in_the_cell(count, part):
    """It is not put into corners of boxes, where expansions are worst."""
    rng = np.random.default_rng(count)
    points = PERIOD * (part * rng.random((count, 3)) + 11.0)
    exact = sums(points, np.ones(count), points[:20], PERIOD)[0]
    for order in (4, 7, 8, 9, 12, 14):
        found = hotloop.fmm.Plan(points, period=PERIOD, order=order).evaluate(np.ones(count))[:20]
        assert np.sqrt(np.mean((found - exact) ** 2)) <= 2.0 * ERRORS[order - 2] * count / (4.0 * np.pi * PERIOD)


@pytest.mark.parametrize("count", [1, 2, 3, 10])
@pytest.mark.parametrize("max_level", [0, 1, 2, 20])
@pytest.mark.parametrize("leaf_size", [1, 3])
def test_few_points(count, max_level, leaf_size):
    points, charges = cloud("cube", count, seed=count)
    charges = charges + 0.4
    targets = np.concatenate([points, cloud("cube", 3, seed=77)[0]])
    plan = hotloop.fmm.Plan(points, targets, period=PERIOD, eps=1e-9, leaf_size=leaf_size, max_level=max_level)
    found, exact = plan.evaluate(charges, gradient=True), sums(points, charges, targets, PERIOD)
    assert error(found[0], exact[0]) <= 1e-8 and error(found[1], exact[1]) <= 1e-7


def test_all_points_at_one_place_and_none():
    points = np.full((50, 3), 0.25)
    potentials, gradients = hotloop.fmm.Plan(points, period=1.0, eps=1e-9, leaf_size=3).evaluate(np.full(50, 2.0), gradient=True)
    np.testing.assert_allclose(4.0 * np.pi * potentials, 100.0 * CUBIC, rtol=1e-8)
    assert np.abs(gradients).max() <= 1e-7
    assert hotloop.fmm.Plan(np.zeros((0, 3)), period=1.0).evaluate(np.zeros(0)).shape == (0,)
    assert not hotloop.fmm.Plan(np.zeros((0, 3)), np.ones((4, 3)), period=1.0).evaluate(np.zeros(0)).any()
    assert hotloop.fmm.Plan(np.ones((4, 3)), np.zeros((0, 3)), period=1.0).evaluate(np.ones(4)).shape == (0,)


def images(sources, charges, targets, period, screening):
    """Screened sums over images as they are."""
    most = math.ceil(42.0 / (screening * period)) + 1
    potentials, gradients = np.zeros(len(targets)), np.zeros((len(targets), 3))
    shifts = period * np.stack(np.meshgrid(*[np.arange(-most, most + 1)] * 3, indexing="ij"), -1).reshape(-1, 3)
    for i, x in enumerate(targets):
        for y, q in zip(sources, charges):
            d = x - y - shifts
            r = np.sqrt((d * d).sum(axis=1))
            d, r = d[r > 0.0], r[r > 0.0]
            term = q * np.exp(-screening * r) / (4.0 * np.pi * r)
            potentials[i] += term.sum()
            gradients[i] -= (term * (1.0 + screening * r) / r**2) @ d
    return potentials, gradients


@pytest.mark.parametrize("screening", [2.0, 3.0, 10.0, 100.0])
def test_yukawa_s_kernel_against_sums_over_images(screening):
    points, charges = cloud("cube", 60, seed=4)
    exact = images(points, charges + 0.5, points[:15], PERIOD, screening)
    for leaf_size in (2, 20, 100):
        plan = hotloop.fmm.Plan(points, period=PERIOD, kernel="yukawa", screening=screening, eps=1e-9, leaf_size=leaf_size)
        found = plan.evaluate(charges + 0.5, gradient=True)
        assert error(found[0][:15], exact[0]) <= 1e-9 and error(found[1][:15], exact[1]) <= 1e-8


@pytest.mark.parametrize("screening", [1e-4, 1e-2, 0.3, 1.1, 2.2])
@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_yukawa_s_kernel_with_little_screening(screening, shift):
    points, charges = cloud("many scales", 600)
    charges = charges + shift
    exact = sums(points, charges, points[:60], PERIOD, screening)
    found = hotloop.fmm.Plan(points, period=PERIOD, kernel="yukawa", screening=screening, eps=1e-8, leaf_size=20).evaluate(charges, gradient=True)
    assert error(found[0][:60], exact[0]) <= 1e-8 and error(found[1][:60], exact[1]) <= 1e-7


def test_no_screening_is_laplace_s_kernel():
    points, charges = cloud("cube", 300)
    screened = hotloop.fmm.Plan(points, period=PERIOD, kernel="yukawa", screening=0.0).evaluate(charges)
    assert np.array_equal(screened, hotloop.fmm.Plan(points, period=PERIOD).evaluate(charges))


@pytest.mark.parametrize("kind", KINDS)
def test_points_may_lie_in_any_cell(kind):
    points, charges = cloud(kind, 900)
    whole = hotloop.fmm.Plan(points, period=PERIOD, eps=1e-9, leaf_size=20).evaluate(charges, gradient=True)
    rng = np.random.default_rng(3)
    # All by one vector; then each by a vector of the lattice, where coordinates and so distances are rounded.
    for moved, bound in ((points + [0.4, -3.0, 11.0], 3e-9), (points + PERIOD * rng.integers(-3, 4, points.shape), 3e-9)):
        if kind in ("many scales", "corner"):
            bound = 1e-7
        found = hotloop.fmm.Plan(moved, period=PERIOD, eps=1e-9, leaf_size=20).evaluate(charges, gradient=True)
        assert error(found[0], whole[0]) <= bound and error(found[1], whole[1]) <= 10.0 * bound


def test_a_cell_of_two_cells_has_the_same_potentials():
    points, charges = cloud("cube", 150)
    corners = PERIOD * np.array([[i & 1, i >> 1 & 1, i >> 2] for i in range(8)])
    eight = (points[None] + corners[:, None]).reshape(-1, 3)
    one = hotloop.fmm.Plan(points, period=PERIOD, eps=1e-9, leaf_size=10).evaluate(charges)
    found = hotloop.fmm.Plan(eight, period=2.0 * PERIOD, eps=1e-9, leaf_size=10).evaluate(np.tile(charges, 8))
    assert error(found, np.tile(one, 8)) <= 3e-9


def test_permuted_points_and_the_sum_of_forces():
    points, charges = cloud("cube", 1500)
    potentials, gradients = hotloop.fmm.Plan(points, period=PERIOD, eps=1e-10).evaluate(charges, gradient=True)
    order = np.random.default_rng(6).permutation(1500)
    permuted = hotloop.fmm.Plan(points[order], period=PERIOD, eps=1e-10).evaluate(charges[order])
    assert error(permuted, potentials[order]) <= 1e-12
    forces = -charges[:, None] * gradients
    assert np.linalg.norm(forces.sum(axis=0)) <= 1e-9 * np.sqrt((forces**2).sum(axis=1)).sum()


def test_forces_are_slopes_of_the_energy():
    points, charges = cloud("corner", 200, seed=9)
    charges = charges + 0.2

    def energy(moved):
        return 0.5 * charges @ hotloop.fmm.Plan(moved, period=PERIOD, eps=2e-11, leaf_size=10).evaluate(charges)

    gradients = hotloop.fmm.Plan(points, period=PERIOD, eps=2e-11, leaf_size=10).evaluate(charges, gradient=True)[1]
    lone = max(range(200), key=lambda i: np.delete(np.linalg.norm(points - points[i], axis=1), i).min())
    for axis in range(3):
        step = np.zeros_like(points)
        step[lone, axis] = 1e-4
        slope = (8.0 * (energy(points + step) - energy(points - step)) - (energy(points + 2 * step) - energy(points - 2 * step))) / 12e-4
        assert abs(slope - charges[lone] * gradients[lone, axis]) <= 1e-5 * np.abs(charges[lone] * gradients[lone]).max()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("leaf_size", [5, 40, 10_000])
def test_single_and_mixed_precision(kind, leaf_size):
    points, charges = cloud(kind, 1000)
    exact = sums(points, charges, points[:60], PERIOD)
    for eps in (1e-3, 1e-5):
        mixed = hotloop.fmm.Plan(points, period=PERIOD, eps=eps, precision="mixed", leaf_size=leaf_size).evaluate(charges, gradient=True)
        assert error(mixed[0][:60], exact[0]) <= eps and error(mixed[1][:60], exact[1]) <= 10.0 * eps
    if kind == "corner" and leaf_size > 100:
        return  # pairs closer than f32 resolves across the faces of a leaf as large as the cell (docs/fmm.md)
    single = [array.astype(np.float32) for array in (points, charges)]
    exact = sums(*single, single[0][:60], PERIOD)
    found = hotloop.fmm.Plan(single[0], period=PERIOD, eps=1e-5, leaf_size=leaf_size).evaluate(single[1], gradient=True)
    assert found[0].dtype == np.float32
    assert error(found[0][:60], exact[0]) <= 1e-5 and error(found[1][:60], exact[1]) <= 1e-4


@pytest.mark.parametrize("precision", ["double", "mixed"])
def test_same_bits_for_any_number_of_threads(precision):
    points, charges = cloud("corner", 8000)
    results = []
    for count in (1, 2, 7):
        with hotloop.threads(count):
            plan = hotloop.fmm.Plan(points, period=PERIOD, eps=1e-4, leaf_size=40, precision=precision)
            results.append((*plan.evaluate(charges, gradient=True), plan.estimate_error(charges, plan.evaluate(charges), sample=20)))
    for found in results[1:]:
        assert all(np.array_equal(own, first) for own, first in zip(found, results[0]))


def test_new_points_keep_the_period():
    plan = hotloop.fmm.Plan(cloud("cube", 500)[0], period=PERIOD, eps=1e-4, leaf_size=25)
    for kind in KINDS:
        others, charges = cloud(kind, 700, seed=3)
        plan.set_points(others)
        expected = hotloop.fmm.Plan(others, period=PERIOD, eps=1e-4, leaf_size=25).evaluate(charges)
        assert np.array_equal(plan.evaluate(charges), expected)


@pytest.mark.parametrize("screening", [0.0, 0.4, 4.0, 1e4])
def test_the_error_is_estimated_by_the_whole_sum(screening):
    points, charges = cloud("cube", 700)
    options = dict(kernel="yukawa", screening=screening) if screening else {}
    exact = sums(points, charges, points, PERIOD, screening)[0] if screening < 10 else None
    plan = hotloop.fmm.Plan(points, period=PERIOD, order=3, leaf_size=20, **options)
    potentials = plan.evaluate(charges)
    estimate = plan.estimate_error(charges, potentials)
    if exact is None:
        assert estimate <= 1e-11
    else:
        assert abs(estimate - error(potentials, exact)) <= 1e-6 * estimate
        assert plan.estimate_error(charges, exact) <= 1e-13


def test_a_plan_counts_images():
    stats = hotloop.fmm.Plan(np.array([[0.1, 0.2, 0.3]]), period=1.0).stats
    assert (stats["levels"], stats["boxes"], stats["near_pairs"], stats["translations"]) == (1, 1, 27, 0)
    stats = hotloop.fmm.Plan(np.array([[0.0, 0.0, 0.0], [0.6, 0.6, 0.6]]), period=1.0, leaf_size=1).stats
    # Two boxes of level 1, each with 27 images of both: its own place touches it, and eight images of the other.
    assert (stats["levels"], stats["boxes"], stats["near_pairs"]) == (2, 3, 2 * (1 + 8))
    assert stats["translations"] == 2 * (27 + 27) - stats["near_pairs"]


GOOD = np.random.default_rng(8).random((50, 3))


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: hotloop.fmm.Plan(GOOD, period=-1.0), ValueError, "period: is -1"),
        (lambda: hotloop.fmm.Plan(GOOD, period=np.nan), ValueError, "period: NaN|period: is NaN"),
        (lambda: hotloop.fmm.Plan(GOOD, period=np.inf), ValueError, "period: is inf"),
        (lambda: hotloop.fmm.Plan(GOOD, period=1e-160), ValueError, "period: is 1e-160"),
        (lambda: hotloop.fmm.Plan(GOOD, period=1e160), ValueError, "period: is 1e160"),
        (lambda: hotloop.fmm.Plan(GOOD, period="wide"), TypeError, "period"),
        (lambda: hotloop.fmm.Plan(GOOD, period=1e-16), ValueError, "no digits left"),
        (lambda: hotloop.fmm.Plan(GOOD * 1e160, period=1e150), ValueError, "no digits left"),
        (lambda: hotloop.fmm.Plan(np.where(GOOD == GOOD[7, 2], np.nan, GOOD), period=1.0), ValueError, r"sources\[7\]\[2\]"),
        (lambda: hotloop.fmm.Plan(GOOD, period=1.0, kernel="yukawa", screening=1e-9), ValueError, "screening: is 1e-9; with this period"),
        (lambda: hotloop.fmm.Plan(GOOD, period=1.0, eps=1e-11), ValueError, "eps: 1e-11 cannot be kept"),
        (lambda: hotloop.fmm.Plan(GOOD, period=1.0, eps=1e-6, precision="mixed"), ValueError, "eps: 1e-6 cannot be kept"),
    ],
)
def test_what_cannot_be_a_cell_is_refused(make, kind, message):
    with pytest.raises(kind, match=message):
        make()
