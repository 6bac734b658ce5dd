"""coremltools' own tests through bertkit: a sample of them passes, and what is counted as compared was compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import quick
from conformance.backends import by_backend
from conformance.known import Cause, causes, explain
from conformance.results import STARTED, Result, append, read, summarize
from conformance.run import run_cases
from conformance.sample import draw, functions_of

_SECONDS_A_CASE = 120


def test_sample_of_coremltools_tests_passes(tmp_path: Path) -> None:
    names = quick.ids()
    run_cases(names, tmp_path / "results.jsonl", tmp_path, _SECONDS_A_CASE)
    results = read(tmp_path / "results.jsonl")
    assert set(results) == set(names), (tmp_path / "last.log").read_text(encoding="utf-8")[-4000:]
    wrong = [result for result in results.values() if not (result.compared and result.outcome == "passed")]
    assert not wrong, "\n".join(f"{result.id}: {result.outcome} {result.message}" for result in wrong)


@pytest.mark.parametrize(
    ("outcome", "predictions", "comparisons", "refusals", "compared"),
    [
        ("passed", 1, 1, 0, True),
        ("passed", 1, 0, 0, False),  # predicted, and looked at nothing
        ("passed", 0, 0, 0, False),
        ("passed", 0, 0, 1, False),  # the test expects a refusal
        ("failed", 1, 0, 0, True),
        ("failed", 0, 0, 1, True),
        ("failed", 0, 0, 0, False),  # never got to bertkit
        ("skipped", 1, 1, 0, False),
    ],
)
def test_only_what_bertkit_decides_counts_as_compared(
    outcome: str, predictions: int, comparisons: int, refusals: int, compared: bool
) -> None:
    assert Result("a::test", outcome, predictions, comparisons, refusals).compared is compared


def test_every_run_case_is_counted_once() -> None:
    results = [
        Result("a", "passed", 1, 1, commit="0123abc"),
        Result("b", "passed"),
        Result("c", "failed", 1),
        Result("d", "failed"),
        Result("e", "skipped", message="Skipped: slow"),
        Result("f", "xfailed", message="rdar://1"),
        Result("g", STARTED),
    ]
    figures = summarize(results)
    assert figures["commits"] == {"0123abc": 1}
    assert figures["skip_reasons"] == {"slow": 1, "expected to fail: rdar://1": 1}
    assert figures["compared"] == figures["passed"] + figures["failed"] == 2
    parts = ("compared", "not_compared", "failed_before_predicting", "skipped")
    assert figures["run"] == sum(figures[part] for part in parts) == 6


def test_backends_are_told_by_the_name_of_a_case() -> None:
    results = [
        Result("a[backend=BackendConfig(backend='mlprogram', precision='fp16', opset_version=8)]", "passed", 1, 1),
        Result("b[backend=('mlprogram', 'fp16')-rank=1]", "failed", 1),
        Result("c[backend=['neuralnetwork', 'fp32', 5]]", "passed", 1, 1),
        Result("d[backend=('mlprogram', 'fp32')]", "skipped"),
        Result("e", "passed", 1, 1),
    ]
    assert by_backend(results) == {
        "mlprogram fp16": {"compared": 2, "passed": 1, "failed": 1},
        "neuralnetwork fp32": {"compared": 1, "passed": 1, "failed": 0},
    }


def test_the_last_result_of_a_case_counts(tmp_path: Path) -> None:
    for outcome in (STARTED, "failed", "passed"):
        append(tmp_path / "results.jsonl", Result("a", outcome))
    assert read(tmp_path / "results.jsonl") == {"a": Result("a", "passed")}
    assert read(tmp_path / "none.jsonl") == {}


def test_samples_are_fixed_and_take_every_function_in_turn() -> None:
    names = [f"m.py::many[{number}]" for number in range(100)] + ["m.py::few[0]", "m.py::few[1]", "m.py::one"]
    chosen = draw(names, 6)
    assert chosen == draw(list(reversed(names)), 6)
    assert functions_of(chosen) == {"m.py::many", "m.py::few", "m.py::one"}
    assert draw(names, None) == draw(names, 1000) == sorted(names)


def test_a_cause_explains_by_test_and_message() -> None:
    cause = Cause("apple", tests="test_topk", message="Mismatched", cause="ties")
    failures = [Result("x::test_topk[1]", "failed", message=text) for text in ("Mismatched: 1", "KeyError")]
    assert [explain(failure, [cause]) for failure in failures] == [cause, None]


def test_known_failures_are_well_formed() -> None:
    assert all(cause.cause and cause.tests for cause in causes())
