"""A pytest plugin: coremltools' tests predict through bertkit, and are told apart by whether they compared anything.

Load it before the tests are imported: `python -m pytest -c conformance/pytest.ini -p conformance.plugin --pyargs
coremltools.test.pipeline`. The tests read the switches, and take `_IS_MACOS` by value, when they are imported.
"""

from __future__ import annotations

import json
import os
import random
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite(
    "coremltools.converters.mil.testing_utils",
    "coremltools.converters.mil.frontend.torch.test.testing_utils",
    "coremltools.converters.mil.mil.ops.tests.testing_utils",
)
os.environ.setdefault("INCLUDE_MIL_FP32_UNIT_TESTS", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402

from conformance import counting  # noqa: E402

_LONGEST_MESSAGE = 600

counting.install()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add which tests to run and where to write what became of them."""
    group = parser.getgroup("conformance")
    group.addoption("--conformance-ids", help="run only the tests that this file names, one a line")
    group.addoption("--conformance-results", help="append one JSON line a test to this file")
    group.addoption("--conformance-timeout", type=int, default=0, help="seconds a test may take; 0 for any")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the named tests only."""
    names = config.getoption("--conformance-ids")
    if names is None:
        return
    wanted = set(Path(names).read_text(encoding="utf-8").splitlines())
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in wanted])
    items[:] = [item for item in items if item.nodeid in wanted]


def pytest_assertion_pass() -> None:
    """Count a bare assert."""
    counting.compared()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a test with seeded generators within its time, and note what it did."""
    seed = zlib.crc32(item.nodeid.encode())
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the tests draw from the global generator
    torch.manual_seed(seed)
    counting.begin()
    try:
        with counting.limited(item.config.getoption("--conformance-timeout")):
            return (yield)
    finally:
        item.user_properties.extend(zip(("predictions", "comparisons"), counting.counts(), strict=True))


@pytest.hookimpl
def pytest_runtest_logstart(nodeid: str) -> None:
    """Note which test runs, so that one that takes the interpreter down is known."""
    _append({"id": nodeid, "outcome": "started"})


def pytest_configure(config: pytest.Config) -> None:
    """Remember where results go: the hooks for reports are not told the configuration."""
    _results["path"] = config.getoption("--conformance-results")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write what became of a test: of its call, or of the setup that did not reach it."""
    if report.when == "call" or report.outcome != "passed":
        properties = dict(report.user_properties)
        _append(
            {
                "id": report.nodeid,
                "outcome": "xfailed" if hasattr(report, "wasxfail") and report.skipped else report.outcome,
                "predictions": properties.get("predictions", 0),
                "comparisons": properties.get("comparisons", 0),
                "seconds": round(report.duration, 3),
                "message": _message(report),
            }
        )


_results: dict[str, str | None] = {"path": None}


def _append(line: dict[str, Any]) -> None:
    if _results["path"] is not None:
        with open(_results["path"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _message(report: pytest.TestReport) -> str:
    """Return the error's own line, or the reason of a skipped test."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2])
    crash = getattr(report.longrepr, "reprcrash", None)
    return "" if crash is None else str(crash.message)[:_LONGEST_MESSAGE]
