"""``stylegan-tf evaluate``: all metrics of one generator, against the data that it learned from."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

import numpy as np

from stylegan_tf.data.names import kind
from stylegan_tf.data.pixels import to_uint8, to_unit_range
from stylegan_tf.data.source import Source
from stylegan_tf.metrics.batches import batches, with_attributes
from stylegan_tf.metrics.coverage import density_coverage, precision_recall
from stylegan_tf.metrics.distances import DigitsDistance, FacesDistance
from stylegan_tf.metrics.fid import cached_statistics, fid, fid_standard_error
from stylegan_tf.metrics.judges.digits import DigitsAttributes
from stylegan_tf.metrics.judges.faces import FaceAttributes, FaceReader
from stylegan_tf.metrics.judges.features import DigitsJudge
from stylegan_tf.metrics.kid import floor, kid
from stylegan_tf.metrics.path_length import perceptual_path_length
from stylegan_tf.metrics.separability import linear_separability
from stylegan_tf.networks.generator import Generator

# Metric -> names of its numbers, and the function of real and generated features that gives them
COMPARED = {
    "fid": [(["FID"], fid)],
    "kid": [(["KID"], kid)],
    "pr": [(["precision", "recall"], precision_recall), (["density", "coverage"], density_coverage)],
}
METRICS = (*COMPARED, "ppl", "ls")
PATHS = [(space, sampling) for space in "zw" for sampling in ("full", "end")]


@dataclasses.dataclass(frozen=True)
class Judge:
    """The networks that judge the images of a data set. All take images in [-1, 1], not clipped.

    Attributes:
        resolution, channels: what they take. shrinks: whether they also take multiples of that resolution.
        features_name, features: images (N, r, r, C) -> (N, F). distance_name, distance: two batches -> (B,).
        attribute_names, attributes: images -> P(attribute) (N, K).
    """

    resolution: int
    channels: int
    features_name: str
    features: Callable
    distance_name: str
    distance: Callable
    attribute_names: tuple[str, ...]
    attributes: Callable
    shrinks: bool = False


def digits_judge() -> Judge:
    """The judge of 32x32 digits: the shipped classifier."""
    classifier, distance, attributes = DigitsJudge(), DigitsDistance(), DigitsAttributes()
    return Judge(
        32, 1, "digits classifier", lambda x: classifier(x)[0], distance.name, distance, attributes.names, attributes
    )  # fmt: skip


def faces_judge() -> Judge:
    """The judge of toy faces: the shipped reader of their factors."""
    reader, distance, attributes = FaceReader(), FacesDistance(), FaceAttributes()
    judges = ("toy face reader", reader.features, distance.name, distance, attributes.names, attributes)
    return Judge(32, 3, *judges, shrinks=True)


JUDGES = {  # name of the data set -> function that makes its judge
    "digits": digits_judge,
    "tfds:mnist": digits_judge,
    "toyfaces": faces_judge,
}


def judge_of(dataset: str) -> Judge:
    """The judge of a data set.

    Raises:
        ValueError: if it has none.
    """
    if kind(dataset) not in JUDGES:
        raise ValueError(
            f"no network judges the data set '{dataset}'; there are judges for {', '.join(JUDGES)}"
        )
    return JUDGES[kind(dataset)]()


def evaluate(
    generator: Generator,
    data: Source,
    judge: Judge,
    metrics=METRICS,
    samples: int = 10_000,
    seed: int = 0,
    floors: bool = False,
    cache=None,
    progress: bool = False,
) -> dict:
    """Measure a generator: no truncation, random noise.

    Args:
        metrics: of "fid", "kid", "pr" (precision, recall, density, coverage), "ppl" (z and w, full and end)
            and "ls" (z and w).
        samples: generated images of FID, KID, precision, recall and separability, and pairs of path length.
            As many real images are taken, the first ones, or all if there are fewer.
        floors: also give what FID, KID, precision and recall say of random halves of the real images.
        cache: a folder for the statistics of the real images; it serves where FID alone is asked for, without
            floors.

    Returns:
        ``rows``: one dict per number: metric, value, standard_error and floor (or None), n, network, and
        seconds, of the
        whole group. ``attributes``: {name: [bits in z, bits in w, share that has it]} if "ls" was asked for.
        ``seed``, ``real_images``.

    Raises:
        ValueError: for an unknown metric, or images that the judge does not take.
    """
    unknown = sorted(set(metrics) - set(METRICS))
    if unknown or not metrics:
        raise ValueError(f"there is no metric '{', '.join(unknown)}'; choose from {', '.join(METRICS)}")
    model = ("the model", generator.config.resolution, generator.config.channels)
    for whose, side, channels in (model, (data.name, data.resolution, data.channels)):
        fits = side == generator.config.resolution and not (
            side % judge.resolution if judge.shrinks else side != judge.resolution
        )
        if not fits or channels != judge.channels:
            wanted = (
                f"{judge.resolution}x{judge.resolution}x{judge.channels}"
                + " or a multiple of that side" * judge.shrinks
            )
            raise ValueError(
                f"images of {whose} are {side}x{side}x{channels}; the judge of this data set wants {wanted}, "
                "and the model and its data the same resolution"
            )
    options = dict(samples=samples, seed=seed, progress=progress)
    rows, attributes = [], {}
    compared = [name for name in COMPARED if name in metrics]
    if compared:
        rows += _compare(generator, data, judge, compared, floors, cache, **options)
    if "ppl" in metrics:
        rows += _path_lengths(generator, judge, **options)
    if "ls" in metrics:
        found, attributes = _separabilities(generator, judge, **options)
        rows += found
    return {"rows": rows, "attributes": attributes, "seed": seed, "real_images": min(samples, len(data))}


def _row(metric, value, n, network, started, standard_error=None, floor=None):
    seconds = round(time.perf_counter() - started, 2)
    return dict(
        metric=metric,
        value=value,
        standard_error=standard_error,
        floor=floor,
        n=n,
        network=network,
        seconds=seconds,
    )


def _compare(generator, data, judge, metrics, floors, cache, samples, seed, progress):
    """Fakes against reals in features; both as uint8 first (docs/exactness.md, FID)."""
    started, count = time.perf_counter(), min(samples, len(data))
    index = np.array_split(np.arange(count), max(1, count // 1000))
    parts = (judge.features(to_unit_range(data.rows(part, data.resolution))) for part in index)
    if cache and metrics == ["fid"] and not floors:
        real = cached_statistics(cache, f"{data.name} {data.resolution}", count, judge.features_name, parts)
    else:
        real = np.concatenate(list(parts))
    drawn = batches(generator, samples, seed, progress=progress)
    fake = np.concatenate([judge.features(to_unit_range(to_uint8(part.images))) for part in drawn])
    rows = []
    for names, compare in (pair for name in metrics for pair in COMPARED[name]):
        found = np.atleast_1d(compare(real, fake)).tolist()
        least = np.atleast_1d(floor(compare, real, seed)).tolist() if floors else [None] * len(names)
        for name, value, edge in zip(
            names, found, least, strict=False
        ):  # KID: its mean, not the spread of its subsets
            error = fid_standard_error(real, fake) if name == "FID" and samples >= 40 else None
            rows.append(
                _row(name, value, samples, judge.features_name, started, standard_error=error, floor=edge)
            )
    return rows


def _path_lengths(generator, judge, samples, seed, progress):
    rows = []
    for space, sampling in PATHS:
        started = time.perf_counter()
        call = dict(space=space, sampling=sampling, samples=samples, seed=seed, progress=progress)
        found = perceptual_path_length(generator, judge.distance, **call)
        name = f"PPL {space} {sampling}"
        rows.append(
            _row(name, found.mean, samples, judge.distance_name, started, standard_error=found.standard_error)
        )
    return rows


def _separabilities(generator, judge, samples, seed, progress):
    started = time.perf_counter()
    *spaces, probabilities = with_attributes(
        generator, judge.attributes, samples, seed=seed, progress=progress
    )
    found = [linear_separability(latents, probabilities, seed=seed) for latents in spaces]
    network = f"{len(judge.attribute_names)} attributes"
    rows = [
        _row(f"separability {space}", one.score, samples, network, started, standard_error=one.standard_error)
        for space, one in zip("zw", found, strict=True)
    ]
    z, w = found
    numbers = zip(
        z.conditional_entropies.tolist(), w.conditional_entropies.tolist(), z.shares.tolist(), strict=True
    )
    return rows, dict(zip(judge.attribute_names, map(list, numbers), strict=True))


def table(result: dict) -> str:
    """The rows of ``evaluate`` as text, one number a line."""
    lines = [("metric", "value", "+-", "floor", "n", "judged by")]
    for row in result["rows"]:
        numbers = [
            "" if row[name] is None else f"{row[name]:.4g}" for name in ("value", "standard_error", "floor")
        ]
        lines.append((row["metric"], *numbers, f"{row['n']:,}", row["network"]))
    for name, (z, w, share) in result["attributes"].items():
        lines.append(
            (
                f"  {name}",
                f"{z:.3f} z",
                f"{w:.3f} w",
                "",
                f"{share:.0%}",
                "bits; share of the kept samples that have it",
            )
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
