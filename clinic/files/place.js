// Where this client is: the page says it, so that nothing has to be guessed.
const told = document.documentElement.dataset;

export const CLIENT = "rsud-clinic";
export const fhirBase = told.fhir;
export const zone = told.zone;
export const hospital = told.hospital;
export const home = new URL("/clinic/", location.href).href;
