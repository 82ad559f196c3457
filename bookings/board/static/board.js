// Keeps a board for days: a live stream, a bell and a voice for each call, a new page every night.
"use strict";

const LAST_CALLS = 6;
const SILENCE_MS = 45000; // the server says something every 15 seconds
const AGAIN_MS = 2000;
const LATE_MS = 120000; // what was called longer ago is shown, not said
const NIGHT = 3; // o'clock
const { area, zone } = document.body.dataset;
const at = (id) => document.getElementById(id);

let source = null;
let heard = Date.now();
let offset = 0; // of the server's clock to ours
let known = null; // the calls that were on the board before: nobody hears them twice
let latest = null;
let waitingCalls = [];
let speaking = false;
let sound = null;
const born = Date.now();

function connect() {
  if (source) source.close();
  heard = Date.now();
  source = new EventSource("/bookings/live/" + area);
  source.onmessage = (event) => { alive(); show(JSON.parse(event.data)); };
  source.addEventListener("beat", (event) => { alive(); offset = Date.parse(event.data) - Date.now(); });
  source.onerror = () => { at("lost").hidden = false; };
}

function alive() {
  heard = Date.now();
  at("lost").hidden = true;
}

function show(view) {
  const calls = view.points.flatMap((point) => point.calls.map((call) => ({ ...call, place: point.name })));
  calls.sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
  latest = calls[0] || null;
  at("calls").replaceChildren(...calls.slice(1, LAST_CALLS + 1).map(row));
  at("waiting").textContent = view.points.reduce((sum, point) => sum + point.waiting, 0);
  announce(calls);
  if (!speaking) big(latest);
}

function big(call) {
  at("number").textContent = call ? call.ticket : "–";
  at("number").classList.toggle("long", Boolean(call) && call.ticket.length > 5);
  at("name").textContent = (call && call.name) || "";
  at("place").textContent = call ? call.counter || call.place : "Belum ada panggilan";
}

function row(call) {
  const item = document.createElement("li");
  for (const [tag, text] of [["b", call.ticket], ["span", call.counter || call.place], ["time", clock(new Date(call.at))]]) {
    const part = document.createElement(tag);
    part.textContent = text;
    item.append(part, " ");
  }
  return item;
}

function announce(calls) {
  const keys = new Set(calls.map((call) => call.ticket + call.at));
  if (known) {
    const fresh = calls.filter((call) => !known.has(call.ticket + call.at) && now() - Date.parse(call.at) < LATE_MS);
    waitingCalls = [...waitingCalls, ...fresh.reverse()].slice(-LAST_CALLS);
    next();
  }
  known = keys;
}

async function next() {
  if (speaking) return;
  speaking = true;
  while (waitingCalls.length) {
    const call = waitingCalls.shift();
    big(call); // what is seen is what is heard
    at("current").classList.add("new");
    ring();
    await pause(1600);
    await say(call.spoken);
    await say(call.spoken);
    at("current").classList.remove("new");
  }
  speaking = false;
  big(latest);
}

function ring() {
  if (!sound || sound.state !== "running") return;
  for (const [tone, after] of [[784, 0], [659, 0.35], [523, 0.7]]) {
    const start = sound.currentTime + after;
    const oscillator = sound.createOscillator();
    const volume = sound.createGain();
    oscillator.frequency.value = tone;
    volume.gain.setValueAtTime(0.5, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.8);
    oscillator.connect(volume).connect(sound.destination);
    oscillator.start(start);
    oscillator.stop(start + 0.8);
  }
}

function say(text) {
  if (!window.speechSynthesis) return pause(2000);
  return new Promise((done) => {
    const words = new SpeechSynthesisUtterance(text);
    words.lang = "id-ID";
    words.rate = 0.9;
    words.voice = speechSynthesis.getVoices().find((voice) => voice.lang.replace("_", "-").startsWith("id")) || null;
    // A browser without a voice may never say that it has ended.
    const limit = setTimeout(done, 12000);
    words.onend = words.onerror = () => { clearTimeout(limit); done(); };
    speechSynthesis.speak(words);
  });
}

function allowSound() {
  sound = sound || new AudioContext();
  sound.resume().then(() => { at("sound").hidden = sound.state === "running"; });
  at("sound").hidden = sound.state === "running";
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

function now() {
  return Date.now() + offset;
}

function clock(moment) {
  const told = new Intl.DateTimeFormat("id-ID", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
  return told.format(moment).replace(":", ".");
}

async function lookAtTheClock() {
  at("clock").textContent = clock(new Date(now()));
  if (Date.now() - heard > SILENCE_MS || (source && source.readyState === EventSource.CLOSED)) {
    at("lost").hidden = false;
    connect();
  }
  const isNight = Number.parseInt(clock(new Date(now())), 10) === NIGHT && Date.now() - born > 2 * 3600 * 1000;
  if (isNight && !speaking) {
    const answer = await fetch("/health/ready").catch(() => null);
    if (answer && answer.ok) location.reload();
  }
}

at("sound").addEventListener("click", allowSound);
if (window.AudioContext) allowSound();
connect();
lookAtTheClock();
setInterval(lookAtTheClock, AGAIN_MS);
