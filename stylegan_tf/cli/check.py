"""stylegan-tf check: whether this machine computes what it must, how fast, and what it has."""

from __future__ import annotations

from stylegan_tf.planning import machine

HELP = "Check this machine: versions, the official numbers, every path of training, speed. Two minutes."
EXAMPLE = "stylegan-tf check > check.txt"


def add_arguments(parser) -> None:
    speed = "leave out the measuring of speed and memory"
    parser.add_argument("--no-speed", action="store_true", help=speed)


def run(args) -> int:
    """Print what was found; 1 if something is wrong."""
    # What it is.
    print("This machine", flush=True)
    for name, words in machine.facts().items():
        print(f"  {name}: {words}", flush=True)

    # Does it compute what it must?
    print("\nNumbers", flush=True)
    findings = []
    for precision in machine.PRECISIONS:
        findings.append(machine.official_numbers(precision))
        print(f"  {findings[-1]}", flush=True)
    for finding in [machine.fused_kernels(), *machine.training_paths()]:
        findings.append(finding)
        print(f"  {finding}", flush=True)

    # How fast, and with how much memory?
    if not args.no_speed:
        print("\nSpeed of a training step, R1 included", flush=True)
        for line in machine.speeds():
            print(f"  {line}", flush=True)
        print("\nMemory", flush=True)
        for line in machine.peak_memory():
            print(f"  {line}", flush=True)

    print(f"\n{machine.verdict(findings)}")
    return 1 if any(finding.good is False for finding in findings) else 0
