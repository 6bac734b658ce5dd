"""Linear models, trees, support vectors, probit regression and recommendations, against the arithmetic written out."""

from __future__ import annotations

import math
from itertools import combinations
from statistics import NormalDist
from typing import Any

import classic_models as models
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bertkit.coreml import Configuration, Model
from bertkit.coreml.classic.coupling import coupled, pair_probabilities
from bertkit.errors import InputError, ModelError, UnsupportedError

_VECTOR = [3]
_X = [0.5, -1.0, 2.0]
_WEIGHTS = [[1.0, 2.0, -0.5], [0.25, -1.0, 0.5]]
_OFFSETS = [0.3, -0.2]
_SCORES = [sum(w * x for w, x in zip(row, _X, strict=True)) + o for row, o in zip(_WEIGHTS, _OFFSETS, strict=True)]
_phi = NormalDist().cdf


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def _linear(content: Any, rows: int = 2) -> None:
    for row in _WEIGHTS[:rows]:
        content.weights.add(value=row)
    content.offset.extend(_OFFSETS[:rows])


# Linear models


@pytest.mark.parametrize(("transform", "function"), [(0, lambda v: v), (1, _sigmoid), (2, _phi)])
def test_linear_regression(transform: int, function: Any) -> None:
    specification, content = models.regressor("glmRegressor", {"x": _VECTOR})
    _linear(content, rows=1)
    content.postEvaluationTransform = transform
    assert models.predicted(specification, x=_X)["y"] == pytest.approx(function(_SCORES[0]))
    wide, content = models.regressor("glmRegressor", {"a": "double", "b": [2]}, [2])
    _linear(content)
    content.postEvaluationTransform = transform
    expected = [function(score) for score in _SCORES]
    assert models.predicted(wide, a=_X[0], b=_X[1:])["y"] == pytest.approx(expected)


def _linear_classes(count: int, rows: int, encoding: int, transform: int) -> dict[str, Any]:
    specification, content = models.classifier("glmClassifier", list("abc"[:count]), {"x": _VECTOR})
    _linear(content, rows)
    content.classEncoding, content.postEvaluationTransform = encoding, transform
    return models.predicted(specification, x=_X)


def test_linear_classification() -> None:
    softmax = [math.exp(score) for score in (0.0, *_SCORES)]
    reference = _linear_classes(3, 2, 0, 0)
    assert list(reference["scores"].values()) == pytest.approx([power / sum(softmax) for power in softmax])
    assert reference["label"] == "abc"[int(np.argmax(softmax))]
    for transform, function in enumerate((_sigmoid, _phi)):
        second = function(_SCORES[0])
        for encoding in (0, 1):
            scores = _linear_classes(2, 1, encoding, transform)["scores"]
            assert scores == {"a": pytest.approx(1 - second), "b": pytest.approx(second)}
        each = [function(score) for score in _SCORES]
        rest = _linear_classes(2, 2, 1, transform)["scores"]
        assert list(rest.values()) == pytest.approx([value / sum(each) for value in each])


def test_linear_models_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ModelError, match="Probit transform with a reference class is for two"):
        _linear_classes(3, 2, 0, 1)
    with pytest.raises(ModelError, match="has 3 labels, and computes 2"):
        _linear_classes(3, 1, 0, 0)
    specification, content = models.regressor("glmRegressor", {"x": _VECTOR})
    with pytest.raises(ModelError, match="0 rows of no weights and 0 offsets"):
        models.predicted(specification, x=_X)
    content.weights.add(value=[1.0, 2.0])
    content.offset.append(0.0)
    with pytest.raises(InputError, match=r"works on 2 numbers, got 3: x \(3\)"):
        models.predicted(specification, x=_X)


# Trees


def _stump(ensemble: Any, behavior: int, missing: bool = False, tree: int = 0, index: int = 0) -> None:
    """Add a tree of one branch on input 1 against 0.5: true gives 1, false 2, to one dimension."""
    ensemble.nodes.add(
        treeId=tree,
        nodeId=0,
        nodeBehavior=behavior,
        branchFeatureIndex=1,
        branchFeatureValue=0.5,
        trueChildNodeId=7,
        falseChildNodeId=3,
        missingValueTracksTrueChild=missing,
    )
    for node, value in ((7, 1.0), (3, 2.0)):
        leaf = ensemble.nodes.add(treeId=tree, nodeId=node, nodeBehavior=6)
        leaf.evaluationInfo.add(evaluationIndex=index, evaluationValue=value)


