"""Pages that need nothing else: the script once, every panel's static form, and its data recorded.

Without JavaScript the static forms are read; with it each one comes to life in its place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from bertkit.errors import FileError
from bertkit.files import write_atomically
from bertkit.widgets import bundle
from bertkit.widgets.panel import Json, Panel
from bertkit.widgets.recording import NOTEBOOK_LIMIT_BYTES, PAGE_LIMIT_BYTES, record

# Nothing may be fetched: what the page holds is all it can use.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
_PART = '<div class="bk-embed">'
_SCRIPT = '<script type="module">'


def write_page(
    panels: Sequence[Panel],
    path: str | Path,
    title: str,
    selection: Mapping[str, Json] | None = None,
    options: Mapping[str, Json] | None = None,
    limit_bytes: int = PAGE_LIMIT_BYTES,
) -> None:
    """Write one HTML file that shows panels, one below the other and selecting together.

    Args:
        panels: what to show.
        path: where to write; an existing file is replaced atomically.
        title: of the page.
        selection: what is selected at first.
        options: how the views are set at first.
        limit_bytes: how much recorded data each panel may bring.

    Raises:
        FileError: the file cannot be written.
    """
    shown = {} if selection is None else selection
    parts = [_part(panel, shown, {} if options is None else options, "page", limit_bytes) for panel in panels]
    save_page(page(title, "\n".join(parts)), path)


def page(title: str, body: str, styles: str = "") -> str:
    """Return a page that can fetch nothing and brings the script once.

    Args:
        title: of the page, text.
        body: markup; parts of it that `part_of` or `write_page` made come to life.
        styles: rules beside those of the widgets.
    """
    return _PAGE.format(
        policy=_POLICY, title=escape(title), styles=bundle.styles() + styles, body=body, script=bundle.script()
    )


def save_page(text: str, path: str | Path) -> None:
    """Write a page, in place of an older one.

    Raises:
        FileError: the file cannot be written.
    """
    try:
        write_atomically(Path(path), text.encode())
    except OSError as error:
        raise FileError(f"Cannot write {path}: {error.strerror}.") from error


def embedded(panel: Panel, selection: Mapping[str, Json], options: Mapping[str, Json], group: str = "") -> str:
    """Return a fragment that brings the script along, for the output of one notebook cell."""
    part = _part(panel, selection, options, group, NOTEBOOK_LIMIT_BYTES)
    return f"<style>{bundle.styles()}</style>{part}{_SCRIPT}{bundle.script()}</script>"


def part_of(fragment: str) -> str | None:
    """Return what `embedded` returned, in this version or another, without script and styles; None for other markup."""
    start = fragment.find(_PART)
    end = fragment.rfind(_SCRIPT)
    return fragment[start:end] if fragment.startswith("<style>") and 0 < start < end else None


def _part(
    panel: Panel, selection: Mapping[str, Json], options: Mapping[str, Json], group: str, limit_bytes: int
) -> str:
    recording = record(panel, limit_bytes)
    state: dict[str, Any] = {
        "_kind": panel.kind,
        "_view": panel.view(),
        "_group": group,
        "selection": dict(selection),
        "options": dict(options),
    }
    data = json.dumps({"state": state, "answers": recording.answers, "left_out": recording.left_out})
    # "<" never stands in the data, so neither "</script" nor "<!--" can.
    safe = data.replace("<", "\\u003c")
    return (
        f'{_PART}<div class="bk-static">{panel.static(selection)}</div>'
        f'<script type="application/json" class="bk-data">{safe}</script></div>'
    )


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{styles}</style>
</head>
<body class="bk-page">
<main>
{body}
</main>
<script type="module">{script}</script>
</body>
</html>
"""
