// The shapes of distance bands: outlines are geodesic, each stretch of the line moved sideways on the ellipsoid, so that a
// band is as true at 70° north as at the equator.
"use strict";

(function (page) {
  const DEGREE = Math.PI / 180;
  const TURN = 2 * Math.PI;
  const AXIS_KM = 6378.137; // WGS 84
  const FLATNESS = 0.00669437999014; // the square of its eccentricity
  const LEAST_RADIUS_KM = 6335; // of curvature, anywhere
  const MAX_LATITUDE = 85.0511287798 * DEGREE;
  const PIXELS_OFF = 0.5; // how far the simplified line may be off …
  const SHARE_OFF = 0.004; // … or of the distance, if that is more
  const STRETCH_KM = 40; // longest stretch of the line whose band has straight sides
  const STEP_KM = 20; // the same where distances are measured
  const OVERLAP = 0.08; // radians
  const GROUP = 24; // stretches that are measured or passed over together

  // Longitude and latitude (radians) to 0..1 across the Web Mercator world, and back.
  const worldX = (lon) => lon / TURN + 0.5;
  function worldY(sine) {
    const edge = Math.sin(MAX_LATITUDE);
    const s = Math.max(-edge, Math.min(edge, sine));
    return 0.5 - Math.log((1 + s) / (1 - s)) / (2 * TURN);
  }
  const lonAt = (x) => (x - 0.5) * TURN;
  const latAt = (y) => Math.atan(Math.sinh((0.5 - y) * TURN));

  // How many radians of latitude, and of longitude at the equator, a km is at a latitude.
  function radiansPerKm(lat) {
    const w = Math.sqrt(1 - FLATNESS * Math.sin(lat) ** 2);
    return [w ** 3 / (AXIS_KM * (1 - FLATNESS)), w / AXIS_KM];
  }

  // Where one comes to from a place (radians) after so many km on a bearing, in world units.
  function reach(lat, lon, bearing, km) {
    const [perNorth, perEast] = radiansPerKm(lat);
    const north = km * Math.cos(bearing) * perNorth;
    const east = km * Math.sin(bearing) * perEast;
    const angle = Math.hypot(north, east);
    const ratio = Math.sin(angle) / angle;
    const sine = Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * ratio * north;
    const turn = Math.atan2(east * ratio * Math.cos(lat), Math.cos(angle) - Math.sin(lat) * sine);
    return [worldX(lon + turn), worldY(sine)];
  }

  // The lines of a border in world units; what is drawn for other views only is no part of it.
  function linesOf(basemap, pair) {
    return basemap.borders
      .filter((border) => border.pair === pair && border.kind !== "elsewhere")
      .flatMap((border) => border.degrees())
      .filter((line) => line.length > 1)
      .map((line) => line.map(([lat, lon]) => [worldX(lon * DEGREE), worldY(Math.sin(lat * DEGREE))]));
  }

  // Leaves out points that lie within a tolerance of the line between those that are kept.
  function simplified(line, tolerance) {
    const kept = new Uint8Array(line.length);
    kept[0] = kept[line.length - 1] = 1;
    const open = [[0, line.length - 1]];
    while (open.length) {
      const [from, to] = open.pop();
      const [ax, ay] = line[from];
      const dx = line[to][0] - ax;
      const dy = line[to][1] - ay;
      const square = dx * dx + dy * dy;
      let worst = tolerance * tolerance;
      let at = -1;
      for (let i = from + 1; i < to; i++) {
        const px = line[i][0] - ax;
        const py = line[i][1] - ay;
        const along = square ? Math.max(0, Math.min(1, (px * dx + py * dy) / square)) : 0;
        const off = (px - along * dx) ** 2 + (py - along * dy) ** 2;
        if (off > worst) [worst, at] = [off, i];
      }
      if (at < 0) continue;
      kept[at] = 1;
      open.push([from, at], [at, to]);
    }
    return line.filter((_, i) => kept[i]);
  }

  // A line with more points, so that no stretch is longer than so many km.
  function densified(line, km) {
    const found = [line[0]];
    for (let i = 1; i < line.length; i++) {
      const [ax, ay] = line[i - 1];
      const [bx, by] = line[i];
      const long = Math.hypot(bx - ax, by - ay) * TURN * AXIS_KM * Math.cos(latAt((ay + by) / 2));
      const parts = Math.max(1, Math.ceil(long / km));
      for (let k = 1; k <= parts; k++) found.push([ax + ((bx - ax) * k) / parts, ay + ((by - ay) * k) / parts]);
    }
    return found;
  }

  // One stretch of a line with its band: the piece beside it and the fan that joins it to the stretch before.
  // Rings all run the same way round, so that the canvas fills their union.
  class Stretch {
    constructor(from, to, before, last, km, stepOf) {
      const lat = (latAt(from[1]) + latAt(to[1])) / 2;
      const most = Math.min(MAX_LATITUDE, Math.max(Math.abs(latAt(from[1])), Math.abs(latAt(to[1]))) + km / LEAST_RADIUS_KM);
      const wide = km / (LEAST_RADIUS_KM * Math.cos(most) * TURN);
      this.from = from;
      this.to = to;
      this.km = km;
      this.before = before;
      this.last = last;
      const [perNorth, perEast] = radiansPerKm(lat);
      this.bearing = Math.atan2((to[0] - from[0]) / perEast, (from[1] - to[1]) / perNorth);
      this.box = [
        Math.min(from[0], to[0]) - wide,
        Math.min(from[1], to[1]) - wide,
        Math.max(from[0], to[0]) + wide,
        Math.max(from[1], to[1]) + wide,
      ];
      this._stepOf = stepOf;
      this._rings = null;
    }

    // The points at the side of a place of the line, from one bearing to another.
    _fan(at, start, turn) {
      const lat = latAt(at[1]);
      const lon = lonAt(at[0]);
      const parts = Math.max(1, Math.ceil(Math.abs(turn) / this._stepOf(lat)));
      const ring = [at];
      for (let k = 0; k <= parts; k++) ring.push(reach(lat, lon, start + (turn * k) / parts, this.km));
      return ring;
    }

    rings() {
      if (this._rings) return this._rings;
      const right = this.bearing + Math.PI / 2;
      const left = this.bearing - Math.PI / 2;
      const ends = [this.from, this.to].map((at) => [latAt(at[1]), lonAt(at[0])]);
      const corner = (end, bearing) => reach(ends[end][0], ends[end][1], bearing, this.km);
      // A geodesic across the line is no straight line here, so the ends have a corner on the line too.
      const rings = [[corner(0, left), corner(1, left), this.to, corner(1, right), corner(0, right), this.from]];
      if (!this.before) rings.push(this._fan(this.from, right - OVERLAP, Math.PI + 2 * OVERLAP));
      else {
        const turn = Math.atan2(Math.sin(this.bearing - this.before.bearing), Math.cos(this.bearing - this.before.bearing));
        // The outer side of a bend lies to the left where the line turns right. Fans reach over the pieces beside them,
        // so that no seam can be seen; so does one on the inner side where the pieces hardly overlap.
        const side = turn > 0 ? -Math.PI / 2 : Math.PI / 2;
        const over = turn > 0 ? OVERLAP : -OVERLAP;
        rings.push(this._fan(this.from, this.before.bearing + side - over, turn + 2 * over));
        if (Math.abs(turn) < OVERLAP) rings.push(this._fan(this.from, this.before.bearing - side - OVERLAP, 2 * OVERLAP + turn));
      }
      if (this.last) rings.push(this._fan(this.to, left - OVERLAP, Math.PI + 2 * OVERLAP));
      for (const ring of rings) {
        let area = 0;
        for (let i = 0; i < ring.length; i++) {
          const [ax, ay] = ring[i];
          const [bx, by] = ring[(i + 1) % ring.length];
          area += (ax - this.from[0]) * (by - this.from[1]) - (bx - this.from[0]) * (ay - this.from[1]);
        }
        if (area < 0) ring.reverse();
      }
      return (this._rings = rings);
    }
  }

  // All that lies within a distance of some lines, for a world of a size in pixels.
  function stretches(lines, km, size) {
    const pixels = (lat) => (km * size) / (AXIS_KM * Math.cos(lat) * TURN);
    const stepOf = (lat) => Math.min(0.35, 2 * Math.acos(1 - Math.min(0.5, 0.12 / Math.max(0.3, pixels(lat)))));
    const tolerance = Math.max(PIXELS_OFF / size, (SHARE_OFF * km) / (AXIS_KM * TURN));
    const found = [];
    for (const raw of lines) {
      const line = densified(simplified(raw, tolerance), STRETCH_KM);
      let before = null;
      for (let i = 1; i < line.length; i++) {
        if (line[i][0] === line[i - 1][0] && line[i][1] === line[i - 1][1]) continue;
        if (found.length && before) found[found.length - 1].last = false;
        before = new Stretch(line[i - 1], line[i], before, true, km, stepOf);
        found.push(before);
      }
    }
    return found;
  }

  // Where the line runs in space, to measure how far places lie from it.
  class Course {
    constructor(lines) {
      const ends = [];
      for (const line of lines) {
        const dense = densified(line, STEP_KM);
        for (let i = 1; i < dense.length; i++) {
          const pair = [dense[i - 1], dense[i]].map(([x, y]) => inSpace(latAt(y), lonAt(x)));
          ends.push([...pair[0], ...pair[1]]);
        }
      }
      this._ends = new Float64Array(ends.flat());
      this._groups = [];
      for (let from = 0; from < ends.length; from += GROUP) {
        const to = Math.min(ends.length, from + GROUP);
        const middle = [0, 0, 0];
        for (let i = from; i < to; i++) for (let k = 0; k < 6; k++) middle[k % 3] += ends[i][k] / (2 * (to - from));
        let radius = 0;
        for (let i = from; i < to; i++)
          for (let k = 0; k < 6; k += 3)
            radius = Math.max(radius, Math.hypot(...middle.map((value, axis) => ends[i][k + axis] - value)));
        this._groups.push([from, to, ...middle, radius]);
      }
    }

    // How far a place (radians) lies from the line in km, Infinity if more than a limit.
    km(lat, lon, limit) {
      const [x, y, z] = inSpace(lat, lon);
      const ends = this._ends;
      let best = limit + 1;
      let square = best * best;
      for (const [from, to, mx, my, mz, radius] of this._groups) {
        if ((x - mx) ** 2 + (y - my) ** 2 + (z - mz) ** 2 > (best + radius) ** 2) continue;
        for (let i = 6 * from; i < 6 * to; i += 6) {
          const ux = ends[i + 3] - ends[i];
          const uy = ends[i + 4] - ends[i + 1];
          const uz = ends[i + 5] - ends[i + 2];
          const px = x - ends[i];
          const py = y - ends[i + 1];
          const pz = z - ends[i + 2];
          const long = ux * ux + uy * uy + uz * uz;
          const t = long ? Math.max(0, Math.min(1, (px * ux + py * uy + pz * uz) / long)) : 0;
          const off = (px - t * ux) ** 2 + (py - t * uy) ** 2 + (pz - t * uz) ** 2;
          if (off < square) square = off;
        }
        best = Math.sqrt(square);
      }
      const arc = 2 * AXIS_KM * Math.asin(Math.min(1, best / (2 * AXIS_KM)));
      return arc <= limit ? arc : Infinity;
    }
  }

  // A place on the ellipsoid in km from the middle of the Earth.
  function inSpace(lat, lon) {
    const sine = Math.sin(lat);
    const normal = AXIS_KM / Math.sqrt(1 - FLATNESS * sine * sine);
    const across = normal * Math.cos(lat);
    return [across * Math.cos(lon), across * Math.sin(lon), normal * (1 - FLATNESS) * sine];
  }

  page.bandShapes = { lonAt, latAt, reach, linesOf, stretches, Course, DEGREE, TURN, AXIS_KM };
})(incidentMap);
