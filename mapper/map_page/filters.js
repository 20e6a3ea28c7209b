// Which incidents are shown: a mask over all of them, from what the reader asks for.
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
  page.LONGEST_SEARCH = 200; // characters
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
        typeof value === "string" ? value.slice(0, page.LONGEST_SEARCH).trim().replace(/\s+/g, " ") : undefined,
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
})(incidentMap);
