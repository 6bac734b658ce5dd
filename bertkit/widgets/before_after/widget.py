"""Answers before and after in a notebook."""

from __future__ import annotations

from typing import Any

from bertkit.qa.personal import Report
from bertkit.widgets.before_after.panel import BeforeAfterPanel
from bertkit.widgets.widget import Widget


class BeforeAfter(Widget):
    """The same questions answered before and after an update: what was fixed, what broke.

    Args:
        report: what `Personalization.result()` returned.

    Example:
        >>> from bertkit.widgets import BeforeAfter  # doctest: +SKIP
        >>> BeforeAfter(update.result())  # doctest: +SKIP
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        super().__init__(BeforeAfterPanel(report))

    def to_frame(self) -> Any:
        """Return every question as a row of a pandas data frame.

        Raises:
            DependencyError: pandas is not installed.
        """
        return self._report.to_frame()
