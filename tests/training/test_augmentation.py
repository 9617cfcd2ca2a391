"""Augmentation of what D sees: each kind against an independent oracle, its chances, its probability's rule."""

import collections

import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf
from scipy.spatial.transform import Rotation
from support.tiny import TINY, all_weights, make

from stylegan_tf import Config, StyleGAN, data
from stylegan_tf.data import Images
from stylegan_tf.runs.checkpoints import restore, save_checkpoint
from stylegan_tf.runs.run import load
from stylegan_tf.training import augmentation, step
from stylegan_tf.training.augmentation import (
    Augmentation,
    augment,
    blits,
    colours,
    geometry,
    recolour,
    sample,
)
from stylegan_tf.training.random_draws import Draw
from stylegan_tf.training.time_box import measure_speed

ALL = ("blit", "geometry", "colour")


@pytest.fixture(scope="module")
def digits():
    whole = data.load_digits()
    return Images(whole.level(8)[:512], name="digits")


def pictures(count=6, side=8, channels=3, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, side, side, channels)).astype("float32")


def draw(number=0):
    return Draw(1, tf.constant(number, tf.int64))


class Chosen:
    """A Draw whose uniform and normal numbers are given, in the order in which they are asked for."""

    def __init__(self, *numbers):
        self.numbers = list(numbers)

    def uniform(self, shape):
        return tf.fill(shape, float(self.numbers.pop(0)))

    normal = uniform


YES, NO = 0.0, 0.99  # uniform numbers that are below p = 0.5, and are not


# Moving


def test_probability_0_changes_nothing():
    images = pictures()
    np.testing.assert_array_equal(augment(images, tf.constant(0.0), draw(), ALL), images)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_quarter_turn_is_that_of_numpy(turns):
    images = pictures()
    chosen = Chosen(0.0, NO, turns / 4, YES, 0.5, 0.5, NO)
    turned = sample(images, blits(6, 8, 0.5, chosen)).numpy()
    choices = [np.rot90(images, k, axes=(1, 2)) for k in (turns, -turns)]
    assert any(np.allclose(turned, choice, atol=1e-5) for choice in choices)
    assert not chosen.numbers


def test_a_flip_is_that_of_numpy():
    images = pictures()
    chosen = Chosen(0.7, YES, 0.0, NO, 0.5, 0.5, NO)
    np.testing.assert_allclose(sample(images, blits(6, 8, 0.5, chosen)), images[:, :, ::-1], atol=1e-6)


def test_a_shift_fills_from_the_mirrored_picture():
    """Draws of 1 move by an eighth of 16, which is 2 pixels, as they look: from the right and from below."""
    images = pictures(side=16)
    chosen = Chosen(0.0, NO, 0.0, NO, 1.0, 1.0, YES)
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)), "symmetric")
    np.testing.assert_allclose(sample(images, blits(6, 16, 0.5, chosen)), padded[:, 4:, 4:], atol=1e-6)


@pytest.mark.parametrize("number", range(4))
def test_any_movement_is_that_of_scipy(number):
    """All blits and all geometry at once; SciPy's "grid-mirror" is the mirror image beyond the edge."""
    images = pictures(side=16)
    where = blits(6, 16, 1.0, draw(number)) @ geometry(6, 16, 1.0, draw(number + 10))
    found = sample(images, where).numpy()
    for image, matrix, ours in zip(images, where.numpy().astype("float64"), found, strict=True):
        # SciPy counts (row, column) from the first pixel.
        linear = matrix[:2, :2][::-1, ::-1]
        offset = matrix[:2, 2][::-1] + 7.5 - linear @ np.array([7.5, 7.5])
        for channel in range(3):
            theirs = scipy.ndimage.affine_transform(
                image[..., channel].astype("float64"), linear, offset, order=1, mode="grid-mirror"
            )
            np.testing.assert_allclose(ours[..., channel], theirs, atol=2e-3)


