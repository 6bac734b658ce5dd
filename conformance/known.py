"""The failures whose cause is known, from the reviewed file `known_failures.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.results import Result

KINDS = ("apple", "coremltools", "environment", "bertkit")
_FILE = Path(__file__).with_name("known_failures.json")


@dataclass(frozen=True)
class Cause:
    """Why some tests fail.

    Attributes:
        kind: `apple` for behavior of Core ML's own that nothing specifies, `coremltools` for a defect there or with the
            versions of torch and numpy it is run with, `environment` for what a machine lacks, `bertkit` for ours.
        tests: regular expression that is searched for in the node id.
        message: regular expression that is searched for in the failure's message.
        cause: in words, with the number of an issue where there is one.
    """

    kind: str
    tests: str
    cause: str
    message: str = ""

    def explains(self, failure: Result) -> bool:
        """Say whether a failure is of this kind."""
        return bool(re.search(self.tests, failure.id) and re.search(self.message, failure.message))


def causes() -> list[Cause]:
    """Read the file.

    Raises:
        ValueError: an entry is of an unknown kind.
    """
    known = [Cause(**entry) for entry in json.loads(_FILE.read_text(encoding="utf-8"))]
    for cause in known:
        if cause.kind not in KINDS:
            raise ValueError(f'{_FILE.name}: the kind "{cause.kind}" must be one of {", ".join(KINDS)}.')
    return known


def explain(failure: Result, known: Sequence[Cause]) -> Cause | None:
    """Return the first cause that explains a failure; None for one that nobody has looked at."""
    return next((cause for cause in known if cause.explains(failure)), None)
