"""A question that was asked of a document, with what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from bertkit.qa.answers import Result
from bertkit.qa.document import Document
from bertkit.widgets.ask_document.scope import Scope


@dataclass(frozen=True)
class Asked:
    """A question and its result.

    Attributes:
        document: what was asked.
        result: answers and the case for silence, of the windows that were read.
        scope: the part of the document that was searched; None for all of it.
        windows_read: how many windows the model read.
        windows: how many there are; an estimate where the search was stopped.
        seconds: how long it took.
        stopped: whether the search was stopped before the last window.
    """

    document: Document
    result: Result
    scope: Scope | None
    windows_read: int
    windows: int
    seconds: float
    stopped: bool = False
