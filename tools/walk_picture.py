"""The moving picture of the site's front page: faces and digits on walks through W.

    python tools/walk_picture.py [--out docs/site/static]

walk.webp moves, and comes back to where it began; walk.png is its first moment, for those who have asked
their browser for less motion.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

import stylegan_tf as sg
from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.networks.sampling import styles_of

NETWORKS = ("toyfaces64", "mnist32")  # a row each
COLUMNS = 6
STOPS = 3  # seeds on each walk
STEPS = 16  # pictures from one seed to the next
PAUSE = 90  # ms a picture
PSI = 0.8
SIDE = 128
GAP = 6


def walks(generator) -> np.ndarray:
    """Pictures of closed walks, uint8 RGB (moments, COLUMNS, SIDE, SIDE, 3).

    The seeds are the first ones there are: none is chosen.
    """
    columns = []
    for column in range(COLUMNS):
        stops = styles_of(generator, range(column * STOPS, (column + 1) * STOPS))
        stops = sg.latents.truncate(stops, generator.w_avg, np.float32(PSI))
        columns.append(np.concatenate([leg(stops[i], stops[(i + 1) % STOPS]) for i in range(STOPS)]))
    moments = []
    for ws in np.stack(columns, axis=1):  # (COLUMNS, L, w_dim)
        images = to_uint8(generator.synthesis(ws.astype("float32"), noise="fixed"))
        times = SIDE // images.shape[1]
        images = images.repeat(times, axis=1).repeat(times, axis=2)
        moments.append(np.broadcast_to(images, (*images.shape[:3], 3)))
    return np.stack(moments)


def leg(start, end) -> np.ndarray:
    """Styles from one to another, slowly at both ends: (STEPS, L, w_dim), without the end itself."""
    t = np.arange(STEPS) / STEPS
    t = t * t * (3 - 2 * t)
    return start + t[:, None, None] * (end - start)


def sheet(rows) -> Image.Image:
    """A row of pictures for each network, on white."""
    width = COLUMNS * (SIDE + GAP) - GAP
    page = Image.new("RGB", (width, len(rows) * (SIDE + GAP) - GAP), "white")
    for top, row in enumerate(rows):
        for left, image in enumerate(row):
            page.paste(Image.fromarray(image), (left * (SIDE + GAP), top * (SIDE + GAP)))
    return page


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("docs/site/static"))
    args = parser.parse_args()
    rows = [walks(sg.pretrained(name).ema_generator) for name in NETWORKS]
    sheets = [sheet(moment) for moment in zip(*rows, strict=True)]
    sheets[0].save(args.out / "walk.png", optimize=True)
    sheets[0].save(
        args.out / "walk.webp",
        save_all=True,
        append_images=sheets[1:],
        duration=PAUSE,
        loop=0,
        quality=70,
        method=6,
    )
    for name in ("walk.png", "walk.webp"):
        print(f"{args.out / name}: {(args.out / name).stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
