// Whose record this is: always in sight, so that nobody writes or reads in another one.
import { ageOf, dayOf, nameOf, nik, recordNumber, sexOf } from "./describe.js";
import { label, make } from "./element.js";
import { now } from "./fhir.js";
import { session } from "./smart.js";
import { say } from "./words.js";

// Elements; none where the system that opened the clinic shows the patient itself.
export function banner(patient) {
  document.title = `${nameOf(patient)} · ${recordNumber(patient)}`;
  const opened = session();
  if (!opened.banner && opened.patient === patient.id) return [];
  const died = patient.deceasedDateTime ?? patient.deceasedBoolean;
  const facts = [
    [say("No. RM", "Record no."), recordNumber(patient)],
    [say("Umur", "Age"), ageOf(patient.birthDate, now())],
    [say("Lahir", "Born"), dayOf(patient.birthDate)],
    [say("Kelamin", "Sex"), sexOf(patient)],
    ["NIK", nik(patient)],
  ];
  return [
    make(
      "h1",
      {},
      nameOf(patient),
      died ? label("dead", say("Meninggal", "Deceased"), typeof died === "string" ? ` ${dayOf(died)}` : "") : "",
    ),
    make(
      "dl",
      {},
      facts
        .filter(([, value]) => value)
        .map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))),
    ),
  ];
}
