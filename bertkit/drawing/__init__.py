"""Drawings: strokes as vectors, one routine that makes them pixels, and a pad that learns the way someone draws."""

from bertkit.drawing.drawing import Drawing, Stroke
from bertkit.drawing.emoji import name_of, search_emoji
from bertkit.drawing.examples import Example
from bertkit.drawing.pad import EmojiPad, Guess
from bertkit.drawing.raster import rasterize

__all__ = ["Drawing", "EmojiPad", "Example", "Guess", "Stroke", "name_of", "rasterize", "search_emoji"]
