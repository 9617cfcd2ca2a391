"""Slant and thickness of digits from image moments: factors that need no labels and no network."""

from __future__ import annotations

import numpy as np

from stylegan_tf.data.pixels import to_unit_range

# Ink below a tenth counts as paper: generated digits have a faint haze that moments would see.
BACKGROUND = 0.1


def digit_moments(images) -> dict[str, np.ndarray]:
    """What moments tell of light digits on dark: arrays (N,), NaN for an empty picture.

    Args:
        images: (N, r, r, 1), float in [-1, 1] (clipped) or uint8. Lengths are in pixels of these pictures.

    Returns:
        slant: degrees from upright, positive to the right; tan(slant) = -mu11 / mu02, so a shear adds its
            tangent exactly.
        thickness: pixels, mean width of the strokes, 2 area / perimeter. The perimeter is the sum of the
            gradient's length, so greys need no threshold and faint strokes are not thinner. Ends of strokes
            make it a little small: a bar of t x l gives t / (1 + t / l).
        height, width: pixels, sides of the even box with the same spread once it is set upright: sqrt(12
            mu02) and sqrt(12 (mu20 - mu11^2 / mu02)).
        ink: mean of the ink, 0 to 1.

    Raises:
        ValueError: for another shape.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[3] != 1:
        raise ValueError(f"images have shape {images.shape}; moments of digits need (N, r, r, 1)")

    # From pixels to ink, 0 to 1.
    if images.dtype == np.uint8:
        images = to_unit_range(images)
    grey = np.clip((images[..., 0].astype("float64") + 1) / 2, 0, 1)
    ink = np.clip((grey - BACKGROUND) / (1 - BACKGROUND), 0, 1)  # (N, H, W)
    area = ink.sum(axis=(1, 2))  # (N,)

    # An empty picture divides by its area, 0, and gives NaN.
    with np.errstate(invalid="ignore", divide="ignore"):
        mu20, mu11, mu02 = _second_moments(ink / area[:, None, None])
        return {
            "slant": np.degrees(np.arctan(-mu11 / mu02)),
            "thickness": 2 * area / _perimeter(ink),
            "height": np.sqrt(12 * mu02),
            "width": np.sqrt(12 * (mu20 - mu11**2 / mu02)),
            "ink": ink.mean(axis=(1, 2)),
        }


def _second_moments(density):
    """mu20, mu11, mu02 of densities (N, H, W), each (N,): x to the right, y down."""
    y, x = (np.arange(n, dtype="float64") for n in density.shape[1:])
    x = x - (density @ x).sum(axis=1)[:, None]  # (N, W), about the centre
    y = y - (density.sum(axis=2) @ y)[:, None]  # (N, H)
    moments = [(2, 0), (1, 1), (0, 2)]
    return [np.einsum("nyx,nx,ny->n", density, x**p, y**q) for p, q in moments]


def _perimeter(ink):
    """Sum over the picture of the gradient's length at the corners between pixels, (N,).

    It is exact for straight edges along the pixels, however thin.
    """
    ink = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    right = np.diff(ink, axis=2)
    down = np.diff(ink, axis=1)

    # At a corner each slope is the mean of the two next to it: (N, H + 1, W + 1).
    right_at_corners = (right[:, 1:] + right[:, :-1]) / 2
    down_at_corners = (down[..., 1:] + down[..., :-1]) / 2
    return np.hypot(right_at_corners, down_at_corners).sum(axis=(1, 2))
