"""Interleaved timing: every round calls each subject in turn, so that a slow spell of the machine falls on all of them.

A call too short for the clock is repeated within a round. What is reported is the median over rounds and the quartiles, of wall time
and of the process' own processor time; the latter is what counts on a machine that others use too.
"""
import time
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Effort:
    """Seconds that a subject's turn in one round should last at least, rounds, and seconds for all of a table's rounds."""

    turn: float
    least_rounds: int
    most_rounds: int
    budget: float


THOROUGH = Effort(turn=0.02, least_rounds=9, most_rounds=41, budget=30.0)
QUICK = Effort(turn=0.002, least_rounds=3, most_rounds=3, budget=0.0)


@dataclass(frozen=True)
class Timing:
    """Seconds per call: (lower quartile, median, upper quartile)."""

    wall: tuple
    cpu: tuple
    rounds: int


def interleaved(subjects, effort):
    """Timings by name of `subjects`, callables without arguments."""
    calls = {name: _calls_per_turn(call, effort.turn) for name, call in subjects.items()}
    samples = {name: [] for name in subjects}
    names = list(subjects)
    began = time.perf_counter()
    for done in range(effort.most_rounds):
        if done >= effort.least_rounds and time.perf_counter() - began > effort.budget:
            break
        for name in names[done % len(names) :] + names[: done % len(names)]:
            samples[name].append(_time(subjects[name], calls[name]))
    return {name: _summary(np.array(times)) for name, times in samples.items()}


def _calls_per_turn(call, seconds):
    """Warms up, and counts the calls that take so long."""
    call()
    calls = 1
    while True:
        wall, _ = _time(call, calls)
        if wall * calls >= seconds / 2:
            return max(1, round(seconds / wall)) if wall < seconds else 1
        calls *= 4


def _time(call, calls):
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        call()
    return (time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls


def _summary(times):
    wall, cpu = (tuple(np.percentile(times[:, column], (25, 50, 75))) for column in (0, 1))
    return Timing(wall, cpu, len(times))
