"""Networks that judge pictures: a small classifier of digits, shipped with the package."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from stylegan_tf.files import data_file
from stylegan_tf.networks.float32 import float32_layers


@float32_layers()
def build_digits_classifier() -> keras.Model:
    """An untrained classifier: digits (B, 32, 32, 1) in [-1, 1] -> features (B, 64) and logits (B, 10)."""
    x = images = keras.Input((32, 32, 1))
    for filters in (24, 48, 64):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)  # half the side
    x = layers.Dropout(0.3)(layers.Flatten()(x))  # (B, 4 * 4 * 64)
    features = layers.Dense(64, activation="relu", name="features")(x)
    logits = layers.Dense(10, name="logits")(layers.Dropout(0.3)(features))
    return keras.Model(images, {"features": features, "logits": logits}, name="digits_classifier")


def predict(model: keras.Model, images, batch_size: int) -> dict[str, np.ndarray]:
    """``model.predict``, faster where one batch holds all images: ten times for a single one.

    It leaves out what Keras does around the batches: the data pipeline and its callbacks.
    """
    if len(images) <= batch_size:
        return model.predict_on_batch(images)
    return model.predict(images, batch_size=batch_size, verbose=0)


class DigitsJudge:
    """The shipped classifier of digits, with the 64 features before its last layer.

    It was trained by ``tools/train_digits_classifier.py`` on 8,000 of the 10,000 embedded digits.
    """

    def __init__(self):
        self.model = build_digits_classifier()
        with np.load(data_file("pretrained/digits_classifier.npz")) as file:
            self.model.set_weights([file[f"w{i}"].astype("float32") for i in range(len(file.files))])

    def __call__(self, images, batch_size: int = 500) -> tuple[np.ndarray, np.ndarray]:
        """Images (N, 32, 32, 1), clipped to [-1, 1] -> features (N, 64) and class probabilities (N, 10).

        Raises:
            ValueError: for another shape.
        """
        images = np.asarray(images)
        if images.shape[1:] != (32, 32, 1):
            raise ValueError(
                f"images have shape {images.shape}; the classifier of digits expects (N, 32, 32, 1)"
            )
        found = predict(self.model, np.clip(images, -1, 1), batch_size)
        return found["features"], np.asarray(keras.ops.softmax(found["logits"]))
