"""The whole road with a trained reader, against the checkpoint run by transformers with windows cut by tokenizers."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import numpy as np
import pytest

from bertkit.bert import convert
from bertkit.coreml import Configuration
from bertkit.qa import Document, Reader, evaluate, metrics

_SHARED = Path(__file__).resolve().parents[2].parent / "shared"
_CHECKPOINT = _SHARED / "models" / "minilm-l6-h384-reader"
_DEV = _SHARED / "data" / "qa" / "dev" / "squad_dev_a.jsonl.xz"
_QUESTIONS = 60
_LONGEST = 256

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (_CHECKPOINT.exists() and _DEV.exists()), reason="the shared reader and questions are absent"
    ),
]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    with lzma.open(_DEV, "rt", encoding="utf-8") as file:
        every = [json.loads(line) for line in file]
    return every[:: len(every) // _QUESTIONS][:_QUESTIONS]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    path = tmp_path_factory.mktemp("model") / "reader.mlpackage"
    convert(_CHECKPOINT, path, precision="float32", lengths=(64, _LONGEST), batch=8)
    return Reader(path, configuration=Configuration(precision="float32"))


def original_answers(rows: list[dict[str, object]]) -> list[str]:
    """Answer with the checkpoint itself; contexts that need several windows are compared by their null leads."""
    import torch
    from transformers import AutoTokenizer, BertForQuestionAnswering

    tokenizer = AutoTokenizer.from_pretrained(_CHECKPOINT)
    model = BertForQuestionAnswering.from_pretrained(_CHECKPOINT, dtype=torch.float32).eval()
    answers = []
    for row in rows:
        encoded = tokenizer(
            row["question"],
            row["context"],
            max_length=_LONGEST,
            truncation="only_second",
            stride=100,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        best: tuple[float, str] = (-np.inf, "")
        for index in range(len(encoded["input_ids"])):
            names = ("input_ids", "attention_mask", "token_type_ids")
            with torch.no_grad():
                output = model(**{name: torch.tensor([encoded[name][index]]) for name in names})
            best = max(best, best_of(output, encoded, index, str(row["context"])))
        answers.append(best[1])
    return answers


def best_of(output, encoded, index: int, context: str) -> tuple[float, str]:  # type: ignore[no-untyped-def]
    start, end = output.start_logits[0].numpy(), output.end_logits[0].numpy()
    places = [at for at, part in enumerate(encoded.sequence_ids(index)) if part == 1]
    offsets = encoded["offset_mapping"][index]
    spans = [(first, last) for first in places for last in places if first <= last < first + 30]
    scores = [start[first] + end[last] - start[0] - end[0] for first, last in spans]
    first, last = spans[int(np.argmax(scores))]
    return float(max(scores)), context[offsets[first][0] : offsets[last][1]]


def test_answers_are_those_of_the_checkpoint(rows: list[dict[str, object]], reader: Reader) -> None:
    mine = [reader.ask(str(row["question"]), Document.from_text(str(row["context"])))[0].text for row in rows]
    theirs = original_answers(rows)
    same = sum(one == other for one, other in zip(mine, theirs, strict=True))
    # Contexts of several windows are cut at other places, and wordings add up here.
    assert same >= 0.93 * len(rows)
    golds = [[answer["text"] for answer in row["answers"]] for row in rows]  # type: ignore[attr-defined]
    overlap = [np.mean(list(map(metrics.f1, given, golds))) for given in (mine, theirs)]
    assert abs(overlap[0] - overlap[1]) < 0.03
    assert overlap[0] > 0.65


def test_evaluate_reports_the_same(rows: list[dict[str, object]], reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "dev.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    evaluation = evaluate(path, reader)
    alone = [reader.ask(str(row["question"]), Document.from_text(str(row["context"])))[0].text for row in rows]
    golds = [[answer["text"] for answer in row["answers"]] for row in rows]  # type: ignore[attr-defined]
    assert evaluation.count == len(rows)
    assert evaluation.f1 == pytest.approx(100 * np.mean(list(map(metrics.f1, alone, golds))), abs=1.0)
    assert evaluation.latency_p50_ms > 0
    assert evaluation.windows_per_second > 0


def test_token_types_matter(reader: Reader) -> None:
    from bertkit.qa.windows import INPUTS, cut, rows

    document = Document.from_text("The Eddystone lighthouse was built in 1698 by Henry Winstanley.")
    window = next(cut(reader.encoder.document(document), reader.frame("Who built it?")))
    inputs = rows([window], INPUTS)
    with_types = reader.model.predict(inputs)["start_logits"]
    without = reader.model.predict({**inputs, "token_type_ids": np.zeros_like(inputs["token_type_ids"])})[
        "start_logits"
    ]
    assert np.abs(with_types - without).max() > 0.1
