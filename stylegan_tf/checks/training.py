"""Checks of lesson 08: the average's weight of the past, the schedule, and the museum's diagnoses."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise, judge_names, report
from stylegan_tf.config import Config
from stylegan_tf.course import museum


def _draw_averages(rng):
    """Batch sizes, and half-lives in kimg."""
    return [(int(rng.integers(4, 128)), float(rng.uniform(1, 20))) for _ in range(5)]


_AVERAGE = Exercise(
    oracle=lambda batch, half_life: Config(ema_kimg=half_life).ema_beta(0, batch),
    draw=_draw_averages,
    why="after half_life_kimg thousand images the product of all these weights is one half.",
    mistakes={
        (
            "the half-life is in thousands of images and the batch in images: "
            "one of them needs the factor 1000"
        ): (lambda b, h: 0.5 ** (b / h)),
        "that is the weight of the new value; beta is that of the old one": (
            lambda b, h: 1 - 0.5 ** (b / (1000 * h))
        ),
        "the exponent is upside down: a longer half-life must give a weight nearer to 1": (
            lambda b, h: 0.5 ** (1000 * h / b)
        ),
        "that decays by a factor e instead of one half": (
            lambda b, h: 2.718281828459045 ** (-b / (1000 * h))
        ),
        "that is a straight line; it agrees with the power for small steps only": (
            lambda b, h: 1 - b / (1000 * h)
        ),
    },
    tolerance=1e-7,
)


def check_average_weight(average_weight) -> None:
    """``average_weight(batch, half_life_kimg)``: -> beta, the weight of the old average in one step."""
    _AVERAGE.check(average_weight)


def _rising(kimg, fade):
    return kimg / fade


def _falling(kimg, fade):
    return 1 - kimg / fade


def _stage(kimg, stages, alpha=_rising, fade_first=True):
    """The stage and its alpha; ``alpha``: (kimg since the fade began, length of the fade) -> its value."""
    for resolution, fade, stable in stages:
        if kimg < fade + stable:
            fade_start = 0.0 if fade_first else stable
            is_fading = fade_start <= kimg < fade_start + fade
            if is_fading:
                return (resolution, alpha(kimg - fade_start, fade))
            return (resolution, 1.0)
        kimg -= fade + stable
    return (stages[-1][0], 1.0)


def _draw_stages(rng):
    """Three schedules of four stages: at random moments, at the first borders, at the end and after it."""
    trials = []
    for _ in range(3):
        # A stage at 4x4, then three that fade in.
        stages = [(4, 0.0, float(rng.integers(5, 20)))]
        for resolution in (8, 16, 32):
            fade = float(rng.integers(4, 20))
            stable = float(rng.integers(5, 30))
            stages.append((resolution, fade, stable))

        # The moments to ask for.
        total = sum(fade + stable for _, fade, stable in stages)
        fade_begins = stages[0][2]
        fade_ends = fade_begins + stages[1][1]
        moments = [float(kimg) for kimg in rng.uniform(0, total, 6)]
        moments += [fade_begins, fade_ends, total, total + 7.0]
        trials += [(kimg, tuple(stages)) for kimg in moments]
    return trials


def _whole(kimg, stages):
    """Alpha rises over the whole stage."""
    for resolution, fade, stable in stages:
        if kimg < fade + stable:
            return (resolution, kimg / (fade + stable))
        kimg -= fade + stable
    return (stages[-1][0], 1.0)


def _dark_when_stable(kimg, stages):
    """Alpha is 0 while a stage is stable."""
    resolution, alpha = _stage(kimg, stages)
    is_over = kimg >= sum(fade + stable for _, fade, stable in stages)
    is_fading = alpha < 1
    if is_fading or is_over:
        return (resolution, alpha)
    return (resolution, 0.0)


def _from_the_start(kimg, stages):
    """Alpha counts from the start of training."""
    resolution, alpha = _stage(kimg, stages)
    if alpha == 1:
        return (resolution, alpha)
    fades = {resolution: fade for resolution, fade, _ in stages}
    return (resolution, min(1.0, kimg / fades[resolution]))


_STAGE = Exercise(
    oracle=_stage,
    draw=_draw_stages,
    why="a stage first fades in and then stands still; its place is what is left after the stages before it.",
    mistakes={
        "alpha rises over the whole stage in your function; it reaches 1 when the fade ends": (_whole),
        (
            "at the border between two stages your function is still in the first; there the second begins, "
            "with alpha 0"
        ): (lambda k, s: _stage(np.nextafter(k, -1), s)),
        "alpha falls in your function; it is the weight of the new block": (
            lambda k, s: _stage(k, s, alpha=_falling)
        ),
        "your stages stand still first and fade afterwards; a new block fades in first": (
            lambda k, s: _stage(k, s, fade_first=False)
        ),
        "alpha is 0 while a stage is stable in your function; the old path is gone by then and alpha is 1": (
            _dark_when_stable
        ),
        "you forget to take off the stages before: alpha counts from the start of its own stage": (
            _from_the_start
        ),
    },
    tolerance=1e-9,
)


def check_stage(stage) -> None:
    """``stage(kimg, stages)``: stages (resolution, fade, stable) in kimg -> (resolution, alpha)."""
    _STAGE.check(stage)


_HINTS = {
    "none": "look at the losses of all runs again: in one they are calm, and its digits vary",
    "rate": "in one run the scores leap by thousands, and no digit ever comes",
    "gamma": "in one run D's loss lies on the grey line almost from the start",
    "range": "in one run the ground behind the digits is grey and not black",
    "order": "in one run nearly all latents show the same one or two digits, and others later",
    "average": (
        "in one run the curves are those of the healthy one, and the pictures are those of the first minute"
    ),
    "copies": "in one run the digits are clear, and the same few come again and again",
}


def judge_diagnosis(answers) -> tuple[str, str]:
    """As ``Exercise.judge``, for a dict from the letters A to G to the names of defects."""
    why = "each defect leaves a mark of its own in pictures and curves."
    return judge_names(answers, museum.ANSWERS, "defect", museum.DEFECTS, _HINTS, why)


def check_diagnosis(diagnosis) -> None:
    """``diagnosis``: a dict from the letters of the museum's runs to names of ``museum.DEFECTS``."""
    report(*judge_diagnosis(diagnosis))
