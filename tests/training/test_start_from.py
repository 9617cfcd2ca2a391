"""Starting from a trained model: what it drew it still draws, and training begins where the next resolution
fades in.
"""

import json

import numpy as np
import pytest
from support.helpers import enlarge

from stylegan_tf import Config, Run, StyleGAN
from stylegan_tf.cli.main import main
from stylegan_tf.data import Images
from stylegan_tf.training import loop
from stylegan_tf.training.loop import TrainingState

EIGHT = Config(
    resolution=8, channels=1, z_dim=16, w_dim=16, mapping_width=16, mapping_layers=2, fmap_base=64, fmap_max=8, batch_size=8,
    start_resolution=4, stage_kimg={4: (0, 0.1), 8: (0.1, 0.2), 16: (0.1, 0.1), 32: (0.1, 0.1)}, total_kimg=0.4, seed=3,
)  # fmt: skip
Z = np.random.default_rng(0).standard_normal((4, 16)).astype("float32")
IMAGES = np.random.default_rng(1).uniform(-1, 1, (4, 8, 8, 1)).astype("float32")
DATA = np.random.default_rng(2).integers(0, 256, (64, 16, 16, 1), "uint8")


def trained(config=EIGHT, images=400) -> StyleGAN:
    gan = StyleGAN(config)
    gan.compile()
    gan.progress = TrainingState(images=images)
    rng = np.random.default_rng(4)  # so that its average is not its generator
    gan.ema_generator.set_weights(
        [w + rng.normal(0, 0.1, w.shape).astype("float32") for w in gan.ema_generator.get_weights()]
    )
    return gan


def grown_from(model, **changes) -> StyleGAN:
    gan = StyleGAN(model.config.replace(**{"resolution": 16, "total_kimg": 0.6, "seed": 5, **changes}))
    gan.compile()
    gan.start_from(model)
    return gan


def test_it_still_draws_what_it_drew():
    model = trained()
    gan = grown_from(model)
    np.testing.assert_array_equal(gan(Z, noise="fixed"), model(Z, noise="fixed"))
    for network in ("generator", "ema_generator"):
        ours, theirs = (getattr(m, network)(Z, resolution=8, noise="fixed") for m in (gan, model))
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(gan.discriminator(IMAGES), model.discriminator(IMAGES))


def test_the_new_block_fades_in_from_nothing():
    model = trained()
    images = grown_from(model).ema_generator(Z, resolution=16, alpha=0.0, noise="fixed")
    np.testing.assert_allclose(images, enlarge(model(Z, noise="fixed"), 2), atol=1e-6)


def test_training_begins_with_the_next_resolution():
    gan = grown_from(trained())
    assert gan.progress.images == 400  # where the schedule of the larger network comes to 16x16
    history = gan.fit(DATA, verbose=0).history
    assert set(history["resolution"]) == {16} and gan.progress.images >= 600
    assert not gan.stage()


@pytest.mark.parametrize(("images", "start"), [(100, 100), (150, 100), (200, 400), (250, 400)])
def test_a_model_that_still_grows_goes_on_after_what_has_faded_in(images, start):
    """8x8 fades in from 100 to 200 images; what has not done so begins anew."""
    gan = grown_from(trained(images=images), resolution=32, total_kimg=0.9)
    assert gan.progress.images == start


def test_the_same_resolution_begins_with_the_last_phase():
    model = trained()
    gan = grown_from(model, resolution=8, total_kimg=0.5)
    assert gan.progress.images == 200
    np.testing.assert_array_equal(gan(Z, noise="fixed"), model(Z, noise="fixed"))


def test_minutes_follow_the_schedule_instead_of_planning_a_new_one(monkeypatch):
    monkeypatch.setattr(loop, "plan_time_box", lambda *args: pytest.fail("planned from 4x4 up"))
    gan = grown_from(trained())
    before = gan.config
    gan.fit(DATA, minutes=0.001, verbose=0)
    assert gan.config == before and gan.progress.images > 400 and gan.progress.minutes == 0.001


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fmap_base": 128, "z_dim": 8}, "z_dim 16 instead of 8, fmap_base 64 instead of 128"),
        ({"channels": 3}, "channels 1 instead of 3"),
        ({"blur": False}, "blur True instead of False"),
    ],
)
def test_other_networks_are_refused(changes, said):
    with pytest.raises(ValueError, match=said):
        grown_from(trained(), **changes)


