from __future__ import annotations

import numpy as np
import pytest
from qa_fakes import FakeModel

from bertkit.errors import InputError, ModelError
from bertkit.insight import Subject, score_spans, score_windows
from bertkit.insight.band import Band
from bertkit.qa import Document, Reader

TEXT = "the old lamp of the harbor. lamp oil was dear."
DOCUMENT = Document.from_text(TEXT, "harbor")


def subject_with(**options: object) -> Subject:
    return Subject(Reader(FakeModel(**{"lengths": (64,), **options})))


def test_scores_are_start_plus_end_less_null_within_the_band(fake: Subject) -> None:
    example = fake.example("lamp", DOCUMENT)
    scores = score_spans(fake, example, max_answer_tokens=6)
    begin, passage = example.window.frame.passage_start, example.window.passage
    start, end = scores.start_logits, scores.end_logits
    for i in range(len(passage)):
        for k in range(6):
            counted = i + k < len(passage) and passage.opens[i] and passage.closes[i + k]
            wanted = start[begin + i] + end[begin + i + k] - start[0] - end[0] if counted else -np.inf
            assert scores.band.scores[k, i] == pytest.approx(wanted, abs=1e-5)


def test_the_best_span_is_the_readers_answer(fake: Subject) -> None:
    answer = fake.reader.ask("lamp oil", DOCUMENT)[0]
    best = score_spans(fake, fake.example("lamp oil", DOCUMENT)).spans[0]
    assert (best.span.text, best.span.start, best.span.end) == ("lamp oil", answer.start, answer.end)
    assert best.span.score == pytest.approx(answer.score)
    assert best.start_lead + best.end_lead == pytest.approx(best.span.score)


def test_probabilities_by_token_sum_to_one_and_leave_the_question_out(fake: Subject) -> None:
    example = fake.example("lamp", DOCUMENT)
    scores = score_spans(fake, example)
    for curve in (scores.start_probabilities, scores.end_probabilities):
        assert curve.sum() == pytest.approx(1, abs=1e-6)
        outside = [token.index for token in example.row if token.part != "passage" and token.index > 0]
        assert not curve[outside].any()


def test_temperature_flattens_probabilities() -> None:
    sharp, flat = (
        score_spans(subject, subject.example("lamp", DOCUMENT))
        for subject in (subject_with(), subject_with(temperature=8.0))
    )
    assert sharp.spans[0].probability > flat.spans[0].probability
    assert sharp.start_probabilities.max() > flat.start_probabilities.max()


def test_spans_are_listed_best_first_and_share_their_probability_with_no_answer(fake: Subject) -> None:
    scores = score_spans(fake, fake.example("lamp", DOCUMENT), count=400)
    listed = [span.span.score for span in scores.spans]
    assert listed == sorted(listed, reverse=True)
    assert sum(span.probability for span in scores.spans[:100]) + scores.no_answer_probability == pytest.approx(1)
    assert len(score_spans(fake, fake.example("lamp", DOCUMENT), count=3).spans) == 3


def test_overlapping_spans_are_in_different_lanes(fake: Subject) -> None:
    spans = score_spans(fake, fake.example("lamp", DOCUMENT), count=20).spans
    for index, one in enumerate(spans):
        for other in spans[:index]:
            apart = one.span.last < other.span.first or other.span.last < one.span.first
            assert apart or one.lane != other.lane


def tokens_of(subject: Subject, words: str) -> tuple[int, int]:
    row = subject.example("lamp", DOCUMENT).row
    start = TEXT.index(words)
    inside = [
        token.index
        for token in row
        if token.part == "passage" and token.start >= start and token.end <= start + len(words)
    ]
    return inside[0], inside[-1]


def test_why_not_this_span_says_by_how_much_the_best_leads(fake: Subject) -> None:
    scores = score_spans(fake, fake.example("lamp", DOCUMENT))
    first, last = tokens_of(fake, "old lamp of")
    verdict = scores.why(first, last)
    assert verdict.span.text == "old lamp of"
    assert verdict.rank == 1 + int((scores.band.scores > verdict.span.score).sum())
    assert f"It is number {verdict.rank} of {scores.band.count} spans." in verdict.reasons
    gap = scores.spans[0].span.score - verdict.span.score
    assert f'The best, "lamp", leads it by {gap:.2f}' in verdict.reasons[1]
    assert verdict.start_lead + verdict.end_lead == pytest.approx(verdict.span.score)


def test_why_the_answer_is_the_answer(fake: Subject) -> None:
    scores = score_spans(fake, fake.example("lamp", DOCUMENT))
    best = scores.spans[0].span
    verdict = scores.why(*best.place)
    assert verdict.rank == 1
    assert verdict.reasons == (f"It is number 1 of {scores.band.count} spans.",)
    assert verdict.to_json()["score"] == best.score


def test_why_names_every_rule_that_a_span_breaks(fake: Subject) -> None:
    scores = score_spans(fake, fake.example("lamp", DOCUMENT), max_answer_tokens=5)
    first, last = tokens_of(fake, "lamp of the")
    verdict = scores.why(first + 1, last - 1)
    assert verdict.rank is None
    assert verdict.to_json()["score"] is None
    assert verdict.reasons == (
        "It begins inside a word; answers begin with whole words.",
        "It ends inside a word; answers end with whole words.",
        f"It has {last - first - 1} tokens; the longest answer looked for has 5.",
    )


