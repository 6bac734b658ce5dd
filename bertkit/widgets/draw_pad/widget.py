"""A drawing pad in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bertkit.drawing import Drawing, EmojiPad, Example, Guess
from bertkit.widgets.draw_pad.panel import DrawPadPanel
from bertkit.widgets.widget import Widget


class DrawPad(Widget):
    """Draw, watch the guesses, and teach the pad new emoji with three drawings each.

    Args:
        pad: guesses and learns; a new one that lasts as long as this widget when None.
        drawing: on the pad at first.

    Raises:
        FileError: the embedded drawing model is missing.

    Example:
        >>> from bertkit.drawing import EmojiPad  # doctest: +SKIP
        >>> from bertkit.widgets import DrawPad  # doctest: +SKIP
        >>> DrawPad(EmojiPad("my pad"))  # doctest: +SKIP
    """

    def __init__(self, pad: EmojiPad | None = None, drawing: Drawing | None = None) -> None:
        self._content = DrawPadPanel(EmojiPad() if pad is None else pad, drawing)
        super().__init__(self._content)
        self._content.on_change = self.refresh

    @property
    def pad(self) -> EmojiPad:
        """What guesses and learns."""
        return self._content.pad

    @property
    def drawing(self) -> Drawing | None:
        """What is on the pad, as last guessed; assign another to show that."""
        return self._content.drawing

    @drawing.setter
    def drawing(self, drawing: Drawing) -> None:
        self._content.put(drawing)
        self.refresh()

    @property
    def guesses(self) -> list[Guess]:
        """What the drawing may show, the best first."""
        return self._content.guesses

    def teach(self, drawings: Drawing | Sequence[Drawing], emoji: str) -> tuple[Example, ...]:
        """Teach what drawings show, and show the guesses anew; see `EmojiPad.teach`."""
        taught = self.pad.teach(drawings, emoji)
        if self.drawing is not None:
            self._content.look(self.drawing)
        self.refresh()
        return taught

    def to_frame(self) -> Any:
        """Return every example as a row of a pandas data frame.

        Raises:
            DependencyError: pandas is not installed.
        """
        from bertkit.dependencies import require
        from bertkit.drawing import name_of

        rows = [
            {
                "number": each.number,
                "emoji": each.emoji,
                "name": name_of(each.emoji),
                "strokes": len(each.drawing.strokes),
                "points": each.drawing.point_count,
            }
            for each in self.pad.examples
        ]
        return require("pandas", "notebook", "return tables as data frames").DataFrame(rows)
