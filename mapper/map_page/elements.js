// Makes the elements of the page. Strings become text, never markup.
"use strict";

(function (page) {
  page.make = function (tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    for (const child of children) if (child !== null && child !== undefined && child !== "") element.append(child);
    return element;
  };

  // The same with any attributes.
  page.element = function (tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null));
    return element;
  };

  page.button = function (className, text, call) {
    const button = page.make("button", className, text);
    button.type = "button";
    button.addEventListener("click", call);
    return button;
  };

  // Who published a report: its title, a link if it has an address, its outlet and date.
  page.source = function (report) {
    const title = report.title || report.id;
    const line = page.make("span", "");
    if (/^https?:\/\//i.test(report.url || "")) {
      const anchor = page.make("a", "", title);
      anchor.href = report.url;
      anchor.target = "_blank";
      anchor.rel = "noopener noreferrer";
      line.append(anchor);
    } else line.append(title);
    if (report.outlet) line.append(", " + report.outlet);
    if (report.published) line.append(", " + report.published);
    return line;
  };

  // How many reports tell of an incident.
  page.tellers = (record) => new Set(record.sources.map((telling) => telling.id)).size || 1;
})(incidentMap);
