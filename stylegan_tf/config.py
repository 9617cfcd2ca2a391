"""``Config``: everything that describes a StyleGAN, as plain values. presets.py has named ones."""

from __future__ import annotations

import dataclasses
import difflib
import math
from dataclasses import dataclass, field

import numpy as np

from stylegan_tf.config_rules import check

# Official train.py. Below 128 it is 0.001.
LEARNING_RATES = {128: 0.0015, 256: 0.002, 512: 0.003, 1024: 0.003}
# Official training_loop.py: training_schedule
TICK_KIMG = {4: 160, 8: 140, 16: 120, 32: 100, 64: 80, 128: 60, 256: 40, 512: 30, 1024: 20}

ARCHITECTURE = (
    "channels", "z_dim", "w_dim", "label_dim",
    "mapping_layers", "mapping_width", "mapping_lr", "mapping_activation", "normalize_z",
    "fmap_base", "fmap_decay", "fmap_max",
    "activation", "blur", "noise", "constant_input", "styles", "instance_norm", "pixel_norm", "equalized",
    "fused_kernels", "pool_last",
)  # fmt: skip
"""The fields in which two networks must agree before one can begin with the weights of the other.

Their resolutions may differ.
"""

CHANGEABLE = (
    "learning_rate", "learning_rates", "generator_lr", "decay_kimg", "beta_1", "beta_2", "epsilon",
    "r1_gamma", "r1_every", "mixing_probability",
    "ema_kimg", "ema_rampup", "w_avg_beta", "augment_target", "augment_kimg",
    "accumulate", "tick_kimg",
)  # fmt: skip
"""The fields that may change in the middle of a run.

Neither the networks nor the order of the data nor the schedule depend on them.
"""

OVERRIDDEN_BY = {
    "learning_rate": "learning_rates",
    "batch_size": "batch_sizes",
    "fade_kimg": "stage_kimg",
    "stable_kimg": "stage_kimg",
}
"""Fields that count only where a map has no entry for a resolution."""


