"""A run that continues: what may have changed since, and what is said and kept of it."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
from support.tiny import TINY, make

from stylegan_tf import Run, Schedule, StyleGAN
from stylegan_tf.cli.main import main
from stylegan_tf.config import ARCHITECTURE, CHANGEABLE
from stylegan_tf.data.source import Images
from stylegan_tf.runs import train
from stylegan_tf.runs.checkpoints import read_checkpoint
from stylegan_tf.runs.recording import SaveRun
from stylegan_tf.runs.resume import take_settings
from stylegan_tf.runs.train import train_run


def pictures(seed=0, count=64):
    return Images(np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 1), dtype="uint8"))


@pytest.fixture
def data(monkeypatch):
    """A function that says which pictures every data set has from now on."""

    def show(source):
        monkeypatch.setattr(train, "open_dataset", lambda *args, **kwargs: source)

    show(pictures())
    return show


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that was trained to its end."""
    path = tmp_path_factory.mktemp("runs") / "x"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "open_dataset", lambda *args, **kwargs: pictures())
        train_run(Run(path), TINY, "digits", verbose=0)
    return path


@pytest.fixture
def begun(whole, tmp_path, data):
    """A copy of that run, stopped before its last two ticks; ``data`` can change its pictures."""
    path = tmp_path / "x"
    shutil.copytree(whole, path)
    for checkpoint in Run(path).checkpoints()[1:]:
        checkpoint.unlink()
    return Run(path)


@pytest.fixture
def no_fit(monkeypatch):
    monkeypatch.setattr(StyleGAN, "fit", lambda *args, **kwargs: None)


def resume(run, config=TINY):
    return train_run(run, config, "digits", resume=True, verbose=0)


# ---- Other pictures


def test_the_same_pictures_are_not_mentioned(begun, no_fit, capsys):
    resume(begun)
    assert "changed" not in capsys.readouterr().out and not begun.info["changes"]


@pytest.mark.parametrize("seed, count", [(1, 64), (0, 60), (0, 65)])
def test_other_pictures_are_told_of(seed, count, begun, data, no_fit, capsys):
    before = begun.info["pictures"]
    data(pictures(seed, count))
    gan = resume(begun)
    printed = capsys.readouterr().out
    assert f"have changed since this run last began: 64 then, {count} now" in printed
    assert begun.info["changes"] == [{"kimg": gan.progress.images / 1000, "pictures": before}]


def test_other_pictures_are_told_of_once(begun, data, no_fit, capsys):
    data(pictures(1))
    resume(begun)
    capsys.readouterr()
    resume(begun)
    assert "changed" not in capsys.readouterr().out and len(begun.info["changes"]) == 1


def test_training_goes_on_with_other_pictures(begun, data):
    data(pictures(1, 60))
    assert resume(begun).progress.images == 160


def test_a_run_that_does_not_know_its_pictures_resumes_without_a_word(begun, data, no_fit, capsys):
    """As one that was made before they were kept."""
    info = begun.info
    del info["pictures"]
    (begun.path / "config.json").write_text(json.dumps(info))
    data(pictures(1))
    resume(begun)
    assert "changed" not in capsys.readouterr().out
    assert begun.info["pictures"]["fingerprint"] == pictures(1).fingerprint()


# ---- Other settings

OTHER = {
    "learning_rate": 0.001,
    "learning_rates": {4: 0.002, 8: 0.002},
    "decay_kimg": 0.05,
    "beta_1": 0.5,
    "beta_2": 0.9,
    "epsilon": 1e-7,
    "generator_lr": 2.0,
    "r1_gamma": 20.0,
    "r1_every": 3,
    "mixing_probability": 0.5,
    "ema_kimg": 1.0,
    "ema_rampup": 0.1,
    "w_avg_beta": 0.9,
    "augment_target": 0.5,
    "augment_kimg": 50.0,
    "accumulate": {8: 2},
    "tick_kimg": {8: 0.016},
}


def changed_to(name):
    """TINY with another value of a field."""
    needed = {"shared_forward": False} if name == "accumulate" else {}
    return TINY.replace(**{name: OTHER[name]}, **needed)


def test_every_field_that_may_change_is_tried():
    assert set(OTHER) == set(CHANGEABLE)


@pytest.mark.parametrize("name", CHANGEABLE)
def test_neither_networks_nor_schedule_depend_on_what_may_change(name):
    def places(config):
        return [(p.resolution, p.fading, p.start, p.end, p.batch_size) for p in Schedule(config).phases]

    assert name not in ARCHITECTURE and places(changed_to(name)) == places(TINY)


@pytest.mark.parametrize("name", CHANGEABLE)
def test_a_resumed_model_takes_what_may_change(name):
    gan = make(shared_forward=False) if name == "accumulate" else make()
    before = getattr(gan.config, name)
    changed = take_settings(gan, changed_to(name))
    assert changed == {name: [before, OTHER[name]]}
    assert getattr(gan.config, name) == getattr(gan.schedule.config, name) == OTHER[name]


def test_the_optimizers_take_the_new_rate_in_the_middle_of_a_phase(begun, no_fit):
    gan = resume(begun, TINY.replace(learning_rate=2**-12))
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert float(optimizer.learning_rate) == 2**-12


