"""Trees, linear models, support vectors, transformations and the like: every rule, broken one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import validate_models as models

from bertkit.coreml.validate import validate

Change = Callable[[Any], Any]


def _broken(specification: Any) -> list[tuple[str, str]]:
    return [(problem.rule, problem.where) for problem in validate(specification).problems]


def _of(kind: str, version: int = 4) -> tuple[Any, Any]:
    """Return a model of a type without features, and the message of the type."""
    specification = models.model(version)
    getattr(specification, kind).SetInParent()
    return specification, getattr(specification, kind)


def _regressor(kind: str, inputs: int = 3) -> tuple[Any, Any]:
    specification, content = _of(kind)
    models.array(specification.description.input, "x", [inputs], "DOUBLE")
    models.scalar(specification.description.output, "y", "doubleType")
    specification.description.predictedFeatureName = "y"
    return specification, content


def _classifier(kind: str, classes: int = 3) -> tuple[Any, Any]:
    specification, content = _of(kind)
    models.array(specification.description.input, "x", [3], "DOUBLE")
    models.scalar(specification.description.output, "label", "stringType")
    specification.description.predictedFeatureName = "label"
    content.stringClassLabels.vector.extend("abcdef"[:classes])
    return specification, content


# Trees


def _leaf(ensemble: Any, node: int, value: float = 1.0, tree: int = 0) -> Any:
    leaf = ensemble.nodes.add(treeId=tree, nodeId=node, nodeBehavior=6)
    leaf.evaluationInfo.add(evaluationIndex=0, evaluationValue=value)
    return leaf


def _trees() -> tuple[Any, Any]:
    """Return a regressor of two trees: one of a root, a branch and three leaves, one of a leaf."""
    specification, content = _regressor("treeEnsembleRegressor")
    ensemble = content.treeEnsemble
    ensemble.numPredictionDimensions = 1
    ensemble.basePredictionValue.append(0.5)
    ensemble.nodes.add(nodeId=0, trueChildNodeId=1, falseChildNodeId=2)
    ensemble.nodes.add(nodeId=1, trueChildNodeId=3, falseChildNodeId=4)
    for node in (2, 3, 4):
        _leaf(ensemble, node)
    _leaf(ensemble, 0, tree=1)
    return specification, ensemble


def test_a_forest_is_valid() -> None:
    assert _broken(_trees()[0]) == []


_TREES: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "no dimensions": (
        lambda e: setattr(e, "numPredictionDimensions", 0),
        [("tree.dimensions", "model")]
        + [("tree.leaves", f"tree 0/node {node}") for node in (2, 3, 4)]
        + [("tree.leaves", "tree 1/node 0")],
    ),
    "two base values": (lambda e: e.basePredictionValue.append(1.0), [("tree.dimensions", "model")]),
    "no such behavior": (lambda e: setattr(e.nodes[1], "nodeBehavior", 9), [("tree.behavior", "tree 0/node 1")]),
    "a node twice": (lambda e: _leaf(e, 4), [("tree.unique", "tree 0/node 4")]),
    "a leaf without value": (lambda e: e.nodes[2].ClearField("evaluationInfo"), [("tree.leaves", "tree 0/node 2")]),
    "a value of no dimension": (
        lambda e: setattr(e.nodes[2].evaluationInfo[0], "evaluationIndex", 1),
        [("tree.leaves", "tree 0/node 2")],
    ),
    "a dimension twice": (lambda e: e.nodes[2].evaluationInfo.add(), [("tree.leaves", "tree 0/node 2")]),
    "a child that is missing": (
        lambda e: setattr(e.nodes[1], "trueChildNodeId", 9),
        [("tree.children", "tree 0/node 1"), ("tree.roots", "tree 0")],
    ),
    "a child of two": (
        lambda e: setattr(e.nodes[1], "trueChildNodeId", 2),
        [("tree.children", "tree 0/node 1"), ("tree.roots", "tree 0")],
    ),
    "a circle": (
        lambda e: setattr(e.nodes[1], "trueChildNodeId", 0),
        [("tree.roots", "tree 0")],
    ),
    "its own child": (
        lambda e: setattr(e.nodes[1], "trueChildNodeId", 1),
        [("tree.children", "tree 0/node 1"), ("tree.roots", "tree 0")],
    ),
    "two roots": (lambda e: _leaf(e, 7), [("tree.roots", "tree 0")]),
}


@pytest.mark.parametrize(("change", "expected"), _TREES.values(), ids=_TREES)
def test_rules_of_trees(change: Change, expected: list[tuple[str, str]]) -> None:
    specification, ensemble = _trees()
    change(ensemble)
    assert set(_broken(specification)) == set(expected)


@pytest.mark.parametrize(("dimensions", "classes", "valid"), [(1, 2, True), (3, 3, True), (1, 3, False), (3, 2, False)])
def test_classes_of_trees(dimensions: int, classes: int, valid: bool) -> None:
    specification, content = _classifier("treeEnsembleClassifier", classes)
    content.treeEnsemble.numPredictionDimensions = dimensions
    _leaf(content.treeEnsemble, 0)
    assert _broken(specification) == ([] if valid else [("tree.classes", "model")])


def test_a_large_circle_is_found_at_once() -> None:
    specification, content = _regressor("treeEnsembleRegressor")
    ensemble, count = content.treeEnsemble, 20_000
    ensemble.numPredictionDimensions = 1
    for node in range(count):
        ensemble.nodes.add(nodeId=node, trueChildNodeId=(node + 1) % count, falseChildNodeId=(node + 1) % count)
    assert ("tree.roots", "tree 0") in _broken(specification)


# Linear models


def _linear(classes: int, rows: int, encoding: int = 0, transform: int = 0) -> Any:
    specification, content = _classifier("glmClassifier", classes)
    for _ in range(rows):
        content.weights.add(value=[1.0, 2.0, 3.0])
        content.offset.append(0.0)
    content.classEncoding, content.postEvaluationTransform = encoding, transform
    return specification


@pytest.mark.parametrize(
    "specification", [_linear(2, 1), _linear(3, 2), _linear(3, 3, encoding=1), _linear(2, 1, 1, 1)]
)
def test_linear_classifiers(specification: Any) -> None:
    assert _broken(specification) == []


@pytest.mark.parametrize(
    "specification", [_linear(2, 2), _linear(3, 3), _linear(3, 2, encoding=1), _linear(2, 2, 1), _linear(3, 2, 0, 1)]
)
def test_rows_of_linear_classifiers(specification: Any) -> None:
    assert _broken(specification) == [("glm.classes", "model")]


def test_weights_of_linear_models() -> None:
    specification, content = _regressor("glmRegressor")
    content.weights.add(value=[1.0, 2.0])
    content.offset.append(0.0)
    assert _broken(specification) == []
    content.weights.add(value=[1.0])
    content.postEvaluationTransform = 7
    assert _broken(specification) == [("glm.enumerations", "model"), ("glm.weights", "model"), ("glm.weights", "model")]
    models.scalar(specification.description.input, "word", "stringType")
    assert ("glm.inputs", "input word") in _broken(specification)
    assert ("glm.weights", "model") in _broken(_linear(2, 0))


# Support vectors


def _support_vectors() -> tuple[Any, Any]:
    specification, content = _classifier("supportVectorClassifier", 3)
    content.kernel.rbfKernel.gamma = 0.5
    content.numberOfSupportVectorsPerClass.extend([1, 1, 2])
    for _ in range(4):
        content.denseSupportVectors.vectors.add(values=[1.0, 2.0, 3.0])
    for _ in range(2):
        content.coefficients.add(alpha=[0.1] * 4)
    content.rho.extend([0.0] * 3)
    content.probA.extend([0.0] * 3)
    content.probB.extend([0.0] * 3)
    return specification, content


def test_a_support_vector_machine_is_valid() -> None:
    assert _broken(_support_vectors()[0]) == []


_SUPPORT_VECTORS: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "no kernel": (lambda c: c.ClearField("kernel"), [("svm.kernel", "model")]),
    "negative gamma": (lambda c: setattr(c.kernel.rbfKernel, "gamma", -1), [("svm.kernel", "model")]),
    "negative degree": (lambda c: setattr(c.kernel.polyKernel, "degree", -1), [("svm.kernel", "model")]),
    "no vectors": (lambda c: c.ClearField("denseSupportVectors"), [("svm.vectors", "model")]),
    "a shorter vector": (lambda c: c.denseSupportVectors.vectors[0].values.pop(), [("svm.vectors", "model")]),
    "a row too many": (lambda c: c.coefficients.add(alpha=[0.1] * 4), [("svm.class-coefficients", "model")]),
    "a coefficient too few": (lambda c: c.coefficients[1].alpha.pop(), [("svm.class-coefficients", "coefficients 1")]),
    "counts that do not add up": (
        lambda c: c.numberOfSupportVectorsPerClass.__setitem__(0, 2),
        [("svm.class-vectors", "model")],
    ),
    "a count too few": (
        lambda c: c.numberOfSupportVectorsPerClass.pop(),
        [("svm.class-vectors", "model"), ("svm.class-vectors", "model")],
    ),
    "a probability too few": (lambda c: c.probA.pop(), [("svm.probabilities", "model")]),
    "an intercept too few": (lambda c: c.rho.pop(), [("svm.probabilities", "model")]),
}


@pytest.mark.parametrize(("change", "expected"), _SUPPORT_VECTORS.values(), ids=_SUPPORT_VECTORS)
def test_rules_of_support_vectors(change: Change, expected: list[tuple[str, str]]) -> None:
    specification, content = _support_vectors()
    change(content)
    assert _broken(specification) == expected


def test_support_vector_regressors() -> None:
    specification, content = _regressor("supportVectorRegressor")
    content.kernel.linearKernel.SetInParent()
    vector = content.sparseSupportVectors.vectors.add()
    vector.nodes.add(index=1, value=1.0)
    content.coefficients.alpha.append(0.5)
    assert _broken(specification) == []
    vector.nodes.add(index=0, value=1.0)
    content.coefficients.alpha.append(0.5)
    assert _broken(specification) == [("svm.vectors", "vector 0"), ("svm.coefficients", "model")]


# Transformations


def _transform(kind: str, source: tuple[str, Any], target: tuple[str, Any]) -> tuple[Any, Any]:
    specification, content = _of(kind)
    for features, name, (feature_kind, shape) in (
        (specification.description.input, "x", source),
        (specification.description.output, "y", target),
    ):
        if feature_kind == "array":
            models.array(features, name, shape, "DOUBLE")
        else:
            models.scalar(features, name, feature_kind)
            if feature_kind == "dictionaryType":
                features[0].type.dictionaryType.stringKeyType.SetInParent()
            if feature_kind == "sequenceType":
                getattr(features[0].type.sequenceType, shape).SetInParent()
    return specification, content


_ARRAY, _NUMBER, _WORD, _INTEGER = ("array", [3]), ("doubleType", None), ("stringType", None), ("int64Type", None)
_DICTIONARY, _WORDS, _INTEGERS = ("dictionaryType", None), ("sequenceType", "stringType"), ("sequenceType", "int64Type")
_Features = tuple[str, Any]

_GOOD: dict[str, tuple[str, _Features, _Features, Change]] = {
    "one hot": ("oneHotEncoder", _WORD, _ARRAY, lambda c: c.stringCategories.vector.append("a")),
    "sparse one hot": (
        "oneHotEncoder", _INTEGER, _DICTIONARY,
        lambda c: (c.int64Categories.vector.append(1), setattr(c, "outputSparse", True)),
    ),
    "scaler": ("scaler", _ARRAY, _ARRAY, lambda c: c.scaleValue.extend([1, 2, 3])),
    "scaler of a number": ("scaler", _INTEGER, _NUMBER, lambda c: c.shiftValue.append(1)),
    "imputer": ("imputer", _ARRAY, _ARRAY, lambda c: c.imputedDoubleArray.vector.extend([0, 0, 0])),
    "imputer of a word": ("imputer", _WORD, _WORD, lambda c: (setattr(c, "imputedStringValue", "?"), setattr(c, "replaceStringValue", "-"))),  # noqa: E501
    "vectorizer": ("featureVectorizer", _NUMBER, _ARRAY, lambda c: c.inputList.add(inputColumn="x", inputDimensions=1)),
    "dictionary vectorizer": ("dictVectorizer", _DICTIONARY, _DICTIONARY, lambda c: c.stringToIndex.vector.append("a")),
    "normalizer": ("normalizer", _ARRAY, _ARRAY, lambda c: setattr(c, "normType", 2)),
    "extractor": ("arrayFeatureExtractor", _ARRAY, _NUMBER, lambda c: c.extractIndex.append(2)),
    "mapping": ("categoricalMapping", _WORD, _INTEGER, lambda c: c.stringToInt64Map.map.update({"a": 1})),
    "mapping of sequences": ("categoricalMapping", _INTEGERS, _WORDS, lambda c: c.int64ToStringMap.map.update({1: "a"})),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize(("kind", "source", "target", "change"), _GOOD.values(), ids=_GOOD)
def test_transformations(kind: str, source: _Features, target: _Features, change: Change) -> None:
    specification, content = _transform(kind, source, target)
    change(content)
    assert _broken(specification) == []


_BAD: dict[str, tuple[str, _Features, _Features, Change]] = {
    "no categories": ("oneHotEncoder", _WORD, _ARRAY, lambda c: None),
    "categories of another type": ("oneHotEncoder", _WORD, _ARRAY, lambda c: c.int64Categories.vector.append(1)),
    "dense dictionary": ("oneHotEncoder", _WORD, _DICTIONARY, lambda c: c.stringCategories.vector.append("a")),
    "two scales for three": ("scaler", _ARRAY, _ARRAY, lambda c: c.scaleValue.extend([1, 2])),
    "two shifts for one": ("scaler", _NUMBER, _NUMBER, lambda c: c.shiftValue.extend([1, 2])),
    "scaled to a word": ("scaler", _NUMBER, _WORD, lambda c: None),
    "scaled to another length": ("scaler", _ARRAY, ("array", [2]), lambda c: None),
    "nothing imputed": ("imputer", _NUMBER, _NUMBER, lambda c: None),
    "another type imputed": ("imputer", _NUMBER, _NUMBER, lambda c: setattr(c, "imputedStringValue", "a")),
    "another type replaced": (
        "imputer", _NUMBER, _NUMBER,
        lambda c: (setattr(c, "imputedDoubleValue", 1), setattr(c, "replaceInt64Value", 1)),
    ),
    "a shorter array imputed": ("imputer", _ARRAY, _ARRAY, lambda c: c.imputedDoubleArray.vector.append(0)),
    "a column of nothing": ("featureVectorizer", _NUMBER, _ARRAY, lambda c: c.inputList.add(inputColumn="x")),
    "a column of nobody": ("featureVectorizer", _NUMBER, _ARRAY, lambda c: c.inputList.add(inputColumn="z", inputDimensions=1)),  # noqa: E501
    "no map": ("dictVectorizer", _DICTIONARY, _DICTIONARY, lambda c: None),
    "no such norm": ("normalizer", _ARRAY, _ARRAY, lambda c: setattr(c, "normType", 5)),
    "two numbers as one": ("arrayFeatureExtractor", _ARRAY, _NUMBER, lambda c: c.extractIndex.extend([0, 1])),
    "an element beyond": ("arrayFeatureExtractor", _ARRAY, _NUMBER, lambda c: c.extractIndex.append(3)),
    "no mapping": ("categoricalMapping", _WORD, _INTEGER, lambda c: None),
    "mapped the wrong way": ("categoricalMapping", _INTEGER, _WORD, lambda c: c.stringToInt64Map.map.update({"a": 1})),
    "sequence to one": ("categoricalMapping", _WORDS, _INTEGER, lambda c: c.stringToInt64Map.map.update({"a": 1})),
    "sequence of another type": ("categoricalMapping", _INTEGERS, _INTEGERS, lambda c: c.stringToInt64Map.map.update({"a": 1})),  # noqa: E501
    "unknown of another type": (
        "categoricalMapping", _WORD, _INTEGER,
        lambda c: (c.stringToInt64Map.map.update({"a": 1}), setattr(c, "strValue", "?")),
    ),
    "integers wanted": ("bayesianProbitRegressor", _ARRAY, _NUMBER, lambda c: None),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "source", "target", "change"), _BAD.values(), ids=_BAD)
def test_rules_of_transformations(kind: str, source: _Features, target: _Features, change: Change) -> None:
    specification, content = _transform(kind, source, target)
    change(content)
    assert {rule.split(".")[0] for rule, _ in _broken(specification)} == {"transform"}


# Suppression, recommenders, models that only Core ML can run


def _suppression() -> tuple[Any, Any]:
    specification, content = _of("nonMaximumSuppression")
    description = specification.description
    for name, role, shape in (
        ("confidenceInputFeatureName", description.input, [9, 2]),
        ("coordinatesInputFeatureName", description.input, [9, 4]),
        ("confidenceOutputFeatureName", description.output, []),
        ("coordinatesOutputFeatureName", description.output, []),
    ):
        models.array(role, name, shape, "DOUBLE")
        setattr(content, name, name)
    models.scalar(description.input, "overlap", "doubleType")
    content.iouThresholdInputFeatureName = "overlap"
    content.iouThreshold, content.confidenceThreshold = 0.5, 0.1
    return specification, content


def test_suppression() -> None:
    assert _broken(_suppression()[0]) == []


_SUPPRESSION: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "overlap above 1": (lambda s, c: setattr(c, "iouThreshold", 1.5), "suppression.thresholds"),
    "negative confidence": (lambda s, c: setattr(c, "confidenceThreshold", -1), "suppression.thresholds"),
    "no such input": (lambda s, c: setattr(c, "confidenceInputFeatureName", "nobody"), "suppression.features"),
    "unused input": (lambda s, c: models.scalar(s.description.input, "more", "doubleType"), "suppression.unused"),
    "other element type": (
        lambda s, c: setattr(s.description.output[0].type.multiArrayType, "dataType", 65568),
        "suppression.element-type",
    ),
    "one axis": (lambda s, c: s.description.output[0].type.multiArrayType.shape.append(9), "suppression.rank"),
}


@pytest.mark.parametrize(("change", "rule"), _SUPPRESSION.values(), ids=_SUPPRESSION)
def test_rules_of_suppression(change: Callable[[Any, Any], Any], rule: str) -> None:
    specification, content = _suppression()
    change(specification, content)
    assert rule in {found for found, _ in _broken(specification)}


def test_recommenders() -> None:
    specification, content = _of("itemSimilarityRecommender")
    description = specification.description
    for features, name in ((description.input, "liked"), (description.output, "list")):
        features.add(name=name).type.sequenceType.int64Type.SetInParent()
    content.itemInputFeatureName, content.recommendedItemListOutputFeatureName = "liked", "list"
    item = content.itemItemSimilarities.add(itemId=0)
    item.similarItemList.add(itemId=1)
    content.itemInt64Ids.vector.extend([10, 11])
    assert _broken(specification) == []
    item.similarItemList.add(itemId=2)
    content.itemInt64Ids.vector[1] = 10
    content.numRecommendationsInputFeatureName = "number"
    content.recommendedItemListOutputFeatureName = ""
    assert [rule for rule, _ in _broken(specification)] == [
        "recommender.items", "recommender.items", "recommender.inputs", "recommender.outputs",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "rule", "fix"),
    [
        (
            "textClassifier",
            "opaque.data",
            lambda c: (setattr(c, "revision", 1), setattr(c, "modelParameterData", b"1")),
        ),
        ("visionFeaturePrint", "opaque.kind", lambda c: setattr(c.scene, "version", 1)),
        ("soundAnalysisPreprocessing", "opaque.kind", lambda c: c.vggish.SetInParent()),
        ("customModel", "opaque.class-name", lambda c: setattr(c, "className", "A")),
        ("serializedModel", "opaque.bytes", lambda c: (setattr(c, "identifier", "a"), setattr(c, "model", b"1"))),
    ],
)
def test_models_that_only_core_ml_can_run(kind: str, rule: str, fix: Change) -> None:
    specification, content = _of(kind, version=8)
    models.array(specification.description.input, "x", [1])
    models.array(specification.description.output, "y")
    assert {found for found, _ in _broken(specification)} == {rule}
    fix(content)
    assert _broken(specification) == []
