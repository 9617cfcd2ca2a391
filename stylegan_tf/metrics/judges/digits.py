"""How good are generated digits? Fréchet distance, variety and confidence, in the eyes of a classifier."""

from __future__ import annotations

import numpy as np

from stylegan_tf.data.digits import load_digits
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.data.source import Images
from stylegan_tf.latents.codes import labels_of
from stylegan_tf.metrics.batches import draw_images
from stylegan_tf.metrics.fid import fid
from stylegan_tf.metrics.judges.features import DigitsJudge
from stylegan_tf.metrics.moments import digit_moments
from stylegan_tf.networks.generator import Generator


class DigitsAttributes:
    """Images of digits -> probabilities of 13 attributes: the ten classes, and three shapes.

    The shapes need no classifier. They are thick, slanted (to the right) and wide (for its height), by
    ``digit_moments``. Each shape's probability is the logistic function of four times its distance from the
    real digits' median, in their standard deviations. An empty picture has the median.

    Attributes:
        names: of the columns.
    """

    names = (*(f"is {digit}" for digit in range(10)), "thick", "slanted", "wide")

    def __init__(self):
        self.judge = DigitsJudge()
        real = _shapes(load_digits().images)
        self.median = np.median(real, axis=0)
        self.deviation = real.std(axis=0)

    def __call__(self, images) -> np.ndarray:
        """Images (N, 32, 32, 1), clipped to [-1, 1] -> (N, 13)."""
        _, classes = self.judge(images)
        distance = np.nan_to_num((_shapes(images) - self.median) / self.deviation)
        return np.concatenate([classes, 1 / (1 + np.exp(-4 * distance))], axis=1)


def _shapes(images):
    """Thickness, slant and width over height of digits, (N, 3)."""
    moments = digit_moments(images)
    return np.stack([moments["thickness"], moments["slant"], moments["width"] / moments["height"]], axis=1)


def judge_digits(
    generator: Generator, count: int = 10_000, seed: int = 0, test: Images | None = None, **call
) -> dict:
    """Generate ``count`` digits of 32x32 and compare them with the 10,000 embedded real ones.

    Args:
        generator: what is measured.
        count: digits to generate.
        seed: of latents and noise.
        test: other real digits, such as MNIST's test set, to compare with as well.
        call: further arguments of the generator, such as psi.

    Returns:
        a dict: ``fid`` and its floor ``fid_real_halves`` (two halves of the real digits), ``count``,
        ``shares`` (10 numbers, how often each class is seen), ``entropy`` of the shares (1 is even),
        ``confidence`` (mean largest probability) and ``confidence_real``. With ``test`` also ``fid_test`` and
        its floor ``fid_real_test``, the embedded digits' distance. A generator with ten labels is asked for
        the classes in turn; ``as_asked`` is the share of its digits that are read as the one asked for.
    """
    # Features (N, 64) and class probabilities (N, 10) of both.
    judge = DigitsJudge()
    digits = load_digits()
    real, real_probability = judge(to_unit_range(digits.images))
    fake, probability = judge(draw_images(generator, count, seed, **call))

    # Distances, and their floors.
    scores = {"fid": fid(fake, real), "fid_real_halves": fid(real[::2], real[1::2])}
    if test is not None:
        features, _ = judge(to_unit_range(test.images))
        scores |= {"fid_test": fid(fake, features), "fid_real_test": fid(real, features)}

    # Is the digit that was asked for the one that is seen?
    classes = probability.argmax(axis=1)
    if generator.config.label_dim == 10:
        asked = labels_of(generator.config, range(count)).argmax(axis=1)
        scores["as_asked"] = float(np.mean(classes == asked))

    # How even the classes are.
    shares = np.bincount(classes, minlength=10) / count
    seen = shares[shares > 0]
    return scores | {
        "count": count,
        "shares": [round(float(s), 4) for s in shares],
        "entropy": float(-(seen * np.log(seen)).sum() / np.log(10)),
        "confidence": float(probability.max(axis=1).mean()),
        "confidence_real": float(real_probability.max(axis=1).mean()),
    }
