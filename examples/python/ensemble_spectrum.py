"""Mean absorption and CD of an ensemble of configurations, from one file to one file, with progress and the time that
it took.

    python ensemble_spectrum.py ensemble.bin spectrum.bin [threads]

`make demo` makes such an ensemble; examples/README.md says what is in the files.
"""

import sys
import time

import numpy as np

import hotloop

CALLS = 20


def show_progress(done, total):
    """Asked for a few times a second, so a call that is over sooner prints nothing. A true answer would end the call."""
    if 0 < done < total:
        print(f"{done / total:4.0%}", end="\r", file=sys.stderr)


source, target = sys.argv[1:3]
hotloop.set_num_threads(int(sys.argv[3]) if len(sys.argv) > 3 else 0)  # 0: the default, all cores the process may use

n_conf, n_site = (int(n) for n in np.fromfile(source, np.int64, 2))
numbers = np.memmap(source, np.float64, "r", offset=16)
hamiltonians, dipoles, positions = np.split(numbers, [n_conf * n_site**2, n_conf * n_site**2 + 3 * n_site])
hamiltonians = hamiltonians.reshape(n_conf, n_site, n_site)
dipoles, positions = dipoles.reshape(n_site, 3), positions.reshape(n_site, 3)

table = np.empty((1510, 3))  # grid and spectra are its columns, and hotloop works in it
grid, absorption, cd = table.T
grid[:] = np.arange(11790.0, 13300.0)
fastest = np.inf
for _ in range(CALLS):
    start = time.perf_counter()
    hotloop.exciton.spectrum(
        hamiltonians, dipoles, positions, grid, fwhm=70.0, progress=show_progress, out=(absorption, cd)
    )
    fastest = min(fastest, time.perf_counter() - start)

table.tofile(target)
print(
    f"{n_conf} configurations of {n_site} pigments: {1e3 * fastest:.4f} ms, the fastest of {CALLS} calls "
    f"(threads: {hotloop.get_num_threads()})"
)