_BEHAVIORS = [
    lambda x: x <= 0.5,
    lambda x: x < 0.5,
    lambda x: x >= 0.5,
    lambda x: x > 0.5,
    lambda x: x == 0.5,
    lambda x: x != 0.5,
]


@pytest.mark.parametrize("behavior", range(6))
def test_branches(behavior: int) -> None:
    specification, content = models.regressor("treeEnsembleRegressor", {"a": "double", "b": "double"})
    content.treeEnsemble.numPredictionDimensions = 1
    content.treeEnsemble.basePredictionValue.append(10.0)
    _stump(content.treeEnsemble, behavior)
    model = models.loaded(specification)
    for value in (0.25, 0.5, 0.75, -math.inf, math.inf):
        expected = 11.0 if _BEHAVIORS[behavior](value) else 12.0
        assert model.predict({"a": 9.0, "b": value})["y"] == expected, value


@pytest.mark.parametrize("tracks", [False, True])
def test_missing_values_go_where_the_branch_says(tracks: bool) -> None:
    specification, content = models.regressor("treeEnsembleRegressor", {"a": "double", "b": "double"})
    specification.description.input[1].type.isOptional = True
    content.treeEnsemble.numPredictionDimensions = 1
    _stump(content.treeEnsemble, 0, tracks)
    assert models.predicted(specification, a=0.0)["y"] == (1.0 if tracks else 2.0)
    assert models.predicted(specification, a=0.0, b=math.nan)["y"] == (1.0 if tracks else 2.0)


def _transformed(transform: int, dimensions: int, labels: int) -> list[float]:
    specification, content = models.classifier("treeEnsembleClassifier", list(range(labels)), {"x": [2]})
    ensemble = content.treeEnsemble
    ensemble.numPredictionDimensions = dimensions
    content.postEvaluationTransform = transform
    for tree in range(dimensions):
        _stump(ensemble, 0, tree=tree, index=tree)
    ensemble.basePredictionValue.extend([-0.75, 0.5, 0.125][:dimensions])
    outputs = models.predicted(specification, x=[0.0, 0.0])
    scores = outputs["scores"]
    assert list(scores) == list(range(labels))
    assert outputs["label"] == max(scores, key=scores.__getitem__)
    return list(scores.values())


def test_transforms_of_trees() -> None:
    values = np.array([0.25, 1.5, 1.125])
    powers = np.exp(values)
    assert _transformed(0, 3, 3) == pytest.approx(values)
    assert _transformed(1, 3, 3) == pytest.approx(powers / powers.sum())
    assert _transformed(2, 1, 2) == pytest.approx([1 - _sigmoid(0.25), _sigmoid(0.25)])
    assert _transformed(3, 1, 2) == pytest.approx([1 - _sigmoid(0.25), _sigmoid(0.25)])
    assert _transformed(3, 2, 3) == pytest.approx(np.array([1, *powers[:2]]) / (1 + powers[:2].sum()))


def _grown(rng: np.random.Generator, ensemble: Any, tree: int, depth: int, dimensions: int) -> None:
    """Add a full binary tree of a depth, with random branches, and leaves for one or all dimensions."""
    for node in range(2 ** (depth + 1) - 1):
        if node < 2**depth - 1:
            ensemble.nodes.add(
                treeId=tree,
                nodeId=node,
                nodeBehavior=int(rng.integers(0, 6)),
                branchFeatureIndex=int(rng.integers(0, 4)),
                branchFeatureValue=float(rng.integers(0, 4)),
                trueChildNodeId=2 * node + 1,
                falseChildNodeId=2 * node + 2,
                missingValueTracksTrueChild=bool(rng.integers(0, 2)),
            )
        else:
            leaf = ensemble.nodes.add(treeId=tree, nodeId=node, nodeBehavior=6)
            for index in range(dimensions) if rng.integers(0, 2) else [int(rng.integers(0, dimensions))]:
                leaf.evaluationInfo.add(evaluationIndex=index, evaluationValue=float(rng.normal()))


