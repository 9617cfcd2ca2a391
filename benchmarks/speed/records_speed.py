"""How fast TFRecords are written and read, against memory and against a training that must not wait for them.

    python benchmarks/speed/records_speed.py              # about two minutes on two cores; 2 GB of disk

It writes benchmarks/results/records_speed.md. Reading is timed in turns, round by round, and medians are
printed. The files were just written, so that the system has them in memory: a disk may be slower, and the
seconds of an opening with an empty cache are given for one large level.
"""

import functools
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from train_speed import Report

BATCHES = {4: 64, 8: 32, 16: 16, 32: 16, 64: 16, 128: 16, 256: 16}
FFHQ_COUNT = 70_000


def rate(function, count, at_least=0.2):
    """Images per second of a function that handles ``count`` of them, repeated for a while."""
    calls, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < at_least:
        function()
        calls += 1
    return calls * count / (time.perf_counter() - begun)


def blocks(count, side, channels):
    """Pictures of blocks, drawn from a seed: what is in them does not change the time."""
    small = np.random.default_rng(0).integers(0, 256, (count, 8, 8, channels), dtype="uint8")
    return small.repeat(side // 8, axis=1).repeat(side // 8, axis=2)


def training_step(gan, data, resolution):
    """One step of the preset at a stage, as ``fit`` makes it."""
    phase = next(phase for phase in gan.schedule.phases if phase.resolution == resolution)
    return phase.batch_size, lambda: float(gan.run_step(data, phase, 1.0)["d_loss"])


def reading(records, memory, gan, rounds):
    """A row for every level: images/s of records, of memory, and of training where it has the stage."""
    for resolution, size in BATCHES.items():
        if resolution > records.resolution:
            return
        sources = {"records": records, "memory": memory}
        works = {
            name: (size, functools.partial(s.batch, 0, size, resolution, 0)) for name, s in sources.items()
        }
        if gan is not None and resolution in gan.schedule.resolutions:
            works["training"] = training_step(gan, memory, resolution)
        for _, work in works.values():
            work()
        found = {name: [] for name in works}
        for _ in range(rounds):
            for name, (count, work) in works.items():
                found[name].append(rate(work, count))
        rates = {name: statistics.median(values) for name, values in found.items()}
        cells = [f"{rates[name]:,.0f}" if name in rates else "" for name in ("records", "memory", "training")]
        times = f"{rates['records'] / rates['training']:.0f}" if "training" in rates else ""
        yield [
            f"{resolution}x{resolution}x{records.channels}",
            size,
            *cells,
            f"{rates['records'] / rates['memory']:.2f}",
            times,
        ]


def opening(folder, side=1024):
    """Seconds to read the headers of a level of FFHQ's size: with the file in memory, and not.

    The pixels are left out of the file, as holes.
    """
    import tensorflow as tf

    from stylegan_tf.data.tfrecords import index_records
    from stylegan_tf.data.tfrecords_writer import encode

    path = folder / "level.tfrecords"
    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(encode(np.zeros((side, side, 3), "uint8")))
    stride, header = path.stat().st_size, path.read_bytes()[:12]
    with path.open("wb") as file:
        for i in range(FFHQ_COUNT):
            file.seek(i * stride)
            file.write(header)
        file.truncate(FFHQ_COUNT * stride)
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    seconds = []
    for _ in range(2):
        begun = time.perf_counter()
        index_records(path)
        seconds.append(time.perf_counter() - begun)
    return seconds


def main():
    import stylegan_tf as sg
    from stylegan_tf.data import Images, TFRecords, write_tfrecords

    report = Report("Speed of TFRecords")
    gan = sg.StyleGAN(sg.preset("mnist32"))
    gan.compile()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        rows, written = [], []
        for side, channels, count in ((32, 1, 20_000), (256, 3, 1_000)):
            memory = Images(blocks(count, side, channels))
            for workers in (1, 2):
                out, begun = folder / f"{side}_{workers}", time.perf_counter()
                write_tfrecords(memory, out, workers=workers)
                written.append(
                    [f"{side}x{side}x{channels}", workers, f"{count / (time.perf_counter() - begun):,.0f}"]
                )
            rows += reading(TFRecords(out), memory, gan if channels == 1 else None, rounds=5)
        report.add(
            "",
            "## Reading: images/s of `batch`",
            "",
            "Training is a step of the preset `mnist32` from memory.",
        )
        report.table(
            ["level", "batch", "records", "memory", "training", "records / memory", "records / training"],
            rows,
        )
        report.add("## Writing all levels, from memory: images/s")
        report.table(["largest level", "workers", "images/s"], written)
        cold, warm = opening(folder)
        where = f"{cold:.1f} s from disk, {warm:.2f} s when the system has them in memory"
        report.add(
            "## Opening",
            "",
            f"The headers of a level of {FFHQ_COUNT:,} pictures of 1024x1024x3: {where}.",
            "",
        )
    report.save("records_speed.md")


if __name__ == "__main__":
    main()
