"""What the playground exports: pictures and looping walks that carry the state they show (lesson 17)."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from stylegan_tf.widgets.playground.state import State

TEXT = "stylegan_tf"  # keyword of the text chunk in a PNG file
DESCRIPTION = 0x010E  # EXIF's ImageDescription: WebP has no text chunks
ENDS = {"t": (0.0, 1.0), "psi": (-1.0, 1.0)}  # of a walk; along an attribute it goes from -3 to 3 deviations
FORMATS = ("png", "webp")


def picture_file(picture: Image.Image, state: State) -> bytes:
    """A PNG file of a picture, with its state in a text chunk that ``state_in`` finds."""
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=1, pnginfo=_chunk(state))
    return content.getvalue()


def walk_states(state: State, along: str, frames: int) -> list[State]:
    """States of a walk there and back, slow at both ends, so that its last frame leads into its first.

    Args:
        state: what stays as it is.
        along: ``t`` (from A to B), ``psi`` (from -1 to 1) or an attribute (from -3 to 3).
        frames: an even number, so that the turning point is one frame.

    Raises:
        ValueError: for an odd number of frames or fewer than 2, or a walk from A to B where both are the same
            seed.
    """
    # Can it be walked?
    if frames < 2 or frames % 2:
        raise ValueError(f"a walk has {frames} frames; give an even number from 2 on: it goes there and back")
    if along == "t" and (state.seed, state.label) == (state.seed_b, state.label_b):
        raise ValueError(f"A and B are both seed {state.seed}, so there is no way to go; give B another seed")

    # A cosine from low to high and back again.
    low, high = ENDS.get(along, (-3.0, 3.0))
    values = low + (high - low) * (1 - np.cos(2 * np.pi * np.arange(frames) / frames)) / 2
    if along in ENDS:
        return [dataclasses.replace(state, **{along: float(value)}) for value in values]
    edits = dict(state.edits)
    return [dataclasses.replace(state, edits={**edits, along: float(value)}) for value in values]


def walk_file(
    pictures: Sequence[Image.Image], state: State, kind: str = "png", milliseconds: int = 60
) -> bytes:
    """An animated PNG or WebP file that loops for ever; every pixel is kept.

    Pillow joins neighbours that are equal to the last pixel into one frame that is shown for longer.

    Args:
        pictures: the frames.
        state: that of the walk, which ``state_in`` finds.
        kind: ``png`` or ``webp``.
        milliseconds: how long a frame is shown.

    Raises:
        ValueError: for another kind, or without pictures.
    """
    if kind not in FORMATS:
        raise ValueError(f"there is no format '{kind}' of walks; choose from {', '.join(FORMATS)}")
    if not pictures:
        raise ValueError("a walk without pictures cannot be written; give two or more")
    first, *others = pictures
    content = io.BytesIO()
    options = dict(save_all=True, append_images=others, duration=milliseconds, loop=0)
    if kind == "png":
        first.save(content, "PNG", pnginfo=_chunk(state), **options)
    else:
        about = Image.Exif()
        about[DESCRIPTION] = str(state)
        first.save(content, "WEBP", lossless=True, exif=about, **options)
    return content.getvalue()


def state_in(file) -> str:
    """The text of the state in a picture or walk that the playground wrote; ``State.parse`` reads it.

    Args:
        file: a path, the bytes of a file, or an open file.

    Raises:
        ValueError: for a file that is not a picture, or has no state in it.
    """
    # A path has a name; bytes and open files have none.
    name = str(file)
    if isinstance(file, (bytes, memoryview)):
        file = io.BytesIO(file)
    if hasattr(file, "read"):
        name = "the file"

    try:
        with Image.open(file) as picture:
            text = getattr(picture, "text", {}).get(TEXT) or picture.getexif().get(DESCRIPTION)
    except (UnidentifiedImageError, SyntaxError) as error:
        raise ValueError(
            f"{name} is no picture that can be read; open a PNG or WebP file that the playground saved"
        ) from error
    if not text:
        raise ValueError(
            f"{name} has no state in it; the playground's own files have one, screen shots lose it"
        )
    return text


def _chunk(state):
    """The text chunk of a PNG file."""
    about = PngImagePlugin.PngInfo()
    about.add_text(TEXT, str(state))
    return about
