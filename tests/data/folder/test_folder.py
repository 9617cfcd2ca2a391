import os
import re
import shutil

import numpy as np
import pytest
from support.faults import LEFT_OUT, SIDE, SMALL, UNREADABLE, USABLE, plant, smooth

from stylegan_tf import Run
from stylegan_tf.cli.main import main
from stylegan_tf.data import load_folder, read_picture
from stylegan_tf.data.folder import decoding
from stylegan_tf.data.folder.dataset import usable_resolution
from stylegan_tf.data.folder.listing import list_pictures, printable
from stylegan_tf.data.names import open_dataset

FEW = dict(minimum=1)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def loaded(planted):
    return load_folder(planted, SIDE)


@pytest.fixture
def classes(tmp_path):
    """Five pictures in two sub-folders."""
    for i, name in enumerate(["cats/a.png", "cats/b.png", "ants/c.png", "ants/sub/d.png", "ants/e.png"]):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        smooth(i).save(tmp_path / name)
    return tmp_path


# Which files


def test_all_usable_pictures_are_loaded_and_no_other(loaded):
    assert sorted(loaded.files) == USABLE and len(loaded) == len(USABLE)


def test_every_other_picture_is_skipped_with_its_reason(loaded):
    reasons, expected = dict(loaded.skipped), UNREADABLE | SMALL
    assert reasons.keys() == expected.keys() and len(loaded.skipped) == len(expected)
    assert not {name: reasons[name] for name in expected if not reasons[name].startswith(expected[name])}


def test_what_is_skipped_or_left_out_is_printed(planted, capsys):
    load_folder(planted, SIDE)
    printed = capsys.readouterr().out
    assert all(
        re.search(f"^  {re.escape(name)} (is|has) ", printed, re.MULTILINE) for name in UNREADABLE | SMALL
    )
    assert "5 other files left out (1 .csv, 1 .txt, 2 hidden, 1 no extension)" in printed
    assert "2 have several frames: the first is used" in printed


def test_of_many_skipped_files_twenty_are_printed_and_the_rest_counted(tmp_path, capsys):
    for i in range(23):
        (tmp_path / f"{i:02}.png").touch()
    smooth(0).save(tmp_path / "good.png")
    assert len(load_folder(tmp_path, 8, **FEW).skipped) == 23
    printed = capsys.readouterr().out
    assert "19.png is empty" in printed and "20.png" not in printed and "... and 3 more" in printed


def test_other_files_are_counted_by_extension(planted):
    assert list_pictures(planted).others == LEFT_OUT


def test_folders_are_read_in_sorted_order_once(classes):
    (classes / "z").symlink_to("cats", target_is_directory=True)
    (classes / "cats/up").symlink_to("..", target_is_directory=True)
    listing = list_pictures(classes)
    assert listing.files == ["ants/c.png", "ants/e.png", "ants/sub/d.png", "cats/a.png", "cats/b.png"]
    assert [name for name, _ in listing.skipped] == ["cats/up/", "z/"]


def test_a_linked_file_and_a_linked_folder_are_read(classes, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / "linked").symlink_to(classes / "cats", target_is_directory=True)
    (other / "file.png").symlink_to(classes / "ants/c.png")
    assert load_folder(other, 8, **FEW).files == ["file.png", "linked/a.png", "linked/b.png"]


def test_files_without_permission_are_skipped(classes, monkeypatch):
    (classes / "cats/a.png").chmod(0)
    (classes / "ants").chmod(0)
    monkeypatch.chdir(classes)  # from here, another user needs no rights on the folders above
    classes.chmod(0o755)
    root = os.geteuid() == 0
    if root:
        load_folder(".", 8, **FEW)  # what Pillow imports late may not be readable for the other user
        os.seteuid(65534)
    try:
        data = load_folder(".", 8, **FEW)
    finally:
        if root:
            os.seteuid(0)
        (classes / "ants").chmod(0o755)
    assert data.files == ["cats/b.png"]
    assert data.skipped == [
        ("ants/", "is a folder that can't be opened (Permission denied)"),
        ("cats/a.png", "can't be read (Permission denied)"),
    ]


