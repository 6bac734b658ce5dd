"""A document of 50,000 words in a browser: how long it takes to open, to jump between answers, to scroll.

    python benchmarks/widgets_document.py [--words 50000] [--rounds 5] [--read] [--json out.json]

The view runs on a bare page with a model that answers from Python, as in the tests; times are those of the page's own
clock. With --read the embedded reader also reads the whole document once: until its first answer and its last window.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "widgets"))

from bare_page import BarePage, launched, opened

from bertkit.qa import Answer, Document, NoAnswer, Result
from bertkit.qa.document import Span
from bertkit.resources import resource
from bertkit.widgets.ask_document.asked import Asked
from bertkit.widgets.ask_document.panel import AskDocumentPanel
from bertkit.widgets.ask_document.session import Session

_PAGES = 100
_ANSWERS = 40

# Resolves when the text of the current answer is in view and drawn.
_JUMP = """async () => {
  const box = document.querySelector(".bk-document");
  const before = [...CSS.highlights.get("bk-current")][0];
  const started = performance.now();
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "n", bubbles: true }));
  for (;;) {
    await new Promise(requestAnimationFrame);
    const range = [...CSS.highlights.get("bk-current")][0];
    const { top, bottom } = range.getBoundingClientRect();
    const frame = box.getBoundingClientRect();
    if (range !== before && top >= frame.top && bottom <= frame.bottom) return performance.now() - started;
  }
}"""
# Notes when the view is first drawn, and when all of the text is there; the time for the first frame is counted in.
_WATCHED = """() => {
  const show = window.show;
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  window.show = async (state, script) => {
    const started = performance.now();
    await show(state, script);
    await frame();
    const first_paint = performance.now() - started;
    window.whole = (async () => {
      while (document.querySelector(".bk-loading")) await frame();
      return { first_paint, whole_text: performance.now() - started };
    })();
  };
}"""
_SCROLL = """async () => {
  const box = document.querySelector(".bk-document");
  box.scrollTop = 0;
  const times = [];
  let last = await new Promise(requestAnimationFrame);
  for (let frame = 0; frame < 300; frame++) {
    box.scrollTop += 400;
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return times;
}"""


def document_of(words: int) -> Document:
    """Return a document of the example texts' paragraphs in random order, on 100 pages."""
    paths = sorted(resource("documents").glob("*.txt"))
    paragraphs = [part for path in paths for part in path.read_text(encoding="utf-8").split("\n\n") if part]
    generator = random.Random(0)
    chosen: list[str] = []
    count = 0
    while count < words:
        chosen.append(generator.choice(paragraphs))
        count += len(chosen[-1].split())
    text = "\n\n".join(chosen)
    starts = [len(text) * page // _PAGES for page in range(_PAGES)]
    pages = tuple(
        Span(start, end, str(at + 1))
        for at, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True))
    )
    return Document(text, "large.txt", pages)


def panel_of(document: Document) -> AskDocumentPanel:
    """Return the document with answers all over it, as if it had been asked."""
    places = [len(document.text) * at // _ANSWERS for at in range(_ANSWERS)]
    random.Random(1).shuffle(places)
    answers = []
    for at, place in enumerate(places):
        start = document.text.index(" ", place) + 1
        end = document.text.index(" ", start)
        page = document.page_of(start)
        share = 0.5 ** (at + 1)
        answers.append(Answer(document.text[start:end], start, end, 0.0, share, "large.txt", page, None, document))
    session = Session(document)
    session.history.append(Asked(document, Result("?", tuple(answers), NoAnswer(-1.0, 0.0)), None, 1, 1, 0.0))
    return AskDocumentPanel(session)


def middle(values: list[float]) -> dict[str, float]:
    """Return the median and the 95th percentile, in milliseconds."""
    return {"p50_ms": round(float(np.median(values)), 1), "p95_ms": round(float(np.percentile(values, 95)), 1)}


def measure(browser: Any, panel: AskDocumentPanel, rounds: int) -> dict[str, Any]:
    """Open the view some times; jump and scroll in the last one."""
    times: list[dict[str, float]] = []
    found: dict[str, Any] = {}
    for round_number in range(rounds):
        with opened(browser) as bare:
            bare.open_panel(AskDocumentPanel(Session(Document.from_text("warm"))))
            bare.page.evaluate(_WATCHED)
            bare.open_panel(panel)
            times.append(bare.page.evaluate("whole"))
            if round_number == rounds - 1:
                bare.page.evaluate("document.querySelector('.bk-root').remove()")
                found = in_page(bare)
    return {name: middle([one[name] for one in times]) for name in ("first_paint", "whole_text")} | found


def in_page(bare: BarePage) -> dict[str, Any]:
    """Jump, scroll, and say what the page takes."""
    session = bare.page.context.new_cdp_session(bare.page)
    session.send("Performance.enable")

    def metrics() -> dict[str, float]:
        return {item["name"]: item["value"] for item in session.send("Performance.getMetrics")["metrics"]}

    bare.page.wait_for_timeout(500)
    jumps = [bare.page.evaluate(_JUMP) for _ in range(_ANSWERS - 1)]
    before = metrics()["TaskDuration"]
    frames = bare.page.evaluate(_SCROLL)
    work = (metrics()["TaskDuration"] - before) / len(frames)
    session.send("HeapProfiler.collectGarbage")
    after = metrics()
    renderers = [child for child in psutil.Process().children(recursive=True) if "--type=renderer" in child.cmdline()]
    return {
        "jump": middle(jumps),
        "scroll_frame": middle(frames),
        "scroll_work_ms": round(work * 1000, 1),
        "script_heap_mb": round(after["JSHeapUsedSize"] / 1e6, 1),
        "nodes": int(after["Nodes"]),
        "renderer_rss_mb": round(max(child.memory_info().rss for child in renderers) / 1e6),
    }


def read(document: Document) -> dict[str, Any]:
    """Ask the embedded reader once more after a warm-up."""
    session = Session(document)
    session.ask("Who?", scope=(0, 2000))
    updates: list[float] = []
    started = time.perf_counter()
    asked = session.ask("Who built the first tower?", on_update=lambda _: updates.append(time.perf_counter() - started))
    return {
        "windows": asked.windows,
        "first_answer_s": round(updates[0], 2),
        "last_window_s": round(time.perf_counter() - started, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--read", action="store_true", help="also read it with the embedded reader")
    parser.add_argument("--json", type=Path, help="write the result there too")
    arguments = parser.parse_args()
    document = document_of(arguments.words)
    panel = panel_of(document)
    with launched() as browser:
        result = {
            "words": len(document.text.split()),
            "characters": len(document.text),
            "view_kb": round(len(json.dumps(panel.view())) / 1e3, 1),
            **measure(browser, panel, arguments.rounds),
        }
    if arguments.read:
        result["read"] = read(document)
    text = json.dumps(result, indent=2)
    print(text)
    if arguments.json is not None:
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
