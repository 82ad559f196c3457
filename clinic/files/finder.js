// Finding a patient while typing: name, no. RM or NIK, among those whose record this person may open.
import { ageOf, dayOf, nameOf, nik, recordNumber, sexOf } from "./describe.js";
import { make } from "./element.js";
import { escaped, now, search } from "./fhir.js";
import { say } from "./words.js";

const PAUSE_MS = 180;
const MOST = 12;
const ELEMENTS = "name,identifier,birthDate,gender";

// { element, focus }.
export function finder() {
  const input = field();
  const list = make("ul", { class: "found" });
  const note = make("p", { class: "note", role: "status" }, told("", []));
  let timer = 0;
  let latest = 0;
  async function look() {
    const text = input.value.trim();
    const mine = ++latest;
    const rows = text.length > 1 ? await patients(text).catch((problem) => problem) : [];
    if (mine !== latest) return; // an older question has been answered late
    list.replaceChildren(...(Array.isArray(rows) ? rows : []).map(card));
    note.textContent = told(text, rows);
  }
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  });
  moving(input, list);
  const focus = () => {
    input.focus();
    input.select();
  };
  return {
    element: make("section", { class: "card finder", "aria-labelledby": "find-title" }, title(), input, list, note),
    focus,
  };
}

function field() {
  return make("input", {
    id: "find",
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: say("Nama, no. RM, atau NIK", "Name, record number or NIK"),
  });
}

function title() {
  const words = make("label", { for: "find" }, say("Cari pasien", "Find a patient"), " ", make("kbd", {}, "/"));
  return make("h2", { id: "find-title" }, words);
}

// Arrows lead from the text to who was found, and back; Enter opens the only one.
function moving(input, list) {
  const links = () => [...list.querySelectorAll("a")];
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    if (event.key === "Enter" && links().length === 1) links()[0].click();
    else links()[0]?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    (links()[links().indexOf(document.activeElement) + by] ?? input).focus();
  });
}

// A text with a digit is a number; anything else is of a name, each word of it at the beginning of a part if there is such
// a name.
async function patients(text) {
  if (/\d/.test(text)) return found("identifier", [text.replace(/\s/g, "")]);
  const words = text.split(/\s+/);
  const rows = await found("name", words);
  return rows.length ? rows : found("name:contains", words);
}

async function found(parameter, values) {
  const query = [["_count", MOST], ["_elements", ELEMENTS], ...values.map((value) => [parameter, escaped(value)])];
  return (await search("Patient", query)).rows;
}

function card(patient) {
  const about = [
    recordNumber(patient) && `${say("RM", "Rec.")} ${recordNumber(patient)}`,
    dayOf(patient.birthDate),
    ageOf(patient.birthDate, now()),
    sexOf(patient),
  ];
  return make(
    "li",
    {},
    make(
      "a",
      { href: `#/patient/${encodeURIComponent(patient.id)}` },
      make("strong", {}, nameOf(patient)),
      make("small", {}, about.filter(Boolean).join(" · ")),
      nik(patient) && make("small", {}, `NIK ${nik(patient)}`),
    ),
  );
}

function told(text, rows) {
  if (!Array.isArray(rows)) return rows.message;
  if (text.length < 2) return say("Ketik sedikitnya dua huruf.", "Type at least two letters.");
  if (!rows.length)
    return say(
      "Tidak ditemukan di antara pasien yang boleh Anda buka.",
      "Not found among the patients whose record you may open.",
    );
  return rows.length === MOST
    ? say("Masih ada yang lain: ketik lebih lengkap.", "There are more: type more of it.")
    : say(`${rows.length} pasien`, `${rows.length} patients`);
}
