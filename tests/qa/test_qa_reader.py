from __future__ import annotations

import dataclasses
import random
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from qa_fakes import FakeModel, fake_tokenizer

from bertkit.bert.settings import READER_KEY, TOKENIZER_KEY
from bertkit.coreml.features import MultiArray
from bertkit.coreml.shapes import ShapeRange
from bertkit.errors import FileError, InputError, ModelError
from bertkit.qa import Document, Reader, Result
from bertkit.qa import encoding as encoding_module
from bertkit.qa.encoding import Encoder

PLAIN = "abcdefghijklmnopqrstuvwxyz"
TEXTS = st.one_of(
    st.text(min_size=1, max_size=400),
    st.lists(st.text(PLAIN, min_size=1, max_size=6), min_size=1, max_size=120).map(" ".join),
)


def shown(result: Result) -> list[tuple[object, ...]]:
    return [(answer.document, answer.start, answer.end, answer.score, answer.probability) for answer in result]


# What is found


@given(st.lists(st.text(PLAIN, min_size=1, max_size=6), max_size=100), st.integers(0, 100), st.sampled_from([0, 5, 30]))
def test_an_answer_is_found_wherever_it_stands(words: list[str], at: int, overlap: int) -> None:
    before, after = words[:at], words[at:]
    text = " ".join([*before, "1698", *after])
    result = Reader(FakeModel()).ask("1698", Document.from_text(text), overlap_tokens=overlap)
    assert result.best is not None
    # With an overlap of 0 the few pieces of a word may stand in two windows.
    if overlap >= 5 or len(text) < 50:
        assert (result.best.text, result.best.start) == ("1698", len(" ".join(before)) + bool(before))


@pytest.mark.parametrize("overlap", [0, 1, 57])
@pytest.mark.parametrize("count", [1, 2, 58, 59, 60, 116, 117, 300])
def test_the_first_and_the_last_word_can_answer(count: int, overlap: int) -> None:
    words = ["q", *["x"] * (count - 2), "z"] if count > 1 else ["q"]
    document = Document.from_text(" ".join(words))
    reader = Reader(FakeModel())
    first, last = (reader.ask(word, document, overlap_tokens=overlap) for word in (words[0], words[-1]))
    assert first[0].start == 0
    assert last[0].end == len(document.text)
    assert first.best is not None
    assert first.best.score > 30


@given(TEXTS, st.sampled_from([None, 0, 20]))
def test_answers_are_cut_from_the_text_exactly(text: str, overlap: int | None) -> None:
    assume(not text.isspace())
    document = Document.from_text(text)
    for answer in Reader(FakeModel()).ask("lamp", document, overlap_tokens=overlap):
        assert answer.text == text[answer.start : answer.end]
        assert answer.text == answer.text.strip()
        assert answer.text


def test_answers_are_whole_words() -> None:
    text = "abab ababab lamp, x"
    result = Reader(FakeModel()).ask("ab", Document.from_text(text), top_k=20, max_answer_tokens=4)
    for answer in result:
        assert answer.start == 0 or not (text[answer.start - 1].isalpha() and text[answer.start].isalpha())
        assert answer.end == len(text) or not (text[answer.end - 1].isalpha() and text[answer.end].isalpha())


def test_max_answer_tokens_bounds_the_answer() -> None:
    document = Document.from_text("one two three four five six")
    assert Reader(FakeModel()).ask("two three", document).best.text == "two three"  # type: ignore[union-attr]
    short = Reader(FakeModel()).ask("two three", document, max_answer_tokens=5, top_k=50)
    assert max(len(answer.text.replace(" ", "")) for answer in short) <= 5


def test_a_document_that_the_tokenizer_drops_has_no_answer(reader: Reader) -> None:
    result = reader.ask("lamp", Document.from_text("\u0001\u0002"))
    assert (len(result), result.best, result.no_answer.probability) == (0, None, 1.0)


# What must not matter


@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(1, 5), st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter(texts: list[str], batch_size: int, order: random.Random) -> None:
    documents = [Document.from_text(text, str(index)) for index, text in enumerate(texts) if not text.isspace()]
    assume(documents)
    reader = Reader(FakeModel(max_batch=4))
    shuffled = order.sample(documents, len(documents))
    one, other = reader.ask("a b", documents), reader.ask("a b", shuffled, batch_size=batch_size)
    assert shown(one) == shown(other)
    assert one.no_answer == other.no_answer


@given(
    st.lists(TEXTS, min_size=1, max_size=3), st.lists(st.text(PLAIN, min_size=1, max_size=9), min_size=1, max_size=3)
)
def test_a_batch_of_questions_equals_one_by_one(texts: list[str], questions: list[str]) -> None:
    documents = [Document.from_text(text, str(index)) for index, text in enumerate(texts) if not text.isspace()]
    assume(documents)
    together = Reader(FakeModel(max_batch=8)).ask_many(questions, documents)
    alone = [Reader(FakeModel()).ask(question, documents, batch_size=1) for question in questions]
    assert [shown(result) for result in together] == [shown(result) for result in alone]
    assert [result.question for result in together] == questions


