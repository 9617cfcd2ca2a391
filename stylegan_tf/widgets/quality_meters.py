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
    """The scores of features: real (N, F), fake (M, F)."""
    precision, recall = precision_recall(real, fake)
    return Scores(precision, recall, fid(fake, real))


def quality(images, names: Sequence[str], rows: Sequence[Scores], start: Scores) -> Image.Image:
    """Images and their scores, a line for each set.

    Args:
        images: (len(rows), N, r, r, C), in [-1, 1], some of each set.
        names: of the sets.
        rows: their scores.
        start: the scores of undisturbed images, for the ticks.
    """
    bars = []
    for row in rows:
        bars.append(
            {
                "precision": (row.precision, start.precision, f"{row.precision:.2f}"),
                "recall": (row.recall, start.recall, f"{row.recall:.2f}"),
                "FID (log)": (_fid_bar(row.fid), _fid_bar(start.fid), f"{row.fid:.3g}"),
            }
        )
    return gauges(images, names, bars, "tick: undisturbed")


def _fid_bar(value: float) -> float:
    """Length of FID's bar, as a share of the full one; logarithmic."""
    return float(np.clip(np.log(max(value, 1.0)) / np.log(LARGEST), 0, 1))


class Disturbed:
    """Real images, made worse on purpose, and what the metrics say of them against other real images.

    They can be blurred, lack a class, or be copies of one image.

    Args:
        images: (N, r, r, C) in [-1, 1].
        labels: their classes, (N,).
        real: features of other real images, (M, F).
        features: images -> (N, F); called once for each radius of blur that is asked for.
    """

    def __init__(self, images, labels, real, features: Callable):
        self.images = np.asarray(images)
        self.labels = np.asarray(labels)
        self.real = real
        self.features = features
        self._seen = {}  # radius -> blurred images and their features

    def __call__(
        self, radius: float = 0.0, dropped: int | None = None, copies: float = 0.0
    ) -> tuple[np.ndarray, Scores]:
        """The images (N, r, r, C) and their scores.

        Args:
            radius: of the blur, in pixels.
            dropped: the class that is missing; None for none.
            copies: share of the images that are copies of one, 0 to 1.
        """
        # Blur, once for each radius.
        if radius not in self._seen:
            soft = blur(self.images, radius) if radius else self.images
            self._seen[radius] = soft, self.features(soft)
        soft, found = self._seen[radius]

        # Which images are left, and which are copied?
        if dropped is None:
            rows = np.arange(len(soft))
        else:
            rows = without_class(self.labels, dropped)
        rows = rows[with_copies(len(rows), copies)]
        return soft[rows], scores(self.real, found[rows])


def quality_meters(disturbed: Disturbed, shown: int = 10) -> Panel:
    """Blur, drop a class, copy one image: what precision, recall and FID make of it."""
    _, start = disturbed()
    classes = np.unique(disturbed.labels).tolist()

    @functools.lru_cache(maxsize=512)  # all settings of the controls
    def draw(radius, dropped, copies):
        missing = None if dropped == "none" else int(dropped)
        images, found = disturbed(radius, missing, copies)
        return quality(images[None, :shown], [""], [found], start)

    # The controls, and the panel.
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
    """Pairs of one real and one generated image.

    Attributes:
        pairs: (R, 2, r, r, C).
        real_at: (R,), where the real one is: 0 left, 1 right.
    """

    pairs: np.ndarray
    real_at: np.ndarray


def deal(real, fake, rounds: int = 20, seed: int = 0) -> Rounds:
    """Draw pairs, each image once at most, sides at random.

    Raises:
        ValueError: if there are fewer images of a kind than rounds.
    """
    real = np.asarray(real)
    fake = np.asarray(fake)
    if min(len(real), len(fake)) < rounds:
        raise ValueError(
            f"{rounds} rounds were asked for, of {len(real)} real and {len(fake)} generated images; give more"
        )
    rng = np.random.default_rng(seed)
    real = real[rng.choice(len(real), rounds, replace=False)]
    fake = fake[rng.choice(len(fake), rounds, replace=False)]
    real_at = rng.integers(2, size=rounds)
    is_left = (real_at == 0)[:, None, None, None]
    left = np.where(is_left, real, fake)
    right = np.where(is_left, fake, real)
    return Rounds(np.stack([left, right], axis=1), real_at)


def verdict(real_at, guesses) -> str:
    """How many guesses are right, and how many a coin would get: 0.5 plus or minus two standard errors."""
    count = len(guesses)
    if not count:
        return "no guess yet"
    right = int((np.asarray(real_at)[:count] == np.asarray(guesses)).sum())
    error = 1 / np.sqrt(count)  # two times sqrt(0.5 * 0.5 / n)
    return f"{right} of {count} right, {100 * right / count:.0f} %; a coin: 50 ± {100 * error:.0f} %"


def rounds_picture(rounds: Rounds, place: int, guesses: Sequence[int] = (), size: int = 160) -> Image.Image:
    """The pair of a round, numbered from 0, and the score so far; ``size`` of an image, in dots."""
    question = f"round {place + 1} of {len(rounds.real_at)}: which one is real?"
    pair = labelled([list(rounds.pairs[place])], [""], ["left", "right"], size=size)
    page = Image.new("RGB", (max(pair.width, 340), pair.height + 44), "white")
    text = f"{question}\n{verdict(rounds.real_at, guesses)}"
    ImageDraw.Draw(page).multiline_text((0, 0), text, "black", ImageFont.load_default(14))
    page.paste(pair, (0, 44))
    return page


def which_is_real(rounds: Rounds) -> Panel:
    """The game: two buttons and a pair, with the score above it.

    ``panel.guesses`` keeps the answers, for the class.
    """
    guesses = []
    last = len(rounds.real_at) - 1

    def draw(size):
        return rounds_picture(rounds, min(len(guesses), last), guesses, size)

    size = ipywidgets.IntSlider(value=160, min=64, max=416, step=32, description="size of a picture")
    panel = Panel(draw, "A real image and a generated one.", size=size)
    panel.guesses = guesses

    # The buttons.
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