def _walked(ensemble: Any, vector: list[float]) -> list[float]:
    """Return the predictions, one node after the other."""
    nodes = {(node.treeId, node.nodeId): node for node in ensemble.nodes}
    sums = list(ensemble.basePredictionValue)
    for tree in sorted({tree for tree, _ in nodes}):
        node = nodes[tree, 0]
        while node.nodeBehavior != 6:
            value, limit = vector[node.branchFeatureIndex], node.branchFeatureValue
            comparisons = [value <= limit, value < limit, value >= limit, value > limit, value == limit, value != limit]
            true = node.missingValueTracksTrueChild if math.isnan(value) else comparisons[node.nodeBehavior]
            node = nodes[tree, node.trueChildNodeId if true else node.falseChildNodeId]
        for info in node.evaluationInfo:
            sums[info.evaluationIndex] += info.evaluationValue
    return sums


@given(st.integers(0, 99), st.lists(st.sampled_from([0.0, 1.0, 1.5, 2.0, 3.0, math.nan]), min_size=4, max_size=4))
def test_ensembles_are_the_sum_of_their_trees(seed: int, vector: list[float]) -> None:
    rng = np.random.default_rng(seed)
    dimensions = int(rng.integers(1, 4))
    specification, content = models.regressor("treeEnsembleRegressor", {"x": [4]}, [dimensions])
    content.treeEnsemble.numPredictionDimensions = dimensions
    content.treeEnsemble.basePredictionValue.extend(rng.normal(size=dimensions))
    for tree in range(int(rng.integers(1, 5))):
        _grown(rng, content.treeEnsemble, tree, int(rng.integers(0, 4)), dimensions)
    assert models.predicted(specification, x=vector)["y"] == pytest.approx(_walked(content.treeEnsemble, vector))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e: setattr(e.nodes[0], "trueChildNodeId", 99), "tree 0 leads to node 99"),
        (lambda e: setattr(e.nodes[0], "nodeBehavior", 8), "nodes of known behavior"),
        (lambda e: setattr(e.nodes[1], "nodeId", 3), "declares a node once|leads to node 7"),
        (lambda e: e.nodes.add(nodeId=4, nodeBehavior=6), "one root"),
        (lambda e: setattr(e, "numPredictionDimensions", 1 << 40), "of 1099511627776 prediction dimensions"),
        (lambda e: setattr(e.nodes[1].evaluationInfo[0], "evaluationIndex", 1 << 40), "dimensions up to 1099511627776"),
    ],
)
def test_broken_trees_are_refused(change: Any, message: str) -> None:
    specification, content = models.regressor("treeEnsembleRegressor", {"x": [2]})
    content.treeEnsemble.numPredictionDimensions = 1
    _stump(content.treeEnsemble, 0)
    change(content.treeEnsemble)
    with pytest.raises(ModelError, match=message):
        models.predicted(specification, x=[0.0, 0.0])


def test_trees_that_lead_in_a_circle_end() -> None:
    specification, content = models.regressor("treeEnsembleRegressor", {"x": [2]})
    content.treeEnsemble.numPredictionDimensions = 1
    _stump(content.treeEnsemble, 0)
    content.treeEnsemble.nodes.add(nodeId=8, trueChildNodeId=9, falseChildNodeId=9)
    content.treeEnsemble.nodes.add(nodeId=9, trueChildNodeId=8, falseChildNodeId=8)
    content.treeEnsemble.nodes[0].trueChildNodeId = 8
    with pytest.raises(ModelError, match=r"one root|circle"):
        models.predicted(specification, x=[0.0, 0.0])


def test_trees_name_the_input_that_they_lack() -> None:
    specification, content = models.regressor("treeEnsembleRegressor", {"x": [1]})
    content.treeEnsemble.numPredictionDimensions = 1
    _stump(content.treeEnsemble, 0)
    with pytest.raises(InputError, match="look at input 1; the inputs have 1 numbers"):
        models.predicted(specification, x=[0.0])


# Support vectors

_KERNELS = {
    "linearKernel": ({}, lambda u, v: u @ v),
    "rbfKernel": ({"gamma": 0.3}, lambda u, v: math.exp(-0.3 * ((u - v) ** 2).sum())),
    "polyKernel": ({"gamma": 0.3, "c": 1.5, "degree": 3}, lambda u, v: (0.3 * (u @ v) + 1.5) ** 3),
    "sigmoidKernel": ({"gamma": 0.3, "c": -0.2}, lambda u, v: math.tanh(0.3 * (u @ v) - 0.2)),
}


