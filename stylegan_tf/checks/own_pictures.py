"""Checks of lesson 18: a score for the label, learning by heart, a mixture undone, p that follows."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise


def _draw_scores(rng):
    """Scores and one-hot labels: of ten classes, and of three where all pictures show the same."""
    ten = (rng.normal(size=(6, 10)), np.eye(10)[rng.permutation(10)[:6]])
    three = (rng.normal(size=(4, 3)), np.eye(3)[[2, 2, 2, 2]])
    return [ten, three]


_LABEL_SCORE = Exercise(
    oracle=lambda scores, labels: np.sum(scores * labels, axis=1),
    draw=_draw_scores,
    why="the label picks one of the scores; the others get no gradient from this picture.",
    mistakes={
        "you add up all scores; only that of the picture's own class counts": (
            lambda s, y: np.sum(s, axis=1)
        ),
        "you take the mean; a one-hot row has one 1, so the sum over the classes is the score itself": (
            lambda s, y: np.mean(s * y, axis=1)
        ),
        "you take the largest score; the label says which one counts, however large it is": (
            lambda s, y: np.max(s, axis=1)
        ),
        "you add up over the pictures; add up over the classes, axis 1": (lambda s, y: np.sum(s * y, axis=0)),
        "you never add up: the result still has a column for each class": (lambda s, y: s * y),
        "that is the number of the class; the exercise asks for its score": (
            lambda s, y: np.argmax(y, axis=1)
        ),
    },
)


def check_label_score(label_score) -> None:
    """``label_score(scores, labels)``: (B, K) and one-hot (B, K) -> each picture's own score, (B,)."""
    _LABEL_SCORE.check(label_score)


def _draw_mean_scores(rng):
    """Mean scores of seen, unseen and generated pictures: learned by heart a little, wholly, not at all."""
    trials = []
    for way in (0.3, 0.9, 0.0, 1.2):
        seen = float(rng.uniform(0.5, 3))
        fake = float(-rng.uniform(0.5, 3))
        trials.append((seen, seen - way * (seen - fake), fake))
    return trials


_BY_HEART = Exercise(
    oracle=lambda seen, unseen, fake: (seen - unseen) / (seen - fake),
    draw=_draw_mean_scores,
    why="0: unseen pictures score like those that train. 1: they score like generated ones.",
    mistakes={
        "that is 1 minus the share: 0 must mean that nothing is known by heart": (
            lambda s, u, f: (u - f) / (s - f)
        ),
        "that is the gap alone; divide it by the distance from seen to generated pictures": (
            lambda s, u, f: s - u
        ),
        "you divide by the score of the seen pictures; scores have no zero point that means anything": (
            lambda s, u, f: (s - u) / s
        ),
        "you divide by the way from unseen to generated; take the whole way, from seen to generated": (
            lambda s, u, f: (s - u) / (u - f)
        ),
        "the sign is reversed": (lambda s, u, f: (u - s) / (s - f)),
        "a share above 1 is possible, where unseen pictures score below generated ones; do not cut it": (
            lambda s, u, f: min((s - u) / (s - f), 1.0)
        ),
    },
)


def check_by_heart(by_heart) -> None:
    """``by_heart(seen, unseen, fake)``: mean scores of D -> how far D knows its pictures by heart.

    0 where it scores unseen pictures like those that train, 1 where it scores them like generated ones.
    """
    _BY_HEART.check(by_heart)


def _draw_mixtures(rng):
    """What D sees of some kinds of pictures, T and p: quarter turns, mirroring, and any augmentation."""
    trials = []
    quarter = (np.array([1.0, 0, 0, 0]), np.full((4, 4), 0.25), 0.6)
    mirror = (rng.dirichlet([1.0] * 2), np.array([[0.0, 1], [1, 0]]), 0.8)
    any_kind = (rng.dirichlet([1.0] * 5), rng.dirichlet([0.5] * 5, size=5).T, float(rng.uniform(0.2, 0.45)))
    for shares, mixing, p in (quarter, mirror, any_kind):
        trials.append((_mixed(shares, mixing, p), mixing, p))
    return trials


