"""Two models are compared by what they say and by their numbers; files and fields are listed as they are."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from bertkit.coreml import Package
from bertkit.coreml.parameters import parameters_of
from bertkit.coreml.save import save_model
from bertkit.errors import FileError, InputError
from bertkit.inspect.arrays import parameter_values
from bertkit.inspect.differences import differences, value_changes
from bertkit.inspect.fields import fields_at
from bertkit.inspect.files import files_of, sha256_of


def _ignore(done: int, total: int) -> None:
    pass


@pytest.fixture
def changed(network: Path, tmp_path: Path) -> Package:
    """Return the network with another author, another softmax name and other numbers in its last layer."""
    specification = Package.open(network).specification
    specification.description.metadata.author = "someone"
    specification.neuralNetwork.layers[1].name = "renamed"
    weights = specification.neuralNetwork.layers[2].innerProduct.weights
    weights.floatValue[0] += 0.5
    return Package.open(save_model(tmp_path / "changed.mlmodel", specification))


def test_equal_models_have_no_difference(network: Path) -> None:
    package = Package.open(network)
    assert differences(package, package) == []
    assert value_changes(package, package, _ignore) == []


def test_differences_name_area_and_kind(network: Path, changed: Package) -> None:
    found = {(item.area, item.name, item.kind) for item in differences(Package.open(network), changed)}
    assert found == {
        ("metadata", "author", "added"),
        ("layers", "dense_relu", "removed"),
        ("layers", "renamed", "added"),
    }


def test_changed_numbers_are_found_with_their_size(network: Path, changed: Package) -> None:
    (change,) = value_changes(Package.open(network), changed, _ignore)
    before = parameter_values(Package.open(network), "dense2.weights")
    assert change.name == "dense2.weights"
    assert change.largest == pytest.approx(0.5, rel=1e-6)
    assert change.relative == pytest.approx(0.5 / np.linalg.norm(before), rel=1e-5)


def test_numbers_of_every_parameter_are_read(program: Path, network: Path) -> None:
    for path in (program, network):
        package = Package.open(path)
        for parameter in parameters_of(package):
            assert parameter_values(package, parameter.name).size == parameter.count


def test_compressed_numbers_are_expanded(program: Path, tmp_path: Path) -> None:
    import coremltools as ct
    import coremltools.optimize as cto

    config = cto.coreml.OptimizationConfig(cto.coreml.OpPalettizerConfig(mode="kmeans", nbits=4, weight_threshold=1))
    small = cto.coreml.palettize_weights(ct.models.MLModel(str(program), skip_model_load=True), config)
    small.save(str(tmp_path / "small.mlpackage"))
    package = Package.open(tmp_path / "small.mlpackage")
    parameter = max(parameters_of(package), key=lambda item: item.count)
    assert parameter.storage.startswith("palettized")
    values = parameter_values(package, parameter.name)
    assert values.size == parameter.count
    assert len(np.unique(values)) <= 16


def test_an_unknown_parameter_is_named(program: Path) -> None:
    with pytest.raises(InputError, match='no parameter "nonsense"'):
        parameter_values(Package.open(program), "nonsense")


def test_files_have_roles_and_hashes(program: Path, network: Path) -> None:
    package = Package.open(program)
    roles = {file.name: file.role for file in files_of(package)}
    assert roles["Manifest.json"] == "manifest"
    assert sorted(roles.values()) == ["manifest", "specification", "weights"]
    seen: list[tuple[int, int]] = []
    digest = sha256_of(package, "Manifest.json", lambda done, total: seen.append((done, total)))
    assert digest == hashlib.sha256((program / "Manifest.json").read_bytes()).hexdigest()
    assert seen[-1][0] == seen[-1][1]
    assert [file.role for file in files_of(Package.open(network))] == ["specification"]


def test_only_the_models_own_files_are_hashed(program: Path) -> None:
    with pytest.raises(FileError, match="has no file"):
        sha256_of(Package.open(program), "../../etc/passwd", _ignore)


def test_the_specification_opens_level_by_level(network: Path) -> None:
    package = Package.open(network)
    top, count = fields_at(package)
    assert count == len(top)
    layers, _ = fields_at(package, "/neuralNetwork/layers")
    assert [field.value for field in layers][:1] == ["dense1"]
    inner, _ = fields_at(package, f"{layers[0].path}/innerProduct")
    assert {"name": "inputChannels", "value": "8"}.items() <= vars(
        next(f for f in inner if f.name == "inputChannels")
    ).items()


def test_a_path_that_leads_nowhere_is_an_error(network: Path) -> None:
    with pytest.raises(InputError, match='nothing at "/nonsense"'):
        fields_at(Package.open(network), "/nonsense")
