"""Checks of lesson 00: the shape of a batch, truncation by hand, the picture half-way between two."""

from __future__ import annotations

import numpy as np

from stylegan_tf import latents
from stylegan_tf.checks.exercise import Exercise, judge_value, report
from stylegan_tf.config import Config
from stylegan_tf.networks.generator import Generator


def _draw(rng):
    w = rng.normal(size=(4, 16))
    mean = rng.normal(size=16)
    return [(w.astype("float32"), mean.astype("float32"), psi) for psi in (0.3, -1.0)]


_TRUNCATE = Exercise(
    oracle=lambda w, mean, psi: latents.lerp(mean, w, psi),
    draw=_draw,
    why="at psi = 1 it is w, at 0 the mean, and below 0 it comes out on the other side.",
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


def _painted(G, w):
    return np.asarray(G.synthesis(G.broadcast(w), noise="fixed"))


def _halfway(G, z_a, z_b):
    return _painted(G, latents.lerp(G.mapping(z_a), G.mapping(z_b), 0.5))


def _draw_pairs(rng):
    """A small generator with random weights, and pairs of z: one pair, and three."""
    config = Config(
        resolution=8,
        channels=1,
        z_dim=12,
        w_dim=12,
        mapping_width=12,
        mapping_layers=2,
        fmap_base=64,
        fmap_max=16,
    )
    G = Generator(config)
    for weight in G.weights:
        # The mapping network stores its weights large and uses them small (lesson 04).
        size = 1 / config.mapping_lr if "mapping" in weight.path else 1.0
        weight.assign(size * rng.normal(size=weight.shape))
    trials = []
    for count in (1, 3):
        z_a, z_b = rng.normal(size=(2, count, 12)).astype("float32")
        trials.append((G, z_a, z_b))
    return trials


_HALFWAY = Exercise(
    oracle=_halfway,
    draw=_draw_pairs,
    why="the middle is taken in W, and the network paints it: one drawing, and not two laid over each other.",
    mistakes={
        "you average the two pictures: that is a double exposure; average the two w, and draw once": (
            lambda G, a, b: (_painted(G, G.mapping(a)) + _painted(G, G.mapping(b))) / 2
        ),
        "you average the two z; here the middle of W is asked for: average after the mapping": (
            lambda G, a, b: _painted(G, G.mapping((a + b) / 2))
        ),
        "you add the two w; half-way is half of their sum": (
            lambda G, a, b: _painted(G, G.mapping(a) + G.mapping(b))
        ),
        "half of the difference is a step and no place; add it to the first w": (
            lambda G, a, b: _painted(G, (G.mapping(b) - G.mapping(a)) / 2)
        ),
        "you return w; let G.synthesis draw it": (
            lambda G, a, b: latents.lerp(G.mapping(a), G.mapping(b), 0.5)
        ),
    },
)


def check_halfway(halfway) -> None:
    """``halfway(G, z_a, z_b)``: z (B, z_dim) -> the pictures in the middle of both w, (B, r, r, C)."""
    _HALFWAY.check(halfway)
