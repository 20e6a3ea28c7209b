// The page around the map: the list, the details of one incident, the lines to the border.
"use strict";

(function (page) {
  var RADIANS = Math.PI / 180;
  var KM_PER_RADIAN = 6371.0; // mean Earth radius: circles and lines here are for the eye, not for measuring
  var WIDEST_CIRCLE_KM = 2500;
  var COLOURS = { land: "#f7f5ef", coast: "#9fb0b8", border: "#84798f" };
  var LINE = "#14181c";

  // How many reports tell of a merged incident.
  function reportsOf(incident) {
    var names = incident.sources.map(function (telling) {
      return telling.id;
    });
    return new Set(names).size;
  }

  // Makes an element; strings become text, never markup.
  function make(tag, className) {
    var element = document.createElement(tag);
    if (className) element.className = className;
    for (var i = 2; i < arguments.length; i++) {
      if (arguments[i] !== null && arguments[i] !== undefined && arguments[i] !== "") element.append(arguments[i]);
    }
    return element;
  }

  function count(n, noun) {
    return n + " " + noun + (n === 1 ? "" : "s");
  }

  // The copy of a longitude that is nearest to another one.
  function unwrap(lon, reference) {
    return lon + 360 * Math.round((reference - lon) / 360);
  }

  function greatCircle(from, to) {
    function vector(p) {
      var c = Math.cos(p[0] * RADIANS);
      return [c * Math.cos(p[1] * RADIANS), c * Math.sin(p[1] * RADIANS), Math.sin(p[0] * RADIANS)];
    }
    var a = vector(from);
    var b = vector(to);
    var angle = Math.acos(Math.max(-1, Math.min(1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
    var steps = Math.max(1, Math.min(64, Math.ceil((angle * KM_PER_RADIAN) / 25)));
    var line = [];
    for (var i = 0; i <= steps; i++) {
      var s = angle < 1e-9 ? 1 - i / steps : Math.sin((1 - i / steps) * angle) / Math.sin(angle);
      var t = angle < 1e-9 ? i / steps : Math.sin((i / steps) * angle) / Math.sin(angle);
      var v = [0, 1, 2].map(function (k) {
        return s * a[k] + t * b[k];
      });
      var lon = Math.atan2(v[1], v[0]) / RADIANS;
      line.push([Math.atan2(v[2], Math.hypot(v[0], v[1])) / RADIANS, unwrap(lon, i ? line[i - 1][1] : from[1])]);
    }
    return line;
  }

  // A circle on the sphere, or nothing if it is too wide to be read on this projection.
  function circle(lat, lon, radiusKm) {
    if (!(radiusKm > 0) || radiusKm > WIDEST_CIRCLE_KM) return null;
    if (Math.abs(lat) + radiusKm / 111.2 > 84) return null;
    var d = radiusKm / KM_PER_RADIAN;
    var ring = [];
    for (var i = 0; i < 96; i++) {
      var bearing = (2 * Math.PI * i) / 96;
      var sine = Math.sin(lat * RADIANS) * Math.cos(d) + Math.cos(lat * RADIANS) * Math.sin(d) * Math.cos(bearing);
      var east = Math.atan2(
        Math.sin(bearing) * Math.sin(d) * Math.cos(lat * RADIANS),
        Math.cos(d) - Math.sin(lat * RADIANS) * sine
      );
      ring.push([Math.asin(sine) / RADIANS, lon + east / RADIANS]);
    }
    return ring;
  }

  function link(report) {
    var title = report.title || report.id;
    if (!/^https?:\/\//i.test(report.url || "")) return document.createTextNode(title);
    var anchor = make("a", "", title);
    anchor.href = report.url;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
    return anchor;
  }

  function source(report) {
    var line = make("span", "", link(report));
    if (report.outlet) line.append(", " + report.outlet);
    if (report.published) line.append(", " + report.published);
    return line;
  }

  // A row of facts; one whose words are known is a button that shows them.
  function row(list, term, items, note, open) {
    var shown = [].concat(items).filter(Boolean);
    if (!shown.length) return;
    var cell = make("dd", "");
    list.append(make("dt", "", term), cell);
    shown.forEach(function (item, number) {
      if (!item.words) cell.append(make("span", "plain", item));
      else cell.append(fact(item, open, cell));
      if (note && !number) cell.append(make("small", "", note));
    });
  }

  function fact(item, open, after) {
    var button = make("button", "fact", item.value);
    button.type = "button";
    button.dataset.field = item.field;
    button.title = "Show the words that say so";
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", function () {
      open(button, item, after);
    });
    return button;
  }

  // The sentence with the words marked in it.
  function quoted(text, start, end) {
    return make("blockquote", "", text.slice(0, start), make("mark", "", text.slice(start, end)), text.slice(end));
  }

  function start(map, data, basemap) {
    var incidents = data.incidents;
    var selected = -1;
    var switching = false;
    var held = false; // whether the details had the focus last
    map.createPane("selection").style.zIndex = 390;
    page.svg = L.svg({ pane: "selection", padding: 0.6 }).addTo(map);
    var entries = fillPanel(data, function (index) {
      var stage = document.getElementById("stage");
      if (stage.getBoundingClientRect().top < 0) stage.scrollIntoView();
      focusOn(index);
      select(index);
    });
    // The heading has just taken its room from the map.
    map.invalidateSize({ pan: false, animate: false });
    if (window.ResizeObserver) {
      new ResizeObserver(function () {
        map.invalidateSize({ animate: false });
      }).observe(map.getContainer());
    }
    L.control.zoom({ position: "topleft" }).addTo(map);
    overview(map, data.frame).addTo(map);
    credits(data.view).addTo(map);
    L.control.scale({ position: "bottomright", imperial: false, maxWidth: 120 }).addTo(map);
    map.options.minZoom = map.getSize().x > 600 ? 2 : 1; // setMinZoom would start an animation
    frame(map, data.frame);
    if (basemap) new page.LandLayer(basemap, COLOURS).addTo(map);

    var details = L.popup({
      maxWidth: 340,
      minWidth: 240,
      className: "details",
      autoPanPaddingTopLeft: [14, 14],
      autoPanPaddingBottomRight: [14, 8 + document.querySelector(".credits").offsetHeight],
    });
    var selection = L.layerGroup().addTo(map);
    var names = new page.NameLayer(data.labels, basemap, data.countries);
    var markers = new page.MarkerLayer(incidents, data.kinds, select);
    markers.onArranged = function (obstacles, badged) {
      names.avoid(obstacles, badged);
      if (selected >= 0 && details.isOpen()) anchor();
    };

    names.addTo(map);
    markers.addTo(map);

    function show(border, dashed) {
      var place = incidents[selected].place;
      var line = greatCircle([place.lat, place.x], border.nearest);
      var end = line[line.length - 1];
      var style = { renderer: page.svg, interactive: false };
      selection.addLayer(
        L.polyline(line, Object.assign({ className: "border-line-casing", color: "#fff", weight: 5, opacity: 0.9 }, style))
      );
      selection.addLayer(
        L.polyline(
          line,
          Object.assign(
            { className: "border-line", color: LINE, weight: 2, dashArray: dashed ? "6 5" : null, lineCap: "butt" },
            style
          )
        )
      );
      var dot = L.circleMarker(
        end,
        Object.assign({ radius: 4, weight: 2, color: LINE, fillColor: "#fff", fillOpacity: 1 }, style)
      );
      var label = make("span", "", border.short);
      dot.bindTooltip(label, { permanent: true, direction: "auto", offset: [6, 0], className: "distance" });
      selection.addLayer(dot);
    }

    function highlight(border, lon) {
      var lines = [];
      (basemap ? basemap.borders : []).forEach(function (b) {
        if (b.kind === "elsewhere" || b.pair !== border.pair.join("-")) return;
        b.degrees().forEach(function (line) {
          lines.push(
            line.map(function (p) {
              return [p[0], unwrap(p[1], lon)];
            })
          );
        });
      });
      if (!lines.length) return;
      selection.addLayer(
        L.polyline(lines, {
          renderer: page.svg,
          interactive: false,
          className: "border-pair",
          color: "#c8871e",
          weight: 4,
          opacity: 0.55,
        })
      );
    }

    // The details stand on the side of the marker that leaves the lines to the borders in sight.
    function anchor() {
      var spot = markers.markers[selected].getLatLng();
      details.options.offset = L.point(0, -8);
      details.setLatLng(spot);
      if (!details.isOpen()) details.openOn(map);
      beside();
    }

    function beside() {
      var side = sideFor(incidents[selected]);
      var element = details.getElement();
      element.classList.toggle("below", side === "below");
      element.classList.toggle("beside", side === "left" || side === "right");
      var away = element.offsetWidth / 2 + 24;
      var offsets = {
        below: [0, element.offsetHeight + 34],
        right: [away, element.offsetHeight / 2 + 20],
        left: [-away, element.offsetHeight / 2 + 20],
      };
      if (side === "above") return;
      details.options.offset = L.point(offsets[side]);
      details.update();
    }

    function sideFor(incident) {
      var from = map.project([incident.place.lat, incident.place.x]);
      var lines = [incident.border, incident.story_border].filter(Boolean).map(function (border) {
        var d = map.project([border.nearest[0], unwrap(border.nearest[1], incident.place.x)]).subtract(from);
        return d.divideBy(Math.hypot(d.x, d.y) || 1);
      });
      var sides = { above: [0, -1], below: [0, 1] };
      if (map.getSize().x > 800) Object.assign(sides, { right: [1, 0], left: [-1, 0] });
      var best = "above";
      var least = Infinity;
      Object.keys(sides).forEach(function (name) {
        var cover = lines.reduce(function (most, d) {
          return Math.max(most, d.x * sides[name][0] + d.y * sides[name][1]);
        }, -1);
        // Above is where a popup is expected, so another side must be clearly better.
        cover += name === "above" ? -0.3 : name === "below" ? -0.2 : 0;
        if (cover < least) {
          least = cover;
          best = name;
        }
      });
      return best;
    }

    function select(index) {
      switching = true;
      deselect();
      selected = index;
      var incident = incidents[index];
      var place = incident.place;
      [incident.border, incident.story_border].forEach(function (border, k) {
        if (!border || (k && incident.border && border.pair.join() === incident.border.pair.join())) return;
        highlight(border, place.x);
      });
      var ring = circle(place.lat, place.x, place.radius_km);
      if (ring) {
        selection.addLayer(
          L.polygon(ring, {
            renderer: page.svg,
            interactive: false,
            className: "reach",
            color: data.kinds[incident.kind].colour,
            weight: 1.2,
            dashArray: "4 4",
            fillOpacity: 0.1,
          })
        );
      }
      if (incident.border) show(incident.border, false);
      if (incident.story_border && !incident.story_same) show(incident.story_border, true);
      var size = map.getSize();
      details.options.maxHeight = tallest(size);
      details.options.maxWidth = Math.min(340, size.x - 60);
      details.setContent(card(index));
      anchor();
      entries[index].setAttribute("aria-current", "true");
      var list = entries[index].closest(".panel");
      if (list && list.scrollHeight > list.clientHeight) entries[index].scrollIntoView({ block: "nearest" });
      switching = false;
    }

    function deselect() {
      selection.clearLayers();
      if (selected >= 0) entries[selected].removeAttribute("aria-current");
      selected = -1;
    }

    map.on("popupclose", function () {
      var last = selected;
      if (switching) return;
      deselect();
      if (last >= 0 && held) entries[last].focus({ preventScroll: true });
    });
    // When a popup is told to have closed it is gone, and the focus with it.
    document.addEventListener("focusin", function (event) {
      held = Boolean(event.target.closest(".leaflet-popup"));
    });
    // Followed as a link it would lead to the embedding page if this one stands in an iframe's srcdoc.
    document.querySelector(".skip").addEventListener("click", function (event) {
      event.preventDefault();
      document.getElementById("panel").focus();
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape") map.closePopup();
    });

    // Brings an incident, its reach and its nearest borders into view, unless they are already.
    function focusOn(index) {
      var incident = incidents[index];
      var place = incident.place;
      var bounds = L.latLngBounds([[place.lat, place.x]]);
      [incident.border, incident.story_border].forEach(function (border) {
        if (border && border.km < 1500) bounds.extend([border.nearest[0], unwrap(border.nearest[1], place.x)]);
      });
      var ring = place.spot ? null : circle(place.lat, place.x, place.radius_km);
      if (ring) bounds.extend(ring);
      var room = map.getSize();
      var near = map.getBoundsZoom(bounds) - map.getZoom() < 4;
      if (!map.getBounds().contains(bounds) || !near) {
        var legend = document.getElementById("legend");
        var covered = room.x > 800 && getComputedStyle(legend).position === "absolute" ? legend.offsetWidth : 0;
        var edge = Math.min(70, room.x / 8);
        var pad = { above: [40, 40], below: [40, 40], left: [covered + edge, edge], right: [covered + edge, edge] };
        pad.above[0] = pad.below[1] = ring ? 40 : tallest(room) * 0.95;
        var side = sideFor(incident);
        var beside = side === "left" || side === "right";
        if (beside && !ring) pad.right[1] = pad.left[0] = 400;
        map.fitBounds(bounds, {
          maxZoom: 9,
          paddingTopLeft: [beside ? pad[side][0] : covered + edge, beside ? 60 : pad[side][0]],
          paddingBottomRight: [beside ? pad[side][1] : edge, beside ? 60 : pad[side][1]],
          animate: false,
        });
      }
      markers.reveal(index);
    }

    // The greatest height of the details, in pixels, that leaves room for the map.
    function tallest(size) {
      return Math.round(Math.max(180, Math.min(460, size.y * (size.y > 600 ? 0.6 : 0.48))));
    }

    // Shows the words of a fact below it, and hides those shown before; a second click hides them again.
    function open(button, item, after) {
      var box = button.closest(".card");
      var shown = button.getAttribute("aria-expanded") === "true";
      box.querySelectorAll(".words").forEach(function (old) {
        old.remove();
      });
      box.querySelectorAll(".fact[aria-expanded='true']").forEach(function (old) {
        old.setAttribute("aria-expanded", "false");
        old.removeAttribute("aria-controls");
      });
      if (!shown) {
        var words = make(after.tagName === "DD" ? "dd" : "div", "words");
        words.id = "words";
        item.words.forEach(function (one) {
          var head = item.words.length > 1 ? make("strong", "", one.value) : null;
          var report = data.reports[one.report];
          var from = report && data.reports.length > 1 ? make("span", "source", head ? " · " : "", source(report)) : null;
          if (head || from) words.append(make("p", "", head, from));
          words.append(quoted(data.passages[one.passage], one.start, one.end));
        });
        after.after(words);
        button.setAttribute("aria-expanded", "true");
        button.setAttribute("aria-controls", "words");
      }
      resized(button);
    }

    // The details have changed their height: place them anew; the focus and what is in sight stay.
    function resized(button) {
      var scroller = details.getElement().querySelector(".leaflet-popup-content");
      var top = scroller.scrollTop;
      var focused = document.activeElement === button;
      details.options.offset = L.point(0, -8);
      details.update();
      beside();
      if (focused) button.focus({ preventScroll: true });
      scroller.scrollTop = top;
      var words = scroller.querySelector(".words");
      if (!words) return;
      var frame = scroller.getBoundingClientRect();
      var below = words.getBoundingClientRect().bottom - frame.bottom + 6;
      var above = button.getBoundingClientRect().top - frame.top - 6;
      if (below > 0) scroller.scrollTop = top + Math.min(below, above);
    }

    function tellings(incident) {
      var list = make("ol", "tellings");
      incident.sources.forEach(function (telling) {
        var report = data.reports[telling.report];
        var toll = [telling.date_text, telling.casualties].join(" · ");
        list.append(
          make(
            "li",
            "",
            report ? source(report) : telling.id,
            make("small", "", toll),
            make("blockquote", "", "“" + data.passages[telling.passage] + "”")
          )
        );
      });
      return make("section", "told", make("h3", "", "Told by " + count(reportsOf(incident), "report")), list);
    }

    function card(index) {
      var incident = incidents[index];
      var kind = data.kinds[incident.kind];
      var box = make("article", "card");
      box.tabIndex = -1;
      box.append(
        make("p", "card-kind", page.symbol(kind, !incident.place.spot), kind.label),
        make("h2", "", incident.title)
      );
      var facts = make("dl", "");
      function why(fields, instead) {
        var found = incident.why.filter(function (one) {
          return fields.indexOf(one.field) >= 0;
        });
        return found.length ? found : [instead];
      }
      function told(field, text) {
        return why([field], text).map(function (one) {
          return one && one.words ? Object.assign({}, one, { value: text }) : one;
        });
      }
      var sign = why(["kind"], null)[0];
      var head = box.firstChild;
      if (sign) head.replaceChild(fact(Object.assign({}, sign, { value: kind.label }), open, head), head.lastChild);
      row(facts, "Date", told("date", incident.date_text).concat(told("time", incident.time_text)), incident.date_reason, open);
      var counts = Object.keys(incident.counts).reduce(function (all, what) {
        return all.concat(told(what, incident.counts[what]));
      }, []);
      var backed = counts.some(function (one) {
        return one.words;
      });
      row(facts, "Casualties", backed ? counts : incident.casualties, "", open);
      var reason = incident.place.precision + " · " + incident.place_reason;
      row(facts, "Place", told("place", incident.place.text), reason, open);
      ["By", "Against", "Claimed by", "Denied by"].forEach(function (label) {
        var those = incident.why.filter(function (one) {
          return one.field === "actor" && one.label === label;
        });
        row(facts, label, those, "", open);
      });
      var means = why(["weapon"], incident.weapon);
      row(facts, (means[0] && means[0].label) || "Weapon", means, "", open);
      row(facts, "Hit", why(["target"], incident.target), "", open);
      if (incident.border) {
        var also = ["Also the border of the story", incident.story_reason].filter(Boolean).join(": ");
        row(facts, "Nearest border", incident.border.text, incident.story_same ? also : "");
      }
      if (incident.story_border && !incident.story_same) {
        row(facts, "Border of the story", incident.story_border.text, incident.story_reason);
      }
      box.append(facts, make("blockquote", "", "“" + incident.evidence + "”"));
      box.append(make("p", "source", "Source: ", source(data.reports[incident.report])));
      if (incident.sources.length) box.append(tellings(incident));
      var view = incident.border || incident.story_border;
      if (view) box.append(make("p", "source", "Border view: " + view.view));

      var here = incidents.reduce(function (found, other, k) {
        var same = other.place.lat === incident.place.lat && other.place.x === incident.place.x;
        return same ? found.concat(k) : found;
      }, []);
      if (here.length > 1) {
        var at = here.indexOf(index);
        var bar = make("nav", "stepper");
        bar.setAttribute("aria-label", "Incidents at this place");
        var step = function (by, text) {
          var button = make("button", "", text);
          button.type = "button";
          button.addEventListener("click", function (event) {
            event.stopPropagation();
            select(here[(at + by + here.length) % here.length]);
            var next = document.querySelector(".stepper button:" + (by < 0 ? "first-of-type" : "last-of-type"));
            if (next) next.focus({ preventScroll: true });
          });
          return button;
        };
        bar.append(step(-1, "Previous"), make("span", "", at + 1 + " of " + here.length + " here"), step(1, "Next"));
        box.append(bar);
      }
      return box;
    }

    page.select = function (index) {
      focusOn(index);
      select(index);
    };
    document.documentElement.dataset.ready = "true";
  }

  function frame(map, bounds) {
    if (!bounds) {
      map.setView([25, 15], map.getSize().x < 600 ? 1 : 2, { animate: false });
      return;
    }
    var pad = Math.min(70, map.getSize().x / 7);
    map.fitBounds(bounds, { padding: [pad, pad], maxZoom: 8, animate: false });
  }

  function section(title, number, open) {
    var box = make("details", "extra");
    box.open = Boolean(open);
    box.append(make("summary", "", title, number === null ? null : make("span", "number", String(number))));
    return box;
  }

  function fillPanel(data, choose) {
    var header = document.getElementById("page-header");
    header.append(make("h1", "", data.title), make("p", "", summary(data)));
    var panel = document.getElementById("panel");
    var list = make("ol", "incidents");
    var entries = data.incidents.map(function (incident, index) {
      var kind = data.kinds[incident.kind];
      var button = make(
        "button",
        "entry",
        page.symbol(kind, !incident.place.spot),
        make(
          "span",
          "entry-text",
          make("strong", "", incident.title),
          make("span", "", [kind.label, incident.date_text].join(" · ")),
          make(
            "span",
            "",
            [incident.place.name, incident.border && incident.border.short + " to border"].filter(Boolean).join(" · ")
          ),
          Object.keys(incident.counts).length ? make("span", "harm", incident.casualties) : null,
          incident.sources.length ? make("span", "", "Told by " + count(reportsOf(incident), "report")) : null
        )
      );
      button.type = "button";
      button.dataset.incident = index;
      button.addEventListener("click", function (event) {
        choose(index);
        // Chosen by a key, the details take the focus, so that the next ones reach their fields.
        var card = event.detail === 0 && document.querySelector(".leaflet-popup .card");
        if (card) card.focus({ preventScroll: true });
      });
      list.append(make("li", "", button));
      return button;
    });
    panel.append(make("h2", "panel-title", count(entries.length, "incident")));
    if (entries.length) panel.append(list);
    else {
      var none = "No incidents were found. The map shows the world without any.";
      panel.append(make("p", "empty", none));
      document.getElementById("stage").append(make("p", "notice", "No incidents to show"));
    }
    fillLegend(data);
    fillExtras(data, panel);
    return entries;
  }

  function summary(data) {
    var only = data.reports.length === 1 && data.reports[0];
    if (!only) {
      var reports = data.reports.length ? " from " + count(data.reports.length, "report") : "";
      return count(data.incidents.length, "incident") + reports;
    }
    if (only.title && only.title !== data.title) return source(only);
    // The heading is the report's title already.
    var rest = { id: only.outlet || "Source", url: only.url, published: only.published };
    return only.outlet || only.url || only.published ? source(rest) : count(data.incidents.length, "incident");
  }

  function overview(map, bounds) {
    var control = L.control({ position: "topleft" });
    control.onAdd = function () {
      var button = make("button", "overview", "All");
      button.type = "button";
      button.title = bounds ? "Show all incidents" : "Show the whole world";
      button.addEventListener("click", function () {
        map.closePopup();
        frame(map, bounds);
      });
      var bar = make("div", "leaflet-bar", button);
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    };
    return control;
  }

  function credits(view) {
    var control = L.control({ position: "bottomright" });
    control.onAdd = function () {
      var osm = make("a", "", "OpenStreetMap");
      osm.href = "https://www.openstreetmap.org/copyright";
      osm.target = "_blank";
      osm.rel = "noopener noreferrer";
      var rest = " contributors (ODbL) · GeoNames (CC BY 4.0) · Natural Earth · Leaflet · Border view: " + view;
      return make("div", "credits leaflet-control-attribution", "© ", osm, rest);
    };
    return control;
  }

  function fillLegend(data) {
    var legend = document.getElementById("legend");
    var present = Object.keys(data.kinds).filter(function (kind) {
      return data.incidents.some(function (incident) {
        return incident.kind === kind;
      });
    });
    legend.hidden = !present.length;
    var list = make("ul", "");
    present.forEach(function (kind) {
      list.append(make("li", "", page.symbol(data.kinds[kind], false), data.kinds[kind].label));
    });
    var box = make("details", "", "");
    box.open = present.length <= 6; // a long one would hide a corner of the map; the list beside names each kind too
    box.append(make("summary", "", "Kind of incident"), list);
    legend.append(box);
    var vague = data.incidents.find(function (incident) {
      return !incident.place.spot;
    });
    if (vague) {
      list.append(make("li", "", page.symbol(data.kinds[vague.kind], true), "Dashed: only the region or country is known"));
    }
  }

  function fillExtras(data, panel) {
    if (data.aside.length) {
      var aside = section("Totals, old and doubtful events, not mapped", data.aside.length);
      data.aside.forEach(function (item) {
        var report = data.reports[item.report];
        aside.append(
          make(
            "div",
            "aside",
            make("p", "", make("strong", "", item.label), item.figures ? ": " + item.figures : ""),
            make("p", "", item.reason),
            make("blockquote", "", "“" + item.evidence + "”"),
            report && data.reports.length > 1 ? make("p", "", source(report)) : null
          )
        );
      });
      panel.append(aside);
    }
    if (data.claims.length) {
      var claims = section("Distances in the report", data.claims.length);
      data.claims.forEach(function (claim) {
        claims.append(
          make(
            "div",
            "claim",
            make("p", "", make("strong", "", claim.text), " ", make("span", "verdict " + claim.verdict.split(" ")[0], claim.verdict)),
            make("p", "", claim.computed),
            make("p", "", claim.reason),
            make("blockquote", "", "“" + claim.evidence + "”")
          )
        );
      });
      panel.append(claims);
    }
    var missing = data.unplaced.length + data.rejected.length;
    if (missing) {
      var extra = section("Not on the map", missing);
      var list = make("ul", "missing");
      data.unplaced.forEach(function (name) {
        var times = name.count > 1 ? " (" + name.count + " times)" : "";
        list.append(make("li", "", make("strong", "", name.text), times, make("span", "", name.reason)));
      });
      data.rejected.forEach(function (item) {
        list.append(make("li", "", make("strong", "", item.source), make("span", "", item.reason)));
      });
      extra.append(list);
      panel.append(extra);
    }
    var about = section("About this map", null);
    data.about.forEach(function (line) {
      about.append(make("p", "", line));
    });
    panel.append(about);
  }

  page.start = function (map) {
    var data = JSON.parse(document.getElementById("incident-data").textContent);
    var packed = document.getElementById("basemap-data").textContent.trim();
    Promise.resolve(packed)
      .then(function (text) {
        return page.inflate(text, data.borders);
      })
      .catch(function () {
        data.about.unshift("This browser could not unpack the land and borders; the incidents are shown without them.");
        return null;
      })
      .then(function (basemap) {
        start(map, data, basemap);
      });
  };
})(incidentMap);
