// Questions to the FHIR server, with the token of who is signed in. https://hl7.org/fhir/R4/http.html
import { fhirBase } from "./place.js";
import { refreshed, token } from "./smart.js";
import { language, say } from "./words.js";

let offset = 0; // of the server's clock to ours

export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

export function now() {
  return new Date(Date.now() + offset);
}

export async function read(path) {
  return resource(await answer(`${fhirBase}/${path}`));
}

// { rows, included, next }: the matches; what came along, by Type/id; the address of the next page, if there is one.
export async function search(type, query) {
  return page(await read(`${type}?${new URLSearchParams(query)}`));
}

export async function more(next) {
  return page(await resource(await answer(next)));
}

// A file, such as a PDF. `path`: from the root of the server.
export async function file(path) {
  return (await answer(new URL(path, `${fhirBase}/`).href, "application/pdf")).blob();
}

export async function json(path) {
  return (await answer(new URL(path, fhirBase).href, "application/json")).json();
}

// What a value of a search parameter means is not for its text to say. https://hl7.org/fhir/R4/search.html#escaping
export function escaped(text) {
  return text.replace(/[\\,|$]/g, "\\$&");
}

function page(bundle) {
  const entries = bundle.entry ?? [];
  const of = (mode) => entries.filter((entry) => entry.search?.mode === mode).map((entry) => entry.resource);
  return {
    rows: of("match"),
    included: new Map(of("include").map((one) => [`${one.resourceType}/${one.id}`, one])),
    next: bundle.link?.find((link) => link.relation === "next")?.url ?? null,
  };
}

// The digits of a Quantity as they were written: 4.00 stays 4.00.
async function resource(response) {
  const written = (key, value, context) =>
    key === "value" && typeof value === "number" ? (context?.source ?? String(value)) : value;
  return JSON.parse(await response.text(), written);
}

async function answer(url, accept = "application/fhir+json") {
  let found = await asked(url, accept, await token());
  if (found.status === 401) found = await asked(url, accept, await refreshed());
  if (!found.ok) throw new Refused(found.status, await reason(found));
  return found;
}

async function asked(url, accept, access) {
  const headers = { Accept: accept, "Accept-Language": language, Authorization: `Bearer ${access}` };
  try {
    const found = await fetch(url, { headers, cache: "no-store" });
    const told = Date.parse(found.headers.get("Date") ?? "");
    if (told) offset = told - Date.now();
    return found;
  } catch {
    throw new Refused(0, say("Sambungan ke server terputus.", "The server cannot be reached."));
  }
}

async function reason(found) {
  const outcome = await found.json().catch(() => null);
  const issue = outcome?.issue?.[0];
  return issue?.details?.text ?? issue?.diagnostics ?? outcome?.message ?? `HTTP ${found.status}`;
}
