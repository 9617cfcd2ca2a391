"""Training on several devices and machines: each replica takes a part of the batch, and all make the same
update.

Image i of a batch belongs to replica i mod replicas, the way that the minibatch deviation forms its groups
(docs/exactness.md, Minibatch standard deviation): where
a replica's part is a multiple of the group, its groups are those of the whole batch, and several devices
compute what one would.
"""

from __future__ import annotations

import json
import os

import numpy as np
import tensorflow as tf


def strategy_for(
    gpus: int | None = None, devices: list[str] | None = None, slurm: bool = False
) -> tf.distribute.Strategy:
    """How to train here: on one device, several of one machine, or several machines.

    Call it before TensorFlow computes anything, then make the model in its scope:

    >>> with strategy_for(gpus=4).scope():
    ...     gan = sg.StyleGAN(config)

    Args:
        gpus: so many of this machine's; None: one device, or, of each of several workers, all that it sees.
        devices: these, two or more, such as ["gpu:0", "gpu:1"]; or ["cpu:0", "cpu:1"]: a processor that acts
            as two devices.
        slurm: the workers are the tasks of a Slurm job step. Otherwise they are those of the variable
            TF_CONFIG, if it is set.

    Raises:
        ValueError: if there are fewer GPUs, for unknown devices, devices named where there are several
            workers, or no Slurm step.
    """
    found = [gpu.name.split("device:")[1].lower() for gpu in tf.config.list_physical_devices("GPU")]
    if gpus is not None and gpus > len(found):
        raise ValueError(
            f"gpus is {gpus}; TensorFlow sees {len(found)} here: give fewer, or install its CUDA build"
        )
    if slurm or "cluster" in json.loads(os.environ.get("TF_CONFIG") or "{}"):
        if devices:
            raise ValueError(
                "devices are named, and there are several workers; give gpus, the number that each worker uses"
            )
        if gpus is not None:
            tf.config.set_visible_devices(tf.config.list_physical_devices("GPU")[:gpus], "GPU")
        resolver = _slurm() if slurm else tf.distribute.cluster_resolver.TFConfigClusterResolver()
        return tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    devices = found[: gpus or 1] if devices is None else devices
    cores = [f"cpu:{i}" for i in range(len(devices))]
    if unknown := [name for name in devices if name not in (*found, *cores)]:
        raise ValueError(f"there is no device {unknown[0]}; here are {', '.join([*cores, *found])}")
    if len(devices) < 2:
        return tf.distribute.get_strategy()
    if set(devices) & set(cores[1:]):
        processor = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(
            processor, [tf.config.LogicalDeviceConfiguration()] * len(devices)
        )
    return tf.distribute.MirroredStrategy(devices)


def _slurm():
    """The workers of a Slurm job step, tasks in order; each uses the GPUs that it sees."""
    tasks, cluster = os.environ.get("SLURM_STEP_NUM_TASKS"), tf.distribute.cluster_resolver
    if tasks is None:
        raise ValueError("slurm is asked for, and SLURM_STEP_NUM_TASKS is not set; start the workers by srun")
    resolver = cluster.SlurmClusterResolver(
        gpus_per_node=int(tasks), gpus_per_task=1, auto_set_gpu=False
    )  # for the ports only
    spec, gpus = resolver.cluster_spec(), len(tf.config.get_visible_devices("GPU"))
    return cluster.SimpleClusterResolver(
        spec, task_type="worker", task_id=resolver.task_id, num_accelerators={"GPU": gpus}
    )


def replicas(strategy) -> int:
    """Devices that train together, over all workers."""
    return strategy.num_replicas_in_sync


def workers(strategy) -> int:
    """Processes that train together."""
    resolver = strategy.cluster_resolver
    return max(1, len(resolver.cluster_spec().as_dict().get("worker", []))) if resolver else 1


def is_chief(strategy) -> bool:
    """Whether this is the worker that writes: the first, or the only one."""
    return workers(strategy) == 1 or not strategy.cluster_resolver.task_id


def place():
    """Within a training step: (which replica this is, of how many); the first is a tensor where there are
    several.
    """
    context = tf.distribute.get_replica_context()
    count = context.num_replicas_in_sync
    return (context.replica_id_in_sync_group if count > 1 else 0), count


def mean(values):
    """Within a training step: the mean over the replicas of a structure of float tensors; None stays None."""
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return values
    known = [value for value in tf.nest.flatten(values) if value is not None]
    means = iter(context.all_reduce(tf.distribute.ReduceOp.MEAN, known))
    return tf.nest.map_structure(lambda value: None if value is None else next(means), values)


def assign(variable, value) -> None:
    """Within a training step: set this replica's copy of a variable, to what every other replica sets its own
    to.
    """
    tf.raw_ops.AssignVariableOp(resource=variable._value.handle, value=value)


def run(strategy, step, arguments):
    """One training step on all replicas; their results agree, and those of the first are returned."""
    results = strategy.run(step, arguments)
    return tf.nest.map_structure(lambda value: strategy.experimental_local_results(value)[0], results)


def share(strategy, rows) -> tuple:
    """Arguments of which each replica has its own: ``rows(replica, replicas)`` gives them as a tuple of
    arrays.
    """
    if replicas(strategy) == 1:
        return tuple(map(tf.constant, rows(0, 1)))

    def own(context):
        return tuple(map(tf.constant, rows(context.replica_id_in_sync_group, context.num_replicas_in_sync)))

    return strategy.experimental_distribute_values_from_function(own)


def from_chief(strategy, arrays: list[np.ndarray]) -> list[np.ndarray]:
    """The chief's arrays, on every worker; those of the others, of the same shapes and types, are ignored."""

    def give(*values):
        first = tf.equal(place()[0], 0)  # of all workers' replicas, the chief's first
        own = [tf.where(first, value, tf.zeros_like(value)) for value in values]
        context = tf.distribute.get_replica_context()
        return [
            context.all_reduce(tf.distribute.ReduceOp.SUM, value) for value in own
        ]  # one by one: types differ

    given = tf.function(lambda *values: strategy.run(give, values), autograph=False)(
        *map(tf.constant, arrays)
    )
    return [strategy.experimental_local_results(value)[0].numpy() for value in given]
