import numpy as np
import pytest
from support.helpers import load_golden, nhwc

from stylegan_tf.cli.main import main
from stylegan_tf.files import data_file
from stylegan_tf.networks.layers import EqualizedConv2D
from stylegan_tf.planning import machine
from stylegan_tf.planning.machine import Finding


def test_the_shipped_numbers_are_the_official_ones():
    golden = load_golden("official")
    with np.load(data_file("official_small.npz")) as file:
        np.testing.assert_array_equal(file["images"], nhwc(golden["outputs/Gs/images_psi1"]))
        np.testing.assert_array_equal(file["scores"], golden["outputs/D/scores"])


@pytest.mark.parametrize("precision", machine.PRECISIONS)
def test_this_machine_computes_the_official_numbers(precision):
    assert machine.official_numbers(precision).good


@pytest.mark.parametrize("precision", machine.PRECISIONS)
def test_a_machine_that_computes_wrongly_is_found_out(precision, monkeypatch):
    """A convolution that is wrong in one of its outputs by 5 %."""
    right = EqualizedConv2D.call

    def call(self, x):
        y = right(self, x)
        if y.shape[-1] == 3:
            return 1.1 * y
        is_first = np.arange(y.shape[-1]) == 0
        return y * np.where(is_first, 1.05, 1).astype("float32")

    monkeypatch.setattr(EqualizedConv2D, "call", call)
    assert machine.official_numbers(precision).good is False


def test_fused_kernels_that_differ_are_found_out(monkeypatch):
    assert machine.fused_kernels().good
    right = EqualizedConv2D.call
    monkeypatch.setattr(
        EqualizedConv2D, "call", lambda self, x: right(self, x) * (1.01 if self.fused else 1.0)
    )
    assert machine.fused_kernels().good is False


def test_a_first_step_is_compared_with_what_is_expected():
    expected = dict(real_score=0.5, penalty=0.1, d_loss=1.0, lost=0.0)
    same = machine._compared("x", dict(expected), expected, 0.01)
    off = machine._compared("x", {**expected, "penalty": 0.102}, expected, 0.01)
    broken = machine._compared("x", {**expected, "d_loss": float("nan")}, expected, 0.01)
    skipped = machine._compared("x", {**expected, "lost": 2.0 * machine.STEPS}, expected, 0.01)
    assert [same.good, off.good, broken.good, skipped.good] == [True, False, False, False]


def test_the_command_prints_facts_findings_and_a_verdict(capsys, monkeypatch):
    paths = [
        Finding("training in float32", "as expected", True),
        Finding("two replicas", "there is 1 GPU", None),
    ]
    monkeypatch.setattr(machine, "training_paths", lambda: paths)
    assert main(["check", "--no-speed"]) == 0
    out = capsys.readouterr().out
    assert "TensorFlow" in out and "official numbers in bfloat16" in out
    assert out.splitlines()[-1] == "everything that was tried is as it must be; not tried: two replicas"


def test_one_wrong_number_is_the_verdict(capsys, monkeypatch):
    monkeypatch.setattr(machine, "training_paths", lambda: [Finding("training with XLA", "is off", False)])
    assert main(["check", "--no-speed"]) == 1
    assert "training with XLA: not as expected here" in capsys.readouterr().out.splitlines()[-1]


def test_a_step_by_every_path_of_this_machine_is_as_expected():
    findings = {finding.name: finding for finding in machine.training_paths()}
    assert [f"{finding}" for finding in findings.values() if finding.good is False] == []
    assert set(findings) >= {"training in float16", "training in bfloat16", "training with XLA"}
