"""``stylegan-tf evaluate``: all metrics of one generator, against the data that it learned from."""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable

import numpy as np

from stylegan_tf.data.names import is_toyfaces, kind, look
from stylegan_tf.data.pixels import to_uint8, to_unit_range
from stylegan_tf.data.source import Source
from stylegan_tf.data.toyfaces.factors import PALETTE
from stylegan_tf.metrics.batches import batches, with_attributes
from stylegan_tf.metrics.coverage import density_coverage, precision_recall
from stylegan_tf.metrics.distances import DigitsDistance, FacesDistance
from stylegan_tf.metrics.fid import cached_statistics, fid, fid_standard_error
from stylegan_tf.metrics.judges.digits import DigitsAttributes
from stylegan_tf.metrics.judges.faces import FaceAttributes, FaceReader
from stylegan_tf.metrics.judges.features import DigitsJudge
from stylegan_tf.metrics.judges.untrained import UntrainedFeatures
from stylegan_tf.metrics.kid import floor, kid
from stylegan_tf.metrics.path_length import perceptual_path_length
from stylegan_tf.metrics.redraw import QUANTILE, by_factor, redraw, redraw_limit, share_beyond
from stylegan_tf.metrics.separability import linear_separability
from stylegan_tf.networks.generator import Generator

# Metric -> names of its numbers, and the function of real and generated features that gives them
COMPARED = {
    "fid": [(["FID"], fid)],
    "kid": [(["KID"], kid)],
    "pr": [(["precision", "recall"], precision_recall), (["density", "coverage"], density_coverage)],
}
METRICS = (*COMPARED, "ppl", "ls", "redraw")
PATHS = [(space, sampling) for space in "zw" for sampling in ("full", "end")]
MOST_REDRAWN = 2500  # faces of each kind; drawing takes 2 to 4 ms each
MOST_BY_FACTOR = 250  # of these, drawn again once for each of twelve factors
REASONS = {  # metric -> why a judge may not have it
    "ppl": "a path length needs a network that was trained on such pictures",
    "ls": "separability needs a classifier of such pictures",
    "redraw": "redraw is measured of toy faces alone, which can be drawn again from what is read in them",
}
LEAST_FOR_ERROR = 40  # samples from which FID has a standard error: two in each of its 20 groups


@dataclasses.dataclass(frozen=True)
class Judge:
    """The networks that judge the images of a data set. All take images in [-1, 1], not clipped.

    Attributes:
        resolution, channels: of the images that they take; None: any.
        features_name: of the network, for tables.
        features: images (N, r, r, C) -> (N, F).
        distance_name: of the distance, for tables.
        distance: two batches of images -> (B,); None if there is none.
        attribute_names: of the columns that ``attributes`` gives.
        attributes: images -> P(attribute) (N, K); None if there are none.
        shrinks: whether they also take multiples of that resolution.
        redraw: images -> redraw.Redrawn, for pictures that can be drawn again from what is read; else None.
    """

    resolution: int | None
    channels: int | None
    features_name: str
    features: Callable
    distance_name: str = ""
    distance: Callable | None = None
    attribute_names: tuple[str, ...] = ()
    attributes: Callable | None = None
    shrinks: bool = False
    redraw: Callable | None = None

    def metrics(self) -> tuple[str, ...]:
        """Those of METRICS that can be measured."""
        needs = {"ppl": self.distance, "ls": self.attributes, "redraw": self.redraw}
        return tuple(name for name in METRICS if name not in needs or needs[name])

    def check_metrics(self, metrics) -> None:
        """Raise a ValueError for the first of ``metrics`` that these networks cannot measure."""
        for name in metrics:
            if name not in self.metrics():
                raise ValueError(f"{REASONS[name]}; leave {name} out")

    def takes(self, side: int, channels: int) -> bool:
        """Whether images (N, side, side, channels) can be judged."""
        if self.resolution is None:
            return True
        if self.shrinks:
            fits = side % self.resolution == 0
        else:
            fits = side == self.resolution
        return fits and channels == self.channels