def test_a_document_given_twice_counts_once(reader: Reader) -> None:
    document = Document.from_text("the lamp was lit")
    assert shown(reader.ask("lamp", [document, document])) == shown(reader.ask("lamp", document))


def test_a_document_too_large_to_keep_is_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "the lamp was lit in 1698 and the keeper slept. " * 40
    kept = Reader(FakeModel()).ask("keeper slept", Document.from_text(text))
    monkeypatch.setattr(encoding_module, "_CACHED_CHARACTERS", 10)
    streaming = Reader(FakeModel())
    streaming.encoder = Encoder(fake_tokenizer().to_str(), piece_characters=9)
    assert shown(streaming.ask("keeper slept", Document.from_text(text))) == shown(kept)


# How the model is used


def test_windows_of_one_length_share_a_batch() -> None:
    model = FakeModel(lengths=(32, 64), max_batch=4)
    texts = ["x " * 10, "y " * 50, "z " * 12, "v " * 40]
    Reader(model).ask("q", [Document.from_text(text, text[0]) for text in texts])
    assert sorted(model.shapes) == [(2, 32), (2, 64)]


@pytest.mark.parametrize(("max_batch", "batch_size", "largest"), [(4, None, 4), (16, None, 8), (16, 3, 3), (4, 9, 4)])
def test_the_batch_is_the_smaller_of_what_is_wanted_and_what_the_model_takes(
    max_batch: int, batch_size: int | None, largest: int
) -> None:
    model = FakeModel(max_batch=max_batch)
    Reader(model).ask("q", Document.from_text("x " * 1000), overlap_tokens=0, batch_size=batch_size)
    assert max(model.shapes)[0] == largest


def test_a_model_without_a_batch_gets_single_rows() -> None:
    model = FakeModel(max_batch=1)
    Reader(model).ask("q", Document.from_text("x " * 1000), overlap_tokens=0)
    assert {rows for rows, _ in model.shapes} == {1}


def test_a_range_of_lengths_is_used_in_steps() -> None:
    model = FakeModel(lengths=(16, 100))
    model.lengths = tuple(range(16, 101))
    shape = ShapeRange(((1, 1), (16, 100)))
    model.description.inputs = (SimpleNamespace(type=MultiArray(dtype=None, shape=shape)),)  # type: ignore[arg-type]
    reader = Reader(model)
    for count in (5, 30, 60, 500):
        reader.ask("q", Document.from_text("x " * count))
    assert {length for _, length in model.shapes} == {16, 48, 80, 100}


# Progress


def test_stream_ends_with_what_ask_returns(reader: Reader) -> None:
    documents = [Document.from_text("x " * 300 + "lamp", "one"), Document.from_text("lamp oil " * 20, "two")]
    updates = list(reader.stream("lamp", documents, batch_size=2))
    assert shown(updates[-1].result) == shown(reader.ask("lamp", documents))
    assert len(updates) > 3
    done = [update.progress.done for update in updates]
    assert done == sorted(set(done))
    assert updates[-1].progress.done == updates[-1].progress.total
    assert updates[-1].progress.seconds_left == 0
    assert all(update.progress.seconds_left > 0 for update in updates[:-1])


def test_the_lead_over_no_answer_only_rises_in_a_stream(reader: Reader) -> None:
    updates = reader.stream("lamp", Document.from_text("x " * 300 + "lamp"), batch_size=1)
    leads = [-update.result.no_answer.score for update in updates]
    assert leads == sorted(leads)
    assert leads[-1] > leads[0]


def test_progress_counts_windows_of_all_questions(reader: Reader) -> None:
    calls: list[tuple[int, int]] = []
    document = Document.from_text("x " * 1000)
    reader.ask_many(["q", "r"], document, progress=lambda done, total: calls.append((done, total)))
    model = FakeModel()
    Reader(model).ask_many(["q", "r"], document)
    assert calls[-1] == (len(model.shapes), len(model.shapes))
    assert all(done <= total for done, total in calls)


# What is refused


@pytest.mark.parametrize("question", ["", "   "])
def test_an_empty_question_is_refused(reader: Reader, question: str) -> None:
    with pytest.raises(InputError, match="The question is empty"):
        reader.ask(question, Document.from_text("words"))


def test_a_question_longer_than_the_window_is_refused(reader: Reader) -> None:
    with pytest.raises(InputError, match="The question has 90 tokens; this model reads at most 30 beside a passage"):
        reader.ask("why " * 30, Document.from_text("words"))


