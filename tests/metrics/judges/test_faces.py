import numpy as np
import pytest

from stylegan_tf.data import FACTORS, draw_faces, sample_factors
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.files import data_file
from stylegan_tf.metrics.judges.faces import WEIGHTS, FaceReader, accuracy, fit_to_reader


@pytest.fixture(scope="module")
def fresh():
    """1,000 faces that the reader was not trained on: pictures in [-1, 1], factors."""
    factors = sample_factors(1000, seed=77)
    return to_unit_range(draw_faces(factors, 32, detail_seed=77)), factors


def test_shipped_reader_reads_fresh_faces(fresh):
    """docs: data/README.md has the numbers of 5,000 faces."""
    images, factors = fresh
    scores = accuracy(FaceReader().read(images), factors)
    assert min(scores[name] for name in ("glasses", "moustache", "hair_length")) >= 0.99
    assert min(scores[f.name] for f in FACTORS if f.kind == "continuous") >= 0.95
    assert min(scores[name] for name in ("hair_colour", "background", "shirt")) >= 0.99
    assert scores["fringe"] >= 0.9


@pytest.mark.parametrize("detail", [0, 1])
def test_shipped_reader_of_continuous_colours_reads_fresh_faces(detail):
    """docs: data/README.md has the numbers of 5,000 faces."""
    factors = sample_factors(1000, seed=77, palette="continuous")
    images = to_unit_range(draw_faces(factors, 32, 77, palette="continuous", detail=detail))
    scores = accuracy(FaceReader("continuous").read(images), factors, "continuous")
    assert min(scores[name] for name in ("glasses", "moustache", "hair_length")) >= 0.99
    assert min(scores[name] for name in ("hair_colour", "background", "shirt")) >= 0.98
    assert min(scores[name] for name in ("yaw", "pitch", "roll", "skin", "smile")) >= 0.95
    assert scores["fringe"] >= 0.9


def test_a_palette_without_a_reader_is_named():
    with pytest.raises(ValueError, match="there is no palette 'pastel'; choose from named, continuous"):
        FaceReader("pastel")


def test_readings_are_probabilities_or_in_units(fresh):
    features, read = FaceReader()(fresh[0][:50])
    assert features.shape == (50, 64) and list(read) == [f.name for f in FACTORS]
    np.testing.assert_allclose(read["hair_colour"].sum(axis=1), 1, atol=1e-5)
    assert read["hair_colour"].shape == (50, 5) and 0 <= read["glasses"].min() <= read["glasses"].max() <= 1
    assert np.abs(read["yaw"]).max() > 30


def test_values_out_of_range_are_clipped(fresh):
    reader, images = FaceReader(), np.where(fresh[0][:20] > 0.9, 1, fresh[0][:20])
    np.testing.assert_array_equal(reader.features(np.where(images == 1, 7, images)), reader.features(images))


def test_features_tell_faces_apart(fresh):
    features = FaceReader().features(fresh[0][:20])
    assert np.linalg.norm(features[:, None] - features, axis=-1)[~np.eye(20, dtype=bool)].min() > 1


def test_large_pictures_are_averaged_to_32():
    images = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3)).astype("float32")
    expected = [
        [
            [images[n, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2].mean(axis=(0, 1)) for x in range(32)]
            for y in range(32)
        ]
        for n in (0, 1)
    ]
    np.testing.assert_allclose(fit_to_reader(images), expected, atol=1e-6)


@pytest.mark.parametrize(
    "shape", [(2, 16, 16, 3), (2, 48, 48, 3), (2, 32, 64, 3), (2, 32, 32, 1), (32, 32, 3)]
)
def test_reader_says_what_it_wants(shape):
    with pytest.raises(ValueError, match=r"expects \(N, r, r, 3\)"):
        fit_to_reader(np.zeros(shape))


def test_accuracy_of_known_readings():
    """Half of the binary ones right; a constant guess at the mean has R^2 of 0, the truth 1."""
    factors = sample_factors(400, seed=1)
    read = {f.name: column.copy() for f, column in zip(FACTORS, factors.T, strict=True)}
    read |= {
        f.name: np.eye(len(f.values))[read[f.name].astype(int)] for f in FACTORS if f.kind == "categorical"
    }
    read["yaw"][:] = read["yaw"].mean()
    read["glasses"][:200] = 1 - read["glasses"][:200]
    read["shirt"] = np.roll(read["shirt"], 1, axis=1)
    expected = {f.name: 1.0 for f in FACTORS} | {"yaw": 0.0, "glasses": 0.5, "shirt": 0.0}
    assert accuracy(read, factors) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("palette", WEIGHTS)
def test_shipped_reader_is_small(palette):
    assert data_file(WEIGHTS[palette]).stat().st_size < 1_000_000
