import base64
import dataclasses
import io
import re

import numpy as np
import pytest
from PIL import Image
from support.helpers import SMALL, audible_generator

import stylegan_tf as sg
from stylegan_tf.cli.arguments import model
from stylegan_tf.cli.common import dataset_of
from stylegan_tf.networks.sampling import images_of
from stylegan_tf.runs.shipped import SHIPPED
from stylegan_tf.widgets import Playground, State, state_in
from stylegan_tf.widgets.playground import playground
from stylegan_tf.widgets.playground.files import picture_file, walk_file, walk_states
from stylegan_tf.widgets.playground.picture import (
    attributes_of,
    find_directions,
    images,
    scene,
    states_to_noise,
    states_to_ws,
)

EVERY_LAYER = tuple(range(SMALL.num_layers))


@pytest.fixture(scope="module")
def generator():
    return audible_generator()


@pytest.fixture(scope="module")
def directions():
    vectors = np.random.default_rng(0).normal(size=(2, SMALL.w_dim))
    return {
        name: sg.latents.Direction(vector, 0.5)
        for name, vector in zip(("tilt", "hair_length"), vectors, strict=True)
    }


def assert_close(a, b):
    np.testing.assert_allclose(a, b, atol=1e-4)


def assert_different(a, b):
    assert np.abs(np.asarray(a, "float32") - np.asarray(b, "float32")).max() > 0.01


# States and their images


def test_a_seed_alone_is_the_image_of_that_seed(generator):
    assert_close(images(generator, [State(3), State(5)]), images_of(generator, [3, 5]))


def test_psi_0_makes_seeds_equal(generator):
    a, b, c = images(generator, [State(3, psi=0.0), State(5, psi=0.0), State(5, psi=0.5)])
    assert_close(a, b)
    assert_different(a, c)


def test_psi_and_cutoff_are_those_of_the_generator(generator):
    drawn = images(generator, [State(3, psi=0.6, cutoff=2), State(3, psi=-1.0)])
    assert_close(drawn[:1], images_of(generator, [3], psi=0.6, cutoff=2))
    assert_close(drawn[1:], images_of(generator, [3], psi=-1.0))


@pytest.mark.parametrize("change", [dict(layers=EVERY_LAYER), dict(t=1.0)])
def test_styles_of_all_layers_and_the_end_of_the_way_give_b(generator, change):
    mixed, a, b = images(generator, [State(3, seed_b=5, **change), State(3), State(5)])
    assert_close(mixed, b)
    assert_different(mixed, a)


def test_each_layer_has_the_style_it_was_given(generator):
    ws = states_to_ws(generator, [State(3, seed_b=5, layers=(1, 4), t=0.25), State(3), State(5)])
    expected = 0.75 * ws[1] + 0.25 * ws[2]
    expected[[1, 4]] = ws[2][[1, 4]]
    assert_close(ws[0], expected)


def test_an_edit_goes_along_its_direction_after_truncation(generator, directions):
    """Three deviations are three deviations at every psi."""
    for psi in (1.0, 0.5, 0.0):
        edited, plain = states_to_ws(
            generator, [State(3, psi=psi, edits={"tilt": 3.0}), State(3, psi=psi)], directions
        )
        assert_close(edited - plain, np.tile(3 * 0.5 * np.asarray(directions["tilt"]), (SMALL.num_layers, 1)))


def test_an_edit_without_a_direction_is_named(generator, directions):
    with pytest.raises(ValueError, match="no direction for 'smile'; there are: tilt, hair_length"):
        states_to_ws(generator, [State(edits={"smile": 1.0})], directions)


