"""The mapping network: from the round latent space Z to the learned latent space W (paper section 2)."""

from __future__ import annotations

import keras
from keras import ops

from stylegan_tf.networks.layers import EqualizedDense, activate, pixel_norm, register


@register
class MappingNetwork(keras.layers.Layer):
    """z -> w by ``layers`` dense layers, each followed by a leaky ReLU. (B, z_dim) -> (B, w_dim)

    z is first scaled to unit mean square, so only its direction counts. The weights learn at
    ``lr_multiplier`` times the rate of the rest: at the full rate the paper's training was unstable
    (appendix C). ``w_avg`` is the running mean of w, the centre that truncation pulls towards.

    Args:
        z_dim, w_dim, width: lengths of z, of w and of the hidden layers.
        layers: how many; with 0 the normalised z is w.
        lr_multiplier: 0.01 in the paper.
        label_dim: classes; 0 without labels. Each class has a learned vector of length z_dim, which is joined
            to z before the normalisation.
        normalize: whether z is scaled first.
        activation: "lrelu" or "relu".
        equalized: whether the learning rate is equalised.

    Source: paper section 2 and appendix C; official networks_stylegan.py: G_mapping;
        docs/exactness.md, The mapping network.
    """

    def __init__(
        self, z_dim=512, w_dim=512, width=512, layers=8, lr_multiplier=0.01, label_dim=0, normalize=True,
        activation="lrelu", equalized=True, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.settings = dict(
            z_dim=z_dim, w_dim=w_dim, width=width, layers=layers, lr_multiplier=lr_multiplier,
            label_dim=label_dim, normalize=normalize, activation=activation, equalized=equalized,
        )  # fmt: skip
        self.z_dim = z_dim
        self.w_dim = w_dim
        self.label_dim = label_dim
        self.normalize = normalize
        self.activation = activation

        # The hidden layers are ``width`` wide, the last one has the length of w.
        common = dict(lr_multiplier=lr_multiplier, equalized=equalized, dtype=self.dtype_policy)
        widths = [width] * (layers - 1) + [w_dim] if layers else []
        self.dense = [EqualizedDense(units, name=f"dense{i}", **common) for i, units in enumerate(widths)]

    def build(self, input_shape=None):
        # A vector for each class, as long as z.
        length = self.z_dim
        if self.label_dim:
            normal = keras.initializers.RandomNormal(stddev=1.0)
            shape = (self.label_dim, self.z_dim)
            self.embedding = self.add_weight(name="embedding", shape=shape, initializer=normal)
            length = 2 * self.z_dim

        for dense in self.dense:
            dense.build((None, length))
            length = dense.units

        # The centre of W. Devices that train together take the mean of their values.
        average = dict(initializer="zeros", trainable=False, aggregation="mean")
        self.w_avg = self.add_weight(name="w_avg", shape=(self.w_dim,), **average)

    def call(self, z, labels=None):
        """z (B, z_dim) -> w (B, w_dim).

        Args:
            labels: one-hot (B, label_dim), for a conditional network only.

        Raises:
            ValueError: for a z of another length, or labels that are missing or not expected.
        """
        if z.shape[-1] != self.z_dim:
            raise ValueError(f"z has length {z.shape[-1]}; this network expects (batch, {self.z_dim})")
        check_labels(labels, z.shape[0], self.label_dim, "mapping network")

        # The vector of the class is joined to z; then only the direction of the two counts.
        if self.label_dim:
            vector = ops.matmul(ops.cast(labels, z.dtype), self.embedding)  # (B, z_dim)
            z = ops.concatenate([z, vector], axis=-1)  # (B, 2 z_dim)
        w = pixel_norm(z) if self.normalize else z

        for dense in self.dense:
            w = activate(dense(w), self.activation)
        return w

    def update_average(self, w, beta: float):
        """w_avg <- mean(w) + (w_avg - mean(w)) * beta, w of shape (B, w_dim).

        Source: official networks_stylegan.py: G_style (``dlatent_avg``); docs/exactness.md, The average of w.
        """
        mean = ops.mean(ops.cast(w, "float32"), axis=0)
        self.w_avg.assign(mean + (self.w_avg - mean) * beta)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.w_dim)

    def get_config(self):
        return {**super().get_config(), **self.settings}


def check_labels(labels, batch: int | None, label_dim: int, network: str) -> None:
    """Raise ValueError unless there are one-hot labels (batch, label_dim), or none where label_dim is 0.

    Args:
        batch: None where it is not known.
        network: what it is called in the message.
    """
    if bool(label_dim) != (labels is not None):
        found = "no labels" if labels is None else "labels"
        what = f"one-hot rows (batch, {label_dim})" if label_dim else "none"
        raise ValueError(f"{found} given to a {network} of label_dim = {label_dim}, which expects {what}")
    if labels is None:
        return
    shape = tuple(labels.shape)
    fits = len(shape) == 2 and shape[1] == label_dim and (None in (batch, shape[0]) or shape[0] == batch)
    if not fits:
        rows = "batch" if batch is None else batch
        raise ValueError(
            f"labels have shape {shape}; this {network} expects one-hot rows ({rows}, {label_dim}), "
            f"such as np.eye({label_dim})[class_numbers]"
        )
