"""Core ML files open, describe themselves, and are written whole; damaged ones are refused in one sentence."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import coreml_programs
import numpy as np
import pytest

from bertkit.coreml import Package, proto, save_model
from bertkit.coreml.description import describe
from bertkit.errors import BertkitError, FileError, InputError, ModelError, UnsupportedError

_SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "coreml"
_LISTED = json.loads((_SHARED / "MODELS.json").read_text()) if _SHARED.is_dir() else []
_WHOLE = [entry for entry in _LISTED if "malformed" not in entry]
_MALFORMED = [entry for entry in _LISTED if "malformed" in entry]
_NEEDS_SHARED = pytest.mark.skipif(not _LISTED, reason="the collection of public Core ML files is not here")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return the path of a small `.mlpackage`."""
    return save_model(tmp_path / "small.mlpackage", coreml_programs.token_scorer())


@_NEEDS_SHARED
@pytest.mark.parametrize("entry", _WHOLE, ids=lambda entry: entry["file"])
def test_public_models_open_and_describe_themselves(entry: dict) -> None:
    description = describe(Package.open(_SHARED / entry["file"]))
    assert description.model_type == entry["type"]
    assert description.specification_version == entry["spec_version"]
    assert description.is_updatable == entry["isUpdatable"]
    kinds = {"multiArrayType": "multi-array"}
    for features, listed in ((description.inputs, entry["inputs"]), (description.outputs, entry["outputs"])):
        found = [(feature.name, feature.type.kind) for feature in features]
        wanted = [(name, kinds.get(kind, kind.removesuffix("Type"))) for name, kind in listed]  # the first eight
        assert found[: len(wanted)] == wanted
        assert len(found) == len(wanted) or len(wanted) == 8


@_NEEDS_SHARED
@pytest.mark.parametrize("entry", _MALFORMED, ids=lambda entry: entry["file"])
def test_public_malformed_files_are_refused(entry: dict) -> None:
    with pytest.raises((FileError, ModelError), match=r"not a Core ML model|names no model type"):
        Package.open(_SHARED / entry["file"])


def test_every_prefix_of_a_file_is_refused(tmp_path: Path) -> None:
    whole = save_model(tmp_path / "whole.mlmodel", coreml_programs.scaler_network()).read_bytes()
    short = tmp_path / "short.mlmodel"
    for length in range(len(whole)):
        short.write_bytes(whole[:length])
        with pytest.raises(BertkitError, match=r"truncated|damaged"):
            Package.open(short)


def test_missing_and_foreign_paths(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no Core ML model at"):
        Package.open(tmp_path / "none.mlpackage")
    (tmp_path / "folder.mlpackage").mkdir()
    with pytest.raises(FileError, match=r"has no Manifest\.json"):
        Package.open(tmp_path / "folder.mlpackage")
    (tmp_path / "compiled.mlmodelc").mkdir()
    with pytest.raises(UnsupportedError, match="compiled for one device"):
        Package.open(tmp_path / "compiled.mlmodelc")


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("{", "malformed or truncated"),
        ("[]", "malformed or truncated"),
        ("{}", "malformed or truncated"),
        ('{"itemInfoEntries": {"a": {"path": "x"}}, "rootModelIdentifier": "b"}', "malformed or truncated"),
        ('{"itemInfoEntries": {"a": {"path": 3}}, "rootModelIdentifier": "a"}', "malformed or truncated"),
        ('{"itemInfoEntries": {"a": {"path": "none.mlmodel"}}, "rootModelIdentifier": "a"}', "not there"),
        ('{"itemInfoEntries": {"a": {"path": "../../secret"}}, "rootModelIdentifier": "a"}', "outside the package"),
        ('{"itemInfoEntries": {"a": {"path": "/etc/hosts"}}, "rootModelIdentifier": "a"}', "outside the package"),
    ],
)
def test_a_wrong_manifest_is_refused(package: Path, manifest: str, reason: str) -> None:
    (package / "Manifest.json").write_text(manifest)
    with pytest.raises(FileError, match=reason):
        Package.open(package)


def test_unknown_specification_versions_are_refused(tmp_path: Path) -> None:
    model = coreml_programs.scaler_network()
    for version in (0, 11):
        model.specificationVersion = version
        (tmp_path / "odd.mlmodel").write_bytes(model.SerializeToString())
        with pytest.raises(ModelError, match=f"specification version {version}; wanted 1 to 10"):
            Package.open(tmp_path / "odd.mlmodel")