def test_no_noise_twice_is_the_same_image(generator):
    first, second = (images(generator, [State(3, noise="none")]) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert_close(first, images_of(generator, [3], noise="none"))


def test_a_draw_of_noise_has_a_seed(generator):
    one, again, other, fixed = images(generator, [State(noise=1), State(noise=1), State(noise=2), State()])
    assert_close(one, again)
    assert_different(one, other)
    assert_different(one, fixed)


def test_strength_0_everywhere_is_no_noise(generator):
    silent, none = images(generator, [State(noise=4, strengths=(0, 0, 0)), State(noise="none")])
    assert_close(silent, none)


def test_each_group_of_maps_has_its_own_strength(generator):
    maps = states_to_noise(generator, [State(noise=4, strengths=(0.5, 2, 3)), State(noise=4)])
    factors = [float(np.median(m[0] / m[1])) for m in maps]
    assert factors == pytest.approx([0.5, 0.5, 2, 2, 3, 3], rel=1e-5)  # 16x16: layers 0-1, 2-3, 4-5


def test_a_network_without_noise_is_drawn():
    G = sg.Generator(SMALL.replace(noise=False))
    assert images(G, [State(noise=3), State()]).shape == (2, 16, 16, 3)


def test_the_large_picture_is_the_image_of_the_state(generator, directions):
    state = State(3, psi=0.7, seed_b=5, layers=(2,), edits={"tilt": 1.0})
    picture = np.asarray(scene(generator, state, directions)[0])
    expected = sg.data.to_uint8(images(generator, [state], directions))[0]
    np.testing.assert_allclose(picture[::28, ::28].astype(int), expected, atol=1)  # 16 pixels, 28 dots each
    assert picture.shape == (448, 448, 3)


def test_the_view_of_the_noise_is_grey_where_there_is_none(generator):
    noisy, silent = (
        np.asarray(scene(generator, State(3, noise=noise))[1])[-96:, -96:] for noise in ("fixed", "none")
    )
    np.testing.assert_array_equal(silent, 128)
    assert noisy.std() > 10


# Attributes


def test_what_no_reader_knows_gets_a_sentence_instead_of_sliders(generator):
    assert find_directions(generator, "folder:cats")[0] == {}
    assert (
        "no attribute classifier knows the factors of 'folder:cats'"
        in find_directions(generator, "folder:cats")[1]
    )
    assert "name the kind of images" in find_directions(generator, None)[1]


def test_images_that_the_reader_does_not_take_get_a_sentence(generator):
    found, about = find_directions(generator, "toyfaces", 10)
    assert found == {}
    assert "the attribute classifier of faces expects (N, r, r, 3), r 32 or a multiple" in about


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_model_has_the_sliders_of_what_it_learned(name):
    dataset = dataset_of(model(name))
    sliders = attributes_of(dataset)
    assert sliders
    assert State.parse(f"seed=3 {sliders[0]}=1", sliders).edits == ((sliders[0], 1.0),)


def test_the_sliders_of_digits_move_what_they_are_named_after():
    G = sg.pretrained("mnist32").ema_generator
    found, _ = find_directions(G, "digits", 300)
    assert list(found) == ["slant", "thickness", "width"]
    for name in found:
        low, high = (
            images(G, [State(seed, edits={name: s}) for seed in range(24)], found) for s in (-2.0, 2.0)
        )
        before, after = (sg.metrics.moments.digit_moments(drawn)[name] for drawn in (low, high))
        assert np.mean(after > before) > 0.9, name


# Files


def test_a_picture_file_knows_its_state(tmp_path):
    state, picture = State(3, psi=0.7), Image.new("L", (4, 4), 77)
    content = picture_file(picture, state)
    assert state_in(content) == "seed=3 psi=0.7"
    (tmp_path / "picture.png").write_bytes(content)
    assert State.parse(state_in(tmp_path / "picture.png")) == state
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content))), np.asarray(picture))


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_a_walk_file_has_its_frames_loops_and_knows_its_state(kind):
    pictures = [Image.new("RGB", (8, 8), (i * 20, 0, 255 - i)) for i in range(12)]
    content = walk_file(pictures, State(3, noise=7), kind, milliseconds=50)
    with Image.open(io.BytesIO(content)) as walk:
        assert (walk.format, walk.n_frames, walk.info["loop"]) == (kind.upper(), 12, 0)
        for i, picture in enumerate(pictures):
            walk.seek(i)
            walk.load()
            np.testing.assert_array_equal(np.asarray(walk.convert("RGB")), np.asarray(picture))
            assert walk.info["duration"] == 50
    assert state_in(content) == "seed=3 noise=7"


def test_a_walk_goes_there_and_back():
    at = [state.t for state in walk_states(State(seed=0, seed_b=1), "t", 8)]
    np.testing.assert_allclose(at, [0, 0.14645, 0.5, 0.85355, 1, 0.85355, 0.5, 0.14645], atol=1e-5)
    assert [state.psi for state in walk_states(State(), "psi", 2)] == [-1, 1]
    assert [dict(s.edits)["tilt"] for s in walk_states(State(edits={"hair": 1.0}), "tilt", 2)] == [-3, 3]
    assert all(dict(s.edits)["hair"] == 1 for s in walk_states(State(edits={"hair": 1.0}), "tilt", 4))


@pytest.mark.parametrize("frames", [0, 1, 7])
def test_a_walk_has_an_even_number_of_frames(frames):
    with pytest.raises(ValueError, match=f"has {frames} frames; give an even number"):
        walk_states(State(), "psi", frames)


def test_there_is_no_walk_from_a_seed_to_itself():
    with pytest.raises(ValueError, match="A and B are both seed 4"):
        walk_states(State(4, seed_b=4), "t", 8)


def test_files_without_a_state_are_told_apart(tmp_path):
    Image.new("L", (4, 4)).save(tmp_path / "plain.png")
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ValueError, match="plain.png has no state in it"):
        state_in(tmp_path / "plain.png")
    with pytest.raises(ValueError, match="text.png is no picture"):
        state_in(tmp_path / "text.png")
    with pytest.raises(ValueError, match="there is no format 'gif' of walks; choose from png, webp"):
        walk_file([Image.new("L", (4, 4))], State(), "gif")


# The page, without a front end


@pytest.fixture
def page(generator, directions):
    return Playground(generator, directions, "two of them")


def shown(page):
    return np.asarray(Image.open(io.BytesIO(page.picture.value)))


MOVES = {
    "seed": 4,
    "psi": 0.3,
    "t": 0.5,
    "layers": (0, 1, 0, 0, 1, 1),
    "noise": "none",
    "noise_seed": 8,
    "coarse": 4.0,
    "middle": 4.0,
    "fine": 4.0,
    "edit tilt": 3.0,
    "edit hair_length": -3.0,
}


