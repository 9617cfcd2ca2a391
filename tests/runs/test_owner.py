"""One process at a time trains into a folder, and owner.json names it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stylegan_tf import Run
from stylegan_tf.cli.main import main
from stylegan_tf.runs import owner
from stylegan_tf.runs.owner import owned

TRAIN = ["train", "--kimg", "0.3", "--quiet", "--set=resolution=8", "--set=fmap_base=32", "--set=fmap_max=8"]


def written(folder):
    return json.loads((folder / "owner.json").read_text())


def write(folder, **changes):
    """An owner.json as this process would write it, with changes."""
    with owned(folder, "a command"):
        content = written(folder)
    folder.mkdir(exist_ok=True)
    (folder / "owner.json").write_text(json.dumps(content | changes))


@pytest.fixture
def alive():
    """The number of another process that runs, and what tells it from others of this number."""
    process = subprocess.Popen(["sleep", "1000"])
    yield {"pid": process.pid, "process": owner._identity(process.pid)}
    process.kill()
    process.wait()


@pytest.fixture
def ended():
    """The number of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_the_owner_is_named_while_it_works(tmp_path):
    with owned(tmp_path, "stylegan-tf train"):
        found = written(tmp_path)
    assert found["pid"] == os.getpid() and found["command"] == "stylegan-tf train"
    assert found["host"] and found["since"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_ends_the_ownership(tmp_path, error):
    with pytest.raises(error), owned(tmp_path):
        raise error
    assert not (tmp_path / "owner.json").exists()


def test_a_folder_that_stays_empty_is_taken_away(tmp_path):
    with owned(tmp_path / "runs/x"):
        assert (tmp_path / "runs/x").is_dir()
    assert not list(tmp_path.iterdir())


def test_a_folder_that_was_there_stays(tmp_path):
    (tmp_path / "x").mkdir()
    with owned(tmp_path / "x"):
        pass
    assert (tmp_path / "x").is_dir()


def test_a_living_owner_is_named_and_keeps_its_folder(tmp_path, alive):
    write(tmp_path, **alive, since="yesterday", command="stylegan-tf train")
    before = written(tmp_path)
    with pytest.raises(
        ValueError, match=rf"process {alive['pid']} of .* \(stylegan-tf train\), since yesterday"
    ):
        with owned(tmp_path):
            pytest.fail("two owners")
    assert written(tmp_path) == before


def test_a_process_owns_a_folder_once(tmp_path):
    """As where two threads train."""
    with owned(tmp_path), pytest.raises(ValueError, match="owns"), owned(tmp_path):
        pytest.fail("two owners")


def test_a_dead_owner_is_told_of_and_followed(tmp_path, ended, capsys):
    write(tmp_path, pid=ended)
    with owned(tmp_path):
        assert written(tmp_path)["pid"] == os.getpid()
    assert f"process {ended} of" in (printed := capsys.readouterr().out) and "taken over" in printed


def test_a_number_that_was_given_again_is_no_owner(tmp_path, alive, capsys):
    """After a restart of the machine, or of a container, another process may have the number."""
    write(tmp_path, **alive | {"process": "another boot 7"})
    with owned(tmp_path):
        pass
    assert "taken over" in capsys.readouterr().out


def test_the_own_number_of_an_earlier_process_is_no_owner(tmp_path, capsys):
    """In a container each start may have the same number."""
    write(tmp_path, pid=os.getpid())
    with owned(tmp_path):
        pass
    assert "taken over" in capsys.readouterr().out


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells")
def test_a_killed_process_that_nobody_has_waited_for_is_dead(tmp_path, capsys):
    process = subprocess.Popen(["sleep", "1000"])
    write(tmp_path, pid=process.pid, process=owner._identity(process.pid))
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and stays in the table
    with owned(tmp_path):
        pass
    process.wait()
    assert "taken over" in capsys.readouterr().out


def test_where_a_process_cannot_be_told_from_a_later_one_its_number_counts(tmp_path, alive, monkeypatch):
    monkeypatch.setattr(owner, "_identity", lambda pid: None)
    write(tmp_path, **alive)
    with pytest.raises(ValueError, match="owns"), owned(tmp_path):
        pytest.fail("two owners")


def test_an_owner_on_another_machine_is_believed_and_the_way_out_named(tmp_path, ended):
    write(tmp_path, pid=ended, host="elsewhere")
    file = tmp_path / "owner.json"
    with pytest.raises(ValueError, match=rf"of elsewhere .*nobody can see .* delete {file}"):
        with owned(tmp_path):
            pytest.fail("two owners")
    file.unlink()  # the advice works
    with owned(tmp_path):
        pass


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"pid": "x"}'])
def test_a_damaged_file_names_no_owner(tmp_path, content, capsys):
    (tmp_path / "owner.json").write_text(content)
    with owned(tmp_path):
        pass
    assert "taken over" in capsys.readouterr().out


