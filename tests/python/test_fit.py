"""Fits and derivatives: against differences, an evaluation by hand, and known answers."""

import threading

import hotloop
import numpy as np
import pytest
from hotloop import exciton
from systems import LAYOUTS, brixner, laid_out, random_system

GRID = np.arange(11_800.0, 13_000.0, 7.0)
CD_GRID = 11_900.0 + 9.0 * np.arange(110) + np.sin(np.arange(110))

EVERY_KIND = [
    *exciton.site_energies(4),
    ("coupling", 0, 2),
    ("coupling", 3, 1),
    ("dipole-scale", 1),
    ("dipole-rotation", 2, "x"),
    ("dipole-rotation", 2, "z"),
    ("position", 0, "y"),
    ("fwhm", "absorption"),
    ("fwhm", "cd"),
    ("shift", "both"),
    ("scale", "cd"),
    ("offset", "absorption"),
]
VALUES = np.array([10.0, -20, 30, 5, 4, -3, 1.1, 0.2, -0.3, 0.7, 77, 64, 3.5, 0.9, 0.02])
STEPS = np.array([2.0, 2, 2, 2, 2, 2, 0.05, 0.05, 0.05, 0.5, 2, 2, 2, 0.1, 0.1])


def by_hand(hamiltonians, dipoles, positions, values):
    """The model of EVERY_KIND from `spectrum` and NumPy alone."""
    v = dict(zip(EVERY_KIND, values))
    h, mu, r = hamiltonians.copy(), dipoles.copy(), positions.copy()
    for i in range(4):
        h[:, i, i] += v["site-energy", i]
    for i, j in ((0, 2), (3, 1)):
        h[:, i, j] += v["coupling", i, j]
        h[:, j, i] += v["coupling", i, j]
    mu[:, 1] *= v["dipole-scale", 1]
    w = np.array([v["dipole-rotation", 2, "x"], 0.0, v["dipole-rotation", 2, "z"]])
    angle = np.linalg.norm(w)
    k = np.cross(np.eye(3), w / angle) @ np.eye(3)
    k = np.array([[0, -w[2], w[1]], [w[2], 0, -w[0]], [-w[1], w[0], 0]]) / angle
    turn = np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k)
    mu[:, 2] = mu[:, 2] @ turn.T
    r[:, 0, 1] += v["position", 0, "y"]
    shift, options = v["shift", "both"], {"broadening": "direct", "cutoff": np.inf}
    absorption, _ = exciton.spectrum(h, mu, None, GRID - shift, fwhm=v["fwhm", "absorption"], **options)
    _, cd = exciton.spectrum(h, mu, r, CD_GRID - shift, fwhm=v["fwhm", "cd"], **options)
    return absorption + v["offset", "absorption"], cd * v["scale", "cd"]


@pytest.fixture(scope="module")
def system():
    return random_system(9, 4, seed=3)


def test_the_model_is_what_the_documentation_says(system):
    found = exciton.jacobian(*system, EVERY_KIND, VALUES, absorption_grid=GRID, cd_grid=CD_GRID)
    for ours, theirs in zip((found.absorption, found.cd), by_hand(*system, VALUES)):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=5e-13 * np.abs(theirs).max())


def test_the_jacobian_is_the_derivative(system):
    found = exciton.jacobian(*system, EVERY_KIND, VALUES, absorption_grid=GRID, cd_grid=CD_GRID)
    for p, step in enumerate(STEPS):

        def central(h):
            moved = [VALUES + h * sign * (np.arange(len(VALUES)) == p) for sign in (1, -1)]
            (a, c), (b, d) = (by_hand(*system, values) for values in moved)
            return np.concatenate([a - b, c - d]) / (2 * h)

        coarse, middle, fine = (central(step / k) for k in (1, 2, 4))
        coarse, middle = (4 * middle - coarse) / 3, (4 * fine - middle) / 3
        expected = (16 * middle - coarse) / 15
        ours = np.concatenate([found.absorption_jacobian[:, p], found.cd_jacobian[:, p]])
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-7 * np.abs(expected).max(), err_msg=str(EVERY_KIND[p]))


