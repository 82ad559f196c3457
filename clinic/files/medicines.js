// Medicines in use, with their dose; those of the past below. https://hl7.org/fhir/R4/medicationrequest.html
import { dayOf, display, textOf } from "./describe.js";
import { label, make } from "./element.js";
import { partial } from "./partial.js";
import { say } from "./words.js";

const NOW = "active,on-hold,unknown";
const PAST = "completed,stopped";
const ELEMENTS =
  "status,medicationReference,medicationCodeableConcept,contained,dosageInstruction,authoredOn,requester";
const SHOWN = 30;

export const medicines = {
  name: "medicines",
  title: () => say("Obat", "Medicines"),
  ask: ({ patient }, search) => {
    const asked = { patient, _sort: "-authoredon", _elements: ELEMENTS };
    return Promise.all([
      search("MedicationRequest", { ...asked, status: NOW, _count: 200 }),
      search("MedicationRequest", { ...asked, status: PAST, _count: SHOWN }),
    ]);
  },
  show: (pages) => {
    const [current, past] = pages.map((page) => page.rows);
    return [
      ...partial(pages[0]),
      current.length
        ? make("ul", { class: "rows" }, current.map(line))
        : make("p", { class: "none" }, say("Tidak ada obat yang sedang dipakai.", "No medicines in use.")),
      past.length
        ? make(
            "details",
            {},
            make(
              "summary",
              {},
              say(`Obat terdahulu (${past.length} terakhir)`, `Earlier medicines (last ${past.length})`),
            ),
            make("ul", { class: "rows" }, past.map(line)),
          )
        : null,
    ];
  },
};

export function medicineOf(one) {
  const inside = (one.contained ?? []).find((row) => row.resourceType === "Medication");
  return (
    textOf(one.medicationCodeableConcept) ||
    display(one.medicationReference) ||
    textOf(inside?.code) ||
    say("Obat tanpa nama", "Unnamed medicine")
  );
}

function line(one) {
  const doses = (one.dosageInstruction ?? [])
    .map((row) => row.text || row.patientInstruction)
    .filter(Boolean)
    .join("; ");
  return make(
    "li",
    {},
    make(
      "span",
      {},
      medicineOf(one),
      one.status === "on-hold" ? label("", say("Ditunda", "On hold")) : "",
      doses && make("em", {}, doses),
    ),
    make("small", {}, dayOf(one.authoredOn)),
  );
}
