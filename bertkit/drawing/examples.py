"""What a pad was taught, and the states that it went through: plain values in one small file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from bertkit.drawing.drawing import Drawing
from bertkit.drawing.emoji import checked_label
from bertkit.errors import FileError, InputError
from bertkit.files import write_atomically

MOST_EXAMPLES = 500
_FORM = 1
_MOST_STATES = 50


@dataclass(frozen=True)
class Example:
    """A drawing, and what it shows.

    Attributes:
        number: no other example of the pad has it.
        emoji: or a word.
        drawing: as it was drawn.
    """

    number: int
    emoji: str
    drawing: Drawing


@dataclass(frozen=True)
class State:
    """A moment of a pad.

    Attributes:
        version: of the model, in the store.
        examples: what this version was taught, in order.
    """

    version: int
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Lesson:
    """All states that can be gone back to, the present one last.

    Attributes:
        states: at least one.
        next_number: of the next example.
    """

    states: tuple[State, ...]
    next_number: int

    @property
    def now(self) -> State:
        """The present state."""
        return self.states[-1]

    def added(self, drawings: Iterable[Drawing], emoji: str) -> tuple[Example, ...]:
        """Return new examples with numbers of their own.

        Raises:
            InputError: there would be too many.
        """
        made = tuple(Example(self.next_number + at, emoji, drawing) for at, drawing in enumerate(drawings))
        total = len(self.now.examples) + len(made)
        if total > MOST_EXAMPLES:
            raise InputError(f"A pad keeps {MOST_EXAMPLES} examples; this would make {total}. Delete some first.")
        return made

    def then(self, state: State) -> Lesson:
        """Return what it is after one more step; states too long ago are forgotten."""
        highest = max((example.number for example in state.examples), default=0)
        return Lesson((*self.states, state)[-_MOST_STATES:], max(self.next_number, highest + 1))

    def back(self) -> Lesson:
        """Return what it was before the last step.

        Raises:
            InputError: nothing was done.
        """
        if len(self.states) < 2:
            raise InputError("There is nothing to undo: nothing was taught or deleted yet.")
        return replace(self, states=self.states[:-1])

    @classmethod
    def read(cls, path: Path) -> Lesson:
        """Read the file that `write` wrote.

        Raises:
            FileError: it is missing, damaged or of a later version of bertkit.
        """
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            if stored["form"] != _FORM:
                raise FileError(f"{path} has form {stored['form']}, this bertkit reads {_FORM}. Install a newer one.")
            examples = {
                int(row["number"]): Example(
                    int(row["number"]), checked_label(row["emoji"]), Drawing.from_json(row["drawing"])
                )
                for row in stored["examples"]
            }
            states = tuple(
                State(int(row["version"]), tuple(examples[number] for number in row["examples"]))
                for row in stored["states"]
            )
            return cls(states, int(stored["next"]))
        except OSError as error:
            raise FileError(f"The examples of the pad cannot be read: {error}.") from error
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise FileError(f"{path} is damaged: {error}. Restore it from a copy, or begin a new pad.") from error

    def write(self, path: Path) -> None:
        """Write it in one step.

        Raises:
            FileError: it cannot be written.
        """
        examples = {example.number: example for state in self.states for example in state.examples}
        rows = [
            {"number": each.number, "emoji": each.emoji, "drawing": each.drawing.to_json()}
            for each in examples.values()
        ]
        states = [
            {"version": state.version, "examples": [example.number for example in state.examples]}
            for state in self.states
        ]
        stored = {"form": _FORM, "next": self.next_number, "states": states, "examples": rows}
        try:
            write_atomically(path, json.dumps(stored, ensure_ascii=False).encode())
        except OSError as error:
            raise FileError(f"The examples of the pad cannot be saved: {error}.") from error
