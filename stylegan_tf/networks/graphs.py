"""TensorFlow graphs that count their traces separately."""

from __future__ import annotations

import functools

import tensorflow as tf


def fresh_graph(function, **options):
    """``tf.function(function)`` without autograph, which starts counting its traces at zero.

    TensorFlow counts how often a Python function is traced, over all graphs made of it, and warns after five
    times. Here several networks are traced from the same line on purpose. Each partial is a new object, so
    each graph has its own count.

    Args:
        options: further arguments of tf.function.
    """
    return tf.function(functools.partial(function), autograph=False, **options)
