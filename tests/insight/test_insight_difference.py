from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bertkit.errors import InputError
from bertkit.insight import Example, Subject, apply_lens, trace_layers
from bertkit.insight.difference import compare_runs, relative_difference, tokens_first
from bertkit.qa import Document

Get = Callable[..., tuple[Subject, Example]]


def test_kept_values_give_the_same_layers_and_the_same_lens(example_of: Get) -> None:
    subject, example = example_of("bert")
    trace = trace_layers(subject, example, keep=subject.anatomy.hidden)
    assert set(trace.kept) == set(subject.anatomy.hidden)
    plain = trace_layers(subject, example)
    for layer in (subject.anatomy.hidden[1], "encoder__layer_1__attention__self__context", "span_head__split:1"):
        np.testing.assert_array_equal(trace.array(layer), plain.array(layer))
    from_kept, anew = apply_lens(subject, example, hidden=trace.kept), apply_lens(subject, example)
    np.testing.assert_array_equal(from_kept.start_logits, anew.start_logits)
    np.testing.assert_array_equal(from_kept.end_logits, anew.end_logits)


def test_a_run_differs_from_itself_in_nothing(example_of: Get) -> None:
    trace = trace_layers(*example_of("bert"))
    found = compare_runs(trace, trace)
    assert set(found.layers.values()) == {0.0}
    assert "equal at every layer" in found.sentence


def test_two_questions_part_where_the_tokens_first_mix(example_of: Get) -> None:
    subject, example = example_of("bert")
    other = subject.example("w3 w15", example.document, window=0)
    found = compare_runs(trace_layers(subject, example), trace_layers(subject, other))
    assert all(example.row[here].piece == other.row[there].piece for here, there in found.shared)
    assert len(found.shared) == len(example.row.places("passage")) + len(example.row.places("special"))
    assert found.by_stage["embeddings"] == 0.0
    assert found.by_stage["encoder layer 1"] > 0
    assert "equal up to embeddings" in found.sentence


def test_questions_of_other_documents_share_what_is_special(example_of: Get) -> None:
    subject, example = example_of("bert")
    other = subject.example("w3 w15", Document.from_text("w2 w40 w8"), window=0)
    found = compare_runs(trace_layers(subject, example), trace_layers(subject, other))
    assert len(found.shared) == len(example.row.places("special"))


def test_models_without_a_layer_in_common_are_refused(example_of: Get) -> None:
    first, second = trace_layers(*example_of("bert")), trace_layers(*example_of("bert"))
    object.__setattr__(second, "values", ())
    with pytest.raises(InputError, match="no layer in common"):
        compare_runs(first, second)


def test_tokens_are_found_in_any_place_of_a_shape() -> None:
    assert tokens_first(np.zeros((1, 2, 5, 3), np.float32), 5).shape == (5, 6)  # type: ignore[union-attr]
    assert tokens_first(np.zeros((1, 5), np.float32), 5).shape == (5, 1)  # type: ignore[union-attr]
    assert tokens_first(np.zeros((1, 4, 3), np.float32), 5) is None
    assert tokens_first(np.zeros((1, 5), np.int32), 5) is None


def test_differences_are_shares_of_the_first_value() -> None:
    first = np.array([[[3.0, 4.0], [1.0, 0.0]]], np.float32)
    second = np.array([[[9.0, 9.0], [3.0, 4.0], [1.0, 5.0]]], np.float32)
    assert relative_difference(first, second, (2, 3), ((0, 1),)) == 0.0
    assert relative_difference(first, second, (2, 3), ((1, 2),)) == 5.0
