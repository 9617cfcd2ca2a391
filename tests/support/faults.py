"""A folder with planted faults: what its files are, and what must be said of each."""

import os
import struct
import zlib

import numpy as np
from PIL import Image

SIDE = 32  # what the folder is read at
ORDINARY = 100

UNREADABLE = {
    "empty.png": "is empty (0 bytes)",
    "truncated.jpg": "is damaged",
    "truncated.png": "is damaged",
    "text.png": "is no picture",
    "huge.png": "has too many pixels",
    "float.tif": "has pixels of mode F",
    "pipe.png": "is no file but a pipe",
    "nowhere.png": "is a link to nothing",
    "itself.png": "is a link to nothing, or to itself",
    "loop/": "is a link to a folder that is read already",
}
SMALL = {"dot.png": "is 1x1, too small for 32x32", "narrow.png": "is 200x20, too small for 32x32"}
REMARKED = {
    "cmyk.jpg": "CMYK",
    "grey16.png": "16 bits",
    "colour16.png": "16 bits",
    "palette.png": "palette",
    "rgba.png": "alpha",
    "grey_alpha.png": "alpha",
    "see_through.gif": "alpha",
    "one_bit.png": "grey among colour",
    "grey.jpg": "grey among colour",
    "animated.gif": "several frames",
    "animated.webp": "several frames",
    "rotated.jpg": "EXIF rotation",
    "a_jpeg.png": "other extension",
    "oblong.png": "oblong",
    "black.png": "one colour",
    "faint.png": "low contrast",
}
GROUPED = {
    "copies": ["copy.png", "ordinary/000.png"],
    "twins": ["ordinary/001.png", "twin.bmp"],
    "near": ["near.jpg", "ordinary/002.png"],
}
UNREMARKABLE = ["UPPER.PNG", "bücher 图 é.png", "name with  spaces.png", "folder.png/inside.png"]
LEFT_OUT = {".txt": 1, ".csv": 1, "hidden": 2, "no extension": 1}

USABLE = sorted(
    [*REMARKED, *UNREMARKABLE, "copy.png", "twin.bmp", "near.jpg", *(f"ordinary/{i:03}.png" for i in range(ORDINARY))]
)  # fmt: skip


def smooth(seed, width=40, height=40):
    """A picture unlike the others: random colours on a 4x4 grid, enlarged smoothly."""
    corners = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype="uint8")
    return Image.fromarray(corners).resize((width, height), Image.Resampling.BICUBIC)


def write_png(path, width, height, bits, colour_type, rows, transparent=None):
    """A PNG from its bytes, for what Pillow does not write; ``transparent`` is the content of its tRNS."""

    def chunk(kind, content):
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    pixels = b"".join(b"\0" + row for row in rows)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + (b"" if transparent is None else chunk(b"tRNS", transparent))
        + chunk(b"IDAT", zlib.compress(pixels))
        + chunk(b"IEND", b"")
    )


def plant(root):
    """Write the folder."""
    for folder in ("ordinary", "folder.png", "nothing", ".git"):
        (root / folder).mkdir(parents=True)
    for i in range(ORDINARY):
        smooth(i).save(root / f"ordinary/{i:03}.png")
    for i, name in enumerate(UNREMARKABLE):
        smooth(1000 + i).save(root / name)

    (root / "empty.png").touch()
    smooth(2000, 200, 200).save(root / "whole.jpg")
    (root / "truncated.jpg").write_bytes((root / "whole.jpg").read_bytes()[:-2000])
    (root / "whole.jpg").unlink()
    (root / "truncated.png").write_bytes((root / "ordinary/003.png").read_bytes()[:-500])
    (root / "text.png").write_text("not a picture\n")
    write_png(root / "huge.png", 20_000, 20_000, 1, 0, [])
    Image.fromarray(np.ones((40, 40), "float32")).save(root / "float.tif")
    os.mkfifo(root / "pipe.png")
    (root / "nowhere.png").symlink_to("gone.png")
    (root / "itself.png").symlink_to("itself.png")
    (root / "loop").symlink_to(".", target_is_directory=True)

    Image.new("RGB", (1, 1), "red").save(root / "dot.png")
    smooth(2001, 200, 20).save(root / "narrow.png")

    smooth(2002).convert("CMYK").save(root / "cmyk.jpg")
    ramp = np.linspace(0, 65535, 1600).reshape(40, 40).astype("uint16")
    Image.fromarray(ramp).save(root / "grey16.png")
    wide = np.asarray(smooth(2003)).astype(">u2") * 257
    write_png(root / "colour16.png", 40, 40, 16, 2, [row.tobytes() for row in wide])
    smooth(2004).quantize(16).save(root / "palette.png")
    alpha = Image.fromarray(np.tile(np.arange(0, 240, 6, dtype="uint8"), (40, 1)))
    picture = smooth(2005)
    picture.putalpha(alpha)
    picture.save(root / "rgba.png")
    picture = smooth(2006).convert("L")
    picture.putalpha(alpha)
    picture.save(root / "grey_alpha.png")
    smooth(2007).quantize(16).save(root / "see_through.gif", transparency=0)
    smooth(2008).convert("1").save(root / "one_bit.png")
    smooth(2009).convert("L").save(root / "grey.jpg")
    for kind, seed in (("gif", 2010), ("webp", 2020)):
        smooth(seed).save(
            root / f"animated.{kind}", save_all=True, append_images=[smooth(seed + 1), smooth(seed + 2)]
        )
    exif = Image.Exif()
    exif[0x0112] = 6
    smooth(2030, 50, 40).save(root / "rotated.jpg", exif=exif)
    smooth(2031).save(root / "a_jpeg.png", format="JPEG")
    smooth(2032, 300, 40).save(root / "oblong.png")
    Image.new("RGB", (40, 40)).save(root / "black.png")
    Image.fromarray(np.asarray(smooth(2033)) // 16 + 100).save(root / "faint.png")

    (root / "copy.png").write_bytes((root / "ordinary/000.png").read_bytes())
    Image.open(root / "ordinary/001.png").save(root / "twin.bmp")
    Image.open(root / "ordinary/002.png").save(root / "near.jpg", quality=85)

    for name in ("notes.txt", "table.csv", "README", ".hidden.png"):
        (root / name).write_text("x")
    return root
