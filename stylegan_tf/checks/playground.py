"""Checks of lesson 17: all dials in one formula, StyleGAN2's replacement for AdaIN, and a PSNR."""

from __future__ import annotations

import numpy as np

from stylegan_tf import latents
from stylegan_tf.checks.exercise import Exercise


def _draw_dials(rng):
    """The arguments of ``all_dials``, twice: ws_a, ws_b, layers, mean, psi, direction, strength."""
    ws_a, ws_b = rng.normal(size=(2, 3, 6, 5)).astype("float32")
    mean, direction = rng.normal(size=(2, 5)).astype("float32")
    return [(ws_a, ws_b, [4, 1], mean, 0.4, direction, 1.5), (ws_a, ws_b, [0], mean, -0.7, direction, -2.0)]


def _truncate(ws, mean, psi):
    return mean + psi * (ws - mean)


def _mix(ws_a, ws_b, layers):
    return np.asarray(latents.mix(ws_a, ws_b, layers))


def _all_dials(ws_a, ws_b, layers, mean, psi, direction, strength):
    mixed = _mix(ws_a, ws_b, layers)
    return np.asarray(latents.truncate(mixed, mean, psi)) + strength * direction


def _edit_b_only(ws_a, ws_b, layers, mean, psi, direction, strength):
    edited = _truncate(ws_b, mean, psi) + strength * direction
    return _mix(_truncate(ws_a, mean, psi), edited, layers)


_DIALS = Exercise(
    oracle=_all_dials,
    draw=_draw_dials,
    why=(
        "mix, then truncate what came out, then edit: so psi = 0 makes all seeds equal, "
        "and the slider works there too."
    ),
    mistakes={
        (
            "you edit before you truncate: psi then shrinks the edit as well, "
            "and at psi = 0 the slider does nothing"
        ): (lambda a, b, layers, m, psi, d, s: _truncate(_mix(a, b, layers) + s * d, m, psi)),
        "you truncate A alone and then mix: the layers from B keep their full length": (
            lambda a, b, layers, m, psi, d, s: _mix(_truncate(a, m, psi), b, layers) + s * d
        ),
        "A and B are the wrong way round: the named layers come from B": (
            lambda a, b, layers, m, psi, d, s: _truncate(_mix(b, a, layers), m, psi) + s * d
        ),
        "psi is the wrong way round: at psi = 1 the styles are left alone, at 0 all is the mean": (
            lambda a, b, layers, m, psi, d, s: _truncate(_mix(a, b, layers), m, 1 - psi) + s * d
        ),
        "nothing is truncated": (lambda a, b, layers, m, psi, d, s: _mix(a, b, layers) + s * d),
        "nothing is edited": (lambda a, b, layers, m, psi, d, s: _truncate(_mix(a, b, layers), m, psi)),
        "you truncate towards zero; the centre of W is the mean": (
            lambda a, b, layers, m, psi, d, s: psi * _mix(a, b, layers) + s * d
        ),
        "you edit the layers from B only; the slider moves all layers": (_edit_b_only),
    },
)


def check_all_dials(all_dials) -> None:
    """``all_dials(ws_a, ws_b, layers, mean, psi, direction, strength)``: -> ws (B, L, D).

    ws_a and ws_b (B, L, D); the layers that come from B; mean and direction (D,); psi and strength, numbers.
    """
    _DIALS.check(all_dials)


def _draw_weights(rng):
    weight = rng.normal(size=(3, 3, 5, 5)).astype("float32")
    style = rng.normal(1, 0.5, size=(2, 5)).astype("float32")
    return [(weight, style)]


def _modulated(weight, style):
    return np.asarray(weight, "float64")[None] * style[:, None, None, :, None]  # (B, 3, 3, I, O)


def _divided(values, axis, root=True):
    """Values over their length along some axes, or without the root over its square."""
    squares = (values**2).sum(axis=axis, keepdims=True) + 1e-8
    if root:
        return values / np.sqrt(squares)
    return values / squares


