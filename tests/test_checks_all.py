"""All exercises of the course: wrong answers are caught and named, right ones written differently pass.

The answers stand in the tables WRONG and RIGHT of the test files of the lessons.
"""

import importlib
import pkgutil

import pytest
import test_checks
import test_checks_ablation
import test_checks_discriminator
import test_checks_editing
import test_checks_growing
import test_checks_latent_spaces
import test_checks_mapping
import test_checks_noise
import test_checks_path_length
import test_checks_playground
import test_checks_quality
import test_checks_separability
import test_checks_style_mixing
import test_checks_training
import test_checks_truncation

from stylegan_tf import checks
from stylegan_tf.checks.frame import Exercise, WrongAnswer

FILES = (
    test_checks, test_checks_ablation, test_checks_discriminator, test_checks_editing, test_checks_growing,
    test_checks_latent_spaces, test_checks_mapping, test_checks_noise, test_checks_path_length, test_checks_playground,
    test_checks_quality, test_checks_separability, test_checks_style_mixing, test_checks_training, test_checks_truncation,
)  # fmt: skip


def cases(table):
    """(check, answer, words) of a dict check -> [(answer, words)]; a list of them stays as it is."""
    return [(c, *case) for c, answers in table.items() for case in answers] if isinstance(table, dict) else table


WRONG = [case for file in FILES for case in cases(file.WRONG)]
RIGHT = [case for file in FILES for case in file.RIGHT]
MODULES = [importlib.import_module(f"stylegan_tf.checks.{found.name}") for found in pkgutil.iter_modules(checks.__path__)]
EXERCISES = {
    f"{module.__name__.rpartition('.')[2]}{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, Exercise)
}


VALUES = {
    "check_shape",
    "check_style_count",
    "check_records_size",
    "check_diagnosis",
    "check_unmask",
}  # no functions: tests of their own


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
