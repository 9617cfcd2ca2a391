"""State: all settings of the playground, as one short line of text that can be shared (lesson 17)."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from stylegan_tf.latents.codes import labels_of
from stylegan_tf.ranges import parse_ranges, write_ranges
from stylegan_tf.widgets.parts.controls import LARGEST

LIMITS = {"psi": (-1.0, 1.5), "t": (0.0, 1.0), "strength": (0.0, 4.0), "edit": (-4.0, 4.0)}
KEYS = (
    "seed",
    "label",
    "label_b",
    "psi",
    "cutoff",
    "styles",
    "t",
    "noise",
    "strength",
)  # of the text, before the attributes
DECIMALS = 6  # of every number of a state: a slider's 0.30000000000000004 is shared as 0.3
GROUPS = ("coarse", "middle", "fine")


@dataclass(frozen=True)
class State:
    """What the playground draws.

    ``str(state)`` is its text, such as ``seed=3 psi=0.7 styles=5@4-7 moustache=1.5``.

    Attributes:
        seed: of A, from 0 on.
        psi: truncation, -1 to 1.5.
        cutoff: how many layers are truncated; None for all.
        seed_b: of B.
        layers: those that take their style from B.
        t: how far the other layers have gone from A to B, 0 to 1.
        label, label_b: classes of A and of B, for a conditional network; None for class ``seed % classes``.
        noise: ``fixed`` (the stored maps), ``none``, or the seed of a draw.
        strengths: what the coarse, middle and fine maps are multiplied by, 0 to 4; the network was trained
            with 1.
        edits: attribute -> strength in deviations of w, -4 to 4; kept as sorted pairs, without zeros. Names
            have no spaces.

    Numbers are kept to 6 decimals.

    Raises:
        ValueError: for a value outside its range.
    """

    seed: int = 0
    psi: float = 1.0
    cutoff: int | None = None
    seed_b: int = 1
    layers: tuple[int, ...] = ()
    t: float = 0.0
    noise: str | int = "fixed"
    strengths: tuple[float, float, float] = (1.0, 1.0, 1.0)
    edits: Mapping[str, float] | tuple[tuple[str, float], ...] = ()
    label: int | None = None
    label_b: int | None = None

    def __post_init__(self):
        # One form for each setting: rounded, sorted, without what changes nothing.
        edits = {name: _rounded(strength) for name, strength in dict(self.edits).items()}
        normal = dict(
            psi=_rounded(self.psi),
            t=_rounded(self.t),
            strengths=tuple(map(_rounded, self.strengths)),
            layers=tuple(sorted(set(self.layers))),
            edits=tuple(sorted((name, strength) for name, strength in edits.items() if strength != 0)),
        )
        for name, value in normal.items():
            object.__setattr__(self, name, value)  # the class is frozen

        # Is every setting within its range?
        for name, value in (("seed", self.seed), ("seed of B", self.seed_b), ("seed of noise", self.noise)):
            if not isinstance(value, str) and not 0 <= value <= LARGEST:
                raise ValueError(f"{name} is {value}; give a whole number from 0 to {LARGEST:,}")
        for name, value in (("label", self.label), ("label_b", self.label_b)):
            if value is not None and value < 0:
                raise ValueError(f"{name} is {value}; give the number of a class, from 0 on")
        if isinstance(self.noise, str) and self.noise not in ("fixed", "none"):
            raise ValueError(f"noise is '{self.noise}'; give fixed, none, or the seed of a draw")
        if len(self.strengths) != len(GROUPS):
            raise ValueError(
                f"strength has {len(self.strengths)} numbers; "
                "give three, of coarse, middle and fine, as in 1/1/0"
            )
        _within("psi", self.psi, "psi")
        _within("t", self.t, "t")
        for group, strength in zip(GROUPS, self.strengths, strict=True):
            _within(f"strength of the {group} noise", strength, "strength")
        for name, strength in self.edits:
            _within(name, strength, "edit")

    def __str__(self):
        styles = f"{self.seed_b}@{write_ranges(self.layers)}" if self.layers else str(self.seed_b)
        parts = {
            "seed": str(self.seed),
            "label": "any" if self.label is None else str(self.label),
            "label_b": "any" if self.label_b is None else str(self.label_b),
            "psi": _text(self.psi),
            "cutoff": "all" if self.cutoff is None else str(self.cutoff),
            "styles": styles,
            "t": _text(self.t),
            "noise": str(self.noise),
            "strength": "/".join(map(_text, self.strengths)),
        }

        # Only what is not as usual is said; the seed always.
        usual = {
            "label": "any",
            "label_b": "any",
            "psi": "1",
            "cutoff": "all",
            "styles": "1",
            "t": "0",
            "noise": "fixed",
            "strength": "1/1/1",
        }
        said = [f"{key}={value}" for key, value in parts.items() if value != usual.get(key)]
        return " ".join([*said, *(f"{name}={_text(strength)}" for name, strength in self.edits)])

    @classmethod
    def parse(cls, text: str, attributes: Sequence[str] = ()) -> State:
        """The state that a text describes; what it leaves out is as in ``State()``.

        Args:
            attributes: names that may be edited.

        Raises:
            ValueError: for a key that is unknown or given twice, a bad number, or a value outside its range.
        """
        # The text of each key.
        found = {}
        edits = {}
        for part in text.split():
            key, equals, value = part.partition("=")
            if not equals:
                raise ValueError(f"'{part}' has no '='; write key=value, such as seed=3")
            if key not in KEYS and key not in attributes:
                raise ValueError(f"there is no '{key}'; {_hint(key, [*KEYS, *attributes])}")
            if key in found or key in edits:
                raise ValueError(f"'{key}' is given twice; leave one of them out")
            if key in KEYS:
                found[key] = value
            else:
                edits[key] = _number(key, value)

        # What each text means.
        values = {}
        for key, value in found.items():
            values |= _READ[key](value)
        return cls(**values, edits=edits)

    def check(self, config) -> State:
        """The state itself, if a network of this Config has all its layers.

        Raises:
            ValueError: for a layer, a cutoff or a class that it does not have.
        """
        for seed, label in ((self.seed, self.label), (self.seed_b, self.label_b)):
            labels_of(config, [seed], label)
        count = config.num_layers
        if self.cutoff is not None and not 0 <= self.cutoff <= count:
            raise ValueError(
                f"cutoff is {self.cutoff}; this network has {count} layers: give 0 to {count}, or all"
            )
        wrong = [layer for layer in self.layers if not 0 <= layer < count]
        if wrong:
            raise ValueError(f"styles name layer {wrong[0]}; this network has layers 0 to {count - 1}")
        return self


def _rounded(value):
    return round(float(value), DECIMALS)


def _within(name, value, kind):
    low, high = LIMITS[kind]
    if not low <= value <= high:
        raise ValueError(f"{name} is {_text(value)}; give a number from {_text(low)} to {_text(high)}")


def _hint(key, known):
    """What may have been meant by a key that does not exist."""
    near = difflib.get_close_matches(key, known, 1)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"the keys are {', '.join(known)}"


def _text(value) -> str:
    """The shortest text that reads as the same number: 0.7, 1, -2.25."""
    return repr(float(value)).removesuffix(".0")


def _number(key, text, kind: Callable = float):
    try:
        return kind(text)
    except ValueError:
        expected = "a number" if kind is float else "a whole number"
        raise ValueError(f"{key} is '{text}', which is not {expected}") from None


def _label(key):
    """What reads the class of A or of B."""

    def read(text):
        return {key: None if text == "any" else _number(key, text, int)}

    return read


def _cutoff(text):
    if text == "all":
        return {"cutoff": None}
    return {"cutoff": _number("cutoff", text, int)}


def _noise(text):
    if text in ("fixed", "none"):
        return {"noise": text}
    return {"noise": _number("noise", text, int)}


def _styles(text):
    seed, at, layers = text.partition("@")
    if at and not layers:
        raise ValueError(f"styles is '{text}'; write seed@layers, such as 5@4-7, or the seed alone")
    fields = {"seed_b": _number("styles", seed, int), "layers": ()}
    if at:
        fields["layers"] = tuple(parse_ranges(layers, "styles"))
    return fields


_READ = {  # key of the text -> fields of State
    "seed": lambda text: {"seed": _number("seed", text, int)},
    "label": _label("label"),
    "label_b": _label("label_b"),
    "psi": lambda text: {"psi": _number("psi", text)},
    "cutoff": _cutoff,
    "styles": _styles,
    "t": lambda text: {"t": _number("t", text)},
    "noise": _noise,
    "strength": lambda text: {"strengths": tuple(_number("strength", part) for part in text.split("/"))},
}
