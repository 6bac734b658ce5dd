from __future__ import annotations

import gzip
import itertools
import json
import lzma
import re
from pathlib import Path

import pytest
from qa_fakes import FakeModel

from bertkit.errors import FileError, InputError
from bertkit.qa import Document, Reader, evaluate
from bertkit.qa.datasets import read_questions, tasks_of

CONTEXT = "the lamp was lit in 1698 by henry winstanley"
ROWS = [
    {
        "id": "1",
        "title": "t",
        "context": CONTEXT,
        "question": "1698",
        "answers": [{"text": "1698", "answer_start": 20}],
    },
    {
        "id": "2",
        "context": CONTEXT,
        "question": "henry",
        "answers": [{"text": "henry winstanley"}, {"text": "the king"}],
    },
    {"id": "3", "context": "the keeper slept", "question": "keeper", "answers": [{"text": "the keeper"}]},
]
UNANSWERABLE = {"id": "4", "context": "the keeper slept", "question": "lamp oil", "answers": []}


def write_lines(path: Path, rows: list[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def squad(rows: list[dict[str, object]]) -> dict[str, object]:
    paragraphs = [
        {"context": context, "qas": [{key: row[key] for key in ("id", "question", "answers")} for row in group]}
        for context, group in itertools.groupby(rows, key=lambda row: row["context"])
    ]
    return {"version": "1.1", "data": [{"title": "t", "paragraphs": paragraphs}]}


# Reading sets


@pytest.mark.parametrize("compress", [None, "gz", "xz"])
@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_all_forms_hold_the_same(tmp_path: Path, form: str, compress: str | None) -> None:
    content = json.dumps(squad(ROWS)) if form == "json" else "\n\n".join(json.dumps(row) for row in ROWS)
    path = tmp_path / f"dev.v1.{form}{'' if compress is None else '.' + compress}"
    writer = {None: bytes, "gz": gzip.compress, "xz": lzma.compress}[compress]
    path.write_bytes(writer(content.encode()))
    questions = read_questions(path)
    assert [question.question for question in questions] == ["1698", "henry", "keeper"]
    assert questions[1].answers == ("henry winstanley", "the king")
    assert questions[2].context == "the keeper slept"
    assert len(read_questions(path, limit=2)) == 2


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"context": "c", "question": "q"}, 'line 2: wanted an object with "answers", got context, question'),
        (
            {"context": " ", "question": "q", "answers": []},
            "line 2: \"context\" must be a text that is not empty, got ' '",
        ),
        ({"context": "c", "question": 3, "answers": []}, 'line 2: "question" must be a text that is not empty, got 3'),
        ({"context": "c", "question": "q", "answers": "a"}, 'line 2: "answers" must be a list, got str'),
        (
            {"context": "c", "question": "q", "answers": ["a"]},
            'line 2, answers[0]: wanted an object with "text", got str',
        ),
        ([], 'line 2: wanted an object with "context", got list'),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, row: object, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        read_questions(write_lines(tmp_path / "dev.jsonl", [ROWS[0], row]))


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "dev.jsonl").write_text(json.dumps(ROWS[0]) + "\n{oops\n")
    with pytest.raises(InputError, match=r"dev\.jsonl, line 2: not JSON: Expecting property name"):
        read_questions(tmp_path / "dev.jsonl")


def test_a_bad_row_of_squad_json_is_named_by_its_path(tmp_path: Path) -> None:
    content = squad(ROWS)
    del content["data"][0]["paragraphs"][1]["qas"][0]["question"]  # type: ignore[index]
    (tmp_path / "dev.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=r'dev\.json, data\[0\]\.paragraphs\[1\]\.qas\[0\]: wanted .* "question"'):
        read_questions(tmp_path / "dev.json")


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"There is no set of questions at .*none\.jsonl"):
        read_questions(tmp_path / "none.jsonl")
    with pytest.raises(FileError, match=r"wanted \.json or \.jsonl"):
        read_questions(tmp_path / "dev.csv")
    (tmp_path / "dev.jsonl.xz").write_bytes(lzma.compress(json.dumps(ROWS[0]).encode())[:40])
    with pytest.raises(FileError, match="cannot be read, or is truncated"):
        read_questions(tmp_path / "dev.jsonl.xz")
    (tmp_path / "bad.jsonl.gz").write_bytes(b"no gzip")
    with pytest.raises(FileError, match="cannot be read, or is truncated"):
        read_questions(tmp_path / "bad.jsonl.gz")
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(FileError, match="holds no question"):
        read_questions(tmp_path / "empty.jsonl")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(FileError, match="cannot be read"):
        read_questions(tmp_path / "folder.json")


