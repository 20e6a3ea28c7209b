// The basemap: land and borders drawn on canvas tiles, names on top. Everything lives in `incidentMap`.
"use strict";
var incidentMap = {};

(function (page) {
  var MAX_LATITUDE = 85.0511287798; // where the square Web Mercator world ends
  var DEGREE = Math.PI / 180;
  var TILE = 512;
  var MARGIN = 4; // pixels around a tile that are still traced, so that strokes meet across tiles

  // Longitude and latitude to 0..1 across the Web Mercator world, y downwards.
  function worldX(lon) {
    return lon / 360 + 0.5;
  }
  function worldY(lat) {
    var sine = Math.sin(Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, lat)) * DEGREE);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

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

  // Resolves to the packed part of the basemap; it is base64 of gzipped JSON. `drawn` tells of each group of lines what
  // it is: [country, country, agreed | disputed | elsewhere], or null for no border.
  page.inflate = function (packed, drawn) {
    var binary = atob(packed);
    var bytes = new Uint8Array(binary.length);
    for (var i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json().then(function (raw) {
      return {
        land: raw.land.rings.map(function (ring) {
          return unpack(ring, raw.land.scale);
        }),
        borders: raw.borders.groups
          .map(function (group, index) {
            var what = drawn[index];
            return (
              what && {
                pair: what[0] + "-" + what[1],
                kind: what[2],
                lines: group.map(function (line) {
                  return unpack(line, raw.borders.scale);
                }),
                degrees: function () {
                  return group.map(function (line) {
                    return degrees(line, raw.borders.scale);
                  });
                },
              }
            );
          })
          .filter(Boolean),
        countries: raw.countries,
        cities: raw.cities,
      };
    });
  };

  // Adds a line or ring to the canvas path. Points closer than half a pixel to the last one are left out, and so
  // are runs of points that all lie beyond the same edge of the tile: they change nothing within it.
  function trace(context, line, view, close, skipEdges) {
    var x = line.x;
    var y = line.y;
    var last = x.length - 1;
    var drawnX = NaN;
    var drawnY = NaN;
    var run = 0; // the edges beyond which every point since the last drawn one lies
    var pen = false;
    for (var i = 0; i <= last; i++) {
      var px = x[i] * view.size - view.left;
      var py = y[i] * view.size - view.top;
      var side =
        (px < -MARGIN ? 1 : 0) | (px > TILE + MARGIN ? 2 : 0) | (py < -MARGIN ? 4 : 0) | (py > TILE + MARGIN ? 8 : 0);
      var next = side;
      if (side && i < last) {
        var nx = x[i + 1] * view.size - view.left;
        var ny = y[i + 1] * view.size - view.top;
        next =
          (nx < -MARGIN ? 1 : 0) | (nx > TILE + MARGIN ? 2 : 0) | (ny < -MARGIN ? 4 : 0) | (ny > TILE + MARGIN ? 8 : 0);
      }
      var hidden = run & side & next;
      var near = Math.abs(px - drawnX) < 0.5 && Math.abs(py - drawnY) < 0.5;
      if (i && i < last && (hidden || near)) {
        run &= side;
        continue;
      }
      run = side;
      // The cut along the antimeridian and the pole is an edge of the map, not a coast.
      var cut = skipEdges && i && ((x[i] === x[i - 1] && (x[i] <= 0 || x[i] >= 1)) || y[i] >= 1);
      if (pen && !cut) context.lineTo(px, py);
      else context.moveTo(px, py);
      pen = true;
      drawnX = px;
      drawnY = py;
    }
    if (close) context.closePath();
  }

  function drawAll(context, lines, view, close, skipEdges) {
    context.beginPath();
    for (var i = 0; i < lines.length; i++) {
      var box = lines[i].box;
      if (box[2] * view.size < view.left - MARGIN || box[0] * view.size > view.left + TILE + MARGIN) continue;
      if (box[3] * view.size < view.top - MARGIN || box[1] * view.size > view.top + TILE + MARGIN) continue;
      if ((box[2] - box[0] + box[3] - box[1]) * view.size < 0.8) continue;
      trace(context, lines[i], view, close, skipEdges);
    }
  }

  page.LandLayer = L.GridLayer.extend({
    options: { tileSize: TILE, updateWhenZooming: false, keepBuffer: 1 },

    initialize: function (basemap, colours) {
      this._basemap = basemap;
      this._colours = colours;
      this._lines = { agreed: [], disputed: [], elsewhere: [] };
      basemap.borders.forEach(function (border) {
        var lines = this._lines[border.kind];
        lines.push.apply(lines, border.lines);
      }, this);
    },

    createTile: function (coords) {
      var tile = document.createElement("canvas");
      var ratio = window.devicePixelRatio || 1;
      tile.width = tile.height = TILE * ratio;
      var context = tile.getContext("2d");
      context.scale(ratio, ratio);
      context.lineJoin = "round";
      var size = 256 * Math.pow(2, coords.z);
      // A tile may show several copies of the world when zoomed far out.
      var first = Math.floor((coords.x * TILE) / size);
      var end = Math.ceil(((coords.x + 1) * TILE) / size);
      for (var copy = first; copy < end; copy++) {
        var view = { size: size, left: coords.x * TILE - copy * size, top: coords.y * TILE };
        drawAll(context, this._basemap.land, view, true, false);
        context.fillStyle = this._colours.land;
        context.fill("evenodd");
        drawAll(context, this._basemap.land, view, false, true);
        context.strokeStyle = this._colours.coast;
        context.lineWidth = 0.7;
        context.stroke();
        context.strokeStyle = this._colours.border;
        context.lineWidth = coords.z < 5 ? 0.8 : 1.2;
        drawAll(context, this._lines.agreed, view, false, false);
        context.stroke();
        context.setLineDash(coords.z < 5 ? [3, 2] : [6, 4]);
        drawAll(context, this._lines.disputed, view, false, false);
        context.stroke();
        context.globalAlpha = 0.6;
        context.setLineDash(coords.z < 5 ? [1, 2] : [1.5, 3]);
        drawAll(context, this._lines.elsewhere, view, false, false);
        context.stroke();
        context.globalAlpha = 1;
        context.setLineDash([]);
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
