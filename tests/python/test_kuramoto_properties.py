"""What must hold for any Kuramoto lattice: conservation, invariances, convergence orders, symmetries of the lattice."""

import hotloop
import numpy as np
import pytest
from kuramoto_numpy import slopes
from systems import LAYOUTS, laid_out

rhs, integrate = hotloop.kuramoto.rhs, hotloop.kuramoto.integrate
EPS = np.finfo(float).eps
SHAPES = [(50,), (31, 40), (3, 700), (7, 8, 9)]


def phases(shape, seed=0, dtype=float):
    return np.random.default_rng([seed, *shape]).uniform(0.0, 2.0 * np.pi, shape).astype(dtype)


@pytest.mark.parametrize("boundary", ["zero-flux", "periodic"])
@pytest.mark.parametrize("law", ["sine", "direct-sine", "linear"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_coupling_sums_to_nothing(shape, law, boundary):
    pull = rhs(phases(shape), 0.0, 1.0, law=law, boundary=boundary)
    # Pairs pull each other oppositely; each of 2 d terms a cell is right to 8 eps (differences up to 2 pi for "linear").
    assert abs(pull.sum()) <= 8.0 * 2 * len(shape) * pull.size * EPS


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_constant_added_to_all_phases_changes_nothing(shape):
    theta = phases(shape)
    for constant in (0.5, -100.0, 12345.0):
        change = np.abs(rhs(theta + constant, 1.0, 1.0) - rhs(theta, 1.0, 1.0)).max()
        # theta + constant is rounded to half a unit in its last place, in each of the two phases of 2 d differences.
        assert change <= 2 * len(shape) * (np.spacing(abs(constant) + 7.0) + 16.0 * EPS)


@pytest.mark.parametrize("method, order", [("euler", 1), ("heun", 2), ("rk4", 4)])
@pytest.mark.parametrize("shape", [(20,), (6, 9)], ids=str)
def test_a_method_converges_with_its_order(shape, method, order):
    start, omega = phases(shape, seed=1), phases(shape, seed=2)

    def end(steps, method=method):
        theta = start.copy()
        integrate(theta, omega, 0.7, 1.0 / steps, steps, method=method, boundary="periodic")
        return theta

    reference = end(3200, "rk4")
    coarse, fine = (np.abs(end(steps) - reference).max() for steps in (80, 160))
    # The next order adds a term smaller by dt |d f / d theta|: 1/80 times some 3, which is 4 % or 0.05 in the exponent.
    assert np.log2(coarse / fine) == pytest.approx(order, abs=0.1)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n, q", [(3, 1), (64, 1), (1000, 3), (5000, -7)])
def test_a_wave_around_a_ring_travels_unchanged(n, q, dtype):
    theta = (2.0 * np.pi * q * np.arange(n) / n).astype(dtype)
    slope = rhs(theta, 1.5, 2.0, boundary="periodic")
    # Phases up to 2 pi q are rounded to half a unit in their last place, in two differences of two phases each.
    assert np.abs(slope - 1.5).max() <= 4.0 * np.spacing(dtype(2.0 * np.pi * abs(q))) + 32.0 * np.finfo(dtype).eps


def test_turning_or_reflecting_a_plane_turns_or_reflects_the_same_bits():
    theta, omega, coupling = phases((41, 41)), phases((41, 41), 1), phases((41, 41), 2)
    below, above = phases((41,), 3), phases((41,), 4)

    def run(turn, boundary, halo):
        turned = turn(theta).copy()
        slope = rhs(turned, turn(omega), turn(coupling), boundary=boundary, halo=halo, lag=0.3)
        integrate(turned, turn(omega), turn(coupling), 0.05, 9, method="heun", boundary=boundary, halo=halo, lag=0.3)
        return slope, turned

    def agree(turn, boundary, halo):
        plain = run(lambda array: array, ("halo", "periodic"), {0: (below, above)})
        return all(np.array_equal(turn(a), b) for a, b in zip(plain, run(turn, boundary, halo)))

    assert agree(lambda a: a[::-1], ("halo", "periodic"), {0: (above, below)})
    assert agree(lambda a: a[:, ::-1], ("halo", "periodic"), {0: (below[::-1], above[::-1])})
    assert agree(lambda a: a.T, ("periodic", "halo"), {1: (below, above)})
    assert agree(np.rot90, ("periodic", "halo"), {1: (below[::-1], above[::-1])})


@pytest.mark.parametrize("boundary", ["zero-flux", "periodic"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_reflecting_a_block_reflects_the_same_bits(axis, boundary):
    theta = phases((9, 10, 35))
    reflected = np.flip(theta, axis).copy()
    for state in (theta, reflected):
        integrate(state, 1.0, 2.0, 0.05, 7, boundary=boundary)
    assert np.array_equal(np.flip(theta, axis), reflected)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("method", ["euler", "heun", "rk4"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_run_in_parts_has_the_bits_of_an_unbroken_one(shape, method, dtype):
    whole, parts = phases(shape, dtype=dtype), phases(shape, dtype=dtype)
    options = {"method": method, "boundary": "periodic", "lag": 0.2}
    integrate(whole, 1.0, 2.0, 0.05, 23, **options)
    for steps in (1, 0, 7, 15):
        assert integrate(parts, 1.0, 2.0, 0.05, steps, **options).steps_done == steps
    assert np.array_equal(whole, parts)


@pytest.mark.parametrize("record_every", [1, 4, 23, 24])
def test_records_are_the_states_on_the_way_and_change_nothing(record_every):
    recorded, plain = phases((31, 40)), phases((31, 40))
    run = integrate(recorded, 1.0, 2.0, 0.05, 23, record_every=record_every)
    assert run.frames.shape == (23 // record_every, 31, 40) and len(run.order_r) == len(run.order_psi) == len(run.frames)
    for frame, r, psi in zip(run.frames, run.order_r, run.order_psi):
        integrate(plain, 1.0, 2.0, 0.05, record_every)
        assert np.array_equal(frame, plain)
        assert hotloop.kuramoto.order_parameter(plain) == (r, psi)
    integrate(plain, 1.0, 2.0, 0.05, 23 % record_every)
    assert np.array_equal(recorded, plain)


def test_exactly_the_records_that_are_asked_for_are_made():
    def run(**options):
        return integrate(phases((5, 6)), 1.0, 2.0, 0.05, 6, **options)

    nothing = run()
    assert (nothing.frames, nothing.order_r, nothing.order_psi) == (None, None, None)
    assert run(record_every=2, frames=False).frames is None and run(record_every=2, frames=False).order_r.shape == (3,)
    assert run(record_every=2, order=False).order_r is None and run(record_every=2, order=False).frames.shape == (3, 5, 6)
    table = np.zeros((3, 2))
    given = run(record_every=2, frames=np.empty((3, 5, 6)), order=(table[:, 0], table[:, 1]))
    assert np.array_equal(given.order_psi, run(record_every=2).order_psi)
    assert np.array_equal(table[:, 0], given.order_r) and (table != 0.0).all()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_accumulating_adds_the_slopes_in_any_layout(layout, dtype):
    theta, before = phases((31, 40), dtype=dtype), phases((31, 40), 5, dtype)
    out = laid_out(before, layout)
    assert rhs(theta, 1.0, 2.0, accumulate=True, out=out) is out
    assert np.array_equal(out, before + rhs(theta, 1.0, 2.0))


@pytest.mark.parametrize("n_threads", [1, 2, 7])
@pytest.mark.parametrize("shape", [(5000,), (20, 33), (3, 4097), (130, 257), (20, 10, 12)], ids=str)
@pytest.mark.parametrize("boundary", ["zero-flux", "periodic", "halo"])
@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_any_number_of_threads_makes_the_steps_of_the_right_hand_side(shape, boundary, method, n_threads):
    theta = phases(shape)
    faces = [phases(shape[:axis] + shape[axis + 1 :], axis) for axis in range(len(shape))]
    halo = dict(enumerate((face, -face) for face in faces)) if boundary == "halo" else None
    model = {"omega": phases(shape, 1), "coupling": 2.0, "boundary": boundary, "halo": halo}
    expected = theta.copy()
    for _ in range(7):
        k = rhs(expected, **model)
        if method == "rk4":
            k2 = rhs(expected + 0.025 * k, **model)
            k3 = rhs(expected + 0.025 * k2, **model)
            k = (k + 2.0 * k2 + 2.0 * k3 + rhs(expected + 0.05 * k3, **model)) / 6.0
        expected += 0.05 * k
    serial = theta.copy()
    with hotloop.threads(1):
        integrate(serial, **model, dt=0.05, steps=7, method=method)
        slope = rhs(theta, **model)
    # Fused and separate operations round differently, by a unit in the last place of phases below 32, a few times a step.
    assert np.abs(serial - expected).max() <= 7 * 8 * np.spacing(16.0)
    with hotloop.threads(n_threads):
        assert np.array_equal(slope, rhs(theta, **model))
        integrate(theta, **model, dt=0.05, steps=7, method=method)
    assert np.array_equal(theta, serial)


def test_numbers_and_repeated_rows_are_what_full_arrays_are():
    theta, row = phases((31, 40)), phases((40,), 1)
    full = rhs(theta, np.tile(row, (31, 1)), np.full((31, 40), 2.0))
    assert np.array_equal(full, rhs(theta, np.broadcast_to(row, (31, 40)), 2))
    assert np.array_equal(full, rhs(theta, np.broadcast_to(row, (31, 40)), np.array(2.0)))
    assert np.array_equal(full, rhs(theta, np.broadcast_to(row, (31, 40)), np.float32(2.0)))
    single = theta.astype(np.float32)
    assert np.array_equal(rhs(single, 0.1, 2.0), rhs(single, np.full((31, 40), 0.1, np.float32), np.float32(2.0)))


def test_ghost_cells_around_a_part_give_the_slopes_of_the_whole():
    whole = phases((24, 30))
    slope = rhs(whole, 1.0, 2.0)
    part, halo = whole[5:15, 3:20], {0: (whole[4, 3:20], whole[15, 3:20]), 1: (whole[5:15, 2], whole[5:15, 20])}
    assert np.array_equal(rhs(part, 1.0, 2.0, boundary="halo", halo=halo), slope[5:15, 3:20])
    walls = rhs(phases((8,)), 1.0, 2.0, boundary="halo", halo={0: (0.25, np.array(0.5))})
    assert np.abs(walls - slopes(phases((8,)), 1.0, 2.0, "halo", {0: (0.25, 0.5)})).max() <= 32.0 * EPS


def test_propagate_lets_nan_reach_its_neighbours_and_no_other():
    theta = phases((9, 9))
    theta[4, 4] = np.nan
    slope = rhs(theta, 1.0, 2.0, nonfinite="propagate")
    rows, columns = np.nonzero(np.isnan(slope))
    assert sorted(zip(rows, columns)) == [(3, 4), (4, 3), (4, 4), (4, 5), (5, 4)]
    run = integrate(theta, 1.0, 2.0, 0.1, 2, nonfinite="propagate", record_every=1)
    assert np.isnan(theta).sum() == 13 and np.isnan(run.order_r).all()
    infinite = rhs(phases((3,)), 1.0, np.inf, nonfinite="propagate")
    assert not np.isfinite(infinite).any()


@pytest.mark.parametrize("shape", [(0,), (0, 5), (4, 0, 3)], ids=str)
def test_a_lattice_without_cells_has_nothing_to_do(shape):
    theta = np.empty(shape)
    assert rhs(theta, 1.0, 2.0).shape == shape
    run = integrate(theta, 1.0, 2.0, 0.1, 4, record_every=2, order=False)
    assert run.steps_done == 4 and run.frames.shape == (2, *shape)


def test_solve_ivp_takes_a_lattice_and_agrees_with_our_rk4():
    from scipy.integrate import solve_ivp

    lattice = hotloop.kuramoto.Lattice((8, 9), phases((8, 9), 1), 0.8, boundary="periodic", seed=3)
    solution = solve_ivp(lattice.rhs, (0.0, 2.0), lattice.theta.ravel(), method="DOP853", rtol=1e-11, atol=1e-11)
    lattice.integrate(0.005, 400, method="rk4")
    assert lattice.t == pytest.approx(2.0)
    # Both hold 1e-9: RK4's error is t (dt K)^4 / 120 of phases of 10 or so, SciPy's some hundred steps of 1e-11.
    assert np.abs(solution.y[:, -1].reshape(8, 9) - lattice.theta).max() <= 1e-8


def test_a_lattice_reads_flat_phases_where_they_are():
    lattice = hotloop.kuramoto.Lattice((8, 9), 1.0, 2.0, seed=1)
    expected = rhs(lattice.theta, 1.0, 2.0)
    spread = np.full(3 * 72, np.nan)
    spread[::3] = lattice.theta.ravel()
    assert np.array_equal(lattice.rhs(0.0, spread[::3]), expected.ravel())
    assert np.array_equal(lattice.rhs(0.0, lattice.theta), expected)
    with pytest.raises(hotloop.ArgumentError, match="y: shape"):
        lattice.rhs(0.0, np.zeros(71))
    with pytest.raises(TypeError, match="y: .*list"):
        lattice.rhs(0.0, [0.0] * 72)


def test_a_lattice_advances_the_array_that_it_was_given():
    theta = phases((8, 9))
    lattice = hotloop.kuramoto.Lattice(theta, 1.0, 2.0, boundary=("periodic", "zero-flux"), lag=0.1)
    alone = theta.copy()
    run = lattice.integrate(0.25, 8, record_every=2)
    integrate(alone, 1.0, 2.0, 0.25, 8, boundary=("periodic", "zero-flux"), lag=0.1)
    assert lattice.theta is theta and np.array_equal(theta, alone)
    assert lattice.t == 2.0 and len(run.frames) == 4 and "t=2" in repr(lattice)
    assert lattice.order_parameter() == (run.order_r[-1], run.order_psi[-1])


def test_random_lattices_come_from_their_seed():
    make = hotloop.kuramoto.Lattice
    theta = make((4, 5), 1.0, 2.0, seed=7).theta
    assert np.array_equal(theta, make((4, 5), 1.0, 2.0, seed=7).theta) and 0.0 <= theta.min() and theta.max() < 2 * np.pi
    assert make(6, 1.0, 2.0, dtype=np.float32).theta.dtype == np.float32
    for options in ({"seed": 1}, {"dtype": float}):
        with pytest.raises(hotloop.ArgumentError, match="random phases"):
            make(theta, 1.0, 2.0, **options)
