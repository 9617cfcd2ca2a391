"""Checks of lesson 06: adding noise, what it changes where, how much of a picture is z's."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise


def _add(x, noise, strength):
    return x + strength * noise


def _draw_maps(rng):
    x = rng.normal(size=(5, 4, 4, 3))
    noise = rng.normal(size=(5, 4, 4, 1))
    strength = rng.normal(size=3)
    return [(x, noise, strength)]


_ADD = Exercise(
    oracle=_add,
    draw=_draw_maps,
    why="one noise image for all channels, and each channel has its own learned strength.",
    mistakes={
        "the strengths are missing: each channel scales the noise by its own": (lambda x, n, s: x + n),
        "all channels have the same strength in yours; there is one for each": (
            lambda x, n, s: x + s.mean() * n
        ),
        "all pixels get the same noise in yours: noise is per pixel": (
            lambda x, n, s: x + s * n.mean(axis=(1, 2), keepdims=True)
        ),
        "all images of the batch get the same noise in yours": (lambda x, n, s: x + s * n[:1]),
        "noise is added; you multiplied the feature maps by it": (lambda x, n, s: x * (1 + s * n)),
        "you add the strength itself; it is a factor of the noise": (lambda x, n, s: x + n + s),
        "you subtract the noise; add it, as in the formula": (lambda x, n, s: x - s * n),
    },
)


def check_add_noise(add_noise) -> None:
    """``add_noise(x, noise, strength)``: (B, h, w, C), (B, h, w, 1), strengths (C,) -> (B, h, w, C)."""
    _ADD.check(add_noise)


def _deviation(images):
    return np.sqrt(images.var(axis=0).mean(axis=-1))


_MAP = Exercise(
    oracle=_deviation,
    draw=lambda rng: [(rng.normal(size=(9, 4, 6, 3)) * rng.uniform(0.2, 2, size=(4, 6, 3)),)],
    why=(
        "each pixel by itself, over the draws of noise; the channels' variances are averaged, "
        "and then comes the root."
    ),
    mistakes={
        "that is the spread over the pixels of each image; take that of each pixel over the images": (
            lambda x: x.std(axis=(1, 2))
        ),
        "that is the variance; the deviation is its root": (lambda x: x.var(axis=0).mean(axis=-1)),
        "you averaged the channels first: colours that move against each other would cancel": (
            lambda x: x.mean(axis=-1).std(axis=0)
        ),
        "one number for the whole picture says nothing about where": (
            lambda x: np.sqrt(x.var(axis=0).mean())
        ),
        "the channels are still apart; give one number for each pixel": (lambda x: x.std(axis=0)),
        "that is the mean image of the draws, not their deviation": (lambda x: x.mean(axis=(0, -1))),
        "you averaged the channels' deviations; average their variances": (
            lambda x: x.std(axis=0).mean(axis=-1)
        ),
    },
)


def check_deviation_map(deviation_map) -> None:
    """``deviation_map(images)``: (N, h, w, C) -> standard deviation of each pixel, (h, w).

    The N images are of one w, each with another draw of noise.
    """
    _MAP.check(deviation_map)


def _parts(images):
    """Variance between the means of the codes, and within the codes, both averaged over the pixels."""
    between = images.mean(axis=1).var(axis=0).mean()
    within = images.var(axis=1).mean()
    return between, within


def _share(images):
    between, within = _parts(images)
    return between / (between + within)


def _draw_images(rng):
    """Images of 12 codes, with 7 noises each: mostly the code's, then mostly the noise's."""
    trials = []
    for of_code, of_noise in ((1.0, 0.3), (0.4, 1.0)):
        images = rng.normal(size=(12, 1, 5, 5)) * of_code + rng.normal(size=(12, 7, 5, 5)) * of_noise
        trials.append((images,))
    return trials


_SHARE = Exercise(
    oracle=_share,
    draw=_draw_images,
    why=(
        "the variance of all images is that between the codes plus that within them; "
        "z's share is the first part."
    ),
    mistakes={
        "that is the share of the noise; z's is the rest": (lambda x: 1 - _share(x)),
        "that is the ratio of the two parts; the share is z's part of their sum": (
            lambda x: np.divide(*_parts(x))
        ),
        "you compare deviations; shares are of the variance": (
            lambda x: np.sqrt(_parts(x)[0]) / np.sum(np.sqrt(_parts(x)))
        ),
        "you averaged over the codes and varied the noise: axis 0 is z, axis 1 the noise": (
            lambda x: _share(np.swapaxes(x, 0, 1))
        ),
        "that is the variance between the codes itself; divide it by the whole": (lambda x: _parts(x)[0]),
        "you averaged the pixels first: where one gets lighter and another darker, nothing is left": (
            lambda x: _share(x.mean(axis=(2, 3), keepdims=True))
        ),
    },
)


def check_share_of_z(share_of_z) -> None:
    """``share_of_z(images)``: (N, M, h, w) -> the share of the variance that lies between the codes.

    The images are of N codes, each drawn with M noises.
    """
    _SHARE.check(share_of_z)
