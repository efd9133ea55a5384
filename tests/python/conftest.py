"""Counts the tests for the last line of `run`. A skipped test counts as failed: nothing is skipped."""

import os

import pytest

outcomes = {}


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        passed = report.outcome == "passed" and outcomes.get(report.nodeid, True)
        outcomes[report.nodeid] = passed


def pytest_collectreport(report):
    if report.failed:
        outcomes[report.nodeid] = False


def pytest_sessionfinish(session, exitstatus):
    failed = sum(not passed for passed in outcomes.values())
    if failed and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    path = os.environ.get("HOTLOOP_TEST_COUNTS")
    if path and outcomes:
        with open(path, "w") as counts:
            counts.write(f"tests python: {len(outcomes) - failed} passed, {failed} failed\n")


@pytest.fixture(autouse=True)
def default_threads():
    """Every test starts and ends with the default number of threads."""
    import hotloop

    yield
    hotloop.set_num_threads(0)
