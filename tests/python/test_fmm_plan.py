"""Plans of the fast multipole method: accuracy, properties, threads, and what is refused."""

import copy
import os
import pathlib
import pickle
import subprocess
import sys
import threading

import hotloop
import numpy as np
import pytest
from paths import FMM_DATA

NAMES = sorted(path.stem for path in FMM_DATA.glob("*.npz"))
ACCURACIES = [10.0**-digits for digits in range(2, 12)]


def load(name):
    with np.load(FMM_DATA / f"{name}.npz") as data:
        data = {key: data[key] for key in data}
    same = data["sources"].shape == data["targets"].shape and (data["sources"] == data["targets"]).all()
    return data["sources"], None if same else data["targets"], data["charges"], data["potential"], data["gradient"]


def error(found, expected):
    difference = np.linalg.norm(found - expected)
    return difference / np.linalg.norm(expected) if difference > 0.0 else 0.0


def cloud(kind, count, seed=0):
    """Points of several shapes, and charges of random signs."""
    rng = np.random.default_rng(seed)
    points = rng.random((count, 3))
    if kind == "line":
        points = np.stack([points[:, 0], 2.0 * points[:, 0], np.full(count, 0.3)], axis=1)
    elif kind == "plane":
        points[:, 2] = 0.7
    elif kind == "far apart":
        points[count // 2 :] += 1e4
    elif kind == "many scales":
        points = 0.3 + (points - 0.3) * 10.0 ** -rng.integers(0, 6, (count, 1))
    elif kind == "one place":
        points[:] = points[0]
    return points, rng.uniform(-1.0, 1.0, count)


KINDS = ("cube", "line", "plane", "far apart", "many scales")


@pytest.mark.parametrize("eps", ACCURACIES)
@pytest.mark.parametrize("name", NAMES)
def test_reference_potentials_are_met_to_eps(name, eps):
    sources, targets, charges, potential, gradient = load(name)
    # Small leaves, so that boxes have neighbours of several levels in sets of a few thousand points; and what the plan would choose.
    for leaf_size in (5, 20, None) if eps > 1e-6 else (30, None):
        plan = hotloop.fmm.Plan(sources, targets, eps=eps, leaf_size=leaf_size)
        found = plan.evaluate(charges, gradient=True)
        assert error(found[0], potential) <= eps
        assert error(found[1], gradient) <= 10.0 * eps


@pytest.mark.parametrize("name", [name for name in NAMES if name != "tiny_3"])
def test_every_order_is_better_than_the_one_before(name):
    sources, targets, charges, potential, _ = load(name)
    errors = [error(hotloop.fmm.Plan(sources, targets, order=order, leaf_size=20).evaluate(charges), potential) for order in range(2, 15)]
    # Rounding ends it: sums of some thousand terms of both signs.
    assert all(finer < coarser or finer < 1e-13 for coarser, finer in zip(errors, errors[1:])), errors


@pytest.mark.parametrize("eps", [1e-3, 1e-4, 1e-5, 1e-6])
@pytest.mark.parametrize("name", NAMES)
def test_single_and_mixed_precision(name, eps):
    sources, targets, charges, potential, _ = load(name)
    mixed = hotloop.fmm.Plan(sources, targets, eps=eps, leaf_size=20, precision="mixed").evaluate(charges)
    assert mixed.dtype == np.float64
    assert error(mixed, potential) <= eps
    # In single precision the points are others, so their sums are.
    sources, targets, charges = (None if a is None else a.astype(np.float32) for a in (sources, targets, charges))
    doubled = [None if a is None else a.astype(np.float64) for a in (sources, charges, targets)]
    found = hotloop.fmm.Plan(sources, targets, eps=eps, leaf_size=20).evaluate(charges)
    assert found.dtype == np.float32
    assert error(found, hotloop.fmm.direct(*doubled)) <= max(eps, 1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("screening", [0.0, 0.5, 8.0, 300.0, 1e5])
def test_yukawa_s_kernel(kind, screening):
    points, charges = cloud(kind, 1500)
    exact = hotloop.fmm.direct(points, charges, kernel="yukawa", screening=screening, gradient=True)
    for eps in (1e-3, 1e-6):
        plan = hotloop.fmm.Plan(points, eps=eps, leaf_size=30, kernel="yukawa", screening=screening)
        found = plan.evaluate(charges, gradient=True)
        assert error(found[0], exact[0]) <= eps
        assert error(found[1], exact[1]) <= 10.0 * eps


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("factor", "shift"), [(1.0, 0.0), (1e-9, 0.0), (1e9, 0.0), (1.0, 1e6), (1e-100, 0.0), (1e100, 0.0)])
def test_any_shape_in_any_unit_and_place(kind, factor, shift):
    points, charges = cloud(kind, 2000)
    moved = points * factor + shift
    exact = hotloop.fmm.direct((moved - shift) / factor, charges)
    found = hotloop.fmm.Plan(moved, eps=1e-8, leaf_size=12).evaluate(charges) * factor
    assert error(found, exact) <= 1e-8


@pytest.mark.parametrize("eps", [1e-3, 1e-6])
@pytest.mark.parametrize("distance", [10.0, 1e3, 1e4])
def test_targets_far_from_all_sources(eps, distance):
    points, charges = cloud("cube", 3000)
    targets = cloud("cube", 3000, seed=1)[0] + [distance, 0.0, 0.0]
    exact = hotloop.fmm.direct(points, charges, targets, gradient=True)
    found = hotloop.fmm.Plan(points, targets, eps=eps).evaluate(charges, gradient=True)
    assert error(found[0], exact[0]) <= eps
    assert error(found[1], exact[1]) <= 100.0 * eps


def test_close_pairs_in_single_precision():
    rng = np.random.default_rng(1)
    points, charges = rng.uniform(-1.0, 1.0, (5000, 3)).astype(np.float32), rng.uniform(-1.0, 1.0, 5000).astype(np.float32)
    points[:2], charges[:2] = [[1e-6, 0.0, 0.0], [1e-6 + 2e-9, 0.0, 0.0]], 1.0
    for center in (0.0, 5.0):
        moved = (points + np.float32(center)).astype(np.float32)
        found = hotloop.fmm.Plan(moved).evaluate(charges)
        assert error(found, hotloop.fmm.direct(moved.astype(np.float64), charges.astype(np.float64))) <= 1e-6


@pytest.mark.parametrize("across", [60, 101, 1001, 1_000_001])
def test_points_whose_coordinates_have_few_digits(across):
    rng = np.random.default_rng(0)
    places = rng.integers(0, across + 1, (40, 3))
    places[:2] = [[0, 0, 0], [across, across, across]]
    points, charges = np.repeat(1e9 + places * np.spacing(1e9), 50, axis=0), rng.uniform(-1.0, 1.0, 2000)
    assert error(hotloop.fmm.Plan(points, leaf_size=20).evaluate(charges), hotloop.fmm.direct(points, charges)) <= 1e-6


@pytest.mark.parametrize("precision", ["double", "mixed"])
@pytest.mark.parametrize("unit", [1e-300, 1.6e-47, 1e40, 1e290])
def test_any_unit_of_charge(precision, unit):
    points, charges = cloud("cube", 1500)
    plan = hotloop.fmm.Plan(points, leaf_size=20, precision=precision)
    assert error(plan.evaluate(charges * unit) / unit, plan.evaluate(charges)) <= 1e-6
    twice = 2.0 * plan.evaluate(charges * unit)
    assert abs(plan.estimate_error(charges * unit, twice) - 1.0) <= 1e-5


def test_what_no_box_separates_is_not_refined_for_ever():
    points = np.repeat(cloud("cube", 1000)[0], 2, axis=0)
    plan = hotloop.fmm.Plan(points, leaf_size=1)
    assert plan.stats["boxes"] <= 5 * 1000
    assert not hotloop.fmm.Plan(np.full((3, 3), 1e-300)).evaluate(np.ones(3)).any()


def test_points_at_one_place_do_not_see_each_other():
    points, charges = cloud("one place", 500)
    for leaf_size in (3, None):
        plan = hotloop.fmm.Plan(points, leaf_size=leaf_size)
        potentials, gradients = plan.evaluate(charges, gradient=True)
        assert not potentials.any() and not gradients.any()


def test_one_point_and_none():
    one = hotloop.fmm.Plan(np.zeros((1, 3)), np.array([[0.0, 0.0, 2.0], [0.0, 0.0, 0.0]]))
    potentials, gradients = one.evaluate(np.array([3.0]), gradient=True)
    np.testing.assert_allclose(potentials, [3.0 / (8.0 * np.pi), 0.0], rtol=1e-12)
    np.testing.assert_allclose(gradients, [[0.0, 0.0, -3.0 / (16.0 * np.pi)], [0.0, 0.0, 0.0]], rtol=1e-12)
    assert not hotloop.fmm.Plan(np.zeros((0, 3)), np.ones((4, 3))).evaluate(np.zeros(0)).any()
    assert hotloop.fmm.Plan(np.ones((4, 3)), np.zeros((0, 3))).evaluate(np.ones(4)).shape == (0,)
    assert hotloop.fmm.Plan(np.zeros((0, 3))).evaluate(np.zeros((3, 0))).shape == (3, 0)
    assert hotloop.fmm.Plan(np.zeros((0, 3))).evaluate(np.zeros((2**40, 0))).shape == (2**40, 0)


def test_a_sum_is_linear_and_vectors_are_evaluated_as_if_alone():
    points, charges = cloud("many scales", 3000)
    plan = hotloop.fmm.Plan(points, eps=1e-5)
    other = np.random.default_rng(5).normal(size=3000)
    several = np.stack([charges, other, 2.0 * charges - 3.0 * other])
    potentials, gradients = plan.evaluate(several, gradient=True)
    for vector in range(3):
        alone = plan.evaluate(several[vector], gradient=True)
        assert np.array_equal(potentials[vector], alone[0]) and np.array_equal(gradients[vector], alone[1])
    combined = 2.0 * potentials[0] - 3.0 * potentials[1]
    assert error(potentials[2], combined) <= 1e-12


def test_permuted_points_have_permuted_potentials():
    points, charges = cloud("cube", 4000)
    order = np.random.default_rng(6).permutation(4000)
    whole = hotloop.fmm.Plan(points, leaf_size=30).evaluate(charges)
    permuted = hotloop.fmm.Plan(points[order], leaf_size=30).evaluate(charges[order])
    assert error(permuted, whole[order]) <= 1e-13


@pytest.mark.parametrize("axes", [(1, 0, 2), (2, 1, 0), (1, 2, 0)])
def test_turned_by_a_right_angle(axes):
    points, charges = cloud("cube", 3000)
    whole, slope = hotloop.fmm.Plan(points, eps=1e-9, leaf_size=20).evaluate(charges, gradient=True)
    turned = points[:, axes] * [1.0, -1.0, 1.0]
    found, turned_slope = hotloop.fmm.Plan(turned, eps=1e-9, leaf_size=20).evaluate(charges, gradient=True)
    assert error(found, whole) <= 1e-9
    assert error(turned_slope, slope[:, axes] * [1.0, -1.0, 1.0]) <= 1e-8


@pytest.mark.parametrize("precision", ["double", "mixed"])
def test_same_bits_for_any_number_of_threads(precision):
    points, charges = cloud("many scales", 20_000)
    results = []
    for count in (1, 2, 7):
        with hotloop.threads(count):
            plan = hotloop.fmm.Plan(points, leaf_size=40, precision=precision)
            results.append(plan.evaluate(charges, gradient=True))
    for potentials, gradients in results[1:]:
        assert np.array_equal(potentials, results[0][0]) and np.array_equal(gradients, results[0][1])


def test_any_strides_have_the_same_bits():
    points, charges = cloud("cube", 1000)
    expected = hotloop.fmm.Plan(points, leaf_size=20).evaluate(charges, gradient=True)
    backwards = np.asfortranarray(points)[::-1][::-1]
    wide = np.zeros((2000, 5))
    wide[::2, 1:4] = points
    for own in (backwards, wide[::2, 1:4]):
        spaced = np.zeros(3000)
        spaced[::3] = charges
        store = np.full((2, 1000, 7), np.nan)
        out = (store[0, ::-1, 6], store[1, :, 5:2:-1])
        hotloop.fmm.Plan(own, leaf_size=20).evaluate(spaced[::3], out=out)
        assert np.array_equal(out[0], expected[0]) and np.array_equal(out[1], expected[1])
        assert np.isnan(store[1, :, :3]).all() and np.isnan(store[0, :, :6]).all()


def test_new_points_are_as_a_new_plan():
    points, charges = cloud("cube", 1500)
    plan = hotloop.fmm.Plan(points, eps=1e-4, leaf_size=25)
    for kind in KINDS:
        others, charges = cloud(kind, 1700, seed=3)
        plan.set_points(others)
        expected = hotloop.fmm.Plan(others, eps=1e-4, leaf_size=25).evaluate(charges)
        assert np.array_equal(plan.evaluate(charges), expected)
    before = plan.evaluate(charges)
    with pytest.raises(ValueError, match=r"sources\[3\]\[1\]"):
        bad = others.copy()
        bad[3, 1] = np.inf
        plan.set_points(bad)
    assert np.array_equal(plan.evaluate(charges), before)


def test_the_error_is_estimated():
    points, charges = cloud("cube", 5000)
    exact = hotloop.fmm.direct(points, charges)
    for order in (3, 6):
        plan = hotloop.fmm.Plan(points, order=order, leaf_size=30)
        potentials = plan.evaluate(charges)
        true = error(potentials, exact)
        assert abs(plan.estimate_error(charges, potentials, sample=10_000) - true) <= 1e-3 * true
        assert 0.5 * true < plan.estimate_error(charges, potentials, sample=500, seed=9) < 2.0 * true
    single = plan.evaluate(charges.astype(np.float32))
    assert 1e-9 < plan.estimate_error(charges.astype(np.float32), single) < 1e-5


def test_a_plan_says_what_it_has():
    points, charges = cloud("many scales", 10_000)
    plan = hotloop.fmm.Plan(points, eps=1e-6, leaf_size=30)
    plan.evaluate(charges)
    stats, timings = plan.stats, plan.timings
    assert stats["n_source"] == stats["n_target"] == 10_000 and stats["order"] == 7 and stats["leaf_size"] == 30
    assert stats["leaves"] < stats["boxes"] and stats["levels"] > 5 and stats["near_pairs"] > 10_000 and stats["translations"] > 1000
    assert list(timings) == ["P2M", "M2M", "M2L", "L2L", "L2P", "P2L", "M2P", "P2P"]
    assert all(timings[operator] > 0.0 for operator in ("P2M", "M2M", "M2L", "L2L", "L2P", "P2P"))


@pytest.mark.parametrize("eps", [1e-6, 1e-8, 1e-11])
def test_lattices_keep_eps_with_small_leaves(eps):
    # All of their points could be at corners of leaves, and sums of charges that alternate leave no large potentials to hide in.
    axis = np.arange(17.0)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    charges = (-1.0) ** points.sum(axis=1)
    found = hotloop.fmm.Plan(points, eps=eps, leaf_size=8).evaluate(charges)
    assert error(found, hotloop.fmm.direct(points, charges)) <= eps


@pytest.mark.parametrize("period", [None, 40.0])
def test_balance_makes_boxes_and_keeps_eps(period):
    points, charges = cloud("many scales", 6_000)
    charges -= charges.mean()
    plans = [hotloop.fmm.Plan(points, eps=1e-7, leaf_size=8, balance=balance, period=period) for balance in (False, True)]
    assert plans[0].stats["boxes"] < plans[1].stats["boxes"] and plans[0].stats["levels"] == plans[1].stats["levels"]
    plain, balanced = (plan.evaluate(charges) for plan in plans)
    assert 0.0 < error(balanced, plain) <= 1e-7
    with pytest.raises(TypeError, match="balance"):
        hotloop.fmm.Plan(points, balance=1)


def test_many_threads_evaluate_one_plan():
    points, _ = cloud("cube", 3000)
    charges = np.random.default_rng(4).uniform(-1.0, 1.0, (8, 3000))
    plan = hotloop.fmm.Plan(points, leaf_size=30)
    expected = [plan.evaluate(own, gradient=True) for own in charges]
    results = [None] * 8

    def work(i):
        results[i] = plan.evaluate(charges[i], gradient=True)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    for (potentials, gradients), result in zip(expected, results):
        assert np.array_equal(result[0], potentials) and np.array_equal(result[1], gradients)


def test_a_plan_in_use_is_not_changed():
    points, charges = cloud("cube", 1000)
    plan = hotloop.fmm.Plan(points, leaf_size=30)
    expected = plan.evaluate(charges)
    refusals = []

    def change(done, total):
        with pytest.raises(hotloop.BusyError, match="plan"):
            plan.set_points(points[:10])
        refusals.append(done)

    assert np.array_equal(plan.evaluate(charges, progress=change), expected)
    assert refusals[0] == 0 and refusals[-1] == 1000
    refusals.clear()
    plan.estimate_error(charges, expected, progress=change)
    assert refusals[0] == 0 and refusals[-1] == 1000
    assert np.array_equal(plan.evaluate(charges), expected)


def test_progress_and_cancellation():
    points, charges = cloud("cube", 60_000)
    plan = hotloop.fmm.Plan(points)
    seen = []
    whole = plan.evaluate(charges, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (60_000, 60_000)
    with pytest.raises(hotloop.Cancelled):
        plan.evaluate(charges, progress=lambda done, total: True)
    assert np.array_equal(plan.evaluate(charges), whole)


def test_vectors_together_have_the_bits_of_each_alone():
    points, _ = cloud("many scales", 4000)
    charges = np.random.default_rng(3).uniform(-1.0, 1.0, (7, 4000))
    charges[2] *= 1e90  # units are a vector's own
    for options in ({}, {"precision": "mixed", "eps": 1e-4}, {"translations": "blas"}):
        plan = hotloop.fmm.Plan(points, leaf_size=30, **options)
        together = plan.evaluate(charges, gradient=True)
        for vector, own in enumerate(charges):
            alone = plan.evaluate(own, gradient=True)
            assert np.array_equal(together[0][vector], alone[0]) and np.array_equal(together[1][vector], alone[1])
        assert np.array_equal(plan.evaluate(charges), together[0])


@pytest.mark.parametrize("kernel", [{}, {"kernel": "yukawa", "screening": 3.0}])
@pytest.mark.parametrize(("order", "precision"), [(2, "double"), (4, "double"), (7, "double"), (5, "mixed")])
@pytest.mark.parametrize("kind", ["cube", "many scales"])
def test_all_translations_carry_the_same(kind, order, precision, kernel):
    points, charges = cloud(kind, 3000)
    found = {}
    for translations in ("dense", "fft", "blas", "auto"):
        plan = hotloop.fmm.Plan(points, order=order, leaf_size=25, precision=precision, translations=translations, **kernel)
        found[translations] = plan.evaluate(charges)
    assert error(found["fft"], found["dense"]) < (1e-12 if precision == "double" else 1e-5)
    # A part of the errors of expansions themselves: docs/fmm.md.
    errors = {2: 4e-2, 4: 6e-4, 5: 6e-5, 7: 9e-7}
    assert error(found["blas"], found["dense"]) < 0.5 * errors[order]
    assert any(np.array_equal(found["auto"], found[name]) for name in ("fft", "blas"))


@pytest.mark.parametrize("translations", ["fft", "blas", "dense"])
def test_translations_have_the_same_bits_for_any_number_of_threads(translations):
    points, charges = cloud("many scales", 6000)
    plan = hotloop.fmm.Plan(points, order=4, leaf_size=20, translations=translations)
    with hotloop.threads(1):
        alone = plan.evaluate(charges, gradient=True)
    with hotloop.threads(3):
        assert all(np.array_equal(a, b) for a, b in zip(plan.evaluate(charges, gradient=True), alone))


@pytest.mark.parametrize(
    "options",
    [{}, {"precision": "mixed"}, {"translations": "blas"}, {"translations": "dense", "order": 4}, {"kernel": "yukawa", "screening": 2.0}],
)
def test_operators_from_a_file_give_the_same_bits(options, tmp_path):
    points, charges = cloud("many scales", 2000)
    plan = hotloop.fmm.Plan(points, leaf_size=20, **options)
    before = plan.evaluate(charges, gradient=True)
    file = tmp_path / "operators"
    plan.save_operators(file)
    plan.save_operators(file)  # replaces it
    assert [path.name for path in tmp_path.iterdir()] == ["operators"]
    hotloop.fmm.forget_operators()
    hotloop.fmm.load_operators(str(file))
    after = hotloop.fmm.Plan(points, leaf_size=20, **options).evaluate(charges, gradient=True)
    assert all(np.array_equal(a, b) for a, b in zip(after, before))
    # Another plan's file of the loaded ones is the same, to the byte.
    hotloop.fmm.Plan(points, leaf_size=20, **options).save_operators(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == file.read_bytes()


def test_files_of_operators_that_do_not_fit_are_refused(tmp_path):
    points, charges = cloud("cube", 2000)
    plan = hotloop.fmm.Plan(points, order=3, leaf_size=20)
    file = tmp_path / "operators"
    plan.save_operators(file)
    whole = file.read_bytes()
    for bytes_, message in (
        (whole[:-1], "cut short"),
        (whole[: len(whole) // 2], "cut short"),
        (whole[:500] + bytes([whole[500] ^ 1]) + whole[501:], "damaged"),
        (b"x" * 800, "no file of operators"),
        (b"", "cut short"),
    ):
        file.write_bytes(bytes_)
        with pytest.raises(OSError, match=message):
            hotloop.fmm.load_operators(file)
    with pytest.raises(OSError, match="could not be read"):
        hotloop.fmm.load_operators(tmp_path / "missing")
    with pytest.raises(OSError, match="could not be read"):
        hotloop.fmm.load_operators(tmp_path)
    with pytest.raises(OSError, match="could not be written"):
        plan.save_operators(tmp_path / "missing" / "operators")
    with pytest.raises(ValueError, match="path: is empty"):
        plan.save_operators("")
    with pytest.raises(ValueError, match="code 0"):
        plan.save_operators("operators\0")
    empty = hotloop.fmm.Plan(points[:10])
    empty.save_operators(file)
    hotloop.fmm.load_operators(file)
    # Neither waited for nor replaced; a link stays one, and names that others have taken stay as they are.
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(file)
    with pytest.raises(OSError, match="not a regular file"):
        hotloop.fmm.load_operators(pipe)
    with pytest.raises(OSError, match="not a regular file"):
        plan.save_operators(pipe)
    file.chmod(0o600)
    taken = [tmp_path / f"operators.{os.getpid()}-{number}.part" for number in range(40)]
    for other in taken:
        other.touch()
    plan.save_operators(link)
    assert pipe.is_fifo() and link.is_symlink() and file.stat().st_mode & 0o777 == 0o600 and file.read_bytes() == whole
    assert all(other.exists() for other in taken)


def test_a_process_at_another_simd_level_refuses_operators(tmp_path):
    points, _ = cloud("cube", 2000)
    file = tmp_path / "operators"
    hotloop.fmm.Plan(points, order=3, leaf_size=20).save_operators(file)
    program = "import sys, hotloop\ntry: hotloop.fmm.load_operators(sys.argv[1])\nexcept OSError as error: print(error)"
    environment = {**os.environ, "PYTHONPATH": str(pathlib.Path(hotloop.__file__).parent.parent)}
    for level in hotloop.config()["simd_available"].replace(",", " ").split():
        environment["HOTLOOP_SIMD"] = level
        run = subprocess.run([sys.executable, "-c", program, file], env=environment, capture_output=True, text=True, check=True)
        assert ("SIMD level" in run.stdout) == (level != hotloop.config()["simd"])


def test_operators_can_be_forgotten():
    points, charges = cloud("cube", 1000)
    before = hotloop.fmm.Plan(points, leaf_size=20).evaluate(charges)
    hotloop.fmm.forget_operators()
    assert np.array_equal(hotloop.fmm.Plan(points, leaf_size=20).evaluate(charges), before)


GOOD = np.random.default_rng(8).random((50, 3))


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: hotloop.fmm.Plan(GOOD[:, :2]), ValueError, r"sources: shape is \(50, 2\)"),
        (lambda: hotloop.fmm.Plan(GOOD.astype(int)), TypeError, "sources"),
        (lambda: hotloop.fmm.Plan(GOOD, GOOD.astype(np.float32)), TypeError, "targets"),
        (lambda: hotloop.fmm.Plan(np.where(GOOD == GOOD[7, 2], np.nan, GOOD)), ValueError, r"sources\[7\]\[2\]"),
        (lambda: hotloop.fmm.Plan(GOOD, np.full((3, 3), np.inf)), ValueError, r"targets\[0\]\[0\]"),
        (lambda: hotloop.fmm.Plan(GOOD * 1e200), ValueError, "scale them"),
        (lambda: hotloop.fmm.Plan(GOOD, eps=1e-13), ValueError, "eps: 1e-13 cannot be kept"),
        (lambda: hotloop.fmm.Plan(GOOD.astype(np.float32), eps=1e-8), ValueError, "or pass precision='double'"),
        (lambda: hotloop.fmm.Plan(GOOD, eps=0.0), ValueError, "eps"),
        (lambda: hotloop.fmm.Plan(GOOD, eps=np.nan), ValueError, "eps"),
        (lambda: hotloop.fmm.Plan(GOOD, order=1), ValueError, "order: is 1; use 2 to 14, or None for what eps wants"),
        (lambda: hotloop.fmm.Plan(GOOD, order=15), ValueError, "order: is 15"),
        (lambda: hotloop.fmm.Plan(GOOD, order=2.5), TypeError, "order"),
        (lambda: hotloop.fmm.Plan(GOOD, order=2**64), ValueError, "order"),
        (lambda: hotloop.fmm.Plan(np.broadcast_to(GOOD[:1], (2**31, 3))), ValueError, "n_source: is 2147483648"),
        (lambda: hotloop.fmm.Plan(GOOD, leaf_size=-3), ValueError, "leaf_size: is -3"),
        (lambda: hotloop.fmm.Plan(GOOD, max_level=21), ValueError, "max_level: is 21"),
        (lambda: hotloop.fmm.Plan(GOOD, kernel="helmholtz"), ValueError, "kernel"),
        (lambda: hotloop.fmm.Plan(GOOD, screening=1.0), ValueError, "but kernel is 'laplace'; pass kernel='yukawa'"),
        (lambda: hotloop.fmm.Plan(GOOD, kernel="yukawa"), ValueError, 'screening: is not given, but kernel is "yukawa"; pass screening'),
        (lambda: hotloop.fmm.Plan(GOOD, kernel="yukawa", screening=1e-9, period=1.0), ValueError, "screening: .*, or kernel='laplace'"),
        (lambda: hotloop.fmm.Plan(GOOD, period=-1.0), ValueError, "period: is -1; .*, and None stands for open space"),
        (lambda: hotloop.fmm.Plan(GOOD, kernel="yukawa", screening=-1.0), ValueError, "screening"),
        (lambda: hotloop.fmm.Plan(GOOD, precision="half"), ValueError, "precision"),
    ],
)
def test_what_cannot_be_a_plan_is_refused(make, kind, message):
    with pytest.raises(kind, match=message):
        make()


def test_what_cannot_be_evaluated_is_refused_and_nothing_is_written():
    plan = hotloop.fmm.Plan(GOOD)
    out = np.full(50, 7.0)
    charges = np.ones(50)
    bad = charges.copy()
    bad[13] = np.nan
    for call, kind, message in (
        (lambda: plan.evaluate(np.ones(49)), ValueError, r"charges: shape is \(49,\), expected \(50,\) or \(n_charge_vectors, 50\)"),
        (lambda: plan.evaluate(np.ones((50, 2))), ValueError, r"charges: shape is \(50, 2\), expected \(50,\) or \(n_charge_vectors, 50\)"),
        (lambda: plan.evaluate(np.ones(50, dtype=int)), TypeError, "charges"),
        (lambda: plan.evaluate(bad, out=(out, None)), ValueError, r"charges\[.*13\]"),
        (lambda: plan.evaluate(charges, out=(charges, None)), ValueError, "shares memory"),
        (lambda: plan.evaluate(charges, out=(out[:40], None)), ValueError, "potentials"),
        (lambda: plan.estimate_error(charges, out[:40]), ValueError, "potentials"),
        (lambda: plan.estimate_error(charges, out, sample=0), ValueError, "^sample"),
        (lambda: plan.evaluate(charges, gradient=True, out=(out, None)), ValueError, "gradient: is True, but out has no array for gradients"),
        (lambda: plan.evaluate(charges, gradient=1), TypeError, "gradient: expected True or False"),
        (lambda: plan.evaluate(charges, out=(out.astype(np.float32), None)), TypeError, r"potentials: .* make it with numpy.empty\(\(50,\), dtype=numpy.float64\)"),
        (lambda: copy.copy(plan), TypeError, "cannot be copied"),
        (lambda: pickle.dumps(plan), TypeError, "cannot be copied"),
    ):
        with pytest.raises(kind, match=message):
            call()
    assert (out == 7.0).all()


def test_a_file_of_something_else_is_refused_in_python_s_words(tmp_path):
    (tmp_path / "operators").write_bytes(b"no operators")
    with pytest.raises(OSError, match="name one that Plan.save_operators wrote"):
        hotloop.fmm.load_operators(tmp_path / "operators")


def test_the_least_eps_of_the_documentation_is_kept_and_less_is_not():
    single = GOOD.astype(np.float32)
    cases = ((GOOD, None, 6e-12), (GOOD, 1.0, 1.3e-11), (single, None, 9e-7), (single, 1.0, 4e-6))
    for points, period, least in cases:
        hotloop.fmm.Plan(points, eps=least, period=period)
        with pytest.raises(ValueError, match="eps: .* cannot be kept"):
            hotloop.fmm.Plan(points, eps=0.9 * least, period=period)
    hotloop.fmm.Plan(single, period=1.0, precision="double")
