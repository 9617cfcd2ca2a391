"""Entanglement: is it z or noise that decides the picture, which layer carries a factor, what leaks where.

``read`` is an attribute classifier here: any function from images (N, r, r, C) to {factor: (N,) numbers in
the factor's unit, or (N, K) class probabilities}. Images have the stored noise, so that only the styles
differ. A generator is anything with ``synthesis(ws, noise=...)`` and ``config.resolution``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from stylegan_tf import latents
from stylegan_tf.latents.codes import noise_list
from stylegan_tf.networks.float32 import in_float32
from stylegan_tf.networks.generator import Generator
from stylegan_tf.networks.sampling import batches_of, images_of

Reader = Callable[[np.ndarray], Mapping[str, np.ndarray]]


def z_share(
    generator: Generator,
    resolution: int | None = None,
    alpha: float = 1.0,
    latents: int = 16,
    noises: int = 4,
    seed: int = 0,
) -> float:
    """Share of the pixels' variance that z explains; the noise explains the rest.

    The variance between codes is corrected for the noise left in their means.

    Args:
        resolution: stage of growing; None is the last.
        alpha: weight of the newest block, 0 to 1.
        latents: number of codes.
        noises: sets of noise maps that each code is drawn with; the codes share them.
        seed: of the noise; the codes are those of ``seed``, ``seed + 1``, ...

    Returns:
        0 to 1; 1 for a generator without noise.
    """
    rng = np.random.default_rng(seed)
    maps = [noise_list(generator.config, rng) for _ in range(noises)]
    seeds = range(seed, seed + latents)
    between, within = _variances(generator, seeds, maps, resolution=resolution, alpha=np.float32(alpha))
    return float(np.clip(between / max(between + within, 1e-12), 0.0, 1.0))


def variance_budget(
    generator: Generator, latents: int = 16, noises: int = 4, seed: int = 0
) -> dict[str, float]:
    """Shares of the pixels' variance: of z, of all noise, and of the noise of one resolution alone.

    For one resolution its two maps are drawn again and the others stay. These parts add up to ``noise``
    where they do not act on each other; nothing forces them to.

    Args:
        latents, noises, seed: as in ``z_share``.

    Returns:
        ``z``, ``noise``, and ``noise 4x4``, ``noise 8x8``, ...
    """
    config = generator.config
    rng = np.random.default_rng(seed)
    maps = [noise_list(config, rng) for _ in range(noises)]
    seeds = range(seed, seed + latents)

    # z against all noise.
    between, within = _variances(generator, seeds, maps)
    total = max(between + within, 1e-12)
    budget = {"z": max(between, 0.0) / total, "noise": within / total}

    # The noise of one resolution after the other.
    for i, r in enumerate(config.resolutions):
        layers = (2 * i, 2 * i + 1)
        _, within = _variances(generator, seeds, _varied_in(layers, maps))
        budget[f"noise {r}x{r}"] = within / total
    return {name: float(share) for name, share in budget.items()}


def _varied_in(layers, maps):
    """Sets of noise maps that differ in some layers only; the others have the maps of the first set."""
    sets = []
    for own in maps:
        varied = list(maps[0])
        for layer in layers:
            varied[layer] = own[layer]
        sets.append(varied)
    return sets


def _variances(generator, seeds, maps, **call):
    """Variance between codes and within them, summed over the pixels."""
    generator = in_float32(generator)
    images = np.stack([images_of(generator, seeds, noise=noise, **call) for noise in maps])
    images = images.reshape(len(maps), len(seeds), -1).astype("float64")  # (noises, codes, pixels)
    within = images.var(axis=0, ddof=1).mean(axis=0).sum()

    # The mean of a code over n sets of noise still varies by 1/n of the variance within.
    between = images.mean(axis=0).var(axis=0, ddof=1).sum() - within / len(maps)
    return between, within


def read_styles(generator, ws, read: Reader) -> dict[str, np.ndarray]:
    """What is read in the images of ws (N, L, w_dim): {factor: (N,)}.

    Class k of a factor with K classes is named ``factor k``.
    """
    ws = np.asarray(ws)
    readings = []
    generator = in_float32(generator)
    for part in batches_of(len(ws), generator.config.resolution):
        images = np.asarray(generator.synthesis(ws[part], noise="fixed"))
        readings.append(read(images))
    return columns(readings)


def columns(readings: list[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Readings of several batches, one after the other, named as in ``read_styles``."""
    found = {}
    for name in readings[0]:
        values = np.concatenate([np.asarray(batch[name], "float64") for batch in readings])
        if values.ndim == 1:
            found[name] = values
        else:
            found |= {f"{name} {k}": values[:, k] for k in range(values.shape[1])}
    return found


