from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from bertkit.bert import Checkpoint, Conversion, PairTemplate, ReaderSettings, convert
from bertkit.bert.settings import TOKENIZER_KEY
from bertkit.bert.verify import best_span, psnr_db, random_rows, verify
from bertkit.coreml import Configuration, Model, Package
from bertkit.errors import CheckpointError, FileError, InputError

_SHARED_READER = Path(__file__).resolve().parents[2].parent / "shared" / "models" / "minilm-l6-h384-reader"


@pytest.mark.parametrize(
    ("kind", "family", "version"),
    [
        ("mlprogram", "bert", 9),
        ("neuralnetwork", "bert", 4),
        ("neuralnetwork", "albert", 4),
        ("neuralnetwork", "mobilebert", 4),
        ("neuralnetwork", "roberta", 5),
    ],
)
def test_specification_version(kind: str, family: str, version: int, converted: Callable[..., Conversion]) -> None:
    assert Package.open(converted(family, kind).path).specification.specificationVersion == version


@pytest.mark.parametrize("kind", ["mlprogram", "neuralnetwork"])
def test_interface(kind: str, converted: Callable[..., Conversion]) -> None:
    description = Model.load(converted("bert", kind, lengths=(24,), precision="float16").path).description
    inputs = {feature.name: str(feature.type.dtype) for feature in description.inputs}
    outputs = {feature.name: str(feature.type.dtype) for feature in description.outputs}
    assert inputs == dict.fromkeys(["input_ids", "attention_mask", "token_type_ids"], "int32")
    assert outputs == {"start_logits": "float32", "end_logits": "float32"}
    assert all(feature.description for feature in (*description.inputs, *description.outputs))


def test_families_without_types_have_no_such_input(converted: Callable[..., Conversion]) -> None:
    for family in ("distilbert", "roberta"):
        assert converted(family).settings.inputs == ("input_ids", "attention_mask")


def test_enumerated_lengths_refuse_others(converted: Callable[..., Conversion]) -> None:
    conversion = converted("bert")
    model = Model.load(conversion.path, Configuration(engine="torch"))
    for length, accepted in ((16, True), (24, True), (20, False), (41, False)):
        row = {name: np.ones((1, length), np.int32) for name in conversion.settings.inputs}
        if accepted:
            assert model.predict(row)["start_logits"].shape == (1, length)
        else:
            with pytest.raises(InputError, match="input_ids"):
                model.predict(row)


@pytest.mark.parametrize("kind", ["mlprogram", "neuralnetwork"])
def test_metadata_is_complete(
    kind: str, converted: Callable[..., Conversion], checkpoint_of: Callable[[str], Path]
) -> None:
    conversion = converted("bert", kind)
    package = Package.open(conversion.path)
    assert ReaderSettings.from_metadata(package.metadata) == conversion.settings
    assert conversion.settings == ReaderSettings(
        family="bert",
        lengths=(16, 24, 40),
        max_batch=1,
        inputs=("input_ids", "attention_mask", "token_type_ids"),
        pair=PairTemplate((2,), (3,), (3,), 0, 0, 1),
    )
    assert package.metadata["com.apple.coreml.model.preview.type"] == "bertQA"
    tokenizer = Tokenizer.from_str(package.metadata[TOKENIZER_KEY])
    assert tokenizer.encode("the w1").ids == Checkpoint.open(checkpoint_of("bert")).tokenizer.encode("the w1").ids
    assert "question answering" in package.specification.description.metadata.shortDescription


def test_origin_is_stated(checkpoint_of: Callable[[str], Path], tmp_path: Path) -> None:
    folder = shutil.copytree(checkpoint_of("bert"), tmp_path / "bert")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "_name_or_path": "someone/a-reader"}))
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    (folder / "training.json").write_text('{\n "steps": 7\n}\n')
    package = Package.open(convert(folder, tmp_path / "out.mlmodel", format="neuralnetwork", lengths=(16,)).path)
    metadata = package.specification.description.metadata
    assert (metadata.author, metadata.license) == ("someone", "mit")
    assert package.metadata["org.bertkit.source"] == "someone/a-reader"
    assert package.metadata["org.bertkit.training"] == '{"steps":7}'
    (folder / "training.json").write_text("steps: 7")
    with pytest.raises(CheckpointError, match=r"training\.json is no record"):
        convert(folder, tmp_path / "out.mlmodel", format="neuralnetwork", lengths=(16,))


def test_equal_conversions_are_equal_files(checkpoint_of: Callable[[str], Path], tmp_path: Path) -> None:
    digests = set()
    for index in range(2):
        out = convert(checkpoint_of("roberta"), tmp_path / f"{index}.mlpackage", lengths=(16, 24), batch=2).path
        digests.add(Package.open(out).digest)
    assert len(digests) == 1


