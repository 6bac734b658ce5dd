"""The rule that every layer's parameters make sense; `*_parameters.py` hold what that means for each type."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.validate.network import other_parameters as other_parameters
from bertkit.coreml.validate.network import shape_parameters as shape_parameters
from bertkit.coreml.validate.network import spatial_parameters as spatial_parameters
from bertkit.coreml.validate.network.parameter_rule import PARAMETER_CHECKS
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject


@rule("layer.parameters", *NETWORKS)
def parameters_make_sense(subject: Subject) -> Iterable[Finding]:
    """The parameters of every layer are within what its type allows."""
    for step in subject.network.steps:
        for check in PARAMETER_CHECKS.get(step.kind, ()):
            for message in check(step.layer, getattr(step.layer, step.kind)):
                yield step.where, message