def test_truncated_weights_are_told_on_opening(tmp_path: Path) -> None:
    weights = tmp_path / "weight.bin"
    weights.write_bytes(b"\1\0\0\0\2\0\0\0")
    path = save_model(tmp_path / "small.mlpackage", coreml_programs.token_scorer(), weights)
    with pytest.raises(FileError, match=r"weight\.bin is truncated: 64 bytes are needed, it has 8"):
        Package.open(path)


def test_weights_are_found_by_file_and_offset(tmp_path: Path) -> None:
    storage = pytest.importorskip("coremltools.libmilstoragepython")
    weights = tmp_path / "weight.bin"
    writer = storage._BlobStorageWriter(str(weights))
    offsets = [writer.write_float_data(np.full(5, value, np.float32)) for value in (1.5, 2.5)]
    del writer
    package = Package.open(save_model(tmp_path / "small.mlpackage", coreml_programs.token_scorer(), weights))
    values = [package.weight("@model_path/weights/weight.bin", offset) for offset in offsets]
    assert [value.tolist() for value in values] == [[1.5] * 5, [2.5] * 5]


@pytest.mark.parametrize("name", ["weights/weight.bin", "@model_path/../../../../x", "@model_path//etc/hosts", ""])
def test_a_weight_path_cannot_leave_the_package(package: Path, name: str) -> None:
    with pytest.raises(ModelError, match="wanted a path inside"):
        Package.open(package).weight(name, 64)


def test_a_weight_file_that_is_missing_is_named(package: Path) -> None:
    with pytest.raises(FileError, match=r"weight\.bin is missing"):
        Package.open(package).weight("@model_path/weights/weight.bin", 64)


def test_equal_content_gives_equal_files_and_digests(tmp_path: Path) -> None:
    paths = [save_model(tmp_path / f"{name}.mlpackage", coreml_programs.token_scorer()) for name in "ab"]
    files = [
        {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*.*") if file.is_file()}
        for path in paths
    ]
    assert files[0] == files[1]
    assert Package.open(paths[0]).digest == Package.open(paths[1]).digest


def test_digest_follows_the_content(package: Path, tmp_path: Path) -> None:
    before = Package.open(package).digest
    moved = shutil.copytree(package, tmp_path / "moved.mlpackage")
    assert Package.open(moved).digest == before
    specification = Package.open(package).specification
    specification.description.metadata.author = "someone"
    assert Package.open(save_model(package, specification)).digest != before


def test_saving_in_place_keeps_the_weights(tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "weight.bin").write_bytes(b"\0\0\0\0\2\0\0\0" + b"\0" * 56)
    path = save_model(tmp_path / "small.mlpackage", coreml_programs.token_scorer(), weights)
    package = Package.open(path)
    save_model(path, package.specification, package.weight_paths()[0].parent)
    assert [file.name for file in Package.open(path).weight_paths()] == ["weight.bin"]


def test_saving_refuses_what_cannot_be(tmp_path: Path) -> None:
    program, network = coreml_programs.token_scorer(), coreml_programs.scaler_network()
    with pytest.raises(InputError, match=r'saved as \.mlpackage or \.mlmodel, got "m\.bin"'):
        save_model(tmp_path / "m.bin", network)
    with pytest.raises(InputError, match=r"need an \.mlpackage"):
        save_model(tmp_path / "m.mlmodel", program)
    with pytest.raises(FileError, match="does not exist"):
        save_model(tmp_path / "none" / "m.mlmodel", network)
    with pytest.raises(FileError, match=r"weights .* do not exist"):
        save_model(tmp_path / "m.mlpackage", program, tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_saving_leaves_the_old_model(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Package.open(package).digest

    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("bertkit.coreml.save.digest_files", fail)
    with pytest.raises(FileError, match="No space left"):
        save_model(package, coreml_programs.token_scorer((1, 9)))
    assert Package.open(package).digest == before
    assert [path.name for path in package.parent.iterdir()] == [package.name]


def test_coremltools_opens_what_is_saved(tmp_path: Path) -> None:
    coremltools = pytest.importorskip("coremltools")
    path = save_model(tmp_path / "small.mlpackage", coreml_programs.token_scorer())
    specification = coremltools.models.MLModel(str(path), skip_model_load=True).get_spec()
    assert specification == Package.open(path).specification


def test_the_protobuf_classes_are_those_of_coremltools() -> None:
    pytest.importorskip("coremltools")
    from coremltools.proto import Model_pb2

    assert proto.model_pb2().Model is Model_pb2.Model


def test_opening_a_model_imports_neither_torch_nor_coremltools(package: Path) -> None:
    code = (
        "import sys; from bertkit.coreml import Model; "
        f"Model.load({str(package)!r}).description; "
        "print(sorted({'torch', 'coremltools', 'openvino'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
