"""From an image back to a latent that draws it: optimisation in z, w or w+ (StyleGAN2 section 5;
Image2StyleGAN for w+).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from stylegan_tf import latents
from stylegan_tf.networks.generator import Generator
from stylegan_tf.networks.sampling import batches_of

SPACES = ("z", "w", "w+")


@dataclass(frozen=True)
class Projection:
    """Images and the latents that were found for them.

    Attributes:
        space: "z", "w" or "w+". latents: what was optimised: (N, z_dim), (N, w_dim) or (N, L, w_dim).
        ws: (N, L, w_dim), for ``synthesis``. images: (N, r, r, C), as drawn, clipped.
        error: (N,), mean squared difference of the pixels, in the range [-1, 1]. feature_error: (N,)
            distances, or None.
        noise: for ``synthesis``: "fixed", or L maps (N, h, w, 1).
    """

    space: str
    latents: np.ndarray
    ws: np.ndarray
    images: np.ndarray
    error: np.ndarray
    feature_error: np.ndarray | None
    noise: str | list[np.ndarray]


def project(
    generator: Generator,
    images,
    space: str = "w",
    steps: int = 500,
    start=None,
    distance: Callable | None = None,
    distance_weight: float = 1.0,
    learning_rate: float = 0.1,
    jitter: float = 0.05,
    noise_maps: bool = False,
    noise_weight: float = 0.1,
    labels=None,
    seed: int = 0,
    batch_size: int = 16,
    progress: bool = True,
) -> Projection:
    """Find latents whose images are the given ones: Adam on the squared difference of pixels, plus a distance
    of features.

    As StyleGAN2's projector (appendix D): the learning rate rises over the first 5 % of the steps and falls
    over the last 25 %; noise on the latents, ``jitter`` deviations at first, falls to none at 75 %. Steps
    count in deviations of w.
    Each image is by itself: the batch does not change it.

    Args:
        images: (N, r, r, C) in [-1, 1], r the generator's full resolution.
        space: "z": (z_dim,), "w": one w for all layers, "w+": a w for each layer; the later, the closer the
            images.
        start: latents (N, D), of z for "z" else of w, or ws (N, L, w_dim) for "w+": those of ``nearest``, or
            an encoder's. None: the mean of w, and for "z" the one of 1,000 whose w is nearest to it.
        distance: (images a, images b) -> (N,), differentiable, such as ``feature_distance``. None: pixels
            only.
        noise_maps: True optimises the noise maps too, one set per image, kept free of pictures by
            ``noise_weight`` times their autocorrelation (StyleGAN2 appendix D).
        labels: one-hot (N, label_dim), for "z" of a conditional generator.

    Raises:
        ValueError: for an unknown space, images of another shape or range, a start of another shape, or noise
            maps of a generator without noise.
    """
    images = _checked(generator, images, space)
    if noise_maps and not generator.config.noise:
        raise ValueError("noise_maps is True and this generator has no noise; leave it out")
    z, w = latents.sample(generator, 1000, seed)
    start = (
        _mean(generator, space, len(images), z, w)
        if start is None
        else _given(generator, space, len(images), start)
    )
    unit = 1.0 if space == "z" else float(w.std(axis=0).mean())
    options = dict(
        distance=distance, distance_weight=distance_weight, noise_weight=noise_weight, noise_maps=noise_maps
    )
    parts = [slice(i, i + batch_size) for i in range(0, len(images), batch_size)]
    found = []
    with tqdm(
        total=steps * len(parts), desc=f"projecting to {space}", unit="step", disable=not progress
    ) as bar:
        for part in parts:
            given = None if labels is None else np.asarray(labels)[part]
            search = _Search(generator, space, images[part], start[part], unit, given, **options)
            for step in range(steps):
                noise = np.random.default_rng([seed, step]).standard_normal(start.shape, "float32")[part]
                rate, strength = schedule(step / steps)
                search.step(
                    tf.constant(learning_rate * rate, "float32"), np.float32(jitter * strength) * noise
                )
                bar.update()
            found.append(search.result())
    *values, noise = ([f[i] for f in found] for i in range(6))
    values = [None if v[0] is None else np.concatenate(v) for v in values]
    maps = [np.concatenate(m) for m in zip(*noise, strict=True)] if noise_maps else "fixed"
    return Projection(space, *values, maps)


def schedule(t: float) -> tuple[float, float]:
    """(learning rate, noise on the latents) as shares of the full ones at t in [0, 1) of the steps (StyleGAN2
    appendix D).
    """
    fall = 0.5 - 0.5 * np.cos(np.pi * min(1.0, (1 - t) / 0.25))
    return fall * min(1.0, t / 0.05), max(0.0, 1 - t / 0.75) ** 2


def _checked(generator, images, space):
    config, images = generator.config, np.asarray(images, "float32")
    side = config.resolution
    if space not in SPACES:
        raise ValueError(f"there is no space '{space}'; choose from {', '.join(SPACES)}")
    if images.ndim != 4 or images.shape[1:] != (side, side, config.channels) or not len(images):
        raise ValueError(
            f"images have shape {images.shape}; this generator draws (N, {side}, {side}, {config.channels})"
        )
    if not np.abs(images).max() <= 1 + 1e-3:
        raise ValueError(f"images reach from {images.min():.3g} to {images.max():.3g}; wanted is [-1, 1]")
    return images


def nearest(generator: Generator, images, count: int = 1000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A start: of ``count`` drawn latents, those whose pixels are nearest to images (N, r, r, C): z (N,
    z_dim), w (N, w_dim).
    """
    z, w = latents.sample(generator, count, seed)
    flat = np.asarray(images, "float32").reshape(len(images), -1)
    best, least = np.zeros(len(flat), "int64"), np.full(len(flat), np.inf)
    for part in batches_of(count, generator.config.resolution):
        drawn = np.asarray(generator.synthesis(generator.broadcast(w[part]), noise="fixed")).reshape(
            len(part), -1
        )
        distances = ((flat[:, None] - drawn) ** 2).sum(axis=2)  # (N, part)
        closer = distances.min(axis=1) < least
        best[closer] = part.start + distances.argmin(axis=1)[closer]
        least = np.minimum(least, distances.min(axis=1))
    return z[best], w[best]


