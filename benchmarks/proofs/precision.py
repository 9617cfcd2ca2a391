"""The same 200 steps in float32, float16 and bfloat16: losses, penalty, skipped updates, loss scale.

    python benchmarks/proofs/precision.py [--steps 200] [--resolution 16] [--seeds 3] [--calm]

Prints a table. A new StyleGAN enlarges any rounding: Adam makes a full step of the smallest gradient, and the
constant of ones has no variance, so that its norm multiplies by 10,000. How far two runs in float32 are apart
when nothing but the order of their sums changes is shown by "float32, two parts" (gradient accumulation).
With --calm the constant is a random one and Adam's epsilon 0.01: what is left is the rounding itself.
"""

import argparse

import numpy as np

import stylegan_tf as sg

ROWS = {
    "float32": {},
    "float32, two parts": {"accumulate": {16: 2, 32: 2, 64: 2}},
    "float16": {"precision": "float16"},
    "bfloat16": {"precision": "bfloat16"},
}
CONFIG = dict(
    channels=1, z_dim=64, w_dim=64, mapping_width=64, mapping_layers=8, fmap_base=256, fmap_max=64,
    batch_size=16, progressive=False, stage_kimg={}, tick_kimg={},
)  # fmt: skip


def train(
    data, steps: int, resolution: int, seed: int, changes: dict, calm: bool
) -> tuple[dict[str, np.ndarray], float | None]:
    """The scalars of every step, and the loss scale at the end."""
    gan = sg.StyleGAN(sg.Config(resolution=resolution, **CONFIG).replace(seed=seed, **changes))
    if calm:
        gan.config = gan.config.replace(epsilon=0.01)
        constant = gan.generator.synthesis.blocks[4].input_layer.constant
        constant.assign(np.random.default_rng(0).standard_normal(constant.shape))
    gan.compile()
    rows = [
        {k: float(v) for k, v in gan.run_step(data, gan.schedule.phases[0], 1.0).items()}
        for _ in range(steps)
    ]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}, rows[-1].get("loss_scale")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--resolution", type=int, default=16)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--calm", action="store_true", help="as little chaos as possible: see above")
    parser.add_argument("--only", nargs="*", choices=ROWS, default=list(ROWS))
    args = parser.parse_args()
    data = sg.data.load_digits()
    how = ", calm" if args.calm else ""
    side = args.resolution
    print(f"{args.steps} steps at {side}x{side}, batch {CONFIG['batch_size']}{how}; means over all steps")
    print(
        "seed  computed in          D loss  G loss      R1  against float32 (D, G, R1)  skipped  loss scale"
    )
    for seed in range(args.seeds):
        base = None
        for name in args.only:
            logs, scale = train(data, args.steps, args.resolution, seed, ROWS[name], args.calm)
            means = np.array([logs[key].mean() for key in ("d_loss", "g_loss", "penalty")])
            base = means if base is None else base
            change = "  ".join(f"{100 * c:+.2f} %" for c in means / base - 1)
            skipped = int(logs["d_skipped"].sum() + logs["g_skipped"].sum())
            last = "-" if scale is None else f"2**{np.log2(scale):.0f}"
            losses = f"{means[0]:7.4f} {means[1]:7.4f} {means[2]:7.4f}"
            print(f"{seed:4}  {name:20} {losses}  {change:26}  {skipped:7}  {last:>10}", flush=True)


if __name__ == "__main__":
    main()