def test_why_says_that_no_answer_leads() -> None:
    subject = subject_with(lead=-20.0)
    scores = score_spans(subject, subject.example("lamp", DOCUMENT))
    verdict = scores.why(*tokens_of(subject, "lamp"))
    assert verdict.reasons[-1] == f'"No answer" leads it by {-verdict.span.score:.2f}.'


def test_a_span_that_belongs_to_the_neighbor_is_not_counted_here() -> None:
    subject = subject_with(lengths=(32,))
    document = Document.from_text("a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 4 5 6 7 8 9")
    example = subject.example("w", document, window=0)
    scores = score_spans(subject, example)
    place = example.window.frame.passage_start + len(example.window.passage) - 1
    assert example.window.after > 2
    assert scores.why(place, place).reasons == (
        "A neighboring window shows more of what is around it and scores it there.",
    )


@pytest.mark.parametrize("place", [(0, 0), (5, 4), (60, 90), (1, 20)])
def test_a_span_outside_the_passage_is_refused(place: tuple[int, int], fake: Subject) -> None:
    scores = score_spans(fake, fake.example("lamp", DOCUMENT))
    with pytest.raises(InputError, match=rf"has the tokens 6 to 42 of this row; got {place[0]} to {place[1]}"):
        scores.why(*place)


@pytest.mark.parametrize("options", [{"count": 0}, {"max_answer_tokens": 0}])
def test_numbers_below_one_are_refused(options: dict[str, int], fake: Subject) -> None:
    with pytest.raises(InputError, match="must be at least 1, got 0"):
        score_spans(fake, fake.example("lamp", DOCUMENT), **options)


def test_logits_that_are_no_numbers_are_an_error(fake: Subject) -> None:
    example = fake.example("lamp", DOCUMENT)
    logits = np.full(64, np.nan, np.float32)
    with pytest.raises(ModelError, match="not finite"):
        Band.of(example, logits, logits)


def test_text_shows_curves_spans_and_no_answer(fake: Subject) -> None:
    lines = str(score_spans(fake, fake.example("lamp", DOCUMENT), count=3)).splitlines()
    assert lines[0] == "lamp | harbor, window 1 of 1"
    assert lines[1].startswith("start |")
    assert "█" in lines[1]
    assert lines[5].split()[:2] == ["1", "lamp"]
    assert lines[-1] == "no answer: 0.0%"
    assert len(lines) == 3 + 2 + 3 + 1


def test_plain_values_keep_arrays() -> None:
    subject = subject_with()
    json = score_spans(subject, subject.example("lamp", DOCUMENT), count=2).to_json()
    assert json["start_logits"].shape == json["end_probabilities"].shape == (64,)
    assert json["matrix"].dtype == np.float32
    assert [span["lane"] for span in json["spans"]] == [0, 1]
    assert json["null_score"] == 0


def test_the_example_is_the_window_that_counts_the_answer() -> None:
    subject = subject_with(lengths=(32,))
    document = Document.from_text("x y " * 30 + "lamp " + "z " * 50)
    answer = subject.reader.ask("lamp", document)[0]
    example = subject.example("lamp", document)
    assert len(example.tokenization.windows) > 3
    best = score_spans(subject, example).spans[0].span
    assert (best.start, best.end) == (answer.start, answer.end)
    assert subject.example("lamp", document, answer=answer).index == example.index


def test_an_answer_from_elsewhere_is_refused(fake: Subject) -> None:
    answer = fake.reader.ask("lamp", Document.from_text("x " * 500 + "lamp"))[0]
    with pytest.raises(InputError, match=r"No window of 'harbor' holds the answer at 1000-1004"):
        fake.example("lamp", DOCUMENT, answer=answer)


def test_a_window_that_is_not_there_is_refused(fake: Subject) -> None:
    with pytest.raises(InputError, match="has 1 windows, counted from 0; got 7"):
        fake.example("lamp", DOCUMENT, window=7)


@pytest.mark.parametrize("max_batch", [1, 3])
def test_windows_are_scored_as_one_by_one(max_batch: int) -> None:
    subject = subject_with(lengths=(16, 32), max_batch=max_batch)
    document = Document.from_text("x y " * 20 + "lamp " + "z " * 40)
    example = subject.example("lamp", document)
    seen: list[tuple[int, int]] = []
    scores = score_windows(subject, example.tokenization, progress=lambda done, total: seen.append((done, total)))
    count = len(scores.best)
    assert count == len(example.tokenization.windows) > 3
    assert seen[-1] == (count, count)
    for index, best in enumerate(scores.best):
        alone = score_spans(subject, subject.example("lamp", document, window=index)).spans[0].span
        assert best == alone
    top = max(range(count), key=lambda index: scores.best[index].score)
    assert top == example.index
    assert len(str(scores).splitlines()) == count + 2
    assert scores.to_json()["best"][top]["text"] == "lamp"


def test_layers_of_a_model_that_is_no_file_cannot_be_looked_into(fake: Subject) -> None:
    with pytest.raises(InputError, match=r"layers of a bertkit\.coreml\.Model can be looked into, not of FakeModel"):
        _ = fake.lowered
