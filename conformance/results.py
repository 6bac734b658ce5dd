"""What became of each test: JSON lines, appended as the tests run, and their counts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

STARTED = "started"


@dataclass(frozen=True)
class Result:
    """One test.

    Attributes:
        id: its node id, from `coremltools/` on.
        outcome: `passed`, `failed`, `skipped`, `xfailed`, or `started` for one that has not ended.
        predictions: how many were answered.
        comparisons: how many assertions held after the first prediction.
        refusals: how many models or predictions bertkit refused.
        seconds: of the processor that it took.
        message: of the failure, or the reason of a skip.
        commit: of bertkit, ending in `-dirty` where files were changed; empty where git does not know.
    """

    id: str
    outcome: str
    predictions: int = 0
    comparisons: int = 0
    refusals: int = 0
    seconds: float = 0.0
    message: str = ""
    commit: str = ""

    @property
    def compared(self) -> bool:
        """Whether bertkit's answer, or its refusal to answer, decided the outcome."""
        if self.outcome == "passed":
            return self.predictions > 0 and self.comparisons > 0
        return self.outcome == "failed" and (self.predictions > 0 or self.refusals > 0)


def append(path: Path, result: Result) -> None:
    """Add one line to a file of results."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(result)) + "\n")


def read(path: Path) -> dict[str, Result]:
    """Return the last result of each test in a file; none where there is no file."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {result.id: result for result in (Result(**json.loads(line)) for line in lines)}


def summarize(results: Iterable[Result]) -> dict[str, Any]:
    """Count results the way the table shows them."""
    results = [result for result in results if result.outcome != STARTED]
    compared = [result for result in results if result.compared]
    idle = [result for result in results if not result.compared]
    return {
        "run": len(results),
        "compared": len(compared),
        "passed": sum(result.outcome == "passed" for result in compared),
        "failed": sum(result.outcome == "failed" for result in compared),
        "not_compared": sum(result.outcome == "passed" for result in idle),
        "failed_before_predicting": sum(result.outcome == "failed" for result in idle),
        "skipped": sum(result.outcome in ("skipped", "xfailed") for result in idle),
        "commits": dict(Counter(result.commit for result in results if result.commit).most_common()),
        "skip_reasons": dict(Counter(_reason(result) for result in idle if _is_skip(result)).most_common()),
    }


def _is_skip(result: Result) -> bool:
    return result.outcome in ("skipped", "xfailed")


def _reason(result: Result) -> str:
    prefix = "expected to fail: " if result.outcome == "xfailed" else ""
    return prefix + (result.message.removeprefix("Skipped: ").strip() or "no reason given")