def test_a_fork_that_leaves_the_block_does_not_end_the_ownership(tmp_path, monkeypatch):
    ownership = owned(tmp_path)
    ownership.__enter__()
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)  # as in a process that was forked in the block
        ownership.__exit__(None, None, None)
    assert (tmp_path / "owner.json").exists()
    owner._give_up(tmp_path)


# The package without what it loads at its start, so that six processes are quick.
RIVAL = """
import sys, types
package = sys.modules["stylegan_tf"] = types.ModuleType("stylegan_tf")
package.__path__ = [sys.argv[2]]
from stylegan_tf.runs.owner import owned
print("ready", flush=True)
sys.stdin.readline()
try:
    with owned(sys.argv[1]):
        print("owner", flush=True)
        sys.stdin.readline()
except ValueError:
    print("refused", flush=True)
"""


def test_of_many_that_come_at_once_one_is_the_owner(tmp_path, ended):
    """Also where all of them find the file of a dead one."""
    write(tmp_path, pid=ended)
    command = [sys.executable, "-c", RIVAL, str(tmp_path), str(Path(owner.__file__).parent.parent)]
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    rivals = [subprocess.Popen(command, **pipes) for _ in range(6)]
    for rival in rivals:
        assert rival.stdout.readline() == "ready\n"
    for rival in rivals:
        rival.stdin.write("\n")
        rival.stdin.flush()

    said = []
    for rival in rivals:
        line = rival.stdout.readline()
        said.append(rival.stdout.readline() if "taken over" in line else line)
    for rival in rivals:
        rival.communicate("\n")
    assert sorted(said) == ["owner\n"] + ["refused\n"] * 5


# ---- Commands


@pytest.mark.parametrize(
    "arguments",
    [
        [*TRAIN, "--out"],
        [*TRAIN, "--resume", "--out"],
        ["demo", "--minutes", "1", "--out"],
        ["ablation", "--kimg", "1", "--out"],
    ],
)
def test_a_command_that_writes_a_run_is_refused_while_another_does(arguments, tmp_path, alive, capsys):
    write(tmp_path, **alive)
    assert main([*arguments, str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert f"process {alive['pid']} of" in error and error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["owner.json"]


def test_a_run_has_an_owner_while_it_trains_and_none_after(tmp_path, monkeypatch):
    out = tmp_path / "x"
    seen = []
    save = Run.save

    def look(run, *args, **kwargs):
        seen.append(written(out)["pid"])
        return save(run, *args, **kwargs)

    monkeypatch.setattr(Run, "save", look)
    assert main([*TRAIN, "--out", str(out)]) == 0
    assert seen and set(seen) == {os.getpid()}
    assert not (out / "owner.json").exists()


def test_a_refused_training_leaves_nothing(tmp_path):
    assert main(["train", "--set=channels=3", "--out", str(tmp_path / "runs/x")]) == 2
    assert not list(tmp_path.iterdir())


def test_a_training_that_sigterm_ends_gives_its_folder_up(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        "stylegan_tf.StyleGAN.fit", lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGTERM)
    )
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    assert main([*TRAIN, "--out", str(tmp_path / "x")]) == 143
    signal.signal(signal.SIGTERM, before)
    assert "go on with" in capsys.readouterr().err
    assert not (tmp_path / "x/owner.json").exists()


def test_workers_other_than_the_chief_own_nothing(tmp_path, monkeypatch, alive):
    """They train with the chief, which owns the folder."""
    write(tmp_path, **alive)
    monkeypatch.setattr("stylegan_tf.training.distribution.is_chief", lambda strategy: False)
    monkeypatch.setattr("stylegan_tf.StyleGAN.fit", lambda *args, **kwargs: None)
    before = written(tmp_path)
    assert main([*TRAIN, "--out", str(tmp_path)]) == 0
    assert written(tmp_path) == before