@dataclass(frozen=True)
class Leakage:
    """What moving along directions does to all factors.

    Attributes:
        directions: names of the rows.
        factors: names of the columns.
        change: (I, J), mean change of factor j, in its unit, when w moves one deviation along direction i.
        standard_error: (I, J), of these means over the images.
    """

    directions: tuple[str, ...]
    factors: tuple[str, ...]
    change: np.ndarray
    standard_error: np.ndarray

    @property
    def matrix(self) -> np.ndarray:
        """(I, J): change of factor j per unit of the factor that direction i is named after.

        It is 1 where j is that factor.
        """
        own = [self.change[i, self.factors.index(name)] for i, name in enumerate(self.directions)]
        return self.change / np.array(own)[:, None]


def leakage(
    generator, ws, directions: Mapping[str, latents.Direction], read: Reader, strength=1.0, layers=None
) -> Leakage:
    """Move along the direction of each factor and read them all.

    ``.matrix`` of the result is the identity where nothing leaks.

    Args:
        ws: (N, L, w_dim), the images to start from.
        directions: factor -> Direction.
        read: attribute classifier of the images.
        strength: the step to either side, in deviations.
        layers: those that move; None is all.

    Raises:
        ValueError: for a direction that is named after no factor that is read, or readings that are not
            finite.
    """
    change = []
    error = []
    for name, direction in directions.items():
        up = read_styles(generator, latents.move(ws, direction, strength, layers), read)
        down = read_styles(generator, latents.move(ws, direction, -strength, layers), read)
        if name not in up:
            raise ValueError(
                f"there is a direction '{name}', and the attribute classifier reads {', '.join(up)}; "
                "name it after one of these"
            )

        # Change of each factor per deviation, image by image.
        steps = np.stack([(up[factor] - down[factor]) / (2 * strength) for factor in up], axis=1)  # (N, J)
        _all_finite(steps, list(up))
        change.append(steps.mean(axis=0))
        error.append(steps.std(axis=0, ddof=1) / np.sqrt(len(steps)))
    return Leakage(tuple(directions), tuple(up), np.array(change), np.array(error))


@dataclass(frozen=True)
class Atlas:
    """Which layers carry which factor.

    Attributes:
        bands: names of the rows.
        factors: names of the columns.
        change: (I, J), root mean square change of factor j, in its unit, when band i is swapped.
        carried: (I, J), the part of the difference between the two images that comes with the band: 1 all, 0
            nothing.
    """

    bands: tuple[str, ...]
    factors: tuple[str, ...]
    change: np.ndarray
    carried: np.ndarray


def layer_factor_atlas(
    generator, ws_a, ws_b, read: Reader, bands: Mapping[str, range] | None = None
) -> Atlas:
    """Give images a the styles of images b in one band of layers at a time, and read all factors.

    ``carried`` is the slope of the change on the difference b - a over the pairs, so an error of reading does
    not add to it.

    Args:
        ws_a, ws_b: (N, L, w_dim), N pairs.
        read: attribute classifier of the images.
        bands: name -> layers, as ``figures.style_bands`` makes; None: each layer by itself.

    Raises:
        ValueError: for readings that are not finite.
    """
    if not bands:
        bands = {f"layer {i}": range(i, i + 1) for i in range(ws_a.shape[1])}

    # The factors of a, and how far b is from them.
    before = read_styles(generator, ws_a, read)
    after = read_styles(generator, ws_b, read)
    start = np.stack(list(before.values()), axis=1)  # (N, J)
    whole = np.stack(list(after.values()), axis=1) - start  # (N, J)
    _all_finite(whole, list(before))

    # How far each band takes them.
    change = []
    carried = []
    for layers in bands.values():
        swapped = read_styles(generator, latents.mix(ws_a, ws_b, layers), read)
        steps = np.stack(list(swapped.values()), axis=1) - start  # (N, J)
        _all_finite(steps, list(before))
        change.append(np.sqrt((steps**2).mean(axis=0)))
        carried.append((steps * whole).sum(axis=0) / np.maximum((whole**2).sum(axis=0), 1e-12))
    return Atlas(tuple(bands), tuple(before), np.array(change), np.array(carried))


def _all_finite(values, names):
    """Raise a ValueError that names the columns of values (N, J) with a number that is not finite."""
    bad = [name for name, column in zip(names, values.T, strict=True) if not np.isfinite(column).all()]
    if bad:
        raise ValueError(
            f"the attribute classifier gave numbers that are not finite for {', '.join(bad)}; "
            "leave those images or factors out"
        )
