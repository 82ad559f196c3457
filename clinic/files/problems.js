// Problems that stay, and diagnoses of the visits. https://hl7.org/fhir/R4/condition.html
import { dayOf, has, textOf } from "./describe.js";
import { make } from "./element.js";
import { partial } from "./partial.js";
import { say } from "./words.js";

const ACTIVE = ["active", "recurrence", "relapse"];
const OVER = "inactive,remission,resolved";
const ICD_10 = "http://hl7.org/fhir/sid/icd-10";
const ELEMENTS = "clinicalStatus,verificationStatus,category,code,onsetDateTime,recordedDate,abatementDateTime";

export const problems = {
  name: "problems",
  title: () => say("Masalah dan diagnosis", "Problems and diagnoses"),
  ask: ({ patient }, search) => {
    const asked = { patient, _sort: "-recorded-date", _elements: ELEMENTS };
    return Promise.all([
      search("Condition", { ...asked, "clinical-status:not": OVER, _count: 200 }),
      search("Condition", { ...asked, "clinical-status": OVER, _count: 100 }),
    ]);
  },
  show: (pages) => {
    const sound = pages
      .flatMap((page) => page.rows)
      .filter((one) => !has(one.verificationStatus, "entered-in-error") && !has(one.verificationStatus, "refuted"));
    const listed = once(sound.filter((one) => isOf(one, "problem-list-item") && isActive(one)));
    const codes = new Set(listed.map(key));
    const diagnoses = once(sound.filter((one) => isOf(one, "encounter-diagnosis") && !codes.has(key(one))));
    const [current, past] = [diagnoses.filter(isActive), diagnoses.filter((one) => !isActive(one))];
    return [
      ...partial(pages[0]),
      listed.length + current.length
        ? make("ul", { class: "rows" }, [...listed, ...current].map(line))
        : make("p", { class: "none" }, say("Tidak ada masalah aktif.", "No active problems.")),
      past.length
        ? make(
            "details",
            {},
            make("summary", {}, say(`Diagnosis terdahulu (${past.length})`, `Earlier diagnoses (${past.length})`)),
            make("ul", { class: "rows" }, past.map(line)),
          )
        : null,
    ];
  },
};

function isOf(one, category) {
  return (one.category ?? []).some((row) => has(row, category));
}

function isActive(one) {
  return !one.clinicalStatus || ACTIVE.some((code) => has(one.clinicalStatus, code));
}

function icd(one) {
  return one.code?.coding?.find((row) => row.system === ICD_10)?.code ?? "";
}

function key(one) {
  return icd(one) || textOf(one.code);
}

// The newest of each.
function once(rows) {
  const seen = new Set();
  return rows.filter((one) => !seen.has(key(one)) && seen.add(key(one)));
}

function line(one) {
  const since = dayOf(one.onsetDateTime ?? one.recordedDate);
  return make(
    "li",
    {},
    make("span", {}, textOf(one.code) || say("Tanpa nama", "Unnamed")),
    icd(one) && make("code", {}, icd(one)),
    since && make("small", {}, since),
  );
}
