"""LPIPS v0.1 on VGG16, the distance of published path lengths (Zhang et al. 2018)."""

from __future__ import annotations

import numpy as np

from stylegan_tf.files import data_file, expanded
from stylegan_tf.metrics.distances import MapDistance
from stylegan_tf.metrics.judges.applications import check_sum, vgg16_maps
from stylegan_tf.metrics.judges.torch_weights import read_torch

# Of each colour; official LPIPS (richzhang/PerceptualSimilarity), ScalingLayer
SHIFT = np.float32([-0.030, -0.088, -0.188])
SCALE = np.float32([0.458, 0.448, 0.450])
TORCHVISION = "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0"  # vgg16-397923af.pth
CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)  # their numbers in torchvision's VGG16


class LPIPS(MapDistance):
    """Learned perceptual distance of images in [-1, 1], 16 pixels or more, 1 or 3 channels.

    The linear weights are shipped (data/README.md). They belong to torchvision's VGG16 alone: with the VGG16
    of keras.applications, which holds other weights, the numbers would not be LPIPS. The official path length
    scales images to [0, 255], and its network scales them back; here they stay in [-1, 1].

    Args:
        backbone: kernel (3, 3, in, out) and bias (out,) of the 13 convolutions, in turn: 26 arrays.
    """

    def __init__(self, backbone: list):
        network = vgg16_maps()
        network.set_weights(backbone)
        with np.load(data_file("pretrained/lpips_vgg.npz")) as file:
            linear = [file[f"lin{i}"] for i in range(5)]
        super().__init__("LPIPS v0.1, VGG16", network, _standardised, linear)

    @classmethod
    def from_file(cls, path, sha256: str | None = None) -> LPIPS:
        """LPIPS with the VGG16 of a file: torchvision's vgg16-397923af.pth, or a .npz.

        Nothing in the file is executed.

        Args:
            path: .pth, or .npz with the same names (``features.0.weight``, ...) and PyTorch's layout.
            sha256: of the file; default, for a .pth, that of torchvision's.

        Raises:
            FileNotFoundError: if there is no file.
            ValueError: if its sum is another, or it is of another network.
        """
        # Is it the file that we know?
        path = expanded(path)
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist; LPIPS needs torchvision's vgg16-397923af.pth")
        if path.suffix not in (".pth", ".npz") or (path.suffix == ".npz" and not sha256):
            raise ValueError(
                f"{path}: give a .pth file, or a .npz with the sha256 that you noted when you made it"
            )
        check_sum(path, sha256 or TORCHVISION, "sha256")

        # Its arrays, by name.
        if path.suffix == ".pth":
            arrays = read_torch(path, _is_of_a_convolution)
        else:
            with np.load(path) as file:
                arrays = {name: file[name] for name in file.files}

        # The 13 convolutions, kernel and bias in turn.
        names = [f"features.{i}.{part}" for i in CONVOLUTIONS for part in ("weight", "bias")]
        missing = [name for name in names if name not in arrays]
        if missing:
            raise ValueError(
                f"{path} lacks {missing[0]} ({len(missing)} in all); it is not torchvision's VGG16"
            )
        return cls([_in_keras_order(arrays[name]) for name in names])


def _standardised(images):
    """Images (B, r, r, 3) in [-1, 1] as LPIPS shows them to VGG16."""
    return (images - SHIFT) / SCALE


def _is_of_a_convolution(name: str) -> bool:
    return name.startswith("features.")


def _in_keras_order(array):
    """A kernel (out, in, 3, 3) of PyTorch -> (3, 3, in, out); a bias stays as it is."""
    return array.transpose(2, 3, 1, 0) if array.ndim == 4 else array