def _mixed(shares, mixing, p):
    return (1 - p) * shares + p * mixing @ shares


def _unmixed(seen, mixing, p):
    return np.linalg.solve((1 - p) * np.eye(len(seen)) + p * mixing, seen)


_UNMIXED = Exercise(
    oracle=_unmixed,
    draw=_draw_mixtures,
    why="where this system has one solution, only one kind of pictures looks like that to D: nothing leaks.",
    mistakes={
        "you mix the pictures once more; the exercise asks for the shares before they were mixed": _mixed,
        "you take off what the augmentation makes of the *seen* shares; it acted on those before it": (
            lambda s, t, p: (s - p * t @ s) / (1 - p)
        ),
        "T is transposed: column j says what becomes of kind j": lambda s, t, p: _unmixed(s, t.T, p),
        "that is right for turns in all directions only; use T, which says what becomes of each kind": (
            lambda s, t, p: (s - p / len(s)) / (1 - p)
        ),
        "p and 1 - p are exchanged: with probability p the augmentation acts": (
            lambda s, t, p: _unmixed(s, t, 1 - p)
        ),
        "the pictures that were left alone are missing: a share of 1 - p stays what it is": (
            lambda s, t, p: np.linalg.lstsq(p * t, s, rcond=None)[0]
        ),
        "you divide by 1 - p, but do not take off the mixed pictures first": lambda s, t, p: s / (1 - p),
    },
)


def check_unmixed(unmixed) -> None:
    """``unmixed(seen, T, p)``: shares of n kinds as D sees them, (n,) -> those of the pictures, (n,).

    T (n, n): the augmentation turns kind j into kind i with the share T[i, j]. It acts with probability p.
    """
    _UNMIXED.check(unmixed)


def _follow(p, sign, target, step):
    return float(np.clip(p + step * np.sign(sign - target), 0, 1))


def _draw_steps(rng):
    """Below the target, above it, exactly at it, and at both ends of p."""
    step = float(rng.uniform(0.01, 0.05))
    p = float(rng.uniform(0.3, 0.6))
    return [
        (p, 0.8, 0.6, step),
        (p, 0.2, 0.6, step),
        (p, -0.4, 0.5, step),
        (p, 0.6, 0.6, step),
        (step / 2, 0.1, 0.6, step),
        (1 - step / 2, 0.9, 0.6, step),
    ]


_NEXT_P = Exercise(
    oracle=_follow,
    draw=_draw_steps,
    why="one step up where D is too sure of the reals, one step down where it is not, within 0 and 1.",
    mistakes={
        "the direction is reversed: where D is too sure of the reals, p must rise": (
            lambda p, s, t, step: float(np.clip(p - step * np.sign(s - t), 0, 1))
        ),
        "p is a probability: keep it between 0 and 1": (lambda p, s, t, step: p + step * np.sign(s - t)),
        "p must not fall below 0": (lambda p, s, t, step: min(p + step * np.sign(s - t), 1.0)),
        "p must not rise above 1": (lambda p, s, t, step: max(p + step * np.sign(s - t), 0.0)),
        "your step grows with the distance from the target; the step has one length, only its sign counts": (
            lambda p, s, t, step: float(np.clip(p + step * (s - t), 0, 1))
        ),
        "p must also fall again, where D is not sure of the reals": (
            lambda p, s, t, step: float(np.clip(p + step * (s > t), 0, 1))
        ),
        "exactly at the target p stays, and yours falls": (
            lambda p, s, t, step: float(np.clip(p + (step if s > t else -step), 0, 1))
        ),
        "exactly at the target p stays, and yours rises": (
            lambda p, s, t, step: float(np.clip(p + (step if s >= t else -step), 0, 1))
        ),
        "compare the sign with the target, not with 0": (
            lambda p, s, t, step: float(np.clip(p + step * np.sign(s), 0, 1))
        ),
    },
)


def check_next_p(next_p) -> None:
    """``next_p(p, sign, target, step)``: p, mean sign of D's scores of reals, its target -> the next p."""
    _NEXT_P.check(next_p)
