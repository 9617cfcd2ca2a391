"""Everything that a StyleGAN is, as plain values: ``Config``. Named ones are in presets.py."""

from __future__ import annotations

import dataclasses
import difflib
import math
import typing
from dataclasses import dataclass, field

LEARNING_RATES = {128: 0.0015, 256: 0.002, 512: 0.003, 1024: 0.003}  # SPEC 9; 0.001 below 128
TICK_KIMG = {4: 160, 8: 140, 16: 120, 32: 100, 64: 80, 128: 60, 256: 40, 512: 30, 1024: 20}  # SPEC 9


@dataclass(frozen=True)
class Config:
    """One StyleGAN: its two networks, its losses, its growth. The defaults are the official ones (SPEC 0 to 9).

    A value that cannot work raises ``ValueError`` here, before anything is built.
    """

    # The picture and the latent codes
    resolution: int = 1024  # side of the square image, a power of two from 8 to 1024
    channels: int = 3  # 1 grey, 3 RGB
    z_dim: int = 512  # length of z, the normally distributed input
    w_dim: int = 512  # length of w, the mapped latent that makes the styles
    label_dim: int = 0  # classes of a conditional network; 0: no labels

    # The mapping network (SPEC 2)
    mapping_layers: int = 8  # 0 passes the normalised z on as w
    mapping_width: int = 512  # units of its hidden layers
    mapping_lr: float = 0.01  # its weights learn a hundred times slower, else training is unstable
    normalize_z: bool = True  # z is scaled to length sqrt(z_dim) first: only its direction counts

    # Width of the convolutions: min(fmap_base / 2**(s * fmap_decay), fmap_max) at stage s
    fmap_base: int = 8192
    fmap_decay: float = 1.0
    fmap_max: int = 512

    # The parts that the paper's ablation adds or removes (SPEC 9, "configs of Table 1")
    activation: str = "lrelu"  # or "relu"
    blur: bool = True  # low-pass filter after up- and before down-sampling, against aliasing
    noise: bool = True  # per-pixel noise after each convolution
    constant_input: bool = True  # a learned 4x4 constant; False: a dense layer from w
    styles: bool = True  # w scales and shifts every layer; False: w enters at the 4x4 input only
    instance_norm: bool = True  # the normalisation half of AdaIN
    pixel_norm: bool = False  # ProGAN's normalisation, in the traditional generators B and A
    equalized: bool = True  # equalised learning rate (run-time weight scaling)
    fused_kernels: bool | str = "auto"  # how up-sampling kernels are stored; "auto": flipped at >= 128 (SPEC 1)
    pool_last: bool = False  # ProGAN's unfused discriminator: activation first, 2x2 mean after it (SPEC 9b)
    mbstd_group: int = 4  # images per group of the minibatch standard deviation; 0 or 1: none
    mbstd_features: int = 1

    # The game (SPEC 8)
    loss: str = "logistic"  # non-saturating logistic + R1; or "wgan-gp"
    r1_gamma: float = 10.0  # weight of R1 at full resolution
    r1_every: int = 1  # R1 each n-th step with n times the weight ("lazy"); 1: each step, as the paper
    penalty_scaling: str = "official"  # R1 / 4**k, WGAN-GP's norm / 2**k, where k doublings are missing (SPEC 8); or "constant"
    mixing_probability: float = 0.9  # share of minibatches generated from two latents
    shared_forward: bool = False  # D's and G's step of a turn see the same fakes: faster, not the paper's way

    # The optimizer (SPEC 9)
    learning_rate: float = 0.001  # where learning_rates has no entry
    learning_rates: dict[int, float] = field(default_factory=lambda: dict(LEARNING_RATES))
    decay_kimg: float = 0.0  # the rate falls to 0 over so many kimg at the end, not the paper's way; 0: never
    beta_1: float = 0.0
    beta_2: float = 0.99
    epsilon: float = 1e-8
    batch_size: int = 32  # where batch_sizes has no entry
    batch_sizes: dict[int, int] = field(default_factory=dict)
    ema_kimg: float = 10.0  # half-life of the averaged generator, in thousands of images
    ema_rampup: float = 0.0  # the half-life is at most this share of the images seen so far; 0: no such limit
    w_avg_beta: float = 0.995  # per batch, of the running mean of w
    mirror: bool = False  # flip half of the real images; never for digits
    accumulate: dict[int, int] = field(default_factory=dict)  # parts that a device's batch is taken in, for its memory; else 1
    precision: str = "float32"  # or "float16", "bfloat16": what the networks compute in; weights and losses stay float32

    # Growing (SPEC 9), counted in thousands of images shown
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
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if isinstance(value, dict):  # JSON turns integer keys to strings and tuples to lists
                if not all(str(k).isdigit() for k in value):
                    raise ValueError(f"{f.name} is {value!r}; its keys must be resolutions")
                clean = {int(k): tuple(v) if isinstance(v, (list, tuple)) else v for k, v in value.items()}
                object.__setattr__(self, f.name, clean)
        _check(self)

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
        """Feature maps of a stage; the block at resolution 2**r works with nf(r - 1) (SPEC 0)."""
        return min(int(self.fmap_base / 2.0 ** (stage * self.fmap_decay)), self.fmap_max)

    def width(self, resolution: int) -> int:
        """Feature maps of the block at a resolution."""
        return self.nf(int(math.log2(resolution)) - 1)

    def fused_at(self, resolution: int) -> bool:
        """Whether the kernel between ``resolution / 2`` and ``resolution`` is stored in fused form (SPEC 1)."""
        return resolution >= 128 if self.fused_kernels == "auto" else bool(self.fused_kernels)

    def penalty_scale(self, resolution: int) -> float:
        """Factor on D's gradient at images of their own size, to equal the official one at images enlarged to full size."""
        return 1.0 if self.penalty_scaling == "constant" else resolution / self.resolution

    def r1_gamma_at(self, resolution: int) -> float:
        """Weight of R1 on images of their own resolution (SPEC 8)."""
        return self.r1_gamma * self.penalty_scale(resolution) ** 2

    def ema_beta(self, images: int, batch: int) -> float:
        """Weight of the old average when ``batch`` images join ``images`` seen: 0.5**(batch / half-life) (SPEC 4)."""
        half_life = 1000.0 * self.ema_kimg
        if self.ema_rampup:
            half_life = min(half_life, max(self.ema_rampup * images, 1e-3))
        return 0.5 ** (batch / half_life)

    def batch_size_at(self, resolution: int) -> int:
        return self.batch_sizes.get(resolution, self.batch_size)

    def parts_at(self, resolution: int) -> int:
        return self.accumulate.get(resolution, 1)

    def learning_rate_at(self, resolution: int) -> float:
        return self.learning_rates.get(resolution, self.learning_rate)

    def replace(self, **changes) -> Config:
        """A copy with some fields changed; unknown names raise ``ValueError``."""
        known = [f.name for f in dataclasses.fields(self)]
        for name in changes:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"; did you mean '{near[0]}'?" if near else f"; the fields are {', '.join(known)}"
                raise ValueError(f"Config has no field '{name}'{hint}")
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> Config:
        return Config().replace(**values)


