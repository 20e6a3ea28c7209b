// The link to what the page shows, and the page within another one.
"use strict";

(function (page) {
  const WRITE_MS = 300; // browsers refuse more than some 100 changes of the address in 30 s
  const LONGEST_HASH = 6000;

  // The filters in a link by their short names; what is missing there is as at first.
  const DEFAULTS = {
    text: "", kinds: null, countries: null, precisions: null, confidence: 0, border: null, from: null, to: null,
    undated: true,
  }; // prettier-ignore
  const KEYS = {
    text: "q", kinds: "k", countries: "c", precisions: "p", confidence: "conf", border: "km", from: "from", to: "to",
    undated: "u",
  }; // prettier-ignore

  function number(text, low, high) {
    if (!/^-?\d{1,7}(\.\d{1,8})?$/.test(text || "")) return null;
    const value = Number(text);
    return value >= low && value <= high ? value : null;
  }

  const names = (text) => (text ? text.split(",").slice(0, 300).map((name) => (name === "-" ? "" : name.slice(0, 40))) : []);
  const READERS = {
    text: (text) => text.slice(0, 200),
    kinds: names,
    countries: names,
    precisions: names,
    confidence: (text) => number(text, 0, 100),
    border: (text) => number(text, 0, 40000),
    from: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : null),
    to: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : null),
    undated: (text) => (text === "0" ? false : null),
  };

  function shortText(value) {
    const text = Array.isArray(value) ? value.map((name) => name || "-").join(",") : value === false ? "0" : String(value);
    return text.replace(/\p{Surrogate}/gu, "\ufffd"); // half a letter cannot stand in an address
  }

  let waiting = null;
  let writtenAt = -Infinity;

  function writeNow() {
    const text = page.link.text(waiting);
    waiting = null;
    writtenAt = performance.now();
    if (text === location.hash || (!text && !location.hash)) return;
    try {
      history.replaceState(history.state, "", text || location.pathname + location.search);
    } catch {
      // Within srcdoc, or too often: the page works without an address.
    }
  }

  // The address's part after "#": where the map is, which incident is selected, what is filtered.
  page.link = {
    // {view: {zoom, lat, lon} | null, incident: index | null, filters: whole state | null}; never throws.
    read: function () {
      const found = { view: null, incident: null, filters: null };
      const hash = location.hash;
      if (hash.length < 2 || hash.length > LONGEST_HASH) return found;
      const given = new URLSearchParams(hash.slice(1));
      const [zoom, lat, lon] = [number(given.get("z"), 0, 24), number(given.get("lat"), -90, 90), number(given.get("lon"), -540, 540)];
      if (zoom !== null && lat !== null && lon !== null) found.view = { zoom, lat, lon };
      found.incident = /^\d{1,9}$/.test(given.get("i") || "") ? Number(given.get("i")) : null;
      for (const [name, key] of Object.entries(KEYS)) {
        const value = given.has(key) ? READERS[name](given.get(key)) : null;
        if (value !== null) found.filters = { ...(found.filters || DEFAULTS), [name]: value };
      }
      return found;
    },

    // The text of what `read` gives, with its "#"; empty where all is as at first.
    text: function (what) {
      const parts = [];
      const { view, filters } = what;
      if (view) {
        const digits = Math.min(5, Math.max(1, Math.ceil(view.zoom / 3)));
        const round = (value, places) => String(Number(value.toFixed(places)));
        parts.push("z=" + round(view.zoom, 2), "lat=" + round(view.lat, digits), "lon=" + round(view.lon, digits));
      }
      if (Number.isInteger(what.incident) && what.incident >= 0) parts.push("i=" + what.incident);
      for (const [name, key] of Object.entries(filters ? KEYS : {})) {
        const value = filters[name];
        if (value === undefined || value === DEFAULTS[name]) continue;
        parts.push(key + "=" + encodeURIComponent(shortText(value)).replaceAll("%2C", ",").replaceAll("%20", "+"));
      }
      return parts.length ? "#" + parts.join("&") : "";
    },

    // Writes it into the address, soon: only the last of many changes is written.
    write: function (what) {
      if (waiting === null) setTimeout(writeNow, Math.max(0, writtenAt + WRITE_MS - performance.now()));
      waiting = what;
    },

    now: function (app) {
      const centre = app.map.getCenter();
      const turn = Math.round(centre.lng / 360) * 360; // no further than one world away
      const lon = Math.abs(centre.lng) > 540 ? centre.lng - turn : centre.lng;
      const view = { zoom: app.map.getZoom(), lat: Math.max(-90, Math.min(90, centre.lat)), lon };
      return { view, incident: app.selected(), filters: app.filters.state };
    },
  };

  // Goes where the address says, and keeps the address in step with the page from then on.
  page.linkView = function (app) {
    let wave = 0;
    const apply = async (first) => {
      const mine = ++wave;
      const found = page.link.read();
      if (found.filters || !first) app.filters.restore(found.filters || DEFAULTS);
      // What is selected may move the map; the view of the link comes after it.
      if (found.incident !== null && found.incident < app.store.n) await app.select(found.incident);
      else if (!first) app.deselect();
      if (!found.view || mine !== wave) return;
      const zoom = Math.min(app.map.getMaxZoom(), Math.max(app.map.getMinZoom(), found.view.zoom));
      app.map.setView([found.view.lat, found.view.lon], zoom, { animate: false });
    };
    apply(true);
    const write = () => page.link.write(page.link.now(app));
    app.map.on("moveend", () => page.printed.active || write());
    app.filters.on(write);
    app.on("select", write);
    window.addEventListener("hashchange", () => apply(false));
  };

  // Within another page: no more than the map, and messages about what is selected, both ways.
  page.embed = function (app) {
    const { store } = app;
    if (!store.head.options.embed) return;
    document.documentElement.classList.add("embed");
    const legend = document.querySelector("#legend details");
    if (legend) legend.open = false;
    if (parent === window) return;
    // Whoever holds the page may know what is on it; a page from a file has no origin that could be named.
    const post = (message) => parent.postMessage({ source: "incident-mapper", ...message }, "*");
    const tell = async (index) => {
      if (index < 0) return post({ type: "select", incident: null, title: null });
      const { title } = await store.record(index);
      if (app.selected() === index) post({ type: "select", incident: index, title });
    };
    app.on("select", tell);
    window.addEventListener("message", (event) => {
      const said = event.data;
      if (event.source !== parent || typeof said !== "object" || said === null) return;
      if (said.source !== "incident-mapper" || said.type !== "select") return;
      if (said.incident === null) app.deselect();
      else if (Number.isInteger(said.incident) && said.incident >= 0 && said.incident < store.n) app.select(said.incident);
    });
    post({ type: "ready", incidents: store.n });
    if (app.selected() >= 0) tell(app.selected());
  };
})(incidentMap);
