"""A document and its questions as static HTML."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.qa.document import Document
from bertkit.widgets import blocks, units
from bertkit.widgets.ask_document.asked import Asked
from bertkit.widgets.ask_document.paragraphs import Paragraph, paragraphs_of
from bertkit.widgets.ask_document.values import asked_values, facts, name_of, read_in_words, shown
from bertkit.widgets.html import Content, Html, joined, tag
from bertkit.widgets.panel import Json

_OPENING_CHARACTERS = 900
_MOST_QUESTIONS = 60
_TEXT = "white-space:pre-wrap;margin:6px 0;max-width:72em;border-left:3px solid rgba(128,128,128,.4);padding-left:12px"


def static_document(document: Document | None, history: Sequence[Asked], title: str) -> Html:
    """Return the last question with its answer in its paragraph, and the questions before it as parts that fold."""
    if document is None:
        return blocks.frame(title, "", blocks.note('No document is open. Pass one: AskDocument(Path("report.pdf")).'))
    about = " · ".join(facts(document))
    paragraphs = paragraphs_of(document)
    if not history:
        note = blocks.note('No question was asked yet. Ask with .ask("..."), or run the cell for the live view.')
        return blocks.frame(name_of(document), about, note, _opening(document, paragraphs))
    parts: list[Html] = [_question(history[-1], paragraphs)]
    earlier = history[-1 - _MOST_QUESTIONS : -1]
    parts += [
        blocks.section(joined(["Asked before: ", _quoted(asked)]), _question(asked, paragraphs))
        for asked in reversed(earlier)
    ]
    if len(history) - 1 > len(earlier):
        parts.append(blocks.note(f"{len(history) - 1 - len(earlier)} earlier questions left out."))
    return blocks.frame(name_of(document), about, *parts)


def _quoted(asked: Asked) -> Html:
    return tag("span", shown(asked.result.question), dir="auto")


def _question(asked: Asked, paragraphs: Sequence[Paragraph]) -> Html:
    values = asked_values(asked, 0)
    best = asked.result.best
    verdict = shown(best.text) if best is not None else "No answer: the document does not seem to say."
    parts: list[Content] = [
        tag("p", shown(asked.result.question), style="margin:4px 0;font-weight:600", dir="auto"),
        tag("p", verdict, style="margin:4px 0;font-size:15px", dir="auto"),
    ]
    if best is not None:
        parts.append(_in_paragraph(asked.document, paragraphs, best.start, best.end))
    parts += [_answers(values), blocks.note(read_in_words(asked))]
    return joined([joined(part) for part in parts])


def _answers(values: Json) -> Html:
    rows: list[list[Content]] = []
    for answer in values["answers"]:
        text = tag("strong", answer["text"], dir="auto")
        around = tag("span", [answer["before"], blocks.marked(answer["text"]), answer["after"]], dir="auto")
        places = 1 + len(answer["places"]) + answer["places_left_out"]
        where = ", ".join(part for part in (answer["place"], f"{places} places" if places > 1 else "") if part)
        rows.append([text, _chance(answer["probability"]), where, tag("small", around)])
    silence: list[Content] = [tag("i", "no answer"), _chance(values["no_answer"]), "", ""]
    rows.insert(len(rows) if values["found"] else 0, silence)
    return blocks.table(["answer", "probability", "where", "in context"], rows)


def _chance(probability: float) -> Html:
    return blocks.bar(probability, units.percent(probability))


def _in_paragraph(document: Document, paragraphs: Sequence[Paragraph], start: int, end: int) -> Html:
    """Return the paragraphs that hold a stretch, with the stretch marked."""
    held = [paragraph for paragraph in paragraphs if paragraph.start < end and start < paragraph.end]
    first = min([start, *(paragraph.start for paragraph in held)])
    last = max([end, *(paragraph.end for paragraph in held)])
    text = document.text
    content = [shown(text[first:start]), blocks.marked(shown(text[start:end])), shown(text[end:last])]
    return tag("p", content, style=_TEXT, dir="auto")


def _opening(document: Document, paragraphs: Sequence[Paragraph]) -> Html:
    """Return how the document begins, up to the end of a paragraph."""
    end = next((one.end for one in paragraphs if one.end > _OPENING_CHARACTERS), len(document.text))
    end = min(end, 2 * _OPENING_CHARACTERS)
    more = " …" if end < len(document.text) else ""
    return tag("p", f"{shown(document.text[:end])}{more}", style=_TEXT, dir="auto")
