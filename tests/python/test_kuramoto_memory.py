"""No layout makes a Kuramoto function allocate memory in proportion to the lattice: measured, not believed."""

import json
import os
import subprocess
import sys

import pytest
from paths import PACKAGE

CODE = """
import json, resource, sys, tracemalloc
import numpy as np
import hotloop
from systems import LAYOUTS

layout, threads, function = LAYOUTS[int(sys.argv[1])], int(sys.argv[2]), sys.argv[3]
shape = (2500, 2000)
theta, coupling, out = layout(shape), layout(shape), layout(shape)
theta[...] = np.arange(2000) / 100.0
coupling[...] = 1.0
out[...] = 0.0
omega = np.broadcast_to(np.linspace(0.0, 1.0, 2000), shape)

def call(rows):
    if function == "rhs":
        hotloop.kuramoto.rhs(theta[:rows], omega[:rows], coupling[:rows], boundary="periodic", out=out[:rows])
    else:
        hotloop.kuramoto.integrate(theta[:rows], omega[:rows], coupling[:rows], 0.01, 6, boundary="periodic")

with hotloop.threads(threads):
    call(64)  # threads started, code paged in
    tracemalloc.start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.reset_peak()
    base = tracemalloc.get_traced_memory()[0]
    call(shape[0])
    python = tracemalloc.get_traced_memory()[1] - base
    process = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
print(json.dumps({"python": python, "process": process, "theta": theta.nbytes}))
"""


@pytest.mark.parametrize("function", ["rhs", "integrate"])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("layout", range(4), ids=["contiguous", "reversed", "every second", "column-major"])
def test_a_call_allocates_nothing_in_proportion_to_the_lattice(layout, threads, function):
    here = os.path.dirname(__file__)
    environment = {**os.environ, "PYTHONPATH": f"{PACKAGE}{os.pathsep}{here}"}
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(layout), str(threads), function],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    used = json.loads(done.stdout)
    assert used["python"] < 200_000, used
    # The margins of blocks and the workspace of each thread: some rows, a tenth of the lattice at the very most.
    assert used["process"] < used["theta"] / 10 + 2_000_000, used
