"""A comparison with the original as text."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.insight.parity import Parity
from bertkit.widgets import texts
from bertkit.widgets.parity.values import error_text, snr_text

EMPTY = "Nothing is compared yet. Run .compare() in Python, or press Compare in the live view."


def text_parity(title: str, facts: Sequence[str], parity: Parity | None) -> str:
    """Return the statement, the final answers and one line for each module."""
    head = texts.columns([[f"{title}  ({', '.join(facts)})"]])
    if parity is None:
        return "\n".join([*head, EMPTY])
    first = parity.first_above
    rows = [["layer", "original", "largest error", "cosine", "SNR dB", ""]]
    rows += [
        [
            module.layer,
            module.original,
            error_text(module.max_error),
            f"{module.cosine:.8f}",
            snr_text(module),
            "first above" if module is first else "above" if module.above else "",
        ]
        for module in parity.modules
    ]
    return "\n".join(
        [
            *head,
            *texts.columns([[parity.statement]]),
            "",
            *texts.columns(answer_rows(parity)),
            "",
            *texts.columns(rows, right=(2, 3, 4)),
        ]
    )


def answer_rows(parity: Parity) -> list[list[str]]:
    """Return a table of the final answers, the original's first."""
    rows = [["computed by", "answer", "", "largest error of a logit", "settings"]]
    if parity.answer is not None:
        rows.append(["original (torch)", parity.answer.text, "", "", "float32"])
    for engine in parity.engines:
        same = "the same" if engine.same else "another"
        rows.append([engine.engine, engine.answer.text, same, error_text(engine.max_error), engine.settings])
    return rows
