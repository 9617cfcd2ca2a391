import io

import numpy as np
import pytest
from PIL import Image
from support.faults import smooth

from stylegan_tf.data import load_digits
from stylegan_tf.data.folder.duplicates import NEAR, near, same


def small(picture):
    return np.asarray(picture.resize((16, 16), Image.Resampling.BOX).convert("RGB"))


def saved_again(picture, **options):
    file = io.BytesIO()
    picture.save(file, **options)
    return Image.open(file)


def difference(a, b):
    """As the docstring defines it, in float64."""
    a, b = (x.astype(float).ravel() - x.mean() for x in (a, b))
    return np.linalg.norm(a - b) / np.sqrt(np.linalg.norm(a) * np.linalg.norm(b))


@pytest.fixture(scope="module")
def digits():
    return np.stack([small(Image.fromarray(image[..., 0])) for image in load_digits().images[:2000]])


def test_equal_values_are_grouped_in_order():
    assert same(list("abcbdab")) == [[0, 5], [1, 3, 6]]


@pytest.mark.parametrize("options", [dict(format="JPEG", quality=60), dict(format="WEBP", quality=60)])
def test_a_picture_saved_again_or_resized_is_near(options):
    pictures = [smooth(i, 64, 64) for i in range(200)]
    again = [saved_again(picture, **options) for picture in pictures[:50]]
    resized = [picture.resize((97, 97), Image.Resampling.BICUBIC) for picture in pictures[50:100]]
    groups = near(np.stack([small(picture) for picture in pictures + again + resized]))
    assert groups == [[i, 200 + i] for i in range(100)]


def test_different_digits_are_not_near(digits):
    """A threshold of twice the size takes some different digits for copies."""
    assert near(digits) == []
    a, b = np.triu_indices(300, k=1)
    assert min(difference(digits[i], digits[j]) for i, j in zip(a[::7], b[::7], strict=True)) > NEAR


def test_groups_are_those_of_comparing_every_pair(digits):
    rng = np.random.default_rng(0)
    base = digits[:60].astype(float)
    x = np.concatenate(
        [base, base[:20] + rng.normal(0, 12, base[:20].shape), base[:20] + rng.normal(0, 6, base[:20].shape)]
    )
    x = x.clip(0, 255).astype("uint8")
    linked = {i: {i} for i in range(len(x))}
    for i in range(len(x)):
        for j in range(i):
            if difference(x[i], x[j]) < NEAR and linked[i] is not linked[j]:
                linked[i] |= linked[j]
                linked.update(dict.fromkeys(linked[j], linked[i]))
    expected = sorted({tuple(sorted(group)) for group in linked.values() if len(group) > 1})
    assert 10 < len(expected) < 30
    assert [tuple(group) for group in near(x)] == expected


def test_the_order_of_the_pictures_does_not_matter(digits):
    x = np.concatenate([digits[:500], np.clip(digits[:100].astype(int) + 4, 0, 255).astype("uint8")])
    order = np.random.default_rng(0).permutation(len(x))
    turned = sorted(sorted(order[group].tolist()) for group in near(x[order]))
    assert turned == near(x) and len(turned) == 100


@pytest.mark.parametrize("count", [1, 2, 9])
def test_pictures_of_one_colour_are_left_out(count):
    assert near(np.full((count, 16, 16, 3), 80, "uint8")) == []
