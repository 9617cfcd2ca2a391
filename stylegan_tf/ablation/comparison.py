"""Two means from a few seeds each: is one smaller, or is it too close to call?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Mean:
    """A number that was measured for several seeds, and how sure its mean is.

    Attributes:
        values: one per seed. mean: of them.
        seeds: standard error of the mean by the spread of its own values; nan for one value.
        pooled: the same by the relative spread of all that it is compared with; nan if none has two values.
        metric: standard error of the mean by what the metric says of itself: other latents, same networks.
        error: the largest of the three; nan if no spread over seeds is known.
    """

    values: tuple[float, ...]
    mean: float
    seeds: float
    pooled: float
    metric: float
    error: float


@dataclass(frozen=True)
class Verdict:
    """Of ``compare``: the difference of two means, half the width of its 95 % interval, and the word for it."""

    difference: float
    half_width: float
    word: str

    def __str__(self) -> str:
        return f"{with_error(self.difference, self.half_width, '+')}: {self.word}"


def with_error(value: float, error: float, sign: str = "") -> str:
    """ "20.7 ± 1.2": the error with two figures, the value with as many decimals; without "±" where the error
    is nan.
    """
    known = not math.isnan(error)
    scale = max(error if known else abs(value) / 10, 1e-3)
    digits = min(max(1 - math.floor(math.log10(scale)), 0), 3)
    text = f"{value:{sign},.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return f"{text} ± {error:,.{digits}f}" if known else text


def means(values: dict[str, list[float]], errors: dict[str, list[float]]) -> tuple[dict[str, Mean], int]:
    """The mean and its error for each of several things, measured alike.

    From two or three seeds a standard deviation of its own says little: with two, it is less than a fifth of
    the true one in about one case of six. So the spread is also taken from all things together, as a share of
    their means (larger numbers spread more), and the largest of the errors counts.

    Args:
        values: positive numbers, one per seed. errors: for each of them the metric's own standard error, 0 if
            it has none.

    Returns:
        a Mean for each, and the degrees of freedom of the pooled spread: all values less one for each thing.
    """
    centre = {name: float(np.mean(v)) for name, v in values.items()}
    degrees = sum(len(v) - 1 for v in values.values())
    squares = sum(((np.array(v) / centre[name] - 1) ** 2).sum() for name, v in values.items())
    relative = math.sqrt(squares / degrees) if degrees else math.nan
    found = {}
    for name, v in values.items():
        root = math.sqrt(len(v))
        own = float(np.std(v, ddof=1)) / root if len(v) > 1 else math.nan
        pooled, metric = relative * centre[name] / root, float(np.linalg.norm(errors[name])) / len(v)
        error = float(np.nanmax([own, pooled, metric])) if degrees else math.nan
        found[name] = Mean(tuple(v), centre[name], own, pooled, metric, error)
    return found, degrees


def compare(a: Mean, b: Mean, degrees: int) -> Verdict:
    """b against a, of numbers where less is better.

    The half-width is the root of the sum of both squared errors, times Student's quantile for 95 % with
    ``degrees``. A difference within it is too close to call. Without a second seed there is no verdict.
    """
    difference = b.mean - a.mean
    if not degrees:
        return Verdict(difference, math.nan, "one seed, no verdict")
    width = quantile(degrees) * math.hypot(a.error, b.error)
    word = "too close to call" if abs(difference) <= width else "less" if difference < 0 else "more"
    return Verdict(difference, width, word)


def quantile(degrees: int) -> float:
    """Student's, for 95 %: how many standard errors half of an interval has.

    1.96 for many degrees of freedom, 2.45 for 6.
    """
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, degrees))
