"""Progress, cancelling, and Ctrl-C in the middle of an integration: theta stands at a whole step, and says which."""

import os
import signal
import subprocess
import sys
import threading
import time

import hotloop
import numpy as np
import pytest
from paths import PACKAGE

SHAPE, STEPS = (300, 400), 2000
OPTIONS = dict(omega=1.0, coupling=2.0, dt=0.01, method="heun", boundary="periodic")
# Takes hours.
LONG = """
import signal
import numpy as np
import hotloop
signal.signal(signal.SIGINT, signal.default_int_handler)
lattice = hotloop.kuramoto.Lattice((500, 600), 1.0, 2.0, seed=1)
start = lattice.theta.copy()
def compute(**options):
    print("started", flush=True)
    lattice.integrate(0.25, 100_000_000, record_every=10_000, frames=False, **options)
"""


def phases():
    return np.random.default_rng(2).uniform(0.0, 6.0, SHAPE)


def after(steps):
    """The phases after so many steps, made one by one."""
    theta = phases()
    for _ in range(steps):
        hotloop.kuramoto.integrate(theta, steps=1, **OPTIONS)
    return theta


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("options", ["", "progress=lambda done, total: None"])
def test_ctrl_c_stops_at_a_whole_step(threads, options):
    code = LONG + f"""
with hotloop.threads({threads}):
    try:
        compute({options})
    except KeyboardInterrupt as error:
        stopped = error
run = stopped.integration
hotloop.kuramoto.integrate(start, 1.0, 2.0, 0.25, run.steps_done)
print(run.steps_done > 0, lattice.t == 0.25 * run.steps_done, len(run.order_r) == run.steps_done // 10_000,
      np.array_equal(start, lattice.theta))
"""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    child = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout.readline() == "started\n"
        time.sleep(1.0)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    finally:
        child.kill()
        child.communicate()
    assert (out, err) == ("True True True True\n", "")


def test_ctrl_c_stops_a_single_adaptive_step():
    code = """
import signal
import numpy as np
import hotloop
signal.signal(signal.SIGINT, signal.default_int_handler)
theta = np.linspace(0.0, 6.0, 100)
start = theta.copy()
print("started", flush=True)
try:
    hotloop.kuramoto.mean_field_integrate(theta, start, 1.0, 1e9, 1, method="dormand-prince")  # takes hours
except KeyboardInterrupt as error:
    print(error.integration.steps_done, np.array_equal(theta, start))
"""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    child = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout.readline() == "started\n"
        time.sleep(1.0)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    finally:
        child.kill()
        child.communicate()
    assert (out, err) == ("0 True\n", "")


def test_a_true_answer_cancels_and_theta_stands_at_the_step_that_is_told():
    theta, seen = phases(), []

    def stop(done, total):
        seen.append((done, total))
        return done > 0

    with pytest.raises(hotloop.Cancelled, match="progress") as caught:
        hotloop.kuramoto.integrate(theta, steps=STEPS, record_every=3, progress=stop, **OPTIONS)
    run = caught.value.integration
    assert seen[-1] == (run.steps_done, STEPS) and 0 < run.steps_done < STEPS
    assert run.frames.shape == (run.steps_done // 3, *SHAPE) and run.order_r.shape == (run.steps_done // 3,)
    expected = after(run.steps_done)
    assert np.array_equal(theta, expected)
    if run.steps_done % 3 == 0:
        assert np.array_equal(run.frames[-1], theta)
    if sys.version_info >= (3, 11):
        assert f"after step {run.steps_done} of {STEPS}" in caught.value.__notes__[0]


def test_cancelling_at_once_changes_nothing():
    theta = phases()
    with pytest.raises(hotloop.Cancelled) as caught:
        hotloop.kuramoto.integrate(theta, steps=STEPS, progress=lambda done, total: True, **OPTIONS)
    assert caught.value.integration.steps_done == 0 and np.array_equal(theta, phases())


@pytest.mark.parametrize("on_main_thread", [True, False])
def test_what_the_callback_raises_arrives_with_the_step(on_main_thread):
    theta, caught = phases(), []

    def failing(done, total):
        if done:
            raise ValueError("in the callback")

    def call():
        try:
            hotloop.kuramoto.integrate(theta, steps=STEPS, progress=failing, **OPTIONS)
        except ValueError as error:
            caught.append(error)

    if on_main_thread:
        call()
    else:
        worker = threading.Thread(target=call)
        worker.start()
        worker.join()
    (error,) = caught
    assert str(error) == "in the callback"
    assert np.array_equal(theta, after(error.integration.steps_done))


def test_progress_counts_steps_and_changes_no_bit():
    calls, watched, silent = [], phases(), phases()
    hotloop.kuramoto.integrate(watched, steps=500, progress=lambda *counts: calls.append(counts), **OPTIONS)
    hotloop.kuramoto.integrate(silent, steps=500, **OPTIONS)
    done = [count for count, _ in calls]
    assert done == sorted(done) and done[0] == 0 and done[-1] == 500 and {total for _, total in calls} == {500}
    assert np.array_equal(watched, silent)


def test_progress_true_draws_a_bar_of_steps(capsys):
    lattice = hotloop.kuramoto.Lattice((30, 40), 1.0, 2.0, seed=1)
    lattice.integrate(0.01, 50, progress=True)
    shown = capsys.readouterr().err
    assert "50/50" in shown and "step" in shown and "configuration" not in shown


def test_a_lattice_that_is_cancelled_knows_its_time():
    lattice = hotloop.kuramoto.Lattice(SHAPE, 1.0, 2.0, seed=1)
    with pytest.raises(hotloop.Cancelled) as caught:
        lattice.integrate(0.5, 100_000, progress=lambda done, total: done > 0)
    assert lattice.t == 0.5 * caught.value.integration.steps_done > 0.0