def test_the_gradient_is_the_jacobian_times_the_residuals(system):
    rng = np.random.default_rng(1)
    measured, cd_measured = rng.standard_normal(len(GRID)), rng.standard_normal(len(CD_GRID))
    sigma = rng.uniform(0.5, 2.0, len(GRID))
    sigma[5] = np.inf
    found = exciton.residual_gradient(
        *system, EVERY_KIND, VALUES, absorption=(GRID, measured, sigma), cd=(CD_GRID, cd_measured)
    )
    rows = exciton.jacobian(*system, EVERY_KIND, VALUES, absorption_grid=GRID, cd_grid=CD_GRID)
    absorption, cd = (rows.absorption - measured) / sigma, rows.cd - cd_measured
    assert found.value == pytest.approx(0.5 * (absorption @ absorption + cd @ cd), rel=1e-13)
    expected = (absorption / sigma) @ rows.absorption_jacobian + cd @ rows.cd_jacobian
    np.testing.assert_allclose(found.gradient, expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())
    np.testing.assert_array_equal(found.absorption, rows.absorption)


def test_every_layout_gives_the_same_bits(system):
    measured = np.sin(GRID)
    expected = exciton.residual_gradient(*system, EVERY_KIND, VALUES, absorption=(GRID, measured), cd=(CD_GRID, CD_GRID))
    for layout in LAYOUTS:
        given = [laid_out(array, layout) for array in system]
        grid, values = laid_out(GRID, layout), laid_out(measured, layout)
        found = exciton.residual_gradient(*given, EVERY_KIND, VALUES, absorption=(grid, values), cd=(CD_GRID, CD_GRID))
        assert found.value == expected.value
        np.testing.assert_array_equal(found.gradient, expected.gradient)


def fmo(n_conf, seed=0):
    """The published FMO model with static disorder."""
    hamiltonian, dipoles, positions = brixner()
    rng = np.random.default_rng(seed)
    hamiltonians = np.repeat(hamiltonian[None], n_conf, 0)
    sites = np.arange(7)
    hamiltonians[:, sites, sites] += 40.0 * rng.standard_normal((n_conf, 7))
    return hamiltonians, dipoles, positions


def test_a_fit_recovers_what_made_the_spectra_and_says_how_well():
    system = fmo(50)
    truth = np.array([12.0, -25, 8, 30, -15, 5, -9])
    moved = system[0].copy()
    moved[:, np.arange(7), np.arange(7)] += truth
    grid = np.arange(11_800.0, 13_000.0, 4.0)
    absorption, cd = exciton.spectrum(moved, *system[1:], grid, cutoff=np.inf)
    exact = exciton.fit(*system, exciton.site_energies(7), absorption=(grid, absorption), cd=(grid, cd))
    np.testing.assert_allclose(exact.values, truth, rtol=0, atol=1e-6)
    assert exact.misfit < 1e-9 * exact.initial_misfit and exact.iterations < 30

    rng = np.random.default_rng(2)
    sigmas = [np.full(len(grid), 0.003 * np.abs(s).max()) for s in (absorption, cd)]
    noisy = [s + sigma * rng.standard_normal(len(grid)) for s, sigma in zip((absorption, cd), sigmas)]
    found = exciton.fit(
        *system, exciton.site_energies(7), absorption=(grid, noisy[0], sigmas[0]), cd=(grid, noisy[1], sigmas[1])
    )
    assert (np.abs(found.values - truth) < 4 * found.standard_errors).all()
    assert 2 * found.misfit / found.degrees_of_freedom == pytest.approx(1.0, abs=0.2)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), found.standard_errors)
    np.testing.assert_allclose(np.diag(found.correlation), 1.0)
    assert found.reason in ("misfit", "step", "gradient")
    assert "site-energy 6" in str(found) and "iterations" in str(found)


def test_threads_do_not_change_a_bit():
    system = fmo(400)
    measured = np.cos(GRID / 100) * 20
    results = []
    for threads in (1, 2, 7):
        with hotloop.threads(threads):
            results.append(exciton.fit(*system, exciton.site_energies(7), absorption=(GRID, measured), max_iterations=5))
    for other in results[1:]:
        np.testing.assert_array_equal(other.values, results[0].values)
        np.testing.assert_array_equal(other.covariance, results[0].covariance)


