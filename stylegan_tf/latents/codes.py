"""Working with latent codes: seeds, mixing, noise, interpolation, moving along directions.

Source: paper sections 3.1 and 4.1, appendix B.
"""

from __future__ import annotations

import numpy as np
from keras import ops


def from_seeds(seeds, z_dim: int) -> np.ndarray:
    """One latent z per seed, N(0, 1), float32 (B, z_dim): seed 7 is the same face in every sheet."""
    return np.stack([np.random.default_rng(int(s)).standard_normal(z_dim) for s in seeds]).astype("float32")


def from_official_seeds(seeds, z_dim: int) -> np.ndarray:
    """The latents that the official scripts draw from these seeds, those of the paper's figures: (B, z_dim).

    Source: official generate_figures.py.
    """
    return np.stack([np.random.RandomState(int(s)).randn(z_dim) for s in seeds]).astype("float32")


def labels_of(config, seeds, label: int | None = None) -> np.ndarray | None:
    """One-hot labels (B, label_dim) of some seeds; None for a network without labels.

    Args:
        label: the class of all of them, 0 to label_dim - 1. Without it, they take the classes in turn: class
            ``seed % label_dim``.

    Raises:
        ValueError: for a class that the network does not have.
    """
    if label is not None and not 0 <= label < config.label_dim:
        has = f"the classes 0 to {config.label_dim - 1}" if config.label_dim else "no classes"
        raise ValueError(f"label is {label}, and the network has {has}; choose one of them, or leave it out")
    if not config.label_dim:
        return None
    classes = np.array(seeds) % config.label_dim if label is None else np.full(len(seeds), label)
    return np.eye(config.label_dim, dtype="float32")[classes]


def sample(generator, count: int, seed=0) -> tuple[np.ndarray, np.ndarray]:
    """Latents z, drawn N(0, 1) from one seed, and their w.

    A conditional generator takes its classes in turn.

    Returns:
        z (count, z_dim) and w (count, w_dim).
    """
    z = np.random.default_rng(seed).standard_normal((count, generator.z_dim)).astype("float32")
    labels = labels_of(generator.config, range(count))
    return z, np.asarray(generator.mapping(z, labels))


def noise_list(config, rng: np.random.Generator, count: int = 1, layers=None) -> list[np.ndarray]:
    """Noise for ``synthesis``: L arrays (count, h, w, 1) of N(0, 1), h = 4, 4, 8, 8, ...

    Args:
        layers: those that get noise, the others get zeros; None: all of them.
    """
    # Drawn for every layer, so that a layer's noise does not depend on which others have some.
    sides = [r for r in config.resolutions for _ in range(2)]
    noise = [rng.standard_normal((count, r, r, 1)).astype("float32") for r in sides]

    if layers is None:
        return noise
    for i in range(len(noise)):
        if i not in layers:
            noise[i] = 0 * noise[i]
    return noise


def lerp(a, b, t):
    """A straight line from a (t = 0) to b (t = 1): a + (b - a) t. Shapes broadcast; t is not clipped."""
    return a + (b - a) * t


def slerp(a, b, t):
    """A great circle from a (t = 0) to b (t = 1), over the last axis; the result has length 1.

    Shapes (..., D); t broadcasts.

    Source: official perceptual_path_length.py: slerp.
    """
    a = _unit(a)
    b = _unit(b)
    cosine = ops.sum(a * b, axis=-1, keepdims=True)
    angle = t * ops.arccos(cosine)
    c = _unit(b - cosine * a)  # the part of b that is perpendicular to a
    return _unit(a * ops.cos(angle) + c * ops.sin(angle))


def _unit(v):
    return v / ops.norm(v, axis=-1, keepdims=True)


def mix(ws_a, ws_b, layers):
    """Style mixing: the styles of a, with the given layers taken from b.

    Args:
        ws_a, ws_b: (B, L, w_dim); the result has the same shape.
        layers: indices of layers, 0 the coarsest: a list, a range, a slice, or one number.

    Raises:
        ValueError: for an index outside 0 .. L - 1, or ws of different shapes.

    Source: paper section 3.1 and figure 3.
    """
    ws_a = ops.convert_to_tensor(ws_a)
    ws_b = ops.convert_to_tensor(ws_b)
    if tuple(ws_a.shape)[1:] != tuple(ws_b.shape)[1:]:
        raise ValueError(
            f"ws_a has shape {tuple(ws_a.shape)} and ws_b {tuple(ws_b.shape)}; "
            "they must agree after the first axis"
        )

    # Which layers? However they were given, a list of indices.
    count = ws_a.shape[1]
    if isinstance(layers, slice):
        layers = range(count)[layers]
    if isinstance(layers, (int, np.integer)):
        layers = [layers]
    layers = list(layers)
    wrong = [i for i in layers if not 0 <= i < count]
    if wrong:
        raise ValueError(f"layer {wrong[0]} does not exist; this network has layers 0 to {count - 1}")

    is_from_b = ops.convert_to_tensor([i in layers for i in range(count)])  # (L,)
    return ops.where(is_from_b[:, None], ws_b, ws_a)


def move(ws, direction, strength, layers=None):
    """Go along a direction: w + strength * deviation * direction.

    Args:
        ws: (B, L, w_dim), or latents (B, D).
        direction: a Direction (D,), as ``latents.direction`` finds it.
        strength: a number, or one per row (B,), in standard deviations of the latents along the direction.
            Negative ones go the other way.
        layers: of ws only: the layers that move, as in ``mix``; None moves all.

    Returns:
        the same shape as ws.

    Raises:
        ValueError: for layers of latents that have none, or layers that do not exist.
    """
    ws = ops.convert_to_tensor(ws, "float32")
    strength = np.asarray(strength, "float32").reshape(-1, *[1] * (ws.ndim - 1))  # (B, 1, 1) or (B, 1)
    moved = ws + strength * np.float32(direction.deviation) * np.asarray(direction)
    if layers is None:
        return moved
    if ws.ndim != 3:
        raise ValueError(
            f"layers were given for latents of shape {tuple(ws.shape)}; only ws (B, L, w_dim) have layers"
        )
    return mix(ws, moved, layers)


def mahalanobis(ws, samples) -> np.ndarray:
    """How far styles are from the distribution of w, in its own deviations: about 1 for w of random z.

    The distance is sqrt(mean of the whitened difference squared), over the D dimensions and, of ws (N, L, D),
    over the layers. An edit can be trusted where the generator was trained. A projected picture with a small
    error at a large distance falls apart when it is edited.

    Args:
        ws: (N, D) or (N, L, D).
        samples: w (M, D) of random z, as ``sample`` gives them; M well above D.

    Returns:
        distances (N,).

    Raises:
        ValueError: for fewer than 2 D samples.
    """
    ws = np.asarray(ws, "float64")
    samples = np.asarray(samples, "float64")
    if len(samples) < 2 * samples.shape[1]:
        raise ValueError(
            f"{len(samples)} samples of {samples.shape[1]} dimensions tell no distribution; give 10,000"
        )

    # Whitened: along the axes of the samples' covariance, each divided by its deviation.
    values, axes = np.linalg.eigh(np.cov(samples, rowvar=False))
    whitened = (ws - samples.mean(axis=0)) @ axes / np.sqrt(np.maximum(values, 1e-8 * values[-1]))
    return np.sqrt((whitened**2).mean(axis=tuple(range(1, ws.ndim))))
