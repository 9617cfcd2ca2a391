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
from stylegan_tf.networks.float32 import float32_layers, in_float32
from stylegan_tf.networks.generator import Generator
from stylegan_tf.networks.sampling import batches_of


@float32_layers()
def build_encoder(config: Config, mean, deviation, width: int = 32, seed: int = 0) -> keras.Model:
    """An untrained encoder: images (B, r, r, C) in [-1, 1] -> w (B, w_dim).

    w is mean + deviation * output, so the layers need not learn where W lies.

    Args:
        config: of the generator.
        mean, deviation: of w, (w_dim,) each.
        width: channels of the first convolution. There is a convolution and a halving per resolution down to
            4x4, and the channels double up to 4 ``width``.
        seed: of the weights.
    """
    seeds = np.random.default_rng(seed).integers(2**31, size=64)
    starts = iter([keras.initializers.HeNormal(seed=int(number)) for number in seeds])  # one each layer

    # Down to 4x4.
    x = images = keras.Input((config.resolution, config.resolution, config.channels))
    for i in range(len(config.resolutions) - 1):
        channels = min(width * 2**i, 4 * width)
        x = layers.Conv2D(channels, 3, padding="same", kernel_initializer=next(starts))(x)
        x = layers.AveragePooling2D(2)(layers.LeakyReLU(0.2)(x))  # half the side

    # To w in deviations, then to w.
    x = layers.Dense(8 * width, kernel_initializer=next(starts))(layers.Flatten()(x))
    x = layers.Dense(config.w_dim, kernel_initializer=next(starts))(layers.LeakyReLU(0.2)(x))
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
    """An encoder trained on fresh pairs (image, w) of the generator; no two images have the same noise.

    The loss is the squared error of w in its deviations; the rate falls to 0 as a cosine. It sees images of
    the generator only: on real ones it is a start, not a result.

    Args:
        generator: with styles.
        kimg: thousands of pairs.
        batch_size: pairs a step.
        learning_rate: at the beginning.
        seed: of weights, latents and noise.
        progress: show a progress bar.
    """
    generator = in_float32(generator)
    config = generator.config
    steps = max(1, round(1000 * kimg / batch_size))

    # Where W lies. A coordinate that hardly varies still gets a deviation to divide by.
    _, w = latents.sample(generator, 10_000, seed)
    mean = w.mean(axis=0)  # (w_dim,)
    deviation = w.std(axis=0) + 1e-3 * w.std()

    # The encoder, and the same without its last layer: that one gives w in deviations.
    model = build_encoder(config, mean, deviation, seed=seed)
    with float32_layers():
        inner = keras.Model(model.input, model.layers[-2].output)
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    inner.compile(keras.optimizers.Adam(schedule), loss="mse")

    draw = tf.function(
        lambda ws, noise: generator.synthesis(ws, noise=noise), autograph=False, reduce_retracing=True
    )
    for step in tqdm(range(steps), desc="training the encoder", unit="step", disable=not progress):
        # Latents and their images, as many at a time as fit in memory.
        _, w = latents.sample(generator, batch_size, [seed, 1, step])
        ws = np.asarray(generator.broadcast(w))  # (B, L, w_dim)
        rng = np.random.default_rng([seed, 2, step])
        images = []
        for part in batches_of(batch_size, config.resolution):
            images.append(draw(ws[part], noise_list(config, rng, len(part))))

        inner.train_on_batch(np.clip(np.concatenate(images), -1, 1), (w - mean) / deviation)
    return model
