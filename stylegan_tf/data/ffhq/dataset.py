"""FFHQ as it is published: a folder of PNG files and one JSON file, read picture by picture (paper, appendix
A).
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import io
import json
import os
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from tqdm import tqdm

from stylegan_tf.data.pixels import shrink
from stylegan_tf.data.source import Source

RESOLUTIONS = (64, 128, 256, 512, 1024)
LARGE, THUMBNAILS, METADATA = "images1024x1024", "thumbnails128x128", "ffhq-dataset-v2.json"
LICENCES = """The data set (its selection, metadata and documentation) is by NVIDIA Corporation under CC BY-NC-SA 4.0:
give credit by citing the paper, say what you changed, share under the same licence, make no commercial use.
Each photograph stays its author's, under CC BY 2.0, CC BY-NC 2.0, Public Domain Mark 1.0, CC0 1.0, or as a U.S. Government Work;
'license' and 'author' of each picture say which.
FFHQ is not intended for developing or improving face recognition, and should not be used for it."""


class FFHQ(Source):
    """Flickr-Faces-HQ in the published folder; ``load_ffhq`` makes it.

    A picture is decoded each time it is shown, and made smaller from the full size: only those of one call
    are in memory, and small stages are as slow as large ones. For training, write TFRecords from it first.

    Attributes:
        metadata: of each picture a dict: id (its number in the set), category ("training" or "validation"),
            author, country, license, license_url, photo_url, photo_title, and landmarks: float32 (68, 2), x
            and y in pixels of 1024x1024, or (0, 2) where the JSON file has none.
        missing, damaged: file names that the JSON file lists and that are left out.
    """

    channels = 3

    def __init__(self, folder: Path, items: dict, resolution: int, verify: bool):
        self.name, self.resolution, self._folder = f"ffhq:{folder}", resolution, folder
        self._part = "thumbnail" if resolution == 128 else "image"
        self.missing, self.damaged, self.metadata, self._files = [], [], [], []
        for number, item in items.items():
            file = item[self._part]
            path = folder / file["file_path"]
            if not path.exists():
                self.missing.append(file["file_path"])
            elif path.stat().st_size != file["file_size"]:
                self.damaged.append(file["file_path"])
            else:
                self._files.append(file)
                self.metadata.append(_metadata(int(number), item))
        if verify:
            self._verify()
        self._report()

    def __len__(self):
        return len(self._files)

    def rows(self, index, resolution):
        if resolution > self.resolution:
            raise ValueError(f"{self.name}: images have side {self.resolution}; {resolution} is larger")
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.stack(list(pool.map(lambda i: shrink(self._decode(i)[None], resolution)[0], index)))

    def content(self, i: int) -> bytes:
        """The PNG file of a picture, as published.

        Raises:
            ValueError: if its MD5 is not the published one.
        """
        file = self._files[i]
        content = (self._folder / file["file_path"]).read_bytes()
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != file["file_md5"]:
            raise ValueError(
                f"{self._folder / file['file_path']} is damaged (its MD5 differs); delete it and download it again"
            )
        return content

    def _decode(self, i):
        file = self._files[i]
        try:
            picture = np.asarray(Image.open(io.BytesIO(self.content(i))))
        except UnidentifiedImageError as error:
            raise ValueError(
                f"{self._folder / file['file_path']} is no picture; download it again"
            ) from error
        wanted = (*file["pixel_size"][::-1], 3)
        if picture.shape != wanted or picture.dtype != np.uint8:
            found = f"{picture.dtype} {picture.shape}"
            raise ValueError(
                f"{self._folder / file['file_path']} holds {found}; wanted is uint8 {wanted}: download it again"
            )
        return picture

    def _verify(self):
        def sound(i):
            try:
                return bool(self.content(i))
            except ValueError:
                return False

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = pool.map(sound, range(len(self)))
            results = list(tqdm(results, "checking MD5", total=len(self), unit="image", disable=None))
        self.damaged += [
            file["file_path"] for file, good in zip(self._files, results, strict=True) if not good
        ]
        self._files = [file for file, good in zip(self._files, results, strict=True) if good]
        self.metadata = [metadata for metadata, good in zip(self.metadata, results, strict=True) if good]

    def _report(self):
        """A part of the set may be used, but never silently."""
        total = len(self) + len(self.missing) + len(self.damaged)
        words = [
            f"{len(names):,} are {what} ({', '.join(names[:3])}{', ...' if len(names) > 3 else ''})"
            for what, names in (("missing", self.missing), ("damaged", self.damaged))
            if names
        ]
        if not self._files:
            raise FileNotFoundError(
                f"{self._folder} holds none of its {total:,} pictures: {' and '.join(words)}; download them"
            )
        if words:
            text = f"{self._folder}: {len(self):,} of {total:,} pictures are used; {' and '.join(words)}: download those again"
            warnings.warn(text, stacklevel=4)


def load_ffhq(path, resolution: int | None = None, verify: bool = False) -> FFHQ:
    """FFHQ from a folder in the published layout, which you have downloaded; see docs/ffhq_data.md, also for
    its licences.

    Every picture's size on disk is compared with the published one at once, its MD5 whenever it is read.

    Args:
        path: holds ``ffhq-dataset-v2.json`` and ``images1024x1024`` or ``thumbnails128x128``.
        resolution: 64 to 1024. 128 reads the published thumbnails, the others average 1024x1024. By default
            1024, or 128 where only thumbnails are.
        verify: read every file now and leave out those whose MD5 differs (89 GB at 1024).

    Raises:
        FileNotFoundError: if the JSON file or all pictures are missing. ValueError: for another resolution,
            or damaged files.

    Warns:
        UserWarning: if pictures are missing or damaged; the others are used.
    """
    folder = Path(path)
    if resolution is None:
        resolution = 128 if (folder / THUMBNAILS).is_dir() and not (folder / LARGE).is_dir() else 1024
    if resolution not in RESOLUTIONS:
        raise ValueError(f"resolution is {resolution}; FFHQ is read at one of {RESOLUTIONS}")
    file = folder / METADATA
    if not file.exists():
        raise FileNotFoundError(
            f"{folder} lacks {METADATA}, the list of its pictures; see docs/ffhq_data.md for the download"
        )
    try:
        items = json.loads(file.read_bytes(), object_hook=_compact)
        return FFHQ(folder, items, resolution, verify)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} is damaged ({error}); download it again") from error
    except (KeyError, AttributeError, TypeError) as error:
        raise ValueError(
            f"{file} is no list of FFHQ's pictures ({error!r}); download the one published with FFHQ"
        ) from error


def _compact(item: dict) -> dict:
    """Of an object in the JSON file what is used, landmarks as arrays: all of it would take gigabytes."""
    item.pop("in_the_wild", None)
    if "face_landmarks" in item:
        item["face_landmarks"] = np.array(item["face_landmarks"], "float32").reshape(-1, 2)
    return item


def _metadata(number, item):
    kept = {
        key: item["metadata"][key]
        for key in "author country license license_url photo_url photo_title".split()
    }
    if item["category"] not in ("training", "validation"):
        raise KeyError(f"category {item['category']}")
    landmarks = item["image"].get("face_landmarks", np.zeros((0, 2), "float32"))
    return {"id": number, "category": item["category"], **kept, "landmarks": landmarks}
