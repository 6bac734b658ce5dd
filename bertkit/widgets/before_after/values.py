"""Answers before and after as plain values and words."""

from __future__ import annotations

from pathlib import PurePath

from bertkit.qa.personal import Group, Item, Report
from bertkit.widgets.panel import Json

ORDER = ("fixed", "broken", "better", "worse", "same")
"""What changed comes first, and of that what turned right or wrong."""
MOST_ITEMS = 300
_MEANINGS = {
    "taught": "corrections it was trained with",
    "held back": "corrections it was not trained with",
    "general": "other questions, which it should not forget",
}


def meaning(group: Group) -> str:
    """Return what questions a group holds."""
    return _MEANINGS.get(group.name, "")


def ordered(group: Group) -> list[Item]:
    """Return the questions that changed first."""
    return sorted(group.items, key=lambda item: ORDER.index(item.change))


def percent(value: float | None) -> str:
    """Return a mean F1."""
    return "no questions" if value is None else f"{value:.1f}"


def verdict(report: Report) -> str:
    """Return in one sentence what the general questions say."""
    loss = report.general_loss
    change = f"lose {loss:.1f}" if loss > 0 else f"gain {-loss:.1f}" if loss < 0 else "neither gain nor lose"
    if report.forgets:
        return f"The general questions {change} F1, more than the {report.limit:g} that is allowed."
    return f"The general questions {change} F1; up to {report.limit:g} may be lost."


def counts(group: Group) -> str:
    """Return how many questions changed in which way."""
    return ", ".join(f"{group.count(change)} {change}" for change in ORDER if group.count(change)) or "no questions"


def group_values(group: Group) -> dict[str, Json]:
    """Return a group as plain values."""
    items = ordered(group)
    return {
        "name": group.name,
        "meaning": meaning(group),
        "before": percent(group.f1_before),
        "after": percent(group.f1_after),
        "counts": counts(group),
        "left_out": max(0, len(items) - MOST_ITEMS),
        "items": [
            [one.change, one.question, one.right, one.before, one.after, PurePath(one.document).name]
            for one in items[:MOST_ITEMS]
        ],
    }
