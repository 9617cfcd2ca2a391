"""Working with latent codes: truncation, mixing, noise, interpolation, directions.

Source: paper sections 3.1 and 4.1, appendix B.
"""

from __future__ import annotations

import numpy as np
from keras import ops

from stylegan_tf.scalars import is_one


def from_seeds(seeds, z_dim: int) -> np.ndarray:
    """One latent z per seed, N(0, 1), float32 (len(seeds), z_dim): seed 7 is the same face in every sheet."""
    return np.stack([np.random.default_rng(int(s)).standard_normal(z_dim) for s in seeds]).astype("float32")


def from_official_seeds(seeds, z_dim: int) -> np.ndarray:
    """The latents that the official scripts draw from the same seeds: those of the paper's figures.

    (len(seeds), z_dim)
    """
    return np.stack([np.random.RandomState(int(s)).randn(z_dim) for s in seeds]).astype("float32")


def labels_of(config, seeds) -> np.ndarray | None:
    """One-hot labels (B, label_dim), class ``seed % label_dim``; None for a network without labels."""
    return (
        np.eye(config.label_dim, dtype="float32")[np.array(seeds) % config.label_dim]
        if config.label_dim
        else None
    )


def sample(generator, count: int, seed=0) -> tuple[np.ndarray, np.ndarray]:
    """Latents z (count, z_dim), drawn N(0, 1) from ``seed``, and their w (count, w_dim), of any generator.

    A conditional one takes its classes in turn.
    """
    z = np.random.default_rng(seed).standard_normal((count, generator.z_dim)).astype("float32")
    return z, np.asarray(generator.mapping(z, labels_of(generator.config, range(count))))


def noise_list(config, rng: np.random.Generator, count: int = 1, layers=None) -> list[np.ndarray]:
    """Noise for ``synthesis``: L arrays (count, h, w, 1) of N(0, 1), h = 4, 4, 8, 8, ...; zeros outside of
    ``layers``.
    """
    noise = [
        rng.standard_normal((count, r, r, 1)).astype("float32") for r in config.resolutions for _ in range(2)
    ]
    return [n if layers is None or i in layers else 0 * n for i, n in enumerate(noise)]


def lerp(a, b, t):
    """Straight line from a (t = 0) to b (t = 1): a + (b - a) t. Shapes broadcast; t is not clipped."""
    return a + (b - a) * t


def slerp(a, b, t):
    """Great circle from a to b over the last axis; the result has length 1. Shapes (..., D), t broadcasts.

    Source: official perceptual_path_length.py: slerp.
    """
    a, b = _unit(a), _unit(b)
    cosine = ops.sum(a * b, axis=-1, keepdims=True)
    angle = t * ops.arccos(cosine)
    c = _unit(b - cosine * a)
    return _unit(a * ops.cos(angle) + c * ops.sin(angle))


def _unit(v):
    return v / ops.norm(v, axis=-1, keepdims=True)


def truncate(ws, w_avg, psi=1.0, cutoff=None):
    """Pull the styles towards the centre of W: w_avg + psi (w - w_avg) in layers below ``cutoff``.

    ws: (B, L, w_dim), w_avg: (w_dim,); same shape as ws out. ``cutoff`` None means all layers; psi = 1
        changes nothing.
    """
    if is_one(psi):
        return ws
    truncated = lerp(w_avg, ws, ops.cast(psi, ws.dtype))
    if cutoff is None:
        return truncated
    return ops.where((ops.arange(ws.shape[1]) < cutoff)[:, None], truncated, ws)


def mix(ws_a, ws_b, layers):
    """Style mixing: the styles of a, with the given layers taken from b.

    Args:
        ws_a, ws_b: (B, L, w_dim).
        layers: indices of layers, 0 the coarsest: a list, a range, a slice, or one number.

    Raises:
        ValueError: for an index outside 0 .. L - 1, or ws of different shapes.
    """
    ws_a, ws_b = ops.convert_to_tensor(ws_a), ops.convert_to_tensor(ws_b)
    if tuple(ws_a.shape)[1:] != tuple(ws_b.shape)[1:]:
        raise ValueError(
            f"ws_a has shape {tuple(ws_a.shape)} and ws_b {tuple(ws_b.shape)}; they must agree after the first axis"
        )
    count = ws_a.shape[1]
    layers = range(count)[layers] if isinstance(layers, slice) else layers
    layers = [layers] if isinstance(layers, (int, np.integer)) else list(layers)
    wrong = [i for i in layers if not 0 <= i < count]
    if wrong:
        raise ValueError(f"layer {wrong[0]} does not exist; this network has layers 0 to {count - 1}")
    from_b = [i in set(layers) for i in range(count)]
    return ops.where(ops.convert_to_tensor(from_b)[:, None], ws_b, ws_a)


def move(ws, direction, strength, layers=None):
    """Go along a direction: w + strength * deviation * direction; the strength counts in deviations of the
    latents along it.

    Args:
        ws: (B, L, w_dim), or latents (B, D).
        direction: a Direction (D,), as ``direction`` finds.
        strength: a number, or one per row (B,); negative ones go the other way.
        layers: of ws only: the layers that move, as in ``mix``; None moves all.

    Raises:
        ValueError: for layers of latents that have none, or layers that do not exist.
    """
    ws = ops.convert_to_tensor(ws, "float32")
    strength = np.asarray(strength, "float32").reshape(-1, *[1] * (ws.ndim - 1))
    moved = ws + strength * np.float32(direction.deviation) * np.asarray(direction)
    if layers is None:
        return moved
    if ws.ndim != 3:
        raise ValueError(
            f"layers were given for latents of shape {tuple(ws.shape)}; only ws (B, L, w_dim) have layers"
        )
    return mix(ws, moved, layers)


def mahalanobis(ws, samples) -> np.ndarray:
    """How far styles are from the distribution of w, in its deviations: (N,); 1 is what w of the mapping
    network have.

    sqrt(mean over the D dimensions of the whitened distance squared); of ws (N, L, D) also over the layers.
    An edit is trusted where the generator has been trained: a small error at a large distance is a picture
    that edits break.

    Args:
        ws: (N, D) or (N, L, D). samples: w (M, D) of random z, M well above D, as ``sample`` gives.
    """
    ws, samples = np.asarray(ws, "float64"), np.asarray(samples, "float64")
    if len(samples) < 2 * samples.shape[1]:
        raise ValueError(
            f"{len(samples)} samples of {samples.shape[1]} dimensions tell no distribution; give 10,000"
        )
    values, axes = np.linalg.eigh(np.cov(samples, rowvar=False))
    whitened = (ws - samples.mean(axis=0)) @ axes / np.sqrt(np.maximum(values, 1e-8 * values[-1]))
    return np.sqrt((whitened**2).mean(axis=tuple(range(1, ws.ndim))))
