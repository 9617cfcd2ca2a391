"""Random numbers that can be repeated: a function of (seed, step), whatever ran before."""

from __future__ import annotations

import contextlib
import random

import tensorflow as tf

from stylegan_tf.accumulation import part_of


class Draw:
    """Random numbers that are a function of (seed, step, how many draws came before in this step).

    A part of a batch (a replica's, or one of gradient accumulation) draws the numbers of the whole batch and keeps its own:
    image i belongs to part i mod ``parts``. So any division of a batch gives the same images. A single number, such as the
    crossover of style mixing, is the same in all parts. (The official code draws it once per GPU.)
    """

    def __init__(self, seed: int, step, part=0, parts: int = 1, count: int = 0):
        self.seed, self.step, self.part, self.parts, self.count = seed, step, part, parts, count

    def _next(self):
        self.count += 1
        return tf.random.fold_in(tf.stack([tf.cast(self.seed, tf.int64), self.step]), self.count)

    def _whole(self, shape):
        return (shape[0] * self.parts, *shape[1:]) if shape else shape

    def _own(self, drawn):
        return part_of(drawn, self.part, self.parts) if drawn.shape.rank else drawn

    def normal(self, shape):
        return self._own(tf.random.stateless_normal(self._whole(shape), self._next()))

    def uniform(self, shape):
        return self._own(tf.random.stateless_uniform(self._whole(shape), self._next()))

    def integer(self, low, high):
        return tf.random.stateless_uniform((), self._next(), low, high, tf.int32)

    def choice(self, pool, count):
        rows = tf.random.stateless_uniform(self._whole((count,)), self._next(), 0, tf.shape(pool)[0], tf.int32)
        return tf.gather(pool, self._own(rows))


@contextlib.contextmanager
def seeded(seed: int):
    """Keras draws the seeds of its initializers from Python's ``random``: fix them here, and leave no trace."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
