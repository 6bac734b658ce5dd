"""The committed bundle is small, complete, fetches nothing, and is what the sources build."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bertkit.widgets import bundle

_JS = Path(__file__).resolve().parents[2] / "js"
_SVG_NAMESPACE = "http://www.w3.org/2000/svg"


def test_the_bundle_stays_small() -> None:
    script = bundle.script().encode()
    assert len(script) <= 200_000
    assert len(gzip.compress(script, 9)) <= 66_000


def test_the_bundle_names_no_address_and_imports_nothing() -> None:
    for text in (bundle.script(), bundle.styles()):
        assert set(re.findall(r"(?:https?|wss?)://[^\s\"'`)]*", text)) <= {_SVG_NAMESPACE}
        assert not re.search(r"(?:^|[;}])import\b|\bimport\s*\(|@import|url\(", text)


def test_the_bundle_makes_no_markup_from_text() -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", bundle.script()
    )
    sources = "".join(path.read_text(encoding="utf-8") for path in (_JS / "src").rglob("*.ts"))
    assert "innerHTML" not in sources


def test_the_script_can_stand_inside_a_page() -> None:
    assert "</script" not in bundle.script().lower()
    assert "</style" not in bundle.styles().lower()


def test_every_style_is_scoped() -> None:
    styles = re.sub(r"@(media|container|supports)[^{]*\{", "", bundle.styles())
    for selector in re.findall(r"([^{}]+)\{[^{}]*\}", styles):
        for part in selector.split(","):
            assert re.match(r"(\.bk-root|\.bk-page|body\.bk-page)\b", part.strip()), part


def test_the_bundle_is_what_the_sources_build() -> None:
    node = shutil.which("node")
    if node is None or not (_JS / "node_modules" / "esbuild").is_dir():
        pytest.skip("Node or js/node_modules is missing: make js")
    done = subprocess.run([node, "build.mjs", "--compare"], cwd=_JS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_lock_file_names_no_registry() -> None:
    lock = (_JS / "package-lock.json").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^/\"]+", lock)) <= {"https://registry.npmjs.org"}
