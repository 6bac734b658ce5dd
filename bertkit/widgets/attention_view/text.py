"""An attention view as text."""

from __future__ import annotations

from bertkit.insight.attention import AttentionMaps
from bertkit.widgets import texts, units
from bertkit.widgets.attention_view.values import NOTE, strongest_heads
from bertkit.widgets.panel import Json

_SHOWN_HEADS = 12


def text_attention(view: dict[str, Json], maps: AttentionMaps) -> str:
    """Return the strongest links, the heads where the question looks at the passage most, and what was tried."""
    links = [["layer", "head", "token", "looks at", "place", "share"]]
    links += [
        [
            str(link.layer + 1),
            str(link.head + 1),
            link.query.piece,
            link.key.piece,
            str(link.key.index),
            units.percent(link.share),
        ]
        for link in maps.links()
    ]
    heads = [
        ["layer", "head", "question to passage", "entropy, bits", f"to {maps.example.row[0].piece}", "to separators"]
    ]
    heads += [
        [
            str(head.layer + 1),
            str(head.head + 1),
            units.percent(head.question_to_passage),
            f"{head.entropy_bits:.2f}",
            units.percent(head.to_first),
            units.percent(head.to_separators),
        ]
        for head in strongest_heads(maps)[:_SHOWN_HEADS]
    ]
    tried = [line for change in view["changes"] for line in texts.columns([[change["text"]]])]
    return "\n".join(
        [
            f"{view['title']}  ({', '.join(view['facts'])})",
            f"{maps.layer_count} layers of {maps.head_count} heads. {NOTE}",
            "",
            *texts.columns(links, right=(0, 1, 4, 5)),
            "",
            *texts.columns(heads, right=range(6)),
            *(["", *tried] if tried else []),
        ]
    )
