"""``stylegan-tf try`` on three folders that it was not made for (docs/results.md, Folders of others).

    python benchmarks/proofs/foreign_folders.py --out runs/foreign         # folders, runs, picture
    python benchmarks/proofs/foreign_folders.py --out runs/foreign --draw  # docs/own_folders.png alone

- photo: 400 crops of two photographs that come with scikit-learn (china.jpg and flower.jpg, CC BY 2.0).
- icons: the coloured 48x48 icons of GNOME's Adwaita theme (CC BY-SA 3.0), if it is installed on this machine.
- letters: the 26 capital letters in the 22 fonts that come with matplotlib.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import stylegan_tf as sg  # isort: skip
import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_sample_image

from stylegan_tf.figures.layout import labelled
from stylegan_tf.networks.sampling import images_of
from stylegan_tf.runs.report import training_pictures

MINUTES = {"photo": 10, "icons": 10, "letters": 7}
ICONS = Path("/usr/share/icons/Adwaita/48x48")
FONTS = (
    "DejaVu",
    "STIXGeneral",
    "cmr",
    "cmss",
    "cmtt",
    "cmb",
)  # beginnings of the names of those with letters
PICTURE = Path(__file__).resolve().parents[2] / "docs/own_folders.png"
SHOWN = 14  # pictures in a row


def make_photo(folder):
    """Squares of chance place and size, from 64 to 160 pixels."""
    rng = np.random.default_rng(0)
    for name in ("china", "flower"):
        photograph = Image.fromarray(load_sample_image(f"{name}.jpg"))
        for number in range(200):
            side = int(rng.integers(64, 160))
            left = int(rng.integers(0, photograph.width - side))
            top = int(rng.integers(0, photograph.height - side))
            part = photograph.crop((left, top, left + side, top + side))
            part.save(folder / f"{name}{number:03d}.jpg", quality=92)


def make_icons(folder):
    """Copies of the icons, with the name of their folder in front."""
    for icon in sorted(ICONS.rglob("*.png")):
        if "symbolic" not in icon.name:
            (folder / f"{icon.parent.name}_{icon.name}").write_bytes(icon.read_bytes())


def make_letters(folder):
    """Black letters on white, 64x64."""
    fonts = sorted(Path(get_data_path(), "fonts/ttf").glob("*.ttf"))
    for font in fonts:
        if not font.stem.startswith(FONTS) or "NonUni" in font.stem:
            continue
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            picture = Image.new("L", (64, 64), 255)
            pen = ImageDraw.Draw(picture)
            pen.text((32, 32), letter, 0, ImageFont.truetype(str(font), 44), anchor="mm")
            picture.save(folder / f"{font.stem}_{letter}.png")


MAKE = {"photo": make_photo, "icons": make_icons, "letters": make_letters}


def draw(out):
    """For each folder a row of its pictures and two rows of generated ones, seeds in their order."""
    rows = []
    names = []
    for name in MAKE:
        run = sg.Run(out / f"run_{name}")
        data = training_pictures(run)
        places = np.linspace(0, len(data) - 1, SHOWN).astype(int)
        real = data.rows(places, run.config.resolution)
        generator = sg.load(run.path).ema_generator
        rows.append(list(real))
        rows.append(list(images_of(generator, range(SHOWN))))
        rows.append(list(images_of(generator, range(SHOWN, 2 * SHOWN))))
        names += [f"{name}: the folder", "generated", ""]
    labelled(rows, names, [""] * SHOWN, size=64).save(PICTURE, optimize=True)
    print(f"wrote {PICTURE}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("runs/foreign"))
    parser.add_argument("--draw", action="store_true", help="draw the picture from the runs that are there")
    args = parser.parse_args()
    if not args.draw:
        for name, make in MAKE.items():
            folder = args.out / name
            folder.mkdir(parents=True, exist_ok=True)
            make(folder)
            command = [sys.executable, "-m", "stylegan_tf", "try", str(folder), "--yes"]
            command += ["--minutes", str(MINUTES[name]), "--out", str(args.out / f"run_{name}")]
            subprocess.run(command, check=True)
    draw(args.out)


if __name__ == "__main__":
    main()