def test_stream_refuses_at_once(reader: Reader) -> None:
    with pytest.raises(InputError, match="The question is empty"):
        reader.stream("", Document.from_text("words"))


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        (
            "some.txt",
            "must be a Document or a pathlib.Path, got str. Use Document.from_text for a text and Document.open",
        ),
        (["some text"], "must be a Document or a pathlib.Path, got str"),
        ([None], "got NoneType"),
        ([], "There is no document to ask"),
    ],
)
def test_what_is_no_document_is_refused(reader: Reader, documents: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        reader.ask("q", documents)  # type: ignore[arg-type]


def test_a_path_is_opened(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("the lamp was lit")
    assert reader.ask("lamp", tmp_path / "a.txt").best.document == str(tmp_path / "a.txt")  # type: ignore[union-attr]
    with pytest.raises(FileError, match="There is no document at"):
        reader.ask("lamp", [tmp_path / "b.txt"])


@pytest.mark.parametrize("option", ["top_k", "max_answer_tokens", "batch_size"])
def test_options_below_one_are_refused(reader: Reader, option: str) -> None:
    with pytest.raises(InputError, match=f"{option} must be at least 1, got 0"):
        reader.ask("q", Document.from_text("words"), **{option: 0})  # type: ignore[arg-type]


def test_an_overlap_beyond_the_room_is_refused(reader: Reader) -> None:
    with pytest.raises(InputError, match=r"overlap_tokens must be from 0 to 59 .*; got 60"):
        reader.ask("q", Document.from_text("words"), overlap_tokens=60)


def test_a_single_string_for_many_questions_is_refused(reader: Reader) -> None:
    with pytest.raises(InputError, match="takes a list of questions, got a str"):
        reader.ask_many("Who?", Document.from_text("words"))


def test_no_questions_get_no_results(reader: Reader) -> None:
    assert reader.ask_many([], Document.from_text("words")) == []


def test_a_model_without_settings_names_the_remedy() -> None:
    model = FakeModel()
    del model.description.metadata.user_defined[READER_KEY]
    with pytest.raises(ModelError, match=r"This model cannot answer questions: .*bertkit convert"):
        Reader(model)


def test_a_model_without_a_tokenizer_names_the_remedy() -> None:
    model = FakeModel()
    del model.description.metadata.user_defined[TOKENIZER_KEY]
    with pytest.raises(ModelError, match=r"no \"org\.bertkit\.tokenizer\"\. .*bertkit convert"):
        Reader(model)


def test_a_model_with_other_inputs_is_refused() -> None:
    with pytest.raises(ModelError, match="token_type_ids; this model also wants position_ids"):
        Reader(FakeModel(inputs=("input_ids", "position_ids")))


def test_a_configuration_for_a_loaded_model_is_refused() -> None:
    from bertkit.coreml import Configuration

    with pytest.raises(InputError, match="this one is loaded already"):
        Reader(FakeModel(), configuration=Configuration())


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="There is no Core ML model at"):
        Reader(tmp_path / "none.mlpackage")


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (
            ("start_logits", "end"),
            'needs the outputs "start_logits" and "end_logits"; this model returns start_logits, end',
        ),
        (("start_logits", "end_logits"), r"must have shape \[rows, length\] = \(1, 32\), got \(1, 31\)"),
    ],
)
def test_a_model_with_other_outputs_is_refused(outputs: tuple[str, str], message: str) -> None:
    class Other(FakeModel):
        def predict(self, inputs):  # type: ignore[no-untyped-def]
            values = super().predict(inputs).values()
            return {name: value[:, :-1] for name, value in zip(outputs, values, strict=True)}

    with pytest.raises(ModelError, match=message):
        Reader(Other()).ask("q", Document.from_text("words"))


def test_asking_imports_no_heavy_package() -> None:
    script = (
        "from qa_fakes import FakeModel\nfrom bertkit.qa import Document, Reader\nimport sys\n"
        "assert Reader(FakeModel()).ask('lamp', Document.from_text('the lamp')).best.text == 'lamp'\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    process = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parent, check=True, capture_output=True, text=True
    )
    heavy = {"torch", "coremltools", "transformers", "openvino", "pypdf", "trafilatura", "docx", "markdown_it", "scipy"}
    assert not heavy & set(process.stdout.split())


def test_temperature_and_threshold_come_from_the_model() -> None:
    document = Document.from_text("the lamp was lit")
    plain = Reader(FakeModel(lead=0.0)).ask("lamp", document)
    hot = Reader(FakeModel(lead=0.0, temperature=50.0)).ask("lamp", document)
    silent = Reader(FakeModel(lead=0.0, null_threshold=-5.0)).ask("lamp", document)
    assert plain.best is not None
    assert hot[0].score == plain[0].score
    assert hot[0].probability < plain[0].probability
    assert silent.best is None
    assert dataclasses.replace(silent[0], probability=0) == dataclasses.replace(plain[0], probability=0)
