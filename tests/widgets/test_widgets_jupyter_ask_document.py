"""Asking a document in JupyterLab with the embedded reader: bytes go to the kernel, answers and marks come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bare_page import opened
from jupyter_server import JupyterServer, ready, run_cell
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DOCUMENT = Path(__file__).resolve().parents[2] / "data" / "documents" / "eskerby_water_report.pdf"


def test_a_document_is_opened_asked_and_marked_in_a_notebook(browser: Any, jupyter: JupyterServer) -> None:
    jupyter.write(
        "ask.ipynb",
        "from bertkit.widgets import AskDocument\nview = AskDocument()\nview",
        "print(view.document.source, len(view.document.pages), view.result.best.text, view.marked)",
        "view.ask('Who is the chair of the board?').best.text",
    )
    with opened(browser, width=1300) as bare:
        page = bare.page
        page.goto(jupyter.lab("ask.ipynb"), timeout=120_000)
        ready(page)
        run_cell(page, 0)
        root, cells = page.locator(".bk-root"), page.locator(".jp-CodeCell")
        root.locator("input[type=file]").set_input_files(DOCUMENT)
        expect(root.locator(".bk-title")).to_have_text(DOCUMENT.name, timeout=60_000)
        root.get_by_role("textbox", name="Question").fill("Who is the general manager?")
        page.keyboard.press("Enter")
        expect(root.get_by_text("searched all")).to_be_visible(timeout=120_000)
        expect(root.get_by_role("option", selected=True)).to_contain_text("Ingrid Solheim")

        root.get_by_role("option", selected=True).focus()
        for key in ("n", "b", "x", "d", "d", "p", "m", "Shift+ArrowRight", "Enter"):
            page.keyboard.press(key)
        expect(root.get_by_text("Marked as the right answer: Ingrid Solheim")).to_be_visible(timeout=20_000)
        expect(cells).to_have_count(3)
        run_cell(page, 1)
        output = cells.nth(1).locator(".jp-OutputArea")
        expect(output).to_contain_text(
            f"{DOCUMENT.name} 7 Ingrid Solheim MarkedSpan(text='Ingrid Solheim", timeout=20_000
        )

        # A question from Python is shown in the view that is open.
        run_cell(page, 2)
        expect(root.get_by_role("heading", name="Who is the chair of the board?")).to_be_visible(timeout=60_000)
        assert bare.blocked == []
