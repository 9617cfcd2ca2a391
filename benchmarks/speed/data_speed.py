"""Does the data layer keep up? Images per second of every source at every stage, against training.

python benchmarks/speed/data_speed.py                         # about 3 minutes on two cores
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from PIL import Image

import stylegan_tf as sg
from stylegan_tf.training.loop import check_data
from stylegan_tf.training.time_box import measure_speed as measure

NEEDED = {"memory": 10, "TFRecords": 3, "folder": 3, "folder, cache on disk": 3}  # times training's speed


def delivered(source, resolution, batch, seconds):
    """Median images per second of ``source.batch`` over five rounds."""
    rounds, position = [], 0
    source.batch(0, batch, resolution, 0)  # a memory source makes the level at its first use
    for _ in range(5):
        begun, images = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds / 5:
            source.batch(position, batch, resolution, 0)
            position, images = position + batch, images + batch
        rounds.append(images / (time.perf_counter() - begun))
    return statistics.median(rounds)


def sources(folder, digits):
    """The same digits in every form."""
    yield "memory", digits
    sg.data.write_tfrecords(digits, folder / "records")
    yield "TFRecords", sg.data.TFRecords(folder / "records")
    pictures = folder / "pictures"
    pictures.mkdir()
    for i, image in enumerate(digits.images):
        Image.fromarray(image[..., 0]).save(pictures / f"{i:05}.png")
    begun = time.perf_counter()
    yield "folder", sg.data.load_folder(pictures, 32, channels=1)
    print(f"(reading the folder of {len(digits):,} PNG files took {time.perf_counter() - begun:.1f} s)")
    yield (
        "folder, cache on disk",
        sg.data.load_folder(pictures, 32, channels=1, cache=folder / "cache", memory_limit=0),
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", default="mnist32")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each measurement")
    args = parser.parse_args()
    digits, gan = sg.data.load_digits(), sg.StyleGAN(sg.preset(args.preset))
    gan.compile()
    check_data(gan, digits)
    training = measure(gan, digits, args.seconds)
    print(
        f"load {os.getloadavg()[0]:.1f}; training, images/s: "
        + ", ".join(f"{r}x{r} {v:.0f}" for r, v in training.items())
    )
    short = []
    with tempfile.TemporaryDirectory() as folder:
        for name, source in sources(Path(folder), digits):
            for r, speed in training.items():
                found = delivered(source, r, gan.config.batch_size_at(r), args.seconds)
                print(
                    f"{name:22} {r:>3}x{r:<3} {found:>10,.0f} images/s, {found / speed:>6.1f} times training",
                    flush=True,
                )
                if found < NEEDED[name] * speed:
                    short.append(f"{name} at {r}x{r}")
    print(f"too slow: {', '.join(short)}" if short else "every source keeps up")
    return 1 if short else 0


if __name__ == "__main__":
    raise SystemExit(main())
