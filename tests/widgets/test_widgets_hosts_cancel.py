"""Long work started from a live view is cancelled within a second, while other cells' threads keep the kernel busy."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from bare_page import opened
from jupyter_server import JupyterServer, ready, run_cell
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_SLOW_HASH = """import time
from ipywidgets import Label
from IPython.display import display
from bertkit.widgets import ModelInspector
from bertkit.widgets.jobs import JobCancelled
from bertkit.widgets.panel import Task

def slow(file):
    def work(report):
        try:
            for step in range(10_000):
                report(step, 10_000, "reading slowly")
                time.sleep(0.02)
        except JobCancelled:
            ended.value = f"ended at {time.time()}"
            raise
    return Task(work)

ended = Label()
inspector = ModelInspector({program!r})
inspector.panel.hash = slow
display(inspector, ended)"""

_BUSY = """import threading
def count():
    until = time.time() + 60
    while time.time() < until:
        sum(range(1000))
threading.Thread(target=count, daemon=True).start()"""


@pytest.mark.parametrize("host", ["lab", "notebook"])
def test_cancel_takes_effect_within_a_second(browser: Any, jupyter: JupyterServer, program: Path, host: str) -> None:
    name = f"cancel_{host}.ipynb"
    jupyter.write(name, _SLOW_HASH.replace("{program!r}", repr(str(program))), _BUSY)
    with opened(browser, width=1300) as bare:
        bare.page.goto(getattr(jupyter, host)(name), timeout=120_000)
        ready(bare.page)
        run_cell(bare.page, 0)
        run_cell(bare.page, 1)
        root = bare.page.locator(".bk-root")
        root.get_by_role("tab", name="Files").click(timeout=60_000)
        root.get_by_role("button", name="hash of Manifest.json").click()
        expect(root.locator(".bk-running")).to_contain_text("reading slowly 1", timeout=20_000)
        cancel = root.get_by_role("button", name="Cancel")
        pressed = time.time()
        cancel.click()
        expect(bare.page.locator(".widget-label")).to_contain_text("ended at", timeout=20_000)
        ended = float(bare.page.locator(".widget-label").inner_text().rpartition(" ")[2])
        assert ended - pressed < 1
        expect(root.get_by_role("button", name="hash of Manifest.json")).to_be_visible()
