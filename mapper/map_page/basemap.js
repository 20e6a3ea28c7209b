// The basemap: land and borders drawn on canvas tiles, names on top. Everything lives in `incidentMap`.
"use strict";
var incidentMap = {};

(function (page) {
  var MAX_LATITUDE = 85.0511287798; // where the square Web Mercator world ends
  var DEGREE = Math.PI / 180;
  var TILE = 512;
  const FAR_WORLD = 4096; // pixels: while the whole world is no wider, fewer points will do
  var MARGIN = 4; // pixels around a tile that are still traced, so that strokes meet across tiles

  // Longitude and latitude to 0..1 across the Web Mercator world, y downwards.
  function worldX(lon) {
    return lon / 360 + 0.5;
  }
  function worldY(lat) {
    var sine = Math.sin(Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, lat)) * DEGREE);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

  page.worldY = worldY;

  // Delta-coded integers to {x, y, box} in world units.
  function unpack(numbers, scale) {
    var n = numbers.length / 2;
    var x = new Float64Array(n);
    var y = new Float64Array(n);
    var box = [Infinity, Infinity, -Infinity, -Infinity];
    for (var i = 0, lon = 0, lat = 0; i < n; i++) {
      lon += numbers[2 * i];
      lat += numbers[2 * i + 1];
      x[i] = worldX(lon / scale);
      y[i] = worldY(lat / scale);
      if (x[i] < box[0]) box[0] = x[i];
      if (y[i] < box[1]) box[1] = y[i];
      if (x[i] > box[2]) box[2] = x[i];
      if (y[i] > box[3]) box[3] = y[i];
    }
    return { x: x, y: y, box: box };
  }

  function degrees(numbers, scale) {
    var line = [];
    for (var i = 0, lon = 0, lat = 0; i < numbers.length; i += 2) {
      lon += numbers[i];
      lat += numbers[i + 1];
      line.push([lat / scale, lon / scale]);
    }
    return line;
  }

  function unpackAll(lines, scale) {
    return lines.map(function (line) {
      return unpack(line, scale);
    });
  }

  function gunzipped(packed) {
    const binary = atob(packed);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  }

  // The cells of the fine pieces: where they lie in world units, and whether a place lies in one.
  function cellsOf(near) {
    const step = near.cell_deg;
    const held = new Set(near.cells.map((c) => c.join()));
    return {
      step: step,
      boxes: near.cells.map((c) => [worldX(c[1]), worldY(c[0] + step), worldX(c[1] + step), worldY(c[0])]),
      hold: function (lat, lon) {
        return held.has(Math.floor(lat / step) * step + "," + Math.floor(lon / step) * step);
      },
    };
  }

  // What of a line of [lat, lon] runs in the cells, or what of it does not.
  function within(line, cells, inside) {
    const runs = [];
    let run = null;
    for (let i = 1; i < line.length; i++) {
      const from = line[i - 1];
      const to = line[i];
      const cuts = [0, 1];
      for (let axis = 0; axis < 2; axis++) {
        const low = Math.min(from[axis], to[axis]);
        const high = Math.max(from[axis], to[axis]);
        for (let edge = Math.floor(low / cells.step + 1) * cells.step; edge < high; edge += cells.step)
          cuts.push((edge - from[axis]) / (to[axis] - from[axis]));
      }
      cuts.sort((a, b) => a - b);
      for (let k = 1; k < cuts.length; k++) {
        const at = (t) => [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
        const middle = at((cuts[k - 1] + cuts[k]) / 2);
        if (cells.hold(middle[0], middle[1]) !== inside) {
          run = null;
          continue;
        }
        if (!run) runs.push((run = [at(cuts[k - 1])]));
        run.push(at(cuts[k]));
      }
    }
    return runs;
  }

  // One part of the basemap, ready to draw. `drawn` tells of each group of lines what it is:
  // [country, country, agreed | disputed | elsewhere], or null for no border.
  function part(raw, drawn) {
    const lines = { agreed: [], disputed: [], elsewhere: [] };
    raw.borders.groups.forEach(function (group, index) {
      if (drawn[index]) lines[drawn[index][2]].push(...unpackAll(group, raw.borders.scale));
    });
    return {
      land: unpackAll(raw.land.rings, raw.land.scale),
      lines: lines,
      admin1: raw.admin1 ? unpackAll(raw.admin1.lines, raw.admin1.scale) : [],
    };
  }

  // Resolves to the basemap: the whole world and, where there is one, the finer part near the incidents. Both texts
  // are base64 of gzipped JSON; `near` may be null.
  page.inflate = async function (packed, drawn, near) {
    const raws = await Promise.all([gunzipped(packed), near ? gunzipped(near) : null]);
    const raw = raws[0];
    const fine = raws[1];
    const cells = fine && cellsOf(fine);
    const basemap = part(raw, drawn);
    basemap.near = fine && Object.assign(part(fine, drawn), { cells: cells.boxes });
    if (fine) basemap.admin1 = basemap.near.admin1;
    basemap.countries = raw.countries;
    basemap.cities = fine ? raw.cities.concat(fine.cities).sort((a, b) => b[3] - a[3]) : raw.cities;
    basemap.borders = [];
    raw.borders.groups.forEach(function (group, index) {
      if (!drawn[index]) return;
      basemap.borders.push({
        pair: drawn[index][0] + "-" + drawn[index][1],
        kind: drawn[index][2],
        // The lines as drawn from close by, as lists of [lat, lon].
        degrees: function () {
          const coarse = group.map((line) => degrees(line, raw.borders.scale));
          if (!fine) return coarse;
          const pieces = fine.borders.groups[index].map((line) => degrees(line, fine.borders.scale));
          return coarse
            .flatMap((line) => within(line, cells, false))
            .concat(pieces.flatMap((line) => within(line, cells, true)));
        },
      });
    });
    return basemap;
  };

  // Adds a line or ring to the canvas path. Points closer than half a pixel to the last one are left out, and so
  // are runs of points that all lie beyond the same edge of the canvas: they change nothing within it.
  function trace(context, line, view, close) {
    const x = line.x;
    const y = line.y;
    const last = x.length - 1;
    const right = view.width + MARGIN;
    const bottom = view.height + MARGIN;
    const sideOf = (px, py) => (px < -MARGIN ? 1 : 0) | (px > right ? 2 : 0) | (py < -MARGIN ? 4 : 0) | (py > bottom ? 8 : 0);
    let pen = false;
    let drawnX = NaN;
    let drawnY = NaN;
    let run = 0; // the edges beyond which every point since the last drawn one lies
    let px = x[0] * view.size - view.left;
    let py = y[0] * view.size - view.top;
    let side = sideOf(px, py);
    for (let i = 0; i <= last; i++) {
      let nx = px;
      let ny = py;
      let next = side;
      if (i < last) {
        nx = x[i + 1] * view.size - view.left;
        ny = y[i + 1] * view.size - view.top;
        next = sideOf(nx, ny);
      }
      const hidden = run & side & next;
      const near = Math.abs(px - drawnX) < 0.5 && Math.abs(py - drawnY) < 0.5;
      if (i && i < last && (hidden || near)) {
        run &= side;
      } else {
        run = side;
        if (pen) context.lineTo(px, py);
        else context.moveTo(px, py);
        pen = true;
        drawnX = px;
        drawnY = py;
      }
      px = nx;
      py = ny;
      side = next;
    }
    if (close) context.closePath();
  }

  function drawAll(context, lines, view, close) {
    const right = view.left + view.width + MARGIN;
    const bottom = view.top + view.height + MARGIN;
    context.beginPath();
    for (let i = 0; i < lines.length; i++) {
      const box = lines[i].box;
      if (box[2] * view.size < view.left - MARGIN || box[0] * view.size > right) continue;
      if (box[3] * view.size < view.top - MARGIN || box[1] * view.size > bottom) continue;
      if ((box[2] - box[0] + box[3] - box[1]) * view.size < 0.8) continue;
      trace(context, lines[i], view, close);
    }
  }

  const ZOOM_NEAR = 6; // from here on the fine pieces are drawn where there are any
  const ZOOM_ADMIN1 = 5;

  // Calls draw with the canvas clipped to the cells, or to all but them. Edges lie on whole device pixels, so that
  // both sides meet without a seam.
  function clipped(context, cells, view, inside, draw) {
    const pixel = context.getTransform().a || 1;
    const snap = (value) => Math.round(value * pixel) / pixel;
    context.save();
    context.beginPath();
    if (!inside) context.rect(-MARGIN, -MARGIN, view.width + 2 * MARGIN, view.height + 2 * MARGIN);
    cells.forEach(function (box) {
      const left = Math.max(-MARGIN, snap(box[0] * view.size - view.left));
      const top = Math.max(-MARGIN, snap(box[1] * view.size - view.top));
      const right = Math.min(view.width + MARGIN, snap(box[2] * view.size - view.left));
      const bottom = Math.min(view.height + MARGIN, snap(box[3] * view.size - view.top));
      if (right > left && bottom > top) context.rect(left, top, right - left, bottom - top);
    });
    context.clip("evenodd");
    draw();
    context.restore();
  }

  // Lines without what cannot be seen in a world of so many pixels; made once for each size up to FAR_WORLD.
  const far = new WeakMap();
  function fit(lines, view) {
    if (view.size > FAR_WORLD) return lines;
    if (!far.has(lines)) far.set(lines, new Map());
    const made = far.get(lines);
    if (!made.has(view.size)) {
      const seen = ({ box }) => (box[2] - box[0] + box[3] - box[1]) * view.size >= 0.8;
      made.set(view.size, lines.filter(seen).map((line) => thinned(line, 0.7 / view.size)));
    }
    return made.get(view.size);
  }

  function thinned({ x, y, box }, step) {
    const last = x.length - 1;
    const [keptX, keptY] = [new Float64Array(last + 1), new Float64Array(last + 1)];
    let count = 0;
    for (let i = 0, k = 0; i <= last; i++) {
      if (i && i < last && Math.abs(x[i] - x[k]) < step && Math.abs(y[i] - y[k]) < step) continue;
      k = i;
      keptX[count] = x[i];
      keptY[count++] = y[i];
    }
    return { x: keptX.slice(0, count), y: keptY.slice(0, count), box };
  }

  function paintLand(context, land, colours, view) {
    drawAll(context, fit(land, view), view, true);
    context.fillStyle = colours.land;
    context.fill("evenodd");
    // The cut along the antimeridian is an edge of the map, not a coast; that at the pole lies below the map.
    context.save();
    const path = new Path2D();
    path.rect(0.5 - view.left, -view.top, view.size - 1, view.size - 0.5);
    context.clip(path);
    context.strokeStyle = colours.coast;
    context.lineWidth = 0.7;
    context.stroke();
    context.restore();
  }

  function paintBorders(context, lines, colours, view, away) {
    context.strokeStyle = colours.border;
    context.lineWidth = away ? 0.8 : 1.2;
    drawAll(context, fit(lines.agreed, view), view, false);
    context.stroke();
    context.setLineDash(away ? [3, 2] : [6, 4]);
    drawAll(context, fit(lines.disputed, view), view, false);
    context.stroke();
    if (view.elsewhere !== false) {
      context.globalAlpha = 0.6;
      context.setLineDash(away ? [1, 2] : [1.5, 3]);
      drawAll(context, fit(lines.elsewhere, view), view, false);
      context.stroke();
      context.globalAlpha = 1;
    }
    context.setLineDash([]);
  }

  // Draws one copy of the world on a canvas of any size. `view` is {size: the world's width, left, top: where the
  // canvas begins in that world, width, height: the canvas}, all in pixels; {background: false} leaves land, coasts
  // and regions to what lies below, {elsewhere: false} leaves out lines that only other views draw.
  page.paintGround = function (context, basemap, colours, view) {
    const zoom = Math.log2(view.size / 256) + 0.01;
    const near = zoom >= ZOOM_NEAR && basemap.near ? basemap.near : null;
    function each(draw) {
      if (!near) return draw(basemap);
      clipped(context, near.cells, view, false, () => draw(basemap));
      clipped(context, near.cells, view, true, () => draw(near));
    }
    context.save();
    context.lineJoin = "round";
    if (view.background !== false) {
      each((ground) => paintLand(context, ground.land, colours, view));
      if (zoom >= ZOOM_ADMIN1) {
        context.strokeStyle = colours.admin1 || "#c9c3cf";
        context.lineWidth = 0.8;
        drawAll(context, basemap.admin1, view, false);
        context.stroke();
      }
    }
    each((ground) => paintBorders(context, ground.lines, colours, view, zoom < 5));
    context.restore();
  };

  page.LandLayer = L.GridLayer.extend({
    options: { tileSize: TILE, updateWhenZooming: false, keepBuffer: 1 },

    initialize: function (basemap, colours) {
      this._basemap = basemap;
      this._colours = colours;
      this._elsewhere = true;
      this._background = true;
    },

    // Shows or hides the dotted lines that only other views draw.
    setElsewhere: function (shown) {
      return this._set("_elsewhere", shown);
    },

    // Shows or hides the land, so that tiles below can be seen; borders are drawn either way.
    setBackground: function (shown) {
      return this._set("_background", shown);
    },

    _set: function (what, shown) {
      if (this[what] !== Boolean(shown)) {
        this[what] = Boolean(shown);
        if (this._map) this.redraw();
      }
      return this;
    },

    createTile: function (coords) {
      const tile = document.createElement("canvas");
      const ratio = window.devicePixelRatio || 1;
      tile.width = tile.height = TILE * ratio;
      const context = tile.getContext("2d");
      context.scale(ratio, ratio);
      const size = 256 * Math.pow(2, coords.z);
      // A tile may show several copies of the world when zoomed far out.
      const first = Math.floor((coords.x * TILE) / size);
      const end = Math.ceil(((coords.x + 1) * TILE) / size);
      for (let copy = first; copy < end; copy++) {
        page.paintGround(context, this._basemap, this._colours, {
          size: size,
          left: coords.x * TILE - copy * size,
          top: coords.y * TILE,
          width: TILE,
          height: TILE,
          elsewhere: this._elsewhere,
          background: this._background,
        });
      }
      return tile;
    },
  });

  // Smallest population (in thousands) of a town whose name is shown.
  function smallestTown(zoom) {
    return zoom < 3 ? 12000 : 30000 / Math.pow(2.25, zoom - 2);
  }

  // Names on the map: countries, towns, and the places of the incidents first. What would overlap is left out.
  page.NameLayer = L.Layer.extend({
    initialize: function (places, basemap, countryNames) {
      this._places = places; // [name, lat, lon, population in thousands, importance]
      this._basemap = basemap;
      this._countryNames = countryNames;
      this._obstacles = [];
      this._badged = new Set();
    },

    // The land has come, and with it countries and towns.
    setBasemap: function (basemap) {
      this._basemap = basemap;
      if (this._map) this.redraw();
    },

    onAdd: function (map) {
      var pane = map.getPane("names") || map.createPane("names");
      pane.style.zIndex = 350;
      pane.style.pointerEvents = "none";
      this._box = L.DomUtil.create("div", "names leaflet-zoom-hide", pane);
      this._box.setAttribute("aria-hidden", "true");
      this._ruler = document.createElement("canvas").getContext("2d");
      map.on("moveend resize", this.redraw, this);
      this.redraw();
    },

    onRemove: function (map) {
      map.off("moveend resize", this.redraw, this);
      this._box.remove();
    },

    // Takes the spots {x, y, r} in layer pixels that no name may cover, and the places that need no name of
    // their own because a badge stands for them.
    avoid: function (obstacles, badged) {
      this._obstacles = obstacles;
      this._badged = badged;
      if (this._map) this.redraw();
    },

    redraw: function () {
      var map = this._map;
      this._box.replaceChildren();
      this._written = new Map(); // name -> where, so that a town known twice is written once
      this._taken = this._obstacles.map(function (o) {
        return [o.x - o.r, o.y - o.r, o.x + o.r, o.y + o.r];
      });
      var zoom = map.getZoom();
      this._view = map.getPixelBounds();
      this._origin = map.getPixelOrigin();
      var self = this;
      this._places.forEach(function (p) {
        if (p[4] ? !self._badged.has(p[0]) : zoom >= 7) self._place(p[0], p[1], p[2], p[4] ? "town event" : "town");
      });
      var basemap = this._basemap;
      if (!basemap) return;
      basemap.countries.forEach(function (c) {
        // Side of a square as large as the country, in pixels; a name needs some room.
        var kmPerPixel = (40075 * Math.cos(c[1] * DEGREE)) / (256 * Math.pow(2, zoom));
        var side = Math.sqrt(c[3] * 1000) / kmPerPixel;
        var name = self._countryNames[c[0]];
        if (name && side > 5.5 * Math.sqrt(name.length) + 12 && side < 2400) self._place(name, c[1], c[2], "country");
      });
      var least = smallestTown(zoom);
      basemap.cities.forEach(function (c) {
        if (c[3] >= (c[4] ? least / 6 : least)) self._place(c[0], c[1], c[2], c[4] ? "town capital" : "town");
      });
      this._places.forEach(function (p) {
        if (!p[4] && zoom < 7 && p[3] >= least) self._place(p[0], p[1], p[2], "town");
      });
    },

    _place: function (name, lat, lon, style) {
      var map = this._map;
      var world = 256 * Math.pow(2, map.getZoom());
      var y = worldY(lat) * world;
      if (y < this._view.min.y - 20 || y > this._view.max.y + 20) return;
      var first = Math.ceil((this._view.min.x - 60) / world - worldX(lon));
      var end = Math.floor((this._view.max.x + 60) / world - worldX(lon));
      for (var copy = first; copy <= end; copy++) {
        this._write(name, (worldX(lon) + copy) * world - this._origin.x, y - this._origin.y, style);
      }
    },

    _write: function (name, x, y, style) {
      var twins = this._written.get(name) || [];
      var twin = twins.some(function (at) {
        return Math.hypot(at[0] - x, at[1] - y) < 60;
      });
      if (twin) return;
      var country = style === "country";
      this._ruler.font = country ? "600 12px system-ui, sans-serif" : "12px system-ui, sans-serif";
      var width = this._ruler.measureText(country ? name.toUpperCase() : name).width * (country ? 1.12 : 1) + 4;
      var height = 15;
      var gap = 6;
      var dotted = !country && style !== "town event";
      var spot = [x - 3, y - 3, x + 3, y + 3];
      if (dotted && !this._free(spot)) return;
      var spots = country
        ? [[x - width / 2, y - height / 2]]
        : [
            [x + gap, y - height / 2],
            [x - width - gap, y - height / 2],
            [x - width / 2, y + gap],
            [x - width / 2, y - height - gap],
          ];
      if (style === "town event") {
        // Beside the marker, or beyond the ring of markers that stand around the place.
        spots = [];
        [14, 34].forEach(function (reach) {
          spots.push(
            [x - width / 2, y + reach],
            [x + reach + 2, y - height / 2],
            [x - width - reach - 2, y - height / 2],
            [x - width / 2, y - height - reach]
          );
        });
      }
      for (var i = 0; i < spots.length; i++) {
        var box = [spots[i][0], spots[i][1], spots[i][0] + width, spots[i][1] + height];
        if (!this._free(box)) continue;
        this._taken.push(box);
        this._written.set(name, twins.concat([[x, y]]));
        var label = L.DomUtil.create("span", "name " + style, this._box);
        label.textContent = name;
        label.style.transform = "translate(" + Math.round(box[0]) + "px," + Math.round(box[1]) + "px)";
        if (dotted) {
          var dot = L.DomUtil.create("i", "dot " + style, this._box);
          dot.style.transform = "translate(" + Math.round(x) + "px," + Math.round(y) + "px)";
          this._taken.push(spot);
        }
        return;
      }
    },

    _free: function (box) {
      return !this._taken.some(function (t) {
        return box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1];
      });
    },
  });
})(incidentMap);
