'use strict';
// Between the pages and the link: shows what was kept when the link is away, and holds a form that did not get through.
// STOCK comes from the server: files, pages, version.
importScripts(STOCK.scripts);

const CACHE = `portal-${STOCK.version}-${STOCK.files.join()}`;
const [OFFLINE, UNSENT] = STOCK.pages;
const PATIENCE = 20000;
const FORM = 'application/x-www-form-urlencoded';

addEventListener('install', event => event.waitUntil(stocked()));
addEventListener('activate', event => event.waitUntil(begun()));
addEventListener('fetch', event => {
  const {request} = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (STOCK.files.some(file => file.split('?')[0] === url.pathname)) event.respondWith(file(request));
  else if (request.mode !== 'navigate') return;
  else if (request.method === 'GET') event.respondWith(page(event));
  else if ((request.headers.get('Content-Type') || '').startsWith(FORM)) event.respondWith(sent(event));
});
addEventListener('sync', event => {
  if (event.tag === 'unsent') event.waitUntil(sendAll());
});

// Asked for without cookies: these pages are of nobody, for they lie here unencrypted.
async function stocked() {
  const cache = await caches.open(CACHE);
  await cache.addAll(STOCK.files);
  for (const address of STOCK.pages) await cache.put(address, await fetch(address, {credentials: 'omit'}));
  await skipWaiting();
}

async function begun() {
  const names = await caches.keys();
  await Promise.all(names.filter(name => name !== CACHE).map(name => caches.delete(name)));
  await clients.claim();
}

// A page that was kept may name a file as it was before.
async function file(request) {
  const exact = await caches.match(request);
  if (exact) return exact;
  return fetch(request).catch(async lost => {
    const similar = await caches.match(request, {ignoreSearch: true});
    if (similar) return similar;
    throw lost;
  });
}

async function page(event) {
  let answer;
  try {
    answer = await fetch(event.request);
  } catch {
    return await remembered(event.request.url) || caches.match(OFFLINE);
  }
  event.waitUntil(noted(event.request.url, answer.clone()));
  return answer;
}

async function noted(address, answer) {
  const account = answer.headers.get('Portal-Account');
  const mine = account && await kept.account();
  if (!mine) return;
  if (mine !== account) return kept.end();
  const isPage = answer.status === 200 && (answer.headers.get('Content-Type') || '').startsWith('text/html');
  if (isPage) await kept.keepPage(address, {html: await answer.text(), policy: policy(answer)});
}

const policy = answer => answer.headers.get('Content-Security-Policy') || "default-src 'none'";

const shown = (html, rules) => new Response(html, {
  headers: {'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': rules},
});

async function remembered(address) {
  const found = await kept.page(address);
  return found && shown(found.html.replace('id="offline" hidden', 'id="offline"'), found.policy);
}

async function sent(event) {
  const {request} = event;
  const body = await request.clone().text();
  try {
    return await Promise.race([fetch(request), silence()]);
  } catch {
    if (!new URLSearchParams(body).get('key')) return caches.match(OFFLINE);
    const action = new URL(request.url).pathname;
    const form = {id: await kept.named(`${action} ${body}`), action, body, at: Date.now()};
    if (await kept.hold(form)) await askedToSync();
    return unsent(form);
  }
}

const silence = () => new Promise((_, reject) => setTimeout(() => reject(new Error('silence')), PATIENCE));

async function askedToSync() {
  try {
    await registration.sync.register('unsent');
  } catch {
    // This browser cannot: the pages send it when the link is back.
  }
}

// The page that holds the form itself, for a device that keeps nothing.
async function unsent(form) {
  const answer = await caches.match(UNSENT);
  const fields = [...new URLSearchParams(form.body)].map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`);
  const held = `<form id="held" method="post" action="${escaped(form.action)}" data-id="${form.id}" data-at="${form.at}">${fields.join('')}</form>`;
  const html = await answer.text();
  return shown(html.replace('<!-- held -->', () => held), policy(answer));
}

const escaped = text => text.replace(/[&<>"']/g, one => `&#${one.charCodeAt(0)};`);

async function sendAll() {
  await kept.sendAll();
  for (const client of await clients.matchAll()) client.postMessage('unsent');
}
