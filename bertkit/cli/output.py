"""What commands print: JSON on stdout, answers highlighted in their context, progress on a terminal only."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.text import Text

    from bertkit.qa import Answer, Result

_CONTEXT_CHARACTERS = 160


class ProgressCallback(Protocol):
    """Called by long work with what is done so far and the whole, in the same unit."""

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Report progress, with a few words of how it goes."""


def print_json(value: object) -> None:
    """Print one JSON document and a newline, not escaped beyond what JSON needs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


@contextmanager
def progress_bar(label: str, unit: str) -> Iterator[ProgressCallback | None]:
    """Yield a callback that draws a bar on stderr, or None when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(desc=label, unit=unit, leave=False, file=sys.stderr) as bar:

        def report(done: int, total: int, note: str = "") -> None:
            bar.total = total
            bar.set_postfix_str(note, refresh=False)
            bar.update(done - bar.n)

        yield report


def print_result(result: Result) -> None:
    """Print a question's answers, each highlighted in the text around it."""
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    console.print(Text(result.question, style="bold"))
    no_answer = result.no_answer
    if result.best is None:
        console.print(Text(f"   no answer found (probability {no_answer.probability:.0%}); the nearest are:"))
    for rank, answer in enumerate(result, start=1):
        console.print(Text(f"{rank:2d} {answer.probability:6.1%}  ").append(_in_context(answer)))
        console.print(Text(f"            {_source(answer)}", style="dim"))
    if result.best is not None:
        console.print(Text(f"   {no_answer.probability:6.1%}  (no answer)", style="dim"))


def _source(answer: Answer) -> str:
    page = "" if answer.page is None else f", page {answer.page}"
    return f"{answer.document}{page}, characters {answer.start}-{answer.end}"


def _in_context(answer: Answer) -> Text:
    from rich.text import Text

    text = answer.source.text
    first = max(0, answer.start - _CONTEXT_CHARACTERS // 2)
    last = min(len(text), answer.end + _CONTEXT_CHARACTERS // 2)
    before, after = text[first : answer.start], text[answer.end : last]
    if first > 0:
        before = "… " + before.partition(" ")[2]
    if last < len(text):
        after = after.rpartition(" ")[0] + " …"
    shown = Text(_one_line(before))
    shown.append(answer.text, style="bold reverse green")
    return shown.append(_one_line(after))


def _one_line(text: str) -> str:
    return "".join(" " if character.isspace() else character for character in text)
