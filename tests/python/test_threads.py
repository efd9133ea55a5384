"""Threads: settings and their precedence, the same bits for any number, host threads, fork, and good manners towards
the OpenBLAS and threadpoolctl of the host."""

import ctypes
import multiprocessing
import os
import subprocess
import sys
import threading

import hotloop
import numpy as np
import pytest
from paths import PACKAGE
from systems import random_system

GRID = np.arange(11800.0, 13000.0, 2.0)


def everything(n_conf, n_site, seed=0):
    """All outputs of all functions, as bytes."""
    system = random_system(n_conf, n_site, seed)
    sticks = hotloop.exciton.sticks(*system)
    spectra = hotloop.exciton.spectrum(*system, GRID)
    direct = hotloop.exciton.spectrum(*system, GRID, broadening="direct")
    broadened = hotloop.exciton.broaden(sticks.energies, sticks.dipole_strengths, sticks.rotational_strengths, GRID)
    arrays = (sticks.energies, sticks.rotational_strengths, sticks.eigenvectors, *spectra, *direct, *broadened)
    return b"".join(array.tobytes() for array in arrays)


@pytest.mark.parametrize(("n_conf", "n_site"), [(1, 7), (1000, 8), (333, 3), (50, 24), (12, 70), (3, 150)])
def test_results_are_the_same_bits_for_1_2_and_7_threads(n_conf, n_site):
    results = []
    for n in (1, 2, 7):
        with hotloop.threads(n):
            results.append(everything(n_conf, n_site))
    assert results[0] == results[1] == results[2]


def test_the_calling_thread_s_number_wins_and_is_given_back():
    hotloop.set_num_threads(3)
    assert hotloop.get_num_threads() == 3
    with hotloop.threads(2):
        assert hotloop.get_num_threads() == 2
        with hotloop.threads(5):
            assert hotloop.get_num_threads() == 5
            with hotloop.threads(0):
                assert hotloop.get_num_threads() == 3
        assert hotloop.get_num_threads() == 2
    assert hotloop.get_num_threads() == 3
    with pytest.raises(KeyError), hotloop.threads(2):
        raise KeyError
    assert hotloop.get_num_threads() == 3


def test_another_thread_keeps_its_own_number():
    seen = {}

    def work():
        seen["inherited"] = hotloop.get_num_threads()
        with hotloop.threads(4):
            seen["own"] = hotloop.get_num_threads()

    hotloop.set_num_threads(2)
    with hotloop.threads(6):
        other = threading.Thread(target=work)
        other.start()
        other.join()
    assert seen == {"inherited": 2, "own": 4}


def test_shutdown_ends_the_workers_and_the_next_call_starts_new_ones():
    with hotloop.threads(3):
        before = everything(200, 8)
        hotloop.shutdown()
        assert everything(200, 8) == before


def test_the_environment_sets_the_default():
    def asked(**environment):
        base = {name: value for name, value in os.environ.items() if not name.endswith("NUM_THREADS")}
        code = "import hotloop; print(hotloop.get_num_threads())"
        environment = {**base, "PYTHONPATH": str(PACKAGE), **environment}
        return subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True
        ).stdout.strip()

    assert asked(HOTLOOP_NUM_THREADS="5", OMP_NUM_THREADS="3") == "5"
    assert asked(OMP_NUM_THREADS="3,2") == "3"
    assert asked() == str(len(os.sched_getaffinity(0)))


def test_eight_host_threads_at_once_get_their_own_results():
    expected = [everything(60, 8 + seed, seed) for seed in range(8)]
    found = [[] for _ in range(8)]
    start = threading.Barrier(8)

    def work(seed):
        start.wait()
        with hotloop.threads(1 + seed % 3):
            for _ in range(5):
                found[seed].append(everything(60, 8 + seed, seed))

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=300)
    assert found == [[result] * 5 for result in expected]


def test_errors_of_other_threads_do_not_mix():
    messages = [None] * 8
    start = threading.Barrier(8)

    def work(k):
        hamiltonians, dipoles, positions = random_system(20, 4)
        hamiltonians[k, 0, 0] = np.nan
        start.wait()
        for _ in range(50):
            with pytest.raises(hotloop.NonFiniteError) as caught:
                hotloop.exciton.spectrum(hamiltonians, dipoles, positions, GRID)
            messages[k] = str(caught.value)
            assert f"configuration {k} " in messages[k]

    workers = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=300)
    assert all(f"configuration {k} " in message for k, message in enumerate(messages))


