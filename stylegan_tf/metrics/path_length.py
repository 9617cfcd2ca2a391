"""Perceptual path length: how far the image goes when the latent goes a little way (paper section 4.1)."""

from __future__ import annotations

import dataclasses
import functools
import inspect

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from stylegan_tf import latents
from stylegan_tf.latents.codes import labels_of
from stylegan_tf.networks.sampling import batches_of

FULL = 256  # larger images are averaged down to this side before they are compared


@dataclasses.dataclass(frozen=True)
class PathLength:
    """What ``perceptual_path_length`` found.

    Attributes:
        mean: of the distances between the two thresholds: the paper's number.
        standard_error: of that trimmed mean, from the winsorised variance (Tukey and McLaughlin 1963).
        distances: (N,) float64, all of them, divided by epsilon^2, in the order of drawing.
        thresholds: the 1st and the 99th percentile. kept: distances between them, both included.
    """

    mean: float
    standard_error: float
    distances: np.ndarray
    thresholds: tuple[float, float]
    kept: int


def perceptual_path_length(
    generator,
    distance,
    space: str = "w",
    sampling: str = "full",
    samples: int = 10_000,
    epsilon: float = 1e-4,
    crop: str | None = None,
    seed: int = 0,
    batch_size: int | None = None,
    progress: bool = False,
) -> PathLength:
    """Mean distance, over epsilon squared, of the images at t and t + epsilon on paths between two random
    latents.

    Args:
        generator: anything with ``z_dim``, ``mapping(z)``, ``broadcast(w)`` and ``synthesis(ws)``, in
            TensorFlow or NumPy. Where synthesis takes ``noise``, both images of a pair get the same: maps
            drawn anew for each batch if there is a ``config``, else "fixed". A conditional network gets the
            classes in turn.
        distance: distance(images_a, images_b) -> (B,), a squared distance. The images are NumPy arrays (B, r,
            r, C), nominally in [-1, 1] and not clipped, cropped and averaged down as said below.
        space: "w" goes in a straight line between two w; "z" on a great circle between two z.
        sampling: "full" takes t evenly from [0, 1]; "end" takes t = 0, so that paths are left where real
            latents lie.
        samples: number of pairs.
        epsilon: the step of t. In float32 the two images agree in all but the last digits: see
            docs/metrics.md for what that costs at 1e-4, and take a larger step if a generator is very smooth.
        crop: None, or "face": rows 3/8 to 7/8 and columns 2/8 to 6/8, which the paper's numbers need.
            Images larger than 256 are then averaged down to it.
        batch_size: pairs at a time, default as many as fit in memory, 64 at most. Noise is shared within a
            batch.
        progress: show a progress bar.

    Raises:
        ValueError: for an unknown space, sampling or crop; too few samples; or distances that are not finite
            or not (B,).
    """
    choices = {
        "space": (space, ("w", "z")),
        "sampling": (sampling, ("full", "end")),
        "crop": (crop, (None, "face")),
    }
    for name, (value, known) in choices.items():
        if value not in known:
            raise ValueError(f"{name} is {value!r}; choose {known[0]!r} or {known[1]!r}")
    if samples < 2 or not epsilon > 0:
        raise ValueError(
            f"{samples} samples with epsilon {epsilon}; give 2 samples or more, and a positive epsilon"
        )
    config = getattr(generator, "config", None)
    size = min(samples, batch_size or (len(batches_of(samples, config.resolution)[0]) if config else 64))
    z_stream, t_stream, noise_stream = (np.random.default_rng([seed, stream]) for stream in range(3))
    images_of = _images(generator, space, epsilon)
    found = []
    with tqdm(total=samples, unit="pair", disable=not progress) as bar:
        for start in range(0, samples, size):
            z = z_stream.standard_normal((size, 2, generator.z_dim)).astype("float32")
            t = (
                t_stream.random((size, 1)).astype("float32")
                if sampling == "full"
                else np.zeros((size, 1), "float32")
            )
            labels = labels_of(config, range(start, start + size)) if config else None
            pair = images_of(z[:, 0], z[:, 1], t, noise_for(generator, noise_stream), labels)
            found.append(_check(distance(*(prepare(images, crop) for images in pair)), size))
            bar.update(min(size, samples - start))
    return summarize(np.concatenate(found)[:samples] / epsilon**2)


def ends(generator, z0, z1, t, epsilon, space, labels=None):
    """Styles (B, L, w_dim) at t and at t + epsilon, of paths from z0 to z1 (B, z_dim), t (B, 1)."""
    given = () if labels is None else (labels,)
    if space == "z":
        z = [latents.slerp(z0, z1, at) for at in (t, t + epsilon)]
        z = z if isinstance(generator, keras.Model) else [np.asarray(x) for x in z]
        return [generator.broadcast(generator.mapping(x, *given)) for x in z]
    w0, w1 = (generator.mapping(z, *given) for z in (z0, z1))
    return [generator.broadcast(latents.lerp(w0, w1, at)) for at in (t, t + epsilon)]


def _images(generator, space, epsilon):
    """A function that makes the images of both ends, in one graph where the generator is a Keras model."""

    def images(z0, z1, t, noise, labels):
        a, b = ends(generator, z0, z1, t, np.float32(epsilon), space, labels)
        return tuple(generator.synthesis(ws, **noise) for ws in (a, b))

    call = functools.partial(images)  # one each, else TensorFlow warns of one that is traced too often
    graph = (
        tf.function(call, reduce_retracing=True, autograph=False)
        if isinstance(generator, keras.Model)
        else images
    )
    return lambda *arguments: [np.asarray(x) for x in graph(*arguments)]


def noise_for(generator, rng) -> dict:
    """The ``noise`` that synthesis gets for a batch, if it takes any."""
    call = (
        generator.synthesis.call
        if isinstance(generator.synthesis, keras.layers.Layer)
        else generator.synthesis
    )
    if "noise" not in inspect.signature(call).parameters:
        return {}
    if not hasattr(generator, "config"):
        return {"noise": "fixed"}
    return {"noise": latents.noise_list(generator.config, rng)}


def prepare(images: np.ndarray, crop: str | None) -> np.ndarray:
    """Images (B, r, r, C), cut to the face if ``crop`` is "face", then box-averaged to 256 if they are
    larger.
    """
    if crop == "face":
        c = images.shape[1] // 8
        if not c:
            raise ValueError(f"images have side {images.shape[1]}; the face crop wants 8 or more")
        images = images[:, 3 * c : 7 * c, 2 * c : 6 * c]
    factor = images.shape[1] // FULL
    if factor > 1:
        b, h, w, channels = images.shape
        images = images.reshape(b, h // factor, factor, w // factor, factor, channels).mean(axis=(2, 4))
    return images


def _check(distances, size):
    distances = np.asarray(distances, "float64")
    if distances.shape != (size,):
        raise ValueError(
            f"distance gave shape {distances.shape} for {size} pairs; it must give one number per pair, ({size},)"
        )
    if not np.isfinite(distances).all():
        raise ValueError(
            "a distance is not finite; look at the images of this generator, and at the distance"
        )
    return distances


def summarize(distances: np.ndarray) -> PathLength:
    """Trimmed mean and its standard error; the thresholds are values that occur, as in the official code."""
    low, high = np.percentile(distances, 1, method="lower"), np.percentile(distances, 99, method="higher")
    inside = distances[(distances >= low) & (distances <= high)]
    spread = np.clip(distances, low, high).std(ddof=1)
    error = spread / (len(inside) / len(distances) * np.sqrt(len(distances)))
    return PathLength(float(inside.mean()), float(error), distances, (float(low), float(high)), len(inside))
