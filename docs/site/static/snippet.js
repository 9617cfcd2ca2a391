// The lines of Python that draw the same picture, and the sentence that says what is seen.
"use strict";

const Snippet = (() => {
  // state: {seedA, seedB, crossover, psi, strength, noiseSeed}, and of a conditional network labelA and labelB, of ``labels``
  // classes; noiseSeed 0 means the stored maps
  function python(name, layers, state, labels = 0) {
    const { seedA, seedB, labelA, labelB, crossover, psi, strength, noiseSeed } = state;
    const lines = [
      ...(labels ? ["import numpy as np", ""] : []),
      "import stylegan_tf as sg",
      "",
      `G = sg.pretrained("${name}").ema_generator`,
      ...(labels ? [`labels = np.eye(${labels}, dtype="float32")[[${labelA}, ${labelB}]]`] : []),
      `w = G.mapping(sg.latents.from_seeds([${seedA}, ${seedB}], G.z_dim)${labels ? ", labels" : ""})`,
      `a, b = sg.latents.truncate(G.broadcast(w), G.w_avg, psi=${psi})`,
      `ws = sg.latents.mix(a[None], b[None], layers=range(${crossover}, ${layers}))`,
    ];
    if (strength === 0) lines.push('image = G.synthesis(ws, noise="none")');
    else if (noiseSeed) lines.push('image = G.synthesis(ws, noise="random")  # other noise than the page has drawn');
    else if (strength === 1) lines.push('image = G.synthesis(ws, noise="fixed")');
    else {
      lines.push("epilogues = [e for block in G.synthesis.blocks.values() for e in (block.epilogue0, block.epilogue1)]");
      lines.push(`image = G.synthesis(ws, noise=[${strength} * e.noise.noise_map for e in epilogues])`);
    }
    return lines.join("\n");
  }

  function layersFrom(source, first, last) {
    const side = (layer) => 2 ** (2 + Math.floor(layer / 2));
    const sides = side(first) === side(last) ? `${side(first)}x${side(first)}` : `${side(first)}x${side(first)} to ${side(last)}x${side(last)}`;
    const which = first === last ? `layer ${first}` : `layers ${first} to ${last}`;
    return `${which} (${sides}) from ${source}`;
  }

  function sentence(layers, { crossover, psi, strength, noiseSeed }) {
    let mixed;
    if (crossover === 0) mixed = "Every layer takes its style from B: the third picture is B.";
    else if (crossover === layers) mixed = "Every layer takes its style from A: the third picture is A.";
    else mixed = `The third picture has ${layersFrom("A", 0, crossover - 1)} and ${layersFrom("B", crossover, layers - 1)}.`;
    let truncated = "with psi above 1 pictures leave the mean further than in training";
    if (psi === 1) truncated = "with psi 1 nothing is truncated";
    else if (psi === 0) truncated = "with psi 0 every seed gives the mean picture";
    else if (psi < 0) truncated = "with psi below 0 pictures lie on the other side of the mean";
    else if (psi < 1) truncated = `with psi ${psi} pictures are nearer to the mean`;
    const source = noiseSeed ? `drawn from seed ${noiseSeed}` : "as stored with the network";
    return `${mixed} ${truncated[0].toUpperCase()}${truncated.slice(1)}. Noise is ${strength === 0 ? "off" : source}` +
      `${strength === 0 || strength === 1 ? "" : `, ${strength} times as strong as learnt`}.`;
  }

  return { python, sentence };
})();

if (typeof module !== "undefined") module.exports = Snippet;
