// The map as a picture: what the page has drawn, with its title, legend, scale and credits.
"use strict";

(function (page) {
  const words = page.words.share;
  const SCALE = 2;
  const PAD = 18;
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
  const INK = "#1d2429";
  const QUIET = "#57646d";
  const LEFT_OUT =
    ".leaflet-popup-pane, .leaflet-control:not(.leaflet-control-scale), details:not([open]) > :not(summary), button, input, " +
    "select, script, style, .hover-tip, .notice, [hidden]";
  const INLINED = [
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap",
    "stroke-linejoin", "opacity", "font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline",
    "visibility", "display",
  ]; // prettier-ignore

  // Pixels that the browser would refuse to give back: those of a server that did not allow it.
  function tainted(image) {
    const probe = document.createElement("canvas");
    probe.width = probe.height = 1;
    const pen = probe.getContext("2d");
    try {
      pen.drawImage(image, 0, 0, 1, 1);
      pen.getImageData(0, 0, 1, 1);
      return false;
    } catch {
      return true;
    }
  }

  // A copy of a canvas as it is now: what comes later must not change the picture.
  function copyOf(canvas) {
    const copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    if (canvas.width && canvas.height) copy.getContext("2d").drawImage(canvas, 0, 0);
    return copy;
  }

  // An SVG element as an image that looks the same outside of the page.
  function imageOf(svg, rect) {
    const copy = svg.cloneNode(true);
    const from = [svg, ...svg.querySelectorAll("*")];
    [copy, ...copy.querySelectorAll("*")].forEach((element, k) => {
      const style = getComputedStyle(from[k]);
      for (const name of INLINED) {
        const value = style.getPropertyValue(name);
        if (value) element.setAttribute(name, value);
      }
      element.removeAttribute("class");
      element.removeAttribute("style");
    });
    if (!copy.getAttribute("viewBox")) copy.setAttribute("viewBox", [0, 0, rect.width, rect.height].join(" "));
    copy.setAttribute("width", rect.width * SCALE);
    copy.setAttribute("height", rect.height * SCALE);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    // Control characters have no place in XML.
    // eslint-disable-next-line no-control-regex
    const text = new XMLSerializer().serializeToString(copy).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
    return new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = () => resolve(null);
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text.toWellFormed ? text.toWellFormed() : text);
    });
  }

  // A halo of text-shadow: its first colour.
  function haloOf(style) {
    const found = /rgba?\([^)]*\)/.exec(style.textShadow);
    return found && found[0];
  }

  // The lines of a text node with their boxes.
  function linesOf(node) {
    const range = document.createRange();
    const lines = [];
    for (const { 0: word, index } of node.data.matchAll(/\s*\S+/g)) {
      const skipped = word.length - word.trimStart().length;
      range.setStart(node, index + skipped);
      range.setEnd(node, index + word.length);
      const box = range.getBoundingClientRect();
      const last = lines[lines.length - 1];
      if (last && Math.abs(last.box.top - box.top) < 2) last.text += word.replace(/\s+/g, " ");
      else if (box.width) lines.push({ text: word.trimStart(), box });
    }
    return lines;
  }

  // Collects what is drawn, as calls, while the page stands still.
  class Sketch {
    constructor(origin, clip) {
      this.origin = origin;
      this.clip = clip;
      this.calls = [];
      this.waiting = [];
      this.leftOut = new Set();
    }

    box(rect) {
      return [rect.left - this.origin.left, rect.top - this.origin.top, rect.width, rect.height];
    }

    outside(rect) {
      const { clip } = this;
      return rect.right < clip.left || rect.left > clip.right || rect.bottom < clip.top || rect.top > clip.bottom;
    }

    image(source, rect, alpha) {
      const [x, y, width, height] = this.box(rect);
      this.calls.push((pen) => {
        pen.globalAlpha = alpha;
        pen.drawImage(source, x, y, width, height);
        pen.globalAlpha = 1;
      });
    }

    svg(element, alpha) {
      const rect = element.getBoundingClientRect();
      if (!rect.width || !rect.height || this.outside(rect)) return;
      const [x, y, width, height] = this.box(rect);
      let drawn = null;
      this.waiting.push(imageOf(element, rect).then((image) => (drawn = image)));
      this.calls.push((pen) => {
        pen.globalAlpha = alpha;
        if (drawn) pen.drawImage(drawn, x, y, width, height);
        pen.globalAlpha = 1;
      });
    }

    background(element, style, alpha) {
      const rect = element.getBoundingClientRect();
      const borders = ["top", "right", "bottom", "left"].map((side) => ({
        width: style.getPropertyValue(`border-${side}-style`) === "none" ? 0 : parseFloat(style.getPropertyValue(`border-${side}-width`)),
        colour: style.getPropertyValue(`border-${side}-color`),
      }));
      const colour = style.backgroundColor;
      if (/, 0\)$|^transparent$/.test(colour) && !borders.some((border) => border.width)) return;
      const [x, y, width, height] = this.box(rect);
      const percent = style.borderTopLeftRadius.endsWith("%");
      const radius = Math.min(width, height) * (percent ? 0.5 : 0) || parseFloat(style.borderTopLeftRadius) || 0;
      this.calls.push((pen) => {
        pen.globalAlpha = alpha;
        pen.fillStyle = colour;
        pen.beginPath();
        pen.roundRect(x, y, width, height, radius);
        pen.fill();
        const [top, right, bottom, left] = borders;
        const edge = (border, a, b, c, d) => {
          pen.fillStyle = border.colour;
          if (border.width) pen.fillRect(a, b, c, d);
        };
        edge(top, x, y, width, top.width);
        edge(bottom, x, y + height - bottom.width, width, bottom.width);
        edge(left, x, y, left.width, height);
        edge(right, x + width - right.width, y, right.width, height);
        pen.globalAlpha = 1;
      });
    }

    text(node, style, alpha) {
      for (const { text, box } of linesOf(node)) {
        if (this.outside(box)) continue;
        const [x, y, , height] = this.box(box);
        const said = style.textTransform === "uppercase" ? text.toUpperCase() : text;
        const halo = haloOf(style);
        const { color, fontStyle, fontWeight, fontSize, fontFamily, letterSpacing, direction } = style;
        this.calls.push((pen) => {
          pen.font = [fontStyle, fontWeight, fontSize, fontFamily].join(" ");
          if ("letterSpacing" in pen) pen.letterSpacing = letterSpacing === "normal" ? "0px" : letterSpacing;
          pen.direction = direction;
          pen.textAlign = "left";
          pen.textBaseline = "alphabetic";
          const measured = pen.measureText(said);
          const [up, down] = [measured.fontBoundingBoxAscent, measured.fontBoundingBoxDescent];
          const base = y + (height - up - down) / 2 + up;
          pen.globalAlpha = alpha;
          if (halo) {
            pen.strokeStyle = halo;
            pen.lineJoin = "round";
            pen.lineWidth = 3;
            pen.strokeText(said, x, base);
          }
          pen.fillStyle = color;
          pen.fillText(said, x, base);
          pen.globalAlpha = 1;
          if ("letterSpacing" in pen) pen.letterSpacing = "0px";
        });
      }
    }

    // An element and all in it, in the order in which the browser stacks them.
    element(element, alpha = 1) {
      if (element.matches(LEFT_OUT)) return;
      const style = getComputedStyle(element);
      if (style.display === "none" || style.visibility === "hidden") return;
      const seen = alpha * parseFloat(style.opacity);
      if (!seen) return;
      const own = this.own && this.own.get(element);
      if (own) return own(seen);
      if (element instanceof SVGSVGElement) return this.svg(element, seen);
      const rect = element.getBoundingClientRect();
      if (element instanceof HTMLCanvasElement || element instanceof HTMLImageElement) {
        if (!rect.width || !rect.height || this.outside(rect)) return;
        if (!tainted(element)) return this.image(element instanceof HTMLCanvasElement ? copyOf(element) : element, rect, seen);
        const host = element.src && /^https?:/.test(element.src) ? new URL(element.src).host : "";
        this.leftOut.add(host);
        return;
      }
      if (!element.matches(".leaflet-container")) this.background(element, style, seen);
      const rank = (child) => {
        if (!(child instanceof Element)) return 0;
        // Each corner of the controls has its own rank, above the map's panes.
        return child.matches(".leaflet-control-container") ? 1000 : parseInt(getComputedStyle(child).zIndex, 10) || 0;
      };
      const children = [...element.childNodes].map((child) => [child, rank(child)]).sort((a, b) => a[1] - b[1]);
      for (const [child] of children) {
        if (child instanceof Element) this.element(child, seen);
        else if (child instanceof Text && /\S/.test(child.data)) this.text(child, style, seen);
      }
    }
  }

  // Draws the marks with so many pixels to one of the page; their next update undoes it. Nothing else is to follow.
  page.drawFiner = function (marks, ratio) {
    const canvas = marks._container;
    const size = [canvas.width / marks._ratio, canvas.height / marks._ratio];
    const { onDrawn } = marks;
    marks._ratio = ratio;
    [canvas.width, canvas.height] = size.map((value) => value * ratio);
    marks.onDrawn = null;
    try {
      marks.draw();
    } finally {
      marks.onDrawn = onDrawn;
    }
  };

  // The land and the marks are drawn anew, as fine as the picture is.
  function finer(sketch, app) {
    const { map, marks } = app;
    const own = new Map();
    const zoom = map.getZoom();
    map.eachLayer((layer) => {
      if (!(page.LandLayer && layer instanceof page.LandLayer)) return;
      own.set(layer.getContainer(), (alpha) => {
        const bounds = map.getPixelBounds();
        const { x: width, y: height } = map.getSize();
        const size = 256 * 2 ** zoom;
        const { left, top } = map.getContainer().getBoundingClientRect();
        sketch.calls.push((pen) => {
          pen.globalAlpha = alpha;
          pen.save();
          pen.translate(left - sketch.origin.left, top - sketch.origin.top);
          for (let copy = Math.floor(bounds.min.x / size); copy * size < bounds.max.x; copy++) {
            page.paintGround(pen, layer._basemap, layer._colours, {
              size,
              left: bounds.min.x - copy * size,
              top: bounds.min.y,
              width,
              height,
              elsewhere: layer._elsewhere,
              background: layer._background,
            });
          }
          pen.restore();
          pen.globalAlpha = 1;
        });
      });
    });
    const canvas = marks && marks._container;
    if (canvas && marks.draw && marks._ratio < SCALE) {
      own.set(canvas, (alpha) => {
        page.drawFiner(marks, SCALE);
        sketch.image(copyOf(canvas), canvas.getBoundingClientRect(), alpha);
        marks._state = "";
        marks._update();
      });
    }
    sketch.own = own;
  }

  // Words to lines that fit; one longer than a line is cut.
  function wrapped(pen, text, width, most) {
    const lines = [];
    let line = "";
    const parts = text.slice(0, 4000).split(/\s+/).filter(Boolean);
    for (let part of parts) {
      while (pen.measureText(part).width > width && part.length > 1) part = part.slice(0, Math.floor(part.length * 0.8) || 1);
      if (line && pen.measureText(line + " " + part).width > width) {
        lines.push(line);
        line = part;
      } else line = line ? line + " " + part : part;
      if (lines.length > most) break;
    }
    if (line) lines.push(line);
    if (lines.length > most) {
      lines.length = most;
      lines[most - 1] = lines[most - 1].slice(0, -1) + "…";
    }
    return lines;
  }

  // Texts above or below the map: what they need, and how they are drawn.
  function block(pen, texts, width) {
    const rows = [];
    let height = PAD - 4;
    for (const [text, font, colour, step, most] of texts) {
      if (!text) continue;
      pen.font = font;
      for (const line of wrapped(pen, text, width - 2 * PAD, most)) {
        rows.push([line, font, colour, height + step * 0.78]);
        height += step;
      }
    }
    height += PAD - 7;
    const draw = (top) => {
      pen.textAlign = "left";
      pen.textBaseline = "alphabetic";
      for (const [line, font, colour, y] of rows) {
        pen.font = font;
        pen.fillStyle = colour;
        pen.fillText(line, PAD, top + y);
      }
    };
    return { height: Math.ceil(height), draw };
  }

  // The legend counts as part of the picture even where it is folded away; it is unfolded while it is looked at.
  function sketched(app) {
    const frame = app.map.getContainer();
    const origin = frame.getBoundingClientRect();
    const sketch = new Sketch(origin, origin);
    finer(sketch, app);
    const legend = document.getElementById("legend");
    const folded = legend && !legend.hidden ? [...legend.querySelectorAll("details:not([open])")] : [];
    for (const box of folded) box.open = true;
    try {
      sketch.element(frame);
      if (legend && !legend.hidden && !frame.contains(legend)) legendOf(sketch, legend, origin);
    } finally {
      for (const box of folded) box.open = false;
    }
    return sketch;
  }

  function legendOf(sketch, legend, origin) {
    const rect = legend.getBoundingClientRect();
    const { left, top } = sketch.origin;
    const shift = { x: 0, y: 0 };
    if (rect.bottom > origin.bottom || rect.top < origin.top) {
      // On a narrow page the legend stands below the map.
      shift.x = rect.left - origin.left - 10;
      shift.y = rect.bottom - origin.bottom + 30;
      sketch.clip = rect;
    }
    sketch.origin = { left: left + shift.x, top: top + shift.y };
    sketch.element(legend);
    sketch.origin = { left, top };
  }

  // Resolves to the map as it is seen, as a PNG with twice as many pixels.
  page.picture = async function (app) {
    const { head } = app.store;
    const sketch = sketched(app);
    const { x: width, y: height } = app.map.getSize();
    const told = app.filters.describe();
    const credits = document.querySelector(".credits, .leaflet-control-attribution");
    const left = [...sketch.leftOut].map((host) => (host ? words.leftOutFrom(host) : words.leftOut));
    await Promise.all(sketch.waiting);

    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    const above = block(
      pen,
      [
        [head.title, "650 19px " + FONT, INK, 24, 4],
        [head.summary, "13px " + FONT, QUIET, 18, 2],
        [told.length ? words.filtered + " " + told.join(" · ") : "", "13px " + FONT, INK, 18, 4],
      ],
      width
    );
    const end = [words.made(head.made), credits ? credits.textContent : words.view + " " + head.view, ...left].join(" · ");
    const below = block(pen, [[end, "11px " + FONT, QUIET, 15, 6]], width);
    canvas.width = width * SCALE;
    canvas.height = (above.height + height + below.height) * SCALE;
    pen.scale(SCALE, SCALE);
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, width, above.height + height + below.height);
    above.draw(0);
    pen.save();
    pen.translate(0, above.height);
    pen.beginPath();
    pen.rect(0, 0, width, height);
    pen.clip();
    pen.fillStyle = getComputedStyle(app.map.getContainer()).backgroundColor;
    pen.fillRect(0, 0, width, height);
    for (const call of sketch.calls) call(pen);
    pen.restore();
    below.draw(above.height + height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error(words.tooLarge);
    return blob;
  };
})(incidentMap);
