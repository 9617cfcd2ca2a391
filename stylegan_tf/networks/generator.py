"""The generator: mapping, truncation, synthesis (paper figure 1b and appendix B)."""

from __future__ import annotations

import numpy as np
from keras import ops

from stylegan_tf.latents.truncation import check_psi, truncate
from stylegan_tf.networks.base import Network, is_symbolic, trainable_parameters
from stylegan_tf.networks.layers import float32_if_mixed, register
from stylegan_tf.networks.mapping import MappingNetwork, check_labels
from stylegan_tf.networks.noise import check_noise
from stylegan_tf.networks.synthesis import SynthesisNetwork
from stylegan_tf.scalars import is_one


@register
class Generator(Network):
    """z (B, z_dim) -> images (B, r, r, channels), nominal range [-1, 1], not clipped.

    >>> images = G(z, psi=0.7, cutoff=8)        # truncated towards the mean of w in the first 8 layers
    >>> w = G.mapping(z)                        # (B, w_dim)
    >>> ws = G.broadcast(w)                     # (B, L, w_dim), one copy per styled layer
    >>> images = G.synthesis(ws, noise="fixed")

    Call arguments:
        psi: 1 leaves w alone, 0 gives the mean image, negative values go to the opposite side. A number, or
            one for each sample (B,).
        cutoff: number of layers that are truncated, from the coarsest; None: all of them. In the official
            code None means no truncation; here psi = 1 says that.
        resolution: side r of the images, default the full one.
        alpha: weight of the newest block, as in SynthesisNetwork.
        noise: "random", "fixed", "none" or a list of L arrays.
        labels: one-hot (B, label_dim), for a conditional network.

    Raises:
        ValueError: for an argument of another shape or kind, before anything is computed.

    Source: paper figure 1b and appendix B; official networks_stylegan.py: G_style;
        docs/exactness.md, Truncation.
    """

    def __init__(self, config, name="generator", **kwargs):
        super().__init__(config, name=name, **kwargs)
        c = self.config

        # The mapping network is cheap, and stays in float32 where the rest computes in 16 bits.
        self.mapping = MappingNetwork(
            z_dim=c.z_dim,
            w_dim=c.w_dim,
            width=c.mapping_width,
            layers=c.mapping_layers,
            lr_multiplier=c.mapping_lr,
            label_dim=c.label_dim,
            normalize=c.normalize_z,
            activation=c.activation if c.mapping_activation == "same" else c.mapping_activation,
            equalized=c.equalized,
            dtype=float32_if_mixed(self.dtype_policy),
            name="mapping",
        )
        self.synthesis = SynthesisNetwork(c, dtype=self.dtype_policy, name="synthesis")

        # The weights exist from now on, and not from the first call on.
        self.mapping.build()
        self.synthesis.build()
        self.built = True

    @property
    def z_dim(self) -> int:
        return self.config.z_dim

    @property
    def w_avg(self):
        """The running mean of w, (w_dim,)."""
        return self.mapping.w_avg

    def broadcast(self, w):
        """(B, w_dim) -> (B, L, w_dim): the same w for each of the L styled layers."""
        return ops.stack([ops.convert_to_tensor(w)] * self.config.num_layers, axis=1)

    def call(self, z, psi=1.0, cutoff=None, resolution=None, alpha=1.0, noise="random", labels=None):
        ws = self.broadcast(self.mapping(z, labels))  # (B, L, w_dim)
        ws = truncate(ws, ops.cast(self.w_avg, ws.dtype), psi, cutoff)
        return self.synthesis(ws, resolution=resolution, alpha=alpha, noise=noise)

    def __call__(
        self, z, psi=1.0, cutoff=None, resolution=None, alpha=1.0, noise="random", labels=None, **kwargs
    ):
        # As tensors, psi and alpha may change without a new graph. The constant 1 switches their work off.
        psi = 1.0 if is_one(psi) else ops.convert_to_tensor(psi, "float32")
        alpha = 1.0 if is_one(alpha) else ops.convert_to_tensor(alpha, "float32")
        z = z if is_symbolic(z) else ops.convert_to_tensor(z, "float32")
        if labels is not None and not is_symbolic(labels):
            labels = ops.convert_to_tensor(labels, "float32")

        # Checked here: what fails while a graph is traced fails with a message about graphs.
        self._check_call(z, psi, cutoff, resolution, alpha, noise, labels)
        return super().__call__(
            z,
            psi=psi,
            cutoff=cutoff,
            resolution=resolution,
            alpha=alpha,
            noise=noise,
            labels=labels,
            **kwargs,
        )

    def _check_call(self, z, psi, cutoff, resolution, alpha, noise, labels):
        """Raise ValueError for what ``call`` can't work with; psi and alpha are tensors here, or 1."""
        c = self.config
        if len(z.shape) != 2:
            raise ValueError(f"z has shape {tuple(z.shape)}; this network expects (batch, {c.z_dim})")
        if z.shape[1] != c.z_dim:
            raise ValueError(f"z has length {z.shape[1]}; this network expects (batch, {c.z_dim})")
        batch = z.shape[0]
        check_labels(labels, batch, c.label_dim, "mapping network")
        if not is_one(psi):
            check_psi(psi, batch)
        if not is_one(alpha) and len(alpha.shape):
            raise ValueError(f"alpha has shape {tuple(alpha.shape)}; give one number from 0 to 1")
        if cutoff is not None and (isinstance(cutoff, bool) or not isinstance(cutoff, (int, np.integer))):
            raise ValueError(
                f"cutoff is {cutoff!r}; give a number of layers, 0 to {c.num_layers}, or None for all"
            )
        check_noise(noise, c, batch, resolution)

    def input_shape_of_one(self):
        return (self.config.z_dim,)

    def cut(self, resolution: int) -> Generator:
        """A Generator that ends at a smaller resolution, 8 or more, with copies of the weights."""
        config = self.config.replace(resolution=resolution, start_resolution=4)
        small = Generator(config, dtype=self.dtype_policy)
        small.copy_matching_weights(self)
        return small

    def structure(self):
        c = self.config
        rows = []

        # The mapping network.
        if c.label_dim:
            rows.append(("labels", (c.label_dim, c.z_dim), "", c.label_dim * c.z_dim))
        for i, dense in enumerate(self.mapping.dense):
            rows.append((f"mapping dense {i}", (dense.units,), "", trainable_parameters([dense])))

        # The synthesis network: two styled layers and a way out at each resolution.
        for i, r in enumerate(c.resolutions):
            block = self.synthesis.blocks[r]
            if r > 4:
                name = "conv up"
                entry = block.conv0
            else:
                name = "constant" if c.constant_input else "dense"
                entry = block.input_layer
            first = trainable_parameters([entry, block.epilogue0])
            second = trainable_parameters([block.conv1, block.epilogue1])
            to_rgb = trainable_parameters([self.synthesis.to_rgb[r]])

            shape = (r, r, c.width(r))
            rows.append((f"{r}x{r} {name}", shape, 2 * i, first))
            rows.append((f"{r}x{r} conv", shape, 2 * i + 1, second))
            rows.append((f"{r}x{r} to RGB", (r, r, c.channels), "", to_rgb))
        return rows
