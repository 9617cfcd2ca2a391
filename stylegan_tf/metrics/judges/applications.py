"""InceptionV3 and VGG16 of keras.applications, as features and as a distance.

They are not the networks of published numbers: FIDs use TensorFlow's Inception graph of 2015, LPIPS
torchvision's VGG16. Scores made with them therefore have names of their own, "FID, Keras Inception" and "VGG
distance", and compare only with scores of the same name.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras.applications import inception_v3, vgg16

from stylegan_tf.files import expanded
from stylegan_tf.metrics.distances import MapDistance, as_rgb
from stylegan_tf.networks.float32 import float32_layers

# The sums that keras.applications itself checks.
PUBLISHED = {
    "inception_v3": (
        "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "bcbd6486424b2319ff4ef7d526e38f63",
    ),
    "vgg16": ("vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5", "6d6bbae143d832006294945121d1f1fc"),
}
TAPS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3")


class InceptionFeatures:
    """Images -> the 2048 features before the last layer of keras.applications' InceptionV3.

    Args:
        path: a file of its weights without the top; default: where Keras keeps them.
        download: fetch them if they are not there, 88 MB; Keras checks the sum.
        md5: of the file, default the published one.

    Raises:
        FileNotFoundError: if there is no file, and download is False.
        ValueError: if its sum is another.
    """

    name = "Keras Inception"

    def __init__(self, path=None, download: bool = False, md5: str | None = None):
        weights = weights_of("inception_v3", path, download, md5)
        with float32_layers():
            self.model = inception_v3.InceptionV3(include_top=False, pooling="avg", weights=weights)

    def __call__(self, images, batch_size: int = 50) -> np.ndarray:
        """Images (N, r, r, 1 or 3), clipped to [-1, 1] and resized to 299, bilinear -> features (N, 2048)."""
        images = np.asarray(images, "float32")
        parts = [images[i : i + batch_size] for i in range(0, len(images), batch_size)]
        return np.concatenate([self._features(part) for part in parts])

    def _features(self, images):
        rgb = tf.image.resize(as_rgb(np.clip(images, -1, 1)), (299, 299))  # (B, 299, 299, 3)
        return self.model(rgb, training=False).numpy()


class VGGDistance(MapDistance):
    """Distance by the maps of keras.applications' VGG16, all channels and layers alike. It is not LPIPS.

    Args:
        path, download (59 MB), md5: as for InceptionFeatures.
    """

    def __init__(self, path=None, download: bool = False, md5: str | None = None):
        network = vgg16_maps(weights_of("vgg16", path, download, md5))
        super().__init__("VGG distance", network, _as_keras_expects)


def _as_keras_expects(images):
    """Images in [-1, 1] -> [0, 255], then Keras's own preparation for its VGG16."""
    return vgg16.preprocess_input((images + 1.0) * 127.5)


@float32_layers()
def vgg16_maps(weights=None) -> keras.Model:
    """VGG16: images (B, h, w, 3), 16 pixels or more -> its maps after relu 1_2, 2_2, 3_3, 4_3 and 5_3."""
    model = vgg16.VGG16(include_top=False, weights=weights, input_shape=(None, None, 3))
    return keras.Model(model.input, [model.get_layer(name).output for name in TAPS])


def weights_of(network: str, path=None, download: bool = False, md5: str | None = None) -> str:
    """What to pass as ``weights=`` to keras.applications.

    Args:
        network: "inception_v3" or "vgg16".
        path, download, md5: as for InceptionFeatures.

    Returns:
        the path of a file whose sum is right, or "imagenet", by which Keras downloads.

    Raises:
        FileNotFoundError: if there is no file, and download is False.
        ValueError: if its sum is another.
    """
    # The file that was named, or where Keras would keep its own.
    file, published = PUBLISHED[network]
    if path:
        place = expanded(path)
    else:
        place = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "models" / file

    # If it is there, is it the right one? If not, may it be downloaded?
    if place.exists():
        check_sum(place, md5 or published, "md5")
        return str(place)
    if path or not download:
        raise FileNotFoundError(
            f"the weights {place} are not there; give their path, or download=True to fetch them"
        )
    return "imagenet"


def check_sum(path, expected: str, kind: str) -> None:
    """Raise a ValueError unless the file has that sum."""
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, kind).hexdigest()
    if found != expected:
        raise ValueError(
            f"{path} has the {kind} {found} and not {expected}: it is damaged or another file; fetch it again"
        )
