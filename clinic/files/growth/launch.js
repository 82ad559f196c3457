// Both ways in: with `iss` and `launch` from the hospital's own system, or alone, when the patient is chosen at sign-in.
/* global FHIR */
import { make } from "../element.js";
import { fhirBase } from "../place.js";
import { say } from "../words.js";

const query = new URLSearchParams(location.search);
const isFromElsewhere = query.has("iss") && query.get("iss").replace(/\/$/, "") !== fhirBase;
const scope = "openid fhirUser patient/Patient.rs patient/Observation.rs";

function refuse(text) {
  document.getElementById("main").replaceChildren(make("p", { class: "problem" }, text));
}

if (isFromElsewhere) {
  refuse(
    say("Aplikasi ini hanya dapat dibuka dari rumah sakitnya sendiri.", "This app opens only from its own hospital."),
  );
} else {
  FHIR.oauth2
    .authorize({
      clientId: "rsud-growth",
      iss: fhirBase,
      launch: query.get("launch") ?? undefined,
      scope: `${query.has("launch") ? "launch" : "launch/patient"} ${scope}`,
      redirectUri: new URL("/clinic/growth/", location.href).href,
      completeInTarget: true,
    })
    .catch(() =>
      refuse(
        say("Server tidak menjawab. Muat ulang halaman ini.", "The server does not answer. Load this page again."),
      ),
    );
}
