// The last vital signs, each with its course. https://hl7.org/fhir/R4/observation-vitalsigns.html
import { momentOf } from "./describe.js";
import { make } from "./element.js";
import { dialog } from "./keys.js";
import { pressures, series } from "./measurements.js";
import { measured } from "./names.js";
import { canBePlotted, plot, table, trend } from "./plot.js";
import { partial } from "./partial.js";
import { say } from "./words.js";

const ELEMENTS =
  "status,code,effectiveDateTime,effectivePeriod,valueQuantity,valueCodeableConcept,valueString,component,referenceRange,interpretation";
const ORDER = ["85354-9", "8867-4", "9279-1", "8310-5", "2708-6", "59408-5", "9269-2", "72514-3", "29463-7", "8302-2"];
const IN_PRESSURE = ["8480-6", "8462-4"];

export const vitals = {
  name: "vitals",
  title: () => say("Tanda vital", "Vital signs"),
  ask: ({ patient }, search) =>
    search("Observation", { patient, category: "vital-signs", _sort: "-date", _count: 200, _elements: ELEMENTS }),
  show: (page) => {
    const all = series(page.rows);
    const pressure = pressures(all);
    const others = all.filter((row) => !pressure || !IN_PRESSURE.includes(row.code));
    const shown = [
      ...(pressure ? [{ ...pressure, name: measured({ coding: [{ code: pressure.code }] }) }] : []),
      ...others,
    ];
    const place = (row) => (ORDER.includes(row.code) ? ORDER.indexOf(row.code) : ORDER.length);
    shown.sort((one, other) => place(one) - place(other));
    return [
      shown.length
        ? make("div", { class: "tiles" }, shown.map(tile))
        : make("p", { class: "none" }, say("Belum ada tanda vital.", "No vital signs yet.")),
      ...partial(page),
    ];
  },
};

function tile(row) {
  const last = row.values[0];
  const content = [
    make("span", { class: "what" }, row.name),
    make(
      "span",
      { class: last.flag ? "value flagged" : "value" },
      make("strong", {}, last.text),
      " ",
      row.unit,
      last.flag && ` ${last.flag}`,
    ),
    trend(row),
    make("small", {}, momentOf(last.at)),
  ];
  if (!canBePlotted(row)) return make("div", { class: "tile" }, content);
  return make("button", { class: "tile", onclick: () => course(row) }, content);
}

export function course(row) {
  dialog(`${row.name}${row.unit && ` (${row.unit})`}`, plot(row), table(row));
}
