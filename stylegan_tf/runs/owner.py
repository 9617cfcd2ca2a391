"""Who trains into a folder: one process at a time, and RUN/owner.json names it.

Two that train into one folder would each write over the other's history and delete its checkpoints.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path

from stylegan_tf.files import expanded, write_atomically

OWNER = "owner.json"
_OWNED_HERE: set[Path] = set()  # the folders that this process owns


@contextlib.contextmanager
def owned(folder, command: str = "") -> Iterator[None]:
    """Own a folder while the block runs: owner.json names this process, and is gone afterwards.

    If the owner that it names is dead, the folder changes hands, and a printed line says so. A process that
    was forked in the block does not end the ownership when it leaves the block.

    Args:
        folder: is made if it is missing, and taken away again if the block leaves it empty.
        command: what the owner does, for messages.

    Raises:
        ValueError: if another process owns it, or may own it on another machine.
        OSError: if the folder cannot be written.
    """
    folder = expanded(folder)
    made = [path for path in (folder, *folder.parents) if not path.exists()]  # the deepest first
    folder.mkdir(parents=True, exist_ok=True)
    owner = os.getpid()
    try:
        _take(folder, command)
        try:
            yield
        finally:
            if os.getpid() == owner:
                _give_up(folder)
    finally:
        if os.getpid() == owner:
            for path in made:
                with contextlib.suppress(OSError):  # it is not empty, as it should be
                    path.rmdir()


def _take(folder, command):
    """Write owner.json, unless an owner lives."""
    me = {
        "pid": os.getpid(),
        "host": platform.node(),
        "process": _identity(os.getpid()),
        "since": datetime.datetime.now().astimezone().isoformat(" ", "seconds"),
        "command": command,
    }
    with _alone(folder):
        owner = _read(folder / OWNER)
        if owner is not None:
            _check_dead(folder, owner)
            print(f"{_name(owner)} has ended without a word; its run {folder} is taken over", flush=True)
        write_atomically(folder / OWNER, json.dumps(me, indent=1).encode())
        _OWNED_HERE.add(folder.resolve())


def _give_up(folder):
    """End the ownership."""
    _OWNED_HERE.discard(folder.resolve())
    (folder / OWNER).unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(folder):
    """Nobody else on this machine is in this block for the same folder.

    Where the system or the disk has no locks, two that come within the same instant are not told apart.
    """
    descriptor = None
    with contextlib.suppress(ImportError, OSError):
        import fcntl  # Windows has none

        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)  # which unlocks it


def _read(file) -> dict | None:
    """What owner.json says; {} if it is damaged, None if it is not there."""
    try:
        owner = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        return {}
    return owner if isinstance(owner, dict) else {}


def _check_dead(folder, owner):
    """Raise ValueError if the owner lives, or if that cannot be seen from here."""
    if owner.get("host", platform.node()) != platform.node():
        raise ValueError(
            f"{_name(owner)} owns {folder}, and from {platform.node()} nobody can see whether it still runs; "
            f"wait until it ends, or delete {folder / OWNER} if it has"
        )
    if _lives(folder, owner):
        raise ValueError(f"{_name(owner)} owns {folder}; wait until it ends, or choose another --out")


def _lives(folder, owner) -> bool:
    """Whether the owner, of this machine, still runs."""
    pid = owner.get("pid")
    if not isinstance(pid, int):
        return False
    # In a container every start may have the same number: then the owner is this process, or dead.
    if pid == os.getpid():
        return folder.resolve() in _OWNED_HERE
    try:
        os.kill(pid, 0)  # signal 0 only asks
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is there, and another user's
    # The number may have been given to another process since. Where that cannot be seen, it lives.
    then, now = owner.get("process"), _identity(pid)
    return None in (then, now) or then == now


def _identity(pid) -> str | None:
    """What tells a process from a later one of the same number: the boot and its start in it, on Linux.

    None where that is not known. A process that has ended, and whose parent has not asked for its exit code
    yet, has another identity than while it ran.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        state, *fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    start = fields[18]  # starttime, the 22nd field of the line; state is the third
    return f"{boot} {start}" + (" ended" if state in "ZX" else "")


def _name(owner) -> str:
    """An owner in words."""
    if not owner:
        return "a process that left no name"
    what = f" ({owner['command']})" if owner.get("command") else ""
    return f"process {owner.get('pid')} of {owner.get('host')}{what}, since {owner.get('since')},"
