"""What the step of path length does to its value: the same 2,000 pairs of shipped digits with each step.

python benchmarks/proofs/path_length_epsilon.py          # about two minutes
"""

import stylegan_tf as sg

STEPS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)


def main():
    generator, distance = sg.pretrained("mnist32").ema_generator, sg.metrics.DigitsDistance()
    print("| space | epsilon | PPL | standard error | median of all distances |\n|---|---|---|---|---|")
    for space in "zw":
        for epsilon in STEPS:
            found = sg.metrics.perceptual_path_length(
                generator, distance, space, samples=2000, epsilon=epsilon
            )
            middle = sorted(found.distances)[1000]
            print(
                f"| {space} | {epsilon:g} | {found.mean:.4g} | {found.standard_error:.2g} | {middle:.4g} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
