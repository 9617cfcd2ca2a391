"""Perceptual path length: how far the image moves when the latent moves a little (paper section 4.1)."""

from __future__ import annotations

import dataclasses
import inspect

import keras
import numpy as np
from tqdm import tqdm

from stylegan_tf import latents
from stylegan_tf.data.pixels import block_means
from stylegan_tf.latents.codes import labels_of
from stylegan_tf.networks.float32 import in_float32
from stylegan_tf.networks.graphs import fresh_graph
from stylegan_tf.networks.sampling import batches_of

FULL = 256  # larger images are averaged down to this side before they are compared


@dataclasses.dataclass(frozen=True)
class PathLength:
    """What ``perceptual_path_length`` found.

    Attributes:
        mean: of the distances between the two thresholds: the paper's number.
        standard_error: of that trimmed mean, from the winsorised variance (Tukey and McLaughlin 1963).
        distances: (N,) float64, all of them, divided by epsilon^2, in the order of drawing.
        thresholds: the 1st and the 99th percentile.
        kept: number of distances between them, both included.
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
    """Mean distance of the images at t and t + epsilon of a path, over epsilon squared.

    Each path leads from one random latent to another.

    Args:
        generator: anything with ``z_dim``, ``mapping(z)``, ``broadcast(w)`` and ``synthesis(ws)``, in
            TensorFlow or NumPy. Where synthesis takes ``noise``, both images of a pair get the same: maps
            drawn for each batch if there is a ``config``, else "fixed". A conditional network gets the
            classes in turn.
        distance: distance(images_a, images_b) -> (B,), a squared distance. The images are NumPy arrays (B, r,
            r, C), nominally in [-1, 1] and not clipped, cropped and averaged down as said below.
        space: "w" for a straight line between two w, "z" for a great circle between two z.
        sampling: "full" takes t evenly from [0, 1]. "end" takes t = 0, so that only latents near random ones
            count, and not those between.
        samples: number of pairs.
        epsilon: the step of t. In float32 the two images agree in all but the last digits: see
            docs/metrics.md for what that costs at 1e-4, and take a larger step if a generator is very smooth.
        crop: None, or "face": rows 3/8 to 7/8 and columns 2/8 to 6/8, which the paper's numbers need.
            Images larger than 256 are then averaged down to it.
        seed: of latents, t and noise.
        batch_size: pairs at a time; default as many as fit in memory, or 64 for a generator without a
            ``config``. Noise is shared within a batch.
        progress: show a progress bar.

    Raises:
        ValueError: for an unknown space, sampling or crop; too few samples; or distances that are not finite
            or not (B,).
    """
    _check_choices(space, sampling, crop, samples, epsilon)
    generator = in_float32(generator)
    config = getattr(generator, "config", None)

    # How many pairs at a time. A generator without a config does not say how large its images are.
    if batch_size is not None:
        if batch_size < 1:
            raise ValueError(
                f"batch_size is {batch_size}; give 1 or more, or None for as many as fit in memory"
            )
        size = batch_size
    elif config:
        size = len(batches_of(samples, config.resolution)[0])
    else:
        size = 64
    size = min(samples, size)

    # A stream for each kind of draw, so that neither sampling nor noise changes the latents.
    z_stream, t_stream, noise_stream = (np.random.default_rng([seed, stream]) for stream in range(3))
    images_of = _images(generator, space, epsilon)
    found = []
    with tqdm(total=samples, unit="pair", disable=not progress) as bar:
        for start in range(0, samples, size):
            # Where the paths begin and end, and where on them we look.
            z = z_stream.standard_normal((size, 2, generator.z_dim)).astype("float32")
            if sampling == "full":
                t = t_stream.random((size, 1)).astype("float32")
            else:
                t = np.zeros((size, 1), "float32")
            labels = labels_of(config, range(start, start + size)) if config else None
            noise = noise_for(generator, noise_stream)

            # Two images of each path, and how far they are apart.
            before, after = images_of(z[:, 0], z[:, 1], t, noise, labels)  # (B, r, r, C)
            distances = distance(prepare(before, crop), prepare(after, crop))
            found.append(_check(distances, size))
            bar.update(min(size, samples - start))

    # The last batch may have been longer than needed.
    return summarize(np.concatenate(found)[:samples] / epsilon**2)


def _check_choices(space, sampling, crop, samples, epsilon):
    """Raise a ValueError for an argument of ``perceptual_path_length`` that it does not know."""
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


def ends(generator, z0, z1, t, epsilon, space, labels=None):
    """Styles at t and at t + epsilon of the paths from z0 to z1: two of (B, L, w_dim).

    Args:
        z0, z1: (B, z_dim).
        t: (B, 1), 0 to 1.
        epsilon: the step of t.
        space: "w" or "z", as in ``perceptual_path_length``.
        labels: one-hot (B, label_dim), or None.
    """
    given = () if labels is None else (labels,)  # a generator of other make need not know of labels

    # A great circle in Z, then to W ...
    if space == "z":
        z = [latents.slerp(z0, z1, at) for at in (t, t + epsilon)]
        if not isinstance(generator, keras.Model):
            z = [np.asarray(x) for x in z]
        return [generator.broadcast(generator.mapping(x, *given)) for x in z]

    # ... or to W first, then a straight line there.
    w0 = generator.mapping(z0, *given)
    w1 = generator.mapping(z1, *given)
    return [generator.broadcast(latents.lerp(w0, w1, at)) for at in (t, t + epsilon)]


def _images(generator, space, epsilon):
    """A function (z0, z1, t, noise, labels) -> images of both ends, as NumPy arrays.

    Of a Keras model both are made in one graph, which is faster.
    """

    def both(z0, z1, t, noise, labels):
        a, b = ends(generator, z0, z1, t, np.float32(epsilon), space, labels)
        return generator.synthesis(a, **noise), generator.synthesis(b, **noise)

    if isinstance(generator, keras.Model):
        both = fresh_graph(both, reduce_retracing=True)
    return lambda *arguments: [np.asarray(images) for images in both(*arguments)]


def noise_for(generator, rng) -> dict:
    """The ``noise`` that synthesis gets for a batch, if it takes any."""
    synthesis = generator.synthesis
    if isinstance(synthesis, keras.layers.Layer):
        synthesis = synthesis.call  # Keras's own __call__ hides the arguments
    if "noise" not in inspect.signature(synthesis).parameters:
        return {}
    if not hasattr(generator, "config"):
        return {"noise": "fixed"}
    return {"noise": latents.noise_list(generator.config, rng)}


def prepare(images: np.ndarray, crop: str | None) -> np.ndarray:
    """Images (B, r, r, C) as a distance gets them: cropped, and no larger than 256.

    If ``crop`` is "face" they are cut to the face. Larger ones are then averaged in blocks.

    Raises:
        ValueError: for a face crop of images of less than 8 pixels.
    """
    if crop == "face":
        c = images.shape[1] // 8
        if not c:
            raise ValueError(f"images have side {images.shape[1]}; the face crop needs 8 or more")
        images = images[:, 3 * c : 7 * c, 2 * c : 6 * c]
    factor = images.shape[1] // FULL
    if factor > 1:
        images = block_means(images, images.shape[1] // factor)  # (B, 256, 256, C)
    return images


def _check(distances, size):
    """Distances of ``size`` pairs in float64, if they are what a distance must give."""
    distances = np.asarray(distances, "float64")
    if distances.shape != (size,):
        raise ValueError(
            f"distance gave shape {distances.shape} for {size} pairs; "
            f"it must give one number per pair, ({size},)"
        )
    if not np.isfinite(distances).all():
        raise ValueError(
            "a distance is not finite; look at the images of this generator, and at the distance"
        )
    return distances


def summarize(distances: np.ndarray) -> PathLength:
    """Trimmed mean of distances (N,), and its standard error.

    The thresholds are values that occur, as in the official code.
    """
    low = np.percentile(distances, 1, method="lower")
    high = np.percentile(distances, 99, method="higher")
    inside = distances[(distances >= low) & (distances <= high)]

    # The error of a trimmed mean: the spread of the winsorised distances, over the share that is kept.
    spread = np.clip(distances, low, high).std(ddof=1)
    error = spread / (len(inside) / len(distances) * np.sqrt(len(distances)))
    return PathLength(float(inside.mean()), float(error), distances, (float(low), float(high)), len(inside))
