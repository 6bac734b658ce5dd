"""Asking a document from Python: the same answers as the reader, history, parts, marks, uploads."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from qa_fakes import FakeModel

from bertkit.errors import FileError, InputError
from bertkit.qa import Document, Reader
from bertkit.qa.document import Span
from bertkit.widgets import AskDocument
from bertkit.widgets.ask_document.marked_span import MarkedSpan
from bertkit.widgets.ask_document.panel import AskDocumentPanel
from bertkit.widgets.ask_document.paragraphs import paragraphs_of
from bertkit.widgets.ask_document.rows import rows_of
from bertkit.widgets.ask_document.session import Session
from bertkit.widgets.ask_document.uploads import open_bytes
from bertkit.widgets.jobs import JobCancelled, Progress, Reporter
from bertkit.widgets.page import write_page
from bertkit.widgets.panel import Answer, Task
from bertkit.widgets.recording import NOTEBOOK_LIMIT_BYTES, record

TEXT = "The lamp was lit in 1698.\n\nIt stood on a rock.\n\nThe tower fell in 1703, in the great storm."


@pytest.fixture
def reader() -> Reader:
    return Reader(FakeModel(lengths=(32, 64)))


def _document(text: str = TEXT) -> Document:
    middle = text.index("It stood")
    pages = (Span(0, middle, "1"), Span(middle, len(text), "2"))
    return Document(text, "folder/notes.txt", pages, (Span(middle, len(text), "The fall"),))


def _work(answer: Answer | Task) -> Answer:
    assert isinstance(answer, Task)
    return answer.work(Reporter(lambda progress: None, threading.Event()))


def test_the_result_is_what_the_reader_answers(reader: Reader) -> None:
    view = AskDocument(_document(), reader)
    assert view.result is None
    result = view.ask("1703")
    assert result == reader.ask("1703", _document()) == view.result
    assert result.best is not None
    assert (result.best.page, result.best.heading) == (2, "The fall")
    view.ask("rock")
    assert [one.question for one in view.history] == ["1703", "rock"]


def test_a_path_is_opened_and_a_question_asked_at_once(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(TEXT, encoding="utf-8")
    view = AskDocument(path, reader, question="1698")
    assert view.document == Document.open(path)
    assert view.result == reader.ask("1698", path)
    assert "1698" in view.to_text()
    assert "<mark" in view.to_html()
    with pytest.raises(FileError):
        AskDocument(tmp_path / "missing.txt", reader)


def test_without_a_document_the_next_step_is_told(reader: Reader) -> None:
    view = AskDocument(reader=reader)
    assert "AskDocument(" in view.to_text()
    with pytest.raises(InputError, match="Open one first"):
        view.ask("Why?")
    view.document = _document()
    assert view.ask("rock").best is not None


def test_a_part_is_searched_alone_with_offsets_of_the_whole(reader: Reader) -> None:
    text = f"{TEXT}\n\nAnother lamp was lit in 1801."
    start = text.index("Another")
    view = AskDocument(Document.from_text(text), reader)
    assert view.ask("lit in").best.start == text.index("lit in")  # type: ignore[union-attr]
    best = view.ask("lit in", scope=(start, len(text))).best
    assert best is not None
    assert best.start == text.rindex("lit in")
    assert best.source.text[best.start : best.end] == best.text == "lit in"
    with pytest.raises(InputError, match="offsets start < end"):
        view.ask("lit in", scope=(5, 5000))
    with pytest.raises(InputError, match="white space"):
        view.ask("lit in", scope=(25, 27))


def test_marks_are_exact_spans_and_are_handed_on(reader: Reader) -> None:
    view = AskDocument(_document("Ein 👩‍🚀 sah 1698 é\u0301 Licht. It stood."), reader, question="1698")
    heard: list[MarkedSpan | None] = []
    view.on_mark(heard.append)
    text = view.document.text  # type: ignore[union-attr]
    at = text.index("1698")
    span = view.mark(at - 1, at + 5)  # with the spaces around it
    assert (span.text, span.start, span.end, span.question) == ("1698", at, at + 4, "1698")
    assert span.source.text[span.start : span.end] == span.text
    assert view.marked == heard[0] == span
    view.panel.methods()["mark"](start=0, end=0, question="")
    assert view.marked is heard[1] is None
    with pytest.raises(InputError, match="offsets"):
        view.mark(3, 9999)


def test_updates_stream_and_the_last_is_the_result(reader: Reader) -> None:
    text = " ".join(f"word{number}" for number in range(300)) + " tower"
    panel = AskDocumentPanel(Session(Document.from_text(text), reader))
    heard: list[Progress] = []
    now = iter(range(100_000))
    report = Reporter(heard.append, threading.Event(), clock=lambda: float(next(now)))
    task = panel.ask("tower")
    final = task.work(report).data
    partial = [progress.data for progress in heard if progress.data]
    assert len(partial) > 3
    assert [one["read"] for one in partial] == sorted(one["read"] for one in partial)
    assert partial[-1]["answers"] == final["answers"]
    assert final["read"] == final["windows"] == heard[-1].total
    assert not final["stopped"]


def test_a_stopped_search_says_how_much_it_read(reader: Reader) -> None:
    session = Session(Document.from_text(" ".join(["rock"] * 3000)), reader)

    def stop(asked: object) -> None:
        if asked is not None:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        session.ask("rock", on_update=stop)
    asked = session.history[0]
    assert asked.stopped
    assert 0 < asked.windows_read < asked.windows
    assert "then stopped" in AskDocumentPanel(session).text({})


def test_a_second_question_waits_and_can_be_cancelled_meanwhile(reader: Reader) -> None:
    session = Session(_document(), reader)
    inside, leave = threading.Event(), threading.Event()

    def hold(asked: object) -> None:
        inside.set()
        leave.wait(10)

    thread = threading.Thread(target=lambda: session.ask("rock", on_update=hold))
    thread.start()
    assert inside.wait(10)

    def cancel(asked: object) -> None:
        assert asked is None
        raise JobCancelled

    started = time.monotonic()
    with pytest.raises(JobCancelled):
        session.ask("tower", on_update=cancel)
    assert time.monotonic() - started < 2
    leave.set()
    thread.join(10)
    assert [asked.result.question for asked in session.history] == ["rock"]


def test_text_without_words_is_a_result_too(reader: Reader) -> None:
    document = Document.from_text("\u200b\u0001\u200b")
    assert AskDocument(document, reader).ask("Who?") == reader.ask("Who?", document)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo\n\n\nthree", ["one\ntwo", "three"]),
        ("\n\n  indented\r\nverse\r\n\r\nend\n", ["  indented\r\nverse", "end"]),
        ("x" * 130 + "\n" + "y" * 20, ["x" * 130, "y" * 20]),
        (f"{'a' * 70}\n{'b' * 70}\nshort.\n{'c' * 70}\nend", [f"{'a' * 70}\n{'b' * 70}\nshort.", f"{'c' * 70}\nend"]),
    ],
)
def test_paragraphs_are_stretches_of_the_text(text: str, expected: list[str]) -> None:
    paragraphs = paragraphs_of(Document.from_text(text))
    assert [text[one.start : one.end] for one in paragraphs] == expected


def test_paragraphs_leave_out_nothing_but_white_space() -> None:
    folder = Path(__file__).resolve().parents[2] / "data" / "documents"
    for path in sorted(folder.iterdir()):
        document = Document.open(path)
        at = 0
        for one in paragraphs_of(document):
            assert one.start >= at
            assert not document.text[at : one.start].strip()
            assert 0 < one.end - one.start <= 4000
            at = one.end
        assert not document.text[at:].strip()


def test_headings_and_pages_begin_paragraphs() -> None:
    document = _document("First line\nIt stood\nmore")
    assert [(one.start, one.kind) for one in paragraphs_of(document)] == [(0, "lines"), (11, "heading"), (20, "lines")]


def test_a_long_document_travels_once_in_parts_and_pages_say_what_was_cut(reader: Reader, tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {number} has some words and 日本." * 8 for number in range(1500))
    panel = AskDocumentPanel(Session(Document.from_text(text), reader))
    view = panel.view()
    assert len(json.dumps(view)) < 100_000
    parts = [view["first"], *(panel.part(request.parameters["at"]).data for request in panel.recordings())]
    assert "\n\n".join(paragraph[1] for part in parts for paragraph in part) == text
    assert record(panel, NOTEBOOK_LIMIT_BYTES).left_out > 0
    assert record(panel, 8_000_000).left_out == 0
    write_page([panel], tmp_path / "page.html", title="long")
    assert (tmp_path / "page.html").stat().st_size < 2 * len(json.dumps(text)) + 200_000


def test_bytes_are_opened_by_the_loader_for_their_name(reader: Reader) -> None:
    html = b"<html><body><article><p>The lamp <b>was</b> lit.</p><script>alert(1)</script></article></body></html>"
    document = open_bytes("page.HTML", html)
    assert document.source == "page.HTML"
    assert "lamp" in document.text
    assert "alert" not in document.text
    for name, problem in [("x.exe", "suffix '.exe'"), ("a/../../b.pdf", "not a PDF"), ("nothing", "suffix ''")]:
        with pytest.raises(FileError, match=problem) as refused:
            open_bytes(name, b"junk")
        assert "/tmp" not in str(refused.value)


def test_a_file_is_sent_in_pieces_and_opened(reader: Reader) -> None:
    panel = AskDocumentPanel(Session(None, reader))
    content = TEXT.encode()
    panel.send(first=True, buffers=[memoryview(b"of an upload that was given up")])
    panel.send(first=True, buffers=[memoryview(content[:10])])
    panel.send(first=False, buffers=[memoryview(content[10:])])
    view = _work(panel.open(name="notes.txt")).data
    assert view["title"] == panel.title == "notes.txt"
    assert panel.session.document == Document(TEXT, "notes.txt")
    panel.paste(text="Pasted words.")
    assert panel.title == "pasted text"
    assert panel.view()["number"] != view["number"]
    with pytest.raises(InputError, match="empty"):
        panel.paste(text="  ")


def test_questions_belong_to_their_document(reader: Reader) -> None:
    view = AskDocument(_document(), reader, question="rock")
    view.document = Document.from_text("Another lamp.")
    assert view.data()["history"] == []
    assert len(view.history) == 1
    view.document = _document()
    assert [one["question"] for one in view.data()["history"]] == ["rock"]


def test_every_answer_is_a_row(reader: Reader) -> None:
    session = Session(_document(), reader)
    result = session.ask("rock").result
    rows = rows_of(session.history)
    assert len(rows) == len(result) + 1
    assert rows[0]["probability"] == result.no_answer.probability
    assert rows[1]["answer"] == result[0].text


def test_lone_surrogates_are_shown_as_stand_ins(reader: Reader) -> None:
    panel = AskDocumentPanel(Session(Document.from_text("a \ud800 lamp"), reader))
    json.dumps(panel.view(), ensure_ascii=False).encode()
    panel.text({}).encode()
    panel.static({}).encode()
    assert panel.view()["first"] == [[0, "a \ufffd lamp", 0]]
