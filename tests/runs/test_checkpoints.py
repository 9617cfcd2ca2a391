import errno
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from support.tiny import TINY, all_weights, make

import stylegan_tf as sg
from stylegan_tf import Run, files
from stylegan_tf.files import write_atomically
from stylegan_tf.runs import checkpoints
from stylegan_tf.runs.checkpoints import (
    DamagedCheckpoint,
    read_checkpoint,
    restore,
    save_checkpoint,
    state_of,
)
from stylegan_tf.runs.recording import SaveRun, TensorBoardLog


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (64, 8, 8, 1), dtype="uint8")


@pytest.fixture(scope="module")
def trained(images):
    """Stopped in the middle of the fade."""
    gan = make()
    gan.fit(images, epochs=2, verbose=0)
    assert gan.schedule.phase_at(gan.progress.images).fading
    return gan


def test_resumed_run_equals_the_uninterrupted_one(tmp_path, trained, images):
    save_checkpoint(trained, tmp_path / "a.npz", [{"kimg": 1.0}])
    again, whole = make(seed=5), make()
    assert restore(again, tmp_path / "a.npz") == [{"kimg": 1.0}]
    again.fit(images, verbose=0)
    whole.fit(images, verbose=0)
    assert again.progress.images == whole.progress.images
    for name, value in state_of(whole).items():
        np.testing.assert_array_equal(value.numpy(), state_of(again)[name].numpy(), err_msg=name)


@pytest.mark.parametrize("cut", [10, 1000, -100, -1])
def test_truncated_checkpoint_is_detected(tmp_path, trained, cut):
    file = tmp_path / "a.npz"
    save_checkpoint(trained, file)
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(DamagedCheckpoint, match="a.npz"):
        read_checkpoint(file)


def test_altered_checkpoint_is_detected_by_its_checksum(tmp_path, trained):
    file = tmp_path / "a.npz"
    save_checkpoint(trained, file)
    with np.load(file) as content:
        arrays = {name: content[name] for name in content.files}
    arrays["G/0"] = arrays["G/0"] + 1e-6
    np.savez(file, **arrays)
    with pytest.raises(DamagedCheckpoint, match="checksum"):
        read_checkpoint(file)


def test_damaged_checkpoint_is_skipped_with_a_message(tmp_path, trained, capsys):
    run = Run(tmp_path)
    run.save(trained)
    newer = tmp_path / "checkpoints" / f"{10**9:012d}.npz"
    newer.write_bytes(b"not a checkpoint")
    gan = make(seed=5)
    assert run.resume(gan) == []
    assert gan.progress.images == trained.progress.images
    assert newer.name in capsys.readouterr().out


def test_checkpoint_of_another_network_changes_nothing(tmp_path, trained):
    save_checkpoint(trained, tmp_path / "a.npz")
    other = make(fmap_max=8)
    before = all_weights(other)
    with pytest.raises(DamagedCheckpoint, match="another network"):
        restore(other, tmp_path / "a.npz")
    for a, b in zip(before, all_weights(other), strict=True):
        np.testing.assert_array_equal(a, b)


def test_only_the_last_checkpoints_are_kept(tmp_path, trained, monkeypatch):
    run = Run(tmp_path)
    for images in (10, 20, 30, 40):
        monkeypatch.setattr(trained.progress, "images", images)
        run.save(trained, keep=2)
    assert [p.stem for p in run.checkpoints()] == [f"{30:012d}", f"{40:012d}"]


def test_non_finite_weights_are_not_saved(tmp_path, trained, images):
    gan, run = make(), Run(tmp_path)
    good = run.save(gan)
    gan.generator.synthesis.to_rgb[8].bias.assign([np.inf])
    gan.progress.images = 99
    with pytest.raises(FloatingPointError, match="not finite"):
        run.save(gan)
    assert run.checkpoints() == [good]


def test_full_disk_leaves_the_last_file_intact(tmp_path, monkeypatch):
    file = tmp_path / "a.txt"
    write_atomically(file, b"good")

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device.*free space"):
        write_atomically(file, b"half")
    assert file.read_bytes() == b"good" and list(tmp_path.iterdir()) == [file]


def test_history_is_set_back_to_the_checkpoint(tmp_path, images):
    run, gan = Run(tmp_path), make()
    gan.fit(images, epochs=2, verbose=0, callbacks=[SaveRun(run)])
    rows = run.history()
    run.write_history([*rows, {**rows[-1], "kimg": 99.0}])
    assert Run(tmp_path).resume(make()) == rows == run.history()
    assert len(run.sample_files()) == 2


