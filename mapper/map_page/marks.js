// The incidents on the map, drawn on one canvas. A few that would cover each other stand in a ring around their places,
// tied to them by thin lines; more of them become a bubble with their number (supercluster finds which).
"use strict";

(function (page) {
  const RADIUS = 44; // pixels around its first place from which a bubble gathers others
  const SPACING = 26; // pixels between symbols that do not touch
  const RING = 4; // the most symbols of different places in one ring: more would reach over borders
  const SPOT_RING = 40; // the most that stand in rings around one spot
  const MOST_JOINED = 250; // beyond this many groups, comparing each with each takes too long
  const MOST_AREAS = 60; // places whose extent is drawn; with more the map would be nothing but extents
  const LEAST_AREA = 13; // pixels: an extent that its symbol hides is left out
  const WIDEST_KM = 2500;
  const DEGREE = Math.PI / 180;
  const INK = "#2b343a";

  // Offsets in pixels for n symbols: one alone stands on the spot, more in one ring or several.
  function offsets(n) {
    if (n === 1) return [L.point(0, 0)];
    const result = [];
    for (let ring = 1; result.length < n; ring++) {
      let radius = Math.max(ring * (SPACING + 2) - 6, 19);
      let count = Math.min(Math.floor((2 * Math.PI * radius) / SPACING), n - result.length);
      if (ring === 1 && n <= RING) {
        count = n;
        radius = Math.max(19, (n * SPACING) / (2 * Math.PI));
      }
      for (let k = 0; k < count; k++) {
        const angle = (2 * Math.PI * k) / count - Math.PI / 2;
        result.push(L.point(radius * Math.cos(angle), radius * Math.sin(angle)));
      }
    }
    return result;
  }

  // Orders the members of one ring so that the lines to their places cross as little as may be.
  function seated(members, centre, slots) {
    if (members.length < 2 || members.length > RING) return members;
    const angle = (m) => Math.atan2(m.at.y - centre.y, m.at.x - centre.x);
    const sorted = members.slice().sort((a, b) => angle(a) - angle(b) || a.index - b.index);
    let best = sorted;
    let least = Infinity;
    sorted.forEach((_, turn) => {
      const turned = sorted.slice(turn).concat(sorted.slice(0, turn));
      const length = turned.reduce((sum, m, k) => sum + centre.add(slots[k]).distanceTo(m.at), 0);
      if (length < least - 1e-6) {
        least = length;
        best = turned;
      }
    });
    return best;
  }

  function circled(members) {
    const sum = members.reduce((all, m) => all.add(m.at), L.point(0, 0));
    const outermost = offsets(members.length).pop();
    return { members, count: members.length, centre: sum.divideBy(members.length), reach: Math.hypot(outermost.x, outermost.y) };
  }

  function onOneSpot(members) {
    return members.every((m) => m.at.distanceTo(members[0].at) < 1);
  }

  // Joins groups whose rings would run into each other, until none do.
  function apart(groups) {
    const found = groups.slice();
    for (let joined = found.length <= MOST_JOINED; joined; ) {
      joined = false;
      for (let i = 0; i < found.length; i++) {
        for (let j = found.length - 1; j > i; j--) {
          if (!found[i].members || !found[j].members) continue;
          const room = found[i].reach + found[j].reach + SPACING - 4;
          if (found[i].centre.distanceTo(found[j].centre) >= room) continue;
          const both = circled(found[i].members.concat(found[j].members));
          if (both.count > RING && !onOneSpot(both.members)) continue;
          found[i] = both;
          found.splice(j, 1);
          joined = true;
        }
      }
    }
    return found;
  }

  function bubbleRadius(count) {
    return Math.min(24, 12 + 2.8 * Math.log10(count) + (count > 999 ? 2 : 0));
  }

  function short(count) {
    if (count < 10000) return page.number(count);
    return count < 1e6 ? Math.round(count / 1000) + "k" : (count / 1e6).toFixed(1) + "M";
  }

  // The points of a mask, one after the other in the same object: supercluster reads them and keeps none.
  function features(store, mask, count) {
    const one = { geometry: { type: "Point", coordinates: [0, 0] }, properties: 0 };
    return {
      length: count,
      *[Symbol.iterator]() {
        for (let i = 0; i < store.n; i++) {
          if (!mask[i]) continue;
          one.geometry.coordinates[0] = store.lon[i] > 180 ? store.lon[i] - 360 : store.lon[i];
          one.geometry.coordinates[1] = store.lat[i];
          one.properties = i;
          yield one;
        }
      },
    };
  }

  page.MarkLayer = L.Renderer.extend({
    options: { padding: 0.25, pane: "marks" },

    initialize: function (store) {
      L.Renderer.prototype.initialize.call(this);
      this._store = store;
      this.items = []; // what is drawn: {x, y, r, index} or {x, y, r, count, cluster}, in layer pixels
      this.selected = -1;
      this._mask = new Uint8Array(store.n).fill(1);
      this._count = store.n;
      this._moving = false;
    },

    onAdd: function (map) {
      this._load();
      L.Renderer.prototype.onAdd.call(this, map);
      map.on("mousemove", this._hover, this);
      map.on("mouseout", this._leave, this);
    },

    _initContainer: function () {
      this._container = L.DomUtil.create("canvas", "incident-canvas leaflet-zoom-animated");
      this._container.setAttribute("aria-hidden", "true");
      this._tip = L.DomUtil.create("div", "hover-tip", this._map.getContainer());
      this._tip.setAttribute("aria-hidden", "true");
      this._tip.hidden = true;
    },

    _destroyContainer: function () {
      this._container.remove();
      this._tip.remove();
    },

    _update: function () {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const ratio = window.devicePixelRatio || 1;
      const state = [this._bounds.min, this._bounds.max, this._map.getPixelOrigin(), this._map.getZoom(), ratio].join();
      if (state === this._state) return; // one move of the map may tell of itself twice
      this._state = state;
      this._ratio = ratio;
      const size = this._bounds.getSize();
      const canvas = this._container;
      L.DomUtil.setPosition(canvas, this._bounds.min);
      canvas.width = ratio * size.x;
      canvas.height = ratio * size.y;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      this.draw();
    },

    // Shows the incidents of a mask; `moving` draws mere dots, for which nothing has to be sorted.
    show: function (mask, count, moving) {
      this._mask = mask;
      this._count = count;
      this._moving = Boolean(moving) && this._store.n > 20000;
      if (!this._moving) this._load();
      if (this._map) this.draw();
    },

    _load: function () {
      // Clusters one zoom beyond the map's greatest, where only what lies on one spot stays together.
      this._index = new Supercluster({ radius: RADIUS, extent: 256, maxZoom: this._top(), minPoints: 2 });
      this._index.load(features(this._store, this._mask, this._count));
    },

    _top: function () {
      return this._map.getMaxZoom();
    },

    _point: function (index) {
      return this._map.latLngToLayerPoint([this._store.lat[index], this._store.lon[index]]);
    },

    draw: function () {
      if (!this._map || !this._bounds) return;
      const pen = this._container.getContext("2d");
      const min = this._bounds.min;
      pen.setTransform(this._ratio, 0, 0, this._ratio, -min.x * this._ratio, -min.y * this._ratio);
      const size = this._bounds.getSize();
      pen.clearRect(min.x, min.y, size.x, size.y);
      this.items = [];
      if (this._moving) {
        this._dots(pen);
        return;
      }
      const groups = this._groups();
      this._areas(pen, groups);
      this._ties(pen, groups);
      for (const group of groups) {
        if (group.members) group.slots.forEach((slot, k) => this._symbol(pen, group.members[k].index, slot));
        else this._bubble(pen, group);
      }
      if (this.onDrawn) this.onDrawn(this.items);
    },

    _groups: function () {
      const map = this._map;
      const zoom = Math.round(map.getZoom());
      const view = [map.layerPointToLatLng(this._bounds.min), map.layerPointToLatLng(this._bounds.max)];
      const groups = [];
      // The longitudes of the view may lie beyond 180 degrees; each copy of the world is asked for by itself.
      const west = view[0].lng;
      const east = view[1].lng;
      for (let turn = Math.floor((west + 180) / 360); turn <= Math.floor((east + 180) / 360); turn++) {
        const box = [Math.max(-180, west - 360 * turn), view[1].lat, Math.min(180, east - 360 * turn), view[0].lat];
        for (const found of this._index.getClusters(box, zoom)) {
          const [lon, lat] = found.geometry.coordinates;
          const at = map.latLngToLayerPoint([lat, lon + 360 * turn]);
          const shift = L.point(360 * turn, 0);
          groups.push(this._group(found, at, shift));
        }
      }
      const settled = apart(groups);
      for (const group of settled) {
        if (!group.members) continue;
        const slots = offsets(group.count);
        group.members = seated(group.members, group.centre, slots);
        group.slots = slots.map((slot) => group.centre.add(slot));
      }
      return settled;
    },

    _group: function (found, at, shift) {
      const cluster = found.properties && found.properties.cluster ? found.properties : null;
      if (!cluster) return circled([{ index: found.properties, at }]);
      const count = cluster.point_count;
      const bubble = { centre: at, count, cluster: cluster.cluster_id, shift: shift.x, reach: bubbleRadius(count) };
      if (count > SPOT_RING) return bubble;
      const apartAt = count > RING ? this._index.getClusterExpansionZoom(cluster.cluster_id) : 0;
      if (apartAt > this._top() || count <= RING) {
        const leaves = this._index.getLeaves(cluster.cluster_id, SPOT_RING);
        return circled(
          leaves.map((leaf) => ({
            index: leaf.properties,
            at: this._map.latLngToLayerPoint([leaf.geometry.coordinates[1], leaf.geometry.coordinates[0] + shift.x]),
          }))
        );
      }
      return bubble;
    },

    // Where each place reaches: a city's circle, the outline of a region.
    _areas: function (pen, groups) {
      const store = this._store;
      const members = groups.flatMap((group) => group.members || []);
      if (members.length > MOST_AREAS) return;
      const seen = new Set();
      for (const { index, at } of members) {
        const key = [store.lat[index], store.lon[index], store.radius[index], store.area[index]].join();
        if (seen.has(key) || index === this.selected) continue;
        seen.add(key);
        const rings = this.extent(index, at);
        if (!rings) continue;
        pen.beginPath();
        for (const ring of rings) {
          ring.forEach((p, k) => (k ? pen.lineTo(p.x, p.y) : pen.moveTo(p.x, p.y)));
          pen.closePath();
        }
        const colour = store.head.kinds[store.kind[index]].colour;
        pen.globalAlpha = 0.07;
        pen.fillStyle = colour;
        pen.fill("evenodd");
        pen.globalAlpha = 0.4;
        pen.strokeStyle = colour;
        pen.lineWidth = 1;
        pen.setLineDash([4, 4]);
        pen.stroke();
        pen.setLineDash([]);
        pen.globalAlpha = 1;
      }
    },

    // The rings of a place's extent in layer pixels, beside where it is drawn; null where its symbol would hide them.
    extent: function (index, at) {
      const map = this._map;
      const rings = this.rings(index);
      if (!rings) return null;
      const shift = Math.round((map.layerPointToLatLng(at).lng - this._store.lon[index]) / 360) * 360;
      const drawn = rings.map((ring) => ring.map(([lat, lon]) => map.latLngToLayerPoint([lat, lon + shift])));
      const size = L.bounds(drawn.flat()).getSize();
      return Math.max(size.x, size.y) > 2 * LEAST_AREA ? drawn : null;
    },

    // The rings of a place's extent as latitudes and longitudes beside the incident.
    rings: function (index) {
      const store = this._store;
      const outline = store.head.outlines[store.area[index]];
      if (!outline) {
        const circle = page.circle(store.lat[index], store.lon[index], store.radius[index] / 10);
        return circle && [circle];
      }
      return outline.map((numbers) => {
        const ring = [];
        let [lon, lat] = [0, 0];
        for (let k = 0; k < numbers.length; k += 2) {
          lon += numbers[k];
          lat += numbers[k + 1];
          ring.push([lat / 1000, lon / 1000 + (store.lon[index] > 180 && lon < 0 ? 360 : 0)]);
        }
        return ring;
      });
    },

    _ties: function (pen, groups) {
      pen.beginPath();
      for (const group of groups) {
        if (!group.members) continue;
        group.slots.forEach((slot, k) => {
          const at = group.members[k].at;
          if (slot.distanceTo(at) <= 2) return;
          pen.moveTo(slot.x, slot.y);
          pen.lineTo(at.x, at.y);
        });
      }
      pen.strokeStyle = "#44505a";
      pen.lineWidth = 1;
      pen.stroke();
    },

    _symbol: function (pen, index, at) {
      const store = this._store;
      const size = page.harmSize(store.killed[index], store.injured[index]) * (index === this.selected ? 1.15 : 1);
      const sprite = page.sprite(store.head.kinds[store.kind[index]], Boolean(store.hollow[index]), size, this._ratio);
      if (index === this.selected) {
        pen.beginPath();
        pen.arc(at.x, at.y, sprite.radius + 3, 0, 2 * Math.PI);
        pen.fillStyle = "rgba(255, 255, 255, .75)";
        pen.fill();
        pen.strokeStyle = "#c8871e";
        pen.lineWidth = 2.5;
        pen.stroke();
      }
      const half = sprite.pixels / 2;
      pen.drawImage(sprite.canvas, at.x - half, at.y - half, sprite.pixels, sprite.pixels);
      this.items.push({ x: at.x, y: at.y, r: sprite.radius, index });
    },

    _bubble: function (pen, group) {
      const r = group.reach;
      const { x, y } = group.centre;
      pen.beginPath();
      pen.arc(x, y, r, 0, 2 * Math.PI);
      pen.fillStyle = INK;
      pen.fill();
      pen.strokeStyle = "#fff";
      pen.lineWidth = 2;
      pen.stroke();
      pen.fillStyle = "#fff";
      pen.font = "700 " + (r > 20 ? 13 : 12) + "px system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(short(group.count), x, y + 0.5);
      pen.textBaseline = "alphabetic";
      this.items.push({ x, y, r, count: group.count, cluster: group.cluster, shift: group.shift });
    },

    _dots: function (pen) {
      const store = this._store;
      const world = 256 * 2 ** this._map.getZoom();
      const origin = this._map.getPixelOrigin();
      const { min, max } = this._bounds;
      if (!this._worldY) this._worldY = store.lat.map(page.worldY);
      pen.fillStyle = INK;
      pen.globalAlpha = 0.6;
      for (let i = 0; i < store.n; i++) {
        if (!this._mask[i]) continue;
        const x = (store.lon[i] / 360 + 0.5) * world - origin.x;
        const y = this._worldY[i] * world - origin.y;
        if (x > min.x && x < max.x && y > min.y && y < max.y) pen.fillRect(x - 1.5, y - 1.5, 3, 3);
      }
      pen.globalAlpha = 1;
    },

    // What is drawn at a point of the map's container, the topmost first.
    at: function (containerPoint, slack = 0) {
      const point = this._map.containerPointToLayerPoint(containerPoint);
      let best = null;
      let least = Infinity;
      for (const item of this.items) {
        const distance = Math.hypot(item.x - point.x, item.y - point.y);
        if (distance <= item.r + slack && distance < least) {
          best = item;
          least = distance;
        }
      }
      return best;
    },

    // Where an incident's own symbol stands, in the map's container, or null if a bubble stands for it.
    where: function (index) {
      const item = this.items.find((one) => one.index === index);
      return item ? this._map.layerPointToContainerPoint([item.x, item.y]) : null;
    },

    _hover: function (event) {
      // A finger has moved no mouse, and would leave the name lying over the details.
      if (window.matchMedia("(hover: none)").matches) return;
      const item = this.at(event.containerPoint);
      this._map.getContainer().classList.toggle("over-mark", Boolean(item));
      if (item === this._over) return;
      this._over = item;
      this._tip.hidden = true;
      if (!item || item.index === this.selected) return;
      const place = (text) => {
        if (this._over !== item) return;
        this._tip.replaceChildren(page.make("span", "", text));
        this._tip.hidden = false;
        const at = this._map.layerPointToContainerPoint([item.x, item.y]);
        L.DomUtil.setPosition(this._tip, L.point(Math.round(at.x), Math.round(at.y - item.r - 6)));
      };
      if (item.count) place(page.words.marks.cluster(item.count));
      else this._store.record(item.index).then((record) => place(record.title));
    },

    _leave: function () {
      this._over = null;
      this._tip.hidden = true;
    },

    // Zooms to what a bubble stands for. Returns false where no zoom takes its incidents apart.
    open: function (item) {
      const zoom = this._index.getClusterExpansionZoom(item.cluster);
      const map = this._map;
      if (zoom > this._top()) return false;
      const leaves = this._index.getLeaves(item.cluster, 2000);
      const bounds = L.latLngBounds(
        leaves.map((leaf) => [leaf.geometry.coordinates[1], leaf.geometry.coordinates[0] + item.shift])
      );
      const whole = item.count <= 2000 ? map.getBoundsZoom(bounds.pad(0.2)) : zoom;
      map.setView(bounds.getCenter(), Math.min(this._top(), Math.max(whole, map.getZoom() + 1)));
      return true;
    },

    // The incidents that a bubble stands for.
    members: function (item) {
      return this._index.getLeaves(item.cluster, Infinity).map((leaf) => leaf.properties);
    },

    // Zooms in until the incident's own symbol stands on the map.
    reveal: function (index) {
      const map = this._map;
      const spot = [this._store.lat[index], this._store.lon[index]];
      while (!this.where(index) && map.getZoom() < this._top()) {
        map.setView(spot, map.getZoom() + 1, { animate: false });
      }
    },
  });

  // A circle on the sphere, or nothing if it is too wide to be read on this projection.
  page.circle = function (lat, lon, radiusKm) {
    if (!(radiusKm > 0) || radiusKm > WIDEST_KM) return null;
    if (Math.abs(lat) + radiusKm / 111.2 > 84) return null;
    const d = radiusKm / 6371; // mean Earth radius: circles here are for the eye, not for measuring
    const ring = [];
    for (let i = 0; i < 96; i++) {
      const bearing = (2 * Math.PI * i) / 96;
      const sine = Math.sin(lat * DEGREE) * Math.cos(d) + Math.cos(lat * DEGREE) * Math.sin(d) * Math.cos(bearing);
      const east = Math.atan2(
        Math.sin(bearing) * Math.sin(d) * Math.cos(lat * DEGREE),
        Math.cos(d) - Math.sin(lat * DEGREE) * sine
      );
      ring.push([Math.asin(sine) / DEGREE, lon + east / DEGREE]);
    }
    return ring;
  };
})(incidentMap);
