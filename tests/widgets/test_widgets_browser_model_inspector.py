"""The model inspector in a real browser: tabs, hashes, the specification, differences, a copy with other metadata."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from bare_page import BarePage
from playwright.sync_api import expect

from bertkit.coreml import Package
from bertkit.inspect import inspect_model
from bertkit.widgets.model_inspector.panel import ModelInspectorPanel
from bertkit.widgets.panel import Panel

pytestmark = pytest.mark.browser


def test_tabs_are_walked_by_keys(bare: BarePage, panels: dict[str, Panel]) -> None:
    root = bare.open_panel(panels["model inspector of a program"])
    root.get_by_role("tab", name="Overview").focus()
    names = []
    for _ in range(6):
        bare.page.keyboard.press("ArrowRight")
        names.append(root.get_by_role("tab", selected=True).text_content())
        expect(root.get_by_role("tabpanel")).to_have_count(1)
        expect(root.get_by_role("tabpanel")).not_to_be_empty()
    assert [str(name).split()[0] for name in names] == [
        "Metadata", "Interface", "Parameters", "Why", "Files", "Specification",
    ]  # fmt: skip
    assert bare.state()["options"] == {"tab": "specification"}
    bare.page.keyboard.press("Home")
    expect(root.get_by_role("tab", name="Overview")).to_be_focused()


def test_every_tab_is_accessible(bare: BarePage, panels: dict[str, Panel]) -> None:
    root = bare.open_panel(panels["model inspector of a network"])
    for tab in root.get_by_role("tab").all():
        tab.click()
        expect(root.locator(".bk-failure")).to_have_count(0)
        assert bare.axe() == [], tab.text_content()


def test_the_boxes_of_an_updatable_model_open_its_tabs(bare: BarePage, panels: dict[str, Panel]) -> None:
    root = bare.open_panel(panels["model inspector of a network"])
    box = root.locator(".bk-card", has_text="Update parameters")
    expect(box).to_contain_text("layers: dense2")
    box.click()
    expect(root.get_by_role("tab", name="Update")).to_have_attribute("aria-selected", "true")
    expect(root.get_by_role("tabpanel")).to_contain_text("learningRate")


def test_a_program_says_why_it_is_not_updatable(bare: BarePage, panels: dict[str, Panel]) -> None:
    root = bare.open_panel(panels["model inspector of a program"])
    root.locator(".bk-card.bk-missing").first.click()
    expect(root.locator(".bk-reasons")).to_contain_text("ML Program")


def test_hashes_are_computed_when_asked_for(bare: BarePage, program: Path) -> None:
    root = bare.open_panel(ModelInspectorPanel(inspect_model(program)))
    root.get_by_role("tab", name="Files").click()
    root.get_by_role("button", name="hash of Manifest.json").click()
    expected = hashlib.sha256((program / "Manifest.json").read_bytes()).hexdigest()
    expect(root.get_by_text(expected)).to_be_visible()


def test_the_specification_opens_level_by_level(bare: BarePage, panels: dict[str, Panel]) -> None:
    root = bare.open_panel(panels["model inspector of a program"])
    root.get_by_role("tab", name="Specification").click()
    for name in ("mlProgram", "functions", "main"):
        root.locator("summary", has=root.page.get_by_text(name, exact=True)).click()
    expect(root.locator(".bk-fields")).to_contain_text("block_specializations")


def test_numbers_of_two_models_are_compared(bare: BarePage, network: Path, tmp_path: Path) -> None:
    from bertkit.coreml.save import save_model

    specification = Package.open(network).specification
    specification.neuralNetwork.layers[2].innerProduct.weights.floatValue[0] += 1
    later = save_model(tmp_path / "later.mlmodel", specification)
    root = bare.open_panel(ModelInspectorPanel(inspect_model(network), inspect_model(later)))
    root.get_by_role("tab", name="Against").click()
    expect(root.get_by_role("tabpanel")).to_contain_text("say the same of themselves")
    root.get_by_role("button", name="compare the numbers").click()
    expect(root.locator("tr", has_text="dense2.weights")).to_contain_text("1")


def test_a_copy_is_written_with_other_metadata(bare: BarePage, program: Path, tmp_path: Path) -> None:
    root = bare.open_panel(ModelInspectorPanel(inspect_model(program)))
    root.get_by_role("tab", name="Metadata").click()
    root.get_by_text("Edit and save as a copy").click()
    root.get_by_label("author").fill("Ada")
    root.get_by_label("path of the copy").fill(str(program))
    root.get_by_role("button", name="Save as").click()
    expect(root.locator(".bk-failure")).to_contain_text("is the model itself")
    root.get_by_label("path of the copy").fill(str(tmp_path / "copy.mlpackage"))
    root.get_by_role("button", name="Save as").click()
    expect(root.get_by_text("written:")).to_be_visible()
    copy = Package.open(tmp_path / "copy.mlpackage")
    assert copy.specification.description.metadata.author == "Ada"
    assert Package.open(program).specification.description.metadata.author == ""
