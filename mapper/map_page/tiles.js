// Tile layers over the plain map: tiles in this file or in a folder beside it, and, once the reader has agreed, online.
"use strict";

(function (page) {
  const COLOURS = {
    land: "#f7f5ef",
    water: "#cddce3",
    green: "#e3ebd8",
    sand: "#f3edda",
    ice: "#fbfcfd",
    built: "#efebe4",
    building: "#ded7cc",
    motorway: "#d9b27c",
    road: "#e0cfae",
    street: "#d9d4ca",
    path: "#d6cfbf",
    rail: "#c3c0bd",
    border: "#84798f",
    name: "#39424a",
    halo: "#ffffff",
  };
  const SIZE = 512; // CSS pixels of a vector tile
  const PATIENCE_MS = 20000;
  const KEPT = 12; // vector tiles that stay decoded

  // Kinds of ground by colour, as the two usual schemas (OpenMapTiles and Protomaps) name them; none is left as it is.
  const GROUND = {};
  for (const kind of ["forest", "wood", "grass", "grassland", "park", "national_park", "nature_reserve", "scrub"])
    GROUND[kind] = COLOURS.green;
  for (const kind of ["meadow", "golf_course", "cemetery", "orchard", "vineyard", "garden", "village_green"])
    GROUND[kind] = COLOURS.green;
  for (const kind of ["sand", "beach", "desert", "barren"]) GROUND[kind] = COLOURS.sand;
  for (const kind of ["ice", "glacier"]) GROUND[kind] = COLOURS.ice;
  for (const kind of ["residential", "commercial", "industrial", "retail", "urban_area", "railway", "aerodrome"])
    GROUND[kind] = COLOURS.built;

  // Kinds of road: colour, width in pixels at zoom 14, and the zoom from which it is drawn.
  const ROADS = {};
  for (const kind of ["path", "track", "other", "pier"]) ROADS[kind] = [COLOURS.path, 1, 14];
  for (const kind of ["rail", "transit"]) ROADS[kind] = [COLOURS.rail, 1, 9];
  for (const kind of ["minor", "service", "minor_road"]) ROADS[kind] = [COLOURS.street, 2.4, 11];
  for (const kind of ["secondary", "tertiary", "medium_road"]) ROADS[kind] = [COLOURS.road, 3, 8];
  for (const kind of ["primary", "major_road"]) ROADS[kind] = [COLOURS.road, 4, 6];
  for (const kind of ["motorway", "trunk", "highway"]) ROADS[kind] = [COLOURS.motorway, 4.5, 4];
  const ROAD_ORDER = Object.keys(ROADS);

  // Kinds of named place, most important first: font size, weight, and the zoom levels at which they are named.
  const PLACES = {
    continent: [14, 600, 0, 2],
    country: [13, 600, 1, 8],
    state: [11, 600, 4, 9],
    region: [11, 600, 4, 9],
    city: [13, 500, 3, 14],
    town: [12, 400, 7, 16],
    locality: [12, 400, 6, 16],
    village: [11, 400, 10, 20],
    suburb: [11, 400, 11, 20],
    neighbourhood: [10, 400, 13, 20],
    hamlet: [10, 400, 13, 20],
  };
  const PLACE_ORDER = Object.keys(PLACES);

  // The head of a tileset (mapper/tilesets.py) to a map from "z/x/y" to [offset, length].
  function indexOf(head) {
    const index = new Map();
    let z = 0;
    let x = 0;
    let y = 0;
    let offset = 0;
    let length = 0;
    for (let i = 0; i < head.z.length; i++) {
      z += head.z[i];
      x += head.x[i];
      y += head.y[i];
      if (head.offset) {
        offset += head.offset[i];
        length += head.length[i];
      }
      index.set(z + "/" + x + "/" + y, [offset, length]);
    }
    return index;
  }

  function decoded(head, base64) {
    const binary = atob(base64.trim());
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    if (!head.gzip) return Promise.resolve(bytes);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer().then((buffer) => new Uint8Array(buffer));
  }

  function nameOf(coords) {
    return coords.z + "/" + coords.x + "/" + coords.y;
  }

  // Leaflet wants `done` after the tile was handed over.
  function blank(done) {
    const tile = document.createElement("div");
    setTimeout(() => done(null, tile));
    return tile;
  }

  // Tiles of which the bytes are in this file.
  const Embedded = L.GridLayer.extend({
    initialize: function (head, base64, options) {
      L.setOptions(this, Object.assign({ maxZoom: 22, zIndex: 2, keepBuffer: 1, updateWhenZooming: false }, options));
      this._head = head;
      this._index = indexOf(head);
      this._base64 = base64;
      this._dropped = new WeakSet();
      this.on("tileunload", (event) => {
        this._dropped.add(event.tile);
        if (event.tile.src) URL.revokeObjectURL(event.tile.src);
      });
    },

    // Resolves to the bytes of a tile; all are decoded when the first is asked for.
    _bytes: function (place) {
      if (!this._all) {
        this._all = decoded(this._head, this._base64);
        this._base64 = "";
      }
      return this._all.then((all) => all.subarray(place[0], place[0] + place[1]));
    },
  });

  const EmbeddedRaster = Embedded.extend({
    createTile: function (coords, done) {
      const place = this._index.get(nameOf(coords));
      if (!place) return blank(done);
      const tile = document.createElement("img");
      tile.alt = "";
      tile.addEventListener("load", () => done(null, tile));
      tile.addEventListener("error", () => done(new Error("no image"), tile));
      this._bytes(place).then(
        (bytes) => {
          if (!this._dropped.has(tile)) tile.src = URL.createObjectURL(new Blob([bytes], { type: this._head.mime }));
        },
        (error) => done(error, tile)
      );
      return tile;
    },
  });

  // Adds a feature's lines to the canvas path. The decoder's own walk would make an object of every point, and one
  // command may tell it to close a ring half a billion times.
  function trace(context, feature, view) {
    const pbf = feature._pbf;
    pbf.pos = feature._geometry;
    const end = pbf.readVarint() + pbf.pos;
    let command = 1;
    let left = 0;
    let x = 0;
    let y = 0;
    while (pbf.pos < end) {
      if (left <= 0) {
        const number = pbf.readVarint();
        command = number & 7;
        left = number >> 3;
        if (left <= 0) continue;
      }
      if (command === 7) {
        context.closePath();
        left = 0;
        continue;
      }
      if (command !== 1 && command !== 2) return;
      left -= 1;
      x += pbf.readSVarint();
      y += pbf.readSVarint();
      const px = x * view.scale - view.left;
      const py = y * view.scale - view.top;
      if (command === 1) context.moveTo(px, py);
      else context.lineTo(px, py);
    }
  }

  function kindOf(properties) {
    return properties.kind || properties["pmap:kind"] || properties.class || "";
  }

  // Calls `draw` with every feature of the layers of these names, its properties and its view.
  function each(tile, names, view, draw) {
    for (const name of names) {
      const layer = Object.hasOwn(tile.layers, name) ? tile.layers[name] : null;
      if (!layer || !(layer.extent > 0)) continue;
      const within = Object.assign({}, view, { scale: (SIZE * view.zoomed) / layer.extent });
      for (let i = 0; i < layer.length; i++) {
        const feature = layer.feature(i);
        if (feature._geometry >= 0) draw(feature, feature.properties, within);
      }
    }
  }

  function ground(context, tile, view) {
    const earth = Object.hasOwn(tile.layers, "earth");
    context.fillStyle = earth ? COLOURS.water : COLOURS.land;
    context.fillRect(0, 0, SIZE, SIZE);
    const paths = new Map(); // colour -> a path of its own, so that each colour is filled once
    const add = (colour, feature, within) => {
      if (!paths.has(colour)) paths.set(colour, new Path2D());
      trace(paths.get(colour), feature, within);
    };
    each(tile, ["earth"], view, (feature, _, within) => feature.type === 3 && add(COLOURS.land, feature, within));
    each(tile, ["landcover", "landuse", "park"], view, (feature, properties, within) => {
      const colour = GROUND[kindOf(properties)];
      if (colour && feature.type === 3) add(colour, feature, within);
    });
    for (const [colour, path] of paths) {
      context.fillStyle = colour;
      context.fill(path);
    }
  }

  function water(context, tile, view) {
    const areas = new Path2D();
    const lines = new Path2D();
    each(tile, ["water", "waterway", "physical_line"], view, (feature, _, within) => {
      if (feature.type === 3) trace(areas, feature, within);
      if (feature.type === 2) trace(lines, feature, within);
    });
    context.fillStyle = context.strokeStyle = COLOURS.water;
    context.fill(areas);
    context.lineWidth = view.zoom < 11 ? 0.8 : 1.6;
    context.stroke(lines);
  }

  function buildings(context, tile, view) {
    if (view.zoom < 13) return;
    const path = new Path2D();
    each(tile, ["building", "buildings"], view, (feature, _, within) => {
      if (feature.type === 3) trace(path, feature, within);
    });
    context.fillStyle = COLOURS.building;
    context.fill(path);
  }

  function roads(context, tile, view) {
    const paths = {};
    each(tile, ["transportation", "roads", "transit"], view, (feature, properties, within) => {
      const kind = kindOf(properties);
      if (feature.type !== 2 || !Object.hasOwn(ROADS, kind) || view.zoom < ROADS[kind][2]) return;
      paths[kind] = paths[kind] || new Path2D();
      trace(paths[kind], feature, within);
    });
    for (const kind of ROAD_ORDER) {
      if (!paths[kind]) continue;
      context.strokeStyle = ROADS[kind][0];
      context.lineWidth = Math.min(14, ROADS[kind][1] * Math.max(0.3, Math.pow(1.45, view.zoom - 14)));
      context.stroke(paths[kind]);
    }
  }

  function borders(context, tile, view) {
    const sorts = [new Path2D(), new Path2D(), new Path2D()]; // countries, disputed, what lies within countries
    each(tile, ["boundary", "boundaries"], view, (feature, properties, within) => {
      const level = properties.admin_level || properties.kind_detail || properties["pmap:min_admin_level"];
      const country = properties.kind ? properties.kind === "country" : level <= 2;
      if (feature.type !== 2 || properties.maritime === 1 || (!country && view.zoom < 5)) return;
      trace(sorts[!country ? 2 : properties.disputed ? 1 : 0], feature, within);
    });
    context.strokeStyle = COLOURS.border;
    [[1.2, []], [1.2, [6, 4]], [0.7, [3, 3]]].forEach(([width, dashes], i) => {
      context.lineWidth = width;
      context.setLineDash(dashes);
      context.stroke(sorts[i]);
    });
    context.setLineDash([]);
  }

  // Names stay within their tile, since the next tile knows nothing of them; what would overlap is left out.
  function names(context, tile, view) {
    const found = [];
    each(tile, ["place", "places"], view, (feature, properties, within) => {
      let kind = kindOf(properties);
      if (kind === "locality") kind = properties.kind_detail || properties["pmap:kind_detail"] || kind;
      const text = properties["name:en"] || properties["name:latin"] || properties.name;
      if (feature.type !== 1 || !Object.hasOwn(PLACES, kind) || typeof text !== "string") return;
      if (view.zoom < PLACES[kind][2] || view.zoom > PLACES[kind][3]) return;
      let spot = null;
      const pen = { moveTo: (x, y) => (spot = spot || [x, y]), lineTo: () => {}, closePath: () => {} };
      trace(pen, feature, within);
      if (!spot || spot[0] < 0 || spot[1] < 0 || spot[0] >= SIZE || spot[1] >= SIZE) return;
      const rank = properties.rank || properties["pmap:rank"] || 0;
      const people = properties.population || 0;
      found.push({ kind, text: text.slice(0, 60), spot, order: [PLACE_ORDER.indexOf(kind), rank, -people] });
    });
    found.sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1] || a.order[2] - b.order[2]);
    const taken = [];
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.strokeStyle = COLOURS.halo;
    context.fillStyle = COLOURS.name;
    context.lineWidth = 3;
    context.lineJoin = "round";
    for (const { kind, text, spot } of found.slice(0, 200)) {
      const [size, weight] = PLACES[kind];
      context.font = weight + " " + size + "px system-ui, sans-serif";
      const half = context.measureText(text).width / 2 + 3;
      if (half > SIZE / 2) continue;
      const x = Math.max(half, Math.min(SIZE - half, spot[0]));
      const y = Math.max(size, Math.min(SIZE - size, spot[1]));
      const box = [x - half, y - size, x + half, y + size];
      if (taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1])) continue;
      taken.push(box);
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  }

  const EmbeddedVector = Embedded.extend({
    createTile: function (coords, done) {
      // A tile of 512 pixels at zoom z shows what the tilesets count as zoom z - 1.
      const deeper = Math.max(0, coords.z - 1 - this._head.maxzoom);
      const share = Math.pow(2, deeper);
      const own = { z: coords.z - 1 - deeper, x: Math.floor(coords.x / share), y: Math.floor(coords.y / share) };
      const place = this._index.get(nameOf(own));
      if (!place) return blank(done);
      const ratio = Math.min(3, window.devicePixelRatio || 1);
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = SIZE * ratio;
      const view = {
        zoom: coords.z,
        zoomed: share,
        left: (coords.x - own.x * share) * SIZE,
        top: (coords.y - own.y * share) * SIZE,
      };
      this._vectorTile(nameOf(own), place).then((tile) => {
        if (this._dropped.has(canvas)) return;
        const context = canvas.getContext("2d");
        context.scale(ratio, ratio);
        context.lineJoin = context.lineCap = "round";
        for (const part of [ground, water, buildings, roads, borders, names]) part(context, tile, view);
        done(null, canvas);
      }).catch((error) => done(error, canvas));
      return canvas;
    },

    _vectorTile: function (name, place) {
      this._ready = this._ready || new Map();
      let tile = this._ready.get(name);
      if (!tile) {
        tile = this._bytes(place).then((bytes) => new vectorTiles.VectorTile(new vectorTiles.PbfReader(bytes)));
        if (this._ready.size >= KEPT) this._ready.delete(this._ready.keys().next().value);
        this._ready.set(name, tile);
      }
      return tile;
    },
  });

  // Tiles in a folder beside this file; only those that are there are asked for.
  const Beside = L.TileLayer.extend({
    initialize: function (head) {
      const options = { minZoom: head.minzoom, maxZoom: 22, maxNativeZoom: head.maxzoom, zIndex: 2, keepBuffer: 1 };
      L.TileLayer.prototype.initialize.call(this, head.folder + "/{z}/{x}/{y}." + head.suffix, options);
      this.folder = decodeURIComponent(head.folder);
      this._index = indexOf(head);
    },

    createTile: function (coords, done) {
      if (!this._index.has(nameOf(coords))) return blank(done);
      return L.TileLayer.prototype.createTile.call(this, coords, done);
    },
  });

  function make(tag, className, ...content) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...content);
    return element;
  }

  function hostOf(url) {
    return new URL(url.replace(/[{}]/g, "")).host;
  }

  function onlineLayer(item) {
    return L.tileLayer(item.url, {
      maxZoom: 22,
      maxNativeZoom: item.maxzoom,
      zIndex: 2,
      keepBuffer: 1,
      referrerPolicy: "strict-origin-when-cross-origin",
    });
  }

  // Calls `failed` once if nothing comes of a layer, and `partly` with whether some tiles did not come.
  function watch(layer, failed, partly) {
    let pending = 0;
    let loaded = 0;
    let missed = 0;
    let over = false;
    // Later, since Leaflet still works with the layer while it tells of a tile.
    const give = () => setTimeout(() => !over && !loaded && missed && stop() && failed());
    const timer = setTimeout(() => !over && !loaded && (pending || missed) && stop() && failed(), PATIENCE_MS);
    const handlers = {
      tileloadstart: () => (pending += 1),
      tileload: (event) => {
        pending -= 1;
        if (event.tile.nodeName !== "DIV") loaded += 1;
      },
      tileerror: () => {
        pending -= 1;
        missed += 1;
        if (missed >= 4) give();
      },
      load: () => {
        give();
        if (loaded) partly(missed > 0);
        if (loaded) missed = 0;
      },
    };
    layer.on(handlers);
    function stop() {
      over = true;
      clearTimeout(timer);
      layer.off(handlers);
      return true;
    }
    return stop;
  }

  const Chooser = L.Control.extend({
    options: { position: "topright" },

    // `layers`: {name, attribution, layer} for what is in or beside this file, {name, attribution, url, maxzoom} for
    // what is online. The land stays below, so that what a layer lacks is not blank.
    initialize: function (layers, landLayer, options) {
      L.setOptions(this, options);
      this._items = [{ name: page.words.tiles.plain }, ...layers];
      this._land = landLayer;
      this._current = 0;
      this._agreed = new Set();
      this._stop = () => {};
    },

    onAdd: function () {
      const words = page.words.tiles;
      const group = make("fieldset", "", make("legend", "", words.legend));
      this._radios = this._items.map((item, i) => {
        const radio = make("input");
        radio.type = "radio";
        radio.name = "background";
        radio.checked = i === this._current;
        radio.addEventListener("change", () => this._choose(i));
        const label = make("label", "", radio, make("span", "", item.name));
        if (item.url) label.append(make("small", "", words.online));
        group.append(label);
        return radio;
      });
      this._question = make("p");
      const load = make("button", "", words.load);
      const stay = make("button", "", words.stay);
      load.type = stay.type = "button";
      load.addEventListener("click", () => this._agree());
      stay.addEventListener("click", () => this._decline());
      this._ask = make("div", "background-ask", this._question, load, stay);
      this._ask.setAttribute("role", "group");
      this._ask.setAttribute("aria-label", words.asking);
      this._ask.hidden = true;
      this._credit = make("p", "background-credit");
      this._told = make("p", "background-told");
      this._told.setAttribute("role", "status");
      this._summary = make("summary", "", words.title);
      this._details = make("details", "", this._summary, group, this._ask, this._told, this._credit);
      const box = make("div", "background", this._details);
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      // The map would move by the arrow keys that choose among the layers.
      box.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.key !== "Escape" || !this._details.open) return;
        this._details.open = false;
        this._summary.focus();
      });
      if (this._land && this._land.setZIndex) this._land.setZIndex(1);
      return box;
    },

    onRemove: function () {
      this._show(0);
    },

    _choose: function (i) {
      const item = this._items[i];
      this._told.textContent = "";
      this._ask.hidden = true;
      this._asked = null;
      if (!item.url || this._agreed.has(hostOf(item.url))) {
        this._show(i);
        return;
      }
      this._asked = i;
      this._question.textContent = page.words.tiles.reveals(hostOf(item.url));
      this._ask.hidden = false;
    },

    _agree: function () {
      const i = this._asked;
      this._agreed.add(hostOf(this._items[i].url));
      this._radios[i].focus(); // the button goes away
      this._choose(i);
    },

    _decline: function () {
      this._ask.hidden = true;
      this._asked = null;
      this._radios[this._current].checked = true;
      this._radios[this._current].focus();
    },

    _show: function (i) {
      const item = this._items[i];
      this._stop();
      this._stop = () => {};
      if (this._layer) this._layer.remove();
      this._current = i;
      this._radios[i].checked = true;
      this._layer = item.layer || (item.url ? onlineLayer(item) : null);
      this._credit.textContent = item.attribution || "";
      if (this._layer) {
        const words = page.words.tiles;
        this._stop = watch(
          this._layer,
          () => this._fail(item),
          (some) => (this._told.textContent = some ? words.some : "")
        );
        this._layer.addTo(this._map);
        if (item.attribution && page.credit) page.credit(item.attribution);
      }
      this._map.fire("background", { plain: !this._layer, name: item.name });
    },

    _fail: function (item) {
      const words = page.words.tiles;
      this._show(0);
      if (!item.url) this._told.textContent = item.layer.folder ? words.noFolder(item.layer.folder) : words.damaged;
      else if (navigator.onLine === false) this._told.textContent = words.offline;
      else this._told.textContent = words.refused(hostOf(item.url), location.protocol === "file:");
      this._details.open = true;
    },
  });

  page.tiles = {
    // A layer of tiles that are in this file: the head and base64 text of mapper.tilesets.packed().
    embedded: function (head, base64) {
      return head.kind === "vector"
        ? new EmbeddedVector(head, base64, { tileSize: SIZE, minZoom: head.minzoom + 1 })
        : new EmbeddedRaster(head, base64, { minZoom: head.minzoom, maxNativeZoom: head.maxzoom });
    },

    // A layer of tiles in a folder beside this file: the head of mapper.tilesets.write_beside().
    beside: function (head) {
      return new Beside(head);
    },

    // Puts the choice of the background on the map.
    chooser: function (map, layers, landLayer, options) {
      return new Chooser(layers, landLayer, options).addTo(map);
    },
  };
})(incidentMap);
