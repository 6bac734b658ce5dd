"""What an update changed: answers before and after on what was taught, what was held back, and general questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Item:
    """One question before and after, asked of the window of its document that holds the right words.

    Attributes:
        question: in words.
        right: the words that answer it.
        document: name of the document.
        before: what the reader answered.
        after: what it answers now.
        f1_before: overlap with the right words, 0 to 1.
        f1_after: likewise.
    """

    question: str
    right: str
    document: str
    before: str
    after: str
    f1_before: float
    f1_after: float

    @property
    def change(self) -> str:
        """`fixed`, `broken`, `better`, `worse` or `same`; fixed is wrong before and right now."""
        if self.f1_after == self.f1_before:
            return "same"
        if self.f1_after > self.f1_before:
            return "fixed" if self.f1_after == 1 else "better"
        return "broken" if self.f1_before == 1 else "worse"


@dataclass(frozen=True)
class Group:
    """Questions of one kind.

    Attributes:
        name: `taught`, `held back` or `general`.
        items: the questions.
    """

    name: str
    items: tuple[Item, ...]

    @property
    def f1_before(self) -> float | None:
        """Mean F1 in percent; None where there are no questions."""
        return _percent([item.f1_before for item in self.items])

    @property
    def f1_after(self) -> float | None:
        """Likewise."""
        return _percent([item.f1_after for item in self.items])

    def count(self, change: str) -> int:
        """Return how many questions changed in a way; see `Item.change`."""
        return sum(item.change == change for item in self.items)


@dataclass(frozen=True)
class Report:
    """Before and after an update.

    Attributes:
        taught: what the reader was trained with.
        held_back: corrections of the same documents that it was not trained with.
        general: questions of other kinds, which it should not forget. None of them is trained with.
        limit: how much F1 in percent the general questions may lose.
    """

    taught: Group
    held_back: Group
    general: Group
    limit: float = 1.0

    @property
    def groups(self) -> tuple[Group, ...]:
        """The three groups."""
        return self.taught, self.held_back, self.general

    @property
    def general_loss(self) -> float:
        """How much F1 in percent the general questions lost; negative for a gain, 0 where there are none."""
        before, after = self.general.f1_before, self.general.f1_after
        return 0.0 if before is None or after is None else before - after

    @property
    def forgets(self) -> bool:
        """Whether the general questions lost more than the limit."""
        return self.general_loss > self.limit

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "general_loss": self.general_loss,
            "limit": self.limit,
            "forgets": self.forgets,
            "groups": [
                {
                    "name": group.name,
                    "f1_before": group.f1_before,
                    "f1_after": group.f1_after,
                    "items": [{**vars(item), "change": item.change} for item in group.items],
                }
                for group in self.groups
            ],
        }

    def to_frame(self) -> Any:
        """Return every question as a row of a pandas data frame.

        Raises:
            DependencyError: pandas is not installed.
        """
        from bertkit.dependencies import require

        rows = [
            {"group": group.name, "change": item.change, **vars(item)} for group in self.groups for item in group.items
        ]
        return require("pandas", "notebook", "return tables as data frames").DataFrame(rows)

    def __str__(self) -> str:
        lines = [f"{'':10}  questions  F1 before  F1 after  fixed  broken"]
        for group in self.groups:
            shown = [_shown(group.f1_before), _shown(group.f1_after)]
            lines.append(
                f"{group.name:10}  {len(group.items):9}  {shown[0]:>9}  {shown[1]:>8}  {group.count('fixed'):5}  "
                f"{group.count('broken'):6}"
            )
        return "\n".join(lines)


def _percent(values: Sequence[float]) -> float | None:
    return 100 * float(np.mean(values)) if values else None


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