def _support(content: Any, kernel: str, vectors: Any, sparse: bool) -> None:
    message = getattr(content.kernel, kernel)
    message.SetInParent()
    for name, value in _KERNELS[kernel][0].items():
        setattr(message, name, value)
    for vector in vectors:
        if sparse:
            nodes = content.sparseSupportVectors.vectors.add().nodes
            for place, value in enumerate(vector):
                if value:
                    nodes.add(index=place + 1, value=value)
        else:
            content.denseSupportVectors.vectors.add(values=vector)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("kernel", _KERNELS)
def test_support_vector_regression(kernel: str, sparse: bool) -> None:
    specification, content = models.regressor("supportVectorRegressor", {"x": _VECTOR})
    vectors = np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [-1.0, 1.0, 0.0]])
    _support(content, kernel, vectors, sparse)
    content.coefficients.alpha.extend([0.5, -1.5, 1.0])
    content.rho = 0.25
    likeness = [_KERNELS[kernel][1](vector, np.array(_X)) for vector in vectors]
    expected = np.dot([0.5, -1.5, 1.0], likeness) - 0.25
    assert models.predicted(specification, x=_X)["y"] == pytest.approx(expected)


def _support_classes(classes: int, probabilities: bool) -> tuple[Any, dict[str, Any], list[float]]:
    """Return a classifier, its labels' scores and the decisions between the pairs of its classes."""
    rng = np.random.default_rng(classes)
    specification, content = models.classifier("supportVectorClassifier", list("abcd"[:classes]), {"x": _VECTOR})
    counts = [2, 1, 3, 2][:classes]
    vectors, coefficients = rng.normal(size=(sum(counts), 3)), rng.normal(size=(classes - 1, sum(counts)))
    _support(content, "rbfKernel", vectors, sparse=False)
    content.numberOfSupportVectorsPerClass.extend(counts)
    for row in coefficients:
        content.coefficients.add(alpha=row)
    pairs = list(combinations(range(classes), 2))
    content.rho.extend(rng.normal(size=len(pairs)) * 0.1)
    if probabilities:
        content.probA.extend([-2.0] * len(pairs))
        content.probB.extend([0.1] * len(pairs))
    likeness = np.exp(-0.3 * ((vectors - _X) ** 2).sum(1))
    starts = np.cumsum([0, *counts])
    decisions = []
    for position, (i, j) in enumerate(pairs):
        own, other = slice(starts[i], starts[i + 1]), slice(starts[j], starts[j + 1])
        value = coefficients[j - 1, own] @ likeness[own] + coefficients[i, other] @ likeness[other]
        decisions.append(value - content.rho[position])
    return specification, models.predicted(specification, x=_X), decisions


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_support_vectors_vote(classes: int) -> None:
    _, outputs, decisions = _support_classes(classes, probabilities=False)
    votes = np.zeros(classes)
    for (i, j), decision in zip(combinations(range(classes), 2), decisions, strict=True):
        votes[i if decision > 0 else j] += 1
    assert outputs["label"] == "abcd"[int(votes.argmax())]
    assert list(outputs["scores"].values()) == pytest.approx(votes / votes.sum())


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_support_vectors_give_probabilities(classes: int) -> None:
    _, outputs, decisions = _support_classes(classes, probabilities=True)
    each = [_sigmoid(2 * decision - 0.1) for decision in decisions]
    scores = np.array(list(outputs["scores"].values()))
    assert scores.sum() == pytest.approx(1)
    assert outputs["label"] == "abcd"[int(scores.argmax())]
    np.testing.assert_allclose(scores, _coupled_exactly(classes, each), atol=5e-3)


def _coupled_exactly(classes: int, pairs: list[float]) -> Any:
    """Solve for the probabilities whose pairs differ least from the given ones."""
    matrix = np.zeros((classes + 1, classes + 1))
    for (i, j), first in zip(combinations(range(classes), 2), pairs, strict=True):
        row = np.zeros(classes)
        row[i], row[j] = 1 - first, -first
        matrix[:classes, :classes] += np.outer(row, row)
    matrix[-1, :classes] = matrix[:classes, -1] = 1
    return np.linalg.solve(matrix, np.eye(classes + 1)[-1])[:classes]


