"""Nearest neighbors answer as their rules say, and learn by adding samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import validate_models as models
from hypothesis import given
from hypothesis import strategies as st

from bertkit.coreml import Configuration, Model, Package, save_model
from bertkit.coreml.neighbors import Neighbors
from bertkit.coreml.update import ModelStore, UpdateTask
from bertkit.errors import InputError, UnsupportedError

_WAIT = 60


def _classifier(samples: list[list[float]], labels: list[Any], k: int = 3, **options: Any) -> Any:
    made = models.neighbors(0, len(samples[0]) if samples else options.get("dimensions", 2))
    content = made.kNearestNeighborsClassifier
    content.numberOfNeighbors.defaultValue = k
    if options.get("inverse"):
        content.inverseDistanceWeighting.SetInParent()
    if options.get("tree"):
        content.nearestNeighborsIndex.singleKdTreeIndex.leafSize = 4
    if labels and isinstance(labels[0], int):
        content.int64ClassLabels.vector.extend(labels)
        content.defaultInt64Label = -1
        for features in (made.description.output, made.description.trainingInput):
            features[-1].type.int64Type.SetInParent()
    else:
        content.stringClassLabels.vector.extend(labels)
    for sample in samples:
        content.nearestNeighborsIndex.floatSamples.add(vector=sample)
    output = made.description.output.add(name="chances").type.dictionaryType
    (output.int64KeyType if labels and isinstance(labels[0], int) else output.stringKeyType).SetInParent()
    made.description.predictedProbabilitiesName = "chances"
    return made


def _predict(specification: Any, vector: list[float], folder: Path, **parameters: Any) -> dict[str, Any]:
    path = save_model(folder / "n.mlmodel", specification)
    return Model.load(path, Configuration(parameters=parameters)).predict({"embedding": vector})


@pytest.mark.parametrize("tree", [False, True])
@pytest.mark.parametrize("inverse", [False, True])
def test_labels_of_both_weightings_and_both_indices(tmp_path: Path, tree: bool, inverse: bool) -> None:
    samples = [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [9.0, 9.0]]
    made = _classifier(samples, ["near", "far", "far", "out"], tree=tree, inverse=inverse)
    predicted = _predict(made, [0.5, 0.0], tmp_path)
    assert str(predicted["label"]) == ("near" if inverse else "far")
    if inverse:
        near, far = 1 / 0.25, 1 / 2.25 + 1 / 6.25
        expected = {"near": near / (near + far), "far": far / (near + far), "out": 0.0}
    else:
        expected = {"near": 1 / 3, "far": 2 / 3, "out": 0.0}
    assert predicted["chances"] == pytest.approx(expected)


def test_integer_labels_and_another_number_of_neighbors(tmp_path: Path) -> None:
    made = _classifier([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]], [7, 8, 8])
    predicted = _predict(made, [0.0, 0.0], tmp_path)
    assert predicted["label"].item() == 8
    assert _predict(made, [0.0, 0.0], tmp_path, numberOfNeighbors=1)["label"].item() == 7


def test_an_empty_classifier_answers_with_its_default(tmp_path: Path) -> None:
    predicted = _predict(_classifier([], []), [1.0, 2.0], tmp_path)
    assert str(predicted["label"]) == "unknown"
    assert predicted["chances"] == {"unknown": 1.0}


def test_ties_go_to_the_nearer_label_then_to_the_first(tmp_path: Path) -> None:
    made = _classifier([[0.0, 1.0], [0.0, -2.0]], ["b", "a"], k=2)
    assert str(_predict(made, [0.0, 0.0], tmp_path)["label"]) == "b"
    made = _classifier([[0.0, 1.0], [0.0, -1.0]], ["b", "a"], k=2)
    assert str(_predict(made, [0.0, 0.0], tmp_path)["label"]) == "b"
    made = _classifier([[0.0, 0.0], [0.0, 0.0]], ["b", "a"], k=2, inverse=True)
    assert str(_predict(made, [0.0, 0.0], tmp_path)["label"]) == "b"


_vectors = st.lists(st.lists(st.integers(-3, 3), min_size=2, max_size=2), min_size=1, max_size=12)


@given(
    samples=_vectors,
    vector=st.tuples(st.integers(-3, 3), st.integers(-3, 3)),
    k=st.integers(1, 6),
    seed=st.integers(0, 99),
)
def test_votes_are_counted_as_in_plain_python(samples, vector, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = [str(label) for label in rng.integers(0, 3, len(samples))]
    for inverse in (False, True):
        found = Neighbors(np.asarray(samples, np.float32), labels, k, inverse, None).classify(np.asarray(vector))
        distances = [sum((a - b) ** 2 for a, b in zip(sample, vector, strict=True)) for sample in samples]
        nearest = sorted(range(len(samples)), key=lambda position: (distances[position], position))[:k]
        votes: dict[str, list[float]] = {}
        for position in nearest:
            vote = votes.setdefault(labels[position], [0.0, 0.0])
            vote[0] += 1 / max(distances[position], 1e-8) if inverse else 1.0
            vote[1] += distances[position]
        total = sum(vote for vote, _ in votes.values())
        best = max(votes, key=lambda label: (votes[label][0], -votes[label][1], -labels.index(label)))
        assert found[0] == best
        assert {label: chance for label, chance in found[1].items() if chance} == pytest.approx(
            {label: vote / total for label, (vote, _) in votes.items()}
        )


def test_an_update_adds_samples_and_changes_nothing_else(tmp_path: Path) -> None:
    path = save_model(tmp_path / "n.mlmodel", _classifier([[0.0, 0.0]], ["a"], k=1))
    rows = [{"embedding": [5.0, 5.0], "label": "b"}, {"embedding": [9.0, 9.0], "label": "c"}]
    task = UpdateTask(path, rows)
    task.resume()
    context = task.result(_WAIT)
    assert str(context.model.predict({"embedding": [8.0, 9.0]})["label"]) == "c"
    saved = Package.open(context.save(tmp_path / "new.mlmodel")).specification
    index = saved.kNearestNeighborsClassifier.nearestNeighborsIndex
    assert [list(sample.vector) for sample in index.floatSamples] == [[0, 0], [5, 5], [9, 9]]
    assert list(saved.kNearestNeighborsClassifier.stringClassLabels.vector) == ["a", "b", "c"]
    del index.floatSamples[1:]
    del saved.kNearestNeighborsClassifier.stringClassLabels.vector[1:]
    saved.description.ClearField("metadata")
    assert saved.SerializeToString(deterministic=True) == path.read_bytes()


def test_an_empty_classifier_is_taught(tmp_path: Path) -> None:
    path = save_model(tmp_path / "n.mlmodel", _classifier([], []))
    store = ModelStore.create(tmp_path / "store", path)
    for label, vector in (("up", [0.0, 1.0]), ("down", [0.0, -1.0])):
        task = store.update([{"embedding": vector, "label": label}], Configuration(parameters={"numberOfNeighbors": 1}))
        task.resume()
        store.keep(task.result(_WAIT))
    model = Model.load(store.path())
    assert [str(model.predict({"embedding": [0.0, y]})["label"]) for y in (2, -2)] == ["up", "down"]
    (change,) = store.diff()
    assert (change.name, change.count) == ("samples", 2)


def test_a_published_classifier_is_taught(tmp_path: Path) -> None:
    shared = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "coreml"
    path = shared / "ronan18__UpdatableKNN__91fbffa.mlmodel"
    if not path.exists():
        pytest.skip("the published models are not here")
    task = UpdateTask(path, [{"input": [1, 2, 3], "output": "A"}, {"input": [7, 8, 9], "output": "B"}])
    task.resume()
    model = task.result(_WAIT).model
    predicted = model.predict({"input": [7.0, 8.0, 8.0]})
    assert str(predicted["output"]) == "B"
    assert predicted["stationProbability"] == {"A": 0.5, "B": 0.5}


def test_refusals(tmp_path: Path) -> None:
    path = save_model(tmp_path / "n.mlmodel", _classifier([[0.0, 0.0]], ["a"]))
    with pytest.raises(InputError, match=r"Example 1: .*must be float32 of shape \[2\]"):
        UpdateTask(path, [{"embedding": [0, 1], "label": "a"}, {"embedding": [0], "label": "a"}])
    with pytest.raises(InputError, match="numberOfNeighbors must be a whole number from 1 to 1000"):
        UpdateTask(path, [{"embedding": [0, 1], "label": "a"}], Configuration(parameters={"numberOfNeighbors": 0}))
    with pytest.raises(UnsupportedError, match="no layers to trace"):
        Model.load(path).trace({"embedding": [0, 1]})
