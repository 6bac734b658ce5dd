"""How fast the map of a model shows, selects and answers in a browser, for the embedded reader and a BERT-large.

    python benchmarks/widgets_paint.py [--rounds 10] [--embedded-only] [--json out.json]

BERT-large (24 layers, 335 million random parameters) is made in a temporary folder and converted: about 4 GB of memory
and 3 GB of disk for some minutes. The view runs on a bare page with a model that answers from Python, as in the tests;
times are those of the page's own clock. `first_paint` is from the call that shows the view to the frame that has it,
`select` from choosing a module to the frame with its layers, `detail` to its graph as Python answered it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "widgets"))

from bare_page import BarePage, launched, opened

from bertkit.coreml import Package
from bertkit.inspect.atlas import Atlas, atlas_of
from bertkit.resources import default_model
from bertkit.widgets import bundle
from bertkit.widgets.model_map.panel import ModelMapPanel

_LARGE = {
    "vocab_size": 30522,
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
}

_WATCHED = """() => {
  const show = window.show;
  window.show = async (state, script) => {
    const started = performance.now();
    await show(state, script);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    window.firstPaint = performance.now() - started;
  };
}"""
# Chooses each module in turn; the detail is there when nothing has changed for 200 ms.
_SELECT = """async () => {
  const root = [...document.querySelectorAll(".bk-root")].at(-1);
  const times = [];
  for (const item of root.querySelectorAll("[role=treeitem]")) {
    let last = 0;
    const observer = new MutationObserver(() => { last = performance.now(); });
    observer.observe(root, { subtree: true, childList: true });
    const started = performance.now();
    item.click();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const select = performance.now() - started;
    while (performance.now() - Math.max(last, started) < 200) await new Promise((done) => setTimeout(done, 20));
    observer.disconnect();
    times.push({ select, detail: last ? last - started : null });
  }
  return times;
}"""


def make_large(folder: Path) -> Path:
    """Make a random BERT-large question-answering checkpoint and convert it."""
    import torch
    import transformers

    from bertkit.bert import convert

    torch.manual_seed(0)
    checkpoint = folder / "bert-large"
    transformers.BertForQuestionAnswering(transformers.BertConfig(**_LARGE)).half().save_pretrained(checkpoint)
    words = [f"w{at}" for at in range(_LARGE["vocab_size"] - 5)]
    (checkpoint / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]) + "\n")
    return convert(checkpoint, folder / "bert-large.mlpackage", lengths=(384,)).path


def middle(values: list[float]) -> dict[str, float]:
    """Return the median and the 95th percentile, in milliseconds."""
    return {"p50_ms": round(float(np.median(values)), 1), "p95_ms": round(float(np.percentile(values, 95)), 1)}


def measure(browser: Any, atlas: Atlas, rounds: int) -> dict[str, Any]:
    """Show the map some times, and choose every module each time."""
    paints: list[float] = []
    chosen: list[dict[str, float]] = []
    memory: dict[str, float] = {}
    for _ in range(rounds):
        with opened(browser, width=1400) as bare:
            bare.open_panel(ModelMapPanel(atlas))  # the page itself, the script and the fonts are warm after this one
            bare.page.evaluate(_WATCHED)
            bare.page.evaluate("document.querySelector('.bk-root').remove()")
            bare.open_panel(ModelMapPanel(atlas))
            bare.page.wait_for_timeout(500)
            paints.append(bare.page.evaluate("window.firstPaint"))
            chosen += bare.page.evaluate(_SELECT)
            memory = memory_of(bare)
    return {
        "first_paint": middle(paints),
        "select": middle([one["select"] for one in chosen]),
        "detail": middle([one["detail"] for one in chosen if one["detail"] is not None]),
        "selections": len(chosen),
        **memory,
    }


def memory_of(bare: BarePage) -> dict[str, float]:
    """Return what the page takes."""
    session = bare.page.context.new_cdp_session(bare.page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    metrics = {item["name"]: item["value"] for item in session.send("Performance.getMetrics")["metrics"]}
    renderers = [child for child in psutil.Process().children(recursive=True) if "--type=renderer" in child.cmdline()]
    return {
        "script_heap_mb": round(metrics["JSHeapUsedSize"] / 1e6, 1),
        "nodes": int(metrics["Nodes"]),
        "renderer_rss_mb": round(max(child.memory_info().rss for child in renderers) / 1e6),
    }


def measure_file(browser: Any, path: Path, rounds: int) -> dict[str, Any]:
    """Measure one model, from its file to the view."""
    started = time.perf_counter()
    atlas = atlas_of(Package.open(path))
    seconds = time.perf_counter() - started
    view = ModelMapPanel(atlas).view()
    return {
        "parameters": sum(layer.parameter_count for layer in atlas.all_layers),
        "layers": len(atlas.all_layers),
        "file_to_map_s": round(seconds, 2),
        "view_kb": round(len(json.dumps(view)) / 1e3, 1),
        **measure(browser, atlas, rounds),
    }


def bundle_size() -> dict[str, float]:
    """Return the size of script and styles, minified, raw and compressed."""
    parts = {"script": bundle.script().encode(), "styles": bundle.styles().encode()}
    raw = {f"{name}_kb": round(len(part) / 1e3, 1) for name, part in parts.items()}
    return raw | {f"{name}_gzip_kb": round(len(gzip.compress(part, 9)) / 1e3, 1) for name, part in parts.items()}


def table(models: dict[str, dict[str, Any]]) -> str:
    """Return the figures as rows of text, a column for each model."""
    rows = [["", *models]]
    for name in next(iter(models.values())):
        cells = [model[name] for model in models.values()]
        shown = [f"{cell['p50_ms']} / {cell['p95_ms']} ms" if isinstance(cell, dict) else f"{cell:,}" for cell in cells]
        rows.append([name, *shown])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--embedded-only", action="store_true", help="leave BERT-large out")
    parser.add_argument("--json", type=Path, help="write the result there too")
    arguments = parser.parse_args()
    models: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = {"embedded reader": default_model()}
        if not arguments.embedded_only:
            paths["BERT-large"] = make_large(Path(folder))
        with launched() as browser:
            for name, path in paths.items():
                models[name] = measure_file(browser, path, arguments.rounds)
    text = json.dumps({"bundle": bundle_size(), "models": models}, indent=2)
    print(text, table(models), sep="\n\n")
    if arguments.json is not None:
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
