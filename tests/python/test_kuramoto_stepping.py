"""Methods of stepping, of every model: orders, tolerances, noise, and runs in parts."""

import hotloop
import numpy as np
import pytest

kuramoto = hotloop.kuramoto
RING = np.arange(41, dtype=np.int32) * 3, np.random.default_rng(5).integers(0, 40, 120).astype(np.int32)
MODELS = {
    "lattice": lambda theta: kuramoto.Lattice(theta, OMEGA.reshape(theta.shape).astype(theta.dtype), 1.5, boundary="periodic", lag=0.2),
    "network": lambda theta: kuramoto.Network(theta, OMEGA.astype(theta.dtype), 0.5, RING, lag=0.2),
    "mean field": lambda theta: kuramoto.MeanField(theta, OMEGA.astype(theta.dtype), 1.5, lag=0.2),
}
OMEGA = np.random.default_rng(1).normal(size=40)
THETA = np.random.default_rng(2).uniform(0.0, 6.0, 40)
each_model = pytest.mark.parametrize("model", MODELS)


def make(model, dtype=np.float64):
    theta = THETA.astype(dtype)
    return MODELS[model](theta.reshape(5, 8) if model == "lattice" else theta)


def after(model, time, steps, dtype=np.float64, **options):
    oscillators = make(model, dtype)
    oscillators.integrate(time / steps, steps, **options)
    return oscillators.theta.ravel()


@each_model
@pytest.mark.parametrize("method, order", [("euler", 1), ("heun", 2), ("rk4", 4)])
def test_methods_converge_with_their_order(model, method, order):
    exact = after(model, 2.0, 2000, method="rk4")
    coarse, fine = (np.abs(after(model, 2.0, steps, method=method) - exact).max() for steps in (64, 128))
    assert np.log2(coarse / fine) == pytest.approx(order, abs=0.2)


@each_model
def test_adaptive_steps_keep_their_tolerance(model):
    exact = after(model, 2.0, 4000, method="rk4")
    errors = [np.abs(after(model, 2.0, 4, method="dormand-prince", atol=atol) - exact).max() for atol in (1e-4, 1e-7, 1e-10)]
    # The tolerance is that of a step; what a step errs grows on the way by what the flow stretches it.
    for error, atol in zip(errors, (1e-4, 1e-7, 1e-10)):
        assert error <= 100.0 * atol
    assert errors[0] > errors[1] > errors[2]


def test_the_adaptive_method_is_of_order_five():
    """Steps forced by the tolerance: the error falls with the fifth power of their length, so with tolerance to the 5/6."""
    exact = after("mean field", 2.0, 4000, method="rk4")
    tolerances = 10.0 ** -np.arange(4.0, 10.0)
    errors = [np.abs(after("mean field", 2.0, 1, method="dormand-prince", atol=atol) - exact).max() for atol in tolerances]
    slope = np.polyfit(np.log10(tolerances), np.log10(errors), 1)[0]
    assert 0.75 <= slope <= 1.15


def test_a_single_adaptive_step_errs_with_the_sixth_power_of_its_length():
    errors = []
    for dt in (0.2, 0.1):
        theta, exact = THETA.copy(), THETA.copy()
        kuramoto.mean_field_integrate(theta, OMEGA, 1.5, dt, 1, method="dormand-prince", atol=10.0, next_step=dt)
        kuramoto.mean_field_integrate(exact, OMEGA, 1.5, dt / 100, 100, method="rk4")
        errors.append(np.abs(theta - exact).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(6.0, abs=0.4)


def test_a_large_relative_tolerance_lets_large_phases_go():
    far = kuramoto.MeanField(THETA + 1e6, OMEGA, 1.5)
    near = kuramoto.MeanField(THETA.copy(), OMEGA, 1.5)
    for oscillators in (far, near):
        oscillators.integrate(1.0, 2, method="dormand-prince", atol=0.0, rtol=1e-7)
    assert np.abs(far.theta - 1e6 - near.theta).max() > 1e-6


@each_model
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "options", [dict(method="rk4"), dict(noise=0.5, noise_seed=3), dict(method="heun", noise=0.5), dict(method="dormand-prince", atol=1e-4)],
    ids=lambda options: " ".join(map(str, options.values())),
)  # fmt: skip
def test_a_run_in_parts_has_the_bits_of_one(model, dtype, options):
    whole, parts = make(model, dtype), make(model, dtype)
    run = whole.integrate(0.25, 11, record_every=2, **options)
    for steps in (4, 0, 1, 6):
        parts.integrate(0.25, steps, **options)
    assert whole.theta.tobytes() == parts.theta.tobytes()
    again = make(model, dtype)
    again.integrate(0.25, 10, **options)
    assert run.frames[-1].tobytes() == again.theta.tobytes()


def test_parts_of_an_adaptive_run_hand_on_the_length_of_the_step():
    whole, parts = THETA.copy(), THETA.copy()
    kuramoto.mean_field_integrate(whole, OMEGA, 1.5, 0.7, 6, method="dormand-prince")
    first = kuramoto.mean_field_integrate(parts, OMEGA, 1.5, 0.7, 2, method="dormand-prince")
    assert first.next_step > 0.0
    kuramoto.mean_field_integrate(parts, OMEGA, 1.5, 0.7, 4, method="dormand-prince", next_step=first.next_step)
    assert whole.tobytes() == parts.tobytes()