def test_names_that_are_no_text_can_be_printed():
    assert printable("é\udce9.png") == "é\\udce9.png"


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder .*gone"):
        load_folder(tmp_path / "gone", 8)


@pytest.mark.parametrize(
    ("count", "minimum", "message"),
    [(3, 4, "3 pictures can be used, 4 are needed: add 1"), (0, 1, "0 pictures")],
)
def test_too_few_pictures_are_refused_with_the_number_needed(count, minimum, message, tmp_path):
    for i in range(count):
        smooth(i).save(tmp_path / f"{i}.png")
    (tmp_path / "empty.png").touch()
    with pytest.raises(ValueError, match=message):
        load_folder(tmp_path, 8, minimum=minimum)


def test_a_hundred_pictures_are_the_least_by_default(planted):
    with pytest.raises(ValueError, match="100 are needed"):
        load_folder(planted / "folder.png", 8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(resolution=48), "resolution is 48; it must be a power of two from 8 to 1024"),
        (dict(resolution=8, channels=4), "channels is 4"),
        (dict(resolution=8, fit="stretch"), "fit is 'stretch'"),
        (dict(resolution=8, stretch=0), "stretch is 0; it must be True, False, or a white from 1 to 65535"),
        (dict(resolution=8, stretch=65536), "stretch is 65536"),
        (dict(resolution=8, stretch="yes"), "stretch is 'yes'"),
        (dict(resolution=8, background="white"), "background is 'white'"),
        (dict(resolution=8, background=(0, 0, 256)), "background is .0, 0, 256."),
    ],
)
def test_bad_arguments_are_told(arguments, message, classes):
    with pytest.raises(ValueError, match=message):
        load_folder(classes, **arguments)


# Pixels


@pytest.mark.parametrize(
    "options", [dict(), dict(channels=1), dict(fit="pad", background=9), dict(enlarge=True)]
)
def test_pictures_are_those_of_read_picture(options, planted):
    data = load_folder(planted, SIDE, **options)
    for i in range(0, len(data), 7):
        np.testing.assert_array_equal(data.images[i], read_picture(planted / data.files[i], SIDE, **options))
    assert ("dot.png" in data.files) == options.get("enlarge", False)
    assert ("narrow.png" in data.files) == (options.get("fit") == "pad" or options.get("enlarge", False))


def test_the_number_of_threads_changes_nothing(planted, loaded):
    for workers in (1, 5):
        data = load_folder(planted, SIDE, workers=workers)
        assert data.files == loaded.files and data.skipped == loaded.skipped
        np.testing.assert_array_equal(data.images, loaded.images)


# Labels


def test_sub_folders_are_classes_in_sorted_order(classes):
    smooth(9).save(classes / "beside.png")
    data = load_folder(classes, 8, labels="folders", **FEW)
    assert data.class_names == ["ants", "cats"]
    assert dict(zip(data.files, data.labels.tolist(), strict=True)) == {
        "ants/c.png": 0, "ants/e.png": 0, "ants/sub/d.png": 0, "cats/a.png": 1, "cats/b.png": 1
    }  # fmt: skip
    assert data.skipped == [("beside.png", "lies in no sub-folder, so it has no class")]


def test_folders_with_numbers_for_names_are_counted_too(classes):
    (classes / "cats").rename(classes / "02000")
    (classes / "ants").rename(classes / "01000")
    data = load_folder(classes, 8, labels="folders", **FEW)
    assert data.class_names == ["01000", "02000"] and data.labels.tolist() == [0, 0, 0, 1, 1]


