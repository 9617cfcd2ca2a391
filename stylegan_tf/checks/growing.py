"""Checks of lesson 02: to RGB, fading in and its gradients, equalised learning rate, pixel norm."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from stylegan_tf.checks.exercise import Exercise
from stylegan_tf.networks.layers import EPSILON, EqualizedConv2D, pixel_norm, upsample


def _to_rgb(features, weights, bias):
    return features @ weights + bias


def _draw_features(rng):
    """Features, weights and bias, for three colours and for grey."""
    trials = []
    for channels in (3, 1):
        shapes = ((2, 5, 5, 8), (8, channels), (channels,))
        trials.append(tuple(rng.normal(size=shape).astype("float32") for shape in shapes))
    return trials


_TO_RGB = Exercise(
    oracle=_to_rgb,
    draw=_draw_features,
    why="each pixel by itself: a weighted sum of its maps for each colour, and a bias.",
    mistakes={
        "the bias is missing: with features of 0 every picture would be mid-grey": (lambda x, w, b: x @ w),
        "the output is squashed by tanh; StyleGAN's and ProGAN's to RGB is linear": (
            lambda x, w, b: np.tanh(_to_rgb(x, w, b))
        ),
        "negative values are cut off; black is -1, so the output must be linear": (
            lambda x, w, b: np.maximum(_to_rgb(x, w, b), 0)
        ),
        "you average over the maps after weighting; it is a sum": (lambda x, w, b: x @ w / x.shape[-1] + b),
        "you average over the pixels; each pixel is computed by itself": (
            lambda x, w, b: np.broadcast_to(x.mean((1, 2), keepdims=True), x.shape) @ w + b
        ),
    },
)


def check_to_rgb(to_rgb) -> None:
    """``to_rgb(features, weights, bias)``: (B, H, W, C), (C, 3), (3,) -> (B, H, W, 3)."""
    _TO_RGB.check(to_rgb)


def _repeated(x):
    return np.asarray(upsample(x))


def _fade(old, new, alpha):
    return alpha * new + (1 - alpha) * _repeated(old)


def _draw_branches(rng):
    trials = []
    for alpha in (0.3, 0.0, 1.0):
        old = rng.normal(size=(2, 4, 4, 1)).astype("float32")
        new = rng.normal(size=(2, 8, 8, 1)).astype("float32")
        trials.append((old, new, np.float32(alpha)))
    return trials


def _smooth_fade(old, new, alpha):
    return alpha * new + (1 - alpha) * np.asarray(tf.image.resize(old, new.shape[1:3], "bilinear"))


def _switched(old, new, alpha):
    if alpha >= 0.5:
        return new
    return _repeated(old)


_FADE = Exercise(
    oracle=_fade,
    draw=_draw_branches,
    why="at alpha 0 the new block is not seen at all, at 1 nothing of the old output is left.",
    mistakes={
        "you enlarge the old picture smoothly; each of its pixels is repeated, 2x2": (_smooth_fade),
        "alpha is the weight of the new branch; you gave it to the old one": (
            lambda o, n, a: _fade(o, n, 1 - a)
        ),
        "np.tile sets four small pictures side by side; each pixel must become 2x2: np.repeat": (
            lambda o, n, a: a * n + (1 - a) * np.tile(o, (1, 2, 2, 1))
        ),
        "the old branch keeps its full weight; it must lose what the new one gains": (
            lambda o, n, a: _repeated(o) + a * n
        ),
        "the new branch has its full weight from the start; that is what fading in avoids": (
            lambda o, n, a: n + (1 - a) * _repeated(o)
        ),
        "you switch from one to the other at alpha = 1/2; blend them": (_switched),
    },
)


def check_fade(fade) -> None:
    """``fade(old, new, alpha)``: (B, r/2, r/2, C), (B, r, r, C), 0 to 1 -> (B, r, r, C)."""
    _FADE.check(fade)


def _flow(gradient, alpha):
    """The gradients of both branches, found by differentiating the blend itself."""
    size, side, _, channels = gradient.shape
    new = tf.zeros(gradient.shape)
    old = tf.zeros((size, side // 2, side // 2, channels))
    with tf.GradientTape() as tape:
        tape.watch([new, old])
        blend = alpha * new + (1 - alpha) * upsample(old)
    to_new, to_old = tape.gradient(blend, [new, old], output_gradients=tf.constant(gradient))
    return to_new.numpy(), to_old.numpy()


def _summed(gradient):
    """The sum of each 2x2."""
    size, side, _, channels = gradient.shape
    return gradient.reshape(size, side // 2, 2, side // 2, 2, channels).sum(axis=(2, 4))


def _draw_gradients(rng):
    return [
        (rng.normal(size=(2, 8, 8, 3)).astype("float32"), np.float32(0.05)),
        (rng.normal(size=(3, 4, 4, 1)).astype("float32"), np.float32(rng.uniform(0.6, 0.9))),
    ]


_FADE_GRADIENTS = Exercise(
    oracle=_flow,
    draw=_draw_gradients,
    why=(
        "at first the loss reaches the old blocks almost only through their own exit, "
        "so they go on as before."
    ),
    mistakes={
        "you take the mean of each 2x2; an old pixel is seen four times, and all four changes add up": (
            lambda g, a: (a * g, (1 - a) * _summed(g) / 4)
        ),
        "the new branch gets the whole gradient; in the blend it has the weight alpha": (
            lambda g, a: (g, (1 - a) * _summed(g))
        ),
        "the old branch gets the whole gradient; in the blend it has the weight 1 - alpha": (
            lambda g, a: (a * g, _summed(g))
        ),
        "neither branch has its weight: alpha for the new one, 1 - alpha for the old one": (
            lambda g, a: (g, _summed(g))
        ),
        "alpha is the weight of the new branch; you gave it to the old one": (
            lambda g, a: ((1 - a) * g, a * _summed(g))
        ),
        "you keep one pixel of each 2x2; the other three show the old pixel too, so add up all four": (
            lambda g, a: (a * g, (1 - a) * g[:, ::2, ::2])
        ),
        "the two are in the wrong order; first what reaches new, then what reaches old": (
            lambda g, a: ((1 - a) * _summed(g), a * g)
        ),
    },
)


def check_fade_gradients(fade_gradients) -> None:
    """``fade_gradients(gradient, alpha)``: (B, r, r, C), 0 to 1 -> (B, r, r, C) and (B, r/2, r/2, C).

    What reaches the new branch, and what reaches the old one.
    """
    _FADE_GRADIENTS.check(fade_gradients)


def _he(kernel_shape):
    """The layer's own scale: He's constant, sqrt(2 / fan_in)."""
    layer = EqualizedConv2D(kernel_shape[-1], kernel_shape[0])
    layer.build((None, None, None, kernel_shape[-2]))
    return layer.scale


def _draw_shape(rng):
    trials = []
    for k in rng.permutation([1, 3, 5])[:2]:
        inputs, outputs = rng.permutation([8, 16, 32, 64])[:2]
        trials.append(((int(k), int(k), int(inputs), int(outputs)),))
    return trials


_SCALE = Exercise(
    oracle=_he,
    draw=_draw_shape,
    why=(
        "a sum of fan_in numbers of variance 1 has variance fan_in; "
        "the root of 2 makes up for what the leaky ReLU takes."
    ),
    mistakes={
        "fan_in is what one output adds up: k * k * inputs; you left out the k * k": (
            lambda s: np.sqrt(2 / s[2])
        ),
        "that is 1 / sqrt(fan_in); the gain, sqrt(2), is missing": (lambda s: 1 / np.sqrt(np.prod(s[:-1]))),
        "that is fan_out; count what goes into one output, not what comes from one input": (
            lambda s: np.sqrt(2 / (s[0] * s[1] * s[3]))
        ),
        "that is the variance, 2 / fan_in; weights are multiplied by its root": (
            lambda s: 2 / np.prod(s[:-1])
        ),
        "you divide by all numbers of the kernel; outputs do not add up, leave the last axis out": (
            lambda s: np.sqrt(2 / np.prod(s))
        ),
        "the root is taken of fan_in only: above it is sqrt(2), not 2": (
            lambda s: 2 / np.sqrt(np.prod(s[:-1]))
        ),
    },
)


def check_scale(scale) -> None:
    """``scale(kernel_shape)``: (k, k, inputs, outputs) -> the scale of a kernel that a leaky ReLU follows."""
    _SCALE.check(scale)


def _divided(x, power, reduce, axis):
    """x over the root of a sum or a mean of its powers along some axes."""
    return x / np.sqrt(reduce(x**power, axis=axis, keepdims=True) + EPSILON)


def _draw_maps(rng):
    x = (rng.normal(size=(2, 4, 4, 6)) * rng.uniform(0.2, 5, (2, 4, 4, 1)) + 1).astype("float32")
    dark = x.copy()
    dark[:, 1, 2] = 0.0  # pixels whose maps are all 0
    return [(x,), (dark,)]


def _without_epsilon(x):
    with np.errstate(invalid="ignore"):
        return x / np.sqrt((x**2).mean(axis=-1, keepdims=True))


_PIXEL_NORM = Exercise(
    oracle=lambda x: np.asarray(pixel_norm(x)),
    draw=_draw_maps,
    why="each pixel has a mean square of 1 over its maps, whatever came in.",
    mistakes={
        "you divide by the length, the root of the sum; it is the root of the mean": (
            lambda x: _divided(x, 2, np.sum, -1)
        ),
        (
            "the mean is over the pixels; that is a kind of instance norm: average over the maps, "
            "the last axis"
        ): (lambda x: _divided(x, 2, np.mean, (1, 2))),
        "you subtract the mean first; that is layer normalisation: pixel norm only divides": (
            lambda x: _divided(x - x.mean(-1, keepdims=True), 2, np.mean, -1)
        ),
        "the root is missing: you divide by the mean square": (
            lambda x: x / ((x**2).mean(-1, keepdims=True) + EPSILON)
        ),
        "a pixel whose maps are all 0 gives 0 / 0: add 1e-8 to the mean square, inside the root": (
            _without_epsilon
        ),
    },
)


def check_pixel_norm(pixel_norm) -> None:
    """``pixel_norm(x)``: (B, H, W, C) -> the same shape, each pixel over its root mean square.

    The mean is over the C maps.
    """
    _PIXEL_NORM.check(pixel_norm)
