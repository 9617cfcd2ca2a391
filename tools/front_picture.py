"""The picture at the head of README.md: faces mixed from two others, and digits on their way through psi.

python tools/front_picture.py [--out docs/front.png]
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

import stylegan_tf as sg
from stylegan_tf import latents
from stylegan_tf.figures.layout import labelled
from stylegan_tf.figures.paper import style_bands
from stylegan_tf.networks.sampling import images_of, styles_of

# The first seeds there are: none is chosen.
SOURCES = (0, 1, 2, 3, 4)
DESTINATIONS = (10, 11, 12)
DIGITS, PSIS = (1, 2, 3, 4), (1, 0.7, 0.4, 0, -0.4, -0.7, -1)
SIDE = 96


def mixed_faces(generator) -> Image.Image:
    """Destinations on the left; the coarse styles of the sources above come in."""
    sources, destinations = (styles_of(generator, seeds) for seeds in (SOURCES, DESTINATIONS))
    coarse = style_bands(generator.config.num_layers)["coarse"]
    rows = [[None, *generator.synthesis(sources, noise="fixed")]]
    for ws in destinations:
        mixed = latents.mix(np.repeat(ws[None], len(sources), axis=0), sources, coarse)
        rows.append(list(generator.synthesis(np.concatenate([ws[None], mixed]), noise="fixed")))
    rows = [[None if image is None else np.asarray(image) for image in row] for row in rows]
    return labelled(rows, [""] * len(rows), ["others", *["coarse styles"] * len(SOURCES)], size=SIDE)


def digits_through_psi(generator) -> Image.Image:
    """A row per digit, truncated more and more, and beyond the mean."""
    images = [images_of(generator, DIGITS, psi=np.float32(psi)) for psi in PSIS]
    rows = [list(row) for row in np.stack(images, axis=1)]
    return labelled(rows, [""] * len(rows), [f"psi = {psi:g}" for psi in PSIS], size=SIDE)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("docs/front.png"))
    args = parser.parse_args()
    faces, digits = (
        draw(sg.pretrained(name).ema_generator)
        for draw, name in ((mixed_faces, "toyfaces32"), (digits_through_psi, "mnist32"))
    )
    page = Image.new("RGB", (faces.width + 24 + digits.width, max(faces.height, digits.height)), "white")
    page.paste(faces, (0, 0))
    page.paste(digits, (faces.width + 24, 0))
    page.save(args.out, optimize=True)


if __name__ == "__main__":
    main()
