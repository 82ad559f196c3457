// Documents that were issued or sent, and the summary as the record stands now; each is saved as a PDF.
// https://hl7.org/fhir/R4/documentreference.html
import { dayOf, textOf } from "./describe.js";
import { label, make } from "./element.js";
import { file } from "./fhir.js";
import { dialog } from "./keys.js";
import { fhirBase } from "./place.js";
import { partial } from "./partial.js";
import { say } from "./words.js";

const ISSUED = "urn:rsud-fhir:document";
const KEPT_MS = 60_000; // until the browser has surely saved it
const ELEMENTS = "status,type,description,date,content,extension,identifier";

export const documents = {
  name: "documents",
  title: () => say("Dokumen", "Documents"),
  ask: ({ patient }, search) =>
    search("DocumentReference", { patient, _sort: "-date", _count: 50, _elements: ELEMENTS }),
  show: (page, { patient }) => [
    make(
      "p",
      {},
      pdf(say("Ringkasan pasien (PDF)", "Patient summary (PDF)"), `/exports/ringkasan-pasien/${patient}.pdf`),
    ),
    page.rows.length
      ? make("ul", { class: "rows" }, page.rows.filter((one) => one.status !== "entered-in-error").map(line))
      : make("p", { class: "none" }, say("Belum ada dokumen yang diterbitkan.", "No documents have been issued yet.")),
    ...partial(page),
  ],
};

function line(one) {
  const isIssued = (one.extension ?? []).some((row) => row.url === ISSUED);
  const address = isIssued ? `/exports/issued/${one.id}.pdf` : binary(one.content?.[0]?.attachment?.url);
  const name = one.description || textOf(one.type) || one.content?.[0]?.attachment?.title || say("Dokumen", "Document");
  return make(
    "li",
    {},
    make("span", {}, name, one.status === "superseded" ? label("", say("Diganti", "Superseded")) : ""),
    address ? pdf("PDF", address, name) : "",
    make("small", {}, dayOf(one.date)),
  );
}

// Only a file of this server's own: the token goes nowhere else.
function binary(url) {
  const found = /^(?:https?:.*\/)?(Binary\/[A-Za-z0-9\-.]{1,64})$/.exec(url ?? "");
  return found && (!url.includes("://") || url.startsWith(`${fhirBase}/`)) ? `${fhirBase}/${found[1]}` : null;
}

// A button that saves a file, fetched with the token of who is signed in. `about`: what tells it from others like it.
export function pdf(text, path, about = "") {
  const button = make(
    "button",
    { class: "pdf", "aria-label": about ? `${text}: ${about}` : null, onclick: save },
    text,
  );
  async function save() {
    button.disabled = true;
    try {
      const address = URL.createObjectURL(await file(path));
      make("a", {
        href: address,
        download: path
          .split("/")
          .slice(-2)
          .join("-")
          .replace(/(\.pdf)?$/, ".pdf"),
      }).click();
      setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
    } catch (problem) {
      dialog(text, make("p", { class: "problem" }, problem.message));
    }
    button.disabled = false;
  }
  return button;
}
