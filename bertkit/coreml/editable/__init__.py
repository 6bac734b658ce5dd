"""Makes models that can be updated where they run: marks layers, writes update parameters and training inputs."""

from __future__ import annotations

from bertkit.coreml.editable.neighbors import nearest_neighbors
from bertkit.coreml.editable.network import make_updatable
from bertkit.coreml.editable.optimizers import Adam, Sgd
from bertkit.coreml.editable.pipelines import link, pipeline

__all__ = ["Adam", "Sgd", "link", "make_updatable", "nearest_neighbors", "pipeline"]
