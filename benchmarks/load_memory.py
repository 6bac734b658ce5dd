"""How much memory loading a large package takes: `python benchmarks/load_memory.py [--megabytes 400] [--engine torch]`.

Writes an ML Program of that many megabytes of weights (float32 matrices of a stack of linear layers) to a temporary
folder, loads it and predicts once in a process of its own, and prints the most memory that process held beyond what it
held with torch and bertkit imported, over the size of the package.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

_SIDE = 2048

_CHILD = """
import json, sys
import numpy, torch
from bertkit.coreml import Configuration, Model
from bertkit.coreml.bench.worker import memory_mb
import bertkit.coreml.engines.torch_engine, bertkit.coreml.lowering.specification
before = memory_mb("VmRSS")
model = Model.load(sys.argv[1], Configuration(engine=sys.argv[2], cache=False, precision="float32", threads=1))
engine = model.engine
loaded = memory_mb("VmHWM")
model.predict({"x": numpy.ones((1, int(sys.argv[3])), numpy.float32)})
print(json.dumps({"before": before, "loaded": loaded, "ran": memory_mb("VmHWM")}))
"""


def write_package(path: Path, megabytes: int, half: bool) -> int:
    """Write the package and return the size of its weights in bytes."""
    import coremltools as ct
    from coremltools.converters.mil import Builder as mb

    bytes_each = 2 if half else 4
    count = max(1, round(megabytes * 1e6 / (_SIDE * _SIDE * bytes_each)))
    rng = np.random.default_rng(0)

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, _SIDE))], opset_version=ct.target.iOS16)
    def program(x):
        for _ in range(count):
            matrix = rng.normal(size=(_SIDE, _SIDE)).astype(np.float32) / np.sqrt(_SIDE)
            x = mb.linear(x=x, weight=matrix.astype(np.float32))
        return x

    precision = ct.precision.FLOAT16 if half else ct.precision.FLOAT32
    model = ct.convert(
        program, convert_to="mlprogram", compute_precision=precision, minimum_deployment_target=ct.target.iOS16
    )
    model.save(str(path))
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def main() -> None:
    """Write, load, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=400)
    parser.add_argument("--engine", default="torch", choices=["torch", "openvino"])
    parser.add_argument("--half", action="store_true", help="store float16, which is computed in float32")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.mlpackage"
        size = write_package(path, arguments.megabytes, arguments.half)
        command = [sys.executable, "-c", _CHILD, str(path), arguments.engine, str(_SIDE)]
        held = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    for moment in ("loaded", "ran"):
        growth = held[moment] - held["before"]
        print(f"{moment}: {growth:.0f} MB more, {growth * 1e6 / size:.2f} times the {size / 1e6:.0f} MB of the package")


if __name__ == "__main__":
    main()
