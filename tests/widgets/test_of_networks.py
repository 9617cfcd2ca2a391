"""What the widgets over a generator draw; each truth on an untrained network, 16x16 RGB."""

import io

import numpy as np
import pytest
from PIL import Image
from support.helpers import PUBLIC, SMALL, audible_generator

import stylegan_tf as sg
from stylegan_tf import widgets
from stylegan_tf.editing.attributes import Attributes
from stylegan_tf.figures.layout import grid, labelled
from stylegan_tf.latents.directions import Direction
from stylegan_tf.metrics.separability import linear_separability
from stylegan_tf.networks.sampling import styles_of
from stylegan_tf.widgets.parts.compiled import styles, synthesis
from stylegan_tf.widgets.separability import distances, scatter


@pytest.fixture(scope="module")
def generator():
    return audible_generator()


@pytest.fixture(scope="module")
def attributes(generator):
    """Brightness of the picture, of its upper half, and whether it is more red than blue."""
    return Attributes(generator, read, 300)


def read(images):
    images = np.clip(images, -1, 1)
    red = 1 / (1 + np.exp(-4 * (images[..., 0] - images[..., 2]).mean(axis=(1, 2))))
    return {"light": images.mean(axis=(1, 2, 3)), "sky": images[:, :8].mean(axis=(1, 2, 3)), "red": red}


