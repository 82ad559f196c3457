// A patient's chart on one page: banner and warnings first, then what is asked for most. All of it is asked for at once.
import { allergies, warnings } from "./allergies.js";
import { apps } from "./apps.js";
import { banner } from "./banner.js";
import { documents } from "./documents.js";
import { make } from "./element.js";
import { Refused, read, search } from "./fhir.js";
import { keys } from "./keys.js";
import { medicines } from "./medicines.js";
import { problems } from "./problems.js";
import { results } from "./results.js";
import { SignInFailed } from "./smart.js";
import { visits } from "./visits.js";
import { vitals } from "./vitals.js";
import { say } from "./words.js";

const SECTIONS = [problems, medicines, vitals, results, visits, documents];

// { ready, leave } as of the worklist.
export function chart(main, id, failed) {
  let over = false;
  performance.mark("chart-asked");
  const encounter = decodeURIComponent(location.hash).split("/")[3] ?? "";
  const patient = read(`Patient/${encodeURIComponent(id)}`);
  const top = make("div", { class: "banner", "aria-busy": "true" });
  const alerts = make("div", { class: "alerts", "aria-busy": "true" });
  const cards = SECTIONS.map((section, number) => card(section, number + 1));
  const beside = apps(id, encounter);
  main.replaceChildren(top, alerts, make("div", { class: "chart" }, columns(cards, beside)));
  keys(shortcuts(cards, beside));
  const context = { patient: id, encounter };
  const parts = [
    fill(top, patient.then(banner)),
    fill(alerts, warned(context)),
    ...cards.map((one) => one.load(context)),
  ];
  const ready = Promise.all(parts).then(
    () => {
      if (!over) performance.measure("chart", "chart-asked");
    },
    (problem) => {
      if (over) return;
      if (problem instanceof Refused && [403, 404, 410].includes(problem.status)) return closed(main);
      failed(problem);
    },
  );
  beside.load().catch(() => {});
  return {
    ready,
    leave: () => {
      over = true;
      keys({});
    },
  };
}

async function warned(context) {
  const [found, flags] = await Promise.all([allergies.ask(context), warnings(context)]);
  return allergies.show(found, flags);
}

async function fill(place, content) {
  place.replaceChildren(...[await content].flat());
  place.removeAttribute("aria-busy");
}

// Two sections above one another in each of three columns.
function columns(cards, beside) {
  const [first, second, third] = [0, 2, 4].map((at) => cards.slice(at, at + 2).map((one) => one.element));
  return [[...first, beside.element], second, third].map((column) => make("div", { class: "column" }, column));
}

// A section that fails says so in its own place; only who is not signed in leaves the page.
function card(section, number) {
  const body = make("div", { class: "body" }, make("p", { class: "loading" }, "…"));
  const title = section.title();
  const heading = make("h2", { tabindex: "-1" }, make("kbd", { "aria-hidden": "true" }, number), " ", title);
  const element = make(
    "section",
    { class: `card ${section.name}`, "aria-label": title, "aria-busy": "true" },
    heading,
    body,
  );
  async function load(context) {
    try {
      body.replaceChildren(...section.show(await section.ask(context, search), context).filter(Boolean));
    } catch (problem) {
      if (problem instanceof SignInFailed) throw problem;
      body.replaceChildren(
        make(
          "p",
          { class: "problem" },
          problem instanceof Refused
            ? problem.message
            : say("Bagian ini tidak dapat ditampilkan.", "This part cannot be shown."),
        ),
      );
      if (!(problem instanceof Refused)) console.error(problem);
    }
    element.removeAttribute("aria-busy");
  }
  return { element, heading, title, load };
}

function shortcuts(cards, beside) {
  const jump = cards.map((one, number) => [
    String(number + 1),
    {
      does: () => {
        one.element.scrollIntoView({ block: "nearest" });
        one.heading.focus();
      },
      told: one.title,
    },
  ]);
  return {
    ...Object.fromEntries(jump),
    a: { does: beside.focus, told: say("Buka aplikasi lain", "Open another app") },
    Escape: {
      does: () => {
        location.hash = "#/";
      },
      told: say("Kembali ke daftar pasien", "Back to the worklist"),
    },
  };
}

function closed(main) {
  main.replaceChildren(
    make(
      "section",
      { class: "welcome" },
      make("h1", {}, say("Rekam medis ini tidak terbuka bagi Anda", "This record is not open to you")),
      make(
        "p",
        {},
        say(
          "Anda membuka rekam medis pasien yang Anda layani: yang punya kunjungan atau janji temu dengan Anda. Bila pasien ini datang kepada Anda, mintalah pendaftaran mencatat kunjungannya.",
          "You open the records of those whom you treat: who has a visit or an appointment with you. If this patient has come to you, ask the desk to register the visit.",
        ),
      ),
      make("p", {}, make("a", { href: "#/" }, say("Kembali ke daftar pasien", "Back to the worklist"))),
    ),
  );
}
