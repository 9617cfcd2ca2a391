"""From an image back to a latent that draws it: optimisation in z, w or w+.

Source: StyleGAN2 section 5 and appendix D; Image2StyleGAN for w+.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from stylegan_tf import latents
from stylegan_tf.networks.float32 import in_float32
from stylegan_tf.networks.generator import Generator
from stylegan_tf.networks.sampling import batches_of

SPACES = ("z", "w", "w+")


@dataclass(frozen=True)
class Projection:
    """Images and the latents that were found for them.

    Attributes:
        space: "z", "w" or "w+".
        latents: what was optimised: (N, z_dim), (N, w_dim) or (N, L, w_dim).
        ws: (N, L, w_dim), for ``synthesis``.
        images: (N, r, r, C), as drawn, clipped.
        error: (N,), mean squared difference of the pixels, in the range [-1, 1].
        feature_error: (N,) distances, or None.
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
    """Find latents whose images are the given ones.

    Adam minimises the squared difference of pixels, plus a distance of features. As in StyleGAN2's projector
    (appendix D), the learning rate rises over the first 5 % of the steps and falls over the last 25 %, and
    noise on the latents falls to none at 75 %. Each image is by itself: the batch does not change it.

    Args:
        generator: with styles.
        images: (N, r, r, C) in [-1, 1], r the generator's full resolution.
        space: "z": (z_dim,), "w": one w for all layers, "w+": a w for each layer. The later, the closer the
            images.
        steps: of Adam, for each batch.
        start: latents (N, D), of z for "z" else of w, or ws (N, L, w_dim) for "w+": those of ``nearest``, or
            an encoder's. None: the mean of w, and for "z" the one of 1,000 whose w is nearest to it.
        distance: (images a, images b) -> (N,), differentiable, such as ``feature_distance``. None: pixels
            only.
        distance_weight: of the distance; the pixels have 1.
        learning_rate: the largest one, in deviations of w a step.
        jitter: noise on the latents in the first step, in deviations of w.
        noise_maps: True optimises the noise maps too, one set per image, kept free of pictures by
            ``noise_weight`` times their autocorrelation (StyleGAN2 appendix D).
        noise_weight: see ``noise_maps``.
        labels: one-hot (N, label_dim), for "z" of a conditional generator.
        seed: of the latents that start and deviation come from, and of the jitter.
        batch_size: images at a time.
        progress: show a progress bar.

    Raises:
        ValueError: for an unknown space, images of another shape or range, a start of another shape, or noise
            maps of a generator without noise.
    """
    generator = in_float32(generator)
    images = _checked(generator, images, space)
    if noise_maps and not generator.config.noise:
        raise ValueError("noise_maps is True and this generator has no noise; leave it out")

    # Where the search starts, and what a deviation is there.
    z, w = latents.sample(generator, 1000, seed)
    if start is None:
        start = _mean(generator, space, len(images), z, w)
    else:
        start = _given(generator, space, len(images), start)
    unit = 1.0 if space == "z" else float(w.std(axis=0).mean())

    # The search, some images at a time.
    parts = [slice(i, i + batch_size) for i in range(0, len(images), batch_size)]
    found = []
    with tqdm(
        total=steps * len(parts), desc=f"projecting to {space}", unit="step", disable=not progress
    ) as bar:
        for part in parts:
            search = _Search(
                generator,
                space,
                images[part],
                start[part],
                unit,
                labels=None if labels is None else np.asarray(labels)[part],
                noise_maps=noise_maps,
                distance=distance,
                distance_weight=distance_weight,
                noise_weight=noise_weight,
            )
            for step in range(steps):
                # Noise is drawn for all images, so that an image gets the same in any batch.
                noise = np.random.default_rng([seed, step]).standard_normal(start.shape, "float32")[part]
                rate, strength = schedule(step / steps)
                rate = tf.constant(learning_rate * rate, "float32")
                search.step(rate, np.float32(jitter * strength) * noise)
                bar.update()
            found.append(search.result())

    # The batches, one after the other again.
    noise = "fixed"
    if noise_maps:
        sets = [batch.noise for batch in found]
        noise = [np.concatenate(maps) for maps in zip(*sets, strict=True)]
    feature_error = None
    if distance:
        feature_error = np.concatenate([batch.feature_error for batch in found])
    return Projection(
        space=space,
        latents=np.concatenate([batch.latents for batch in found]),
        ws=np.concatenate([batch.ws for batch in found]),
        images=np.concatenate([batch.images for batch in found]),
        error=np.concatenate([batch.error for batch in found]),
        feature_error=feature_error,
        noise=noise,
    )


def schedule(t: float) -> tuple[float, float]:
    """(learning rate, noise on the latents) as shares of the full ones, at t in [0, 1) of the steps.

    Source: StyleGAN2 appendix D.
    """
    fall = 0.5 - 0.5 * np.cos(np.pi * min(1.0, (1 - t) / 0.25))
    rise = min(1.0, t / 0.05)
    return fall * rise, max(0.0, 1 - t / 0.75) ** 2


def _checked(generator, images, space):
    """The images as float32, if they and the space fit the generator."""
    config = generator.config
    side = config.resolution
    images = np.asarray(images, "float32")
    if space not in SPACES:
        raise ValueError(f"there is no space '{space}'; choose from {', '.join(SPACES)}")
    if images.ndim != 4 or images.shape[1:] != (side, side, config.channels) or not len(images):
        raise ValueError(
            f"images have shape {images.shape}; this generator draws (N, {side}, {side}, {config.channels})"
        )
    if not np.abs(images).max() <= 1 + 1e-3:
        raise ValueError(f"images reach from {images.min():.3g} to {images.max():.3g}; expected is [-1, 1]")
    return images


