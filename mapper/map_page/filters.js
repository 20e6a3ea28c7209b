// Which incidents are shown: a mask over all of them, and the controls that set it.
"use strict";

(function (page) {
  const DEFAULTS = Object.freeze({
    text: "",
    kinds: null,
    countries: null,
    precisions: null,
    confidence: 0,
    border: null,
    from: null,
    to: null,
    undated: true,
  });
  // Why an incident is left out, one bit each: what passes all filters but one has no other bit.
  const KIND = 1;
  const COUNTRY = 2;
  const PRECISION = 4;
  const OTHER = 8;
  const TIME = 16;
  const UNDATED = 32;
  const FAR = 0x3fffffff; // more than any day or distance, with room for a difference
  const MOST_KEPT = 200000; // incidents whose texts are kept for the next search: some 60 MB
  const KEPT_ANSWERS = 8;
  const LONGEST_TEXT = 200;
  const SLICE_MS = 12; // a search lets the page answer in between
  const SLICE = 128; // incidents
  // Letters that are no other letter with a mark.
  const PLAIN = { ł: "l", ø: "o", đ: "d", ħ: "h", ı: "i", ß: "ss", æ: "ae", œ: "oe", ς: "σ" };

  // Lower case without diacritics, so that "Łódź" is found by "lodz".
  page.fold = function (text) {
    const lower = text.toLowerCase();
    if (/^[\x00-\x7f]*$/.test(lower)) return lower;
    return lower.normalize("NFD").replace(/\p{M}/gu, "").replace(/[łøđħıßæœς]/g, (letter) => PLAIN[letter]);
  };

  // Days since 1970-01-01, or null where the text is no date.
  page.dayOf = function (text) {
    if (typeof text !== "string" || !/^\d{4}-\d\d-\d\d$/.test(text)) return null;
    const day = Date.parse(text + "T00:00:00Z") / 864e5;
    return Number.isFinite(day) && page.dayText(day) === text ? day : null;
  };

  const textOf = (record) =>
    page.fold(
      [
        record.title,
        record.place.text,
        record.evidence,
        record.report && record.report.title,
        record.report && record.report.outlet,
        record.kind.label,
        ...record.why.filter((why) => why.field === "actor").map((why) => why.value),
      ].join("\n"),
    );

  // Makes the filters of a store. `filters.mask` is the same array throughout; listeners are called with the filters and
  // with {moving, same}: whether more changes follow at once, and whether the mask is as it was. Of kinds, countries and
  // precisions, null and none mean all.
  page.makeFilters = function (store) {
    const { n, head } = store;
    const kinds = head.kinds.map((one) => one.kind);
    const fails = new Uint8Array(n);
    const mask = new Uint8Array(n).fill(1);
    const dated = new Uint8Array(n);
    // Narrow copies of what is read at every change.
    const all = new Uint8Array(n).fill(1);
    const kind = Uint8Array.from(store.kind);
    const country = Uint16Array.from(store.country);
    const precision = Uint8Array.from(store.precision);
    const confidence = Uint8Array.from(store.confidence);
    const last = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      dated[i] = store.hasDay(i) ? 1 : 0;
      last[i] = store.first[i] + store.days[i] - 1;
    }
    const listeners = new Set();
    const answers = new Map(); // the masks of the last searches by their words
    const todo = new Uint8Array(n).fill(1); // texts not yet kept
    const kept = [];
    let state = { ...DEFAULTS };
    let hits = null; // of the last search that ended
    let searched = ""; // its words
    let wanted = ""; // those of the search that runs or has ended
    let run = 0;

    const among = (all) => (value) => {
      if (value === null) return null;
      if (!Array.isArray(value)) return undefined;
      const chosen = new Set(value);
      const found = all.filter((name) => chosen.has(name));
      return found.length ? found : value.length ? undefined : null;
    };
    const number = (least, most) => (value) =>
      typeof value === "number" && value >= least && value <= most ? value : undefined;
    const day = (value) => (value === null || page.dayOf(value) !== null ? value : undefined);
    // Each gives undefined for what cannot be.
    const clean = {
      text: (value) =>
        typeof value === "string" ? value.slice(0, LONGEST_TEXT).trim().replace(/\s+/g, " ") : undefined,
      kinds: among(kinds),
      countries: among(head.codes),
      precisions: among(head.precisions),
      confidence: number(0, 100),
      border: (value) => {
        const km = value === null ? null : number(0, 40000)(value);
        return km ? Math.round(km * 10) / 10 : km;
      },
      from: day,
      to: day,
      undated: (value) => (typeof value === "boolean" ? value : undefined),
    };

    function patched(before, patch) {
      const after = { ...before };
      if (typeof patch !== "object" || patch === null) return after;
      for (const field of Object.keys(DEFAULTS)) {
        if (!Object.hasOwn(patch, field)) continue;
        const value = clean[field](patch[field]);
        if (value !== undefined) after[field] = value;
      }
      if (after.from !== null && after.to !== null && after.from > after.to) {
        [after.from, after.to] = [after.to, after.from];
      }
      return after;
    }

    const table = (names, chosen, bit) =>
      Uint8Array.from(names, (name) => (chosen === null || chosen.includes(name) ? 0 : bit));

    function sift() {
      const byKind = table(kinds, state.kinds, KIND);
      const byCountry = table(head.codes, state.countries, COUNTRY);
      const byPrecision = table(head.precisions, state.precisions, PRECISION);
      const byConfidence = Uint8Array.from({ length: 256 }, (_, percent) => (percent < state.confidence ? OTHER : 0));
      const nearest = state.border === null ? -1 : 0;
      const farthest = state.border === null ? FAR : Math.round(state.border * 10);
      const from = state.from === null ? -FAR : page.dayOf(state.from);
      const to = state.to === null ? FAR : page.dayOf(state.to);
      const undated = state.undated ? 0 : UNDATED;
      const found = hits || all;
      const { border, first } = store;
      let count = 0;
      // Without branches, which a million random incidents would make slow: the sign of a difference is its highest bit.
      for (let i = 0; i < n; i++) {
        const far = ((border[i] - nearest) | (farthest - border[i])) >>> 31;
        const off = (((to - first[i]) | (last[i] - from)) >>> 31) & dated[i];
        const fail =
          byKind[kind[i]] | byCountry[country[i]] | byPrecision[precision[i]] | byConfidence[confidence[i]] |
          ((far | (found[i] ^ 1)) * OTHER) | (off * TIME) | ((dated[i] - 1) & undated);
        fails[i] = fail;
        const shown = (fail - 1) >>> 31;
        mask[i] = shown;
        count += shown;
      }
      filters.count = count;
    }

    function tell(moving, same) {
      for (const listener of [...listeners]) listener(filters, { moving, same });
    }

    function change(after, moving) {
      state = after;
      const words = [...new Set(page.fold(state.text).split(" ").filter(Boolean))].sort().join(" ");
      if (words !== wanted) {
        wanted = words;
        run++; // ends the search that runs
        filters.searching = false;
        if (!words || answers.has(words)) {
          searched = words;
          hits = words ? answers.get(words) : null;
        } else {
          filters.searching = true;
          search(words, run);
        }
      }
      sift();
      tell(moving, false);
    }

    async function search(text, number) {
      const words = text.split(" ");
      const found = new Uint8Array(n);
      // What the last search did not find, one for more or longer words will not find either.
      const within = hits && searched.split(" ").every((old) => words.some((word) => word.includes(old))) ? hits : null;
      const holds = (folded) => words.every((word) => folded.includes(word));
      const stopped = () => number !== run;
      try {
        let pause = 0;
        // Lets the page answer if it has waited for long; tells whether to go on.
        const rested = async () => {
          if (performance.now() < pause) return true;
          await new Promise((done) => setTimeout(done));
          pause = performance.now() + SLICE_MS;
          return !stopped();
        };
        if (!(await rested())) return;
        for (let from = 0; from < n; from += SLICE) {
          const left = [];
          for (let i = from; i < Math.min(from + SLICE, n); i++) {
            if (within && !within[i]) continue;
            if (todo[i]) left.push(i);
            else if (holds(kept[i])) found[i] = 1;
          }
          for (const record of left.length ? await store.records(left) : []) {
            const folded = textOf(record);
            if (holds(folded)) found[record.index] = 1;
            if (n > MOST_KEPT) continue;
            kept[record.index] = folded;
            todo[record.index] = 0;
          }
          if (!(await rested())) return;
        }
      } catch (error) {
        if (stopped()) return;
        filters.searching = false;
        tell(false, true);
        throw error;
      }
      if (stopped()) return;
      answers.set(text, found);
      if (answers.size > KEPT_ANSWERS) answers.delete(answers.keys().next().value);
      hits = found;
      searched = text;
      filters.searching = false;
      sift();
      tell(false, false);
    }

    const filters = {
      mask,
      count: n,
      searching: false,
      get state() {
        return state;
      },
      set(patch, { moving = false } = {}) {
        change(patched(state, patch), moving);
      },
      reset() {
        change({ ...DEFAULTS }, false);
      },
      restore(saved) {
        change(patched(DEFAULTS, saved), false);
      },
      on(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      // What is filtered: the field, a text, and the patch that lifts it.
      active() {
        const words = page.words.filters;
        const named = (label, values) =>
          label + ": " + values.slice(0, 3).join(", ") +
          (values.length > 3 ? " " + words.more(values.length - 3) : "");
        const { text, confidence, border, from, to } = state;
        const found = [];
        const add = (field, said, patch = { [field]: DEFAULTS[field] }) => found.push({ field, text: said, patch });
        if (text) add("text", words.text + ": " + text);
        const list = (field, label) => {
          if (state[field]) add(field, named(words[field], state[field].map(label)));
        };
        list("kinds", (name) => head.kinds[kinds.indexOf(name)].label);
        list("countries", (code) => page.countryName(head, code));
        list("precisions", (name) => words.precision[name] || name);
        if (confidence > 0) add("confidence", words.leastConfidence(confidence));
        if (border !== null) add("border", words.mostBorder(border));
        if (from || to) {
          const upTo = (from ? words.to : words.until) + " " + to;
          const said = !from ? upTo : !to ? words.from + " " + from : from + " " + upTo;
          add("time", said, { from: null, to: null });
        }
        if (!state.undated) add("undated", words.noUndated);
        return found;
      },
      describe() {
        return filters.active().map((one) => one.text);
      },
      // How many of each kind, country and precision pass all filters but that one.
      counts() {
        const byKind = new Int32Array(kinds.length);
        const byCountry = new Int32Array(head.codes.length);
        const byPrecision = new Int32Array(head.precisions.length);
        let undated = 0;
        for (let i = 0; i < n; i++) {
          const fail = fails[i];
          if ((fail & ~KIND) === 0) byKind[kind[i]]++;
          if ((fail & ~COUNTRY) === 0) byCountry[country[i]]++;
          if ((fail & ~PRECISION) === 0) byPrecision[precision[i]]++;
          if (dated[i] === 0 && (fail & ~UNDATED) === 0) undated++;
        }
        const named = (names, counted) => Object.fromEntries(names.map((name, i) => [name, counted[i]]));
        return {
          kinds: named(kinds, byKind),
          countries: named(head.codes, byCountry),
          precisions: named(head.precisions, byPrecision),
          undated,
        };
      },
      // Whether an incident passes all filters but those of time.
      beside: (i) => (fails[i] & ~(TIME | UNDATED)) === 0,
    };
    return filters;
  };

  page.countryName = (head, code) => head.countries[code] || code || page.words.filters.noCountry;

  // Makes an element; strings become text, never markup.
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null));
    return element;
  }

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
      type: "search", id: "filter-text", autocomplete: "off", spellcheck: "false", maxlength: String(LONGEST_TEXT),
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