# Evaluating


def ticking() -> float:
    ticking.now += 0.25  # type: ignore[attr-defined]
    return ticking.now  # type: ignore[attr-defined, no-any-return]


ticking.now = 0.0  # type: ignore[attr-defined]


def test_a_set_with_answers_is_measured_as_squad_1_1(tmp_path: Path) -> None:
    model = FakeModel(max_batch=4, null_threshold=-1000.0)
    evaluation = evaluate(write_lines(tmp_path / "dev.jsonl", ROWS), Reader(model), clock=ticking)
    # "1698" and "keeper" are right; "henry" shares one of two words.
    assert evaluation.exact_match == pytest.approx(100 * 2 / 3)
    assert evaluation.f1 == pytest.approx(100 * (1 + 2 / 3 + 1) / 3)
    assert evaluation.count == 3
    assert evaluation.unanswerable is None
    assert (evaluation.latency_p50_ms, evaluation.latency_p95_ms) == (250.0, 250.0)
    assert evaluation.windows_per_second == 3 / 0.25
    assert 0 <= evaluation.calibration_error <= 1
    assert set(evaluation.to_json()) == {
        "exact_match",
        "f1",
        "count",
        "latency_ms",
        "windows_per_second",
        "calibration_error",
    }
    assert "exact match          66.67" in evaluation.summary()


def test_a_set_with_unanswerable_questions_is_measured_as_squad_2_0(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "dev.jsonl", [*ROWS, UNANSWERABLE])
    # The words of the question lead by about 40 where they stand, other spans by at most 2.
    evaluation = evaluate(path, Reader(FakeModel(null_threshold=-10.0)))
    assert evaluation.exact_match == pytest.approx(75.0)
    assert evaluation.unanswerable is not None
    assert evaluation.unanswerable.no_answer_accuracy == 100
    assert evaluation.unanswerable.has_answer_exact_match == pytest.approx(100 * 2 / 3)
    assert evaluation.unanswerable.best_exact_match == pytest.approx(75.0)
    talkative = evaluate(path, Reader(FakeModel(null_threshold=10.0)))
    assert talkative.unanswerable is not None
    assert talkative.unanswerable.no_answer_accuracy == 0
    assert talkative.exact_match == pytest.approx(50.0)
    assert talkative.unanswerable.best_f1 == pytest.approx(evaluation.f1)
    assert talkative.to_json()["best_f1"] == pytest.approx(evaluation.f1)
    assert "silent when right    0.00" in talkative.summary()


def test_a_set_without_any_answer_has_no_figures_for_answers(tmp_path: Path) -> None:
    evaluation = evaluate(write_lines(tmp_path / "dev.jsonl", [UNANSWERABLE]), Reader(FakeModel()))
    assert evaluation.unanswerable is not None
    assert evaluation.unanswerable.has_answer_f1 is None


def test_limit_and_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bertkit.qa import evaluation as evaluation_module

    monkeypatch.setattr(evaluation_module, "_BLOCK_QUESTIONS", 2)
    calls: list[tuple[int, int]] = []
    path = write_lines(tmp_path / "dev.jsonl", ROWS * 3)
    evaluation = evaluate(path, Reader(FakeModel()), limit=7, progress=lambda done, total: calls.append((done, total)))
    assert evaluation.count == 7
    assert calls[-1] == (7, 7)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)


def test_the_questions_of_a_set_get_what_each_would_get_alone(tmp_path: Path) -> None:
    from bertkit.qa.reader import Options

    questions = read_questions(write_lines(tmp_path / "dev.jsonl", [*ROWS, UNANSWERABLE]))
    reader = Reader(FakeModel(max_batch=8))
    together = reader.read([question.question for question in questions], tasks_of(questions), Options(top_k=2))
    for question, result in zip(questions, together, strict=True):
        alone = Reader(FakeModel()).ask(question.question, Document.from_text(question.context), top_k=2)
        assert list(result) == list(alone)
