"""Meters of quality over images that are made worse on purpose, and a game: which one is real?"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import ipywidgets
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from stylegan_tf.figures.layout import labelled
from stylegan_tf.metrics.coverage import precision_recall
from stylegan_tf.metrics.disturbances import blur, with_copies, without_class
from stylegan_tf.metrics.fid import fid
from stylegan_tf.widgets.parts.panel import Panel
from stylegan_tf.widgets.psi_meters import gauges

RADII = (0.0, 0.5, 0.7, 1.0, 1.5, 2.0)  # of blur, pixels
COPIES = (0.0, 0.1, 0.3, 0.5, 0.9)
LARGEST = 1000.0  # FID of a full bar; bars are logarithmic, from 1


class Scores(NamedTuple):
    """What three metrics say of a set of images."""

    precision: float
    recall: float
    fid: float


def scores(real, fake) -> Scores:
    """Of features: real (N, F), fake (M, F)."""
    return Scores(*precision_recall(real, fake), fid(fake, real))


def quality(images, names: Sequence[str], rows: Sequence[Scores], start: Scores) -> Image.Image:
    """Images and their scores, a line for each set.

    Args:
        images: (len(rows), N, r, r, C), in [-1, 1], some of each set. start: the scores of undisturbed
            images, the ticks.
    """

    def length(value):
        return float(np.clip(np.log(max(value, 1.0)) / np.log(LARGEST), 0, 1))

    bars = [
        {
            "precision": (row.precision, start.precision, f"{row.precision:.2f}"),
            "recall": (row.recall, start.recall, f"{row.recall:.2f}"),
            "FID (log)": (length(row.fid), length(start.fid), f"{row.fid:.3g}"),
        }
        for row in rows
    ]
    return gauges(images, names, bars, "tick: undisturbed")


class Disturbed:
    """Real images with blur, without a class, with copies of one image: what the metrics say against other
    real images.

    Args:
        images: (N, r, r, C) in [-1, 1]. labels: their classes, (N,). real: features of other real images, (M,
            F).
        features: images -> (N, F); called once for each radius of blur that is asked for.
    """

    def __init__(self, images, labels, real, features: Callable):
        self.images, self.labels, self.real, self.features = (
            np.asarray(images),
            np.asarray(labels),
            real,
            features,
        )
        self._seen = {}

    def __call__(
        self, radius: float = 0.0, dropped: int | None = None, copies: float = 0.0
    ) -> tuple[np.ndarray, Scores]:
        """The images (N, r, r, C) and their scores; ``dropped`` is the class that is missing, ``copies`` a
        share.
        """
        if radius not in self._seen:
            soft = blur(self.images, radius) if radius else self.images
            self._seen[radius] = soft, self.features(soft)
        soft, found = self._seen[radius]
        rows = np.arange(len(soft)) if dropped is None else without_class(self.labels, dropped)
        rows = rows[with_copies(len(rows), copies)]
        return soft[rows], scores(self.real, found[rows])


def quality_meters(disturbed: Disturbed, shown: int = 10) -> Panel:
    """Blur, drop a class, copy one image: what precision, recall and FID make of it."""
    start, classes = disturbed()[1], np.unique(disturbed.labels).tolist()

    @functools.lru_cache(maxsize=512)  # all settings of the controls
    def draw(radius, dropped, copies):
        images, found = disturbed(radius, None if dropped == "none" else int(dropped), copies)
        return quality(images[None, :shown], [""], [found], start)

    controls = dict(
        radius=ipywidgets.SelectionSlider(
            options=RADII, value=0.0, description="blur, pixels", continuous_update=False
        ),
        dropped=ipywidgets.Dropdown(
            options=["none", *map(str, classes)], value="none", description="missing class"
        ),
        copies=ipywidgets.SelectionSlider(
            options=COPIES, value=0.0, description="share of copies", continuous_update=False
        ),
    )
    return Panel(draw, "Real images, disturbed; their scores against other real images.", **controls)


class Rounds(NamedTuple):
    """Pairs of one real and one generated image: ``pairs`` (R, 2, r, r, C), ``real_at`` (R,), 0 left or 1
    right.
    """

    pairs: np.ndarray
    real_at: np.ndarray


def deal(real, fake, rounds: int = 20, seed: int = 0) -> Rounds:
    """Draw pairs, each image once at most, sides at random.

    Raises:
        ValueError: if there are fewer images of a kind than rounds.
    """
    real, fake, rng = np.asarray(real), np.asarray(fake), np.random.default_rng(seed)
    if min(len(real), len(fake)) < rounds:
        raise ValueError(
            f"{rounds} rounds were asked for, of {len(real)} real and {len(fake)} generated images; give more"
        )
    real, fake = (images[rng.choice(len(images), rounds, replace=False)] for images in (real, fake))
    real_at = rng.integers(2, size=rounds)
    left = (real_at == 0)[:, None, None, None]
    return Rounds(np.stack([np.where(left, real, fake), np.where(left, fake, real)], axis=1), real_at)


def verdict(real_at, guesses) -> str:
    """How many guesses are right, and how many a coin would get: 0.5 plus or minus two standard errors."""
    real_at, guesses = np.asarray(real_at)[: len(guesses)], np.asarray(guesses)
    if not len(guesses):
        return "no guess yet"
    right, error = int((real_at == guesses).sum()), 1 / np.sqrt(len(guesses))  # two times sqrt(0.5 * 0.5 / n)
    return f"{right} of {len(guesses)} right, {100 * right / len(guesses):.0f} %; a coin: 50 ± {100 * error:.0f} %"


def rounds_picture(rounds: Rounds, place: int, guesses: Sequence[int] = (), size: int = 160) -> Image.Image:
    """The pair of a round, numbered from 0, and the score so far; ``size`` of an image, in dots."""
    question = f"round {place + 1} of {len(rounds.real_at)}: which one is real?"
    pair = labelled([list(rounds.pairs[place])], [""], ["left", "right"], size=size)
    page = Image.new("RGB", (max(pair.width, 340), pair.height + 44), "white")
    font = ImageFont.load_default(14)
    ImageDraw.Draw(page).multiline_text(
        (0, 0), f"{question}\n{verdict(rounds.real_at, guesses)}", "black", font
    )
    page.paste(pair, (0, 44))
    return page


def which_is_real(rounds: Rounds) -> Panel:
    """The game: two buttons under a pair; the score stands above it.

    ``panel.guesses`` keeps the answers, for the class.
    """
    guesses, last = [], len(rounds.real_at) - 1

    def draw(size):
        return rounds_picture(rounds, min(len(guesses), last), guesses, size)

    size = ipywidgets.IntSlider(value=160, min=64, max=416, step=32, description="size of a picture")
    panel = Panel(draw, "A real image and a generated one.", size=size)
    panel.guesses = guesses

    def press(side):
        def click(_):
            if len(guesses) <= last:
                guesses.append(side)
                panel.update()

        button = ipywidgets.Button(description=("left is real", "right is real")[side])
        button.on_click(click)
        return button

    panel.children = (ipywidgets.HBox([press(0), press(1)]), *panel.children)
    return panel
