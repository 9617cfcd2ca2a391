"""A folder in FFHQ's published layout, with drawn faces: for trying all that follows a download."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from stylegan_tf.data.ffhq.dataset import LARGE, METADATA, THUMBNAILS
from stylegan_tf.data.toyfaces.dataset import draw_faces
from stylegan_tf.data.toyfaces.factors import sample_factors
from stylegan_tf.files import expanded

TRAINING = 60_000  # of the published 70,000; the others are for validation


def draw_ffhq(
    folder, numbers: Iterable[int], large: bool = True, without_landmarks: Iterable[int] = ()
) -> Path:
    """Write drawn faces as FFHQ is published; ``load_ffhq`` reads the folder.

    Args:
        folder: is made.
        numbers: of the pictures, 0 to 69,999; each is the seed of its face.
        large: write images1024x1024 too, about 70 faces a second; else thumbnails128x128 alone.
        without_landmarks: numbers of pictures that get none, as some of the published ones have none.

    Returns:
        the folder.
    """
    folder = expanded(folder)
    items = {}
    for number in numbers:
        # The picture at full size; without one, an entry that names a file which is missing.
        face = _face(number, 1024 if large else 128)
        if large:
            image = _write(folder, number, LARGE, face)
        else:
            image = _describe(_path(number, LARGE), b"", (1024, 1024), b"")
        if number not in without_landmarks:
            image["face_landmarks"] = (np.arange(136).reshape(68, 2) + number / 4).tolist()

        # Its entry in the list, with the thumbnail.
        items[str(number)] = {
            "category": "training" if number < TRAINING else "validation",
            "metadata": _metadata(number),
            "image": image,
            "thumbnail": _write(folder, number, THUMBNAILS, face.resize((128, 128))),
            "in_the_wild": {
                "file_path": f"in-the-wild-images/00000/{number:05}.png",
                "face_rect": [0, 0, 1, 1],
            },
        }
    (folder / METADATA).write_text(json.dumps(items))
    return folder


def _face(number, side):
    factors = sample_factors(1, number)
    return Image.fromarray(draw_faces(factors, side, detail_seed=number)[0])


def _metadata(number):
    return {
        "photo_url": f"photos/{number}",
        "photo_title": f"{number}.jpg",
        "author": f"Author {number}",
        "country": "" if number % 2 else "Finland",
        "license": "Attribution License",
        "license_url": "licenses/by/2.0",
        "date_uploaded": "2007-08-16",
        "date_crawled": "2018-10-10",
    }


def _path(number, part):
    """Where a picture is in the published layout: a folder for every thousand."""
    return f"{part}/{number - number % 1000:05}/{number:05}.png"


def _write(folder, number, part, picture):
    """Save a picture as PNG; returns its description."""
    path = folder / _path(number, part)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    return _describe(_path(number, part), path.read_bytes(), picture.size, np.asarray(picture).tobytes())


def _describe(path, content, size, pixels):
    """What the JSON file says of a PNG file."""
    return {
        "file_url": "",
        "file_path": path,
        "file_size": len(content),
        "file_md5": hashlib.md5(content).hexdigest(),
        "pixel_size": list(size),
        "pixel_md5": hashlib.md5(pixels).hexdigest(),
    }
