// The clinic in the browser: who is signed in, which page the address asks for, and the keys of that page.
import { chart } from "./chart.js";
import { nameOf } from "./describe.js";
import { make } from "./element.js";
import { read } from "./fhir.js";
import { help, listen } from "./keys.js";
import { hospital } from "./place.js";
import { SignInFailed, begin, finish, forget, session, signOut } from "./smart.js";
import { language, say, switchLanguage } from "./words.js";
import { worklist } from "./worklist.js";

const main = document.getElementById("main");
let leave = () => {};

async function start() {
  listen();
  try {
    const begun = await finish();
    if (begun?.patient) history.replaceState(null, "", `#/patient/${encodeURIComponent(begun.patient)}`);
  } catch (problem) {
    if (!(problem instanceof SignInFailed)) throw problem;
    forget();
    welcome(
      say(
        "Anda belum masuk, atau izin untuk klinik ini tidak diberikan. Silakan coba lagi.",
        "You are not signed in, or this clinic was not allowed. Please try again.",
      ),
    );
    return;
  }
  if (!session()) return welcome();
  top();
  window.addEventListener("hashchange", go);
  await go();
}

async function go() {
  leave();
  const [, kind, id] = decodeURIComponent(location.hash).split("/");
  const page = kind === "patient" && id ? chart(main, id, failed) : worklist(main, failed);
  leave = page.leave;
  main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
  await page.ready.catch(failed);
}

// What no page can help itself with.
function failed(problem) {
  if (problem instanceof SignInFailed) {
    leave();
    welcome(say("Waktu masuk Anda sudah habis. Silakan masuk lagi.", "Your sign-in has ended. Please sign in again."));
    return;
  }
  main.replaceChildren(
    make("p", { class: "problem", role: "alert" }, problem.message),
    make("p", {}, make("a", { href: "#/" }, say("Kembali ke daftar pasien", "Back to the worklist"))),
  );
}

function welcome(text = "") {
  document.getElementById("top").replaceChildren(brand(), languages());
  const button = make(
    "button",
    {
      onclick: () =>
        begin().catch(() =>
          welcome(say("Server tidak menjawab. Coba lagi.", "The server does not answer. Try again.")),
        ),
    },
    say("Masuk", "Sign in"),
  );
  main.replaceChildren(
    make(
      "section",
      { class: "welcome" },
      make("h1", {}, say("Klinik", "Clinic")),
      make(
        "p",
        { class: "lead" },
        say("Daftar pasien hari ini dan rekam medis mereka.", "Today's patients and their records."),
      ),
      text && make("p", { class: "problem", role: "alert" }, text),
      button,
    ),
  );
  button.focus();
}

function top() {
  const who = make("span", { class: "who" }, session().name);
  document
    .getElementById("top")
    .replaceChildren(
      brand(),
      make(
        "nav",
        { "aria-label": say("Klinik", "Clinic") },
        make("a", { href: "#/" }, say("Daftar pasien", "Worklist")),
        make("button", { class: "plain", onclick: help }, say("Tombol pintas", "Shortcuts"), " ", make("kbd", {}, "?")),
      ),
      who,
      languages(),
      make("button", { class: "plain", onclick: signOut }, say("Keluar", "Sign out")),
    );
  if (session().person)
    read(session().person).then(
      (person) => {
        who.textContent = nameOf(person);
      },
      () => {},
    );
}

function brand() {
  return make(
    "a",
    { class: "brand", href: "#/" },
    make("span", { class: "sign", "aria-hidden": "true" }),
    make("span", {}, make("strong", {}, say("Klinik", "Clinic")), make("small", {}, hospital)),
  );
}

function languages() {
  const other = language === "en" ? "id" : "en";
  return make(
    "button",
    { class: "plain", lang: other, onclick: switchLanguage },
    other === "en" ? "English" : "Bahasa Indonesia",
  );
}

start();
