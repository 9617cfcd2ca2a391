import dataclasses

import numpy as np
import pytest
from support.helpers import PUBLIC, SMALL

from stylegan_tf.widgets import State
from stylegan_tf.widgets.parts.controls import LARGEST

NAMES = ("slant", "hair_length", "digit_7")


def random_state(rng):
    """Any state of a network with 8 layers, its numbers with all their digits."""
    noise = ["fixed", "none", int(rng.integers(LARGEST))][rng.integers(3)]
    chosen = [name for name in NAMES if rng.random() < 0.5]
    return State(
        seed=int(rng.integers(LARGEST)),
        psi=rng.choice([1.0, 0.7, rng.uniform(-1, 1.5)]),
        cutoff=None if rng.random() < 0.5 else int(rng.integers(0, 9)),
        seed_b=int(rng.integers(3)),
        layers=tuple(rng.permutation(8)[: rng.integers(0, 9)].tolist()),
        t=rng.choice([0.0, 1.0, rng.uniform()]),
        noise=noise,
        strengths=tuple(rng.choice([1.0, 0.0, rng.uniform(0, 4)]) for _ in range(3)),
        edits={name: rng.uniform(-4, 4) for name in chosen},
    )


def test_a_state_that_is_written_is_read_again():
    rng = np.random.default_rng(0)
    states = [random_state(rng) for _ in range(500)]
    assert [State.parse(str(state), NAMES) for state in states] == states
    assert len(set(states)) > 490


def test_the_text_is_short_and_says_what_is_unusual():
    assert str(State()) == "seed=0"
    state = State(seed=3, psi=0.7, seed_b=5, layers=(7, 4, 5, 6), edits={"moustache": 1.5, "smile": 0})
    assert str(state) == "seed=3 psi=0.7 styles=5@4-7 moustache=1.5"
    assert (
        str(State(cutoff=4, noise=9, strengths=(0, 1, 2.5), t=0.25))
        == "seed=0 cutoff=4 t=0.25 noise=9 strength=0/1/2.5"
    )


def test_what_a_slider_rounds_badly_is_written_as_it_was_meant():
    assert str(State(psi=-1 + 26 * 0.05, t=0.1 + 0.2, edits={"tilt": 1e-9})) == "seed=0 psi=0.3 t=0.3"


def test_a_text_may_be_written_in_another_way():
    text = "  moustache=+1.50   styles=5@7,4-6  psi=.7 cutoff=all\tnoise=fixed seed=003 "
    assert State.parse(text, ["moustache"]) == State.parse(
        "seed=3 psi=0.7 styles=5@4-7 moustache=1.5", ["moustache"]
    )
    assert State.parse("") == State()


@pytest.mark.parametrize(
    "text, words",
    [
        ("sed=3", "there is no 'sed'; did you mean 'seed'?"),
        ("moustashe=1", "did you mean 'moustache'?"),
        ("q=1", "the keys are seed, label, label_b, psi, cutoff, styles, t, noise, strength, moustache"),
        ("seed", "'seed' has no '='; write key=value"),
        ("seed=1 seed=1", "'seed' is given twice"),
        ("moustache=1 moustache=0", "'moustache' is given twice"),
        ("seed=1.5", "seed is '1.5', which is not a whole number"),
        ("seed=-1", "seed is -1; give a whole number from 0 to 2,147,483,647"),
        ("psi=high", "psi is 'high', which is not a number"),
        ("psi=1.6", "psi is 1.6; give a number from -1 to 1.5"),
        ("psi=nan", "psi is nan; give"),
        ("t=-0.1", "t is -0.1; give a number from 0 to 1"),
        ("cutoff=", "cutoff is '', which is not a whole number"),
        ("styles=5@", "write seed@layers, such as 5@4-7"),
        ("styles=5@b", "styles b is not like"),
        ("styles=x@4", "styles is 'x', which is not a whole number"),
        ("styles=-5", "seed of B is -5"),
        ("noise=loud", "noise is 'loud', which is not a whole number"),
        ("noise=-2", "seed of noise is -2"),
        ("strength=1/1", "strength has 2 numbers; give three"),
        ("strength=1/1/inf", "strength of the fine noise is inf; give a number from 0 to 4"),
        ("moustache=5", "moustache is 5; give a number from -4 to 4"),
    ],
)
def test_an_error_says_what_was_found_and_what_is_wanted(text, words):
    with pytest.raises(ValueError) as caught:
        State.parse(text, ["moustache"])
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "change, words",
    [
        (dict(layers=(8,)), "styles name layer 8; .* layers 0 to 7"),
        (dict(cutoff=9), "cutoff is 9; .* 0 to 8"),
    ],
)
def test_a_network_has_so_many_layers(change, words):
    with pytest.raises(ValueError, match=words):
        dataclasses.replace(State(), **change).check(PUBLIC)


def test_the_layers_of_a_network_pass():
    state = State(layers=range(8), cutoff=8)
    assert state.check(PUBLIC) is state


@pytest.mark.parametrize("text", ["seed=3 label=7", "seed=3 label=7 label_b=2 styles=5@4-7"])
def test_classes_are_part_of_the_text(text):
    state = State.parse(text)
    assert str(state) == text
    assert state.label == 7


def test_a_class_that_the_network_lacks_is_refused():
    with pytest.raises(ValueError, match="classes 0 to 2"):
        State(label=3).check(SMALL.replace(label_dim=3))
    with pytest.raises(ValueError, match="no classes"):
        State(label_b=0).check(SMALL)
    with pytest.raises(ValueError, match="from 0 on"):
        State(label=-1)
