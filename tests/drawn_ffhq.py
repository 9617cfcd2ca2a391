"""A folder like the published FFHQ, with drawn faces."""

import hashlib
import json

import numpy as np
from PIL import Image

from stylegan_tf.data import draw_faces, sample_factors
from stylegan_tf.data.ffhq import LARGE, METADATA, THUMBNAILS

IDS = (0, 1, 2, 59_999, 60_000, 69_999)
WITHOUT_LANDMARKS = 2


def draw_face(seed, side=1024):
    """A toy face; stands for a photograph."""
    return Image.fromarray(draw_faces(sample_factors(1, seed), side, detail_seed=seed)[0])


def write_entry(folder, number, file, picture):
    path = folder / file / f"{number - number % 1000:05}" / f"{number:05}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    content = path.read_bytes()
    return {
        "file_url": "", "file_path": path.relative_to(folder).as_posix(), "file_size": len(content),
        "file_md5": hashlib.md5(content).hexdigest(), "pixel_size": list(picture.size),
        "pixel_md5": hashlib.md5(np.asarray(picture).tobytes()).hexdigest(),
    }  # fmt: skip


def draw_ffhq(folder, numbers=IDS):
    """A folder in the published layout, with drawn faces."""
    items = {}
    for number in numbers:
        picture = draw_face(number)
        metadata = {
            "photo_url": f"photos/{number}", "photo_title": f"{number}.jpg", "author": f"Author {number}",
            "country": "" if number % 2 else "Finland", "license": "Attribution License", "license_url": "licenses/by/2.0",
            "date_uploaded": "2007-08-16", "date_crawled": "2018-10-10",
        }  # fmt: skip
        image = write_entry(folder, number, LARGE, picture)
        if number != WITHOUT_LANDMARKS:
            image["face_landmarks"] = (np.arange(136).reshape(68, 2) + number / 4).tolist()
        items[str(number)] = {
            "category": "training" if number < 60_000 else "validation",
            "metadata": metadata,
            "image": image,
            "thumbnail": write_entry(folder, number, THUMBNAILS, picture.resize((128, 128))),
            "in_the_wild": {"file_path": f"in-the-wild-images/00000/{number:05}.png", "face_rect": [0, 0, 1, 1]},
        }
    (folder / METADATA).write_text(json.dumps(items))
    return folder