def test_bounds_priors_and_starts():
    system = fmo(20)
    absorption, _ = exciton.spectrum(system[0] + 20 * np.eye(7), system[1], None, GRID, cutoff=np.inf)
    parameters = exciton.site_energies(7)
    found = exciton.fit(*system, parameters, absorption=(GRID, absorption), upper=np.full(7, 15.0), lower=np.full(7, -15.0))
    assert (np.abs(found.values) <= 15.0).all() and (found.values == 15.0).any()
    assert (found.standard_errors[found.values == 15.0] == 0.0).all()
    known = (GRID, absorption, np.full(len(GRID), 1e-3))
    found = exciton.fit(*system, parameters, absorption=known, prior=np.zeros(7), prior_sigma=np.full(7, 50.0), starts=3, seed=4)
    np.testing.assert_allclose(found.values, 20.0, atol=1.0)
    assert found.prior_misfit > 0.0


def test_an_interrupted_fit_keeps_its_best_values():
    # Enough for several words of progress on a fast machine.
    system = fmo(100_000)
    target, _ = exciton.spectrum(system[0] + 30 * np.eye(7), system[1], None, GRID)
    told = []

    def stop(done, total):
        told.append((done, total))
        return done > 225_000

    with pytest.raises(hotloop.Cancelled) as caught:
        exciton.fit(*system, exciton.site_energies(7), absorption=(GRID, target), progress=stop)
    best = caught.value.fit
    assert best.reason == "cancelled" and best.misfit < best.initial_misfit
    assert told[0][0] == 0

    def interrupt(done, total):
        if done > 225_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        exciton.fit(*system, exciton.site_energies(7), absorption=(GRID, target), progress=interrupt)
    assert caught.value.fit.misfit < best.initial_misfit


def test_what_nothing_determines_is_named():
    system = fmo(3)
    target, _ = exciton.spectrum(system[0], system[1], None, GRID)
    parameters = [("site-energy", 0), ("position", 3, "x")]
    with pytest.raises(hotloop.SingularError, match="row 1") as caught:
        exciton.fit(*system, parameters, absorption=(GRID, target + 0.01))
    assert caught.value.fit.standard_errors[1] == np.inf and caught.value.fit.standard_errors[0] < 100.0
    with pytest.raises(hotloop.SingularError, match="rows 0, 1, 2, 3, 4, 5, 6, 7 cannot be told") as caught:
        exciton.fit(*system, [*exciton.site_energies(7), ("shift", "absorption")], absorption=(GRID, target))
    assert (caught.value.fit.standard_errors == np.inf).all()


def test_a_prior_stays_where_no_datum_is_and_weighs_against_the_scatter():
    """Whatever the unit of a measurement without sigma."""
    system = fmo(3)
    parameters, wide = [*exciton.site_energies(7), ("position", 3, "x")], np.r_[np.full(7, 30.0), 2.0]
    truth = np.array([12.0, -9.0, 14.0, 3.0, -6.0, 9.0, -4.0])
    moved = system[0].copy()
    moved[:, np.arange(7), np.arange(7)] += truth
    target, _ = exciton.spectrum(moved, system[1], None, GRID)
    noise = 0.01 * target.max() * np.random.default_rng(5).standard_normal(target.size)
    found = exciton.fit(*system, parameters, absorption=(GRID, target + noise), prior=np.zeros(8), prior_sigma=wide)
    known = exciton.fit(
        *system, parameters, absorption=(GRID, target + noise, np.full(target.size, 0.01 * target.max())), prior=np.zeros(8), prior_sigma=wide
    )
    assert found.standard_errors[7] == pytest.approx(2.0)
    np.testing.assert_allclose(found.standard_errors, known.standard_errors, rtol=0.2)
    assert (np.abs(found.values - known.values) < 0.3 * known.standard_errors).all()


def test_sigma_of_one_spectrum_alone_is_refused():
    system = fmo(2)
    target, cd = exciton.spectrum(*system, GRID)
    with pytest.raises(ValueError, match="sigma: one spectrum has it"):
        exciton.fit(*system, exciton.site_energies(7), absorption=(GRID, target, np.ones(GRID.size)), cd=(GRID, cd))


