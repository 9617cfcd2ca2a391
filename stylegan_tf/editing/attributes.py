"""Edits of a generator's images: the factors that can be read in them, their directions in W, and sheets of
edits.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.figure import Figure

from stylegan_tf import latents
from stylegan_tf.data.names import kind
from stylegan_tf.figures.layout import pictures
from stylegan_tf.figures.pages import table
from stylegan_tf.metrics.entanglement import Reader, read_styles
from stylegan_tf.metrics.judges.faces import FaceReader
from stylegan_tf.metrics.judges.features import DigitsJudge
from stylegan_tf.metrics.moments import digit_moments
from stylegan_tf.networks.generator import Generator

MINUS = "\N{MINUS SIGN}"


def digits_reader() -> Reader:
    """Reads 32x32 digits: the moments (slant, thickness, height, width, ink), and ``digit``, the class
    probabilities (N, 10).
    """
    judge = DigitsJudge()
    return lambda images: digit_moments(images) | {"digit": judge(images)[1]}


READERS: dict[str, Callable[[], Reader]] = {
    "digits": digits_reader,
    "tfds:mnist": digits_reader,
    "toyfaces": lambda: FaceReader().read,
}


def reader_of(dataset: str) -> Reader:
    """What reads the factors in images like those of a data set.

    Raises:
        ValueError: if nothing does.
    """
    if kind(dataset) not in READERS:
        known = ", ".join(READERS)
        raise ValueError(
            f"no reader knows the factors of '{dataset}'; there are readers for {known}: name one with --dataset"
        )
    return READERS[kind(dataset)]()


class Attributes:
    """What is read in the images of ``count`` latents drawn from ``seed``: for directions in W.

    Attributes:
        z, w: (N, z_dim), (N, w_dim). values: {factor: (N,)}, as ``metrics.entanglement.read_styles`` names
            them.

    Images in which a factor cannot be read (a digit without ink has no slant) are left out with a warning.
    """

    def __init__(self, generator: Generator, read: Reader, count: int = 4000, seed: int = 0):
        z, w = latents.sample(generator, count, seed)
        values = read_styles(generator, np.asarray(generator.broadcast(w)), read)
        kept = np.all([np.isfinite(v) for v in values.values()], axis=0)
        if not kept.all():
            warnings.warn(
                f"{count - kept.sum()} of {count} images are left out: not every factor can be read there",
                stacklevel=2,
            )
        self.z, self.w, self.values = z[kept], w[kept], {name: v[kept] for name, v in values.items()}

    def direction(self, name: str, method: str = "regression", hold: Sequence[str] = ()) -> latents.Direction:
        """The direction in W in which a factor grows, by a method of ``latents.direction``.

        ``hold``: factors to hold still, for ``regression`` and ``balanced``. Where a method wants booleans, a
        factor counts as there above the middle between its 1st and 99th percentiles: 0.5 for a probability.

        Raises:
            ValueError: for an unknown factor, and as ``latents.direction``.
        """
        for factor in (name, *hold):
            if factor not in self.values:
                raise ValueError(f"there is no attribute '{factor}'; choose from {', '.join(self.values)}")
        chosen = [self.values[factor] for factor in (name, *hold)]
        if method != "regression":
            chosen = [v > np.percentile(v, [1, 99]).mean() for v in chosen]
        others = np.stack(chosen[1:], axis=1) if hold else None
        return latents.direction(self.w, chosen[0], method, others)


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
    """A row per image of ws (N, L, w_dim), a column per strength in deviations; each column says what is read
    on average.
    """
    columns, heads = [], []
    for strength in strengths:
        moved = latents.move(ws, direction, strength, layers)
        columns.append(pictures(generator, moved))
        mean = read_styles(generator, moved, read)[name].mean()
        heads.append(f"{strength:+.2g}\n{mean:.2g}".replace("-", MINUS).replace("+0\n", "0\n"))
    where = "" if layers is None else f", layers {', '.join(map(str, layers))}"
    title = (
        f"{name}: steps in deviations of w along its direction{where}; under each, {name} as read, on average"
    )
    return table(list(zip(*columns, strict=True)), row_names or [""] * len(ws), heads, title)
