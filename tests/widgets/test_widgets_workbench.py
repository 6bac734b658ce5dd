"""The workbench without a browser: asking, comparing, values on demand, states, text and static form."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bert_checkpoints import CONFIGS, make_checkpoint
from sample_readers import PASSAGE, bench_of, open_subject

from bertkit.bert import convert
from bertkit.errors import InputError
from bertkit.insight import Subject, trace_layers
from bertkit.qa import Document
from bertkit.widgets import Workbench
from bertkit.widgets.jobs import JobCancelled, Reporter
from bertkit.widgets.panel import Answer, Task
from bertkit.widgets.recording import record
from bertkit.widgets.workbench.compare import compare
from bertkit.widgets.workbench.panel import WorkbenchPanel

FIRST, SECOND = "w3 w9", "w3 w15"
LAYER = "encoder__layer_1__feed_forward__output__layer_norm"


@pytest.fixture
def bench(small_subject: Subject) -> WorkbenchPanel:
    return bench_of(small_subject, FIRST)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """Return a reader of the same structure with other weights, and with layers that compute its row's length."""
    folder = tmp_path_factory.mktemp("other")
    checkpoint = make_checkpoint(folder / "tiny", "bert", CONFIGS["bert"], seed=1)
    convert(checkpoint, folder / "other.mlpackage", lengths=(24, 40))
    return open_subject(folder / "other.mlpackage")


def _answer(given: Answer | Task, cancelled: threading.Event | None = None) -> Answer:
    if isinstance(given, Answer):
        return given
    return given.work(Reporter(lambda progress: None, threading.Event() if cancelled is None else cancelled))


def test_one_run_fills_all_panes(bench: WorkbenchPanel, small_subject: Subject) -> None:
    (run,) = bench.sides()
    data = bench.view()["runs"][FIRST][0]
    assert run.result.question == FIRST
    assert data["answers"][0]["text"] == run.result[0].text
    assert data["lens"]["stages"][-1][1] == small_subject.anatomy.hidden[-1]
    wanted = {value.layer: value.summary for value in trace_layers(small_subject, run.example).values}
    assert data["layers"].keys() == wanted.keys()
    assert data["layers"][LAYER][:2] == [list(wanted[LAYER].shape), pytest.approx(wanted[LAYER].minimum, rel=1e-4)]


def test_asking_can_be_cancelled_and_then_shows_what_was_there(bench: WorkbenchPanel) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(JobCancelled):
        _answer(bench.methods()["ask"](question=SECOND), stop)
    assert (bench.question, bench.questions) == (FIRST, (FIRST,))


def test_values_are_those_of_the_layer_in_few_numbers(bench: WorkbenchPanel) -> None:
    (run,) = bench.sides()
    answer = _answer(bench.methods()["values"](question=FIRST, side=0, layer=LAYER))
    shares, norms = np.frombuffer(answer.buffers[0], np.int8), np.frombuffer(answer.buffers[1], np.float32)
    value = run.trace.array(LAYER)[0, : run.example.row.filled]
    picture = shares.reshape(answer.data["rows"], answer.data["tokens"]) / 127 * answer.data["top"]
    np.testing.assert_allclose(picture, value.T, atol=answer.data["top"] / 250)
    np.testing.assert_allclose(norms, np.linalg.norm(value, axis=1), rtol=1e-5)
    assert sum(answer.data["counts"]) == run.trace.array(LAYER).size


def test_many_channels_share_rows_that_show_the_strongest() -> None:
    from bertkit.widgets.workbench.layer import strongest

    by_token = np.zeros((3, 512), np.float32)
    by_token[1, 5], by_token[2, 6] = -4.0, 2.0
    picture, top = strongest(by_token)
    assert (picture.shape, top) == ((128, 3), 4.0)
    assert (picture[1] == [0, -127, 64]).all()
    assert not picture[2:].any()


def test_layers_without_numbers_by_token_have_a_histogram_alone(other: Subject) -> None:
    bench = bench_of(other, FIRST)
    answer = _answer(bench.methods()["values"](question=FIRST, side=0, layer="shape__input"))
    assert (answer.buffers, "tokens" in answer.data) == ((), False)


def test_attention_adds_up_to_one(bench: WorkbenchPanel) -> None:
    answer = _answer(bench.methods()["attention"](question=FIRST, side=0, layer=1, head=3))
    tokens = answer.data["tokens"]
    shares = (np.frombuffer(answer.buffers[0], np.uint8).reshape(tokens, tokens) / 255.0) ** 2
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=0.03)
    with pytest.raises(InputError, match="4 heads, counted from 0; got head 4"):
        bench.methods()["attention"](question=FIRST, side=0, layer=1, head=4)


def test_what_was_not_asked_is_said(bench: WorkbenchPanel) -> None:
    with pytest.raises(InputError, match=r'"w40" was not asked'):
        bench.methods()["values"](question="w40", side=0, layer=LAYER)
    with pytest.raises(InputError, match="There are 1 models"):
        bench.methods()["values"](question=FIRST, side=1, layer=LAYER)
    with pytest.raises(InputError, match="nothing to compare"):
        bench.comparison()


