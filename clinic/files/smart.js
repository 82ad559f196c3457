// Signing in with SMART App Launch and PKCE: https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
// Tokens stay in this tab: sessionStorage, gone when it is closed.
import { CLIENT, fhirBase, home } from "./place.js";

const SESSION = "clinic.session";
const ASKED = "clinic.asked";
const SCOPE = "openid fhirUser online_access user/*.rs";
const EARLY_MS = 60_000; // a token is replaced so long before it ends

export class SignInFailed extends Error {}

let refreshing = null;

export function session() {
  return JSON.parse(sessionStorage.getItem(SESSION) ?? "null");
}

// Off to the sign-in page. `launch`: of an EHR launch.
export async function begin(launch = null) {
  const told = await configuration();
  const asked = { state: random(), verifier: random(), nonce: random() };
  sessionStorage.setItem(ASKED, JSON.stringify(asked));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: CLIENT,
    redirect_uri: home,
    scope: launch ? `launch ${SCOPE}` : SCOPE,
    state: asked.state,
    nonce: asked.nonce,
    aud: fhirBase,
    code_challenge: await challenge(asked.verifier),
    code_challenge_method: "S256",
  });
  if (launch) query.set("launch", launch);
  location.assign(`${told.authorization_endpoint}?${query}`);
}

// What came back in the address, made into a session; null where nothing came back. Throws SignInFailed.
export async function finish() {
  const query = new URLSearchParams(location.search);
  if (!query.has("code") && !query.has("error")) return null;
  const asked = JSON.parse(sessionStorage.getItem(ASKED) ?? "null");
  sessionStorage.removeItem(ASKED);
  history.replaceState(null, "", home);
  const told = await configuration();
  const isOurs = asked && query.get("state") === asked.state && query.get("iss") === told.issuer;
  if (!isOurs || query.has("error")) throw new SignInFailed(isOurs ? query.get("error") : "state");
  const form = { grant_type: "authorization_code", code: query.get("code"), redirect_uri: home };
  const answer = await send(told.token_endpoint, { ...form, client_id: CLIENT, code_verifier: asked.verifier });
  if (!answer.ok) throw new SignInFailed("token");
  return begun(await answer.json(), asked, told);
}

// An access token that is good for another minute. Throws SignInFailed where there is none any more.
export async function token() {
  const now = session();
  if (!now) throw new SignInFailed("ended");
  return Date.now() < now.until - EARLY_MS ? now.access : refreshed();
}

export function refreshed() {
  refreshing ??= refresh().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

// Ends what this app was given, then leads to the page where the person's own session ends.
export async function signOut() {
  const now = session();
  sessionStorage.removeItem(SESSION);
  if (now) await send(now.revoking, { token: now.refresh ?? now.access, client_id: CLIENT }).catch(() => null);
  location.assign(now ? now.leaving : home);
}

export function forget() {
  sessionStorage.removeItem(SESSION);
}

async function refresh() {
  const now = session();
  const form = { grant_type: "refresh_token", refresh_token: now?.refresh ?? "", client_id: CLIENT };
  const answer = now?.refresh ? await send(now.endpoint, form) : null;
  if (!answer?.ok) {
    if (!answer || answer.status < 500) forget();
    throw new SignInFailed("ended");
  }
  return keep({ ...now, ...tokens(await answer.json(), now.refresh) }).access;
}

function begun(answer, asked, told) {
  const claims = claimsOf(answer.id_token);
  if (claims.nonce !== asked.nonce || claims.aud !== CLIENT || claims.iss !== told.issuer)
    throw new SignInFailed("id_token");
  return keep({
    ...tokens(answer, null),
    person: (claims.fhirUser ?? "").slice(fhirBase.length + 1),
    name: claims.sub,
    patient: answer.patient ?? null,
    encounter: answer.encounter ?? null,
    banner: answer.need_patient_banner !== false,
    endpoint: told.token_endpoint,
    revoking: told.revocation_endpoint,
    leaving: new URL("/auth/logout", told.issuer).href,
  });
}

function tokens(answer, before) {
  const until = Date.now() + answer.expires_in * 1000;
  return { access: answer.access_token, refresh: answer.refresh_token ?? before, until };
}

function keep(session) {
  sessionStorage.setItem(SESSION, JSON.stringify(session));
  return session;
}

async function configuration() {
  const answer = await fetch(`${fhirBase}/.well-known/smart-configuration`);
  if (!answer.ok) throw new SignInFailed("configuration");
  return answer.json();
}

function send(url, form) {
  return fetch(url, { method: "POST", body: new URLSearchParams(form) });
}

// It came from the token endpoint itself, so that its signature need not be checked (OpenID Connect Core 3.1.3.7).
function claimsOf(idToken) {
  const bytes = Uint8Array.from(atob(idToken.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), (one) =>
    one.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes));
}

async function challenge(verifier) {
  return encoded(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

function random() {
  return encoded(crypto.getRandomValues(new Uint8Array(32)));
}

function encoded(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=/g, "");
}
