"""Progress, cancelling, and Ctrl-C during a long call."""

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
from systems import random_system

GRID = np.arange(11800.0, 13000.0, 2.0)
# Takes minutes on any machine, and no memory: one configuration read again and again.
LONG = """
import signal, sys, time
import numpy as np
import hotloop
signal.signal(signal.SIGINT, signal.default_int_handler)
rng = np.random.default_rng(1)
n_conf, n = 20_000_000, 24
matrix = rng.standard_normal((n, n)) * 30.0
hamiltonian = (matrix + matrix.T) / 2.0 + 12400.0 * np.eye(n)
hamiltonians = np.broadcast_to(hamiltonian, (n_conf, n, n))
dipoles = rng.standard_normal((n, 3))
grid = np.arange(11000.0, 14000.0)
def compute(**options):
    print("started", flush=True)
    hotloop.exciton.spectrum(hamiltonians, dipoles, dipoles, grid, fwhm_by="site", **options)
"""


def run_and_signal(code, number=signal.SIGINT, delay=1.0):
    """Runs LONG + code, sends a signal after it started; what it printed, its errors, and how long it went on."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    child = subprocess.Popen(
        [sys.executable, "-c", LONG + code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout.readline() == "started\n"
        time.sleep(delay)
        sent = time.monotonic()
        child.send_signal(number)
        out, err = child.communicate(timeout=30)
        return out, err, time.monotonic() - sent
    finally:
        child.kill()
        child.communicate()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("options", ["", "progress=lambda done, total: None"])
def test_ctrl_c_stops_a_long_call(threads, options):
    out, err, seconds = run_and_signal(f"""
with hotloop.threads({threads}):
    try:
        compute({options})
    except KeyboardInterrupt:
        print("interrupted")
sticks = hotloop.exciton.sticks(hamiltonian, dipoles)
print("alive", hotloop.get_num_threads() > 0, sticks.energies.shape)
""")
    assert out == "interrupted\nalive True (24,)\n"
    assert err == ""
    assert seconds < 10.0


def test_ctrl_c_ends_a_program_that_does_not_catch_it():
    out, err, seconds = run_and_signal("compute()\nprint('never')\n")
    assert out == "" and "KeyboardInterrupt" in err and "exciton.py" in err
    assert "Exception ignored" not in err
    assert seconds < 10.0


def test_any_signal_handler_runs_and_what_it_raises_arrives():
    out, err, _ = run_and_signal(
        """
def too_late(number, frame):
    raise TimeoutError("enough")
signal.signal(signal.SIGALRM, too_late)
try:
    compute()
except TimeoutError as error:
    print(error)
""",
        signal.SIGALRM,
    )
    assert (out, err) == ("enough\n", "")


def test_a_handler_that_raises_nothing_does_not_stop_the_call():
    code = """
count = 0
def note(number, frame):
    global count
    count += 1
signal.signal(signal.SIGALRM, note)
signal.setitimer(signal.ITIMER_REAL, 0.1)
n_conf = 150_000
hamiltonians = np.broadcast_to(hamiltonian, (n_conf, n, n))
hotloop.exciton.sticks(hamiltonians, dipoles, out={"energies": np.empty((n_conf, n))})
print("done", count)
"""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    done = subprocess.run([sys.executable, "-c", LONG + code], env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("done 1\n", "")


def long_system(n_conf=300_000):
    hamiltonians, dipoles, positions = random_system(1, 8)
    return np.broadcast_to(hamiltonians, (n_conf, 8, 8)), dipoles[0], positions[0]


def test_progress_counts_from_nothing_to_all_on_the_calling_thread():
    calls = []
    hotloop.exciton.spectrum(
        *long_system(), GRID, progress=lambda done, total: calls.append((done, total, threading.get_ident()))
    )
    done = [call[0] for call in calls]
    assert done == sorted(done) and done[-1] == 300_000
    assert {call[1] for call in calls} == {300_000}
    assert {call[2] for call in calls} == {threading.get_ident()}


def test_progress_changes_no_bit():
    system = random_system(500, 8)
    silent = hotloop.exciton.spectrum(*system, GRID)
    watched = hotloop.exciton.spectrum(*system, GRID, progress=lambda done, total: None)
    assert all(map(np.array_equal, silent, watched))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("function", ["spectrum", "sticks", "broaden"])
def test_a_true_answer_cancels(function, threads):
    hamiltonians, dipoles, positions = long_system()
    energies = np.full((300_000, 8), 12400.0)
    arguments = {
        "spectrum": (hamiltonians, dipoles, positions, GRID),
        "sticks": (hamiltonians, dipoles, positions),
        "broaden": (energies, energies, None, GRID),
    }[function]
    with hotloop.threads(threads), pytest.raises(hotloop.Cancelled, match="progress"):
        getattr(hotloop.exciton, function)(*arguments, progress=lambda done, total: True)


class Mistake(Exception):
    pass


def failing(done, total):
    raise Mistake("in the callback")


@pytest.mark.parametrize("on_main_thread", [True, False])
def test_what_the_callback_raises_arrives(on_main_thread):
    caught = []

    def call():
        try:
            hotloop.exciton.spectrum(*long_system(), GRID, progress=failing)
        except Mistake as error:
            caught.append(error)

    if on_main_thread:
        call()
    else:
        worker = threading.Thread(target=call)
        worker.start()
        worker.join()
    (error,) = caught
    assert str(error) == "in the callback"
    assert error.__traceback__.tb_next is not None


def test_a_callback_may_call_hotloop():
    inner = []

    def nested(done, total):
        inner.append(hotloop.exciton.sticks(*random_system(3, 5), progress=lambda done, total: None).energies)
        with pytest.raises(hotloop.BusyError):
            hotloop.shutdown()

    system = random_system(50, 6)
    found = hotloop.exciton.spectrum(*system, GRID, progress=nested)
    assert inner and all(np.array_equal(energies, inner[0]) for energies in inner)
    assert all(map(np.array_equal, found, hotloop.exciton.spectrum(*system, GRID)))


def test_progress_true_draws_a_bar(capsys):
    hotloop.exciton.spectrum(*long_system(), GRID, progress=True)
    assert "300000/300000" in capsys.readouterr().err


def test_the_hook_for_ignored_exceptions_is_given_back():
    before = sys.unraisablehook
    hotloop.exciton.spectrum(*long_system(), GRID)
    with pytest.raises(Mistake):
        hotloop.exciton.spectrum(*long_system(), GRID, progress=failing)
    assert sys.unraisablehook is before
