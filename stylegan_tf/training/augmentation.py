"""Discriminator augmentation: with few pictures, D sees reals and fakes moved and recoloured.

D learns a few hundred pictures by heart, and from then on it has nothing to tell G. So everything that D
sees is changed at random first, reals and fakes alike. Each augmentation happens with a probability p below
1. Then augmented data of one kind differ from augmented data of any other, and G can only match them by
matching the data themselves: it does not learn to draw turned pictures. The probability rises while D knows
the reals too well ("adaptive").

This is no part of the paper's StyleGAN, and it is off by default.

Source: Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data", arXiv 2006.06676,
    sections 2 and 3, appendix B. There a wavelet filters the pictures that are resampled; here they are
    sampled linearly between the pixels. The paper's filtering and noise, which its authors found of little
    use, are left out.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from stylegan_tf.networks.layers import register
from stylegan_tf.training import distribution
from stylegan_tf.training.random_draws import Draw

ADAPT_EVERY = 4  # steps between two changes of p, as in the paper

# Projections of colours (R, G, B, 1): onto the colours themselves, without the 1; and onto grey.
ONTO_COLOUR = np.diag([1.0, 1.0, 1.0, 0.0]).astype("float32")
ONTO_GREY = np.pad(np.full((3, 3), 1 / 3, "float32"), (0, 1))
# A quarter turn about the grey axis.
ABOUT_GREY = np.pad(
    np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], "float32") / np.sqrt(3, dtype="float32"), (0, 1)
)


@register
class Augmentation(keras.layers.Layer):
    """The probability of augmentation, which is saved with the weights.

    Args:
        probability: p at the start.

    Attributes:
        p: the probability of each augmentation, 0 to 1.
        sign_sum, sign_steps: of the signs since p last changed, and how many.
    """

    def __init__(self, probability: float = 0.0, name="augmentation", **kwargs):
        super().__init__(name=name, **{**kwargs, "dtype": "float32"})
        start = keras.initializers.Constant(probability)
        self.p = self.add_weight(name="p", shape=(), initializer=start, trainable=False)
        self.sign_sum = self.add_weight(name="sign_sum", shape=(), initializer="zeros", trainable=False)
        self.sign_steps = self.add_weight(name="sign_steps", shape=(), initializer="zeros", trainable=False)
        self.built = True

    def augment(self, images, config, draw: Draw):
        """Images (B, r, r, C) as D shall see them: float32, differentiable twice."""
        groups = config.augment_groups.split(",")
        return augment(tf.cast(images, tf.float32), tf.convert_to_tensor(self.p), draw, groups)

    def adapt(self, real_sign, batch: int, config):
        """Take note of a step, and every fourth time let p follow; returns the p that this step used.

        Args:
            real_sign: mean sign of D's scores of the reals, over all devices. It is near 1 where D knows them
                by heart.
            batch: images of the step, over all devices.
            config: ``augment_target`` and ``augment_kimg`` of "ada"; with "fixed" p stays.
        """
        # A fixed probability stays.
        used = tf.identity(self.p)
        if config.augment == "fixed":
            return used

        # Too sure of the reals: more augmentation; not sure enough: less.
        total = self.sign_sum + real_sign
        steps = self.sign_steps + 1.0
        direction = tf.sign(total / steps - config.augment_target)
        moved = self.p + direction * steps * batch / (1000.0 * config.augment_kimg)
        is_due = steps >= ADAPT_EVERY
        distribution.assign(self.p, tf.where(is_due, tf.clip_by_value(moved, 0.0, 1.0), self.p))
        distribution.assign(self.sign_sum, tf.where(is_due, 0.0, total))
        distribution.assign(self.sign_steps, tf.where(is_due, 0.0, steps))
        return used


def augment(images, p, draw: Draw, groups):
    """Images (B, r, r, C), each augmented by chance; each kind of augmentation has the probability p.

    What moves is one matrix an image, and what recolours is one matrix an image: sampled once, mixed once.
    """
    size, side, _, channels = images.shape

    # Move: all movements are one matrix.
    if "blit" in groups or "geometry" in groups:
        where = tf.eye(3, batch_shape=[size])
        if "blit" in groups:
            where = where @ blits(size, side, p, draw)
        if "geometry" in groups:
            where = where @ geometry(size, side, p, draw)
        images = sample(images, where)

    # Recolour: all changes of colour are another.
    if "colour" in groups:
        images = recolour(images, colours(size, p, draw, is_grey=channels == 1))
    return images


# Where each pixel comes from: matrices (B, 3, 3) from a place (x, y, 1) in the result to one in the image, in
# pixels from the middle. So a matrix that adds 1 to x moves the picture to the left.


def blits(size, side, p, draw):
    """Flips, quarter turns and shifts by whole pixels: no pixel's value changes."""
    # Left to right, half of the times.
    flip = scaling(by_chance(draw, size, p, 1 - 2 * whole_number(draw, size, 2), 1.0), 1.0, size)

    # A quarter turn, none to three times.
    turn = rotation(by_chance(draw, size, p, whole_number(draw, size, 4), 0.0) * (np.pi / 2), size)

    # To the side and up or down, by up to an eighth of the side.
    across, down = (tf.round(0.125 * side * between(draw, size, -1, 1)) for _ in range(2))
    shift = shift_by_chance(draw, size, p, across, down)
    return flip @ turn @ shift


