// Draws our own icons: the few SVG shapes they are made of, anti-aliased, into PNG. No dependency, same pixels everywhere.
import { deflateSync } from 'node:zlib';

/** Sub-samples per pixel and axis: small icons need smooth edges, large ones hardly show them. */
const samplesFor = (size) => (size <= 128 ? 4 : 2);

const attribute = (tag, name) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
const number = (tag, name, fallback = 0) => Number(attribute(tag, name) ?? fallback);

function colour(text) {
  const hex = /^#([0-9a-f]{6})$/i.exec(text ?? '')?.[1];
  if (!hex) throw new Error(`An icon uses the colour ${text}; only #rrggbb and none are drawn.`);
  return [0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
}

/** Points of a path of absolute M, L, C and Z; curves become 24 lines each. */
function pathPoints(d) {
  const points = [];
  for (const [, command, rest] of d.matchAll(/([MLCZ])([^MLCZ]*)/g)) {
    const n = (rest.match(/-?\d*\.?\d+/g) ?? []).map(Number);
    if (command === 'C') {
      for (let i = 0; i + 5 < n.length; i += 6) {
        const [x0, y0] = points.at(-1);
        for (let step = 1; step <= 24; step++) {
          const t = step / 24;
          const mix = (a, b, c, e) =>
            a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t * t * (1 - t) + e * t ** 3;
          points.push([mix(x0, n[i], n[i + 2], n[i + 4]), mix(y0, n[i + 1], n[i + 3], n[i + 5])]);
        }
      }
    } else for (let i = 0; i + 1 < n.length; i += 2) points.push([n[i], n[i + 1]]);
  }
  return points;
}

function insidePolygon(points, x, y) {
  let inside = false;
  for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
    const [xi, yi] = points[i];
    const [xj, yj] = points[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

function distanceToLine([x1, y1], [x2, y2], x, y) {
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const t =
    length === 0 ? 0 : Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length));
  return Math.hypot(x - x1 - t * (x2 - x1), y - y1 - t * (y2 - y1));
}

function nearLines(points, closed, limit, x, y) {
  for (let i = 1; i < points.length; i++) {
    if (distanceToLine(points[i - 1], points[i], x, y) <= limit) return true;
  }
  return closed && distanceToLine(points.at(-1), points[0], x, y) <= limit;
}

function circle(tag) {
  const [cx, cy, r] = [number(tag, 'cx'), number(tag, 'cy'), number(tag, 'r')];
  const half = number(tag, 'stroke-width', 1) / 2;
  const off = (x, y) => Math.hypot(x - cx, y - cy);
  return { fill: (x, y) => off(x, y) <= r, stroke: (x, y) => Math.abs(off(x, y) - r) <= half };
}

function rect(tag) {
  const [left, top] = [number(tag, 'x'), number(tag, 'y')];
  const [width, height, r] = [number(tag, 'width'), number(tag, 'height'), number(tag, 'rx')];
  const fill = (x, y) => {
    const dx = Math.max(left + r - x, x - (left + width - r), 0);
    const dy = Math.max(top + r - y, y - (top + height - r), 0);
    if (x < left || x > left + width || y < top || y > top + height) return false;
    return Math.hypot(dx, dy) <= r || dx === 0 || dy === 0;
  };
  return { fill, stroke: () => false };
}

function outline(tag) {
  const d = attribute(tag, 'd');
  const points = d
    ? pathPoints(d)
    : (attribute(tag, 'points') ?? '')
        .trim()
        .split(/\s+/)
        .map((pair) => pair.split(',').map(Number));
  const closed = d ? d.includes('Z') : tag.startsWith('<polygon');
  const half = number(tag, 'stroke-width', 1) / 2;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const near = (x, y) => x >= left - half && x <= right + half && y >= top - half && y <= bottom + half;
  return {
    fill: (x, y) => near(x, y) && insidePolygon(points, x, y),
    stroke: (x, y) => near(x, y) && nearLines(points, closed, half, x, y),
  };
}

const SHAPES = { circle, rect, path: outline, polygon: outline, polyline: outline };

/** The painted layers of an SVG made of circle, rect, path, polygon and polyline, bottom first. */
function layers(svg) {
  const painted = [];
  for (const [tag, name] of svg.matchAll(/<(circle|rect|path|polygon|polyline)\b[^>]*>/g)) {
    const shape = SHAPES[name](tag);
    const fill = attribute(tag, 'fill') ?? 'none';
    const stroke = attribute(tag, 'stroke') ?? 'none';
    // knocked out of what is below: how a template image, which has one colour, shows a sign inside a shape
    const clear = attribute(tag, 'class') === 'clear';
    if (fill !== 'none') painted.push({ covers: shape.fill, colour: colour(fill), clear });
    if (stroke !== 'none') painted.push({ covers: shape.stroke, colour: colour(stroke), clear });
  }
  return painted;
}

/** RGBA pixels of a square SVG, `size` pixels wide. */
export function rasterise(svg, size) {
  const side = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]);
  const painted = layers(svg);
  const pixels = Buffer.alloc(size * size * 4);
  const samples = samplesFor(size);
  for (let py = 0; py < size; py++) {
    for (let px = 0; px < size; px++) {
      const sum = [0, 0, 0, 0];
      for (let s = 0; s < samples * samples; s++) {
        const x = ((px + ((s % samples) + 0.5) / samples) * side) / size;
        const y = ((py + (Math.floor(s / samples) + 0.5) / samples) * side) / size;
        const top = painted.findLast((layer) => layer.covers(x, y));
        if (!top || top.clear) continue;
        for (let c = 0; c < 3; c++) sum[c] += top.colour[c];
        sum[3] += 1;
      }
      if (sum[3] === 0) continue;
      const at = (py * size + px) * 4;
      for (let c = 0; c < 3; c++) pixels[at + c] = Math.round(sum[c] / sum[3]);
      pixels[at + 3] = Math.round((sum[3] * 255) / (samples * samples));
    }
  }
  return pixels;
}

const CRC = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function part(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = CRC[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
  return framed;
}

/** A PNG file of RGBA pixels; square where no height is given. */
export function png(pixels, width, height = width) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const row = width * 4;
  const rows = Buffer.alloc(height * (row + 1));
  for (let y = 0; y < height; y++) pixels.copy(rows, y * (row + 1) + 1, y * row, (y + 1) * row);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    part('IHDR', header),
    part('IDAT', deflateSync(rows, { level: 9 })),
    part('IEND', Buffer.alloc(0)),
  ]);
}
