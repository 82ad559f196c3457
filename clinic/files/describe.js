// FHIR in words: names, ages, dates, codes, quantities. Pure. https://hl7.org/fhir/R4/datatypes.html
import { zone } from "./place.js";
import { language, say } from "./words.js";

const LOCALE = language === "en" ? "en-GB" : "id-ID";
const MRN = "http://sys-ids.kemkes.go.id/mrn/";
const NIK = "https://fhir.kemkes.go.id/id/nik";

const day = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric", timeZone: zone });
const plainDay = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const plainMonth = new Intl.DateTimeFormat(LOCALE, { month: "short", year: "numeric", timeZone: "UTC" });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
const iso = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone });

export function nameOf(person) {
  const names = person?.name ?? [];
  const name = names.find((one) => one.use === "official") ?? names[0] ?? {};
  return name.text || [...(name.given ?? []), name.family].filter(Boolean).join(" ") || say("Tanpa nama", "No name");
}

export function recordNumber(patient) {
  return identifier(patient, (one) => String(one.system ?? "").startsWith(MRN) && one.use !== "old");
}

export function nik(patient) {
  return identifier(patient, (one) => one.system === NIK);
}

function identifier(patient, fits) {
  return (patient?.identifier ?? []).find(fits)?.value ?? "";
}

export function sexOf(patient) {
  const words = { male: say("Laki-laki", "Male"), female: say("Perempuan", "Female"), other: say("Lainnya", "Other") };
  return words[patient?.gender] ?? say("Tidak diketahui", "Unknown");
}

// Years; months below two years; days below two months.
export function ageOf(birthDate, at) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(birthDate ?? ""))
    return birthDate ? `± ${iso.format(at).slice(0, 4) - birthDate.slice(0, 4)} ${say("th", "y")}` : "";
  const [born, today] = [birthDate, iso.format(at)].map((text) => text.split("-").map(Number));
  const months = (today[0] - born[0]) * 12 + today[1] - born[1] - (today[2] < born[2] ? 1 : 0);
  if (months >= 24) return `${Math.floor(months / 12)} ${say("th", "y")}`;
  if (months >= 2) return `${months} ${say("bln", "mo")}`;
  return `${Math.max(0, Math.round((Date.UTC(today[0], today[1] - 1, today[2]) - Date.parse(birthDate)) / 86400000))} ${say("hari", "d")}`;
}

// A date, dateTime or instant of any precision.
export function dayOf(text) {
  if (!text || Number.isNaN(Date.parse(text))) return "";
  if (text.length <= 4) return text;
  if (text.length <= 7) return plainMonth.format(new Date(text));
  return text.length <= 10 ? plainDay.format(new Date(text)) : day.format(new Date(text));
}

export function clockOf(text) {
  return text && text.length > 10 && !Number.isNaN(Date.parse(text))
    ? clock.format(new Date(text)).replace(":", ".")
    : "";
}

export function momentOf(text) {
  return [dayOf(text), clockOf(text)].filter(Boolean).join(" ");
}

// The hospital's day, as YYYY-MM-DD.
export function isoDay(at) {
  return iso.format(at);
}

export function textOf(concept) {
  return concept?.text || (concept?.coding ?? []).map((one) => one.display || one.code).find(Boolean) || "";
}

export function has(concept, code) {
  return (concept?.coding ?? []).some((one) => one.code === code);
}

export function display(reference) {
  return reference?.display ?? "";
}

// 4,00; with the sign for an open end.
export function numberOf(quantity) {
  if (quantity?.value === undefined) return "";
  const digits = String(quantity.value);
  return `${quantity.comparator ?? ""}${language === "en" ? digits : digits.replace(".", ",")}`;
}

const UNITS = { Cel: "°C", "mm[Hg]": "mmHg", "/min": "/mnt", "10*3/uL": "10³/µL", "{score}": "", "/[HPF]": "/LPB" };
const UNITS_ENGLISH = { "/min": "/min", "/[HPF]": "/HPF" };

export function unitOf(quantity) {
  const code = quantity?.code ?? quantity?.unit ?? "";
  return (language === "en" ? UNITS_ENGLISH[code] : undefined) ?? UNITS[code] ?? quantity?.unit ?? code;
}
