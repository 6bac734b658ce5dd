"""An answer's view as plain Python: what it shows is what the analyses and the reader say."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bert"))

from bert_checkpoints import CONFIGS, make_checkpoint
from qa_fakes import FakeModel

from bertkit.bert import convert
from bertkit.coreml import Configuration
from bertkit.errors import InputError
from bertkit.insight import Subject, apply_lens, hide_tokens, occlude, score_spans, score_windows
from bertkit.qa import Document, Reader
from bertkit.widgets import AnswerSpan
from bertkit.widgets.answer_span.panel import AnswerSpanPanel
from bertkit.widgets.jobs import JobCancelled
from bertkit.widgets.panel import Answer, Task

TEXT = "w1 thes w20 w7 nothing w9 w33 the w3 w15 w2 w40 w8 w1 w5 w9 w3 w11 w30 w31 w12 w13 w2 w7 w21 w16 w18"


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """Return a tiny random reader with layers."""
    folder = tmp_path_factory.mktemp("tiny")
    checkpoint = make_checkpoint(folder / "checkpoint", "bert", CONFIGS["bert"])
    convert(checkpoint, folder / "tiny.mlpackage", lengths=(24,), precision="float32")
    return Subject(Reader(folder / "tiny.mlpackage", configuration=Configuration(engine="torch", cache=False)))


@pytest.fixture(scope="module")
def panel(subject: Subject) -> AnswerSpanPanel:
    return AnswerSpanPanel(subject, subject.example("w3 w9", Document.from_text(TEXT, source="words")))


def _done(task: Answer | Task) -> Answer:
    return task if isinstance(task, Answer) else task.work(lambda done, total=0, note="": None)  # type: ignore[arg-type]


def test_the_first_span_is_what_the_reader_answers(subject: Subject, panel: AnswerSpanPanel) -> None:
    scores = panel.view()["scores"]
    answer = subject.reader.ask("w3 w9", Document.from_text(TEXT, source="words"))[0]
    best = scores["spans"][0]
    assert (best["text"], best["start"], best["end"]) == (answer.text, answer.start, answer.end)
    assert best["score"] == pytest.approx(answer.score, abs=1e-4)


def test_curves_and_spans_are_those_of_the_analysis(subject: Subject, panel: AnswerSpanPanel) -> None:
    for window in range(len(panel.view()["windows"])):
        shown = panel.scores(window, 5).data
        found = score_spans(subject, panel.example.at(window), max_answer_tokens=5)
        count = len(shown["piece"])
        assert shown["piece"] == [token.piece for token in found.example.row[:count]]
        np.testing.assert_allclose(shown["start_share"], found.start_probabilities[:count], atol=1e-5)
        np.testing.assert_allclose(shown["end_lead"], found.end_logits[:count] - found.end_logits[0], atol=1e-3)
        assert [span["lane"] for span in shown["spans"]] == [span.lane for span in found.spans]
        assert shown["no_answer"] == pytest.approx(found.no_answer_probability)
        assert count + shown["padding"] == len(found.example.row)


def test_the_text_of_a_window_holds_every_token(panel: AnswerSpanPanel) -> None:
    for window in range(len(panel.view()["windows"])):
        shown = panel.scores(window, 30).data
        passage = [at for at, part in enumerate(shown["part"]) if part == "passage"]
        for at in passage:
            text = shown["text"][shown["start"][at] - shown["offset"] : shown["end"][at] - shown["offset"]]
            assert text == TEXT[shown["start"][at] : shown["end"][at]] != ""


def test_the_matrix_holds_every_score_to_a_hundredth(panel: AnswerSpanPanel) -> None:
    answer = panel.matrix(0, 6)
    shape = answer.data["lengths"], answer.data["starts"]
    cells = np.frombuffer(answer.buffers[0], "<i2").reshape(shape)
    scores = panel.findings.scores(0, 6).band.scores
    counted = np.isfinite(scores)
    assert (cells[~counted] == -32768).all()
    np.testing.assert_allclose(cells[counted] / 100, scores[counted], atol=0.006)


def test_windows_are_scored_as_the_analysis_does(subject: Subject, panel: AnswerSpanPanel) -> None:
    shown = _done(panel.windows(30)).data
    found = score_windows(subject, panel.example.tokenization)
    assert len(shown) > 1
    assert [place and place["text"] for place in shown] == [span and span.text for span in found.best]


def test_the_lens_shows_every_stage(subject: Subject, panel: AnswerSpanPanel) -> None:
    window = panel.example.index
    answer = _done(panel.lens(window, 30))
    lens = apply_lens(subject, panel.example)
    assert [stage["best"]["text"] for stage in answer.data["stages"]] == [stage.best.text for stage in lens.stages]
    assert answer.data["appears_at"] == lens.appears_at
    shares = np.frombuffer(answer.buffers[0], "<u2").reshape(2, len(lens.stages), answer.data["tokens"]) / 65535
    np.testing.assert_allclose(shares[1], lens.end_probabilities[:, : answer.data["tokens"]], atol=1e-5)


def test_any_span_can_be_judged(panel: AnswerSpanPanel) -> None:
    window, first = panel.example.index, panel.view()["scores"]["passage"]
    verdict = panel.why(window, 30, first, first + 1).data
    assert verdict["reasons"]
    long = panel.why(window, 1, first, first + 3).data
    assert long["score"] is None
    assert any("longest answer looked for has 1" in reason for reason in long["reasons"])
    with pytest.raises(InputError, match="stretch of the passage"):
        panel.why(window, 30, 0, 1)


def test_hidden_tokens_change_the_answer_as_the_analysis_says(subject: Subject, panel: AnswerSpanPanel) -> None:
    change = panel.hide(panel.example.index, 30, "1 2").data
    found = hide_tokens(subject, panel.example, [1, 2])
    assert change["sentence"] == str(found)
    assert (change["before"]["text"], change["after"]["text"]) == (found.before.text, found.after.text)
    for wrong in ("", "0", "first"):
        with pytest.raises(InputError, match="Tokens to hide"):
            panel.hide(panel.example.index, 30, wrong)


def test_attribution_names_its_method_and_runs(subject: Subject, panel: AnswerSpanPanel) -> None:
    best = panel.view()["scores"]["spans"][0]
    shown = _done(panel.attribute(panel.example.index, best["first"], best["last"], "occlusion")).data
    found = occlude(subject, panel.example)
    assert (shown["method"], shown["runs"]) == ("occlusion", found.runs)
    assert shown["values"][0] is None
    np.testing.assert_allclose(shown["values"][1:3], found.values[1:3], atol=1e-4)
    with pytest.raises(InputError, match="occlusion and integrated gradients"):
        panel.attribute(0, best["first"], best["last"], "guess")


@pytest.mark.parametrize("start", [lambda panel: panel.windows(7), lambda panel: panel.attribute(0, 5, 5, "occlusion")])
def test_long_work_ends_at_a_report(panel: AnswerSpanPanel, start: Callable[[AnswerSpanPanel], Task]) -> None:
    def cancelled(*_: Any) -> None:
        raise JobCancelled

    with pytest.raises(JobCancelled):
        start(panel).work(cancelled)  # type: ignore[arg-type]


def test_a_page_brings_every_window_and_the_layers(panel: AnswerSpanPanel) -> None:
    asked = [(request.method, request.parameters.get("window")) for request in panel.recordings()]
    windows = range(len(panel.view()["windows"]))
    assert {window for method, window in asked if method == "scores"} == set(windows)
    assert ("lens", panel.example.index) in asked


def test_the_widget_answers_from_python(subject: Subject) -> None:
    widget = AnswerSpan("w3 w9", Document.from_text(TEXT), subject.reader, window=0)
    widget.selection = {"window": 1}
    assert widget.scores.example.index == 1
    assert widget.hide(1).before.text == widget.scores.spans[0].span.text
    assert widget.lens.answer.text
    assert "appears" in widget.to_text()
    assert "QA lens" in widget.to_html()
    assert widget.why(*widget.scores.spans[1].span.place).rank == 2


def test_the_tokens_are_a_data_frame(subject: Subject) -> None:
    pytest.importorskip("pandas")
    frame = AnswerSpan("w3 w9", Document.from_text(TEXT), subject.reader, window=0).to_frame()
    assert list(frame["piece"][:4]) == ["[CLS]", "w3", "w9", "[SEP]"]
    assert frame["start_probability"].sum() == pytest.approx(1, abs=1e-5)


def test_a_bare_text_is_refused() -> None:
    with pytest.raises(InputError, match=r"Document\.from_text"):
        AnswerSpan("who", "the text", Reader(FakeModel()))  # type: ignore[arg-type]


def test_a_reader_without_layers_says_so() -> None:
    subject = Subject(Reader(FakeModel()))
    panel = AnswerSpanPanel(subject, subject.example("lit", Document.from_text("the lamp was lit")))
    assert panel.view()["layered"] is False
    assert not [request for request in panel.recordings() if request.method == "lens"]
