import re
import shlex

import numpy as np
import pytest
from PIL import Image
from support.faults import GROUPED, REMARKED, SIDE, SMALL, UNREADABLE, USABLE, plant, smooth

from stylegan_tf.cli.main import main
from stylegan_tf.data import examine, load_folder
from stylegan_tf.data.folder import doctor
from stylegan_tf.figures.layout import grid, resize_pixels


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def report(planted):
    return examine(planted, resolution=SIDE)


@pytest.fixture(scope="module")
def paragraphs(report):
    """Heading -> the lines under it."""
    parts = [part.split("\n") for part in report.text().split("\n\n")]
    return {re.split(r"[:,(]|  ", part[0])[0]: part[1:] for part in parts}


def plain(root, count=100, side=40, **options):
    root.mkdir(exist_ok=True)
    for i in range(count):
        smooth(i, side, side).save(root / f"{i:04}.png")
    return root


# The planted faults


@pytest.mark.parametrize("name", UNREADABLE)
def test_the_unreadable_are_named_with_the_reason(name, paragraphs):
    assert [line for line in paragraphs["Can't be read"] if line.startswith(f"  {name} {UNREADABLE[name]}")]


@pytest.mark.parametrize("name", SMALL)
def test_the_too_small_are_named(name, paragraphs):
    assert [
        line
        for line in paragraphs[f"Too small for {SIDE}x{SIDE}"]
        if line.startswith(f"  {name} {SMALL[name]}")
    ]


@pytest.mark.parametrize("name", REMARKED)
def test_the_unusual_are_named_under_their_kind(name, paragraphs):
    kind = REMARKED[name]
    assert [line for line in paragraphs[kind[0].upper() + kind[1:]] if line.startswith(f"  {name} (")]


@pytest.mark.parametrize("kind", GROUPED)
def test_copies_are_named_together(kind, report):
    assert getattr(report, kind) == [GROUPED[kind]]


def test_nothing_else_is_accused(report):
    """Ordinary files are found under no heading, whatever their names."""
    accused = {name for names in report.remarks.values() for name in names}
    assert accused <= REMARKED.keys() | SMALL.keys()
    assert dict(report.unreadable).keys() == UNREADABLE.keys() and dict(report.small).keys() == SMALL.keys()


def test_the_doctor_and_the_loader_agree(planted, report):
    data = load_folder(planted, SIDE)
    assert sorted(report.usable) == sorted(data.files) == USABLE
    assert sorted(report.unreadable + report.small) == sorted(data.skipped)


def test_other_files_are_counted(paragraphs):
    assert paragraphs[next(iter(paragraphs))] == [
        "Other files, left out: 1 .csv, 1 .txt, 2 hidden, 1 no extension"
    ]


def test_a_picture_turned_by_exif_has_its_upright_size(report):
    assert (report.pictures["rotated.jpg"].facts.width, report.pictures["rotated.jpg"].facts.height) == (
        40,
        50,
    )


# The numbers


def test_each_resolution_keeps_what_reaches_it(tmp_path):
    for i, side in enumerate([16, 31, 32, 63, 64, 100, 2000]):
        Image.new("RGB", (side, side + 5), (i, 2 * i, 99)).save(tmp_path / f"{i}.png")
    lines = examine(tmp_path).text().split("\n")
    table = {line.split()[0]: int(line.split()[1]) for line in lines if re.match(r" *\d+x\d+ +\d", line)}
    assert table == {
        "16x16": 7,
        "32x32": 5,
        "64x64": 3,
        "128x128": 1,
        "256x256": 1,
        "512x512": 1,
        "1024x1024": 1,
    }
    sides = {line.split()[0]: int(line.split()[-2]) for line in lines if " to " in line and "#" in line}
    assert (
        sides == {"16": 2, "32": 2, "64": 2, "128": 0, "256": 0, "512": 0}
        or sides.items() >= {"16": 2, "32": 2, "64": 2}.items()
    )
    assert "16x21 to 2000x2005, median 63x68" in "\n".join(lines)


@pytest.mark.parametrize(("grey", "channels"), [(100, 1), (95, 1), (94, 3), (0, 3)])
def test_channels_follow_the_majority(grey, channels, tmp_path):
    for i in range(100):
        picture = smooth(i, 16, 16)
        (picture.convert("L").convert("RGB") if i < grey else picture).save(tmp_path / f"{i}.jpg")
    report = examine(tmp_path, resolution=8)
    kind, count = ("colour among grey", 100 - grey) if channels == 1 else ("grey among colour", grey)
    assert report.channels == channels and len(report.remarks.get(kind, [])) == count


