"""A tokenizer's view as plain Python: what it shows is what the model reads."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from qa_fakes import FakeModel
from sample_readers import LIGHTHOUSE

from bertkit.errors import InputError
from bertkit.insight import compare_tokenizers, tokenize
from bertkit.qa import Document, Reader
from bertkit.widgets import TokenizerView
from bertkit.widgets.panel import Task
from bertkit.widgets.tokenizer_view.panel import TokenizerPanel


@pytest.fixture
def panel() -> TokenizerPanel:
    return TokenizerPanel(Reader(FakeModel(lengths=(48,))), "lit 1698", Document.from_text(LIGHTHOUSE))


def test_rows_are_what_the_model_reads(panel: TokenizerPanel) -> None:
    view = panel.view()
    tokenization = tokenize(panel.reader, "lit 1698", Document.from_text(LIGHTHOUSE))
    for window in range(len(view["windows"])):
        shown = panel.row(view["version"], window).data
        row = tokenization.row(window)
        start = len(view["prefix"]) + len(view["asked"]["id"]) + len(view["middle"])
        ids = [token.id for token in row[: row.filled]]
        around = [[token for _, token in view[part]] for part in ("prefix", "middle", "suffix")]
        assert ids == [*around[0], *view["asked"]["id"], *around[1], *shown["id"], *around[2]]
        assert row[start].position == view["counts_from"] + start
        assert [row[1].type, row[start].type] == view["types"]


def test_pieces_and_characters_lead_to_each_other(panel: TokenizerPanel) -> None:
    shown = panel.row(0, 1).data
    for piece, start, end in zip(shown["piece"], shown["start"], shown["end"], strict=True):
        text = shown["text"][start - shown["offset"] : end - shown["offset"]]
        assert text == LIGHTHOUSE[start:end] == piece.removeprefix("##")


def test_every_token_is_in_a_window(panel: TokenizerPanel) -> None:
    windows = panel.view()["windows"]
    assert windows[0][0] == 0
    assert all(later[0] == earlier[1] + 1 - later[4] for earlier, later in pairwise(windows))


def test_an_edit_is_tokenized_and_earlier_texts_stay_readable_for_a_while(panel: TokenizerPanel) -> None:
    before = panel.row(0, 0).data
    view = panel.edit("lit 1703", "the tower ☃ fell").data
    assert (view["version"], view["title"]) == (1, "lit 1703")
    assert view["row"]["unknown"].count(True) == 1
    assert panel.row(0, 0).data == before
    assert panel.edit("lit 1704", None).data["text"] == "the tower ☃ fell"
    for number in range(5):
        panel.edit(f"lit {number}", None)
    with pytest.raises(InputError, match="edited since version 0; the newest is 7"):
        panel.row(0, 0)


@pytest.mark.parametrize(("question", "text", "said"), [("", None, "empty"), ("lit", " ", "empty")])
def test_a_text_without_words_is_told(panel: TokenizerPanel, question: str, text: str | None, said: str) -> None:
    with pytest.raises(InputError, match=said):
        panel.edit(question, text)
    assert panel.version == 0


def test_long_documents_are_shown_and_not_edited() -> None:
    panel = TokenizerPanel(Reader(FakeModel(lengths=(512,))), "lit", Document.from_text("lit " * 6000))
    assert panel.view()["text"] is None
    assert len(panel.view()["windows"]) > 20


def test_differences_to_the_checkpoint_are_shown(pair: tuple[Path, Path], small_subject) -> None:
    reader, document = small_subject.reader, Document.from_text("w1 thes w20")
    panel = TokenizerPanel(reader, "w3", document, pair[1])
    task = panel.compare()
    assert isinstance(task, Task)
    shown = task.work(lambda *_: None)  # type: ignore[arg-type]
    assert shown.data == compare_tokenizers(reader, pair[1], "w3", document).to_json()
    assert [request.method for request in panel.recordings()] == ["compare"]


def test_nothing_to_compare_with_is_told(panel: TokenizerPanel) -> None:
    with pytest.raises(InputError, match="Pass it as reference"):
        panel.compare()


def test_the_widget_takes_a_text_and_says_what_it_shows() -> None:
    widget = TokenizerView("lit 1698", Document.from_text(LIGHTHOUSE), Reader(FakeModel(lengths=(48,))))
    assert widget.tokenization.document.text == LIGHTHOUSE
    assert "[CLS]" in widget.to_text()
    widget.selection = {"window": 1}
    assert "Window 2 of" in widget.to_html()
    with pytest.raises(InputError, match="Pass it as reference"):
        widget.compare()


def test_the_tokens_are_a_data_frame() -> None:
    pytest.importorskip("pandas")
    frame = TokenizerView("lit 1698", Document.from_text(LIGHTHOUSE), Reader(FakeModel(lengths=(48,)))).to_frame()
    assert list(frame["piece"][:2]) == ["[CLS]", "l"]
