// When: how many incidents there are over time, and the window of days that is shown.
"use strict";

(function (page) {
  const make = page.element;
  const VAGUE_DAYS = 300;
  const MOST_BARS = 120;
  const HEIGHT = 44; // pixels, of the bars
  const LABELS = 15; // pixels below them
  const PLAY_S = 20;
  const SLOWEST = 2; // bars a second, so that few bars do not take as long as many
  const NEVER = 255; // more than any bar
  const LAST_DAY = 2932896; // 9999-12-31
  const COLOURS = { bar: "#c3ccd1", chosen: "#46545d", axis: "#d9dfe2", label: "#57646d" };

  // All of this is UTC: days have no time of day that a clock change could move.
  const dateOf = (day) => new Date(day * 864e5);

  function firstOf(year, month) {
    const date = new Date(0);
    date.setUTCFullYear(year, month, 1); // Date.UTC takes the years 0 to 99 for others
    return Math.round(date.getTime() / 864e5);
  }

  // Edges (days) of bars that cover the days from `first` to `last`, by the finest unit that needs few enough of them.
  page.barsOf = function (first, last) {
    if (last - first < MOST_BARS) {
      return { unit: "day", edges: Array.from({ length: last - first + 2 }, (_, i) => first + i) };
    }
    const monday = first - ((((first + 3) % 7) + 7) % 7);
    if ((last - monday) / 7 < MOST_BARS) {
      const bars = Math.floor((last - monday) / 7) + 1;
      return { unit: "week", edges: Array.from({ length: bars + 1 }, (_, i) => monday + 7 * i) };
    }
    const from = dateOf(first);
    const to = dateOf(last);
    const months = [from, to].map((date) => date.getUTCFullYear() * 12 + date.getUTCMonth());
    for (const step of [1, 3, 12, 60, 120, 300, 600, 1200]) {
      const start = Math.floor(months[0] / step);
      const bars = Math.floor(months[1] / step) - start + 1;
      if (bars > MOST_BARS) continue;
      const edges = Array.from({ length: bars + 1 }, (_, i) => {
        const month = (start + i) * step;
        return firstOf(Math.floor(month / 12), month % 12);
      });
      return { unit: { 1: "month", 3: "quarter", 12: "year" }[step] || step / 12, edges };
    }
    throw new RangeError("no bars from " + first + " to " + last);
  };

  // From which day to which the incidents happened; of one dated by its year alone nobody knows when, so those tell
  // only where there are no others.
  function rangeOf(store, vague = VAGUE_DAYS) {
    let first = Infinity;
    let latest = -Infinity;
    let last = -Infinity;
    for (let i = 0; i < store.n; i++) {
      if (!store.hasDay(i) || store.days[i] > vague) continue;
      first = Math.min(first, store.first[i]);
      latest = Math.max(latest, store.first[i]);
      last = Math.max(last, store.first[i] + store.days[i] - 1);
    }
    if (first === Infinity && vague < Infinity) return rangeOf(store, Infinity);
    return { first, latest, last: Math.min(last, LAST_DAY) };
  }

  // Fills a box with the bars and their controls; with less than two days to choose from it stays hidden.
  page.fillTimeline = function (box, filters, store) {
    const words = page.words.timeline;
    const { first, latest, last } = rangeOf(store);
    box.hidden = !(latest > first);
    if (box.hidden) return;
    const { unit, edges } = page.barsOf(first, last);
    const bars = edges.length - 1;
    const barOf = new Uint8Array(edges[bars] - edges[0]); // by day
    for (let bar = 0; bar < bars; bar++) barOf.fill(bar, edges[bar] - edges[0], edges[bar + 1] - edges[0]);
    const firstBar = new Uint8Array(store.n).fill(NEVER); // the bars that an incident touches
    const lastBar = new Uint8Array(store.n);
    for (let i = 0; i < store.n; i++) {
      if (!store.hasDay(i)) continue;
      const begins = Math.max(store.first[i], first);
      const ends = Math.min(store.first[i] + store.days[i] - 1, last);
      if (ends < begins) continue;
      firstBar[i] = barOf[begins - edges[0]];
      lastBar[i] = barOf[ends - edges[0]];
    }
    const numbers = new Int32Array(bars);
    let undated = 0;
    let most = 0;
    // The bars from `a` to before `b` are chosen.
    let a = 0;
    let b = bars;
    let own = false; // while the change is this timeline's
    let frame = 0;
    let playing = 0;
    let grows = false;
    let drag = null;

    const play = make("button", { type: "button", class: "time-play" }, words.play);
    const all = make("button", { type: "button", class: "time-all" }, words.all);
    const dates = make("span", { class: "time-dates" });
    const canvas = make("canvas", { "aria-hidden": "true" });
    const handle = (name, label) =>
      make("input", {
        type: "range", class: name, min: "0", max: String(bars), step: "1", "aria-label": label, title: words.handle,
      });
    const from = handle("time-from", words.from);
    const to = handle("time-to", words.to);
    const note = make("p", { class: "time-note" });
    const chart = make("div", { class: "time-chart" }, canvas, from, to);
    box.append(make("div", { class: "time-head" }, play, dates, all), chart, note);

    function count() {
      numbers.fill(0);
      undated = 0;
      const steps = new Int32Array(bars + 1);
      for (let i = 0; i < store.n; i++) {
        if (!filters.beside(i)) continue;
        if (firstBar[i] === NEVER) {
          undated++;
          continue;
        }
        steps[firstBar[i]]++;
        steps[lastBar[i] + 1]--;
      }
      most = 0;
      for (let bar = 0, sum = 0; bar < bars; bar++) {
        sum += steps[bar];
        numbers[bar] = sum;
        most = Math.max(most, sum);
      }
      const per = typeof unit === "number" ? words.per.years(unit) : words.per[unit];
      note.textContent = words.note(per, page.number(most)) +
        (undated ? "; " + words.undated(page.number(undated)) : "");
    }

    function labelOf(bar) {
      const year = { timeZone: "UTC", year: "numeric" };
      const month = { ...year, month: "short" };
      const options = {
        day: { timeZone: "UTC", day: "numeric", month: "short" },
        week: { ...month, day: "numeric" },
        month,
        quarter: month,
      };
      return dateOf(Math.max(edges[bar], first)).toLocaleDateString("en-GB", options[unit] || year);
    }

    function draw() {
      const width = canvas.clientWidth;
      if (!width) return;
      const ratio = window.devicePixelRatio || 1;
      if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
      if (canvas.height !== Math.round((HEIGHT + LABELS) * ratio)) canvas.height = Math.round((HEIGHT + LABELS) * ratio);
      const pen = canvas.getContext("2d");
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, width, HEIGHT + LABELS);
      pen.fillStyle = COLOURS.axis;
      pen.fillRect(0, HEIGHT - 1, width, 1);
      const step = width / bars;
      const gap = step > 4 ? 1 : 0;
      for (let bar = 0; bar < bars; bar++) {
        if (!numbers[bar]) continue;
        const tall = Math.max(2, (numbers[bar] / most) * (HEIGHT - 2));
        pen.fillStyle = bar >= a && bar < b ? COLOURS.chosen : COLOURS.bar;
        pen.fillRect(bar * step, HEIGHT - tall, step - gap, tall);
      }
      pen.fillStyle = COLOURS.label;
      pen.font = "10.5px system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif";
      pen.textBaseline = "bottom";
      const apart = Math.max(1, Math.ceil(92 / step));
      for (let bar = 0; bar < bars; bar += apart) {
        const text = labelOf(bar);
        if (bar && bar * step + pen.measureText(text).width > width) break;
        pen.fillText(text, bar * step, HEIGHT + LABELS);
      }
    }

    // Puts handles and dates where the filters' state says.
    function sync() {
      const { state } = filters;
      const held = (text) => Math.min(Math.max(page.dayOf(text), edges[0]), edges[bars] - 1) - edges[0];
      a = state.from === null ? 0 : barOf[held(state.from)];
      b = state.to === null ? bars : barOf[held(state.to)] + 1;
      const begins = state.from || page.dayText(first);
      const ends = state.to || page.dayText(last);
      from.value = String(a);
      to.value = String(b);
      from.setAttribute("aria-valuetext", begins);
      to.setAttribute("aria-valuetext", ends);
      dates.textContent = begins + " – " + ends;
      all.hidden = state.from === null && state.to === null;
      draw();
    }

    function apply(moving) {
      cancelAnimationFrame(frame);
      frame = 0;
      own = true;
      // An end that has not been moved keeps its exact day.
      const patch = {};
      const { state } = filters;
      const begins = a === 0 ? null : page.dayText(edges[a]);
      const ends = b === bars ? null : page.dayText(edges[b] - 1);
      if (begins === null || !state.from || barOf[page.dayOf(state.from) - edges[0]] !== a) patch.from = begins;
      if (ends === null || !state.to || barOf[page.dayOf(state.to) - edges[0]] !== b - 1) patch.to = ends;
      try {
        filters.set(patch, { moving });
      } finally {
        own = false;
      }
    }

    // At most one change per frame while something moves.
    function move(one, other) {
      if (one === a && other === b) return;
      a = one;
      b = other;
      if (!frame) frame = requestAnimationFrame(() => apply(true));
    }

    function stop() {
      if (!playing) return;
      cancelAnimationFrame(playing);
      playing = 0;
      play.textContent = words.play;
      apply(false);
    }

    function start() {
      const everything = a === 0 && b === bars;
      grows = everything || (grows && a === 0);
      const width = grows ? 0 : b - a;
      if (everything) b = 1;
      else if (b === bars) [a, b] = [0, width];
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const speed = calm ? 1 : Math.max(bars / PLAY_S, SLOWEST);
      let at = b;
      let before = performance.now();
      play.textContent = words.pause;
      apply(true);
      const tick = (now) => {
        // A tab in the background stands still, and goes on from there.
        at += (Math.min(Math.max(now - before, 0), 250) / 1000) * speed;
        before = now;
        const end = Math.min(Math.floor(at), bars);
        if (end !== b) {
          b = end;
          a = grows ? 0 : b - width;
          if (b < bars) apply(true);
        }
        if (b < bars) playing = requestAnimationFrame(tick);
        else stop();
      };
      playing = requestAnimationFrame(tick);
    }

    play.addEventListener("click", () => (playing ? stop() : start()));
    all.addEventListener("click", () => {
      stop();
      filters.set({ from: null, to: null });
      play.focus();
    });

    const read = {
      from: () => [Math.min(Number(from.value), b - 1), b],
      to: () => [a, Math.max(Number(to.value), a + 1)],
    };
    for (const [input, window] of [[from, read.from], [to, read.to]]) {
      input.addEventListener("input", () => {
        const value = input.value;
        if (playing) {
          stop();
          input.value = value;
        }
        grows = false;
        move(...window());
        input.value = String(input === from ? a : b);
      });
      input.addEventListener("change", () => apply(false));
      input.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
        if (!event.shiftKey || !step) return;
        event.preventDefault();
        stop();
        if (a + step < 0 || b + step > bars) return;
        a += step;
        b += step;
        apply(false);
      });
    }

    const barAt = (event) => {
      const { left, width } = canvas.getBoundingClientRect();
      return Math.min(Math.max(Math.floor(((event.clientX - left) / width) * bars), 0), bars - 1);
    };
    const holds = (bar) => !(a === 0 && b === bars) && bar >= a && bar < b;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      stop();
      grows = false;
      const bar = barAt(event);
      drag = { bar, a, b, whole: holds(bar) };
      canvas.setPointerCapture(event.pointerId);
    });
    const dragged = (bar) => {
      if (!drag.whole) return [Math.min(drag.bar, bar), Math.max(drag.bar, bar) + 1];
      const by = Math.min(Math.max(bar - drag.bar, -drag.a), bars - drag.b);
      return [drag.a + by, drag.b + by];
    };
    canvas.addEventListener("pointermove", (event) => {
      if (drag) move(...dragged(barAt(event)));
      else canvas.style.cursor = holds(barAt(event)) ? "grab" : "crosshair";
    });
    canvas.addEventListener("pointerup", (event) => {
      if (!drag) return;
      [a, b] = dragged(barAt(event));
      drag = null;
      apply(false);
    });
    canvas.addEventListener("pointercancel", () => {
      if (!drag) return;
      ({ a, b } = drag);
      drag = null;
      apply(false);
    });

    let known = filters.state;
    filters.on((_, { moving, same }) => {
      const { from: begins, to: ends } = filters.state;
      // Somebody else chose other days: what played is over.
      if (!own && (begins !== known.from || ends !== known.to)) {
        cancelAnimationFrame(playing);
        playing = 0;
        grows = false;
        play.textContent = words.play;
      }
      known = filters.state;
      if (same) return;
      if (!own && !moving) count();
      sync();
    });
    new ResizeObserver(draw).observe(canvas);
    count();
    sync();
  };
})(incidentMap);
