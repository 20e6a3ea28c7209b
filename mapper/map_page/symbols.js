// The symbols of the kinds of incidents: as SVG for lists, as pictures for the map. Shape and letter tell them apart
// without colour.
"use strict";

(function (page) {
  const NAMESPACE = "http://www.w3.org/2000/svg";
  const BOX = 28; // units across a symbol, its outline included; drawn at as many pixels
  const SHAPES = {
    circle: "M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 1 1 0-19z",
    square: "M3.5 3.5h17v17h-17z",
    diamond: "M12 .8L23.2 12L12 23.2L.8 12z",
    up: "M12 1L23.5 21.5H.5z",
    down: "M12 23L.5 2.5h23z",
    pentagon: "M12 1.2l11 8.2l-4.2 12.8H5.2L1 9.400z",
    hexagon: "M6.300 2.200h11.400l5.600 9.800l-5.600 9.800H6.300L.7 12z",
    octagon: "M7.800 2h8.400l5.800 5.800v8.400l-5.800 5.800H7.800L2 16.200V7.800z",
    star: "M12 .3l2.900 4.400l5.300-.9l-.9 5.300l4.400 2.900l-4.400 2.900l.9 5.300l-5.300-.9l-2.900 4.400l-2.900-4.400l-5.300.9l.9-5.300l-4.400-2.900l4.400-2.900l-.9-5.300l5.300.9z",
    shield: "M2.500 2.500h19v11c0 5-5 7.500-9.500 9.500c-4.500-2-9.500-4.500-9.500-9.500z",
    pill: "M7.500 4h9a8 8 0 0 1 0 16h-9a8 8 0 0 1 0-16z",
  };
  const LETTER_Y = { up: 18.5, down: 13.5, pentagon: 17, shield: 15.5 };
  const sprites = new Map();

  page.symbol = function (kind, hollow) {
    const svg = document.createElementNS(NAMESPACE, "svg");
    svg.setAttribute("viewBox", "-2 -2 28 28");
    svg.setAttribute("class", "symbol");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(NAMESPACE, "path");
    path.setAttribute("d", SHAPES[kind.shape]);
    path.setAttribute("fill", hollow ? "#fff" : kind.colour);
    path.setAttribute("stroke", hollow ? kind.colour : "#fff");
    path.setAttribute("stroke-width", hollow ? "2" : "1.4");
    if (hollow) path.setAttribute("stroke-dasharray", "3.2 2");
    svg.append(path);
    const letter = document.createElementNS(NAMESPACE, "text");
    letter.setAttribute("x", "12");
    letter.setAttribute("y", LETTER_Y[kind.shape] || 16);
    letter.setAttribute("text-anchor", "middle");
    letter.setAttribute("font-size", "11");
    letter.setAttribute("font-weight", "700");
    letter.setAttribute("fill", hollow ? kind.colour : "#fff");
    letter.textContent = kind.letter;
    svg.append(letter);
    return svg;
  };

  // A picture of a symbol, `size` times as large as usual; the map draws it by the thousand.
  page.sprite = function (kind, hollow, size, ratio) {
    const key = [kind.kind, hollow, size, ratio].join();
    if (sprites.has(key)) return sprites.get(key);
    const canvas = document.createElement("canvas");
    const pixels = BOX * size + 4; // room for the shadow
    canvas.width = canvas.height = Math.ceil(pixels * ratio);
    const pen = canvas.getContext("2d");
    pen.scale(ratio * size, ratio * size);
    pen.translate(2 + 2 / size, 2 + 2 / size);
    const path = new Path2D(SHAPES[kind.shape]);
    pen.save();
    pen.shadowColor = "rgba(0, 0, 0, .3)";
    pen.shadowBlur = 2 * ratio;
    pen.shadowOffsetY = ratio;
    pen.fillStyle = hollow ? "#fff" : kind.colour;
    pen.fill(path);
    pen.restore();
    pen.strokeStyle = hollow ? kind.colour : "#fff";
    pen.lineWidth = hollow ? 2 : 1.4;
    if (hollow) pen.setLineDash([3.2, 2]);
    pen.stroke(path);
    pen.fillStyle = hollow ? kind.colour : "#fff";
    pen.font = "700 11px system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif";
    pen.textAlign = "center";
    pen.fillText(kind.letter, 12, LETTER_Y[kind.shape] || 16);
    const sprite = { canvas, pixels, radius: (BOX * size) / 2 };
    sprites.set(key, sprite);
    return sprite;
  };

  // How much larger than usual a symbol is: the more people came to harm, the larger.
  page.harmSize = function (killed, injured) {
    const harmed = Math.max(0, killed) + Math.max(0, injured) / 3;
    return harmed < 1 ? 0.85 : Math.min(1.5, 0.9 + Math.round(Math.log10(1 + harmed) * 3) / 10);
  };
})(incidentMap);
