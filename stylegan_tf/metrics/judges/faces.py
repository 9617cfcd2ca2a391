"""The attribute classifier of toy faces: a small network, shipped with the package, that reads factors."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from stylegan_tf.data.pixels import block_means
from stylegan_tf.data.toyfaces.factors import PALETTE, factors_of
from stylegan_tf.files import data_file
from stylegan_tf.metrics.judges.features import predict
from stylegan_tf.networks.float32 import float32_layers

SIDE = 32
WEIGHTS = {"named": "pretrained/face_reader.npz", "continuous": "pretrained/face_reader_continuous.npz"}


@float32_layers()
def build_face_reader(palette: str = PALETTE) -> keras.Model:
    """An untrained attribute classifier: faces (B, 32, 32, 3) in [-1, 1] -> features, and a head a factor.

    Args:
        palette: of the faces, "named" or "continuous".

    Returns:
        a model that gives a dict: ``features`` (B, 64), and by name of the factor what its head gives. That
        is a number (B, 1) for a continuous factor, with its range as [-1, 1]; one logit (B, 1) for a binary
        one; K logits (B, K) for a categorical one.
    """
    # Three convolutions, each at half the side.
    x = images = keras.Input((SIDE, SIDE, 3))
    for filters in (32, 64, 96):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D()(layers.ReLU()(layers.BatchNormalization()(x)))

    # Features that all factors share.
    x = layers.Flatten()(x)  # (B, 4 * 4 * 96)
    x = layers.BatchNormalization()(layers.Dense(64, use_bias=False)(x))
    features = layers.LeakyReLU(0.2, name="features")(x)

    # A head a factor.
    outputs = {"features": features}
    for factor in factors_of(palette):
        units = len(factor.values) if factor.kind == "categorical" else 1
        outputs[factor.name] = layers.Dense(units, name=factor.name)(features)
    return keras.Model(images, outputs, name="face_reader")


class FaceReader:
    """The shipped attribute classifier of toy faces.

    It was trained by ``tools/train_face_reader.py`` on faces with added noise and shifts.

    Args:
        palette: of the faces, "named" or "continuous". There is one classifier for each.

    Raises:
        ValueError: for another palette.
    """

    def __init__(self, palette: str = PALETTE):
        self.palette = palette
        self.factors = factors_of(palette)
        self.model = build_face_reader(palette)
        with np.load(data_file(WEIGHTS[palette])) as file:
            self.model.set_weights([file[f"w{i}"].astype("float32") for i in range(len(file.files))])

    def __call__(self, images, batch_size: int = 500) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Features of faces, and what is read in them.

        Args:
            images: (N, r, r, 3), clipped to [-1, 1], r 32 or a multiple. Larger ones are averaged down to
                32x32 first.
            batch_size: images at a time.

        Returns:
            features (N, 64), and by factor what is read: continuous factors in their units (N,),
            probabilities of the second value of binary ones (N,), class probabilities of categorical ones
            (N, K).

        Raises:
            ValueError: for another shape.
        """
        found = predict(self.model, fit_to_reader(images), batch_size)
        return found["features"], {f.name: _reading(f, found[f.name]) for f in self.factors}

    def features(self, images, batch_size: int = 500) -> np.ndarray:
        """Faces -> (N, 64), as ``__call__`` takes them: for ``fid``."""
        return self(images, batch_size)[0]

    def read(self, images, batch_size: int = 500) -> dict[str, np.ndarray]:
        """Faces -> what is read by factor, as ``__call__`` says."""
        return self(images, batch_size)[1]


def fit_to_reader(images, clip: bool = True) -> np.ndarray:
    """Faces (N, r, r, 3) averaged down in blocks to (N, 32, 32, 3) float32, clipped to [-1, 1] if asked.

    Raises:
        ValueError: for another shape, or a side that is no multiple of 32.
    """
    images = np.asarray(images, "float32")
    side = images.shape[1] if images.ndim == 4 else 0
    if images.ndim != 4 or images.shape[2:] != (side, 3) or side < SIDE or side % SIDE:
        raise ValueError(
            f"images have shape {images.shape}; the attribute classifier of faces expects (N, r, r, 3), "
            "r 32 or a multiple of it"
        )
    if clip:
        images = np.clip(images, -1, 1)
    return block_means(images, SIDE)


class FaceAttributes:
    """Toy faces -> probabilities of four attributes: glasses, moustache, long hair, and a smile.

    A smile is a continuous factor; four times its value is the logit.

    Args:
        palette: of the faces.

    Attributes:
        names: of the columns.
    """

    names = ("glasses", "moustache", "long hair", "smiling")

    def __init__(self, palette: str = PALETTE):
        self.reader = FaceReader(palette)

    def __call__(self, images) -> np.ndarray:
        """Faces (N, r, r, 3), r 32 or a multiple -> (N, 4)."""
        read = self.reader.read(images)
        smiling = 1 / (1 + np.exp(-4 * read["smile"]))
        return np.stack([read["glasses"], read["moustache"], read["hair_length"], smiling], axis=1)


def _reading(factor, raw):
    """A factor in its own unit, or its probabilities, from what its head gives."""
    if factor.kind == "categorical":
        return np.asarray(keras.ops.softmax(raw))  # (N, K)
    if factor.kind == "binary":
        return np.asarray(keras.ops.sigmoid(raw[:, 0]))  # (N,)
    return factor.low + (factor.high - factor.low) * (raw[:, 0] + 1) / 2


def accuracy(read: dict[str, np.ndarray], factors: np.ndarray, palette: str = PALETTE) -> dict[str, float]:
    """How well factors (N, 12) of a palette were read: R^2 of continuous ones, share right of the others."""
    scores = {}
    for factor, true in zip(factors_of(palette), np.asarray(factors).T, strict=True):
        guess = read[factor.name]
        if factor.kind == "continuous":
            score = 1 - ((guess - true) ** 2).mean() / true.var()
        elif factor.kind == "binary":
            score = ((guess > 0.5) == true).mean()
        else:
            score = (guess.argmax(axis=1) == true).mean()
        scores[factor.name] = float(score)
    return scores
