"""Recipes: named settings that were found to work, one JSON file each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bertkit.errors import FileError, InputError
from bertkit.train.settings import Settings

_FOLDER = Path(__file__).parent


def names() -> tuple[str, ...]:
    """Return the names of the recipes that come with bertkit."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


def about(name: str) -> str:
    """Return what a recipe is for, in a sentence."""
    return str(_read(_FOLDER / f"{name}.json")["about"])


def recipe(name: str | Path) -> Settings:
    """Return the settings of a recipe.

    Args:
        name: one of `names()`, or the path of a JSON file `{"about": "...", "settings": {...}}`.

    Raises:
        InputError: there is no such recipe, or it holds a setting that does not exist.
        FileError: the file is no recipe.
    """
    path = Path(name)
    if path.suffix != ".json":
        if str(name) not in names():
            raise InputError(f'There is no recipe "{name}". Recipes: {", ".join(names())}; or pass a .json file.')
        path = _FOLDER / f"{name}.json"
    return Settings().with_values(_read(path)["settings"])


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(f"The recipe {path} cannot be read: {error}.") from error
    if not isinstance(values, dict) or not isinstance(values.get("settings"), dict):
        raise FileError(f'The recipe {path} must be a JSON object with "settings".')
    return {"about": "", **values}