def test_probabilities_that_agree_are_kept() -> None:
    wanted = np.array([0.5, 0.3, 0.2])
    pairs = list(combinations(range(3), 2))
    each = np.array([wanted[i] / (wanted[i] + wanted[j]) for i, j in pairs])
    np.testing.assert_allclose(coupled(3, pairs, each), wanted, atol=2e-3)


def test_pairs_are_never_certain_even_where_a_decision_is_no_number() -> None:
    decisions = np.array([0.5, 1e9, -1e9, math.nan])
    chances = pair_probabilities(decisions, np.full(4, -2.0), np.zeros(4))
    assert chances.tolist() == pytest.approx([_sigmoid(1.0), 1 - 1e-7, 1e-7, 1e-7], abs=1e-12)


def test_support_vectors_that_do_not_fit_are_refused() -> None:
    specification, content = models.regressor("supportVectorRegressor", {"x": _VECTOR})
    with pytest.raises(ModelError, match="needs a kernel"):
        models.predicted(specification, x=_X)
    content.kernel.linearKernel.SetInParent()
    with pytest.raises(ModelError, match="it has none"):
        models.predicted(specification, x=_X)
    content.sparseSupportVectors.vectors.add().nodes.add(index=0, value=1.0)
    with pytest.raises(ModelError, match="begin at 1"):
        models.predicted(specification, x=_X)
    content.sparseSupportVectors.vectors[0].nodes[0].index = 2**31 - 1
    with pytest.raises(ModelError, match="may have up to"):
        models.predicted(specification, x=_X)


# Probit regression


def _probit(**features: Any) -> tuple[Any, Any]:
    outputs = {"p": "double", "mean": "double", "variance": "double", "low": "double", "drawn": "double"}
    specification, content = models.made("bayesianProbitRegressor", features, outputs)
    specification.description.predictedFeatureName = "p"
    array = specification.description.input[0].type.multiArrayType
    array.dataType = array.INT32
    content.numberOfFeatures = 2
    content.bias.mean, content.bias.precision = 0.5, 2.0
    for feature, value, mean, precision in ((0, 1, 1.0, 4.0), (0, 2, -1.0, 1.0), (1, 7, 0.25, 0.5)):
        entry = next((f for f in content.features if f.featureId == feature), None)
        weight = (content.features.add(featureId=feature) if entry is None else entry).weights.add(featureValue=value)
        weight.featureWeight.mean, weight.featureWeight.precision = mean, precision
    content.regressionInputFeatureName, content.optimismInputFeatureName = "x", "optimism"
    content.samplingScaleInputFeatureName, content.samplingTruncationInputFeatureName = "scale", "truncation"
    content.meanOutputFeatureName, content.varianceOutputFeatureName = "mean", "variance"
    content.pessimisticProbabilityOutputFeatureName, content.sampledProbabilityOutputFeatureName = "low", "drawn"
    return specification, content


def test_probit_regression() -> None:
    controls = {"optimism": "double", "scale": "double", "truncation": "double"}
    specification, _ = _probit(x=[2], **controls)
    given = {"optimism": -2.0, "scale": 0.0, "truncation": 1.0}
    outputs = models.predicted(specification, x=[1, 7], **given)
    mean, variance = 0.5 + 1.0 + 0.25, 1 / 2 + 1 / 4 + 1 / 0.5
    assert outputs["mean"] == pytest.approx(mean)
    assert outputs["variance"] == pytest.approx(variance)
    assert outputs["p"] == pytest.approx(_phi(mean / math.sqrt(1 + variance)))
    assert outputs["low"] == pytest.approx(_phi((mean - 2 * math.sqrt(variance)) / math.sqrt(1 + variance)))
    assert outputs["drawn"] == pytest.approx(_phi(mean))  # a scale of 0 draws the mean
    pairs, _ = _probit(x=[2, 2], **controls)
    assert models.predicted(pairs, x=[[1, 7], [0, 1]], **given) == outputs


def test_probit_draws_within_its_limit_and_by_the_seed() -> None:
    specification, _ = _probit(x=[2], truncation="double")
    package = models.loaded(specification).package
    first, again = (Model.load(package, Configuration(parameters={"seed": 3})) for _ in range(2))
    inputs = {"x": [1, 7], "truncation": 0.5}
    draws = [float(first.predict(inputs)["drawn"]) for _ in range(20)]
    assert draws == [float(again.predict(inputs)["drawn"]) for _ in range(20)]
    deviation = math.sqrt(2.75)
    assert len(set(draws)) == 20
    assert all(_phi(1.75 - 0.5 * deviation) <= draw <= _phi(1.75 + 0.5 * deviation) for draw in draws)


