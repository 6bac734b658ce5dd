"""What each stage makes of its data, and that a network can learn it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import train_data

from bertkit.bert.checkpoint import Checkpoint
from bertkit.errors import CheckpointError, InputError
from bertkit.train import Settings, train
from bertkit.train.encode import RowMaker
from bertkit.train.prose import phrases, places, question_word, sentences
from bertkit.train.rows import UNMASKED, Rows
from bertkit.train.sources import Article, find_sources
from bertkit.train.stages.recurring import Recurring
from bertkit.train.stages.stage import Material, Stage, make_stage

SETTINGS = Settings(length=64, batch_tokens=512, precision="float32", device="cpu", rows=40)


def material(base: Path, data: Path, **values: object) -> Material:
    settings = replace(SETTINGS, data=(str(data),), **values)  # type: ignore[arg-type]
    maker = RowMaker.of(Checkpoint.open(base), settings)
    return Material(settings, tuple(find_sources(settings.data)), maker)


def same(first: Rows, second: Rows) -> bool:
    return np.array_equal(first.ids, second.ids) and np.array_equal(first.spans, second.spans)


@pytest.mark.parametrize("name", ["answers", "recurring", "cloze", "masked"])
def test_rows_depend_on_settings_data_and_epoch_alone(base: Path, squad: Path, prose: Path, name: str) -> None:
    data = squad if name == "answers" else prose
    first, second = (make_stage(material(base, data, stage=name, negatives=0.3)) for _ in range(2))
    assert same(first.rows(1), second.rows(1))
    assert same(first.rows(0), second.rows(0))
    assert not same(first.rows(0), first.rows(1))


@pytest.mark.parametrize("name", ["recurring", "cloze", "masked"])
def test_a_network_learns_from_plain_text(base: Path, prose: Path, tmp_path: Path, name: str) -> None:
    settings = replace(SETTINGS, data=(str(prose),), stage=name, steps=20, rate=1e-2, freeze_words=False)
    trained = train(base, tmp_path / "warmed", settings)
    curve = json.loads((trained.path / "training.json").read_text())["curve"]
    assert curve[-1]["loss"] < curve[0]["loss"]
    assert "qa_outputs.weight" in Checkpoint.open(trained.path).tensors


def test_answers_are_where_the_words_are(base: Path, squad: Path) -> None:
    made = material(base, squad)
    rows = make_stage(made).rows(0)
    assert len(rows) == 60
    assert rows.answered.all()
    for index in range(len(rows)):
        ids = rows.ids[rows.offsets[index] : rows.offsets[index + 1]]
        first, last = rows.spans[index, 0]
        words = made.maker.encoder.tokenizer.decode(ids.tolist()).split()
        name = words[words.index("is") + 1]
        said = made.maker.encoder.tokenizer.decode(ids[first : last + 1].tolist())
        assert f"{name} is in {said}" in made.maker.encoder.tokenizer.decode(ids.tolist())


def test_windows_without_the_answer_are_kept_by_their_share(base: Path, tmp_path: Path) -> None:
    context = "Anna is in Paris. " + "Boris has been in the house of Clara. " * 20
    known = {"context": context, "question": "Where is Anna?", "answers": [{"text": "Paris", "answer_start": 11}]}
    path = tmp_path / "long.jsonl"
    path.write_text("".join(json.dumps({**known, "id": str(k)}) + "\n" for k in range(200)))
    counts = {}
    for share in (0.0, 0.2, 1.0):
        stage: Stage = make_stage(material(base, path, no_answer_windows=share))
        counts[share] = Counter(stage.rows(0).answered.tolist())
    assert counts[0.0] == {True: 200}
    assert counts[1.0][False] >= 400
    assert counts[0.2][False] == pytest.approx(0.2 * counts[1.0][False], rel=0.2)


def test_shares_decide_how_often_a_file_is_taken(base: Path, squad: Path) -> None:
    made = {share: len(make_stage(material(base, Path(f"{squad}={share}"))).rows(0)) for share in (0.5, 2)}
    assert made[2] == 120
    assert 15 <= made[0.5] <= 45


def test_negatives_are_unanswered(base: Path, squad: Path) -> None:
    rows = make_stage(material(base, squad, negatives=0.5)).rows(0)
    assert 60 < len(rows) <= 90
    assert (rows.spans[60:, 0] == 0).all()


def test_hidden_tokens_are_a_share_in_whole_words(base: Path, prose: Path) -> None:
    rows = make_stage(material(base, prose, stage="masked")).rows(0)
    assert rows.labels is not None
    hidden = rows.labels != UNMASKED
    assert 0.13 < hidden.mean() < 0.25
    assert (rows.ids[~hidden][:2] == [2, rows.ids[1]]).all() or hidden[1]


def test_recurring_answers_stand_in_another_paragraph(base: Path, prose: Path) -> None:
    article = Article(
        "Tesla",
        (
            "Nikola Tesla was born in the village of Smiljan in 1856. He studied engineering in Graz for some years.",
            "In New York Tesla founded a company with partners who paid him to develop an electric motor in 1887.",
            "The electric motor that Tesla had developed for his company in New York was licensed in 1888.",
        ),
    )
    examples = list(Recurring(material(base, prose, stage="recurring")).examples(article, np.random.default_rng(0)))
    assert examples
    for example in examples:
        answers = {example.context[start:end].lower() for start, end in example.spans}
        assert len(answers) == 1
        assert answers.pop() not in example.question.lower()


@pytest.mark.parametrize(
    ("phrase", "word"), [("1856", "when"), ("12,000", "how many"), ("Nikola Tesla", "who or what"), ("a motor", "what")]
)
def test_question_words(phrase: str, word: str) -> None:
    assert question_word(phrase) == word


def test_prose_is_taken_apart() -> None:
    text = "The U.S. Navy came in 1917. It left St. Louis, with 3.5 million men! Why?"
    assert [text[a:b] for a, b in sentences(text)] == [
        "The U.S. Navy came in 1917.",
        "It left St. Louis, with 3.5 million men!",
        "Why?",
    ]
    assert "1917" in phrases(text)
    assert places("A cat, a Cat; concatenate", "cat") == ((2, 5), (9, 12))


def test_a_teacher_must_read_the_same_tokens(base: Path, squad: Path, tmp_path: Path) -> None:
    from transformers import BertConfig, BertForQuestionAnswering

    other = train_data.make_base(tmp_path / "other")
    config = json.loads((other / "config.json").read_text())
    BertForQuestionAnswering(BertConfig(**{**config, "vocab_size": 500})).save_pretrained(other)
    with pytest.raises(CheckpointError, match="vocabulary of 500"):
        train(base, tmp_path / "a", replace(SETTINGS, data=(str(squad),), steps=1, teachers=(str(other),)))


def test_a_file_without_answers_in_its_passages_is_refused(base: Path, tmp_path: Path) -> None:
    path = tmp_path / "wrong.jsonl"
    path.write_text(json.dumps({"context": "a house", "question": "who?", "answers": [{"text": "anna"}]}) + "\n")
    with pytest.raises(InputError, match="No question can be learned"):
        make_stage(material(base, path))
