"""The ways to run one BERT reader on a CPU that `latency.py` compares.

A contender is a function of the reader's files that loads what it needs and returns a function from a batch of windows
to logits. Each runs in a process of its own, so that thread pools do not meet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Batch = dict[str, np.ndarray]
Run = Callable[[Batch], np.ndarray]


@dataclass(frozen=True)
class Files:
    """The same reader in the forms that contenders read."""

    checkpoint: Path
    package: Path
    onnx: Path
    onnx_int8: Path


def bertkit_engine(engine: str, precision: str) -> Callable[[Files], Run]:
    """The Core ML package through one of bertkit's engines."""

    def load(files: Files) -> Run:
        from bertkit.coreml import Configuration, Model

        model = Model.load(files.package, Configuration(engine=engine, precision=precision))
        return lambda batch: model.predict(batch)["start_logits"]

    return load


def hugging_face(dtype: str, compiled: bool = False) -> Callable[[Files], Run]:
    """The checkpoint through transformers, eager or through torch.compile."""

    def load(files: Files) -> Run:
        import torch
        from transformers import BertForQuestionAnswering

        model = BertForQuestionAnswering.from_pretrained(files.checkpoint, dtype=getattr(torch, dtype)).eval()
        call: Any = torch.compile(model) if compiled else model

        def run(batch: Batch) -> np.ndarray:
            with torch.inference_mode():
                tensors = {name: torch.from_numpy(value.astype(np.int64)) for name, value in batch.items()}
                return call(**tensors).start_logits.float().numpy()

        return run

    return load


def onnxruntime(int8: bool) -> Callable[[Files], Run]:
    """The plain ONNX export through onnxruntime, as it is or with dynamic int8 quantization."""

    def load(files: Files) -> Run:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.log_severity_level = 3
        session = ort.InferenceSession(files.onnx_int8 if int8 else files.onnx, options)
        names = [value.name for value in session.get_inputs()]
        return lambda batch: session.run(None, {name: batch[name].astype(np.int64) for name in names})[0]

    return load


def openvino(precision: str) -> Callable[[Files], Run]:
    """The plain ONNX export through OpenVINO."""

    def load(files: Files) -> Run:
        import openvino as ov

        options = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
        compiled = ov.Core().compile_model(files.onnx, "CPU", options)
        names = [port.get_any_name() for port in compiled.inputs]
        return lambda batch: compiled({name: batch[name].astype(np.int64) for name in names})[0]

    return load


CONTENDERS: dict[str, Callable[[Files], Run]] = {
    "bertkit openvino bfloat16": bertkit_engine("openvino", "bfloat16"),
    "bertkit openvino float32": bertkit_engine("openvino", "float32"),
    "bertkit torch bfloat16": bertkit_engine("torch", "bfloat16"),
    "bertkit torch float32": bertkit_engine("torch", "float32"),
    "transformers eager float32": hugging_face("float32"),
    "transformers eager bfloat16": hugging_face("bfloat16"),
    "torch.compile float32": hugging_face("float32", compiled=True),
    "torch.compile bfloat16": hugging_face("bfloat16", compiled=True),
    "onnxruntime float32": onnxruntime(int8=False),
    "onnxruntime dynamic int8": onnxruntime(int8=True),
    "OpenVINO float32, ONNX export": openvino("f32"),
    "OpenVINO bfloat16, ONNX export": openvino("bf16"),
}


def export_onnx(checkpoint: Path, folder: Path) -> tuple[Path, Path]:
    """Write the checkpoint as ONNX with free batch and sequence axes, and once more quantized to dynamic int8."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import BertForQuestionAnswering

    model = BertForQuestionAnswering.from_pretrained(checkpoint, dtype=torch.float32, attn_implementation="eager")
    # Of one tensor passed three times the exporter would make one input.
    ids, mask, types = (torch.full((2, 64), value) for value in (7, 1, 0))
    axes = {0: torch.export.Dim("batch", max=64), 1: torch.export.Dim("sequence", max=512)}
    names = ("input_ids", "attention_mask", "token_type_ids")
    plain, quantized = folder / "reader.onnx", folder / "reader-int8.onnx"
    torch.onnx.export(
        model.eval(),
        kwargs=dict(zip(names, (ids, mask, types), strict=True)),
        f=plain,
        dynamic_shapes=dict.fromkeys(names, axes),
        output_names=["start_logits", "end_logits"],
        verbose=False,
    )
    quantize_dynamic(plain, quantized, weight_type=QuantType.QInt8)
    return plain, quantized
