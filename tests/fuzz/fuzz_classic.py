"""Small valid models of the types that need no graph, as seeds."""

from __future__ import annotations

from typing import Any

import classic_models as models

_VECTOR = [3]


def linear_regressor() -> Any:
    specification, content = models.regressor("glmRegressor", {"x": _VECTOR})
    content.weights.add(value=[1.0, 2.0, -0.5])
    content.offset.append(0.3)
    return specification


def linear_classifier() -> Any:
    specification, content = models.classifier("glmClassifier", ["a", "b"], {"x": _VECTOR})
    content.weights.add(value=[0.25, -1.0, 0.5])
    content.offset.append(-0.2)
    content.postEvaluationTransform = 0
    return specification


def forest() -> Any:
    specification, content = models.regressor("treeEnsembleRegressor", {"x": _VECTOR})
    ensemble = content.treeEnsemble
    ensemble.numPredictionDimensions = 1
    ensemble.basePredictionValue.append(0.5)
    ensemble.nodes.add(nodeId=0, branchFeatureIndex=2, branchFeatureValue=0.5, trueChildNodeId=1, falseChildNodeId=2)
    for node in (1, 2):
        leaf = ensemble.nodes.add(nodeId=node, nodeBehavior=6)
        leaf.evaluationInfo.add(evaluationIndex=0, evaluationValue=float(node))
    return specification


def support_vectors() -> Any:
    specification, content = models.regressor("supportVectorRegressor", {"x": _VECTOR})
    content.kernel.rbfKernel.gamma = 0.3
    for index in (1, 3):
        content.sparseSupportVectors.vectors.add().nodes.add(index=index, value=1.0)
    content.coefficients.alpha.extend([0.5, -1.5])
    content.rho = 0.25
    return specification


def one_hot() -> Any:
    specification, content = models.made("oneHotEncoder", {"x": "string"}, {"y": [2]})
    content.stringCategories.vector.extend(["a", "b"])
    content.handleUnknown = 1
    return specification


def scaler() -> Any:
    specification, content = models.made("scaler", {"x": _VECTOR}, {"y": _VECTOR})
    content.shiftValue.extend([1.0, 0.0, -1.0])
    content.scaleValue.append(2.0)
    return specification


def imputer() -> Any:
    specification, content = models.made("imputer", {"x": _VECTOR}, {"y": _VECTOR})
    content.imputedDoubleArray.vector.extend([1.0, 2.0, 3.0])
    content.replaceDoubleValue = -1.0
    return specification


def normalizer() -> Any:
    specification, content = models.made("normalizer", {"x": _VECTOR}, {"y": _VECTOR})
    content.normType = 2
    return specification


def extractor() -> Any:
    specification, content = models.made("arrayFeatureExtractor", {"x": _VECTOR}, {"y": [2]})
    content.extractIndex.extend([2, 0])
    return specification


def dictionary_vectorizer() -> Any:
    specification, content = models.made("dictVectorizer", {"x": "dictionary of string"}, {"y": [2]})
    content.stringToIndex.vector.extend(["a", "b"])
    return specification


def categories() -> Any:
    specification, content = models.made("categoricalMapping", {"x": "string"}, {"y": "int64"})
    content.stringToInt64Map.map["a"] = 7
    content.int64Value = -1
    return specification


def recommender() -> Any:
    inputs = {"items": "dictionary of string", "count": "int64"}
    outputs = {"list": "sequence of string", "scores": "dictionary of string"}
    specification, content = models.made("itemSimilarityRecommender", inputs, outputs)
    content.itemStringIds.vector.extend("abc")
    content.itemItemSimilarities.add(itemId=0).similarItemList.add(itemId=1, similarityScore=0.9)
    content.itemInputFeatureName, content.numRecommendationsInputFeatureName = "items", "count"
    content.recommendedItemListOutputFeatureName, content.recommendedItemScoreOutputFeatureName = "list", "scores"
    return specification


SEEDS = (
    linear_regressor, linear_classifier, forest, support_vectors, one_hot, scaler, imputer, normalizer, extractor,
    dictionary_vectorizer, categories, recommender,
)  # fmt: skip