@each_model
def test_noise_is_the_same_for_any_number_of_threads_and_seed_makes_it(model):
    def run(seed, threads):
        oscillators = make(model)
        with hotloop.threads(threads):
            oscillators.integrate(0.1, 5, noise=0.3, noise_seed=seed)
        return oscillators.theta.tobytes()

    assert run(1, 1) == run(1, 2) == run(1, 7) != run(2, 1)


def test_noise_has_the_variance_of_brownian_motion():
    """Without drift phases are sums of independent normal numbers: mean 0, variance sigma^2 t, whatever dt."""
    n = 40_000
    for dt, steps in ((0.01, 100), (0.25, 4)):
        theta = np.zeros(n)
        kuramoto.mean_field_integrate(theta, 0.0, 0.0, dt, steps, noise=0.5)
        assert abs(theta.mean()) <= 5.0 * 0.5 / np.sqrt(n)
        assert abs(theta.var() / 0.25 - 1.0) <= 5.0 * np.sqrt(2.0 / n)


def test_noise_of_a_lattice_is_that_of_its_cells():
    """A network's node and a lattice's cell of the same number have the same noise; parts of a lattice say where they begin."""
    whole = np.zeros((6, 50))
    kuramoto.integrate(whole, 0.0, 0.0, 0.5, 3, noise=1.0, noise_seed=9)
    line = np.zeros(300)
    kuramoto.mean_field_integrate(line, 0.0, 0.0, 0.5, 3, noise=1.0, noise_seed=9)
    assert np.abs(whole.ravel() - line).max() <= 1e-15
    part = np.zeros((2, 50))
    kuramoto.integrate(part, 0.0, 0.0, 0.5, 3, noise=1.0, noise_seed=9, first_cell=200)
    assert (part == whole[4:]).all()
    column = np.zeros((50, 6)).T
    kuramoto.integrate(column, 0.0, 0.0, 0.5, 3, noise=1.0, noise_seed=9)
    assert (column == whole).all()


def test_heun_with_noise_is_heuns_method_of_the_noisy_path():
    """One step by hand: the predictor and the corrector add the same increment."""
    increment = np.zeros(40)
    kuramoto.mean_field_integrate(increment, 0.0, 0.0, 0.1, 1, noise=0.7, noise_seed=4)
    first = kuramoto.mean_field_rhs(THETA, OMEGA, 1.5)
    second = kuramoto.mean_field_rhs(THETA + increment + 0.1 * first, OMEGA, 1.5)
    found = THETA.copy()
    kuramoto.mean_field_integrate(found, OMEGA, 1.5, 0.1, 1, method="heun", noise=0.7, noise_seed=4)
    assert np.abs(found - (THETA + increment + 0.05 * (first + second))).max() <= 4e-15


def test_a_noisy_mean_field_has_its_stationary_order():
    """Identical oscillators with noise: r solves r = I1(2 K r / sigma^2) / I0(...) (Sakaguchi 1988)."""
    special = pytest.importorskip("scipy.special")
    coupling, sigma, n = 1.0, 0.8, 20_000
    r = 0.5
    for _ in range(200):
        r = special.i1(2 * coupling * r / sigma**2) / special.i0(2 * coupling * r / sigma**2)
    model = kuramoto.MeanField(np.zeros(n), 0.0, coupling)
    run = model.integrate(0.02, 3000, method="heun", noise=sigma, record_every=20, frames=False)
    assert run.order_r[50:].mean() == pytest.approx(r, abs=0.01)


def test_tolerances_that_cannot_be_met_are_an_error_at_a_whole_step():
    theta = THETA.astype(np.float32)
    before = theta.copy()
    with pytest.raises(ArithmeticError, match="rtol, atol: a step of") as error:
        kuramoto.mean_field_integrate(theta, 1.0, 1.5, 1.0, 3, method="dormand-prince", atol=1e-30)
    assert error.value.integration.steps_done == 0
    assert theta.tobytes() == before.tobytes()


def test_cancelling_an_adaptive_run_leaves_a_whole_step():
    theta = np.random.default_rng(1).uniform(0.0, 6.0, 100_000)
    whole = theta.copy()
    calls = []

    def stop(done, total):
        calls.append(done)
        return done >= 3

    with pytest.raises(hotloop.Cancelled) as error:
        kuramoto.mean_field_integrate(theta, 1.0, 1.5, 0.5, 10_000, method="dormand-prince", progress=stop)
    stopped = error.value.integration
    assert 3 <= stopped.steps_done < 10_000 and stopped.next_step > 0.0
    kuramoto.mean_field_integrate(whole, 1.0, 1.5, 0.5, stopped.steps_done, method="dormand-prince")
    assert theta.tobytes() == whole.tobytes()


@pytest.mark.parametrize("omega, dt, options", [(1e200, 1e-200, {}), (np.nan, 1e-315, dict(nonfinite="propagate"))])
def test_adaptive_steps_end_whatever_the_sizes(omega, dt, options):
    """A first step of 0, or a shortest step that rounds to 0, would never cover anything."""
    calls = []

    def too_long(done, total):
        calls.append(done)
        return len(calls) > 10  # two seconds

    theta = np.zeros(3)
    try:
        kuramoto.mean_field_integrate(theta, omega, 1.0, dt, 2, method="dormand-prince", progress=too_long, **options)
        assert np.allclose(theta, 2.0 * dt * omega, rtol=1e-9)
    except hotloop.NotConvergedError:
        assert np.isnan(omega)