def test_a_gap_of_infinite_sigma_does_not_count():
    system = fmo(2)
    target, _ = exciton.spectrum(system[0], system[1], None, GRID)
    gap = target.copy()
    gap[20:25] = np.nan
    sigma = np.where(np.isnan(gap), np.inf, 1.0)
    found = exciton.fit(*system, exciton.site_energies(7), absorption=(GRID, gap, sigma))
    assert found.degrees_of_freedom == GRID.size - 5 - 7 and np.abs(found.values).max() < 1e-6


def bad(**changes):
    """A call with one thing wrong."""
    system = fmo(2)
    arguments = {"parameters": exciton.site_energies(7), "values": None, "absorption": (GRID, GRID * 0.0), **changes}
    return lambda: exciton.fit(*system, **arguments)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (bad(parameters=[("site-energy", 7)]), ValueError, "parameters: row 0 names site 7; there are 7"),
        (bad(parameters=[("site-enery", 7)]), ValueError, "row 0 is .* a kind is one of 'site-energy'"),
        (bad(parameters=[("coupling", 1)]), ValueError, "'coupling' takes 2 more items"),
        (bad(parameters=[("coupling", 1, 1)]), ValueError, "row 0 is the coupling of site 1 with itself"),
        (bad(parameters=[("position", 1, "w")]), ValueError, "axes are 'x', 'y' and 'z'"),
        (bad(parameters=[("fwhm", "lid")]), ValueError, "use 'absorption', 'cd', 'ld', 'both' or 'all'"),
        (bad(parameters=[("site-energy", 0)] * 2), ValueError, "row 1 sets what row 0 sets"),
        (bad(parameters=[("site-energy", 0)], deleted=[0]), ValueError, "names site 0, which is deleted"),
        (bad(values=np.zeros(6)), ValueError, r"values: shape is \(6,\), expected \(7,\)"),
        (bad(values=[np.nan] * 7), hotloop.NonFiniteError, "values: element 0 is NaN; use finite values"),
        (bad(lower=np.ones(7)), ValueError, "values: element 0 is 0, outside its bounds 1 to inf"),
        (bad(lower=np.ones(7), upper=np.zeros(7)), ValueError, "lower: element 0 is 1, above upper"),
        (bad(prior=np.ones(7)), ValueError, "prior: given without prior_sigma"),
        (bad(prior=np.ones(7), prior_sigma=np.zeros(7)), ValueError, "prior_sigma: element 0 is 0"),
        (bad(starts=0), ValueError, "starts: is 0; it is from 1"),
        (bad(absorption=None), ValueError, "neither absorption nor cd"),
        (bad(absorption=GRID), TypeError, r"absorption: expected \(grid, measured\)"),
        (bad(absorption=(GRID, GRID[1:])), ValueError, "absorption_measured: shape"),
        (bad(absorption=(GRID[::-1], GRID)), ValueError, "absorption_grid: point 1"),
        (bad(absorption=(GRID, GRID, GRID * 0.0)), ValueError, "absorption_sigma: element 0 is 0; a standard deviation"),
        (bad(absorption=(GRID, GRID * np.nan)), ValueError, "absorption_measured: element 0 is NaN"),
        (bad(parameters=[("dipole-scale", 0)], normalize_dipoles=True), ValueError, "normalize_dipoles: is True though .*; set it to False, or leave"),
        (bad(fwhm=1e-9), ValueError, "fwhm: 1e-9 cm-1 is too narrow for a grid"),
        (bad(parameters=[("fwhm", "both")], values=[-1.0]), ValueError, "element 0 is -1; a full width"),
        (bad(lineshape="voigt"), TypeError, "lineshape: no such argument; fit takes absorption, axis, cd, cd_scale, .* lower, .* starts, .* upper"),
        (bad(absorbtion=1), TypeError, r"absorbtion: no such argument; did you mean absorption\? fit takes absorption, axis"),
        (bad(fwhm=np.full(7, 70.0)), ValueError, "fwhm: is an array; here a spectrum has one width"),
        (bad(parameters=("site-energy", 0)), TypeError, "parameters: row 0 is 'site-energy'; expected a list of tuples"),
        (bad(parameters=[()]), TypeError, r"parameters: row 0 is \(\); expected a list of tuples"),
        (bad(parameters=None), TypeError, "parameters: expected a list of tuples such as .* got NoneType"),
        (bad(lower=[None] * 7), ValueError, "lower: element 0 is NaN; a bound is a number, or infinite for none"),
        (bad(upper=np.where(np.arange(7) == 2, np.nan, 9.0)), ValueError, "upper: element 2 is NaN"),
    ],
)
def test_what_is_wrong_is_said(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_point_dipole_couplings_are_the_formula():
    rng = np.random.default_rng(5)
    dipoles, positions = rng.standard_normal((3, 5, 3)), 10 * rng.standard_normal((3, 5, 3))
    hamiltonians = np.full((3, 5, 5), 7.0)
    found = exciton.point_dipole_couplings(dipoles, positions, screening=0.8, out=hamiltonians)
    assert found is hamiltonians
    for c in range(3):
        for i in range(5):
            for j in range(5):
                r = positions[c, i] - positions[c, j]
                d = np.linalg.norm(r)
                expected = 7.0
                if i != j:
                    angles = dipoles[c, i] @ dipoles[c, j] - 3 * (dipoles[c, i] @ r) * (dipoles[c, j] @ r) / d**2
                    expected = 0.8 * 5034.116567 * angles / d**3
                assert found[c, i, j] == pytest.approx(expected, rel=1e-9)
    one = exciton.point_dipole_couplings(dipoles[0], positions[0])
    np.testing.assert_array_equal(np.diag(one), 0.0)
    np.testing.assert_allclose(one[0, 1] * 0.8, found[0, 0, 1])
    with pytest.raises(ValueError, match="sites 0 and 1 of configuration 0"):
        exciton.point_dipole_couplings(dipoles[0], positions[0] * 0.0)


def test_many_fits_at_once_are_each_their_own():
    system = fmo(10)
    targets = [exciton.spectrum(system[0] + shift * np.eye(7), system[1], None, GRID)[0] for shift in (5.0, -5.0)]
    found = [None, None]

    def run(k):
        found[k] = exciton.fit(*system, exciton.site_energies(7), absorption=(GRID, targets[k])).values

    threads = [threading.Thread(target=run, args=(k,)) for k in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k in (0, 1):
        alone = exciton.fit(*system, exciton.site_energies(7), absorption=(GRID, targets[k])).values
        np.testing.assert_array_equal(found[k], alone)


def test_disorder_has_the_covariance_asked_for_and_numbers_of_its_own():
    hamiltonian = brixner()[0]
    factor = np.hstack([np.diag(np.arange(40.0, 110.0, 10.0)), np.full((7, 1), 30.0)])
    members = exciton.disorder(hamiltonian, 40_000, factor, seed=3)
    sites = members[:, np.arange(7), np.arange(7)]
    np.testing.assert_allclose(np.cov(sites.T), factor @ factor.T, atol=250.0)
    np.testing.assert_array_equal(members[:, 1, 0], hamiltonian[1, 0])
    np.testing.assert_array_equal(exciton.disorder(hamiltonian, 5, factor, seed=3, first_member=100), members[100:105])
    with hotloop.threads(2):
        np.testing.assert_array_equal(exciton.disorder(hamiltonian, 40_000, factor, seed=3), members)
    assert not np.array_equal(exciton.disorder(hamiltonian, 5, factor, seed=4), members[:5])
    couplings = exciton.disorder(hamiltonian, 5000, 50.0, coupling_sigma=np.full((7, 7), 8.0))
    assert couplings[:, 3, 2].std() == pytest.approx(8.0, rel=0.1)
    for sigma in (-50.0, [10.0, -50.0, *[10.0] * 5]):
        with pytest.raises(ValueError, match="site_sigma: is -50; a standard deviation"):
            exciton.disorder(hamiltonian, 5, sigma)
    with pytest.raises(ValueError, match=r"coupling_sigma: element \(1, 0\) is -1"):
        exciton.disorder(hamiltonian, 5, 50.0, coupling_sigma=-np.ones((7, 7)))


def test_linear_dichroism_is_its_formula_and_vanishes_in_the_mean_over_axes():
    hamiltonian, dipoles, _ = brixner()
    members = exciton.disorder(hamiltonian, 30, 50.0)
    axis = np.array([1.0, -2.0, 0.5])
    found = exciton.linear_dichroism(members, dipoles, 10 * axis, GRID, fwhm=90.0)
    sticks = exciton.sticks(members, dipoles)
    along = sticks.exciton_dipoles @ axis / np.linalg.norm(axis)
    strengths = 1.5 * (3 * along**2 - sticks.dipole_strengths)
    expected, _ = exciton.broaden(sticks.energies, strengths, None, GRID, fwhm=90.0)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * np.abs(expected).max())
    total = sum(exciton.linear_dichroism(members, dipoles, unit, GRID) for unit in np.eye(3))
    np.testing.assert_allclose(total, 0.0, atol=1e-10)
    # Through LAPACK as well: one large system.
    h, mu, _ = random_system(1, 40)
    found = exciton.linear_dichroism(h, mu, [0, 0, 1], GRID)
    sticks = exciton.sticks(h, mu)
    strengths = 1.5 * (3 * sticks.exciton_dipoles[..., 2] ** 2 - sticks.dipole_strengths)
    expected, _ = exciton.broaden(sticks.energies, strengths, None, GRID)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * np.abs(expected).max())
    for bad, message in (([0, 0, 0], "axis: has length 0"), ([0, np.nan, 0], "axis: element 1 is NaN")):
        with pytest.raises(ValueError, match=message):
            exciton.linear_dichroism(members, dipoles, bad, GRID)


