"""Images reach a network in its size, its colors and its preprocessing, whatever they came as."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import update_networks as networks
import validate_models as models
from update_networks import Recipe

from bertkit.coreml import Configuration, Model, save_model
from bertkit.coreml.features import Image
from bertkit.coreml.images import image_array
from bertkit.coreml.update import UpdateTask
from bertkit.errors import FileError, InputError

_SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "coreml"
_COLORS = {"RGB": 20, "BGR": 30, "GRAYSCALE": 10}
_PIXELS = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8)


def _network(colors: str, mapping: int = 0) -> models.Any:
    """Return a network that returns its image as it arrives."""
    made = models.model()
    image = made.description.input.add(name="x").type.imageType
    image.width, image.height, image.colorSpace = 6, 4, _COLORS[colors]
    models.array(made.description.output, "y")
    made.neuralNetwork.imageInputShapeMapping = mapping
    made.neuralNetwork.arrayInputShapeMapping = 1
    content = models.layer(made.neuralNetwork, "same", "activation", ["x"], ["y"])
    content.linear.alpha = 1
    return made


def _seen(specification: models.Any, value: object, folder: Path, engine: str = "torch") -> np.ndarray:
    path = save_model(folder / "m.mlmodel", specification)
    return Model.load(path, Configuration(engine=engine, cache=False)).predict({"x": value})["y"]


@pytest.mark.parametrize(
    ("engine", "colors"),
    [
        ("torch", "RGB"),
        ("torch", "BGR"),
        ("openvino", "BGR"),
        pytest.param("openvino", "RGB", marks=pytest.mark.slow),
    ],
)
def test_colors_come_in_the_models_order(tmp_path: Path, engine: str, colors: str) -> None:
    seen = _seen(_network(colors), _PIXELS, tmp_path, engine)
    assert seen.shape == (1, 1, 3, 4, 6)
    np.testing.assert_array_equal(seen[0, 0], _PIXELS.transpose(2, 0, 1)[:: 1 if colors == "RGB" else -1])


@pytest.mark.parametrize("engine", ["torch", pytest.param("openvino", marks=pytest.mark.slow)])
def test_an_image_has_four_axes_in_the_newer_mapping(tmp_path: Path, engine: str) -> None:
    assert _seen(_network("RGB", mapping=1), _PIXELS, tmp_path, engine).shape == (1, 3, 4, 6)


@pytest.mark.parametrize("mapping", [0, 1])
def test_an_image_may_take_the_place_of_an_array_without_a_batch(tmp_path: Path, mapping: int) -> None:
    made = _network("RGB", mapping)
    made.description.output[0].type.multiArrayType.shape.extend([4, 6, 3])
    (layer,) = made.neuralNetwork.layers
    layer.transpose.axes.extend([1, 2, 0])
    np.testing.assert_array_equal(_seen(made, _PIXELS, tmp_path), _PIXELS)


def test_files_images_and_arrays_are_the_same(tmp_path: Path) -> None:
    from PIL import Image as Pillow

    picture = Pillow.fromarray(_PIXELS)
    picture.save(tmp_path / "p.png")
    for colors in _COLORS:
        image = Image(6, 4, colors)
        expected = image_array("x", image, _PIXELS)
        for value in (picture, tmp_path / "p.png", str(tmp_path / "p.png"), picture.convert("RGBA")):
            np.testing.assert_array_equal(image_array("x", image, value), expected, err_msg=colors)
    gray = np.asarray(picture.convert("L"))
    np.testing.assert_array_equal(image_array("x", Image(6, 4, "GRAYSCALE"), gray)[0], gray)
    np.testing.assert_array_equal(image_array("x", Image(6, 4, "RGB"), gray), np.stack([gray] * 3))


def test_exif_turns_a_photo(tmp_path: Path) -> None:
    from PIL import Image as Pillow

    picture = Pillow.fromarray(_PIXELS)
    exif = picture.getexif()
    exif[0x0112] = 6  # the camera was held upright: turn clockwise by a quarter
    picture.save(tmp_path / "p.png", exif=exif)
    turned = image_array("x", Image(4, 6, "RGB"), tmp_path / "p.png")
    np.testing.assert_array_equal(turned.transpose(1, 2, 0), np.rot90(_PIXELS, -1))


def test_preprocessing_scales_and_subtracts(tmp_path: Path) -> None:
    scaled = _network("BGR")
    scaler = scaled.neuralNetwork.preprocessing.add(featureName="x").scaler
    scaler.channelScale, scaler.redBias, scaler.greenBias, scaler.blueBias = 0.5, 1, 2, 3
    expected = 0.5 * _PIXELS.transpose(2, 0, 1)[::-1] + np.reshape([3, 2, 1], (3, 1, 1))
    np.testing.assert_allclose(_seen(scaled, _PIXELS, tmp_path)[0, 0], expected)
    centered = _network("RGB")
    mean = np.arange(72, dtype=np.float32)
    centered.neuralNetwork.preprocessing.add().meanImage.meanImage.extend(mean)
    expected = _PIXELS.transpose(2, 0, 1) - mean.reshape(3, 4, 6)
    np.testing.assert_allclose(_seen(centered, _PIXELS, tmp_path)[0, 0], expected)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (_PIXELS[:3], "must be an image RGB 6 x 4, got 6 x 3. Resize the image, or pass an ImageFeature"),
        (_PIXELS[0, 0], r"must be an image: a path, .* got ndarray of shape \[3\]"),
        (b"text", "must be an image"),
        (_PIXELS.astype(np.float32) - 256, "must hold values from 0 to 255"),
        (np.full((4, 6), np.nan), "must hold values from 0 to 255"),
    ],
)
def test_what_is_no_image_is_refused(value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        image_array("x", Image(6, 4, "RGB"), value)


def test_image_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="There is no image at"):
        image_array("x", Image(6, 4, "RGB"), tmp_path / "p.png")
    (tmp_path / "p.png").write_bytes(b"no image")
    with pytest.raises(FileError, match="cannot be read as an image"):
        image_array("x", Image(6, 4, "RGB"), tmp_path / "p.png")


def test_a_classifier_learns_from_a_folder_of_images(tmp_path: Path) -> None:
    from PIL import Image as Pillow

    built = networks.build(Recipe((3, 4, 6), (("dense", 3, True),), labels=True), epochs=40, learningRate=0.5)
    description = built.specification.description
    for features in (description.input, description.trainingInput):
        image = features[0].type.imageType
        image.width, image.height, image.colorSpace = 6, 4, _COLORS["RGB"]
    built.specification.neuralNetworkClassifier.preprocessing.add(featureName="x").scaler.channelScale = 1 / 255
    for label, color in zip(networks.CLASSES, ((255, 0, 0), (0, 255, 0), (0, 0, 255)), strict=False):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for index, size in enumerate(((12, 8), (6, 4), (30, 20))):
            Pillow.new("RGB", size, color).save(tmp_path / "photos" / label / f"{index}.png")
    task = UpdateTask(save_model(tmp_path / "m.mlmodel", built.specification), tmp_path / "photos")
    assert task.example_count == 9
    task.resume()
    model = task.result(60).model
    blue = Pillow.new("RGB", (6, 4), (0, 0, 255))
    assert str(model.predict({"x": blue})["fruit"]) == "plum"


def test_a_published_updatable_image_network_is_trained(tmp_path: Path) -> None:
    path = _SHARED / "rishabh01solanki__UpdatableModel__d1545f4.mlmodel"
    if not path.exists():
        pytest.skip("the published models are not here")
    rng = np.random.default_rng(0)
    rows = [{"conv2d_input": rng.integers(0, 256, (150, 150, 3), np.uint8), "output1_true": 0} for _ in range(2)]
    task = UpdateTask(path, rows)
    task.resume()
    assert task.result(120).save(tmp_path / "new.mlmodel").exists()
    assert task.loss_curve == (0.0,) * 5  # its softmax is of a single number
    rows[1]["output1_true"] = 1
    task = UpdateTask(path, rows)
    task.resume()
    with pytest.raises(InputError, match=r"Example 1: .* must be a class from 0 to 0; got 1"):
        task.result(120)
