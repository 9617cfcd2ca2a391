"""From FFHQ's layout to a trained run at 128x128, on drawn faces: by tensorflow-datasets and by TFRecords.

    python benchmarks/proofs/ffhq_end_to_end.py     # about 4 minutes on two idle cores

It writes benchmarks/results/ffhq_end_to_end.md.

A few hundred images are shown to narrow networks: what is tested is the path, each step by its command. The
run on TFRecords is killed by SIGKILL in the stage 64x64 and resumed with the same command; its weights are
compared with those of a run that was not disturbed. The three runs go side by side.
"""

import concurrent.futures
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds
from survive_kill import final_state

import stylegan_tf as sg
from stylegan_tf.data import load_ffhq
from stylegan_tf.data.ffhq.builder import Ffhq
from stylegan_tf.data.ffhq.drawn import draw_ffhq

sys.path.append(str(Path(__file__).parents[1] / "speed"))
from train_speed import Report  # noqa: E402

FACES, KIMG, KILL_AT = 200, 0.4, 64
NARROW = {
    "start_resolution": 32, "fmap_base": 1024, "fmap_max": 32,
    "z_dim": 64, "w_dim": 64, "mapping_width": 64, "batch_size": 8, "batch_sizes": "{}",
    "tick_kimg": '{"8":0.02,"16":0.02,"32":0.02,"64":0.02,"128":0.05}',
}  # fmt: skip
SETTINGS = [part for name, value in NARROW.items() for part in ("--set", f"{name}={value}")]


class Steps:
    """Commands of stylegan-tf, timed."""

    def __init__(self):
        self.rows = []

    def run(self, name, function, shown=""):
        begun = time.perf_counter()
        result = function()
        self.rows.append([name, f"{time.perf_counter() - begun:.1f}", shown])
        print(*self.rows[-1], flush=True)
        return result

    def command(self, *words):
        words = [str(word) for word in words]
        shown = " ".join(re.sub(r"/\S*/", "", word) for word in words if word not in SETTINGS)
        call = [sys.executable, "-m", "stylegan_tf", *words]
        self.run(
            words[0], lambda: subprocess.run(call, check=True, capture_output=True), f"`stylegan-tf {shown}`"
        )

    def together(self, *functions):
        """Call them side by side; the first error is raised."""
        with concurrent.futures.ThreadPoolExecutor() as pool:
            return [job.result() for job in [pool.submit(function) for function in functions]]


def train(out, dataset, *more):
    return [
        "train",
        "--preset",
        "ffhq128",
        "--dataset",
        dataset,
        "--out",
        str(out),
        "--kimg",
        str(KIMG),
        "--quiet",
        *more,
        *SETTINGS,
    ]


def killed(words, out):
    """Start training, and kill it as soon as a tick of the stage KILL_AT is on disk.

    Returns:
        the kimg that it had reached.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "stylegan_tf", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    while process.poll() is None:
        ticks = sg.Run(out).history() if Path(out).exists() else []
        if ticks and ticks[-1]["resolution"] == KILL_AT:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return ticks[-1]["kimg"]
        time.sleep(0.2)
    raise RuntimeError(f"the run ended before it was killed: {process.stderr.read().decode()[-300:]}")


def prepare(published, place):
    builder = Ffhq(config="128", data_dir=place)
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=published))


def main():
    report, steps = Report("From FFHQ's layout to a run, at 128x128"), Steps()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        published, records = folder / "ffhq-dataset", folder / "ffhq128"
        steps.run(
            f"draw {FACES} faces",
            lambda: draw_ffhq(published, range(FACES), large=False),
            "`draw_ffhq(..., large=False)`",
        )
        steps.run(
            "prepare",
            lambda: prepare(published, folder / "tfds"),
            "`Ffhq(config='128').download_and_prepare()`",
        )
        steps.command("records", f"ffhq:{published}", records, "--resolution", "128")
        written = sg.data.TFRecords(records, verify=True)
        order = sg.data.tfrecords_writer.shuffled_order(FACES)
        pictures = load_ffhq(published, 128).rows(order, 128)
        same = np.array_equal(written.rows(range(FACES), 128), pictures)

        def disturbed():
            words = train(folder / "c", f"tfrecords:{records}")
            reached = steps.run("train, killed", lambda: killed(words, folder / "c"), "the same, into c")
            steps.command(*words, "--resume")
            return reached

        def undisturbed(out, dataset, *more):
            return lambda: steps.command(*train(folder / out, dataset, *more))

        by_tfds = undisturbed("a", "tfds:ffhq/128", "--data-dir", folder / "tfds")
        reached, *_ = steps.together(disturbed, by_tfds, undisturbed("b", f"tfrecords:{records}"))
        steps.command(
            "generate",
            folder / "c",
            "--seeds",
            "0-3",
            "--psi",
            "0.7",
            "--cutoff",
            "8",
            "--out",
            folder / "sheet.png",
        )
        steps.command("figures", folder / "c", "--paper")
        (one, weights), (two, resumed) = final_state(folder / "b"), final_state(folder / "c")
        kept = one["images"] == two["images"] and all(
            np.array_equal(weights[name], resumed[name]) for name in weights
        )
        ticks = sg.Run(folder / "c").history()
        sides = sorted({int(tick["resolution"]) for tick in ticks})
        figures = sorted(path.name for path in (folder / "c" / "figures").glob("paper-*.png"))
    report.add(
        "",
        f"{FACES} drawn thumbnails; {two['images']} images shown, "
        f"stages {', '.join(map(str, sides))}; narrow networks.",
        "",
    )
    report.table(["step", "seconds", "command"], steps.rows)
    report.add(f"- records hold the published pictures, pixel by pixel: {'yes' if same else 'NO'}")
    report.add(
        f"- killed at {1000 * reached:.0f} images, in {KILL_AT}x{KILL_AT}, and resumed: "
        "weights, averages and optimizers are"
    )
    report.add(f"  those of the undisturbed run, bit for bit: {'yes' if kept else 'NO'}")
    report.add(f"- figures: {', '.join(figures)}", "")
    report.add("Settings: " + shlex.join(SETTINGS), "")
    report.save("ffhq_end_to_end.md")
    return 0 if same and kept else 1


if __name__ == "__main__":
    sys.exit(main())
