"""Every widget live in JupyterLab, Notebook 7 and Voila: it shows, asks Python, tells Python, and keeps its keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bare_page import BarePage, opened
from hosted import HOSTED, Hosted, echoing_cells
from jupyter_server import JupyterServer, ready, run_cell
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What hosts themselves ask of the net, and do without.
_FOREIGN = {
    "lab": re.compile("(?!)"),
    "notebook": re.compile("(?!)"),
    "voila": re.compile(
        r"https://cdn\.jsdelivr\.net/npm/@fortawesome/|https://cdnjs\.cloudflare\.com/ajax/libs/mathjax/"
    ),
}
_TO_START_MS = 120_000


@dataclass(frozen=True)
class Host:
    """A page in which every widget was shown, in the order of `HOSTED`."""

    name: str
    bare: BarePage

    def root(self, row: Hosted) -> Any:
        """Return the widget's root element, in view."""
        root = self.bare.page.locator(".bk-root").nth(HOSTED.index(row))
        expect(root.locator(".bk-title").first).to_be_visible(timeout=_TO_START_MS)
        root.scroll_into_view_if_needed()
        return root

    def echo(self, row: Hosted) -> Any:
        """Return the label that Python writes below the widget."""
        return self.bare.page.locator(".widget-label").nth(HOSTED.index(row))


@pytest.fixture(scope="module", params=["lab", "notebook", "voila"])
def host(
    request: pytest.FixtureRequest,
    browser: Any,
    jupyter: JupyterServer,
    program: Path,
    hostile: Path,
    pair: tuple[Path, Path],
) -> Iterator[Host]:
    name = f"live_{request.param}.ipynb"
    cells = echoing_cells(program, hostile, pair)
    jupyter.write(name, *cells)
    with opened(browser, width=1300) as bare:
        bare.page.goto(getattr(jupyter, request.param)(name), timeout=_TO_START_MS)
        if request.param != "voila":
            ready(bare.page)
            for number in range(len(cells)):
                run_cell(bare.page, number)
        expect(bare.page.locator(".bk-root")).to_have_count(len(HOSTED), timeout=_TO_START_MS)
        yield Host(request.param, bare)


@pytest.mark.parametrize("row", HOSTED, ids=lambda row: row.name)
def test_a_widget_lives(host: Host, row: Hosted) -> None:
    root = host.root(row)
    row.use(root)
    expect(root.locator(".bk-failure")).to_have_count(0)
    expect(host.echo(row)).to_contain_text(row.state, timeout=20_000)


@pytest.mark.parametrize("row", HOSTED, ids=lambda row: row.name)
def test_keys_in_a_widget_change_no_cell(host: Host, row: Hosted) -> None:
    cells = host.bare.page.locator(".jp-CodeCell")
    before = cells.count()
    for element in host.root(row).locator("[tabindex='0']:visible, button:visible, input:visible").all()[:3]:
        element.focus()
        for key in ("b", "x", "d", "d", "a", "ArrowDown", "ArrowUp", "ArrowRight"):
            host.bare.page.keyboard.press(key)
        within = host.bare.page.evaluate("document.activeElement.closest('.bk-root') !== null")
        assert within, "a key moved the focus out of the widget"
    assert cells.count() == before


def test_nothing_is_fetched_and_nothing_hostile_runs(host: Host) -> None:
    assert [address for address in host.bare.blocked if not _FOREIGN[host.name].match(address)] == []
    assert host.bare.page.evaluate("window.hacked") is None
