"""How fast toy faces are drawn; or a sheet that shows what they are.

python benchmarks/speed/draw_faces.py                            # faces a second of one core, by resolution
python benchmarks/speed/draw_faces.py --sheet docs/toyfaces.png
"""

import argparse
import io
import time

import numpy as np
from PIL import Image

from stylegan_tf.data import FACTORS, draw_faces, sample_factors
from stylegan_tf.figures.pages import table

COUNTS = {16: 1000, 32: 1000, 64: 1000, 128: 400, 256: 100, 512: 40, 1024: 10}
COLUMNS = 9
SOMEONE = dict(
    yaw=12, pitch=0, roll=0, skin=0.15, smile=0.5, hair_colour="brown", hair_length="short", fringe="parted"
)
SOMEONE |= dict(glasses="no", moustache="no", background="sky", shirt="red")


def measure():
    """Print a table of processor time, which other work on the machine stretches little.

    The last column is relative.
    """
    faces = sample_factors(max(COUNTS.values()))
    seconds = {}
    for resolution, count in COUNTS.items():
        draw_faces(faces[:3], resolution)
        start = time.process_time()
        draw_faces(faces[:count], resolution)
        seconds[resolution] = (time.process_time() - start) / count
    print("resolution   faces/s   time against 32 pixels")
    for resolution, duration in seconds.items():
        print(f"{resolution:>10} {1 / duration:>9.0f} {duration / seconds[32]:>12.2f}")


def someone(**changes):
    """The factors (12,) of one face, by name."""
    face = SOMEONE | changes
    return np.array([f.values.index(face[f.name]) if f.values else face[f.name] for f in FACTORS], "float32")


def sheet():
    """Rows of faces with captions."""
    values = {f.name: f.values for f in FACTORS}

    def sweep(name, low, high, **changes):
        return [someone(**{name: value}, **changes) for value in np.linspace(low, high, COLUMNS)]

    def set_aside(name, value):
        return [v for v in values[name] if v != value]

    def hair(**changes):
        kinds = [(colour, "parted") for colour in values["hair_colour"]]
        kinds += [
            (colour, f)
            for colour, f in zip(
                ("brown", "blonde", "red", "grey"), set_aside("fringe", "parted"), strict=True
            )
        ]
        return [
            someone(hair_colour=c, fringe=f, skin=i / (COLUMNS - 1), **changes)
            for i, (c, f) in enumerate(kinds)
        ]

    combinations = [
        dict(glasses=g, moustache=m, smile=s) for s in (-1, 1) for g in ("no", "yes") for m in ("no", "yes")
    ]
    colours = [
        dict(background=b, shirt=s) for b, s in zip(values["background"], values["shirt"], strict=True)
    ]
    colours += [
        dict(background=b, shirt=s) for b, s in zip(values["background"][1:], values["shirt"], strict=False)
    ]
    rows = {
        "yaw, -40° to 40°": sweep("yaw", -40, 40, glasses="yes"),
        "pitch, -15° to 15°": sweep("pitch", -15, 15, hair_length="long"),
        "roll, -15° to 15°": sweep("roll", -15, 15, moustache="yes"),
        "skin, 0 to 1": sweep("skin", 0, 1, hair_colour="black"),
        "smile, -1 to 1": sweep("smile", -1, 1, hair_length="long", hair_colour="blonde", fringe="straight"),
        "short hair: colours, fringes": hair(),
        "long hair": hair(hair_length="long"),
        "glasses, moustache, smile": [someone(skin=0.4, **c) for c in [*combinations, dict(smile=0)]],
        "background, shirt": [someone(**c) for c in colours],
        "same factors, other details": [someone(hair_colour="blonde", hair_length="long")] * COLUMNS,
    }
    drawn = sample_factors(2 * COLUMNS, seed=4)
    small = draw_faces(drawn, 32).repeat(2, axis=1).repeat(2, axis=2)
    cells = [small[:COLUMNS], small[COLUMNS:], *(draw_faces(np.stack(row), 64) for row in rows.values())]
    names = ["drawn at random, 32x32", "(each dot four times)", *rows]

    # The other look: colours without gaps, and more that falls by chance.
    others = sample_factors(COLUMNS, seed=3, palette="continuous")
    cells.append(draw_faces(others, 64, palette="continuous"))
    cells.append(draw_faces(others, 64, palette="continuous", detail=1))
    cells.append(draw_faces(np.repeat(others[:1], COLUMNS, axis=0), 64, palette="continuous", detail=1))
    names += ["palette=continuous", "the same, detail=1", "one of them, other chance"]
    return table(cells, names, [""] * COLUMNS, "Toy faces: every factor known")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sheet", metavar="PNG", help="write the sheet instead")
    path = parser.parse_args().sheet
    if path:
        figure, page = sheet(), io.BytesIO()
        figure.savefig(page)
        Image.open(page).convert("RGB").save(path, optimize=True)
    else:
        measure()
