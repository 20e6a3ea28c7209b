// The incidents: columns of numbers, unpacked at once, and records of texts, unpacked chunk by chunk when they are read.
"use strict";

(function (page) {
  const SCALE = 100000; // steps in a degree
  const NO_DAY = -800000;
  const KEPT_CHUNKS = 64; // unpacked; older ones are forgotten and unpacked again when asked for
  const NAME = "\u0001"; // stands for the place's name
  const BORDER = ["km", "low", "high", "one", "other", "near_lat", "near_lon"];
  const COUNTED = ["killed", "injured", "missing", "displaced"];

  function bytes(base64) {
    const binary = atob(base64.trim());
    const found = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) found[i] = binary.charCodeAt(i);
    return found;
  }

  function inflated(base64) {
    return new Response(new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream("deflate-raw")));
  }

  async function planesOf(id) {
    const element = document.getElementById(id);
    const planes = new Uint8Array(await inflated(element.textContent).arrayBuffer());
    element.remove();
    return planes;
  }

  // Byte planes to columns of numbers, as the plan says (mapper/packing.py).
  function columnsOf(planes, plan) {
    const found = {};
    let at = 0;
    for (const [name, width, least, count] of plan) {
      const column = new Int32Array(count).fill(least);
      for (let plane = 0; plane < width; plane++) {
        const shift = 8 * plane;
        for (let i = 0; i < count; i++) column[i] += planes[at + i] << shift;
        at += count;
      }
      found[name] = column;
    }
    return found;
  }

  // What a column of places says of each incident.
  function spread(column, place, made) {
    const found = new made(place.length);
    for (let i = 0; i < place.length; i++) found[i] = column[place[i]];
    return found;
  }

  // Made once: toLocaleString makes such a format at every call.
  const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  const tenth = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

  page.number = (n) => whole.format(n);

  // Kilometres with one decimal if they, or the range they belong to, are small.
  page.km = function (km, scale) {
    const small = scale === undefined ? km < 100 : scale < 10;
    return (small ? tenth : whole).format(km);
  };

  page.distanceText = function (border, spot) {
    const range = page.km(border.low, border.high) + "–" + page.km(border.high, border.high);
    if (!spot) return range + " km";
    if (border.high - border.low < 0.1) return page.km(border.km) + " km";
    return page.km(border.km) + " km (" + range + ")";
  };

  page.dayText = (day) => new Date(day * 864e5).toISOString().slice(0, 10);

  // Packed texts, unpacked when they are asked for; the last used ones are kept.
  class Chunks {
    constructor(name) {
      this._texts = document.getElementsByClassName(name);
      this._open = new Map();
    }

    // The first chunk will be asked for at once.
    ahead() {
      if (this._texts.length) this.get(0);
    }

    get(number) {
      let chunk = this._open.get(number);
      if (chunk) this._open.delete(number);
      else chunk = inflated(this._texts[number].textContent).json();
      this._open.set(number, chunk);
      if (this._open.size > KEPT_CHUNKS) this._open.delete(this._open.keys().next().value);
      return chunk;
    }
  }

  class Store {
    constructor(head, columns, places, rows, placeRows) {
      Object.assign(this, columns, { head, n: head.size });
      for (const [name, column] of Object.entries(places)) {
        const degrees = name === "lat" || name === "lon";
        const values = degrees ? Float64Array.from(column, (step) => step / SCALE) : column;
        this[name] = spread(values, this.place, degrees ? Float64Array : Int32Array);
      }
      this._rows = rows;
      this._places = placeRows;
    }

    // Resolves to the record of an incident.
    async record(index) {
      const size = this.head.chunk;
      const rows = this._rows.get(Math.floor(index / size));
      const places = this._places.get(Math.floor(this.place[index] / size));
      return this._record(index, await rows, await places);
    }

    records(indices) {
      return Promise.all(indices.map((index) => this.record(index)));
    }

    // Calls for each incident of a mask in turn, with its record; stops when the call or `stopped()` says true.
    async scan(mask, call, stopped = () => false) {
      for (let number = 0; number * this.head.chunk < this.n; number++) {
        const from = number * this.head.chunk;
        const to = Math.min(this.n, from + this.head.chunk);
        let wanted = false;
        for (let i = from; i < to && !wanted; i++) wanted = mask[i] !== 0;
        if (!wanted) continue;
        for (let i = from; i < to; i++) {
          if (!mask[i]) continue;
          const record = await this.record(i);
          if (stopped() || call(record) === true) return;
        }
      }
    }

    hasDay(index) {
      return this.first[index] !== NO_DAY;
    }

    _record(index, rows, places) {
      const at = index % this.head.chunk;
      const there = this.place[index] % this.head.chunk;
      const get = (field) => (rows[field] ? rows[field][at] : null);
      const [name, region, code, kind, radius] = ["name", "region", "code", "kind", "radius_km"].map((f) => places[f][there]);
      const named = (words) => (get("raw") ? words : words.replaceAll(NAME, () => name));
      const title = named(get("title"));
      const paragraph = get("paragraph");
      const text = paragraph ? rows.passages[paragraph[0]] : named(get("sentence"));
      const [start, end] = paragraph ? paragraph.slice(1) : [0, text.length];
      const country = this.head.countries[code] || code;
      const spot = kind !== "region" && kind !== "country" && kind !== "area" && kind !== "water";
      const reach = radius <= 0 ? "a single spot" : "within about " + page.km(radius, radius) + " km";
      const counts = get("counts") || this._counts(index);
      const story = this._border(get("story"), spot);
      const km = places.km[there];
      const near = km === null ? null : this._border(BORDER.map((field) => places[field][there]), spot);
      const sentence = text.slice(start, end);
      const report = this.head.reports[this.report[index]];
      const date = get("date") || (this.hasDay(index) ? page.dayText(this.first[index]) : page.words.facts.noDate);
      const label = this.head.kinds[this.kind[index]].label;
      const values = { ...counts, kind: label, date, time: get("time"), place: name, weapon: get("weapon"), target: get("target") };
      const marks = get("marks");
      return {
        index,
        title,
        kind: this.head.kinds[this.kind[index]],
        lat: this.lat[index],
        lon: this.lon[index],
        place: {
          name,
          region,
          code,
          country,
          kind,
          spot,
          radius_km: radius,
          text: [...new Set([name, region, country].filter(Boolean))].join(", "),
          precision: kind + ", " + reach,
        },
        place_reason: get("place_reason"),
        date,
        date_reason: get("date_reason") || "",
        time: get("time") || "",
        counts,
        casualties: COUNTED.map((what) => counts[what]).filter(Boolean).join(", ") || page.words.facts.notStated,
        weapon: get("weapon") || "",
        target: get("target") || "",
        border: near,
        story,
        story_reason: get("story_reason") || "",
        story_same: Boolean(near && story && near.pair.join() === story.pair.join() && Math.abs(near.km - story.km) < 0.05),
        evidence: sentence,
        passage: { text, start, end },
        why: marks ? this._marked(marks, values, sentence, report) : this._why(get("why") || [], rows.passages),
        sources: (get("sources") || []).map(([report, id, text, casualties, date]) => ({
          report: this.head.reports[report],
          id,
          text: rows.passages[text],
          casualties,
          date,
        })),
        report,
        confidence: this.confidence[index] / 100,
      };
    }

    // What fields rest on that have words of the incident's own sentence.
    _marked(marks, values, sentence, report) {
      const found = [];
      for (let k = 0, start, end = 0; k < marks.length; k += 3) {
        start = end + marks[k + 1];
        end = start + marks[k + 2];
        const field = this.head.evidence[marks[k]];
        if (!values[field]) continue;
        const label = page.words.facts[field === "target" ? "hit" : field] || "";
        const words = [{ value: values[field], text: sentence, start, end, report }];
        found.push({ field, label, value: values[field], words });
      }
      return found;
    }

    _why(why, passages) {
      return why.map(([field, label, value, words]) => ({
        field,
        label,
        value,
        words: words.map(([said, text, start, end, report]) => ({
          value: said,
          text: passages[text],
          start,
          end,
          report: this.head.reports[report],
        })),
      }));
    }

    _counts(index) {
      const counts = {};
      for (const what of ["killed", "injured"]) {
        const number = this[what][index];
        if (number >= 0) counts[what] = page.number(number) + " " + what;
      }
      return counts;
    }

    _border(values, spot) {
      if (!values) return null;
      const [km, low, high, one, other, lat, lon] = values;
      const border = { km, low, high, pair: [one, other], nearest: [lat, lon] };
      const names = border.pair.map((code) => this.head.countries[code] || code).join("–");
      border.short = spot ? page.km(km) + " km" : page.distanceText(border, spot);
      border.text = page.distanceText(border, spot) + " " + page.words.facts.toTheBorder + " " + names;
      return border;
    }
  }

  // Resolves to the store of the page's data.
  page.open = async function () {
    const chunks = ["incident-rows", "place-rows"].map((name) => new Chunks(name));
    for (const one of chunks) one.ahead();
    const [head, columns, places] = await Promise.all([
      inflated(document.getElementById("incident-data").textContent).json(),
      planesOf("incident-columns"),
      planesOf("place-columns"),
    ]);
    head.countries = Object.assign(Object.create(null), head.countries); // no code is the name of what every object has
    return new Store(head, columnsOf(columns, head.plan), columnsOf(places, head.place_plan), ...chunks);
  };
})(incidentMap);