# Recommendations


def _recommender(named: bool = False) -> tuple[Any, Any]:
    """Return a recommender of four items: a and b are alike, and a and c a little; d is adjusted."""
    inputs = {"items": "dictionary of string", "count": "int64", "only": "sequence of string"}
    inputs |= {"without": "sequence of string"}
    outputs = {"list": "sequence of string", "scores": "dictionary of string"}
    specification, content = models.made("itemSimilarityRecommender", inputs, outputs)
    for feature in specification.description.input[1:]:
        feature.type.isOptional = True
    content.itemStringIds.vector.extend("abcd")
    for item, others, shift in ((0, {1: 0.9, 2: 0.2}, 0.0), (1, {0: 0.9, 3: 0.5}, 0.0), (3, {}, 1.0)):
        added = content.itemItemSimilarities.add(itemId=item, itemScoreAdjustment=shift)
        for other, similarity in others.items():
            added.similarItemList.add(itemId=other, similarityScore=similarity)
    content.itemInputFeatureName, content.numRecommendationsInputFeatureName = "items", "count"
    content.itemRestrictionInputFeatureName, content.itemExclusionInputFeatureName = "only", "without"
    content.recommendedItemListOutputFeatureName, content.recommendedItemScoreOutputFeatureName = "list", "scores"
    return specification, content


def test_recommendations() -> None:
    specification, _ = _recommender()
    given = {"a": 2.0, "unknown": 5.0}
    assert models.predicted(specification, items=given) == {
        "list": ["b", "c", "d"],
        "scores": {"b": pytest.approx(1.8), "c": pytest.approx(0.4), "d": 0.0},
    }
    assert models.predicted(specification, items=given, count=1)["list"] == ["b"]
    assert models.predicted(specification, items=given, only=["c", "d"])["list"] == ["c", "d"]
    assert models.predicted(specification, items=given, without=["b"])["list"] == ["c", "a", "d"]
    adjusted = models.predicted(specification, items={"b": 3.0})
    assert adjusted["scores"] == {"a": pytest.approx(2.7), "d": pytest.approx(0.5 * (3.0 - 1.0)), "c": 0.0}


def test_items_without_names_are_numbers() -> None:
    specification, content = models.made(
        "itemSimilarityRecommender", {"items": "sequence of int64"}, {"list": "sequence of int64"}
    )
    content.itemItemSimilarities.add(itemId=2).similarItemList.add(itemId=0, similarityScore=1.0)
    content.itemInputFeatureName, content.recommendedItemListOutputFeatureName = "items", "list"
    assert models.predicted(specification, items=[2, 9]) == {"list": [0, 1]}
    content.itemItemSimilarities.add(itemId=1 << 62)
    with pytest.raises(ModelError, match="item 4611686018427387904 is mentioned"):
        models.predicted(specification, items=[2])


# What only Core ML can run

_OPAQUE = {
    "textClassifier": "Natural Language",
    "wordTagger": "Natural Language",
    "gazetteer": "Natural Language",
    "wordEmbedding": "Natural Language",
    "visionFeaturePrint": "operating systems",
    "audioFeaturePrint": "operating systems",
    "serializedModel": "framework that wrote them",
    "customModel": 'customModel "Mine" can be described',
}


@pytest.mark.parametrize("kind", _OPAQUE)
def test_opaque_models_describe_themselves_and_say_why_they_do_not_run(kind: str) -> None:
    specification, content = models.made(kind, {"text": "string"}, {"label": "string"})
    if kind == "customModel":
        content.className = "Mine"
    model = models.loaded(specification)
    assert model.description.model_type == kind
    assert [str(feature) for feature in model.description.inputs] == ["text: string"]
    with pytest.raises(UnsupportedError, match=_OPAQUE[kind]):
        model.predict({"text": "x"})


def test_models_without_layers_cannot_be_traced() -> None:
    specification, content = models.regressor("glmRegressor", {"x": _VECTOR})
    _linear(content, rows=1)
    model = models.loaded(specification)
    assert (model.engine.name, model.engine.settings) == ("classic", "cpu, float64, glmRegressor")
    with pytest.raises(UnsupportedError, match="glmRegressor has no layers to trace"):
        model.trace({"x": _X})
