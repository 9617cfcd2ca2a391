// The controls of the front page. Seeds, psi, crossover and noise go in; three pictures come out.
"use strict";

(() => {
  const element = (id) => document.getElementById(id);
  const SLIDERS = { "seed-a": "seedA", "seed-b": "seedB", crossover: "crossover", psi: "psi", strength: "strength" };
  const LABELS = { "label-a": "labelA", "label-b": "labelB" }; // of a conditional network
  const ALL = Object.keys({ ...SLIDERS, ...LABELS });
  const generators = STYLEGAN_NETWORKS.map((network) => new StyleGAN.Generator(network));
  let generator = generators[0], noiseSeed = 0, waiting = false, first;

  // Normal numbers from a seed: mulberry32, then Box and Muller's pair
  function normals(count, seed) {
    let state = seed >>> 0;
    const uniform = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
    return Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()));
  }

  function noise() {
    const stored = generator.storedNoise();
    return noiseSeed ? stored.map((map, i) => normals(map.length, 1000 * noiseSeed + i)) : stored;
  }

  function paint(canvas, { side, channels, data }) {
    canvas.width = canvas.height = side;
    const picture = new ImageData(side, side);
    for (let i = 0; i < side * side; i++) {
      for (let c = 0; c < 3; c++) {
        picture.data[4 * i + c] = Math.round((data[i * channels + (channels === 1 ? 0 : c)] + 1) * 127.5); // clamps by itself
      }
      picture.data[4 * i + 3] = 255;
    }
    canvas.getContext("2d").putImageData(picture, 0, 0);
  }

  function state() {
    const sliders = Object.entries(generator.labels ? { ...SLIDERS, ...LABELS } : SLIDERS);
    const values = sliders.map(([id, name]) => [name, Number(element(id).value)]);
    return { ...Object.fromEntries(values), noiseSeed };
  }

  function draw() {
    waiting = false;
    const now = state(), maps = noise();
    const styleOf = (seed, label) => generator.truncate(generator.mapping(generator.latent(seed), label), now.psi);
    const a = styleOf(now.seedA, now.labelA), b = styleOf(now.seedB, now.labelB);
    const pictures = { a: generator.layers, b: 0, mixed: now.crossover };
    for (const [name, crossover] of Object.entries(pictures)) {
      const canvas = element(`picture-${name}`);
      const shown = JSON.stringify({ ...now, crossover, network: generator.name });
      if (canvas.dataset.shown === shown) continue; // only the crossover has moved
      paint(canvas, generator.synthesis(generator.mix(a, b, crossover), maps, now.strength));
      canvas.dataset.shown = shown;
    }
    for (const id of ALL) document.querySelector(`output[for=${id}]`).textContent = element(id).value;
    element("seen").textContent = Snippet.sentence(generator.layers, now);
    element("snippet").textContent = Snippet.python(generator.name, generator.layers, now, generator.labels);
    element("playground").dataset.drawn = JSON.stringify(now); // the tests wait for it
  }

  function redraw() { // once per frame, however fast a slider moves
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  }

  function choose(index) {
    generator = generators[index];
    for (const id of ["seed-a", "seed-b"]) element(id).max = generator.seeds - 1;
    element("crossover").max = generator.layers;
    for (const id of Object.keys(LABELS)) {
      element(`${id}-row`).hidden = !generator.labels;
      if (generator.labels) element(id).max = generator.labels - 1; // a smaller one would change its value
    }
    redraw();
  }

  generators.forEach(({ name }, i) => element("network").add(new Option(name, i)));
  element("network-row").hidden = generators.length < 2;
  element("network").addEventListener("change", (event) => choose(Number(event.target.value)));
  for (const id of ALL) element(id).addEventListener("input", redraw);
  element("other-seeds").addEventListener("click", () => {
    for (const id of ["seed-a", "seed-b"]) element(id).value = (Number(element(id).value) + 2) % generator.seeds;
    redraw();
  });
  element("new-noise").addEventListener("click", () => {
    noiseSeed += 1;
    redraw();
  });
  element("reset").addEventListener("click", () => {
    for (const id of ALL) element(id).value = first[id];
    noiseSeed = 0;
    redraw();
  });
  choose(0);
  for (const id of ALL) element(id).value = element(id).defaultValue; // a reload begins anew
  first = Object.fromEntries(ALL.map((id) => [id, element(id).value]));
  redraw();
})();
