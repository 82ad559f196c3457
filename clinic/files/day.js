// The doctor's day as one list: bookings, visits and numbers of the queue put together. Pure.
// https://hl7.org/fhir/R4/workflow.html
const TICKET = "urn:rsud-fhir:ticket";
const NUMBER = "urn:rsud-fhir:booking:number";
const VOID = ["cancelled", "entered-in-error", "noshow", "proposed", "pending", "waitlist"];

// In the order in which they are shown.
export const STATES = ["serving", "called", "waiting", "arrived", "booked", "away", "done"];

// [{ key, patient, state, number, since, until, at, encounter, priority, what }], those first who are with the doctor.
export function day({ appointments, encounters, tasks }) {
  const rows = new Map();
  for (const one of appointments.filter((row) => !VOID.includes(row.status))) {
    rows.set(`Appointment/${one.id}`, ofBooking(one));
  }
  for (const one of encounters.filter((row) => !VOID.includes(row.status))) {
    const booked = (one.appointment ?? []).map((link) => link.reference).find((link) => rows.has(link));
    const key = `Encounter/${one.id}`;
    const before = booked ? rows.get(booked) : {};
    rows.delete(booked);
    rows.set(key, { ...before, ...ofVisit(one, key), number: before.number ?? "" });
  }
  for (const task of tasks) {
    const row = rows.get(task.focus?.reference);
    if (row) Object.assign(row, ofTicket(task));
  }
  return [...rows.values()].sort(inOrder);
}

function ofBooking(one) {
  const person = (kind) =>
    one.participant?.map((row) => row.actor?.reference ?? "").find((link) => link.startsWith(kind));
  const number = one.identifier?.find((row) => row.system === NUMBER)?.value ?? "";
  const state =
    one.status === "fulfilled"
      ? "done"
      : one.status === "arrived" || one.status === "checked-in"
        ? "arrived"
        : "booked";
  return {
    key: `Appointment/${one.id}`,
    patient: person("Patient/") ?? "",
    state,
    number,
    at: one.start ?? "",
    since: "",
    until: "",
    encounter: "",
    priority: "",
    what: one.serviceType?.[0]?.text ?? "",
  };
}

const OF_VISIT = {
  planned: "booked",
  arrived: "arrived",
  triaged: "arrived",
  "in-progress": "serving",
  onleave: "away",
  finished: "done",
};

function ofVisit(one, key) {
  const history = one.statusHistory ?? [];
  const begun = (status) => history.find((row) => row.status === status)?.period?.start;
  const since = begun("arrived") ?? one.period?.start ?? "";
  return {
    key,
    patient: one.subject?.reference ?? "",
    state: OF_VISIT[one.status] ?? "arrived",
    at: since,
    since,
    until: begun("in-progress") ?? begun("finished") ?? "",
    encounter: one.id,
    priority: "",
    what: one.serviceType?.text ?? "",
  };
}

const OF_TICKET = {
  requested: "waiting",
  received: "called",
  "in-progress": "serving",
  completed: "done",
  cancelled: "done",
};
const NOTES = { skipped: "away", absent: "away" };

function ofTicket(task) {
  const told = Object.fromEntries(
    (task.extension?.find((one) => one.url === TICKET)?.extension ?? []).map((one) => [one.url, one]),
  );
  const note = NOTES[task.businessStatus?.coding?.[0]?.code];
  const waits = task.status === "requested" || task.status === "received";
  return {
    number: told.letter ? `${told.letter.valueString}-${told.number.valueInteger}` : "",
    state: waits && note ? note : (OF_TICKET[task.status] ?? "waiting"),
    since: task.authoredOn ?? "",
    until: task.executionPeriod?.start ?? (waits ? "" : (task.executionPeriod?.end ?? "")),
    priority: told.priority?.valueString ?? "",
  };
}

function inOrder(one, other) {
  const rank = (row) => STATES.indexOf(row.state);
  const first = (row) => (row.priority && row.state === "waiting" ? 0 : 1);
  return (
    rank(one) - rank(other) ||
    first(one) - first(other) ||
    digits(one) - digits(other) ||
    one.at.localeCompare(other.at) ||
    one.key.localeCompare(other.key)
  );
}

function digits(row) {
  return Number(row.number.match(/\d+$/)?.[0] ?? 9999);
}

// Minutes from check-in until service, or until now.
export function waited(row, now) {
  if (!row.since || row.state === "booked") return null;
  const until = row.until ? Date.parse(row.until) : now.getTime();
  if (!row.until && row.state === "done") return null;
  return Math.max(0, Math.floor((until - Date.parse(row.since)) / 60000));
}
