"""Checks of lesson 04: z normalised, a layer of the mapping network, the running mean of w."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise
from stylegan_tf.networks.layers import EPSILON, GAIN, EqualizedDense, leaky_relu, pixel_norm
from stylegan_tf.networks.mapping import MappingNetwork


def _over_root(z, axis=-1):
    return z / np.sqrt((z**2).mean(axis=axis, keepdims=True) + EPSILON)


def _draw_z(rng):
    return [
        (rng.normal(0.4, 3.0, size=(4, 16)).astype("float32"),),
        (rng.normal(0.4, 0.2, size=(4, 7)).astype("float32"),),
    ]


_NORMALIZE_Z = Exercise(
    oracle=lambda z: np.asarray(pixel_norm(z)),
    draw=_draw_z,
    why="every z now has mean square 1, and only its direction is left.",
    mistakes={
        "your z has length 1; the mean of its squares must be 1, so its length is the root of D": (
            lambda z: z / np.linalg.norm(z, axis=-1, keepdims=True)
        ),
        "you subtract the mean: z would lose one of its dimensions; only divide": (
            lambda z: (z - z.mean(axis=-1, keepdims=True)) / z.std(axis=-1, keepdims=True)
        ),
        "you normalise over the batch; each z is normalised by itself": (lambda z: _over_root(z, axis=0)),
        "you take one mean over the whole batch; each z is normalised by itself": (
            lambda z: _over_root(z, axis=None)
        ),
        "you divide by the mean square; divide by its root": (
            lambda z: z / (z**2).mean(axis=-1, keepdims=True)
        ),
        "you divide by the deviation, which takes the mean out; take the root of the mean square": (
            lambda z: z / z.std(axis=-1, keepdims=True)
        ),
    },
)


def check_normalize_z(normalize_z) -> None:
    """``normalize_z(z)``: (B, D) -> z over the root of the mean of its squares, (B, D)."""
    _NORMALIZE_Z.check(normalize_z)


def _layer(x, kernel, bias, multiplier):
    layer = EqualizedDense(kernel.shape[1], lr_multiplier=multiplier)
    layer.build(x.shape)
    layer.set_weights([kernel, bias])
    return np.asarray(leaky_relu(layer(x)))


def _by_hand(x, kernel, bias, multiplier, gain=GAIN, fan=None, of_kernel=None, of_bias=None, slope=0.2):
    """The layer with one thing changed.

    of_kernel, of_bias: what they are multiplied by, if not by the multiplier.
    """
    he = gain / np.sqrt(fan or kernel.shape[0])
    of_kernel = multiplier if of_kernel is None else of_kernel
    of_bias = multiplier if of_bias is None else of_bias
    y = x @ (kernel * he * of_kernel) + bias * of_bias
    return np.where(y >= 0, y, slope * y)


def _draw_layer(rng):
    trials = []
    for multiplier in (0.01, 0.5):
        x = rng.normal(size=(5, 12)).astype("float32")
        kernel = rng.normal(0, 1 / multiplier, size=(12, 8)).astype("float32")
        bias = rng.normal(0, 1 / multiplier, size=8).astype("float32")
        trials.append((x, kernel, bias, multiplier))
    return trials


_MAPPING_LAYER = Exercise(
    oracle=_layer,
    draw=_draw_layer,
    why="stored large and used small: the layer learns slowly, and its output has the right size.",
    mistakes={
        "the bias is not multiplied by the multiplier; multiply it, as you do the kernel": (
            lambda x, k, b, m: _by_hand(x, k, b, m, of_bias=1.0)
        ),
        "the kernel is not multiplied by the multiplier; multiply it, as you do the bias": (
            lambda x, k, b, m: _by_hand(x, k, b, m, of_kernel=1.0)
        ),
        "the bias has He's factor too; that belongs to the kernel alone": (
            lambda x, k, b, m: _by_hand(x, k, b, m, of_bias=m * GAIN / np.sqrt(len(k)))
        ),
        "the root of 2 is missing: it makes up for the half that the leaky ReLU takes away": (
            lambda x, k, b, m: _by_hand(x, k, b, m, gain=1.0)
        ),
        "you take the root of the number of outputs; He's factor has that of the inputs": (
            lambda x, k, b, m: _by_hand(x, k, b, m, fan=k.shape[1])
        ),
        "the leaky ReLU is missing; it follows every layer of the mapping network, the last one too": (
            lambda x, k, b, m: _by_hand(x, k, b, m, slope=1.0)
        ),
        "that is a ReLU; the leaky one lets a fifth of negative values through": (
            lambda x, k, b, m: _by_hand(x, k, b, m, slope=0.0)
        ),
        "the slope is 0.3, Keras's default; StyleGAN's leaky ReLU has 0.2": (
            lambda x, k, b, m: _by_hand(x, k, b, m, slope=0.3)
        ),
        "the slope is 0.01, PyTorch's default; StyleGAN's leaky ReLU has 0.2": (
            lambda x, k, b, m: _by_hand(x, k, b, m, slope=0.01)
        ),
    },
)


def check_mapping_layer(mapping_layer) -> None:
    """``mapping_layer(x, kernel, bias, multiplier)``: x (B, n) -> (B, units).

    kernel (n, units) and bias (units,) are as they are stored.
    """
    _MAPPING_LAYER.check(mapping_layer)


def _update(average, w, beta):
    mapping = MappingNetwork(w.shape[1], w.shape[1], layers=0)
    mapping.build()
    mapping.w_avg.assign(average)
    mapping.update_average(w, beta)
    return np.asarray(mapping.w_avg)


def _draw_averages(rng):
    trials = []
    for beta in (0.995, 0.6):
        average = rng.normal(size=6).astype("float32")
        w = rng.normal(1.0, 1.0, size=(5, 6)).astype("float32")
        trials.append((average, w, beta))
    return trials


_RUNNING_MEAN = Exercise(
    oracle=_update,
    draw=_draw_averages,
    why="each batch counts a little, and old batches fade.",
    mistakes={
        "beta is the weight of the old average, and you gave it to the new batch": (
            lambda a, w, beta: beta * w.mean(axis=0) + (1 - beta) * a
        ),
        "the batch must be averaged first: the result is one w, (D,)": (
            lambda a, w, beta: beta * a + (1 - beta) * w
        ),
        "only the first w of the batch counts; take the mean of all": (
            lambda a, w, beta: beta * a + (1 - beta) * w[0]
        ),
        "the weights must add up to 1: the old average keeps beta, not all of itself": (
            lambda a, w, beta: a + (1 - beta) * w.mean(axis=0)
        ),
        "that is the mean of the old and the new, whatever beta is": (
            lambda a, w, beta: (a + w.mean(axis=0)) / 2
        ),
    },
)


def check_running_mean(running_mean) -> None:
    """``running_mean(average, w, beta)``: average (D,), a batch w (B, D) -> the next average, (D,)."""
    _RUNNING_MEAN.check(running_mean)