def _mean(generator, space, count, z, w):
    mean = np.asarray(generator.w_avg)
    if space == "z":
        mean = z[((w - mean) ** 2).sum(axis=1).argmin()]
    elif space == "w+":
        mean = np.repeat(mean[None], generator.config.num_layers, axis=0)
    return np.repeat(mean[None], count, axis=0)


def _given(generator, space, count, start):
    config, start = generator.config, np.asarray(start, "float32")
    if space == "w+" and start.shape == (count, config.w_dim):
        start = np.repeat(start[:, None], config.num_layers, axis=1)
    wanted = {"z": (config.z_dim,), "w": (config.w_dim,), "w+": (config.num_layers, config.w_dim)}[space]
    if start.shape != (count, *wanted):
        raise ValueError(f"start has shape {start.shape}; space {space} wants {(count, *wanted)}")
    return start


class _Search:
    """The variables and the graph of one batch."""

    def __init__(
        self,
        generator,
        space,
        images,
        start,
        unit,
        labels,
        noise_maps,
        distance,
        distance_weight,
        noise_weight,
    ):
        self.generator, self.space, self.images, self.labels = generator, space, tf.constant(images), labels
        self.start, self.unit = tf.constant(start), unit
        self.distance, self.distance_weight, self.noise_weight = distance, distance_weight, noise_weight
        self.offset = keras.Variable(np.zeros_like(start), name="offset")  # in deviations
        self.maps = []
        if noise_maps:
            stored = [
                e.noise.noise_map
                for b in generator.synthesis.blocks.values()
                for e in (b.epilogue0, b.epilogue1)
            ]
            self.maps = [
                keras.Variable(np.repeat(np.asarray(m), len(images), axis=0), name="noise") for m in stored
            ]
        self.optimizer = keras.optimizers.Adam(0.0, beta_1=0.9, beta_2=0.999)
        self.optimizer.build(self.variables)
        self.step = tf.function(self._step, autograph=False)

    @property
    def variables(self):
        return [self.offset, *self.maps]

    def _draw(self, jitter=0.0):
        points = self.start + self.unit * (self.offset + jitter)
        w = self.generator.mapping(points, self.labels) if self.space == "z" else points
        ws = w if self.space == "w+" else self.generator.broadcast(w)
        return points, ws, self.generator.synthesis(ws, noise=[m.value for m in self.maps] or "fixed")

    def _step(self, rate, jitter):
        with tf.GradientTape() as tape:
            _, _, images = self._draw(jitter)
            loss = tf.reduce_sum(tf.reduce_mean((images - self.images) ** 2, axis=(1, 2, 3)))
            if self.distance:
                loss += self.distance_weight * tf.reduce_sum(self.distance(images, self.images))
            if self.maps:
                loss += self.noise_weight * noise_autocorrelation([m.value for m in self.maps])
        variables = self.variables
        gradients = tape.gradient(loss, [v.value for v in variables])
        self.optimizer.learning_rate.assign(rate)
        self.optimizer.apply(gradients, variables)
        for noise in self.maps:
            mean, variance = tf.nn.moments(noise.value, axes=(1, 2, 3), keepdims=True)
            noise.assign((noise - mean) * tf.math.rsqrt(variance + 1e-8))

    def result(self):
        points, ws, images = self._draw()
        images = tf.clip_by_value(images, -1, 1)
        error = tf.reduce_mean((images - self.images) ** 2, axis=(1, 2, 3))
        features = self.distance(images, self.images).numpy() if self.distance else None
        return (
            points.numpy(),
            ws.numpy(),
            images.numpy(),
            error.numpy(),
            features,
            [np.asarray(m) for m in self.maps],
        )


def noise_autocorrelation(maps):
    """Sum over maps (B, h, w, 1), their halvings down to 8x8, and both axes, of the squared correlation with
    the next pixel.
    """
    total = 0.0
    for noise in maps:
        while True:
            for axis in (1, 2):
                total += tf.reduce_sum(tf.reduce_mean(noise * tf.roll(noise, 1, axis), axis=(1, 2, 3)) ** 2)
            if noise.shape[1] <= 8:
                break
            noise = 2 * tf.nn.avg_pool2d(noise, 2, 2, "VALID")  # keeps the deviation of white noise
    return total


def feature_distance(model: keras.Model) -> Callable:
    """(images a, images b) -> (N,): mean squared difference of a model's features, for ``project``."""
    return lambda a, b: tf.reduce_mean((model(a, training=False) - model(b, training=False)) ** 2, axis=-1)
