"""Items recommended because they are similar to others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bertkit.coreml.classes import Label
from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.errors import ModelError

_MOST_ITEMS = 1 << 24  # what a file mentions is not allocated unseen


def recommender(subject: Subject) -> Predictor:
    """Read an `ItemSimilarityRecommender`.

    The score of an item is the sum, over the items given, of their similarity to it times their own score less its
    adjustment. Items are returned by falling score, equal ones in the file's order; those excluded (the items given,
    where none are named) are left out, and only those of the restriction are returned where there is one.
    """
    content = subject.content
    ids = _identifiers(content)
    places = {identifier: place for place, identifier in enumerate(ids)}
    sources, targets, similarity = _similarities(content)
    shift = np.zeros(len(ids))
    for item in content.itemItemSimilarities:
        shift[item.itemId] = item.itemScoreAdjustment

    def listed(inputs: Mapping[str, Any], name: str) -> list[int] | None:
        value = inputs.get(name) if name else None
        return None if value is None else [places[key] for key in _keys(value) if key in places]

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        given = inputs[content.itemInputFeatureName or subject.input]
        known = {places[key]: score for key, score in _scores(given).items() if key in places}
        score, is_given = np.zeros(len(ids)), np.zeros(len(ids), dtype=bool)
        score[list(known)], is_given[list(known)] = list(known.values()), True
        terms = similarity * (score[sources] - shift[targets]) * is_given[sources]
        scores = np.bincount(targets, terms, minlength=len(ids))
        excluded = listed(inputs, content.itemExclusionInputFeatureName)
        allowed = listed(inputs, content.itemRestrictionInputFeatureName)
        candidates = set(range(len(ids)) if allowed is None else allowed)
        candidates -= set(known if excluded is None else excluded)
        ranked = sorted(candidates, key=lambda place: (-scores[place], place))
        wanted = inputs.get(content.numRecommendationsInputFeatureName)
        ranked = ranked if wanted is None else ranked[: max(0, int(wanted))]
        outputs: dict[str, Any] = {
            content.recommendedItemListOutputFeatureName: [ids[place] for place in ranked],
            content.recommendedItemScoreOutputFeatureName: {ids[place]: float(scores[place]) for place in ranked},
        }
        return {name: value for name, value in outputs.items() if name}

    return predict


def _identifiers(content: Any) -> tuple[Label, ...]:
    """Return the items' identifiers; where the file has none, the numbers from 0 on."""
    mentioned = [item.itemId for item in content.itemItemSimilarities]
    mentioned += [other.itemId for item in content.itemItemSimilarities for other in item.similarItemList]
    count = max(mentioned, default=-1) + 1
    listed = tuple(content.itemStringIds.vector) or tuple(content.itemInt64Ids.vector)
    if count > (len(listed) if listed else _MOST_ITEMS):
        raise ModelError(f"The item {count - 1} is mentioned, but there are identifiers for {len(listed)} items.")
    return listed if listed else tuple(range(count))


def _similarities(content: Any) -> tuple[Any, Any, Any]:
    """Return pairs of items and their similarity: [pairs] from the one that is given, [pairs] to, [pairs]."""
    rows = [
        (item.itemId, other.itemId, other.similarityScore)
        for item in content.itemItemSimilarities
        for other in item.similarItemList
    ]
    sources, targets, similarity = zip(*rows, strict=True) if rows else ((), (), ())
    return np.array(sources, dtype=np.int64), np.array(targets, dtype=np.int64), np.array(similarity, dtype=np.float64)


def _keys(value: Any) -> list[Any]:
    """Return the items of a dictionary, a sequence or an array."""
    return np.asarray(value).reshape(-1).tolist() if isinstance(value, np.ndarray) else list(value)


def _scores(value: Any) -> dict[Any, float]:
    """Return scores by item; items that are only listed have the score 1."""
    return dict(value) if isinstance(value, Mapping) else dict.fromkeys(_keys(value), 1.0)


READERS = {"itemSimilarityRecommender": recommender}
