// Results of the laboratory: the newest of each, its reference range and its course; then the reports.
// https://hl7.org/fhir/R4/diagnosticreport.html
import { dayOf, textOf } from "./describe.js";
import { pdf } from "./documents.js";
import { make } from "./element.js";
import { series } from "./measurements.js";
import { canBePlotted, trend } from "./plot.js";
import { course } from "./vitals.js";
import { partial } from "./partial.js";
import { say } from "./words.js";

const ELEMENTS =
  "status,code,effectiveDateTime,effectivePeriod,valueQuantity,valueCodeableConcept,valueString,valueBoolean,valueInteger,component,referenceRange,interpretation,dataAbsentReason";
const OF_REPORT = "status,code,effectiveDateTime,issued,category,conclusion,result";
const RADIOLOGY = ["RAD", "LP29684-5"];
const SHOWN = 14;

export const results = {
  name: "results",
  title: () => say("Hasil pemeriksaan", "Results"),
  ask: async ({ patient }, search) => {
    const asked = [
      search("Observation", { patient, category: "laboratory", _sort: "-date", _count: 200, _elements: ELEMENTS }),
      search("DiagnosticReport", { patient, _sort: "-date", _count: 50, _elements: OF_REPORT }),
    ];
    const [observations, reports] = await Promise.all(asked);
    return {
      rows: series(observations.rows),
      observations,
      reports: reports.rows.filter((one) => one.status !== "entered-in-error"),
    };
  },
  show: ({ rows, observations, reports }) => {
    const newest = rows.toSorted((one, other) => Date.parse(other.values[0].at) - Date.parse(one.values[0].at));
    if (!newest.length && !reports.length)
      return [make("p", { class: "none" }, say("Belum ada hasil.", "No results yet."))];
    const [first, rest] = [newest.slice(0, SHOWN), newest.slice(SHOWN)];
    return [
      first.length ? table(first) : null,
      rest.length
        ? make(
            "details",
            {},
            make("summary", {}, say(`Pemeriksaan lain (${rest.length})`, `Other tests (${rest.length})`)),
            table(rest),
          )
        : null,
      ...partial(observations),
      reports.length
        ? make(
            "details",
            {},
            make("summary", {}, say(`Laporan (${reports.length})`, `Reports (${reports.length})`)),
            make("ul", { class: "rows" }, reports.map(report)),
          )
        : null,
    ];
  },
};

function table(rows) {
  const head = [
    ["Pemeriksaan", "Test"],
    ["Hasil", "Result"],
    ["Rujukan", "Reference"],
    ["Tren", "Trend"],
    ["Tanggal", "Date"],
  ];
  return make(
    "table",
    {},
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        head.map((words) => make("th", { scope: "col" }, say(...words))),
      ),
    ),
    make("tbody", {}, rows.map(line)),
  );
}

function line(row) {
  const last = row.values[0];
  const name = canBePlotted(row) ? make("button", { class: "link", onclick: () => course(row) }, row.name) : row.name;
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, name),
    make(
      "td",
      { class: last.flag ? "value flagged" : "value" },
      make("strong", {}, last.text),
      " ",
      row.unit,
      last.flag && [" ", make("span", { class: "flag" }, last.flag)],
    ),
    make("td", { class: "soft" }, last.range),
    make("td", {}, trend(row)),
    make("td", { class: "soft" }, dayOf(last.at)),
  );
}

function report(one) {
  const isImage = (one.category ?? []).some((row) =>
    (row.coding ?? []).some((coding) => RADIOLOGY.includes(coding.code)),
  );
  return make(
    "li",
    {},
    make("span", {}, textOf(one.code), one.conclusion && make("em", {}, one.conclusion)),
    isImage || !one.result?.length ? "" : pdf("PDF", `/exports/hasil-laboratorium/${one.id}.pdf`, textOf(one.code)),
    make("small", {}, dayOf(one.effectiveDateTime ?? one.issued)),
  );
}
