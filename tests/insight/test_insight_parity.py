from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bert_checkpoints import CONFIGS, VARIANTS, make_checkpoint

from bertkit.bert import convert
from bertkit.coreml import Configuration
from bertkit.dependencies import installed
from bertkit.errors import InputError, UnsupportedError
from bertkit.insight import Example, Subject, compare_modules
from bertkit.insight.module_parity import ModuleParity
from bertkit.insight.original_names import canonical, original_names
from bertkit.insight.parity import Parity
from bertkit.qa import Document, Reader

Get = Callable[..., tuple[Subject, Example]]
Checkpoints = Callable[[str], Path]
CASES = [*((family, "mlprogram") for family in CONFIGS), ("bert", "neuralnetwork")]


@pytest.mark.parametrize(("family", "kind"), CASES)
def test_a_float32_file_computes_every_module_of_the_original(
    family: str, kind: str, example_of: Get, checkpoint_of: Checkpoints
) -> None:
    subject, example = example_of(family, kind)
    parity = compare_modules(subject, checkpoint_of(family), example, tolerance=1e-4)
    assert parity.first_above is None, str(parity)
    assert min(module.cosine for module in parity.modules) > 0.999999
    assert parity.modules[-1].layer == "span_head__logits"
    (engine,) = parity.engines
    assert engine.engine == "torch"
    assert engine.same
    assert engine.max_error < 1e-4


@pytest.mark.parametrize("family", CONFIGS)
def test_no_learned_module_of_the_original_is_left_out(
    family: str, example_of: Get, checkpoint_of: Checkpoints
) -> None:
    import transformers

    subject, _ = example_of(family)
    original = transformers.AutoModelForQuestionAnswering.from_pretrained(checkpoint_of(family))
    learned = {canonical(name.rpartition(".")[0]) for name, _ in original.named_parameters()}
    partners = set(original_names(family, subject.lowered.layers).values())
    constants = {f"{family}.embeddings.token_type_embeddings"} if family == "roberta" else set()
    assert learned - partners == constants


@pytest.mark.parametrize(
    "variant",
    [
        "mobilebert-no-bottleneck",
        pytest.param("mobilebert-layer_norm", marks=pytest.mark.slow),
        pytest.param("albert-uneven-groups", marks=pytest.mark.slow),
    ],
)
def test_variants_of_a_family_have_partners_too(variant: str, tmp_path: Path) -> None:
    family = variant.partition("-")[0]
    checkpoint = make_checkpoint(tmp_path / "checkpoint", family, VARIANTS[variant])
    convert(checkpoint, tmp_path / "model.mlpackage", lengths=(24,), precision="float32")
    subject = Subject(Reader(tmp_path / "model.mlpackage", configuration=Configuration(engine="torch")))
    example = subject.example("w3", Document.from_text("w1 w2 w3 w4"), window=0)
    parity = compare_modules(subject, checkpoint, example, tolerance=1e-4)
    assert parity.first_above is None, str(parity)
    assert len(parity.modules) > 25


