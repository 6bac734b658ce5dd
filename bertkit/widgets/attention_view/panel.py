"""The content of an attention view."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

from bertkit.errors import InputError
from bertkit.insight.attention import AttentionMaps, map_attention
from bertkit.insight.subject import Example, Subject
from bertkit.insight.text import shortened
from bertkit.insight.what_if import AnswerChange, hide_tokens, silence_heads
from bertkit.qa.progress import ProgressCallback
from bertkit.widgets.attention_view import values
from bertkit.widgets.attention_view.static import static_attention
from bertkit.widgets.attention_view.text import text_attention
from bertkit.widgets.html import Html
from bertkit.widgets.jobs import Reporter
from bertkit.widgets.panel import Answer, Json, Method, Request, Task

_LONGEST_TITLE = 80


class AttentionPanel:
    """Every head of a reader for one question: as a grid of pictures, one in detail, and the answer without it.

    Attention is computed when it is first needed; opening the panel costs nothing.

    Args:
        subject: a reader whose file bertkit wrote.
        example: the question and the window.
    """

    kind = "attention_view"

    def __init__(self, subject: Subject, example: Example) -> None:
        self.subject = subject
        self.example = example
        self.changes: list[AnswerChange] = []
        self._maps: AttentionMaps | None = None
        self._lock = threading.Lock()

    @property
    def title(self) -> str:
        """The question."""
        return shortened(self.example.question, _LONGEST_TITLE)

    @property
    def maps(self) -> AttentionMaps:
        """The attention of all heads, computed now if it is not known yet.

        Raises:
            UnsupportedError: bertkit did not write the file.
        """
        return self._known()

    def view(self) -> dict[str, Json]:
        """Return the tokens and what was tried; the grid is asked for."""
        return {
            "title": self.title,
            "facts": values.facts(self.example),
            "note": values.NOTE,
            "tokens": values.token_values(self.example),
            "changes": [values.change_values(change) for change in self.changes],
        }

    def methods(self) -> Mapping[str, Method]:
        """Return `grid`, `head`, `hide` and `silence`."""
        return {"grid": self.grid, "head": self.head, "hide": self.hide, "silence": self.silence}

    def grid(self) -> Answer | Task:
        """Draw every head small: the buffer is [layers, heads, rows, columns] uint8, 255 * sqrt(probability)."""

        def answer(maps: AttentionMaps) -> Answer:
            data, thumbnails = values.grid_values(self.subject, maps)
            return Answer(data, (thumbnails,))

        return self._when_known(answer)

    def head(self, layer: int, head: int) -> Answer | Task:
        """Draw one head in full: the buffer is [tokens, tokens] uint8, 255 * sqrt(probability).

        Args:
            layer: of the encoder, from 0.
            head: within the layer, from 0.

        Raises:
            InputError: there is no such head.
        """
        return self._when_known(lambda maps: Answer(None, (maps.head_bytes(layer, head).tobytes(),)))

    def hide(self, token: int) -> Task:
        """Put the mask token in place of one and ask again.

        Args:
            token: its place in the row.
        """
        return self._change(lambda: hide_tokens(self.subject, self.example, [token]))

    def silence(self, heads: str) -> Task:
        """Take away what some heads contribute and ask again.

        Args:
            heads: layer and head of each, from 0: `0.3 5.11`.

        Raises:
            InputError: that is not how heads are written.
        """
        chosen = heads_of(heads)
        return self._change(lambda: silence_heads(self.subject, self.example, chosen))

    def recordings(self) -> Iterable[Request]:
        """Return the grid, the head that is shown first, and the others, those that look at the passage most first."""
        yield Request("grid")
        others = [(head.layer, head.head) for head in values.strongest_heads(self.maps)]
        for layer, head in dict.fromkeys([values.first_head(self.maps), *others]):
            yield Request("head", {"layer": layer, "head": head})

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return the grid as a picture, the strongest heads and links as tables."""
        return static_attention(self.view(), self.maps)

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return the strongest links and heads."""
        return text_attention(self.view(), self.maps)

    def _known(self, progress: ProgressCallback | None = None) -> AttentionMaps:
        with self._lock:
            if self._maps is None:
                self._maps = map_attention(self.subject, self.example, progress)
            return self._maps

    def _when_known(self, answer: Callable[[AttentionMaps], Answer]) -> Answer | Task:
        if self._maps is not None:
            return answer(self._maps)

        def work(report: Reporter) -> Answer:
            report(0, 0, "opening the layers")
            return answer(self._known(lambda done, total: report(done, total, "computing attention, layer")))

        return Task(work)

    def _change(self, make: Callable[[], AnswerChange]) -> Task:
        def work(report: Reporter) -> Answer:
            report(0, 0, "asking again")
            change = make()
            report(1, 1)
            self.changes = [*(old for old in self.changes if old.change != change.change), change]
            return Answer(values.change_values(change))

        return Task(work)


def heads_of(text: str) -> list[tuple[int, int]]:
    """Read heads as the view writes them.

    Args:
        text: layer and head of each, from 0: `0.3 5.11`.

    Raises:
        InputError: that is not how heads are written.
    """
    try:
        pairs = [(int(layer), int(head)) for layer, head in (item.split(".") for item in text.split())]
    except ValueError as error:
        raise InputError(
            f'Heads are written as layer.head, counted from 0, such as "0.3 5.11"; got {text!r}.'
        ) from error
    return pairs