def digits_judge() -> Judge:
    """The judge of 32x32 digits: the shipped classifier."""
    classifier = DigitsJudge()
    distance = DigitsDistance()
    attributes = DigitsAttributes()
    return Judge(
        resolution=32,
        channels=1,
        features_name="digits classifier",
        features=lambda images: classifier(images)[0],
        distance_name=distance.name,
        distance=distance,
        attribute_names=attributes.names,
        attributes=attributes,
    )


def faces_judge(palette: str = PALETTE) -> Judge:
    """The judge of toy faces of a palette: the shipped attribute classifier."""
    classifier = FaceReader(palette)
    distance = FacesDistance(palette)
    attributes = FaceAttributes(palette)
    return Judge(
        resolution=32,
        channels=3,
        features_name="toy face classifier",
        features=classifier.features,
        distance_name=distance.name,
        distance=distance,
        attribute_names=attributes.names,
        attributes=attributes,
        shrinks=True,
        redraw=functools.partial(redraw, reader=classifier),
    )


JUDGES = {  # name of the data set -> function that makes its judge
    "digits": digits_judge,
    "tfds:mnist": digits_judge,
    "toyfaces": faces_judge,
    "toyfaces:palette=continuous": functools.partial(faces_judge, "continuous"),
}


def any_judge() -> Judge:
    """The judge of pictures that no network of ours was trained on: FID, KID, precision and recall alone."""
    features = UntrainedFeatures()
    return Judge(resolution=None, channels=None, features_name=features.name, features=features)


def judge_of(dataset: str) -> Judge:
    """The judge of a data set: networks that know its pictures, or ``any_judge`` if there are none."""
    if kind(dataset) not in JUDGES:
        return any_judge()
    judge = JUDGES[kind(dataset)]()
    if judge.redraw is None or not is_toyfaces(dataset):
        return judge
    _, detail = look(dataset)
    return dataclasses.replace(judge, redraw=functools.partial(judge.redraw, detail=detail))


def evaluate(
    generator: Generator,
    data: Source,
    judge: Judge,
    metrics=None,
    samples: int = 10_000,
    seed: int = 0,
    floors: bool = False,
    cache=None,
    progress: bool = False,
) -> dict:
    """Measure a generator: no truncation, random noise.

    Args:
        generator: what is measured.
        data: what it learned from.
        judge: of the data set, as ``judge_of`` gives.
        metrics: of "fid", "kid", "pr" (precision, recall, density, coverage), "ppl" (z and w, full and end),
            "ls" (z and w), and of toy faces "redraw"; default all that the judge can measure.
        samples: generated images of FID, KID, precision, recall and separability, and pairs of path length.
            As many real images are taken, the first ones, or all if there are fewer.
        seed: of all draws.
        floors: also give what FID, KID, precision and recall say of random halves of the real images.
        cache: a folder for the statistics of the real images. It is used where FID alone is asked for,
            without floors.
        progress: show progress bars.

    Returns:
        ``rows``: one dict per number: metric, value, standard_error and floor (or None), n, network, and
        seconds, of the whole group. ``attributes``: {name: [bits in z, bits in w, share that has it]} if "ls"
        was asked for. ``redraw``: the ``limit`` of the real faces, and ``by_factor`` where faces fail, if
        "redraw" was asked for. ``seed``, ``real_images``.

    Raises:
        ValueError: for an unknown metric, or images that the judge does not take.
    """
    metrics = judge.metrics() if metrics is None else metrics
    _check(generator, data, judge, metrics)
    options = dict(samples=samples, seed=seed, progress=progress)
    rows = []
    attributes = {}

    # Fakes against reals.
    compared = [name for name in COMPARED if name in metrics]
    if compared:
        rows += _compare(generator, data, judge, compared, floors, cache, **options)

    # The latent spaces.
    if "ppl" in metrics:
        rows += _path_lengths(generator, judge, **options)
    if "ls" in metrics:
        found, attributes = _separabilities(generator, judge, **options)
        rows += found

    # Faces drawn again.
    result = {"seed": seed, "real_images": min(samples, len(data))}
    if "redraw" in metrics:
        found, result["redraw"] = _redrawn(generator, data, judge, floors, **options)
        rows += found
    return {"rows": rows, "attributes": attributes, **result}


