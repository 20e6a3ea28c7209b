// The list beside the map: a table of the incidents that are shown and in view, some at a time.
"use strict";

(function (page) {
  const ROWS = 100; // that are written at a time
  const make = (...all) => page.make(...all);

  function compared(column, down) {
    // What is unknown stands last either way.
    return (a, b) => {
      const [x, y] = [column[a], column[b]];
      if (x < 0 !== y < 0) return x < 0 ? 1 : -1;
      return (down ? y - x : x - y) || a - b;
    };
  }

  page.makeTable = function (box, app) {
    const { store, map } = app;
    const words = page.words.list;
    const harm = store.killed.map((killed, i) => {
      const injured = store.injured[i];
      return killed < 0 && injured < 0 ? -1 : Math.max(0, killed) * 10 + Math.max(0, injured);
    });
    const undated = Int32Array.from(store.first, (day, i) => (store.hasDay(i) ? day + 800000 : -1));
    const orders = {
      report: null,
      newest: compared(undated, true),
      oldest: compared(undated, false),
      harm: compared(harm, true),
      border: compared(store.border, false),
      confidence: compared(store.confidence, true),
    };
    let shown = [];
    let written = 0;
    let wave = 0; // the last refresh; one overtaken by another writes nothing

    const title = make("h2", "panel-title");
    title.setAttribute("aria-live", "polite");
    const follow = make("input", "");
    follow.type = "checkbox";
    follow.checked = true;
    const sort = make("select", "");
    for (const key of Object.keys(orders)) sort.append(new Option(words.orders[key], key));
    const wide = make("button", "quiet-button", words.wide);
    wide.type = "button";
    wide.setAttribute("aria-pressed", "false");
    const bar = make("div", "list-bar", make("label", "", follow, " " + words.follow), make("label", "", words.sort + " ", sort), wide);

    const body = make("tbody", "");
    const headings = ["what", "when", "where", "border", "harm"].map((name) => {
      const cell = make("th", name, words.columns[name]);
      cell.scope = "col";
      return cell;
    });
    const table = make("table", "incidents", make("caption", "hidden-text", words.caption), make("thead", "", make("tr", "", ...headings)), body);
    // Laid out as cards the elements would lose their meaning as a table.
    const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", th: "columnheader", td: "cell" };
    const withRoles = (element) => {
      for (const one of [element, ...element.querySelectorAll("thead, tbody, tr, th, td")]) {
        const role = roles[one.localName];
        if (role) one.setAttribute("role", role);
      }
      return element;
    };
    const more = make("button", "more", "");
    more.type = "button";
    const none = make("p", "empty", "");
    none.hidden = true;
    box.append(title, bar, none, withRoles(table), more);

    function inView() {
      const bounds = map.getBounds();
      const [south, north] = [bounds.getSouth(), bounds.getNorth()];
      const west = bounds.getWest();
      const width = bounds.getEast() - west;
      const found = [];
      const { mask } = app.filters;
      for (let i = 0; i < store.n; i++) {
        if (!mask[i]) continue;
        if (follow.checked) {
          if (store.lat[i] < south || store.lat[i] > north) continue;
          if (width < 360 && (((store.lon[i] - west) % 360) + 360) % 360 > width) continue;
        }
        found.push(i);
      }
      return found;
    }

    function line(record) {
      const { index } = record;
      const button = make(
        "button",
        "entry",
        page.symbol(record.kind, Boolean(store.hollow[index])),
        make("span", "entry-text", make("strong", "", record.title), make("span", "entry-kind", record.kind.label))
      );
      button.type = "button";
      button.dataset.incident = index;
      if (index === app.selected()) button.setAttribute("aria-current", "true");
      button.addEventListener("click", (event) => choose(index, event));
      const told = page.tellers(record);
      const harmCell = make("td", "harm", Object.keys(record.counts).length ? record.casualties : "");
      if (told > 1 || record.sources.length) harmCell.append(make("small", "", page.words.facts.toldBy(told)));
      const row = make(
        "tr",
        "",
        make("td", "what", button),
        make("td", "when", record.date),
        make("td", "where", record.place.name),
        make("td", "border", record.border ? make("span", "", record.border.short) : ""),
        harmCell
      );
      row.addEventListener("click", (event) => {
        if (!event.target.closest("button")) choose(index, event);
      });
      return withRoles(row);
    }

    async function choose(index, event) {
      const stage = document.getElementById("stage");
      if (stage.getBoundingClientRect().top < 0) stage.scrollIntoView();
      await app.select(index, { focus: true });
      // Chosen by a key, the details take the focus, so that the next ones reach their fields.
      const card = event.detail === 0 && document.querySelector(".leaflet-popup .card");
      if (card) card.focus({ preventScroll: true });
    }

    async function write(anew) {
      const mine = ++wave;
      const from = anew ? 0 : written;
      const records = await store.records(shown.slice(from, from + ROWS));
      if (mine !== wave) return;
      const focused = body.contains(document.activeElement) && document.activeElement.dataset.incident;
      const lines = records.map(line);
      if (anew) body.replaceChildren(...lines);
      else body.append(...lines);
      written = from + lines.length;
      table.setAttribute("aria-rowcount", shown.length + 1);
      more.hidden = written >= shown.length;
      more.textContent = words.more(Math.min(ROWS, shown.length - written), shown.length - written);
      if (focused) {
        const back = body.querySelector('[data-incident="' + focused + '"]');
        if (back && anew) back.focus({ preventScroll: true });
      }
    }

    function refresh() {
      shown = inView();
      const order = orders[sort.value];
      if (order) shown.sort(order);
      title.textContent = words.title(shown.length, app.filters.count, store.n);
      none.hidden = shown.length > 0;
      none.textContent = store.n === 0 ? words.none : app.filters.count ? words.noneInView : words.noneLeft;
      table.hidden = !shown.length;
      return write(true);
    }

    more.addEventListener("click", async () => {
      const next = written;
      await write(false);
      const first = body.children[next] && body.children[next].querySelector("button");
      if (first) first.focus();
    });
    follow.addEventListener("change", refresh);
    sort.addEventListener("change", refresh);
    wide.addEventListener("click", () => {
      const on = document.documentElement.classList.toggle("wide-list");
      wide.setAttribute("aria-pressed", String(on));
    });
    let soon = 0;
    let held = false; // the map moves to what was chosen, or makes room for it: the list stays as it is
    for (const event of ["pointerdown", "wheel", "keydown"]) {
      map.getContainer().addEventListener(
        event,
        ({ target }) => {
          if (!target.closest(".leaflet-popup")) held = false;
        },
        { capture: true, passive: true }
      );
    }
    map.on("moveend", () => {
      if (held) return;
      clearTimeout(soon);
      soon = setTimeout(() => follow.checked && refresh(), 80);
    });
    if (!store.n) bar.hidden = true;

    return {
      refresh,
      // Lets the list stay as it is until the reader moves the map.
      hold() {
        held = true;
      },
      entry: (index) => body.querySelector('[data-incident="' + index + '"]'),
      // Marks the selected incident, which comes first if the list does not hold it yet.
      async mark(index) {
        for (const old of body.querySelectorAll("[aria-current]")) old.removeAttribute("aria-current");
        if (index < 0) return;
        let entry = this.entry(index);
        if (!entry) {
          const record = await store.record(index);
          if (app.selected() !== index) return;
          if (!this.entry(index)) body.prepend(line(record));
          table.hidden = false;
          entry = this.entry(index);
        }
        entry.setAttribute("aria-current", "true");
        const list = entry.closest(".panel");
        if (list && list.scrollHeight > list.clientHeight) entry.scrollIntoView({ block: "nearest" });
      },
    };
  };
})(incidentMap);