@pytest.mark.parametrize("name, value", MOVES.items())
def test_every_control_changes_the_picture_and_the_state_draws_it_again(
    page, generator, directions, name, value
):
    before = shown(page)
    page.controls[name].value = value
    after = shown(page)
    assert_different(before, after)
    again = Playground(generator, directions, state=State.parse(page.field.value, list(directions)))
    np.testing.assert_array_equal(shown(again), after)


def test_a_typed_state_moves_the_controls_and_draws_once(page):
    drawn, text = page.drawn, "seed=3 psi=0.7 styles=5@2-3 t=0.5 noise=6 strength=0/1/2 tilt=1.5"
    page.field.value = text
    assert page.drawn == drawn + 1
    assert page.state == State.parse(text, ["tilt"])
    assert page.controls["noise"].value == "drawn" and page.controls["layers"].value == (0, 0, 1, 1, 0, 0)
    page.reset()
    assert page.field.value == "seed=0"


def test_a_text_that_cannot_be_drawn_leaves_the_page_as_it_is(page):
    before = page.values
    for text, words in (
        ("sed=1", "did you mean"),
        ("cutoff=7", "this network has 6 layers"),
        ("smile=1", "there is no"),
    ):
        page.field.value = text
        assert words in page.problem.value
        assert page.values == before
    page.controls["psi"].value = 0.5
    assert page.problem.value == "" and page.field.value == "seed=0 psi=0.5"


def test_the_crossover_sets_the_layers_and_follows_them(page):
    page.crossover.value = 2
    assert page.controls["layers"].value == (0, 0, 1, 1, 1, 1)
    page.controls["layers"].buttons[1].click()
    assert page.crossover.value == 1
    page.controls["layers"].buttons[0].click()
    assert page.crossover.value == 0
    page.controls["layers"].buttons[4].click()  # no crossover says this
    assert page.crossover.value == 0 and page.controls["layers"].value == (1, 1, 1, 1, 0, 1)


def test_rolled_noise_is_seen(page):
    page.controls["noise_seed"].button.click()
    assert page.controls["noise"].value == "drawn"
    assert page.state.noise == page.controls["noise_seed"].value


def test_the_saved_picture_opens_the_page_as_it_was(page):
    page.field.value = "seed=9 psi=0.4 tilt=2"
    name, content = re.search(
        r'download="(.+?)" href="data:image/png;base64,(.+?)"', page.saving.value
    ).groups()
    assert name == "seed_9-psi_0.4-tilt_2.png"
    content = base64.b64decode(content)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content))), shown(page))
    for files in (
        ({"name": name, "content": memoryview(content)},),
        {name: {"content": content}},
    ):  # ipywidgets 8 and 7
        page.reset()
        page.reopen(files)
        assert page.field.value == "seed=9 psi=0.4 tilt=2"


def test_a_walk_is_made_of_the_pictures_of_its_states(page, generator, directions):
    page.field.value = "seed=3 styles=5"
    with Image.open(io.BytesIO(page.walk("t", 4))) as walk:
        assert walk.n_frames == 4
        walk.seek(2)
        np.testing.assert_allclose(
            np.asarray(walk.convert("RGB")).astype(int),
            np.asarray(scene(generator, dataclasses.replace(page.state, t=1.0), directions)[0]).astype(int),
            atol=1,
        )


def test_a_playground_begins_with_a_state(generator):
    assert playground(generator, state="seed=7 styles=2@0-1").state == State(7, seed_b=2, layers=(0, 1))
    with pytest.raises(ValueError, match="there is no 'tilt'"):
        playground(generator, state="tilt=1")


# Classes


@pytest.fixture(scope="module")
def conditional():
    return sg.Generator(SMALL.replace(label_dim=3))


def test_the_class_of_a_state_is_drawn(conditional):
    states = [
        State(4),
        State(4, label=0),
        State(4, label=2),
        State(4, seed_b=7, label_b=2, layers=EVERY_LAYER),
    ]
    drawn = images(conditional, states)
    assert_close(drawn[0], images_of(conditional, [4])[0])  # 4 % 3 = 1
    assert_close(drawn[1], images_of(conditional, [4], label=0)[0])
    assert_close(drawn[2], images_of(conditional, [4], label=2)[0])
    assert_close(drawn[3], images_of(conditional, [7], label=2)[0])


def test_the_page_of_a_conditional_network_has_a_list_of_classes(conditional):
    page = Playground(conditional, {})
    assert [value for _, value in page.controls["label"].options] == [-1, 0, 1, 2]
    page.controls["label"].value = 2
    assert page.state == State(label=2)
    page.put(State.parse("seed=4 label_b=0"))
    assert page.controls["label_b"].value == 0
    assert page.controls["label"].value == -1


def test_the_page_of_another_network_has_none(generator):
    page = Playground(generator, {})
    assert "label" not in page.controls
    page.field.value = "seed=1 label=2"
    assert "no classes" in page.problem.value
