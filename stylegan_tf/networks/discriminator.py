"""The discriminator, that of Progressive GAN with a blur added (paper appendix C)."""

from __future__ import annotations

import keras
from keras import ops

from stylegan_tf.networks.base import ConfigLayer, Network, trainable_parameters
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
from stylegan_tf.scalars import is_one


@register
class DiscriminatorBlock(ConfigLayer):
    """Two convolutions, the second halving the side. (B, r, r, C) -> (B, r/2, r/2, C')

    Convolution, activation; blur, down-sampling convolution, activation.
    """

    def __init__(self, config, resolution, **kwargs):
        super().__init__(config, **kwargs)
        self.resolution = resolution

    def build(self, input_shape=None):
        c, r = self.config, self.resolution
        common = dict(equalized=c.equalized, dtype=self.dtype_policy)
        self.conv0 = EqualizedConv2D(c.width(r), name="conv0", **common)
        self.blur = Blur(name="blur", dtype=self.dtype_policy) if c.blur else None
        resample = None if c.pool_last else "down"
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
        c, common = self.config, dict(equalized=self.config.equalized, dtype=self.dtype_policy)
        self.stddev, channels = None, c.nf(1)
        if c.mbstd_group > 1:
            self.stddev = MinibatchStdDev(
                c.mbstd_group, c.mbstd_features, dtype=self.dtype_policy, name="stddev"
            )
            channels += c.mbstd_features
        self.conv = EqualizedConv2D(c.nf(1), name="conv", **common)
        self.dense0 = EqualizedDense(c.nf(0), name="dense0", **common)
        self.dense1 = EqualizedDense(max(c.label_dim, 1), gain=1.0, name="dense1", **common)
        self.conv.build((None, 4, 4, channels))
        self.dense0.build((None, 16 * c.nf(1)))
        self.dense1.build((None, c.nf(0)))

    def call(self, x):
        x = self.stddev(x) if self.stddev else x
        x = activate(self.conv(x), self.config.activation)
        x = ops.reshape(x, (-1, 16 * self.config.nf(1)))
        return self.dense1(activate(self.dense0(x), self.config.activation))


@register
class Discriminator(Network):
    """images (B, r, r, channels) in [-1, 1] -> scores (B, 1), larger for "real"; r may be any stage's
    resolution.

    Call arguments:
        alpha: weight of the newest block while it fades in; the blend is of feature maps (ProGAN section 2).
        labels: (B, label_dim) one-hot, for a conditional network: they choose the score.

    Raises:
        ValueError: if the images have another channel count, or a side that is no stage of this network.
    """

    def __init__(self, config, name="discriminator", **kwargs):
        super().__init__(config, name=name, **kwargs)
        c, common = self.config, dict(dtype=self.dtype_policy)
        rgb = dict(kernel_size=1, equalized=c.equalized, **common)
        self.from_rgb = {r: EqualizedConv2D(c.width(r), name=f"from_rgb{r}", **rgb) for r in c.resolutions}
        self.blocks = {r: DiscriminatorBlock(c, r, name=f"block{r}", **common) for r in c.resolutions[1:]}
        self.head = DiscriminatorHead(c, name="head", dtype=float32_if_mixed(self.dtype_policy))
        self._tracked = [
            *self.from_rgb.values(),
            *self.blocks.values(),
        ]  # Keras tracks lists, and not integer keys
        for r, layer in self.from_rgb.items():
            layer.build((None, r, r, c.channels))
        for block in self.blocks.values():
            block.build()
        self.head.build()
        self.built = True

    def call(self, images, alpha=1.0, labels=None):
        c, r = self.config, images.shape[1]
        if (
            images.ndim != 4
            or r not in self.from_rgb
            or images.shape[2] != r
            or images.shape[3] != c.channels
        ):
            sides = ", ".join(map(str, self.from_rgb))
            wanted = f"(batch, side, side, {c.channels}) with a side of {sides}"
            raise ValueError(f"images have shape {tuple(images.shape)}; this discriminator wants {wanted}")
        if bool(c.label_dim) != (labels is not None):
            found = "no labels" if labels is None else "labels"
            raise ValueError(f"{found} given to a discriminator of label_dim = {c.label_dim}")
        x = activate(self.from_rgb[r](images), c.activation)
        for side in [s for s in reversed(c.resolutions[1:]) if s <= r]:
            x = self.blocks[side](x)
            if side == r and not is_one(alpha):
                old = activate(self.from_rgb[r // 2](downsample(images)), c.activation)
                x = ops.cast(alpha, x.dtype) * x + ops.cast(1.0 - alpha, x.dtype) * old
        scores = ops.cast(self.head(x), "float32")
        if c.label_dim:
            scores = ops.sum(scores * ops.cast(labels, scores.dtype), axis=1, keepdims=True)
        return scores

    def __call__(self, images, alpha=1.0, labels=None, **kwargs):
        alpha = 1.0 if is_one(alpha) else keras.ops.convert_to_tensor(alpha, "float32")
        images, group = keras.ops.convert_to_tensor(images, "float32"), self.config.mbstd_group
        batch = images.shape[0]  # not known any more inside of a graph traced for every batch size
        if group > 1 and batch and batch > group and batch % group:
            raise ValueError(f"the batch has {batch} images; it must be a multiple of the group size {group}")
        return super().__call__(images, alpha=alpha, labels=labels, **kwargs)

    def structure(self):
        c, rows = self.config, []
        for r in reversed(c.resolutions):
            rows.append(
                (f"{r}x{r} from RGB", (r, r, c.width(r)), "", trainable_parameters([self.from_rgb[r]]))
            )
            if r > 4:
                rows.append(
                    (f"{r}x{r} conv", (r, r, c.width(r)), "", trainable_parameters([self.blocks[r].conv0]))
                )
                rows.append(
                    (
                        f"{r}x{r} conv down",
                        (r // 2, r // 2, c.width(r // 2)),
                        "",
                        trainable_parameters([self.blocks[r].conv1]),
                    )
                )
        rows.append(("4x4 conv", (4, 4, c.nf(1)), "", trainable_parameters([self.head.conv])))
        rows.append(("dense 0", (c.nf(0),), "", trainable_parameters([self.head.dense0])))
        rows.append(("dense 1", (max(c.label_dim, 1),), "", trainable_parameters([self.head.dense1])))
        return rows
