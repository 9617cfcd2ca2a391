"""Random numbers that can be repeated: a function of (seed, step), whatever ran before."""

from __future__ import annotations

import contextlib
import random

import tensorflow as tf


class Draw:
    """Random numbers that are a function of (seed, step, how many draws came before in this step).

    A part of a batch (a replica's, or one of gradient accumulation) draws the numbers of the whole batch and
    keeps its own: image i belongs to part i mod ``parts``. So any division of a batch gives the same images.
    A single number, such as the crossover of style mixing, is the same in all parts. (The official code draws
    it once per GPU.)

    Attributes:
        count: how many draws there have been.
    """

    def __init__(self, seed: int, step, part=0, parts: int = 1, count: int = 0):
        self.seed = seed
        self.step = step
        self.part = part
        self.parts = parts
        self.count = count

    def normal(self, shape):
        """N(0, 1) of a shape (B, ...), B the size of this part."""
        # All parts draw the same numbers, and each keeps its own rows.
        return self._own(tf.random.stateless_normal(self._whole(shape), self._next_seed()))

    def uniform(self, shape):
        """Uniform in [0, 1), of a shape (B, ...); shape () is one number for all parts."""
        return self._own(tf.random.stateless_uniform(self._whole(shape), self._next_seed()))

    def integer(self, low, high):
        """One whole number from ``low`` to ``high`` - 1, the same in all parts."""
        return tf.random.stateless_uniform((), self._next_seed(), low, high, tf.int32)

    def choice(self, pool, count):
        """``count`` elements of a tensor (N,), with replacement."""
        rows = tf.random.stateless_uniform(
            self._whole((count,)), self._next_seed(), 0, tf.shape(pool)[0], tf.int32
        )
        return tf.gather(pool, self._own(rows))

    def _next_seed(self):
        # The seed of a draw says where it is: which run, which step, which draw of the step.
        self.count += 1
        return tf.random.fold_in(tf.stack([tf.cast(self.seed, tf.int64), self.step]), self.count)

    def _whole(self, shape):
        """The shape for all parts together."""
        # () is one number, the same for all parts.
        return (shape[0] * self.parts, *shape[1:]) if shape else shape

    def _own(self, drawn):
        """This part's rows of what was drawn for all."""
        return part_of(drawn, self.part, self.parts) if drawn.shape.rank else drawn


def part_of(values, part, parts: int):
    """Rows part, part + parts, part + 2 parts, ... of a tensor (B, ...), B a multiple of ``parts``."""
    if parts == 1:
        return values
    # (B, ...) -> (B / parts, parts, ...): row i * parts + part is at [i, part]
    return tf.reshape(values, (values.shape[0] // parts, parts, *values.shape[1:]))[:, part]


@contextlib.contextmanager
def seeded(seed: int):
    """Fix the seeds of Keras's initializers, which it draws from Python's ``random``, and leave no trace."""
    # Python's own generator, whose state belongs to the user.
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
