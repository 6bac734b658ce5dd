"""A document and its questions as text."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.qa.document import Document
from bertkit.widgets import texts, units
from bertkit.widgets.ask_document.asked import Asked
from bertkit.widgets.ask_document.values import facts, name_of, place_of, read_in_words, shown


def text_document(document: Document | None, history: Sequence[Asked], title: str) -> str:
    """Return every question with its answers, one line each."""
    if document is None:
        return f'{title}\n  No document is open. Pass one: AskDocument(Path("report.pdf")).'
    lines = [" · ".join([name_of(document), *facts(document)])]
    if not history:
        lines.append('  No question was asked yet. Ask with .ask("...").')
    for asked in history:
        lines += ["", shown(asked.result.question), *_answers(asked), f"  {read_in_words(asked)}"]
    return "\n".join(line for one in lines for line in texts.columns([[one]]) or [""])


def _answers(asked: Asked) -> list[str]:
    rows = [
        [f"  {rank}", units.percent(answer.probability), " ".join(shown(answer.text).split()), place_of(answer)]
        for rank, answer in enumerate(asked.result, start=1)
    ]
    silence = ["  -", units.percent(asked.result.no_answer.probability), "(no answer)", ""]
    rows.insert(len(rows) if asked.result.best is not None else 0, silence)
    return texts.columns(rows, right=[1])
