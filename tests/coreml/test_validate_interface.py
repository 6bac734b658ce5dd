"""Inputs, outputs, classes, functions, and the specification version that all of it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import coreml_programs
import pytest
import validate_models as models

from bertkit.coreml import proto
from bertkit.coreml.validate import validate

Change = Callable[[Any], Any]


def _broken(specification: Any) -> list[tuple[str, str]]:
    return [(problem.rule, problem.where) for problem in validate(specification).problems]


def _identity(version: int = 9, inputs: bool = True) -> Any:
    """Return a model of a type with few rules of its own."""
    specification = models.model(version)
    specification.identity.SetInParent()
    if inputs:
        models.array(specification.description.input, "x", [2])
        models.array(specification.description.output, "y", [2])
    return specification


def _array(change: Change) -> Any:
    specification = _identity()
    change(specification.description.input[0].type.multiArrayType)
    return specification


def _enumerated(*shapes: list[int], default: list[int] | None = None) -> Change:
    def change(array: Any) -> None:
        del array.shape[:]
        array.shape.extend(default if default is not None else [])
        array.enumeratedShapes.SetInParent()
        for shape in shapes:
            array.enumeratedShapes.shapes.add(shape=shape)

    return change


def _ranged(*bounds: tuple[int, int], default: list[int] | None = None) -> Change:
    def change(array: Any) -> None:
        del array.shape[:]
        array.shape.extend(default if default is not None else [])
        for lower, upper in bounds:
            array.shapeRange.sizeRanges.add(lowerBound=lower, upperBound=upper)

    return change


@pytest.mark.parametrize(
    "change",
    [
        _enumerated([1], [2]), _enumerated([1, 2], [2, 2], default=[2, 2]),
        _ranged((1, 4)), _ranged((1, -1), default=[9]),
        lambda array: array.shape.insert(0, 0),
    ],
)  # fmt: skip
def test_arrays(change: Change) -> None:
    assert _broken(_array(change)) == []


_ARRAYS: dict[str, tuple[Change, str]] = {
    "no element type": (lambda array: array.ClearField("dataType"), "interface.array-type"),
    "unknown element type": (lambda array: setattr(array, "dataType", 7), "interface.array-type"),
    "no shape": (lambda array: array.ClearField("shape"), "interface.array-shape"),
    "negative size": (lambda array: array.shape.append(-1), "interface.array-shape"),
    "nothing enumerated": (_enumerated(), "interface.array-flexibility"),
    "an empty shape enumerated": (_enumerated([1], []), "interface.array-flexibility"),
    "default not enumerated": (_enumerated([1], [3], default=[2]), "interface.array-flexibility"),
    "range upside down": (_ranged((4, 1)), "interface.array-flexibility"),
    "default of another rank": (_ranged((1, 4), default=[2, 2]), "interface.array-flexibility"),
    "default out of range": (_ranged((1, 4), default=[5]), "interface.array-flexibility"),
    "default of another type": (lambda array: setattr(array, "intDefaultValue", 1), "interface.array-default"),
}


@pytest.mark.parametrize(("change", "rule"), _ARRAYS.values(), ids=_ARRAYS)
def test_rules_of_arrays(change: Change, rule: str) -> None:
    assert _broken(_array(change)) == [(rule, "input x")]


def _image(change: Change) -> Any:
    specification = _identity()
    image = specification.description.input.add(name="image").type.imageType
    image.width, image.height, image.colorSpace = 8, 6, image.RGB
    change(image)
    return specification


def _image_sizes(*sizes: tuple[int, int], default: tuple[int, int] = (8, 6)) -> Change:
    def change(image: Any) -> None:
        image.width, image.height = default
        image.enumeratedSizes.SetInParent()
        for width, height in sizes:
            image.enumeratedSizes.sizes.add(width=width, height=height)

    return change


def _image_range(lower: int, upper: int) -> Change:
    def change(image: Any) -> None:
        for size in (image.imageSizeRange.widthRange, image.imageSizeRange.heightRange):
            size.lowerBound, size.upperBound = lower, upper

    return change


_GOOD_IMAGES = {
    "fixed": lambda image: None,
    "enumerated": _image_sizes((8, 6), (16, 12)),
    "enumerated without default": _image_sizes((8, 6), default=(0, 0)),
    "ranged": _image_range(1, -1),
}
_BAD_IMAGES = {
    "no size": lambda image: image.ClearField("width"),
    "no color space": lambda image: image.ClearField("colorSpace"),
    "nothing enumerated": _image_sizes(),
    "default not enumerated": _image_sizes((9, 9)),
    "default too large": _image_range(1, 7),
    "range upside down": _image_range(9, 7),
}


@pytest.mark.parametrize("change", _GOOD_IMAGES.values(), ids=_GOOD_IMAGES)
def test_images(change: Change) -> None:
    assert _broken(_image(change)) == []


@pytest.mark.parametrize("change", _BAD_IMAGES.values(), ids=_BAD_IMAGES)
def test_rules_of_images(change: Change) -> None:
    assert set(_broken(_image(change))) == {("interface.image", "input image")}


def test_names_types_and_numbers_of_features() -> None:
    specification = _identity(8, inputs=False)
    assert _broken(specification) == [("interface.inputs", "model"), ("interface.outputs", "model")]
    specification = _identity()
    specification.description.input.add(name="x")
    specification.description.output.add().type.int64Type.SetInParent()
    specification.description.output.add(name="key").type.dictionaryType.SetInParent()
    specification.description.output.add(name="list").type.sequenceType.sizeRange.lowerBound = 3
    specification.description.output[-1].type.sequenceType.sizeRange.upperBound = 2
    assert set(_broken(specification)) == {
        ("interface.name", "output"),
        ("interface.unique", "input x"),
        ("interface.type", "input x"),
        ("interface.dictionary", "output key"),
        ("interface.sequence", "output list"),
    }


def test_states_are_fixed_float16_arrays() -> None:
    specification = _identity()
    state = specification.description.state.add(name="memory").type
    array = state.stateType.arrayType
    array.dataType, array.shape[:] = array.FLOAT16, [4]
    assert _broken(specification) == []
    array.dataType = array.FLOAT32
    array.floatDefaultValue = 1.0
    array.shapeRange.sizeRanges.add(lowerBound=1, upperBound=4)
    state.isOptional = True
    array.ClearField("shape")
    assert _broken(specification) == [("interface.state", "state memory")] * 5
    specification.description.state[0].type.int64Type.SetInParent()
    assert _broken(specification) == [("interface.type", "state memory")]


def test_optional_features() -> None:
    specification = models.frozen_network()
    specification.description.input[0].type.isOptional = True
    specification.description.output[0].type.isOptional = True
    assert _broken(specification) == [("optional.output", "output y"), ("optional.all", "model")]
    neighbors = models.neighbors()
    neighbors.description.input[0].type.isOptional = True
    assert _broken(neighbors) == [("optional.input", "input embedding")]
    identity = _identity()
    identity.description.input[0].type.isOptional = True
    identity.description.input[0].type.multiArrayType.floatDefaultValue = 1.0
    assert _broken(identity) == [("optional.default", "input x")]


def test_enumerated_inputs_go_together() -> None:
    specification = coreml_programs.token_scorer((1, 4), enumerated=[[1, 4], [1, 8]])
    other = specification.description.input.add(name="mask")
    other.CopyFrom(specification.description.input[0])
    other.name = "mask"
    other.type.multiArrayType.enumeratedShapes.shapes.add(shape=[1, 16])
    messages = {problem.rule: problem.message for problem in validate(specification).problems}
    assert "before specification version 9" in messages["interface.enumerated-shapes"]
    specification.specificationVersion = 9
    messages = {problem.rule: problem.message for problem in validate(specification).problems}
    assert '"ids" 2, "mask" 3' in messages["interface.enumerated-shapes"]


# Classes


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda s: s.neuralNetworkClassifier.ClearField("int64ClassLabels"), "classes.labels"),
        (lambda s: s.description.ClearField("predictedFeatureName"), "classes.output"),
        (lambda s: setattr(s.description, "predictedFeatureName", "nobody"), "classes.output"),
        (lambda s: s.description.output[0].type.doubleType.SetInParent(), "classes.output"),
        (lambda s: setattr(s.description, "predictedProbabilitiesName", "nobody"), "classes.probabilities"),
    ],
)
def test_rules_of_classifiers(change: Change, rule: str) -> None:
    specification = models.classifier_head()
    change(specification)
    assert rule in {found for found, _ in _broken(specification)}


def test_rules_of_regressors() -> None:
    specification = models.model()
    models.array(specification.description.input, "x", [1])
    models.array(specification.description.output, "y")
    network = specification.neuralNetworkRegressor
    models.inner_product(network, "dense", "x", "y", (1, 1))
    assert _broken(specification) == [("regressor.output", "model")]
    specification.description.predictedFeatureName = "y"
    assert _broken(specification) == []
    specification.description.output[0].type.stringType.SetInParent()
    assert _broken(specification) == [("regressor.output", "output y")]


# Versions


def _with_layer(kind: str, **fields: Any) -> Any:
    specification = models.model(1)
    models.array(specification.description.input, "x", [4])
    models.array(specification.description.output, "y")
    content = models.layer(specification.neuralNetwork, "only", kind, ["x"], ["y"])
    for name, value in fields.items():
        setattr(content, name, value)
    return specification


def _typed(change: Change) -> Any:
    specification = _identity(1)
    change(specification.description.input[0].type)
    return specification


_NEEDED: dict[str, tuple[Any, int]] = {
    "a custom layer": (_with_layer("custom", className="A"), 2),
    "a layer of iOS 12": (_with_layer("resizeBilinear"), 3),
    "a layer of iOS 13": (_with_layer("sin"), 4),
    "a layer of iOS 14": (_with_layer("clampedReLU"), 5),
    "an option of iOS 14": (_with_layer("reorganizeData", mode=2, blockSize=2), 5),
    "a flexible shape": (_typed(lambda kind: _ranged((1, 2))(kind.multiArrayType)), 3),
    "a sequence": (_typed(lambda kind: kind.sequenceType.int64Type.SetInParent()), 3),
    "a float16 array": (_typed(lambda kind: setattr(kind.multiArrayType, "dataType", kind.multiArrayType.FLOAT16)), 7),
    "an int8 array": (_typed(lambda kind: setattr(kind.multiArrayType, "dataType", kind.multiArrayType.INT8)), 10),
}


@pytest.mark.parametrize(("specification", "version"), _NEEDED.values(), ids=_NEEDED)
def test_the_stated_version_has_what_is_used(specification: Any, version: int) -> None:
    def complaints() -> list[str]:
        return [problem.message for problem in validate(specification).problems if problem.rule == "version.features"]

    specification.specificationVersion = version - 1
    assert any(f"came with specification version {version}" in message for message in complaints())
    specification.specificationVersion = version
    assert complaints() == []


@pytest.mark.parametrize(
    ("encoding", "version"), [("float16Value", 2), ("rawValue", 3), ("int8RawValue", 5)], ids=lambda value: str(value)
)
def test_encodings_of_weights_need_versions(encoding: str, version: int) -> None:
    specification = _with_layer("custom", className="A")
    setattr(specification.neuralNetwork.layers[0].custom.weights.add(), encoding, b"\0\0")
    specification.specificationVersion = version - 1
    places = {place for rule, place in _broken(specification) if rule == "version.features"}
    assert "layer only/weights[0]" in places
    specification.specificationVersion = version
    assert _broken(specification) == []


def test_versions_and_types_that_do_not_exist() -> None:
    for version in (0, 11):
        assert ("version.known", "model") in _broken(_identity(version))
    nothing = proto.model_pb2().Model(specificationVersion=4)
    assert ("model.type", "model") in _broken(nothing)


def test_a_pipeline_states_the_newest_version_inside_it() -> None:
    specification = models.linked_pipeline()
    specification.pipeline.models[1].specificationVersion = 5
    assert _broken(specification) == [("version.features", "pipeline/head")]
