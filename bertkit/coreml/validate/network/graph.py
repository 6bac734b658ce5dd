"""Rules about how the layers of a network hang together."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.validate.network.layers import arity_of
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_CLASSIFIER = "neuralNetworkClassifier"


@rule("network.layers", *NETWORKS)
def has_layers(subject: Subject) -> Iterable[Finding]:
    """A network has at least one layer."""
    if not subject.content.layers:
        yield "", "A neural network must have at least one layer; it has none."


@rule("layer.type", *NETWORKS)
def layers_have_types(subject: Subject) -> Iterable[Finding]:
    """Every layer is of a known type."""
    for step in subject.network.steps:
        if not step.kind:
            yield step.where, "The layer has no type, or one that is newer than this specification."


@rule("layer.inputs", *NETWORKS)
def input_counts_fit(subject: Subject) -> Iterable[Finding]:
    """A layer has as many inputs as its type takes."""
    for step in subject.network.steps:
        wanted = arity_of(step.kind).inputs
        if step.kind and len(step.layer.input) not in wanted:
            yield step.where, f"A layer of type {step.kind} has {wanted} inputs; this one has {len(step.layer.input)}."


@rule("layer.outputs", *NETWORKS)
def output_counts_fit(subject: Subject) -> Iterable[Finding]:
    """A layer has as many outputs as its type gives."""
    for step in subject.network.steps:
        wanted = arity_of(step.kind).outputs
        if step.kind and len(step.layer.output) not in wanted:
            yield (
                step.where,
                f"A layer of type {step.kind} has {wanted} outputs; this one has {len(step.layer.output)}.",
            )


@rule("network.undefined-blob", *NETWORKS)
def blobs_are_produced_before_use(subject: Subject) -> Iterable[Finding]:
    """A layer consumes inputs of the model and outputs of earlier layers that are visible to it."""
    for step in subject.network.steps:
        for blob in step.undefined:
            yield step.where, f'The layer consumes "{blob}", which no input or earlier layer visible to it produces.'


@rule("network.repeated-blob", *NETWORKS)
def blobs_are_produced_once(subject: Subject) -> Iterable[Finding]:
    """Only a copy layer may produce a blob that exists already."""
    for step in subject.network.steps:
        if step.kind != "copy":
            for blob, producers in step.repeated:
                yield (
                    step.where,
                    f'The layer produces "{blob}", which {producers} produced already. Only a copy layer may do so.',
                )


@rule("network.missing-output", *NETWORKS)
def outputs_are_produced(subject: Subject) -> Iterable[Finding]:
    """Every output of the model is produced by a layer; those for a label are not blobs."""
    description = subject.description
    made_elsewhere = set()
    if subject.kind == _CLASSIFIER:
        made_elsewhere = {description.predictedFeatureName, description.predictedProbabilitiesName}
    for output in description.output:
        if output.name not in subject.network.produced and output.name not in made_elsewhere:
            yield f"output {output.name}", f'No layer of the network produces the output "{output.name}".'


@rule("network.probability-layer", _CLASSIFIER)
def probabilities_are_produced(subject: Subject) -> Iterable[Finding]:
    """The blob that a classifier reads its probabilities from exists."""
    blob = subject.content.labelProbabilityLayerName
    if blob and blob not in subject.network.produced:
        yield "", f'The probabilities are read from "{blob}", which no layer of the network produces.'


@rule("layer.copy", *NETWORKS)
def copies_rename(subject: Subject) -> Iterable[Finding]:
    """A copy goes to another name."""
    for step in subject.network.steps:
        if step.kind == "copy" and list(step.layer.input) == list(step.layer.output) != []:
            yield (
                step.where,
                f'The copy layer has "{step.layer.input[0]}" as its input and its output; they must differ.',
            )
