"""A cost map in a real browser: measure, cancel, walk the bars, look inside, sort, compare lengths."""

from __future__ import annotations

import re

import pytest
from bare_page import BarePage
from playwright.sync_api import expect

from bertkit.insight import Subject
from bertkit.insight.workload import Workload
from bertkit.inspect.atlas import atlas_of
from bertkit.widgets.cost_map.panel import CostPanel

pytestmark = pytest.mark.browser


@pytest.fixture
def panel(small_subject: Subject) -> CostPanel:
    package = small_subject.model.package
    return CostPanel(atlas_of(package), Workload.of(package))


def test_measuring_fills_the_empty_view(bare: BarePage, panel: CostPanel) -> None:
    root = bare.open_panel(panel)
    expect(root.locator(".bk-empty")).to_contain_text("Press Measure")
    assert bare.axe() == []
    root.get_by_role("combobox", name="Runs").select_option("5")
    root.get_by_role("button", name="Measure", exact=True).click()
    expect(root.locator(".bk-icicle-bar").first).to_be_visible()
    expect(root.get_by_text("5 runs after 3 to warm up")).to_be_visible()
    expect(root.get_by_role("button", name="Measure again")).to_be_enabled()
    assert bare.axe() == []


def test_measuring_is_cancelled(bare: BarePage, panel: CostPanel) -> None:
    root = bare.open_panel(panel)
    root.get_by_role("combobox", name="Runs").select_option("50")
    bare.page.evaluate("() => { models[0].send = () => {}; }")  # an answer that does not come
    root.get_by_role("button", name="Measure", exact=True).click()
    root.get_by_role("button", name="Cancel").click()
    expect(root.get_by_text("What was measured before is kept.")).to_be_visible()
    expect(root.get_by_role("button", name="Measure", exact=True)).to_be_enabled()


def test_bars_are_walked_and_looked_into(bare: BarePage, panel: CostPanel) -> None:
    panel.run(runs=1)
    root = bare.open_panel(panel)
    root.locator(".bk-icicle-bar[title^='encoder:']").click()
    press, focused = bare.page.keyboard.press, root.locator(".bk-icicle-bar:focus")
    press("ArrowLeft")
    expect(focused).to_have_attribute("title", re.compile("^the model:"))
    root.locator(".bk-icicle-bar[title^='encoder:']").focus()
    press("ArrowRight")
    expect(focused).to_have_attribute("title", re.compile("^encoder/layer_0:"))
    assert root.locator(".bk-icicle-bar[tabindex='0']").count() == 1
    press("ArrowDown")
    assert bare.state()["selection"] == {"module": "encoder/layer_1"}
    expect(root.locator("tr[aria-selected=true]")).to_contain_text("layer_1")
    press("Enter")
    expect(root.locator(".bk-crumbs strong")).to_have_text("layer_1")
    expect(root.locator("tr[data-bk-row]").first).to_contain_text("attention")
    press("u")
    expect(root.locator(".bk-crumbs strong")).to_have_text("encoder")


def test_layers_are_sorted_by_time(bare: BarePage, panel: CostPanel) -> None:
    panel.run(runs=1)
    root = bare.open_panel(panel)
    root.get_by_role("button", name="layers", exact=True).click()
    root.get_by_role("button", name="median").click()
    times = [float(text.split()[0]) for text in root.locator("tr[data-bk-row] td:nth-child(2)").all_text_contents()]
    assert times == sorted(times, reverse=True)
    assert len(times) > 20


def test_a_layer_selected_elsewhere_is_shown(bare: BarePage, panel: CostPanel) -> None:
    panel.run(runs=1)
    root = bare.open_panel(panel)
    bare.change("selection", {"layer": "encoder__layer_1__feed_forward__intermediate"})
    expect(root.locator(".bk-mono").last).to_have_text("encoder__layer_1__feed_forward__intermediate")
