"""The analyses on the reader that ships with bertkit and one of its documents."""

from __future__ import annotations

import numpy as np
import pytest

from bertkit.coreml import Configuration
from bertkit.insight import Example, Subject, apply_lens, map_attention, score_spans, silence_heads, trace_layers
from bertkit.qa import Document, Reader
from bertkit.resources import resource

QUESTION = "Who built the first Eddystone lighthouse?"


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject(Reader(configuration=Configuration(engine="torch", cache=False)))


@pytest.fixture(scope="module")
def example(subject: Subject) -> Example:
    return subject.example(QUESTION, Document.open(resource("documents/lighthouses.txt")), window=0)


def test_the_lens_ends_with_the_readers_scores(subject: Subject, example: Example) -> None:
    lens, scores = apply_lens(subject, example), score_spans(subject, example)
    np.testing.assert_allclose(lens.start_logits[-1], scores.start_logits, atol=1e-5)
    np.testing.assert_allclose(lens.end_logits[-1], scores.end_logits, atol=1e-5)
    assert lens.answer.text == scores.spans[0].span.text == "Henry Winstanley"
    assert 0 < lens.appears_at <= 6


def test_a_head_looks_from_the_question_at_the_answer(subject: Subject, example: Example) -> None:
    answer = apply_lens(subject, example).answer
    maps = map_attention(subject, example)
    assert (maps.layer_count, maps.head_count) == (6, 12)
    late = maps.links([(layer, head) for layer in (4, 5) for head in range(12)], count=3)
    assert any(answer.first <= link.key.index <= answer.last for link in late)


def test_without_its_late_heads_the_reader_is_lost(subject: Subject, example: Example) -> None:
    change = silence_heads(subject, example, [(layer, head) for layer in (3, 4, 5) for head in range(12)])
    assert not change.same
    assert change.kept_score < change.before.score


def test_every_layer_has_a_type_and_finite_values(subject: Subject, example: Example) -> None:
    trace = trace_layers(subject, example)
    assert len(trace.values) > 120
    assert all(value.kind for value in trace.values)
    assert not any(value.summary.not_finite for value in trace.values)
