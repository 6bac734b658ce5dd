"""`bertkit convert`, `inspect`, `predict`, `evaluate` and `calibrate` on small files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bertkit.coreml import Configuration, Model
from bertkit.resources import resource


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    document = resource("documents/lighthouses.txt").read_text(encoding="utf-8")[:3000]
    listed = json.loads(resource("questions.json").read_text(encoding="utf-8"))["questions"]
    rows = [
        {"id": row["id"], "title": "", "context": document, "question": row["question"], "answers": answers}
        for row in listed
        if row["document"] == "lighthouses.txt"
        and (answers := [{"text": a["text"], "answer_start": a["start"]} for a in row["answers"] if a["start"] < 2900])
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_convert_writes_a_verified_reader(bertkit, checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "reader.mlpackage"
    run = bertkit("convert", checkpoint, out, "--lengths", "24,40", "--precision", "float32", "--verify", "--json")
    assert run.code == 0
    told = json.loads(run.out)
    assert told["lengths"] == [24, 40]
    assert told["verification"] is not None
    assert Model.load(out).description.metadata.user_defined["com.apple.coreml.model.preview.type"] == "bertQA"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"--lengths": "24,many"}, "24,many"),
        ({"--lengths": "4000"}, "4000"),
        ({"out": "reader.mlmodel"}, ".mlpackage"),
        ({"checkpoint": "."}, "config.json"),
    ],
)
def test_convert_refuses_in_one_line(bertkit, checkpoint: Path, tmp_path: Path, changes, named: str) -> None:
    source = tmp_path if changes.pop("checkpoint", None) else checkpoint
    out = tmp_path / changes.pop("out", "reader.mlpackage")
    run = bertkit("convert", source, out, *(part for pair in changes.items() for part in pair))
    assert run.code == 2
    assert named in run.error
    assert len(run.error.splitlines()) == 1
    assert not out.exists()


def test_inspect_tells_everything_as_json(bertkit, tiny: Path) -> None:
    told = json.loads(bertkit("inspect", tiny, "--json").out)
    assert told["type"] == "mlProgram"
    assert told["update_parameters"] is None
    assert {"org.bertkit.reader", "org.bertkit.modules"} <= told["metadata"]["user_defined"].keys()
    assert [child["name"] for child in told["modules"]["children"]] == ["embeddings", "encoder", "span_head"]
    assert told["modules"]["parameters"] == sum(parameter["count"] for parameter in told["parameters"])


def test_inspect_shows_modules_and_interface(bertkit, tiny: Path) -> None:
    shown = bertkit("inspect", tiny).out
    for part in ("input_ids", "start_logits", "Parameters by module", "layer_0", "not updatable"):
        assert part in shown


def test_predict_writes_what_the_model_returns(bertkit, tiny: Path, tmp_path: Path) -> None:
    ids = np.arange(24, dtype=np.int32)[None] % 20 + 1
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    np.savez(tmp_path / "in.npz", **inputs)
    run = bertkit("predict", tiny, "--inputs", tmp_path / "in.npz", "--outputs", tmp_path / "out.npz")
    assert run.code == 0
    wanted = Model.load(tiny, Configuration(precision="float32")).predict(inputs)
    with np.load(tmp_path / "out.npz") as written:
        assert written.keys() == wanted.keys()
        for name in wanted:
            np.testing.assert_allclose(written[name], wanted[name], atol=1e-5)


@pytest.mark.parametrize(
    ("arrays", "named"),
    [
        ({"nonsense": np.zeros((1, 24), np.int32)}, "nonsense"),
        ({name: np.zeros((1, 25), np.int32) for name in ("input_ids", "attention_mask", "token_type_ids")}, "25"),
        ({name: np.full((1, 24), 0.5) for name in ("input_ids", "attention_mask", "token_type_ids")}, "int32"),
    ],
)
def test_predict_names_what_is_wrong_with_inputs(bertkit, tiny: Path, tmp_path: Path, arrays, named: str) -> None:
    np.savez(tmp_path / "in.npz", **arrays)
    run = bertkit("predict", tiny, "--inputs", tmp_path / "in.npz", "--outputs", tmp_path / "out.npz")
    assert run.code == 2
    assert named in run.error
    assert not (tmp_path / "out.npz").exists()


def test_predict_refuses_what_is_no_npz_and_what_holds_objects(bertkit, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("no archive")
    np.savez(tmp_path / "objects.npz", input_ids=np.array([{}], dtype=object))
    for name in ("text.npz", "objects.npz", "none.npz"):
        run = bertkit("predict", tiny, "--inputs", tmp_path / name, "--outputs", tmp_path / "out.npz")
        assert run.code == 2
        assert name in run.error


def test_evaluate_prints_documented_metrics(bertkit, questions: Path) -> None:
    told = json.loads(bertkit("evaluate", questions, "--limit", 3, "--json").out)
    assert told["count"] == 3
    assert 0 <= told["exact_match"] <= told["f1"] <= 100
    assert told["latency_ms"].keys() == {"p50", "p95"}
    assert told["windows_per_second"] > 0


def test_calibrate_writes_new_settings_and_leaves_the_weights(bertkit, tiny: Path, questions: Path, tmp_path) -> None:
    out = tmp_path / "calibrated.mlpackage"
    told = json.loads(bertkit("calibrate", tiny, questions, "--out", out, "--limit", 2, "--json").out)
    assert told["count"] == 2
    before, after = (json.loads(_reader_settings(path)) for path in (tiny, out))
    assert after["temperature"] == pytest.approx(told["temperature"])
    assert {key for key in before if before[key] != after[key]} == {"temperature"}
    weights = "Data/com.apple.CoreML/weights/weight.bin"
    assert (out / weights).read_bytes() == (tiny / weights).read_bytes()


def _reader_settings(path: Path) -> str:
    return Model.load(path).description.metadata.user_defined["org.bertkit.reader"]
