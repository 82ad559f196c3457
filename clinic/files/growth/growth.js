// A sample SMART app on fhirclient: growth of a child, vital signs of anybody. https://docs.smarthealthit.org/client-js/
/* global FHIR */
import { ageOf, dayOf, nameOf, recordNumber, sexOf } from "../describe.js";
import { make } from "../element.js";
import { pressures, series } from "../measurements.js";
import { measured } from "../names.js";
import { canBePlotted, plot } from "../plot.js";
import { say } from "../words.js";
import { curves, placed } from "./curves.js";
import { height, weight } from "./standards.js";
import { judged, monthsBetween, parameters, zscore } from "./zscores.js";

const STANDARDS = [
  ["weight", "29463-7", weight, ["Berat badan menurut umur", "Weight for age"]],
  ["height", "8302-2", height, ["Panjang/tinggi badan menurut umur", "Length/height for age"]],
];
const CHILD = 61; // months until which the standards are shown
const main = document.getElementById("main");

async function start() {
  const client = await ready();
  if (!client) return;
  const query = new URLSearchParams({
    patient: client.patient.id,
    category: "vital-signs",
    _sort: "-date",
    _count: 300,
  });
  const [patient, observations] = await Promise.all([
    client.patient.read(),
    client.request(`Observation?${query}`, { flat: true }),
  ]);
  const all = series(observations.filter((one) => one.resourceType === "Observation"));
  document.title = nameOf(patient);
  main.replaceChildren(
    ...(client.getState("tokenResponse.need_patient_banner") === false ? [] : [banner(patient)]),
    make("div", { class: "charts" }, charts(patient, all)),
  );
}

// The client of who has come from sign-in; without one, the way to it.
async function ready() {
  try {
    return await FHIR.oauth2.ready();
  } catch {
    main.replaceChildren(
      make(
        "section",
        { class: "welcome" },
        make("h1", {}, say("Kurva pertumbuhan dan tanda vital", "Growth and vital signs")),
        make(
          "p",
          {},
          make(
            "a",
            { href: "/clinic/growth/launch.html" },
            say("Masuk dan pilih pasien", "Sign in and choose a patient"),
          ),
        ),
      ),
    );
    return null;
  }
}

function banner(patient) {
  const facts = [
    [say("No. RM", "Record no."), recordNumber(patient)],
    [say("Umur", "Age"), ageOf(patient.birthDate, new Date())],
    [say("Lahir", "Born"), dayOf(patient.birthDate)],
    [say("Kelamin", "Sex"), sexOf(patient)],
  ];
  return make(
    "div",
    { class: "banner" },
    make("h1", {}, nameOf(patient)),
    make(
      "dl",
      {},
      facts
        .filter(([, value]) => value)
        .map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))),
    ),
  );
}

function charts(patient, all) {
  const sex = ["male", "female"].includes(patient.gender) ? patient.gender : null;
  const isChild = sex && patient.birthDate && monthsBetween(patient.birthDate, new Date().toISOString()) < CHILD;
  const growth = isChild ? STANDARDS.map((one) => growthOf(one, sex, patient, all)).filter(Boolean) : [];
  const pressure = pressures(all);
  const named = pressure ? [{ ...pressure, name: measured({ coding: [{ code: pressure.code }] }) }] : [];
  const shown = [
    ...(pressure ? ["8480-6", "8462-4"] : []),
    ...(growth.length ? STANDARDS.map(([, code]) => code) : []),
  ];
  const others = [...named, ...all.filter((row) => !shown.includes(row.code))].filter(canBePlotted);
  const cards = [
    ...growth,
    ...others.map((row) => card(`${row.name}${row.unit && ` (${row.unit})`}`, latest(row), plot(row))),
  ];
  return cards.length
    ? cards
    : make(
        "p",
        { class: "none" },
        say("Belum ada cukup pengukuran untuk sebuah kurva.", "There are not enough measurements for a curve yet."),
      );
}

function growthOf([kind, code, standard, title], sex, patient, all) {
  const row = all.find((one) => one.code === code);
  const points = row ? placed(row.values, patient.birthDate, monthsBetween, standard[sex]) : [];
  if (!points.length) return null;
  const z = zscore(parameters(standard[sex], points[0].months), points[0].number);
  const told = `${points[0].text} ${row.unit}, ${dayOf(points[0].at)}: z ${z.toFixed(1).replace(".", say(",", ".")).replace("-", "−")} – ${judged(kind, z)}`;
  return card(say(...title), told, curves(points, standard[sex], row.unit));
}

function latest(row) {
  return `${row.values[0].text} ${row.unit}, ${dayOf(row.values[0].at)}`;
}

function card(title, told, picture) {
  return make(
    "section",
    { class: "card", "aria-label": title },
    make("h2", {}, title),
    make("p", { class: "told" }, told),
    picture,
  );
}

start().catch((problem) => {
  main.replaceChildren(
    make(
      "p",
      { class: "problem", role: "alert" },
      say(
        "Data tidak dapat dibuka. Tutup jendela ini dan buka lagi dari klinik.",
        "The data cannot be opened. Close this window and open it again from the clinic.",
      ),
    ),
  );
  console.error(problem);
});
