// The incidents: columns of numbers, unpacked at once, and records of texts, unpacked chunk by chunk when they are read.
"use strict";

(function (page) {
  const SCALE = 100000; // steps in a degree
  const NO_DAY = -800000;
  const KEPT_CHUNKS = 64; // unpacked; older ones are forgotten and unpacked again when asked for
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

  // Byte planes to numbers, as the plan says (mapper/packing.py).
  function columnsOf(planes, plan) {
    const found = {};
    const once = [];
    let at = 0;
    for (const [name, width, least, count, shared] of plan) {
      const column = new Int32Array(count).fill(least);
      for (let plane = 0; plane < width; plane++) {
        const shift = 8 * plane;
        for (let i = 0; i < count; i++) column[i] += planes[at + i] << shift;
        at += count;
      }
      if (name === "lat") for (let i = 1; i < count; i++) column[i] += column[i - 1];
      found[name] = column;
      if (shared) once.push(name);
    }
    for (const name of once) {
      const column = found[name];
      found[name] = found.spot.map((spot) => column[spot]);
    }
    return found;
  }

  function degrees(column) {
    const found = new Float64Array(column.length);
    for (let i = 0; i < column.length; i++) found[i] = column[i] / SCALE;
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

  class Store {
    constructor(head, columns, chunks) {
      const { lat, lon, ...rest } = columns;
      Object.assign(this, rest, { head, n: head.size, lat: degrees(lat), lon: degrees(lon) });
      this._texts = chunks; // elements that hold the packed rows
      this._open = new Map();
    }

    // Resolves to the record of an incident.
    async record(index) {
      const chunk = await this._chunk(Math.floor(index / this.head.chunk));
      return this._record(index, chunk);
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
        const chunk = await this._chunk(number);
        if (stopped()) return;
        for (let i = from; i < to; i++) if (mask[i] && call(this._record(i, chunk)) === true) return;
      }
    }

    hasDay(index) {
      return this.first[index] !== NO_DAY;
    }

    async _chunk(number) {
      let chunk = this._open.get(number);
      if (!chunk) chunk = inflated(this._texts[number].textContent).json();
      else this._open.delete(number);
      this._open.set(number, chunk); // the last used stands last
      if (this._open.size > KEPT_CHUNKS) this._open.delete(this._open.keys().next().value);
      return chunk;
    }

    _record(index, chunk) {
      const [title, place, border, passage, start, end, placeReason, more = {}] = chunk.rows[index % this.head.chunk];
      const [name, region, code, kind, radius] = chunk.places[place];
      const country = this.head.countries[code] || code;
      const spot = kind !== "region" && kind !== "country" && kind !== "area" && kind !== "water";
      const reach = radius <= 0 ? "a single spot" : "within about " + page.km(radius, radius) + " km";
      const counts = more.counts || this._counts(index);
      const story = this._border(chunk, more.story, spot);
      const near = this._border(chunk, border < 0 ? undefined : border, spot);
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
        place_reason: placeReason,
        date: more.date || (this.hasDay(index) ? page.dayText(this.first[index]) : page.words.facts.noDate),
        date_reason: more.date_reason || "",
        time: more.time || "",
        counts,
        casualties: COUNTED.map((what) => counts[what]).filter(Boolean).join(", ") || page.words.facts.notStated,
        weapon: more.weapon || "",
        target: more.target || "",
        border: near,
        story,
        story_reason: more.story_reason || "",
        story_same: Boolean(near && story && near.pair.join() === story.pair.join() && Math.abs(near.km - story.km) < 0.05),
        evidence: chunk.passages[passage].slice(start, end),
        passage: { text: chunk.passages[passage], start, end },
        why: (more.why || []).map(([field, label, value, words]) => ({
          field,
          label,
          value,
          words: words.map(([said, text, from, to, report]) => ({
            value: said,
            text: chunk.passages[text],
            start: from,
            end: to,
            report: this.head.reports[report],
          })),
        })),
        sources: (more.sources || []).map(([report, id, text, casualties, date]) => ({
          report: this.head.reports[report],
          id,
          text: chunk.passages[text],
          casualties,
          date,
        })),
        report: this.head.reports[this.report[index]],
        confidence: this.confidence[index] / 100,
      };
    }

    _counts(index) {
      const counts = {};
      for (const what of ["killed", "injured"]) {
        const number = this[what][index];
        if (number >= 0) counts[what] = page.number(number) + " " + what;
      }
      return counts;
    }

    _border(chunk, number, spot) {
      if (number === undefined) return null;
      const [km, low, high, one, other, lat, lon] = chunk.borders[number];
      const border = { km, low, high, pair: [one, other], nearest: [lat, lon] };
      const names = border.pair.map((code) => this.head.countries[code] || code).join("–");
      border.short = spot ? page.km(km) + " km" : page.distanceText(border, spot);
      border.text = page.distanceText(border, spot) + " " + page.words.facts.toTheBorder + " " + names;
      return border;
    }
  }

  // Resolves to the store of the page's data.
  page.open = async function () {
    const head = JSON.parse(document.getElementById("incident-data").textContent);
    const packed = document.getElementById("incident-columns");
    const planes = new Uint8Array(await inflated(packed.textContent).arrayBuffer());
    packed.remove();
    const columns = columnsOf(planes, head.plan);
    return new Store(head, columns, document.getElementsByClassName("incident-rows"));
  };
})(incidentMap);
