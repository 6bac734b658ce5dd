"""Encoders, imputers, vectorizers, scalers, extractors, suppression and sound, against the arithmetic written out."""

from __future__ import annotations

import math
from typing import Any

import classic_models as models
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bertkit.coreml.classic.sound import spectrogram
from bertkit.coreml.classic.suppression import keep
from bertkit.errors import InputError, ModelError


def _transform(kind: str, source: Any, target: Any) -> tuple[Any, Any]:
    return models.made(kind, {"x": source}, {"y": target})


def _y(specification: Any, value: Any) -> Any:
    return models.predicted(specification, x=value)["y"]


@pytest.mark.parametrize(("kind", "categories"), [("string", ["red", "green"]), ("int64", [5, -3])])
def test_one_hot(kind: str, categories: list[Any]) -> None:
    specification, content = _transform("oneHotEncoder", kind, [2])
    vector = content.stringCategories if kind == "string" else content.int64Categories
    vector.vector.extend(categories)
    unknown = "blue" if kind == "string" else 9
    assert _y(specification, categories[1]) == [0.0, 1.0]
    with pytest.raises(InputError, match=f'"x" is {unknown!r}, none of the 2 known'):
        _y(specification, unknown)
    content.handleUnknown = content.IgnoreUnknown
    assert _y(specification, unknown) == [0.0, 0.0]
    sparse, content = _transform("oneHotEncoder", kind, "dictionary of int64")
    content.CopyFrom(specification.oneHotEncoder)
    content.outputSparse = True
    assert _y(sparse, categories[1]) == {1: 1.0}
    assert _y(sparse, unknown) == {}


@pytest.mark.parametrize(
    ("source", "field", "replaces", "cases"),
    [
        ("double", {"imputedDoubleValue": 4.5}, {}, [(math.nan, 4.5), (1.0, 1.0)]),
        ("double", {"imputedDoubleValue": 4.5}, {"replaceDoubleValue": -1.0}, [(-1.0, 4.5), (1.0, 1.0)]),
        ("int64", {"imputedInt64Value": 2**53 + 1}, {"replaceInt64Value": 0}, [(0, 2**53 + 1), (2**53 + 3, 2**53 + 3)]),
        ("string", {"imputedStringValue": "some"}, {"replaceStringValue": ""}, [("", "some"), ("any", "any")]),
        ([2], {"imputedDoubleValue": 4.5}, {"replaceDoubleValue": math.nan}, [([math.nan, 1.0], [4.5, 1.0])]),
        ([2], {"imputedDoubleArray": [7.0, 8.0]}, {"replaceDoubleValue": 0.0}, [([0.0, 0.0], [7.0, 8.0])]),
        ([2], {"imputedInt64Array": [7, 8]}, {"replaceInt64Value": 3}, [([3.0, 1.0], [7.0, 1.0])]),
    ],
)
def test_imputed(source: Any, field: Any, replaces: Any, cases: list[tuple[Any, Any]]) -> None:
    specification, content = _transform("imputer", source, source)
    ((name, value),) = field.items()
    if isinstance(value, list):
        getattr(content, name).vector.extend(value)
    else:
        setattr(content, name, value)
    for replaced, old in replaces.items():
        setattr(content, replaced, old)
    for given_, expected in cases:
        assert _y(specification, given_) == expected
    specification.description.input[0].type.isOptional = True
    if not isinstance(source, list):
        assert models.predicted(specification)["y"] == value


@pytest.mark.parametrize(("key", "a", "b"), [("string", "a", "b"), ("int64", 1, 2)])
def test_dictionaries_are_filled_up(key: str, a: Any, b: Any) -> None:
    specification, content = _transform("imputer", f"dictionary of {key}", f"dictionary of {key}")
    imputed = content.imputedStringDictionary if key == "string" else content.imputedInt64Dictionary
    imputed.map[a], imputed.map[b] = 1.0, 2.0
    assert _y(specification, {a: 5.0, b: math.nan}) == {a: 5.0, b: 2.0}
    assert _y(specification, {}) == {a: 1.0, b: 2.0}


