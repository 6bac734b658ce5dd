"""The parts import downward only, and importing bertkit is cheap."""

from __future__ import annotations

import ast
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import bertkit

_PACKAGE = Path(bertkit.__file__).parent
_MODULES = sorted(_PACKAGE.rglob("*.py"))

# A part may import itself and what stands to its right.
_ALLOWED = {
    "cli": {"notebooks", "widgets", "drawing", "insight", "train", "qa", "inspect", "bert", "coreml", "base"},
    "notebooks": {"widgets", "base"},
    "widgets": {"drawing", "insight", "qa", "inspect", "bert", "coreml", "base"},
    "drawing": {"coreml", "base"},
    "insight": {"qa", "inspect", "bert", "coreml", "base"},
    "train": {"qa", "bert", "coreml", "base"},
    "qa": {"bert", "coreml", "base"},
    "inspect": {"bert", "coreml", "base"},
    "bert": {"coreml", "base"},
    "coreml": {"base"},
    "base": set(),
}
_BASE = {"errors", "dependencies", "files", "resources", "lazy"}


def _part(module: str) -> str | None:
    """Return the part of the design that a dotted bertkit module belongs to; None for the top level itself."""
    names = module.split(".")
    if len(names) == 1 or names[1].startswith("__"):
        return None
    return "base" if names[1] in _BASE else names[1]


def _imported(path: Path) -> set[str]:
    modules = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports are not used here"
            modules.add(node.module or "")
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {module for module in modules if module.split(".")[0] == "bertkit"}


@pytest.mark.parametrize("path", _MODULES, ids=lambda path: str(path.relative_to(_PACKAGE)))
def test_parts_import_downward_only(path: Path) -> None:
    own = _part(".".join(["bertkit", *path.relative_to(_PACKAGE).with_suffix("").parts]))
    if own not in _ALLOWED:
        return  # bertkit/__init__.py and __main__.py are the top
    wrong = {module for module in _imported(path) if _part(module) not in {own, None, *_ALLOWED[own]}}
    assert not wrong


def test_every_part_is_known() -> None:
    modules = [path for path in _PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    assert {_part(f"bertkit.{path.stem}") for path in modules} - {None} <= set(_ALLOWED)


def test_no_source_file_is_longer_than_400_lines() -> None:
    long = {str(path): n for path in _MODULES if (n := len(path.read_text(encoding="utf-8").splitlines())) > 400}
    assert not long


def test_import_of_bertkit_takes_less_than_0_3_seconds() -> None:
    seconds = [_seconds("import bertkit") - _seconds("pass") for _ in range(3)]
    assert statistics.median(seconds) < 0.3


@pytest.mark.parametrize("name", ["Reader", "Document", "Answer", "Model", "Configuration", "evaluate"])
def test_public_names_load_without_heavy_packages(name: str) -> None:
    heavy = _loaded_after(f"import bertkit; bertkit.{name}")
    assert not heavy & {"torch", "coremltools", "transformers", "openvino"}


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        bertkit.nonsense  # noqa: B018


def test_dir_lists_the_public_names() -> None:
    assert set(bertkit.__all__) <= set(dir(bertkit))


def _seconds(code: str) -> float:
    """Return the processor time that code takes, which other work on the machine does not lengthen."""
    before = os.times()
    subprocess.run([sys.executable, "-c", code], check=True)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def _loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys; print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    return {module.split(".")[0] for module in printed.split()}
