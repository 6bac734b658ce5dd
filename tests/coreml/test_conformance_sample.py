"""A sample of coremltools' own tests passes through bertkit, and each of them really compares something."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import quick
from conformance.results import read
from conformance.run import run_cases

_SECONDS_A_CASE = 120


def test_sample_of_coremltools_tests_passes(tmp_path: Path) -> None:
    pytest.importorskip("coremltools")
    names = quick.ids()
    run_cases(names, tmp_path / "results.jsonl", tmp_path, _SECONDS_A_CASE)
    results = read(tmp_path / "results.jsonl")
    log = (tmp_path / "last.log").read_text(encoding="utf-8")[-4000:]
    assert set(results) == set(names), log
    wrong = [result for result in results.values() if not (result.compared and result.outcome == "passed")]
    assert not wrong, "\n".join(f"{result.id}: {result.outcome} {result.message}" for result in wrong)
