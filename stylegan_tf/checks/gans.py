"""Checks of lesson 01: the two losses, and the best discriminator there can be."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise
from stylegan_tf.training import losses


def _softplus(x):
    return np.logaddexp(0.0, x)


def _scores(rng, sets):
    """Sets of scores (B, 1): of a usual size, then large ones, on which the log of a sigmoid overflows."""
    trials = []
    for scale in (2.0, 400.0):
        trials.append(tuple(rng.normal(scale=scale, size=(6, 1)).astype("float32") for _ in range(sets)))
    return trials


def _naive_generator(fake):
    with np.errstate(over="ignore", divide="ignore"):
        return -np.log(1 / (1 + np.exp(-fake)))[:, 0]


_GENERATOR = Exercise(
    oracle=lambda fake: np.asarray(losses.generator_logistic(fake)),
    draw=lambda rng: _scores(rng, sets=1),
    why="the loss is large, and so is its slope, exactly when the discriminator rejects the image.",
    mistakes={
        (
            "that is the saturating loss, log(1 - sigmoid): "
            "where D is sure that an image is fake its slope is 0"
        ): (lambda f: -_softplus(f)[:, 0]),
        "the sign of the score is wrong: this generator is rewarded for being caught": (
            lambda f: _softplus(f)[:, 0]
        ),
        "that is the Wasserstein loss; the logistic one passes the score through softplus": (
            lambda f: -f[:, 0]
        ),
        "a score of -400 gives log(0): softplus is the same function, and never overflows": _naive_generator,
        "give one number per image, shape (B,); training takes the mean later": (
            lambda f: _softplus(-f).mean()
        ),
        "the result has shape (B, 1); the exercise asks for (B,)": (lambda f: _softplus(-f)),
    },
)


def check_generator_loss(generator_loss) -> None:
    """``generator_loss(fake_scores)``: scores (B, 1) -> the non-saturating loss (B,)."""
    _GENERATOR.check(generator_loss)


_DISCRIMINATOR = Exercise(
    oracle=lambda real, fake: np.asarray(losses.discriminator_logistic(real, fake)),
    draw=lambda rng: _scores(rng, sets=2),
    why="it is the cross-entropy of a classifier that calls real images 1 and generated ones 0.",
    mistakes={
        "real and fake are swapped: the score of a real image should rise": (
            lambda r, f: (_softplus(r) + _softplus(-f))[:, 0]
        ),
        "the real images are missing: a D that only learns to reject rejects everything": (
            lambda r, f: _softplus(f)[:, 0]
        ),
        "the fake images are missing: a D that only learns to accept accepts everything": (
            lambda r, f: _softplus(-r)[:, 0]
        ),
        "that is the mean of the two terms; here they are added": (
            lambda r, f: 0.5 * (_softplus(f) + _softplus(-r))[:, 0]
        ),
        "that is the Wasserstein loss; the logistic one passes each score through softplus": (
            lambda r, f: (f - r)[:, 0]
        ),
        "give one number per image, shape (B,); training takes the mean later": (
            lambda r, f: (_softplus(f) + _softplus(-r)).mean()
        ),
    },
)


def check_discriminator_loss(discriminator_loss) -> None:
    """``discriminator_loss(real_scores, fake_scores)``: (B, 1) each -> the logistic loss (B,)."""
    _DISCRIMINATOR.check(discriminator_loss)


_BEST = Exercise(
    oracle=lambda real, fake: real / (real + fake),
    draw=lambda rng: [tuple(rng.uniform(0.05, 2.0, (2, 50)).astype("float32"))],
    why="where both densities are equal it is 1/2 everywhere: D can do no better than toss a coin.",
    mistakes={
        "that is the probability of being generated; D gives that of being real": (
            lambda real, fake: fake / (real + fake)
        ),
        "that is a ratio, which exceeds 1; a probability is real / (real + fake)": (
            lambda real, fake: real / fake
        ),
        "that is the score before the sigmoid; the exercise asks for the probability": (
            lambda real, fake: np.log(real / fake)
        ),
        "that is the difference of the densities; a probability lies between 0 and 1": (
            lambda real, fake: real - fake
        ),
    },
)


def check_best_discriminator(best_discriminator) -> None:
    """``best_discriminator(real, fake)``: two densities at some points -> P(a sample there is real)."""
    _BEST.check(best_discriminator)