def test_blits_keep_the_values_of_pixels():
    images = pictures(count=40)
    moved = augment(images, tf.constant(1.0), draw(), ("blit",)).numpy()
    for before, after in zip(images, moved, strict=True):
        distance = np.abs(after.reshape(-1, 1, 3) - before.reshape(1, -1, 3)).max(axis=2).min(axis=1)
        assert distance.max() < 1e-4, "a pixel has a colour that the picture does not have"


# Recolouring


def only(kind, value):
    """Draws by which one of the augmentations of colour happens, with a given number."""
    kinds = ["brightness", "contrast", "sign", "hue", "saturation"]
    numbers = []
    for name in kinds:
        numbers += [value, YES] if name == kind else [0.0, NO]
    return Chosen(*numbers)


def test_brightness_and_contrast_are_sum_and_product():
    images = pictures()
    lighter = recolour(images, colours(6, 0.5, only("brightness", 1.5), False))
    np.testing.assert_allclose(lighter, images + 0.3, atol=1e-6)
    further = recolour(images, colours(6, 0.5, only("contrast", 2.0), False))
    np.testing.assert_allclose(further, images * 2, rtol=1e-5)


def test_hue_is_a_rotation_about_grey():
    images = pictures()
    angle = np.pi * (2 * 0.8 - 1)
    turned = recolour(images, colours(6, 0.5, only("hue", 0.8), False))
    expected = Rotation.from_rotvec(angle * np.ones(3) / np.sqrt(3)).apply(images.reshape(-1, 3))
    np.testing.assert_allclose(turned.numpy().reshape(-1, 3), expected, atol=1e-5)


def test_saturation_moves_colours_from_grey_and_keeps_it():
    images = pictures()
    grey = images.mean(axis=3, keepdims=True)
    more = recolour(images, colours(6, 0.5, only("saturation", 1.0), False))
    np.testing.assert_allclose(more, grey + 2 * (images - grey), atol=1e-5)


def test_light_for_dark_turns_the_brightness_alone():
    images = pictures()
    grey = images.mean(axis=3, keepdims=True)
    over = recolour(images, colours(6, 0.5, only("sign", 0.9), False))
    np.testing.assert_allclose(over, images - 2 * grey, atol=1e-5)


def test_grey_pictures_stay_grey_levels():
    images = pictures(channels=1)
    chosen = Chosen(1.5, YES, 1.0, YES, 0.9, YES)
    mixed = recolour(images, colours(6, 0.5, chosen, is_grey=True))
    np.testing.assert_allclose(mixed, -(images + 0.3) * 2**0.5, atol=1e-5)


# Chance


@pytest.mark.parametrize("p", [0.2, 0.6])
def test_each_happens_with_its_probability(p):
    """A flip is half of what may happen, and a quarter turn three quarters."""
    matrix = blits(4000, 8, p, draw()).numpy()
    is_flipped = np.linalg.det(matrix[:, :2, :2]) < 0
    is_changed = np.abs(matrix[:, :2, :2] - np.eye(2)).max(axis=(1, 2)) > 0.5
    assert is_flipped.mean() == pytest.approx(p / 2, abs=0.03)
    assert is_changed.mean() == pytest.approx(1 - (1 - p / 2) * (1 - 3 * p / 4), abs=0.03)


@pytest.mark.parametrize("p", [0.3, 0.7, 1.0])
def test_what_happens_below_probability_1_can_be_undone(p):
    """Why G need not draw turned pictures (section 3.1): the four orientations mix by an invertible matrix.

    Its smallest singular value is 1 - p in theory. Here it is measured, from quarter turns of a marked corner.
    """
    corners = [(0, 0), (0, 7), (7, 7), (7, 0)]
    mixture = np.zeros((4, 4))
    for k, (row, column) in enumerate(corners):
        marked = np.zeros((8000, 8, 8, 1), "float32")
        marked[:, row, column] = 1
        turns = augmentation.rotation(
            augmentation.by_chance(draw(k), 8000, p, augmentation.whole_number(draw(k + 9), 8000, 4), 0.0)
            * (np.pi / 2),
            8000,
        )
        moved = sample(marked, turns).numpy()[..., 0]
        mixture[k] = [moved[:, r, c].mean() for r, c in corners]
    assert np.linalg.svd(mixture)[1][-1] == pytest.approx(1 - p, abs=0.04)


