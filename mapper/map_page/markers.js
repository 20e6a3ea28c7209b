// One marker for each incident. Markers that would cover each other stand in a ring around their places, tied to
// them by thin lines; where there are too many for that, a badge with their number stands for them.
"use strict";

(function (page) {
  var SPACING = 26; // pixels between markers that do not touch
  var RING = 4; // the most markers of different places that stand in one ring: more would reach over borders
  var BADGE_REACH = 44; // pixels around its first place from which a badge gathers others
  var MOST_SHOWN = 300; // with more incidents than this, only those in view get a marker
  var MOST_JOINED = 400; // beyond this many groups, comparing each with each takes too long
  var NAMESPACE = "http://www.w3.org/2000/svg";

  var SHAPES = {
    circle: "M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 1 1 0-19z",
    square: "M3.5 3.5h17v17h-17z",
    diamond: "M12 .8L23.2 12L12 23.2L.8 12z",
    up: "M12 1L23.5 21.5H.5z",
    down: "M12 23L.5 2.5h23z",
    pentagon: "M12 1.2l11 8.2l-4.2 12.8H5.2L1 9.400z",
    hexagon: "M6.300 2.200h11.400l5.600 9.800l-5.600 9.800H6.300L.7 12z",
    octagon: "M7.800 2h8.400l5.800 5.800v8.400l-5.800 5.800H7.800L2 16.200V7.800z",
    star: "M12 .3l2.900 4.400l5.300-.9l-.9 5.300l4.400 2.900l-4.400 2.900l.9 5.300l-5.300-.9l-2.900 4.400l-2.900-4.400l-5.300.9l.9-5.300l-4.400-2.900l4.400-2.900l-.9-5.300l5.300.9z",
    shield: "M2.500 2.500h19v11c0 5-5 7.500-9.500 9.500c-4.500-2-9.500-4.500-9.500-9.500z",
    pill: "M7.500 4h9a8 8 0 0 1 0 16h-9a8 8 0 0 1 0-16z",
  };
  var LETTER_Y = { up: 18.5, down: 13.5, pentagon: 17, shield: 15.500 };

  page.symbol = function (kind, vague) {
    var svg = document.createElementNS(NAMESPACE, "svg");
    svg.setAttribute("viewBox", "-2 -2 28 28");
    svg.setAttribute("class", "symbol");
    svg.setAttribute("aria-hidden", "true");
    var path = document.createElementNS(NAMESPACE, "path");
    path.setAttribute("d", SHAPES[kind.shape]);
    path.setAttribute("fill", vague ? "#fff" : kind.colour);
    path.setAttribute("stroke", vague ? kind.colour : "#fff");
    path.setAttribute("stroke-width", vague ? "2" : "1.4");
    if (vague) path.setAttribute("stroke-dasharray", "3.2 2");
    svg.appendChild(path);
    var letter = document.createElementNS(NAMESPACE, "text");
    letter.setAttribute("x", "12");
    letter.setAttribute("y", LETTER_Y[kind.shape] || 16);
    letter.setAttribute("text-anchor", "middle");
    letter.setAttribute("font-size", "11");
    letter.setAttribute("font-weight", "700");
    letter.setAttribute("fill", vague ? kind.colour : "#fff");
    letter.textContent = kind.letter;
    svg.appendChild(letter);
    return svg;
  };

  // Places within one marker's width of each other at this zoom belong together.
  function groups(points) {
    var cells = new Map();
    var group = points.map(function (_, i) {
      return i;
    });
    function root(i) {
      while (group[i] !== i) i = group[i] = group[group[i]];
      return i;
    }
    points.forEach(function (point, i) {
      var cx = Math.floor(point.x / SPACING);
      var cy = Math.floor(point.y / SPACING);
      for (var dx = -1; dx <= 1; dx++) {
        for (var dy = -1; dy <= 1; dy++) {
          (cells.get(cx + dx + "," + (cy + dy)) || []).forEach(function (j) {
            if (root(i) !== root(j) && point.distanceTo(points[j]) < SPACING) group[root(i)] = root(j);
          });
        }
      }
      var key = cx + "," + cy;
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(i);
    });
    var members = new Map();
    points.forEach(function (_, i) {
      if (!members.has(root(i))) members.set(root(i), []);
      members.get(root(i)).push(i);
    });
    var found = [];
    members.forEach(function (list) {
      if (list.length <= RING || onOneSpot(list, points)) found.push(circled(list, points));
      else found.push.apply(found, split(list, points));
    });
    return apart(found, points);
  }

  function onOneSpot(members, points) {
    return members.every(function (i) {
      return points[i].distanceTo(points[members[0]]) < 1;
    });
  }

  // Cuts a large group into badges: each takes in what lies within reach of its first member.
  function split(members, points) {
    var left = members;
    var found = [];
    while (left.length) {
      var first = points[left[0]];
      var near = [];
      var rest = [];
      left.forEach(function (i) {
        (points[i].distanceTo(first) < BADGE_REACH ? near : rest).push(i);
      });
      var group = circled(near, points);
      found.push(near.length > 1 ? badged(group) : group);
      left = rest;
    }
    return found;
  }

  function badged(group) {
    return Object.assign(group, { badge: true, reach: 17 });
  }

  function circled(members, points) {
    var sum = L.point(0, 0);
    members.forEach(function (i) {
      sum = sum.add(points[i]);
    });
    var outermost = offsets(members.length).pop();
    return { members: members, centre: sum.divideBy(members.length), reach: Math.hypot(outermost.x, outermost.y) };
  }

  // Joins groups whose rings would run into each other, until none do.
  function apart(found, points) {
    for (var joined = found.length <= MOST_JOINED; joined; ) {
      joined = false;
      for (var i = 0; i < found.length; i++) {
        for (var j = found.length - 1; j > i; j--) {
          if (found[i].badge || found[j].badge) continue;
          var room = found[i].reach + found[j].reach + SPACING - 4;
          if (found[i].centre.distanceTo(found[j].centre) >= room) continue;
          var both = found[i].members.concat(found[j].members);
          var group = circled(both, points);
          found[i] = both.length > RING && !onOneSpot(both, points) ? badged(group) : group;
          found.splice(j, 1);
          joined = true;
        }
      }
    }
    return found;
  }

  // Offsets in pixels for n markers: one alone stands on the spot, more in one ring or several.
  function offsets(n) {
    if (n === 1) return [L.point(0, 0)];
    var result = [];
    for (var ring = 1; result.length < n; ring++) {
      var radius = Math.max(ring * (SPACING + 2) - 6, 19);
      var fits = Math.floor((2 * Math.PI * radius) / SPACING);
      var count = Math.min(fits, n - result.length);
      if (ring === 1 && n <= RING) {
        count = n;
        radius = Math.max(19, (n * SPACING) / (2 * Math.PI));
      }
      for (var k = 0; k < count; k++) {
        var angle = (2 * Math.PI * k) / count - Math.PI / 2;
        result.push(L.point(radius * Math.cos(angle), radius * Math.sin(angle)));
      }
    }
    return result;
  }

  // Orders the members of one ring so that the lines to their places cross as little as may be.
  function seated(members, points, centre, slots) {
    if (members.length < 2 || members.length > RING) return members;
    var sorted = members.slice().sort(function (a, b) {
      var pa = points[a].subtract(centre);
      var pb = points[b].subtract(centre);
      return Math.atan2(pa.y, pa.x) - Math.atan2(pb.y, pb.x) || a - b;
    });
    var best = sorted;
    var least = Infinity;
    sorted.forEach(function (_, turn) {
      var turned = sorted.slice(turn).concat(sorted.slice(0, turn));
      var length = turned.reduce(function (sum, i, k) {
        return sum + centre.add(slots[k]).distanceTo(points[i]);
      }, 0);
      if (length < least - 1e-6) {
        least = length;
        best = turned;
      }
    });
    return best;
  }

  page.MarkerLayer = L.Layer.extend({
    initialize: function (incidents, kinds, onSelect) {
      this._incidents = incidents;
      this._kinds = kinds;
      this._onSelect = onSelect;
      this.markers = incidents.map(this._marker, this);
      this.obstacles = [];
    },

    onAdd: function (map) {
      this._shown = L.layerGroup().addTo(map);
      map.on(this._incidents.length > MOST_SHOWN ? "moveend" : "zoomend", this.arrange, this);
      this.arrange();
    },

    _marker: function (incident, index) {
      var kind = this._kinds[incident.kind];
      var icon = L.divIcon({
        className: "incident-marker",
        html: page.symbol(kind, !incident.place.spot),
        iconSize: [28, 28],
      });
      var marker = L.marker([incident.place.lat, incident.place.x], { icon: icon, riseOnHover: true });
      var self = this;
      marker.on("click", function () {
        self._onSelect(index);
      });
      marker.on("add", function () {
        var element = marker.getElement();
        element.dataset.incident = index;
        element.setAttribute("aria-label", kind.label + ": " + incident.title + ", " + incident.place.text);
      });
      return marker;
    },

    arrange: function () {
      var map = this._map;
      var shown = this._shown;
      var self = this;
      var focused = document.activeElement && document.activeElement.dataset.incident;
      shown.clearLayers();
      this.obstacles = [];
      var points = this._incidents.map(function (incident) {
        return map.latLngToLayerPoint([incident.place.lat, incident.place.x]);
      });
      var ties = [];
      var badged = new Set();
      var inView = null;
      if (points.length > MOST_SHOWN) {
        var view = map.getPixelBounds();
        var room = view.getSize().divideBy(4);
        var origin = map.getPixelOrigin();
        inView = L.bounds(view.min.subtract(room).subtract(origin), view.max.add(room).subtract(origin));
      }
      groups(points).forEach(function (group) {
        var members = group.members;
        var centre = group.centre;
        if (inView && !inView.contains(centre)) return;
        if (group.badge && map.getZoom() < map.getMaxZoom()) {
          self._badge(members, centre);
          members.forEach(function (i) {
            badged.add(self._incidents[i].place.name);
          });
          return;
        }
        var slots = offsets(members.length);
        members = seated(members, points, centre, slots);
        slots.forEach(function (offset, k) {
          var i = members[k];
          var spot = centre.add(offset);
          self.markers[i].setLatLng(map.layerPointToLatLng(spot));
          shown.addLayer(self.markers[i]);
          self.obstacles.push({ x: spot.x, y: spot.y, r: 12 });
          if (spot.distanceTo(points[i]) > 2) {
            ties.push([map.layerPointToLatLng(spot), map.layerPointToLatLng(points[i])]);
          }
        });
      });
      if (ties.length) {
        shown.addLayer(
          L.polyline(ties, { renderer: page.svg, className: "ties", interactive: false, weight: 1, color: "#44505a" })
        );
      }
      var back = focused && document.querySelector('.incident-marker[data-incident="' + focused + '"]');
      if (back) back.focus({ preventScroll: true });
      if (this.onArranged) this.onArranged(this.obstacles, badged);
    },

    _badge: function (members, centre) {
      var map = this._map;
      var incidents = this._incidents;
      var text = document.createElement("b");
      text.textContent = members.length;
      var badge = L.marker(map.layerPointToLatLng(centre), {
        icon: L.divIcon({ className: "incident-badge", html: text, iconSize: [34, 34] }),
      });
      badge.on("add", function () {
        badge.getElement().setAttribute("aria-label", members.length + " incidents: zoom in");
      });
      badge.on("click", function () {
        var bounds = L.latLngBounds(
          members.map(function (i) {
            return [incidents[i].place.lat, incidents[i].place.x];
          })
        );
        map.setView(bounds.getCenter(), Math.max(map.getBoundsZoom(bounds.pad(0.2)), map.getZoom() + 1));
      });
      this._shown.addLayer(badge);
      this.obstacles.push({ x: centre.x, y: centre.y, r: 17 });
    },

    // Zooms in until the incident's own marker stands on the map.
    reveal: function (index) {
      var place = this._incidents[index].place;
      while (!this._shown.hasLayer(this.markers[index]) && this._map.getZoom() < this._map.getMaxZoom()) {
        this._map.setView([place.lat, place.x], this._map.getZoom() + 1, { animate: false });
      }
    },
  });
})(incidentMap);
