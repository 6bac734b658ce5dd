"""Networks of the legacy mapping take arrays led by a sequence and a batch axis, with every engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import validate_models as models

from bertkit.coreml import Configuration, Model, save_model
from bertkit.errors import InputError


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_arrays_led_by_sequence_and_batch(tmp_path: Path, engine: str) -> None:
    made = models.model()
    models.array(made.description.input, "x", (3,))
    models.array(made.description.output, "y", (3,))
    models.layer(made.neuralNetwork, "double", "activation", ["x"], ["y"]).linear.alpha = 2
    model = Model.load(
        save_model(tmp_path / "m.mlmodel", made), Configuration(engine=engine, cache=False, precision="float32")
    )
    led = np.arange(30, dtype=np.float32).reshape(2, 5, 3)
    np.testing.assert_array_equal(model.predict({"x": led})["y"], 2 * led)
    np.testing.assert_array_equal(model.predict({"x": led[0, 0]})["y"], [0, 2, 4])
    with pytest.raises(InputError, match="which a sequence and a batch axis may lead, got shape"):
        model.predict({"x": led[0]})
