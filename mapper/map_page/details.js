// What is known of one incident: its fields with the words behind them, the sentence in its paragraph, the sources.
"use strict";

(function (page) {
  const { make } = page;

  // The text with some words marked in it.
  function quoted(text, start, end, opening = "", closing = "") {
    return make("blockquote", "", opening + text.slice(0, start), make("mark", "", text.slice(start, end)), text.slice(end) + closing);
  }

  // A row of facts; one whose words are known is a button that shows them.
  function row(list, term, items, note, open) {
    const shown = [].concat(items).filter(Boolean);
    if (!shown.length) return;
    const cell = make("dd", "");
    list.append(make("dt", "", term), cell);
    shown.forEach((item, number) => {
      cell.append(item.words ? fact(item, open, cell) : make("span", "plain", item));
      if (note && !number) cell.append(make("small", "", note));
    });
  }

  function fact(item, open, after) {
    const button = page.button("fact", item.value, () => open(button, item, after));
    button.dataset.field = item.field;
    button.title = page.words.facts.showWords;
    button.setAttribute("aria-expanded", "false");
    return button;
  }

  function tellings(record, blur) {
    const list = make("ol", "tellings");
    for (const telling of record.sources) {
      const quote = make("blockquote", "", "“" + telling.text + "”");
      list.append(
        make(
          "li",
          "",
          telling.report ? page.source(telling.report) : telling.id,
          make("small", "", telling.date + " · " + telling.casualties),
          blur ? page.blurred(quote) : quote
        )
      );
    }
    return make("section", "told", make("h3", "", page.words.facts.toldBy(page.tellers(record))), list);
  }

  function borders(record, facts) {
    const words = page.words.facts;
    if (record.border) {
      const also = [words.alsoStory, record.story_reason].filter(Boolean).join(": ");
      row(facts, words.border, record.border.text, record.story_same ? also : "");
    }
    if (record.story && !record.story_same) row(facts, words.story, record.story.text, record.story_reason);
  }

  // The sentence, and the paragraph around it where it is known; hidden until asked for where texts are blurred.
  function evidence(record, blur) {
    const { text, start, end } = record.passage;
    const quote =
      start === 0 && end === text.length
        ? make("blockquote", "evidence", "“" + text + "”")
        : quoted(text, start, end, "“", "”");
    quote.classList.add("evidence");
    return blur ? page.blurred(quote) : quote;
  }

  // Blurs an element until it is clicked.
  page.blurred = function (element) {
    const button = page.button("unblur", page.words.facts.unblur, (event) => {
      event.stopPropagation(); // it goes away, and the map would take the click for its own
      button.replaceWith(element);
      element.tabIndex = -1;
      element.focus({ preventScroll: true });
    });
    const cover = make("span", "blur-text", element.textContent.replace(/\S/g, "x").slice(0, 240));
    cover.setAttribute("aria-hidden", "true");
    button.append(cover);
    return button;
  };

  function stepper(record, app) {
    const { store, filters } = app;
    const here = [];
    for (let i = 0; i < store.n; i++) {
      if ((filters.mask[i] || i === record.index) && store.lat[i] === record.lat && store.lon[i] === record.lon) here.push(i);
    }
    if (here.length < 2) return null;
    const at = here.indexOf(record.index);
    const words = page.words.facts;
    const bar = make("nav", "stepper");
    bar.setAttribute("aria-label", words.atThisPlace);
    const step = (by, text) =>
      page.button("", text, async (event) => {
        event.stopPropagation();
        await app.select(here[(at + by + here.length) % here.length]);
        const next = document.querySelector(".stepper button:" + (by < 0 ? "first-of-type" : "last-of-type"));
        if (next) next.focus({ preventScroll: true });
      });
    bar.append(step(-1, words.previous), make("span", "", words.ofHere(at + 1, here.length)), step(1, words.next));
    return bar;
  }

  // The details of an incident; `open` is called to show the words behind a field.
  page.card = function (record, app, open) {
    const words = page.words.facts;
    const box = make("article", "card");
    box.tabIndex = -1;
    box.setAttribute("aria-label", record.title);
    box.dataset.incident = record.index;
    const head = make("p", "card-kind", page.symbol(record.kind, Boolean(app.store.hollow[record.index])), record.kind.label);
    box.append(head, make("h2", "", record.title));
    const facts = make("dl", "");
    const found = (...fields) => record.why.filter((one) => fields.includes(one.field));
    const told = (field, text) => {
      const known = found(field);
      return known.length ? known.map((one) => ({ ...one, value: text })) : [text];
    };
    const sign = found("kind")[0];
    if (sign) head.replaceChild(fact({ ...sign, value: record.kind.label }, open, head), head.lastChild);
    row(facts, words.date, told("date", record.date).concat(told("time", record.time)), record.date_reason, open);
    const counts = Object.entries(record.counts).flatMap(([what, text]) => told(what, text));
    row(facts, words.casualties, counts.some((one) => one.words) ? counts : record.casualties, "", open);
    row(facts, words.place, told("place", record.place.text), record.place.precision + " · " + record.place_reason, open);
    for (const label of ["By", "Against", "Claimed by", "Denied by"]) {
      row(facts, label, found("actor").filter((one) => one.label === label), "", open);
    }
    const means = found("weapon");
    const caused = ["accident", "natural_disaster"].includes(record.kind.kind);
    row(facts, caused ? words.cause : words.weapon, means.length ? means : record.weapon, "", open);
    const target = found("target");
    row(facts, words.hit, target.length ? target : record.target, "", open);
    borders(record, facts);
    row(facts, words.confidence, Math.round(record.confidence * 100) + " %");
    box.append(facts, evidence(record, app.blur()));
    if (record.report) box.append(make("p", "source", words.source + " ", page.source(record.report)));
    if (record.sources.length) box.append(tellings(record, app.blur()));
    if (record.border || record.story) box.append(make("p", "source", words.view + " " + app.store.head.view));
    const bar = stepper(record, app);
    if (bar) box.append(bar);
    return box;
  };

  // The words behind a field, each with the report that they are from.
  page.wordsBehind = function (item, app, tag) {
    const box = make(tag, "words");
    box.id = "words";
    for (const one of item.words) {
      const head = item.words.length > 1 ? make("strong", "", one.value) : null;
      const several = one.report && app.store.head.reports.length > 1;
      const from = several ? make("span", "source", head ? " · " : "", page.source(one.report)) : null;
      if (head || from) box.append(make("p", "", head, from));
      const quote = quoted(one.text, one.start, one.end);
      box.append(app.blur() ? page.blurred(quote) : quote);
    }
    return box;
  };
})(incidentMap);
