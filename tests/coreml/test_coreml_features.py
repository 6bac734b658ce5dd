"""Values are converted where nothing is lost, and refused with the input's name, the wanted and the got."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bertkit.coreml import proto
from bertkit.coreml.checks import check, check_inputs
from bertkit.coreml.features import (
    Dictionary,
    Double,
    Feature,
    Image,
    Int64,
    MultiArray,
    Sequence,
    State,
    String,
    from_specification,
)
from bertkit.coreml.shapes import AnyShape, EnumeratedShapes, FixedShape, ShapeRange
from bertkit.errors import InputError, ModelError, UnsupportedError


def _array(dtype: str, shape: Any, **options: Any) -> Feature:
    return Feature("x", MultiArray(np.dtype(dtype), shape), **options)


def _described(**fields: Any) -> Any:
    feature = proto.model_pb2().FeatureDescription(name="x", shortDescription="an input")
    for name, value in fields.items():
        getattr(feature.type, name).MergeFrom(value)
    return feature


def _types() -> Any:
    return proto.feature_types_pb2()


@pytest.mark.parametrize(
    ("sizes", "flexible", "text", "allowed", "refused"),
    [
        (FixedShape((1, 4)), (False, False), "[1, 4]", [(1, 4)], [(4,), (1, 5), (1, 4, 1)]),
        (EnumeratedShapes(((1, 4), (1, 8))), (False, True), "[1, 4] or [1, 8]", [(1, 8)], [(1, 6), (8,)]),
        (
            ShapeRange(((1, 1), (2, 5), (0, None))),
            (False, True, True),
            "[1, 2..5, 0..]",
            [(1, 2, 0), (1, 5, 99)],
            [(1, 6, 0), (1, 2)],
        ),
    ],
)
def test_shapes(sizes: Any, flexible: tuple, text: str, allowed: list, refused: list) -> None:
    assert sizes.flexible_axes == flexible
    assert str(sizes) == text
    assert all(sizes.allows(shape) for shape in allowed)
    assert not any(sizes.allows(shape) for shape in refused)
    assert sizes.allows(sizes.typical)


def test_typical_shapes_have_no_size_of_one_where_they_vary() -> None:
    assert ShapeRange(((1, 8), (1, 1), (16, None))).typical == (2, 1, 16)
    assert EnumeratedShapes(((1, 8), (4, 8), (2, 8))).typical == (4, 8)
    assert ShapeRange(((1, 8), (3, 3))).varies_from_one
    assert EnumeratedShapes(((1, 8), (4, 8))).varies_from_one
    assert not ShapeRange(((1, 1), (2, 9))).varies_from_one
    assert not EnumeratedShapes(((1, 8), (1, 9))).varies_from_one
    assert not FixedShape((1, 1)).varies_from_one


def test_multi_arrays_are_read_with_their_constraints() -> None:
    types = _types()
    array = types.ArrayFeatureType(dataType=types.ArrayFeatureType.FLOAT16, shape=[1, 8], floatDefaultValue=0.5)
    assert from_specification(_described(multiArrayType=array)) == Feature(
        "x", MultiArray(np.dtype("float16"), FixedShape((1, 8)), 0.5), "an input"
    )
    for sizes in ([1, 4], [1, 8]):
        array.enumeratedShapes.shapes.add(shape=sizes)
    read = from_specification(_described(multiArrayType=array)).type
    assert read.shape == EnumeratedShapes(((1, 8), (1, 4)))  # the default comes first
    array.shapeRange.sizeRanges.add(lowerBound=1, upperBound=-1)
    assert from_specification(_described(multiArrayType=array)).type.shape == ShapeRange(((1, None),))
    plain = types.ArrayFeatureType(dataType=types.ArrayFeatureType.INT8)
    assert from_specification(_described(multiArrayType=plain)).type == MultiArray(np.dtype("int8"), AnyShape())


def test_other_types_are_read() -> None:
    types = _types()
    image = types.ImageFeatureType(width=4, height=3, colorSpace=types.ImageFeatureType.RGB)
    assert from_specification(_described(imageType=image)).type == Image(4, 3, "RGB")
    image.imageSizeRange.widthRange.MergeFrom(types.SizeRange(lowerBound=4, upperBound=-1))
    image.imageSizeRange.heightRange.MergeFrom(types.SizeRange(lowerBound=3, upperBound=6))
    ranged = from_specification(_described(imageType=image)).type
    assert (ranged.width_range, ranged.height_range) == ((4, None), (3, 6))
    image.enumeratedSizes.sizes.add(width=8, height=6)
    assert from_specification(_described(imageType=image)).type.sizes == ((8, 6),)
    assert from_specification(_described(int64Type=types.Int64FeatureType())).type == Int64()
    assert from_specification(_described(doubleType=types.DoubleFeatureType())).type == Double()
    assert from_specification(_described(stringType=types.StringFeatureType())).type == String()
    dictionary = types.DictionaryFeatureType(stringKeyType=types.StringFeatureType())
    assert from_specification(_described(dictionaryType=dictionary)).type == Dictionary("string")
    sequence = types.SequenceFeatureType(int64Type=types.Int64FeatureType())
    assert from_specification(_described(sequenceType=sequence)).type == Sequence("int64", (0, None))
    array = types.ArrayFeatureType(dataType=types.ArrayFeatureType.FLOAT16, shape=[2])
    state = from_specification(_described(stateType=types.StateFeatureType(arrayType=array))).type
    assert state == State(MultiArray(np.dtype("float16"), FixedShape((2,))))


def test_features_without_a_type_are_refused() -> None:
    with pytest.raises(ModelError, match='"x" has no type'):
        from_specification(_described())


def test_arrays_without_an_element_type_are_float64() -> None:
    untyped = from_specification(_described(multiArrayType=_types().ArrayFeatureType(shape=[1])))
    assert untyped.type == _array("float64", FixedShape((1,))).type


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("int32", [1, 2, 3]),
        ("int32", np.array([1, 2, 3], np.int64)),
        ("int8", np.array([1, 2, 127], np.uint64)),
        ("int32", np.array([True, False, True])),
        ("float32", np.array([0.1, 1e-40, np.inf])),
        ("float16", [0.5, 1.25, float("nan")]),
        ("float32", [1, 2, 1 << 24]),
    ],
)
def test_harmless_conversions(dtype: str, value: Any) -> None:
    result = check(_array(dtype, FixedShape((3,))), value)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, np.asarray(value).astype(dtype))


@pytest.mark.parametrize(
    ("dtype", "value", "message"),
    [
        ("int32", [1.0, 2.0, 3.0], r"int32 of shape \[3\], got float64 of shape \[3\]. Round"),
        ("int32", [1, 2, 1 << 31], "2147483648, which int32 cannot hold"),
        ("int8", [0, -129, 0], "-129, which int8 cannot hold"),
        ("int32", np.array([0, 0, (1 << 64) - 1], np.uint64), "which int32 cannot hold"),
        ("float16", [0.0, 1e6, 0.0], "1000000.0, which float16 cannot hold"),
        ("float32", [1, 2, (1 << 24) + 1], "16777217, which float32 cannot hold"),
        ("float16", [0, 70000, 0], "70000, which float16 cannot hold"),
        ("int32", ["a", "b", "c"], "got list. Pass numbers"),
        ("int32", [[1], [2, 3]], "got list that is no array"),
        ("int32", [[1, 2, 3]], r"got shape \[1, 3\]. Reshape or pad"),
        ("int32", None, "got NoneType"),
    ],
)
def test_what_would_lose_something_is_refused(dtype: str, value: Any, message: str) -> None:
    with pytest.raises(InputError, match=f'The input "x" must be .*{message}'):
        check(_array(dtype, FixedShape((3,))), value)


@given(st.lists(st.integers(-(1 << 63), (1 << 63) - 1), min_size=1, max_size=5), st.sampled_from(["int32", "int8"]))
def test_integers_arrive_unchanged_or_not_at_all(values: list[int], dtype: str) -> None:
    feature = _array(dtype, FixedShape((len(values),)))
    limits = np.iinfo(dtype)
    if all(limits.min <= value <= limits.max for value in values):
        assert check(feature, values).tolist() == values
    else:
        with pytest.raises(InputError, match="cannot hold"):
            check(feature, values)


def test_single_values() -> None:
    assert check(Feature("n", Int64()), 3).dtype == np.int64
    assert check(Feature("d", Double()), 3).dtype == np.float64
    assert check(Feature("s", String()), "text").item() == "text"
    with pytest.raises(InputError, match='"n" must be one int64, got float64'):
        check(Feature("n", Int64()), 0.5)
    with pytest.raises(InputError, match=r'"d" must be one double, got .* Pass a single number'):
        check(Feature("d", Double()), [1.0])
    with pytest.raises(InputError, match='"s" must be one string, got int'):
        check(Feature("s", String()), 3)


def test_a_state_is_no_value() -> None:
    state = State(MultiArray(np.dtype("float16"), FixedShape((1,))))
    with pytest.raises(UnsupportedError, match="a state cannot be passed as a value"):
        check(Feature("x", state), 1)


@given(st.dictionaries(st.text(), st.floats(allow_nan=False)), st.dictionaries(st.integers(-9, 9), st.integers(0, 9)))
def test_dictionaries_keep_their_keys_and_numbers(words: dict[str, float], counts: dict[int, int]) -> None:
    assert check(Feature("x", Dictionary("string")), words) == words
    checked = check(Feature("x", Dictionary("int64")), {np.int32(key): np.float32(n) for key, n in counts.items()})
    assert checked == counts
    assert all(type(key) is int and type(number) is float for key, number in checked.items())


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("string", [("a", 1)], "got list. Pass a dictionary"),
        ("string", {1: 1.0}, "got the key 1 of type int; wanted string"),
        ("int64", {"a": 1.0}, "got the key 'a' of type str; wanted int64"),
        ("int64", {True: 1.0}, "got the key True of type bool; wanted int64"),
        ("int64", {1 << 63: 1.0}, "got the key 9223372036854775808, which int64 cannot hold"),
        ("string", {"a": "1"}, "got '1' of type str for the key 'a'"),
        ("string", {"a": None}, "got None of type NoneType for the key 'a'"),
        ("string", {"a": 10**400}, "got a number for the key 'a' that no double holds"),
    ],
)
def test_dictionaries_that_do_not_fit_are_refused(key: str, value: Any, message: str) -> None:
    with pytest.raises(InputError, match=f'"x" must be one dictionary {key} to double, {message}'):
        check(Feature("x", Dictionary(key)), value)


def test_sequences() -> None:
    words, numbers = Feature("x", Sequence("string", (1, 3))), Feature("x", Sequence("int64", (0, None)))
    assert check(words, ("a", np.str_("b"))) == ["a", "b"]
    assert check(numbers, np.array([1, 2], np.int16)) == [1, 2]
    for feature, value, message in (
        (words, [], "of length 1 to 3; got 0"),
        (words, list("abcd"), "of length 1 to 3; got 4"),
        (words, "abc", "got str. Pass a list"),
        (words, ["a", 1], "got at index 1 1 of type int; wanted string"),
        (numbers, [1.0], "got at index 0 1.0 of type float; wanted int64"),
        (numbers, np.zeros((1, 1), int), r"got int64 of shape \[1, 1\]. Pass a list"),
    ):
        with pytest.raises(InputError, match=f'"x" must be one sequence of .*{message}'):
            check(feature, value)


def test_names_are_compared_with_the_wanted_ones() -> None:
    features = (_array("int32", FixedShape((1,))), Feature("y", Double()))
    with pytest.raises(InputError, match=r"takes the inputs x, y; got x, z \(not an input: z; missing: y\)"):
        check_inputs(features, {"x": [1], "z": 2})
    with pytest.raises(InputError, match="as a dictionary by name"):
        check_inputs(features, [1, 2])  # type: ignore[arg-type]
    many = tuple(Feature(f"f{index}", Double()) for index in range(3000))
    with pytest.raises(InputError, match="f19 and 2980 more") as caught:
        check_inputs(many, {})
    assert len(str(caught.value)) < 1000


def test_optional_inputs_take_their_default() -> None:
    given = MultiArray(np.dtype("float32"), FixedShape((2,)), default=1.5)
    assert check_inputs((Feature("x", given, optional=True),), {})["x"].tolist() == [1.5, 1.5]
    zero = MultiArray(np.dtype("int32"), FixedShape((2,)))
    assert check_inputs((Feature("x", zero, optional=True),), {})["x"].tolist() == [0, 0]
    ranged = MultiArray(np.dtype("int32"), ShapeRange(((1, 9), (2, None)), (3, 4)))
    assert check_inputs((Feature("x", ranged, optional=True),), {})["x"].shape == (3, 4)
    smallest = MultiArray(np.dtype("int32"), ShapeRange(((1, 9), (2, None))))
    assert check_inputs((Feature("x", smallest, optional=True),), {})["x"].shape == (1, 2)
    assert np.isnan(check_inputs((Feature("x", Double(), optional=True),), {})["x"])


@pytest.mark.parametrize("declared", [Int64(), String(), Dictionary("string"), Sequence("string", (0, 4))])
def test_what_could_mean_another_thing_stays_missing(declared: Any) -> None:
    features = Feature("x", declared, optional=True), Feature("y", Double())
    assert list(check_inputs(features, {"y": 1.0})) == ["y"]


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (MultiArray(np.dtype("int32"), AnyShape()), "no single shape to fill"),
        (MultiArray(np.dtype("int8"), FixedShape((1 << 20, 1 << 20))), "would hold 1,099,511,627,776 numbers"),
        (Image(4, 4, "RGB"), "nothing stands for a missing image"),
    ],
)
def test_what_has_no_default_must_be_passed(declared: Any, message: str) -> None:
    with pytest.raises(InputError, match=f'optional input "x" .*{message}'):
        check_inputs((Feature("x", declared, optional=True),), {})


def test_networks_of_the_legacy_mapping_take_leading_axes() -> None:
    led = Feature("x", MultiArray(np.dtype("float32"), FixedShape((3,)), takes_leading_axes=True))
    assert check(led, np.zeros((2, 5, 3))).shape == (2, 5, 3)
    for shape in ((2, 3), (2, 5, 4), (1, 2, 5, 3)):
        with pytest.raises(InputError, match=r"of shape \[3\], which a sequence and a batch axis may lead, got shape"):
            check(led, np.zeros(shape))
