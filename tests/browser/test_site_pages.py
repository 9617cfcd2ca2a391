"""The site in a real browser, from the disk and from a server: nothing fetched from elsewhere, no errors, for
everybody.
"""

import functools
import http.server
import json
import threading

import numpy as np
import pytest
from support.built_site import LIMIT, build_site
from support.javascript import SHIPPED, cases, keras_images

from stylegan_tf import latents, pretrained

PAGES = {
    "front": "index.html",
    "lesson": "notebooks/04_mapping_network.html",
    "reference": "reference/latents.html",
}
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
LOOKS = [dict(viewport=size, color_scheme=scheme) for size in SIZES.values() for scheme in ("light", "dark")]
DRAWN = "() => document.getElementById('playground').dataset.drawn"
TOLERANCE = 1e-3  # of images in [-1, 1]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Not into the output of the tests."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build_site(tmp_path_factory)


@pytest.fixture(scope="module")
def served(site):
    """The address of a plain server of the site."""
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=site)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def page(browser, request):
    """A new page that keeps what it asked for and what it complained of; ``request.param``: settings of the
    browser.
    """
    page = browser.new_page(**getattr(request, "param", {"viewport": SIZES["desktop"]}))
    page.asked, page.noise = [], []
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.on("pageerror", lambda error: page.noise.append(str(error)))
    page.on(
        "console",
        lambda message: page.noise.append(message.text) if message.type in ("error", "warning") else None,
    )
    yield page
    page.close()


def drawn(page) -> dict:
    """The state that the front page shows, once it has drawn what its sliders say."""
    page.wait_for_function(DRAWN)
    return json.loads(page.evaluate(DRAWN))


def pixels(page, name) -> list:
    read = "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.width).data]"
    return page.locator(f"#picture-{name}").evaluate(read)


def test_no_code_of_a_lesson_scrolls_sideways(page, site):
    wide = "() => [...document.querySelectorAll('.cell_input pre')].filter(e => e.scrollWidth > e.clientWidth + 1)"
    lessons = sorted((site / "notebooks").glob("*.html"))
    assert len(lessons) == 19
    for lesson in lessons:
        page.goto(lesson.as_uri())
        assert page.locator(".cell_input pre").count() > 3
        assert page.evaluate(f"({wide})().length") == 0, f"code of {lesson.name} is wider than the page"


@pytest.mark.parametrize("place", ["disk", "server"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_no_other_host_and_has_nothing_to_complain_of(name, place, site, served, page):
    start = served if place == "server" else site.as_uri()
    page.goto(f"{start}/{PAGES[name]}", wait_until="networkidle")
    if name == "front":
        drawn(page)
    if name == "lesson":
        page.wait_for_selector("mjx-container svg")
    far = [url for url in page.asked if not url.startswith((start, "data:"))]
    assert (far, page.noise) == ([], [])


def test_the_front_page_is_light_enough(served, page):
    sizes = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", 0))))
    page.goto(served, wait_until="networkidle")
    assert 600_000 < sum(sizes) < LIMIT


def test_the_search_works_without_a_server(site, page):
    page.goto(f"{site.as_uri()}/search.html?q=truncation")
    lesson = page.locator("#search-results li a", has_text="10 · Truncation")
    lesson.first.wait_for()  # the results come one after another
    assert page.noise == []


@pytest.mark.parametrize("page", LOOKS, indirect=True, ids=str)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_used_by_everybody_and_on_a_phone(name, served, page):
    from axe_playwright_python.sync_playwright import Axe

    page.goto(f"{served}/{PAGES[name]}", wait_until="networkidle")
    found = Axe().run(page).response["violations"]
    serious = [
        f"{v['id']}: {n['target']}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for n in v["nodes"]
    ]
    assert serious == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_browser_draws_what_keras_draws(name, site, page):
    page.goto(site.as_uri() + "/index.html")
    G = pretrained(name).ema_generator
    given = cases(latents.from_seeds(range(20), G.z_dim), psis=(-0.5, 0.7), crossovers=(3, 8))
    images = page.evaluate(
        """([name, given]) => {
            const G = new StyleGAN.Generator(STYLEGAN_NETWORKS.find((network) => network.name === name));
            return given.map(({ a, b, labels, psi, crossover }) => {
                const [first, second] = [a, b].map((z, i) => G.truncate(G.mapping(Float32Array.from(z), labels[i]), psi));
                return [...G.synthesis(G.mix(first, second, crossover)).data];
            });
        }""",
        [name, given],
    )
    expected = keras_images(G, given)
    assert np.abs(np.reshape(images, expected.shape) - expected).max() < TOLERANCE


def test_the_sliders_and_the_lines_of_python_say_the_same(site, page):
    page.goto(site.as_uri() + "/index.html")
    drawn(page)
    for slider, key in {
        "seed-a": "ArrowRight",
        "seed-b": "End",
        "psi": "ArrowLeft",
        "crossover": "ArrowLeft",
    }.items():
        before = page.evaluate(DRAWN)
        page.locator(f"#{slider}").focus()
        page.keyboard.press(key)
        page.wait_for_function(f"before => ({DRAWN})() !== before", arg=before)
    names = {}
    exec(page.locator("#snippet").text_content(), names)
    expected = np.clip((np.asarray(names["image"])[0, :, :, 0] + 1) * 127.5, 0, 255)
    shown = np.reshape(pixels(page, "mixed"), (32, 32, 4))
    assert drawn(page) == dict(seedA=5, seedB=255, crossover=3, psi=0.75, strength=1, noiseSeed=0)
    np.testing.assert_allclose(shown[:, :, 0], expected, atol=0.6)
    assert (shown[:, :, 3] == 255).all()


def test_a_conditional_network_has_its_classes(site, page):
    page.goto(site.as_uri() + "/index.html")
    drawn(page)
    assert not page.locator("#label-a").is_visible()
    page.locator("#network").select_option(label="mnist32_labels")
    page.wait_for_function(f"() => 'labelA' in JSON.parse(({DRAWN})())")
    before = pixels(page, "a")
    page.locator("#label-a").focus()
    page.keyboard.press("Home")
    page.wait_for_function(f"() => JSON.parse(({DRAWN})()).labelA === 0")
    assert pixels(page, "a") != before
    names = {}
    exec(page.locator("#snippet").text_content(), names)
    expected = np.clip((np.asarray(names["image"])[0, :, :, 0] + 1) * 127.5, 0, 255)
    np.testing.assert_allclose(np.reshape(pixels(page, "mixed"), (32, 32, 4))[:, :, 0], expected, atol=0.6)


def test_new_noise_changes_the_picture_and_reset_brings_the_first_back(site, page):
    page.goto(site.as_uri() + "/index.html")
    start, first = drawn(page), pixels(page, "mixed")
    page.get_by_role("button", name="new noise").click()
    page.wait_for_function(f"() => JSON.parse(({DRAWN})()).noiseSeed === 1")
    assert "Noise is drawn from seed 1" in page.locator("#seen").inner_text()
    assert pixels(page, "mixed") != first
    page.get_by_role("button", name="reset").click()
    page.wait_for_function(f"() => JSON.parse(({DRAWN})()).noiseSeed === 0")
    assert (drawn(page), pixels(page, "mixed")) == (start, first)
