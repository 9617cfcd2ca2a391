import numpy as np
import pytest
import scipy.linalg

from stylegan_tf import Config, Generator, data, pretrained
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.metrics import fid, judge_digits
from stylegan_tf.metrics.batches import draw_images
from stylegan_tf.metrics.entanglement import z_share
from stylegan_tf.metrics.judges.features import DigitsJudge

SMALL = Config(
    resolution=8, channels=1, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=1, fmap_base=32, fmap_max=8
)


def test_fid_of_one_dimension_is_the_closed_form():
    """Two lines of numbers: (m1 - m2)^2 + (s1 - s2)^2."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(1.0, 2.0, (500, 1)), rng.normal(-1.0, 0.5, (400, 1))
    expected = (a.mean() - b.mean()) ** 2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2
    assert fid(a, b) == pytest.approx(expected, rel=1e-10)


def test_fid_agrees_with_the_matrix_square_root():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(300, 6)) @ rng.normal(size=(6, 6)), rng.normal(size=(200, 6)) + 1
    sa, sb = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    cross = np.trace(scipy.linalg.sqrtm(sa @ sb)).real
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(sa) + np.trace(sb) - 2 * cross
    assert fid(a, b) == pytest.approx(expected, rel=1e-8)


def test_fid_of_a_set_with_itself_is_zero_and_is_symmetric():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(100, 5)), rng.normal(size=(100, 5))
    assert abs(fid(a, a)) < 1e-9
    assert fid(a, b) == pytest.approx(fid(b, a), rel=1e-9)


@pytest.mark.parametrize(
    "a, b, message",
    [((1, 3), (9, 3), "N of 2"), ((9, 3), (9, 4), "lengths 3 and 4"), ((9,), (9, 3), "expected is")],
)
def test_fid_refuses_what_it_cannot_compare(a, b, message):
    with pytest.raises(ValueError, match=message):
        fid(np.zeros(a), np.zeros(b))


def test_fid_names_a_feature_that_is_not_finite():
    with pytest.raises(ValueError, match="not finite"):
        fid(np.full((5, 2), np.nan), np.zeros((5, 2)))


def test_shipped_classifier_reads_held_out_digits():
    """The last 2,000 were kept from its training."""
    digits = data.load_digits()
    _, probabilities = DigitsJudge()(to_unit_range(digits.images[8000:]))
    assert (probabilities.argmax(axis=1) == digits.labels[8000:]).mean() >= 0.98
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_judge_wants_digits():
    with pytest.raises(ValueError, match="expects"):
        DigitsJudge()(np.zeros((2, 16, 16, 1)))


def test_shipped_generator_draws_every_digit_readably():
    """2,000 digits instead of the 10,000 of docs/results.md: the distance of a smaller sample is larger."""
    scores = judge_digits(pretrained("mnist32").ema_generator, count=2000, noise="fixed")
    assert min(scores["shares"]) >= 0.06
    assert scores["confidence"] >= 0.96
    assert scores["fid"] < 5


def test_judging_against_a_test_set_adds_its_distance_and_floor():
    G, digits = Generator(SMALL.replace(resolution=32)), data.load_digits()
    half = data.Images(digits.images[:5000], digits.labels[:5000])
    scores = judge_digits(G, count=300, test=half)
    assert scores["fid_test"] > 100 > 1 > scores["fid_real_test"] > 0
    assert scores["fid_test"] == pytest.approx(scores["fid"], rel=0.1)


def test_samples_are_those_of_their_seed_in_any_batch():
    G = Generator(SMALL)
    whole = draw_images(G, 12, seed=4, batch_size=12, noise="fixed")
    np.testing.assert_allclose(draw_images(G, 12, seed=4, batch_size=5, noise="fixed"), whole, atol=1e-5)


def test_samples_of_a_conditional_generator_take_the_classes_in_turn():
    G = Generator(SMALL.replace(label_dim=3))
    z = np.random.default_rng(4).standard_normal((7, 8)).astype("float32")
    labels = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2, 0]]
    expected = np.asarray(G(z, labels=labels, noise="fixed"))
    np.testing.assert_allclose(draw_images(G, 7, seed=4, batch_size=3, noise="fixed"), expected, atol=1e-5)


def test_z_explains_everything_without_noise_and_nothing_without_z():
    G = Generator(SMALL)
    assert z_share(G) == pytest.approx(1.0)  # the noise strengths start at zero
    for block in G.synthesis.blocks.values():
        for epilogue in (block.epilogue0, block.epilogue1):
            epilogue.noise.strength.assign([1.0] * 8)
            epilogue.style.affine.kernel.assign(0.0 * epilogue.style.affine.kernel)
    assert z_share(G) < 0.05


def test_the_shipped_conditional_generator_draws_what_it_is_asked_for():
    scores = judge_digits(pretrained("mnist32_labels").ema_generator, count=2000, noise="fixed")
    assert scores["as_asked"] >= 0.94  # 95.4 % of 10,000
    assert scores["fid"] < 4


def test_digits_as_asked_are_counted_for_conditional_generators_alone():
    config = SMALL.replace(resolution=32)
    assert "as_asked" not in judge_digits(Generator(config), count=100)
    assert judge_digits(Generator(config.replace(label_dim=10)), count=500)["as_asked"] < 0.3
