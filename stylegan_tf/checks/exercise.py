"""How an exercise is checked: against an oracle, then against the mistakes that students usually make."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

import numpy as np

from stylegan_tf import course


class WrongAnswer(AssertionError):
    """A wrong answer that must not pass unseen.

    ``grade`` raises it, and so does every check in the ``test`` profile.
    """

    def _render_traceback_(self):
        """What a notebook shows instead of a traceback."""
        return [str(self)]


@dataclass
class _Grading:
    """A check that is being graded.

    It draws its input from ``seed``, and its verdict is kept here instead of being printed.
    """

    seed: int
    verdict: tuple[str, str] | None = None


# ``verdict_of`` sets it, so that a check can be graded without an argument more.
_GRADING: ContextVar[_Grading | None] = ContextVar("grading", default=None)

_OVERWRITTEN = (
    "the numbers are right, but your function writes into the array that it was given; work on a copy"
)


@dataclass(frozen=True)
class Exercise:
    """One exercise, whose answer is a function.

    Args:
        oracle: the right answer, computed from the same inputs.
        draw: numpy Generator -> list of trials, each a tuple of inputs. Trials beyond the first may be
            special cases.
        why: one sentence that is said when the answer is right.
        mistakes: sentence -> a function that makes that mistake. The sentence is said when the answer agrees
            with that function on all trials.
        tolerance: largest difference allowed, as a share of the largest value of the oracle.
    """

    oracle: Callable
    draw: Callable[[np.random.Generator], list[tuple]]
    why: str
    mistakes: dict[str, Callable] = field(default_factory=dict)
    tolerance: float = 1e-4

    def check(self, answer) -> None:
        """Say whether ``answer`` is right; see ``report``."""
        grading = _GRADING.get()
        seed = grading.seed if grading else 0
        report(*self.judge(answer, seed))

    def judge(self, answer, seed: int = 0) -> tuple[str, str]:
        """("correct" | "wrong" | "unanswered", a sentence) for a function, on input drawn from ``seed``."""
        # Is there a function at all?
        if answer is ... or answer is None:
            return "unanswered", "write the function, then run this cell again"
        if not callable(answer):
            return "wrong", f"this is {_describe(answer)}; the exercise asks for a function"

        # Try it on copies of the input, so that it can be seen whether it writes into them.
        trials = self.draw(np.random.default_rng(seed))
        results = []
        is_overwritten = False
        for trial in trials:
            given = _copies(trial)
            try:
                result = answer(*given)
            except Exception as error:  # a student's code may raise anything, and is told so
                shapes = ", ".join(str(np.shape(value)) for value in trial)
                raised = f"{type(error).__name__}: {error}"
                return "wrong", f"your function raised {raised} (inputs of shape {shapes})"
            if result is ... or result is None:
                return "unanswered", "the function returns nothing yet; replace the three dots by your code"
            results.append(result)
            if _differ(given, trial):
                is_overwritten = True

        # Is it right?
        expected = self._results_of(self.oracle, trials)
        if self._agree(results, expected):
            if is_overwritten:
                return "wrong", _OVERWRITTEN
            return "correct", self.why

        # Is it a known mistake?
        for sentence, mistake in self.mistakes.items():
            if self._agree(results, self._results_of(mistake, trials)):
                return "wrong", sentence
        return "wrong", _difference(results, expected, self.tolerance)

    @staticmethod
    def _results_of(function, trials):
        return [function(*_copies(trial)) for trial in trials]

    def _agree(self, results, expected):
        return all(_close(r, e, self.tolerance) for r, e in zip(results, expected, strict=True))


def judge_value(
    answer, right, why: str, mistakes: dict[str, object], tolerance: float = 0.0
) -> tuple[str, str]:
    """As ``Exercise.judge``, for an exercise whose answer is a value: a number, or a tuple of numbers."""
    if answer is ... or answer is None:
        return "unanswered", "put your answer in place of the three dots"
    if _close(answer, right, tolerance):
        return "correct", why
    for sentence, value in mistakes.items():
        if _close(answer, value, tolerance):
            return "wrong", sentence
    return "wrong", f"{answer} is not it; look again at the cells above"


def judge_names(
    answers, right: dict[str, str], what: str, known, hints: dict[str, str], why: str
) -> tuple[str, str]:
    """As ``Exercise.judge``, for a dict that gives each letter of ``right`` a name out of ``known``.

    Args:
        what: is named, such as "defect".
        hints: the right name that was missed -> where to look.
    """
    # Is it a dict of letters and known names?
    if answers is ... or answers is None:
        return "unanswered", f"write a dict such as {{'{next(iter(right))}': '{next(iter(known))}', ...}}"
    if not isinstance(answers, dict) or not set(answers) <= set(right):
        return "wrong", f"give a dict with the keys {', '.join(right)}"
    unknown = sorted({str(name) for name in answers.values() if name is not ...} - set(known))
    if unknown:
        return "wrong", f"there is no {what} '{unknown[0]}'; the names are {', '.join(known)}"

    # Are all letters named, and named rightly?
    given = {letter: name for letter, name in answers.items() if name is not ...}
    if len(given) < len(right):
        return "unanswered", f"{len(given)} of {len(right)} have a {what}; the others wait"
    wrong = [letter for letter, name in given.items() if right[letter] != name]
    if not wrong:
        return "correct", why
    return "wrong", f"{len(given) - len(wrong)} of {len(given)} are right; a hint: {hints[right[wrong[0]]]}"


def report(verdict: str, sentence: str) -> None:
    """Print the verdict and its sentence.

    Raises:
        WrongAnswer: in the ``test`` profile, if the answer is wrong; an exercise that is not answered yet
            passes there.
    """
    grading = _GRADING.get()
    if grading:
        grading.verdict = (verdict, sentence)
    elif verdict == "wrong" and course.profile() == "test":
        raise WrongAnswer(_message(verdict, sentence))
    else:
        print(_message(verdict, sentence))


def verdict_of(check: Callable, *arguments, seed: int = 0) -> tuple[str, str]:
    """What ``check(*arguments)`` finds, without printing it.

    Args:
        seed: of the input that the answer is tried on. The notebooks use 0.

    Returns:
        ("correct" | "wrong" | "unanswered", a sentence)
    """
    grading = _Grading(seed)
    token = _GRADING.set(grading)
    try:
        check(*arguments)
    finally:
        _GRADING.reset(token)
    return grading.verdict


def grade(check: Callable, *arguments, seed: int = 0) -> None:
    """A check for graders: it prints the sentence of a right answer, and nothing else passes.

    Args:
        as of ``verdict_of``.

    Raises:
        WrongAnswer: if the answer is wrong or missing, with the sentence that says why.
    """
    verdict, sentence = verdict_of(check, *arguments, seed=seed)
    if verdict != "correct":
        raise WrongAnswer(_message(verdict, sentence))
    print(_message(verdict, sentence))


_SAID = {"correct": "✓ correct", "wrong": "✗ not yet", "unanswered": "… not answered"}


def _message(verdict, sentence):
    return f"{_SAID[verdict]}: {sentence}"


def _copies(trial):
    return [np.array(value) if isinstance(value, np.ndarray) else value for value in trial]


def _differ(given, trial):
    """Whether an array of ``given`` is no longer as it is in ``trial``."""
    pairs = zip(given, trial, strict=True)
    return any(not np.array_equal(g, t) for g, t in pairs if isinstance(t, np.ndarray))


def _parts(value):
    """The arrays of a result, which may be several."""
    values = value if isinstance(value, (tuple, list)) else [value]
    return [np.asarray(v, "float64") for v in values]


def _both(result, expected):
    """The parts of a result and of the expected one.

    Where one array is expected, a list of numbers or a range counts as one array.
    """
    is_one_array = isinstance(result, (list, range)) and not isinstance(expected, (tuple, list))
    if is_one_array:
        result = np.asarray(result, "float64")
    return _parts(result), _parts(expected)


def _close(result, expected, tolerance):
    try:
        result, expected = _both(result, expected)
    except (TypeError, ValueError):
        return False
    if [r.shape for r in result] != [e.shape for e in expected]:
        return False
    return all(_error(r, e) <= tolerance for r, e in zip(result, expected, strict=True))


def _error(result, expected):
    """Largest difference, as a share of the largest expected value.

    It is infinite where only one of the two is a number.
    """
    finite = np.isfinite(expected)
    if not np.array_equal(finite, np.isfinite(result)):
        return np.inf
    difference = np.abs(result[finite] - expected[finite]).max(initial=0.0)
    return difference / max(np.abs(expected[finite]).max(initial=0.0), 1e-6)


def _difference(results, expected, tolerance):
    """What is wrong with a result that no known mistake explains."""
    for trial, (result, right) in enumerate(zip(results, expected, strict=True)):
        # Are they numbers?
        try:
            got_parts, right_parts = _both(result, right)
        except (TypeError, ValueError):
            return f"your function returns {_describe(result)}; it must return numbers"

        # Have they the right shapes?
        if [g.shape for g in got_parts] != [r.shape for r in right_parts]:
            got_shapes = " and ".join(str(g.shape) for g in got_parts)
            right_shapes = " and ".join(str(r.shape) for r in right_parts)
            return f"your result has shape {got_shapes}; the exercise asks for {right_shapes}"

        # Are they finite where they should be, and near enough?
        pairs = list(zip(got_parts, right_parts, strict=True))
        if not all(np.isfinite(g[np.isfinite(r)]).all() for g, r in pairs):
            return (
                "your result has values that are not finite; a division by zero, "
                "or a logarithm or exponential too large?"
            )
        error = max(_error(g, r) for g, r in pairs)
        if error > tolerance:
            where = "" if trial == 0 else f" in trial {trial + 1} (the first is right)"
            return (
                f"shapes are right, numbers are not{where}: "
                f"you are off by {100 * error:.3g} % of the largest value"
            )
    raise AssertionError("the results agree")


def _describe(value):
    return f"a {type(value).__name__}"
