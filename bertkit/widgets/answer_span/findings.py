"""What the analyses of one question found, each computed once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from bertkit.insight import apply_lens, integrate_gradients, occlude, score_spans, score_windows
from bertkit.insight.attribution import Attribution, Method
from bertkit.insight.band import MAX_ANSWER_TOKENS
from bertkit.insight.lens import Lens
from bertkit.insight.span_scores import SpanScores
from bertkit.insight.subject import Example, Subject
from bertkit.insight.window_scores import WindowScores
from bertkit.qa.progress import ProgressCallback

OCCLUSION: Method = "occlusion"
GRADIENTS: Method = "integrated gradients"

Result = TypeVar("Result")


class Findings:
    """One question on one document, looked at from several sides.

    Args:
        subject: the reader.
        example: the question, the document and the window to look at first.
    """

    def __init__(self, subject: Subject, example: Example) -> None:
        self.subject = subject
        self.example = example
        self._known: dict[Hashable, Any] = {}

    @property
    def layered(self) -> bool:
        """Whether layers can be looked into, or only scores."""
        return self.subject.layered

    def scores(self, window: int, longest: int) -> SpanScores:
        """Return the scores of a window for answers of at most `longest` tokens."""

        def run() -> SpanScores:
            return score_spans(self.subject, self.example.at(window), max_answer_tokens=longest)

        return self._once(("scores", window, longest), run)

    def windows(self, longest: int, progress: ProgressCallback | None = None) -> WindowScores:
        """Return the best span of every window."""

        def run() -> WindowScores:
            tokenization = self.example.tokenization
            return score_windows(self.subject, tokenization, max_answer_tokens=longest, progress=progress)

        return self._once(("windows", longest), run)

    def lens(self, window: int, longest: int, progress: ProgressCallback | None = None) -> Lens:
        """Return what the span head reads at every layer."""

        def run() -> Lens:
            return apply_lens(self.subject, self.example.at(window), max_answer_tokens=longest, progress=progress)

        return self._once(("lens", window, longest), run)

    def attribution(
        self, place: tuple[int, int, int], method: Method, progress: ProgressCallback | None = None
    ) -> Attribution:
        """Return what a span rests on.

        Args:
            place: window, first and last token.
            method: `OCCLUSION` or `GRADIENTS`.
            progress: called at each step.
        """
        window, first, last = place

        def run() -> Attribution:
            scores = self.scores(window, MAX_ANSWER_TOKENS)
            answer = scores.why(first, last).span
            explain = occlude if method == OCCLUSION else integrate_gradients
            return explain(self.subject, scores.example, answer=answer, progress=progress)

        return self._once(("attribution", place, method), run)

    def known(self, *key: Hashable) -> bool:
        """Say whether something was computed already."""
        return key in self._known

    @property
    def attributed(self) -> list[tuple[tuple[int, int, int], Method]]:
        """The attributions that were computed: place and method of each."""
        return [(key[1], key[2]) for key in self._known if isinstance(key, tuple) and key[0] == "attribution"]

    def _once(self, key: Hashable, run: Callable[[], Result]) -> Result:
        if key not in self._known:
            self._known[key] = run()
        found: Result = self._known[key]
        return found
