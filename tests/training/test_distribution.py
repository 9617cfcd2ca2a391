"""Several devices and several workers make the same training as one device, to the rounding of another order
of summation.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from support import together

from stylegan_tf import Run, StyleGAN
from stylegan_tf.runs.checkpoints import read_checkpoint, state_of
from stylegan_tf.training import distribution

SECONDS = 600  # after which a training of 20 steps has failed; a quiet machine needs less than 30
PROGRAM = Path(together.__file__)


@pytest.fixture(scope="module")
def alone():
    """(weights and optimizers, scalars of each step) of one device."""
    gan, rows = together.train()
    return {name: v.numpy() for name, v in state_of(gan).items()}, rows


def start(*arguments, workers=1):
    """Start the program, once for each worker; its output is kept for messages."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(PROGRAM.parent.parent), str(PROGRAM.parent)]),
    }
    sockets = [socket.create_server(("localhost", 0)) for _ in range(workers)]
    cluster = {"worker": [f"localhost:{s.getsockname()[1]}" for s in sockets]}
    for s in sockets:
        s.close()
    processes = []
    for index in range(workers):
        if workers > 1:
            environment["TF_CONFIG"] = json.dumps(
                {"cluster": cluster, "task": {"type": "worker", "index": index}}
            )
        pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        processes.append(
            subprocess.Popen([sys.executable, PROGRAM, *map(str, arguments)], env=environment, **pipes)
        )
    return processes


def finish(processes):
    """Exit codes and output of all; none is left behind, whatever happens."""
    try:
        outputs = [process.communicate(timeout=SECONDS)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    return [process.returncode for process in processes], "\n\n".join(text[-2000:] for text in outputs)


def check_equal(run, alone):
    """The last checkpoint and the ticks of a run are those of one device."""
    weights, rows = alone
    about, arrays = read_checkpoint(run.checkpoints()[-1])
    assert about["progress"]["images"] == 320
    for name, value in weights.items():
        np.testing.assert_allclose(arrays[name], value, rtol=1e-5, atol=2e-6, err_msg=name)
    ticks = [
        [row[name] for row in rows] for name in ("d_loss", "g_loss", "penalty", "real_score", "fake_score")
    ]
    means = np.array(ticks).reshape(5, 5, 4).mean(axis=2)  # of five ticks, four steps each
    for mean, name in zip(means, ("d_loss", "g_loss", "penalty", "real_score", "fake_score"), strict=True):
        np.testing.assert_allclose(
            [tick[name] for tick in run.history()], mean, rtol=1e-5, atol=2e-6, err_msg=name
        )


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """Two workers, of which the second kills itself at step 12: (run, exit codes, output)."""
    run = Run(tmp_path_factory.mktemp("interrupted"))
    return run, *finish(start(run.path, "", 12, workers=2))


def test_two_devices_equal_one(tmp_path, alone):
    codes, output = finish(start(tmp_path, "cpu:0,cpu:1"))
    assert codes == [0], output
    check_equal(Run(tmp_path), alone)


def test_the_death_of_a_worker_ends_the_others(interrupted):
    run, (chief, second), output = interrupted
    assert second == -signal.SIGKILL and chief not in (0, -signal.SIGKILL), output
    assert [int(file.stem) for file in run.checkpoints()] == [64, 128, 192]


def test_two_workers_that_were_killed_and_resumed_equal_one_device(tmp_path, interrupted, alone):
    shutil.copytree(interrupted[0].path, tmp_path / "run")
    codes, output = finish(start(tmp_path / "run", workers=2))
    assert codes == [0, 0], output
    check_equal(Run(tmp_path / "run"), alone)


def test_one_device_goes_on_where_two_workers_ended(tmp_path, interrupted, alone):
    shutil.copytree(interrupted[0].path, tmp_path / "run")
    together.train(run=Run(tmp_path / "run"))
    check_equal(Run(tmp_path / "run"), alone)


def test_the_parts_of_a_batch_equal_the_whole(alone):
    """Gradient accumulation: two parts of 8 at 4x4, four parts of 4 at 8x8; groups of the minibatch deviation
    have 4.
    """
    weights, rows = alone
    gan, parts = together.train(accumulate={4: 2, 8: 4})
    for name, variable in state_of(gan).items():
        np.testing.assert_allclose(variable.numpy(), weights[name], rtol=1e-5, atol=2e-6, err_msg=name)
    for name in ("d_loss", "g_loss", "penalty"):
        np.testing.assert_allclose(
            [row[name] for row in parts], [row[name] for row in rows], rtol=1e-5, atol=2e-6
        )


@pytest.mark.parametrize(
    "changes, message",
    [
        (
            {"accumulate": {8: 3}},
            r"16 at 8x8 is divided among 1 devices, and there into 3 parts; choose a multiple of 3",
        ),
        (
            {"batch_sizes": {8: 12}, "accumulate": {8: 2}},
            r"of these 6 images .* choose a multiple of mbstd_group = 4",
        ),
    ],
)
def test_a_batch_that_can_not_be_divided_is_refused(changes, message):
    gan = StyleGAN(together.CONFIG.replace(**changes))
    gan.compile()
    with pytest.raises(ValueError, match=message):
        gan.fit(together.pictures(), verbose=0)


def test_more_gpus_than_there_are_is_refused():
    with pytest.raises(ValueError, match="gpus is 64; TensorFlow sees"):
        distribution.strategy_for(gpus=64)


def test_an_unknown_device_is_refused():
    with pytest.raises(ValueError, match="there is no device tpu:0; here are cpu:0, cpu:1"):
        distribution.strategy_for(devices=["cpu:0", "tpu:0"])


def test_a_worker_does_not_choose_devices_by_name(monkeypatch):
    monkeypatch.setenv(
        "TF_CONFIG",
        json.dumps({"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}),
    )
    with pytest.raises(ValueError, match="devices are named, and there are several workers"):
        distribution.strategy_for(devices=["cpu:0", "cpu:1"])


def test_the_tasks_of_a_slurm_step_are_the_workers(monkeypatch):
    step = dict(PROCID=2, STEP_NODELIST="node[3-4]", STEP_NUM_TASKS=4, STEP_TASKS_PER_NODE="2(x2)")
    for name, value in step.items():
        monkeypatch.setenv(f"SLURM_{name}", str(value))
    resolver = distribution._slurm()
    workers = resolver.cluster_spec().as_dict()["worker"]
    assert [worker.split(":")[0] for worker in workers] == ["node3", "node3", "node4", "node4"]
    assert resolver.task_id == 2 and len(set(workers)) == 4


def test_slurm_is_refused_outside_of_a_job_step(monkeypatch):
    monkeypatch.delenv("SLURM_STEP_NUM_TASKS", raising=False)
    with pytest.raises(ValueError, match="start the workers by srun"):
        distribution.strategy_for(slurm=True)


def test_one_device_is_its_own_chief():
    strategy = tf.distribute.get_strategy()
    assert distribution.workers(strategy) == distribution.replicas(strategy) == 1 and distribution.is_chief(
        strategy
    )
