// A child's values on the curves of the WHO: -3, -2, 0, +2 and +3 standard deviations.
import { momentOf } from "../describe.js";
import { draw } from "../element.js";
import { say } from "../words.js";
import { OLDEST, parameters, valueAt } from "./zscores.js";

const LINES = [-3, -2, 0, 2, 3];
const SIZE = { width: 620, height: 380, left: 46, right: 590, top: 14, bottom: 344 };
const YEAR = 12;

// `points`: [{ months, number, at, text }], the newest first; `rows`: the standards of the child's sex.
export function curves(points, rows, unit) {
  const { months, low, high, x, y } = scales(points, rows);
  const told = points.map((one) => `${one.text} ${unit} (${momentOf(one.at)})`).join("; ");
  return draw(
    "svg",
    { class: "plot curves", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img", "aria-label": told },
    ticks(low, high).map((tick) => [
      draw("line", { class: "grid", x1: SIZE.left, x2: SIZE.right, y1: y(tick), y2: y(tick) }),
      draw("text", { x: SIZE.left - 6, y: y(tick) + 4, "text-anchor": "end" }, tick),
    ]),
    ages(months).map((age) => draw("text", { x: x(age), y: SIZE.bottom + 18, "text-anchor": "middle" }, inWords(age))),
    LINES.map((z) => standard(z, rows, { months, x, y })),
    draw("polyline", { class: "child", points: points.map((one) => `${x(one.months)},${y(one.number)}`).join(" ") }),
    points.map((one) => {
      const title = draw("title", {}, `${one.text} ${unit} · ${momentOf(one.at)}`);
      return draw("circle", { cx: x(one.months), cy: y(one.number), r: 4.5 }, title);
    }),
  );
}

// Whole years from birth on; from the lowest curve or value to the highest.
function scales(points, rows) {
  const oldest = Math.max(...points.map((one) => one.months));
  const months = Math.max(YEAR, Math.min(OLDEST, Math.ceil((oldest + 1) / YEAR) * YEAR));
  const all = [valueAt(rows[0], -3), valueAt(rows[months], 3), ...points.map((one) => one.number)];
  const [low, high] = [Math.floor(Math.min(...all)), Math.ceil(Math.max(...all))];
  const x = (value) => round(SIZE.left + (value / months) * (SIZE.right - SIZE.left));
  const y = (value) => round(SIZE.bottom - ((value - low) / (high - low)) * (SIZE.bottom - SIZE.top));
  return { months, low, high, x, y };
}

function standard(z, rows, { months, x, y }) {
  const points = Array.from({ length: months + 1 }, (_, month) => `${x(month)},${y(valueAt(rows[month], z))}`).join(
    " ",
  );
  const name = z > 0 ? `+${z}` : String(z).replace("-", "−");
  return [
    draw("polyline", { class: `sd sd${Math.abs(z)}`, points }),
    draw("text", { x: SIZE.right + 4, y: y(valueAt(rows[months], z)) + 4 }, name),
  ];
}

function inWords(age) {
  return age % YEAR ? `${age} ${say("bln", "mo")}` : `${age / YEAR} ${say("th", "y")}`;
}

// Every third month of the first two years, every year of more.
function ages(months) {
  const step = months > 2 * YEAR ? YEAR : 3;
  return Array.from({ length: months / step + 1 }, (_, number) => number * step);
}

export function placed(values, birthDate, monthsBetween, rows) {
  return values
    .filter((one) => one.number !== null)
    .map((one) => ({ ...one, months: monthsBetween(birthDate, one.at) }))
    .filter((one) => parameters(rows, one.months));
}

function ticks(low, high) {
  const step = [1, 2, 5, 10, 20].find((one) => (high - low) / one <= 9) ?? 50;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, number) => first + number * step);
}

function round(value) {
  return Math.round(value * 10) / 10;
}
