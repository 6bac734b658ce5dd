"""Notebooks as files: freed of widget state, run, and exported as pages that need no Jupyter."""

from __future__ import annotations

from bertkit.notebooks.clean import Cleaning, clean_notebook
from bertkit.notebooks.export import Export, export_notebook

__all__ = ["Cleaning", "Export", "clean_notebook", "export_notebook"]
