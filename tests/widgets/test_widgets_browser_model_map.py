"""The map of a model in a real browser: walk the tree, move the slider, read layers, see the graph."""

from __future__ import annotations

import pytest
from bare_page import BarePage
from playwright.sync_api import expect

from bertkit.widgets.panel import Panel

pytestmark = pytest.mark.browser


@pytest.fixture
def root(bare: BarePage, panels: dict[str, Panel]):
    return bare.open_panel(panels["model map of a program"])


def test_repeated_modules_are_folded_and_open_first(root) -> None:
    expect(root.get_by_role("treeitem", name="EncoderLayer")).to_have_attribute("aria-selected", "true")
    expect(root.locator(".bk-table tbody tr[data-bk-row]")).to_have_count(4)
    expect(root.locator(".bk-box")).to_have_count(6)


def test_the_tree_is_walked_by_keys(bare: BarePage, root) -> None:
    tree = root.get_by_role("tree")
    tree.locator("[tabindex='0']").focus()
    press, focused = bare.page.keyboard.press, tree.locator(":focus")
    press("Home")
    expect(focused).to_contain_text("SpanModel")
    press("ArrowDown")
    expect(focused).to_contain_text("Embeddings")
    press("e")
    expect(focused).to_contain_text("Encoder")
    press("ArrowLeft")
    expect(focused).to_have_attribute("aria-expanded", "false")
    press("ArrowDown")
    expect(focused).to_contain_text("SpanHead")
    press("End")
    expect(focused).to_contain_text("SpanHead")
    press("ArrowUp")
    press("ArrowRight")
    press("ArrowRight")
    expect(focused).to_contain_text("EncoderLayer")
    assert tree.locator("[tabindex='0']").count() == 1
    assert bare.state()["selection"] == {"module": "encoder/layer_0"}


def test_the_slider_goes_from_layer_to_layer_without_python(bare: BarePage, root) -> None:
    root.locator("tr", has_text="intermediate").click()
    bare.page.evaluate("() => { models[0].send = () => { throw new Error('asked'); }; }")
    slider = root.get_by_role("slider")
    slider.focus()
    bare.page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "layer_1 (2 of 3)")
    expect(root.locator(".bk-detail .bk-mono").first).to_have_text("encoder__layer_1__feed_forward__intermediate")
    assert bare.state()["selection"] == {
        "module": "encoder/layer_1",
        "layer": "encoder__layer_1__feed_forward__intermediate",
    }


def test_layers_are_walked_and_their_values_shown(bare: BarePage, root) -> None:
    root.locator("tr[tabindex='0']").focus()
    bare.page.keyboard.press("ArrowDown")
    bare.page.keyboard.press("ArrowDown")
    expect(root.locator("tr[aria-selected=true]")).to_contain_text("dense")
    root.locator(".bk-detail").get_by_role("button", name="values").first.click()
    expect(root.get_by_role("img", name="Histogram of the values")).to_be_visible()


def test_columns_sort(root) -> None:
    names = root.locator(".bk-table tbody tr[data-bk-row] td:first-child")
    expect(names).to_have_text(["intermediate", "activation", "dense", "residual"])
    root.get_by_role("button", name="parameters").click()
    expect(names.nth(3)).not_to_have_text("intermediate")
    expect(root.locator("th[aria-sort=descending]")).to_have_count(1)
    root.get_by_role("button", name="layer", exact=True).click()
    expect(names).to_have_text(["activation", "dense", "intermediate", "residual"])


def test_search_finds_layers_in_the_whole_model(root) -> None:
    root.get_by_role("searchbox").fill("gelu")
    expect(root.locator(".bk-table tbody tr[data-bk-row]")).to_have_count(1)
    expect(root.get_by_role("treeitem", name="SpanHead")).to_be_hidden()
    expect(root.get_by_role("treeitem", name="FeedForward")).to_be_visible()
    root.get_by_role("searchbox").fill("1x6x2")
    expect(root.locator(".bk-table tbody tr[data-bk-row]")).to_have_count(1)
    expect(root.locator(".bk-table tbody tr[data-bk-row]")).to_contain_text("logits")


def test_the_graph_is_walked_along_its_edges(bare: BarePage, root) -> None:
    boxes = root.locator(".bk-box")
    boxes.first.focus()
    names = []
    for _ in range(5):
        bare.page.keyboard.press("ArrowDown")
        names.append(root.locator(".bk-box:focus .bk-box-title").text_content())
    assert names[:2] == ["intermediate", "activation"]
    assert names[-1] == "output: residual"
    expect(root.locator(".bk-edge-lit")).not_to_have_count(0)


def test_the_graph_shows_modules_or_layers(bare: BarePage, root) -> None:
    root.locator("[role=tree] [tabindex='0']").focus()
    bare.page.keyboard.press("d")
    expect(root.locator(".bk-box[data-bk-family=module]")).to_have_count(1)
    root.locator(".bk-box[data-bk-family=module]").dblclick()
    expect(root.get_by_role("treeitem", name="FeedForward")).to_have_attribute("aria-selected", "true")
    bare.page.keyboard.press("g")
    expect(root.locator(".bk-graph")).to_be_hidden()
    assert bare.state()["options"] == {"deep": False, "graph": False}


def test_measures_can_be_compared(bare: BarePage, panels: dict[str, Panel], program) -> None:
    from bertkit.coreml import Package
    from bertkit.inspect.atlas import atlas_of
    from bertkit.widgets.model_map.measure import Measure
    from bertkit.widgets.model_map.panel import ModelMapPanel

    times = {f"encoder__layer_{at}__residual": 0.5 + at for at in range(3)}
    root = bare.open_panel(ModelMapPanel(atlas_of(Package.open(program)), [Measure("time", "ms", times)]))
    root.get_by_role("combobox").select_option("time")
    expect(root.get_by_role("treeitem", name="EncoderLayer").locator(".bk-tree-value").first).to_have_text("4.5 ms")
    expect(root.locator("tr", has_text="residual").locator(".bk-meter")).to_have_text("0.5 ms")
    root.get_by_role("slider").fill("2")
    expect(root.locator("tr", has_text="residual").locator(".bk-meter")).to_have_text("2.5 ms")


def test_new_data_replaces_the_old(bare: BarePage, panels: dict[str, Panel], root) -> None:
    bare.change("_view", panels["model map hostile"].view())
    expect(root.locator(".bk-title")).to_have_text("classifier.mlmodel")
    bare.change("_view", {**panels["model map hostile"].view(), "layers": [], "entries": []})
    expect(root.locator(".bk-empty")).to_contain_text("has no layers")
