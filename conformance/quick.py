"""The sample among the default tests, `quick.ids`: the cheapest cases of as many test functions as there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from conformance.results import Result, read
from conformance.sample import function_of

IDS = Path(__file__).with_name("quick.ids")
# Cases by suite; the classic suites need packages that the development environment has not.
SHARES = {"neural_network": 130, "mil_ops": 250, "torch": 20}


def ids() -> list[str]:
    """Return the ids of the sample."""
    return IDS.read_text(encoding="utf-8").splitlines()


def choose(folder: Path, shares: Mapping[str, int]) -> None:
    """Write `quick.ids` from what a run left in `folder`.

    Args:
        folder: of the results.
        shares: how many cases of each suite.
    """
    chosen = [name for suite, count in shares.items() for name in _cheapest(read(folder / f"{suite}.jsonl"), count)]
    IDS.write_text("".join(f"{name}\n" for name in sorted(chosen)), encoding="utf-8")


def _cheapest(results: Mapping[str, Result], count: int) -> list[str]:
    """Return the cheapest cases that passed, taking test functions in turn."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in _cheapest_first(results.values()):
        groups[function_of(result.id)].append(result)
    turns = [(turn, result.seconds, result.id) for group in groups.values() for turn, result in enumerate(group)]
    return [name for _, _, name in sorted(turns)[:count]]


def _cheapest_first(results: Iterable[Result]) -> list[Result]:
    passed = [result for result in results if result.outcome == "passed" and result.compared and _is_named(result.id)]
    return sorted(passed, key=lambda result: (result.seconds, result.id))


def _is_named(name: str) -> bool:
    """Say whether a case keeps its name: the converter's tests name all cases `argument=value` when they are loaded."""
    return "[" not in name or "=" in name