def test_linear_dichroism_is_a_sum_of_absorption_spectra():
    hamiltonians, dipoles, _ = fmo(5)
    axis = np.array([0.6, 0.0, 0.8])
    ld = exciton.linear_dichroism(hamiltonians, dipoles, axis, GRID, cutoff=np.inf, broadening="direct")
    along, whole = (
        exciton.jacobian(hamiltonians, d, None, [], [], absorption_grid=GRID).absorption for d in (np.outer(dipoles @ axis, axis), dipoles)
    )
    np.testing.assert_allclose(4.5 * along - 1.5 * whole, ld, rtol=0, atol=1e-12 * np.abs(ld).max())


@pytest.mark.parametrize(
    "options, is_watched",
    [
        ({}, False),
        ({"max_iterations": 10**7}, True),
        ({"starts": 10**5, "lower": [-5.0, -5.0], "upper": [5.0, 5.0]}, True),
        ({"variants": [exciton.Variant(1e-5)] * 100_000}, True),
    ],
)
def test_a_fit_is_watched_for_ctrl_c_if_it_could_take_long(monkeypatch, options, is_watched):
    from hotloop import _progress

    class Begun(Exception):
        pass

    def watched(*_):
        raise Begun

    monkeypatch.setattr(_progress, "_run_watched", watched)
    hamiltonians = np.array([[[12_000.0, 50.0], [50.0, 12_300.0]]])
    dipoles = np.array([[[1.0, 0.0, 0.0], [0.3, 0.9, 0.0]]])
    grid = np.arange(11_700.0, 12_600.0, 10.0)
    measured = exciton.jacobian(hamiltonians, dipoles, None, exciton.site_energies(2), [9.0, -4.0], absorption_grid=grid).absorption
    fit = lambda: exciton.fit(  # noqa: E731
        hamiltonians, dipoles, None, exciton.site_energies(2), absorption=(grid, measured), **options
    )
    if is_watched:
        with pytest.raises(Begun):
            fit()
    else:
        np.testing.assert_allclose(fit().values, [9.0, -4.0], atol=1e-6)


def test_a_function_of_a_model_lists_its_own_arguments():
    system, parameters = fmo(2), exciton.site_energies(7)
    with pytest.raises(TypeError, match=r"cd_grids: no such argument; did you mean cd_grid\? jacobian takes absorption_grid, axis"):
        exciton.jacobian(*system, parameters, np.zeros(7), cd_grids=GRID)
    with pytest.raises(TypeError, match="bounds: no such argument; residual_gradient takes absorption, axis") as caught:
        exciton.residual_gradient(*system, parameters, np.zeros(7), bounds=1)
    assert "starts" not in str(caught.value)


def test_a_width_without_axes_is_a_number():
    system = fmo(2)
    measured = exciton.jacobian(*system, [], [], absorption_grid=GRID, fwhm=80.0).absorption
    found = exciton.jacobian(*system, [], [], absorption_grid=GRID, fwhm=np.array(80.0)).absorption
    np.testing.assert_array_equal(found, measured)
