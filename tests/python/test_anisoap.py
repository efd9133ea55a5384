"""AniSOAP descriptors against AniSOAP's own numbers, as it labels and orders them, and the forms that frames come in."""

import anisoap_cases as cases
import numpy as np
import pytest
from hotloop.anisoap import Descriptor, Frames


def worst(found, expected):
    largest = np.abs(expected).max(initial=0.0)
    return np.abs(found - expected).max(initial=0.0) / (largest or 1.0)


@pytest.mark.parametrize("name", cases.NAMES)
def test_coefficients_are_anisoap_s(name):
    data = cases.load(name)
    descriptor = cases.descriptor_of(data)
    frames = cases.frames_of(data)
    found, labels = descriptor.expansion(frames), descriptor.feature_labels
    largest = max(np.abs(data[key]).max() for key in data if key.startswith("coef_") and "_l" in key)
    seen = np.zeros(found.shape, dtype=bool)
    for key in data:
        if not (key.startswith("coef_") and "_l" in key):
            continue
        centre, l = key.split("_")[1], int(key.rpartition("_l")[2])
        rows = [frames.offsets[frame] + atom for frame, atom in data[f"coef_{centre}_samples"]]
        for t, species in enumerate(data[f"coef_{centre}_neighbor_types"]):
            columns = np.flatnonzero((labels[:, 0] == l) & (labels[:, 3] == species))
            block = found[np.ix_(rows, columns)].reshape(data[key].shape[:-1])  # [centre, m, n]
            assert np.abs(block - data[key][..., t]).max() <= cases.tolerance(name) * largest
            seen[np.ix_(rows, columns)] = True
    assert not found[~seen].any()  # atoms that AniSOAP leaves out, species that they do not meet


@pytest.mark.parametrize("name", [name for name in cases.NAMES if "ps_mean" in cases.load(name) and "sub" not in name])
def test_mean_power_spectra_are_anisoap_s(name):
    data = cases.load(name)
    descriptor = cases.descriptor_of(data)
    means = descriptor.power_spectrum(cases.frames_of(data), mean_over_samples=True)
    assert worst(means.reshape(data["ps_mean"].shape), data["ps_mean"]) < cases.tolerance(name)


def test_labels_tell_the_values_in_both_orders():
    data = cases.load("cluster_aniso_4sp__gto_l3_n2")
    frames = cases.frames_of(data)
    values = []
    for order in ("radial-major", "species-major"):
        descriptor = cases.descriptor_of(data, channel_order=order)
        rows, labels = descriptor.expansion(frames), descriptor.feature_labels
        values.append(rows[:, np.lexsort(labels.T)])
        spectra, labels = descriptor.power_spectrum(frames), descriptor.power_spectrum_labels
        assert spectra.shape[1] == len(labels)
        values.append(spectra[:, np.lexsort(labels.T)])
    assert np.array_equal(values[0], values[2]) and np.array_equal(values[1], values[3])
    with pytest.raises(ValueError):
        labels[0, 0] = 1


def test_power_spectra_are_products_of_coefficients():
    data = cases.load("cluster_aniso_2sp__gto_l3_nlist")
    frames = cases.frames_of(data)
    for sign in ("alternating", "none"):
        descriptor = cases.descriptor_of(data, spectrum_sign=sign)
        rows, labels = descriptor.expansion(frames), descriptor.feature_labels
        expected = []
        for l in range(4):
            block = rows[:, labels[:, 0] == l].reshape(len(rows), 2 * l + 1, -1)
            factor = (-1.0) ** (l if sign == "alternating" else 0) / np.sqrt(2 * l + 1)
            expected.append(factor * np.einsum("ima,imb->iab", block, block).reshape(len(rows), -1))
        assert worst(descriptor.power_spectrum(frames), np.hstack(expected)) < 1e-14
    half = cases.descriptor_of(data, spectrum_pairs="half")
    full = cases.descriptor_of(data)
    spectra = half.power_spectrum(frames)
    assert worst(spectra @ spectra.T, full.power_spectrum(frames) @ full.power_spectrum(frames).T) < 1e-14


@pytest.mark.parametrize("key", ["c_q", "quaternion", "turn"])
def test_frames_may_be_atoms_or_mappings_or_flat_arrays(key):
    data = cases.load("ellipsoids_first4__gto_l3_n2")
    descriptor = cases.descriptor_of(data)
    expected = descriptor.expansion(cases.frames_of(data))
    atoms = cases.atoms_of(data, key)
    found = descriptor.expansion(atoms, rotation_key=key if key == "turn" else None)
    assert np.array_equal(found, expected)
    mappings = [
        {
            "positions": frame.positions, "species": frame.numbers, "quaternions": frame.arrays[key], "cell": frame.cell,
            "semiaxes": np.stack([frame.arrays[f"c_diameter[{k}]"] for k in (1, 2, 3)], axis=-1) / 2,
        }
        for frame in atoms
    ]  # fmt: skip
    assert np.array_equal(descriptor.expansion(mappings), expected)
    assert np.array_equal(descriptor.expansion(mappings[0]), expected[: len(mappings[0]["positions"])])
    assert descriptor.expansion([]).shape == (0, expected.shape[1])
    assert descriptor.power_spectrum([], mean_over_samples=True).shape[0] == 0


