"""Checks of lesson 08: wrong answers are caught and named, right ones written differently pass."""

import bisect
import itertools
import math

import pytest

import stylegan_tf as sg
from stylegan_tf.course import museum


def walk(kimg, stages, rule):
    for resolution, fade, stable in stages:
        if kimg < fade + stable:
            return resolution, rule(kimg, fade, stable)
        kimg -= fade + stable
    return stages[-1][0], 1.0


def forgetful(kimg, stages):
    start = 0
    for resolution, fade, stable in stages:
        if kimg < start + fade:
            return resolution, min(1.0, kimg / fade)
        if kimg < start + fade + stable:
            return resolution, 1.0
        start += fade + stable
    return stages[-1][0], 1.0


WRONG = {
    sg.checks.check_average_weight: [
        (lambda b, h: 0.5 ** (b / h), "factor 1000"),
        (lambda b, h: 1 - 0.5 ** (b / (h * 1000)), "weight of the new value"),
        (lambda b, h: 0.5 ** (h * 1000 / b), "upside down"),
        (lambda b, h: math.exp(-b / (1000 * h)), "factor e"),
        (lambda b, h: 1 - b / (1000 * h), "straight line"),
        (lambda b, h: 0.995, "off by"),
    ],
    sg.checks.check_stage: [
        (lambda k, s: walk(k, s, lambda kimg, fade, stable: kimg / (fade + stable)), "over the whole stage"),
        (lambda k, s: by_bisection(k, s, bisect.bisect_left), "there the second begins"),
        (
            lambda k, s: walk(k, s, lambda kimg, fade, stable: 1 - kimg / fade if kimg < fade else 1.0),
            "alpha falls",
        ),
        (
            lambda k, s: walk(
                k, s, lambda kimg, fade, stable: 1.0 if kimg < stable else (kimg - stable) / fade
            ),
            "fades in first",
        ),
        (
            lambda k, s: walk(k, s, lambda kimg, fade, stable: kimg / fade if kimg < fade else 0.0),
            "the old path is gone",
        ),
        (forgetful, "take off the stages before"),
        (lambda k, s: (s[-1][0], 1.0), "off by"),
        (lambda k, s: s[0][0], "shape"),
    ],
}


def by_bisection(kimg, stages, bisected=bisect.bisect_right):
    ends = list(itertools.accumulate(fade + stable for _, fade, stable in stages))
    i = min(bisected(ends, kimg), len(stages) - 1)
    resolution, fade, _ = stages[i]
    since = kimg - (ends[i - 1] if i else 0)
    return [resolution, min(1.0, since / fade) if fade else 1]


RIGHT = [
    (sg.checks.check_average_weight, lambda b, h: math.exp(math.log(0.5) * b / (1000 * h))),
    (sg.checks.check_average_weight, lambda b, h: 2 ** -(b / 1000 / h)),
    (sg.checks.check_stage, by_bisection),
    (
        sg.checks.check_stage,
        lambda k, s: walk(k, s, lambda kimg, fade, stable: 1.0 if kimg >= fade else kimg / fade),
    ),
    (sg.checks.check_diagnosis, dict(reversed(museum.ANSWERS.items()))),
]

LOOK_AGAIN = {"none": "calm", "rate": "leap", "gamma": "grey line", "range": "grey and not", "order": "and others later",
              "average": "first minute", "copies": "again and again"}  # fmt: skip


@pytest.mark.parametrize("missed", museum.DEFECTS)
def test_a_missed_defect_gets_a_hint_of_where_to_look(missed):
    letter = next(k for k, v in museum.ANSWERS.items() if v == missed)
    with pytest.raises(sg.checks.WrongAnswer, match=f"6 of 7 are right.*{LOOK_AGAIN[missed]}"):
        sg.checks.check_diagnosis(museum.ANSWERS | {letter: "rate" if missed != "rate" else "gamma"})


@pytest.mark.parametrize(
    "answer, words",
    [({"A": "bad luck"}, "no defect 'bad luck'"), ({"Z": "rate"}, "the keys A, B"), ("rate", "a dict")],
)
def test_a_diagnosis_of_another_form_is_told(answer, words):
    with pytest.raises(sg.checks.WrongAnswer, match=words):
        sg.checks.check_diagnosis(answer)


@pytest.mark.parametrize("answer", [..., None, {"A": ...}, {"A": "rate"}])
def test_an_unfinished_diagnosis_is_unanswered(answer, capsys):
    sg.checks.check_diagnosis(answer)
    assert capsys.readouterr().out.startswith("… not answered")
