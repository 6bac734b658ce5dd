"""Image features are turned, cropped and scaled as Pillow and numpy do it, and never decode a bomb."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import validate_models as models
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageOps

from bertkit.coreml import Configuration, ImageFeature, Model, image_sources, proto, save_model
from bertkit.coreml.features import Image, from_specification
from bertkit.coreml.image_geometry import upright
from bertkit.coreml.images import as_pillow, image_array, image_output
from bertkit.errors import FileError, InputError, ModelError

_RNG = np.random.default_rng(0)
_PHOTO = _RNG.integers(0, 256, (20, 30, 3), dtype=np.uint8)
_SQUARE = Image(8, 8, "RGB")
_SIZES = st.integers(1, 12)


def _seen(image: Image, value: object) -> np.ndarray:
    """Return what the network sees, as [height, width, channels]."""
    return image_array("x", image, value).transpose(1, 2, 0)


def _file(pixels: np.ndarray, orientation: int = 1, format_: str = "PNG") -> bytes:
    picture = Pillow.fromarray(pixels)
    exif = picture.getexif()
    exif[0x0112] = orientation
    content = io.BytesIO()
    picture.save(content, format=format_, exif=exif)
    return content.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["PNG", "TIFF"])
def test_orientations_are_those_of_pillow(orientation: int, format_: str) -> None:
    content = _file(_PHOTO, orientation, format_)
    expected = np.asarray(ImageOps.exif_transpose(Pillow.open(io.BytesIO(content))))
    image = Image(expected.shape[1], expected.shape[0], "RGB")
    np.testing.assert_array_equal(_seen(image, content), expected)
    if format_ == "PNG":
        np.testing.assert_array_equal(_seen(image, ImageFeature(_PHOTO, orientation=orientation)), expected)


def test_a_given_orientation_counts_and_images_in_memory_are_upright() -> None:
    content = _file(_PHOTO, 6)
    upright_image = Image(30, 20, "RGB")
    np.testing.assert_array_equal(_seen(upright_image, ImageFeature(content, orientation="up")), _PHOTO)
    np.testing.assert_array_equal(_seen(upright_image, Pillow.open(io.BytesIO(content))), _PHOTO)
    turned = _seen(Image(20, 30, "RGB"), ImageFeature(_PHOTO, orientation="right"))
    np.testing.assert_array_equal(turned, np.rot90(_PHOTO, -1))


@given(st.integers(1, 8), _SIZES, _SIZES)
def test_every_orientation_keeps_every_pixel(orientation: int, height: int, width: int) -> None:
    pixels = np.arange(height * width).reshape(height, width, 1)
    turned = upright(pixels, orientation)
    assert turned.shape[:2] == ((width, height) if orientation > 4 else (height, width))
    assert sorted(turned.flat) == list(range(height * width))


def test_paths_urls_and_bytes_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a photo.png"
    content = _file(_PHOTO)
    path.write_bytes(content)
    image = Image(30, 20, "RGB")
    for source in (path, str(path), path.as_uri(), content, bytearray(content), memoryview(content)):
        np.testing.assert_array_equal(_seen(image, source), _PHOTO)
        np.testing.assert_array_equal(_seen(image, ImageFeature(source)), _PHOTO)


def test_fill_stretches_as_pillow_does() -> None:
    expected = Pillow.fromarray(_PHOTO).resize((8, 8), Pillow.Resampling.BILINEAR)
    np.testing.assert_array_equal(_seen(_SQUARE, ImageFeature(_PHOTO)), np.asarray(expected))


def test_center_crop_keeps_the_middle() -> None:
    expected = Pillow.fromarray(_PHOTO[:, 5:25]).resize((8, 8), Pillow.Resampling.BILINEAR)
    np.testing.assert_array_equal(_seen(_SQUARE, ImageFeature(_PHOTO, scale="center_crop")), np.asarray(expected))


def test_fit_leaves_the_rest_black() -> None:
    seen = _seen(_SQUARE, ImageFeature(_PHOTO, scale="fit"))
    expected = Pillow.fromarray(_PHOTO).resize((8, 5), Pillow.Resampling.BILINEAR)
    np.testing.assert_array_equal(seen[1:6], np.asarray(expected))
    assert not seen[:1].any()
    assert not seen[6:].any()


def test_crop_is_of_the_upright_image() -> None:
    top_left = ImageFeature(_PHOTO, crop=(0, 0, 0.5, 0.25), scale=None)
    np.testing.assert_array_equal(_seen(Image(15, 5, "RGB"), top_left), _PHOTO[:5, :15])
    turned = ImageFeature(_PHOTO, crop=(0, 0, 0.5, 0.5), orientation="right", scale=None)
    np.testing.assert_array_equal(_seen(Image(10, 15, "RGB"), turned), np.rot90(_PHOTO, -1)[:15, :10])
    scaled = Pillow.fromarray(_PHOTO[4:19, 3:18]).resize((8, 8), Pillow.Resampling.BILINEAR)
    np.testing.assert_array_equal(_seen(_SQUARE, ImageFeature(_PHOTO, crop=(0.1, 0.2, 0.5, 0.75))), np.asarray(scaled))


@given(
    st.tuples(_SIZES, _SIZES),
    st.tuples(_SIZES, _SIZES),
    st.tuples(*[st.floats(0, 0.9)] * 2, *[st.floats(0.01, 1)] * 2),
    st.sampled_from(["fill", "fit", "center_crop"]),
    st.sampled_from([np.uint8, np.float32]),
)
def test_any_part_of_any_image_gets_any_size(
    given_size: Any, wanted: Any, crop: Any, how: Any, dtype: type[np.generic]
) -> None:
    crop = (*crop[:2], min(crop[2], 1 - crop[0]), min(crop[3], 1 - crop[1]))
    pixels = np.full((*given_size, 3), 200, dtype=dtype)
    seen = _seen(Image(*wanted, "RGB"), ImageFeature(pixels, crop=crop, scale=how))
    assert seen.shape == (wanted[1], wanted[0], 3)
    assert set(np.unique(seen.round(2))) <= ({0, 200} if how == "fit" else {200})


def test_models_of_several_sizes() -> None:
    listed = Image(8, 8, "RGB", sizes=((8, 8), (30, 20), (4, 2)))
    assert _seen(listed, ImageFeature(_PHOTO)).shape == (20, 30, 3)
    assert _seen(listed, ImageFeature(_PHOTO[:3])).shape == (8, 8, 3)
    assert _seen(listed, ImageFeature(_PHOTO, size=(4, 2))).shape == (2, 4, 3)
    ranged = Image(8, 8, "RGB", width_range=(4, 64), height_range=(8, None))
    assert _seen(ranged, ImageFeature(_PHOTO)).shape == (20, 30, 3)
    assert _seen(ranged, _PHOTO).shape == (20, 30, 3)
    for image, text in ((listed, "RGB 8 x 8 or 30 x 20 or 4 x 2"), (ranged, r"RGB 8 x 8 \(or 4..64 x 8..\)")):
        with pytest.raises(InputError, match=f"{text}, and is to be scaled to 2 x 2"):
            image_array("x", image, ImageFeature(_PHOTO, size=(2, 2)))


def test_the_default_size_is_the_first_or_the_smallest() -> None:
    feature = proto.model_pb2().FeatureDescription(name="x")
    kind = feature.type.imageType
    kind.colorSpace = 20
    kind.enumeratedSizes.sizes.add(width=7, height=5)
    assert from_specification(feature).type.default_size == (7, 5)
    kind.imageSizeRange.widthRange.lowerBound, kind.imageSizeRange.heightRange.lowerBound = 3, 4
    assert from_specification(feature).type.default_size == (3, 4)


def test_colors_and_depths() -> None:
    gray = _PHOTO[:, :, 0]
    sixteen = Pillow.fromarray(gray.astype(np.uint16) * 257)
    image = Image(30, 20, "GRAYSCALE")
    for source in (gray, sixteen, Pillow.fromarray(gray).convert("LA"), Pillow.fromarray(gray.astype(np.float32))):
        np.testing.assert_array_equal(_seen(image, source)[:, :, 0], gray)
    np.testing.assert_array_equal(_seen(image, _PHOTO)[:, :, 0], np.asarray(Pillow.fromarray(_PHOTO).convert("L")))
    half = Image(30, 20, "GRAYSCALE_FLOAT16")
    values = _RNG.normal(size=(20, 30)) * 1000
    np.testing.assert_array_equal(_seen(half, values)[:, :, 0], values.astype(np.float16))
    with pytest.raises(InputError, match="must hold values that float16 holds; got 100000"):
        image_array("x", half, np.full((20, 30), 1e5))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scale": "scaleFill"}, "scale must be fill, fit, center_crop or None; got 'scaleFill'"),
        ({"orientation": 9}, "orientation must be 1 to 8, up, .* or None; got 9"),
        ({"orientation": "sideways"}, "got 'sideways'"),
        ({"crop": (0, 0, 0, 1)}, "crop must be .* not empty; got"),
        ({"crop": (0.5, 0, 0.6, 1)}, "crop must be .* inside 0 to 1"),
        ({"crop": (float("nan"), 0, 1, 1)}, "crop must be"),
        ({"crop": (0, 1)}, "crop must be"),
        ({"source": ImageFeature(_PHOTO)}, "got another ImageFeature"),
    ],
)
def test_options_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ImageFeature(**{"source": _PHOTO, **options})


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (b"no image", InputError, '"x" must be an image: the 8 bytes given cannot be read as an image'),
        ("file://far.example/p.png", InputError, '"x" is on another machine'),
        ("file:///nowhere/p%20q.png", FileError, "There is no image at /nowhere/p q.png"),
        (np.zeros((0, 5, 3)), InputError, "got an image without pixels"),
        (
            np.broadcast_to(np.uint8(0), (1 << 14, 1 << 14, 3)),
            InputError,
            "at most 67,108,864 pixels.* it is 16384 x 16384",
        ),
        (object(), InputError, "or an ImageFeature of one; got object"),
    ],
)
def test_what_is_no_image_is_refused(source: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        image_array("x", _SQUARE, ImageFeature(source))


def _png(width: int, height: int) -> bytes:
    """Return the beginning of a PNG file that claims a size, with next to no data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"0")) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("default::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [8_200, 10_000, 40_000])
def test_bombs_are_not_decoded(side: int) -> None:
    with pytest.raises(InputError, match="at most 67,108,864 pixels, which keeps memory bounded"):
        image_array("x", _SQUARE, ImageFeature(_png(side, side)))


def test_enormous_declared_sizes_are_not_made() -> None:
    with pytest.raises(InputError, match="images of more than 67,108,864 pixels are not made"):
        image_array("x", Image(1 << 20, 1 << 20, "RGB"), ImageFeature(_PHOTO))
    assert image_sources.MOST_PIXELS == 67_108_864


def test_truncated_files_are_refused() -> None:
    with pytest.raises(InputError, match="cannot be read as an image"):
        image_array("x", Image(30, 20, "RGB"), _file(_PHOTO)[:200])


@pytest.mark.parametrize("colors", ["RGB", "BGR", "GRAYSCALE"])
def test_images_go_through_a_network_and_come_back(tmp_path: Path, colors: str) -> None:
    made = models.model()
    for features, name in ((made.description.input, "x"), (made.description.output, "y")):
        kind = features.add(name=name).type.imageType
        kind.width, kind.height, kind.colorSpace = 30, 20, {"RGB": 20, "BGR": 30, "GRAYSCALE": 10}[colors]
    models.layer(made.neuralNetwork, "shift", "activation", ["x"], ["y"]).linear.alpha = 1
    made.neuralNetwork.layers[0].activation.linear.beta = 0.4
    model = Model.load(save_model(tmp_path / "m.mlmodel", made), Configuration(engine="torch"))
    picture = Pillow.fromarray(_PHOTO if colors != "GRAYSCALE" else _PHOTO[:, :, 0])
    result = as_pillow(model.predict({"x": picture})["y"])
    assert result.mode == picture.mode
    np.testing.assert_array_equal(np.asarray(result), np.asarray(picture))


def test_image_outputs_are_limited_and_checked() -> None:
    planes = np.array([[[[-5.0, 300.0]]]], dtype=np.float32)
    assert image_output("y", Image(2, 1, "GRAYSCALE"), planes).tolist() == [[0, 255]]
    half = image_output("y", Image(2, 1, "GRAYSCALE_FLOAT16"), planes)
    assert (half.dtype, half.tolist(), as_pillow(half).mode) == (np.float16, [[-5, 300]], "F")
    with pytest.raises(ModelError, match=r'"y" is declared an image RGB 2 x 1, .* wanted \[3, height, width\]'):
        image_output("y", Image(2, 1, "RGB"), planes)
