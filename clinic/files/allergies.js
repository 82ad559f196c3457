// What can hurt this patient: allergies and the hospital's flags. https://hl7.org/fhir/R4/allergyintolerance.html
import { has, textOf } from "./describe.js";
import { label, make } from "./element.js";
import { search } from "./fhir.js";
import { partial } from "./partial.js";
import { say } from "./words.js";

const SEVERITY = { mild: ["ringan", "mild"], moderate: ["sedang", "moderate"], severe: ["berat", "severe"] };

export const allergies = {
  ask: ({ patient }) => search("AllergyIntolerance", { patient, _count: 200 }),
  show: (page, flags) => {
    const rows = page.rows.filter(isKnown);
    const told = rows.length
      ? make("ul", {}, rows.sort((one, other) => isHigh(other) - isHigh(one)).map(line))
      : make("p", {}, say("Tidak ada alergi yang tercatat.", "No allergies are recorded."));
    return [
      make(
        "section",
        { class: rows.length ? "alert allergies" : "alert none", "aria-label": say("Alergi", "Allergies") },
        make("h2", {}, say("Alergi", "Allergies")),
        told,
        ...partial(page),
      ),
      flags.length
        ? make(
            "section",
            { class: "alert flags", "aria-label": say("Peringatan", "Warnings") },
            make("h2", {}, say("Peringatan", "Warnings")),
            make(
              "ul",
              {},
              flags.map((flag) => make("li", {}, textOf(flag.code))),
            ),
          )
        : "",
    ];
  },
};

export async function warnings({ patient }) {
  return (await search("Flag", { patient, _count: 50 })).rows.filter((flag) => flag.status === "active");
}

function isKnown(one) {
  return (
    !has(one.verificationStatus, "entered-in-error") &&
    !has(one.verificationStatus, "refuted") &&
    !has(one.clinicalStatus, "resolved")
  );
}

function isHigh(one) {
  return one.criticality === "high" || (one.reaction ?? []).some((reaction) => reaction.severity === "severe");
}

function line(one) {
  const reactions = (one.reaction ?? []).map((reaction) => {
    const severity = SEVERITY[reaction.severity];
    return [(reaction.manifestation ?? []).map(textOf).filter(Boolean).join(", "), severity && say(...severity)]
      .filter(Boolean)
      .join(" – ");
  });
  return make(
    "li",
    { class: isHigh(one) ? "high" : "" },
    make("strong", {}, textOf(one.code) || say("Tanpa nama", "Unnamed")),
    reactions.some(Boolean) ? `: ${reactions.filter(Boolean).join("; ")}` : "",
    isHigh(one) ? label("dead", say("Berisiko tinggi", "High risk")) : "",
  );
}