def test_classes_are_counted_and_an_unbalance_is_told(tmp_path):
    plain(tmp_path / "many", 34), plain(tmp_path / "few", 3)
    report = examine(tmp_path)
    assert report.classes == {"few": 3, "many": 34}
    assert (
        "2 sub-folders, 3 to 34 pictures: unbalanced, the largest has 11 times the smallest" in report.text()
    )


# The verdict and the command


def test_a_good_folder_is_ready_with_exit_code_0(tmp_path, capsys):
    assert main(["doctor", str(plain(tmp_path / "my pictures"))]) == 0
    printed = capsys.readouterr().out
    assert "Training can start at 32x32 with 100 pictures" in printed
    command = next(line for line in printed.split("\n") if "stylegan-tf train" in line)
    assert (
        f"--dataset 'folder:{tmp_path}/my pictures' --preset own32 --set resolution=32 --set channels=3"
        in command
    )


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("resolution", "preset"), [(8, "mnist32"), (64, "own64"), (128, "ffhq128"), (1024, "ffhq1024")]
)
def test_the_command_of_the_verdict_is_one_that_trains(
    resolution, preset, channels, report, monkeypatch, capsys
):
    monkeypatch.setattr(report, "resolution", resolution)
    monkeypatch.setattr(report, "channels", channels)
    command = shlex.split(report.verdict().partition("stylegan-tf ")[2])
    assert main([*command, "--dry-run"]) == 0
    assert (
        f"{resolution}x{resolution}: batch" in capsys.readouterr().out
        and command[command.index("--preset") + 1] == preset
    )


def test_the_command_names_a_cache_where_memory_is_short(report, monkeypatch):
    needed = len(USABLE) * 3 * (4**2 + 8**2 + 16**2 + 32**2)
    for limit, asked in [(needed, False), (needed - 1, True)]:
        monkeypatch.setattr(doctor, "MEMORY_LIMIT", limit)
        assert ("--data-dir cache --out" in report.verdict()) == asked


def test_the_planted_folder_is_ready(planted, report):
    assert report.ready and f"Training can start at 32x32 with {len(USABLE)} pictures" in report.text()


def test_too_few_pictures_are_not_ready_with_exit_code_1(tmp_path, capsys):
    assert main(["doctor", str(plain(tmp_path / "x", 99))]) == 1
    assert "Training can't start at 32x32. " in (printed := capsys.readouterr().out)
    assert "99 pictures can be used, 100 are needed: add 1 or more\n" in printed


def test_a_resolution_that_few_reach_is_not_ready_and_a_lower_one_is_offered(tmp_path, capsys):
    assert main(["doctor", str(plain(tmp_path / "x")), "--resolution", "64"]) == 1
    assert (
        "0 pictures can be used, 100 are needed: add 100 or more, or train at 32x32, which 100 pictures reach"
        in capsys.readouterr().out
    )


def test_an_empty_folder_is_not_ready(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert main(["doctor", str(tmp_path / "empty"), "--sheet", str(tmp_path / "sheet.png")]) == 1
    printed = capsys.readouterr().out
    assert "0 pictures, 0 can't be read" in printed and "sheet.png is not written" in printed
    assert not (tmp_path / "sheet.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["gone"], "there is no folder gone"), ([".", "--resolution", "48"], "resolution is 48")],
)
def test_a_bad_argument_has_exit_code_2(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_the_sheet_shows_pictures_as_training_sees_them(planted, report, tmp_path):
    assert (
        main(["doctor", str(planted), "--resolution", str(SIDE), "--sheet", str(tmp_path / "new/sheet.png")])
        == 0
    )
    data = load_folder(planted, SIDE)
    chosen = [
        data.images[data.files.index(report.usable[i])]
        for i in np.linspace(0, len(USABLE) - 1, 64).astype(int)
    ]
    expected = grid(np.stack([resize_pixels(image) for image in chosen]), columns=8, gap=4)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "new/sheet.png")), np.asarray(expected))


def test_a_large_group_of_copies_is_counted(tmp_path):
    smooth(0).save(tmp_path / "00.png")
    for i in range(1, 9):
        (tmp_path / f"{i:02}.png").write_bytes((tmp_path / "00.png").read_bytes())
    text = examine(tmp_path).text()
    assert "The same file: 1 group, 8 too many" in text
    assert "\n  00.png = 01.png = 02.png = 03.png = 04.png and 4 more\n" in text
