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
from stylegan_tf.data.toyfaces.factors import (
    FACTORS,
    NAMES,
    PALETTE,
    Factor,
    factor_table,
    factors_of,
    pearson,
    sample_factors,
)
from stylegan_tf.files import expanded, write_atomically

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
    factors: np.ndarray,
    resolution: int = 32,
    detail_seed: int = 0,
    progress: bool = False,
    palette: str = PALETTE,
    detail: float = 0.0,
) -> np.ndarray:
    """Faces of factors (N, 12), or of one face (12,): uint8 (N, resolution, resolution, 3).

    Args:
        factors: as ``sample_factors`` draws them, of the same palette.
        resolution: a power of two from 4 to 1024; the same picture at each.
        detail_seed: freckles and strands of hair of face i are drawn at random from (detail_seed, i), and
            depend on nothing else.
        progress: show a progress bar, in a terminal or a notebook.
        palette: "named" or "continuous", see ``sample_factors``.
        detail: how much chance is seen, from 0 to 1. At 1 the freckles are large, the hair has locks instead
            of single strands, and the shirt has dots: about a thirtieth of the variance of a 32x32 picture.

    Raises:
        ValueError: for another shape, a factor out of its range, a category that is no whole number, another
            resolution, palette or detail.
    """
    factors = np.atleast_2d(np.asarray(factors))
    table = factors_of(palette)
    _check_factors(factors, table)
    check_detail(detail)
    if resolution not in [2**i for i in range(2, 11)]:
        raise ValueError(f"resolution is {resolution}; it must be a power of two from 4 to 1024")

    images = np.empty((len(factors), resolution, resolution, 3), "uint8")
    hidden = None if progress else True  # None: where no terminal shows it, such as in a log file
    for i, row in enumerate(tqdm(factors, desc="drawing faces", unit="face", disable=hidden)):
        rng = np.random.default_rng([detail_seed, i])
        images[i] = face_drawing.draw_face(_by_name(row, table), resolution, rng, detail)
    return images


def check_detail(detail: float) -> None:
    """Raise ValueError unless detail is a number from 0 to 1."""
    if not 0 <= detail <= 1:
        raise ValueError(f"detail is {detail}; it is a number from 0 to 1")


def _check_factors(factors, table):
    """Raise ValueError unless factors are (N, 12), each within its range, and categories whole numbers."""
    if factors.ndim != 2 or factors.shape[1] != len(table):
        raise ValueError(
            f"factors have shape {factors.shape}; expected (N, {len(table)}): {', '.join(NAMES)}"
        )
    for factor, column in zip(table, factors.T, strict=True):
        is_wrong = ~((factor.low <= column) & (column <= factor.high))  # also where it is not a number
        if factor.values:
            is_wrong = is_wrong | (column != np.round(column))
        if is_wrong.any():
            kind = "a whole number" if factor.values else "a number"
            at = int(is_wrong.argmax())
            raise ValueError(
                f"face {at} has {factor.name} = {column[at]}; "
                f"it must be {kind} from {factor.low} to {factor.high}"
            )


def _by_name(row, table) -> dict[str, str | float]:
    """The factors (12,) of one face by name: words of a category, numbers of a range."""
    face = {}
    for factor, value in zip(table, row, strict=True):
        face[factor.name] = factor.values[int(value)] if factor.values else float(value)
    return face


class ToyFaces(Images):
    """Toy faces in memory, with the factors that they are drawn from.

    Attributes:
        images: uint8 (N, r, r, 3).
        factors: float32 (N, 12), in the order of FACTORS.
        palette: of their colours, "named" or "continuous".
    """

    def __init__(
        self, images: np.ndarray, factors: np.ndarray, name: str = "toyfaces", palette: str = PALETTE
    ):
        super().__init__(images, name=name)
        if factors.shape != (len(images), len(FACTORS)):
            raise ValueError(
                f"factors have shape {factors.shape} for {len(images)} faces; "
                f"expected ({len(images)}, {len(FACTORS)})"
            )
        self.factors = factors
        self.palette = palette

    def dataset(self) -> tf.data.Dataset:
        """Elements {"image": uint8 (r, r, 3), "factors": float32 (12,)}, in order, not batched."""
        return tf.data.Dataset.from_tensor_slices({"image": self.images, "factors": self.factors})


def load_toyfaces(
    count: int = 10_000,
    resolution: int = 32,
    seed: int = 0,
    cache: str | Path | None = None,
    progress: bool = True,
    palette: str = PALETTE,
    detail: float = 0.0,
    **dials,
) -> ToyFaces:
    """Draw faces, or read them if they have been drawn before.

    Args:
        count: how many faces.
        resolution: a power of two from 4 to 1024.
        seed: of the factors; freckles and strands of hair have a stream of their own.
        cache: a folder that keeps the pictures, so that the same call again reads the file. Its name is a
            digest of all settings and of the drawing's version. A damaged file is reported and drawn again.
        progress: show a progress bar while drawing.
        palette: "named" or "continuous" colours, see ``sample_factors``.
        detail: how much chance is seen, from 0 to 1, see ``draw_faces``.
        dials: rho, pair, hole and combination of ``sample_factors``, which also says what errors they raise.
    """
    factors = sample_factors(count, seed, palette=palette, **dials)
    check_detail(detail)

    # The pictures: of the cache if it has them, else drawn.
    path = None
    images = None
    if cache is not None:
        path = expanded(cache) / _file_name(factors, resolution, seed, palette, detail)
        images = _read(path, (count, resolution, resolution, 3))
    if images is None:
        images = draw_faces(factors, resolution, seed, progress, palette, detail)
        if path:
            _write(path, images, factors)

    # A name with the dials that are not at their defaults, as ``open_dataset`` understands it.
    changed = {}
    if count != 10_000:
        changed["count"] = count
    if seed:
        changed["seed"] = seed
    if palette != PALETTE:
        changed["palette"] = palette
    if detail:
        changed["detail"] = detail
    changed |= dials
    name = "toyfaces"
    if changed:
        name += ":" + ",".join(f"{dial}={value}" for dial, value in changed.items())
    return ToyFaces(images, factors, name, palette)


def _file_name(factors, resolution, seed, palette, detail) -> str:
    """The cache's name for pictures: a digest of everything that they depend on."""
    sum_of_factors = hashlib.sha256(factors.tobytes()).hexdigest()
    settings = json.dumps([face_drawing.VERSION, resolution, seed, palette, detail, sum_of_factors])
    return f"toyfaces{resolution}_{hashlib.sha256(settings.encode()).hexdigest()[:16]}.npz"


def _read(path, shape):
    """The pictures of a file; None if there is none, or, with a warning, if it is damaged."""
    if not path.exists():
        return None
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
