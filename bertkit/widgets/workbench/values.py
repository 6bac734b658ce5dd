"""Runs as plain values, for the view's first paint."""

from __future__ import annotations

from bertkit.insight.lens import Lens, LensStage
from bertkit.insight.statistics import Summary
from bertkit.insight.text import shortened
from bertkit.qa.answers import Answer
from bertkit.widgets.answer_span.values import scores_values
from bertkit.widgets.panel import Json
from bertkit.widgets.workbench.run import Run

_DIGITS = 5
_CONTEXT = 200
_SHOWN = 60


def run_values(run: Run) -> Json:
    """Return a run without any array of a layer."""
    return {
        "question": run.question,
        "engine": engine_label(run),
        "answer_ms": round(run.answer_seconds * 1000),
        "look_ms": round(run.look_seconds * 1000),
        "window": run.example.index,
        "windows": len(run.example.tokenization.windows),
        "length": len(run.example.row),
        "layers": {value.layer: summary_values(value.summary) for value in run.trace.values},
        "answers": [answer_values(answer) for answer in run.result],
        "no_answer": {
            "score": rounded(run.result.no_answer.score),
            "probability": rounded(run.result.no_answer.probability),
            "wins": run.result.best is None,
        },
        "scores": scores_values(run.scores),
        "lens": lens_values(run.lens),
    }


def lens_values(lens: Lens) -> Json:
    """Return the stages of a lens: name, layer, best span there, the answer's rank, start and end probability."""
    stages = [
        [stage.name, stage.layer, shortened(stage.best.text, _SHOWN), stage.answer_rank, *map(rounded, _shares(stage))]
        for stage in lens.stages
    ]
    return {"sentence": lens.sentence, "appears": lens.appears_at, "stages": stages}


def _shares(stage: LensStage) -> tuple[float, float]:
    return stage.start_probability, stage.end_probability


def summary_values(summary: Summary) -> Json:
    """Return shape, least, greatest, mean, standard deviation, how many are not finite."""
    numbers = (summary.minimum, summary.maximum, summary.mean, summary.deviation)
    return [list(summary.shape), *map(rounded, numbers), summary.not_finite]


def answer_values(answer: Answer) -> Json:
    """Return an answer with the words around it."""
    text = answer.source.text
    start, end = _word(text, answer.start - _CONTEXT), _word(text, answer.end + _CONTEXT)
    return {
        "text": answer.text,
        "probability": rounded(answer.probability),
        "score": rounded(answer.score),
        "page": answer.page,
        "heading": answer.heading,
        "before": text[start : answer.start],
        "after": text[answer.end : end],
        "cut": [start > 0, end < len(text)],
    }


def _word(text: str, place: int) -> int:
    """Return the nearest place at or before one where a word begins, so that no word is cut."""
    if place <= 0 or place >= len(text):
        return max(0, min(place, len(text)))
    return text.rfind(" ", 0, place) + 1


def engine_label(run: Run) -> str:
    """Return the name and the settings of the engine that answered."""
    engine = run.subject.engine
    return f"{engine.name} ({engine.settings})"


def rounded(number: float) -> float:
    """Return a number with few digits, so that messages are small."""
    return float(f"{number:.{_DIGITS}g}")
