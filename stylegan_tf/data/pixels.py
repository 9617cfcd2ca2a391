"""Pixels: smaller copies of a picture, and its range, 0 to 255 when stored and -1 to 1 in the networks."""

from __future__ import annotations

import warnings

import numpy as np

PICTURE_VALUE = 64  # a highest value above this is one of 0 to 255, and hardly a generator's


def shrink(images: np.ndarray, resolution: int) -> np.ndarray:
    """uint8 (N, side, side, C) at a smaller side: repeated 2x2 means in float32.

    Rounded once, at the end, and halves to even.

    Source: official dataset_tool.py: TFRecordExporter; docs/exactness.md, TFRecords.
    """
    x = images.astype("float32")
    while x.shape[1] > resolution:
        x = _halved(x)
    return np.rint(x).astype("uint8")


def levels_of(images: np.ndarray, lowest: int = 4) -> dict[int, np.ndarray]:
    """{side: uint8 (N, side, side, C)} from the pictures' own side down to ``lowest``.

    Each level is what ``shrink`` gives, without starting from the top again.
    """
    levels = {images.shape[1]: images}
    x = images.astype("float32")
    while x.shape[1] > lowest:
        x = _halved(x)
        levels[x.shape[1]] = np.rint(x).astype("uint8")
    return levels


def _halved(x):
    """The mean of each 2x2: (N, side, side, C) -> (N, side / 2, side / 2, C)."""
    return (x[:, 0::2, 0::2] + x[:, 0::2, 1::2] + x[:, 1::2, 0::2] + x[:, 1::2, 1::2]) * 0.25


def block_means(images: np.ndarray, side: int) -> np.ndarray:
    """Images (N, r, r, C) averaged down in blocks to (N, side, side, C), not rounded.

    Args:
        images: numbers of any range; r is a multiple of ``side``.
        side: of what is returned.
    """
    times = images.shape[1] // side
    blocks = images.reshape(len(images), side, times, side, times, images.shape[-1])
    return blocks.mean(axis=(2, 4))


def to_uint8(images) -> np.ndarray:
    """[-1, 1] -> uint8 [0, 255]: (x + 1) * 127.5, halves rounded up, and cut off outside the range.

    Source: official tfutil.py: convert_images_to_uint8; docs/exactness.md, Images as bytes.

    Warns:
        UserWarning: for values that look like 0 to 255, which nearly all become white.
    """
    x = np.asarray(images, "float32")

    # A generator leaves [-1, 1] by a few units and on both sides. A warning and no error: one that diverges
    # may look like this too, and its pictures are still to be drawn.
    if x.size and PICTURE_VALUE < x.max() <= 255 and x.min() >= 0:
        warnings.warn(
            f"to_uint8 expects values in [-1, 1] and got {x.min():g} to {x.max():g}, which become white; "
            "for values of 0 to 255 use images.astype('uint8')",
            stacklevel=2,
        )
    return np.clip(np.floor(x * 127.5 + 128.0), 0, 255).astype("uint8")


def how_to_uint8(pixels: np.ndarray, given_as: str = "array") -> str:
    """What makes uint8 of 0 to 255 of pictures of another type or range, as the end of an error message.

    Args:
        pixels: some of the pictures, which tell the range.
        given_as: "array"; or what the elements of a tf.data.Dataset are, "tensors" or "dicts".
    """
    kind = pixels.dtype.kind
    if kind not in "biuf":
        return "make one array of numbers of them"
    if pixels.size == 0:
        return "there are no pixels in it to tell the range"
    low = float(pixels.min())
    high = float(pixels.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        return "some of these are NaN or infinite: look at how they were made"

    # The usual ranges, and what to do with an array, and with a tensor.
    found = f"these go from {low:g} to {high:g}"
    if kind == "b":
        advice = ("images.astype('uint8') * 255", "tf.cast(images, tf.uint8) * 255")
    elif low >= 0 and high <= 1:
        advice = ("(images * 255).round().astype('uint8')", "tf.cast(images * 255, tf.uint8)")
    elif low >= -1 and high <= 1:
        advice = ("stylegan_tf.data.to_uint8(images)", "tf.cast((images + 1) * 127.5, tf.uint8)")
    elif low >= 0 and high <= 255:
        advice = ("images.round().astype('uint8')", "tf.cast(images, tf.uint8)")
    elif low >= 0 and high <= 65535:
        advice = ("(images / 257).round().astype('uint8')", "tf.cast(images / 257, tf.uint8)")
    else:
        return f"{found}, which is no usual range: leave out what was done to the pixels"

    # In the form in which they were given.
    array, tensor = advice
    if given_as == "tensors":
        return f"{found}, so use dataset.map(lambda images, *label: ({tensor}, *label))"
    if given_as == "dicts":
        tensor = tensor.replace("images", "x['image']")
        return f"{found}, so use dataset.map(lambda x: {{**x, 'image': {tensor}}})"
    return f"{found}, so use {array}"


def to_unit_range(images: np.ndarray) -> np.ndarray:
    """uint8 pictures as float32 in [-1, 1]."""
    return images.astype("float32") * (2.0 / 255.0) - 1.0
