// The generator of StyleGAN v1 in plain JavaScript: mapping, truncation, style mixing, synthesis (paper figure 1b).
//
// One image at a time, channels last as in stylegan_tf: x is {side, channels, data}, data[(row * side + column) * channels + c].
// A network comes from stylegan_tf/course/web_export.py; the tests compare its images with those of Keras.
"use strict";

const StyleGAN = (() => {
  const GAIN = Math.SQRT2; // He's gain, wherever a leaky ReLU follows
  const EPSILON = 1e-8;

  function bytes(base64) {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
  }

  function halfFloats(buffer) {
    // float16: 1 bit sign, 5 bits exponent, 10 bits fraction; exponent 0 has no hidden one
    return Float32Array.from(new Uint16Array(buffer), (bits) => {
      const sign = bits >> 15 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
      return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
    });
  }

  function leakyReLU(values) {
    for (let i = 0; i < values.length; i++) if (values[i] < 0) values[i] *= 0.2;
    return values;
  }

  // kernel (inputs, units), already scaled
  function dense(x, kernel, bias, biasRate = 1) {
    const units = bias.length;
    const y = Float32Array.from(bias, (b) => b * biasRate);
    for (let i = 0; i < x.length; i++) for (let u = 0; u < units; u++) y[u] += x[i] * kernel[i * units + u];
    return y;
  }

  // Nearest neighbour: each pixel becomes 2x2.
  function upsample({ side, channels, data }) {
    const large = new Float32Array(4 * data.length);
    for (let row = 0; row < 2 * side; row++) {
      for (let column = 0; column < 2 * side; column++) {
        const from = ((row >> 1) * side + (column >> 1)) * channels;
        large.set(data.subarray(from, from + channels), (row * 2 * side + column) * channels);
      }
    }
    return { side: 2 * side, channels, data: large };
  }

  // kernel (size, size, channels, filters), zero padding, stride 1
  function convolve({ side, channels, data }, kernel, size) {
    const filters = kernel.length / (size * size * channels), half = (size - 1) / 2;
    const result = new Float32Array(side * side * filters);
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const to = (row * side + column) * filters;
        for (let i = 0; i < size; i++) {
          const y = row + i - half;
          if (y < 0 || y >= side) continue;
          for (let j = 0; j < size; j++) {
            const x = column + j - half;
            if (x < 0 || x >= side) continue;
            const from = (y * side + x) * channels, tap = (i * size + j) * channels * filters;
            let c = 0;
            for (; c + 3 < channels; c += 4) { // four at a time: half the time
              const v0 = data[from + c], v1 = data[from + c + 1], v2 = data[from + c + 2], v3 = data[from + c + 3];
              let k0 = tap + c * filters, k1 = k0 + filters, k2 = k1 + filters, k3 = k2 + filters;
              for (let f = to; f < to + filters; f++) {
                result[f] += v0 * kernel[k0++] + v1 * kernel[k1++] + v2 * kernel[k2++] + v3 * kernel[k3++];
              }
            }
            for (; c < channels; c++) {
              for (let f = 0; f < filters; f++) result[to + f] += data[from + c] * kernel[tap + c * filters + f];
            }
          }
        }
      }
    }
    return { side, channels: filters, data: result };
  }

  // (1, 2, 1) / 4 along the rows, then along the columns: zeros outside
  function blur({ side, channels, data }) {
    const rows = new Float32Array(data.length), result = new Float32Array(data.length), width = side * channels;
    for (let i = 0; i < data.length; i++) {
      const inRow = i % width;
      const before = inRow >= channels ? data[i - channels] : 0, after = inRow < width - channels ? data[i + channels] : 0;
      rows[i] = (before + 2 * data[i] + after) / 4;
    }
    for (let i = 0; i < data.length; i++) {
      const above = i >= width ? rows[i - width] : 0, below = i < data.length - width ? rows[i + width] : 0;
      result[i] = (above + 2 * rows[i] + below) / 4;
    }
    return { side, channels, data: result };
  }

  // Noise, bias, leaky ReLU: what follows a convolution before the style
  function addNoise({ side, channels, data }, strength, noise, bias) {
    const result = new Float32Array(data.length);
    for (let pixel = 0, i = 0; i < data.length; pixel++) {
      for (let c = 0; c < channels; c++, i++) result[i] = data[i] + strength[c] * noise[pixel] + bias[c];
    }
    return { side, channels, data: leakyReLU(result) };
  }

  // AdaIN(x, style) = (scale + 1) * (x - mean) / deviation + shift for each feature map (paper equation 1)
  function adaIN({ side, channels, data }, style) {
    const pixels = side * side, result = new Float32Array(data.length);
    for (let c = 0; c < channels; c++) {
      let mean = 0, variance = 0;
      for (let i = c; i < data.length; i += channels) mean += data[i] / pixels;
      for (let i = c; i < data.length; i += channels) variance += (data[i] - mean) ** 2 / pixels;
      const scale = (style[c] + 1) / Math.sqrt(variance + EPSILON), shift = style[channels + c];
      for (let i = c; i < data.length; i += channels) result[i] = (data[i] - mean) * scale + shift;
    }
    return { side, channels, data: result };
  }

  class Generator {
    constructor(network) {
      Object.assign(this, network);
      const numbers = halfFloats(bytes(network.weights));
      const size = (shape) => shape.reduce((a, b) => a * b, 1);
      this.weights = {};
      for (const [name, { shape, offset }] of Object.entries(network.tensors)) {
        const values = numbers.slice(offset, offset + size(shape));
        if (name.endsWith("kernel")) { // equalised learning rate: scaled where it is used
          const gain = name.startsWith("rgb") || name.includes("style") ? 1 : GAIN;
          const rate = name.startsWith("mapping") ? network.mappingRate : 1;
          const scale = (gain * rate) / Math.sqrt(size(shape.slice(0, -1)));
          for (let i = 0; i < values.length; i++) values[i] *= scale;
        }
        this.weights[name] = values;
      }
      this.latents = new Float32Array(bytes(network.z));
      this.seeds = this.latents.length / this.zDim;
    }

    // The z that latents.from_seeds gives in Python
    latent(seed) {
      return this.latents.slice(seed * this.zDim, (seed + 1) * this.zDim);
    }

    // A conditional network joins the vector of a class, 0 to labels - 1, to z; then only their direction counts.
    mapping(z, label = 0) {
      if (this.labels) {
        const vector = this.weights.embedding.subarray(label * this.zDim, (label + 1) * this.zDim);
        z = Float32Array.from([...z, ...vector]);
      }
      const length = Math.sqrt(z.reduce((sum, v) => sum + v * v, 0) / z.length + EPSILON);
      let w = z.map((v) => v / length);
      for (let i = 0; i < this.mappingLayers; i++) {
        w = leakyReLU(dense(w, this.weights[`mapping${i}.kernel`], this.weights[`mapping${i}.bias`], this.mappingRate));
      }
      return w;
    }

    truncate(w, psi) {
      return w.map((v, i) => this.weights.w_avg[i] + psi * (v - this.weights.w_avg[i]));
    }

    // One w per layer: a's below the crossover, b's from there on
    mix(a, b, crossover) {
      return Array.from({ length: this.layers }, (_, i) => (i < crossover ? a : b));
    }

    // The noise maps that were stored with the network, one per layer
    storedNoise() {
      return Array.from({ length: this.layers }, (_, i) => this.weights[`layer${i}.noise`]);
    }

    // ws: L arrays of w; noise: L maps; strength multiplies them, 0 switches noise off. Values are in [-1, 1], not clipped.
    synthesis(ws, noise = this.storedNoise(), strength = 1) {
      const weights = this.weights;
      let x = { side: 4, channels: weights.constant.length / 16, data: weights.constant };
      for (let i = 0; i < this.layers; i++) {
        const name = `layer${i}`;
        if (i > 0 && i % 2 === 0) x = blur(convolve(upsample(x), weights[`${name}.kernel`], 3));
        if (i % 2 === 1) x = convolve(x, weights[`${name}.kernel`], 3);
        const strengths = weights[`${name}.strength`].map((v) => v * strength);
        x = addNoise(x, strengths, noise[i], weights[`${name}.bias`]);
        x = adaIN(x, dense(ws[i], weights[`${name}.style.kernel`], weights[`${name}.style.bias`]));
      }
      const image = convolve(x, weights["rgb.kernel"], 1);
      return { ...image, data: image.data.map((v, i) => v + weights["rgb.bias"][i % image.channels]) };
    }
  }

  return { Generator };
})();

if (typeof module !== "undefined") module.exports = StyleGAN; // for node, which the tests ask
