// Bands of distance along a border: all that lies within so many km of it, drawn and counted on request.
"use strict";

(function (page) {
  const { lonAt, latAt, reach, linesOf, stretches, Course, DEGREE, TURN, AXIS_KM } = page.bandShapes;
  const TILE = 512;
  const COLOUR = "#8a5a0b";
  const EDGE = 0.9; // pixels
  const AROUND = [[1, 0], [0, 1], [-1, 0], [0, -1]];
  const MOST_OPAQUE = 0.24;
  const MOST_BANDS = 5;
  const FARTHEST_KM = 1000;
  const LABELS_A_BAND = 3;
  const BETWEEN_LABELS = 150; // pixels
  const SLICE_MS = 12;

  const BandTiles = L.GridLayer.extend({
    options: { pane: "bands", tileSize: TILE, updateWhenZooming: false, keepBuffer: 1 },

    initialize: function (lines, course, distances) {
      this._lines = lines;
      this._course = course;
      this._distances = distances;
      this._size = 0;
      const opaque = Math.min(MOST_OPAQUE, 0.1 + 0.05 * distances.length);
      this._opaque = 1 - Math.pow(1 - opaque, 1 / distances.length); // of each; the inner ones lie on the outer ones
    },

    // The bands as they are at a zoom, largest first.
    bands: function (size) {
      if (this._size !== size) {
        this._size = size;
        this._bands = this._distances.map((km) => stretches(this._lines, km, size)).reverse();
      }
      return this._bands;
    },

    createTile: function (coords) {
      const tile = document.createElement("canvas");
      const ratio = window.devicePixelRatio || 1;
      tile.width = tile.height = Math.round(TILE * ratio);
      const size = 256 * Math.pow(2, coords.z);
      const context = tile.getContext("2d");
      const [x, y] = [(coords.x + 0.5) * (TILE / size), (coords.y + 0.5) * (TILE / size)];
      // From the middle of the tile to its corners, where a pixel is widest.
      const nearEquator = Math.max(0, Math.abs(y - 0.5) - TILE / 2 / size);
      const half = (Math.SQRT1_2 * TILE * TURN * AXIS_KM) / size / Math.cosh(nearEquator * TURN);
      const farthest = this._distances[this._distances.length - 1];
      const away = half < farthest ? this._course.km(latAt(y), lonAt(x), farthest + 2 * half) : NaN;
      this.bands(size).forEach((band, number) => {
        const km = this._distances[this._distances.length - 1 - number];
        if (away > 1.01 * km + half) return;
        if (away < 0.99 * km - half) {
          context.globalAlpha = this._opaque;
          context.fillStyle = COLOUR;
          context.fillRect(0, 0, tile.width, tile.height);
          return;
        }
        const found = pathOf(band, size, coords.x * TILE, coords.y * TILE);
        if (found) this._paint(context, found.path, found.box, ratio);
      });
      return tile;
    },

    // The pieces of a band overlap, so it is filled once; its edge is what it covers when it is moved a little, less itself.
    _paint: function (context, path, box, ratio) {
      const [whole, edge] = (this._scratch = this._scratch || [0, 1].map(() => document.createElement("canvas")));
      const margin = 3;
      const [west, north] = [0, 1].map((axis) => Math.floor(Math.max(-margin, box[axis] - margin) * ratio));
      const [east, south] = [2, 3].map((axis) => Math.ceil(Math.min(TILE + margin, box[axis] + margin) * ratio));
      if (east <= west || south <= north) return;
      for (const canvas of [whole, edge]) {
        canvas.width = east - west; // which clears it
        canvas.height = south - north;
      }
      const brush = whole.getContext("2d");
      brush.setTransform(ratio, 0, 0, ratio, -west, -north);
      brush.fillStyle = COLOUR;
      brush.fill(path);
      const pen = edge.getContext("2d");
      for (const [x, y] of AROUND) pen.drawImage(whole, x * ratio * EDGE, y * ratio * EDGE);
      pen.globalCompositeOperation = "destination-out";
      pen.drawImage(whole, 0, 0);
      context.globalAlpha = this._opaque;
      context.drawImage(whole, west, north);
      context.globalAlpha = 0.7;
      context.drawImage(edge, west, north);
    },
  });

  // What of a band touches a tile: its path, and a box around it in pixels; the world repeats itself to either side.
  function pathOf(band, size, left, top) {
    const margin = 3;
    const path = new Path2D();
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const stretch of band) {
      const [west, north, east, south] = stretch.box;
      if (south * size < top - margin || north * size > top + TILE + margin) continue;
      const first = Math.ceil((left - margin) / size - east);
      const end = Math.floor((left + TILE + margin) / size - west);
      for (let copy = first; copy <= end; copy++) {
        for (const ring of stretch.rings()) {
          for (let i = 0; i < ring.length; i++) {
            const px = (ring[i][0] + copy) * size - left;
            const py = ring[i][1] * size - top;
            if (i) path.lineTo(px, py);
            else path.moveTo(px, py);
            if (px < box[0]) box[0] = px;
            if (py < box[1]) box[1] = py;
            if (px > box[2]) box[2] = px;
            if (py > box[3]) box[3] = py;
          }
          path.closePath();
        }
      }
    }
    return box[0] < Infinity ? { path, box } : null;
  }

  // The distances, written on the edges of the bands: few, and never on one another.
  const BandLabels = L.Layer.extend({
    initialize: function (tiles, course, distances) {
      Object.assign(this, { _tiles: tiles, _course: course, _distances: distances });
    },

    onAdd: function (map) {
      this._box = L.DomUtil.create("div", "band-labels leaflet-zoom-hide", map.getPane("band-labels"));
      this._box.setAttribute("aria-hidden", "true");
      map.on("moveend resize", this.redraw, this);
      this.redraw();
    },

    onRemove: function (map) {
      map.off("moveend resize", this.redraw, this);
      this._box.remove();
    },

    redraw: function () {
      const map = this._map;
      this._box.replaceChildren();
      const size = 256 * Math.pow(2, map.getZoom());
      const origin = map.getPixelOrigin();
      const view = map.getPixelBounds();
      const taken = [];
      this._tiles.bands(size).forEach((band, number) => {
        const km = this._distances[this._distances.length - 1 - number];
        let left = LABELS_A_BAND;
        const seen = band.filter((stretch) => inView(stretch, view, size));
        const step = Math.max(1, Math.floor(seen.length / 60));
        for (let i = Math.floor(step / 2); i < seen.length && left; i += step) {
          const spot = this._spot(seen[i], km, size, view, taken);
          if (!spot) continue;
          taken.push(spot);
          left--;
          const label = L.DomUtil.create("span", "band-label", this._box);
          label.textContent = page.words.bands.km(km);
          label.style.transform =
            "translate(" + Math.round(spot[0] - origin.x) + "px," + Math.round(spot[1] - origin.y) + "px) translate(-50%,-50%)";
        }
      });
    },

    // A place on the edge beside a stretch, in pixels of the world, where nothing else stands yet.
    _spot: function (stretch, km, size, view, taken) {
      const middle = [0, 1].map((axis) => (stretch.from[axis] + stretch.to[axis]) / 2);
      const lat = latAt(middle[1]);
      for (const side of [-1, 1]) {
        const [x, y] = reach(lat, lonAt(middle[0]), stretch.bearing + (side * Math.PI) / 2, km);
        const copy = Math.round((view.min.x + view.max.x) / (2 * size) - x);
        const spot = [(x + copy) * size, y * size];
        if (spot[0] < view.min.x + 40 || spot[0] > view.max.x - 40) continue;
        if (spot[1] < view.min.y + 20 || spot[1] > view.max.y - 20) continue;
        if (taken.some((t) => Math.hypot(t[0] - spot[0], t[1] - spot[1]) < BETWEEN_LABELS / 2)) continue;
        // Within the bend of a line the side of a stretch may lie deep in the band.
        if (this._course.km(latAt(y), lonAt(x), km) < 0.985 * km) continue;
        return spot;
      }
      return null;
    },
  });

  function inView(stretch, view, size) {
    const [west, north, east, south] = stretch.box;
    if (south * size < view.min.y || north * size > view.max.y) return false;
    return Math.ceil(view.min.x / size - east) <= Math.floor(view.max.x / size - west);
  }

  // Reads distances as they were typed: {distances} in km, sorted, or {fault} in words.
  function read(text) {
    const words = page.words.bands;
    const given = text.replace(/\bkm\b/gi, " ").split(/[\s,;]+/).filter(Boolean);
    if (!given.length) return { fault: words.none };
    for (const word of given) {
      if (!/^\d+(\.\d+)?$/.test(word)) return { fault: words.noNumber(word.slice(0, 30)) };
      if (!(Number(word) >= 1 && Number(word) <= FARTHEST_KM)) return { fault: words.outside(word.slice(0, 30)) };
    }
    const distances = [...new Set(given.map(Number))].sort((a, b) => a - b);
    return distances.length > MOST_BANDS ? { fault: words.many(distances.length) } : { distances };
  }

  // The borders to choose from: [pair, "Russia–Ukraine", how many of the two have incidents], sorted.
  function choices(app) {
    const head = app.store.head;
    const here = new Set(head.codes);
    const found = new Map();
    for (const border of app.basemap.borders) {
      if (border.kind === "elsewhere" || found.has(border.pair)) continue;
      const codes = border.pair.split("-");
      const name = codes.map((code) => head.countries[code] || code).join("–");
      found.set(border.pair, [border.pair, name, codes.filter((code) => here.has(code)).length]);
    }
    return [...found.values()].sort((a, b) => b[2] - a[2] || a[1].localeCompare(b[1], "en"));
  }

  // The border that the first incidents are measured to, most of them; "" if there is none.
  async function likely(store) {
    const first = Array.from({ length: Math.min(store.n, 50) }, (_, i) => i);
    const counts = new Map();
    for (const record of await store.records(first)) {
      const border = record.story || record.border;
      if (border) counts.set(border.pair.join("-"), (counts.get(border.pair.join("-")) || 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1]).map(([pair]) => pair)[0] || "";
  }

  // How far each incident lies from the line in km, Infinity beyond a limit; null if a later call took over.
  async function measured(store, course, limit, stale) {
    const found = new Float64Array(store.n);
    const known = new Map();
    let until = performance.now() + SLICE_MS;
    for (let i = 0; i < store.n; i++) {
      const key = store.spot ? store.spot[i] : store.lat[i] + "," + store.lon[i];
      let km = known.get(key);
      if (km === undefined) {
        km = course.km(store.lat[i] * DEGREE, store.lon[i] * DEGREE, limit);
        known.set(key, km);
      }
      found[i] = km;
      if (i % 64 || performance.now() < until) continue;
      await new Promise((resolve) => setTimeout(resolve));
      if (stale()) return null;
      until = performance.now() + SLICE_MS;
    }
    return found;
  }

  // Fills a part of the panel with the form, and draws what is asked for there.
  page.fillBands = function (box, app) {
    if (!app.basemap || !app.basemap.borders.length) return null;
    const words = page.words.bands;
    const { make } = page;
    const map = app.map;
    const pairs = choices(app);
    const names = new Map(pairs.map(([pair, name]) => [pair, name]));
    for (const [pane, level] of [["bands", 250], ["band-labels", 345]]) {
      const { style } = map.getPane(pane) || map.createPane(pane);
      style.zIndex = level;
      style.pointerEvents = "none";
    }

    const select = make("select", "");
    for (const [label, wanted] of [[words.near, true], [words.others, false]]) {
      const options = pairs.filter(([, , shared]) => Boolean(shared) === wanted);
      if (!options.length) continue;
      const group = make("optgroup", "");
      group.label = label;
      group.append(...options.map(([pair, name]) => new Option(name, pair)));
      select.append(group);
    }
    const input = make("input", "");
    input.type = "text";
    input.value = words.usual;
    input.autocomplete = "off";
    const hint = make("small", "", words.hint);
    hint.id = "bands-hint";
    const fault = make("p", "bands-fault");
    fault.id = "bands-fault";
    fault.setAttribute("role", "alert");
    input.setAttribute("aria-describedby", "bands-hint bands-fault");
    const show = make("button", "", words.show);
    const hide = page.button("", words.hide, function () {
      hideBands();
      show.focus();
    });
    hide.hidden = true;
    const status = make("p", "bands-status");
    status.setAttribute("aria-live", "polite");
    const form = make(
      "form",
      "bands-form",
      make("label", "", make("span", "", words.border), select),
      make("label", "", make("span", "", words.distances), input),
      hint,
      fault,
      make("div", "bands-buttons", show, hide),
      status
    );
    const details = make("details", "extra bands", make("summary", "", words.title), form);
    box.append(details);

    const key = make("div", "bands-key");
    let layers = [];
    let state = null; // {pair, distances} of what is drawn
    let km = null;
    let turn = 0;
    let chosen = false;

    function count() {
      if (!state || !km) return;
      const { mask } = app.filters;
      const inside = state.distances.map(() => 0);
      let shown = 0;
      for (let i = 0; i < km.length; i++) {
        if (!mask[i]) continue;
        shown++;
        for (let band = 0; band < inside.length; band++) if (km[i] <= state.distances[band]) inside[band]++;
      }
      const last = inside.length - 1;
      const texts = [words.status(inside[last], shown, state.distances[last], names.get(state.pair))];
      if (last && inside[last]) texts.push(words.each(inside.slice(0, -1).map((n, band) => [state.distances[band], n])));
      texts.push(words.note);
      status.textContent = texts.join(" ");
    }

    function legend() {
      key.replaceChildren();
      key.remove();
      const whole = document.getElementById("legend");
      if (!state || !whole) return;
      key.append(make("p", "", words.legend(names.get(state.pair))));
      const list = make("ul", "");
      const opaque = layers[0].options.opaque;
      state.distances.forEach((distance, band) => {
        const swatch = make("i", "band-swatch");
        swatch.setAttribute("aria-hidden", "true");
        swatch.style.setProperty("--tint", String(1 - Math.pow(1 - opaque, state.distances.length - band)));
        list.append(make("li", "", swatch, words.within(distance)));
      });
      key.append(list);
      (whole.querySelector("details") || whole).append(key);
    }

    function hideBands() {
      turn++;
      layers.forEach((layer) => layer.remove());
      layers = [];
      state = km = null;
      hide.hidden = true;
      status.textContent = "";
      legend();
    }

    // Draws the bands of a border; resolves when the incidents are counted too.
    async function showBands(pair, distances) {
      hideBands();
      if (!names.has(pair)) return;
      const mine = turn;
      const lines = linesOf(app.basemap, pair);
      const course = new Course(lines);
      const tiles = new BandTiles(lines, course, distances);
      tiles.options.opaque = tiles._opaque;
      layers = [tiles, new BandLabels(tiles, course, distances)];
      layers.forEach((layer) => layer.addTo(map));
      state = { pair, distances };
      select.value = pair;
      input.value = distances.join(", ");
      chosen = true;
      hide.hidden = false;
      legend();
      status.textContent = words.measuring;
      const found = await measured(app.store, course, distances[distances.length - 1], () => mine !== turn);
      if (!found || mine !== turn) return;
      km = found;
      count();
    }

    form.addEventListener("submit", function (event) {
      event.preventDefault();
      const asked = read(input.value);
      fault.textContent = asked.fault || "";
      input.setAttribute("aria-invalid", String(Boolean(asked.fault)));
      if (asked.fault) return input.focus();
      input.value = asked.distances.join(", ");
      showBands(select.value, asked.distances);
    });
    select.addEventListener("change", () => (chosen = true));
    details.addEventListener("toggle", async function () {
      if (!details.open || chosen) return;
      chosen = true;
      const pair = await likely(app.store);
      if (names.has(pair)) select.value = pair;
    });
    app.filters.on((filters) => {
      if (!filters.moving) count();
    });

    page.bands = {
      show: showBands,
      hide: hideBands,
      state: () => state,
      layers: () => layers,
      distances: () => km,
    };
    return page.bands;
  };
})(incidentMap);
