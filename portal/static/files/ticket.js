'use strict';
// A ticket that follows the queue, and the time for which a place is held.
(() => {
  const queue = document.getElementById('live');
  if (queue && queue.dataset.live) follow(queue.dataset.live);
  const held = document.getElementById('countdown');
  if (held) count(held, Date.parse(held.dataset.until));

  function follow(address) {
    const title = document.title;
    const PARTS = ['state', 'number', 'advice', 'figures', 'rest'];
    let sound = null;
    let last = '';
    const button = document.getElementById('sound');
    if (window.AudioContext) button.hidden = false;
    button.addEventListener('click', () => {
      sound = sound || new AudioContext();
      sound.resume();
      beep(0.1);
      button.textContent = button.dataset.on;
      button.disabled = true;
    });

    function beep(seconds) {
      if (!sound) return;
      const tone = sound.createOscillator();
      tone.connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + seconds);
    }

    function put(id, text) {
      const found = document.getElementById(id);
      if (found && found.textContent !== text) found.textContent = text;
    }

    const clock = new Intl.DateTimeFormat('id-ID', {timeZone: queue.dataset.zone, hour: '2-digit', minute: '2-digit', hour12: false});

    // What a person has to know at once is in the words of the server; numbers in between are only filled in.
    async function renewed(state) {
      const answer = await fetch(location.pathname, {cache: 'no-store'});
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById('live');
      if (!fresh || !fresh.dataset.live) return location.reload();
      for (const id of PARTS) {
        const from = page.getElementById(id), to = document.getElementById(id);
        if (from.innerHTML !== to.innerHTML) to.replaceChildren(...from.childNodes);
      }
      queue.className = fresh.className;
      queue.dataset.state = fresh.dataset.state;
      document.title = state === 'called' ? queue.dataset.calledTitle : title;
    }

    new EventSource(address).addEventListener('message', async event => {
      const view = JSON.parse(event.data);
      const now = [view.status, view.state, view.ticket, view.point, view.counter, Math.min(view.ahead ?? 9, 4)].join();
      put('ahead', String(view.ahead ?? 0));
      if (view.called) put('called', view.called);
      if (view.expected) put('expected', clock.format(new Date(view.expected)));
      if (now !== last && (last || view.state !== queue.dataset.state)) {
        if (view.state === 'called') {
          beep(1);
          if (navigator.vibrate) navigator.vibrate([400, 200, 400]);
        }
        await renewed(view.state);
      }
      last = now;
    });
  }

  function count(place, until) {
    function show() {
      const seconds = Math.round((until - Date.now()) / 1000);
      if (seconds <= 0) {
        place.textContent = ` (${place.dataset.over})`;
        clearInterval(timer);
        return;
      }
      place.textContent = ` (${place.dataset.left} ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')})`;
    }
    const timer = setInterval(show, 1000);
    show();
  }
})();
