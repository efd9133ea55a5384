"""The shared case table: every layout gives the bits of the contiguous one, and the results are kept for comparison
with the other languages."""

import hotloop
import numpy as np
import pytest
from cases import load, rows
from paths import RESULTS

ROWS = list(rows())


def compute(case):
    """Everything that a case asks for, written into arrays of the case's layout; in the order of the result file."""
    n_conf, n_site, _ = case.hamiltonians.shape
    place = case.layout
    shapes = {
        "energies": (n_conf, n_site),
        "dipole_strengths": (n_conf, n_site),
        "rotational_strengths": (n_conf, n_site),
        "exciton_dipoles": (n_conf, n_site, 3),
        "eigenvectors": (n_conf, n_site, n_site),
    }
    out = {name: place(shape) for name, shape in shapes.items()}
    sticks = hotloop.exciton.sticks(*case.system, **case.system_options, out=out)
    for name, array in out.items():
        assert getattr(sticks, name) is array

    options = {**case.line_options, **case.width_options}
    spectra = place(case.grid.shape), place(case.grid.shape)
    returned = hotloop.exciton.spectrum(*case.system, case.grid, **case.system_options, **options, out=spectra)
    assert returned[0] is spectra[0] and returned[1] is spectra[1]
    results = [*out.values(), *spectra]

    if options.get("fwhm_by") != "site":
        broadened = place(case.grid.shape), place(case.grid.shape)
        hotloop.exciton.broaden(
            sticks.energies, sticks.dipole_strengths, sticks.rotational_strengths, case.grid, **options, out=broadened
        )
        results += broadened
    return results


def as_bytes(results):
    return b"".join(np.ascontiguousarray(array, dtype="<f8").tobytes() for array in results)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_case_has_the_bits_of_contiguous_arrays(row):
    case = load(row)
    results = compute(case)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{case.name}.f64").write_bytes(as_bytes(results))
    assert all(np.isfinite(array).all() for array in results)
    assert as_bytes(results) == as_bytes(compute(load(row, layout_number=0)))


@pytest.mark.parametrize("layout_number", [1, 2, 3])
@pytest.mark.parametrize("name", ["disorder_default", "per_exciton_cd", "per_site_cd", "site24", "site40_delete_20"])
def test_every_layout_gives_the_same_bits(name, layout_number):
    row = next(row for row in ROWS if row["name"] == name)
    assert as_bytes(compute(load(row, layout_number))) == as_bytes(compute(load(row, layout_number=0)))


@pytest.mark.parametrize("name", ["disorder_broadcast", "fmo8_broadcast", "site16_broadcast"])
def test_one_set_of_dipoles_and_positions_serves_all_configurations(name):
    row = next(row for row in ROWS if row["name"] == name)
    case = load(row)
    dipoles, positions = case.dipoles[0], case.positions[0]
    assert dipoles.ndim == 2
    shared = hotloop.exciton.spectrum(
        case.hamiltonians, dipoles, positions, case.grid,
        **case.system_options, **case.line_options, **case.width_options,
    )  # fmt: skip
    repeated = compute(load(row, layout_number=0))[5:7]
    assert as_bytes(shared) == as_bytes(repeated)


def test_absorption_and_cd_may_be_two_columns_of_one_array():
    case = load(ROWS[0])
    columns = np.zeros((case.grid.size, 2))
    hotloop.exciton.spectrum(*case.system, case.grid, out=(columns[:, 0], columns[:, 1]))
    assert as_bytes(columns.T) == as_bytes(hotloop.exciton.spectrum(*case.system, case.grid))


def test_records_of_aligned_fields_need_no_copy():
    case = load(next(row for row in ROWS if row["name"] == "disorder_default"))
    record = np.dtype([("hamiltonian", float, (7, 7)), ("dipoles", float, (7, 3)), ("positions", float, (7, 3))])
    records = np.zeros(20, dtype=record)
    for name, array in zip(record.names, case.system):
        records[name] = array
    from_records = hotloop.exciton.spectrum(*(records[name] for name in record.names), case.grid)
    assert as_bytes(from_records) == as_bytes(hotloop.exciton.spectrum(*case.system, case.grid))
