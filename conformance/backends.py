"""What a case converts to, read off its name: ML Program or NeuralNetwork, and the precision."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from conformance.results import Result

_BACKEND = re.compile(r"'(mlprogram|neuralnetwork)', (?:precision=)?'(fp16|fp32)'")


def backend_of(name: str) -> str:
    """Return for example `mlprogram fp16`; empty for a case whose name does not tell."""
    found = _BACKEND.search(name)
    return "" if found is None else " ".join(found.groups())


def by_backend(results: Iterable[Result]) -> dict[str, dict[str, int]]:
    """Count what was really compared, for each backend."""
    compared: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        if result.compared and backend_of(result.id):
            compared[backend_of(result.id)].append(result)
    return {name: _counts(group) for name, group in sorted(compared.items())}


def _counts(results: list[Result]) -> dict[str, int]:
    passed = sum(result.outcome == "passed" for result in results)
    return {"compared": len(results), "passed": passed, "failed": len(results) - passed}
