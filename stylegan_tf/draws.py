"""Random numbers that can be repeated: a function of (seed, step), whatever ran before."""

from __future__ import annotations

import contextlib
import random

import tensorflow as tf


class Draw:
    """Random numbers that are a function of (seed, step, how many draws came before in this step)."""

    def __init__(self, seed: int, step):
        self.seed, self.step, self.count = seed, step, 0

    def _next(self):
        self.count += 1
        return tf.random.fold_in(tf.stack([tf.cast(self.seed, tf.int64), self.step]), self.count)

    def normal(self, shape):
        return tf.random.stateless_normal(shape, self._next())

    def uniform(self, shape):
        return tf.random.stateless_uniform(shape, self._next())

    def integer(self, low, high):
        return tf.random.stateless_uniform((), self._next(), low, high, tf.int32)

    def choice(self, pool, count):
        rows = tf.random.stateless_uniform((count,), self._next(), 0, tf.shape(pool)[0], tf.int32)
        return tf.gather(pool, rows)


@contextlib.contextmanager
def seeded(seed: int):
    """Keras draws the seeds of its initializers from Python's ``random``: fix them here, and leave no trace."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
