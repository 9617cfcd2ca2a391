"""A way to train on a folder of pictures, proposed from what the doctor found: ``stylegan-tf try``."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

from stylegan_tf.config import ARCHITECTURE, Config
from stylegan_tf.data.folder.dataset import STRETCHED
from stylegan_tf.data.folder.doctor import Report
from stylegan_tf.presets import preset
from stylegan_tf.runs.run import load
from stylegan_tf.runs.shipped import shipped_or_path
from stylegan_tf.training.start_from import largest_trained_resolution

STARTS = {
    (32, 3): "toyfaces32",
    (64, 3): "toyfaces64",
    (32, 1): "mnist32",
}  # (side, channels) -> shipped model
LARGEST = 64  # side that is proposed; larger ones need GPUs and days
LONG = 120  # minutes from which 64x64 is proposed
FEW = 20_000  # pictures below which D is augmented: with more, the paper's authors find little gain
HELD_OUT = 0.1  # share of the pictures that is held out, at most ...
MOST_HELD_OUT = 200  # ... so many
LEAST_OF_A_CLASS = 50  # pictures of every class from which classes become labels


@dataclass
class Proposal:
    """How to train on a folder.

    Attributes:
        dataset: name of the data set, as the commands take it.
        preset: name of the preset.
        settings: fields of its Config that change.
        init: model to start from, or None.
        hold_out: pictures that never train.
        reasons: (what, why) of each decision, for people.
    """

    dataset: str
    preset: str
    settings: dict
    init: str | None
    hold_out: int
    reasons: list[tuple[str, str]] = field(default_factory=list)

    def config(self, seed: int = 0) -> Config:
        """The Config, whose schedule is not planned yet."""
        return preset(self.preset).replace(seed=seed, **self.settings)

    def train_command(self, out, length: str) -> str:
        """The command that trains like this; ``length`` says how long, such as "--kimg 80"."""
        words = ["stylegan-tf", "train", "--preset", self.preset, "--dataset", self.dataset]
        for name, value in self.settings.items():
            words += ["--set", f"{name}={value}"]
        if self.init:
            words += ["--init", self.init]
        words += ["--hold-out", str(self.hold_out), *length.split(), "--out", str(out)]
        return shlex.join(words)


def propose(
    report: Report,
    minutes: float,
    *,
    labels: bool | None = None,
    augment: str | None = None,
    start: str | None = None,
) -> Proposal:
    """How to train on the pictures that the doctor has examined.

    Args:
        report: of the doctor; ``report.ready`` is True.
        minutes: of training.
        labels: whether the classes become labels; None: if there are some with enough pictures each.
        augment: as in Config; None: "ada" for few pictures.
        start: model to start from: a run, a file, a shipped model, or "nothing"; None: a shipped model of the
            same size, if the classes are no labels.

    Raises:
        ValueError: if the pictures are too small, or have no classes and ``labels`` is True.
        FileNotFoundError: if there is no such model.
    """
    reasons = []

    # The size of the pictures.
    side = _side(report.resolution, minutes, reasons)
    channels = report.channels
    kind = "grey" if channels == 1 else "colour"
    reasons.append((kind, "that is what nearly all pictures are"))
    name = "own64" if side == 64 else "own32"
    settings = {}
    if channels == 1:
        settings["channels"] = 1
    if side < 32:
        settings["resolution"] = side

    # Classes as labels.
    if labels is None:
        labels = bool(report.classes) and min(report.classes.values()) >= LEAST_OF_A_CLASS
    elif labels and not report.classes:
        why = report.why_unlabelled or f"{report.listing.root} has no sub-folders that could be classes"
        raise ValueError(f"labels are asked for, and there are no classes: {why}")
    if labels:
        settings["label_dim"] = len(report.classes)
        reasons.append((f"{len(report.classes)} labels", f"the classes in {report.labels}"))

    # A trained model to start from.
    init = _start(start, side, channels, labels, settings, name, reasons)

    # Few pictures: D sees them augmented.
    count = len(report.usable)
    if augment is None:
        augment = "ada" if count < FEW else "none"
        why = "few" if augment == "ada" else "many"
        reasons.append((f"augmentation {augment}", f"{count:,} pictures are {why}"))
    else:
        reasons.append((f"augmentation {augment}", "you asked for it"))
    if augment != preset(name).augment:
        settings["augment"] = augment
    if augment == "fixed":
        settings["augment_p"] = 0.2

    # Some pictures stay apart.
    held = max(4, min(MOST_HELD_OUT, int(HELD_OUT * count)))
    reasons.append((f"{held} pictures held out", "they show whether the discriminator learns by heart"))

    stretched = STRETCHED if report.is_dark else ""
    dataset = f"folder:{report.listing.root}{stretched}"
    return Proposal(dataset, name, settings, init, held, reasons)


def _side(reached: int, minutes: float, reasons) -> int:
    """The side of the pictures that is proposed, and the reason."""
    if reached >= LARGEST and minutes >= LONG:
        reasons.append((f"{LARGEST}x{LARGEST}", f"the largest size that {minutes:g} minutes can train"))
        return LARGEST
    if reached >= 32:
        why = "the size of your pictures"
        if reached > 32:
            why = f"larger ones need {LONG} minutes or more, and you give {minutes:g}"
        reasons.append(("32x32", why))
        return 32
    reasons.append((f"{reached}x{reached}", "the largest size that your pictures reach"))
    return reached


def _start(start, side, channels, labels, settings, name, reasons) -> str | None:
    """The model to start from, and the settings that fit it."""
    # Which one?
    if start == "nothing":
        reasons.append(("from nothing", "you asked for it"))
        return None
    if start is None:
        if labels:
            reasons.append(("from nothing", "no shipped model has these labels"))
            return None
        start = STARTS.get((side, channels))
        if start is None:
            reasons.append(("from nothing", "no shipped model has this size"))
            return None
        reasons.append((f"start from {start}", "a network that can draw learns other pictures faster"))
    else:
        reasons.append((f"start from {start}", "you asked for it"))

    # The same networks as it has, and no growing where it has grown.
    model = load(shipped_or_path(start))
    ours = preset(name).replace(**settings)
    for field_name in ARCHITECTURE:
        value = getattr(model.config, field_name)
        if value != getattr(ours, field_name):
            settings[field_name] = value
    if largest_trained_resolution(model) == side:
        settings["progressive"] = False
    return start
