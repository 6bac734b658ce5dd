"""Cases of recurrent ops, of scattering and of small integers; see `lowering_cases`."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from lowering_support import Array, Case

_RNG = np.random.default_rng(19)
_STEPS, _BATCH, _IN, _HIDDEN = 4, 3, 5, 2


def _floats(*shape: int) -> Array:
    return _RNG.normal(size=shape).astype(np.float32)


_SEQUENCE, _STATE, _MEMORY = _floats(_STEPS, _BATCH, _IN), _floats(_BATCH, _HIDDEN), _floats(_BATCH, _HIDDEN)


def _weights(gates: int) -> tuple[Array, Array, Array]:
    return _floats(gates * _HIDDEN, _IN), _floats(gates * _HIDDEN, _HIDDEN), _floats(gates * _HIDDEN)


def _arranged(values: Array, order: str, torchs: str) -> torch.Tensor:
    """Reorder the gates from the order of Core ML to that of torch."""
    gates = np.split(values, len(order))
    return torch.from_numpy(np.concatenate([gates[order.index(gate)] for gate in torchs]))


def _by_torch(module: Any, order: str, torchs: str, weights: list[tuple[Array, ...]], *states: Array) -> Any:
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    values = {
        f"{name}_l0{suffix}": _arranged(array, order, torchs)
        for suffix, arrays in zip(("", "_reverse"), weights, strict=False)
        for name, array in zip(names, arrays, strict=True)
    }
    module.load_state_dict(values)
    initial = tuple(torch.from_numpy(state) for state in states)
    with torch.no_grad():
        return module(torch.from_numpy(_SEQUENCE), initial if len(initial) > 1 else initial[0])


def _lstm(direction: str) -> Case:
    both = direction == "bidirectional"
    ways = [_weights(4) for _ in range(2 if both else 1)]
    state, memory = (np.concatenate([value] * len(ways), 1) for value in (_STATE, _MEMORY))
    initial = [value.reshape(_BATCH, len(ways), _HIDDEN).transpose(1, 0, 2).copy() for value in (state, memory)]
    module = torch.nn.LSTM(_IN, _HIDDEN, bidirectional=both)
    padded = [(*way, np.zeros_like(way[2])) for way in ways]
    outputs, (hidden, cell) = _by_torch(module, "ifog", "ifgo", padded, *initial)
    names = ("weight_ih", "weight_hh", "bias")
    back = {f"{name}_back": value for name, value in zip(names, ways[-1], strict=True)} if both else {}
    return Case(
        "lstm",
        {"x": _SEQUENCE, "initial_h": state, "initial_c": memory},
        {**dict(zip(names, ways[0], strict=True)), **back, "direction": direction, "output_sequence": True},
        [outputs.numpy(), *(value.transpose(0, 1).reshape(_BATCH, -1).numpy() for value in (hidden, cell))],
    )


def _gru() -> Case:
    weight_ih, weight_hh, bias = _weights(3)
    input_bias = _floats(3 * _HIDDEN)
    module = torch.nn.GRU(_IN, _HIDDEN)
    outputs, hidden = _by_torch(
        module, "rnz", "rzn", [(weight_ih, weight_hh, input_bias, bias)], _STATE[np.newaxis].copy()
    )
    return Case(
        "gru",
        {"x": _SEQUENCE, "initial_h": _STATE},
        {
            "weight_ih": weight_ih,
            "weight_hh": weight_hh,
            "bias": bias,
            "input_bias": input_bias,
            "reset_after": True,
            "output_sequence": True,
        },
        [outputs.numpy(), hidden[0].numpy()],
        "iOS18",
    )


def _gru_of_scalars() -> Case:
    """One unit by hand: h = (1 - z) * tanh(0.5 x + 2 r h) + z * h, with r and z the sigmoids of x and h."""
    x, h = np.array([[[0.3]], [[-1.0]]], np.float32), np.array([[0.8]], np.float32)
    state = 0.8
    for value in (-1.0, 0.3):
        reset, update = 1 / (1 + np.exp(-value)), 1 / (1 + np.exp(-state))
        state = (1 - update) * np.tanh(0.5 * value + 2 * reset * state) + update * state
    weights = {"weight_ih": np.array([[1], [0.5], [0]], np.float32), "weight_hh": np.array([[0], [2], [1]], np.float32)}
    last = np.array([[state]], np.float32)
    return Case("gru", {"x": x, "initial_h": h}, {**weights, "direction": "reverse"}, [last[np.newaxis], last])


def _rnn() -> Case:
    weight_ih, weight_hh, bias = _weights(1)
    module = torch.nn.RNN(_IN, _HIDDEN, nonlinearity="relu")
    outputs, hidden = _by_torch(
        module, "h", "h", [(weight_ih, weight_hh, bias, np.zeros_like(bias))], _STATE[np.newaxis].copy()
    )
    weights = {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias": bias, "activation": "relu"}
    return Case("rnn", {"x": _SEQUENCE, "initial_h": _STATE}, weights, [outputs[-1:].numpy(), hidden[0].numpy()])


_LOOK = np.array([0.5, -0.25, 2.0], np.float32)


def _lstm_of_scalars() -> Case:
    """One unit by hand, with peepholes and a limit of the memory."""
    x, h, memory = 0.7, 0.2, 0.9
    gates = x * np.array([0.1, 0.2, 0.3, 0.4]) + h * np.array([1.0, 2.0, 3.0, 4.0])
    into, forget = (1 / (1 + np.exp(-(gates[place] + _LOOK[place] * memory))) for place in (0, 1))
    memory = min(forget * memory + into * np.tanh(gates[3]), 0.6)
    out = 1 / (1 + np.exp(-(gates[2] + _LOOK[2] * memory))) * np.tanh(memory)
    state, cell = np.array([[out]], np.float32), np.array([[memory]], np.float32)
    return Case(
        "lstm",
        {"x": np.full((1, 1, 1), 0.7, np.float32), "initial_h": np.full((1, 1), 0.2, np.float32)},
        {
            "initial_c": np.full((1, 1), 0.9, np.float32),
            "weight_ih": np.array([[0.1], [0.2], [0.3], [0.4]], np.float32),
            "weight_hh": np.array([[1.0], [2.0], [3.0], [4.0]], np.float32),
            "peephole": _LOOK,
            "clip": np.float32(0.6),
        },
        [state[np.newaxis], state, cell],
    )


RECURRENT = [_lstm("forward"), _lstm("bidirectional"), _lstm_of_scalars(), _gru(), _gru_of_scalars(), _rnn()]

_JOIN = {
    "update": lambda old, new: new,
    "add": lambda old, new: old + new,
    "sub": lambda old, new: old - new,
    "mul": lambda old, new: old * new,
    "div": lambda old, new: old / new,
    "max": max,
    "min": min,
}
_DATA, _UPDATES = _floats(3, 4), _RNG.uniform(0.5, 2, size=(3, 2)).astype(np.float32)
_ALONG = np.array([[0, 2], [3, 1], [-1, 0]], np.int32)
_TUPLES, _VALUES = np.array([[0, 1], [2, 3], [-1, 0]], np.int32), np.array([0.5, 2, 3], np.float32)


def _scattered_along(mode: str, data: Array, indices: Array, updates: Array) -> list[Array]:
    found = data.copy()
    for (row, column), update in np.ndenumerate(updates):
        place = indices[row, column]
        found[row, place] = _JOIN[mode](found[row, place], update)
    return [found]


def _scattered_tuples(mode: str) -> list[Array]:
    found = _DATA.copy()
    for place, update in zip(map(tuple, _TUPLES), _VALUES, strict=True):
        found[place] = _JOIN[mode](found[place], update)
    return [found]


SCATTER = [
    *(
        Case(
            "scatter_along_axis",
            {"data": _DATA, "indices": _ALONG, "updates": _UPDATES},
            {"axis": 1, "mode": mode},
            _scattered_along(mode, _DATA, _ALONG, _UPDATES),
        )
        for mode in _JOIN
    ),
    *(
        Case(
            "scatter_nd",
            {"data": _DATA, "indices": _TUPLES, "updates": _VALUES},
            {"mode": mode},
            _scattered_tuples(mode),
        )
        for mode in _JOIN
    ),
    Case(
        "scatter",
        {"data": _DATA, "indices": np.array([3, 1], np.int32), "updates": _UPDATES},
        {"axis": 1, "mode": "update"},
        _scattered_along("update", _DATA, np.array([[3, 1]] * 3), _UPDATES),
    ),
    Case(
        "scatter",
        {"data": np.zeros(3, np.float32), "indices": np.array([1, 1], np.int32), "updates": _VALUES[:2]},
        {"mode": "add"},
        [np.array([0, 2.5, 0], np.float32)],
        "iOS17",
    ),
    *(
        Case(op, inputs, {"mode": "update"}, [expected], "iOS17")
        for op, inputs, expected in (
            (
                "scatter",
                {"data": np.zeros(3, np.float32), "indices": np.array([-1, 2, 3], np.int32), "updates": _VALUES},
                np.array([0, 0, 2], np.float32),
            ),
            (
                "scatter_along_axis",
                {"data": np.zeros(3, np.float32), "indices": np.array([7, 0], np.int32), "updates": _VALUES[:2]},
                np.array([2, 0, 0], np.float32),
            ),
            (
                "scatter_nd",
                {
                    "data": np.zeros((2, 2), np.float32),
                    "indices": np.array([[0, 2], [1, 0], [1, -1]], np.int32),
                    "updates": _VALUES,
                },
                np.array([[0, 0], [2, 0]], np.float32),
            ),
        )
    ),
    Case(
        "slice_update",
        {"x": np.zeros((3, 4), np.float32), "update": _UPDATES[:2]},
        {"begin": [0, 1], "end": [3, 3], "stride": [2, 1]},
        None,
        "iOS18",
    ),
]

_SMALL = np.array([[-3.0, 0.5, 1.5], [2.5, 100.0, -100.0]], np.float32)
QUANTIZE = [
    Case("quantize", {"input": _SMALL}, {"scale": np.float32(0.5), "output_dtype": "int8"}, None, "iOS17"),
    Case(
        "quantize",
        {"input": _SMALL},
        {
            "scale": np.array([1, 0.5], np.float32),
            "zero_point": np.array([3, 5], np.uint8),
            "output_dtype": "uint8",
            "axis": 0,
        },
        None,
        "iOS17",
    ),
]

_BOXES = np.array([[[0, 0, 2, 2], [0.5, 0, 2, 2], [9, 9, 2, 2], [0, 0, 2, 2.2]]], np.float32)
_SCORES = np.array([[[0.1, 0.7], [0.8, 0.2], [0.3, 0.2], [0.1, 0.6]]], np.float32)


def _suppressed(indices: list[int], count: int) -> list[Array]:
    rows = [np.zeros((1, len(indices), 4), np.float32), np.zeros((1, len(indices), 2), np.float32)]
    rows[0][0, :count], rows[1][0, :count] = _BOXES[0, indices[:count]], _SCORES[0, indices[:count]]
    return [*rows, np.array([indices], np.int32), np.array([count], np.int32)]


SUPPRESSION = [
    Case(
        "non_maximum_suppression",
        {"boxes": _BOXES, "scores": _SCORES},
        {
            "iou_threshold": np.float32(0.5),
            "score_threshold": np.float32(score),
            "max_boxes": 3,
            "per_class_suppression": per_class,
        },
        _suppressed(indices, count),
    )
    for score, per_class, indices, count in (
        (0.0, False, [1, 2, -1], 2),
        (0.0, True, [1, 0, 2], 3),
        (0.5, False, [1, -1, -1], 1),
        (0.9, False, [1, -1, -1], 1),
    )
]
_COLUMNS = _suppressed([1, 2], 2)
SUPPRESSION += [
    Case(
        "non_maximum_suppression",
        {"boxes": _BOXES.transpose(0, 2, 1).copy(), "scores": _SCORES.transpose(0, 2, 1).copy()},
        {"iou_threshold": np.float32(0.5), "max_boxes": 2},
        [_COLUMNS[0].transpose(0, 2, 1), _COLUMNS[1].transpose(0, 2, 1), _COLUMNS[2]],
        "iOS17",
    )
]

_SEQUENCES = np.arange(12, dtype=np.float32).reshape(3, 4)
_BANDS = _floats(2, 6, 4, 3)
OTHERS = [
    Case(
        "reverse_sequence",
        {"x": _SEQUENCES, "lengths": np.array([2, 0, 4], np.int32)},
        {"seq_axis": 1, "batch_axis": 0},
        [np.array([[1, 0, 2, 3], [4, 5, 6, 7], [11, 10, 9, 8]], np.float32)],
    ),
    Case(
        "local_response_norm",
        {"x": _BANDS},
        {"size": 3, "alpha": np.float32(0.1), "beta": np.float32(0.6), "k": np.float32(2.0)},
        [
            np.stack(
                [
                    _BANDS[:, place] / (2.0 + 0.1 / 3 * (_BANDS[:, max(0, place - 1) : place + 2] ** 2).sum(1)) ** 0.6
                    for place in range(6)
                ],
                1,
            )
        ],
    ),
]

STATE_CASES = [*RECURRENT, *SCATTER, *QUANTIZE, *SUPPRESSION, *OTHERS]