def test_reals_and_fakes_are_augmented_each_by_chance_of_its_own():
    one = draw()
    images = pictures()
    assert not np.allclose(augment(images, 1.0, one, ALL), augment(images, 1.0, one, ALL))


# Differentiable twice


def test_the_gradient_is_that_of_the_matrix():
    """Moving and recolouring are affine: f(x) = A x + b, with A measured column by column."""
    side = 4
    images = tf.constant(pictures(1, side))
    size = side * side * 3
    basis = tf.reshape(tf.eye(size), (size, 1, side, side, 3))
    zero = augment(tf.zeros_like(images), 0.9, draw(3), ALL)
    columns = [tf.reshape(augment(unit, 0.9, draw(3), ALL) - zero, [-1]) for unit in basis]
    matrix = tf.stack(columns, axis=1)  # (48, 48)

    # A loss with a second derivative, and R1's number: the squared length of its gradient.
    with tf.GradientTape() as outer:
        outer.watch(images)
        with tf.GradientTape() as inner:
            inner.watch(images)
            loss = tf.reduce_sum(augment(images, 0.9, draw(3), ALL) ** 3)
        gradient = inner.gradient(loss, images)
        penalty = tf.reduce_sum(gradient**2)
    second = outer.gradient(penalty, images)

    # By hand: gradient = A' 3 y^2, and that of its squared length A' 6 y (A 2 gradient).
    y = tf.reshape(augment(images, 0.9, draw(3), ALL), [-1, 1])
    by_hand = tf.linalg.matvec(matrix, 3 * y[:, 0] ** 2, transpose_a=True)
    np.testing.assert_allclose(tf.reshape(gradient, [-1]), by_hand, rtol=1e-3, atol=1e-4)
    through = 6 * y[:, 0] * tf.linalg.matvec(matrix, 2 * by_hand)
    by_hand_twice = tf.linalg.matvec(matrix, through, transpose_a=True)
    scale = np.abs(by_hand_twice).max()
    np.testing.assert_allclose(tf.reshape(second, [-1]) / scale, by_hand_twice / scale, atol=1e-4)


# The probability


def test_p_rises_while_d_knows_the_reals_and_falls_when_it_does_not():
    config = Config(augment="ada", augment_target=0.6, augment_kimg=1.0)
    module = Augmentation()
    used = [float(module.adapt(tf.constant(0.9), 10, config)) for _ in range(8)]
    assert used == pytest.approx([0] * 4 + [0.04] * 4)
    assert float(module.p) == pytest.approx(0.08)
    for _ in range(4):
        module.adapt(tf.constant(0.1), 10, config)
    assert float(module.p) == pytest.approx(0.04)


def test_p_stays_between_0_and_1():
    config = Config(augment="ada", augment_kimg=0.1)
    module = Augmentation(0.99)
    for sign, end in ((1.0, 1.0), (-1.0, 0.0)):
        for _ in range(12):
            module.adapt(tf.constant(sign), 50, config)
        assert float(module.p) == end


def test_a_fixed_p_stays():
    module = Augmentation(0.25)
    assert (
        float(module.adapt(tf.constant(1.0), 10, Config(augment="fixed", augment_p=0.25)))
        == float(module.p)
        == 0.25
    )


# Training


ADA = dict(augment="ada", augment_p=0.3, augment_kimg=0.2)


