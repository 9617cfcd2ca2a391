"""What both networks have in common: a Config, compiled calls, a summary that shows the paper's layers."""

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
    """A Keras model that is described by a Config, is built at once, and runs as a graph when called.

    Calling it outside of a graph goes through ``tf.function``: the first call of a kind traces (seconds),
    later ones take milliseconds. Inside another graph it is an ordinary model.
    """

    def __init__(self, config, **kwargs):
        super().__init__(**kwargs)
        self.config = config if isinstance(config, Config) else Config.from_dict(config)
        self._graphs = {}  # one per shape of the input and kind of call, the batch left open

    def __call__(self, inputs, **kwargs):
        if not tf.executing_eagerly() or self.run_eagerly:
            return super().__call__(inputs, **kwargs)
        plain = {
            name: value for name, value in kwargs.items() if isinstance(value, (str, int, float, type(None)))
        }
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
        """Copy the weights of all parts that the other network has too, by name: the blocks of the
        resolutions that both have.
        """
        values = {v.path: v for v in other.weights}
        for variable in self.weights:
            if variable.path in values:
                variable.assign(values[variable.path])

    def structure(self) -> list[tuple]:
        """Rows (layer, output shape, layer index or "", trainable parameters), in the order of the data."""
        raise NotImplementedError

    def summary(self, print_fn=None, **kwargs):
        """Print the network as the paper draws it: one row per layer, with shapes and trainable parameters."""
        rows = [("layer", "output", "style", "parameters")]
        rows += [
            (name, str(shape), str(index), f"{count:,}") for name, shape, index, count in self.structure()
        ]
        total = sum(count for *_, count in self.structure())
        rows.append(("all", "", "", f"{total:,}"))
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = [f"{self.name}: {type(self).__name__}, {self.config.resolution}x{self.config.resolution}"]
        for row in rows:
            cells = [
                row[0].ljust(widths[0]),
                row[1].ljust(widths[1]),
                row[2].rjust(widths[2]),
                row[3].rjust(widths[3]),
            ]
            lines.append("  ".join(cells))
        (print_fn or print)("\n".join(lines))


def trainable_parameters(layers) -> int:
    """Trainable parameters of some layers."""
    return sum(math.prod(v.shape) for layer in layers for v in layer.trainable_variables)
