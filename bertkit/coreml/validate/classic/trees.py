"""Rules about tree ensembles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bertkit.coreml.validate.classic.nodes import Key
from bertkit.coreml.validate.interface.classes import labels_of
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_KINDS = ("treeEnsembleRegressor", "treeEnsembleClassifier")
_BINARY = 2


@rule("tree.dimensions", *_KINDS)
def dimensions_are_stated(subject: Subject) -> Iterable[Finding]:
    """An ensemble predicts at least one number, and its base values fit."""
    ensemble = subject.content.treeEnsemble
    dimensions, base = ensemble.numPredictionDimensions, len(ensemble.basePredictionValue)
    if dimensions == 0:
        yield "", "numPredictionDimensions must be positive, it is 0."
    if base not in (0, dimensions):
        yield "", f"There are {base} base prediction values for {dimensions} dimensions; wanted none or one each."


@rule("tree.classes", "treeEnsembleClassifier")
def dimensions_fit_classes(subject: Subject) -> Iterable[Finding]:
    """One dimension stands for two classes, more for one class each."""
    _, labels = labels_of(subject.content)
    dimensions = subject.content.treeEnsemble.numPredictionDimensions
    wanted = _BINARY if dimensions == 1 else dimensions
    if labels and len(labels) != wanted:
        yield "", f"{dimensions} prediction dimensions stand for {wanted} classes; there are {len(labels)}."


@rule("tree.behavior", *_KINDS)
def behaviors_are_known(subject: Subject) -> Iterable[Finding]:
    """Every node is a leaf or one of six kinds of branch."""
    for node in subject.tree_nodes:
        if not 0 <= node.behavior <= node.message.LeafNode:
            yield node.place, f"The node has the unknown behavior {node.behavior}."


@rule("tree.unique", *_KINDS)
def nodes_are_unique(subject: Subject) -> Iterable[Finding]:
    """A tree declares a node once."""
    seen = set()
    for node in subject.tree_nodes:
        if node.key in seen:
            yield node.place, "The node is declared more than once."
        seen.add(node.key)


@rule("tree.leaves", *_KINDS)
def leaves_have_values(subject: Subject) -> Iterable[Finding]:
    """A leaf gives values, for dimensions that exist, one each."""
    dimensions = subject.content.treeEnsemble.numPredictionDimensions
    for node in subject.tree_nodes:
        if node.behavior != node.message.LeafNode:
            continue
        indices = [info.evaluationIndex for info in node.message.evaluationInfo]
        if not indices:
            yield node.place, "The leaf has no evaluation value."
        elif max(indices) >= dimensions:
            yield node.place, f"The leaf has a value for dimension {max(indices)} of {dimensions}."
        elif len(set(indices)) < len(indices):
            yield node.place, "The leaf has several values for one dimension."


@rule("tree.children", *_KINDS)
def children_exist(subject: Subject) -> Iterable[Finding]:
    """A branch leads to two nodes of its tree that no other branch leads to."""
    declared = {node.key for node in subject.tree_nodes}
    parents: dict[Key, Key] = {}
    for node in subject.tree_nodes:
        for child in node.children:
            if child not in declared:
                yield node.place, f"The branch leads to node {child[1]}, which its tree does not declare."
            elif child == node.key:
                yield node.place, "The branch leads to itself."
            elif child in parents:
                yield (
                    node.place,
                    f"The branch leads to node {child[1]}, to which node {parents[child][1]} leads already.",
                )
            else:
                parents[child] = node.key


@rule("tree.roots", *_KINDS)
def trees_have_one_root(subject: Subject) -> Iterable[Finding]:
    """A tree has exactly one node that no branch leads to, and from it all others are reached."""
    children = {node.key: node.children for node in subject.tree_nodes}
    led_to = {child for node in subject.tree_nodes for child in node.children}
    roots = [key for key in children if key not in led_to]
    for tree, count in Counter(tree for tree, _ in roots).items():
        if count > 1:
            yield f"tree {tree}", f"The tree has {count} root nodes; wanted one."
    reached, pending = set(roots), list(roots)
    while pending:
        for child in children[pending.pop()]:
            if child in children and child not in reached:
                reached.add(child)
                pending.append(child)
    for tree, count in sorted(Counter(tree for tree, _ in children.keys() - reached).items()):
        yield f"tree {tree}", f"{count} nodes of the tree lead to each other in a circle, and no root to them."
