"""Normalization over the last axis, written out, and the mean-variance layer of older networks."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, fx
from torch.nn import functional

from bertkit.coreml.lowering.fusions.terms import Reader


def match_layer_norm(reader: Reader, node: fx.Node) -> dict[str, Any] | None:
    """Match gamma * (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon) + beta; gamma and beta may be missing."""
    summands, rest = reader.total(node)
    if rest != 0 or len(summands) > 2:
        return None
    beta = next((each for each in summands if reader.constant(each) is not None), None)
    others = [each for each in summands if each is not beta]
    if len(others) != 1:
        return None
    matched = _match_scaled(reader, others[0])
    return None if matched is None else {**matched, "beta": beta}


def layer_norm(x: Tensor, axis: int, epsilon: float, gamma: Tensor | None = None, beta: Tensor | None = None) -> Tensor:
    """Normalize over one axis, then multiply by gamma and add beta, which broadcast."""
    if axis % x.ndim == x.ndim - 1 and _fits(gamma, x) and _fits(beta, x):
        return functional.layer_norm(x, x.shape[-1:], _flat(gamma), _flat(beta), epsilon)
    centered = x - x.mean(axis, keepdim=True)
    normalized = centered * torch.rsqrt(centered.square().mean(axis, keepdim=True) + epsilon)
    scaled = normalized if gamma is None else normalized * gamma
    return scaled if beta is None else scaled + beta


def match_mean_variance(reader: Reader, node: fx.Node) -> dict[str, Any] | None:
    """Match a network's `mvn` that divides by the deviation."""
    term = reader.term(node)
    return {"x": term.operands[0], **term.options} if term is not None and term.kind == "mvn" else None


def mean_variance(x: Tensor, axes: int, epsilon: float) -> Tensor:
    """Normalize over the last axes."""
    return functional.layer_norm(x, x.shape[-axes:], eps=epsilon)


def _match_scaled(reader: Reader, node: fx.Node) -> dict[str, Any] | None:
    """Match everything but beta: a product of the difference, the inverse deviation and perhaps gamma."""
    for whole in ([], reader.inside(node)):
        factors, number = reader.product(node, whole)
        gamma = next((each for each in factors if reader.constant(each) is not None), None)
        others = [each for each in factors if each is not gamma]
        if number != 1:
            return None
        if len(others) == 1:
            term = reader.term(others[0])
            if term is not None and term.kind == "div":
                return _normalized(reader, term.operands[0], term.operands[1], "sqrt", gamma)
        for difference, inverse in (others, others[::-1]) if len(others) == 2 else ():
            matched = _normalized(reader, difference, inverse, "rsqrt", gamma)
            if matched is not None:
                return matched
    return None


def _normalized(
    reader: Reader, difference: Any, deviation: Any, kind: str, gamma: fx.Node | None
) -> dict[str, Any] | None:
    """Match a difference from the mean, and the deviation that goes with it."""
    centered = _centered(reader, difference)
    root = reader.term(deviation)
    if centered is None or root is None or root.kind != kind:
        return None
    summands, epsilon = reader.total(root.operands[0])
    variance = reader.term(summands[0]) if len(summands) == 1 else None
    if variance is None or variance.kind != "mean" or variance.options["axis"] != centered[1]:
        return None
    square = reader.term(variance.operands[0])
    if square is None or not _is_square(reader, square.kind, square.operands, centered):
        return None
    total = epsilon + root.options.get("epsilon", 0.0)
    return {"x": centered[0], "axis": centered[1], "epsilon": total, "gamma": gamma}


def _centered(reader: Reader, value: Any) -> tuple[fx.Node, int] | None:
    """Return x and the axis of x - mean(x)."""
    term = reader.term(value)
    mean = reader.term(term.operands[1]) if term is not None and term.kind == "sub" else None
    if term is None or mean is None or mean.kind != "mean" or mean.operands[0] is not term.operands[0]:
        return None
    return term.operands[0], mean.options["axis"]


def _is_square(reader: Reader, kind: str, operands: tuple[Any, ...], centered: tuple[fx.Node, int]) -> bool:
    if kind == "pow":
        return reader.number(operands[1]) == 2 and _centered(reader, operands[0]) == centered
    return kind == "mul" and all(_centered(reader, operand) == centered for operand in operands)


def _fits(values: Tensor | None, x: Tensor) -> bool:
    """Say whether values are one for each place along the last axis of x."""
    return values is None or (values.numel() == x.shape[-1] and values.shape[-1:] == x.shape[-1:])


def _flat(values: Tensor | None) -> Tensor | None:
    return None if values is None else values.reshape(-1)
