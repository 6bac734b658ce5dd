"""The content of a drawing pad."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bertkit.drawing import Drawing, EmojiPad, Guess, search_emoji
from bertkit.errors import InputError
from bertkit.widgets.draw_pad import values
from bertkit.widgets.draw_pad.static import static_pad
from bertkit.widgets.draw_pad.text import text_pad
from bertkit.widgets.html import Html
from bertkit.widgets.jobs import Reporter
from bertkit.widgets.panel import Answer, Json, Method, Request, Task

_TITLE = "Draw an emoji"
_BASE = 0
_RECORDED_EXAMPLES = 60


class DrawPadPanel:
    """A pad, what is drawn on it, and what it was taught.

    Args:
        pad: guesses and learns.
        drawing: on the pad at first; guessed at once.

    Attributes:
        pad: the same.
        drawing: what was last guessed; None before the first.
        guesses: of that drawing.
        on_change: called after something was taught, deleted or taken back.
    """

    kind = "draw_pad"
    title = _TITLE

    def __init__(self, pad: EmojiPad, drawing: Drawing | None = None) -> None:
        self.pad = pad
        self.drawing: Drawing | None = None
        self.guesses: list[Guess] = []
        self._sketch = 0
        self.on_change: Callable[[], None] = _nothing
        if drawing is not None:
            self.put(drawing)

    def put(self, drawing: Drawing) -> None:
        """Put a drawing on the pad in place of what is on it."""
        self.look(drawing)
        self._sketch += 1

    def look(self, drawing: Drawing) -> list[Guess]:
        """Guess a drawing, and keep it as the one on the pad."""
        self.drawing, self.guesses = drawing, self.pad.guess(drawing)
        return self.guesses

    def view(self) -> dict[str, Json]:
        """Return the drawing with its guesses, and every example."""
        return {
            "title": self.title,
            "side": values.SIDE,
            "sketch": self._sketch,
            "strokes": [] if self.drawing is None else values.stroke_values(self.drawing),
            "guesses": values.guess_values(self.guesses),
            "known": len(self.pad.known),
            "examples": [values.example_values(example) for example in self.pad.examples],
            "can_undo": self.pad.can_undo,
        }

    def methods(self) -> Mapping[str, Method]:
        """Return `guess`, `teach`, `delete`, `undo`, `compare` and `names`."""
        return {
            "guess": self.guess,
            "teach": self.teach,
            "delete": self.delete,
            "undo": self.undo,
            "compare": self.compare,
            "names": self.names,
        }

    def guess(self, strokes: str) -> Task:
        """Guess what is drawn: the first time the model must be loaded."""
        return _task("getting ready", lambda: Answer(values.guess_values(self.look(values.read_drawing(strokes)))))

    def teach(self, drawings: str, emoji: str) -> Task:
        """Teach what drawings show, and say what was guessed of the last of them before and is now."""

        def work() -> Answer:
            taught = values.read_drawings(drawings)
            before = self.pad.guess(taught[-1]) if taught else []
            self.pad.teach(taught, emoji)
            after = self.look(taught[-1])
            self.on_change()
            return Answer({"before": values.guess_values(before), "after": values.guess_values(after)})

        return _task("learning", work)

    def delete(self, number: int) -> Task:
        """Delete an example."""
        return _task("learning anew without it", lambda: self._changed(lambda: self.pad.delete(number)))

    def undo(self) -> Task:
        """Take back what was taught or deleted last."""
        return _task("going back", lambda: self._changed(self.pad.undo))

    def compare(self, number: int) -> Task:
        """Say what an example was guessed as by the model that the pad began with, and is now."""

        def work() -> Answer:
            drawing = next((each.drawing for each in self.pad.examples if each.number == number), None)
            if drawing is None:
                raise InputError(f"There is no example {number}. It was deleted.")
            before, after = self.pad.guess(drawing, version=_BASE), self.pad.guess(drawing)
            return Answer({"before": values.guess_values(before), "after": values.guess_values(after)})

        return _task("getting ready", work)

    def names(self, words: str) -> Answer:
        """Find emoji by name."""
        return Answer([{"emoji": emoji, "name": name} for emoji, name in search_emoji(words)])

    def recordings(self) -> Iterable[Request]:
        """Return what each example was guessed as before and after."""
        return [Request("compare", {"number": each.number}) for each in self.pad.examples[:_RECORDED_EXAMPLES]]

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return the drawing with its guesses, and the examples of each emoji."""
        return static_pad(self.pad, self.drawing, self.guesses, self.title)

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return the guesses, and how many examples there are of each emoji."""
        return text_pad(self.pad, self.drawing, self.guesses, self.title)

    def _changed(self, change: Callable[[], Any]) -> Answer:
        change()
        if self.drawing is not None:
            self.look(self.drawing)
        self.on_change()
        return Answer(values.guess_values(self.guesses))


def _task(note: str, work: Callable[[], Answer]) -> Task:
    def run(report: Reporter) -> Answer:
        report(0, 0, note)
        return work()

    return Task(run)


def _nothing() -> None:
    """Nobody listens."""
