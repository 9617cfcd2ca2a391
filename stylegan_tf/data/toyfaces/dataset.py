"""Toy faces: pictures drawn from factors that are all known."""

from __future__ import annotations

import hashlib
import io
import json
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import tensorflow as tf
from tqdm.auto import tqdm

from stylegan_tf.data.source import Images
from stylegan_tf.data.toyfaces import drawing as face_drawing
from stylegan_tf.data.toyfaces.factors import FACTORS, NAMES, Factor, factor_table, pearson, sample_factors
from stylegan_tf.files import write_atomically

__all__ = [
    "FACTORS",
    "Factor",
    "ToyFaces",
    "draw_faces",
    "factor_table",
    "load_toyfaces",
    "pearson",
    "sample_factors",
]


def draw_faces(
    factors: np.ndarray, resolution: int = 32, detail_seed: int = 0, progress: bool = False
) -> np.ndarray:
    """Faces of factors (N, 12), or of one face (12,): uint8 (N, resolution, resolution, 3).

    Freckles and strands of hair of face i are drawn by lot from (detail_seed, i), and from nothing else.

    Args:
        resolution: a power of two from 4 to 1024; the same picture at each.
        progress: show a progress bar.

    Raises:
        ValueError: for another shape, a factor out of its range, a category that is no whole number, another
            resolution.
    """
    factors = np.atleast_2d(np.asarray(factors))
    if factors.ndim != 2 or factors.shape[1] != len(FACTORS):
        raise ValueError(
            f"factors have shape {factors.shape}; wanted is (N, {len(FACTORS)}): {', '.join(NAMES)}"
        )
    for factor, column in zip(FACTORS, factors.T, strict=True):
        wrong = ~((factor.low <= column) & (column <= factor.high)) | (
            bool(factor.values) & (column != np.round(column))
        )
        if wrong.any():
            kind = "a whole number" if factor.values else "a number"
            at = int(wrong.argmax())
            raise ValueError(
                f"face {at} has {factor.name} = {column[at]}; wanted is {kind} from {factor.low} to {factor.high}"
            )
    if resolution not in [2**i for i in range(2, 11)]:
        raise ValueError(f"resolution is {resolution}; wanted is a power of two from 4 to 1024")
    images = np.empty((len(factors), resolution, resolution, 3), "uint8")
    for i, row in enumerate(tqdm(factors, desc="drawing faces", unit="face", disable=not progress)):
        face = {f.name: f.values[int(v)] if f.values else float(v) for f, v in zip(FACTORS, row, strict=True)}
        images[i] = face_drawing.draw_face(face, resolution, np.random.default_rng([detail_seed, i]))
    return images


class ToyFaces(Images):
    """Toy faces in memory: ``images``, and beside them ``factors`` (N, 12)."""

    def __init__(self, images: np.ndarray, factors: np.ndarray, name: str = "toyfaces"):
        super().__init__(images, name=name)
        if factors.shape != (len(images), len(FACTORS)):
            raise ValueError(
                f"factors have shape {factors.shape} for {len(images)} faces; wanted is ({len(images)}, {len(FACTORS)})"
            )
        self.factors = factors

    def dataset(self) -> tf.data.Dataset:
        """Elements {"image": uint8 (r, r, 3), "factors": float32 (12,)}, in order, not batched."""
        return tf.data.Dataset.from_tensor_slices({"image": self.images, "factors": self.factors})


def load_toyfaces(
    count: int = 10_000,
    resolution: int = 32,
    seed: int = 0,
    cache: str | Path | None = None,
    progress: bool = True,
    **dials,
) -> ToyFaces:
    """Draw faces; factors from ``seed``, freckles and strands from a stream of their own.

    Args:
        cache: a folder that keeps them: the same call again reads the file. It is named by a digest of all
            settings and of the drawing's version; a damaged one is told of and drawn again.
        progress: show a progress bar while drawing.
        dials: rho, pair, hole, combination of ``sample_factors``, which also says what errors they raise.
    """
    factors = sample_factors(count, seed, **dials)
    settings = json.dumps(
        [face_drawing.VERSION, resolution, seed, hashlib.sha256(factors.tobytes()).hexdigest()]
    )
    name = f"toyfaces{resolution}_{hashlib.sha256(settings.encode()).hexdigest()[:16]}.npz"
    path = None if cache is None else Path(cache) / name
    images = _read(path, (count, resolution, resolution, 3)) if path and path.exists() else None
    if images is None:
        images = draw_faces(factors, resolution, seed, progress)
        if path:
            _write(path, images, factors)
    changed = ({} if count == 10_000 else {"count": count}) | ({"seed": seed} if seed else {}) | dials
    return ToyFaces(
        images, factors, "toyfaces" + ":" * bool(changed) + ",".join(f"{k}={v}" for k, v in changed.items())
    )


def _read(path, shape):
    """The pictures of a file; None, and a warning, if it is damaged."""
    try:
        with np.load(io.BytesIO(path.read_bytes())) as file:
            images = file["images"]
        if images.shape != shape:
            raise ValueError(f"it has pictures of shape {images.shape} instead of {shape}")
        return images
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, OSError) as error:
        warnings.warn(f"{path} is damaged ({error}); its faces are drawn again", stacklevel=3)
        return None


def _write(path, images, factors):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, images=images, factors=factors)
    write_atomically(path, buffer.getvalue())
