"""What both networks share: a Config, calls that run as graphs, a summary that shows the paper's layers."""

from __future__ import annotations

import math

import keras
import tensorflow as tf

from stylegan_tf.config import Config
from stylegan_tf.networks.graphs import fresh_graph


class ConfigLayer(keras.layers.Layer):
    """A layer described by a Config, and saved with it."""

    def __init__(self, config, **kwargs):
        super().__init__(**kwargs)
        self.config = config if isinstance(config, Config) else Config.from_dict(config)

    def get_config(self):
        return {**super().get_config(), "config": self.config.to_dict()}


class Network(keras.Model):
    """A Keras model that is described by a Config, built at once, and run as a graph when it is called.

    Outside a graph a call goes through ``tf.function``: the first call of each kind is traced, which takes
    seconds, and later ones take milliseconds. Inside another graph this is an ordinary model.
    """

    def __init__(self, config, **kwargs):
        super().__init__(**kwargs)
        self.config = config if isinstance(config, Config) else Config.from_dict(config)
        self._graphs = {}  # kind of call -> graph

    def __call__(self, inputs, **kwargs):
        # Already inside a graph, such as the training step: be a part of it.
        if not tf.executing_eagerly() or self.run_eagerly:
            return super().__call__(inputs, **kwargs)

        # One graph for each kind of call: the shape of an input, whatever its batch, and the arguments that
        # are plain values, since a graph holds those as constants. Tensors may differ from call to call.
        plain = {}
        for name, value in kwargs.items():
            if isinstance(value, (str, int, float, type(None))):
                plain[name] = value
        kind = (tuple(inputs.shape[1:]), tuple(sorted(plain.items())))
        if kind not in self._graphs:
            self._graphs[kind] = fresh_graph(super().__call__, reduce_retracing=True)
        return self._graphs[kind](inputs, **kwargs)

    def get_config(self):
        policy = keras.saving.serialize_keras_object(self.dtype_policy)
        return {"name": self.name, "config": self.config.to_dict(), "dtype": policy}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)

    def get_build_config(self):
        return None  # built by __init__

    def copy_matching_weights(self, other: Network):
        """Copy from another network the weights of every part that both have.

        They are matched by name, so networks of two sizes share the blocks of their common resolutions.
        """
        values = {v.path: v for v in other.weights}
        for variable in self.weights:
            if variable.path in values:
                variable.assign(values[variable.path])

    def structure(self) -> list[tuple]:
        """The rows of the summary, in the order in which data pass through.

        Returns:
            tuples (layer, output shape, index of the styled layer or "", trainable parameters).
        """
        raise NotImplementedError

    def summary(self, print_fn=None, **kwargs):
        """Print the network as the paper draws it: a row per layer, with shapes and trainable parameters.

        Args:
            print_fn: what prints the text, default ``print``.
        """
        # The table as text: a heading, a row per layer, the sum.
        rows = [("layer", "output", "style", "parameters")]
        total = 0
        for layer, shape, index, count in self.structure():
            rows.append((layer, str(shape), str(index), f"{count:,}"))
            total += count
        rows.append(("all", "", "", f"{total:,}"))

        # Words to the left of their columns, numbers to the right.
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = [f"{self.name}: {type(self).__name__}, {self.config.resolution}x{self.config.resolution}"]
        for layer, shape, index, count in rows:
            cells = [
                layer.ljust(widths[0]),
                shape.ljust(widths[1]),
                index.rjust(widths[2]),
                count.rjust(widths[3]),
            ]
            lines.append("  ".join(cells))
        (print_fn or print)("\n".join(lines))


def trainable_parameters(layers) -> int:
    """How many trainable parameters some layers have together."""
    return sum(math.prod(v.shape) for layer in layers for v in layer.trainable_variables)
