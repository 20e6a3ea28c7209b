"""The compiled part of :mod:`mapper.tree`: formulas of geodesics, and the walk down the tree.

Numba compiles it on first use. It keeps what it compiled until this file changes, so all that is compiled together has
to stand here. Places are earth-centred coordinates on WGS 84; all lengths are kilometres.
"""

from __future__ import annotations

import math

import numpy as np

from mapper.compiled import compiled
from mapper.geodesy import FLATTENING, MAX_CURVATURE_RADIUS_KM, SEMI_MAJOR_KM

LEAF = 6  # pieces of a line
WIDE = 8  # children of a node
DEEPEST = 12  # levels: 8**12 leaves
NEAR_KM = 400.0  # up to here the error of a short geodesic is below 0.3 mm
FAR_KM = 1600.0  # nearer than this, the first bound does it
LAST_KM = 18_900.0  # farther than this, Vincenty's series may not converge
ANTIPODE = 0.0061  # squared cosine of half the angle: beyond 171.04 degrees, or 18,970 km

A = SEMI_MAJOR_KM
B = SEMI_MAJOR_KM * (1 - FLATTENING)
F = FLATTENING
E2 = FLATTENING * (2 - FLATTENING)
LARGEST_KM = MAX_CURVATURE_RADIUS_KM + 0.5
# The formula of Andoyer and Lambert leaves out terms of the second order in the flattening. Against Karney's geodesics,
# over 2 million pairs up to 19,600 km apart, it was short by up to 1.41e-6 of the distance and long by up to 12 m times
# tan²(s/2), s being the angle between the two on the auxiliary sphere; between places 10 km apart, its error changed by
# up to 3e-6 / cos²(s/2) of their distance.
SHORT = 1.5e-6
LONG_KM = 0.015
DRIFT = 8e-6


@compiled
def lambert(u2, z1, z2):
    """Return the distance after Andoyer and Lambert and the squared cosine of half the angle.

    Close to the antipode, where the formula fails, it is a length that is beyond ``LAST_KM``, as the distance is.

    ``u2`` is the squared chord on the auxiliary sphere of radius 1, ``z1`` and ``z2`` the sines of the reduced latitudes.
    """
    half2 = min(u2 * 0.25, 1.0 - 1e-12)
    if half2 < 1e-14:
        return A * math.sqrt(u2), 1.0
    half = math.sqrt(half2)
    sigma = 2.0 * math.asin(half)
    if 1.0 - half2 < ANTIPODE:
        return B * sigma, 1.0 - half2
    sine = 2.0 * half * math.sqrt(1.0 - half2)
    total, apart = 0.5 * (z1 + z2), 0.5 * (z2 - z1)
    x = (sigma - sine) * total * total / (1.0 - half2)
    y = (sigma + sine) * apart * apart / half2
    return A * (sigma - 0.5 * F * (x + y)), 1.0 - half2


@compiled
def chord_limit(best):
    """Return the squared chord from which on nothing is nearer than ``best``, on a circle of the largest curvature radius."""
    angle = min(best / LARGEST_KM, math.pi)
    if angle < 0.1:
        # The first terms of the sine, cut so that the outcome is too large, by less than 1e-12.
        square = angle * angle
        chord = best * (1.0 - square / 24.0 * (1.0 - square / 80.0))
    else:
        chord = 2.0 * LARGEST_KM * math.sin(angle / 2.0)
    return chord * chord


@compiled
def lambert_limits(best):
    """Return what tells whether a far box may hold a place nearer than ``best``.

    It may not where the squared chord on the auxiliary sphere is at least ``4 t²``, ``t = sine + rise (gx p + gy min(m,
    most))``, with ``p`` and ``m`` the largest squares of half the sum and half the difference of the two sines of reduced
    latitude: Andoyer and Lambert's terms grow (``gx``) or fall (``gy``) with the angle, so each is taken where it is
    largest between ``best`` and the angle that may have that length.
    """
    half = min(best / A, 3.1) / 2.0
    half = min((best + LONG_KM * math.tan(half * 1.002) ** 2) / A, 3.12) / 2.0
    sine, cosine = math.sin(half), math.cos(half)
    wide = min(half * 1.004, 1.565)  # Andoyer and Lambert's terms are less than 0.35 % of the distance
    wide_sine, wide_cosine = math.sin(wide), math.cos(wide)
    gx = 2.0 * (wide - wide_sine * wide_cosine) / (wide_cosine * wide_cosine)
    gy = 2.0 * (half + sine * cosine) / (sine * sine)
    return sine, 0.25 * F * cosine, gx, gy, wide_sine * wide_sine


