"""A network that guesses the w of an image, trained on the generator's own images: a start for projection."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from tqdm import tqdm

from stylegan_tf import latents
from stylegan_tf.config import Config
from stylegan_tf.latents.codes import noise_list
from stylegan_tf.networks.generator import Generator
from stylegan_tf.networks.sampling import batches_of


def build_encoder(config: Config, mean, deviation, width: int = 32, seed: int = 0) -> keras.Model:
    """An untrained encoder: images (B, r, r, C) in [-1, 1] -> w (B, w_dim) = mean + deviation * output, both
    (w_dim,).

    A convolution and a halving per resolution down to 4x4, ``width`` channels at first, doubled up to 4
    ``width``.
    """
    draws = iter(np.random.default_rng(seed).integers(2**31, size=64))

    def start():
        return keras.initializers.HeNormal(seed=int(next(draws)))

    x = images = keras.Input((config.resolution, config.resolution, config.channels))
    for i in range(len(config.resolutions) - 1):
        x = layers.Conv2D(min(width * 2**i, 4 * width), 3, padding="same", kernel_initializer=start())(x)
        x = layers.AveragePooling2D(2)(layers.LeakyReLU(0.2)(x))
    x = layers.Dense(8 * width, kernel_initializer=start())(layers.Flatten()(x))
    x = layers.Dense(config.w_dim, kernel_initializer=start())(layers.LeakyReLU(0.2)(x))
    w = layers.Normalization(invert=True, mean=mean, variance=np.square(deviation), name="w")(x)
    return keras.Model(images, w, name="encoder")


def train_encoder(
    generator: Generator,
    kimg: float = 60,
    batch_size: int = 64,
    learning_rate: float = 2e-3,
    seed: int = 0,
    progress: bool = True,
) -> keras.Model:
    """An encoder trained on ``kimg`` thousand fresh pairs (image, w) of the generator, each with noise of its
    own.

    The loss is the squared error of w in its deviations; the rate falls to 0 as a cosine. Images of the
    generator are all
    that it sees: on real ones it is a start, not a result.
    """
    config, steps = generator.config, max(1, round(1000 * kimg / batch_size))
    _, w = latents.sample(generator, 10_000, seed)
    deviation = w.std(axis=0) + 1e-3 * w.std()
    model = build_encoder(config, mean := w.mean(axis=0), deviation, seed=seed)
    inner = keras.Model(model.input, model.layers[-2].output)  # w in deviations
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    inner.compile(keras.optimizers.Adam(schedule), loss="mse")
    draw = tf.function(
        lambda ws, noise: generator.synthesis(ws, noise=noise), autograph=False, reduce_retracing=True
    )
    for step in tqdm(range(steps), desc="training the encoder", unit="step", disable=not progress):
        w = latents.sample(generator, batch_size, [seed, 1, step])[1]
        rng, ws = np.random.default_rng([seed, 2, step]), np.asarray(generator.broadcast(w))
        images = [
            draw(ws[p], noise_list(config, rng, len(p))) for p in batches_of(batch_size, config.resolution)
        ]
        inner.train_on_batch(np.clip(np.concatenate(images), -1, 1), (w - mean) / deviation)
    return model
