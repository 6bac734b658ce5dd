"""A pytest plugin: coremltools' tests predict through bertkit, and are told apart by whether they compared anything.

Load it before the tests are imported: `python -m pytest -c conformance/pytest.ini -p conformance.plugin --pyargs
coremltools.test.pipeline`. The tests read the switches, and take `_IS_MACOS` by value, when they are imported.
"""

from __future__ import annotations

import gc
import os
import random
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite(
    "coremltools.converters.mil.testing_utils",
    "coremltools.converters.mil.frontend.torch.test.testing_utils",
    "coremltools.converters.mil.mil.ops.tests.testing_utils",
)
os.environ.setdefault("INCLUDE_MIL_FP32_UNIT_TESTS", "1")
os.environ.setdefault("TQDM_DISABLE", "1")  # progress bars

import numpy as np  # noqa: E402
import torch  # noqa: E402

from conformance import counting, housing, libsvm_names, thrift  # noqa: E402
from conformance.results import STARTED, Result, append  # noqa: E402
from conformance.sample import functions_of  # noqa: E402

_LONGEST_MESSAGE = 600

counting.install()
housing.install()
libsvm_names.install()
thrift.install()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add which tests to run and where to write what became of them."""
    group = parser.getgroup("conformance")
    group.addoption("--conformance-ids", help="run only the tests that this file names, one a line")
    group.addoption("--conformance-results", help="append one JSON line a test to this file")
    group.addoption("--conformance-commit", default="", help="of bertkit, for the results")
    group.addoption("--conformance-collected", help="write the ids of all collected tests to this file")
    group.addoption("--conformance-timeout", type=int, default=0, help="processor seconds a test may take; 0 for any")


def pytest_configure(config: pytest.Config) -> None:
    """Let the hooks below know the options."""
    config.pluginmanager.register(_Recorder(config), "conformance-recorder")


class _Recorder:
    """Chooses the tests and writes their results."""

    def __init__(self, config: pytest.Config) -> None:
        names, results = config.getoption("--conformance-ids"), config.getoption("--conformance-results")
        self._wanted = None if names is None else set(Path(names).read_text(encoding="utf-8").splitlines())
        self._functions = None if self._wanted is None else functions_of(self._wanted)
        self._results = None if results is None else Path(results)
        self._commit = config.getoption("--conformance-commit")
        self._broken: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: pytest.Collector, name: str) -> list[pytest.Item] | None:
        """Leave out functions none of whose cases are wanted: making all cases of all functions takes minutes."""
        if self._functions is None or not name.startswith("test"):
            return None
        return None if canonical(f"{collector.nodeid}::{name}") in self._functions else []

    @pytest.hookimpl(trylast=True)
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Leave out the other cases of these functions: there may be thousands, each an object with its marks."""
        if self._wanted is not None:
            function = metafunc.definition.nodeid
            metafunc._calls[:] = [call for call in metafunc._calls if self._is_wanted(f"{function}[{call.id}]")]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Let a module that cannot be imported stand as one failed case."""
        if report.failed:
            self._broken.append(canonical(report.nodeid))
            self._append(Result(canonical(report.nodeid), "failed", message=_message(report)))

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave the wanted tests only."""
        collected = config.getoption("--conformance-collected")
        if collected is not None:
            names = "".join(f"{name}\n" for name in [*(canonical(item.nodeid) for item in items), *self._broken])
            Path(collected).write_text(names, encoding="utf-8")
        if self._wanted is not None:
            config.hook.pytest_deselected(items=[item for item in items if not self._is_wanted(item.nodeid)])
            items[:] = [item for item in items if self._is_wanted(item.nodeid)]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note which test runs, so that one that takes the interpreter down is known."""
        self._append(Result(canonical(nodeid), STARTED))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write what became of a test: of its call, or of the setup that did not reach it."""
        if report.when == "call" or report.outcome != "passed":
            expected = report.outcome == "skipped" and hasattr(report, "wasxfail")
            counted: dict[str, Any] = dict(report.user_properties)
            outcome, message = ("xfailed", report.wasxfail) if expected else (report.outcome, _message(report))
            self._append(Result(canonical(report.nodeid), outcome, message=message, **counted))

    def _is_wanted(self, nodeid: str) -> bool:
        return self._wanted is None or canonical(nodeid) in self._wanted

    def _append(self, result: Result) -> None:
        if self._results is not None:
            append(self._results, replace(result, commit=self._commit))


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Seed the generators before a module is imported: some cases draw numbers then, which are part of their names."""
    if isinstance(collector, pytest.Module):
        _seed(collector.name)


def pytest_collection_finish() -> None:
    """Leave what is there now out of garbage collection, which the converter asks for after every model."""
    thrift.shorten_arrays()
    gc.collect()
    gc.freeze()


def pytest_assertion_pass() -> None:
    """Count a bare assert."""
    counting.compared()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a test with seeded generators within its time, and note what it did."""
    _seed(canonical(item.nodeid))
    counting.begin()
    started = time.process_time()
    try:
        with counting.limited(item.config.getoption("--conformance-timeout")):
            return (yield)
    finally:
        used = round(time.process_time() - started, 3)
        item.user_properties.extend({**counting.counts(), "seconds": used}.items())


def _seed(name: str) -> None:
    """Seed the generators that the tests draw from: their numbers depend on no other test."""
    seed = zlib.crc32(name.encode())
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the tests use the global generator
    torch.manual_seed(seed)


def canonical(nodeid: str) -> str:
    """Return a node id from `coremltools/` on, wherever the wheel is installed, on one line."""
    inside = nodeid.split("/coremltools/", 1)[-1].removeprefix("coremltools/")
    return "coremltools/" + " ".join(inside.split())


def _message(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return the error's own lines, or the reason of a skipped test."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2])
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(report.longrepr or "").strip()[-_LONGEST_MESSAGE:] if crash is None else str(crash.message)
    return text[:_LONGEST_MESSAGE]
