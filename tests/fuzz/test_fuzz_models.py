"""No file makes bertkit crash, hang, allocate without bound or read outside the model's folder: it predicts or refuses.

Cases are numbered and made from their number, so a failure is run again with
`PYTHONPATH=tests/coreml python tests/fuzz/fuzz_target.py NUMBER NUMBER+1`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

_TARGET = Path(__file__).with_name("fuzz_target.py")
_QUICK, _MANY = 120, 6_000
_PROCESS = 1_000  # cases, after which memory begins anew
_SECONDS_PER_CASE = 30  # the slowest takes far less than a second; this is for a hang


def _run(first: int, stop: int) -> list[dict[str, object]]:
    command = [sys.executable, str(_TARGET), str(first), str(stop)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            printed, errors = process.communicate(timeout=60 + _SECONDS_PER_CASE * 0.05 * (stop - first))
        except subprocess.TimeoutExpired:
            process.kill()
            printed, errors = process.communicate()
            pytest.fail(f"case {first + printed.count(chr(10))} hangs\n{errors[-2_000:]}")
    results = [json.loads(line) for line in printed.splitlines()]
    assert process.returncode == 0, f"case {first + len(results)} crashes the interpreter\n{errors[-2_000:]}"
    return results


def _judge(results: list[dict[str, object]]) -> None:
    failures = [f"case {result['case']}\n{result['traceback']}" for result in results if result["outcome"] == "failure"]
    assert not failures, "\n".join(failures[:5])
    outcomes = Counter(str(result["outcome"]) for result in results)
    assert outcomes["predicted"] > len(results) / 10, "too few cases still are models"
    assert sum(outcomes.values()) - outcomes["predicted"] > len(results) / 10, "too few cases are damaged"


def test_a_sample_of_damaged_models_predicts_or_is_refused() -> None:
    _judge(_run(0, _QUICK))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(_QUICK, _MANY, _PROCESS))
def test_damaged_models_predict_or_are_refused(first: int) -> None:
    _judge(_run(first, min(first + _PROCESS, _MANY)))
