"""Which function reads which model type."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bertkit.coreml.description import Function

Predictor = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Checked inputs by name to outputs by name; an optional input that was not given may be missing."""


@dataclass(frozen=True, eq=False)
class Subject:
    """What a model is read from.

    Attributes:
        kind: its type in the specification, for example `scaler`.
        content: the message of that type.
        function: its inputs and outputs.
        rng: for the few models that draw random numbers.
    """

    kind: str
    content: Any
    function: Function
    rng: np.random.Generator = field(default_factory=np.random.default_rng)

    @property
    def input(self) -> str:
        """The name of the first input."""
        return self.function.inputs[0].name

    @property
    def output(self) -> str:
        """The name of the first output."""
        return self.function.outputs[0].name


_FILES = {
    "glmRegressor": "linear",
    "glmClassifier": "linear",
    "supportVectorRegressor": "support_vectors",
    "supportVectorClassifier": "support_vectors",
    "treeEnsembleRegressor": "trees",
    "treeEnsembleClassifier": "trees",
    "bayesianProbitRegressor": "probit",
    "itemSimilarityRecommender": "recommender",
    "classConfidenceThresholding": "identity",
    "oneHotEncoder": "one_hot",
    "imputer": "imputer",
    "featureVectorizer": "vectorizers",
    "dictVectorizer": "vectorizers",
    "scaler": "scaling",
    "categoricalMapping": "categories",
    "normalizer": "scaling",
    "arrayFeatureExtractor": "extractor",
    "nonMaximumSuppression": "suppression",
    "identity": "identity",
    "soundAnalysisPreprocessing": "sound",
}

KINDS = tuple(_FILES)
"""The model types that are read here."""


def load(subject: Subject) -> Predictor:
    """Read a model of one of the `KINDS`.

    Raises:
        ModelError: its parts do not fit together.
    """
    module = importlib.import_module(f"bertkit.coreml.classic.{_FILES[subject.kind]}")
    predictor: Predictor = module.READERS[subject.kind](subject)
    return predictor
