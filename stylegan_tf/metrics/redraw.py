"""Redraw score of toy faces: is there a face that looks like this picture, or is something in it broken?

A toy face is drawn from twelve factors. So the factors of a generated face can be read by the shipped
attribute classifier, and the face can be drawn again from them. If the generated one has a third lens or two
mouths, no face that can be drawn has them, and the two pictures differ. A Frechet distance in features of the
same classifier does not see such faults (docs/metrics.md, Redraw score).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stylegan_tf.data.pixels import block_means, to_unit_range
from stylegan_tf.data.toyfaces import draw_faces
from stylegan_tf.data.toyfaces.factors import PALETTE, factors_of, sample_factors
from stylegan_tf.metrics.judges.faces import SIDE, FaceReader

QUANTILE = 0.99  # of the real faces; one in a hundred of them is beyond its distance
STEP = 0.25  # of its range: how far a continuous factor is moved, to see which pixels depend on it
DETAIL_SEED = 4711  # of the second picture; freckles of real faces come from other seeds
CHANGE = 0.1  # of -1 to 1: a pixel that changes by more depends on the factor


@dataclass(frozen=True)
class Redrawn:
    """Faces, and what was drawn from what was read in them.

    Attributes:
        images: float32 (N, side, side, 3) in [-1, 1], the faces as they were compared.
        drawn: the same shape, drawn again.
        factors: float32 (N, 12), as they were read.
        palette, detail: with which they were drawn.
    """

    images: np.ndarray
    drawn: np.ndarray
    factors: np.ndarray
    palette: str = PALETTE
    detail: float = 0.0

    @property
    def distances(self) -> np.ndarray:
        """Root mean square difference of the two pictures of each face, (N,), in units of [-1, 1]."""
        return np.sqrt(np.square(self.images - self.drawn).mean(axis=(1, 2, 3)))


def redraw(images, reader: FaceReader | None = None, side: int = SIDE, detail: float = 0.0) -> Redrawn:
    """Read faces, and draw them again.

    Freckles and strands of hair are drawn at random. With a detail of 0 that counts little: two drawings of
    the same factors are 0.02 apart (median), and 0.1 with a detail of 1. Real faces without detail are 0.07
    from their second picture, since reading is not exact.

    Args:
        images: (N, r, r, 3) in [-1, 1], r 32 or a multiple.
        reader: the attribute classifier, which also says the palette; default the shipped one.
        side: at which the two are compared: 32, or the side of the images.
        detail: of the faces that the images look like, see ``draw_faces``.

    Raises:
        ValueError: for images of another shape, or a side that the images do not have.
    """
    images = np.clip(np.asarray(images, "float32"), -1, 1)
    reader = reader or FaceReader()
    factors = most_likely(reader.read(images), reader.palette)

    # Averaged down in blocks to the side at which they are compared.
    times, rest = divmod(images.shape[1], side)
    if rest or not times:
        raise ValueError(
            f"images have side {images.shape[1]}, which can't be averaged down to {side}; "
            f"give {SIDE}, or the images' own side"
        )
    smaller = block_means(images, side)
    drawn = draw_faces(factors, side, DETAIL_SEED, palette=reader.palette, detail=detail)
    return Redrawn(smaller, to_unit_range(drawn), factors, reader.palette, detail)


def most_likely(read: dict[str, np.ndarray], palette: str = PALETTE) -> np.ndarray:
    """What the attribute classifier of a palette read, as factors (N, 12) that can be drawn.

    Numbers are cut to their range; of a choice the likeliest value counts.
    """
    columns = []
    for factor in factors_of(palette):
        found = read[factor.name]
        if factor.kind == "continuous":
            columns.append(np.clip(found, factor.low, factor.high))
        elif factor.kind == "binary":
            columns.append(found > 0.5)
        else:
            columns.append(found.argmax(axis=1))
    return np.stack(columns, axis=1).astype("float32")


def redraw_limit(real: Redrawn) -> float:
    """The distance that one real face in a hundred exceeds."""
    return float(np.quantile(real.distances, QUANTILE))


def limit_of_fresh_faces(reader: FaceReader, side: int = SIDE, detail: float = 0.0) -> float:
    """``redraw_limit`` of 500 faces that are drawn for it."""
    factors = sample_factors(500, seed=1000, palette=reader.palette)
    images = to_unit_range(draw_faces(factors, side, palette=reader.palette, detail=detail))
    return redraw_limit(redraw(images, reader, side, detail))


def share_beyond(redrawn: Redrawn, limit: float) -> tuple[float, float]:
    """The share of faces that are farther from their second picture than the limit, and its standard error.

    The error is that of a share of N faces; it leaves out that the limit is measured too.
    """
    share = float((redrawn.distances > limit).mean())
    return share, float(np.sqrt(share * (1 - share) / len(redrawn.distances)))


def by_factor(redrawn: Redrawn, real: Redrawn) -> dict[str, float]:
    """Where faces fail: for each factor, the share that is beyond the real ones in the pixels that show it.

    The pixels are those that change when the factor alone does: a number by a quarter of its range, a choice
    to its next value. A broken part counts for every factor that shows there, such as a third lens for
    the glasses and for the skin below it.

    Args:
        redrawn: generated faces.
        real: real ones, of the same side.

    Returns:
        {factor: share}, 0.01 where faces are as good as the real ones.
    """
    shares = {}
    for column, factor in enumerate(factors_of(real.palette)):
        limit = np.quantile(_distances_where(real, column), QUANTILE)
        shares[factor.name] = float((_distances_where(redrawn, column) > limit).mean())
    return shares


def _distances_where(redrawn, column):
    """``distances`` over the pixels that show a factor, (N,); 0 where it shows in none."""
    # The same faces with the factor moved, towards the middle of its range so that it stays inside.
    factor = factors_of(redrawn.palette)[column]
    moved = redrawn.factors.copy()
    if factor.values:
        moved[:, column] = (moved[:, column] + 1) % len(factor.values)
    else:
        middle = (factor.low + factor.high) / 2
        step = STEP * (factor.high - factor.low)
        moved[:, column] += np.where(moved[:, column] > middle, -step, step)

    # The pixels that have changed, and how far the faces are from their second picture there.
    side = redrawn.drawn.shape[1]
    other = draw_faces(moved, side, DETAIL_SEED, palette=redrawn.palette, detail=redrawn.detail)
    other = to_unit_range(other)
    shows = np.abs(other - redrawn.drawn).max(axis=3) > CHANGE  # (N, side, side)
    squares = np.square(redrawn.images - redrawn.drawn).mean(axis=3)
    return np.sqrt((squares * shows).sum(axis=(1, 2)) / np.maximum(shows.sum(axis=(1, 2)), 1))
