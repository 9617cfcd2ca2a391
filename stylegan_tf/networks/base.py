"""What both networks share: a Config, calls that run as graphs, a summary that shows the paper's layers."""

from __future__ import annotations

import math
from pathlib import Path

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
        check_eager_execution()
        super().__init__(**kwargs)
        self.config = config if isinstance(config, Config) else Config.from_dict(config)
        self._graphs = {}  # kind of call -> graph

    def __call__(self, inputs, **kwargs):
        # A layer of another Keras model, or inside a graph such as the training step: be a part of it.
        if is_symbolic(inputs) or not tf.executing_eagerly() or self.run_eagerly:
            return super().__call__(inputs, **kwargs)

        # One graph for each kind of call: the shape of an input, whatever its batch, the arguments that are
        # plain values, since a graph holds those as constants, and how many axes the tensors have. What is in
        # the tensors may differ from call to call.
        kind = (tuple(inputs.shape[1:]), *sorted((name, _kind(value)) for name, value in kwargs.items()))
        if kind in self._graphs:
            return self._graphs[kind](inputs, **kwargs)
        graph = fresh_graph(super().__call__, reduce_retracing=True)
        images = graph(inputs, **kwargs)
        self._graphs[kind] = graph  # a call that failed leaves none behind
        return images

    def save(self, filepath, *args, **kwargs):
        """``keras.Model.save``, to a .keras file.

        Raises:
            ValueError: for another kind of file, which could not be opened again.
        """
        return super().save(keras_file(filepath), *args, **kwargs)

    def export(self, filepath, *args, input_signature=None, **kwargs):
        """``keras.Model.export``: a SavedModel that maps a batch of any size, with the defaults of a call.

        Raises:
            ValueError: for a conditional network, whose calls need labels.
        """
        if input_signature is None:
            input_signature = export_signature(self.config, self.input_shape_of_one())
        return super().export(filepath, *args, input_signature=input_signature, **kwargs)

    def input_shape_of_one(self) -> tuple[int, ...]:
        """The shape of one input, without its batch."""
        raise NotImplementedError

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

        They are matched by name and shape, so networks of two sizes share the blocks of their common
        resolutions.
        """
        values = {v.path: v for v in other.weights}
        for variable in self.weights:
            if variable.path in values and values[variable.path].shape == variable.shape:
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


def is_symbolic(inputs) -> bool:
    """Whether an input is a placeholder of ``keras.Input``: another model is being put together."""
    return isinstance(inputs, keras.KerasTensor)


def _kind(value):
    """What a graph depends on in an argument: a plain value itself, of tensors the number of axes."""
    if isinstance(value, (str, int, float, type(None))):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return str([_kind(item) for item in value])
    return f"{len(value.shape)} axes"


def export_signature(config: Config, shape: tuple[int, ...]) -> list[keras.InputSpec]:
    """What an exported network takes: batches of inputs of a shape.

    Raises:
        ValueError: for a conditional network.
    """
    if config.label_dim:
        raise ValueError(
            f"a network with label_dim = {config.label_dim} needs labels in each call; "
            "export a function of your own with keras.export.ExportArchive"
        )
    return [keras.InputSpec(shape=(None, *shape), dtype="float32")]


def check_eager_execution() -> None:
    """Raise RuntimeError where TensorFlow has been told to work as its version 1 did."""
    if not tf.compat.v1.executing_eagerly_outside_functions():
        raise RuntimeError(
            "TensorFlow's eager execution is switched off, and stylegan_tf needs it; "
            "leave out tf.compat.v1.disable_eager_execution() and start Python again"
        )


def keras_file(path) -> Path:
    """The path of a file that is to be saved, with ~ as the home folder.

    Raises:
        ValueError: for a file to which Keras would write what it cannot read again.
    """
    path = Path(path).expanduser()
    if path.suffix != ".keras":
        raise ValueError(
            f"{path} does not end in .keras, the format that keeps the whole model: "
            f"save to {path.with_suffix('.keras')}"
        )
    return path


def trainable_parameters(layers) -> int:
    """How many trainable parameters some layers have together."""
    return sum(math.prod(v.shape) for layer in layers for v in layer.trainable_variables)
