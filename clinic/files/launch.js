// EHR launch: the hospital's own system opens this client. https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import { make } from "./element.js";
import { fhirBase } from "./place.js";
import { begin } from "./smart.js";
import { say } from "./words.js";

const query = new URLSearchParams(location.search);
const isOurs = (query.get("iss") ?? "").replace(/\/$/, "") === fhirBase;

function refuse(text) {
  document.getElementById("main").replaceChildren(make("p", { class: "problem" }, text));
}

if (isOurs && query.get("launch")) {
  begin(query.get("launch")).catch(() =>
    refuse(say("Server tidak menjawab. Muat ulang halaman ini.", "The server does not answer. Load this page again.")),
  );
} else {
  refuse(
    say("Klinik ini hanya dapat dibuka dari rumah sakitnya sendiri.", "This clinic opens only from its own hospital."),
  );
}
