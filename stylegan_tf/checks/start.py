"""Checks of lesson 00: the first exercise, truncation by hand, and the shape of a batch."""

from __future__ import annotations

from stylegan_tf import latents
from stylegan_tf.checks.exercise import Exercise, judge_value, report


def _draw(rng):
    w = rng.normal(size=(4, 16))
    mean = rng.normal(size=16)
    return [(w.astype("float32"), mean.astype("float32"), psi) for psi in (0.3, -1.0)]


_TRUNCATE = Exercise(
    oracle=lambda w, mean, psi: latents.lerp(mean, w, psi),
    draw=_draw,
    why="at psi = 1 it is w, at 0 the mean, and below 0 it comes out at the other side.",
    mistakes={
        "you go from w to the mean: psi = 0 must give the mean, and psi = 1 must give w": (
            lambda w, m, psi: w + psi * (m - w)
        ),
        "you shrink w towards zero; the centre of W is the mean, which is not zero": (
            lambda w, m, psi: psi * w
        ),
        "you took the mean of this batch; the mean is given": (
            lambda w, m, psi: latents.lerp(w.mean(axis=0), w, psi)
        ),
        "the mean is added but not subtracted first: it is the difference from the mean that psi scales": (
            lambda w, m, psi: m + psi * w
        ),
        "the difference is scaled, but the mean is not added again": (lambda w, m, psi: psi * (w - m)),
        "the difference has the wrong sign: it is w - mean": (lambda w, m, psi: m + psi * (m - w)),
    },
)


def check_truncate(truncate) -> None:
    """``truncate(w, mean, psi)``: w (B, D), mean (D,), psi a number -> w pulled towards the mean, (B, D)."""
    _TRUNCATE.check(truncate)


def check_shape(shape, count: int, config) -> None:
    """The shape of ``count`` generated images."""
    r = config.resolution
    c = config.channels
    mistakes = {
        "channels come last here: (images, height, width, channels)": (count, c, r, r),
        "the channel axis is missing: grey images have one channel": (count, r, r),
        f"MNIST's pictures have 28x28 pixels; this network draws {r}x{r}": (count, 28, 28, c),
        "that is one image; the first axis counts the images": (r, r, c),
        "that is the shape of the latent codes that go in": (count, config.z_dim),
    }
    if isinstance(shape, (list, tuple)):
        shape = tuple(shape)
    why = "images, height, width, channels, in this order everywhere."
    report(*judge_value(shape, (count, r, r, c), why, mistakes))