def nearest(generator: Generator, images, count: int = 1000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A start: of some random latents, those whose pixels are nearest to the images.

    Args:
        images: (N, r, r, C) in [-1, 1].
        count: latents that are drawn.
        seed: of the latents.

    Returns:
        z (N, z_dim) and w (N, w_dim).
    """
    generator = in_float32(generator)
    z, w = latents.sample(generator, count, seed)
    flat = np.asarray(images, "float32").reshape(len(images), -1)  # (N, pixels)
    best = np.zeros(len(flat), "int64")
    least = np.full(len(flat), np.inf)
    for part in batches_of(count, generator.config.resolution):
        drawn = np.asarray(generator.synthesis(generator.broadcast(w[part]), noise="fixed"))
        drawn = drawn.reshape(len(part), -1)  # (part, pixels)
        distances = ((flat[:, None] - drawn) ** 2).sum(axis=2)  # (N, part)

        # Is one of these nearer than all before?
        is_nearer = distances.min(axis=1) < least
        best[is_nearer] = part.start + distances.argmin(axis=1)[is_nearer]
        least = np.minimum(least, distances.min(axis=1))
    return z[best], w[best]


def _mean(generator, space, count, z, w):
    """The start without a given one, ``count`` times; z and w are random latents."""
    start = np.asarray(generator.w_avg)
    if space == "z":
        start = z[((w - start) ** 2).sum(axis=1).argmin()]
    elif space == "w+":
        start = np.repeat(start[None], generator.config.num_layers, axis=0)
    return np.repeat(start[None], count, axis=0)


def _given(generator, space, count, start):
    """A given start for ``count`` images, if it has the right shape; for "w+" one w may serve all layers."""
    config = generator.config
    start = np.asarray(start, "float32")
    if space == "w+" and start.shape == (count, config.w_dim):
        start = np.repeat(start[:, None], config.num_layers, axis=1)

    shapes = {"z": (config.z_dim,), "w": (config.w_dim,), "w+": (config.num_layers, config.w_dim)}
    expected = (count, *shapes[space])
    if start.shape != expected:
        raise ValueError(f"start has shape {start.shape}; space {space} expects {expected}")
    return start


class _Search:
    """The variables and the graph of one batch; the arguments are those of ``project``, for its images."""

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
        # What is given.
        self.generator = generator
        self.space = space
        self.images = tf.constant(images)
        self.labels = labels
        self.start = tf.constant(start)
        self.unit = unit
        self.distance = distance
        self.distance_weight = distance_weight
        self.noise_weight = noise_weight

        # What is looked for: the way from the start in deviations, and the noise from the stored maps on.
        self.offset = keras.Variable(np.zeros_like(start), name="offset")
        self.maps = []
        if noise_maps:
            for stored in _stored_maps(generator):
                own = np.repeat(np.asarray(stored), len(images), axis=0)  # (N, h, w, 1)
                self.maps.append(keras.Variable(own, name="noise"))

        self.optimizer = keras.optimizers.Adam(0.0, beta_1=0.9, beta_2=0.999)
        self.optimizer.build(self.variables)
        self.step = tf.function(self._step, autograph=False)

    @property
    def variables(self):
        return [self.offset, *self.maps]

    def _draw(self, jitter=0.0):
        """Latents, styles and images of where the search is, moved by ``jitter`` deviations."""
        points = self.start + self.unit * (self.offset + jitter)
        w = self.generator.mapping(points, self.labels) if self.space == "z" else points
        ws = w if self.space == "w+" else self.generator.broadcast(w)  # (N, L, w_dim)
        noise = [noise.value for noise in self.maps] or "fixed"
        return points, ws, self.generator.synthesis(ws, noise=noise)

    def _step(self, rate, jitter):
        """One step of Adam, with this learning rate."""
        # Sums over the batch, not means: so an image's gradient does not depend on the others.
        with tf.GradientTape() as tape:
            _, _, images = self._draw(jitter)
            loss = tf.reduce_sum(tf.reduce_mean((images - self.images) ** 2, axis=(1, 2, 3)))
            if self.distance:
                loss += self.distance_weight * tf.reduce_sum(self.distance(images, self.images))
            if self.maps:
                loss += self.noise_weight * noise_autocorrelation([noise.value for noise in self.maps])
        variables = self.variables
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        self.optimizer.learning_rate.assign(rate)
        self.optimizer.apply(gradients, variables)

        # Noise stays noise: mean 0 and variance 1 in each map.
        for noise in self.maps:
            mean, variance = tf.nn.moments(noise.value, axes=(1, 2, 3), keepdims=True)
            noise.assign((noise - mean) * tf.math.rsqrt(variance + 1e-8))

    def result(self) -> Projection:
        """What was found, for this batch."""
        points, ws, images = self._draw()
        images = tf.clip_by_value(images, -1, 1)
        error = tf.reduce_mean((images - self.images) ** 2, axis=(1, 2, 3))  # (N,)
        feature_error = self.distance(images, self.images).numpy() if self.distance else None
        return Projection(
            space=self.space,
            latents=points.numpy(),
            ws=ws.numpy(),
            images=images.numpy(),
            error=error.numpy(),
            feature_error=feature_error,
            noise=[np.asarray(noise) for noise in self.maps],
        )


def _stored_maps(generator):
    """The stored noise maps (1, h, w, 1) of a generator, two of each block."""
    maps = []
    for block in generator.synthesis.blocks.values():
        maps.append(block.epilogue0.noise.noise_map)
        maps.append(block.epilogue1.noise.noise_map)
    return maps


def noise_autocorrelation(maps):
    """Squared correlation of noise maps with themselves, moved by one pixel, summed.

    The sum is over the maps (B, h, w, 1), their halvings down to 8x8, and both axes. White noise gives
    nearly 0, a picture much.
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