@pytest.mark.parametrize("header", ["", "File,Label\n"])
@pytest.mark.parametrize(
    ("labels", "numbers", "names"),
    [
        ("zebra ape zebra bee", [2, 0, 2, 1], ["ape", "bee", "zebra"]),
        ("3 0 3 1", [3, 0, 3, 1], ["0", "1", "2", "3"]),
    ],
)
def test_a_csv_gives_the_classes(header, labels, numbers, names, classes):
    files = ["ants/c.png", "ants/e.png", "./ants/sub/d.png", "cats/a.png"]
    lines = [f"{file}, {label}\n" for file, label in zip(files, labels.split(), strict=True)]
    (classes / "labels.csv").write_text(
        header + "".join(lines[::-1]) + "\nghost.png,1\n", encoding="utf-8-sig"
    )
    data = load_folder(classes, 8, labels="labels.csv", **FEW)
    assert data.labels.tolist() == numbers and data.files == [file.removeprefix("./") for file in files]
    assert data.class_names == names and data.labels.dtype == np.int64
    assert data.skipped == [
        ("cats/b.png", "has no line in labels.csv"),
        ("ghost.png", "is in labels.csv and is no picture of the folder"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cats/a.png,1\ncats/a.png,2\n", "line 2: cats/a.png is there a second time"),
        ("cats/a.png,1\ncats/b.png\n", "line 2: found 'cats/b.png'; expected two columns"),
        ("cats/a.png,1,2\n", "line 1: found 'cats/a.png,1,2'"),
    ],
)
def test_a_csv_that_is_unclear_is_refused(text, message, classes):
    (classes / "labels.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        load_folder(classes, 8, labels="labels.csv", **FEW)


def test_a_missing_csv_is_told(classes):
    with pytest.raises(FileNotFoundError, match="there is no file other.csv"):
        load_folder(classes, 8, labels="other.csv", **FEW)


def test_classes_of_skipped_pictures_shift_no_label(classes):
    (classes / "ants/c.png").write_bytes(b"")
    data = load_folder(classes, 8, labels="folders", **FEW)
    assert list(zip(data.files, data.labels, strict=True))[0] == ("ants/e.png", 0)
    assert data.batch(0, 8, 8, seed=0)[1].tolist() == [
        ["ants", "cats"].index(data.files[i].split("/")[0]) for i in [*order(4, 0, 0), *order(4, 0, 1)]
    ]


def order(count, seed, epoch):
    return np.random.default_rng([seed, epoch]).permutation(count)


# The cache


def test_a_cache_holds_what_memory_would_hold_and_is_mapped(planted, loaded, tmp_path):
    data = load_folder(planted, SIDE, cache=tmp_path, memory_limit=0)
    assert (data.files, data.skipped) == (loaded.files, loaded.skipped)
    for side in (4, 8, 16, 32):
        assert isinstance(data.level(side), np.memmap) and not data.level(side).flags.writeable
        np.testing.assert_array_equal(data.level(side), loaded.level(side))


def test_a_cache_is_used_until_a_file_or_an_argument_changes(classes, tmp_path_factory, monkeypatch):
    cache, decoded = tmp_path_factory.mktemp("cache"), []
    decode = decoding.decode
    monkeypatch.setattr(
        decoding,
        "decode",
        lambda path, *args, **settings: (decoded.append(path), decode(path, *args, **settings))[1],
    )

    def decodes(**options):
        decoded.clear()
        data = load_folder(classes, 8, cache=cache, **FEW, **options)
        return len(decoded), data.images.copy()

    assert decodes()[0] == 5
    count, before = decodes()
    assert count == 0
    assert decodes(fit="pad")[0] == 5 and decodes(fit="pad", background=(1, 2, 3))[0] == 5
    (classes / "cats/b.png").chmod(0o600)  # what was skipped for lack of a permission may be readable now
    assert decodes()[0] == 5
    smooth(77).save(classes / "cats/b.png")
    count, after = decodes()
    assert count == 5 and (after[4] != before[4]).any() and (after[:4] == before[:4]).all()
    (classes / "ants/c.png").unlink()
    assert decodes()[0] == 4


def test_a_cache_that_was_not_finished_leaves_nothing(classes, tmp_path_factory, monkeypatch):
    cache = tmp_path_factory.mktemp("cache")

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(decoding, "levels_of", stop)
    with pytest.raises(KeyboardInterrupt):
        load_folder(classes, 8, cache=cache, **FEW)
    assert not list(cache.iterdir())


def test_a_full_disk_is_told_before_it_is_written_to(classes, tmp_path_factory, monkeypatch):
    cache = tmp_path_factory.mktemp("cache")
    usage = shutil.disk_usage(cache)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(OSError, match="take 0.0 GB; .* has 0.0 GB free"):
        load_folder(classes, 8, cache=cache, **FEW)
    assert not list(cache.iterdir())


def test_pictures_beyond_the_memory_limit_ask_for_a_cache(classes):
    needed = 5 * 3 * (4**2 + 8**2 + 16**2)
    assert len(load_folder(classes, 16, memory_limit=needed, **FEW)) == 5
    with pytest.raises(ValueError, match="5 pictures at 16x16 take .* name a folder for a cache"):
        load_folder(classes, 16, memory_limit=needed - 1, **FEW)


# As a data set


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ([64] * 100, 64),
        ([64] * 95 + [63] * 5, 64),
        ([64] * 94 + [63] * 6, 32),
        ([4000], 1024),
        ([5], 8),
        ([], 8),
    ],
)
def test_the_resolution_is_what_95_percent_reach(sides, expected):
    assert usable_resolution(sides) == expected


