"""FID and KID of few pictures, next to what they are between real ones."""

import re

import numpy as np
import pytest

from stylegan_tf.metrics.halves import against_halves, enough


def draw(count, seed, shift=0.0):
    return np.random.default_rng(seed).normal(size=(count, 8)) + shift


def test_pictures_like_the_real_ones_are_as_far_as_real_ones_are():
    """Averaged over several sets, since a single one of 100 spreads by a third."""
    found = [against_halves(draw(200, seed), draw(100, 1000 + seed)) for seed in range(20)]
    fids = np.mean([[one["fid"], one["fid_real_halves"]] for one in found], axis=0)
    kids = np.mean([[one["kid"], one["kid_real_halves"]] for one in found], axis=0)
    assert fids[0] == pytest.approx(fids[1], rel=0.15)
    np.testing.assert_allclose(kids, 0, atol=0.02)


def test_a_shift_of_the_mean_comes_on_top_of_the_floor():
    """The distance of two normal distributions with equal covariance is the square of the shift: 8 * 0.25."""
    found = against_halves(draw(2000, 0), draw(1000, 1, shift=0.5))
    assert found["fid"] - found["fid_real_halves"] == pytest.approx(2.0, rel=0.1)
    assert found["kid"] > 100 * abs(found["kid_real_halves"])
    assert found["count"] == 1000


def test_too_few_are_refused_with_the_number_that_will_do():
    real = draw(17, 0)
    assert not enough(real)
    with pytest.raises(ValueError, match="17 real and 100 generated pictures are too few") as caught:
        against_halves(real, draw(100, 1))
    asked = int(re.search(r"give (\d+) real ones", str(caught.value))[1])
    assert enough(draw(asked, 0))
    against_halves(draw(asked, 0), draw(asked // 2, 1))
    with pytest.raises(ValueError, match="too few"):
        against_halves(draw(asked, 0), draw(asked // 2 - 1, 1))
