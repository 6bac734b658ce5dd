"""Emoji and their names, from Python's own table of Unicode."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from bertkit.errors import InputError

MOST_CHARACTERS = 100
"""Of a label."""

# Faces, pictographs, transport and supplements; then the symbols of older blocks that are drawn as emoji.
_BLOCKS = (
    (0x1F600, 0x1F64F), (0x1F300, 0x1F5FF), (0x1F680, 0x1F6FF), (0x1F90C, 0x1F9FF), (0x1FA70, 0x1FAFF),
    (0x2600, 0x2604), (0x26A1, 0x26A1), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26EA, 0x26EA), (0x26F2, 0x26F5),
    (0x26FA, 0x26FA), (0x2708, 0x2709), (0x270B, 0x270F), (0x2744, 0x2744), (0x2764, 0x2764), (0x2B50, 0x2B50),
    (0x231A, 0x231B), (0x23F0, 0x23F3), (0x2615, 0x2615), (0x2705, 0x2705), (0x2728, 0x2728), (0x274C, 0x274C),
    (0x2753, 0x2757), (0x2795, 0x2797), (0x2B55, 0x2B55),
)  # fmt: skip
_JOINER = "\u200d"
_FORMS = str.maketrans("", "", "\ufe0e\ufe0f")  # ask for a picture or a text sign; the same emoji either way


def checked_label(label: object) -> str:
    """Return a label without white space around it, and without what asks for one form of the same emoji.

    Raises:
        InputError: it is no text, empty, longer than `MOST_CHARACTERS`, or holds characters that show nothing.
    """
    text = label.strip().translate(_FORMS) if isinstance(label, str) else ""
    if not text or len(text) > MOST_CHARACTERS or not all(c.isprintable() or c == _JOINER for c in text):
        raise InputError(
            f"What a drawing shows must be an emoji or a word of 1 to {MOST_CHARACTERS} visible characters; got "
            f"{label!r:.60}."
        )
    return text


def name_of(label: str) -> str:
    """Return what an emoji is called, `cat face`; a label that is a word is returned as it is."""
    if len(label) > 1 and label[0].isascii():
        return label
    names = [unicodedata.name(c, "") for c in label if c != _JOINER]
    return " and ".join(name.lower() for name in names if name) or label


def search_emoji(words: str, limit: int = 24) -> list[tuple[str, str]]:
    """Find emoji by their names.

    Args:
        words: each must begin a word of the name; with none of them, the first emoji there are.
        limit: the most to return.

    Returns:
        Emoji and name, the shortest names first.

    Example:
        >>> search_emoji("hot dog")
        [('🌭', 'hot dog')]
    """
    wanted = words.lower().split()
    found = [pair for pair in _all_emoji() if all(_begins(pair[1], word) for word in wanted)]
    ordered = sorted(found, key=lambda pair: (len(pair[1].split()), len(pair[1]))) if wanted else found
    return ordered[:limit]


def _begins(name: str, word: str) -> bool:
    return any(part.startswith(word) for part in name.replace("-", " ").split())


@lru_cache(maxsize=1)
def _all_emoji() -> tuple[tuple[str, str], ...]:
    codes = [code for first, last in _BLOCKS for code in range(first, last + 1)]
    named = [(chr(code), unicodedata.name(chr(code), "").lower()) for code in codes]
    return tuple((emoji, name) for emoji, name in named if name and "modifier" not in name)
