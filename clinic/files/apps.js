// Other SMART apps, opened for this patient and this visit through the server's own launch page.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import { make } from "./element.js";
import { json } from "./fhir.js";
import { CLIENT, fhirBase } from "./place.js";
import { say } from "./words.js";

export function apps(patient, encounter) {
  const list = make("ul");
  const title = say("Aplikasi lain untuk pasien ini", "Other apps for this patient");
  const element = make(
    "section",
    { class: "card apps", "aria-label": title, hidden: true },
    make("h2", {}, make("kbd", { "aria-hidden": "true" }, "a"), " ", title),
    list,
  );
  async function load() {
    const { apps: found } = await json("/auth/launch/apps");
    const others = found.filter((one) => one.client_id !== CLIENT);
    list.replaceChildren(
      ...others.map((one) =>
        make(
          "li",
          {},
          make(
            "a",
            { href: launching(one, patient, encounter), target: "_blank", rel: "noopener" },
            one.client_name,
            make("span", { "aria-hidden": "true" }, " ↗"),
          ),
        ),
      ),
    );
    element.hidden = !others.length;
  }
  return { element, load, focus: () => list.querySelector("a")?.focus() };
}

function launching(app, patient, encounter) {
  const query = new URLSearchParams({ client_id: app.client_id, patient, need_patient_banner: "true" });
  if (encounter) query.set("encounter", encounter);
  return `${new URL("/auth/launch", fhirBase)}?${query}`;
}