def test_report(checkpoint_of: Callable[[str], Path], tmp_path: Path) -> None:
    steps: list[str] = []
    out = tmp_path / "bert.mlpackage"
    conversion = convert(
        checkpoint_of("bert"), out, lengths=(24, 16, 24), precision="float32", verify=True, progress=steps.append
    )
    assert steps == ["Reading the checkpoint", "Building the model", "Writing the file", "Comparing with the original"]
    assert conversion.settings.lengths == (16, 24)
    assert conversion.size_bytes == sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    assert conversion.verification is not None
    assert conversion.verification.worst_error < 1e-4
    assert "rows of 16, 24 tokens" in conversion.summary()
    assert "same best span in 100%" in conversion.summary()
    assert json.loads(json.dumps(conversion.to_json()))["verification"]["pairs"] == 50


def test_conversion_is_silent_and_leaves_no_temporary_folder(
    checkpoint_of: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "temporary").mkdir()
    code = (
        "import bertkit; bertkit.convert("
        f"{str(checkpoint_of('bert'))!r}, {str(tmp_path / 'out.mlpackage')!r}, lengths=(16,));"
        f"import os; print([name for name in os.listdir({str(tmp_path / 'temporary')!r}) if 'mlpackage' in name])"
    )
    environment = {"TMPDIR": str(tmp_path / "temporary"), "OMP_NUM_THREADS": "1", "PATH": ""}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert run.stdout == "[]\n"
    assert run.stderr == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mlpackage", "temporary"]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("out.mlmodel", {}, r"mlprogram is written as \.mlpackage; got \"out\.mlmodel\""),
        ("out.mlpackage", {"format": "neuralnetwork"}, r"neuralnetwork is written as \.mlmodel"),
        ("out", {}, r"\.mlpackage"),
        ("out.mlpackage", {"format": "onnx"}, "format must be one of mlprogram, neuralnetwork; got 'onnx'"),
        ("out.mlpackage", {"precision": "int4"}, "precision must be one of float16, float32"),
        ("out.mlpackage", {"compress": "zip"}, "compress must be one of none, int8, palettize6, palettize4"),
        ("out.mlpackage", {"lengths": ()}, "lengths must be one or more"),
        ("out.mlpackage", {"lengths": (0,)}, "at least 1 token"),
        ("out.mlpackage", {"lengths": ("384",)}, "whole numbers"),
        ("out.mlpackage", {"batch": 0}, "batch must be a whole number of rows of at least 1, got 0"),
        ("out.mlpackage", {"batch": 1.5}, "got 1.5"),
    ],
)
def test_bad_options_are_named(name: str, options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        convert(tmp_path / "no-checkpoint-is-looked-at", tmp_path / name, **options)
    assert list(tmp_path.iterdir()) == []


def test_bad_options_are_found_before_heavy_imports(tmp_path: Path) -> None:
    code = (
        "import sys, bertkit\ntry: bertkit.convert('x', 'y.txt')\nexcept bertkit.errors.InputError: print(*sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert printed
    assert not {name.split(".")[0] for name in printed.split()} & {"torch", "coremltools", "transformers"}


def test_lengths_beyond_the_positions(checkpoint_of: Callable[[str], Path], tmp_path: Path) -> None:
    for family in ("bert", "roberta"):
        with pytest.raises(InputError, match="at most 40 tokens; lengths go up to 41"):
            convert(checkpoint_of(family), tmp_path / "out.mlpackage", lengths=(16, 41))
    assert list(tmp_path.iterdir()) == []


def test_lengths_that_hold_no_question(checkpoint_of: Callable[[str], Path], tmp_path: Path) -> None:
    for family, shortest in (("bert", 5), ("roberta", 6)):
        with pytest.raises(InputError, match=f"at least {shortest} tokens.*lengths begin at {shortest - 1}"):
            convert(checkpoint_of(family), tmp_path / "out.mlpackage", lengths=(shortest - 1, 16))
        convert(checkpoint_of(family), tmp_path / f"{family}.mlpackage", lengths=(shortest,), verify=True)


def test_folder_to_write_in_that_does_not_exist(checkpoint_of: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        convert(checkpoint_of("bert"), tmp_path / "nowhere" / "out.mlpackage")


def test_weights_too_large_for_float16(checkpoint_of: Callable[[str], Path], tmp_path: Path) -> None:
    folder = shutil.copytree(checkpoint_of("bert"), tmp_path / "bert")
    tensors = load_file(folder / "model.safetensors")
    tensors["bert.encoder.layer.1.output.dense.weight"][0, 0] = 1e5
    save_file(tensors, folder / "model.safetensors")
    for out, kind in (("out.mlpackage", "mlprogram"), ("out.mlmodel", "neuralnetwork")):
        with pytest.raises(CheckpointError, match=r"layer_1__feed_forward__output__dense__weight.*1e\+05.*float32"):
            convert(folder, tmp_path / out, format=kind, lengths=(16,))
        convert(folder, tmp_path / out, format=kind, lengths=(16,), precision="float32")


def test_failure_leaves_the_old_file(
    checkpoint_of: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.mlpackage"
    convert(checkpoint_of("bert"), out, lengths=(16,))
    digest = Package.open(out).digest

    def fail(*arguments: object) -> None:
        raise FileError("disk full")

    monkeypatch.setattr("bertkit.bert.conversion.write_metadata", fail)
    with pytest.raises(FileError, match="disk full"):
        convert(checkpoint_of("bert"), out, lengths=(24,))
    assert Package.open(out).digest == digest
    assert [path.name for path in tmp_path.iterdir()] == ["out.mlpackage"]


def test_verification_notices_a_wrong_file(
    converted: Callable[..., Conversion], checkpoint_of: Callable[[str], Path], tmp_path: Path
) -> None:
    conversion = converted("bert", "neuralnetwork")
    package = Package.open(conversion.path)
    layer = next(layer for layer in package.specification.neuralNetwork.layers if layer.name == "span_head__logits")
    layer.innerProduct.bias.floatValue[0] += 0.5
    wrong = tmp_path / "wrong.mlmodel"
    wrong.write_bytes(package.specification.SerializeToString())
    result = verify(wrong, Checkpoint.open(checkpoint_of("bert")), conversion.settings, pairs=4)
    assert result.worst_error == pytest.approx(0.5, abs=1e-4)
    assert result.psnr_db < 60


def test_random_rows_fit_the_template() -> None:
    settings = ReaderSettings("roberta", (16, 40), 1, ("input_ids",), PairTemplate((0,), (2, 2), (2,), 1, 0, 0))
    rows = list(random_rows(settings, 300, 8, np.random.default_rng(0)))
    assert [row["input_ids"].shape for row in rows] == [(1, 16)] * 2 + [(1, 40)] * 2 + [(1, 16)] * 2 + [(1, 40)] * 2
    assert [bool(row["attention_mask"].all()) for row in rows[:2]] == [True, False] or rows[1]["attention_mask"].all()
    for row in rows:
        assert row["input_ids"][0, 0] == 0
        assert row["input_ids"][0, row["attention_mask"].sum() - 1] == 2
        assert (row["input_ids"][row["attention_mask"] == 0] == 1).all()
        assert all(values.dtype == np.int32 for values in row.values())


def test_best_span_is_ordered_short_and_real() -> None:
    logits = {"start_logits": np.zeros((1, 50)), "end_logits": np.zeros((1, 50))}
    logits["start_logits"][0, [10, 45]] = 8, 9
    logits["end_logits"][0, [5, 20, 49]] = 9, 4, 8
    real = np.arange(50) < 45
    assert best_span(logits, real) == (10, 20)
    assert best_span(logits, np.ones(50, bool)) == (45, 49)


def test_psnr() -> None:
    reference = np.array([0.0, 10.0])
    assert psnr_db(np.array([0.01, -0.01]), reference) == pytest.approx(60)
    assert psnr_db(np.zeros(2), reference) == float("inf")


@pytest.mark.slow
@pytest.mark.skipif(not _SHARED_READER.is_dir(), reason="the reader checkpoint beside the repository is absent")
@pytest.mark.parametrize(
    ("precision", "compress", "least_db", "most_megabytes"),
    [
        ("float32", "none", 120, 91),
        ("float16", "none", 100, 46),
        ("float16", "int8", 44, 24),
        ("float16", "palettize6", 37, 18),
    ],
)
@pytest.mark.parametrize("kind", ["mlprogram", "neuralnetwork"])
def test_reader_checkpoint(
    kind: str, precision: str, compress: str, least_db: float, most_megabytes: float, tmp_path: Path
) -> None:
    out = tmp_path / f"reader{'.mlpackage' if kind == 'mlprogram' else '.mlmodel'}"
    conversion = convert(_SHARED_READER, out, format=kind, precision=precision, compress=compress)
    assert conversion.size_bytes < most_megabytes * 1e6
    result = verify(out, Checkpoint.open(_SHARED_READER), conversion.settings, pairs=4)
    assert result.psnr_db > least_db
    assert result.span_agreement == 1
