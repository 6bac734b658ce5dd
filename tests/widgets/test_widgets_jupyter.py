"""Widgets in JupyterLab and Notebook 7, live: they show, they answer, and their keys change no cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bare_page import opened
from jupyter_server import JupyterServer, ready, run_cell
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("host", ["lab", "notebook"])
def test_a_model_map_lives_in_a_notebook(browser: Any, jupyter: JupyterServer, program: Path, host: str) -> None:
    name = f"{host}.ipynb"
    jupyter.write(
        name, f"from bertkit.widgets import ModelMap\nm = ModelMap({str(program)!r})\nm", "print(m.selection)"
    )
    with opened(browser, width=1300) as bare:
        page = bare.page
        page.goto(getattr(jupyter, host)(name), timeout=120_000)
        ready(page)
        run_cell(page, 0)
        cells, root = page.locator(".jp-CodeCell"), page.locator(".bk-root")
        expect(root.locator(".bk-box")).to_have_count(6, timeout=60_000)

        # Keys that are commands of the notebook must reach the widget and nothing else.
        root.get_by_role("treeitem", name="EncoderLayer").click()
        for key in ("b", "x", "d", "d", "a", "ArrowDown", "ArrowUp", "End"):
            page.keyboard.press(key)
        expect(cells).to_have_count(2)
        expect(root.get_by_role("treeitem", name="SpanHead")).to_be_focused()

        # The selection is in Python, and asking the kernel works.
        root.locator("tr", has_text="logits").click()
        root.get_by_role("button", name="values").first.click()
        expect(root.get_by_role("img", name="Histogram")).to_be_visible(timeout=20_000)
        run_cell(page, 1)
        expect(cells.nth(1).locator(".jp-OutputArea")).to_contain_text("'layer': 'span_head__logits'", timeout=20_000)
        assert bare.blocked == []
