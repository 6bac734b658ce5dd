"""AdamW, with a rate that may fall from layer to layer, and the course of the rate. Imports torch."""

from __future__ import annotations

import re

import torch
from torch import nn

from bertkit.train.settings import Settings

_LAYER = re.compile(r"\.(?:layer|layers|albert_layer_groups)\.(\d+)\.")
_EMBEDDINGS = re.compile(r"\bembeddings\.|embedding_transformation|embeddings_project")
_BASE_SHARE = "share"


def make_optimizer(learner: nn.Module, settings: Settings) -> torch.optim.AdamW:
    """Return AdamW over what is trained; only matrices decay.

    Args:
        learner: network and what a stage adds to it.
        settings: rates and decays.
    """
    trained = [(name, value) for name, value in learner.named_parameters() if value.requires_grad]
    depths = [_depth(name) for name, _ in trained]
    top = max((depth for depth in depths if depth is not None), default=0) + 1
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for (_, value), depth in zip(trained, depths, strict=True):
        below_top = 0 if depth is None else top - depth
        decay = settings.weight_decay if value.ndim > 1 else 0.0
        groups.setdefault((settings.layer_decay**below_top, decay), []).append(value)
    listed = [
        {"params": params, _BASE_SHARE: share, "weight_decay": decay} for (share, decay), params in groups.items()
    ]
    return torch.optim.AdamW(listed, lr=settings.rate, betas=(0.9, settings.beta2), fused=True)


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the rate of the head; each layer keeps its share of it."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group[_BASE_SHARE]


def rate_at(fraction: float, settings: Settings) -> float:
    """Return the rate after a fraction of the training: rising in a line, then falling in a line to zero."""
    if fraction < settings.warm_up:
        return settings.rate * fraction / settings.warm_up
    return settings.rate * max(0.0, 1.0 - fraction) / max(1e-9, 1.0 - settings.warm_up)


def _depth(name: str) -> int | None:
    """Return 0 for embeddings, 1 for the first layer and so on; None for what stands on top."""
    if _EMBEDDINGS.search(name):
        return 0
    layer = _LAYER.search(name)
    return None if layer is None else int(layer[1]) + 1
