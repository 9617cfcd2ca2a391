"""The lines of the paper's ablations: configurations A to F, mixing, mapping depth (Tables 1, 2 and 4)."""

from __future__ import annotations

from dataclasses import dataclass

from stylegan_tf.presets import ABLATIONS

CHANGES = {  # of Table 1, each against the one before
    "A": "Progressive GAN, WGAN-GP",
    "B": "blur, logistic loss with R1",
    "C": "+ mapping and styles",
    "D": "+ learned constant as input",
    "E": "+ noise",
    "F": "+ mixing regularisation",
}
PAPER = {  # FID on FFHQ at 1024x1024, 50,000 images, Inception: Tables 1, 2 (one latent) and 4
    **{"A": 8.04, "B": 5.25, "C": 4.85, "D": 4.88, "E": 4.42, "F": 4.40},
    **{"mixing=0": 4.42, "mixing=0.5": 4.41, "mixing=0.9": 4.40, "mixing=1": 4.83},
    **{"depth=0": 5.06, "depth=1": 4.60, "depth=2": 4.43, "depth=8": 4.40},
}


@dataclass(frozen=True)
class Variant:
    """One line of an ablation.

    Attributes:
        name: such as "C", "mixing=0.5" or "depth=2".
        changes: the fields of the Config that it changes, and their values.
    """

    name: str
    changes: dict

    @property
    def group(self) -> str:
        """ "configuration", "mixing" or "depth": what it is compared with."""
        return self.name.partition("=")[0] if "=" in self.name else "configuration"

    @property
    def what(self) -> str:
        """What it is, in words."""
        if self.group == "mixing":
            return f"mixing in {self.changes['mixing_probability']:.0%} of the minibatches"
        if self.group == "depth":
            return f"{self.changes['mapping_layers']} mapping layers"
        return CHANGES[self.name]


def variants(
    configs: str | None = None, mixing: str | None = None, depth: str | None = None
) -> list[Variant]:
    """The lines that an ablation asks for, none twice; all three None ask for A to F.

    Args:
        configs: like "A-F" or "A,C,F" (Table 1).
        mixing: probabilities like "0,0.5,0.9,1" (Table 2).
        depth: mapping layers like "0,1,2,8" (Table 4, style-based).

    Raises:
        ValueError: for what is none of these.
    """
    if configs is None and mixing is None and depth is None:
        configs = "A-F"
    found = [Variant(name, ABLATIONS[name]) for name in _letters(configs)]
    for probability in _numbers("--mixing", mixing, float, 1.0):
        found.append(Variant(f"mixing={probability:g}", {"mixing_probability": probability}))
    for layers in _numbers("--depth", depth, int, 8):
        found.append(Variant(f"depth={layers}", {"mapping_layers": layers}))
    return list({variant.name: variant for variant in found}.values())


def named(name: str) -> Variant:
    """The Variant of a name.

    Raises:
        ValueError: if there is none.
    """
    group, _, value = name.partition("=")
    if group in ("mixing", "depth"):
        found = variants(**{group: value})
    else:
        found = variants(name) if name in ABLATIONS else []
    if len(found) != 1:
        raise ValueError(
            f"no line of an ablation is named '{name}'; they are A to F, or like mixing=0.5 and depth=2"
        )
    return found[0]


def _letters(text):
    """The configurations that a text like "A-C,F" names; none for None."""
    if text is None:
        return
    known = list(ABLATIONS)
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if not dash:
            last = first
        are_known = first in known and last in known
        if not are_known or known.index(first) > known.index(last):
            raise ValueError(f"--configs {text} has '{part}'; give letters from A to F, like A-F or A,C,F")
        yield from known[known.index(first) : known.index(last) + 1]


def _numbers(option, text, kind, most):
    """The numbers that a text names, each from 0 to ``most``; none for None. ``kind`` is int or float."""
    if text is None:
        return
    for part in text.split(","):
        try:
            number = kind(part)
        except ValueError:
            number = -1
        if not 0 <= number <= most:
            expected = "whole numbers" if kind is int else "numbers"
            raise ValueError(
                f"{option} {text} has '{part}'; give {expected} from 0 to {most:g}, separated by commas"
            )
        yield number