def test_a_folder_by_name_finds_resolution_and_classes(tmp_path):
    for i in range(105):
        (tmp_path / f"{i % 2}").mkdir(exist_ok=True)
        smooth(i, 40 if i < 5 else 70, 80).save(tmp_path / f"{i % 2}/{i}.png")
    data = open_dataset(f"folder:{tmp_path}")
    assert (data.resolution, data.channels, len(data)) == (64, 3, 100)  # 5 of 105 do not reach 64
    assert data.class_names == ["0", "1"] and data.labels.tolist() == [0] * 50 + [1] * 50


@pytest.mark.parametrize(
    ("options", "message"), [(dict(resolution=0), "resolution is 0"), (dict(channels=0), "channels is 0")]
)
def test_0_is_not_taken_for_the_default(options, message, planted):
    with pytest.raises(ValueError, match=message):
        open_dataset(f"folder:{planted}", **{"resolution": SIDE, **options})


def test_a_folder_by_name_takes_what_is_asked(planted, tmp_path):
    data = open_dataset(f"folder:{planted}", resolution=16, channels=1, data_dir=tmp_path)
    assert data.images.shape[1:] == (16, 16, 1) and len(list(tmp_path.iterdir())) == 1


def test_pictures_beside_the_sub_folders_make_no_classes(planted):
    assert open_dataset(f"folder:{planted}", resolution=SIDE).labels is None


def test_a_network_trains_on_the_planted_folder(planted, tmp_path, capsys):
    settings = dict(resolution=8, channels=3, fmap_base=32, fmap_max=8, batch_size=8)
    arguments = ["--kimg", "0.05", "--quiet", *(f"--set={name}={value}" for name, value in settings.items())]
    assert main(["train", "--dataset", f"folder:{planted}", "--out", str(tmp_path / "run"), *arguments]) == 0
    assert (
        f"{len(USABLE) + 1} pictures, {len(UNREADABLE) + 1} skipped" in capsys.readouterr().out
    )  # 200x20 is enough for 8x8
    run = Run(tmp_path / "run")
    assert run.history()[-1]["kimg"] >= 0.05 and run.checkpoints()
    assert np.isfinite(list(run.history()[-1].values())).all()