def test_load_opens_runs_checkpoints_and_saved_models(tmp_path, trained):
    run = Run(tmp_path / "run")
    run.describe(TINY, dataset="digits", command="")
    checkpoint = run.save(trained)
    trained.save(tmp_path / "gan.keras")
    z = np.random.default_rng(0).standard_normal((2, 16)).astype("float32")
    expected = np.array(trained.ema_generator(z, noise="fixed"))
    for path in (run.path, checkpoint, tmp_path / "gan.keras"):
        np.testing.assert_array_equal(sg.load(path).ema_generator(z, noise="fixed"), expected)


@pytest.mark.parametrize("name", ["nothing", "nothing.keras", "nothing.npz"])
def test_load_says_what_is_missing(tmp_path, name):
    with pytest.raises(FileNotFoundError, match=name):
        sg.load(tmp_path / name)


def test_sigkill_and_the_same_command_again_give_the_same_weights(tmp_path):
    """One real kill, just after the second checkpoint; benchmarks/proofs/survive_kill.py does it at random
    moments.
    """
    settings = [
        f"--set={s}" for s in ("resolution=8", "fmap_base=32", "fmap_max=8", 'tick_kimg={"4":0.1,"8":0.1}')
    ]

    def command(out):
        train = [
            sys.executable,
            "-m",
            "stylegan_tf",
            "train",
            "--dataset",
            "digits",
            "--out",
            str(out),
            "--kimg",
            "0.8",
        ]
        return [*train, "--quiet", "--resume", *settings]

    subprocess.run(command(tmp_path / "whole"), check=True, capture_output=True)
    process = subprocess.Popen(
        command(tmp_path / "killed"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    for line in process.stdout:
        if line.startswith("tick 2"):
            os.kill(process.pid, signal.SIGKILL)
            break
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    resumed = subprocess.run(command(tmp_path / "killed"), check=True, capture_output=True, text=True)
    assert "resumed at" in resumed.stdout
    (_, expected), (_, actual) = (
        read_checkpoint(Run(tmp_path / name).checkpoints()[-1]) for name in ("whole", "killed")
    )
    for name, value in expected.items():
        np.testing.assert_array_equal(value, actual[name], err_msg=name)


def test_exported_model_is_the_trained_one_in_half_precision(tmp_path, trained):
    checkpoints.export(trained, tmp_path / "small.npz", command="x")
    loaded = sg.load(tmp_path / "small.npz")
    for part in ("ema_generator", "discriminator"):
        for a, b in zip(
            getattr(trained, part).get_weights(), getattr(loaded, part).get_weights(), strict=True
        ):
            np.testing.assert_array_equal(a.astype("float16"), b.astype("float16"))
    numbers = trained.ema_generator.count_params() + trained.discriminator.count_params()
    assert (tmp_path / "small.npz").stat().st_size < 2 * numbers + 30_000


def test_an_exported_model_trains_on_where_it_ended(tmp_path, images):
    gan = make(learning_rates={4: 0.5, 8: 0.25})
    gan.fit(images, verbose=0)
    checkpoints.export(gan, tmp_path / "small.npz")
    loaded = sg.load(tmp_path / "small.npz")
    history = loaded.fit(images, kimg=0.016, verbose=0).history
    assert loaded.progress.images == gan.progress.images + 16 and history["resolution"] == [8]
    assert float(loaded.generator_optimizer.learning_rate) == 0.25


def test_tensorboard_without_a_place_is_one_sentence(tmp_path, images):
    (tmp_path / "tensorboard").touch()
    with pytest.raises(OSError, match="can't write .*tensorboard for TensorBoard"):
        make().fit(images, epochs=1, verbose=0, callbacks=[TensorBoardLog(tmp_path / "tensorboard")])


def test_tensorboard_may_log_a_second_fit(tmp_path, images):
    gan, log = make(), TensorBoardLog(tmp_path)
    for _ in range(2):
        gan.fit(images, epochs=1, verbose=0, callbacks=[log])
    files = [
        event.step
        for f in sorted(tmp_path.iterdir())
        for event in tf.compat.v1.train.summary_iterator(str(f))
    ]
    assert set(files) - {0} == {32, 64}
