"""Recurrent layers, scattering and suppression: what must come out, by the specification's equations in numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from lowering_layer_case import LayerCase, case, floats
from lowering_support import Array

_STEPS, _BATCH, _IN, _OUT = 4, 2, 3, 5
_X = floats(_STEPS, _BATCH, _IN, 1, 1)
_Y, _C, _Y_BACK, _C_BACK = (floats(1, _BATCH, _OUT, 1, 1) for _ in range(4))
_ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "RELU": lambda x: np.maximum(x, 0),
    "TANH": np.tanh,
    "SIGMOID": lambda x: 1 / (1 + np.exp(-x)),
    "SCALED_TANH": np.tanh,  # the builder leaves out its two constants, which are 1 then
    "SIGMOID_HARD": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "LINEAR": lambda x: x,
}


def _apply(name: str, x: Array) -> Array:
    return _ACTIVATIONS[name](np.clip(x, -50, 50))


def _ordered(x: Array, reverse: bool) -> Array:
    steps = x[..., 0, 0]
    return steps[::-1] if reverse else steps


def _blobs(outputs: list[Array], everything: bool, *states: Array) -> list[Array]:
    kept = np.stack(outputs) if everything else outputs[-1][None]
    return [value[..., None, None] for value in (kept, *(state[None] for state in states))]


def _simple(activation: str, everything: bool, reverse: bool, has_bias: bool) -> LayerCase:
    w, r, b = floats(_OUT, _IN), floats(_OUT, _OUT), floats(_OUT)
    y, outputs = _Y[0, ..., 0, 0], []
    for step in _ordered(_X, reverse):
        y = _apply(activation, step @ w.T + y @ r.T + (b if has_bias else 0))
        outputs.append(y)
    options = {"activation": activation, "output_all": everything, "reverse_input": reverse}
    return _recurrent("simpleRecurrent", "simple_rnn", outputs, w, r, b if has_bias else None, options)


def _gru(gate: str, activation: str, everything: bool, reverse: bool, has_bias: bool) -> LayerCase:
    w, r, b = ([floats(*shape) for _ in range(3)] for shape in ((_OUT, _IN), (_OUT, _OUT), (_OUT,)))
    y, outputs = _Y[0, ..., 0, 0], []
    for step in _ordered(_X, reverse):
        from_x = [step @ matrix.T + (bias if has_bias else 0) for matrix, bias in zip(w, b, strict=True)]
        update = _apply(gate, from_x[0] + y @ r[0].T)
        reset = _apply(gate, from_x[1] + y @ r[1].T)
        output = _apply(activation, from_x[2] + (y * reset) @ r[2].T)
        y = (1 - update) * output + update * y
        outputs.append(y)
    options = {"activation": activation, "inner_activation": gate, "output_all": everything, "reverse_input": reverse}
    return _recurrent("gru", "gru", outputs, w, r, b if has_bias else None, options)


def _recurrent(
    layer: str, method: str, outputs: list[Array], w: Any, r: Any, b: Any, options: dict[str, Any]
) -> LayerCase:
    expected = _blobs(outputs, options["output_all"], outputs[-1])
    weights = {"W_x": w, "W_h": r, "b": b, "input_size": _IN, "hidden_size": _OUT}
    return case(layer, method, [_X, _Y], expected, **weights, **options)


def _lstm_weights() -> dict[str, list[Array]]:
    shapes = {"W_x": (4, (_OUT, _IN)), "W_h": (4, (_OUT, _OUT)), "b": (4, (_OUT,)), "peep": (3, (_OUT,))}
    return {name: [floats(*shape) for _ in range(count)] for name, (count, shape) in shapes.items()}


def _remember(
    steps: Array, y: Array, c: Array, weights: dict[str, Any], **options: Any
) -> tuple[list[Array], Array, Array]:
    """One direction; gates are in the builder's order: input, forget, output, block."""
    gate, block, memory = options["activations"]
    y, c, outputs = y[0, ..., 0, 0], c[0, ..., 0, 0], []
    w, r = weights["W_x"], weights["W_h"]
    b = weights["b"] if weights["b"] is not None else [0, 0, 0, 0]
    peep = weights["peep"] if weights["peep"] is not None else [0, 0, 0]
    for x in steps:
        let_in = _apply(gate, x @ w[0].T + y @ r[0].T + peep[0] * c + b[0])
        forget = _apply(gate, x @ w[1].T + y @ r[1].T + peep[1] * c + b[1] + options["forget_bias"])
        new = _apply(block, x @ w[3].T + y @ r[3].T + b[3])
        c = c * (1 - let_in if options["coupled_input_forget_gate"] else forget) + let_in * new
        c = np.clip(c, -options["cell_clip_threshold"], options["cell_clip_threshold"])
        let_out = _apply(gate, x @ w[2].T + y @ r[2].T + peep[2] * c + b[2])
        y = _apply(memory, c) * let_out
        outputs.append(y)
    return outputs, y, c


