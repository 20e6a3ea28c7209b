// The page on paper: the map drawn anew for the width of a sheet, then all that is shown as a table.
"use strict";

(function (page) {
  const words = page.words.share;
  const { make } = page;
  const READY_ROWS = 1000; // kept ready for the browser's own "Print", which waits for nothing
  const MOST_ROWS = 20000; // some 700 sheets
  const SIZE = [1060, 540]; // pixels that are drawn; every sheet shows the middle, as wide and high as it is itself
  const SEEN = [690, 385]; // pixels that every sheet shows, upright or lying
  const SLICE = 200;

  const FINE = 3; // pixels of the marks' canvas to one of the page

  let sheet = null;
  let prepared = null; // what the table stands for
  let running = null;
  let before = null;

  function row(record, number) {
    const { border } = record;
    return make(
      "tr",
      "",
      make("td", "", String(number)),
      make("td", "", [record.date, record.time].filter(Boolean).join(", ")),
      make("td", "", record.kind.label),
      make("td", "", make("strong", "", record.title), record.place.text),
      make("td", "", record.casualties),
      make("td", "", border ? border.text : "–"),
      make("td", "", source(record))
    );
  }

  function source(record) {
    const more = page.tellers(record) - 1;
    const told = record.report.outlet || record.report.title || record.report.id;
    return told + (more > 0 ? words.andMore(more) : "");
  }

  function facts(record, blur) {
    const list = make("dl", "");
    const add = (term, text) => text && list.append(make("dt", "", term), make("dd", "", text));
    const { report } = record;
    add(words.kind, record.kind.label);
    add(words.date, [record.date, record.time, record.date_reason].filter(Boolean).join(", "));
    add(words.casualties, record.casualties);
    add(words.place, [record.place.text, record.place.precision, record.place_reason].filter(Boolean).join(" · "));
    record.why.filter((one) => one.field === "actor").forEach((one) => add(one.label, one.value));
    add(words.means, record.weapon);
    add(words.target, record.target);
    add(words.border, record.border && record.border.text);
    if (!record.story_same) add(words.story, record.story && record.story.text);
    if (!blur) add(words.evidence, "“" + record.evidence + "”");
    const told = record.sources.length ? record.sources.map((one) => one.report || { id: one.id }) : [report];
    add(words.source, told.map((one) => [one.title || one.id, one.outlet, one.published, one.url].filter(Boolean).join(", ")).join("; "));
    return make("section", "print-details", make("h2", "", words.selected(record.title)), list);
  }

  function table(records, total) {
    const heads = words.columns.map((name) => {
      const cell = make("th", "", name);
      cell.scope = "col";
      return cell;
    });
    const body = make("tbody", "");
    records.forEach((record, at) => body.append(row(record, at + 1)));
    const count = page.words.incidents(total);
    const note = records.length < total ? make("p", "", words.cut(records.length, total)) : null;
    return make("section", "print-list", make("h2", "", count), note, make("table", "", make("thead", "", make("tr", "", ...heads)), body));
  }

  function closing(app) {
    const { head } = app.store;
    const credits = document.querySelector(".credits");
    return make(
      "section",
      "print-about",
      make("h2", "", words.about),
      ...head.about.map((line) => make("p", "", line)),
      make("p", "", [words.made(head.made), credits && credits.textContent].filter(Boolean).join(" · "))
    );
  }

  // Fills the sheet with the incidents shown, if that is still wanted at the end.
  async function fill(app, most, wanted) {
    const { store, filters } = app;
    const mask = filters.mask.slice();
    const selected = app.selected();
    const indices = [];
    let total = 0;
    for (let i = 0; i < store.n; i++) if (mask[i] && ++total <= most) indices.push(i);
    const records = [];
    for (let at = 0; at < indices.length; at += SLICE) {
      records.push(...(await store.records(indices.slice(at, at + SLICE))));
      if (at) await new Promise((resolve) => setTimeout(resolve));
    }
    const chosen = selected >= 0 ? facts(await store.record(selected), app.blur()) : null;
    const told = filters.describe();
    const filtered = told.length ? make("p", "print-filters", words.filtered + " " + told.join(" · ")) : null;
    const parts = [filtered, table(records, total), chosen, closing(app)];
    if (wanted()) sheet.replaceChildren(...parts.filter(Boolean));
  }

  function enter(app) {
    if (before) return;
    const { map } = app;
    page.printed.active = true;
    map.stop();
    before = { centre: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds(), snap: map.options.zoomSnap };
    for (const box of document.querySelectorAll("#legend details")) {
      before.legend = box.open;
      box.open = true;
    }
    document.documentElement.classList.add("printing");
    // The names make way for the symbols; the details, which are not printed, must not move the map.
    before.onDrawn = app.marks.onDrawn;
    app.marks.onDrawn = (obstacles) => app.names.avoid(obstacles, new Set());
    const frame = map.getContainer();
    before.style = frame.getAttribute("style");
    const styles = { position: "absolute", width: SIZE[0] + "px", height: SIZE[1] + "px" };
    for (const [name, value] of Object.entries(styles)) frame.style.setProperty(name, value, "important");
    map.invalidateSize({ animate: false, pan: false });
    // What was in sight shall be so on any sheet.
    map.options.zoomSnap = 0;
    const zoom = map.getBoundsZoom(before.bounds, false, L.point(SIZE[0] - SEEN[0], SIZE[1] - SEEN[1]));
    map.setView(before.bounds.getCenter(), Math.min(zoom, before.zoom), { animate: false });
    before.copies = copies(app);
  }

  // A printer gets the calls that drew a canvas and not its pixels, and to clear one then wipes what lies below: copies
  // were never cleared.
  function copies({ map, marks }) {
    page.drawFiner(marks, FINE);
    const found = [];
    for (const canvas of map.getContainer().querySelectorAll("canvas")) {
      if (canvas.matches(".leaflet-tile-pane canvas") || !canvas.width || !canvas.height) continue;
      const copy = canvas.cloneNode(false);
      copy.getContext("2d").drawImage(canvas, 0, 0);
      canvas.after(copy);
      canvas.style.display = "none";
      found.push([canvas, copy]);
    }
    return found;
  }

  function leave(app) {
    if (!before) return;
    const { map } = app;
    const was = before;
    before = null;
    const frame = map.getContainer();
    document.documentElement.classList.remove("printing");
    for (const [canvas, copy] of was.copies) {
      copy.remove();
      canvas.style.display = "";
    }
    if (was.style === null) frame.removeAttribute("style");
    else frame.setAttribute("style", was.style);
    for (const box of document.querySelectorAll("#legend details")) box.open = was.legend;
    map.options.zoomSnap = was.snap;
    app.marks.onDrawn = was.onDrawn;
    const back = () => {
      map.invalidateSize({ animate: false, pan: false });
      map.setView(was.centre, was.zoom, { animate: false });
      page.printed.active = false;
    };
    back();
    // Firefox tells that it has printed while the page still is as on paper, and the map as wide.
    const paper = window.matchMedia("print");
    if (paper.matches) paper.addEventListener("change", back, { once: true });
  }

  page.printed = {
    active: false, // while the map is drawn for paper

    // Fills the sheet with all that is shown, up to a number of rows that no one would print.
    prepare: async function (app, most = MOST_ROWS) {
      const rows = Math.min(most, app.filters.count);
      const wanted = [app.filters.count, app.selected(), rows, JSON.stringify(app.filters.state)].join();
      if (prepared === wanted) return running;
      prepared = wanted;
      running = fill(app, most, () => prepared === wanted);
      return running;
    },

    // Keeps a sheet ready, and draws the map for it when the browser prints.
    watch: function (app) {
      if (sheet) return;
      sheet = make("section", "");
      sheet.id = "print-sheet";
      sheet.hidden = true;
      document.body.append(sheet);
      let timer = 0;
      const soon = () => {
        clearTimeout(timer);
        timer = setTimeout(() => page.printed.prepare(app, READY_ROWS).catch(() => (prepared = null)), 800);
      };
      soon();
      app.filters.on(soon);
      app.on("select", soon);
      window.addEventListener("beforeprint", () => enter(app));
      window.addEventListener("afterprint", () => leave(app));
    },
  };
})(incidentMap);