def test_two_questions_are_compared_in_words(small_subject: Subject) -> None:
    bench = bench_of(small_subject, FIRST, SECOND)
    assert [run.question for run in bench.sides()] == [FIRST, SECOND]
    found = bench.comparison()
    assert found.by_layer["encoder__layer_1__feed_forward__output__layer_norm"] > 0
    first, second = (run.result.best for run in bench.sides())
    assert ("the same" in found.sentences[0]) == (
        first is not None and second is not None and first.start == second.start
    )
    assert found.sentences[0] in bench.text({})
    data = _answer(bench.methods()["compare"](a=FIRST, b=SECOND)).data
    assert (data["a"], data["b"], data["sentences"]) == (FIRST, SECOND, list(found.sentences))
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_two_models_answer_every_question_both(small_subject: Subject, other: Subject) -> None:
    bench = WorkbenchPanel([small_subject, other], Document.from_text(PASSAGE))
    bench.answer(FIRST, lambda done, total, note: None)
    assert [run.subject for run in bench.sides()] == [small_subject, other]
    assert bench.comparison().by_layer["embeddings__layer_norm"] > 0
    assert "other.mlpackage" in bench.title
    with pytest.raises(InputError, match="Two models are compared here already"):
        bench.pin(FIRST)


def test_a_model_compared_with_itself_is_equal_everywhere(small_subject: Subject) -> None:
    bench = WorkbenchPanel([small_subject, small_subject], Document.from_text(PASSAGE))
    bench.answer(FIRST, lambda done, total, note: None)
    assert set(bench.comparison().by_layer.values()) == {0.0}
    assert "equal at every layer" in bench.comparison().sentences[1]


def test_answers_in_different_windows_are_compared_on_the_first_ones(small_subject: Subject) -> None:
    text = " ".join([PASSAGE] * 3)
    (first,) = bench_of(small_subject, FIRST, text=text).sides()
    index = 0 if first.example.index else 1
    example = small_subject.example(FIRST, first.example.document, window=index)
    second = replace(first, trace=trace_layers(small_subject, example))
    found = compare(first, second)
    assert "different windows" in found.sentences[1]
    assert len(found.difference.shared) == first.example.row.filled
    assert set(found.by_layer.values()) == {0.0}


def test_old_questions_are_let_go_but_not_the_pinned_one(small_subject: Subject) -> None:
    bench = bench_of(small_subject, FIRST)
    bench.pin(FIRST)
    for word in range(10, 18):
        bench.answer(f"w{word}", lambda done, total, note: None)
    assert len(bench.questions) == 6
    assert FIRST in bench.questions


def test_measured_time_stands_beside_the_layers(bench: WorkbenchPanel) -> None:
    data = _answer(bench.methods()["measure"]()).data
    assert (data["name"], data["unit"]) == ("time", "ms")
    assert bench.view()["measures"] == [data]


def test_recordings_hold_all_questions_and_the_layers_of_what_is_shown(small_subject: Subject) -> None:
    bench = bench_of(small_subject, FIRST, SECOND)
    answers = record(bench, 10_000_000).answers
    assert sum(key.startswith("ask ") for key in answers) == 2
    layers = len(bench.sides()[0].trace.values)
    assert sum(key.startswith("values ") for key in answers) == 2 * layers
    first = next(key for key in answers if key.startswith("values "))
    assert "embeddings__layer_norm" in first


def test_the_widget_is_reached_from_python(small_subject: Subject) -> None:
    bench = Workbench(small_subject.reader, Document.from_text(PASSAGE), FIRST)
    assert bench.result is not None
    assert bench.result.question == FIRST
    assert bench.values(LAYER).shape == (1, 24, 32)
    frame = bench.to_frame()
    assert set(frame["layer"]) >= {LAYER, "span_head__logits"}
    bench.pin()
    bench.ask(SECOND)
    assert bench.compare().first.question == FIRST
    with pytest.raises(InputError, match=r'no layer "nothing"'):
        bench.values("nothing")


def test_a_state_restores_questions_and_selection(small_subject: Subject) -> None:
    passage = Document.from_text(PASSAGE)
    bench = Workbench(small_subject.reader, passage, FIRST)
    bench.pin()
    bench.ask(SECOND)
    bench.selection = {"layer": LAYER, "token": 5}
    assert bench.state == f"layer={LAYER}&token=5&.question={SECOND}&.pinned={FIRST}"
    again = Workbench(small_subject.reader, passage, state=bench.state)
    assert (again.state, again.compare().sentences) == (bench.state, bench.compare().sentences)
    again.state = ""
    assert again.selection == {}


def test_nothing_asked_is_said_with_the_next_step(small_subject: Subject) -> None:
    bench = Workbench(small_subject.reader, Document.from_text(PASSAGE))
    assert bench.result is None
    assert "Ask one: .ask(question)" in bench.to_text()
    assert "Ask one: .ask(question)" in bench.to_html()
    with pytest.raises(InputError, match="No question was asked yet"):
        bench.values(LAYER)
    with pytest.raises(InputError, match=r"must be a Document or a pathlib\.Path, got str"):
        Workbench(small_subject.reader, "notes.txt")  # type: ignore[arg-type]


def test_the_static_form_shows_the_selected_layer(bench: WorkbenchPanel) -> None:
    html = bench.static({"module": "encoder/layer_0", "layer": "encoder__layer_0__feed_forward__activation"})
    assert "encoder__layer_0__feed_forward__activation" in html
    assert "encoder__layer_1__feed_forward__activation" not in html
    assert html.count("<img") >= 5


def test_the_default_document_brings_its_questions() -> None:
    from bertkit.widgets.workbench.widget import _document, suggestions

    opened = _document(None)
    assert Path(opened.source).name == "lighthouses.txt"
    assert all(question.endswith("?") for question in suggestions(opened))
    assert suggestions(Document.from_text("other")) == []
