"""One picture file as training sees it: upright, 8 bits a channel, on a background, square, reduced.

Pillow does the work.
"""

from __future__ import annotations

import functools
import io
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from stylegan_tf.data.folder.metadata import without_metadata
from stylegan_tf.files import expanded

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
# Cameras and scanners store 10, 12 or 14 bits in files of 16: values of at most a quarter of white.
DARK = 2**14 - 1
FULL = 2**16 - 1  # white in 16 bits
TURNS = {  # EXIF orientation -> what turns the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
NOT_DECODED = ("not available", "not installed", "not supported", "unsupported", "cannot handle")


class PictureError(ValueError):
    """A file that can't be used; the message is the reason, without the file's name."""


@dataclass(frozen=True)
class Facts:
    """What a file says of its picture.

    Attributes:
        format, mode: as Pillow names them.
        stored: how its pixels are stored, as Pillow names it, such as "RGB;16B".
        width, height: of the upright picture, in pixels.
        unusual: keys of ``UNUSUAL``.
        highest: of the values of 16 bits, 0 to 65535, once the picture is decoded; else None. Of colours
            Pillow keeps the upper 8 bits only, so theirs is a multiple of 256.
    """

    format: str
    mode: str
    stored: str
    width: int
    height: int
    unusual: tuple[str, ...]
    highest: int | None = None

    @property
    def side(self) -> int:
        """The shorter side, which is the side of the largest square that can be cropped."""
        return min(self.width, self.height)


def read_picture(
    path,
    resolution: int,
    channels: int = 3,
    fit: str = "crop",
    background=255,
    enlarge: bool = False,
    stretch: bool | int = False,
) -> np.ndarray:
    """A picture file as uint8 (resolution, resolution, channels).

    In this order: the first frame is taken, turned as its EXIF orientation says, and converted to 8 bits of
    grey or RGB (16 bits are scaled by their range). Transparent pixels are laid on the background. The
    picture is cut to its centre square or padded to a square, and reduced. Colour profiles are not applied.
    Metadata that are damaged, or too large for Pillow, are ignored.

    The filter is Lanczos, as in the official tool for LSUN. It is antialiased for every ratio, a box filter
    for whole ratios only. A JPEG is halved while it is decoded, as long as twice the resolution is left and
    its sides are even.

    Args:
        resolution: side of the result.
        channels: 1 for grey (ITU-R 601), 3 for RGB.
        fit: "crop", the centre square, or "pad", the whole picture with background around it.
        background: 0 to 255, or (red, green, blue); white by default.
        enlarge: whether a smaller picture may be enlarged.
        stretch: of pictures of 16 bits, the value that becomes white, such as 4095 where a camera has stored
            12 bits. True finds it: the largest number of as many bits as the highest value has. Colours have
            few steps then, since Pillow keeps their upper 8 bits only.

    Raises:
        ValueError: for a file that is damaged, no picture, too small, or past Pillow's guard against
            decompression bombs; for another argument than these.
        FileNotFoundError: if there is no such file.

    Source: official dataset_tool.py: create_lsun (the filter).
    """
    check_arguments(channels, fit, background, stretch)
    path = expanded(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        return decode(path, resolution, channels, fit, background, enlarge, stretch)[0]
    except Exception as error:
        raise ValueError(f"{path} {why(error)}") from error


def check_arguments(channels: int, fit: str, background, stretch: bool | int) -> None:
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
    if not isinstance(stretch, bool) and stretch not in range(1, FULL + 1):
        raise ValueError(f"stretch is {stretch!r}; it must be True, False, or a white from 1 to {FULL}")


def decode(path, resolution, channels, fit, background, enlarge, stretch) -> tuple[np.ndarray, Facts]:
    """The pixels as ``read_picture`` gives them, and the facts.

    Raises:
        Exception: whatever Pillow raises. ``why`` puts it in words.
    """
    use = functools.partial(
        _decoded,
        path=path,
        resolution=resolution,
        channels=channels,
        fit=fit,
        background=background,
        enlarge=enlarge,
        stretch=stretch,
    )
    return use_picture(path, use)


def _decoded(image, path, resolution, channels, fit, background, enlarge, stretch):
    """``decode`` of a picture that is open."""
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

    # Which value of 16 bits is white?
    facts = replace(facts, highest=highest_value(image, facts))
    if stretch is True:
        white = white_for(facts.highest)
    elif stretch is False:
        white = FULL
    else:
        white = stretch

    image = squared(upright(image, facts, channels, background, white), resolution, fit, background)
    return np.asarray(image).reshape(resolution, resolution, channels), facts


def use_picture(path, use: Callable[[Image.Image], object]):
    """``use(image)`` of the picture in a file. Where that fails, the same without the file's metadata.

    Raises:
        Exception: whatever ``use`` or Pillow raises, if it has nothing to do with metadata.
    """
    try:
        with open_picture(path) as image:
            return use(image)
    except (PictureError, MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise
    except Exception as error:
        # What the system says of a file is true of all of it.
        is_of_system = getattr(error, "errno", None) is not None
        content = None if is_of_system else without_metadata(Path(path).read_bytes())
        if content is None:
            raise
    with open_picture(path, io.BytesIO(content)) as image:
        return use(image)


def open_picture(path, file=None) -> Image.Image:
    """Read the header of a file; no pixels yet.

    Args:
        file: what is read in place of ``path``.

    Raises:
        PictureError: if it is empty, or has more pixels than Pillow's guard allows.
    """
    if os.path.getsize(path) == 0:
        raise PictureError("is empty (0 bytes)")
    image = Image.open(file or path)
    if Image.MAX_IMAGE_PIXELS is not None and image.width * image.height > Image.MAX_IMAGE_PIXELS:
        image.close()
        raise Image.DecompressionBombError(f"{image.width} x {image.height} pixels")
    return image


def facts_of(image: Image.Image, path) -> Facts:
    """The facts of a picture that is open and not decoded yet.

    Only a PNG is decoded here, by Pillow, which looks for EXIF data behind the pixels.
    """
    # Decoding takes the list of tiles away.
    stored = ""
    if image.tile:
        form = image.tile[0].args
        stored = str(form[0] if isinstance(form, tuple) else form)
    size = image.size

    # What is unusual about it?
    orientation = _orientation(image)
    named = Image.registered_extensions().get(Path(path).suffix.lower())
    unusual = {
        "several frames": getattr(image, "is_animated", False),
        "EXIF rotation": orientation in TURNS,
        "16 bits": stored.endswith((";16", ";16B", ";16L", ";16N")),
        "palette": image.mode in ("P", "PA"),
        "alpha": image.has_transparency_data,
        "CMYK": image.mode == "CMYK",
        "other extension": named != image.format and image.format != "MPO",
    }

    # Orientations 5 to 8 lie on their side. Of a TIFF Pillow's own size may be upright already.
    if image.format == "TIFF":
        size = image.tag_v2[ExifTags.Base.ImageWidth], image.tag_v2[ExifTags.Base.ImageLength]
    width, height = size
    if orientation in range(5, 9):
        width, height = height, width
    names = tuple(name for name in UNUSUAL if unusual[name])
    return Facts(image.format, image.mode, stored, width, height, names)


def _orientation(image) -> int:
    """The orientation that the EXIF or XMP data say; 1, upright, where they make no sense."""
    if image.format == "PNG":
        image.load()  # getexif would, and pixels that are damaged are no matter of metadata
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # whatever a broken block leads Pillow to
        return 1


def check_size(facts: Facts, resolution: int, fit: str, enlarge: bool) -> None:
    """Raise PictureError where a picture would have to be enlarged and may not."""
    side = facts.side if fit == "crop" else max(facts.width, facts.height)
    if side < resolution and not enlarge:
        size = f"{facts.width}x{facts.height}"
        raise PictureError(
            f"is {size}, too small for {resolution}x{resolution}: choose a lower resolution, or enlarge=True"
        )


def highest_value(image: Image.Image, facts: Facts) -> int | None:
    """The highest value of a picture of 16 bits, 0 to 65535; None for others. Decodes the former."""
    if "16 bits" not in facts.unusual:
        return None
    image.load()
    if image.mode.startswith("I;16"):
        return int(np.asarray(image).max())

    # Of colours, and of grey with alpha, Pillow keeps the upper byte.
    bands = [band for name, band in zip(image.getbands(), image.split(), strict=True) if name != "A"]
    return max(band.getextrema()[1] for band in bands) * 256


def white_for(highest: int | None) -> int:
    """The largest number of as many bits as a highest value of 16 bits has: 4095 for 2100."""
    if highest is None:
        return FULL
    return 2 ** max(1, highest.bit_length()) - 1


def what_is_dark(highest: int) -> str:
    """What is to be said of pictures of 16 bits whose values go up to ``highest``."""
    return (
        f"values up to {highest} of {FULL}, so nearly black: "
        "load_folder(..., stretch=True) or folder:PATH,stretch=true makes the highest white"
    )


def upright(
    image: Image.Image, facts: Facts, channels: int, background=255, white: int = FULL
) -> Image.Image:
    """Decode, turn by the EXIF orientation, and convert to 8 bits of grey or RGB on a background.

    Args:
        white: the value of 16 bits that becomes 255.

    Raises:
        PictureError: for pixels of a mode without a fixed range.
    """
    image.load()
    turn = TURNS.get(_orientation(image))
    if turn is not None:
        image = image.transpose(turn)

    # To 8 bits.
    if "16 bits" in facts.unusual:
        image = _from_16_bits(image, white)
    elif image.mode in ("I", "F"):
        raise PictureError(
            f"has pixels of mode {image.mode}, which have no fixed range; save it with 8 or 16 bits"
        )

    # The transparent grey of 2 and 4 bits is a value of 2 and 4 bits, and Pillow scales the pixels only.
    scale = {"L;2": 85, "L;4": 17}.get(facts.stored)
    if scale and "transparency" in image.info:
        image.info["transparency"] *= scale

    # On a background, and to grey or RGB.
    if image.has_transparency_data:
        ground = _ground(image.size, background, "RGBA")
        image = Image.alpha_composite(ground, image.convert("RGBA"))
    return image.convert("L" if channels == 1 else "RGB")


def _from_16_bits(image, white):
    """A picture stored with 16 bits as one of 8, whose 255 is ``white``; transparency stays."""
    transparent = image.info.get("transparency")
    if image.mode.startswith("I;16"):  # Pillow's own conversion to 8 bits clips at 255
        values = np.asarray(image)
        grey = Image.fromarray(np.rint(np.minimum(values, white) * (255.0 / white)).astype("uint8"))
        if transparent is None:
            return grey
        alpha = Image.fromarray(np.where(values == transparent, 0, 255).astype("uint8"))
        return Image.merge("LA", (grey, alpha))

    # Of colours, and of grey with alpha, Pillow keeps the upper byte. Of a transparent colour it keeps both.
    if transparent is not None:
        image.info["transparency"] = tuple(value >> 8 for value in transparent)
        image = image.convert("RGBA")
    table = np.rint(np.minimum(np.arange(256) * (255.0 / max(1, white >> 8)), 255)).astype(int).tolist()
    bands = [
        band if name == "A" else band.point(table)
        for name, band in zip(image.getbands(), image.split(), strict=True)
    ]
    return Image.merge(image.mode, bands)


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
        case _ if any(word in str(error).lower() for word in NOT_DECODED):
            return f"is of a kind that Pillow can't decode ({' '.join(str(error).split())})"
        case _:
            return f"is damaged ({' '.join(str(error).split()) or type(error).__name__})"
