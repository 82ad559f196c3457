// The visits, the newest first. https://hl7.org/fhir/R4/encounter.html
import { dayOf, display, has } from "./describe.js";
import { pdf } from "./documents.js";
import { label, make } from "./element.js";
import { more } from "./fhir.js";
import { say } from "./words.js";

const ELEMENTS = "status,class,serviceType,period,participant,diagnosis";
const CLASSES = {
  AMB: ["Rawat jalan", "Outpatient"],
  IMP: ["Rawat inap", "Inpatient"],
  EMER: ["Gawat darurat", "Emergency"],
  ACUTE: ["Rawat inap", "Inpatient"],
};
const OPEN = {
  arrived: ["menunggu", "waiting"],
  triaged: ["menunggu", "waiting"],
  "in-progress": ["berjalan", "in progress"],
  onleave: ["cuti", "on leave"],
  planned: ["terjadwal", "planned"],
};
const VOID = ["cancelled", "entered-in-error"];

export const visits = {
  name: "visits",
  title: () => say("Kunjungan", "Visits"),
  ask: ({ patient }, search) => search("Encounter", { patient, _sort: "-date", _count: 8, _elements: ELEMENTS }),
  show: (page, { encounter }) => {
    const list = make("ul", { class: "rows" });
    const button = make("button", { class: "quiet" }, say("Kunjungan sebelumnya", "Earlier visits"));
    let next = page.next;
    const add = (rows) =>
      list.append(...rows.filter((one) => !VOID.includes(one.status)).map((one) => line(one, encounter)));
    button.addEventListener("click", async () => {
      const found = await more(next);
      next = found.next;
      add(found.rows);
      button.hidden = !next;
    });
    add(page.rows);
    button.hidden = !next;
    return [
      list.children.length ? list : make("p", { class: "none" }, say("Belum ada kunjungan.", "No visits yet.")),
      button,
    ];
  },
};

function line(one, current) {
  const kind = CLASSES[one.class?.code];
  const doctor = (one.participant ?? []).map((row) => display(row.individual)).find(Boolean);
  const diagnoses = (one.diagnosis ?? [])
    .filter((row) => !has(row.use, "CC"))
    .map((row) => display(row.condition))
    .filter(Boolean);
  const open = OPEN[one.status];
  const summary = one.status === "finished" ? { AMB: "resume-medis", IMP: "ringkasan-pulang" }[one.class?.code] : null;
  return make(
    "li",
    { class: one.id === current ? "current" : "" },
    make(
      "span",
      {},
      make("strong", {}, one.serviceType?.text ?? (kind && say(...kind)) ?? one.class?.display ?? ""),
      open ? label("", say(...open)) : "",
      make("em", {}, [...new Set(diagnoses)].join("; ") || doctor || ""),
      diagnoses.length && doctor ? make("small", {}, doctor) : "",
    ),
    summary ? pdf(say("Resume", "Summary"), `/exports/${summary}/${one.id}.pdf`, dayOf(one.period?.start)) : "",
    make("small", {}, dayOf(one.period?.start)),
  );
}
