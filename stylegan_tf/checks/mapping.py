"""Checks of lesson 04: a layer of the mapping network, the share of w that varies, the running mean of w."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise
from stylegan_tf.networks.layers import GAIN, EqualizedDense, leaky_relu
from stylegan_tf.networks.mapping import MappingNetwork


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


def _share_of_w(w):
    return w.var(axis=0).sum() / (w**2).mean(axis=0).sum()


def _draw_w(rng):
    """Codes (N, D): a part that is common to all of them, and a part of each one's own."""
    trials = []
    for common in (0.5, 2.0):
        part = common * rng.normal(size=8)
        own = rng.uniform(0.3, 2.0, 8) * rng.normal(size=(40, 8))
        trials.append(((part + own).astype("float32"),))
    return trials


_SHARE_OF_W = Exercise(
    oracle=_share_of_w,
    draw=_draw_w,
    why="1 if no part of w is the same for all z, and 0 if all z give the same w.",
    mistakes={
        (
            "that is the variance of all entries together: the same w again and again would score above 0; "
            "take the variance over the codes, for each number of w by itself"
        ): (lambda w: w.var() / (w**2).mean()),
        "you average the shares of the D numbers; add up first, above and below, and divide then": (
            lambda w: (w.var(axis=0) / (w**2).mean(axis=0)).mean()
        ),
        "you divide by the square of the mean, which is only the common part; divide by the mean square": (
            lambda w: w.var(axis=0).sum() / (w.mean(axis=0) ** 2).sum()
        ),
        "that is the deviation over the root mean square; take their squares": (
            lambda w: np.sqrt(_share_of_w(w))
        ),
        "the variance is over the codes, axis 0; you took it over the numbers of each w": (
            lambda w: w.var(axis=1).sum() / (w**2).mean(axis=1).sum()
        ),
        "that is the share that is common to all codes; one minus that": (lambda w: 1 - _share_of_w(w)),
        "you return a share for each number of w; the exercise asks for one for all": (
            lambda w: w.var(axis=0) / (w**2).mean(axis=0)
        ),
    },
)


def check_share_of_w(share_that_varies) -> None:
    """``share_that_varies(w)``: codes (N, D) -> the share of their mean square that varies, a number."""
    _SHARE_OF_W.check(share_that_varies)


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
