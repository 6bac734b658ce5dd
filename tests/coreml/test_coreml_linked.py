"""Linked models are found where the file may look, shared by all that link them, and nowhere else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import coreml_programs
import pytest

from bertkit.coreml import Configuration, Model, Package, proto
from bertkit.coreml.linked import linked_model, linked_path
from bertkit.errors import FileError, ModelError


def _link(folder: Path, name: str, search: str = "") -> Package:
    model = proto.model_pb2().Model(specificationVersion=4)
    model.description.CopyFrom(coreml_programs.scaler_network().description)
    model.linkedModel.linkedModelFile.linkedModelFileName.defaultValue = name
    model.linkedModel.linkedModelFile.linkedModelSearchPath.defaultValue = search
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "link.mlmodel").write_bytes(model.SerializeToString())
    return Package.open(folder / "link.mlmodel")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Return a folder with `shared/scaler.mlmodel` in it."""
    target = tmp_path / "app" / "shared" / "scaler.mlmodel"
    target.parent.mkdir(parents=True)
    target.write_bytes(coreml_programs.scaler_network().SerializeToString())
    return tmp_path / "app"


@pytest.mark.parametrize(
    ("name", "search"),
    [("scaler.mlmodel", "shared"), ("scaler.mlmodelc", "other:shared"), ("scaler", "shared"), ("shared/scaler", "")],
)
def test_it_is_found_below_the_model_that_links(app: Path, name: str, search: str) -> None:
    assert linked_path(_link(app, name, search), Configuration()) == app / "shared" / "scaler.mlmodel"


@pytest.mark.parametrize("search", ["$BUNDLE_MAIN/shared", "nowhere:$BUNDLE_MAIN/shared"])
def test_the_bundle_is_a_folder_of_the_callers_choice(app: Path, tmp_path: Path, search: str) -> None:
    package = _link(tmp_path / "elsewhere", "scaler", search)
    model = Model.load(package, Configuration(engine="torch", bundle=app))
    assert model.predict({"x": [1.0, 2.0, 3.0]})["y"].tolist() == [3.0, 5.0, 7.0]
    with pytest.raises(FileError, match="Looked for"):
        linked_path(package, Configuration())


@pytest.mark.parametrize(
    ("name", "search"), [("scaler", "../app/shared"), ("../app/shared/scaler", ""), ("scaler", "{}")]
)
def test_a_file_cannot_lead_outside_its_folder(app: Path, tmp_path: Path, name: str, search: str) -> None:
    package = _link(tmp_path / "elsewhere", name, search.format(app / "shared"))
    with pytest.raises(ModelError, match="outside the folders"):
        linked_path(package, Configuration())


def test_a_link_that_leads_outside_is_refused_as_the_place_it_leads_to(app: Path, tmp_path: Path) -> None:
    package = _link(tmp_path / "elsewhere", "scaler")
    (tmp_path / "elsewhere" / "scaler.mlmodel").symlink_to(app / "shared" / "scaler.mlmodel")
    with pytest.raises(ModelError, match="outside the folders"):
        linked_path(package, Configuration())


def test_a_caller_may_name_any_folder(app: Path, tmp_path: Path) -> None:
    package = _link(tmp_path / "elsewhere", "scaler")
    given: dict[str, Any] = {"linkedModelSearchPath": str(app / "shared")}
    assert linked_path(package, Configuration(parameters=given)) == app / "shared" / "scaler.mlmodel"


def test_models_that_link_the_same_file_share_one_instance(app: Path, tmp_path: Path) -> None:
    configuration = Configuration(engine="torch", bundle=app)
    first = linked_model(_link(tmp_path / "one", "scaler", "$BUNDLE_MAIN/shared"), configuration)
    second = linked_model(_link(tmp_path / "two", "scaler", "$BUNDLE_MAIN/shared"), configuration)
    assert first is second
    other = app / "shared" / "other.mlmodel"
    shutil.copy(app / "shared" / "scaler.mlmodel", other)
    assert linked_model(_link(tmp_path / "one", "other", "$BUNDLE_MAIN/shared"), configuration) is not first


def test_models_that_link_to_each_other_are_refused(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "c"), ("c", "b")):
        _link(tmp_path, other).path.rename(tmp_path / f"{name}.mlmodel")
    with pytest.raises(ModelError, match=r"in a circle: .*b.mlmodel -> .*c.mlmodel -> .*b.mlmodel. One of them"):
        Model.load(tmp_path / "a.mlmodel", Configuration(engine="torch")).predict({"x": [1.0, 2.0, 3.0]})
