"""Rules about item similarity recommenders."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.coreml.validate.classic.interface_checks import wrong_name
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_KIND = "itemSimilarityRecommender"
_ITEMS = ("dictionaryType", "sequenceType", "multiArrayType")
_LISTS = ("sequenceType", "multiArrayType")


@rule("recommender.items", _KIND)
def items_have_ids(subject: Subject) -> Iterable[Finding]:
    """Identifiers are integers or strings, differ, and there is one for every item that is mentioned."""
    content = subject.content
    mentioned = [item.itemId for item in content.itemItemSimilarities]
    mentioned += [other.itemId for item in content.itemItemSimilarities for other in item.similarItemList]
    integers, strings = list(content.itemInt64Ids.vector), list(content.itemStringIds.vector)
    if integers and strings:
        yield "", "Items are identified by integers or by strings; both are given."
    for ids in (integers, strings):
        if ids and mentioned and max(mentioned) >= len(ids):
            yield "", f"The item {max(mentioned)} is mentioned, but there are identifiers for {len(ids)} items."
        if len(set(ids)) < len(ids):
            yield "", "The identifiers of items must differ."


@rule("recommender.inputs", _KIND)
def inputs_are_described(subject: Subject) -> Iterable[Finding]:
    """Items come as a dictionary, sequence or array; the others, where they are used, as lists and a number."""
    content = subject.content
    if content.itemInputFeatureName or len(subject.description.input) != 1:
        yield from wrong_name(subject, "input", "itemInputFeatureName", _ITEMS)
    if content.numRecommendationsInputFeatureName:
        yield from wrong_name(subject, "input", "numRecommendationsInputFeatureName", ("int64Type",))
    for field in ("itemRestrictionInputFeatureName", "itemExclusionInputFeatureName"):
        if getattr(content, field):
            yield from wrong_name(subject, "input", field, _LISTS)


@rule("recommender.outputs", _KIND)
def outputs_are_described(subject: Subject) -> Iterable[Finding]:
    """A list, scores, or both are returned."""
    wanted = {
        "recommendedItemListOutputFeatureName": ("sequenceType",),
        "recommendedItemScoreOutputFeatureName": ("dictionaryType",),
    }
    used = [field for field in wanted if getattr(subject.content, field)]
    if not used:
        yield "", "A recommender must name an output for the list of items or for their scores; it names neither."
    for field in used:
        yield from wrong_name(subject, "output", field, wanted[field])
