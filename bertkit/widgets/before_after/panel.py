"""The content of a view of answers before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bertkit.qa.personal import Item, Report
from bertkit.widgets import blocks, texts
from bertkit.widgets.before_after import values
from bertkit.widgets.html import Html
from bertkit.widgets.panel import Json, Method, Request

TITLE = "Before and after"
_EMPTY = "Nothing was learned yet, so there is nothing to compare. Correct some answers and personalize the reader."
_HEADER = ["change", "question", "right", "before", "after"]
_MOST_STATIC = 40


class BeforeAfterPanel:
    """The same questions answered before and after an update.

    Args:
        report: what changed; None while nothing is known.
    """

    kind = "before_after"
    title = TITLE

    def __init__(self, report: Report | None) -> None:
        self.report = report

    def view(self) -> dict[str, Json]:
        """Return all groups with their questions, those that changed first."""
        if self.report is None:
            return {"title": TITLE, "verdict": "", "forgets": False, "groups": []}
        return {
            "title": TITLE,
            "verdict": values.verdict(self.report),
            "forgets": self.report.forgets,
            "groups": [values.group_values(group) for group in self.report.groups],
        }

    def methods(self) -> Mapping[str, Method]:
        """Return nothing: all is in the view."""
        return {}

    def recordings(self) -> Iterable[Request]:
        """Return nothing: all is in the view."""
        return ()

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return the figures, and the questions of each group in a part that folds."""
        return blocks.frame(TITLE, "", *self.parts())

    def parts(self) -> list[Html]:
        """Return what stands in the static form's frame."""
        if self.report is None:
            return [blocks.note(_EMPTY)]
        figures = [
            [f"{group.name}: {values.meaning(group)}", str(len(group.items)), values.percent(group.f1_before),
             values.percent(group.f1_after), values.counts(group)]
            for group in self.report.groups
        ]  # fmt: skip
        tables = [
            blocks.section(
                f"{group.name} ({len(group.items)})",
                blocks.table(_HEADER, [_row(item) for item in values.ordered(group)[:_MOST_STATIC]]),
                opened=group is self.report.taught,
            )
            for group in self.report.groups
            if group.items
        ]
        header = ["set", "questions", "F1 before", "F1 after", "changes"]
        return [blocks.note(values.verdict(self.report)), blocks.table(header, figures, (1, 2, 3)), *tables]

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return the figures, and the questions that changed."""
        if self.report is None:
            return f"{TITLE}\n{_EMPTY}"
        changed = [
            [group.name, *_row(item)]
            for group in self.report.groups
            for item in values.ordered(group)
            if item.change != "same"
        ]
        lines = [TITLE, values.verdict(self.report), *str(self.report).split("\n"), ""]
        return "\n".join([*lines, *texts.columns([["set", *_HEADER], *changed])])


def _row(item: Item) -> list[str]:
    return [item.change, item.question, item.right, item.before or "nothing", item.after or "nothing"]
