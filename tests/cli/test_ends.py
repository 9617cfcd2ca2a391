"""However a command ends, it ends in one way: a sentence that is true of it, and an exit code."""

import errno
import io
import os
import signal
import subprocess
import sys
import threading

import pytest

from stylegan_tf.cli.common import UserError
from stylegan_tf.cli.main import COMMANDS, main, parser

TYPED = {  # command -> arguments with which it starts
    "train": ["--out", "x y", "--seed", "3"],
    "try": ["photos"],
    "generate": ["mnist32"],
    "figures": ["x"],
    "evaluate": ["mnist32"],
    "info": [],
    "plan": [],
    "records": ["digits", "records"],
    "import": ["PICKLE", "imported"],
    "project": ["mnist32", "PICTURE"],
    "edit": ["mnist32", "--attribute", "slant"],
    "ablation": ["--out", "ablation"],
    "demo": [],
    "lab": [],
    "playground": [],
    "doctor": ["photos"],
    "check": [],
}
GOES_ON = {"train", "records", "ablation", "demo"}


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def ends_with(monkeypatch, command, error, *options):
    """The exit code of a command whose work raises an error."""

    def work(args):
        raise error

    monkeypatch.setattr(COMMANDS[command], "run", work)
    arguments = []
    for argument in TYPED[command]:
        if argument in ("PICKLE", "PICTURE"):
            open(argument, "w").close()
        arguments.append(argument)
    return main([command, *arguments, *options])


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_is_one_sentence(command, monkeypatch, capsys):
    assert ends_with(monkeypatch, command, KeyboardInterrupt()) == 130
    error = capsys.readouterr().err
    assert error.startswith("stylegan-tf: stopped; ") and error.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_says_that_it_goes_on_if_and_only_if_it_does(command, monkeypatch, capsys):
    ends_with(monkeypatch, command, KeyboardInterrupt())
    error = capsys.readouterr().err
    assert ("go on with" in error or "continues" in error) == (command in GOES_ON)


def test_only_a_command_with_that_option_names_resume(monkeypatch, capsys):
    has_resume = set()
    for command in COMMANDS:
        try:
            parser().parse_args([command, *TYPED[command], "--resume"])
            has_resume.add(command)
        except (SystemExit, UserError):
            pass
    capsys.readouterr()
    named = set()
    for command in COMMANDS:
        ends_with(monkeypatch, command, KeyboardInterrupt())
        if "--resume" in capsys.readouterr().err:
            named.add(command)
    assert named == has_resume == {"train"}


def test_what_goes_on_with_training_is_the_command_as_typed(monkeypatch, capsys):
    ends_with(monkeypatch, "train", KeyboardInterrupt())
    advice = "stylegan-tf train --out 'x y' --seed 3 --resume\n"
    assert capsys.readouterr().err.endswith(advice)
    ends_with(monkeypatch, "train", KeyboardInterrupt(), "--resume")
    assert capsys.readouterr().err.endswith(advice)


def test_a_dry_run_that_is_stopped_does_not_go_on(monkeypatch, capsys):
    ends_with(monkeypatch, "train", KeyboardInterrupt(), "--dry-run")
    assert "resume" not in capsys.readouterr().err


def test_statistics_that_are_kept_are_told_of(monkeypatch, capsys):
    ends_with(monkeypatch, "evaluate", KeyboardInterrupt(), "--cache", "kept")
    assert "no scores were written; statistics" in capsys.readouterr().err


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_command_as_ctrl_c_does(number, code, monkeypatch, capsys):
    before = signal.signal(number, signal.SIG_DFL)
    monkeypatch.setattr(COMMANDS["info"], "run", lambda args: os.kill(os.getpid(), number))
    assert main(["info"]) == code
    assert "stopped; nothing was written" in capsys.readouterr().err
    assert signal.signal(number, before) is signal.SIG_DFL


def test_a_signal_that_is_ignored_stays_so(monkeypatch):
    """As nohup asks for."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    monkeypatch.setattr(COMMANDS["info"], "run", lambda args: os.kill(os.getpid(), signal.SIGHUP))
    code = main(["info"])
    signal.signal(signal.SIGHUP, before)
    assert code == 0


def test_a_command_runs_in_another_thread_too(capsys):
    codes = []
    thread = threading.Thread(target=lambda: codes.append(main(["info"])))
    thread.start()
    thread.join()
    assert codes == [0]


@pytest.mark.parametrize("command", ["train", "evaluate", "figures", "doctor"])
def test_a_full_disk_is_one_sentence(command, monkeypatch, capsys):
    full = OSError(errno.ENOSPC, "No space left on device", "x/y.png")
    assert ends_with(monkeypatch, command, full) == 2
    expected = "x/y.png can't be written (No space left on device); free space, or choose another place\n"
    assert capsys.readouterr().err == f"stylegan-tf: {expected}"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that is always full is Linux's")
@pytest.mark.parametrize("arguments", [["info"], ["train", "--help"]])
def test_output_that_does_not_fit_the_disk_is_one_sentence(arguments, monkeypatch, capsys):
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(arguments) == 2
    assert "the output can't be written (No space left on device)" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["info"], ["train", "--help"]])
def test_a_closed_pipe_ends_a_command_quietly(arguments, monkeypatch, capsys):
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        assert main(arguments) == 141
    assert capsys.readouterr().err == ""


def test_a_closed_pipe_for_errors_ends_a_command_too(monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as closed:
        monkeypatch.setattr(sys, "stderr", closed)
        assert main(["info", "nothing"]) == 141


def test_the_first_line_of_a_process_is_enough():
    """Nothing is said at the end of the process either."""
    process = subprocess.Popen(
        [sys.executable, "-m", "stylegan_tf", "info", "--preset", "ffhq1024"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), error) == (141, b"")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_what_a_terminal_cannot_show_is_replaced(encoding, monkeypatch):
    """In the output and in errors; the last character is a byte of a file's name that is no text."""
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    err = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)

    def work(args):
        print("图 \udcff")
        raise ValueError("图 \udcff")

    monkeypatch.setattr(COMMANDS["info"], "run", work)
    assert main(["info"]) == 2
    for stream in (out, err):
        stream.flush()
        assert b"?" in stream.buffer.getvalue()