def _style_of_outputs(weight, style):
    scaled = np.asarray(weight, "float64")[None] * style[:, None, None, None, :]  # (B, 3, 3, I, O)
    return _divided(scaled, (1, 2, 3))


_DEMODULATE = Exercise(
    oracle=lambda weight, style: _divided(_modulated(weight, style), (1, 2, 3)),
    draw=_draw_weights,
    why=(
        "each output map has length 1 again, whatever the style: no map can become loud, "
        "and no statistics of pictures are used."
    ),
    mistakes={
        "that is modulation alone; now divide by the length that each output map's weights have got": (
            _modulated
        ),
        "you divide without the square root: the sum of squares is a squared length": (
            lambda weight, style: _divided(_modulated(weight, style), (1, 2, 3), root=False)
        ),
        "you sum over the output maps; each output map has a length of its own, over kernel and inputs": (
            lambda weight, style: _divided(_modulated(weight, style), (1, 2, 4))
        ),
        "you sum over the inputs only; the kernel's 3x3 places belong to the length as well": (
            lambda weight, style: _divided(_modulated(weight, style), (3,))
        ),
        "you sum over the kernel only; the input maps belong to the length as well": (
            lambda weight, style: _divided(_modulated(weight, style), (1, 2))
        ),
        "one length for all output maps together; each has its own": (
            lambda weight, style: _divided(_modulated(weight, style), (1, 2, 3, 4))
        ),
        (
            "the style scales the output maps, and demodulation then takes it away again; "
            "it belongs to the input maps"
        ): _style_of_outputs,
        "you divide by the length before the style came in: the loudness that it adds stays": (
            lambda weight, style: _modulated(_divided(np.asarray(weight, "float64"), (0, 1, 2)), style)
        ),
    },
)


def check_demodulate(demodulate) -> None:
    """``demodulate(weight, style)``: (3, 3, I, O), (B, I) -> the weights of each image, (B, 3, 3, I, O)."""
    _DEMODULATE.check(demodulate)


def _psnr(moved, expected, border):
    error = np.mean((moved - expected)[:, :, border:] ** 2)
    return 10 * np.log10(2.0**2 / error)


def _draw_moved(rng):
    """Pictures, and the same with errors: small ones that differ by picture, and large ones on the left."""
    trials = []
    for border in (2, 5):
        expected = rng.uniform(-1, 1, (4, 8, 16, 3)).astype("float32")
        size = rng.uniform(0.01, 0.1, (4, 1, 1, 1))
        moved = expected + size * rng.normal(size=expected.shape)
        moved[:, :, :border] = rng.uniform(-1, 1, (4, 8, border, 3))
        trials.append((moved.astype("float32"), expected, border))
    return trials


_PSNR = Exercise(
    oracle=_psnr,
    draw=_draw_moved,
    why="the new columns on the left do not count, and one mean is taken over all that is left.",
    mistakes={
        "the range of values is 2, from -1 to 1; with a range of 1 it is 6 decibels too low": (
            lambda m, e, b: _psnr(m, e, b) - 10 * np.log10(4)
        ),
        "E is a square already: 10 log10, not 20": lambda m, e, b: 2 * _psnr(m, e, b),
        "that is the mean of each picture's own PSNR; take the mean of the squares over all pictures first": (
            lambda m, e, b: np.mean([_psnr(m[i : i + 1], e[i : i + 1], b) for i in range(len(m))])
        ),
        "the columns on the left are new; leave them out": lambda m, e, b: _psnr(m, e, 0),
        "you leave out rows; the columns are axis 2": (
            lambda m, e, b: _psnr(np.swapaxes(m, 1, 2), np.swapaxes(e, 1, 2), b)
        ),
        "you leave out the columns on the right; the new ones are on the left": (
            lambda m, e, b: _psnr(m[:, :, ::-1], e[:, :, ::-1], b)
        ),
        "the ratio is upside down: a small error gives many decibels": lambda m, e, b: -_psnr(m, e, b),
    },
)


def check_psnr(psnr) -> None:
    """``psnr(moved, expected, border)``: images (N, h, w, C) in [-1, 1], columns to leave out -> decibels."""
    _PSNR.check(psnr)
