"""Named configurations: the presets, and the paper's ablations A to F."""

from __future__ import annotations

from stylegan_tf.batch_sizes import official_batch_sizes
from stylegan_tf.config import Config

# For ten minutes on two cores. The values were found by trial: benchmarks/results/sweep.csv
_MNIST32 = Config(
    resolution=32,
    channels=1,
    z_dim=64,
    w_dim=64,
    mapping_width=64,
    mapping_layers=3,  # eight learn too slowly for a run of minutes
    fmap_base=256,
    fmap_max=64,
    r1_gamma=2.0,  # 0.5 is worse, 6 no better
    r1_every=4,
    shared_forward=True,
    learning_rate=0.01,  # 0.003 is far too slow for a run of minutes; 0.024 collapses
    batch_size=16,
    ema_kimg=4.0,
    start_resolution=4,
    stage_kimg={4: (0, 10), 8: (3, 17), 16: (5, 30), 32: (21, 119)},
    total_kimg=205,
    time_shares={4: 0.01, 8: 0.04, 16: 0.13, 32: 0.82},
    fade_share=0.15,
    tick_kimg={4: 4, 8: 4, 16: 8, 32: 8},
)

# For hours on two cores, as long as more images still improve it: data/README.md
_TOYFACES32 = _MNIST32.replace(
    channels=3,
    fmap_base=512,
    fmap_max=96,
    learning_rate=0.008,
    batch_size=8,  # twice the steps for the same images: docs/results.md
    mapping_lr=0.1,  # at 0.01 the mapping network learns too slowly for a run of hours
    stage_kimg={4: (0, 8), 8: (3, 14), 16: (5, 30), 32: (20, 270)},
    total_kimg=350,
    decay_kimg=180,
    ema_kimg=6.0,
)
_TOYFACES64 = _TOYFACES32.replace(
    resolution=64,
    stage_kimg={4: (0, 8), 8: (3, 14), 16: (5, 30), 32: (20, 100), 64: (15, 185)},
    total_kimg=380,
    decay_kimg=120,
    time_shares={4: 0.01, 8: 0.02, 16: 0.06, 32: 0.31, 64: 0.60},
    tick_kimg={4: 4, 8: 4, 16: 8, 32: 8, 64: 8},
)

# For some hundred pictures of your own, an hour or an evening: docs/using.md, Your own pictures
_OWN = dict(
    augment="ada",
    augment_kimg=100.0,
    ema_rampup=0.05,  # else the average of a short run still draws what it started from
    tick_kimg={4: 2, 8: 2, 16: 2, 32: 2, 64: 2},
)


def _ffhq(resolution: int) -> Config:
    return Config(resolution=resolution, batch_sizes=official_batch_sizes(8), mirror=True)


PRESETS: dict[str, Config] = {
    "mnist32": _MNIST32,
    "toyfaces32": _TOYFACES32,
    "toyfaces64": _TOYFACES64,
    "mnist32_labels": _MNIST32.replace(label_dim=10),
    "own32": _TOYFACES32.replace(**_OWN),
    "own64": _TOYFACES64.replace(**_OWN),
    **{f"ffhq{r}": _ffhq(r) for r in (64, 128, 256, 512, 1024)},
}

# What the traditional generator lacks or does otherwise (paper Table 1, row B) ...
_B = dict(
    mapping_layers=0,
    styles=False,
    constant_input=False,
    instance_norm=False,
    pixel_norm=True,
    noise=False,
    mixing_probability=0.0,
)
# ... and what Progressive GAN does otherwise on top of that (row A).
_A = dict(blur=False, fused_kernels=True, loss="wgan-gp", start_resolution=4)
ABLATIONS: dict[str, dict] = {
    "A": {**_B, **_A},  # Progressive GAN: docs/exactness.md, Progressive GAN
    "B": _B,  # tuned baseline
    "C": dict(constant_input=False, mixing_probability=0.0, noise=False),  # + mapping and styles
    "D": dict(mixing_probability=0.0, noise=False),  # + constant input
    "E": dict(mixing_probability=0.0),  # + noise
    "F": {},  # + mixing regularisation: StyleGAN
}
"""The paper's Table 1 as changes to a Config: ``cfg.replace(**ABLATIONS["E"])``."""


def preset(name: str) -> Config:
    """The configuration of that name; ``PRESETS`` lists them.

    Raises:
        ValueError: if there is none.
    """
    if name not in PRESETS:
        raise ValueError(f"there is no preset '{name}'; choose from {', '.join(PRESETS)}")
    return PRESETS[name]
