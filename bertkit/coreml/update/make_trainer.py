"""Finds the trainer for a model."""

from __future__ import annotations

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.package import Package
from bertkit.coreml.update.semantics import Semantics
from bertkit.coreml.update.trainer import Trainer
from bertkit.coreml.validate import why_not_updatable
from bertkit.errors import ModelError, UnsupportedError

_SHOWN_PROBLEMS = 3


def make_trainer(package: Package, semantics: Semantics) -> Trainer:
    """Return what trains a model.

    Raises:
        ModelError: the model is not updatable; the message says why.
        UnsupportedError: models of its type cannot be updated here.
    """
    check_updatable(package)
    if package.model_type in NETWORKS:
        from bertkit.coreml.update.network_trainer import NetworkTrainer

        return NetworkTrainer(package, semantics)
    raise UnsupportedError(f'{package.path}: updating a "{package.model_type}" is not supported yet.')


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