_LSTM = {
    "activations": ("SIGMOID", "TANH", "TANH"),
    "forget_bias": False,
    "coupled_input_forget_gate": False,
    "cell_clip_threshold": 50.0,
}


def _named(options: dict[str, Any]) -> dict[str, Any]:
    names = ("inner_activation", "cell_state_update_activation", "output_activation")
    rest = {name: value for name, value in options.items() if name != "activations"}
    return dict(zip(names, options["activations"], strict=True)) | rest | {"hidden_size": _OUT, "input_size": _IN}


def _one_way(
    everything: bool = True, reverse: bool = False, without: tuple[str, ...] = (), **changed: Any
) -> LayerCase:
    options = _LSTM | changed
    weights = {name: None if name in without else value for name, value in _lstm_weights().items()}
    outputs, y, c = _remember(_ordered(_X, reverse), _Y, _C, weights, **options)
    expected = _blobs(outputs, everything, y, c)
    named = {"output_all": everything, "reverse_input": reverse, **_named(options)}
    return case("uniDirectionalLSTM", "unilstm", [_X, _Y, _C], expected, **weights, **named)


def _two_way(everything: bool, **changed: Any) -> LayerCase:
    options = _LSTM | changed
    there, back = _lstm_weights(), _lstm_weights()
    ahead, y, c = _remember(_ordered(_X, False), _Y, _C, there, **options)
    behind, y_back, c_back = _remember(_ordered(_X, True), _Y_BACK, _C_BACK, back, **options)
    joined = [np.concatenate(pair, -1) for pair in zip(ahead, behind[::-1], strict=True)]
    last = [np.concatenate([ahead[-1], behind[-1]], -1)]
    expected = _blobs(joined if everything else last, everything, y, c, y_back, c_back)
    weights = there | {f"{name}_back": value for name, value in back.items()}
    inputs = [_X, _Y, _C, _Y_BACK, _C_BACK]
    named = {"output_all": everything, **_named(options)}
    return case("biDirectionalLSTM", "bidirlstm", inputs, expected, **weights, **named)


RECURRENT = [
    *(_simple(activation, index % 2 == 0, index > 2, index != 1) for index, activation in enumerate(_ACTIVATIONS)),
    _gru("SIGMOID_HARD", "TANH", everything=False, reverse=False, has_bias=True),
    _gru("SIGMOID", "SCALED_TANH", everything=True, reverse=True, has_bias=False),
    _one_way(),
    _one_way(everything=False, reverse=True, without=("peep",), forget_bias=True),
    _one_way(without=("b", "peep"), coupled_input_forget_gate=True, activations=("SIGMOID_HARD", "RELU", "LINEAR")),
    _one_way(without=("b",), cell_clip_threshold=0.25),
    _two_way(everything=True),
    _two_way(everything=False, forget_bias=True),
]

_MODES: dict[str, Callable[[Array, Array], Array]] = {
    "UPDATE": lambda old, new: new,
    "ADD": np.add,
    "SUB": np.subtract,
    "MUL": np.multiply,
    "DIV": np.divide,
    "MAX": np.maximum,
    "MIN": np.minimum,
}
_TABLE, _CUBE = floats(4, 3), floats(3, 4, 2)
_ROWS = np.array([[2, -1], [0, 2]], np.float32)  # 2 twice
_TUPLES = np.array([[0, 1], [-1, 2], [0, 1]], np.float32)


