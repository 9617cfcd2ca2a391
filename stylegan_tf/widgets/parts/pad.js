// A square with a point on it, which the mouse, a finger or the arrow keys move. value: [across, up], each -reach to reach.
const STYLE = `
.stylegan-pad { position: relative; width: 15em; height: 15em; margin: 4px 0 4px 9em; touch-action: none; cursor: crosshair;
  background: #fff; border: 1px solid #767676; box-sizing: border-box; color: #111; font-size: 13px }
.stylegan-pad i { position: absolute; background: #c4c4c4 }
.stylegan-pad b { position: absolute; width: 16px; height: 16px; margin: -8px; border-radius: 50%; background: #d55e00;
  border: 2px solid #111; box-sizing: border-box; pointer-events: none }
.stylegan-pad span { position: absolute; pointer-events: none; padding: 0 3px }`;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

function render({ model, el }) {
  const style = document.createElement("style");
  const pad = document.createElement("div");
  const point = document.createElement("b");
  style.textContent = STYLE;
  pad.className = "stylegan-pad";
  pad.tabIndex = 0;
  pad.setAttribute("role", "application");
  pad.setAttribute("aria-roledescription", "pad of two sliders");
  for (let k = 1; k < 8; k++) {
    for (const place of [`left:${12.5 * k}%;top:0;width:1px;height:100%`, `top:${12.5 * k}%;left:0;height:1px;width:100%`]) {
      pad.appendChild(document.createElement("i")).style.cssText = place;
    }
  }
  for (const [place, text] of [["right:0;bottom:0", "across \u2192"], ["left:0;top:0", "\u2191 up"]]) {
    const name = pad.appendChild(document.createElement("span"));
    name.style.cssText = place;
    name.textContent = text;
  }
  pad.appendChild(point);
  el.append(style, pad);

  const show = () => {
    const [x, y] = model.get("value"), reach = model.get("reach");
    point.style.left = `${(50 * (x + reach)) / reach}%`;
    point.style.top = `${(50 * (reach - y)) / reach}%`;
    pad.setAttribute("aria-label", `${model.get("label")}: across ${x}, up ${y}. The arrow keys move it; with Shift far; Home: to the middle.`);
  };
  const move = (x, y) => {
    const reach = model.get("reach"), step = model.get("step");
    model.set("value", [x, y].map((v) => Math.min(reach, Math.max(-reach, step * Math.round(v / step)))));
    model.save_changes();
  };
  const drag = (event) => {
    const box = pad.getBoundingClientRect(), reach = model.get("reach");
    move(reach * ((2 * (event.clientX - box.left)) / box.width - 1), reach * (1 - (2 * (event.clientY - box.top)) / box.height));
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    pad.focus();
    drag(event);
    event.preventDefault();
  });
  pad.addEventListener("pointermove", (event) => pad.hasPointerCapture(event.pointerId) && drag(event));
  pad.addEventListener("keydown", (event) => {
    const [x, y] = model.get("value"), far = event.shiftKey ? 4 : 1;
    if (event.key === "Home") move(0, 0);
    else if (event.key in KEYS) move(x + far * model.get("step") * KEYS[event.key][0], y + far * model.get("step") * KEYS[event.key][1]);
    else return;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab would go to the next cell
  });
  model.on("change:value", show);
  show();
  return () => model.off("change:value", show);
}

export default { render };
