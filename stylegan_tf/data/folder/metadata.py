"""Picture files without their metadata, for those that Pillow refuses because of it.

Pillow reads texts, colour profiles and EXIF data together with the pixels. What is broken there, or larger
than its limits, costs the picture. Viewers show such a picture, and so do we, without its metadata.
"""

from __future__ import annotations

import struct
import zlib

from PIL import ExifTags, Image

PNG = b"\x89PNG\r\n\x1a\n"
PNG_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")  # what the pixels depend on
WEBP_CHUNKS = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF")
WEBP_METADATA = 0x20 | 0x08 | 0x04  # flags of VP8X: colour profile, EXIF, XMP
TIFF_TAGS = frozenset(  # of TIFF 6.0 and its supplements: sizes, samples, strips and tiles, compression
    [*range(256, 260), 262, 266, 273, *range(277, 280), 284, 292, 293, 317, 320, *range(322, 326), 332, 338]
    + [339, 347, *range(512, 522), *range(529, 533)]
)


def without_metadata(content: bytes) -> bytes | None:
    """The bytes of a PNG, JPEG, WebP or TIFF file with its pixels and its orientation alone.

    None for other formats, and where the file's own structure is broken.
    """
    try:
        if content.startswith(PNG):
            return _png(content)
        if content.startswith(b"\xff\xd8\xff"):
            return _jpeg(content)
        if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
            return _webp(content)
        if content[:2] in (b"II", b"MM"):
            return _tiff(content)
    except (struct.error, IndexError):
        pass
    return None


def _orientation_alone(exif: bytes) -> bytes:
    """An EXIF block that holds the orientation of another one and nothing else; empty if there is none."""
    found = Image.Exif()
    try:
        found.load(exif)
        orientation = found.get(ExifTags.Base.Orientation)
    except Exception:  # whatever a broken block leads Pillow to
        return b""
    if orientation not in range(2, 9):
        return b""
    alone = Image.Exif()
    alone[ExifTags.Base.Orientation] = orientation
    return alone.tobytes().removeprefix(b"Exif\0\0")


def _png(content):
    """Chunks are: length, kind, data, checksum."""
    parts = [PNG]
    start = len(PNG)
    while start + 8 <= len(content):
        length = int.from_bytes(content[start : start + 4])
        kind = content[start + 4 : start + 8]
        end = start + 12 + length
        if kind in PNG_CHUNKS:
            parts.append(content[start:end])
        elif kind == b"eXIf" and (exif := _orientation_alone(content[start + 8 : end - 4])):
            parts += [struct.pack(">I", len(exif)), kind, exif, struct.pack(">I", zlib.crc32(kind + exif))]
        start = end
    return b"".join(parts)


def _jpeg(content):
    """Segments are: FF, marker, length, data. The pixels follow the start of scan, FF DA."""
    parts = [content[:2]]
    start = 2
    while content[start] == 0xFF and content[start + 1] != 0xDA:
        marker = content[start + 1]
        if marker == 0xFF:  # a filling byte
            start += 1
            continue
        end = start + 2 + int.from_bytes(content[start + 2 : start + 4])
        data = content[start + 4 : end]

        # JFIF and Adobe say how the colours are stored.
        is_colour = (marker == 0xE0 and data.startswith(b"JFIF\0") and len(data) >= 14) or (
            marker == 0xEE and data.startswith(b"Adobe") and len(data) >= 12
        )
        is_metadata = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if is_colour or not is_metadata:
            parts.append(content[start:end])
        elif marker == 0xE1 and data.startswith(b"Exif\0\0") and (exif := _orientation_alone(data)):
            exif = b"Exif\0\0" + exif
            parts += [b"\xff\xe1", struct.pack(">H", len(exif) + 2), exif]
        start = end
    return b"".join([*parts, content[start:]])


def _webp(content):
    """Chunks are: kind, length, data, and a zero if the length is odd."""
    parts = []
    exif = b""
    start = 12
    while start + 8 <= len(content):
        kind = content[start : start + 4]
        length = int.from_bytes(content[start + 4 : start + 8], "little")
        end = start + 8 + length + length % 2
        if kind in WEBP_CHUNKS:
            parts.append(bytearray(content[start:end]))
        elif kind == b"EXIF":
            exif = _orientation_alone(content[start + 8 : start + 8 + length])
        start = end

    # The header of the extended format says what metadata there are.
    if parts and parts[0][:4] == b"VP8X":
        parts[0][8] &= ~WEBP_METADATA & 0xFF
        if exif:
            parts[0][8] |= 0x08
            parts += [b"EXIF", struct.pack("<I", len(exif)), exif, bytes(len(exif) % 2)]
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _tiff(content):
    """The directory of the first picture, with fewer entries, at the place where it was."""
    order = "<" if content[:2] == b"II" else ">"
    is_big = struct.unpack_from(order + "H", content, 2)[0] == 43
    count_form, place_form, size = ("Q", "Q", 20) if is_big else ("H", "I", 12)
    place = struct.unpack_from(order + place_form, content, 8 if is_big else 4)[0]
    count = struct.unpack_from(order + count_form, content, place)[0]
    first = place + struct.calcsize(order + count_form)

    # Entries are: tag, type, count, and the value or where it is.
    entries = []
    for start in range(first, min(first + size * count, len(content) - size + 1), size):
        tag, kind, number = struct.unpack_from(order + "HH" + place_form, content, start)
        value = struct.unpack_from(order + "H", content, start + size - struct.calcsize(place_form))[0]
        is_orientation = (tag, kind, number) == (ExifTags.Base.Orientation, 3, 1) and value in range(1, 9)
        if tag in TIFF_TAGS or is_orientation:
            entries.append(content[start : start + size])

    end_of_list = struct.pack(order + place_form, 0)  # no further pictures
    directory = struct.pack(order + count_form, len(entries)) + b"".join(entries) + end_of_list
    return content[:place] + directory + content[place + len(directory) :]
