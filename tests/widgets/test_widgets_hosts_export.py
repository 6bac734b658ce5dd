"""A notebook exported by bertkit: every widget alive from a file, without network, server or kernel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bare_page import opened
from hosted import HOSTED, plain_cells
from jupyter_server import code_notebook
from playwright.sync_api import expect

from bertkit.notebooks import export_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_LINKED = ("first, second = ModelMap(program), ModelMap(program)\nlink(first, second)\nfirst", "second")


@pytest.fixture(scope="module")
def page(program: Path, hostile: Path, pair: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    notebook = folder / "n.ipynb"
    notebook.write_text(json.dumps(code_notebook(*plain_cells(program, hostile, pair), *_LINKED)), encoding="utf-8")
    exported = export_notebook(notebook, folder / "n.html", run=True)
    assert (exported.alive, exported.static) == (len(HOSTED) + len(_LINKED), 0)
    return folder / "n.html"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_widget_lives(browser: Any, page: Path, dark: bool) -> None:
    with opened(browser, dark=dark) as bare:
        bare.page.goto(page.as_uri())
        expect(bare.page.locator(".bk-root")).to_have_count(len(HOSTED) + len(_LINKED))
        for root in bare.page.locator(".bk-root").all():
            expect(root.locator(".bk-title").first).to_be_visible()
            expect(root).to_have_attribute("data-bk-theme", "dark" if dark else "light")
        assert bare.page.evaluate("window.hacked") is None
        assert bare.axe() == []
        assert (bare.blocked, bare.errors) == ([], [])


def test_linked_widgets_select_together(browser: Any, page: Path) -> None:
    with opened(browser) as bare:
        bare.page.goto(page.as_uri())
        first, second = (bare.page.locator(".bk-root").nth(len(HOSTED) + at) for at in (0, 1))
        first.get_by_role("treeitem", name="SpanHead").click()
        expect(second.locator("[role=treeitem][aria-selected=true]")).to_contain_text("SpanHead")
        expect(second.locator(".bk-box")).not_to_have_count(0)  # the graph was recorded
        alone = bare.page.locator(".bk-root").nth(0)
        expect(alone.locator("[role=treeitem][aria-selected=true]")).not_to_contain_text("SpanHead")


def test_narrow_pages_do_not_scroll_sideways(browser: Any, page: Path) -> None:
    with opened(browser, width=360) as bare:
        bare.page.goto(page.as_uri())
        expect(bare.page.locator(".bk-root")).to_have_count(len(HOSTED) + len(_LINKED))
        assert bare.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert bare.axe() == []


def test_without_scripts_the_static_forms_show(browser: Any, page: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    shown = context.new_page()
    shown.goto(page.as_uri())
    for number, row in enumerate(HOSTED):
        expect(shown.locator(".bk-static").nth(number)).to_contain_text(row.static)
    context.close()