@compiled
def vincenty(x1, y1, z1, x2, y2, z2):
    """Return the distance between two places, and the geodesic's direction at the second (its east, its north)."""
    sin1, sin2 = z1 / B, z2 / B
    flat1, flat2 = math.sqrt(x1 * x1 + y1 * y1), math.sqrt(x2 * x2 + y2 * y2)
    cos1, cos2 = flat1 / A, flat2 / A
    around = flat1 * flat2
    if around < 1e-9:  # one of them is a pole: every meridian is a geodesic
        sin_l, cos_l = 0.0, 1.0
    else:
        sin_l, cos_l = (x1 * y2 - y1 * x2) / around, (x1 * x2 + y1 * y2) / around
    lon = math.atan2(sin_l, cos_l)
    lam = lon
    for _ in range(30):
        east, north = cos2 * sin_l, cos1 * sin2 - sin1 * cos2 * cos_l
        sin_s = math.sqrt(east * east + north * north)
        cos_s = sin1 * sin2 + cos1 * cos2 * cos_l
        if sin_s < 1e-15:
            return 0.0, 0.0, 0.0
        sigma = math.atan2(sin_s, cos_s)
        sin_a = cos1 * cos2 * sin_l / sin_s
        cos2a = 1.0 - sin_a * sin_a
        cos_m = cos_s - 2.0 * sin1 * sin2 / cos2a if cos2a > 1e-14 else 0.0
        c = F / 16.0 * cos2a * (4.0 + F * (4.0 - 3.0 * cos2a))
        before = lam
        lam = lon + (1.0 - c) * F * sin_a * (
            sigma + c * sin_s * (cos_m + c * cos_s * (2.0 * cos_m * cos_m - 1.0))
        )
        if abs(lam - before) < 1e-10:  # 0.6 mm
            break
        sin_l, cos_l = math.sin(lam), math.cos(lam)
    k2 = cos2a * E2 / (1.0 - E2)
    big_a = 1.0 + k2 / 16384.0 * (4096.0 + k2 * (-768.0 + k2 * (320.0 - 175.0 * k2)))
    big_b = k2 / 1024.0 * (256.0 + k2 * (-128.0 + k2 * (74.0 - 47.0 * k2)))
    m2 = cos_m * cos_m
    delta = (
        big_b
        * sin_s
        * (
            cos_m
            + big_b
            / 4.0
            * (
                cos_s * (2.0 * m2 - 1.0)
                - big_b / 6.0 * cos_m * (4.0 * sin_s * sin_s - 3.0) * (4.0 * m2 - 3.0)
            )
        )
    )
    turn_east, turn_north = cos1 * sin_l, cos1 * sin2 * cos_l - sin1 * cos2
    size = math.sqrt(turn_east * turn_east + turn_north * turn_north)
    return B * big_a * (sigma - delta), turn_east / size, turn_north / size


@compiled
def short(qx, qy, qz, px, py, pz):
    """Return the geodesic between two near places: the chord, bent as the ellipsoid is at its middle in its direction."""
    dx, dy, dz = px - qx, py - qy, pz - qz
    mx, my, mz = px + qx, py + qy, (pz + qz) / (1.0 - E2)
    flat = max(math.sqrt(mx * mx + my * my), 1e-9)
    size = math.sqrt(flat * flat + mz * mz)
    root = 1.0 - E2 * (mz / size) ** 2
    prime = A / math.sqrt(root)
    meridian = prime * (1.0 - E2) / root
    north = (flat * dz - mz * (dx * mx + dy * my) / flat) / size
    c2 = dx * dx + dy * dy + dz * dz
    share = north * north / c2 if c2 > 0.0 else 0.0
    bend = share / meridian + (1.0 - share) / prime
    bend2 = bend * bend * c2
    return math.sqrt(c2) * (1.0 + bend2 * (1.0 / 24.0 + bend2 * 3.0 / 640.0))


@compiled
def bound(xyz, first, count, low, high):
    """Write the lowest and highest coordinates of each run of ``count`` pieces into ``low`` and ``high``, (3, runs)."""
    for leaf in range(len(first)):
        for axis in range(3):
            least = most = xyz[axis, first[leaf]]
            for k in range(first[leaf] + 1, first[leaf] + count[leaf] + 1):
                least = min(least, xyz[axis, k])
                most = max(most, xyz[axis, k])
            low[axis, leaf] = least
            high[axis, leaf] = most


@compiled
def morton(xyz):
    """Return the place of each point on a curve through space that keeps neighbours together."""
    codes = np.empty(len(xyz), dtype=np.uint64)
    for row in range(len(xyz)):
        code = np.uint64(0)
        for axis in range(3):
            value = np.uint64(min(max((xyz[row, axis] / 6400.0 + 1.0) * 524288.0, 0.0), 1048575.0))
            for bit in range(20):
                code |= ((value >> np.uint64(bit)) & np.uint64(1)) << np.uint64(3 * bit + axis)
        codes[row] = code
    return codes