def test_columns_are_joined_in_the_order_of_the_list() -> None:
    inputs = {"a": "double", "b": [2], "c": "int64", "d": "dictionary of int64"}
    specification, content = models.made("featureVectorizer", inputs, {"y": [7]})
    for name, size in (("b", 2), ("d", 3), ("a", 1), ("c", 1)):
        content.inputList.add(inputColumn=name, inputDimensions=size)
    values = {"a": 1.5, "b": [2.0, 3.0], "c": 4, "d": {2: 9.0}}
    assert models.predicted(specification, **values)["y"] == [2.0, 3.0, 0.0, 0.0, 9.0, 1.5, 4.0]
    with pytest.raises(InputError, match='"d" must have keys from 0 to 2, got 3'):
        models.predicted(specification, **{**values, "d": {3: 1.0}})
    content.inputList[1].inputDimensions = 1 << 40
    with pytest.raises(ModelError, match="numbers in all"):
        models.predicted(specification, **values)


@pytest.mark.parametrize("key", ["string", "int64"])
def test_dictionaries_become_arrays(key: str) -> None:
    keys: list[Any] = ["a", "b", "c"] if key == "string" else [7, 8, 9]
    for target, expected in (([3], [0.0, 2.0, 1.0]), ("dictionary of int64", {1: 2.0, 2: 1.0})):
        specification, content = _transform("dictVectorizer", f"dictionary of {key}", target)
        places = content.stringToIndex if key == "string" else content.int64ToIndex
        places.vector.extend(keys)
        unknown: Any = "z" if key == "string" else 0
        assert _y(specification, {keys[2]: 1.0, keys[1]: 2.0, unknown: 5.0}) == expected


@pytest.mark.parametrize(
    ("shift", "scale", "expected"),
    [([], [], [1.0, 2.0]), ([1.0], [3.0], [6.0, 9.0]), ([1.0, -1.0], [2.0, 0.5], [4.0, 0.5]), ([], [2.0], [2.0, 4.0])],
)
def test_shift_comes_before_scale(shift: list[float], scale: list[float], expected: list[float]) -> None:
    specification, content = _transform("scaler", [2], [2])
    content.shiftValue.extend(shift)
    content.scaleValue.extend(scale)
    assert _y(specification, [1.0, 2.0]) == expected


def test_one_number_is_scaled() -> None:
    for source, target, expected in (("double", "double", 2.5), ("int64", "double", 2.5), ("int64", "int64", 2)):
        specification, content = _transform("scaler", source, target)
        content.scaleValue.append(2.5 if target == "double" else 2)
        assert _y(specification, 1) == expected


@pytest.mark.parametrize(("norm", "size"), [(0, 4.0), (1, 7.0), (2, 5.0)])
def test_norms(norm: int, size: float) -> None:
    specification, content = _transform("normalizer", [2], [2])
    content.normType = norm
    assert _y(specification, [3.0, -4.0]) == pytest.approx([3 / size, -4 / size])
    assert _y(specification, [0.0, 0.0]) == [0.0, 0.0]


def test_categories_are_mapped() -> None:
    specification, content = _transform("categoricalMapping", "string", "int64")
    content.stringToInt64Map.map["a"] = 3
    assert _y(specification, "a") == 3
    with pytest.raises(InputError, match="'z', none of the 1 known categories"):
        _y(specification, "z")
    content.int64Value = -1
    assert _y(specification, "z") == -1
    back, content = _transform("categoricalMapping", "sequence of int64", "sequence of string")
    content.int64ToStringMap.map[3] = "a"
    content.strValue = "?"
    assert _y(back, [3, 4]) == ["a", "?"]


def test_elements_are_extracted() -> None:
    for target, indices, expected in (([2], [2, 0], [-3.5, 1.0]), ("double", [2], -3.5), ("int64", [2], -3)):
        specification, content = _transform("arrayFeatureExtractor", [3], target)
        content.extractIndex.extend(indices)
        assert _y(specification, [1.0, 2.0, -3.5]) == expected
    content.extractIndex[0] = 3
    with pytest.raises(InputError, match='"x" has 3 elements; the model takes 3'):
        _y(specification, [1.0, 2.0, 3.0])


