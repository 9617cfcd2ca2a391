"""The command ``stylegan-tf``: runs the file of a command, and turns errors into sentences and exit codes."""

from __future__ import annotations

import argparse
import sys

from stylegan_tf.cli import (
    ablation,
    demo,
    doctor,
    edit,
    evaluate,
    figures,
    generate,
    import_,
    info,
    lab,
    plan,
    playground,
    project,
    records,
    train,
)
from stylegan_tf.cli.common import UserError

COMMANDS = {
    "train": train,
    "generate": generate,
    "figures": figures,
    "evaluate": evaluate,
    "info": info,
    "plan": plan,
    "records": records,
    "import": import_,
    "project": project,
    "edit": edit,
    "ablation": ablation,
    "demo": demo,
    "lab": lab,
    "playground": playground,
    "doctor": doctor,
}
"""Each has HELP, EXAMPLE, add_arguments(parser) and run(args), which returns an exit code, or None for 0."""


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: its arguments; default those of the process.

    Returns:
        the exit code: 0 done, 1 training failed or cannot start, 2 a bad argument, 130 stopped with Ctrl+C.
    """
    args = parser().parse_args(_joined(sys.argv[1:] if argv is None else argv))
    try:
        return COMMANDS[args.command].run(args) or 0
    except (FloatingPointError, ConnectionError) as error:
        return _fail(error, 1)
    except (UserError, ValueError, FileNotFoundError, ImportError, OSError) as error:
        return _fail(error, 2)
    except KeyboardInterrupt:
        return _fail("stopped; the same command with --resume continues", 130)


def parser() -> argparse.ArgumentParser:
    """The arguments of every command."""
    top = argparse.ArgumentParser(
        prog="stylegan-tf", description="StyleGAN in Keras: train it, look at it, take it apart."
    )
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        own = subparsers.add_parser(
            name, help=command.HELP, description=command.HELP, epilog=f"example: {command.EXAMPLE}"
        )
        command.add_arguments(own)
    return top


def _joined(argv):
    """The arguments, with ``--strengths -3:3`` joined by "=".

    argparse would read ``-3:3`` as an option, as it begins with a minus.
    """
    argv = list(argv)
    if "--strengths" in argv[:-1]:
        i = argv.index("--strengths")
        argv[i : i + 2] = [f"--strengths={argv[i + 1]}"]
    return argv


def _fail(message, code):
    """Print one sentence, and return the exit code."""
    print(f"stylegan-tf: {message}", file=sys.stderr)
    return code