def test_a_larger_one_is_refused():
    larger = trained(EIGHT.replace(resolution=16, total_kimg=0.6), images=600)
    with pytest.raises(ValueError, match="16x16, more than this one's 8x8"):
        grown_from(larger, resolution=8, total_kimg=0.4)


def test_an_untrained_one_is_refused():
    with pytest.raises(ValueError, match="not trained"):
        grown_from(trained(images=0))


# On the command line

TRAIN = [
    "train", "--quiet", "--set=z_dim=16", "--set=w_dim=16", "--set=mapping_width=16", "--set=fmap_base=64", "--set=fmap_max=8",
    "--set=batch_size=8", '--set=tick_kimg={"4":0.1,"8":0.1}',
]  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "eight"
    assert main([*TRAIN, "--set=resolution=8", "--kimg", "0.3", "--out", str(out)]) == 0
    return out


def test_a_run_grows_on_in_another(run, tmp_path, capsys):
    arguments = [*TRAIN, "--set=resolution=16", "--kimg", "0.5", "--init", str(run), "--out", str(tmp_path)]
    assert main(arguments) == 0
    rows = Run(tmp_path).history()
    assert {row["resolution"] for row in rows} == {16} and json.loads((tmp_path / "config.json").read_text())[
        "init"
    ] == str(run)
    assert main([*arguments, "--resume"]) == 0 and "resumed at 0.5 kimg" in capsys.readouterr().out
    assert main([*arguments[:-4], "--out", str(tmp_path), "--resume"]) == 2
    assert "other settings (init)" in capsys.readouterr().err


def test_a_time_box_cannot_start_in_the_middle(run, tmp_path, capsys):
    assert main([*TRAIN, "--minutes", "1", "--init", str(run), "--out", str(tmp_path)]) == 2
    assert "give --kimg instead" in capsys.readouterr().err and not list(tmp_path.iterdir())


# New labels


LABELS = np.eye(3, dtype="float32")[[0, 1, 2, 1]]


def taught_labels(model, **changes):
    gan = StyleGAN(model.config.replace(label_dim=3, seed=5, **changes))
    gan.compile()
    gan.start_from(model)
    return gan


@pytest.mark.parametrize("equalized", [True, False])
def test_every_class_begins_with_what_the_model_drew(equalized):
    model = trained(EIGHT.replace(equalized=equalized))
    gan = taught_labels(model)
    for network in ("generator", "ema_generator"):
        # z joined with the vector of a class is a little longer or shorter: the direction of w is the same.
        ours = np.asarray(getattr(gan, network).mapping(Z, LABELS))
        theirs = np.asarray(getattr(model, network).mapping(Z))
        cosine = (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
        np.testing.assert_allclose(cosine, 1, atol=1e-4)
        assert 0.6 < np.linalg.norm(ours) / np.linalg.norm(theirs) < 1.6
    np.testing.assert_allclose(
        gan.discriminator(IMAGES, labels=LABELS), model.discriminator(IMAGES), rtol=1e-5, atol=1e-6
    )


def test_classes_learn_to_differ():
    gan = taught_labels(trained(), total_kimg=0.45)
    gan.fit(Images(DATA[:, :8, :8], np.arange(64) % 3), verbose=0)
    first, second = (np.asarray(gan.generator.mapping(Z[:1], LABELS[i : i + 1])) for i in (0, 1))
    assert np.abs(first - second).max() > 1e-4


def test_a_model_with_other_labels_is_refused():
    model = trained(EIGHT.replace(label_dim=2))
    with pytest.raises(ValueError, match="label_dim 2 instead of 3"):
        taught_labels(model)
