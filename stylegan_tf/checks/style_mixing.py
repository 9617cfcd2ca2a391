"""Checks of lesson 09: the crossover, what a band of layers carries, the crossover that training draws."""

from __future__ import annotations

import numpy as np

from stylegan_tf import latents
from stylegan_tf.checks.exercise import Exercise


def _mixed(a, b, layers):
    return np.asarray(latents.mix(a, b, layers))


def _one_layer(a, b, crossover):
    if crossover == a.shape[1]:
        return _mixed(a, b, [])
    return _mixed(a, b, [crossover])


_CROSS = Exercise(
    oracle=lambda a, b, c: _mixed(a, b, range(c, a.shape[1])),
    draw=lambda rng: [(*rng.normal(size=(2, 9, 8, 5)).astype("float32"), c) for c in (3, 0, 8)],
    why="layers below the crossover are A's, the others B's.",
    mistakes={
        "you swapped the two: the coarse layers, below the crossover, are A's": (
            lambda a, b, c: _mixed(b, a, range(c, a.shape[1]))
        ),
        "one layer too many is A's: the layer number `crossover` is B's already": (
            lambda a, b, c: _mixed(a, b, range(min(c + 1, a.shape[1]), a.shape[1]))
        ),
        "you cut along the batch; layers are the second axis": (
            lambda a, b, c: np.concatenate([a[:c], b[c:]])
        ),
        "you cut along the numbers of w; layers are the second axis": (
            lambda a, b, c: np.concatenate([a[:, :, :c], b[:, :, c:]], axis=2)
        ),
        "only one layer is B's; all from the crossover on are": (_one_layer),
        "that is a blend: each layer comes whole from one of the two": (
            lambda a, b, c: a + (b - a) * np.float32(c / a.shape[1])
        ),
    },
)


def check_cross(cross) -> None:
    """``cross(ws_a, ws_b, crossover)``: two ws (B, L, D) -> ws whose layers from ``crossover`` on are b's."""
    _CROSS.check(cross)


def _draw_swaps(rng):
    """Twice 60 pairs: before, after, and what is read when one band is swapped.

    The band carries a share of the difference, and reading adds an error.
    """
    trials = []
    for share in (0.8, 0.25):
        before, after = rng.normal(size=(2, 60)) * 3 + 1
        swapped = before + share * (after - before) + rng.normal(0, 0.5, 60)
        trials.append((before, after, swapped))
    return trials


def _slope(before, after, swapped):
    whole = after - before
    return ((swapped - before) * whole).sum() / (whole**2).sum()


_CARRIED = Exercise(
    oracle=_slope,
    draw=_draw_swaps,
    why="1 if the whole difference comes along, 0 if nothing does; errors of the classifier pull it to 1/2.",
    mistakes={
        "you averaged the quotients: where two images hardly differ, you divide by almost nothing": (
            lambda a, b, s: ((s - a) / (b - a)).mean()
        ),
        "that is the correlation: it is 1 also where only half of the difference comes along": (
            lambda a, b, s: np.corrcoef(s - a, b - a)[0, 1]
        ),
        "you measure from `after`; the faces began as `before`": (lambda a, b, s: _slope(b, a, s)),
        "you compare the values themselves; compare the changes": (
            lambda a, b, s: (s * b).sum() / (b**2).sum()
        ),
        "that is the slope the wrong way round: divide by the whole difference squared, not by the swap's": (
            lambda a, b, s: _slope(a, s, b)
        ),
        (
            "your line has an offset of its own; where the images do not differ nothing can come along, "
            "so it goes through 0"
        ): (lambda a, b, s: np.polyfit(b - a, s - a, 1)[0]),
        "up and down cancel in your means; multiply by the difference first": (
            lambda a, b, s: (s - a).mean() / (b - a).mean()
        ),
    },
)


def check_carried(carried) -> None:
    """``carried(before, after, swapped)``: -> the share of the difference that a band carries, a number.

    A factor as it is read in images a, in b, and in a with one band of b's styles, (N,) each.
    """
    _CARRIED.check(carried)


def _by_coin(coin, probability, mixed, unmixed):
    if coin < probability:
        return mixed
    return unmixed


def _crossover(coin, place, layers, probability):
    return _by_coin(coin, probability, 1 + int(place * (layers - 1)), layers)


def _draw_tosses(rng):
    """Coin, place, layers, probability: chosen so that every mistake shows."""
    return [
        (0.3, 0.99, 8, 0.9),
        (0.95, 0.4, 8, 0.9),
        (0.1, 0.01, 8, 0.9),
        (0.6, 0.5, 4, 0.5),
        (0.2, 0.6, 6, 0.5),
    ]


_DRAWN = Exercise(
    oracle=_crossover,
    draw=_draw_tosses,
    why="1 to L - 1, so that each latent has at least one layer; or L, where all layers are the first one's.",
    mistakes={
        "0 may come out: then all layers are the second latent's, and nothing is mixed": (
            lambda c, u, n, p: _by_coin(c, p, int(u * n), n)
        ),
        "`layers` may come out where latents should be mixed: stop at `layers` - 1": (
            lambda c, u, n, p: _by_coin(c, p, 1 + int(u * n), n)
        ),
        "without mixing all layers are the first latent's: the crossover is `layers`, not 0": (
            lambda c, u, n, p: _by_coin(c, p, _crossover(c, u, n, p), 0)
        ),
        "the coin is the wrong way round: mix if it is below the probability": (
            lambda c, u, n, p: _crossover(1 - c, u, n, 1 - p)
        ),
        "you always mix; the coin decides whether": (lambda c, u, n, p: _crossover(0, u, n, 1)),
        "all places must be equally likely; with rounding, the first and the last come out half as often": (
            lambda c, u, n, p: _by_coin(c, p, round(1 + u * (n - 2)), n)
        ),
        "that is not a whole number": (lambda c, u, n, p: _by_coin(c, p, 1 + u * (n - 1), n)),
    },
    tolerance=0,
)


def check_draw_crossover(draw_crossover) -> None:
    """``draw_crossover(coin, place, layers, probability)``: -> the crossover, 1 to ``layers``.

    coin and place are in [0, 1).
    """
    _DRAWN.check(draw_crossover)
