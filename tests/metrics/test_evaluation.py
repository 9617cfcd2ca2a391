import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from stylegan_tf import Config, StyleGAN
from stylegan_tf.cli.main import main
from stylegan_tf.data import Images, load_digits, load_toyfaces
from stylegan_tf.data.pixels import to_uint8, to_unit_range
from stylegan_tf.metrics import (
    density_coverage,
    evaluation,
    fid,
    floor,
    kid,
    linear_separability,
    perceptual_path_length,
    precision_recall,
)
from stylegan_tf.metrics.batches import draw_images, with_attributes
from stylegan_tf.metrics.evaluation import Judge, digits_judge, evaluate, judge_of, table
from stylegan_tf.metrics.judges.digits import DigitsAttributes

TINY = Config(
    resolution=32, channels=1, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=1, fmap_base=32, fmap_max=8
)


def features(images):
    """Four numbers of an image: the means of its quarters."""
    images = np.asarray(images, "float32")
    return images.reshape(len(images), 2, 16, 2, 16).mean(axis=(2, 4)).reshape(-1, 4)


def attributes(images):
    return 1 / (1 + np.exp(-3 * features(images)[:, :2]))


def squares(a, b):
    return ((a - b) ** 2).mean(axis=(1, 2, 3))


JUDGE = Judge(32, 1, "quarters", features, "squares", squares, ("left", "right"), attributes)


@pytest.fixture(scope="module")
def gan():
    gan = StyleGAN(TINY)
    gan.compile()
    return gan


@pytest.fixture(scope="module")
def data():
    return Images(load_digits().images[:120], name="some digits")


@pytest.fixture(scope="module")
def result(gan, data):
    return evaluate(gan.ema_generator, data, JUDGE, samples=100, seed=3, floors=True)


def value(result, metric, of="value"):
    (row,) = [row for row in result["rows"] if row["metric"] == metric]
    return row[of]


def test_compared_numbers_are_those_of_the_functions(gan, data, result):
    """Stored as uint8 in between; the first real images."""
    fake = features(to_unit_range(to_uint8(draw_images(gan.ema_generator, 100, seed=3))))
    real = features(to_unit_range(data.images[:100]))
    expected = {"FID": fid(fake, real), "KID": kid(real, fake).mean}
    expected |= precision_recall(real, fake)._asdict() | density_coverage(real, fake)._asdict()
    for name, number in expected.items():
        assert value(result, name) == pytest.approx(number, rel=1e-4), name
    assert value(result, "FID", "floor") == pytest.approx(floor(fid, real, 3), rel=1e-6)
    assert value(result, "recall", "floor") == pytest.approx(floor(precision_recall, real, 3)[1])
    assert result["real_images"] == value(result, "FID", "n") == 100


@pytest.mark.parametrize(("space", "sampling"), [("z", "end"), ("w", "full")])
def test_path_lengths_are_those_of_the_function(gan, result, space, sampling):
    found = perceptual_path_length(gan.ema_generator, JUDGE.distance, space, sampling, samples=100, seed=3)
    assert value(result, f"PPL {space} {sampling}") == pytest.approx(found.mean, rel=1e-4)
    assert value(result, f"PPL {space} {sampling}", "standard_error") == pytest.approx(
        found.standard_error, rel=1e-4
    )


def test_separabilities_are_those_of_the_function(gan, result):
    z, w, probabilities = with_attributes(gan.ema_generator, attributes, 100, seed=3)
    found = [linear_separability(latents, probabilities, seed=3) for latents in (z, w)]
    assert [value(result, f"separability {space}") for space in "zw"] == pytest.approx(
        [f.score for f in found]
    )
    assert result["attributes"]["right"][:2] == pytest.approx([f.conditional_entropies[1] for f in found])


def test_table_has_a_line_for_each_number(result):
    lines = table(result).splitlines()
    assert len(lines) == 1 + len(result["rows"]) + 2
    assert f"{value(result, 'FID'):.4g}" in lines[1] and "quarters" in lines[1]


def test_metrics_that_were_not_asked_for_are_left_out(gan, data, monkeypatch):
    monkeypatch.setattr(evaluation, "perceptual_path_length", lambda *a, **k: pytest.fail("measured unasked"))
    found = evaluate(gan.ema_generator, data, JUDGE, ["fid"], samples=20)
    assert [row["metric"] for row in found["rows"]] == ["FID"] and found["rows"][0]["floor"] is None


def test_real_statistics_are_kept_for_the_next_time(gan, data, tmp_path):
    judged = []

    def features(images):
        judged.append(len(images))
        return JUDGE.features(images)

    judge = dataclasses.replace(JUDGE, features=features)
    first = evaluate(gan.ema_generator, data, judge, ["fid"], samples=20, cache=tmp_path)
    again = evaluate(gan.ema_generator, data, judge, ["fid"], samples=20, cache=tmp_path)
    assert sum(judged) == 20 + 20 + 20, "real and fake, then fake alone"
    assert value(again, "FID") == value(first, "FID")


def test_statistics_are_those_of_the_pictures_and_not_of_their_name(gan, data, tmp_path):
    inverted = Images(255 - data.images, name=data.name)
    evaluate(gan.ema_generator, data, JUDGE, ["fid"], samples=20, cache=tmp_path)
    cached = evaluate(gan.ema_generator, inverted, JUDGE, ["fid"], samples=20, cache=tmp_path)
    truth = evaluate(gan.ema_generator, inverted, JUDGE, ["fid"], samples=20)
    assert value(cached, "FID") == pytest.approx(value(truth, "FID"))


