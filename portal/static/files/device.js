'use strict';
// The section of the settings about this device: whether it keeps pages, and the portal among its apps.
(() => {
  const section = document.getElementById('device');
  const [on, off, install] = ['keeps', 'keeps-not', 'install'].map(name => section.querySelector(`.${name}`));

  async function show() {
    const isKept = Boolean(await kept.account());
    on.hidden = !isKept;
    off.hidden = isKept;
  }

  async function change(act) {
    await act();
    await show();
    (on.hidden ? off : on).querySelector('[role=status]').focus();
  }

  off.querySelector('button').addEventListener('click', () => change(() => kept.begin(section.dataset.account)));
  on.querySelector('button').addEventListener('click', () => change(() => kept.end()));
  if ('serviceWorker' in navigator && section.dataset.account) show();

  addEventListener('beforeinstallprompt', event => {
    event.preventDefault();
    install.hidden = false;
    install.querySelector('button').onclick = () => event.prompt();
  });
  addEventListener('appinstalled', () => { install.hidden = true; });
})();
