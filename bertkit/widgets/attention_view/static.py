"""An attention view as static HTML."""

from __future__ import annotations

from bertkit.insight.attention import AttentionMaps
from bertkit.widgets import blocks, units
from bertkit.widgets.attention_view.picture import draw_grid
from bertkit.widgets.attention_view.values import NOTE, strongest_heads
from bertkit.widgets.html import Html, picture
from bertkit.widgets.panel import Json

_SHOWN_HEADS = 12
_WIDEST = 860
_CAPTION = (
    "A row for each layer, a column for each head; inside each, a row for the token that looks and a column for the "
    "token looked at."
)


def static_attention(view: dict[str, Json], maps: AttentionMaps) -> Html:
    """Return the grid as a picture, the strongest heads and links as tables, and what was tried."""
    first = maps.example.row[0].piece
    alt = f"Attention of {maps.layer_count} layers with {maps.head_count} heads each. {' '.join(_sentences(maps))}"
    parts = [
        blocks.note(NOTE),
        picture(draw_grid(maps), alt, width=min(_WIDEST, 68 * maps.head_count + 26)),
        blocks.note(_CAPTION),
        blocks.section("Strongest links from the question into the passage", _links(maps), opened=True),
        blocks.section("Heads where the question looks at the passage most", _heads(maps, first)),
    ]
    if view["changes"]:
        rows = [[change["text"]] for change in view["changes"]]
        parts.append(blocks.section("The answer without", blocks.table(["what was tried"], rows), opened=True))
    return blocks.frame(view["title"], " · ".join(view["facts"]), *parts)


def _sentences(maps: AttentionMaps) -> list[str]:
    return [f"{sentence}." for sentence in maps.sentences]


def _links(maps: AttentionMaps) -> Html:
    rows = [
        [
            f"{link.layer + 1}",
            f"{link.head + 1}",
            blocks.code(link.query.piece),
            blocks.code(link.key.piece),
            f"{link.key.index}",
            blocks.bar(link.share, units.percent(link.share)),
        ]
        for link in maps.links()
    ]
    return blocks.table(["layer", "head", "token", "looks at", "place", "share"], rows, numeric=(0, 1, 4))


def _heads(maps: AttentionMaps, first: str) -> Html:
    rows = [
        [
            f"{head.layer + 1}",
            f"{head.head + 1}",
            blocks.bar(head.question_to_passage, units.percent(head.question_to_passage)),
            f"{head.entropy_bits:.2f}",
            units.percent(head.to_first),
            units.percent(head.to_separators),
        ]
        for head in strongest_heads(maps)[:_SHOWN_HEADS]
    ]
    header = ["layer", "head", "question to passage", "entropy, bits", f"to {first}", "to separators"]
    return blocks.table(header, rows, numeric=(0, 1, 3, 4, 5))