@compiled
def _at(lat, lon, k, share):
    """Return the place at a share of piece ``k``."""
    phi = math.radians(lat[k] + share * (lat[k + 1] - lat[k]))
    lam = math.radians(lon[k] + share * (lon[k + 1] - lon[k]))
    sine, cosine = math.sin(phi), math.cos(phi)
    prime = A / math.sqrt(1.0 - E2 * sine * sine)
    return prime * cosine * math.cos(lam), prime * cosine * math.sin(lam), prime * (1.0 - E2) * sine


@compiled
def _refined(qx, qy, qz, lat, lon, k, share, best, east, north):
    """Return the distance to the best share of piece ``k``, and that share.

    Far away, the nearest place by chord lies beside the one by geodesic. ``best`` is the distance at ``share``, where the
    geodesic arrives in the direction ``east``, ``north``.
    """
    phi = math.radians(lat[k])
    root = 1.0 - E2 * math.sin(phi) ** 2
    prime = A / math.sqrt(root)
    step_east = math.radians(lon[k + 1] - lon[k]) * prime * math.cos(phi)
    step_north = math.radians(lat[k + 1] - lat[k]) * prime * (1.0 - E2) / root
    size = math.sqrt(step_east * step_east + step_north * step_north)
    if size < 1e-9:
        return best, share
    slope = (step_east * east + step_north * north) / size
    reach = 6371.0 * math.tan(min(best / 6371.0, 3.1))  # radius of curvature of the circle of equal distance
    if reach > 0.0:
        tried = share - slope * reach / max(1.0 - slope * slope, 1e-6) / size
    else:
        tried = 0.0 if slope > 0.0 else 1.0
    tried = min(max(tried, 0.0), 1.0)
    if abs(tried - share) * size * abs(slope) < 1e-6:
        return best, share
    x, y, z = _at(lat, lon, k, tried)
    other, _, _ = vincenty(qx, qy, qz, x, y, z)
    if other < best:
        return other, tried
    return best, share