@dataclass(frozen=True)
class Config:
    """One StyleGAN: its two networks, its losses, its growth.

    Each field says what it is, in the comment next to it. The defaults are the official ones
    (docs/exactness.md).

    Raises:
        ValueError: for a value that cannot work, before anything is built. config_rules.py has the rules.
    """

    # The picture and the latent codes
    resolution: int = 1024  # side of the square image, a power of two from 8 to 1024
    channels: int = 3  # 1 grey, 3 RGB
    z_dim: int = 512  # length of z, the normally distributed input
    w_dim: int = 512  # length of w, the mapped latent that makes the styles
    label_dim: int = 0  # classes of a conditional network; 0: no labels

    # The mapping network (paper section 2 and appendix C)
    mapping_layers: int = 8  # 0 passes the normalised z on as w
    mapping_width: int = 512  # units of its hidden layers
    mapping_lr: float = 0.01  # its weights learn a hundred times slower, else training is unstable
    mapping_activation: str = "same"  # "lrelu", "relu", or the ``activation`` of the convolutions
    normalize_z: bool = True  # z is scaled to length sqrt(z_dim) first: only its direction counts

    # Width of the convolutions: min(fmap_base / 2**(s * fmap_decay), fmap_max) at stage s
    fmap_base: int = 8192
    fmap_decay: float = 1.0
    fmap_max: int = 512

    # The parts that the paper's ablation adds or removes (paper Table 1)
    activation: str = "lrelu"  # or "relu"
    blur: bool = True  # low-pass filter after up- and before down-sampling, against aliasing
    noise: bool = True  # per-pixel noise after each convolution
    constant_input: bool = True  # a learned 4x4 constant; False: a dense layer from w
    styles: bool = True  # w scales and shifts every layer; False: w enters at the 4x4 input only
    instance_norm: bool = True  # the normalisation half of AdaIN
    pixel_norm: bool = False  # ProGAN's normalisation, in the traditional generators B and A
    equalized: bool = True  # equalised learning rate (run-time weight scaling)
    # How up-sampling kernels are stored; "auto": flipped at >= 128 (docs/exactness.md, Fused kernels)
    fused_kernels: bool | str = "auto"
    # ProGAN's unfused discriminator: activation, then 2x2 mean (official networks_progan.py: D_paper)
    pool_last: bool = False
    mbstd_group: int = 4  # images per group of the minibatch standard deviation; 0 or 1: none
    mbstd_features: int = 1

    # The game (paper section 2.1 and appendix C)
    loss: str = "logistic"  # non-saturating logistic + R1; or "wgan-gp"
    r1_gamma: float = 10.0  # weight of R1 at full resolution
    r1_every: int = 1  # R1 each n-th step with n times the weight ("lazy"); 1: each step, as in the paper
    # "official": where the images are k doublings short of full size, R1 is divided by 4**k and the norm of
    # WGAN-GP by 2**k; "constant": neither is (docs/exactness.md, R1 and its gradient)
    penalty_scaling: str = "official"
    mixing_probability: float = 0.9  # share of minibatches generated from two latents
    # D's and G's step of a turn see the same fakes. That is faster, and not the paper's way
    shared_forward: bool = False

    # Augmentation of what D sees, for few pictures, which is not the paper's (training/augmentation.py)
    augment: str = "none"  # "fixed": with probability augment_p; "ada": p follows how well D knows the reals
    augment_groups: str = "blit,geometry,colour"  # of these three
    augment_p: float = 0.0  # probability of each augmentation; of "ada" at the start
    augment_target: float = 0.6  # "ada": p rises while the mean sign of D's scores of reals is above this
    augment_kimg: float = 500.0  # "ada": thousands of images in which p can rise from 0 to 1

    # Layers that are not trained, in words: "mapping G:4,8 D:16,32" (training/freezing.py); "": none
    freeze: str = ""

    # The optimizer (docs/exactness.md, Adam)
    learning_rate: float = 0.001  # where learning_rates has no entry
    learning_rates: dict[int, float] = field(default_factory=lambda: dict(LEARNING_RATES))
    generator_lr: float = 1.0  # G's learning rate as a multiple of D's, which is the rate above; paper: equal
    # The rate falls to 0 over this many kimg at the end, which is not the paper's way; 0: never
    decay_kimg: float = 0.0
    beta_1: float = 0.0
    beta_2: float = 0.99
    epsilon: float = 1e-8
    batch_size: int = 32  # where batch_sizes has no entry
    batch_sizes: dict[int, int] = field(default_factory=dict)
    ema_kimg: float = 10.0  # half-life of the averaged generator, in thousands of images
    ema_rampup: float = 0.0  # the half-life is at most this share of the images seen so far; 0: no such limit
    w_avg_beta: float = 0.995  # per batch, of the running mean of w
    mirror: bool = False  # flip half of the real images; never for digits
    # Gradient accumulation: in how many parts a batch is taken, by resolution; 1 where there is no entry
    accumulate: dict[int, int] = field(default_factory=dict)
    # What the networks compute in: "float32", "float16" or "bfloat16". Weights and losses stay float32
    precision: str = "float32"

    # Growing (docs/exactness.md, Growing), counted in thousands of images shown
    progressive: bool = True  # False: full resolution from the first step
    start_resolution: int = 8
    total_kimg: float = 25000.0
    fade_kimg: float = 600.0
    stable_kimg: float = 600.0
    stage_kimg: dict[int, tuple[float, float]] = field(default_factory=dict)  # resolution -> (fade, stable)
    time_shares: dict[int, float] = field(default_factory=dict)  # share of a time-boxed run per resolution
    fade_share: float = 0.5  # share of a stage's time that fades, in a time-boxed run
    tick_kimg: dict[int, float] = field(default_factory=lambda: dict(TICK_KIMG))  # between two reports

    seed: int = 0

    def __post_init__(self):
        # JSON turns integer keys into strings and tuples into lists, and NumPy has numbers of its own: turn
        # them back, wherever they come from. A frozen dataclass lets nobody set a field, so object does it.
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if isinstance(value, dict):
                value = _by_resolution(f.name, value)
            object.__setattr__(self, f.name, _plain(value))
        check(self)

    @property
    def log2_resolution(self) -> int:
        return int(math.log2(self.resolution))

    @property
    def num_layers(self) -> int:
        """Styled layers: two per resolution from 4x4 up, 18 at 1024 and 8 at 32."""
        return 2 * self.log2_resolution - 2

    @property
    def resolutions(self) -> list[int]:
        """4, 8, ... up to ``resolution``."""
        return [2**r for r in range(2, self.log2_resolution + 1)]

    def nf(self, stage: int) -> int:
        """Feature maps of a stage; the block at 2**r works with nf(r - 1) (docs/exactness.md, Sizes)."""
        return min(int(self.fmap_base / 2.0 ** (stage * self.fmap_decay)), self.fmap_max)

    def width(self, resolution: int) -> int:
        """Feature maps of the block at a resolution."""
        return self.nf(int(math.log2(resolution)) - 1)

    def fused_at(self, resolution: int) -> bool:
        """Whether the kernel between ``resolution / 2`` and ``resolution`` is stored in fused form.

        See docs/exactness.md, Fused kernels.
        """
        if self.fused_kernels == "auto":
            return resolution >= 128
        return bool(self.fused_kernels)

    def penalty_scale(self, resolution: int) -> float:
        """Factor on the gradient of D at images of their own size.

        The official code takes the gradient at images enlarged to full size; with this factor the two have
        the same length.
        """
        if self.penalty_scaling == "constant":
            return 1.0
        return resolution / self.resolution

    def r1_gamma_at(self, resolution: int) -> float:
        """Weight of R1 on images of their own resolution (docs/exactness.md, R1 and its gradient)."""
        return self.r1_gamma * self.penalty_scale(resolution) ** 2

    def ema_beta(self, images: int, batch: int) -> float:
        """Weight of the old value in the averaged generator: 0.5**(batch / half-life).

        Args:
            images: seen so far.
            batch: images of this step.

        Source: official training_loop.py: training_loop (``Gs_beta``).
        """
        half_life = 1000.0 * self.ema_kimg
        if self.ema_rampup:
            half_life = min(half_life, max(self.ema_rampup * images, 1e-3))
        return 0.5 ** (batch / half_life)

    def batch_size_at(self, resolution: int) -> int:
        """Images of a step at a resolution, over all devices."""
        return self.batch_sizes.get(resolution, self.batch_size)

    def parts_at(self, resolution: int) -> int:
        """In how many parts a batch is taken at a resolution."""
        return self.accumulate.get(resolution, 1)

    def learning_rate_at(self, resolution: int) -> float:
        """Learning rate of the discriminator at a resolution; the generator has ``generator_lr`` times it."""
        return self.learning_rates.get(resolution, self.learning_rate)

    def replace(self, **changes) -> Config:
        """A copy with some fields changed.

        Raises:
            ValueError: for an unknown name, with the nearest known one; for a value that cannot work; and for
                one without effect, since a map has its own for a resolution that is trained.
        """
        _check_names(changes)
        changed = dataclasses.replace(self, **changes)
        changed._check_that_maps_leave_room(changes)
        return changed

    def _check_that_maps_leave_room(self, changes):
        """Raise ValueError for a field in ``changes`` that a map overrides where this Config trains."""
        first = self.start_resolution if self.progressive else self.resolution
        stages = [r for r in self.resolutions if r >= first]
        for name, by in OVERRIDDEN_BY.items():
            taken = [r for r in stages if r in getattr(self, by)]
            if name in changes and by not in changes and taken:
                where = ", ".join(f"{r}x{r}" for r in taken)
                raise ValueError(
                    f"{name} is {changes[name]!r}, and {by} has its own value at {where}; "
                    f"give {by}={{}} as well to have {name} everywhere, or give {by} alone"
                )

    def to_dict(self) -> dict:
        """All fields, by name; ``from_dict`` is the way back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> Config:
        """A Config with these fields; those that are missing have their defaults."""
        _check_names(values)
        return Config(**values)


def _check_names(names) -> None:
    """Raise ValueError for a name that is no field of Config."""
    known = [f.name for f in dataclasses.fields(Config)]
    unknown = [name for name in names if name not in known]
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"the fields are {', '.join(known)}"
        raise ValueError(f"Config has no field '{unknown[0]}'; {hint}")


def _by_resolution(name: str, value: dict) -> dict:
    """A map of the Config with whole numbers as keys, and tuples where it has lists."""
    if not all(str(resolution).isdigit() for resolution in value):
        raise ValueError(f"{name} is {value!r}; its keys must be resolutions")
    clean = {}
    for resolution, entry in value.items():
        if isinstance(entry, (list, tuple)):
            entry = tuple(_plain(number) for number in entry)
        clean[int(resolution)] = _plain(entry)
    return clean


def _plain(value):
    """A number of NumPy's, such as ``labels.max() + 1``, as one of Python's; anything else as it is."""
    is_number = isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0)
    return value.item() if is_number else value
