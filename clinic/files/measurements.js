// Observations made into series: the values of one kind, the newest first, with flags. Pure.
// https://hl7.org/fhir/R4/observation.html
import { has, numberOf, textOf, unitOf } from "./describe.js";
import { answered, codeOf, measured } from "./names.js";

const SYSTOLIC = "8480-6";
const DIASTOLIC = "8462-4";
const FLAGS = {
  LL: "LL",
  LU: "LL",
  HH: "HH",
  HU: "HH",
  L: "L",
  "<": "L",
  H: "H",
  ">": "H",
  A: "A",
  AA: "AA",
  POS: "A",
};
const VOID = ["entered-in-error", "cancelled"];

// [{ code, name, unit, values: [{ at, number, text, flag, low, high, range }] }]
export function series(observations) {
  const found = new Map();
  for (const one of observations.filter((row) => !VOID.includes(row.status)).flatMap(parts)) {
    const code = codeOf(one.code);
    if (!found.has(code))
      found.set(code, { code, name: measured(one.code), unit: unitOf(one.valueQuantity), values: [] });
    found.get(code).values.push(valueOf(one));
  }
  const all = [...found.values()];
  for (const row of all) row.values.sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  return all;
}

// Systolic and diastolic values of the same moment, as 120/80.
export function pressures(all) {
  const [upper, lower] = [SYSTOLIC, DIASTOLIC].map((code) => all.find((row) => row.code === code));
  if (!upper || !lower) return null;
  const below = new Map(lower.values.map((value) => [value.at, value]));
  const values = upper.values
    .filter((value) => below.has(value.at))
    .map((value) => {
      const other = below.get(value.at);
      return { ...value, text: `${value.text}/${other.text}`, lower: other.number, flag: value.flag || other.flag };
    });
  return values.length ? { ...upper, code: "85354-9", values } : null;
}

function parts(observation) {
  const own = Object.keys(observation).some((name) => name.startsWith("value")) ? [observation] : [];
  const shared = { effectiveDateTime: at(observation) };
  return [...own, ...(observation.component ?? []).map((one) => ({ ...shared, ...one }))];
}

function at(observation) {
  return (
    observation.effectiveDateTime ??
    observation.effectivePeriod?.start ??
    observation.effectiveInstant ??
    observation.issued ??
    ""
  );
}

function valueOf(one) {
  const { valueQuantity: quantity } = one;
  const range = (one.referenceRange ?? []).find((row) => !row.type || has(row.type, "normal")) ?? {};
  const [low, high] = [range.low?.value, range.high?.value].map((bound) =>
    bound === undefined ? null : Number(bound),
  );
  const number = quantity?.value === undefined ? null : Number(quantity.value);
  return {
    at: at(one),
    number,
    text: told(one),
    flag: flagOf(one, number, low, high),
    low,
    high,
    range: rangeText(range),
  };
}

function told(one) {
  if (one.valueQuantity) return numberOf(one.valueQuantity);
  if (one.valueBoolean !== undefined) return one.valueBoolean ? "+" : "−";
  return (
    answered(one.valueCodeableConcept) ||
    one.valueString ||
    String(one.valueInteger ?? "") ||
    textOf(one.dataAbsentReason) ||
    "–"
  );
}

function flagOf(one, number, low, high) {
  const sent = (one.interpretation ?? []).flatMap((row) => row.coding ?? []).map((row) => row.code);
  if (sent.length) return sent.map((code) => FLAGS[code]).find(Boolean) ?? "";
  if (number === null || one.valueQuantity.comparator) return "";
  if (low !== null && number < low) return "L";
  return high !== null && number > high ? "H" : "";
}

function rangeText(range) {
  const [low, high] = [numberOf(range.low), numberOf(range.high)];
  if (low && high) return `${low} – ${high}`;
  if (low || high) return low ? `≥ ${low}` : `≤ ${high}`;
  return range.text ?? "";
}