def test_rotation_matrices_are_as_good_as_quaternions():
    data = cases.load("cluster_aniso_2sp__gto_l3_n2")
    descriptor = cases.descriptor_of(data)
    w, x, y, z = (data["quaternions_wxyz"] / np.linalg.norm(data["quaternions_wxyz"], axis=1, keepdims=True)).T
    matrices = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    ).transpose(2, 0, 1)
    given = cases.frames_of(data)
    given.quaternions, given.rotations = None, matrices
    expected = descriptor.expansion(cases.frames_of(data))
    assert worst(descriptor.expansion(given), expected) < 1e-14
    assert worst(descriptor.expansion(cases.atoms_of({**data, "quaternions_wxyz": matrices})), expected) < 1e-14
    assert descriptor.gradients(given, expansion=expected).quaternions is None


def test_arrays_are_read_and_written_where_they_lie():
    data = cases.load("ellipsoids_first4__gto_l3_n2")
    descriptor = cases.descriptor_of(data)
    given = cases.frames_of(data)
    expected = descriptor.expansion(given)
    wide = np.zeros((2 * len(given.positions), 7))
    wide[::2, 5:0:-2] = given.positions
    given.positions = wide[::2, 5:0:-2]
    out = np.zeros((3 * expected.shape[1], expected.shape[0])).T[:, ::-3]
    assert descriptor.expansion(given, out=out) is out
    assert np.array_equal(out, expected)
    given.semiaxes = np.broadcast_to(np.array([0.5, 1.0, 1.5]), (given.n_atoms, 3))
    assert np.array_equal(descriptor.expansion(given), descriptor.expansion(cases.frames_of({**data, "semiaxes": given.semiaxes.copy()})))


def test_gradients_of_a_function_of_mean_spectra_are_slopes():
    data = cases.load("ellipsoids_first4__gto_l5_n3")
    descriptor = cases.descriptor_of(data)
    weights = np.random.default_rng(0).normal(size=(4, 1, len(descriptor.power_spectrum_labels)))

    def value(given):
        return (descriptor.power_spectrum(given, mean_over_samples=True) * weights).sum()

    given = cases.frames_of(data)
    gradients = descriptor.gradients(given, mean_power_spectrum=weights)
    rng = np.random.default_rng(1)
    move, turn, strain = rng.normal(size=given.positions.shape), rng.normal(size=given.quaternions.shape), rng.normal(size=(4, 3, 3))
    frame = np.repeat(np.arange(4), data["n_atoms"])

    def slope(change):
        def at(h):
            moved = cases.frames_of(data)
            change(moved, h)
            return value(moved)

        coarse, fine = ((at(h) - at(-h)) / (2 * h) for h in (2e-4, 1e-4))
        return (4 * fine - coarse) / 3

    def moved(frames, h):
        frames.positions = frames.positions + h * move

    def turned(frames, h):
        frames.quaternions = frames.quaternions + h * turn

    def strained(frames, h):
        frames.positions = frames.positions + h * np.einsum("iab,ib->ia", strain[frame], frames.positions)
        frames.cells = frames.cells + h * np.einsum("fab,fib->fia", strain, frames.cells)

    for change, expected in (
        (moved, (gradients.positions * move).sum()),
        (turned, (gradients.quaternions * turn).sum()),
        (strained, (gradients.strains * strain).sum()),
    ):
        assert abs(slope(change) - expected) < 1e-8 * max(abs(expected), np.abs(gradients.strains).max())


def test_a_descriptor_outlives_its_arguments_and_may_be_used_from_threads():
    from concurrent.futures import ThreadPoolExecutor

    data = cases.load("cluster_aniso_2sp__gto_l3_n2")
    descriptor = cases.descriptor_of(data)
    given = cases.frames_of(data)
    expected = descriptor.expansion(given)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: descriptor.expansion(given), range(32)):
            assert np.array_equal(found, expected)


def test_progress_hears_of_atoms_and_may_cancel():
    import hotloop

    data = cases.load("cluster_aniso_2sp__gto_l3_n2")
    descriptor = cases.descriptor_of(data)
    heard = []
    descriptor.expansion(cases.frames_of(data), progress=lambda done, total: heard.append((done, total)))
    assert heard[0] == (0, 5) and heard[-1] == (5, 5)
    with pytest.raises(hotloop.Cancelled):
        descriptor.power_spectrum(cases.frames_of(data), progress=lambda done, total: True)
    with pytest.raises(KeyError, match="mine"):
        descriptor.expansion(cases.frames_of(data), progress=lambda done, total: {}["mine"])


def test_defaults_need_a_width_and_nothing_else():
    descriptor = Descriptor(2, "gto", 5, species=[0], radial_gaussian_width=1)
    assert descriptor.expansion(Frames(np.zeros((1, 3)), np.zeros(1, np.int32), np.ones((1, 3)))).shape == (1, 10)
    assert "species=[0]" in repr(descriptor)
