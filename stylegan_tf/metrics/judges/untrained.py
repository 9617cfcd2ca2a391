"""Features for pictures of any kind: a VGG16 that was never trained.

A network that was trained on photographs sees little in icons or textures, and its weights are a download. A
network with random weights knows nothing about any kind of picture, and still tells sets of pictures apart
(Naeem et al. 2020, arXiv 2002.09797, who call these features random embeddings and also use 64 of them).
"""

from __future__ import annotations

import keras
import numpy as np

from stylegan_tf.data.pixels import block_means
from stylegan_tf.metrics.distances import as_rgb
from stylegan_tf.networks.float32 import float32_layers

FEATURES = 64
LEAST_SIDE = 32  # VGG16 halves a picture five times
MOST_SIDE = 64  # larger pictures are averaged down, since each doubling costs four times as much


class UntrainedFeatures:
    """Images -> 64 features of a VGG16 with random weights: the same weights on every machine.

    The convolutions have He's initialization and no biases; the means of the last 512 maps are mixed into 64
    by a random matrix.

    Args:
        seed: of the weights. Features of different seeds can't be compared.
    """

    name = "untrained VGG16"

    def __init__(self, seed: int = 0):
        rng = np.random.default_rng(seed)
        with float32_layers():
            self.model = keras.applications.VGG16(
                include_top=False, weights=None, pooling="avg", input_shape=(None, None, 3)
            )
        self.model.set_weights([_random(rng, weight.shape) for weight in self.model.weights])
        maps = self.model.output_shape[-1]
        self.mix = rng.normal(size=(maps, FEATURES)).astype("float32") / np.sqrt(maps)

    def __call__(self, images, batch_size: int = 100) -> np.ndarray:
        """Images (N, r, r, 1 or 3) in [-1, 1] -> features (N, 64).

        Pictures below 32x32 are enlarged to that by repeating pixels, those above 64x64 are averaged down.
        """
        images = np.asarray(images, "float32")
        parts = [images[i : i + batch_size] for i in range(0, len(images), batch_size)]
        return np.concatenate([self._features(part) for part in parts])

    def _features(self, images):
        side = images.shape[1]
        if side > MOST_SIDE:
            images = block_means(images, MOST_SIDE)
        if side < LEAST_SIDE:
            times = LEAST_SIDE // side
            images = images.repeat(times, axis=1).repeat(times, axis=2)
        return self.model(as_rgb(images), training=False).numpy() @ self.mix


def _random(rng, shape):
    """Kernels (k, k, C, N) by He et al. 2015; biases of 0."""
    if len(shape) == 1:
        return np.zeros(shape, "float32")
    fan_in = np.prod(shape[:-1])
    return rng.normal(size=shape).astype("float32") * np.sqrt(2 / fan_in, dtype="float32")