def test_training_goes_on_with_other_settings(begun):
    gan = resume(begun, TINY.replace(learning_rate=0.00025, r1_gamma=20.0))
    assert gan.progress.images == 160 and Run(begun.path).config.r1_gamma == 20.0


def test_a_changed_setting_is_printed_and_kept_with_its_place(begun, no_fit, capsys):
    gan = resume(begun, TINY.replace(learning_rate=0.001))
    assert "from here on learning_rate is 0.001; it was 0.003" in capsys.readouterr().out
    place = {"kimg": gan.progress.images / 1000, "settings": {"learning_rate": [0.003, 0.001]}}
    assert begun.info["changes"] == [place]


def test_all_changes_are_kept(begun, no_fit):
    for rate in (0.001, 0.0005):
        resume(begun, TINY.replace(learning_rate=rate))
    kept = [change["settings"]["learning_rate"] for change in begun.info["changes"]]
    assert kept == [[0.003, 0.001], [0.001, 0.0005]]


def test_a_run_that_is_killed_after_a_change_keeps_it(begun, no_fit):
    """Before it writes another checkpoint."""
    resume(begun, TINY.replace(learning_rate=0.001))
    about, _ = read_checkpoint(begun.checkpoints()[-1])
    assert about["config"]["learning_rate"] == 0.001 and len(about["history"]) == len(begun.history())


def test_the_decay_of_a_time_box_is_stretched_as_its_plan():
    gan = make(total_kimg=0.32, decay_kimg=0.08)
    gan.progress.minutes = 1.0
    asked = TINY.replace(decay_kimg=0.04)  # total_kimg 0.16: the plan is twice as long
    assert take_settings(gan, asked) == {}
    assert take_settings(gan, asked.replace(decay_kimg=0.01)) == {"decay_kimg": [0.08, 0.02]}


FIXED = {"seed": 3, "batch_size": 16, "fmap_max": 8, "mirror": True, "total_kimg": 0.2, "loss": "wgan-gp"}


@pytest.mark.parametrize("name", FIXED)
def test_a_field_that_may_not_change_is_named(name, begun):
    with pytest.raises(ValueError, match=rf"other settings \({name}\), which can't change"):
        resume(begun, dataclasses.replace(TINY, **{name: FIXED[name]}))


# ---- A breakdown


def test_a_tick_that_ends_in_skipped_updates_has_no_checkpoint(tmp_path):
    run, gan = Run(tmp_path), make()
    save = SaveRun(run)
    save.set_model(gan)
    logs = {"kimg": 0.0, "resolution": 4, "alpha": 1.0}
    found = []
    for skipped in (0, 1, 0, 0):  # r1_every is 2: the second tick's fault still counts in the third
        save.on_train_begin() if not found else None
        save.on_train_batch_end(0, {"d_skipped": skipped, "g_skipped": 0})
        gan.progress.images += 8
        save.on_epoch_end(0, dict(logs))
        found.append(len(run.checkpoints()))
    assert found == [1, 1, 1, 2]


def test_the_end_of_training_has_a_checkpoint_in_any_case(tmp_path):
    run, gan = Run(tmp_path), make()
    save = SaveRun(run)
    save.set_model(gan)
    save.on_train_begin()
    save.on_train_batch_end(0, {"d_skipped": 0, "g_skipped": 1})
    save.on_epoch_end(0, {"kimg": 0.0, "resolution": 4, "alpha": 1.0})
    save.on_train_end()
    assert len(run.checkpoints()) == 1


@pytest.mark.parametrize("tick", [0.024, 4.0])  # ticks before it breaks, and none
def test_what_a_breakdown_advises_can_be_done(tick, tmp_path, capsys):
    out = tmp_path / "x"
    tiny = [f"--set={name}={json.dumps(value)}" for name, value in dataclasses.asdict(TINY).items()]
    command = ["train", *tiny, f'--set=tick_kimg={{"4":{tick},"8":{tick}}}', "--out", str(out), "--quiet"]
    long = ["--kimg", "0.48"]
    assert main([*command, *long, "--set=learning_rate=1e30"]) == 1
    error = capsys.readouterr().err
    assert "lower learning_rate" in error and "--resume starts at the beginning" in error
    assert main([*command, *long, "--set=learning_rate=0.001", "--resume"]) == 0
    assert Run(out).history()[-1]["kimg"] == pytest.approx(0.48)


# ---- A start from another model


def test_a_run_goes_on_without_the_model_that_it_started_from(begun, no_fit):
    (begun.path / "config.json").write_text(json.dumps(begun.info | {"init": "gone"}))
    assert train_run(begun, TINY, "digits", init="gone", resume=True, verbose=0).progress.images


@pytest.mark.parametrize(
    "options, message",
    [
        (["--init", "nothing"], "--init nothing does not exist"),
        (["--init", "mnist32", "--minutes", "1"], "give --kimg instead"),
    ],
)
def test_a_bad_start_is_refused_before_the_data_are_opened(options, message, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(train, "open_dataset", lambda *args, **kwargs: pytest.fail("the data were opened"))
    assert main(["train", *options, "--out", str(tmp_path / "x")]) == 2
    assert message in capsys.readouterr().err
