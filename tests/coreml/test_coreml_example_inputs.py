"""Made-up inputs pass the checks of any description, are the same for the same seed, and stay small."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bertkit.coreml.checks import check_inputs
from bertkit.coreml.example_inputs import example_inputs
from bertkit.coreml.features import Dictionary, Double, Feature, Image, Int64, MultiArray, Sequence, State, String
from bertkit.coreml.shapes import AnyShape, EnumeratedShapes, FixedShape, ShapeRange
from bertkit.errors import InputError, UnsupportedError

_SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)
_RANGES = st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(3, 9)), min_size=1, max_size=3).map(tuple)
_SHAPES = st.one_of(
    _SIZES.map(FixedShape),
    st.lists(_SIZES, min_size=1, max_size=3).map(tuple).map(EnumeratedShapes),
    _RANGES.map(ShapeRange),
)
_TYPES = st.one_of(
    st.builds(MultiArray, st.sampled_from(["float16", "float32", "float64", "int32", "int8"]).map(np.dtype), _SHAPES),
    st.builds(Image, st.integers(1, 9), st.integers(1, 9), st.sampled_from(["RGB", "BGR", "GRAYSCALE"])),
    st.builds(Dictionary, st.sampled_from(["int64", "string"])),
    st.builds(Sequence, st.sampled_from(["int64", "string"]), st.tuples(st.integers(0, 5), st.none() | st.just(7))),
    st.sampled_from([Double(), Int64(), String()]),
)


@given(st.lists(_TYPES, max_size=3), st.integers(0, 99))
def test_examples_fit_and_are_repeatable(types: list[Any], seed: int) -> None:
    features = tuple(Feature(f"x{index}", type_) for index, type_ in enumerate(types))
    first = example_inputs(features, np.random.default_rng(seed))
    assert list(check_inputs(features, first)) == [feature.name for feature in features]
    again = example_inputs(features, np.random.default_rng(seed))
    assert str(first) == str(again)


def test_enormous_shapes_are_replaced_by_the_smallest_or_refused() -> None:
    def made(shape: Any) -> Any:
        return example_inputs([Feature("x", MultiArray(np.dtype("float32"), shape))], np.random.default_rng(0))["x"]

    assert made(ShapeRange(((1, None), (2, 5)), (1 << 40, 5))).shape == (1, 2)
    assert made(EnumeratedShapes(((1 << 40,), (3,)))).shape == (3,)
    for shape, message in ((FixedShape((1 << 40,)), "more than 67,108,864 numbers"), (AnyShape(), "left open")):
        with pytest.raises(InputError, match=f'"x" must be .*{message}. Pass a value'):
            made(shape)
    with pytest.raises(InputError, match="more than 67,108,864"):
        example_inputs([Feature("x", Image(1 << 20, 1 << 20, "RGB"))], np.random.default_rng(0))


def test_states_are_not_made_up() -> None:
    state = State(MultiArray(np.dtype("float16"), FixedShape((1,))))
    with pytest.raises(UnsupportedError, match='"x" is a state'):
        example_inputs([Feature("x", state)], np.random.default_rng(0))
