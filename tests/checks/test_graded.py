"""What graders ask of the checks: a verdict without print, on input of any seed; and nothing passes but a
right answer.
"""

import numpy as np
import pytest
from support.answers import RIGHT, VALUES, WRONG

from stylegan_tf import checks


@pytest.mark.parametrize("seed", [1, 2])
def test_every_listed_answer_has_its_verdict_on_other_input_too(seed, capsys):
    for check, answer, *_ in WRONG:
        assert checks.verdict_of(check, answer, seed=seed)[0] == "wrong", check.__name__
    for check, answer in RIGHT:
        if check.__name__ not in VALUES:
            assert checks.verdict_of(check, answer, seed=seed)[0] == "correct", check.__name__
    assert capsys.readouterr().out == ""


def test_the_seed_draws_the_input():
    seen = []

    def answer(w, mean, psi):
        seen.append(w)
        return mean + psi * (w - mean)

    for seed in (0, 1, 0):
        checks.verdict_of(checks.check_truncate, answer, seed=seed)
    first, other, again = seen[0], seen[2], seen[4]
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_answer_learned_by_heart_passes_the_visible_test_only():
    table = {}

    def remember(w, mean, psi):
        table[w.tobytes(), psi] = result = mean + psi * (w - mean)
        return result

    checks.grade(checks.check_truncate, remember)
    by_heart = lambda w, mean, psi: table.get((w.tobytes(), psi), 0 * w)  # noqa: E731
    checks.grade(checks.check_truncate, by_heart)
    with pytest.raises(checks.WrongAnswer, match="off by"):
        checks.grade(checks.check_truncate, by_heart, seed=1)


def test_a_right_answer_prints_its_sentence(capsys):
    checks.grade(
        checks.check_shape, (5, 2, 2, 1), 5, type("", (), {"resolution": 2, "channels": 1, "z_dim": 3})
    )
    assert capsys.readouterr().out.startswith("✓ correct: images")


@pytest.mark.parametrize(
    "answer, words",
    [(..., "… not answered"), (lambda w, m, p: ..., "… not answered"), (lambda w, m, p: w, "✗")],
)
def test_a_blank_or_wrong_answer_raises_its_sentence_in_every_profile(answer, words, monkeypatch):
    monkeypatch.setenv("STYLEGAN_TF_PROFILE", "cpu")
    with pytest.raises(checks.WrongAnswer, match=words):
        checks.grade(checks.check_truncate, answer)


def test_a_notebook_shows_the_sentence_and_no_traceback():
    with pytest.raises(checks.WrongAnswer) as caught:
        checks.grade(checks.check_truncate, ...)
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_after_grading_a_check_prints_again(capsys):
    checks.verdict_of(checks.check_truncate, ...)
    checks.check_truncate(...)
    assert capsys.readouterr().out.startswith("… not answered")
