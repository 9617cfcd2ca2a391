"""Training on several devices and machines: a replica takes part of the batch, all make the same update.

Image i of a batch belongs to replica i mod replicas. The minibatch deviation forms its groups in the same way
(docs/exactness.md, Minibatch standard deviation). So where a replica's part is a multiple of the group, its
groups are those of the whole batch, and several devices compute what one device would.
"""

from __future__ import annotations

import functools
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
        gpus: number of this machine's GPUs to use. None: one device, or, where there are several workers, all
            that each of them sees.
        devices: names of two or more, such as ["gpu:0", "gpu:1"]; or ["cpu:0", "cpu:1"]: a processor that
            acts as two devices.
        slurm: the workers are the tasks of a Slurm job step. Otherwise they are those of the variable
            TF_CONFIG, if it is set.

    Raises:
        ValueError: if there are fewer GPUs, for unknown devices, devices named where there are several
            workers, or no Slurm step.
    """
    # What is here?
    gpus_here = tf.config.list_physical_devices("GPU")
    found = [gpu.name.split("device:")[1].lower() for gpu in gpus_here]
    if gpus is not None and gpus > len(found):
        raise ValueError(
            f"gpus is {gpus}; TensorFlow sees {len(found)} here: give fewer, or install its CUDA build"
        )

    # Several workers: each uses the GPUs that it sees, or the first few of them.
    has_workers = slurm or "cluster" in json.loads(os.environ.get("TF_CONFIG") or "{}")
    if has_workers:
        if devices:
            raise ValueError(
                "devices are named, and there are several workers; "
                "give gpus, the number that each worker uses"
            )
        if gpus is not None:
            tf.config.set_visible_devices(gpus_here[:gpus], "GPU")
        resolver = _slurm() if slurm else tf.distribute.cluster_resolver.TFConfigClusterResolver()
        return tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)

    # One machine: the devices named, or its first GPUs.
    if devices is None:
        devices = found[: gpus or 1]
    cores = [f"cpu:{i}" for i in range(len(devices))]
    unknown = [name for name in devices if name not in (*found, *cores)]
    if unknown:
        raise ValueError(f"there is no device {unknown[0]}; here are {', '.join([*cores, *found])}")
    if len(devices) < 2:
        return tf.distribute.get_strategy()

    # A processor acts as several devices only when it is told to.
    if set(devices) & set(cores[1:]):
        processor = tf.config.list_physical_devices("CPU")[0]
        parts = [tf.config.LogicalDeviceConfiguration()] * len(devices)
        tf.config.set_logical_device_configuration(processor, parts)
    return tf.distribute.MirroredStrategy(devices)


def _slurm():
    """The workers of a Slurm job step, tasks in order; each uses the GPUs that it sees."""
    tasks = os.environ.get("SLURM_STEP_NUM_TASKS")
    if tasks is None:
        raise ValueError("slurm is asked for, and SLURM_STEP_NUM_TASKS is not set; start the workers by srun")

    # TensorFlow's resolver gives each worker its address. The counts of GPUs only make its ports differ.
    resolver = tf.distribute.cluster_resolver.SlurmClusterResolver(
        gpus_per_node=int(tasks), gpus_per_task=1, auto_set_gpu=False
    )
    cluster = resolver.cluster_spec()

    # The true number of GPUs is what this worker sees.
    gpus = len(tf.config.get_visible_devices("GPU"))
    return tf.distribute.cluster_resolver.SimpleClusterResolver(
        cluster, task_type="worker", task_id=resolver.task_id, num_accelerators={"GPU": gpus}
    )


def replicas(strategy) -> int:
    """Devices that train together, over all workers."""
    return strategy.num_replicas_in_sync


def workers(strategy) -> int:
    """Processes that train together."""
    resolver = strategy.cluster_resolver
    if not resolver:
        return 1
    return max(1, len(resolver.cluster_spec().as_dict().get("worker", [])))


def is_chief(strategy) -> bool:
    """Whether this is the worker that writes: the first, or the only one."""
    return workers(strategy) == 1 or not strategy.cluster_resolver.task_id


def replica_and_count():
    """Within a training step: (which replica this is, of how many replicas).

    The first is a tensor where there are several, else 0.
    """
    # With one device the number is a plain 0, and nothing that depends on it enters the graph.
    context = tf.distribute.get_replica_context()
    count = context.num_replicas_in_sync
    replica = context.replica_id_in_sync_group if count > 1 else 0
    return replica, count


def mean(values):
    """Within a training step: the mean over the replicas of a structure of float tensors; None stays None."""
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return values

    # One reduction for all of them is faster than one each; it does not take None.
    known = [value for value in tf.nest.flatten(values) if value is not None]
    means = iter(context.all_reduce(tf.distribute.ReduceOp.MEAN, known))
    return tf.nest.map_structure(lambda value: None if value is None else next(means), values)


def assign(variable, value) -> None:
    """Within a training step: set this replica's copy of a variable.

    Every other replica must set its own copy to the same value.
    """
    tf.raw_ops.AssignVariableOp(resource=variable._value.handle, value=value)


def run(strategy, step, *arguments):
    """``step(*arguments)`` on all replicas; their results agree, and those of the first are returned."""
    results = strategy.run(step, arguments)
    return tf.nest.map_structure(lambda value: strategy.experimental_local_results(value)[0], results)


def rows_of_each(strategy, rows) -> tuple:
    """Arguments for ``run`` of which each replica gets its own rows.

    Args:
        rows: ``rows(replica, replicas)`` -> a tuple of arrays, those of this replica.
    """
    # One device gets all rows; several are asked in turn.
    if replicas(strategy) == 1:
        return tuple(map(tf.constant, rows(0, 1)))
    own_rows = functools.partial(_rows_of_replica, rows)
    return strategy.experimental_distribute_values_from_function(own_rows)


def _rows_of_replica(rows, context):
    """The rows of the replica that a ``tf.distribute.ValueContext`` names."""
    own = rows(context.replica_id_in_sync_group, context.num_replicas_in_sync)
    return tuple(map(tf.constant, own))


def from_chief(strategy, arrays: list[np.ndarray]) -> list[np.ndarray]:
    """The chief's arrays, on every worker; those of the others, of the same shapes and types, are ignored."""
    # Every replica gives its own, and gets those of the first.
    on_all_replicas = tf.function(lambda *values: strategy.run(_of_first_replica, values), autograph=False)
    given = on_all_replicas(*map(tf.constant, arrays))
    return [strategy.experimental_local_results(value)[0].numpy() for value in given]


def _of_first_replica(*values):
    """On every replica, the values of the first: of all workers' replicas, the chief's come first."""
    is_first = tf.equal(replica_and_count()[0], 0)
    own = [tf.where(is_first, value, tf.zeros_like(value)) for value in values]

    # A sum in which all others are zero. One array at a time, as their types differ.
    context = tf.distribute.get_replica_context()
    return [context.all_reduce(tf.distribute.ReduceOp.SUM, value) for value in own]
