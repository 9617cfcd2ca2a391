"""Draw docs/sources.png: what every kind of data source gives, as training sees it.

    python tools/data_sheets.py --out docs/sources.png

Toy faces take the place of your own pictures and of FFHQ; they are saved in the forms in which those come.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import stylegan_tf as sg
from stylegan_tf.figures.layout import resize_pixels
from stylegan_tf.figures.pages import table

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from support.drawn_ffhq import draw_ffhq  # noqa: E402

COUNT = 10


def save_photographs(folder, faces):
    """Pictures of many kinds: oblong, grey, palette, transparent, turned by EXIF, 16 bits."""
    for i, face in enumerate(faces):
        picture = Image.fromarray(face)
        kind = i % 6
        if kind == 0:
            picture.resize((300, 220)).crop((20, 0, 280, 220)).save(folder / f"{i:02} oblong.jpg")
        elif kind == 1:
            picture.convert("L").save(folder / f"{i:02} grey.png")
        elif kind == 2:
            picture.quantize(32).save(folder / f"{i:02} palette.png")
        elif kind == 3:
            side = np.arange(len(face)) - len(face) / 2
            alpha = 255 * (side[:, None] ** 2 + side**2 < (0.45 * len(face)) ** 2)
            Image.fromarray(np.dstack([face, alpha.astype("uint8")])).save(
                folder / f"{i:02} transparent.webp"
            )
        elif kind == 4:
            exif = Image.Exif()
            exif[0x0112] = 6
            picture.rotate(90).save(folder / f"{i:02} turned.jpg", exif=exif)
        else:
            Image.fromarray(face[..., 0].astype("uint16") * 257).save(folder / f"{i:02} sixteen bits.png")


def rows(folder):
    """name -> uint8 pictures."""
    digits, faces = sg.data.load_digits(), sg.data.load_toyfaces(COUNT, 256, seed=1, progress=False)
    yield "digits", digits.images[:COUNT]
    yield "toyfaces, 64x64", faces.level(64)
    (folder / "own").mkdir()
    save_photographs(folder / "own", faces.images)
    yield "own folder, 64x64", sg.data.load_folder(folder / "own", 64, minimum=1).images
    sg.data.write_tfrecords(faces, folder / "records", shuffle=False)
    records = sg.data.TFRecords(folder / "records")
    for side in (8, 16, 32):
        yield f"TFRecords, level {side}x{side}", records.rows(range(COUNT), side)
    ffhq = sg.data.load_ffhq(draw_ffhq(folder / "ffhq", numbers=range(COUNT)), 64)
    yield "FFHQ's layout, 64x64", ffhq.rows(range(COUNT), 64)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", default="docs/sources.png")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = dict(rows(Path(folder)))
    cells = [
        [
            np.repeat(c, 3, axis=2) if c.shape[2] == 1 else c
            for c in (resize_pixels(image, 64) for image in images)
        ]
        for images in found.values()
    ]
    table(cells, list(found), [""] * COUNT, "The same data layer, from every source").savefig(args.out)


if __name__ == "__main__":
    main()
