"""consumer.c in Python: a stranger's program with the wheel installed. It must load the library that came in the wheel."""
from pathlib import Path

import hotloop
import numpy as np

hamiltonian = np.array([[15000.0]])  # cm-1
dipole = np.array([[1.0, 2.0, -0.5]])
grid = 14900.0 + 10.0 * np.arange(21)
absorption, cd = hotloop.exciton.spectrum(hamiltonian, dipole, None, grid)
print(f"hotloop {hotloop.version()}: absorption at the site energy {absorption[10]}")
assert absorption[10] == 5.25
assert cd is None

with open("/proc/self/maps") as maps:
    loaded = {line.split()[-1] for line in maps if "libhotloop" in line}
package = Path(hotloop.__file__).resolve().parent
assert len(loaded) == 1 and package in Path(*loaded).parents, f"{loaded} is not the library in {package}"
