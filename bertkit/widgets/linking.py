"""Widgets that select together."""

from __future__ import annotations

import uuid

from bertkit.widgets.widget import Widget


def link(*widgets: Widget) -> None:
    """Let widgets share one selection.

    The sharing happens in the browser, so it also works in an exported page. Linking widgets that are linked to others
    already joins them all.

    Example:
        >>> from bertkit.widgets import ModelInspector, ModelMap, link  # doctest: +SKIP
        >>> link(ModelMap("a.mlpackage"), ModelInspector("a.mlpackage"))  # doctest: +SKIP
    """
    group = next((widget._group for widget in widgets if widget._group), uuid.uuid4().hex)
    shared = next((widget.selection for widget in widgets if widget.selection), {})
    for widget in widgets:
        widget._group = group
        widget.selection = dict(shared)
