"""FFHQ as it is published: a folder of PNG files and one JSON file (paper appendix A)."""

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
from stylegan_tf.files import expanded

RESOLUTIONS = (64, 128, 256, 512, 1024)
LARGE = "images1024x1024"
THUMBNAILS = "thumbnails128x128"
METADATA = "ffhq-dataset-v2.json"
KEPT = ("author", "country", "license", "license_url", "photo_url", "photo_title")  # of a picture's metadata
LICENCES = (
    "The data set (its selection, metadata and documentation) is by NVIDIA Corporation "
    "under CC BY-NC-SA 4.0:\n"
    "give credit by citing the paper, say what you changed, share under the same licence, "
    "make no commercial use.\n"
    "Each photograph stays its author's, under CC BY 2.0, CC BY-NC 2.0, Public Domain Mark 1.0, CC0 1.0, "
    "or as a U.S. Government Work;\n"
    "'license' and 'author' of each picture say which.\n"
    "FFHQ is not intended for developing or improving face recognition, and should not be used for it."
)


class FFHQ(Source):
    """Flickr-Faces-HQ in the published folder; ``load_ffhq`` makes it.

    A picture is decoded each time it is shown, and made smaller from the full size. So only the pictures of
    one call are in memory, and small stages are as slow as large ones. For training, write TFRecords first.

    Attributes:
        metadata: of each picture a dict: id (its number in the set), category ("training" or "validation"),
            author, country, license, license_url, photo_url, photo_title, and landmarks: float32 (68, 2), x
            and y in pixels of 1024x1024, or (0, 2) where the JSON file has none.
        missing, damaged: names of files that the JSON file lists and that are left out.
    """

    channels = 3

    def __init__(self, folder: Path, items: dict, resolution: int, verify: bool):
        self.name = f"ffhq:{folder}"
        self.resolution = resolution
        self.metadata = []
        self.missing = []
        self.damaged = []
        self._folder = folder
        self._files = []

        # Of every picture in the list: is its file there, and as long as published?
        part = "thumbnail" if resolution == 128 else "image"
        for number, item in items.items():
            file = item[part]
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

        def row(i):
            picture = self._decode(i)[None]  # (1, side, side, 3)
            return shrink(picture, resolution)[0]

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.stack(list(pool.map(row, index)))

    def _digest_pixels(self, digest):
        """The published sums of the files, which each file is compared with when it is read."""
        for file in self._files:
            digest.update(file["file_md5"].encode())

    def content(self, i: int) -> bytes:
        """The PNG file of a picture, as published.

        Raises:
            ValueError: if its MD5 is not the published one.
        """
        path = self._folder / self._files[i]["file_path"]
        content = path.read_bytes()
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != self._files[i]["file_md5"]:
            raise ValueError(f"{path} is damaged (its MD5 differs); delete it and download it again")
        return content

    def _decode(self, i):
        """The pixels of a picture, uint8 (side, side, 3)."""
        file = self._files[i]
        path = self._folder / file["file_path"]
        try:
            picture = np.asarray(Image.open(io.BytesIO(self.content(i))))
        except UnidentifiedImageError as error:
            raise ValueError(f"{path} is no picture; download it again") from error

        width, height = file["pixel_size"]
        expected = (height, width, 3)
        if picture.shape != expected or picture.dtype != np.uint8:
            found = f"{picture.dtype} {picture.shape}"
            raise ValueError(f"{path} holds {found}; expected uint8 {expected}: download it again")
        return picture

    def _is_sound(self, i) -> bool:
        """Whether the file of a picture is the published one."""
        try:
            return bool(self.content(i))
        except ValueError:
            return False

    def _verify(self):
        """Read every file, and keep those that are sound."""
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = pool.map(self._is_sound, range(len(self)))
            results = list(tqdm(results, "checking MD5", total=len(self), unit="image", disable=None))

        files = []
        metadata = []
        for file, about, is_sound in zip(self._files, self.metadata, results, strict=True):
            if is_sound:
                files.append(file)
                metadata.append(about)
            else:
                self.damaged.append(file["file_path"])
        self._files = files
        self.metadata = metadata

    def _report(self):
        """Say what is left out: a part of the set may be used, but never silently.

        Raises:
            FileNotFoundError: if nothing is left.
        """
        # "2 are missing (00000.png, 00001.png) and 1 are damaged (00007.png)"
        findings = []
        for what, names in (("missing", self.missing), ("damaged", self.damaged)):
            if names:
                more = ", ..." if len(names) > 3 else ""
                findings.append(f"{len(names):,} are {what} ({', '.join(names[:3])}{more})")
        found = " and ".join(findings)

        total = len(self) + len(self.missing) + len(self.damaged)
        if not total:
            raise FileNotFoundError(f"{METADATA} in {self._folder} lists no pictures; download it again")
        if not self._files:
            raise FileNotFoundError(
                f"{self._folder} holds none of its {total:,} pictures: {found}; download them"
            )
        if findings:
            used = f"{self._folder}: {len(self):,} of {total:,} pictures are used"
            warnings.warn(f"{used}; {found}: download those again", stacklevel=4)


def load_ffhq(path, resolution: int | None = None, verify: bool = False) -> FFHQ:
    """FFHQ from a folder in the published layout, which you have downloaded.

    docs/ffhq_data.md has the download and the licences. The size of every file is compared with the published
    one at once, its MD5 whenever it is read.

    Args:
        path: holds ``ffhq-dataset-v2.json`` and ``images1024x1024`` or ``thumbnails128x128``.
        resolution: 64 to 1024. 128 reads the published thumbnails, the others average 1024x1024. By default
            1024, or 128 where there are thumbnails only.
        verify: read every file now and leave out those whose MD5 differs (89 GB at 1024).

    Raises:
        FileNotFoundError: if the JSON file or all pictures are missing.
        ValueError: for another resolution, or a damaged JSON file.

    Warns:
        UserWarning: if pictures are missing or damaged; the others are used.
    """
    # At which resolution?
    folder = expanded(path)
    if resolution is None:
        has_thumbnails_only = (folder / THUMBNAILS).is_dir() and not (folder / LARGE).is_dir()
        resolution = 128 if has_thumbnails_only else 1024
    if resolution not in RESOLUTIONS:
        raise ValueError(f"resolution is {resolution}; FFHQ is read at one of {RESOLUTIONS}")

    # From the list of the pictures to those that are here.
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
    """What we use of an object in the JSON file, landmarks as arrays: all of it would take gigabytes."""
    item.pop("in_the_wild", None)
    if "face_landmarks" in item:
        item["face_landmarks"] = np.array(item["face_landmarks"], "float32").reshape(-1, 2)
    return item


def _metadata(number, item) -> dict:
    """What FFHQ.metadata has of a picture."""
    kept = {key: item["metadata"][key] for key in KEPT}
    if item["category"] not in ("training", "validation"):
        raise KeyError(f"category {item['category']}")
    landmarks = item["image"].get("face_landmarks", np.zeros((0, 2), "float32"))
    return {"id": number, "category": item["category"], **kept, "landmarks": landmarks}