def test_the_first_module_that_differs_is_marked(example_of: Get, checkpoint_of: Checkpoints, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    changed = tmp_path / "changed"
    shutil.copytree(checkpoint_of("bert"), changed)
    tensors = load_file(changed / "model.safetensors")
    tensors["bert.encoder.layer.1.intermediate.dense.bias"] += 0.5
    save_file(tensors, changed / "model.safetensors", metadata={"format": "pt"})
    subject, example = example_of("bert")
    parity = compare_modules(subject, changed, example, tolerance=1e-3)
    first = parity.first_above
    assert first is not None
    assert (first.layer, first.original) == (
        "encoder__layer_1__feed_forward__intermediate",
        "bert.encoder.layer.1.intermediate.dense",
    )
    assert first.max_error == pytest.approx(0.5, abs=1e-4)
    assert f"above 0.001 is {first.layer}" in parity.statement
    assert sum("<- first above" in line for line in str(parity).splitlines()) == 1
    assert parity.to_json()["first_above"] == first.layer


def test_modules_come_one_by_one_in_the_originals_order(example_of: Get, checkpoint_of: Checkpoints) -> None:
    subject, example = example_of("bert")
    parts: list[Parity] = []
    seen: list[tuple[int, int]] = []
    parity = compare_modules(
        subject,
        checkpoint_of("bert"),
        example,
        partial=parts.append,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert [len(part.modules) for part in parts] == list(range(1, len(parity.modules) + 1))
    assert seen[-1] == (len(parity.modules), len(parity.modules))
    assert parts[-1].answer is None
    order = [module.layer for module in parity.modules]
    assert order.index("encoder__layer_0__attention__self__query") < order.index(
        "encoder__layer_1__feed_forward__output__dense"
    )


def test_progress_can_end_the_work(example_of: Get, checkpoint_of: Checkpoints) -> None:
    subject, example = example_of("bert")
    seen: list[int] = []

    def cancel(done: int, total: int) -> None:
        seen.append(done)
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_modules(subject, checkpoint_of("bert"), example, progress=cancel)
    assert seen == [1, 2, 3, 4]


@pytest.mark.skipif(not installed("openvino"), reason="OpenVINO is not installed")
def test_other_engines_answers_are_compared(example_of: Get, checkpoint_of: Checkpoints) -> None:
    subject, example = example_of("bert")
    parity = compare_modules(subject, checkpoint_of("bert"), example, engines=("openvino", "torch"))
    assert [engine.engine for engine in parity.engines] == ["torch", "openvino"]
    assert all(engine.same for engine in parity.engines)
    assert parity.statement.endswith("Beside the original: torch the same answer, openvino the same answer.")


def test_a_checkpoint_of_another_family_is_refused(example_of: Get, checkpoint_of: Checkpoints) -> None:
    subject, example = example_of("bert")
    with pytest.raises(InputError, match=r"from the family bert; .* is of the family electra"):
        compare_modules(subject, checkpoint_of("electra"), example)


def test_a_checkpoint_of_another_size_is_refused(example_of: Get, tmp_path: Path) -> None:
    subject, example = example_of("bert")
    other = make_checkpoint(tmp_path / "other", "bert", {**CONFIGS["bert"], "hidden_size": 16})
    with pytest.raises(InputError, match=r"has the shape \[1, 24, 32\], and .* of the checkpoint \[1, 24, 16\]"):
        compare_modules(subject, other, example)


def test_a_negative_tolerance_is_refused(example_of: Get, checkpoint_of: Checkpoints) -> None:
    subject, example = example_of("bert")
    with pytest.raises(InputError, match="tolerance must be at least 0"):
        compare_modules(subject, checkpoint_of("bert"), example, tolerance=-1)


def test_figures_of_one_module() -> None:
    wanted = np.array([[3.0, 4.0]], np.float32)
    equal = ModuleParity.of("layer", "original", wanted, wanted, 0.0)
    assert (equal.max_error, equal.cosine, equal.snr_db, equal.above) == (0, 1, math.inf, False)
    assert equal.to_json()["snr_db"] is None
    turned = ModuleParity.of("layer", "original", np.array([[4.0, -3.0]], np.float32), wanted, 1.0)
    assert turned.max_error == 7
    assert turned.cosine == 0
    assert turned.snr_db == pytest.approx(10 * math.log10(25 / 50))
    assert turned.above


def test_not_a_number_is_above_every_tolerance() -> None:
    broken = ModuleParity.of("layer", "original", np.array([[np.nan, 1]]), np.array([[1.0, 1.0]]), 1e9)
    assert broken.above


def test_families_without_names_are_refused() -> None:
    with pytest.raises(UnsupportedError, match=r'family "gpt2" is not supported\. Supported: albert, bert'):
        original_names("gpt2", [])
