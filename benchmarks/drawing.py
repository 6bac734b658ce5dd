"""How well a few drawings teach a new emoji: python benchmarks/drawing.py DRAWINGS [--peer MODEL] [--json FILE].

DRAWINGS is `quickdraw_train.ndjson.xz`, simplified Quick, Draw! drawings. Every episode draws classes that the embedded
model was never trained on (its metadata name them), teaches an empty classifier with 1, 3 or 10 drawings of each, and
asks 5 others. `--peer` is another drawing embedding with a square grayscale image as its input: it gets the same
drawings, rasterized for its size with the best of several line widths, in front of the same classifier; once with
pixels of 0 to 255, as its file declares, and once of 0 to 1, as it may have been trained. All vectors have length 1.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "data" / "generators"))

from drawing_data import HELD_BACK_DRAWINGS, read_drawings
from drawing_emoji import EMOJI

from bertkit.coreml import Model, Package
from bertkit.coreml.kinds import pipeline_models
from bertkit.coreml.neighbors import Neighbors
from bertkit.drawing import Drawing, EmojiPad, Guess, rasterize
from bertkit.drawing.drawing_input import METADATA_KEY
from bertkit.drawing.pad import DEFAULT_MODEL
from bertkit.resources import resource

_SHOTS = (1, 3, 10)
_ASKED = 5
_WIDTHS = (1 / 24, 1 / 18, 1 / 14, 1 / 11)  # of the image, for the peer
_Embedding = Callable[[Drawing], np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drawings", type=Path)
    parser.add_argument("--peer", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--ways", type=int, default=20)
    arguments = parser.parse_args()
    path = resource(DEFAULT_MODEL)
    drawings = read_drawings(arguments.drawings)
    held_back = json.loads(Model.load(path).description.metadata.user_defined[METADATA_KEY])["held_back_classes"]
    unseen = {word: drawings[word] for word in held_back}
    embeddings = {"bertkit": _embedding(Package.open(path))}
    if arguments.peer is not None:
        peer = Package.open(arguments.peer)
        embeddings["peer, 0 to 255"] = _best_width(peer, unseen, 1.0)
        embeddings["peer, 0 to 1"] = _best_width(peer, unseen, 1 / 255)
    result: dict[str, Any] = {"ways": arguments.ways, "episodes": arguments.episodes, "classes": len(unseen)}
    for name, embed in embeddings.items():
        vectors = {word: np.stack([embed(drawing) for drawing in rows]) for word, rows in unseen.items()}
        result[name] = {
            f"{shots}-shot": _few_shot(vectors, shots, arguments.ways, arguments.episodes) for shots in _SHOTS
        }
    result["pad"] = _whole_pad(drawings, unseen)
    _show(result)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _embedding(package: Package, line_share: float | None = None, scale: float = 1.0) -> _Embedding:
    """Return what turns a drawing into a vector of length 1: the model, or the first one of a pipeline."""
    specification = package.specification
    stored = json.loads(specification.description.metadata.userDefined.get(METADATA_KEY, "{}"))
    first = pipeline_models(specification)[0][1] if "ipeline" in package.model_type else specification
    model = Model.load(package.with_specification(first))
    name, size = model.description.inputs[0].name, model.description.inputs[0].type.width
    width = stored.get("line_width", size / 16) if line_share is None else size * line_share
    output = model.description.outputs[0].name

    def embed(drawing: Drawing) -> np.ndarray:
        pixels = rasterize(drawing, size, line_width=width)
        vector = model.predict({name: pixels * np.float32(scale)})[output].ravel()
        return vector / max(np.linalg.norm(vector), 1e-12)

    return embed


def _best_width(package: Package, drawings: dict[str, list[Drawing]], scale: float) -> _Embedding:
    """Return the peer with the line width that suits it best, judged on the very classes that it is judged on."""
    scores = {}
    for share in _WIDTHS:
        embed = _embedding(package, share, scale)
        vectors = {word: np.stack([embed(drawing) for drawing in rows[:8]]) for word, rows in drawings.items()}
        scores[share] = _few_shot(vectors, 3, 20, 30)["mean"]
    return _embedding(package, max(scores, key=lambda share: scores[share]), scale)


def _few_shot(vectors: dict[str, np.ndarray], shots: int, ways: int, episodes: int) -> dict[str, float]:
    """Return mean and spread of the share of right answers over episodes."""
    rng, shares = np.random.default_rng(shots), []
    for _ in range(episodes):
        words = [str(word) for word in rng.choice(sorted(vectors), ways, replace=False)]
        orders = {word: rng.permutation(len(vectors[word])) for word in words}
        samples = np.concatenate([vectors[word][orders[word][:shots]] for word in words])
        labels = [word for word in words for _ in range(shots)]
        classifier = Neighbors(samples, labels, min(5, len(samples)), True, None)
        right = [
            classifier.classify(vectors[word][position])[0] == word
            for word in words
            for position in orders[word][shots : shots + _ASKED]
        ]
        shares.append(float(np.mean(right)))
    return {"mean": statistics.mean(shares), "spread": statistics.stdev(shares)}


def _whole_pad(drawings: dict[str, list[Drawing]], unseen: dict[str, list[Drawing]]) -> dict[str, Any]:
    """Measure the pad as it ships: what it knows, what three drawings of something new teach it, and how fast."""
    with tempfile.TemporaryDirectory() as folder:
        pad = EmojiPad(Path(folder) / "pad")
        known = [(word, drawing) for word in EMOJI for drawing in drawings[word][-HELD_BACK_DRAWINGS:]]
        found = [[guess.emoji for guess in pad.guess(drawing)] for _, drawing in known]
        rights = [EMOJI[word] in emoji for (word, _), emoji in zip(known, found, strict=True)]
        firsts = [EMOJI[word] == next(iter(emoji), "") for (word, _), emoji in zip(known, found, strict=True)]
        teach, guess, new = [], [], []
        for word, rows in list(unseen.items())[:20]:
            teach.append(_seconds(lambda rows=rows, word=word: pad.teach(rows[:3], word)))
            answers = [pad.guess(drawing) for drawing in rows[3:]]
            new.extend(_place(word, answer) for answer in answers)
            guess.append(_seconds(lambda rows=rows: pad.guess(rows[3])))
            pad.undo()
    return {
        "known": len(EMOJI),
        "known_first": float(np.mean(firsts)),
        "known_among_five": float(np.mean(rights)),
        "new_first_after_three": float(np.mean(np.equal(new, 0))),
        "new_among_five_after_three": float(np.mean(np.less(new, 5))),
        "teach_three_ms": statistics.median(teach) * 1e3,
        "guess_ms": statistics.median(guess) * 1e3,
    }


def _place(label: str, answer: Sequence[Guess]) -> float:
    """Return at which place a label was guessed, from 0; infinity where it was not."""
    return next((at for at, guess in enumerate(answer) if guess.emoji == label), float("inf"))


def _seconds(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _show(result: dict[str, Any]) -> None:
    print(f"{result['ways']} classes never trained on, {result['episodes']} episodes; share right, and its spread")
    for name in [key for key in result if key == "bertkit" or key.startswith("peer")]:
        rows = [f"{shots} {row['mean']:.1%} ± {row['spread']:.1%}" for shots, row in result[name].items()]
        print(f"  {name:15s} {'   '.join(rows)}")
    for key, value in result["pad"].items():
        print(f"  {key.replace('_', ' '):28s} {value:.3g}")


if __name__ == "__main__":
    main()
