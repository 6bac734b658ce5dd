"""Writes the drawing model, `data/models/drawing-to-emoji.mlmodel`, from drawings of Quick, Draw!.

    python data/generators/make_drawing_model.py quickdraw_train.ndjson.xz FOLDER [--minutes M]

Two embedding networks are trained to tell classes apart; 64 classes, and 2 drawings of every other class, are never
trained on, so that they can judge them (benchmarks/drawing.py). Training keeps to M minutes at a time and goes on from
what it left in FOLDER when it is started again; when it is done, the networks become the frozen part of an updatable
Core ML pipeline whose nearest-neighbor classifier knows some emoji from the start.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from drawing_coreml import pipeline
from drawing_data import CREDIT, HELD_BACK_DRAWINGS, held_back_classes, read_drawings
from drawing_emoji import EMOJI
from drawing_network import LINE_WIDTH, SIZE, embed, images
from drawing_stock import Stock
from drawing_training import COURSES, Training
from torch import nn

from bertkit.coreml import save_model
from bertkit.drawing import Drawing, rasterize
from bertkit.drawing.drawing_input import METADATA_KEY

OUT = Path(__file__).resolve().parents[1] / "models" / "drawing-to-emoji.mlmodel"

_PROTOTYPES = 2  # of each emoji known from the start: fewer than the three drawings of one that is taught
_NEIGHBORS = 5


def main() -> None:
    """Train, and write the file when training is done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drawings", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    arguments = parser.parse_args()
    drawings = read_drawings(arguments.drawings)
    held_back = held_back_classes(list(drawings))
    trained = {word: rows[:-HELD_BACK_DRAWINGS] for word, rows in drawings.items() if word not in held_back}
    torch.set_num_threads(1)
    networks = _train(list(trained.values()), arguments.folder, time.monotonic() + arguments.minutes * 60)
    if networks is None:
        print("not done: start it again to go on")
        return
    print(_judge(networks, {word: images(drawings[word]) for word in held_back}))
    known = {EMOJI[word]: _prototypes(networks, rows) for word, rows in trained.items() if word in EMOJI}
    made = pipeline(networks, known, _NEIGHBORS)
    _describe(made, held_back)
    print(f"{save_model(OUT, made)}: {OUT.stat().st_size:,d} bytes, {len(known)} emoji known")


def _train(groups: list[list[Drawing]], folder: Path, until: float) -> list[nn.Sequential] | None:
    """Return the networks; None when time is over."""
    folder.mkdir(parents=True, exist_ok=True)
    classes = [label for label, group in enumerate(groups) for _ in group]
    stock = Stock(
        [drawing for group in groups for drawing in group],
        lambda each, width: rasterize(each, SIZE, line_width=width),
        folder / "drawings.npy",
    )
    trainings = [
        Training(stock, classes, course, folder / f"network_{number}.pt") for number, course in enumerate(COURSES, 1)
    ]
    return [training.network for training in trainings] if all(each.run(until) for each in trainings) else None


def _prototypes(networks: Sequence[nn.Sequential], drawings: list[Drawing]) -> np.ndarray:
    """Return a few vectors of length 1 that stand for the drawings of a class, by k-means from spread beginnings."""
    vectors = embed(networks, images(drawings)).numpy()
    chosen = [int((vectors @ vectors.mean(axis=0)).argmax())]
    while len(chosen) < _PROTOTYPES:
        chosen.append(int((vectors @ vectors[chosen].T).max(axis=1).argmin()))
    centers = vectors[chosen]
    for _ in range(10):
        nearest = (vectors @ centers.T).argmax(axis=1)
        means = [
            vectors[nearest == at].mean(axis=0) if (nearest == at).any() else centers[at] for at in range(len(centers))
        ]
        centers = np.stack(means) / np.linalg.norm(means, axis=1, keepdims=True)
    return centers


def _describe(made: Any, held_back: list[str]) -> None:
    """Write what the file is, where it is from, and what its drawings look like."""
    metadata = made.description.metadata
    metadata.shortDescription = "Which emoji a drawing shows. Three drawings teach it a new one."
    metadata.author = "bertkit"
    metadata.license = "Apache License 2.0; trained on The Quick, Draw! Dataset, Google, CC BY 4.0"
    metadata.versionString = "3"
    stored = {"line_width": LINE_WIDTH, "held_back_classes": held_back, "data": CREDIT}
    metadata.userDefined[METADATA_KEY] = json.dumps(stored)


def _judge(networks: Sequence[nn.Sequential], drawings: dict[str, torch.Tensor]) -> str:
    """Say how often the nearest of 3 examples of each of 20 classes, never trained on, is of the right class."""
    found = {word: embed(networks, rows) for word, rows in drawings.items()}
    rng, right = np.random.default_rng(0), []
    for _ in range(40):
        words = rng.choice(sorted(found), 20, replace=False)
        orders = [rng.permutation(len(found[word])) for word in words]
        taught = torch.cat([found[word][order[:3]] for word, order in zip(words, orders, strict=True)])
        asked = torch.cat([found[word][order[3:8]] for word, order in zip(words, orders, strict=True)])
        nearest = torch.cdist(asked, taught).argmin(dim=1) // 3
        right.append(float((nearest == torch.arange(20).repeat_interleave(5)).float().mean()))
    return f"held-back classes, 3 of 20: {np.mean(right):.3f}"


if __name__ == "__main__":
    main()