def geometry(size, side, p, draw):
    """Scaling, turning before and after it, stretching, and shifts by any length."""
    # Larger or smaller.
    factor = by_chance(draw, size, p, 2 ** (0.2 * draw.normal((size,))), 1.0)
    scale = scaling(1 / factor, 1 / factor, size)

    # Wider and lower, between two turns. That one of them happens at least has the probability p.
    p_of_turn = 1 - tf.sqrt(1 - p)
    before = rotation(by_chance(draw, size, p_of_turn, between(draw, size, -np.pi, np.pi), 0.0), size)
    factor = by_chance(draw, size, p, 2 ** (0.2 * draw.normal((size,))), 1.0)
    stretch = scaling(1 / factor, factor, size)
    after = rotation(by_chance(draw, size, p_of_turn, between(draw, size, -np.pi, np.pi), 0.0), size)

    # By an eighth of the side, as standard deviation.
    across, down = (0.125 * side * draw.normal((size,)) for _ in range(2))
    shift = shift_by_chance(draw, size, p, across, down)
    return scale @ before @ stretch @ after @ shift


def scaling(x, y, size):
    """Matrices (B, 3, 3) that multiply x and y."""
    return matrix([[x, 0, 0], [0, y, 0], [0, 0, 1]], size)


def rotation(angle, size):
    """Matrices (B, 3, 3) that turn by an angle (B,)."""
    cosine = tf.cos(angle)
    sine = tf.sin(angle)
    return matrix([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]], size)


def shift_by_chance(draw, size, p, x, y):
    """Matrices (B, 3, 3) that, with the probability p, add x and y (B,)."""
    is_moved = happens(draw, size, p)
    return matrix([[1, 0, tf.where(is_moved, x, 0.0)], [0, 1, tf.where(is_moved, y, 0.0)], [0, 0, 1]], size)


def sample(images, where):
    """Images (B, r, r, C) at the places that ``where`` (B, 3, 3) gives, linear between the pixels.

    Beyond the edge the picture goes on as its mirror image.
    """
    size, side, _, channels = images.shape

    # Where each pixel of the result looks: x, y in pixels, 0 the first.
    middle = (side - 1) / 2
    grid = np.arange(side, dtype="float32") - middle
    x, y = np.meshgrid(grid, grid)
    places = np.stack([x.ravel(), y.ravel(), np.ones(side * side, "float32")])  # (3, r * r)
    x, y = tf.unstack((where @ places)[:, :2] + middle, axis=1)  # (B, r * r) each

    # The four pixels around it, and how much each counts.
    left = tf.floor(x)
    top = tf.floor(y)
    right_share = x - left
    bottom_share = y - top
    columns = tf.stack([left, left + 1, left, left + 1], axis=1)  # (B, 4, r * r)
    rows = tf.stack([top, top, top + 1, top + 1], axis=1)
    across = tf.stack([1 - right_share, right_share, 1 - right_share, right_share], axis=1)
    down = tf.stack([1 - bottom_share, 1 - bottom_share, bottom_share, bottom_share], axis=1)

    # Their mean. Gathering is linear in the images, so R1 can differentiate through it twice.
    index = mirrored(rows, side) * side + mirrored(columns, side)
    pixels = tf.reshape(images, (size, side * side, channels))
    found = tf.gather(pixels, index, batch_dims=1)  # (B, 4, r * r, C)
    mean = tf.reduce_sum(found * (across * down)[..., None], axis=1)
    return tf.reshape(mean, images.shape)


