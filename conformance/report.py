"""The figures of the last run: `conformance.json` for programs, `docs/conformance.md` for people."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.backends import by_backend
from conformance.known import causes, explain
from conformance.results import Result, read, summarize
from conformance.sample import SEED
from conformance.suites import SUITES

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("coremltools", "torch", "numpy", "scikit-learn", "xgboost")
_COLUMNS = ("collected", "run", "compared", "passed", "failed", "not_compared", "failed_before_predicting", "skipped")
_SHOWN_REASONS = 12
_LONGEST_REASON = 110
_HEAD = """# Conformance

coremltools ships the tests that its authors run on macOS against Core ML. `make conformance` runs them through
bertkit's reference engine, by the drop-in of `bertkit.coreml.coremltools_prediction`, and writes this page and
`conformance.json`.

- **run**: the cases that were run: all that pytest collects, or a sample. A sample is drawn by the hash of the case's
  name (seed "{seed}"), test functions in turn, so it is the same on every machine.
- **compared**: bertkit answered a prediction and the test compared something after it; or bertkit refused, and the test
  failed. Only these count: **passed** and **failed** add up to it.
- **not compared**: passed without a prediction or without a comparison. Proves nothing about bertkit.
- **failed before**: failed before bertkit was asked for anything, mostly in the converter, with the versions below.
- **skipped**: by the test itself, or marked there as expected to fail.

ML Programs of precision fp32 are left out by coremltools unless `INCLUDE_MIL_FP32_UNIT_TESTS` is set. This run sets it:
these cases compare with a tolerance of 1e-5 instead of 5e-2. With float16 values they can hardly pass anywhere.

Below each suite stand the commits of bertkit that its cases were run at, with the number of cases.
"""


def write(folder: Path) -> bool:
    """Write both files from the results in `folder`.

    Returns:
        Whether the cause of every failure is known.
    """
    suites = {suite.name: _figures(folder, suite.name) for suite in SUITES if (folder / f"{suite.name}.jsonl").exists()}
    content = {"python": platform.python_version(), "versions": _versions(), "suites": suites}
    (_ROOT / "conformance.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (_ROOT / "docs").mkdir(exist_ok=True)
    (_ROOT / "docs" / "conformance.md").write_text(_page(content), encoding="utf-8")
    return not any(cause["kind"] == "unknown" for figures in suites.values() for cause in figures["failures"])


def _figures(folder: Path, name: str) -> dict[str, Any]:
    results = read(folder / f"{name}.jsonl")
    collected = len((folder / f"{name}.ids").read_text(encoding="utf-8").splitlines())
    return {
        "collected": collected,
        **summarize(results.values()),
        "backends": by_backend(results.values()),
        "failures": _failures(results),
    }


def _failures(results: Mapping[str, Result]) -> list[dict[str, Any]]:
    """Return the causes of the failures, each with the tests it explains."""
    known = causes()
    by_cause: dict[tuple[str, str], list[str]] = defaultdict(list)
    for result in sorted(results.values(), key=lambda result: result.id):
        if result.outcome == "failed":
            cause = explain(result, known)
            key = ("unknown", _first_line(result.message)) if cause is None else (cause.kind, cause.cause)
            by_cause[key].append(result.id.removeprefix("coremltools/"))
    return [
        {"kind": kind, "cause": cause, "count": len(tests), "tests": tests}
        for (kind, cause), tests in sorted(by_cause.items(), key=lambda entry: (entry[0][0], -len(entry[1])))
    ]


def _page(content: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in content["versions"].items())
    lines = [_HEAD.format(seed=SEED), f"Versions: Python {content['python']}, {versions}.", ""]
    titles = [column.replace("_", " ").replace(" predicting", "") for column in _COLUMNS]
    lines += ["| suite | " + " | ".join(titles) + " | passed of compared |", "|---|" + "---:|" * (len(titles) + 1)]
    for name, figures in content["suites"].items():
        lines.append(
            f"| {name} | " + " | ".join(f"{figures[column]:,}" for column in _COLUMNS) + f" | {_share(figures)} |"
        )
    for name, figures in content["suites"].items():
        lines += ["", f"## {name}", "", *_details(figures)]
    return "\n".join(lines) + "\n"


def _details(figures: Mapping[str, Any]) -> list[str]:
    whole = figures["run"] == figures["collected"]
    lines = ["Run whole." if whole else f"Run in part: {figures['run']:,} of {figures['collected']:,} cases."]
    if figures["commits"]:
        lines[0] += " At " + ", ".join(f"{commit} ({count:,})" for commit, count in figures["commits"].items()) + "."
    if len(figures["backends"]) > 1:
        lines += ["", "| backend | compared | passed | failed | passed of compared |", "|---|" + "---:|" * 4]
        lines += [_backend_row(name, counts) for name, counts in figures["backends"].items()]
    if figures["failures"]:
        lines += ["", "| failures | whose | cause |", "|---:|---|---|"]
        lines += [f"| {entry['count']} | {entry['kind']} | {_cell(entry['cause'])} |" for entry in figures["failures"]]
    reasons = list(figures["skip_reasons"].items())
    if reasons:
        lines += ["", "| skipped | reason |", "|---:|---|"]
        lines += [f"| {count} | {_cell(reason)} |" for reason, count in reasons[:_SHOWN_REASONS]]
        rest = sum(count for _, count in reasons[_SHOWN_REASONS:])
        lines += [f"| {rest} | other reasons, all in `conformance.json` |"] if rest else []
    return lines


def _backend_row(name: str, counts: Mapping[str, int]) -> str:
    return f"| {name} | {counts['compared']:,} | {counts['passed']:,} | {counts['failed']:,} | {_share(counts)} |"


def _share(counts: Mapping[str, Any]) -> str:
    return f"{counts['passed'] / counts['compared']:.2%}" if counts["compared"] else "-"


def _cell(text: str) -> str:
    line = _first_line(text).replace("|", "\\|")
    return line if len(line) <= _LONGEST_REASON else line[: _LONGEST_REASON - 3] + "..."


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0].strip() if lines else ""


def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in _PACKAGES}
