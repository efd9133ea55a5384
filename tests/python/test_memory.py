"""No layout makes hotloop allocate memory in proportion to the input: measured, not believed."""

import json
import os
import subprocess
import sys

import pytest
from paths import PACKAGE

# 200,000 configurations of 8 sites: the Hamiltonians alone are 102 MB.
CODE = """
import json, resource, sys, tracemalloc
import numpy as np
import hotloop
from systems import LAYOUTS

layout, threads, function = LAYOUTS[int(sys.argv[1])], int(sys.argv[2]), sys.argv[3]
n_conf, n = 200_000, 8
hamiltonians, dipoles, positions = layout((n_conf, n, n)), layout((n_conf, n, 3)), layout((n_conf, n, 3))
rng = np.random.default_rng(3)
hamiltonians[...] = 12400.0 * np.eye(n) + 20.0
hamiltonians[..., range(n), range(n)] += 50.0 * rng.standard_normal(n)
dipoles[...] = rng.standard_normal((n, 3))
positions[...] = rng.standard_normal((n, 3))
grid = np.arange(11800.0, 13000.0)
out = {"energies": layout((n_conf, n)), "rotational_strengths": layout((n_conf, n))}
for array in out.values():
    array[...] = 0.0

def call(n_conf):
    system = hamiltonians[:n_conf], dipoles[:n_conf], positions[:n_conf]
    if function == "spectrum":
        hotloop.exciton.spectrum(*system, grid)
    else:
        hotloop.exciton.sticks(*system, out={name: array[:n_conf] for name, array in out.items()})

with hotloop.threads(threads):
    call(2000)  # threads started, code paged in
    tracemalloc.start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.reset_peak()
    base = tracemalloc.get_traced_memory()[0]
    call(n_conf)
    python = tracemalloc.get_traced_memory()[1] - base
    process = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
print(json.dumps({"python": python, "process": process, "input": hamiltonians.nbytes}))
"""


@pytest.mark.parametrize("function", ["spectrum", "sticks"])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("layout", range(4), ids=["contiguous", "reversed", "every second", "column-major"])
def test_a_call_allocates_nothing_in_proportion_to_its_input(layout, threads, function):
    here = os.path.dirname(__file__)
    environment = {**os.environ, "PYTHONPATH": f"{PACKAGE}{os.pathsep}{here}"}
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(layout), str(threads), function],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    used = json.loads(done.stdout)
    assert used["python"] < 200_000, used
    assert used["process"] < 8_000_000 < used["input"] / 10, used
