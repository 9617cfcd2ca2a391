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
        values: one per seed.
        mean: of the values.
        seeds: standard error of the mean from the spread of its own values; nan for one value.
        pooled: the same from the relative spread of all that it is compared with; nan if none has two values.
        metric: standard error of the mean from the metric's own error: other latents, same networks.
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
    """The difference of two means, and what ``compare`` says about it.

    Attributes:
        difference: the second mean less the first.
        half_width: half the width of its 95 % interval; nan without a second seed.
        word: "less", "more", "too close to call", or "one seed, no verdict".
    """

    difference: float
    half_width: float
    word: str

    def __str__(self) -> str:
        return f"{with_error(self.difference, self.half_width, '+')}: {self.word}"


def with_error(value: float, error: float, sign: str = "") -> str:
    """ "20.7 ± 1.2": the error with two figures, the value with as many decimals.

    Args:
        error: nan if it is not known; then the text is the value alone, with two figures.
        sign: "+" writes the sign of positive values too.
    """
    is_known = not math.isnan(error)
    scale = max(error if is_known else abs(value) / 10, 1e-3)
    digits = min(max(1 - math.floor(math.log10(scale)), 0), 3)
    text = f"{value:{sign},.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return f"{text} ± {error:,.{digits}f}" if is_known else text


def means(values: dict[str, list[float]], errors: dict[str, list[float]]) -> tuple[dict[str, Mean], int]:
    """The mean and its error for each of several things, measured in the same way.

    A standard deviation from two or three seeds says little: with two, it is less than a fifth of the true
    one in about one case of six. So the spread is also taken from all things together, as a share of their
    means (larger numbers spread more), and the largest of the errors counts.

    Args:
        values: for each thing positive numbers, one per seed.
        errors: for each number the metric's own standard error, 0 if it has none.

    Returns:
        a Mean for each thing, and the degrees of freedom of the pooled spread: all values less one for each
        thing.
    """
    # The spread of all things together, as a share of their means.
    centre = {name: float(np.mean(numbers)) for name, numbers in values.items()}
    degrees = sum(len(numbers) - 1 for numbers in values.values())
    squares = sum(((np.array(numbers) / centre[name] - 1) ** 2).sum() for name, numbers in values.items())
    relative = math.sqrt(squares / degrees) if degrees else math.nan

    # Three standard errors of each mean, of which the largest counts.
    found = {}
    for name, numbers in values.items():
        count = len(numbers)
        own = float(np.std(numbers, ddof=1)) / math.sqrt(count) if count > 1 else math.nan
        pooled = relative * centre[name] / math.sqrt(count)
        metric = float(np.linalg.norm(errors[name])) / count
        error = float(np.nanmax([own, pooled, metric])) if degrees else math.nan
        found[name] = Mean(tuple(numbers), centre[name], own, pooled, metric, error)
    return found, degrees


def compare(a: Mean, b: Mean, degrees: int) -> Verdict:
    """b against a, of numbers where less is better.

    The half-width is the root of the sum of both squared errors, times Student's quantile for 95 %. A
    difference within it is too close to call. Without a second seed there is no verdict.

    Args:
        degrees: of freedom of the pooled spread, as ``means`` returns them; 0 without a second seed.
    """
    difference = b.mean - a.mean
    if not degrees:
        return Verdict(difference, math.nan, "one seed, no verdict")
    half_width = quantile(degrees) * math.hypot(a.error, b.error)
    if abs(difference) <= half_width:
        word = "too close to call"
    elif difference < 0:
        word = "less"
    else:
        word = "more"
    return Verdict(difference, half_width, word)


def quantile(degrees: int) -> float:
    """Student's quantile for 95 %: how many standard errors wide half of an interval is.

    1.96 for many degrees of freedom, 2.45 for 6.
    """
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, degrees))
