'use strict';
// On every page: the worker, what waits on this device to be sent, and that nothing stays after signing out.
(() => {
  const bar = document.getElementById('told');

  function tell(text, address, name) {
    const link = Object.assign(document.createElement('a'), {href: address, textContent: name});
    bar.replaceChildren(`${text} `, link);
    bar.hidden = false;
  }

  async function show() {
    const forms = await kept.unsent();
    const sent = forms.filter(form => form.state === 'done');
    for (const form of sent) await kept.drop(form.id);
    if (sent.length) tell(bar.dataset.sent, sent[sent.length - 1].address, bar.dataset.see);
    else if (forms.length) tell(bar.dataset.unsent, '/portal/unsent', bar.dataset.look);
  }

  async function send() {
    await kept.sendAll().catch(() => {});
    await show();
  }

  async function signOut(event) {
    event.preventDefault();
    const address = event.currentTarget.href;
    const waits = (await kept.unsent()).some(form => form.state !== 'done');
    if (waits && !confirm(bar.dataset.lose)) return;
    await kept.end();
    location.assign(address);
  }

  for (const link of document.querySelectorAll('a[href="/auth/logout"]')) link.addEventListener('click', signOut);
  if (!('serviceWorker' in navigator)) return;
  addEventListener('load', () => navigator.serviceWorker.register('/portal/worker.js', {scope: '/portal'}).catch(() => {}));
  if (!bar || document.getElementById('unsent')) return;
  navigator.serviceWorker.addEventListener('message', show);
  addEventListener('online', send);
  send();
})();
