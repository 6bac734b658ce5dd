"""What a validation found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_SHOWN_PROBLEMS = 5


@dataclass(frozen=True)
class Problem:
    """One rule that a model breaks.

    Attributes:
        rule: the rule's name, `family.rule`; stable.
        where: the place in the model, for example `pipeline/encoder/layer dense`; `model` for the model as a whole.
        message: what was wanted, what is there, and what to do.
    """

    rule: str
    where: str
    message: str

    def to_json(self) -> dict[str, str]:
        """Return the problem as plain values."""
        return {"rule": self.rule, "where": self.where, "message": self.message}

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{self.rule}]"


@dataclass(frozen=True)
class Report:
    """The outcome of a validation.

    Attributes:
        problems: everything found, in the order in which Core ML's own validator checks.
    """

    problems: tuple[Problem, ...]

    @property
    def valid(self) -> bool:
        """Whether no rule is broken."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values, in the form that `bertkit validate --json` prints."""
        return {"valid": self.valid, "problems": [problem.to_json() for problem in self.problems]}

    def __str__(self) -> str:
        more = len(self.problems) - _SHOWN_PROBLEMS
        shown = "; ".join(map(str, self.problems[:_SHOWN_PROBLEMS]))
        return f"{shown}; and {more} more problems" if more > 0 else shown
