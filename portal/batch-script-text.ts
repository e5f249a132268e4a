// The script of Batch Transfer and its receipt: looks at chosen files before they are sent, sends them one by one with
// progress, and follows them to their answer. Both pages work without it.

export const batchScriptText = `'use strict';
const form = document.getElementById('batch-form');
if (form) {
  const input = document.getElementById('files');
  const chosen = document.getElementById('chosen');
  const problem = document.getElementById('send-problem');
  const sending = document.getElementById('sending');
  const bar = document.getElementById('send-progress');
  const said = document.getElementById('send-said');
  const button = document.getElementById('send-button');
  const cancel = document.getElementById('send-cancel');
  const maxBytes = Number(form.dataset.maxBytes);
  let request;
  let cancelled = false;

  const whyNot = (file) => {
    if (file.size === 0) return 'The file is empty.';
    if (file.size > maxBytes) return 'The file is larger than the portal takes.';
    if (/^\\.|\\.(filepart|part|partial|tmp|temp|crdownload)$/i.test(file.name)) return 'The name is that of an unfinished file. Rename it.';
    if (/[\\u0000-\\u001f\\u007f-\\u009f\\\\\\\\]/.test(file.name)) return 'The name has characters that cannot be used.';
    if (new TextEncoder().encode(file.name).length > 255) return 'The name is too long.';
    return '';
  };
  // A hint, no more: the server's answer decides.
  const warning = async (file) => {
    const head = new TextDecoder('latin1').decode(await file.slice(0, 512).arrayBuffer());
    return /^(\\u00ef\\u00bb\\u00bf)?\\s*ISA[^A-Za-z0-9 ]/.test(head) ? '' : 'This does not look like X12: it does not begin with ISA.';
  };
  const size = (bytes) => bytes < 10000 ? bytes + ' bytes' : bytes < 1e6 ? (bytes / 1e3).toFixed(1) + ' kB' : (bytes / 1e6).toFixed(1) + ' MB';

  input.addEventListener('change', async () => {
    problem.hidden = true;
    chosen.replaceChildren();
    let wrong = 0;
    for (const file of input.files) {
      const line = document.createElement('li');
      const why = whyNot(file);
      const doubt = why === '' ? await warning(file) : '';
      line.textContent = file.name + ' (' + size(file.size) + ')' + (why + doubt === '' ? '' : ': ' + why + doubt);
      if (why !== '') { wrong += 1; line.className = 'usa-error-message'; }
      else if (doubt !== '') line.className = 'cg-doubt';
      chosen.append(line);
    }
    chosen.hidden = input.files.length === 0;
    said.textContent = input.files.length + (input.files.length === 1 ? ' file chosen' : ' files chosen') + (wrong === 0 ? '.' : ', ' + wrong + ' cannot be sent.');
  });

  const tell = (text) => { problem.textContent = text; problem.hidden = text === ''; };
  const send = (file, progressed) => new Promise((resolve, reject) => {
    request = new XMLHttpRequest();
    const body = new FormData();
    body.append(form.dataset.tokenField, form.elements.namedItem(form.dataset.tokenField).value);
    body.append('files', file, file.name);
    request.upload.addEventListener('progress', (event) => progressed(event.loaded));
    request.addEventListener('load', () => {
      if (request.responseURL.includes('/sign-in')) return reject(new Error('Your session has ended. Sign in again and send the file again.'));
      try { resolve(JSON.parse(request.responseText)); }
      catch { reject(new Error('The portal did not take the file. Reload the page and send it again.')); }
    });
    request.addEventListener('error', () => reject(new Error('The connection was lost. What was not received yet must be sent again.')));
    request.addEventListener('abort', () => reject(new Error('Cancelled. What was not received yet was not sent.')));
    request.open('POST', form.action);
    request.setRequestHeader('accept', 'application/json');
    request.send(body);
  });

  form.addEventListener('submit', async (event) => {
    const files = [...input.files];
    const bad = files.map((file) => [file, whyNot(file)]).find(([, why]) => why !== '');
    if (files.length === 0) return; // The server says what is missing.
    event.preventDefault();
    if (bad) { tell(bad[0].name + ': ' + bad[1]); input.focus(); return; }
    tell('');
    cancelled = false;
    sending.hidden = cancel.hidden = false;
    button.disabled = true;
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const received = [];
    const refused = [];
    let before = 0;
    let step = 0;
    said.textContent = 'Sending, 0 percent.';
    // Sending is activity too: the session must not end under a long upload.
    const keep = setInterval(() => { fetch(form.dataset.keep, { cache: 'no-store' }); try { localStorage.setItem('claimgate-seen', String(Date.now())); } catch {} }, 240000);
    try {
      for (const file of files) {
        if (cancelled) throw new Error('Cancelled. What was not received yet was not sent.');
        const answer = await send(file, (loaded) => {
          const percent = Math.min(100, Math.floor(100 * (before + Math.min(loaded, file.size)) / total));
          bar.value = percent;
          // Every 25 percent: a screen reader that is told of each percent says nothing else.
          const now = Math.floor(percent / 25);
          if (now > step) { step = now; said.textContent = percent >= 100 ? 'Sent. Waiting for the receipt.' : 'Sending, ' + now * 25 + ' percent.'; }
        });
        before += file.size;
        received.push(...answer.received);
        refused.push(...answer.refused);
      }
      if (refused.length === 0) return location.assign(form.dataset.receipt + '?t=' + received.map((one) => one.id).join('.'));
      throw new Error(refused.map((one) => one.name + ': ' + one.why).join(' '));
    } catch (error) {
      tell(error.message + (received.length === 0 ? '' : ' Received before that: ' + received.map((one) => one.name).join(', ') + '; see Transmissions.'));
      said.textContent = '';
      sending.hidden = cancel.hidden = true;
      button.disabled = false;
      bar.value = 0;
      input.focus();
    } finally {
      clearInterval(keep);
    }
  });
  cancel.addEventListener('click', () => { cancelled = true; request?.abort(); });
}


const states = document.getElementById('states');
if (states) {
  // For ten minutes at most: a page that is left open must not keep its session alive for good.
  let left = 100;
  const ask = async () => {
    left -= 1;
    try {
      const answer = await fetch(states.dataset.statePath, { cache: 'no-store', redirect: 'error' });
      const found = await answer.json();
      for (const { id, html } of found) {
        const place = document.getElementById('state-' + id);
        if (place && place.outerHTML !== html && !place.contains(document.activeElement)) place.outerHTML = html;
      }
      const text = found.map(({ text }) => text).join(' ');
      const line = document.getElementById('state-said');
      if (line.textContent !== text) line.textContent = text;
      if (found.every(({ final }) => final)) return;
    } catch {
      // Asked again below; the link beside it does the same by hand.
    }
    if (left > 0) setTimeout(ask, left > 80 ? 1500 : 7000);
  };
  ask();
}
`;