def test_without_augmentation_the_graph_is_the_same_as_ever(digits, monkeypatch):
    """Not one operation more than with a D that is called directly."""

    def operations(gan):
        gan.fit(digits, epochs=1, verbose=0)
        (trace,) = gan._traces.values()
        (concrete,) = trace._list_all_concrete_functions()
        return collections.Counter(node.type for node in concrete.graph.get_operations())

    plain = operations(make())
    monkeypatch.setattr(
        step,
        "discriminator_at",
        lambda gan, part, labels: lambda x: gan.discriminator(x, alpha=part.alpha, labels=labels),
    )
    assert operations(make()) == plain
    assert plain["Sign"] == plain["Floor"] == 0, "nor one that counts signs or moves pixels"
    monkeypatch.undo()
    assert operations(make(**ADA)).total() > plain.total()


def test_its_numbers_are_in_the_history(digits):
    gan = make(**ADA)
    history = gan.fit(digits, verbose=0).history
    assert history["augment_p"][0] == pytest.approx(0.3, abs=0.1)
    assert all(-1 <= sign <= 1 for sign in history["real_sign"])
    assert float(gan.augmentation.p) != pytest.approx(0.3)


def test_a_resumed_run_is_the_same_run(digits, tmp_path):
    whole, first, second = make(**ADA), make(**ADA), make(**ADA)
    whole.fit(digits, verbose=0)
    first.fit(digits, epochs=2, verbose=0)
    save_checkpoint(first, tmp_path / "half.npz")
    restore(second, tmp_path / "half.npz")
    assert float(second.augmentation.p) == float(first.augmentation.p)
    second.fit(digits, verbose=0)
    for a, b in zip(all_weights(whole), all_weights(second), strict=True):
        np.testing.assert_array_equal(a, b)
    assert float(whole.augmentation.p) == float(second.augmentation.p)


def test_a_saved_model_keeps_its_probability(digits, tmp_path):
    gan = make(**ADA)
    gan.augmentation.p.assign(0.125)
    gan.save(tmp_path / "gan.keras")
    assert float(load(tmp_path / "gan.keras").augmentation.p) == 0.125


def test_a_batch_in_parts_has_the_same_signs_and_probability(digits):
    alone = dict(shared_forward=False, mbstd_group=0, progressive=False, **ADA)
    whole, parts = make(**alone), make(accumulate={8: 2}, **alone)
    for gan in (whole, parts):
        gan.fit(digits, kimg=0.064, verbose=0)
    for name in ("real_sign", "augment_p"):
        assert whole.history.history[name] == pytest.approx(parts.history.history[name])


def test_measuring_the_speed_leaves_the_probability_alone(digits):
    gan = make(**ADA)
    measure_speed(gan, digits, seconds=0.1)
    assert float(gan.augmentation.p) == pytest.approx(ADA["augment_p"])
    assert float(gan.augmentation.sign_steps) == 0


def test_parts_of_a_batch_are_augmented_as_the_whole():
    """Image i has the same augmentation, whichever part it falls into."""
    images = pictures(8)
    whole = augment(images, 0.8, Draw(1, tf.constant(3, tf.int64)), ALL).numpy()
    for part in (0, 1):
        half = augment(images[part::2], 0.8, Draw(1, tf.constant(3, tf.int64), part, 2), ALL)
        np.testing.assert_allclose(half, whole[part::2], atol=1e-5)


@pytest.mark.parametrize(
    "changes, message",
    [
        (dict(augment="fixed"), "augment_p is 0.0; it must be greater than 0 where augment is 'fixed'"),
        (dict(augment_groups=""), "augment_groups is ''"),
        (dict(augment="ada", loss="wgan-gp"), "augment is 'ada'; it must be 'none' or 'fixed' where loss"),
        (dict(augment_groups="blit,blit"), "augment_groups is 'blit,blit'"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        Config(**changes)


def test_it_is_off_by_default():
    assert Config().augment == "none"
    assert StyleGAN(TINY).augmentation is None
