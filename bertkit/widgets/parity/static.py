"""A comparison with the original as static HTML."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.insight.parity import Parity
from bertkit.widgets import blocks
from bertkit.widgets.html import Html, picture, tag
from bertkit.widgets.parity.picture import draw_errors
from bertkit.widgets.parity.text import EMPTY, answer_rows
from bertkit.widgets.parity.values import NOTE, error_text, snr_text

_WIDEST = 820
_OPENED_ROWS = 40


def static_parity(title: str, facts: Sequence[str], parity: Parity | None) -> Html:
    """Return the statement, the final answers, the errors as a picture and as a table."""
    if parity is None:
        return blocks.frame(title, " · ".join(facts), blocks.note(EMPTY))
    head, *answers = answer_rows(parity)
    worst = sorted(parity.modules, key=lambda module: -module.max_error)[:3]
    alt = f"{parity.statement} The largest: {', '.join(f'{m.layer} {error_text(m.max_error)}' for m in worst)}"
    return blocks.frame(
        title,
        " · ".join(facts),
        tag("p", parity.statement, style="margin:4px 0"),
        blocks.table(head, answers, numeric=(3,)),
        picture(draw_errors(parity), alt, width=_WIDEST),
        blocks.note(NOTE),
        blocks.section("Modules", _modules(parity), opened=len(parity.modules) <= _OPENED_ROWS),
    )


def _modules(parity: Parity) -> Html:
    first = parity.first_above
    rows = [
        [
            blocks.code(module.layer),
            blocks.code(module.original),
            error_text(module.max_error),
            f"{module.cosine:.8f}",
            snr_text(module),
            blocks.marked("first above") if module is first else "above" if module.above else "",
        ]
        for module in parity.modules
    ]
    return blocks.table(["layer", "original", "largest error", "cosine", "SNR dB", ""], rows, numeric=(2, 3, 4))
