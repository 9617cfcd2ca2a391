"""Perceptual distances: how far apart are two images in the eyes of a network (Zhang et al. 2018)?"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from stylegan_tf.data.toyfaces.factors import PALETTE
from stylegan_tf.metrics.judges.faces import FaceReader, fit_to_reader
from stylegan_tf.metrics.judges.features import DigitsJudge
from stylegan_tf.networks.float32 import float32_layers


class MapDistance:
    """Squared distance of the maps of a network, each pixel's channels scaled to length 1.

    Each layer gives the mean over the pixels of the sum over the channels, weighted per channel if there are
    weights. The distance is the sum of the layers.

    Args:
        name: of the distance, for tables.
        network: images -> list of maps (B, h, w, C) or features (B, C).
        prepare: from images in [-1, 1], not clipped, to what the network expects; default: as they are.
        weights: one (C,) per layer; None: all channels alike.
    """

    def __init__(
        self, name: str, network: keras.Model, prepare: Callable | None = None, weights: list | None = None
    ):
        self.name = name
        self.network = network
        self.weights = weights
        self.prepare = prepare or (lambda images: images)
        self._graph = tf.function(self._layers, reduce_retracing=True, autograph=False)

    def _layers(self, a, b):
        """Distances of two batches of images by layer, (layers, B)."""
        both = self.network(self.prepare(tf.concat([a, b], axis=0)))
        values = []
        for i, maps in enumerate(both):
            # LPIPS adds 1e-10 to the length; a pixel whose channels are all zero stays zero.
            unit = maps / (tf.norm(maps, axis=-1, keepdims=True) + 1e-10)
            one, other = tf.split(unit, 2)

            # Over the channels, then over the pixels.
            squares = (one - other) ** 2
            if self.weights is not None:
                squares = squares * self.weights[i]
            squares = tf.reduce_sum(squares, axis=-1)  # (B, h, w), or (B,)
            values.append(tf.reduce_mean(tf.reshape(squares, (tf.shape(a)[0], -1)), axis=1))
        return tf.stack(values)

    def per_layer(self, images_a, images_b) -> np.ndarray:
        """Two batches of images (B, r, r, C) -> (layers, B).

        Grey is repeated where the network expects colour.

        Raises:
            ValueError: for shapes that differ, or another number of axes or channels.
        """
        a = np.asarray(images_a, "float32")
        b = np.asarray(images_b, "float32")
        if a.shape != b.shape or a.ndim != 4:
            raise ValueError(
                f"images have shapes {a.shape} and {b.shape}; expected is (B, r, r, C), the same for both"
            )
        if self.network.input_shape[-1] == 3:
            a = as_rgb(a)
            b = as_rgb(b)
        return self._graph(a, b).numpy()

    def __call__(self, images_a, images_b) -> np.ndarray:
        """Two batches of images (B, r, r, C) -> distances (B,)."""
        return self.per_layer(images_a, images_b).sum(axis=0)


@float32_layers()
def _maps_and_features(model: keras.Model, maps) -> keras.Model:
    """A model that gives the outputs ``maps`` of a judge's model, and its features as the last one."""
    return keras.Model(model.input, [*maps, model.output["features"]])


class DigitsDistance(MapDistance):
    """Distance of digits (B, 32, 32, 1), by the shipped classifier.

    It compares the maps of the classifier's three convolutions and its 64 features. It needs no download. Its
    numbers compare with each other only.
    """

    def __init__(self):
        model = DigitsJudge().model
        maps = [layer.output for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
        super().__init__("digits distance", _maps_and_features(model, maps))

    def per_layer(self, images_a, images_b):
        shape = np.shape(images_a)
        if shape[1:] != (32, 32, 1):
            raise ValueError(f"images have shape {shape}; the classifier of digits expects (B, 32, 32, 1)")
        return super().per_layer(images_a, images_b)


class FacesDistance(MapDistance):
    """Distance of toy faces (B, r, r, 3), by the shipped attribute classifier.

    It compares the maps of the classifier's three convolutions and its 64 features. Larger faces are averaged
    down to 32x32 first. It needs no download. Its numbers compare with each other only.

    Args:
        palette: of the faces, "named" or "continuous".
    """

    def __init__(self, palette: str = PALETTE):
        model = FaceReader(palette).model
        maps = [layer.output for layer in model.layers if isinstance(layer, keras.layers.ReLU)]
        super().__init__("toy faces distance", _maps_and_features(model, maps))

    def per_layer(self, images_a, images_b):
        a = fit_to_reader(images_a, clip=False)
        b = fit_to_reader(images_b, clip=False)
        return super().per_layer(a, b)


def as_rgb(images: np.ndarray) -> np.ndarray:
    """(B, r, r, 1 or 3) -> three channels; grey is repeated.

    Raises:
        ValueError: for another number of channels.
    """
    if images.shape[-1] not in (1, 3):
        raise ValueError(f"images have shape {tuple(images.shape)}; expected are 1 or 3 channels, last")
    return images if images.shape[-1] == 3 else np.repeat(images, 3, axis=-1)
