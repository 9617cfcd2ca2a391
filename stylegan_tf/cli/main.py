"""The command ``stylegan-tf``: runs the file of a command; every end is a sentence and an exit code."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import shlex
import signal
import sys
import threading

from stylegan_tf.cli import (
    ablation,
    check,
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
    try_,
)
from stylegan_tf.cli.common import UserError

COMMANDS = {
    "train": train,
    "try": try_,
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
    "check": check,
}
"""Each has HELP, EXAMPLE, add_arguments(parser) and run(args), which returns an exit code, or None for 0.

One that leaves something when it is stopped, or can go on, also has when_stopped(args): what to say then.
"""

PIPE_CLOSED = 141  # 128 + SIGPIPE, as other commands end when nobody reads what they print
FULL = (errno.ENOSPC, errno.EDQUOT)


class Stopped(KeyboardInterrupt):
    """A signal other than Ctrl+C's that ends a command in the same way; its argument is the number."""


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: its arguments; default those of the process.

    Returns:
        the exit code: 0 done, 1 training failed or cannot start, 2 a bad argument, a place that cannot be
        written or a full disk; 130 stopped with Ctrl+C, 143 by SIGTERM, 129 by SIGHUP, 141 when nobody reads
        what is printed.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    _replace_what_cannot_be_shown()
    try:
        with _stopped_by_signals():
            try:
                return _run(argv)
            finally:
                # What could not be printed must show here, not after the end.
                sys.stdout.flush()
                sys.stderr.flush()
    except BrokenPipeError:
        _discard_output()
        return PIPE_CLOSED
    except OSError as error:
        _discard_output()
        return _fail(_sentence(error), 2)


def _run(argv):
    """``main``, for streams that work."""
    args = None
    try:
        args = parser().parse_args(_joined(argv))
        args.typed = shlex.join(["stylegan-tf", *argv])
        return COMMANDS[args.command].run(args) or 0
    except BrokenPipeError:
        raise  # no fault of the command
    except (FloatingPointError, ConnectionError) as error:
        return _fail(error, 1)
    except OSError as error:
        return _fail(_sentence(error), 2)
    except (UserError, ValueError, ImportError) as error:
        return _fail(error, 2)
    except KeyboardInterrupt as stop:
        number = stop.args[0] if isinstance(stop, Stopped) else signal.SIGINT
        return _fail(f"stopped; {_when_stopped(args)}", 128 + number)


def _when_stopped(args):
    """What is true of a command that was stopped: what it leaves, or how it goes on."""
    told = getattr(COMMANDS[args.command], "when_stopped", None) if args else None
    return told(args) if told else "nothing was written"


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


def _replace_what_cannot_be_shown():
    """Print "?" for a character that the terminal does not have: a name must not end a command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a stream of a notebook or a test may be another kind
            stream.reconfigure(errors="replace")


@contextlib.contextmanager
def _stopped_by_signals():
    """SIGTERM, with which schedulers end a job, and SIGHUP end a command as Ctrl+C does."""

    def stop(number, frame):
        raise Stopped(number)

    # Only the main thread may set them. nohup has SIGHUP ignored, and it stays so.
    before = {}
    if threading.current_thread() is threading.main_thread():
        numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
        before = {n: signal.signal(n, stop) for n in numbers if signal.getsignal(n) is signal.SIG_DFL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _discard_output():
    """What a closed pipe or a full disk has not taken goes nowhere, else Python tries again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _sentence(error: OSError) -> str:
    """What the system could not do, and what to do about a full disk."""
    if error.errno not in FULL:
        return str(error)
    where = f"{error.filename} can't be written" if error.filename else "the output can't be written"
    return f"{where} ({error.strerror}); free space, or choose another place"


def _fail(message, code):
    """Print one sentence, and return the exit code."""
    print(f"stylegan-tf: {message}", file=sys.stderr)
    return code
