"""A page without Jupyter: the bundle, and a model that answers from a panel's own methods."""

from __future__ import annotations

import base64
import os
import queue
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bertkit.widgets import bundle
from bertkit.widgets.correspondence import Correspondence
from bertkit.widgets.panel import Panel

ROOT = Path(__file__).resolve().parents[2]
_AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
_LOCAL = ("data:", "blob:", "about:", "http://127.0.0.1", "http://localhost", "ws://127.0.0.1", "ws://localhost")
_SERIOUS = ("serious", "critical")

_MODEL = """
class FakeModel {
  constructor(state) { this.state = state; this.listeners = {}; this.changed = new Set(); this.saved = []; }
  get(name) { return this.state[name]; }
  set(name, value) { this.state[name] = value; this.changed.add(name); }
  save_changes() {
    const changed = [...this.changed];
    this.changed.clear();
    this.saved.push(...changed);
    for (const name of changed) this.emit("change:" + name);
  }
  on(event, callback) { (this.listeners[event] ??= new Set()).add(callback); }
  off(event, callback) { this.listeners[event]?.delete(callback); }
  emit(event, ...parameters) { for (const callback of [...(this.listeners[event] ?? [])]) callback(...parameters); }
  async send(content, callbacks, buffers) {
    const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
    this.receive(await window.bkSend(this.number, content, (buffers ?? []).map(text)));
  }
  receive(messages) {
    for (const [content, buffers] of messages) {
      if (content.type === "view") {
        this.set("_view", content.view);
        this.save_changes();
        continue;
      }
      const views = buffers.map((text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer));
      this.emit("msg:custom", content, views);
    }
  }
}
window.models = [];
window.show = async (state, script) => {
  window.script = script ?? window.script;
  const url = URL.createObjectURL(new Blob([window.script], { type: "text/javascript" })); // one module a view, as live
  const { default: widget } = await import(url);
  const model = new FakeModel(state);
  model.number = window.models.push(model) - 1;
  const place = document.createElement("div");
  document.querySelector("main").append(place);
  model.controller = new AbortController();
  model.end = widget.render({ model, el: place, signal: model.controller.signal });
};
const poll = async () => {
  for (const [number, messages] of await window.bkPoll()) window.models[number].receive(messages);
  setTimeout(poll, 40);
};
setTimeout(poll, 40);
"""


_MOST_CHANGES = 100
_WATCH = """() => {
  window.changes = 0;
  window.count = (found) => {
    for (const { addedNodes, removedNodes } of found) window.changes += 1 + addedNodes.length + removedNodes.length;
  };
  window.watch = new MutationObserver(window.count);
  window.watch.observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


@dataclass
class Shown:
    """A panel on the page: its messages."""

    correspondence: Correspondence
    later: queue.Queue[Any] = field(default_factory=queue.Queue)


@dataclass
class BarePage:
    """A page, and what it must not do.

    Attributes:
        page: Playwright's.
        blocked: addresses it asked for that are not on this machine.
        errors: errors its scripts raised.
    """

    page: Any
    blocked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)

    def open_panel(
        self,
        panel: Panel,
        selection: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        group: str = "",
    ) -> Any:
        """Show a panel below those already shown, and return a locator of its root."""
        later: queue.Queue[Any] = queue.Queue()

        def send(content: Any, buffers: Any = None) -> None:
            later.put([content, [base64.b64encode(buffer).decode() for buffer in buffers or []]])

        self.shown.append(Shown(Correspondence(panel.methods, send), later))
        state = {
            "_kind": panel.kind,
            "_view": panel.view(),
            "_group": group,
            "selection": dict(selection or {}),
            "options": dict(options or {}),
        }
        is_first = len(self.shown) == 1
        if is_first:
            self.page.set_content(f"<title>{panel.title}</title><style>{bundle.styles()}</style><main></main>")
            self.page.evaluate(_MODEL)
        script = bundle.script() if is_first else None
        self.page.evaluate("([state, script]) => show(state, script)", [state, script])
        return self.page.locator(".bk-root").nth(len(self.shown) - 1)

    def refresh(self, panel: Panel, number: int = 0) -> None:
        """Show a panel anew, as its widget does after its content has changed; from any thread."""
        self.shown[number].later.put([{"type": "view", "view": panel.view()}, []])

    def state(self, number: int = 0) -> dict[str, Any]:
        """Return the traits of a shown model."""
        state: dict[str, Any] = self.page.evaluate("(number) => window.models[number].state", number)
        return state

    def change(self, name: str, value: Any, number: int = 0) -> None:
        """Change a trait as Python would."""
        self.page.evaluate(
            "([number, name, value]) => { const m = models[number]; m.set(name, value); m.save_changes(); }",
            [number, name, value],
        )

    @contextmanager
    def few_changes(self, steps: int) -> Iterator[None]:
        """Check that these steps change something, and so few elements each that a frame is enough for them."""
        self.page.evaluate(_WATCH)
        yield
        changes = self.page.evaluate("() => { window.count(window.watch.takeRecords()); return window.changes; }")
        assert steps <= changes < steps * _MOST_CHANGES

    def axe(self) -> list[str]:
        """Return what axe-core finds serious or critical, in words."""
        if not _AXE.is_file():
            pytest.skip("axe-core is not installed: make js")
        self.page.add_script_tag(path=str(_AXE))
        found = self.page.evaluate("axe.run(document.querySelector('main') ?? document).then((r) => r.violations)")
        return [
            f"{item['id']} ({item['impact']}): {item['help']}: {item['nodes'][0]['html'][:200]}"
            for item in found
            if item["impact"] in _SERIOUS
        ]

    def _send(self, number: int, content: Any, buffers: list[str] | None = None) -> list[Any]:
        self.shown[number].correspondence.receive(content, [memoryview(base64.b64decode(b)) for b in buffers or []])
        return self._later(number)

    def _poll(self) -> list[tuple[int, list[Any]]]:
        found = ((number, self._later(number)) for number in range(len(self.shown)))
        return [(number, messages) for number, messages in found if messages]

    def _later(self, number: int) -> list[Any]:
        messages = []
        while not self.shown[number].later.empty():
            messages.append(self.shown[number].later.get())
        return messages


def chromium() -> str:
    """Return the path of a Chromium; without one the test fails in CI and is skipped elsewhere."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    if os.environ.get("CI"):
        pytest.fail("Chromium is not installed, and CI is set: apt-get install chromium")
    pytest.skip("Chromium is not installed")


@contextmanager
def launched() -> Iterator[Any]:
    """Start a browser."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Any, width: int = 1200, height: int = 900, dark: bool = False) -> Iterator[BarePage]:
    """Open an empty page that can reach nothing but this machine."""
    scheme = "dark" if dark else "light"
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    bare = BarePage(context.new_page())

    def route(route: Any) -> None:
        address = route.request.url
        if address.startswith((*_LOCAL, "file:")):
            route.continue_()
        else:
            bare.blocked.append(address)
            route.abort()

    context.route("**/*", route)
    bare.page.on("pageerror", lambda error: bare.errors.append(str(error)))
    bare.page.expose_function("bkSend", bare._send)
    bare.page.expose_function("bkPoll", bare._poll)
    try:
        yield bare
    finally:
        context.close()
