"""A graph of its own for a function."""

from __future__ import annotations

import functools

import tensorflow as tf


def fresh_graph(function, **options):
    """``tf.function(function)``, without autograph, that counts its traces by itself.

    TensorFlow counts the traces of a Python function over all graphs that were made of it, and warns after
    five. Here several networks are traced from one line on purpose. A partial is an object of its own, so
    each graph starts at none.
    """
    return tf.function(functools.partial(function), autograph=False, **options)
