"""What a widget shows, apart from any notebook: plain values, answers on demand, static HTML and text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bertkit.widgets.html import Html
from bertkit.widgets.jobs import Reporter

Json = Any
"""What `json.dumps` takes: dict with string keys, list, str, int, finite float, bool, None."""


@dataclass(frozen=True)
class Answer:
    """What a request is answered with.

    Attributes:
        data: plain values.
        buffers: arrays as bytes; `data` says their types and shapes.
    """

    data: Json
    buffers: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Request:
    """A question that the view asks Python.

    Attributes:
        method: which of the panel's methods.
        parameters: its keyword arguments, plain values.
    """

    method: str
    parameters: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """A method's promise to answer later: long work, run as a job with progress and Cancel.

    Attributes:
        work: takes the reporter and returns the answer.
    """

    work: Callable[[Reporter], Answer]


Method = Callable[..., Answer | Task]


class Panel(Protocol):
    """The content of a widget. `Widget` brings it into a notebook, `write_page` into a page, `Workbench` beside others.

    Attributes:
        kind: the name of the TypeScript view that draws it, see js/src/widgets/registry.ts.
        title: a few words for headings and the representation.
    """

    @property
    def kind(self) -> str:
        """The name of the view in the bundle."""

    @property
    def title(self) -> str:
        """A few words for headings."""

    def view(self) -> dict[str, Json]:
        """Return what the first paint needs: small, plain values."""

    def methods(self) -> Mapping[str, Method]:
        """Return what the view may ask for, by name."""

    def recordings(self) -> Iterable[Request]:
        """Return the requests whose answers a page without Python should carry, the most useful first."""

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return the view as HTML that an untrusted notebook keeps."""

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return the view as text, without a newline at the end."""