def _is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _check_types(cfg: Config) -> None:
    for name, kind in typing.get_type_hints(Config).items():
        value = getattr(cfg, name)
        if name == "fused_kernels":
            good = value in (True, False, "auto")
        elif kind is int:
            good = isinstance(value, int) and not isinstance(value, bool)
        elif kind is float:
            good = _is_number(value) and math.isfinite(value)
        elif kind in (bool, str):
            good = isinstance(value, kind)
        else:
            good = isinstance(value, dict)
        if not good:
            wanted = "true, false or auto" if name == "fused_kernels" else getattr(kind, "__name__", str(kind))
            raise ValueError(f"{name} is {value!r}; it must be {wanted}")


def _check(cfg: Config) -> None:
    _check_types(cfg)

    def need(good, name, wanted):
        if not good:
            raise ValueError(f"{name} is {getattr(cfg, name)!r}; it must be {wanted}")

    def is_stage(r):
        return 4 <= r <= cfg.resolution and r & (r - 1) == 0

    need(8 <= cfg.resolution <= 1024 and is_stage(cfg.resolution), "resolution", "a power of two from 8 to 1024")
    need(cfg.channels in (1, 3), "channels", "1 (grey) or 3 (RGB)")
    positive = "z_dim w_dim mapping_width mapping_lr fmap_base fmap_max mbstd_features r1_every batch_size"
    for name in positive.split() + ["ema_kimg", "learning_rate", "epsilon", "total_kimg"]:
        need(getattr(cfg, name) > 0, name, "greater than 0")
    for name in ["label_dim", "r1_gamma", "mbstd_group", "fade_kimg", "stable_kimg", "seed", "ema_rampup", "decay_kimg"]:
        need(getattr(cfg, name) >= 0, name, "0 or more")
    for name in ["mixing_probability", "fade_share"]:
        need(0 <= getattr(cfg, name) <= 1, name, "between 0 and 1")
    for name in ["w_avg_beta", "beta_1", "beta_2"]:
        need(0 <= getattr(cfg, name) < 1, name, "at least 0 and less than 1")
    need(0 <= cfg.mapping_layers <= 8, "mapping_layers", "between 0 and 8")
    need(cfg.activation in ("lrelu", "relu"), "activation", "'lrelu' or 'relu'")
    need(cfg.loss in ("logistic", "wgan-gp"), "loss", "'logistic' or 'wgan-gp'")
    need(cfg.penalty_scaling in ("official", "constant"), "penalty_scaling", "'official' or 'constant'")
    need(cfg.precision in ("float32", "float16", "bfloat16"), "precision", "'float32', 'float16' or 'bfloat16'")
    need(is_stage(cfg.start_resolution), "start_resolution", f"a power of two from 4 to {cfg.resolution}")
    need(cfg.nf(cfg.log2_resolution) >= 1, "fmap_base", f"large enough for one feature map at {cfg.resolution}")
    latent = cfg.z_dim * (2 if cfg.label_dim else 1)
    need(cfg.mapping_layers > 0 or cfg.w_dim == latent, "w_dim", f"{latent}, as no mapping layer changes the length")
    divides = cfg.mbstd_group < 2 or cfg.nf(1) % cfg.mbstd_features == 0
    need(divides, "mbstd_features", f"a divisor of the {cfg.nf(1)} maps at 4x4")
    need(cfg.styles or not cfg.constant_input, "constant_input", "False when styles is False, else w enters nowhere")
    for name in ["learning_rates", "batch_sizes", "stage_kimg", "time_shares", "tick_kimg", "accumulate"]:
        for key, value in getattr(cfg, name).items():
            numbers = value if isinstance(value, tuple) else (value,)
            sound = len(numbers) == (2 if name == "stage_kimg" else 1) and all(_is_number(n) and n >= 0 for n in numbers)
            need(4 <= key <= 1024 and key & (key - 1) == 0 and sound, name, "a map from resolutions to numbers >= 0")
    for name in ["batch_sizes", "accumulate"]:
        whole = all(isinstance(size, int) and size > 0 for size in getattr(cfg, name).values())
        need(whole, name, "a map from resolutions to whole numbers > 0")
    need(not cfg.accumulate or not cfg.shared_forward, "accumulate", "empty where shared_forward keeps the whole batch's fakes")
    need(all(kimg > 0 for kimg in cfg.tick_kimg.values()), "tick_kimg", "a map from resolutions to numbers > 0")
    for r in cfg.resolutions:
        batch, group = cfg.batch_size_at(r), cfg.mbstd_group
        if group > 1 and batch > group and batch % group:
            raise ValueError(f"the batch size at {r}x{r} is {batch}; it must be a multiple of mbstd_group = {group}")
