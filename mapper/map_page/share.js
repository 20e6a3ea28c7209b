// What can be taken from the page: tables, a picture, a print, a link. Nothing is sent anywhere.
"use strict";

(function (page) {
  const { make } = page;
  const words = page.words.share;
  const SLICE = 100; // records between two looks at the clock
  const HELD_MS = 15; // the longest that the page is kept from answering, about
  const PIECE = 1 << 18; // characters that are kept before they go into a blob
  const LENGTHS = { week: 7, month: 31, year: 366 };
  const ROLES = { By: "by", Against: "to", "Claimed by": "claimed", "Denied by": "denied" };

  // In the order of mapper/export.py, and `casualties` in words.
  const COLUMNS = [
    ["report_id", "report_title", "outlet", "published", "url", "title", "kind", "place", "country", "admin1"],
    ["place_kind", "place_reason", "lat", "lon", "radius_km", "date", "date_precision", "killed", "injured"],
    ["confidence", "border_km", "border_low_km", "border_high_km", "border_pair", "border_lat", "border_lon"],
    ["story_border_km", "story_border_low_km", "story_border_high_km", "story_border_pair", "story_reason", "view"],
    ["evidence", "missing", "displaced", "date_end", "time", "time_zone", "actors", "weapon", "target", "sources"],
    ["report_ids", "casualties"],
  ].flat();

  const rest = () => new Promise((resolve) => setTimeout(resolve));

  function longitude(lon) {
    if (lon >= -180 && lon <= 180) return lon;
    return Math.round(((((lon + 180) % 360) + 360) % 360) * 1e5 - 180e5) / 1e5;
  }

  function precision(record, dated) {
    if (!dated) return "unknown";
    if (record.date.startsWith("week of ")) return "week";
    const long = { 4: "year", 7: "month" }[record.date.length];
    return long || (/^\d{4}-/.test(record.date) ? "day" : "unknown");
  }

  // "5 missing (at least)" to 5; null for what is no plain number.
  function counted(text) {
    const found = /^(\d[\d,]*) (missing|displaced)\b/.exec(text || "");
    return found ? Number(found[1].replaceAll(",", "")) : null;
  }

  function borderValues(prefix, border) {
    if (!border) return {};
    return {
      [prefix + "_km"]: border.km,
      [prefix + "_low_km"]: border.low,
      [prefix + "_high_km"]: border.high,
      [prefix + "_pair"]: border.pair.join("-"),
    };
  }

  // What is known of an incident by the names of COLUMNS: numbers, texts, or null.
  function valuesOf(store, record) {
    const i = record.index;
    const { report, place } = record;
    const dated = store.hasDay(i);
    const exact = precision(record, dated);
    const last = store.days[i] > (LENGTHS[exact] || 1) ? page.dayText(store.first[i] + store.days[i] - 1) : null;
    const [time, ...zone] = record.time.split(" ");
    const ids = [...new Set([report.id, ...record.sources.map((source) => source.id)])];
    const least = (column) => (column[i] < 0 ? null : column[i]);
    const view = Object.keys(store.head.views).find((name) => store.head.views[name] === store.head.view);
    return {
      report_id: report.id,
      report_title: report.title,
      outlet: report.outlet,
      published: report.published,
      url: report.url,
      title: record.title,
      kind: record.kind.kind,
      place: place.name,
      country: place.code,
      admin1: place.region,
      place_kind: place.kind,
      place_reason: record.place_reason,
      lat: record.lat,
      lon: longitude(record.lon),
      radius_km: place.radius_km,
      date: dated ? page.dayText(store.first[i]) : null,
      date_precision: exact,
      date_end: last,
      time,
      time_zone: zone.join(" ") === "local time" ? "local" : zone.join(" "),
      killed: least(store.killed),
      injured: least(store.injured),
      missing: counted(record.counts.missing),
      displaced: counted(record.counts.displaced),
      casualties: record.casualties,
      confidence: record.confidence,
      ...borderValues("border", record.border),
      ...(record.border && {
        border_lat: record.border.nearest[0],
        border_lon: longitude(record.border.nearest[1]),
        view: view || store.head.view,
      }),
      ...borderValues("story_border", record.story),
      story_reason: record.story_reason,
      evidence: record.evidence,
      actors: record.why
        .filter((one) => one.field === "actor")
        .map((one) => (Object.hasOwn(ROLES, one.label) ? ROLES[one.label] : one.label) + ": " + one.value)
        .join("; "),
      weapon: record.weapon,
      target: record.target,
      sources: ids.length,
      report_ids: ids.join("; "),
    };
  }

  // What Python's float() reads: mapper/cells.py leaves such texts as they are.
  const DIGITS = "\\p{Nd}+(?:_\\p{Nd}+)*";
  const NUMBER = new RegExp(
    `^\\s*[+-]?(?:(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?|inf|infinity|nan)\\s*$`,
    "iu"
  );
  const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

  function cell(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const text = (FORMULA.test(value) && !NUMBER.test(value) ? "'" : "") + value;
    return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  }

  // Writes the incidents of a mask one after the other into a blob, a slice at a time.
  async function written(store, mask, type, before, write, after) {
    const pieces = [before];
    let text = "";
    let since = performance.now();
    const one = async (indices) => {
      for (const record of await store.records(indices)) {
        text += write(valuesOf(store, record));
        if (text.length > PIECE) {
          pieces.push(new Blob([text]));
          text = "";
        }
      }
      if (performance.now() - since < HELD_MS) return;
      await rest();
      since = performance.now();
    };
    let indices = [];
    for (let i = 0; i < store.n; i++) {
      if (mask[i]) indices.push(i);
      if (indices.length < SLICE) continue;
      await one(indices);
      indices = [];
    }
    await one(indices);
    return new Blob([...pieces, text, after], { type });
  }

  page.toCSV = function (store, mask) {
    const line = (values) => COLUMNS.map((name) => cell(values[name])).join(",") + "\r\n";
    return written(store, mask, "text/csv;charset=utf-8", "\ufeff" + COLUMNS.join(",") + "\r\n", line, "");
  };

  page.toGeoJSON = function (store, mask) {
    let comma = "";
    const feature = (values) => {
      const properties = {};
      for (const name of COLUMNS) {
        const value = values[name];
        if (name !== "lat" && name !== "lon") properties[name] = value === undefined || value === "" ? null : value;
      }
      const geometry = { type: "Point", coordinates: [values.lon, values.lat] };
      const text = comma + JSON.stringify({ type: "Feature", geometry, properties });
      comma = ",\n";
      return text;
    };
    const before = '{"type":"FeatureCollection","features":[\n';
    return written(store, mask, "application/geo+json", before, feature, "\n]}\n");
  };

  // A file's name from the page's title, safe everywhere.
  page.fileName = function (head, suffix) {
    const plain = head.title.slice(0, 200).normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    const slug = plain.replace(/[^a-z0-9]+/g, "-").slice(0, 60).replace(/^-+|-+$/g, "");
    return (slug || "incidents") + "-" + head.made + suffix;
  };

  function download(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.hidden = true;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000); // Firefox may ask where to put it before it reads
  }

  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // No clipboard for this page: the old way, by a selected field.
    }
    const field = make("textarea", "");
    const focused = document.activeElement;
    field.value = text;
    field.style.cssText = "position: fixed; top: 0; left: 0; opacity: 0";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (focused) focused.focus({ preventScroll: true });
    return done;
  }

  function openAbout() {
    const about = document.getElementById("about");
    if (!about) return;
    if (about.matches("details")) about.open = true;
    const within = about.querySelector("details");
    if (within) within.open = true;
    about.scrollIntoView({ block: "start" });
    const first = about.matches("summary") ? about : about.querySelector("summary, h2, h3") || about;
    if (!first.matches("summary")) first.tabIndex = -1;
    first.focus({ preventScroll: true });
  }

  function closesByItself(menu) {
    const close = () => (menu.open = false);
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      event.stopPropagation();
      close();
      menu.querySelector("summary").focus();
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) close();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!menu.contains(event.target)) close();
    });
  }

  // Fills the tools of the header: what can be saved, the link to what is shown, and how the map was made.
  page.fillTools = function (nav, app) {
    const { store } = app;
    const status = make("span", "tools-status");
    status.setAttribute("role", "status");
    const said = (text) => (status.textContent = text);
    const save = (suffix, made) => async (event) => {
      const chosen = event.currentTarget;
      menu.open = false;
      if (chosen.disabled) return;
      chosen.disabled = true;
      said(words.preparing);
      try {
        const blob = await made();
        const name = page.fileName(store.head, suffix);
        download(blob, name);
        said(words.saved.replace("{name}", () => name));
      } catch (error) {
        said(words.failed.replace("{why}", () => error.message));
      }
      chosen.disabled = false;
    };
    const shown = () => app.filters.mask.slice();
    const items = [
      page.button("", words.csv, save(".csv", () => page.toCSV(store, shown()))),
      page.button("", words.geojson, save(".geojson", () => page.toGeoJSON(store, shown()))),
      page.button("", words.png, save(".png", () => page.picture(app))),
      page.button("", words.print, async () => {
        menu.open = false;
        said(words.preparing);
        await page.printed.prepare(app);
        said("");
        window.print();
      }),
    ];
    const menu = make("details", "menu", make("summary", "", words.save), make("div", "menu-items", ...items));
    closesByItself(menu);
    const link = page.button("", words.link, async () => {
      const address = location.href.split("#")[0] + page.link.text(page.link.now(app));
      said((await copied(address)) ? words.copied : words.notCopied);
    });
    link.hidden = location.protocol === "about:"; // within srcdoc there is no address to give
    nav.append(menu, link, page.button("", words.about, openAbout), status);
    page.printed.watch(app);
  };
})(incidentMap);