def mirrored(index, side):
    """Whole numbers, any, as indices 0 ... side - 1 of a picture that is mirrored at its edges."""
    # Two pictures' lengths, there and back, go on for ever.
    index = tf.cast(index, tf.int32) % (2 * side)
    return tf.minimum(index, 2 * side - 1 - index)


# What becomes of each colour: matrices (B, 4, 4) on (R, G, B, 1).


def colours(size, p, draw, is_grey):
    """Brightness, contrast, light for dark; of colour pictures also hue and saturation."""
    # All three channels alike: lighter, further apart, and, half of the times, light for dark.
    light = by_chance(draw, size, p, 0.2 * draw.normal((size,)), 0.0)
    brightness = matrix([[1, 0, 0, light], [0, 1, 0, light], [0, 0, 1, light], [0, 0, 0, 1]], size)
    contrast = scaled(ONTO_COLOUR, by_chance(draw, size, p, 2 ** (0.5 * draw.normal((size,))), 1.0))
    sign = by_chance(draw, size, p, 1 - 2 * whole_number(draw, size, 2), 1.0)
    if is_grey:
        return scaled(ONTO_COLOUR, sign) @ contrast @ brightness

    # Around grey: another hue, and more or less of it.
    angle = by_chance(draw, size, p, between(draw, size, -np.pi, np.pi), 0.0)[:, None, None]
    onto_hue = ONTO_COLOUR - ONTO_GREY
    hue = tf.eye(4) + (tf.cos(angle) - 1) * onto_hue + tf.sin(angle) * ABOUT_GREY
    saturation = scaled(onto_hue, by_chance(draw, size, p, 2 ** draw.normal((size,)), 1.0))
    return saturation @ hue @ scaled(ONTO_GREY, sign) @ contrast @ brightness


def scaled(projection, factor):
    """Matrices (B, 4, 4) that multiply what a projection (4, 4) keeps by a factor (B,), and keep the rest."""
    return tf.eye(4) + (factor[:, None, None] - 1) * projection


def recolour(images, mix):
    """Images (B, r, r, C) with the colours that matrices (B, 4, 4) make of theirs; grey has the first row."""
    # Each pixel's colour is a row; the last column of the matrix is added.
    size, side, _, channels = images.shape
    colour = tf.reshape(images, (size, side * side, channels))
    mixed = tf.matmul(colour, mix[:, :channels, :channels], transpose_b=True)
    return tf.reshape(mixed + mix[:, None, :channels, 3], images.shape)


# Chance


def happens(draw, size, p):
    """Booleans (B,), true with the probability p."""
    return draw.uniform((size,)) < p


def by_chance(draw, size, p, value, otherwise):
    """``value`` (B,) with the probability p, else ``otherwise``."""
    return tf.where(happens(draw, size, p), value, otherwise)


def between(draw, size, low, high):
    """Numbers (B,), even from low to high."""
    return low + (high - low) * draw.uniform((size,))


def whole_number(draw, size, count):
    """0 to count - 1 as floats (B,), all equally often."""
    return tf.floor(count * draw.uniform((size,)))


def matrix(rows, size):
    """Matrices (B, n, n) of rows whose entries are numbers, or tensors (B,)."""
    # A number is the same in all matrices of the batch.
    entries = [[tf.broadcast_to(tf.cast(entry, tf.float32), (size,)) for entry in row] for row in rows]
    return tf.stack([tf.stack(row, axis=1) for row in entries], axis=1)
