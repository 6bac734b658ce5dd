"""All trees of an ensemble as arrays, walked at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.classic.vectors import Doubles
from bertkit.errors import InputError, ModelError

Indices = NDArray[np.int64]

_LEAF = 6
# Whether a branch is true if the input is less than its value, equal to it, or greater: by number of the behavior.
_TRUE_IF = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1], [0, 1, 0], [1, 0, 1]], dtype=bool)
_MISSING = 3
_MOST_DIMENSIONS = 1 << 20  # what a file declares is not allocated unseen
_Fields = tuple[int, int, int, int, float, int, int, bool]


@dataclass(frozen=True, eq=False)
class Forest:
    """The trees of an ensemble.

    Attributes:
        features: [nodes] the input that a branch looks at.
        values: [nodes] what it compares the input with.
        next: [nodes, 4] where it leads if the input is less, equal, greater, or missing; a leaf leads to itself.
        roots: [trees] the first node of every tree.
        depth: no path is longer.
        leaves: [evaluations] the nodes of the leaf values, in ascending order.
        dimensions: [evaluations] which prediction a leaf value adds to.
        additions: [evaluations] the leaf values.
        base: [predictions] what they are added to.
    """

    features: Indices
    values: Doubles
    next: Indices
    roots: Indices
    depth: int
    leaves: Indices
    dimensions: Indices
    additions: Doubles
    base: Doubles

    @classmethod
    def of(cls, ensemble: Any) -> Forest:
        """Read a `TreeEnsemble_pb2.TreeEnsembleParameters`.

        Raises:
            ModelError: a branch leads nowhere, a tree has no root, or a leaf adds to a prediction that does not exist.
        """
        base = _base(ensemble)
        fields: list[_Fields] = [
            (n.treeId, n.nodeId, n.nodeBehavior, n.branchFeatureIndex, n.branchFeatureValue, n.trueChildNodeId,
             n.falseChildNodeId, n.missingValueTracksTrueChild)
            for n in ensemble.nodes
        ]  # fmt: skip
        behaviors = np.array([row[2] for row in fields], dtype=np.int64)
        if not fields or ((behaviors < 0) | (behaviors > _LEAF)).any():
            raise ModelError(
                f"A tree ensemble needs nodes of known behavior (0 to {_LEAF}); it has {len(fields)} nodes."
            )
        true, false, roots = _links(fields, behaviors == _LEAF)
        leads_true = np.concatenate(
            [_TRUE_IF[np.minimum(behaviors, _LEAF - 1)], np.array([row[7] for row in fields], dtype=bool)[:, None]], 1
        )
        leaves, dimensions, additions = _evaluations(ensemble, len(base))
        features = np.array([0 if row[2] == _LEAF else row[3] for row in fields], dtype=np.uint64)
        return cls(
            features=np.minimum(features, np.iinfo(np.int64).max).astype(np.int64),
            values=np.array([row[4] for row in fields], dtype=np.float64),
            next=np.where(leads_true, true[:, None], false[:, None]),
            roots=roots,
            depth=len(fields),
            leaves=leaves,
            dimensions=dimensions,
            additions=additions,
            base=base,
        )

    def evaluate(self, vector: Doubles) -> Doubles:
        """Return the sum of the values of all leaves that a vector leads to.

        Args:
            vector: [inputs] float64; NaN is a missing value.

        Returns:
            [predictions] float64.

        Raises:
            InputError: a branch looks at an input that the vector does not have.
            ModelError: nodes lead to each other in a circle.
        """
        if self.features.max() >= len(vector):
            raise InputError(f"The trees look at input {self.features.max()}; the inputs have {len(vector)} numbers.")
        reached = self._walk(vector)
        first, last = (np.searchsorted(self.leaves, reached, side) for side in ("left", "right"))
        counts = last - first
        chosen = np.repeat(first - np.concatenate([[0], counts.cumsum()[:-1]]), counts) + np.arange(counts.sum())
        sums = np.bincount(self.dimensions[chosen], self.additions[chosen], minlength=len(self.base))
        result: Doubles = self.base + sums
        return result

    def _walk(self, vector: Doubles) -> Indices:
        """Return the leaf of every tree."""
        missing = np.isnan(vector)
        some_missing = bool(missing.any())
        nodes = self.roots
        for _ in range(self.depth):
            features = self.features[nodes]
            inputs, values = vector[features], self.values[nodes]
            outcome = (inputs >= values).astype(np.int64) + (inputs > values)
            if some_missing:
                outcome = np.where(missing[features], _MISSING, outcome)
            following = self.next[nodes, outcome]
            if np.array_equal(following, nodes):
                return nodes
            nodes = following
        raise ModelError("Nodes of a tree lead to each other in a circle, and never to a leaf.")


def _base(ensemble: Any) -> Doubles:
    base = np.asarray(ensemble.basePredictionValue, dtype=np.float64)
    dimensions = ensemble.numPredictionDimensions
    largest = max((info.evaluationIndex for node in ensemble.nodes for info in node.evaluationInfo), default=0)
    if len(base) not in (0, dimensions) or not largest < dimensions <= _MOST_DIMENSIONS:
        raise ModelError(
            f"A tree ensemble of {dimensions} prediction dimensions has {len(base)} base values, and leaves for "
            f"dimensions up to {largest}."
        )
    return base if len(base) else np.zeros(dimensions)


def _links(fields: list[_Fields], is_leaf: NDArray[np.bool_]) -> tuple[Indices, Indices, Indices]:
    """Return the nodes that every node leads to if it is true and if it is false, and the roots."""
    position = {(row[0], row[1]): index for index, row in enumerate(fields)}
    own = np.arange(len(fields))
    try:
        true = np.array([i if row[2] == _LEAF else position[row[0], row[5]] for i, row in enumerate(fields)])
        false = np.array([i if row[2] == _LEAF else position[row[0], row[6]] for i, row in enumerate(fields)])
    except KeyError as error:
        tree, node = error.args[0]
        raise ModelError(f"A branch of tree {tree} leads to node {node}, which the tree does not declare.") from error
    led_to = np.zeros(len(fields), dtype=bool)
    led_to[true[~is_leaf]] = led_to[false[~is_leaf]] = True
    roots = own[~led_to]
    trees = [fields[index][0] for index in roots]
    if len(position) != len(fields) or len(trees) != len(set(trees)) or len(trees) != len({row[0] for row in fields}):
        raise ModelError("Every tree of an ensemble has one root, and declares a node once; this one does not.")
    return true, false, roots


def _evaluations(ensemble: Any, dimensions: int) -> tuple[Indices, Indices, Doubles]:
    """Return node, dimension and value of everything that leaves add."""
    rows = [
        (index, info.evaluationIndex, info.evaluationValue)
        for index, node in enumerate(ensemble.nodes)
        if node.nodeBehavior == _LEAF
        for info in node.evaluationInfo
    ]
    leaves, indices, values = zip(*rows, strict=True) if rows else ((), (), ())
    return np.array(leaves, dtype=np.int64), np.array(indices, dtype=np.int64), np.array(values, dtype=np.float64)
