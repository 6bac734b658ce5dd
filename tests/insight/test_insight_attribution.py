from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from bert_checkpoints import CONFIGS
from qa_fakes import FakeModel

from bertkit.errors import InputError
from bertkit.insight import Example, Subject, hide_tokens, integrate_gradients, occlude
from bertkit.insight.attribution import Attribution
from bertkit.qa import Document, Reader

Get = Callable[..., tuple[Subject, Example]]
CASES = [*((family, "mlprogram") for family in CONFIGS), ("bert", "neuralnetwork")]
TEXT = "the old lamp of the harbor. oil was dear."


@pytest.fixture
def lamp(fake: Subject) -> Example:
    return fake.example("lamp", Document.from_text(TEXT))


def test_occlusion_is_the_loss_of_hiding_one_token(fake: Subject, lamp: Example) -> None:
    occlusion = occlude(fake, lamp)
    (start,), (end,) = fake.logits([lamp.window])
    first, last = occlusion.answer.place
    words = [*lamp.row.places("question"), *lamp.row.places("passage")]
    assert np.flatnonzero(np.isfinite(occlusion.values)).tolist() == words
    assert occlusion.runs == len(words) + 1
    for token in words:
        change = hide_tokens(fake, lamp, [token])
        lost = start[first] + end[last] - change.start_logits[first] - change.end_logits[last]
        assert occlusion.values[token] == pytest.approx(lost, abs=1e-4)
    assert set(occlusion.top(4)) <= {*lamp.row.places("question"), *range(first, last + 1)}


@pytest.mark.parametrize("max_batch", [1, 3, 100])
def test_batches_change_nothing(max_batch: int) -> None:
    subject = Subject(Reader(FakeModel(lengths=(64,), max_batch=max_batch)))
    example = subject.example("lamp", Document.from_text(TEXT))
    whole = occlude(Subject(Reader(FakeModel(lengths=(64,)))), example)
    np.testing.assert_allclose(occlude(subject, example).values, whole.values)


def test_another_span_and_some_tokens(fake: Subject, lamp: Example) -> None:
    answer = occlude(fake, lamp, tokens=[1]).answer
    other = replace(answer, first=answer.first + 2, last=answer.last + 3)
    occlusion = occlude(fake, lamp, answer=other, tokens=[1, 2])
    assert occlusion.answer == other
    assert np.isfinite(occlusion.values).sum() == 2


def test_occlusion_reports_and_can_be_ended(fake: Subject, lamp: Example) -> None:
    parts: list[Attribution] = []
    seen: list[tuple[int, int]] = []
    whole = occlude(fake, lamp, partial=parts.append, progress=lambda done, total: seen.append((done, total)))
    assert [part.runs - 1 for part in parts] == [done for done, _ in seen]
    assert seen[-1][0] == seen[-1][1] == whole.runs - 1
    assert np.isnan(parts[0].values).sum() > np.isnan(parts[-1].values).sum()

    def cancel(done: int, total: int) -> None:
        raise KeyboardInterrupt

    fake.reader.model.shapes.clear()
    with pytest.raises(KeyboardInterrupt):
        occlude(fake, lamp, progress=cancel)
    assert len(fake.reader.model.shapes) == 1 + fake.batch_size


def test_text_lists_what_carries_most(fake: Subject, lamp: Example) -> None:
    occlusion = occlude(fake, lamp)
    lines = str(occlusion).splitlines()
    assert f"(occlusion, {occlusion.runs} runs)" in lines[1]
    assert len(lines) == 4 + 15
    assert lines[4].split()[0] == str(occlusion.top(1)[0])
    json = occlusion.to_json()
    assert json["method"] == "occlusion"
    assert json["values"].shape == (len(lamp.row),)


@pytest.mark.parametrize(("family", "kind"), CASES)
def test_integrated_gradients_add_up_to_what_hiding_all_words_loses(family: str, kind: str, example_of: Get) -> None:
    subject, example = example_of(family, kind)
    found = integrate_gradients(subject, example, steps=60)
    words = [*example.row.places("question"), *example.row.places("passage")]
    assert np.flatnonzero(np.isfinite(found.values)).tolist() == words
    hidden = hide_tokens(subject, example, words)
    (start,), (end,) = subject.logits([example.window])
    first, last = found.answer.place
    lost = start[first] + end[last] - hidden.start_logits[first] - hidden.end_logits[last]
    assert np.nansum(found.values) == pytest.approx(lost + found.gap, abs=1e-3)
    assert abs(found.gap) < 0.1


def test_more_steps_bring_the_gap_down(example_of: Get) -> None:
    subject, example = example_of("bert")
    coarse, fine = (integrate_gradients(subject, example, steps=steps) for steps in (2, 64))
    assert abs(fine.gap) < abs(coarse.gap)
    assert (coarse.runs, fine.runs) == (4, 66)
    assert "(integrated gradients, 4 runs, gap " in str(coarse)


def test_integrated_gradients_of_another_span_report_their_steps(example_of: Get) -> None:
    subject, example = example_of("bert")
    seen: list[tuple[int, int]] = []
    best = integrate_gradients(subject, example, steps=1).answer
    other = replace(best, first=example.row.places("passage")[0], last=example.row.places("passage")[0])
    found = integrate_gradients(
        subject, example, answer=other, steps=3, progress=lambda done, total: seen.append((done, total))
    )
    assert found.answer == other
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert not np.allclose(found.values, integrate_gradients(subject, example, steps=3).values, equal_nan=True)


def test_a_path_needs_a_step(example_of: Get) -> None:
    with pytest.raises(InputError, match="steps must be at least 1, got 0"):
        integrate_gradients(*example_of("bert"), steps=0)
