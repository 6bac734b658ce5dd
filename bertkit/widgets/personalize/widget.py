"""A console for teaching a reader in a notebook."""

from __future__ import annotations

from bertkit.qa.personal import Personalization
from bertkit.qa.reader import Reader
from bertkit.widgets.personalize.panel import PersonalizePanel
from bertkit.widgets.widget import Widget


class Personalize(Widget):
    """What a reader may learn from its corrections: start, pause, cancel, before and after, keep or discard, roll back.

    Args:
        reader: whose corrections to learn.

    Raises:
        InputError: the reader's model was not loaded from a file.

    Example:
        >>> from bertkit.widgets import Personalize  # doctest: +SKIP
        >>> reader.correct("Who built it?", document, "Henry Winstanley")  # doctest: +SKIP
        >>> Personalize(reader)  # doctest: +SKIP
    """

    def __init__(self, reader: Reader) -> None:
        self._console = PersonalizePanel(reader)
        super().__init__(self._console)
        self._console.on_change = self.refresh

    @property
    def update(self) -> Personalization | None:
        """The last update; None before the first one."""
        return self._console.update

    @update.setter
    def update(self, update: Personalization) -> None:
        """Show an update that was made in Python."""
        self._console.update = update
        self.refresh()
