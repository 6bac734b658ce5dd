"""Rules about feature transformations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bertkit.coreml.validate.classic.interface_checks import NUMBERS, wrong_types
from bertkit.coreml.validate.features import array_type, enum_name, kind_of, type_text
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_ARRAY, _DICTIONARY, _SEQUENCE = "multiArrayType", "dictionaryType", "sequenceType"
_IMPUTED = {
    "imputedDoubleValue": (("doubleType", _ARRAY), "replaceDoubleValue"),
    "imputedInt64Value": (("int64Type",), "replaceInt64Value"),
    "imputedStringValue": (("stringType",), "replaceStringValue"),
    "imputedDoubleArray": ((_ARRAY,), "replaceDoubleValue"),
    "imputedInt64Array": ((_ARRAY,), "replaceInt64Value"),
    "imputedStringDictionary": ((_DICTIONARY,), None),
    "imputedInt64Dictionary": ((_DICTIONARY,), None),
}
_IMPUTABLE = ("int64Type", "doubleType", _ARRAY, "stringType", _DICTIONARY)


def _first(subject: Subject) -> tuple[Any, Any] | None:
    """Return the input and the output of a transformation of one feature; None if one is missing."""
    inputs, outputs = subject.description.input, subject.description.output
    return (inputs[0], outputs[0]) if inputs and outputs else None


def _vector_problems(subject: Subject) -> Iterator[Finding]:
    """Yield what keeps an array from being a vector that is transformed element by element."""
    pair = _first(subject)
    if pair is None or kind_of(pair[0]) != _ARRAY or kind_of(pair[1]) != _ARRAY:
        return
    shapes = [list(feature.type.multiArrayType.shape) for feature in pair]
    if len(shapes[0]) != 1:
        yield "", f"A {subject.kind} takes arrays of one axis; the input has shape {shapes[0]}."
    elif shapes[0] != shapes[1]:
        yield "", f"The output has shape {shapes[1]}, the input {shapes[0]}; they must be equal."


@rule("transform.one-hot", "oneHotEncoder")
def one_hot(subject: Subject) -> Iterable[Finding]:
    """Categories of the input's type become an array, or a dictionary where the output is sparse."""
    content = subject.content
    yield from wrong_types(subject, "input", ("int64Type", "stringType"), most=1)
    yield from wrong_types(subject, "output", (_DICTIONARY if content.outputSparse else _ARRAY,), most=1)
    kind = content.WhichOneof("CategoryType")
    wanted = {"stringCategories": "stringType", "int64Categories": "int64Type"}.get(kind)
    if wanted is None:
        yield "", "Categories are required, strings or integers; none are set."
    for feature in subject.description.input:
        if wanted is not None and kind_of(feature) in ("int64Type", "stringType") and kind_of(feature) != wanted:
            yield f"input {feature.name}", f"The categories are {kind}, the input is {type_text(feature)}."


@rule("transform.scaler", "scaler")
def scaler(subject: Subject) -> Iterable[Finding]:
    """Numbers stay numbers, and arrays keep their length; shift and scale are one value, or one an element."""
    yield from wrong_types(subject, "input", NUMBERS, most=1)
    yield from wrong_types(subject, "output", NUMBERS, most=1)
    yield from _vector_problems(subject)
    pair = _first(subject)
    if pair is None:
        return
    kinds = kind_of(pair[0]), kind_of(pair[1])
    if kinds[0] != kinds[1] and kinds != ("int64Type", "doubleType"):
        yield "", f"A scaler turns {type_text(pair[0])} into the same type, not into {type_text(pair[1])}."
    shape = list(pair[0].type.multiArrayType.shape) if kinds[0] == _ARRAY else []
    allowed = {0, 1, *shape[:1]}
    for name in ("shiftValue", "scaleValue"):
        if len(getattr(subject.content, name)) not in allowed:
            yield "", f"{name} has {len(getattr(subject.content, name))} values; wanted one of {sorted(allowed)}."


@rule("transform.imputer", "imputer")
def imputer(subject: Subject) -> Iterable[Finding]:
    """The value that is filled in, and the one that it replaces, have the feature's type."""
    yield from wrong_types(subject, "input", _IMPUTABLE, most=1)
    yield from wrong_types(subject, "output", _IMPUTABLE, most=1)
    yield from _vector_problems(subject)
    pair, content = _first(subject), subject.content
    value, replaced = content.WhichOneof("ImputedValue"), content.WhichOneof("ReplaceValue")
    if value is None:
        yield "", "The value to fill in is required; none is set."
        return
    wanted, replaceable = _IMPUTED[value]
    if replaced is not None and replaced != replaceable:
        yield "", f"{value} goes with {replaceable or 'no value to replace'}, not with {replaced}."
    if pair is None:
        return
    if kind_of(pair[0]) != kind_of(pair[1]):
        yield "", f"The output is {type_text(pair[1])}, the input {type_text(pair[0])}; they must be of one type."
    if kind_of(pair[0]) not in wanted:
        yield "", f"{value} does not fit the input, {type_text(pair[0])}."
    elif value.endswith("Array") and list(pair[0].type.multiArrayType.shape) != [len(getattr(content, value).vector)]:
        yield "", f"{value} has {len(getattr(content, value).vector)} values; the input is {type_text(pair[0])}."