@compiled
def walk(
    order,
    place,
    lat,
    lon,
    xyz,
    leaf_first,
    leaf_pieces,
    leaf_line,
    boxes,
    start,
    km,
    at_lat,
    at_lon,
    line,
):
    """Find the nearest place on a tree's lines for each point, in the given order of the points.

    The arrays behind ``place`` are those of :class:`mapper.tree.Tree`; the last four are written to.
    """
    stack_level = np.empty(DEEPEST * WIDE, dtype=np.int64)
    stack_box = np.empty(DEEPEST * WIDE, dtype=np.int64)
    stack_chord2 = np.empty(DEEPEST * WIDE)
    chord2 = np.empty(WIDE)
    flat2 = np.empty(WIDE)
    nearest_first = np.empty(WIDE, dtype=np.int64)
    shares, chords2, roughs, spares = np.empty(LEAF), np.empty(LEAF), np.empty(LEAF), np.empty(LEAF)
    x, y, z = xyz[0], xyz[1], xyz[2]
    top = len(start) - 1
    seed = 0  # the leaf to look at first: the one that the point before found
    for number in range(len(order)):
        row = order[number]
        qx, qy, qz = place[row, 0], place[row, 1], place[row, 2]
        qu = qz / B

        best = 20_040.0
        best_k, best_share, best_leaf, far = -1, 0.0, -1, False
        off = 0.0  # what Andoyer and Lambert are short of at the best piece
        bx, by, bz, best_east, best_north = 0.0, 0.0, 0.0, 0.0, 0.0
        limit2, told = chord_limit(best), False
        s0, rise, gx, gy, most = 0.0, 0.0, 0.0, 0.0, 0.0
        stack_level[0], stack_box[0], stack_chord2[0] = top, 0, 0.0
        stack_level[1], stack_box[1], stack_chord2[1] = -1, seed, 0.0
        depth = 2
        started = False
        while depth > 0:
            depth -= 1
            if stack_chord2[depth] >= limit2:
                continue
            level, box = stack_level[depth], stack_box[depth]
            if level >= 0:
                node = start[level] + box
                for c in range(WIDE):
                    dx = max(boxes[node, 0, c] - qx, qx - boxes[node, 3, c], 0.0)
                    dy = max(boxes[node, 1, c] - qy, qy - boxes[node, 4, c], 0.0)
                    dz = max(boxes[node, 2, c] - qz, qz - boxes[node, 5, c], 0.0)
                    flat2[c] = dx * dx + dy * dy
                    chord2[c] = flat2[c] + dz * dz
                if best > FAR_KM:
                    if not told:
                        s0, rise, gx, gy, most = lambert_limits(best)
                        told = True
                    for c in range(WIDE):
                        u2 = flat2[c] * (1.0 / (A * A)) + (chord2[c] - flat2[c]) * (1.0 / (B * B))
                        south, north = boxes[node, 2, c] * (1.0 / B), boxes[node, 5, c] * (1.0 / B)
                        total = max(abs(qu + south), abs(qu + north))
                        apart = max(abs(qu - south), abs(qu - north))
                        t = s0 + rise * (gx * 0.25 * total * total + gy * min(0.25 * apart * apart, most))
                        if u2 >= 4.0 * t * t:
                            chord2[c] = np.inf
                found = 0
                for c in range(WIDE):
                    if chord2[c] < limit2:
                        at = found
                        while at > 0 and chord2[nearest_first[at - 1]] > chord2[c]:
                            nearest_first[at] = nearest_first[at - 1]
                            at -= 1
                        nearest_first[at] = c
                        found += 1
                while found > 0:  # the nearest is put on the pile last and taken off first
                    found -= 1
                    c = nearest_first[found]
                    stack_chord2[depth], stack_level[depth], stack_box[depth] = (
                        chord2[c],
                        level - 1,
                        box * WIDE + c,
                    )
                    depth += 1
                continue
            if started and box == seed:
                continue
            started = True
            first, size = leaf_first[box], leaf_pieces[box]
            for i in range(size):
                ax, ay, az = x[first + i], y[first + i], z[first + i]
                sx, sy, sz = x[first + i + 1] - ax, y[first + i + 1] - ay, z[first + i + 1] - az
                tx, ty, tz = qx - ax, qy - ay, qz - az
                share = (tx * sx + ty * sy + tz * sz) / (sx * sx + sy * sy + sz * sz + 1e-30)
                share = min(max(share, 0.0), 1.0)
                tx, ty, tz = tx - share * sx, ty - share * sy, tz - share * sz
                shares[i], chords2[i] = share, tx * tx + ty * ty + tz * tz
            pick, least = -1, np.inf
            for i in range(size):
                roughs[i] = np.inf
                if chords2[i] >= limit2:
                    continue
                k = first + i
                px = x[k] + shares[i] * (x[k + 1] - x[k])
                py = y[k] + shares[i] * (y[k + 1] - y[k])
                pz = z[k] + shares[i] * (z[k + 1] - z[k])
                if chords2[i] < NEAR_KM * NEAR_KM:
                    d = short(qx, qy, qz, px, py, pz)
                    if d < best:
                        best, best_k, best_share, best_leaf, far, off = d, k, shares[i], box, False, 0.0
                        limit2, told = chord_limit(best), False
                    continue
                dx, dy, dz = px - qx, py - qy, pz - qz
                roughs[i], cos2 = lambert((dx * dx + dy * dy) / (A * A) + dz * dz / (B * B), qu, pz / B)
                spares[i] = LONG_KM * (1.0 / cos2 - 1.0) + SHORT * roughs[i]
                if far:
                    dx, dy, dz = px - bx, py - by, pz - bz
                    drift = DRIFT / cos2 * math.sqrt(dx * dx + dy * dy + dz * dz)
                    spares[i] = min(2.0 * spares[i], drift)
                if roughs[i] < least:
                    pick, least = i, roughs[i]
            while pick >= 0:  # the most promising first: mostly it leaves nothing for the others
                if roughs[pick] + off - spares[pick] >= best:
                    break
                k = first + pick
                px = x[k] + shares[pick] * (x[k + 1] - x[k])
                py = y[k] + shares[pick] * (y[k + 1] - y[k])
                pz = z[k] + shares[pick] * (z[k + 1] - z[k])
                d, east, north = roughs[pick], 0.0, 0.0
                if d < LAST_KM:
                    d, east, north = vincenty(qx, qy, qz, px, py, pz)
                if d < best:
                    best, best_k, best_share, best_leaf, far = d, k, shares[pick], box, True
                    off, best_east, best_north = d - roughs[pick], east, north
                    bx, by, bz = px, py, pz
                    limit2, told = chord_limit(best), False
                    for i in range(size):  # beside each other, the formula's errors are nearly the same
                        spares[i] = min(spares[i], 1e-4)
                roughs[pick] = np.inf
                pick, least = -1, np.inf
                for i in range(size):
                    if roughs[i] < least:
                        pick, least = i, roughs[i]
        seed = max(best_leaf, 0)
        if best > LAST_KM:
            line[row] = -1
            km[row], at_lat[row], at_lon[row] = np.nan, np.nan, np.nan
            continue
        if far:
            best, best_share = _refined(qx, qy, qz, lat, lon, best_k, best_share, best, best_east, best_north)
        km[row] = best
        line[row] = leaf_line[best_leaf]
        at_lat[row] = lat[best_k] + best_share * (lat[best_k + 1] - lat[best_k])
        at_lon[row] = lon[best_k] + best_share * (lon[best_k + 1] - lon[best_k])