@pytest.mark.parametrize("kind", ["identity", "classConfidenceThresholding"])
def test_what_is_given_is_handed_on(kind: str) -> None:
    assert _y(_transform(kind, "dictionary of string", "dictionary of string")[0], {"a": 0.5}) == {"a": 0.5}
    same, _ = models.made(kind, {"b": "double", "a": [2]}, {"a": [2], "b": "double"})
    assert models.predicted(same, a=[1.0, 2.0], b=3.0) == {"a": [1.0, 2.0], "b": 3.0}


def test_integers_that_are_declared_as_strings_are_found() -> None:
    specification, content = _transform("dictVectorizer", "dictionary of string", [2])
    content.int64ToIndex.vector.extend([44, 7])
    assert _y(specification, {"7": 3.0}) == [0.0, 3.0]


# Suppression

_BOXES = [[0.0, 0.0, 2.0, 2.0], [0.5, 0.0, 2.0, 2.0], [0.5, 0.0, 2.0, 2.0], [9.0, 9.0, 1.0, 1.0], [5.0, 5.0, 1.0, 1.0]]
_CONFIDENCE = [[0.6, 0.1], [0.9, 0.0], [0.0, 0.5], [0.3, 0.2], [0.05, 0.01]]


def _suppression(rows: Any = None, per_class: bool = False) -> tuple[Any, Any]:
    inputs = {"c": [5, 2], "b": [5, 4], "overlap": "double", "confident": "double"}
    specification, content = models.made("nonMaximumSuppression", inputs, {"c2": [], "b2": []})
    for feature in specification.description.input[2:]:
        feature.type.isOptional = True
    if rows is not None:
        ranges = specification.description.output[0].type.multiArrayType.shapeRange.sizeRanges
        for lower, upper in (rows, (2, 2)):
            ranges.add(lowerBound=lower, upperBound=upper)
    content.pickTop.perClass = per_class
    content.iouThreshold, content.confidenceThreshold = 0.5, 0.1
    content.confidenceInputFeatureName, content.coordinatesInputFeatureName = "c", "b"
    content.iouThresholdInputFeatureName, content.confidenceThresholdInputFeatureName = "overlap", "confident"
    content.confidenceOutputFeatureName, content.coordinatesOutputFeatureName = "c2", "b2"
    return specification, content


def _kept(specification: Any, **thresholds: float) -> Any:
    outputs = models.predicted(specification, c=_CONFIDENCE, b=_BOXES, **thresholds)
    return [(_CONFIDENCE.index(c), _BOXES[_CONFIDENCE.index(c)] == b) for c, b in zip(*outputs.values(), strict=True)]


def test_the_most_confident_of_overlapping_boxes_is_kept() -> None:
    assert _kept(_suppression()[0]) == [(1, True), (3, True)]
    assert _kept(_suppression(per_class=True)[0]) == [(1, True), (2, True), (3, True)]
    assert _kept(_suppression()[0], overlap=1.0) == [(1, True), (0, True), (2, True), (3, True)]
    assert _kept(_suppression()[0], confident=0.4) == [(1, True)]


def test_rows_are_cut_off_and_filled_up_as_declared() -> None:
    assert _kept(_suppression((0, 1))[0]) == [(1, True)]
    outputs = models.predicted(_suppression((3, 4))[0], c=_CONFIDENCE, b=_BOXES)
    assert outputs == {"c2": [[0.9, 0.0], [0.3, 0.2], [0.0, 0.0]], "b2": [_BOXES[1], _BOXES[3], [0.0] * 4]}
    with pytest.raises(ModelError, match="at most 1048576 are supported"):
        _kept(_suppression((1 << 40, -1))[0])


@given(st.integers(0, 1000), st.booleans())
def test_kept_boxes_do_not_overlap_and_others_overlap_one(seed: int, per_class: bool) -> None:
    rng = np.random.default_rng(seed)
    boxes = np.concatenate([rng.uniform(0, 4, (12, 2)), rng.uniform(0.5, 3, (12, 2))], axis=1)
    confidence = rng.uniform(0, 1, (12, 3))
    kept = keep(confidence, boxes, 0.3, 0.6, per_class).tolist()
    best, classes = confidence.max(1), confidence.argmax(1)
    assert (np.diff(best[kept]) <= 0).all()
    for row in range(12):
        rivals = [
            k for k in kept if k != row and best[k] >= best[row] and (not per_class or classes[k] == classes[row])
        ]
        overlaps = any(_shared(boxes[row], boxes[k]) > 0.3 for k in rivals)
        assert (row in kept) == (best[row] >= 0.6 and not overlaps)