def _check(generator, data, judge, metrics):
    """Raise a ValueError for an unknown metric, or images that the judge does not take."""
    # Metrics by names that we know.
    unknown = sorted(set(metrics) - set(METRICS))
    if unknown or not metrics:
        raise ValueError(f"there is no metric '{', '.join(unknown)}'; choose from {', '.join(METRICS)}")

    judge.check_metrics(metrics)

    # Images that the judge can look at, of the model and of the data.
    config = generator.config
    images = [
        ("the model", config.resolution, config.channels),
        (data.name, data.resolution, data.channels),
    ]
    for whose, side, channels in images:
        if side != config.resolution or not judge.takes(side, channels):
            raise ValueError(
                f"images of {whose} are {side}x{side}x{channels}; the judge of this data set expects "
                f"{_expected(judge)}, and the model and its data the same resolution"
            )


def _expected(judge):
    """The images that a judge takes, in words."""
    if judge.resolution is None:
        return "any size"
    expected = f"{judge.resolution}x{judge.resolution}x{judge.channels}"
    return f"{expected} or a multiple of that side" if judge.shrinks else expected


def _row(metric, value, n, network, started, standard_error=None, floor=None):
    """A number with all that a table says of it; ``started``: a reading of time.perf_counter."""
    return dict(
        metric=metric,
        value=value,
        standard_error=standard_error,
        floor=floor,
        n=n,
        network=network,
        seconds=round(time.perf_counter() - started, 2),
    )


