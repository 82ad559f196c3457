// Values over time as SVG: a small trend beside a number, and a plot to look at.
import { dayOf, momentOf } from "./describe.js";
import { draw, make } from "./element.js";
import { language } from "./words.js";

const MOST = 24; // points of a trend

export function trend(row, { width = 96, height = 26 } = {}) {
  const values = shown(row).slice(-MOST);
  if (values.length < 2) return null;
  const place = scales(values, { left: 3, right: width - 4, top: 4, bottom: height - 4 });
  const points = values.map((value) => `${place.x(value)},${place.y(value.number)}`).join(" ");
  const last = values.at(-1);
  return draw(
    "svg",
    { class: "trend", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": told(row, values) },
    band(last, place, 0, width),
    draw("polyline", { points }),
    draw("circle", { class: last.flag ? "flagged" : "", cx: place.x(last), cy: place.y(last.number), r: 3 }),
  );
}

// A plot with dates, the normal range and every value.
export function plot(row, { width = 640, height = 260 } = {}) {
  const values = shown(row);
  const edges = { left: 52, right: width - 16, top: 14, bottom: height - 30 };
  const place = scales(values, edges);
  const lines = [
    values,
    row.values.some((value) => value.lower !== undefined)
      ? values.map((value) => ({ ...value, number: value.lower }))
      : [],
  ];
  return draw(
    "svg",
    { class: "plot", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": told(row, values) },
    band(values.at(-1), place, edges.left, edges.right - edges.left),
    place.ticks.map((tick) => [
      draw("line", { class: "grid", x1: edges.left, x2: edges.right, y1: place.y(tick), y2: place.y(tick) }),
      draw("text", { x: edges.left - 8, y: place.y(tick) + 4, "text-anchor": "end" }, written(tick)),
    ]),
    draw("text", { x: edges.left, y: height - 8 }, dayOf(values[0].at)),
    draw("text", { x: edges.right, y: height - 8, "text-anchor": "end" }, dayOf(values.at(-1).at)),
    lines
      .filter((line) => line.length)
      .map((line) => [
        draw("polyline", { points: line.map((value) => `${place.x(value)},${place.y(value.number)}`).join(" ") }),
        line.map((value) =>
          draw(
            "circle",
            { class: value.flag ? "flagged" : "", cx: place.x(value), cy: place.y(value.number), r: 4 },
            draw("title", {}, `${value.text} ${row.unit} · ${momentOf(value.at)}`),
          ),
        ),
      ]),
  );
}

export function canBePlotted(row) {
  return shown(row).length > 1;
}

function shown(row) {
  return row.values
    .filter((value) => value.number !== null && !Number.isNaN(value.number) && value.at)
    .slice()
    .reverse();
}

function scales(values, { left, right, top, bottom }) {
  const times = values.map((value) => Date.parse(value.at));
  const numbers = values.flatMap((value) => [
    value.number,
    value.lower ?? value.number,
    value.low ?? value.number,
    value.high ?? value.number,
  ]);
  const ticks = steps(Math.min(...numbers), Math.max(...numbers));
  const [low, high, from, until] = [ticks[0], ticks.at(-1), Math.min(...times), Math.max(...times)];
  const round = (value) => Math.round(value * 10) / 10;
  return {
    ticks,
    low,
    high,
    x: (value) =>
      round(
        until === from ? (left + right) / 2 : left + ((Date.parse(value.at) - from) / (until - from)) * (right - left),
      ),
    y: (number) => round(bottom - ((number - low) / (high - low)) * (bottom - top)),
  };
}

// Round numbers from below the lowest to above the highest.
function steps(low, high) {
  const size = high > low ? high - low : Math.abs(high) || 1;
  const rough = 10 ** Math.floor(Math.log10(size / 2));
  const step = [1, 2, 5, 10].map((factor) => factor * rough).find((one) => size / one <= 5);
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, number) => Number(((first + number) * step).toPrecision(12)));
}

function band(value, place, left, width) {
  if (value.low === null && value.high === null) return null;
  const [upper, lower] = [place.y(value.high ?? place.high), place.y(value.low ?? place.low)];
  return draw("rect", { class: "normal", x: left, y: upper, width, height: Math.max(lower - upper, 0) });
}

function told(row, values) {
  return `${row.name}: ${values
    .slice(-MOST)
    .map((value) => `${value.text} (${dayOf(value.at)})`)
    .join("; ")}`;
}

function written(number) {
  return language === "en" ? String(number) : String(number).replace(".", ",");
}

// The values of a plot for who does not see it.
export function table(row) {
  const line = (value) =>
    make(
      "tr",
      {},
      make("td", {}, momentOf(value.at)),
      make(
        "td",
        { class: value.flag ? "number flagged" : "number" },
        `${value.text} ${row.unit}`.trim(),
        value.flag ? ` ${value.flag}` : "",
      ),
    );
  return make(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": row.name },
    make("table", { class: "values" }, make("tbody", {}, row.values.map(line))),
  );
}
