"""The report's words: what each history is told, and what it is not."""

import pytest

from stylegan_tf import Config
from stylegan_tf.runs.advice import remarks


def history(**last):
    """Eight ticks that end with these numbers."""
    first = {"kimg": 80.0, "fake_score": -1.0, "z_share": 0.95}
    return [{**first, **dict.fromkeys(last, 0.0)} for _ in range(6)] + [{**first, **last} for _ in range(2)]


def told(rows, copies=None, **settings):
    found = remarks(rows, Config(**settings), copies)
    return " ".join(f"{remark.seen} {remark.advice}" for remark in found)


@pytest.mark.parametrize(
    ("unseen", "words"),
    [
        (0.9, "has not learned the pictures by heart"),
        (0.1, "begins to know the training pictures by heart"),
        (-0.8, "It takes real pictures for generated ones"),
    ],
)
def test_the_way_of_unseen_pictures_to_generated_ones(unseen, words):
    assert words in told(history(seen_score=1.0, unseen_score=unseen))


def test_the_numbers_are_those_of_the_last_quarter():
    text = told(history(seen_score=1.25, unseen_score=1.13))
    assert "1.25 for pictures that train, 1.13 for real pictures that it has never seen, and -1.00" in text


@pytest.mark.parametrize(
    ("share", "words"), [(0.04, "does not copy"), (0.4, "Part of what it draws is copied")]
)
def test_copies_are_told(share, words):
    text = told(history(), share)
    assert words in text and f"{share:.0%} of the generated pictures" in text


@pytest.mark.parametrize(
    ("p", "words"),
    [(0.2, "saw enough variety"), (0.6, "may begin to draw turned"), (0.95, "too few for this")],
)
def test_where_augmentation_ended(p, words):
    assert words in told(history(augment_p=p))


BY_HEART = dict(seen_score=1.0, unseen_score=-0.8)


def test_augmentation_that_is_off_is_to_be_turned_on():
    assert "turn augmentation on (--set augment=ada)" in told(history(**BY_HEART))


def test_augmentation_that_adapts_gets_a_target_below_the_sign_that_was_seen():
    text = told(history(**BY_HEART, augment_p=0.02, real_sign=0.55), augment="ada")
    assert "--set augment_target=0.4" in text
    assert "turn augmentation on" not in text
    assert "That was too little" in text and "saw enough variety" not in text


def test_augmentation_that_rises_too_slowly_is_to_rise_faster():
    text = told(history(**BY_HEART, augment_p=0.02, real_sign=0.8), augment="ada", augment_kimg=100)
    assert "--set augment_kimg=50" in text and "augment_target" not in text


def test_a_fixed_probability_is_to_be_raised():
    text = told(history(**BY_HEART, augment_p=0.2, real_sign=0.5), augment="fixed", augment_p=0.2)
    assert "a larger --set augment_p" in text and "augment_target" not in text


def test_who_knows_by_heart_is_not_told_to_train_longer():
    rows = [{**row, "kimg": 20.0} for row in history(**BY_HEART)]
    assert "20.0 thousand pictures" in told(rows) and "Train longer" not in told(rows)
    assert "Train longer" in told([{**row, "unseen_score": row["seen_score"]} for row in rows])


def test_a_generator_that_ignores_z_is_told():
    assert "z explains only 5%" in told(history(z_share=0.05))


@pytest.mark.parametrize(("kimg", "is_told"), [(6.8, True), (80.0, False)])
def test_a_short_training_is_told(kimg, is_told):
    text = told([{"kimg": kimg, "fake_score": -1.0}])
    assert (f"{kimg:.1f} thousand pictures were shown" in text) == is_told


def test_nothing_is_said_of_what_was_not_measured():
    assert not remarks(history(), Config())
    assert not remarks([], Config())