def shown(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB")).astype(int)


def columns(picture, count, side):
    """The last ``side`` rows of the columns of a picture by ``labelled`` whose names are no wider than the
    images.
    """
    assert picture.shape[1] == count * side + (count - 1) * 8
    return [picture[-side:, i * (side + 8) : i * (side + 8) + side] for i in range(count)]


# One graph


def test_the_graphs_draw_what_the_networks_draw(generator):
    ws = styles(generator, [3, 4])
    np.testing.assert_allclose(ws, styles_of(generator, [3, 4]), atol=1e-5)
    for noise in ("fixed", "none", sg.latents.noise_list(SMALL, np.random.default_rng(0))):
        np.testing.assert_allclose(
            synthesis(generator, ws, noise), generator.synthesis(ws, noise=noise), atol=1e-4
        )


def test_a_graph_sees_new_weights():
    G = sg.Generator(SMALL)
    before = synthesis(G, styles(G, [0]))
    for weight in G.trainable_weights:
        weight.assign(1.3 * weight)
    np.testing.assert_allclose(
        synthesis(G, styles(G, [0])), G.synthesis(styles_of(G, [0]), noise="fixed"), atol=1e-4
    )
    assert np.abs(synthesis(G, styles(G, [0])) - before).max() > 0.01


# A sheet drawn by Pillow


def test_a_labelled_sheet_holds_the_images_in_their_places():
    images = np.random.default_rng(0).integers(0, 256, (2, 2, 8, 8, 3), dtype="uint8")
    sheet = np.asarray(labelled([[images[0, 0], None], list(images[1])], ["", ""], ["", ""], size=8))
    assert sheet.shape == (20, 24, 3)
    np.testing.assert_array_equal(sheet[:8, :8], images[0, 0])
    np.testing.assert_array_equal(sheet[12:, 16:], images[1, 1])
    assert (sheet[:8, 16:] == 255).all()


def test_labels_stand_outside_of_the_images():
    black = np.zeros((16, 16, 1), "uint8")
    plain = np.asarray(labelled([[black]], [""], [""], size=16))
    named = np.asarray(labelled([[black]], ["row"], ["a long name of a column"], size=16))
    assert (plain == 0).all()
    assert (named == 0).all(axis=-1).sum() >= 16 * 16
    y, x = named.shape[0] - 16, next(i for i in range(named.shape[1]) if (named[-16:, i : i + 16] == 0).all())
    assert x > 0 and y > 0


def test_grey_and_colour_stand_side_by_side():
    grey, colour = np.full((8, 8, 1), 7, "uint8"), np.full((16, 16, 3), (1, 2, 3), "uint8")
    sheet = np.asarray(labelled([[grey], [colour]], ["", ""], [""], size=16))
    assert sheet[0, 0].tolist() == [7, 7, 7]
    assert sheet[-1, -1].tolist() == [1, 2, 3]


# Style mixing


def test_each_layer_takes_its_own_source():
    ws = np.arange(3 * 4 * 2).reshape(3, 4, 2)
    mixed = widgets.mixed_styles(ws, (2, 0, 1, 1))
    np.testing.assert_array_equal(mixed, [ws[2, 0], ws[0, 1], ws[1, 2], ws[1, 3]])


@pytest.mark.parametrize("sources", [(0, 1), (0, 1, 0, 3), (0, -1, 0, 0)])
def test_sources_that_do_not_exist_are_named(sources):
    with pytest.raises(ValueError, match="one per layer, from 0 to 2"):
        widgets.mixed_styles(np.zeros((3, 4, 2)), sources)


@pytest.mark.parametrize("crossover, source", [(0, 1), (6, 0)])
def test_crossover_at_the_ends_gives_one_source(generator, crossover, source):
    panel = widgets.style_mixing(generator, (0, 1))
    panel.controls["crossover"].value = crossover
    images = columns(shown(panel), 3, 96)
    np.testing.assert_allclose(images[2], images[source], atol=1)
    assert (images[0] != images[1]).any()


def test_the_crossover_sets_the_switches_and_a_switch_changes_one_layer(generator):
    panel = widgets.style_mixing(generator, (0, 1, 2), crossover=4)
    assert panel.values["sources"] == (0, 0, 0, 0, 1, 1)
    panel.controls["crossover"].value = 2
    assert panel.values["sources"] == (0, 0, 1, 1, 1, 1)
    panel.controls["sources"].buttons[5].click()
    assert panel.values["sources"] == (0, 0, 1, 1, 1, 2)
    assert panel.reading.value.count("<td>C</td>") == 1
    panel.reset()
    assert panel.values == dict(seed_a=0, seed_b=1, seed_c=2, crossover=4, sources=(0, 0, 0, 0, 1, 1))


def test_a_mixture_is_that_of_latents_mix(generator):
    ws = styles(generator, [0, 1])
    expected = np.asarray(sg.latents.mix(ws[:1], ws[1:], range(2, 6)))[0]
    np.testing.assert_array_equal(widgets.mixed_styles(ws, (0, 0, 1, 1, 1, 1)), expected)


@pytest.mark.parametrize("call, words", [(dict(seeds=[1]), "two to 6"), (dict(crossover=7), "give 0 to 6")])
def test_mixing_says_what_it_can_do(generator, call, words):
    with pytest.raises(ValueError, match=words):
        widgets.style_mixing(generator, **call)


# Noise


def test_noise_off_in_all_layers_is_no_noise(generator):
    expected = generator.synthesis(styles_of(generator, [0]), noise="none")[0]
    np.testing.assert_allclose(widgets.noisy(generator, 0, 5, layers=()), expected, atol=1e-4)
    np.testing.assert_allclose(widgets.noisy(generator, 0, 5, strength=0.0), expected, atol=1e-4)


def test_noise_is_drawn_from_its_seed_and_stays_in_its_layers(generator):
    one, again, other = (widgets.noisy(generator, 0, draw, layers=[4]) for draw in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 1e-3
    maps = sg.latents.noise_list(SMALL, np.random.default_rng(1))
    alone = [2 * m * (i == 4) for i, m in enumerate(maps)]
    expected = generator.synthesis(styles_of(generator, [0]), noise=alone)[0]
    np.testing.assert_allclose(widgets.noisy(generator, 0, 1, strength=2.0, layers=[4]), expected, atol=1e-4)


def test_the_difference_is_grey_where_noise_is_off(generator):
    panel = widgets.noise(generator)
    loud = columns(shown(panel), 3, 128)
    assert np.ptp(loud[2]) > 20
    for button in panel.controls["layers"].buttons:
        button.click()
    without, with_noise, difference = columns(shown(panel), 3, 128)
    np.testing.assert_array_equal(without, with_noise)
    np.testing.assert_array_equal(difference, np.full_like(difference, 128))


def test_the_learned_weight_is_a_root_mean_square(generator):
    np.testing.assert_allclose(widgets.learned_strengths(generator), [0.3] * 6, rtol=1e-6)


def test_a_network_without_noise_says_so():
    with pytest.raises(ValueError, match="no noise inputs"):
        widgets.noise(sg.Generator(SMALL.replace(noise=False)))


# A walk


def test_a_walk_begins_and_ends_at_its_seeds(generator):
    for space in ("w", "z"):
        ws = widgets.walk(generator, 3, 4, space, steps=8)
        np.testing.assert_allclose(ws[[0, -1]], styles_of(generator, [3, 4]), atol=1e-4)
        assert ws.shape == (9, 6, 24)


def test_a_walk_in_w_is_straight_and_even(generator):
    steps = np.diff(widgets.walk(generator, 3, 4, "w", steps=8), axis=0)
    np.testing.assert_allclose(steps, np.broadcast_to(steps.mean(axis=0), steps.shape), atol=1e-5)


@pytest.mark.parametrize("space", ["w", "z"])
def test_a_walk_from_a_seed_to_itself_stands_still(generator, space):
    ws = widgets.walk(generator, 3, 3, space, steps=4)
    np.testing.assert_allclose(ws, np.broadcast_to(ws[:1], ws.shape), atol=1e-5)


def test_the_length_of_a_straight_fade_is_the_distance_of_its_ends():
    images = np.linspace(0, 1, 6)[:, None, None, None] * np.full((1, 4, 4, 1), 0.6)
    np.testing.assert_allclose(widgets.lengths(images), np.linspace(0, 0.6, 6), atol=1e-12)


def test_a_walk_is_drawn_once_and_then_only_shown(generator):
    calls = []

    def distance(a, b):
        calls.append(len(a))
        return widgets.squared_difference(a, b)

    panel = widgets.interpolation(generator, 0, 1, distance, steps=8)
    for t in (0.25, 0.5, 1.0):
        panel.controls["t"].value = t
    first, at, last = columns(shown(panel), 3, 128)
    np.testing.assert_array_equal(at, last)
    assert calls == [8]
    assert "gone" in panel.reading.value
    panel.controls["space"].value = "z, a great circle"
    assert calls == [8, 8]


# A run's samples


@pytest.fixture
def run(tmp_path):
    """Two moments: 4x4 images of level 16 * place, then 8x8 ones that are lighter by 1."""
    run = sg.Run(tmp_path)
    for kimg, side, add in ((1.0, 4, 0), (2.5, 8, 1)):
        images = np.broadcast_to((3 * np.arange(64) + add)[:, None, None, None], (64, side, side, 1)).astype(
            "uint8"
        )
        run.write_sample(grid(images, 8, scale=8 // side), f"{kimg:010.3f}_{side}x{side}.png")
    run.write_history([dict(kimg=1.0, d_loss=0.5), dict(kimg=2.5, d_loss=0.25)])
    return run


def test_each_latent_keeps_its_place_through_training(run):
    panel = widgets.training_scrubber(run, rows=2)
    for moment, add in (("2.5 kimg", 1), ("1.0 kimg", 0)):
        panel.controls["moment"].value = moment
        picture = shown(panel)[..., 0]
        assert picture.shape == (2 * 64 + 16, 8 * 64 + 7 * 16)
        np.testing.assert_array_equal(picture[32::80, 32::80], 3 * np.arange(16).reshape(2, 8) + add)


def test_the_numbers_are_those_of_the_moment(run):
    panel = widgets.training_scrubber(run.path)
    assert "<td>8x8</td>" in panel.reading.value and "<td>0.25</td>" in panel.reading.value
    panel.controls["moment"].value = "1.0 kimg"
    assert "<td>4x4</td>" in panel.reading.value and "<td>0.5</td>" in panel.reading.value


def test_a_run_without_samples_says_what_writes_them(tmp_path):
    with pytest.raises(ValueError, match="training writes one"):
        widgets.training_scrubber(tmp_path)


# A hyperplane


def test_the_line_of_a_separable_attribute_leaves_no_bits():
    rng = np.random.default_rng(0)
    has = rng.random(400) < 0.4
    points = np.stack(
        [np.where(has, 1.0, -1.0) + 0.1 * rng.standard_normal(400), rng.standard_normal(400)], axis=1
    )
    share = has.mean()
    entropy = -(share * np.log2(share) + (1 - share) * np.log2(1 - share))
    assert widgets.bits_left(points, has, 0.0, 0.0) == 0
    assert widgets.bits_left(points, has, 0.0, 9.0) == pytest.approx(entropy)
    assert 0.9 * entropy < widgets.bits_left(points, has, 90.0, 0.0) <= entropy


def test_a_distance_from_a_line_by_hand():
    found = distances(np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]), 90.0, 0.5)
    np.testing.assert_allclose(found, [-0.5, 1.5, 0.5], atol=1e-12)


def test_the_projection_shows_the_separation_that_the_metric_finds():
    rng = np.random.default_rng(1)
    latents = rng.standard_normal((600, 6))
    values = 1 / (1 + np.exp(-(2 * latents[:, 2] + 0.5 * rng.standard_normal(600))))
    found = widgets.project(latents, values)
    low, high = np.percentile(values, [1, 99])
    p = np.clip((values - low) / (high - low), 0, 1)[:, None]
    expected = linear_separability(latents, p)
    assert found.bits == pytest.approx(expected.conditional_entropies[0])
    assert len(found.rows) == 300
    np.testing.assert_allclose(np.corrcoef(found.points.T), np.eye(2), atol=0.3)


@pytest.mark.parametrize("share", (0.5, 0.2))
def test_the_line_at_0_degrees_and_offset_0_is_the_cut_of_the_svm(share):
    """Also where few have the attribute, so that the cut is far from the middle of the points."""
    rng = np.random.default_rng(1)
    latents = rng.standard_normal((600, 6)) + 3
    values = 1 / (
        1
        + np.exp(
            -3 * (latents[:, 2] - np.quantile(latents[:, 2], 1 - share) + 0.5 * rng.standard_normal(600))
        )
    )
    found = widgets.project(latents, values, keep=1.0)
    assert abs(found.has.mean() - share) < 0.1
    assert found.bits > 0.1
    assert widgets.bits_left(found.points, found.has, 0.0, 0.0) == pytest.approx(found.bits, abs=1e-12)


def test_the_picture_is_centred_on_the_points_wherever_the_cut_is():
    rng = np.random.default_rng(2)
    points = rng.standard_normal((300, 2))
    near, far = (
        np.asarray(scatter(points + (shift, 0), points[:, 0] > 0, 0.0, shift)) for shift in (0.0, 2.0)
    )
    np.testing.assert_array_equal(near, far)


def test_an_attribute_that_all_share_is_refused():
    with pytest.raises(ValueError, match="alike"):
        widgets.project(np.random.default_rng(0).standard_normal((50, 3)), np.ones(50))


def test_turning_the_line_to_the_normal_leaves_fewer_bits(generator, attributes):
    panel = widgets.separability(generator, attributes, "light")
    before = panel.reading.value
    found = widgets.project(attributes.w, attributes.values["light"])
    assert f"<td>{widgets.bits_left(found.points, found.has, 60.0, 0.0):.3f}</td>" in before
    panel.controls["angle"].value = 0.0
    assert f"<td>{widgets.bits_left(found.points, found.has, 0.0, 0.0):.3f}</td>" in panel.reading.value
    assert widgets.bits_left(found.points, found.has, 0.0, 0.0) < widgets.bits_left(
        found.points, found.has, 60.0, 0.0
    )


def test_an_attribute_that_was_not_read_is_named(generator, attributes):
    with pytest.raises(ValueError, match="choose from light, sky, red"):
        widgets.separability(generator, attributes, "beard")


# Edits


def test_edits_add_up():
    a, b = Direction([1.0, 0, 0], 2.0), Direction([0, 1.0, 0], 3.0)
    ws = np.zeros((1, 4, 3), "float32")
    np.testing.assert_allclose(
        widgets.edited(ws, {"a": a, "b": b}, {"a": 1.0, "b": -2.0})[0, 3], [2.0, -6.0, 0.0]
    )


def test_leaks_count_in_deviations():
    assert widgets.leaks({"x": 1.0}, {"x": 4.0}, {"x": 2.0}) == {"x": 1.5}
    assert np.isnan(widgets.leaks({"x": np.nan}, {"x": 4.0}, {"x": 2.0})["x"])


def test_sliders_at_zero_change_nothing(generator, attributes):
    panel = widgets.editing(generator, attributes, read)
    before, after = columns(shown(panel), 2, 192)
    np.testing.assert_array_equal(before, after)
    assert panel.reading.value.count("+0.00") == 3


def test_the_bars_say_what_was_asked_and_what_leaks(generator, attributes):
    panel = widgets.editing(generator, attributes, read, ["light", "red"])
    panel.controls["light"].value = 2.0
    rows = panel.reading.value.split("<tr>")[2:]
    assert [("asked" in row, "leak" in row) for row in rows] == [(True, False), (False, True), (False, True)]
    ws = styles_of(generator, [0])
    moved = sg.latents.move(ws, attributes.direction("light"), 2.0)
    values = [float(read(np.asarray(generator.synthesis(x, noise="fixed")))["light"][0]) for x in (ws, moved)]
    change = (values[1] - values[0]) / attributes.values["light"].std()
    assert f"{change:+.2f}" in rows[0]


def test_holding_the_others_takes_other_directions(generator, attributes):
    panel = widgets.editing(generator, attributes, read, ["light", "red"])
    panel.controls["light"].value = 2.0
    before = shown(panel)
    panel.controls["hold"].value = True
    assert panel.problem.value == ""
    assert (shown(panel) != before).any()


# Configurations


def test_networks_of_all_sizes_stand_side_by_side(generator):
    other = sg.Generator(PUBLIC)
    panel = widgets.ablation_viewer({"A": generator, "B": other}, count=3)
    both = shown(panel)
    panel.controls["shown"].value = ("A",)
    one = shown(panel)
    np.testing.assert_array_equal(one[-64:, -64:], both[-64 - 4 - 64 : -64 - 4, -64:])
    panel.controls["psi"].value = 0.0
    a, b, c = (shown(panel)[-64:, -64 - 72 * i :][:, :64] for i in range(3))
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(b, c)


def test_no_configuration_is_a_sentence_below_the_controls(generator):
    panel = widgets.ablation_viewer({"A": generator}, count=2)
    panel.controls["shown"].value = ()
    assert "choose one or more" in panel.problem.value
    with pytest.raises(ValueError, match="give a dict"):
        widgets.ablation_viewer({})
