// The controls of the filters: the search field, what is filtered, and a box for each thing that can be.
"use strict";

(function (page) {
  const make = page.element;
  const whole = page.number;

  // Boxes of which none ticked means all. `names` come with how many incidents each has in all.
  function boxes(title, field, filters, names) {
    const rows = new Map();
    const list = make("ul", { class: "filter-boxes" });
    const group = make("fieldset", { class: "filter-group" }, make("legend", {}, title), list);
    for (const { name, label, symbol = null } of names) {
      const tick = make("input", { type: "checkbox", value: name });
      const count = make("span", { class: "filter-count" });
      const line = make("label", {}, tick, symbol, make("span", { class: "filter-name" }, label), count);
      const row = make("li", {}, line);
      tick.addEventListener("change", () => {
        const chosen = names.map((one) => one.name).filter((one) => rows.get(one).tick.checked);
        filters.set({ [field]: chosen });
      });
      rows.set(name, { row, tick, count, label: page.fold(label) });
      list.append(row);
    }
    const sync = (counts) => {
      const chosen = filters.state[field];
      for (const [name, { row, tick, count }] of rows) {
        tick.checked = chosen !== null && chosen.includes(name);
        count.textContent = whole(counts[field][name]);
        row.classList.toggle("none", counts[field][name] === 0);
      }
    };
    return { group, list, rows, sync };
  }

  const FEW = 8; // countries shown at first
  const SEARCHED = 12; // more than these get a search field

  // The largest countries; all of them on demand.
  function countryBoxes(filters, names) {
    const words = page.words.filters;
    const parts = boxes(words.countries, "countries", filters, names);
    if (names.length <= FEW) return parts;
    const more = make("button", { type: "button", class: "filter-more", "aria-expanded": "false" });
    const field = make("input", { type: "search", "aria-label": words.findCountry, placeholder: words.findCountry });
    field.hidden = true;
    let all = false;
    const show = () => {
      const sought = page.fold(field.value.trim());
      let rank = 0;
      for (const { row, tick, label } of parts.rows.values()) {
        row.hidden = all ? !label.includes(sought) : rank >= FEW && !tick.checked;
        rank++;
      }
      more.textContent = all ? words.fewer : words.allCountries(names.length);
      more.setAttribute("aria-expanded", String(all));
    };
    more.addEventListener("click", () => {
      all = !all;
      field.hidden = !all || names.length <= SEARCHED;
      field.value = "";
      show();
      if (!field.hidden) field.focus();
    });
    field.addEventListener("input", show);
    parts.list.before(field);
    parts.group.append(more);
    const sync = (counts) => {
      parts.sync(counts);
      show();
    };
    return { ...parts, sync };
  }

  // Names of a column's values that occur, with their numbers.
  function occurring(column, names) {
    const totals = new Int32Array(names.length);
    for (let i = 0; i < column.length; i++) totals[column[i]]++;
    return names.map((name, i) => ({ name, total: totals[i] })).filter((one) => one.total > 0);
  }

  const varies = (column) => column.some((value) => value !== column[0]);

  function searchField(filters) {
    const words = page.words.filters;
    const field = make("input", {
      type: "search", id: "filter-text", autocomplete: "off", spellcheck: "false", maxlength: String(page.LONGEST_SEARCH),
    });
    const clear = make("button", { type: "button", class: "filter-clear", "aria-label": words.clear }, "×");
    let timer = 0;
    const apply = () => {
      clearTimeout(timer);
      timer = 0;
      filters.set({ text: field.value });
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(apply, 200);
      clear.hidden = !field.value;
    });
    const empty = () => {
      field.value = "";
      clear.hidden = true;
      field.focus();
      apply();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) apply();
      if (event.key !== "Escape" || !field.value) return;
      event.preventDefault();
      event.stopPropagation();
      empty();
    });
    clear.addEventListener("click", empty);
    const sync = () => {
      const typed = field.value.trim().replace(/\s+/g, " ");
      if (!timer && typed !== filters.state.text) field.value = filters.state.text;
      clear.hidden = !field.value;
    };
    const label = make("label", { for: "filter-text" }, words.search);
    return { row: make("div", { class: "filter-search" }, label, make("div", {}, field, clear)), field, sync };
  }

  // What is filtered, each with a button that lifts it.
  function chipList(filters, fallback) {
    const words = page.words.filters;
    const list = make("ul", { class: "chips", "aria-label": words.active });
    const reset = make("button", { type: "button", class: "filter-reset" }, words.reset);
    const chips = new Map();
    const afterwards = () => (list.querySelector("button") || fallback).focus();
    reset.addEventListener("click", () => {
      filters.reset();
      fallback.focus();
    });
    const sync = () => {
      const active = filters.active();
      const fields = new Set(active.map((one) => one.field));
      for (const [field, { item }] of chips) {
        if (fields.has(field)) continue;
        item.remove();
        chips.delete(field);
      }
      for (const one of active) {
        let chip = chips.get(one.field);
        if (!chip) {
          const text = make("span", {});
          const remove = make("button", { type: "button" }, "×");
          chip = { item: make("li", {}, text, remove), text, remove };
          chip.remove.addEventListener("click", () => {
            filters.set(chip.patch);
            afterwards();
          });
          chips.set(one.field, chip);
          list.append(chip.item);
        }
        chip.patch = one.patch;
        chip.text.textContent = one.text;
        chip.remove.setAttribute("aria-label", words.remove + ": " + one.text);
      }
      list.hidden = reset.hidden = active.length === 0;
    };
    return { row: make("div", { class: "filter-chips" }, list, reset), sync };
  }

  function confidenceField(filters) {
    const words = page.words.filters;
    const field = make("input", { type: "range", min: "0", max: "100", step: "5", id: "filter-confidence" });
    const said = make("output", { for: "filter-confidence" });
    let frame = 0;
    const apply = (moving) => {
      cancelAnimationFrame(frame);
      filters.set({ confidence: Number(field.value) }, { moving });
    };
    field.addEventListener("input", () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => apply(true));
    });
    field.addEventListener("change", () => apply(false));
    const sync = () => {
      const least = filters.state.confidence;
      if (Math.abs(Number(field.value) - least) >= 5) field.value = String(least);
      said.textContent = least > 0 ? words.least(least) : words.any;
      field.setAttribute("aria-valuetext", said.textContent);
    };
    const label = make("label", { for: "filter-confidence" }, words.confidence);
    return { row: make("div", { class: "filter-line" }, label, field, said), sync };
  }

  function borderField(filters) {
    const words = page.words.filters;
    const field = make("input", { type: "number", min: "0", step: "any", inputmode: "decimal", id: "filter-border" });
    let timer = 0;
    const apply = () => {
      clearTimeout(timer);
      timer = 0;
      if (field.validity.badInput) return;
      filters.set({ border: field.value === "" ? null : Number(field.value) });
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(apply, 200);
    });
    field.addEventListener("change", apply);
    const sync = () => {
      const { border } = filters.state;
      if (timer || (document.activeElement === field && field.value !== "" && border !== null)) return;
      field.value = border === null ? "" : String(border);
    };
    const label = make("label", { for: "filter-border" }, words.border);
    return { row: make("div", { class: "filter-line" }, label, field, "km"), sync };
  }

  function undatedBox(filters) {
    const tick = make("input", { type: "checkbox" });
    const count = make("span", { class: "filter-count" });
    tick.addEventListener("change", () => filters.set({ undated: tick.checked }));
    const name = make("span", { class: "filter-name" }, page.words.filters.undated);
    const row = make("label", { class: "filter-line" }, tick, name, count);
    const sync = (counts) => {
      tick.checked = filters.state.undated;
      count.textContent = whole(counts.undated);
    };
    return { row, sync };
  }

  // Fills a box with the controls. What all incidents share cannot be filtered, so no control stands for it.
  page.fillFilters = function (box, filters, store) {
    const words = page.words.filters;
    const { head, n } = store;
    const search = searchField(filters);
    const chips = chipList(filters, search.field);
    const status = make("p", { class: "filter-status", role: "status" });
    const number = make("span", { class: "number" });
    const inside = [];

    const kinds = occurring(store.kind, head.kinds);
    if (kinds.length > 1) {
      inside.push(boxes(words.kinds, "kinds", filters, kinds.map(({ name: kind }) => ({
        name: kind.kind,
        label: kind.label,
        symbol: page.symbol ? page.symbol(kind, false) : null,
      }))));
    }
    const countries = occurring(store.country, head.codes);
    if (countries.length > 1) {
      countries.sort((one, other) => other.total - one.total);
      inside.push(countryBoxes(filters, countries.map(({ name }) => ({ name, label: page.countryName(head, name) }))));
    }
    const precisions = occurring(store.precision, head.precisions);
    if (precisions.length > 1) {
      inside.push(boxes(words.precisions, "precisions", filters, precisions.map(({ name }) => ({
        name,
        label: words.precision[name] || name,
      }))));
    }
    if (varies(store.confidence)) inside.push(confidenceField(filters));
    if (varies(store.border)) inside.push(borderField(filters));
    let dated = 0;
    for (let i = 0; i < n; i++) if (store.hasDay(i)) dated++;
    if (dated > 0 && dated < n) inside.push(undatedBox(filters));

    const details = make("details", { class: "filter-details" }, make("summary", {}, words.title, number),
      make("p", { class: "filter-hint" }, words.hint), ...inside.map((part) => part.group || part.row));
    details.hidden = inside.length === 0;
    box.append(search.row, status, chips.row, details);

    const sync = (_, { moving, same }) => {
      // Nobody wants to hear every step of something that moves.
      status.setAttribute("aria-live", moving ? "off" : "polite");
      const shown = filters.count === n ? "" : whole(filters.count) + " " + words.of + " ";
      const said = shown + whole(n) + " " + (n === 1 ? words.incident : words.incidents);
      status.textContent = filters.searching ? words.searching : said;
      chips.sync();
      if (moving || same) return;
      search.sync();
      const active = filters.active().filter((one) => one.field !== "text" && one.field !== "time").length;
      number.textContent = active ? String(active) : "";
      const counts = filters.counts();
      for (const part of inside) part.sync(counts);
    };
    filters.on(sync);
    sync(filters, { moving: false, same: false });
  };
})(incidentMap);
