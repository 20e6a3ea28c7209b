// The selected incident on the map: its details beside it, its extent, and the lines to the borders.
"use strict";

(function (page) {
  const RADIANS = Math.PI / 180;
  const KM_PER_RADIAN = 6371; // mean Earth radius: lines here are for the eye, not for measuring
  const LINE = "#14181c";
  const { make } = page;

  // The copy of a longitude that is nearest to another one.
  function unwrap(lon, reference) {
    return lon + 360 * Math.round((reference - lon) / 360);
  }

  page.greatCircle = function (from, to) {
    function vector([lat, lon]) {
      const c = Math.cos(lat * RADIANS);
      return [c * Math.cos(lon * RADIANS), c * Math.sin(lon * RADIANS), Math.sin(lat * RADIANS)];
    }
    const a = vector(from);
    const b = vector(to);
    const angle = Math.acos(Math.max(-1, Math.min(1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
    const steps = Math.max(1, Math.min(64, Math.ceil((angle * KM_PER_RADIAN) / 25)));
    const line = [];
    for (let i = 0; i <= steps; i++) {
      const s = angle < 1e-9 ? 1 - i / steps : Math.sin((1 - i / steps) * angle) / Math.sin(angle);
      const t = angle < 1e-9 ? i / steps : Math.sin((i / steps) * angle) / Math.sin(angle);
      const v = [0, 1, 2].map((k) => s * a[k] + t * b[k]);
      const lon = Math.atan2(v[1], v[0]) / RADIANS;
      line.push([Math.atan2(v[2], Math.hypot(v[0], v[1])) / RADIANS, unwrap(lon, i ? line[i - 1][1] : from[1])]);
    }
    return line;
  };

  page.makeSelection = function (app) {
    const { map, store, marks } = app;
    const drawn = L.layerGroup().addTo(map);
    const renderer = L.svg({ pane: "selection", padding: 0.6 }).addTo(map);
    const details = L.popup({
      maxWidth: 340,
      minWidth: 240,
      className: "details",
      autoPanPaddingTopLeft: [14, 14],
      autoPanPaddingBottomRight: [14, 8 + document.querySelector(".credits").offsetHeight],
    });
    let record = null;
    let switching = false;
    let held = false; // whether the details had the focus last

    function show(border, dashed) {
      const line = page.greatCircle([record.lat, record.lon], border.nearest);
      const style = { renderer, interactive: false };
      drawn.addLayer(L.polyline(line, { className: "border-line-casing", color: "#fff", weight: 5, opacity: 0.9, ...style }));
      const dashes = dashed ? "6 5" : null;
      drawn.addLayer(L.polyline(line, { className: "border-line", color: LINE, weight: 2, dashArray: dashes, lineCap: "butt", ...style }));
      const dot = L.circleMarker(line[line.length - 1], { radius: 4, weight: 2, color: LINE, fillColor: "#fff", fillOpacity: 1, ...style });
      const label = make("span", "", record.place.spot ? page.distanceText(border, true) : border.short);
      dot.bindTooltip(label, { permanent: true, direction: "auto", offset: [6, 0], className: "distance" });
      drawn.addLayer(dot);
    }

    function highlight(border) {
      const name = border.pair.join("-");
      const lines = (app.basemap ? app.basemap.borders : [])
        .filter((one) => one.kind !== "elsewhere" && one.pair === name)
        .flatMap((one) => one.degrees().map((line) => line.map(([lat, lon]) => [lat, unwrap(lon, record.lon)])));
      if (!lines.length) return;
      const style = { className: "border-pair", color: "#c8871e", weight: 4, opacity: 0.55, interactive: false };
      drawn.addLayer(L.polyline(lines, { renderer, ...style }));
    }

    // The details stand on the side of the symbol that leaves the lines to the borders in sight.
    function anchor() {
      const at = marks.where(record.index);
      details.options.offset = L.point(0, -8);
      details.setLatLng(at ? map.containerPointToLatLng(at) : [record.lat, record.lon]);
      if (!details.isOpen()) details.openOn(map);
      beside();
    }

    function beside() {
      const side = bestSide(record);
      const element = details.getElement();
      element.classList.toggle("below", side === "below");
      element.classList.toggle("beside", side === "left" || side === "right");
      const away = element.offsetWidth / 2 + 24;
      const offsets = {
        below: [0, element.offsetHeight + 34],
        right: [away, element.offsetHeight / 2 + 20],
        left: [-away, element.offsetHeight / 2 + 20],
      };
      if (side === "above") return;
      details.options.offset = L.point(offsets[side]);
      details.update();
    }

    function bestSide(one) {
      const from = map.project([one.lat, one.lon]);
      const lines = [one.border, one.story].filter(Boolean).map((border) => {
        const d = map.project([border.nearest[0], unwrap(border.nearest[1], one.lon)]).subtract(from);
        return d.divideBy(Math.hypot(d.x, d.y) || 1);
      });
      const sides = { above: [0, -1], below: [0, 1] };
      if (map.getSize().x > 800) Object.assign(sides, { right: [1, 0], left: [-1, 0] });
      let best = "above";
      let least = Infinity;
      for (const name of Object.keys(sides)) {
        let cover = Math.max(-1, ...lines.map((d) => d.x * sides[name][0] + d.y * sides[name][1]));
        // Above is where a popup is expected, so another side must be clearly better.
        cover += name === "above" ? -0.3 : name === "below" ? -0.2 : 0;
        if (cover < least) {
          least = cover;
          best = name;
        }
      }
      return best;
    }

    // The greatest height of the details, in pixels, that leaves room for the map.
    function tallest(size) {
      return Math.round(Math.max(180, Math.min(460, size.y * (size.y > 600 ? 0.6 : 0.48))));
    }

    // Shows the words of a fact below it, and hides those shown before; a second click hides them again.
    function open(button, item, after) {
      const box = button.closest(".card");
      const shown = button.getAttribute("aria-expanded") === "true";
      for (const old of box.querySelectorAll(".words")) old.remove();
      for (const old of box.querySelectorAll(".fact[aria-expanded='true']")) {
        old.setAttribute("aria-expanded", "false");
        old.removeAttribute("aria-controls");
      }
      if (!shown) {
        after.after(page.wordsBehind(item, app, after.tagName === "DD" ? "dd" : "div"));
        button.setAttribute("aria-expanded", "true");
        button.setAttribute("aria-controls", "words");
      }
      resized(button);
    }

    // Room for the details is made at once: a button that glides away under the pointer is hard to hit.
    function still(place) {
      map.panBy = (offset) => L.Map.prototype.panBy.call(map, offset, { animate: false });
      place();
      delete map.panBy;
    }

    // The details have changed their height: place them anew; the focus and what is in sight stay.
    function resized(button) {
      const scroller = details.getElement().querySelector(".leaflet-popup-content");
      const top = scroller.scrollTop;
      const focused = document.activeElement === button;
      details.options.offset = L.point(0, -8);
      still(() => {
        details.update();
        beside();
      });
      if (focused) button.focus({ preventScroll: true });
      scroller.scrollTop = top;
      const words = scroller.querySelector(".words");
      if (!words) return;
      const frame = scroller.getBoundingClientRect();
      const below = words.getBoundingClientRect().bottom - frame.bottom + 6;
      const above = button.getBoundingClientRect().top - frame.top - 6;
      if (below > 0) scroller.scrollTop = top + Math.min(below, above);
    }

    function draw(index) {
      for (const border of [record.border, record.story]) {
        if (border && (border === record.border || !record.border || border.pair.join() !== record.border.pair.join())) highlight(border);
      }
      const rings = marks.rings(index);
      if (rings) {
        const colour = store.head.kinds[store.kind[index]].colour;
        const style = { className: "reach", color: colour, weight: 1.2, dashArray: "4 4", fillOpacity: 0.1, interactive: false };
        // An outline's parts lie beside each other; holes among them are left to the even-odd rule.
        drawn.addLayer(L.polygon(rings.map((ring) => [ring]), { renderer, fillRule: "evenodd", ...style }));
      }
      if (record.border) show(record.border, false);
      if (record.story && !record.story_same) show(record.story, true);
    }

    map.on("popupclose", (event) => {
      if (event.popup !== details || switching || !record) return;
      const last = record.index;
      clear();
      app.deselected(last, held);
    });
    // When a popup is told to have closed it is gone, and the focus with it.
    document.addEventListener("focusin", (event) => {
      held = Boolean(event.target.closest(".leaflet-popup"));
    });

    function clear() {
      drawn.clearLayers();
      record = null;
    }

    // Brings an incident, its reach and its nearest borders into view, unless they are already.
    function focusOn(one) {
      const bounds = L.latLngBounds([[one.lat, one.lon]]);
      for (const border of [one.border, one.story]) {
        if (border && border.km < 1500) bounds.extend([border.nearest[0], unwrap(border.nearest[1], one.lon)]);
      }
      const rings = one.place.spot ? null : marks.rings(one.index);
      if (rings) for (const ring of rings) bounds.extend(ring);
      const room = map.getSize();
      const near = map.getBoundsZoom(bounds) - map.getZoom() < 4;
      if (!map.getBounds().contains(bounds) || !near) {
        const legend = document.getElementById("legend");
        const covered = room.x > 800 && getComputedStyle(legend).position === "absolute" ? legend.offsetWidth : 0;
        const edge = Math.min(70, room.x / 8);
        const pad = { above: [40, 40], below: [40, 40], left: [covered + edge, edge], right: [covered + edge, edge] };
        pad.above[0] = pad.below[1] = rings ? 40 : tallest(room) * 0.95;
        const side = bestSide(one);
        const beside = side === "left" || side === "right";
        if (beside && !rings) pad.right[1] = pad.left[0] = 400;
        map.fitBounds(bounds, {
          maxZoom: 9,
          paddingTopLeft: [beside ? pad[side][0] : covered + edge, beside ? 60 : pad[side][0]],
          paddingBottomRight: [beside ? pad[side][1] : edge, beside ? 60 : pad[side][1]],
          animate: false,
        });
      }
      marks.reveal(one.index);
    }

    return {
      // Shows the details of a record; `focus` moves the map to it first.
      show(one, focus) {
        switching = true;
        clear();
        marks.selected = one.index;
        if (focus) focusOn(one);
        record = one;
        marks.draw();
        draw(one.index);
        const size = map.getSize();
        details.options.maxHeight = tallest(size);
        details.options.maxWidth = Math.min(340, size.x - 60);
        details.setContent(page.card(one, app, open));
        anchor();
        switching = false;
      },
      close() {
        if (details.isOpen()) map.closePopup(details);
      },
      // The symbols have moved: so do the details.
      follow() {
        if (!record || switching || !details.isOpen()) return;
        const at = marks.where(record.index);
        const spot = at ? map.containerPointToLatLng(at) : L.latLng(record.lat, record.lon);
        if (map.latLngToContainerPoint(spot).distanceTo(map.latLngToContainerPoint(details.getLatLng())) < 1) return;
        switching = true; // placing them may move the map, which would bring us here again
        anchor();
        switching = false;
      },
    };
  };
})(incidentMap);
