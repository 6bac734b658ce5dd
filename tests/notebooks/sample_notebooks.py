"""Notebooks for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat

VIEW = "application/vnd.jupyter.widget-view+json"


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    """Return a code cell, run once when it has outputs."""
    return {
        "cell_type": "code",
        "execution_count": 1 if outputs else None,
        "metadata": {},
        "outputs": list(outputs),
        "source": source,
    }


def markdown(source: str) -> dict[str, Any]:
    """Return a cell of text."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def display(**data: Any) -> dict[str, Any]:
    """Return an output; `widget=True` adds a live view."""
    kinds = {"text": "text/plain", "html": "text/html"}
    shown = {kinds[name]: value for name, value in data.items() if name in kinds}
    if data.get("widget"):
        shown[VIEW] = {"model_id": "0a1b", "version_major": 2, "version_minor": 0}
    return {"output_type": "display_data", "metadata": {}, "data": shown}


def notebook(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """Return a notebook of format 4.5."""
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    numbered = [{"id": f"c{at}", **cell} for at, cell in enumerate(cells)]
    return {"cells": numbered, "metadata": {"kernelspec": spec, **metadata}, "nbformat": 4, "nbformat_minor": 5}


def write(path: Path, content: dict[str, Any], **layout: Any) -> Path:
    """Write a notebook in JupyterLab's layout or another of `json.dumps`."""
    how = {"indent": 1, "ensure_ascii": False, **layout}
    path.write_text(json.dumps(content, **how) + "\n", encoding="utf-8")
    return path


def save(path: Path, content: dict[str, Any]) -> Path:
    """Write a notebook as JupyterLab does: its texts as lists of lines."""
    nbformat.write(nbformat.from_dict(content), path)
    return path