def _shared(first: Any, second: Any) -> float:
    sides = [
        min(first[i] + first[i + 2] / 2, second[i] + second[i + 2] / 2)
        - max(first[i] - first[i + 2] / 2, second[i] - second[i + 2] / 2)
        for i in (0, 1)
    ]
    both = max(sides[0], 0) * max(sides[1], 0)
    return float(both / (first[2] * first[3] + second[2] * second[3] - both))


# Sound


def test_a_tone_is_loudest_in_its_band() -> None:
    seconds = np.arange(15_600) / 16_000
    centers = 700 * np.expm1(np.linspace(1127 * np.log1p(125 / 700), 1127 * np.log1p(7500 / 700), 66)[1:-1] / 1127)
    for band in (20, 40, 60):
        image = spectrogram(np.sin(2 * np.pi * centers[band] * seconds))
        assert image.shape == (96, 64)
        assert (image.argmax(1) == band).all()


def test_a_frame_of_the_spectrogram_is_its_definition() -> None:
    rng = np.random.default_rng(0)
    samples = rng.normal(size=15_600)
    frame, band = 7, 30
    window = [0.5 - 0.5 * math.cos(2 * math.pi * n / 400) for n in range(400)]
    padded = np.zeros(512)
    padded[:400] = samples[frame * 160 : frame * 160 + 400] * window
    edges = np.linspace(1127 * math.log1p(125 / 700), 1127 * math.log1p(7500 / 700), 66)[band : band + 3]
    total = 0.0
    for bin_ in range(1, 257):
        mel = 1127 * math.log1p(bin_ * 8000 / 256 / 700)
        weight = min((mel - edges[0]) / (edges[1] - edges[0]), (edges[2] - mel) / (edges[2] - edges[1]))
        turned = padded * np.exp(-2j * math.pi * bin_ * np.arange(512) / 512)
        total += max(weight, 0) * abs(turned.sum())
    assert spectrogram(samples)[frame, band] == pytest.approx(math.log(total + 0.01))


def test_sound_becomes_what_vggish_takes() -> None:
    specification, content = _transform("soundAnalysisPreprocessing", [15_600], [1, 96, 64])
    with pytest.raises(ModelError, match="not set; wanted vggish"):
        _y(specification, np.zeros(15_600))
    content.vggish.SetInParent()
    assert np.array(_y(specification, np.zeros(15_600))) == pytest.approx(np.full((1, 96, 64), math.log(0.01)))


# Models whose parts are missing

_EMPTY = {
    "oneHotEncoder": ("string", [2], "needs categories", "a"),
    "imputer": ("double", "double", "needs the value to fill in", 1.0),
    "dictVectorizer": ("dictionary of string", [2], "needs a map", {"a": 1.0}),
    "categoricalMapping": ("string", "int64", "needs a map", "a"),
}


@pytest.mark.parametrize("kind", _EMPTY)
def test_models_without_content_are_refused(kind: str) -> None:
    source, target, message, value = _EMPTY[kind]
    with pytest.raises(ModelError, match=message):
        _y(_transform(kind, source, target)[0], value)


def test_outputs_must_fit_what_is_declared() -> None:
    specification, content = _transform("scaler", [2], [3])
    content.scaleValue.append(1.0)
    with pytest.raises(ModelError, match=r'"y" is declared of shape \[3\], but the model returns \[2\]'):
        _y(specification, [1.0, 2.0])
    specification, _ = _transform("scaler", "double", "string")
    with pytest.raises(ModelError, match='"y" is declared as string; wanted a number or an array'):
        _y(specification, 1.0)


def test_an_optional_input_that_is_needed_is_named() -> None:
    specification, content = _transform("oneHotEncoder", "string", [1])
    content.stringCategories.vector.append("a")
    specification.description.input[0].type.isOptional = True
    with pytest.raises(InputError, match='"x" was left out, and the model cannot do without it'):
        models.predicted(specification)
