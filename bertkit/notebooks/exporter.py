"""nbconvert's exporter `bertkit_html`: a notebook as one page that fetches nothing and whose widgets are alive.

Importing this needs nbconvert.
"""

from __future__ import annotations

import copy
from functools import cache
from importlib.resources import files
from typing import Any

from nbconvert.exporters.html import HTMLExporter
from traitlets import default
from traitlets.config import Config

from bertkit.notebooks.clean import remove_widgets
from bertkit.widgets.page import page, part_of

_HTML = "text/html"
_SHOWN = [_HTML, "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain"]


class BertkitHtmlExporter(HTMLExporter):
    """A page for a whole notebook: `jupyter nbconvert --to bertkit_html`.

    Widgets whose outputs were recorded (`BERTKIT_WIDGETS=selfcontained`) are alive; of others their static form shows.
    `resources["bertkit"]` counts both.
    """

    export_from_notebook = "Page with live bertkit widgets"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "basic"

    @default("embed_images")
    def _embed_images_default(self) -> bool:
        return True

    @property
    def default_config(self) -> Config:
        """nbconvert's settings, and which of an output's forms is shown: none that needs a library from the net."""
        config: Config = super().default_config
        config.merge(Config({"NbConvertBase": {"display_data_priority": _SHOWN}}))
        return config

    def from_notebook_node(  # type: ignore[override]  # as in HTMLExporter, a text takes the notebook's place
        self, nb: Any, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page and nbconvert's resources."""
        shown = copy.deepcopy(nb)
        counts = _prepare(shown)
        body, resources = super().from_notebook_node(shown, resources, **options)
        resources["bertkit"] = counts
        name = resources.get("metadata", {}).get("name", "Notebook")
        return page(_title(shown, name), f'<div class="bk-notebook">{body}</div>', _styles()), resources


def _prepare(notebook: Any) -> dict[str, int]:
    """Leave one form of every widget, without a script of its own, and count those alive and static."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    widgets = [output for output in outputs if "bertkit" in output.metadata]
    alive = 0
    for output in outputs:
        part = part_of(output.data.get(_HTML, ""))
        if part is not None:
            output.data[_HTML] = part
            alive += 1
    remove_widgets(notebook)
    return {"alive": alive, "static": len(widgets) - alive}


def _title(notebook: Any, otherwise: str) -> str:
    """Return the first heading."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return str(line[2:].strip())
    return otherwise


@cache
def _styles() -> str:
    return files("bertkit.notebooks").joinpath("page.css").read_text(encoding="utf-8")
