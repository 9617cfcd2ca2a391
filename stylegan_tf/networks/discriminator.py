"""The discriminator: that of Progressive GAN, with a blur added (paper appendix C)."""

from __future__ import annotations

from keras import ops

from stylegan_tf.networks.base import ConfigLayer, Network, is_symbolic, trainable_parameters
from stylegan_tf.networks.layers import (
    Blur,
    EqualizedConv2D,
    EqualizedDense,
    MinibatchStdDev,
    activate,
    downsample,
    float32_if_mixed,
    register,
)
from stylegan_tf.networks.mapping import check_labels
from stylegan_tf.scalars import is_one


@register
class DiscriminatorBlock(ConfigLayer):
    """Two convolutions, the second halving the side. (B, r, r, C) -> (B, r/2, r/2, C')

    Convolution and activation; then blur, down-sampling convolution and activation.

    Source: official networks_stylegan.py: D_basic; docs/exactness.md, The discriminator.
    """

    def __init__(self, config, resolution, **kwargs):
        super().__init__(config, **kwargs)
        self.resolution = resolution

    def build(self, input_shape=None):
        c = self.config
        r = self.resolution
        common = dict(equalized=c.equalized, dtype=self.dtype_policy)
        self.conv0 = EqualizedConv2D(c.width(r), name="conv0", **common)
        self.blur = Blur(name="blur", dtype=self.dtype_policy) if c.blur else None
        resample = None if c.pool_last else "down"  # with pool_last, call halves after the activation
        self.conv1 = EqualizedConv2D(c.width(r // 2), resample=resample, name="conv1_down", **common)
        for conv in (self.conv0, self.conv1):
            conv.build((None, r, r, c.width(r)))

    def call(self, x):
        x = activate(self.conv0(x), self.config.activation)
        x = self.blur(x) if self.blur else x
        x = activate(self.conv1(x), self.config.activation)
        return downsample(x) if self.config.pool_last else x

    def get_config(self):
        return {**super().get_config(), "resolution": self.resolution}


@register
class DiscriminatorHead(ConfigLayer):
    """Minibatch deviation, convolution, two dense layers. (B, 4, 4, C) -> (B, max(label_dim, 1))"""

    def build(self, input_shape=None):
        c = self.config
        common = dict(equalized=c.equalized, dtype=self.dtype_policy)

        # The deviation across the batch adds channels.
        self.stddev = None
        channels = c.nf(1)
        if c.mbstd_group > 1:
            features = c.mbstd_features
            self.stddev = MinibatchStdDev(c.mbstd_group, features, dtype=self.dtype_policy, name="stddev")
            channels += features

        # One convolution, then everything at once, then one score per class.
        self.conv = EqualizedConv2D(c.nf(1), name="conv", **common)
        self.dense0 = EqualizedDense(c.nf(0), name="dense0", **common)
        self.dense1 = EqualizedDense(max(c.label_dim, 1), gain=1.0, name="dense1", **common)
        self.conv.build((None, 4, 4, channels))
        self.dense0.build((None, 16 * c.nf(1)))
        self.dense1.build((None, c.nf(0)))

    def call(self, x):
        x = self.stddev(x) if self.stddev else x
        x = activate(self.conv(x), self.config.activation)
        x = ops.reshape(x, (-1, 16 * self.config.nf(1)))  # (B, 4, 4, C) -> (B, 16 C)
        x = activate(self.dense0(x), self.config.activation)
        return self.dense1(x)


@register
class Discriminator(Network):
    """images (B, r, r, channels) in [-1, 1] -> scores (B, 1), larger for "real".

    r may be the resolution of any stage.

    Call arguments:
        alpha: weight of the newest block while it fades in; the blend is of feature maps (ProGAN section 2).
        labels: one-hot (B, label_dim), for a conditional network: they choose the score.

    Raises:
        ValueError: for images with another number of channels, or a side that is no stage of this network;
            for labels that are missing or not expected; for a batch that does not divide into groups.

    Source: paper appendix C; official networks_stylegan.py: D_basic; docs/exactness.md, The discriminator.
    """

    def __init__(self, config, name="discriminator", **kwargs):
        super().__init__(config, name=name, **kwargs)
        c = self.config
        common = dict(dtype=self.dtype_policy)

        # A way in at every resolution, a block that halves the side, and the head at 4x4.
        rgb = dict(kernel_size=1, equalized=c.equalized, **common)
        self.from_rgb = {r: EqualizedConv2D(c.width(r), name=f"from_rgb{r}", **rgb) for r in c.resolutions}
        self.blocks = {r: DiscriminatorBlock(c, r, name=f"block{r}", **common) for r in c.resolutions[1:]}
        self.head = DiscriminatorHead(c, name="head", dtype=float32_if_mixed(self.dtype_policy))

        # Keras finds the layers in a list. It does not find them in a dict with integers as keys.
        self._tracked = [*self.from_rgb.values(), *self.blocks.values()]
        for r, layer in self.from_rgb.items():
            layer.build((None, r, r, c.channels))
        for block in self.blocks.values():
            block.build()
        self.head.build()
        self.built = True

    def call(self, images, alpha=1.0, labels=None):
        c = self.config
        r = images.shape[1]

        # From the image through the blocks, down to 4x4.
        x = activate(self.from_rgb[r](images), c.activation)
        for side in [s for s in reversed(c.resolutions[1:]) if s <= r]:
            x = self.blocks[side](x)  # (B, side / 2, side / 2, C)

            # While the newest block fades in: a blend with the maps of the halved image, which pass it by.
            if side == r and not is_one(alpha):
                old = activate(self.from_rgb[r // 2](downsample(images)), c.activation)
                x = ops.cast(alpha, x.dtype) * x + ops.cast(1.0 - alpha, x.dtype) * old

        # One score, or the one of the image's class.
        scores = ops.cast(self.head(x), "float32")
        if c.label_dim:
            scores = ops.sum(scores * ops.cast(labels, scores.dtype), axis=1, keepdims=True)
        return scores

    def _check_call(self, images, labels):
        """Raise ValueError for what ``call`` can't work with."""
        c = self.config
        shape = tuple(images.shape)
        is_known = (
            len(shape) == 4 and shape[1] in self.from_rgb and shape[1:] == (shape[1], shape[1], c.channels)
        )
        if not is_known:
            sides = ", ".join(map(str, self.from_rgb))
            expected = f"(batch, side, side, {c.channels}) with a side of {sides}"
            raise ValueError(f"images have shape {shape}; this discriminator expects {expected}")
        check_labels(labels, images.shape[0], c.label_dim, "discriminator")

    def __call__(self, images, alpha=1.0, labels=None, **kwargs):
        # As a tensor, alpha may change without a new graph. The constant 1 switches its work off.
        alpha = 1.0 if is_one(alpha) else ops.convert_to_tensor(alpha, "float32")
        images = images if is_symbolic(images) else ops.convert_to_tensor(images, "float32")
        if labels is not None and not is_symbolic(labels):
            labels = ops.convert_to_tensor(labels, "float32")

        # Checked here, since a graph that serves every batch size does not know the size of this one.
        self._check_call(images, labels)
        batch = images.shape[0]
        group = self.config.mbstd_group
        if group > 1 and batch and batch > group and batch % group:
            raise ValueError(f"the batch has {batch} images; it must be a multiple of the group size {group}")
        return super().__call__(images, alpha=alpha, labels=labels, **kwargs)

    def input_shape_of_one(self):
        return (self.config.resolution, self.config.resolution, self.config.channels)

    def structure(self):
        c = self.config
        rows = []

        # The blocks, from the full resolution down.
        for r in reversed(c.resolutions):
            shape = (r, r, c.width(r))
            half = (r // 2, r // 2, c.width(r // 2))
            rows.append((f"{r}x{r} from RGB", shape, "", trainable_parameters([self.from_rgb[r]])))
            if r > 4:
                block = self.blocks[r]
                rows.append((f"{r}x{r} conv", shape, "", trainable_parameters([block.conv0])))
                rows.append((f"{r}x{r} conv down", half, "", trainable_parameters([block.conv1])))

        # The head.
        rows.append(("4x4 conv", (4, 4, c.nf(1)), "", trainable_parameters([self.head.conv])))
        rows.append(("dense 0", (c.nf(0),), "", trainable_parameters([self.head.dense0])))
        rows.append(("dense 1", (max(c.label_dim, 1),), "", trainable_parameters([self.head.dense1])))
        return rows
