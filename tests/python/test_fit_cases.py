"""The shared table of fits (tests/cases/exciton_fit.txt, whose head says what a row means): the same bits for any number of threads, kept
for comparison with the other languages."""

import hotloop
import numpy as np
import pytest
from hotloop import exciton
from paths import CASES, RESULTS

COLUMNS = "name set n_conf n_site x_from x_step n_grid fwhm fwhm_cd frequency_prefactor delete ld variants drawn".split()


def rows():
    for line in (CASES / "exciton_fit.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            words = line.split()
            assert len(words) == len(COLUMNS), line
            yield {name: word if name in ("name", "set") else float(word) for name, word in zip(COLUMNS, words)}


def compute(row):
    """Everything that a row asks for, in the order of the result file."""
    n, g = int(row["n_site"]), int(row["n_grid"])
    numbers = np.fromfile(CASES / f"{row['set']}.f64", dtype="<f8").astype(float)
    stored = numbers.size // (n * n + 6 * n)
    h, mu, r = np.split(numbers, np.cumsum([stored * n * n, stored * n * 3]))
    h, mu, r = h.reshape(stored, n, n), mu.reshape(stored, n, 3), r.reshape(stored, n, 3)
    i, j = np.arange(g), np.arange(n)
    grid = row["x_from"] + row["x_step"] * i
    deleted = [int(row["delete"]) - 1] if row["delete"] else []
    parameters = [("site-energy", site) for site in range(n) if site not in deleted]
    parameters += [("scale", "all"), ("shift", "absorption")]
    options = {"fwhm": row["fwhm"], "fwhm_cd": row["fwhm_cd"] or None, "deleted": deleted, "axis": (1.0, -2.0, 0.5)}
    options["frequency_prefactor"] = bool(row["frequency_prefactor"])
    if row["variants"]:
        parameters.append(("variant-site-energy", 0, 1))
        options["variants"] = [exciton.Variant(1.0), exciton.Variant(-0.5, deleted=[n - 1], energies=4.0 * (j + 1))]
    if row["drawn"]:
        h, mu, r = h[0], mu[0], r[0]
        factor = np.stack([30.0 + 2.0 * j, 10.0 - j], axis=1)
        options["disorder"] = exciton.Drawn(
            int(row["n_conf"]), factor, coupling_sigma=np.full((n, n), 2.0), seed=11, first_member=3
        )
    is_scale = np.array([parameter[0] == "scale" for parameter in parameters])
    values = np.where(is_scale, 1.25, 2.0 * (5 * np.arange(len(parameters)) % 7 - 3))
    measured = {"absorption": (grid, (37 * i % 101) / 4.0), "cd": (grid, (53 * i % 97 - 48) / 8.0)}
    grids = {"absorption_grid": grid, "cd_grid": grid}
    if row["ld"]:
        measured["ld"], grids["ld_grid"] = (grid, (29 * i % 89 - 44) / 2.0), grid
    misfit = exciton.residual_gradient(h, mu, r, parameters, values, **measured, **options)
    rows = exciton.jacobian(h, mu, r, parameters, values, **grids, **options)
    best = exciton.fit(
        h, mu, r, parameters, values, **measured, **options, prior=np.where(is_scale, 1.0, 0.0),
        prior_sigma=np.full(len(parameters), 50.0), max_iterations=4, scale_covariance=False,
    )  # fmt: skip
    results = [np.array([misfit.value]), misfit.gradient, misfit.absorption, misfit.cd, misfit.ld]
    results += [rows.absorption_jacobian, rows.cd_jacobian, rows.ld_jacobian]
    results += [best.values, best.standard_errors, best.covariance, best.correlation]
    return b"".join(array.astype("<f8").tobytes() for array in results if array is not None)


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row["name"])
def test_a_case_has_the_same_bits_for_any_number_of_threads(row):
    written = []
    for threads in (1, 2, 7):
        with hotloop.threads(threads):
            written.append(compute(row))
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{row['name']}.f64").write_bytes(written[0])
    assert written[1] == written[0] and written[2] == written[0]
