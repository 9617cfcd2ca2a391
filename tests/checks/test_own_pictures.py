"""Lesson 18: wrong answers are caught and named; right answers written differently pass."""

import numpy as np
import pytest

import stylegan_tf as sg
from stylegan_tf.checks import own_pictures
from stylegan_tf.runs.advice import remarks


def unmixed_kinds(seen, mixing, p):
    """By the inverse, and with p T - p I added to the identity."""
    return np.linalg.inv(np.eye(len(seen)) + p * (mixing - np.eye(len(seen)))) @ seen


def stepped(p, sign, target, step):
    if sign > target:
        return min(p + step, 1)
    if sign < target:
        return max(p - step, 0)
    return p


WRONG = {
    sg.checks.check_label_score: [
        (lambda s, y: s.sum(axis=1), "all scores"),
        (lambda s, y: (s * y).mean(axis=1), "mean"),
        (lambda s, y: s.max(axis=1), "largest score"),
        (lambda s, y: (s * y).sum(axis=0), "over the classes"),
        (lambda s, y: s * y, "a column for each class"),
        (lambda s, y: y.argmax(axis=1), "number of the class"),
        (lambda s, y: (s * y).sum(), "shape"),
    ],
    sg.checks.check_by_heart: [
        (lambda s, u, f: 1 - (s - u) / (s - f), "1 minus"),
        (lambda s, u, f: s - u, "gap alone"),
        (lambda s, u, f: 1 - u / s, "no zero point"),
        (lambda s, u, f: (s - u) / (u - f), "whole way"),
        (lambda s, u, f: (u - s) / (s - f), "sign is reversed"),
        (lambda s, u, f: min(1, (s - u) / (s - f)), "above 1"),
    ],
    sg.checks.check_unmixed: [
        (lambda s, t, p: (1 - p) * s + p * t @ s, "once more"),
        (lambda s, t, p: (s - p * t @ s) / (1 - p), "acted on those before"),
        (lambda s, t, p: unmixed_kinds(s, t.T, p), "transposed"),
        (lambda s, t, p: (s - p / len(s)) / (1 - p), "all directions only"),
        (lambda s, t, p: unmixed_kinds(s, t, 1 - p), "exchanged"),
        (lambda s, t, p: np.linalg.pinv(p * t) @ s, "left alone"),
        (lambda s, t, p: s / (1 - p), "do not take off"),
        (lambda s, t, p: s, "off by"),
    ],
    sg.checks.check_next_p: [
        (lambda p, s, t, step: 2 * p - stepped(p, s, t, step) if 0.1 < p < 0.9 else 1 - p, "off by"),
        (lambda p, s, t, step: stepped(p, t, s, step), "reversed"),
        (lambda p, s, t, step: p + step * np.sign(s - t), "a probability"),
        (lambda p, s, t, step: min(1, p + step * np.sign(s - t)), "below 0"),
        (lambda p, s, t, step: max(0, p + step * np.sign(s - t)), "above 1"),
        (lambda p, s, t, step: np.clip(p + step * (s - t), 0, 1), "one length"),
        (lambda p, s, t, step: min(1, p + step) if s > t else p, "fall again"),
        (lambda p, s, t, step: min(1, p + step) if s > t else max(0, p - step), "yours falls"),
        (lambda p, s, t, step: min(1, p + step) if s >= t else max(0, p - step), "yours rises"),
        (lambda p, s, t, step: np.clip(p + step * np.sign(s), 0, 1), "not with 0"),
    ],
}

RIGHT = [
    (sg.checks.check_label_score, lambda s, y: s[y.astype(bool)]),
    (sg.checks.check_label_score, lambda s, y: np.diag(s @ y.T)),
    (sg.checks.check_by_heart, lambda s, u, f: 1 - (u - f) / (s - f)),
    (sg.checks.check_unmixed, unmixed_kinds),
    (sg.checks.check_next_p, stepped),
]


def test_the_share_of_the_exercise_is_that_of_the_report():
    # The report's word changes at a quarter and at six tenths of the way.
    for unseen, words in ((1.6, "has not learned"), (1.0, "begins to know"), (-0.5, "it knows those")):
        row = dict(kimg=100.0, seen_score=2.0, unseen_score=unseen, fake_score=-1.0)
        way = own_pictures._BY_HEART.oracle(2.0, unseen, -1.0)
        assert words in remarks([row], sg.Config())[0].seen
        assert way == pytest.approx((2.0 - unseen) / 3)


def test_p_moves_in_the_exercise_as_in_training():
    # Four steps of 8 images are one change of p; 0.5 thousand images would take it from 0 to 1.
    layer = sg.training.augmentation.Augmentation(0.4)
    config = sg.Config(augment="ada", augment_kimg=0.5, augment_target=0.6)
    for _ in range(4):
        layer.adapt(0.9, 8, config)
    assert float(layer.p) == pytest.approx(own_pictures._NEXT_P.oracle(0.4, 0.9, 0.6, 4 * 8 / 500))
