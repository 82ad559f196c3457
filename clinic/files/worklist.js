// The doctor's patients of today: who, number, state, how long they wait. It keeps itself up to date.
import { STATES, day, waited } from "./day.js";
import { ageOf, clockOf, dayOf, isoDay, nameOf, recordNumber, sexOf } from "./describe.js";
import { label, make } from "./element.js";
import { Refused, now, search } from "./fhir.js";
import { finder } from "./finder.js";
import { keys } from "./keys.js";
import { session } from "./smart.js";
import { say } from "./words.js";

const AGAIN_MS = 10_000;
const LONG = 60; // minutes after which waiting is marked
const LABELS = {
  serving: ["Dilayani", "With the doctor"],
  called: ["Dipanggil", "Called"],
  waiting: ["Menunggu", "Waiting"],
  arrived: ["Di pendaftaran", "At the desk"],
  booked: ["Terjadwal", "Booked"],
  away: ["Tidak di tempat", "Away"],
  done: ["Selesai", "Done"],
};
const PRIORITIES = {
  elderly: ["Lanjut usia", "Elderly"],
  disabled: ["Disabilitas", "Disabled"],
  pregnant: ["Ibu hamil", "Pregnant"],
};

// { ready: when it stands, leave: ends it }. `failed`: is told what the page cannot help.
export function worklist(main, failed) {
  const list = make("tbody");
  const counts = make("ul", { class: "counts" });
  const note = make("p", { class: "note", role: "status" });
  const find = finder();
  document.title = say("Pasien hari ini", "Today's patients");
  main.replaceChildren(heading(counts), make("div", { class: "desk" }, card(list, note), find.element));
  keys(shortcuts(list, find));
  return again(async (isOver) => {
    try {
      const found = await today();
      if (isOver()) return;
      show(found, { list, counts });
      note.textContent = found.rows.length ? "" : nobody();
    } catch (problem) {
      if (isOver()) return;
      if (!(problem instanceof Refused)) throw problem;
      note.textContent = problem.message;
    }
  }, failed);
}

// Does the same every AGAIN_MS, from the end of the last time on; `failed` is told what ends it.
function again(does, failed) {
  let timer = 0;
  let over = false;
  async function once() {
    try {
      await does(() => over);
      if (!over) timer = setTimeout(once, AGAIN_MS);
    } catch (problem) {
      failed(problem);
    }
  }
  const leave = () => {
    over = true;
    clearTimeout(timer);
    keys({});
  };
  return { ready: once(), leave };
}

function heading(counts) {
  return make(
    "div",
    { class: "heading" },
    make("h1", {}, say("Pasien hari ini", "Today's patients")),
    make("p", { class: "lead" }, dayOf(isoDay(now()))),
    counts,
  );
}

function card(list, note) {
  return make(
    "section",
    { class: "card list", "aria-label": say("Pasien hari ini", "Today's patients") },
    table(list),
    note,
  );
}

function nobody() {
  return say(
    "Belum ada pasien untuk Anda hari ini. Tekan / untuk mencari pasien.",
    "No patients for you today yet. Press / to find a patient.",
  );
}

function shortcuts(list, find) {
  const open = () => (list.querySelector("a:focus") ?? list.querySelector("a"))?.click();
  return {
    j: { does: () => step(list, 1), told: say("Pasien berikutnya", "Next patient") },
    k: { does: () => step(list, -1), told: say("Pasien sebelumnya", "Previous patient") },
    Enter: { does: open, told: say("Buka rekam medis", "Open the chart") },
    "/": { does: find.focus, told: say("Cari pasien", "Find a patient") },
    ArrowDown: { does: () => step(list, 1) },
    ArrowUp: { does: () => step(list, -1) },
    Escape: { does: () => document.activeElement.blur() },
  };
}

async function today() {
  const doctor = session().person;
  const since = isoDay(now());
  const [encounters, appointments, tasks] = await Promise.all([
    search("Encounter", { participant: doctor, date: `ge${since}`, _include: "Encounter:patient", _count: 200 }),
    search("Appointment", { actor: doctor, date: since, _include: "Appointment:patient", _count: 200 }),
    search("Task", { owner: doctor, "authored-on": `ge${since}`, _count: 200 }),
  ]);
  const patients = new Map([...encounters.included, ...appointments.included]);
  return { rows: day({ appointments: appointments.rows, encounters: encounters.rows, tasks: tasks.rows }), patients };
}

function table(list) {
  const head = [
    ["No.", "No."],
    ["Pasien", "Patient"],
    ["No. RM", "Record no."],
    ["Umur", "Age"],
    ["Keadaan", "State"],
    ["Jam", "Time"],
    ["Tunggu", "Wait"],
  ];
  return make(
    "table",
    { class: "worklist" },
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        head.map((words) => make("th", { scope: "col" }, say(...words))),
      ),
    ),
    list,
  );
}

// The row that had the focus has it again.
function show({ rows, patients }, { list, counts }) {
  const focused = document.activeElement?.dataset?.key;
  list.replaceChildren(...rows.map((row) => line(row, patients.get(row.patient))));
  if (focused) [...list.querySelectorAll("a")].find((one) => one.dataset.key === focused)?.focus();
  counts.replaceChildren(
    ...STATES.map((state) => [state, rows.filter((row) => row.state === state).length])
      .filter(([, number]) => number)
      .map(([state, number]) => make("li", { class: state }, make("strong", {}, number), " ", say(...LABELS[state]))),
  );
}

function line(row, patient) {
  const minutes = waited(row, now());
  const id = row.patient.replace("Patient/", "");
  const name = patient ? nameOf(patient) : say("Rekam medis tidak terbuka bagi Anda", "Record not open to you");
  const link = patient
    ? make("a", { href: address(id, row.encounter), "data-key": row.key }, name)
    : make("span", { class: "soft" }, name);
  return make(
    "tr",
    { class: row.state },
    make("td", { class: "ticket" }, row.number || "–"),
    make("td", {}, link, row.priority && label("", say(...(PRIORITIES[row.priority] ?? [row.priority, row.priority])))),
    make("td", { class: "number" }, recordNumber(patient)),
    make("td", {}, [ageOf(patient?.birthDate, now()), patient && sexOf(patient)[0]].filter(Boolean).join(" · ")),
    make("td", {}, make("span", { class: `state ${row.state}` }, say(...LABELS[row.state]))),
    make("td", { class: "number" }, clockOf(row.at)),
    make(
      "td",
      { class: minutes >= LONG && !row.until ? "number long" : "number" },
      minutes === null ? "" : `${minutes} ${say("mnt", "min")}`,
    ),
  );
}

export function address(patient, encounter = "") {
  return `#/patient/${encodeURIComponent(patient)}${encounter && `/${encodeURIComponent(encounter)}`}`;
}

function step(list, by) {
  const links = [...list.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}