def _compare(generator, data, judge, metrics, floors, cache, samples, seed, progress):
    """Rows of the metrics in features; both sets as uint8 first (docs/exactness.md, FID)."""
    started = time.perf_counter()

    # Features of the reals. For FID alone their statistics will do, and may be there already.
    count = min(samples, len(data))
    index = np.array_split(np.arange(count), max(1, count // 1000))
    parts = (judge.features(to_unit_range(data.rows(part, data.resolution))) for part in index)
    if cache and metrics == ["fid"] and not floors:
        identity = f"{data.name} {data.resolution} {data.fingerprint()}"
        real = cached_statistics(cache, identity, count, judge.features_name, parts)
    else:
        real = np.concatenate(list(parts))  # (N, F)

    # Features of the fakes.
    drawn = batches(generator, samples, seed, progress=progress)
    fake = np.concatenate([judge.features(to_unit_range(to_uint8(part.images))) for part in drawn])  # (N, F)

    # Each comparison gives one number or more. KID also gives the spread of its subsets, which has no row.
    rows = []
    for metric in metrics:
        for names, compare in COMPARED[metric]:
            values = np.atleast_1d(compare(real, fake)).tolist()
            if floors:
                least = np.atleast_1d(floor(compare, real, seed)).tolist()
            else:
                least = [None] * len(names)
            for i, name in enumerate(names):
                has_error = name == "FID" and samples >= LEAST_FOR_ERROR
                error = fid_standard_error(real, fake) if has_error else None
                row = _row(name, values[i], samples, judge.features_name, started, error, least[i])
                rows.append(row)
    return rows


def _path_lengths(generator, judge, samples, seed, progress):
    """Rows of the path length in both spaces, along whole paths and at their ends."""
    rows = []
    for space, sampling in PATHS:
        started = time.perf_counter()
        found = perceptual_path_length(
            generator, judge.distance, space, sampling, samples, seed=seed, progress=progress
        )
        name = f"PPL {space} {sampling}"
        rows.append(_row(name, found.mean, samples, judge.distance_name, started, found.standard_error))
    return rows


def _separabilities(generator, judge, samples, seed, progress):
    """Rows of the separability in z and in w, and {attribute: [bits in z, bits in w, share that has it]}."""
    # Latents, and what their images have.
    started = time.perf_counter()
    z, w, probabilities = with_attributes(generator, judge.attributes, samples, seed=seed, progress=progress)
    in_z = linear_separability(z, probabilities, seed=seed)
    in_w = linear_separability(w, probabilities, seed=seed)

    # A row each, and the bits of every attribute.
    network = f"{len(judge.attribute_names)} attributes"
    rows = [
        _row("separability z", in_z.score, samples, network, started, in_z.standard_error),
        _row("separability w", in_w.score, samples, network, started, in_w.standard_error),
    ]

    attributes = {}
    for k, name in enumerate(judge.attribute_names):
        bits_in_z = float(in_z.conditional_entropies[k])
        bits_in_w = float(in_w.conditional_entropies[k])
        attributes[name] = [bits_in_z, bits_in_w, float(in_z.shares[k])]
    return rows, attributes


def _redrawn(generator, data, judge, floors, samples, seed, progress):
    """Rows of the redraw score, at 32x32 and at the images' own side; and its limit, and by which factor."""
    # Faces of both kinds, the generated ones as uint8 first, as the real ones are.
    count = min(samples, MOST_REDRAWN)
    reals = to_unit_range(data.rows(np.arange(min(count, len(data))), data.resolution))
    drawn = batches(generator, count, seed, progress=progress)
    fakes = np.concatenate([to_unit_range(to_uint8(part.images)) for part in drawn])

    # The share beyond the real ones, and the distance of the face in the middle.
    rows = []
    about = {}
    for side in sorted({judge.resolution, data.resolution}):
        started = time.perf_counter()
        real, fake = judge.redraw(reals, side=side), judge.redraw(fakes, side=side)
        limit = redraw_limit(real)
        share, error = share_beyond(fake, limit)
        least = _share_of_halves(real) if floors else None
        where = "" if side == judge.resolution else f" at {side}x{side}"
        network = judge.features_name
        rows.append(_row(f"redraw, share beyond{where}", share, count, network, started, error, least))
        middle = float(np.median(fake.distances))
        least = float(np.median(real.distances)) if floors else None
        rows.append(_row(f"redraw, median distance{where}", middle, count, network, started, floor=least))

        # Where they fail; that is asked once.
        if side == judge.resolution:
            few_fakes, few_reals = _first(fake, MOST_BY_FACTOR), _first(real, MOST_BY_FACTOR)
            about = {"limit": limit, "by_factor": by_factor(few_fakes, few_reals)}
    return rows, about


def _first(redrawn, count):
    """The first ``count`` of redrawn faces."""
    return dataclasses.replace(
        redrawn,
        images=redrawn.images[:count],
        drawn=redrawn.drawn[:count],
        factors=redrawn.factors[:count],
    )


def _share_of_halves(real):
    """The share of half of the real faces that is beyond the limit of the other half."""
    distances = real.distances
    half = len(distances) // 2
    return float((distances[half:] > np.quantile(distances[:half], QUANTILE)).mean())


def table(result: dict) -> str:
    """The rows of ``evaluate`` as text, one number a line."""
    lines = [("metric", "value", "+-", "floor", "n", "judged by")]
    for row in result["rows"]:
        numbers = [_number(row[name]) for name in ("value", "standard_error", "floor")]
        lines.append((row["metric"], *numbers, f"{row['n']:,}", row["network"]))

    for name, share in result.get("redraw", {}).get("by_factor", {}).items():
        lines.append((f"  {name}", f"{share:.2f}", "", "0.01", "", "share beyond where it shows"))

    note = "bits; share of the kept samples that have it"
    for name, (z, w, share) in result["attributes"].items():
        lines.append((f"  {name}", f"{z:.3f} z", f"{w:.3f} w", "", f"{share:.0%}", note))

    # Columns as wide as their widest cell.
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = []
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        padded.append("  ".join(cells).rstrip())
    return "\n".join(padded)


def _number(value) -> str:
    return "" if value is None else f"{value:.4g}"
