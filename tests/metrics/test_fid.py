import numpy as np
import pytest
from support.helpers import assert_close_to_max, claim

from stylegan_tf.metrics import Statistics, cached_statistics, fid
from stylegan_tf.metrics.fid import fid_standard_error


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


# The official numbers


@pytest.mark.parametrize("key", claim("ls", "fid/*/mu_*", "fid/*/sigma_*"))
def test_statistics_equal_official(golden, key):
    ls, (_, kind, name) = golden("ls"), key.split("/")
    which, end = (
        name.removesuffix(":f64").split("_")[1],
        "activations" if kind == "full_rank" else "rank_deficient",
    )
    statistics = Statistics(ls[f"inputs/fid/{which}_{end}"])
    assert_close_to_max(
        statistics.mean if name.startswith("mu") else statistics.covariance, ls[f"outputs/{key}"], 1e-5
    )


@pytest.mark.filterwarnings("ignore:5 samples cannot fill")
@pytest.mark.parametrize("key", claim("ls", "fid/*/fid:f64"))
def test_fid_equals_official(golden, key):
    ls, end = golden("ls"), "activations" if "full" in key else "rank_deficient"
    real, fake = (ls[f"inputs/fid/{which}_{end}"] for which in ("real", "fake"))
    assert fid(fake, real) == pytest.approx(float(ls[f"outputs/{key}"]), rel=1e-5)


# Statistics in parts


def test_statistics_in_uneven_parts_are_those_of_the_whole():
    """Far from zero, where sums of squares would lose the digits."""
    x = draw(1000, 5) + 1e6
    statistics = Statistics()
    for part in np.split(x, [1, 2, 500, 500, 999]):
        statistics.update(part)
    assert statistics.count == 1000
    np.testing.assert_allclose(statistics.mean, x.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(statistics.covariance, np.cov(x, rowvar=False), rtol=1e-6, atol=1e-6)


def test_merged_statistics_are_those_of_both():
    x = draw(50, 3)
    merged = Statistics(x[:20]).merge(Statistics(x[20:])).merge(Statistics())
    np.testing.assert_allclose(merged.covariance, np.cov(x, rowvar=False), rtol=1e-12)
    assert merged.count == 50


def test_merging_leaves_the_other_as_it_was():
    other = Statistics(draw(9, 2))
    before = other.covariance
    Statistics().merge(other).update(draw(9, 2, seed=1) + 5)
    np.testing.assert_array_equal(other.covariance, before)


def test_fid_takes_features_or_statistics():
    a, b = draw(40, 3), draw(30, 3, seed=1)
    assert fid(Statistics(a), b) == pytest.approx(fid(a, b), rel=1e-12)


def test_statistics_of_another_network_are_told():
    with pytest.raises(ValueError, match="lengths 3 and 4"):
        Statistics(draw(5, 3)).update(draw(5, 4))


def test_too_few_samples_get_a_warning():
    with pytest.warns(UserWarning, match="8 samples cannot fill the covariance of 8 features"):
        fid(draw(8, 8), draw(50, 8))


# The cache


def never():
    pytest.fail("the features were computed again")
    yield


def test_real_statistics_are_computed_once(tmp_path):
    x = draw(20, 3)
    first = cached_statistics(tmp_path, "folder:a/b 32", 20, "net", iter([x[:7], x[7:]]))
    again = cached_statistics(tmp_path, "folder:a/b 32", 20, "net", never())
    np.testing.assert_array_equal(again.covariance, first.covariance)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("change", [dict(data="b"), dict(count=10), dict(features="other")])
def test_other_data_size_or_network_has_its_own_cache(tmp_path, change):
    settings = dict(data="a", count=20, features="net")
    cached_statistics(tmp_path, **settings, parts=[draw(20, 3)])
    settings |= change
    x = draw(settings["count"], 3, seed=1)
    np.testing.assert_array_equal(cached_statistics(tmp_path, **settings, parts=[x]).mean, Statistics(x).mean)


def test_an_incomplete_set_is_not_kept(tmp_path):
    with pytest.raises(ValueError, match="19 rows of features came for 20 images"):
        cached_statistics(tmp_path, "a", 20, "net", [draw(19, 3)])
    assert not list(tmp_path.iterdir())


def test_a_damaged_cache_is_made_again(tmp_path, capsys):
    x = draw(20, 3)
    cached_statistics(tmp_path, "a", 20, "net", [x])
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    np.testing.assert_array_equal(cached_statistics(tmp_path, "a", 20, "net", [x]).mean, Statistics(x).mean)
    assert f"{file} can't be read; its statistics are made again" in capsys.readouterr().out
    cached_statistics(tmp_path, "a", 20, "net", never())


# Its error


def test_the_jackknife_agrees_with_the_spread_over_fresh_samples():
    """Of 200 sets of generated features, whose distribution is another than that of the real ones."""
    real = draw(2000, 4)
    sets = [1.3 * draw(1000, 4, seed=seed) + 0.2 for seed in range(1, 201)]
    spread = np.std([fid(real, x) for x in sets], ddof=1)
    errors = [fid_standard_error(real, x) for x in sets[:20]]
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(spread, rel=0.15)


def test_the_jackknife_of_a_mean_is_its_standard_error():
    """Where FID is nearly the squared difference d of means, its error is 2 d times that of the mean."""
    real, x = 1e-6 * draw(100, 1), 50 + draw(400, 1, seed=1)
    expected = 2 * 50 * x.std(ddof=1) / 20
    assert fid_standard_error(real, x, groups=200) == pytest.approx(expected, rel=0.1)


def test_too_few_samples_for_the_groups_are_told():
    with pytest.raises(ValueError, match="39 rows make no 20 groups"):
        fid_standard_error(draw(50, 2), draw(39, 2))
