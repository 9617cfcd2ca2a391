"""One picture file as training sees it: upright, 8 bits a channel, on a background, square, reduced.

Pillow does the work.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
UNUSUAL = {  # what a picture can be -> what is done about it
    "several frames": "the first is used",
    "EXIF rotation": "turned upright",
    "16 bits": "scaled to 8 by their range",
    "palette": "its colours are used",
    "alpha": "laid on the background",
    "CMYK": "converted to RGB",
    "other extension": "the content counts, not the name",
}


class PictureError(ValueError):
    """A file that can't be used; the message is the reason, without the file's name."""


@dataclass(frozen=True)
class Facts:
    """What a file says of its picture.

    Attributes:
        format, mode: as Pillow names them.
        width, height: of the upright picture, in pixels.
        unusual: keys of ``UNUSUAL``.
    """

    format: str
    mode: str
    width: int
    height: int
    unusual: tuple[str, ...]

    @property
    def side(self) -> int:
        """The shorter side, which is the side of the largest square that can be cropped."""
        return min(self.width, self.height)


def read_picture(
    path, resolution: int, channels: int = 3, fit: str = "crop", background=255, enlarge=False
) -> np.ndarray:
    """A picture file as uint8 (resolution, resolution, channels).

    In this order: the first frame is taken, turned as its EXIF orientation says, and converted to 8 bits of
    grey or RGB (16 bits are scaled by their range). Transparent pixels are laid on the background. The
    picture is cut to its centre square or padded to a square, and reduced. Colour profiles are not applied.

    The filter is Lanczos, as in the official tool for LSUN. It is antialiased for every ratio, a box filter
    for whole ratios only. A JPEG is halved while it is decoded, as long as twice the resolution is left and
    its sides are even.

    Args:
        resolution: side of the result.
        channels: 1 for grey (ITU-R 601), 3 for RGB.
        fit: "crop", the centre square, or "pad", the whole picture with background around it.
        background: 0 to 255, or (red, green, blue); white by default.
        enlarge: whether a smaller picture may be enlarged.

    Raises:
        ValueError: for a file that is damaged, no picture, too small, or past Pillow's guard against
            decompression bombs; for another argument than these.
        FileNotFoundError: if there is no such file.

    Source: official dataset_tool.py: create_lsun (the filter).
    """
    check_arguments(channels, fit, background)
    if not Path(path).exists():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        return decode(path, resolution, channels, fit, background, enlarge)[0]
    except Exception as error:
        raise ValueError(f"{path} {why(error)}") from error


def check_arguments(channels: int, fit: str, background) -> None:
    """Raise ValueError where ``read_picture`` would."""
    if channels not in (1, 3) or fit not in ("crop", "pad"):
        raise ValueError(
            f"channels is {channels} and fit is {fit!r}; they must be 1 or 3, and 'crop' or 'pad'"
        )
    is_colour = np.shape(background) in ((), (3,)) and np.all(np.isin(background, np.arange(256)))
    if not is_colour:
        raise ValueError(
            f"background is {background!r}; "
            "it must be a whole number from 0 to 255, or three: red, green, blue"
        )


def decode(path, resolution, channels, fit, background, enlarge) -> tuple[np.ndarray, Facts]:
    """The pixels as ``read_picture`` gives them, and the facts.

    Raises:
        Exception: whatever Pillow raises. ``why`` puts it in words.
    """
    with open_picture(path) as image:
        facts = facts_of(image, path)
        check_size(facts, resolution, fit, enlarge)

        # A JPEG can be reduced while it is decoded, which saves most of the time. draft does nothing to other
        # formats.
        for times in (8, 4, 2):
            is_large = min(image.size) >= 2 * times * resolution
            divides = image.width % times == 0 and image.height % times == 0
            if is_large and divides:
                image.draft(None, (image.width // times, image.height // times))
                break

        image = squared(upright(image, channels, background), resolution, fit, background)
    return np.asarray(image).reshape(resolution, resolution, channels), facts


def open_picture(path) -> Image.Image:
    """Read the header of a file; no pixels yet.

    Raises:
        PictureError: if it is empty, or has more pixels than Pillow's guard allows.
    """
    if os.path.getsize(path) == 0:
        raise PictureError("is empty (0 bytes)")
    image = Image.open(path)
    if Image.MAX_IMAGE_PIXELS and image.width * image.height > Image.MAX_IMAGE_PIXELS:
        image.close()
        raise Image.DecompressionBombError(f"{image.width} x {image.height} pixels")
    return image


def facts_of(image: Image.Image, path) -> Facts:
    """The facts of a picture that is open and not decoded yet.

    Only a PNG is decoded here, by Pillow, which looks for EXIF data behind the pixels.
    """
    # How the pixels are stored, such as "RGB;16B".
    stored = []
    for tile in image.tile:
        form = tile.args[0] if isinstance(tile.args, tuple) else tile.args
        stored.append(str(form))

    # What is unusual about it?
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    named = Image.registered_extensions().get(Path(path).suffix.lower())
    unusual = {
        "several frames": getattr(image, "is_animated", False),
        "EXIF rotation": orientation in range(2, 9),
        "16 bits": any(form.endswith((";16B", ";16L", ";16N", "I;16")) for form in stored),
        "palette": image.mode in ("P", "PA"),
        "alpha": image.has_transparency_data,
        "CMYK": image.mode == "CMYK",
        "other extension": named != image.format and image.format != "MPO",
    }

    # Orientations 5 to 8 lie on their side.
    width, height = image.size
    if orientation in range(5, 9):
        width, height = height, width
    names = tuple(name for name in UNUSUAL if unusual[name])
    return Facts(image.format, image.mode, width, height, names)


def check_size(facts: Facts, resolution: int, fit: str, enlarge: bool) -> None:
    """Raise PictureError where a picture would have to be enlarged and may not."""
    side = facts.side if fit == "crop" else max(facts.width, facts.height)
    if side < resolution and not enlarge:
        size = f"{facts.width}x{facts.height}"
        raise PictureError(
            f"is {size}, too small for {resolution}x{resolution}: choose a lower resolution, or enlarge=True"
        )


def upright(image: Image.Image, channels: int, background=255) -> Image.Image:
    """Decode, turn by the EXIF orientation, and convert to 8 bits of grey or RGB on a background.

    Raises:
        PictureError: for pixels of a mode without a fixed range.
    """
    ImageOps.exif_transpose(image, in_place=True)

    # To 8 bits.
    if image.mode.startswith("I;16"):  # Pillow's own conversion to 8 bits clips at 255
        image = Image.fromarray(np.rint(np.asarray(image) / 257.0).astype("uint8"))
    elif image.mode in ("I", "F"):
        raise PictureError(
            f"has pixels of mode {image.mode}, which have no fixed range; save it with 8 or 16 bits"
        )

    # On a background, and to grey or RGB.
    if image.has_transparency_data:
        ground = _ground(image.size, background, "RGBA")
        image = Image.alpha_composite(ground, image.convert("RGBA"))
    return image.convert("L" if channels == 1 else "RGB")


def squared(image: Image.Image, resolution: int, fit: str, background=255) -> Image.Image:
    """The centre square of a picture, or all of it with background around it, at a resolution."""
    # Pillow first averages whole blocks of pixels, down to no less than 3 times the resolution. The result is
    # as good, and there sooner.
    reduce = dict(resample=Image.Resampling.LANCZOS, reducing_gap=3.0)

    # The centre square.
    if fit == "crop":
        side = min(image.size)
        left = (image.width - side) // 2
        top = (image.height - side) // 2
        box = (left, top, left + side, top + side)
        return image.resize((resolution, resolution), box=box, **reduce)

    # All of it, the longer side at the resolution, in the middle of the background.
    longer = max(image.size)
    width = max(1, round(image.width * resolution / longer))
    height = max(1, round(image.height * resolution / longer))
    canvas = _ground((resolution, resolution), background, image.mode)
    corner = ((resolution - width) // 2, (resolution - height) // 2)
    canvas.paste(image.resize((width, height), **reduce), corner)
    return canvas


def _ground(size, background, mode):
    """A picture of one colour."""
    colour = np.broadcast_to(background, 3).astype(int)
    return Image.new("RGB", size, tuple(colour.tolist())).convert(mode)


def why(error: Exception) -> str:
    """What is wrong with a file, as the end of a sentence that begins with its name."""
    match error:
        case PictureError():
            return str(error)
        case UnidentifiedImageError():
            return "is no picture that Pillow can read, whatever its name says"
        case Image.DecompressionBombError() | Image.DecompressionBombWarning():
            limit = f"more than the {Image.MAX_IMAGE_PIXELS:,} that Pillow takes for a decompression bomb"
            return f"has too many pixels, {limit}: reduce it, or raise PIL.Image.MAX_IMAGE_PIXELS"
        case MemoryError():
            return "does not fit into memory"
        case OSError(strerror=str(words)):
            return f"can't be read ({words})"
        case _:
            return f"is damaged ({' '.join(str(error).split()) or type(error).__name__})"