def _write(mode: str, x: Array, places: list[tuple[Any, ...]], values: list[Array]) -> Array:
    result = x.copy()
    for place, value in zip(places, values, strict=True):
        result[place] = _MODES[mode](result[place], value)
    return result


def _scatters(mode: str) -> list[LayerCase]:
    rows, slices, tuples = floats(2, 2, 3) + 3, floats(3, 2, 2, 2) + 3, floats(3, 2) + 3
    along, picked = floats(2, 3) + 3, np.array([[0, 1, 2], [-1, 1, 2]], np.float32)
    flat = [int(row) for row in _ROWS.reshape(-1)]
    by_row = [(row,) for row in flat]
    by_slice = [(slice(None), row) for row in flat]
    by_tuple = [tuple(int(part) for part in place) for place in _TUPLES]
    by_one = [(int(picked[place]), place[1]) for place in np.ndindex(2, 3)]
    moved = [slices[:, row, column] for row, column in np.ndindex(2, 2)]
    return [
        case(
            "scatter",
            "scatter",
            [_TABLE, _ROWS, rows],
            _write(mode, _TABLE, by_row, list(rows.reshape(4, 3))),
            mode=mode,
        ),
        case("scatter", "scatter", [_CUBE, _ROWS, slices], _write(mode, _CUBE, by_slice, moved), mode=mode, axis=-2),
        case(
            "scatterND", "scatter_nd", [_CUBE, _TUPLES, tuples], _write(mode, _CUBE, by_tuple, list(tuples)), mode=mode
        ),
        case(
            "scatterAlongAxis",
            "scatter_along_axis",
            [_TABLE, picked, along],
            _write(mode, _TABLE, by_one, list(along.reshape(-1))),
            mode=mode,
            axis=0,
        ),
    ]


_DATA = floats(2, 3, 4)
_REVERSED = _DATA.copy()
_REVERSED[0, :, :2], _REVERSED[1, :, :4] = _DATA[0, :, 1::-1], _DATA[1, :, ::-1]
WRITTEN = [
    *(scatter for mode in _MODES for scatter in _scatters(mode)),
    case("reverseSeq", "reverse_sequence", [_DATA, np.array([2, 4], np.float32)], _REVERSED, batch_axis=0, seq_axis=-1),
]

_BOXES = np.array(
    [[[1, 1, 2, 2], [1.5, 1, 2, 2], [4, 4, 1, 1], [4, 4, 1, 1], [9, 9, 1, 1]], [[1, 1, 2, 2]] * 5], np.float32
)
_SCORES = np.array(
    [
        [[0.9, 0.1], [0.2, 0.8], [0.3, 0.6], [0.7, 0.1], [0.1, 0.2]],
        [[0.1, 0.2], [0.1, 0.1], [0.1, 0.25], [0, 0], [0.1, 0.1]],
    ],
    np.float32,
)


def _suppress(chosen: list[list[int]], most: int, **options: Any) -> LayerCase:
    """Boxes 0 and 1 overlap by 0.6 and boxes 2 and 3 are one, of other classes; of the second image none is good."""
    boxes, scores = np.zeros((2, most, 4)), np.zeros((2, most, 2))
    indices = np.full((2, most), -1)
    for image, places in enumerate(chosen):
        count = len(places)
        boxes[image, :count], scores[image, :count] = _BOXES[image, places], _SCORES[image, places]
        indices[image, :count] = places
    counts = np.array([len(places) for places in chosen])
    expected = [boxes, scores, indices, counts]
    given = {"iou_threshold": 0.5, "score_threshold": 0.3, "max_boxes": most}
    inputs = [_BOXES, _SCORES]
    return case("NonMaximumSuppression", "nms", inputs, expected, **(given | options))


SUPPRESSED = [
    _suppress([[0, 3], [2]], 4),
    _suppress([[0, 3], [2]], 7),
    _suppress([[0], [2]], 1),
    _suppress([[0, 1, 3], [2]], 4, iou_threshold=0.7),
    _suppress([[0, 1, 3, 2], [2]], 4, per_class_suppression=True),
    _suppress([[0, 3, 4], [2]], 4, score_threshold=0.2),
]

SEQUENCE_CASES = [*RECURRENT, *WRITTEN, *SUPPRESSED]
