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

STARTS = {  # (side, channels) -> shipped model
    (32, 3): "toyfaces32",
    (64, 3): "toyfaces64",
    (32, 1): "mnist32",
}
LARGEST = 64  # side that is proposed; larger ones need GPUs and days
LONG = 120  # minutes from which 64x64 is proposed
FEW = 20_000  # pictures below which D is augmented: with more, the paper's authors find little gain
HELD_OUT = 0.1  # share of the pictures that is held out, at most ...
MOST_HELD_OUT = 200  # ... so many
FIXED = 0.2  # probability of "fixed" augmentation
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
    preset: str = "own32"
    settings: dict = field(default_factory=dict)
    init: str | None = None
    hold_out: int = 0
    reasons: list[tuple[str, str]] = field(default_factory=list)

    def because(self, what: str, why: str) -> None:
        """Add a reason."""
        self.reasons.append((what, why))

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
            same size. If that has no labels, it learns those of the pictures.

    Raises:
        ValueError: if the pictures have no classes and ``labels`` is True, or the model has other labels.
        FileNotFoundError: if there is no such model.
    """
    stretched = STRETCHED if report.is_dark else ""
    proposal = Proposal(f"folder:{report.listing.root}{stretched}")
    choose_size(proposal, report, minutes)
    choose_labels(proposal, report, labels)
    choose_start(proposal, start)
    choose_augmentation(proposal, report, augment)
    choose_held_out(proposal, report)
    return proposal


def choose_size(proposal: Proposal, report: Report, minutes: float) -> None:
    """Side and channels of the pictures."""
    reached = report.resolution
    if reached >= LARGEST and minutes >= LONG:
        proposal.preset = "own64"
        proposal.because(f"{LARGEST}x{LARGEST}", f"the largest size that {minutes:g} minutes can train")
    elif reached > 32:
        why = f"larger pictures need {LONG} minutes or more, and you give {minutes:g}"
        proposal.because("32x32", why)
    else:
        proposal.because(f"{reached}x{reached}", "the largest size that your pictures reach")
    if reached < 32:
        proposal.settings["resolution"] = reached

    kind = "colour"
    if report.channels == 1:
        kind = "grey"
        proposal.settings["channels"] = 1
    proposal.because(kind, "that is what nearly all pictures are")


def choose_labels(proposal: Proposal, report: Report, labels: bool | None) -> None:
    """Whether the classes become labels."""
    classes = report.classes or {}
    if labels and not classes:
        why = report.why_unlabelled or f"{report.listing.root} has no sub-folders that could be classes"
        raise ValueError(f"labels are asked for, and there are no classes: {why}")
    if labels is None:
        labels = bool(classes) and min(classes.values()) >= LEAST_OF_A_CLASS
    if labels:
        proposal.settings["label_dim"] = len(classes)
        proposal.because(f"{len(classes)} labels", f"the classes in {report.labels}")


def choose_start(proposal: Proposal, start: str | None) -> None:
    """The model to start from, and the settings that fit it."""
    # Which one?
    config = proposal.config()
    if start is None:
        start, why = shipped_start(config)
    else:
        why = "you asked for it"
    if start == "nothing":
        proposal.because("from nothing", why)
        return
    proposal.init = start
    proposal.because(f"start from {start}", why)

    # The same networks as it has, and no growing where it has grown.
    model = load(shipped_or_path(start))
    if model.config.label_dim not in (0, config.label_dim):
        raise ValueError(
            f"{start} has {model.config.label_dim} labels, and the pictures {config.label_dim}; "
            "name a start without labels, which learns them, or start from nothing (--init nothing)"
        )
    for name in ARCHITECTURE:
        value = getattr(model.config, name)
        if name != "label_dim" and value != getattr(config, name):
            proposal.settings[name] = value
    if largest_trained_resolution(model) == config.resolution:
        proposal.settings["progressive"] = False


def shipped_start(config: Config) -> tuple[str, str]:
    """The shipped model that such a network can start from, or "nothing", and the reason."""
    start = STARTS.get((config.resolution, config.channels), "nothing")
    if start == "nothing":
        return start, "no shipped model has this size"
    return start, "a network that can draw learns other pictures faster"


def choose_augmentation(proposal: Proposal, report: Report, augment: str | None) -> None:
    """Whether D sees the pictures augmented, as it must where they are few."""
    count = len(report.usable)
    if augment is not None:
        why = "you asked for it"
    elif count < FEW:
        augment = "ada"
        why = f"{count:,} pictures are few"
    else:
        augment = "none"
        why = f"{count:,} pictures are many"
    proposal.because(f"augmentation {augment}", why)
    if augment != preset(proposal.preset).augment:
        proposal.settings["augment"] = augment
    if augment == "fixed":
        proposal.settings["augment_p"] = FIXED


def choose_held_out(proposal: Proposal, report: Report) -> None:
    """How many pictures never train."""
    proposal.hold_out = min(MOST_HELD_OUT, int(HELD_OUT * len(report.usable)))
    why = "they show whether the discriminator learns by heart"
    proposal.because(f"{proposal.hold_out} pictures held out", why)
