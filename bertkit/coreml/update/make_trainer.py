"""Finds the trainer for a model."""

from __future__ import annotations

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.kinds import NETWORKS, PIPELINES
from bertkit.coreml.package import Package
from bertkit.coreml.update.semantics import Semantics
from bertkit.coreml.update.trainer import Trainer
from bertkit.coreml.validate import why_not_updatable
from bertkit.errors import ModelError, UnsupportedError

_SHOWN_PROBLEMS = 3


def make_trainer(package: Package, configuration: Configuration, semantics: Semantics) -> Trainer:
    """Return what trains a model.

    Args:
        package: the model.
        configuration: how the models before the last one of a pipeline are run.
        semantics: what the specification leaves open.

    Raises:
        ModelError: the model is not updatable; the message says why.
        UnsupportedError: models of its type cannot be updated.
    """
    check_updatable(package)
    return _trainer(package, configuration, semantics)


def _trainer(package: Package, configuration: Configuration, semantics: Semantics) -> Trainer:
    if package.model_type in NETWORKS:
        from bertkit.coreml.update.network_trainer import NetworkTrainer

        return NetworkTrainer(package, semantics)
    if package.model_type in PIPELINES:
        from bertkit.coreml.update.pipeline_trainer import PipelineTrainer

        return PipelineTrainer(package, configuration, lambda last: _trainer(last, configuration, semantics))
    if package.model_type == "kNearestNeighborsClassifier":
        from bertkit.coreml.update.neighbors_trainer import NeighborsTrainer

        return NeighborsTrainer(package)
    raise UnsupportedError(f'{package.path}: a model of the type "{package.model_type}" cannot be updated.')


def check_updatable(package: Package) -> None:
    """Refuse a model that is not updatable.

    Raises:
        ModelError: the message holds the first reasons.
    """
    problems = why_not_updatable(package)
    if problems:
        shown = "; ".join(str(problem) for problem in problems[:_SHOWN_PROBLEMS])
        more = f"; and {len(problems) - _SHOWN_PROBLEMS} more" if len(problems) > _SHOWN_PROBLEMS else ""
        raise ModelError(f"{package.path} cannot be updated: {shown}{more}.")
