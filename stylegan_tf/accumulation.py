"""Gradient accumulation: a batch that memory does not hold is taken in parts, one after the other."""

from __future__ import annotations

import tensorflow as tf


def mean_over_parts(function, parts: int):
    """The mean of ``function(part)`` over part = 0 ... parts - 1, which are computed one after the other.

    Args:
        function: int (a tensor after the first) -> a structure of float tensors, or None where there is none. It may not
            change variables.
    """
    if parts == 1:
        return function(0)
    first = function(0)
    known = [value for value in tf.nest.flatten(first) if value is not None]

    def add(part, sums):
        values = [value for value in tf.nest.flatten(function(part)) if value is not None]
        return part + 1, [total + value for total, value in zip(sums, values, strict=True)]

    _, sums = tf.while_loop(lambda part, _: part < parts, add, (tf.constant(1), known), parallel_iterations=1)
    means = iter([total / parts for total in sums])
    return tf.nest.map_structure(lambda value: None if value is None else next(means), first)


def part_of(values, part, parts: int):
    """Rows part, part + parts, part + 2 parts, ... of a tensor (B, ...), B a multiple of ``parts``."""
    if parts == 1:
        return values
    return tf.reshape(values, (values.shape[0] // parts, parts, *values.shape[1:]))[:, part]
