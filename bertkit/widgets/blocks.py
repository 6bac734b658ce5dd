"""The pieces that static forms are put together from: headings, sections, tables, bars, definition lists.

Colors are translucent or inherited, so that they suit light and dark notebooks alike without a style sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bertkit.widgets.html import Content, Html, joined, tag

_FONT = "font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:13px;line-height:1.5"
_LINE = "1px solid rgba(128,128,128,.3)"
_CELL = f"padding:3px 10px 3px 0;border-bottom:{_LINE};vertical-align:top;background:transparent"
_MUTED = "opacity:.75"
_MARK = "background:rgba(255,190,60,.45);color:inherit;border-bottom:2px solid #b26a00;padding:0 1px"


def frame(title: str, subtitle: str, *content: Content) -> Html:
    """Return the outermost element of a static form."""
    head = [tag("strong", title, style="font-size:15px"), " ", tag("span", subtitle, style=_MUTED)]
    style = f"{_FONT};border:{_LINE};border-radius:8px;padding:12px 16px;max-width:100%;overflow-x:auto"
    return tag("div", [tag("div", head, style="margin-bottom:8px"), *map(joined, content)], style=style)


def section(title: Content, content: Content, opened: bool = False) -> Html:
    """Return a part that folds."""
    summary = tag("summary", title, style="cursor:pointer;padding:2px 0")
    return tag("details", [summary, tag("div", content, style="padding:2px 0 8px 16px")], open=opened)


def note(content: Content) -> Html:
    """Return a remark in a quieter tone."""
    return tag("p", content, style=f"margin:4px 0;{_MUTED}")


def code(text: str) -> Html:
    """Return a name or value as code."""
    return tag("code", text, style="background:rgba(128,128,128,.12);border-radius:3px;padding:0 3px;color:inherit")


def marked(text: str) -> Html:
    """Return highlighted text; the underline tells it apart without color."""
    return tag("mark", text, style=_MARK)


def table(header: Sequence[Content], rows: Iterable[Sequence[Content]], numeric: Iterable[int] = ()) -> Html:
    """Return a table.

    Args:
        header: one cell a column.
        rows: as many cells a row.
        numeric: the columns to align right.
    """
    right = frozenset(numeric)

    def style(column: int) -> str:
        return f"{_CELL};text-align:{'right;font-variant-numeric:tabular-nums' if column in right else 'left'}"

    head = tag("tr", [tag("th", cell, scope="col", style=style(i)) for i, cell in enumerate(header)])
    body = [tag("tr", [tag("td", cell, style=style(i)) for i, cell in enumerate(row)]) for row in rows]
    style_of_table = "border-collapse:collapse;margin:4px 0;color:inherit;font-size:12.5px"
    return tag("table", [tag("thead", head), tag("tbody", body)], style=style_of_table)


def definitions(pairs: Iterable[tuple[Content, Content]]) -> Html:
    """Return names and values side by side."""
    name = f"{_CELL};text-align:left;font-weight:600;white-space:nowrap"
    rows = [
        tag("tr", [tag("td", key, style=name), tag("td", value, style=f"{_CELL};text-align:left")])
        for key, value in pairs
    ]
    return tag("table", tag("tbody", rows), style="border-collapse:collapse;margin:4px 0;color:inherit")


def bar(share: float, label: str) -> Html:
    """Return a bar that is filled to `share` (0 to 1), with its value in words beside it."""
    return joined([tag("meter", label, value=round(share, 4), min=0, max=1, style="width:72px"), f" {label}"])
