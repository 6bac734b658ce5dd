"""The base of all widgets: a panel brought into a notebook, with the two outputs and the messages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from bertkit.widgets import bundle, state
from bertkit.widgets.correspondence import Correspondence
from bertkit.widgets.display_mode import mode
from bertkit.widgets.page import embedded, write_page
from bertkit.widgets.panel import Json, Panel

_LIVE = "application/vnd.jupyter.widget-view+json"


class Widget(anywidget.AnyWidget):
    """A panel in a notebook.

    Subclasses build their panel and add what is reachable from Python; they draw nothing. In a notebook the last line
    of a cell shows the widget; `to_text`, `to_html` and `save` are for everywhere else.

    Attributes:
        selection: what is selected: some of module, layer, head, token, span, window, example. Widgets that are linked
            share it, see `link`.
        options: how the view is set, for example which column is sorted; what is in it is the view's business.
        panel: the content.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    _kind = traitlets.Unicode().tag(sync=True)
    _view = traitlets.Dict().tag(sync=True)
    _group = traitlets.Unicode().tag(sync=True)
    selection = traitlets.Dict().tag(sync=True)
    options = traitlets.Dict().tag(sync=True)

    def __init__(self, panel: Panel, selection: Mapping[str, Json] | None = None) -> None:
        self.panel = panel
        super().__init__(_kind=panel.kind, _view=panel.view(), selection=dict({} if selection is None else selection))
        self._correspondence = Correspondence(panel.methods, self.send)
        self.on_msg(self._receive)

    @traitlets.default("_esm")
    def _script(self) -> str:
        return bundle.script()

    @traitlets.default("_css")
    def _styles(self) -> str:
        return bundle.styles()

    @property
    def state(self) -> str:
        """The selection and the options as one short line; assign it to a widget of the same kind to restore them."""
        return state.to_text(self.selection, self.options)

    @state.setter
    def state(self, text: str) -> None:
        self.selection, self.options = state.from_text(text)
        self._restored()

    def _restored(self) -> None:
        """Do what it takes to show a state that was assigned; widgets whose options name content override it."""

    def data(self) -> dict[str, Json]:
        """Return what the view shows as plain values."""
        return self.panel.view()

    def refresh(self) -> None:
        """Show the panel anew after its content has changed."""
        self._view = self.panel.view()

    def to_text(self) -> str:
        """Return the view as text."""
        return self.panel.text(self.selection)

    def to_html(self) -> str:
        """Return the view as static HTML, a fragment without scripts that any notebook or mail keeps."""
        return str(self.panel.static(self.selection))

    def save(self, path: str | Path) -> None:
        """Write a page of its own: no server, no network, and the view works on recorded data.

        Raises:
            FileError: the file cannot be written.
        """
        write_page([self.panel], path, title=self.panel.title, selection=self.selection, options=self.options)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.panel.title})"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        chosen = mode()
        bundled: dict[str, Any] = {"text/plain": self.to_text()}
        if chosen == "selfcontained":
            bundled["text/html"] = embedded(self.panel, self.selection, self.options, self._group)
        elif chosen != "live":
            bundled["text/html"] = self.to_html()
        if chosen in ("auto", "live"):
            bundled[_LIVE] = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return bundled, {"bertkit": {"view": self.panel.kind}}

    def _receive(self, _: object, content: Json, buffers: list[memoryview]) -> None:
        self._correspondence.receive(content, buffers)