def test_other_python_threads_run_during_a_call():
    hamiltonians, dipoles, positions = random_system(1, 8)
    many = np.broadcast_to(hamiltonians, (400_000, 8, 8))
    ticks = 0
    finished = threading.Event()

    def count():
        nonlocal ticks
        while not finished.wait(0.001):
            ticks += 1

    counter = threading.Thread(target=count)
    counter.start()
    with hotloop.threads(1):
        hotloop.exciton.sticks(many, dipoles[0], positions[0], out={"energies": np.empty((400_000, 8))})
    finished.set()
    counter.join()
    assert ticks > 10


def _in_child(argument):
    n_conf, n_site, threads = argument
    with hotloop.threads(threads):
        return everything(n_conf, n_site), hotloop.get_num_threads()


@pytest.mark.parametrize("n_site", [8, 70])
def test_a_forked_child_computes_after_the_parent_used_threads(n_site):
    with hotloop.threads(2):
        expected = everything(300, n_site)
    with multiprocessing.get_context("fork").Pool(3) as pool:
        jobs = pool.map_async(_in_child, [(300, n_site, threads) for threads in (1, 2, 3, 2)])
        results = jobs.get(timeout=120)
    assert [threads for _, threads in results] == [1, 2, 3, 2]
    assert all(found == expected for found, _ in results)
    with hotloop.threads(2):
        assert everything(300, n_site) == expected


def test_a_fork_while_other_threads_compute_is_safe():
    stop = threading.Event()

    def busy():
        with hotloop.threads(2):
            while not stop.is_set():
                everything(30, 40)

    workers = [threading.Thread(target=busy) for _ in range(2)]
    for worker in workers:
        worker.start()
    try:
        with hotloop.threads(2):
            expected = everything(100, 40)
        for _ in range(5):
            with multiprocessing.get_context("fork").Pool(2) as pool:
                results = pool.map_async(_in_child, [(100, 40, 2), (100, 40, 1)]).get(timeout=120)
            assert all(found == expected for found, _ in results)
    finally:
        stop.set()
        for worker in workers:
            worker.join()


def openblas_setting():
    """The thread count of the OpenBLAS that hotloop is linked with (NumPy's wheel has one of its own)."""
    return ctypes.CDLL("libopenblas.so.0")


def test_the_host_s_openblas_setting_is_unchanged_after_large_matrices():
    import threadpoolctl

    openblas = openblas_setting()
    before = openblas.openblas_get_num_threads()
    pools = [(pool["filepath"], pool["num_threads"]) for pool in threadpoolctl.threadpool_info()]
    try:
        for setting in (1, 2, 3):
            openblas.openblas_set_num_threads(setting)
            for n in (1, 2):
                with hotloop.threads(n):
                    everything(2, 200)
            assert openblas.openblas_get_num_threads() == setting
    finally:
        openblas.openblas_set_num_threads(before)
    assert [(pool["filepath"], pool["num_threads"]) for pool in threadpoolctl.threadpool_info()] == pools


def test_the_host_s_openblas_setting_changes_no_bit():
    openblas = openblas_setting()
    before = openblas.openblas_get_num_threads()
    try:
        openblas.openblas_set_num_threads(1)
        one = everything(3, 150)
        openblas.openblas_set_num_threads(2)
        assert everything(3, 150) == one
    finally:
        openblas.openblas_set_num_threads(before)


def hotloop_pools():
    import threadpoolctl

    return [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "hotloop"]


def test_threadpoolctl_sees_hotloop():
    (pool,) = hotloop_pools()
    assert pool["num_threads"] == hotloop.get_num_threads()
    assert pool["version"] == hotloop.version()
    assert os.path.samefile(pool["filepath"], hotloop.config()["library"])


def test_threadpoolctl_limits_hotloop_and_takes_the_limit_away():
    from threadpoolctl import threadpool_limits

    hotloop.set_num_threads(6)
    with threadpool_limits(2):
        assert hotloop.get_num_threads() == 2
        with threadpool_limits(1, user_api="hotloop"):
            assert hotloop.get_num_threads() == 1
        assert hotloop.get_num_threads() == 2
        with threadpool_limits(1, user_api="blas"):
            assert hotloop.get_num_threads() == 2
        with threadpool_limits(6, user_api="hotloop"):
            assert hotloop.get_num_threads() == 6
        assert hotloop.get_num_threads() == 2
    assert hotloop.get_num_threads() == 6
    hotloop.set_num_threads(4)
    assert hotloop.get_num_threads() == 4, "the thread inherits again"
    with threadpool_limits(1, user_api="blas"):
        pass
    hotloop.set_num_threads(5)
    assert hotloop.get_num_threads() == 5
