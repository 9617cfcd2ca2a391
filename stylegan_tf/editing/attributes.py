"""Edits of a generator's images: factors that can be read in them, their directions in W, sheets of edits."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.figure import Figure

from stylegan_tf import latents
from stylegan_tf.data.names import kind
from stylegan_tf.data.toyfaces.factors import PALETTE
from stylegan_tf.figures.layout import pictures
from stylegan_tf.figures.pages import table
from stylegan_tf.metrics.entanglement import Reader, read_styles
from stylegan_tf.metrics.judges.faces import FaceReader
from stylegan_tf.metrics.judges.features import DigitsJudge
from stylegan_tf.metrics.moments import digit_moments
from stylegan_tf.networks.generator import Generator

MINUS = "\N{MINUS SIGN}"


def digits_reader() -> Reader:
    """The attribute classifier of 32x32 digits.

    It reads the moments (slant, thickness, height, width, ink), and ``digit``, the class probabilities
    (N, 10).
    """
    judge = DigitsJudge()

    def read(images):
        _, classes = judge(images)
        return digit_moments(images) | {"digit": classes}

    return read


def _faces_reader(palette=PALETTE) -> Reader:
    return FaceReader(palette).read


READERS: dict[str, Callable[[], Reader]] = {  # name of the data set -> function that makes its classifier
    "digits": digits_reader,
    "tfds:mnist": digits_reader,
    "toyfaces": _faces_reader,
    "toyfaces:palette=continuous": functools.partial(_faces_reader, "continuous"),
}


def reader_of(dataset: str) -> Reader:
    """The attribute classifier that reads the factors in images like those of a data set.

    Raises:
        ValueError: if there is none.
    """
    if kind(dataset) not in READERS:
        known = ", ".join(READERS)
        raise ValueError(
            f"no attribute classifier knows the factors of '{dataset}'; there are classifiers for {known}: "
            "name one with --dataset"
        )
    return READERS[kind(dataset)]()


class Attributes:
    """Random latents and what is read in their images: for directions in W.

    Images in which a factor cannot be read (a digit without ink has no slant) are left out with a warning.

    Args:
        generator: with styles.
        read: attribute classifier of its images.
        count: latents to draw.
        seed: of the latents.

    Attributes:
        z: (N, z_dim).
        w: (N, w_dim).
        values: {factor: (N,)}, as ``metrics.entanglement.read_styles`` names them.
    """

    def __init__(self, generator: Generator, read: Reader, count: int = 4000, seed: int = 0):
        z, w = latents.sample(generator, count, seed)
        values = read_styles(generator, np.asarray(generator.broadcast(w)), read)
        is_read = np.all([np.isfinite(numbers) for numbers in values.values()], axis=0)  # (count,)
        if not is_read.all():
            warnings.warn(
                f"{count - is_read.sum()} of {count} images are left out: not every factor can be read there",
                stacklevel=2,
            )
        self.z = z[is_read]
        self.w = w[is_read]
        self.values = {name: numbers[is_read] for name, numbers in values.items()}

    def direction(self, name: str, method: str = "regression", hold: Sequence[str] = ()) -> latents.Direction:
        """The direction in W in which a factor grows.

        Args:
            name: the factor.
            method: of ``latents.direction``. Where it needs booleans, a factor counts as there above the
                middle between its 1st and 99th percentiles: 0.5 for a probability.
            hold: factors to hold still, for ``regression`` and ``balanced``.

        Raises:
            ValueError: for an unknown factor, and as ``latents.direction``.
        """
        for factor in (name, *hold):
            if factor not in self.values:
                raise ValueError(f"there is no attribute '{factor}'; choose from {', '.join(self.values)}")
        grows, *held = [self.values[factor] for factor in (name, *hold)]
        if method != "regression":
            grows = _is_there(grows)
            held = [_is_there(numbers) for numbers in held]
        others = np.stack(held, axis=1) if hold else None  # (N, K)
        return latents.direction(self.w, grows, method, others)


def _is_there(numbers):
    """Booleans (N,): which numbers are above the middle between their 1st and 99th percentiles."""
    return numbers > np.percentile(numbers, [1, 99]).mean()


def edit_sheet(
    generator: Generator,
    ws,
    direction,
    strengths: Sequence[float],
    name: str,
    read: Reader,
    row_names=None,
    layers=None,
) -> Figure:
    """A row per image, a column per strength of an edit; each column says what is read on average.

    Args:
        ws: (N, L, w_dim), the images to edit.
        direction: a Direction.
        strengths: in deviations of w along it.
        name: of the factor that is read.
        read: attribute classifier of the images.
        row_names: one per image; default none.
        layers: those that move; None is all.
    """
    # Column by column: the edited images, and what is read in them.
    columns = []
    heads = []
    for strength in strengths:
        moved = latents.move(ws, direction, strength, layers)
        columns.append(pictures(generator, moved))
        mean = read_styles(generator, moved, read)[name].mean()
        head = f"{strength:+.2g}\n{mean:.2g}".replace("-", MINUS)
        heads.append(head.replace("+0\n", "0\n"))

    # A sheet of them.
    where = "" if layers is None else f", layers {', '.join(map(str, layers))}"
    title = (
        f"{name}: steps in deviations of w along its direction{where}; under each, {name} as read, on average"
    )
    cells = list(zip(*columns, strict=True))
    return table(cells, row_names or [""] * len(ws), heads, title)
