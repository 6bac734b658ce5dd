"""Rules about the numbers of axes, where a network of any rank states them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.validate.features import kind_of
from bertkit.coreml.validate.network.inputs import uses_any_rank
from bertkit.coreml.validate.network.layers import RANKS
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_RANK_5 = 5
_IMAGE_RANK = 4


@rule("layer.tensors", *NETWORKS)
def tensors_describe_blobs(subject: Subject) -> Iterable[Finding]:
    """Where a layer describes its tensors, it describes all of them, and each consistently."""
    if not uses_any_rank(subject):
        return
    for step in subject.network.steps:
        layer = step.layer
        for role, blobs, tensors in (
            ("inputs", layer.input, layer.inputTensor),
            ("outputs", layer.output, layer.outputTensor),
        ):
            if tensors and len(tensors) != len(blobs):
                yield step.where, f"The layer has {len(blobs)} {role} but describes {len(tensors)} of them."
            for tensor in tensors:
                if tensor.dimValue and len(tensor.dimValue) != tensor.rank:
                    yield (
                        step.where,
                        f"A tensor of rank {tensor.rank} has the {len(tensor.dimValue)} sizes {list(tensor.dimValue)}.",
                    )


@rule("network.ranks", *NETWORKS)
def ranks_agree(subject: Subject) -> Iterable[Finding]:
    """A blob has the same rank wherever it is stated."""
    if not uses_any_rank(subject):
        return
    known = _interface_ranks(subject)
    for step in subject.network.steps:
        if step.nested:
            continue
        for blob, rank in _stated(step.layer):
            if known.setdefault(blob, rank) != rank:
                yield step.where, f'The blob "{blob}" has rank {rank} here and rank {known[blob]} elsewhere.'


@rule("layer.ranks", *NETWORKS)
def ranks_fit_layers(subject: Subject) -> Iterable[Finding]:
    """Layers from before Core ML 3 have limits on ranks, and keep the rank of their input."""
    if not uses_any_rank(subject):
        return
    known = _interface_ranks(subject)
    for step in subject.network.steps:
        if not step.nested:
            known.update(_stated(step.layer))
        wanted = RANKS.get(step.kind)
        if wanted is None:
            continue
        ranks = [known[blob] for blob in (*step.layer.input[:1], *step.layer.output[:1]) if blob in known]
        for rank in ranks:
            if rank not in wanted:
                yield step.where, f"A layer of type {step.kind} takes tensors of rank {wanted}; here one has {rank}."
        if len(set(ranks)) > 1:
            yield (
                step.where,
                f"A layer of type {step.kind} keeps the rank; here it turns rank {ranks[0]} into {ranks[1]}.",
            )


def _stated(layer: Any) -> Iterator[tuple[str, int]]:
    """Yield the blobs of a layer whose ranks it states."""
    for blobs, tensors in ((layer.input, layer.inputTensor), (layer.output, layer.outputTensor)):
        if len(blobs) == len(tensors):
            for blob, tensor in zip(blobs, tensors, strict=True):
                yield blob, int(tensor.rank)


def _interface_ranks(subject: Subject) -> dict[str, int]:
    ranks: dict[str, int] = {}
    content, description = subject.content, subject.description
    for feature in description.input:
        if kind_of(feature) == "multiArrayType":
            exact = content.arrayInputShapeMapping
            ranks[feature.name] = len(feature.type.multiArrayType.shape) if exact else _RANK_5
        elif kind_of(feature) == "imageType":
            ranks[feature.name] = _IMAGE_RANK if content.imageInputShapeMapping else _RANK_5
    for feature in description.output:
        if kind_of(feature) == "multiArrayType" and feature.type.multiArrayType.shape:
            ranks[feature.name] = len(feature.type.multiArrayType.shape)
    return ranks
