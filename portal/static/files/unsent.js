'use strict';
// The page of what could not be sent: it tries again by itself, and says what came of it.
(() => {
  const list = document.getElementById('unsent');
  const AGAIN = 5000;

  async function found() {
    const stored = await kept.unsent();
    const held = document.getElementById('held');
    if (!held || stored.some(form => form.id === held.dataset.id)) return {forms: stored, isStored: true};
    const body = new URLSearchParams(new FormData(held)).toString();
    const form = {id: held.dataset.id, action: held.getAttribute('action'), body, at: Number(held.dataset.at)};
    return {forms: [form], isStored: false};
  }

  function kind(form) {
    const last = form.action.split('/').pop();
    return list.dataset[last] || list.dataset.book;
  }

  function card(form, isStored) {
    const made = document.getElementById('one').content.cloneNode(true).firstElementChild;
    made.querySelector('h2').textContent = kind(form);
    const state = made.querySelector('[role=status]');
    const say = name => { state.textContent = list.dataset[name]; };
    const signIn = made.querySelector('.sign-in');
    if (!isStored) signIn.target = '_blank';
    let isBusy = false, isWaiting = true;

    // Who signed in meanwhile has another token for forms: the server tells it on this same page.
    async function freshToken() {
      const answer = await fetch('/portal/unsent');
      if (!answer.headers.get('Portal-Account')) return '';
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      return page.getElementById('unsent').dataset.csrf;
    }

    async function outcome() {
      const first = await kept.send(form);
      if (first.state !== 'sign-in') return first;
      const token = await freshToken();
      if (!token) return {state: 'sign-in'};
      const second = await kept.send(form, token);
      return second.state === 'sign-in' && second.html ? {...second, state: 'refused'} : second;
    }

    async function send() {
      if (isBusy) return;
      isBusy = true;
      try {
        const {state, address, html} = await outcome();
        isWaiting = false;
        signIn.hidden = state !== 'sign-in';
        if (state === 'sign-in') say('signIn');
        else await kept.drop(form.id);
        if (state === 'done') return location.replace(address);
        if (state === 'refused') refused(html);
      } catch {
        isWaiting = true;
        say(isStored ? 'kept' : 'held');
      } finally {
        isBusy = false;
      }
    }

    async function discard() {
      await kept.drop(form.id);
      isWaiting = false;
      made.remove();
      showNone();
    }

    made.querySelector('.send').addEventListener('click', send);
    made.querySelector('.discard').addEventListener('click', discard);
    addEventListener('online', send);
    setInterval(() => isWaiting && send(), AGAIN);
    say(isStored ? 'kept' : 'held');
    if (form.state === 'sign-in') { say('signIn'); signIn.hidden = false; isWaiting = false; }
    return made;
  }

  // The server's own page says why.
  function refused(html) {
    const page = new DOMParser().parseFromString(html, 'text/html');
    document.querySelector('main').replaceWith(page.querySelector('main'));
  }

  function showNone() {
    document.getElementById('none').hidden = list.children.length > 0;
  }

  found().then(({forms, isStored}) => {
    list.replaceChildren(...forms.map(form => card(form, isStored)));
    showNone();
  });
})();
