"""All exercises of the course: wrong answers are caught and named, right ones written differently pass.

The answers stand in the tables WRONG and RIGHT of the test files of the lessons.
"""

import importlib
import pkgutil

import pytest
from support.answers import RIGHT, VALUES, WRONG

from stylegan_tf import checks
from stylegan_tf.checks.exercise import Exercise, WrongAnswer

MODULES = [
    importlib.import_module(f"stylegan_tf.checks.{found.name}")
    for found in pkgutil.iter_modules(checks.__path__)
]
EXERCISES = {
    f"{module.__name__.rpartition('.')[2]}{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, Exercise)
}


def test_every_exercise_has_three_wrong_answers_here_and_a_right_one():
    wrong, right = ([case[0].__name__ for case in table] for table in (WRONG, RIGHT))
    for name in {name for name in checks.__all__ if name.startswith("check_")} - VALUES:
        assert wrong.count(name) >= 3 and right.count(name) >= 1, name


@pytest.mark.parametrize("check, answer, words", WRONG, ids=[f"{c.__name__}-{w}" for c, _, w in WRONG])
def test_a_wrong_answer_is_caught_and_named(check, answer, words):
    with pytest.raises(WrongAnswer) as caught:
        check(answer)
    assert words in str(caught.value)


@pytest.mark.parametrize("check, answer", RIGHT)
def test_a_right_answer_written_differently_passes(check, answer, capsys):
    check(answer)
    assert capsys.readouterr().out.startswith("✓ correct")


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("seed", range(5))
def test_no_known_mistake_passes_on_any_input(name, seed):
    exercise = EXERCISES[name]
    assert len(exercise.mistakes) >= 3
    for sentence, mistake in exercise.mistakes.items():
        assert exercise.judge(mistake, seed) == ("wrong", sentence)
    assert exercise.judge(exercise.oracle, seed)[0] == "correct"