@rule("transform.feature-vectorizer", "featureVectorizer")
def feature_vectorizer(subject: Subject) -> Iterable[Finding]:
    """Inputs of stated lengths become one array."""
    yield from wrong_types(subject, "input", (*NUMBERS, _DICTIONARY))
    yield from wrong_types(subject, "output", (_ARRAY,), most=1)
    names = {feature.name for feature in subject.description.input}
    for column in subject.content.inputList:
        if column.inputDimensions <= 0:
            yield f"column {column.inputColumn}", "The column must have at least one dimension, it has 0."
        if column.inputColumn not in names:
            yield f"column {column.inputColumn}", "The column is not among the inputs."


@rule("transform.dict-vectorizer", "dictVectorizer")
def dict_vectorizer(subject: Subject) -> Iterable[Finding]:
    """A dictionary becomes an array by a map of its keys."""
    yield from wrong_types(subject, "input", (_DICTIONARY,), most=1)
    yield from wrong_types(subject, "output", (_DICTIONARY, _ARRAY), most=1)
    if subject.content.WhichOneof("Map") is None:
        yield "", "A map from keys to places is required; none is set."


@rule("transform.normalizer", "normalizer")
def normalizer(subject: Subject) -> Iterable[Finding]:
    """An array is normalized by a norm that exists."""
    yield from wrong_types(subject, "input", (_ARRAY,), most=1)
    yield from wrong_types(subject, "output", (_ARRAY,), most=1)
    if not enum_name(subject.content, "normType"):
        yield "", f"The norm has the unknown value {subject.content.normType}."


@rule("transform.array-feature-extractor", "arrayFeatureExtractor")
def array_feature_extractor(subject: Subject) -> Iterable[Finding]:
    """Elements of one array that exist; one of them where the output is a number."""
    yield from wrong_types(subject, "input", (_ARRAY,), most=1)
    yield from wrong_types(subject, "output", NUMBERS, most=1)
    indices, pair = list(subject.content.extractIndex), _first(subject)
    if pair is None:
        return
    if kind_of(pair[1]) in ("doubleType", "int64Type") and len(indices) != 1:
        yield "", f"One index is extracted as {type_text(pair[1])}; {len(indices)} are given."
    shape = list(pair[0].type.multiArrayType.shape) if kind_of(pair[0]) == _ARRAY else []
    if len(shape) == 1 and indices and max(indices) >= shape[0]:
        yield "", f"The index {max(indices)} is not in the input, {type_text(pair[0])}."


@rule("transform.categorical-mapping", "categoricalMapping")
def categorical_mapping(subject: Subject) -> Iterable[Finding]:
    """Strings become integers or the other way round, sequences of them sequences."""
    kind, unknown = subject.content.WhichOneof("MappingType"), subject.content.WhichOneof("ValueOnUnknown")
    if kind is None:
        yield "", "A mapping is required, of strings to integers or of integers to strings; none is set."
        return
    source, target = ("stringType", "int64Type") if kind == "stringToInt64Map" else ("int64Type", "stringType")
    yield from wrong_types(subject, "input", (source, _SEQUENCE), most=1)
    yield from wrong_types(subject, "output", (target, _SEQUENCE), most=1)
    if unknown == ("strValue" if target == "int64Type" else "int64Value"):
        yield "", f"The value for unknown categories, {unknown}, is not of the type that {kind} gives."
    pair = _first(subject)
    for feature, wanted in zip(pair, (source, target), strict=True) if pair is not None else ():
        if kind_of(feature) == _SEQUENCE and feature.type.sequenceType.WhichOneof("Type") != wanted:
            yield "", f'The elements of the sequence "{feature.name}" must be {wanted.removesuffix("Type")}.'
    if pair is not None and (kind_of(pair[0]) == _SEQUENCE) != (kind_of(pair[1]) == _SEQUENCE):
        yield "", "A sequence is mapped to a sequence, and a single category to a single one."


@rule("transform.bayesian-probit", "bayesianProbitRegressor")
def bayesian_probit(subject: Subject) -> Iterable[Finding]:
    """Features are integer arrays; optimism and sampling are controlled by numbers."""
    controls = {
        getattr(subject.content, f"{name}InputFeatureName")
        for name in ("optimism", "samplingScale", "samplingTruncation")
    }
    for feature in subject.description.input:
        if feature.name in controls:
            continue
        array = feature.type.multiArrayType
        if kind_of(feature) != _ARRAY or array_type(array) != "INT32" or len(array.shape) not in (1, 2):
            yield f"input {feature.name}", f"Wanted an INT32 array of one or two axes, it is {type_text(feature)}."
