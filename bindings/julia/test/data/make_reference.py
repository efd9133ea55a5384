"""Writes exciton_reference.f64 and .txt: what tests/data/exciton/*.npz hold, in a form that Julia reads without a package.

    python bindings/julia/test/data/make_reference.py            # rewrite them
    python bindings/julia/test/data/make_reference.py --check    # exit 1 when they differ from what is checked in

The source of the numbers (ham2spec 0.6.2) is told in tests/data/exciton/README.md. The .f64 file is raw little-endian f64; each line
of the .txt file is the name of an array, where it starts (counted in numbers from 0) and its extents in C order.
"""
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[3] / "tests/data/exciton"

# The published model with every configuration of the broadening, and other sizes with their sticks and default spectra. What ham2spec
# gets wrong (per-exciton widths in LAPACK's order, vectors of degenerate levels, its normalisation) is left out or taken from
# the corrected entries.
LEFT_OUT = ("norm_asbuilt", "ring6_stick_WRONG", "shift_")


def arrays():
    """(name, array) of everything that the tests compare with."""
    for file in ("brixner7", "edge"):
        with np.load(SOURCE / f"{file}.npz") as data:
            for name in data.files:
                # Grids follow from configs.json; eigenvectors have arbitrary signs.
                if name.startswith(LEFT_OUT) or name.endswith(("_e_vecs", "_exciton_mus", "__x")):
                    continue
                yield f"{file}.{name}", data[name]


def main():
    index, numbers, offset = [], [], 0
    for name, array in arrays():
        index.append(" ".join(map(str, (name, offset, *array.shape))))
        numbers.append(np.ascontiguousarray(array, dtype="<f8").tobytes())
        offset += array.size
    contents = {"exciton_reference.f64": b"".join(numbers), "exciton_reference.txt": ("\n".join(index) + "\n").encode()}
    for name, data in contents.items():
        if "--check" not in sys.argv[1:]:
            (HERE / name).write_bytes(data)
        elif (HERE / name).read_bytes() != data:
            sys.exit(f"{name} differs from what is checked in")


if __name__ == "__main__":
    main()