def test_a_damaged_cache_of_statistics_is_made_again(gan, data, tmp_path, capsys):
    first = evaluate(gan.ema_generator, data, JUDGE, ["fid"], samples=20, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    again = evaluate(gan.ema_generator, data, JUDGE, ["fid"], samples=20, cache=tmp_path)
    assert value(again, "FID") == value(first, "FID")
    assert "made again" in capsys.readouterr().out


def test_what_cannot_be_judged_is_told(gan, data):
    with pytest.raises(ValueError, match="there is no metric 'is'"):
        evaluate(gan.ema_generator, data, JUDGE, ["fid", "is"])
    with pytest.raises(ValueError, match="images of the model are 16x16x1; .* expects 32x32x1"):
        evaluate(StyleGAN(TINY.replace(resolution=16)).ema_generator, data, JUDGE)


def test_pictures_that_no_network_knows_have_fid_kid_and_precision(gan, data):
    judge = judge_of("folder:cats")
    assert judge.metrics() == ("fid", "kid", "pr")
    found = evaluate(gan.ema_generator, data, judge, ["fid", "kid"], samples=80)
    reals = judge.features(to_unit_range(data.images[:80]))
    fakes = judge.features(to_unit_range(to_uint8(draw_images(gan.ema_generator, 80, seed=0))))
    assert value(found, "FID") == pytest.approx(fid(reals, fakes), rel=1e-3)
    assert {row["network"] for row in found["rows"]} == {"untrained VGG16"}
    with pytest.raises(ValueError, match="trained on such pictures; leave ppl out"):
        evaluate(gan.ema_generator, data, judge, ["fid", "ppl"], samples=8)


# The judge of digits


def test_half_of_the_real_digits_are_thick_slanted_or_wide():
    found = DigitsAttributes()(to_unit_range(load_digits().images[:1000]))
    np.testing.assert_allclose((found[:, 10:] > 0.5).mean(axis=0), 0.5, atol=0.05)
    np.testing.assert_allclose(found[:, :10].sum(axis=1), 1, atol=1e-5)
    assert found.shape[1] == len(DigitsAttributes.names)


def test_faces_of_twice_the_judges_size_are_judged_as_those_averaged_down():
    """Also that toy faces with dials have the judge of toy faces."""
    judge = judge_of("toyfaces:rho=0.8")
    large = StyleGAN(TINY.replace(resolution=64, channels=3, fmap_base=64)).ema_generator
    faces = load_toyfaces(80, 64, progress=False)
    found = evaluate(large, faces, judge, ["fid"], samples=80, seed=1)
    shrunk = [
        to_unit_range(x).reshape(-1, 32, 2, 32, 2, 3).mean(axis=(2, 4))
        for x in (to_uint8(draw_images(large, 80, seed=1)), faces.images)
    ]
    assert value(found, "FID") == pytest.approx(
        fid(judge.features(shrunk[1]), judge.features(shrunk[0])), rel=1e-4
    )
    with pytest.raises(ValueError, match="the model and its data the same resolution"):
        evaluate(large, load_toyfaces(4, 32, progress=False), judge, ["fid"])


def test_an_empty_image_has_even_odds_of_each_shape():
    np.testing.assert_array_equal(DigitsAttributes()(np.full((1, 32, 32, 1), -1.0))[0, 10:], 0.5)


def test_judge_of_digits_takes_digits():
    judge, x = digits_judge(), to_unit_range(load_digits().images[:3])
    assert (judge.resolution, judge.channels) == (32, 1)
    assert judge.features(x).shape == (3, 64) and judge.attributes(x).shape == (3, len(judge.attribute_names))
    np.testing.assert_array_equal(judge.distance(x, x), 0)


# The command


@pytest.fixture(scope="module")
def model(gan, tmp_path_factory):
    gan.save(path := tmp_path_factory.mktemp("model") / "x.keras")
    return str(path)


def test_evaluate_writes_json_figure_and_table(model, tmp_path, capsys):
    out = tmp_path / "deep" / "result.json"
    arguments = [
        "evaluate",
        model,
        "--dataset",
        "digits",
        "--metrics",
        "fid,ls",
        "--samples",
        "200",
        "--seed",
        "5",
    ]
    assert main([*arguments, "--floors", "--out", str(out)]) == 0
    printed, result = capsys.readouterr().out, json.loads(out.read_text())
    assert [row["metric"] for row in result["rows"]] == ["FID", "separability z", "separability w"]
    assert result["seed"] == 5 and result["dataset"] == "digits" and "tensorflow" in result["versions"]
    assert {row["n"] for row in result["rows"]} == {200} and result["rows"][0][
        "network"
    ] == "digits classifier"
    assert table(result) in printed
    with Image.open(out.with_suffix(".png")) as picture:
        assert picture.width > 1000


def test_a_model_without_a_run_needs_its_dataset(model, tmp_path, capsys):
    assert main(["evaluate", model, "--out", str(tmp_path / "r.json")]) == 2
    assert "add --dataset" in capsys.readouterr().err and not (tmp_path / "r.json").exists()
