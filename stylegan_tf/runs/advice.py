"""What happened in a run, and what to change next, in words: for the report."""

from __future__ import annotations

import math
from dataclasses import dataclass

from stylegan_tf.config import Config
from stylegan_tf.metrics.nearest import QUANTILE

LAST = 0.25  # share of the ticks, at the end, whose mean counts
BEGINS = 0.25  # share of the way from seen pictures to generated ones at which learning by heart begins ...
BY_HEART = 0.6  # ... and where it has happened
MANY_COPIES = 3  # times as many pictures near a training picture as among the real ones
HIGH = 0.8  # of the probability of augmentation, from which it can hardly help more
LEAKS = 0.5  # of the probability of augmentation, from which the generator may draw augmented pictures
SHORT = 50  # thousands of pictures shown, below which hardly anything is learned
LITTLE = 0.2  # share of z in the variance, below which the generator ignores it


@dataclass(frozen=True)
class Remark:
    """What was seen, and what to do about it ("" where all is well)."""

    seen: str
    advice: str = ""


def remarks(rows: list[dict], config: Config, copies: float | None = None) -> list[Remark]:
    """What a run's history tells.

    Args:
        rows: of history.csv.
        config: of the run.
        copies: share of generated pictures below the limit of metrics.nearest, 0 to 1; None: unknown.
    """
    found = []
    if not rows:
        return found
    last = _last(rows)
    kimg = rows[-1]["kimg"]
    way = _way_to_by_heart(last) if "unseen_score" in last else 0.0
    if kimg < SHORT:
        advice = "Train longer: start from this run (--init), or give more --minutes and another --out."
        found.append(
            Remark(
                f"{kimg:.1f} thousand pictures were shown. That is a short training: simple pictures of "
                f"32x32 take {SHORT} thousand and more.",
                advice if way < BY_HEART else "",  # else a longer one would be no better
            )
        )
    if "unseen_score" in last:
        found.append(_by_heart(last, way, _more_augmentation(last, config)))
    if copies is not None:
        found.append(_copies(copies))
    if "augment_p" in last:
        found.append(_augmentation(last, way))
    if last.get("z_share", 1.0) < LITTLE:
        found.append(
            Remark(
                f"The input z explains only {last['z_share']:.0%} of what differs between pictures; noise "
                "does the rest.",
                "The generator has collapsed, or nearly so. Start again from an earlier checkpoint, with a "
                "stronger R1 (--set r1_gamma) or more augmentation.",
            )
        )
    return found


def _last(rows):
    """The mean of each column over the last quarter of the ticks, where it has numbers."""
    end = rows[-max(1, round(LAST * len(rows))) :]
    means = {}
    for name in rows[-1]:
        values = [row[name] for row in end if name in row and not math.isnan(row[name])]
        if values:
            means[name] = sum(values) / len(values)
    return means


def _way_to_by_heart(last):
    """How far unseen real pictures have come on the way from the seen ones to the generated ones.

    0 where D scores them like those that train, 1 where it scores them like generated ones.
    """
    return (last["seen_score"] - last["unseen_score"]) / max(last["seen_score"] - last["fake_score"], 1e-6)


def _by_heart(last, way, more):
    """Whether D scores real pictures that it has never seen like those that train."""
    seen = last["seen_score"]
    unseen = last["unseen_score"]
    fake = last["fake_score"]
    scores = (
        f"The discriminator's mean score is {seen:.2f} for pictures that train, {unseen:.2f} for real "
        f"pictures that it has never seen, and {fake:.2f} for generated ones."
    )
    if way < BEGINS:
        return Remark(f"{scores} It has not learned the pictures by heart.")
    if way < BY_HEART:
        return Remark(
            f"{scores} It begins to know the training pictures by heart.",
            f"More pictures help most. Next best: {more}; or to stop here.",
        )
    return Remark(
        f"{scores} It takes real pictures for generated ones, unless it has trained on them: it knows those "
        "by heart, and has little left to teach.",
        f"Add pictures; {more}; start from a trained model (--init) and freeze layers of "
        "the discriminator (--freeze D:16,32); or train for a shorter time.",
    )


def _more_augmentation(last, config):
    """How D would see more variety."""
    if config.augment == "none":
        return "turn augmentation on (--set augment=ada)"
    if config.augment == "fixed":
        return "more augmentation, by a larger --set augment_p, or one that adapts (--set augment=ada)"
    # p rises while the sign of D's scores of real pictures is above the target.
    if last["real_sign"] > config.augment_target:
        return f"augmentation that rises faster (--set augment_kimg={config.augment_kimg / 2:g})"
    target = max(0.1, math.floor(10 * last["real_sign"]) / 10 - 0.1)
    return f"more augmentation, by a lower target for the sign of D(real) (--set augment_target={target:.1f})"


def _copies(share):
    """Whether more generated pictures than real ones have a near double among the training pictures."""
    text = (
        f"{share:.0%} of the generated pictures are as near to a training picture as only {QUANTILE:.0%} of "
        "the training pictures are to another one."
    )
    if share <= MANY_COPIES * QUANTILE:
        return Remark(f"{text} The generator does not copy.")
    return Remark(
        f"{text} Part of what it draws is copied.",
        "Look at the pairs below. If they are the same picture, add pictures or train for a shorter time.",
    )


def _augmentation(last, way):
    """Where the probability of augmentation ended."""
    p = last["augment_p"]
    text = f"Augmentation ended with a probability of {p:.2f}."
    if p > HIGH:
        return Remark(
            f"{text} It can hardly rise further.",
            "The pictures are too few for this network. Add pictures, or start from a trained model "
            "(--init).",
        )
    if p > LEAKS:
        return Remark(
            f"{text} So high, the generator may begin to draw turned or recoloured pictures.",
            "Look for them in the sheet. If there are some, name fewer groups, such as "
            "--set augment_groups=blit,geometry.",
        )
    if way >= BEGINS:
        return Remark(f"{text} That was too little: see above.")
    return Remark(f"{text} The discriminator saw enough variety.")
