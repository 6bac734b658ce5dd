"""What a classifier makes of its probabilities: a label, and the probability of every label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import ModelError

Array = NDArray[Any]
Label = str | int


def labels_of(content: Any) -> tuple[Label, ...]:
    """Return the class labels of a classifier in the order of its probabilities.

    Args:
        content: the message of a model type; one without labels has none.
    """
    if "ClassLabels" not in content.DESCRIPTOR.oneofs_by_name:
        return ()
    field = content.WhichOneof("ClassLabels")
    return tuple(getattr(content, field).vector) if field else ()


@dataclass(frozen=True)
class Classes:
    """How the probabilities of a network become the outputs that a classifier declares.

    Attributes:
        labels: strings or integers, one a probability.
        label_output: the output that holds the most probable label.
        probabilities_output: the output that holds the probabilities; empty where none does.
        as_dictionary: whether the probabilities are declared as a dictionary by label, not as an array.
    """

    labels: tuple[Label, ...]
    label_output: str
    probabilities_output: str
    as_dictionary: bool

    @classmethod
    def of(cls, specification: Any, function: str = "main") -> Classes | None:
        """Read them from a `Model_pb2.Model`; None for a model that is no classifier with a graph.

        Args:
            specification: the model.
            function: of an ML Program, the one that classifies.
        """
        kind = specification.WhichOneof("Type")
        if kind not in ("neuralNetworkClassifier", "mlProgram"):
            return None
        functions = {described.name: described for described in specification.description.functions}
        description = functions.get(function, specification.description)
        if not description.predictedFeatureName:
            return None
        name = description.predictedProbabilitiesName
        kinds = {feature.name: feature.type.WhichOneof("Type") for feature in description.output}
        is_program = kind == "mlProgram"
        return cls(
            labels=_program_labels(specification.mlProgram, function)
            if is_program
            else labels_of(specification.neuralNetworkClassifier),
            label_output=description.predictedFeatureName,
            probabilities_output=name if name in kinds else "",
            as_dictionary=kinds.get(name) == "dictionaryType",
        )

    @property
    def carrier(self) -> str:
        """The output under which the network itself returns its probabilities."""
        return self.probabilities_output or self.label_output

    def outputs(self, returned: Mapping[str, Array]) -> dict[str, Any]:
        """Replace the probabilities among the outputs of the network by what the classifier declares.

        Returns:
            The label as an array of shape [], and the probabilities as declared: an array, or a dictionary by label.

        Raises:
            ModelError: there are more or fewer probabilities than labels.
        """
        outputs: dict[str, Any] = dict(returned)
        probabilities = outputs.pop(self.carrier)
        if probabilities.size != len(self.labels):
            raise ModelError(
                f"The classifier has {len(self.labels)} labels, and its network returns {probabilities.size} "
                f"probabilities of shape {list(probabilities.shape)}; wanted one each."
            )
        flat = probabilities.reshape(-1)
        outputs[self.label_output] = np.asarray(self.labels[int(flat.argmax())])
        if self.probabilities_output:
            by_label = dict(zip(self.labels, flat.tolist(), strict=True))
            outputs[self.probabilities_output] = by_label if self.as_dictionary else probabilities
        return outputs


def _program_labels(program: Any, name: str) -> tuple[Label, ...]:
    """Return the labels that the `classify` operation of a function states."""
    function = program.functions.get(name)
    block = None if function is None else function.block_specializations.get(function.opset)
    for operation in () if block is None else block.operations:
        if operation.type == "classify" and "classes" in operation.inputs:
            stated = operation.inputs["classes"].arguments[0].value.immediateValue.list.values
            return tuple(_label(value.immediateValue.tensor) for value in stated)
    raise ModelError(
        f'The function "{name}" is described as a classifier, but holds no classify operation with labels.'
    )


def _label(tensor: Any) -> Label:
    kind = tensor.WhichOneof("value")
    label = getattr(tensor, kind).values[0] if kind else 0
    return str(label) if kind == "strings" else int(label)
