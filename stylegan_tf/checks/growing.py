"""Checks of lesson 02: padding, to RGB, fading in, equalised learning rate, pixel norm, the critic's loss."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from stylegan_tf.checks.exercise import Exercise
from stylegan_tf.data.digits import pad_to_power_of_two
from stylegan_tf.networks.layers import EPSILON, EqualizedConv2D, pixel_norm, upsample
from stylegan_tf.training import losses


def _pixels(rng, *shape):
    return rng.integers(0, 256, shape).astype("uint8")


def _one_sided(images):
    side = images.shape[1]
    return np.pad(images, ((0, 0), (0, 32 - side), (0, 32 - side)))


def _stretched(images, method):
    return np.asarray(tf.image.resize(images[..., None], (32, 32), method))[..., 0]


def _padded(images, **how):
    """As ``np.pad`` does it with a mode or a value, on each side of the pictures alone."""
    border = (32 - images.shape[1]) // 2
    return np.pad(images, ((0, 0), (border, border), (border, border)), **how)


_PAD = Exercise(
    oracle=pad_to_power_of_two,
    draw=lambda rng: [(_pixels(rng, 3, 28, 28),), (_pixels(rng, 2, 30, 30),)],
    why="background all around, and no pixel of the digit has changed.",
    tolerance=0.01,
    mistakes={
        "all of the border is below and at the right; put half of it on each side": _one_sided,
        "you stretch the picture, and its strokes are blurred; a border of background changes no pixel": (
            lambda images: _stretched(images, "bilinear")
        ),
        "you stretch the picture, and some rows and columns are doubled; a border changes no pixel": (
            lambda images: _stretched(images, "nearest")
        ),
        "you repeat the pixels at the rim; the border must be background, 0": (
            lambda images: _padded(images, mode="edge")
        ),
        "the border is white; background is 0": (lambda images: _padded(images, constant_values=255)),
        (
            "every picture needs a border, not the batch: "
            "the first axis counts the pictures and stays as it is"
        ): (lambda images: np.pad(images, (32 - images.shape[1]) // 2)),
    },
)


def check_pad(pad) -> None:
    """``pad(images)``: uint8 (B, side, side), side even and at most 32 -> (B, 32, 32), centred on 0."""
    _PAD.check(pad)


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


def _critic(real, fake, length):
    return np.asarray(losses.discriminator_wgan(real, fake)) + 10 * (length - 1) ** 2


def _draw_scores(rng):
    real = rng.normal(scale=20, size=(6, 1)).astype("float32")
    fake = rng.normal(scale=20, size=(6, 1)).astype("float32")
    length = rng.uniform(0, 2, 6).astype("float32")
    return [(real, fake, length)]


_CRITIC = Exercise(
    oracle=_critic,
    draw=_draw_scores,
    why="real up, fake down, and a slope of 1 between them.",
    mistakes={
        "real and fake are swapped: the critic's loss falls when the score of a real image rises": (
            lambda r, f, n: (r - f + 0.001 * r**2)[:, 0] + 10 * (n - 1) ** 2
        ),
        "the penalty pulls the slope to 0; WGAN-GP pulls it to 1: (length - 1)^2": (
            lambda r, f, n: (f - r + 0.001 * r**2)[:, 0] + 10 * n**2
        ),
        "your penalty is one-sided; slopes below 1 are punished too": (
            lambda r, f, n: (f - r + 0.001 * r**2)[:, 0] + 10 * np.maximum(n - 1, 0) ** 2
        ),
        "the drift term, 0.001 * real_scores^2, is missing: without it scores may wander off": (
            lambda r, f, n: (f - r)[:, 0] + 10 * (n - 1) ** 2
        ),
        "the drift term takes the real scores alone": (
            lambda r, f, n: (f - r + 0.001 * (r**2 + f**2))[:, 0] + 10 * (n - 1) ** 2
        ),
        "the factor 10 of the penalty is missing": (
            lambda r, f, n: (f - r + 0.001 * r**2)[:, 0] + (n - 1) ** 2
        ),
        "scores are (B, 1) and lengths (B,): their sum is (B, B); take scores[:, 0] first": (
            lambda r, f, n: f - r + 0.001 * r**2 + 10 * (n - 1) ** 2
        ),
    },
)


def check_critic_loss(critic_loss) -> None:
    """``critic_loss(real_scores, fake_scores, length)``: -> WGAN-GP's loss (B,).

    Scores are (B, 1); ``length`` (B,) is that of the slope.
    """
    _CRITIC.check(critic_loss)
