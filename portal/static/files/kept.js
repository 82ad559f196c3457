'use strict';
// What this device keeps for a person who wants it: encrypted, with a key that no script can read out.
const kept = (() => {
  const STORES = ['key', 'pages', 'unsent'];
  const LONGEST = 7 * 24 * 3600 * 1000;
  const MOST = 60;
  const PATIENCE = 30000;

  const answered = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  function open() {
    const request = indexedDB.open('portal', 1);
    request.onupgradeneeded = () => STORES.forEach(name => request.result.createObjectStore(name));
    return answered(request);
  }

  // One transaction over all that is kept; the answer to the request that `act` returns.
  async function within(mode, act) {
    const database = await open();
    try {
      const transaction = database.transaction(STORES, mode);
      const request = act(name => transaction.objectStore(name));
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      return request && request.result;
    } finally {
      database.close();
    }
  }

  const owner = () => within('readonly', store => store('key').get('key'));

  async function sealed(key, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    return {iv, data: await crypto.subtle.encrypt({name: 'AES-GCM', iv}, key, plain)};
  }

  async function opened(key, row) {
    try {
      const plain = await crypto.subtle.decrypt({name: 'AES-GCM', iv: row.iv}, key, row.data);
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      return null;
    }
  }

  // Whoever ended it meanwhile has the last word: the key is looked at again in the same transaction.
  async function put(name, id, value) {
    const mine = await owner();
    if (!mine) return false;
    const row = {...await sealed(mine.key, value), at: Date.now()};
    let isKept = false;
    await within('readwrite', store => {
      const asked = store('key').get('key');
      asked.onsuccess = () => {
        isKept = Boolean(asked.result) && asked.result.account === mine.account;
        if (isKept) store(name).put(row, id);
      };
    });
    return isKept;
  }

  // What a row is called tells nothing about it.
  async function named(text) {
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return [...new Uint8Array(bytes)].map(one => one.toString(16)).join('-');
  }

  function pageName(address) {
    const found = new URL(address, location.origin);
    found.searchParams.delete('lang');
    return named(found.pathname.replace(/\/$/, '') + found.search);
  }

  function tidy() {
    return within('readwrite', store => {
      const ids = store('pages').getAllKeys();
      const rows = store('pages').getAll();
      rows.onsuccess = () => {
        const latest = rows.result.map((row, place) => ({id: ids.result[place], at: row.at})).sort((a, b) => b.at - a.at);
        latest.forEach((row, place) => {
          if (place >= MOST || row.at < Date.now() - LONGEST) store('pages').delete(row.id);
        });
      };
    });
  }

  return {
    // Whose pages this device keeps, '' where it keeps none.
    async account() {
      const mine = await owner();
      return mine ? mine.account : '';
    },

    async begin(account) {
      const key = await crypto.subtle.generateKey({name: 'AES-GCM', length: 256}, false, ['encrypt', 'decrypt']);
      await within('readwrite', store => store('key').put({key, account}, 'key'));
    },

    // The key and all that it opens are gone.
    end: () => within('readwrite', store => STORES.forEach(name => store(name).clear())),

    async keepPage(address, page) {
      if (await put('pages', await pageName(address), page)) await tidy();
    },

    async page(address) {
      const mine = await owner();
      const id = await pageName(address);
      const row = mine && await within('readonly', store => store('pages').get(id));
      return row && row.at > Date.now() - LONGEST ? opened(mine.key, row) : null;
    },

    named,

    // A form that could not be sent: {id, action, body, at}, later with what became of it. False where nothing is kept.
    hold: form => put('unsent', form.id, form),

    async unsent() {
      const mine = await owner();
      if (!mine) return [];
      const rows = await within('readonly', store => store('unsent').getAll());
      const forms = await Promise.all(rows.map(row => opened(mine.key, row)));
      return forms.filter(Boolean).sort((a, b) => a.at - b.at);
    },

    drop: id => within('readwrite', store => store('unsent').delete(id)),

    // What the server says to a form: done, refused, or that the person must sign in anew. It carries a key by which the
    // server knows it again, so that it counts once however often it is sent. Throws while there is no answer.
    async send(form, csrf) {
      const fields = new URLSearchParams(form.body);
      if (csrf) fields.set('csrf', csrf);
      const answer = await fetch(form.action, {method: 'POST', body: fields, signal: AbortSignal.timeout(PATIENCE)});
      if (answer.status >= 500 || answer.status === 429) throw new Error('later');
      const isSignIn = new URL(answer.url).pathname.startsWith('/auth/');
      if (isSignIn || answer.status === 403) return {state: 'sign-in', html: isSignIn ? '' : await answer.text()};
      return answer.ok ? {state: 'done', address: answer.url} : {state: 'refused', html: await answer.text()};
    },

    // Sends what waits; each form is kept with what became of it until the person has seen that.
    async sendAll() {
      for (const form of await this.unsent()) {
        if (form.state) continue;
        const {state, address} = await this.send(form);
        await this.hold({...form, state, address});
      }
    },
  };
})();
