// Puts the page together: the map with its layers, the heading, the panel beside it, the legend.
"use strict";

(function (page) {
  const COLOURS = { land: "#f7f5ef", coast: "#9fb0b8", border: "#84798f" };
  const VERDICTS = ["consistent", "inconsistent", "cannot"]; // which have a colour
  const { make } = page;

  function frame(map, bounds) {
    if (!bounds) {
      map.setView([25, 15], map.getSize().x < 600 ? 1 : 2, { animate: false });
      return;
    }
    const pad = Math.min(70, map.getSize().x / 7);
    map.fitBounds(bounds, { padding: [pad, pad], maxZoom: 8, animate: false });
  }

  function overview(app) {
    const control = L.control({ position: "topleft" });
    const words = page.words.page;
    control.onAdd = function () {
      const button = page.button("overview", words.all, () => {
        app.deselect();
        frame(app.map, app.store.head.frame);
      });
      button.title = app.store.head.frame ? words.showAll : words.showWorld;
      const bar = make("div", "leaflet-bar", button);
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    };
    return control;
  }

  function credits(view) {
    const control = L.control({ position: "bottomright" });
    control.onAdd = function () {
      const osm = make("a", "", "OpenStreetMap");
      osm.href = "https://www.openstreetmap.org/copyright";
      osm.target = "_blank";
      osm.rel = "noopener noreferrer";
      return make("div", "credits leaflet-control-attribution", "© ", osm, page.words.page.credits + view);
    };
    return control;
  }

  // Names whom a layer is from, beside the other credits.
  page.credit = function (text) {
    const line = document.querySelector(".credits");
    const old = line.querySelector(".more-credits");
    if (old) old.remove();
    if (text) line.append(make("span", "more-credits", " · " + text));
  };

  function section(title, number) {
    return make("details", "extra", make("summary", "", title, number === null ? null : make("span", "number", page.number(number))));
  }

  function fillHeader(head) {
    const header = document.getElementById("page-header");
    const tools = make("nav", "");
    tools.id = "tools";
    tools.setAttribute("aria-label", page.words.page.tools);
    const only = head.reports.length === 1 && head.reports[0];
    const line = make("p", "", head.summary);
    if (only && only.title && only.title !== head.title) line.append(" · ", page.source(only));
    else if (only && (only.outlet || only.url || only.published)) {
      // The heading is the report's title already.
      line.append(" · ", page.source({ id: only.outlet || "Source", url: only.url, published: only.published }));
    }
    header.append(make("div", "", make("h1", "", head.title), line), tools);
  }

  function fillLegend(store) {
    const legend = document.getElementById("legend");
    const words = page.words.page;
    const { kinds } = store.head;
    const present = new Set(store.kind);
    legend.hidden = !store.n;
    const list = make("ul", "");
    kinds.forEach((kind, number) => {
      if (present.has(number)) list.append(make("li", "", page.symbol(kind, false), kind.label));
    });
    const vague = store.hollow.indexOf(1);
    if (vague >= 0) list.append(make("li", "", page.symbol(kinds[store.kind[vague]], true), words.hollow));
    if (store.killed.some((n) => n > 0) || store.injured.some((n) => n > 0)) list.append(make("li", "note", words.size));
    const box = make("details", "", make("summary", "", words.legend), list);
    box.open = present.size <= 6; // a long one would hide a corner of the map; the list beside names each kind too
    legend.append(box);
  }

  function quote(text, app) {
    const block = make("blockquote", "", "“" + text + "”");
    return app.blur() ? page.blurred(block) : block;
  }

  function fillExtras(app, panel) {
    const { head } = app.store;
    const words = page.words.page;
    if (head.aside.length) {
      const aside = section(words.aside, head.aside.length);
      for (const item of head.aside) {
        const report = head.reports[item.report];
        aside.append(
          make(
            "div",
            "aside",
            make("p", "", make("strong", "", item.label), item.figures ? ": " + item.figures : ""),
            make("p", "", item.reason),
            quote(item.evidence, app),
            report && head.reports.length > 1 ? make("p", "", page.source(report)) : null
          )
        );
      }
      panel.append(aside);
    }
    if (head.claims.length) {
      const claims = section(words.claims, head.claims.length);
      for (const claim of head.claims) {
        const verdict = make("span", "verdict " + (VERDICTS.find((word) => claim.verdict.startsWith(word)) || ""), claim.verdict);
        claims.append(
          make(
            "div",
            "claim",
            make("p", "", make("strong", "", claim.text), " ", verdict),
            make("p", "", claim.computed),
            make("p", "", claim.reason),
            quote(claim.evidence, app)
          )
        );
      }
      panel.append(claims);
    }
    const missing = head.unplaced.length + head.rejected.length;
    if (missing) {
      const extra = section(words.missing, missing);
      const list = make("ul", "missing");
      for (const name of head.unplaced) {
        const times = name.count > 1 ? words.times(name.count) : "";
        list.append(make("li", "", make("strong", "", name.text), times, make("span", "", name.reason)));
      }
      for (const item of head.rejected) {
        list.append(make("li", "", make("strong", "", item.source), make("span", "", item.reason)));
      }
      extra.append(list);
      panel.append(extra);
    }
    const about = section(words.about, null);
    about.id = "about";
    for (const line of head.about) about.append(make("p", "", line));
    about.append(make("p", "", words.made(head.made)));
    panel.append(about);
  }

  // The choice of what lies below the incidents: what is in this file, or what the reader lets it load.
  function fillBackgrounds(app) {
    const { tiles, beside, layers } = app.store.head.options;
    const own = [];
    if (tiles) {
      const layer = page.tiles.embedded(tiles, document.getElementById("tiles-data").textContent.trim());
      own.push({ name: tiles.name, attribution: tiles.attribution, layer });
    }
    if (beside) own.push({ name: beside.name, attribution: beside.attribution, layer: page.tiles.beside(beside) });
    if (own.length || layers.length) page.tiles.chooser(app.map, own.concat(layers), app.land);
  }

  function makeApp(map, store) {
    const listeners = { select: [] };
    let selected = -1;
    let wave = 0;
    let blurred = Boolean(store.head.options.blur);
    const app = {
      map,
      store,
      basemap: null,
      filters: page.makeFilters(store),
      marks: new page.MarkLayer(store),
      selected: () => selected,
      on: (event, call) => listeners[event].push(call),
      blur: () => blurred,
      // Shows the details of an incident; `focus` moves the map to it.
      async select(index, { focus = false } = {}) {
        if (!(index >= 0 && index < store.n)) return;
        const mine = ++wave;
        const record = await store.record(index);
        if (mine !== wave) return;
        selected = index;
        app.table.hold();
        app.selection.show(record, focus || !map.getBounds().contains([record.lat, record.lon]));
        await app.table.mark(index);
        for (const call of listeners.select) call(index);
      },
      deselect() {
        wave++;
        app.selection.close();
      },
      // The details were closed.
      deselected(last, held) {
        selected = -1;
        app.marks.selected = -1;
        app.marks.draw();
        app.table.mark(-1);
        const entry = held && app.table.entry(last);
        if (entry) entry.focus({ preventScroll: true });
        for (const call of listeners.select) call(-1);
      },
      setBlur(on) {
        blurred = on;
        if (selected >= 0) app.select(selected);
      },
    };
    return app;
  }

  function listen(app) {
    const { map, marks } = app;
    map.options.closePopupOnClick = false;
    // A press that began within the details is no click on the map, wherever it ends.
    let within = false;
    map.getContainer().addEventListener(
      "pointerdown",
      ({ target }) => {
        within = Boolean(target.closest(".leaflet-popup"));
      },
      { capture: true, passive: true }
    );
    map.on("click", async (event) => {
      if (within) return;
      const touch = window.matchMedia("(pointer: coarse)").matches;
      const item = marks.at(event.containerPoint, touch ? 8 : 0);
      if (!item) app.deselect();
      else if (item.index !== undefined) await app.select(item.index);
      else if (!marks.open(item)) await app.select(marks.members(item)[0]);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) app.deselect();
    });
    // Followed as a link it would lead to the embedding page if this one stands in an iframe's srcdoc.
    document.querySelector(".skip").addEventListener("click", (event) => {
      event.preventDefault();
      document.getElementById("panel").focus();
    });
  }

  // For a screen reader: what the map is, and that all on it stands in the list too.
  function nameMap(map) {
    const box = map.getContainer();
    const keys = make("p", "hidden-text", page.words.page.keys);
    keys.id = "map-keys";
    box.before(keys);
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", page.words.page.map);
    box.setAttribute("aria-describedby", keys.id);
    map.getPane("selection").setAttribute("aria-hidden", "true");
    // Leaflet gives the map the focus at a click too, and browsers take that for a keyboard's.
    box.addEventListener("pointerdown", () => box.classList.add("by-hand"), true);
    box.addEventListener("keydown", () => box.classList.remove("by-hand"), true);
    box.addEventListener("blur", () => box.classList.remove("by-hand"));
  }

  // Leaflet reads most of its options for this only when a map is made.
  function holdStill(map) {
    map._zoomAnimated = map.options.zoomAnimation = map.options.fadeAnimation = map.options.inertia = false;
    const panBy = map.panBy;
    map.panBy = (offset, options) => panBy.call(map, offset, { ...options, animate: false });
  }

  // Lets what was done be painted before more is done.
  function painted() {
    return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));
  }

  // First what is read and worked with; the land below it takes longer and comes after.
  async function start(map, store) {
    const { head } = store;
    map.createPane("selection").style.zIndex = 390;
    map.createPane("marks").style.zIndex = 600;
    nameMap(map);
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) holdStill(map);
    const app = (page.app = makeApp(map, store));
    fillHeader(head);
    const panel = document.getElementById("panel");
    const [filterBox, listBox] = ["filters", "list"].map((id) => {
      const box = make("section", "");
      box.id = id;
      box.setAttribute("aria-label", page.words.page[id === "list" ? "incidents" : "filters"]);
      panel.append(box);
      return box;
    });
    fillLegend(store);
    // The heading has just taken its room from the map.
    map.invalidateSize({ pan: false, animate: false });
    if (window.ResizeObserver) new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
    L.control.zoom({ position: "topleft" }).addTo(map);
    overview(app).addTo(map);
    credits(head.view).addTo(map);
    L.control.scale({ position: "bottomright", imperial: false, maxWidth: 120 }).addTo(map);
    map.options.minZoom = map.getSize().x > 600 ? 2 : 1; // setMinZoom would start an animation
    frame(map, head.frame);
    const names = (app.names = new page.NameLayer(head.labels, null, head.countries));
    const spot = (lat, lon) => Math.round(lat * 1e5) + "," + Math.round(lon * 1e5);
    const happened = head.labels.filter((label) => label[4]);
    app.marks.onDrawn = (items) => {
      // A place needs no name of its own while a bubble stands for it.
      const drawn = new Set();
      for (const { index } of items) if (index !== undefined) drawn.add(spot(store.lat[index], store.lon[index]));
      const bubbled = happened.filter((label) => !drawn.has(spot(label[1], label[2]))).map((label) => label[0]);
      names.avoid(items.map(({ x, y, r }) => ({ x, y, r: Math.min(r, 17) })), new Set(bubbled));
      if (app.selection) app.selection.follow();
    };
    names.addTo(map);
    app.marks.addTo(map);
    app.selection = page.makeSelection(app);
    app.table = page.makeTable(listBox, app);
    if (!store.n) document.getElementById("stage").append(make("p", "notice", page.words.page.nothing));
    app.filters.on((filters, { moving, same }) => {
      if (same) return;
      app.marks.show(filters.mask, filters.count, moving);
      if (!moving) app.table.refresh();
    });
    listen(app);
    await app.table.refresh();
    document.documentElement.dataset.interactive = "true";
    await painted();
    page.fillTools(document.getElementById("tools"), app);
    if (store.n) {
      page.fillFilters(filterBox, app.filters, store);
      page.fillTimeline(document.getElementById("timeline"), app.filters, store);
    }
    await painted();
    await addLand(app);
    fillExtras(app, panel);
    page.fillBands(panel, app);
    page.embed(app);
    page.linkView(app);
    document.documentElement.dataset.ready = "true";
  }

  async function addLand(app) {
    const { head } = app.store;
    const text = (id) => (document.getElementById(id) || { textContent: "" }).textContent.trim();
    try {
      app.basemap = await page.inflate(text("basemap-data"), head.borders, text("near-data") || null);
    } catch {
      head.about.unshift(page.words.page.noLand);
    }
    if (app.basemap) {
      app.land = new page.LandLayer(app.basemap, COLOURS).addTo(app.map);
      app.names.setBasemap(app.basemap);
      if (app.selected() >= 0) await app.select(app.selected()); // now with the borders that it is near
    }
    fillBackgrounds(app);
  }

  page.start = async function (map) {
    let store;
    try {
      store = await page.open();
    } catch (error) {
      document.getElementById("stage").append(make("p", "notice", page.words.page.tooOld));
      throw error;
    }
    await start(map, store);
  };
})(incidentMap);
