"""A batch on one device: taken whole, or in parts one after the other where memory is short."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import tensorflow as tf

from stylegan_tf.training import distribution
from stylegan_tf.training.random_draws import Draw, part_of


@dataclass
class Part:
    """A part of a batch, with what a turn needs to know about it.

    Without accumulation it is the device's whole batch.

    Attributes:
        images: uint8 (B, r, r, C). labels: one-hot (B, label_dim), or None.
        step: int64. alpha: weight of the newest block.
        draw: the random numbers of this part.
        fakes: step.Fakes of D's turn, for a G that sees the same ones (``shared_forward``); else None.
    """

    images: tf.Tensor
    labels: tf.Tensor | None
    step: tf.Tensor
    alpha: tf.Tensor | float
    draw: Draw
    fakes: object = None

    @property
    def size(self) -> int:
        return self.images.shape[0]

    @property
    def resolution(self) -> int:
        return self.images.shape[1]

    def draw_labels(self, pool):
        """One-hot labels (B, label_dim), drawn from a data set's class numbers (N,).

        None for a model without labels.
        """
        # Without labels nothing is drawn: an unused draw would shift all later random numbers of the step.
        if self.labels is None:
            return None
        return tf.one_hot(self.draw.choice(pool, self.size), self.labels.shape[1])


class Batch:
    """What one device has of a batch, in the parts that ``config.accumulate`` asks for.

    The minibatch deviation sees what is computed at once: a part.

    Args:
        images: uint8 (B, r, r, C). labels: class numbers (B,), or None.
    """

    def __init__(self, config, images, labels, step, alpha):
        self.config = config
        self.images = images
        self.labels = labels
        self.step = step
        self.alpha = alpha

        # How it is divided: among the devices, and here into parts.
        self.count = config.parts_at(images.shape[1])
        self.replica, self.replicas = distribution.replica_and_count()
        self.draws_made = 0

        self.size_on_all_devices = images.shape[0] * self.replicas

        # Without accumulation one part serves both turns; with ``shared_forward`` D's fakes stay on it for G.
        self.whole = self._part(0) if self.count == 1 else None

    def mean_over_parts(self, function):
        """The mean of ``function(part)`` over the parts; it returns a structure of float tensors."""
        # Python comes to ``result_of`` twice: for the first part, and to trace the loop over the others.
        draws = []

        def result_of(number):
            part = self._part(number)
            result = function(part)
            draws.append(part.draw.count)
            return result

        mean = mean_over_parts(result_of, self.count)
        # The next turn goes on from there.
        assert len(set(draws)) == 1, "all parts must make as many draws, or they would share random numbers"
        self.draws_made = draws[0]
        return mean

    def _part(self, number) -> Part:
        # One-hot labels of these images.
        labels = None
        if self.config.label_dim:
            labels = tf.one_hot(part_of(self.labels, number, self.count), self.config.label_dim)

        # Image i of the whole batch has the same random numbers, whichever part it falls into.
        part_index = self.replica + self.replicas * number
        part_count = self.replicas * self.count
        draw = Draw(self.config.seed, self.step, part_index, part_count, self.draws_made)
        return Part(part_of(self.images, number, self.count), labels, self.step, self.alpha, draw)


def in_parts(turn):
    """Make a turn, ``turn(gan, part)``, one of a whole ``Batch``: of several parts the mean of its results.

    Args:
        turn: returns a structure of float tensors. It must not assign a tf.Variable: later parts would see
            it.
    """

    @functools.wraps(turn)
    def turn_of_batch(gan, batch: Batch):
        # The common case: one part, which is the batch.
        if batch.whole:
            return turn(gan, batch.whole)
        return batch.mean_over_parts(functools.partial(turn, gan))

    return turn_of_batch


def mean_over_parts(function, parts: int):
    """The mean of ``function(number)`` over number = 0 ... parts - 1, which are computed one after the other.

    Args:
        function: int (a tensor after the first) -> a structure of float tensors, or None where there is none.
            It must not assign a tf.Variable.
    """
    # The first part is computed outside the loop: it shows which gradients there are.
    first = function(0)
    known = [value for value in tf.nest.flatten(first) if value is not None]

    def add(number, sums):
        values = [value for value in tf.nest.flatten(function(number)) if value is not None]
        return number + 1, [total + value for total, value in zip(sums, values, strict=True)]

    def has_more(number, _):
        return number < parts

    # A loop in the graph, one part at a time: memory for one part, a trace of two.
    _, sums = tf.while_loop(has_more, add, (tf.constant(1), known), parallel_iterations=1)
    means = iter([total / parts for total in sums])
    return tf.nest.map_structure(lambda value: None if value is None else next(means), first)
