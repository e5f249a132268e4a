// The portal's own script, served as a file. It is text here because the compiler copies nothing but TypeScript into
// the product. Every page works without it; it only shows the buttons that need it.

export const scriptText = `'use strict';
document.documentElement.classList.add('cg-script');

for (const button of document.querySelectorAll('button[data-copy]')) {
  // Browsers lend the clipboard to https and to this machine only.
  if (!navigator.clipboard) {
    button.hidden = true;
    continue;
  }
  const said = document.getElementById(button.dataset.copy + '-copied');
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      said.textContent = 'Copied.';
    } catch {
      said.textContent = 'The browser did not allow copying. Select the text and copy it.';
    }
  });
}

document.getElementById('print')?.addEventListener('click', () => print());

// The rules of a new password, ticked off while it is typed. The server judges; this only helps.
for (const list of document.querySelectorAll('ul[data-password]')) {
  const field = document.getElementById(list.dataset.password);
  const state = document.getElementById(list.dataset.password + '-checklist-state');
  const rules = [...list.querySelectorAll('[data-needs], [data-forbids], [data-forbids-names]')];
  const nameFields = list.dataset.nameFields.split(' ').map((id) => document.getElementById(id)).filter(Boolean);
  const namesNow = () => [...nameFields.map((name) => name.value.trim()), ...list.dataset.names.split(' ')]
    .map((name) => name.toLowerCase()).filter((name) => [...name].length >= 3);
  const meets = (rule, password) => {
    const lower = password.toLowerCase();
    if (rule.dataset.needs) return new RegExp(rule.dataset.needs, 'su').test(password);
    if (rule.dataset.forbids) return !new RegExp(rule.dataset.forbids, 'su').test(lower);
    return !namesNow().some((name) => lower.includes(name));
  };
  let timer;
  const look = () => {
    const password = field.value.normalize('NFC');
    let met = 0;
    for (const rule of rules) {
      const good = password !== '' && meets(rule, password);
      if (good) met += 1;
      rule.classList.toggle('usa-checklist__item--checked', good);
      rule.querySelector('.cg-checklist__state').textContent = good ? ' (met)' : ' (not met yet)';
    }
    // Said after a pause, not at every key.
    clearTimeout(timer);
    timer = setTimeout(() => { state.textContent = met + ' of ' + rules.length + ' rules are met.'; }, 1000);
  };
  for (const input of [field, ...nameFields]) input.addEventListener('input', look);
}

// An idle session: a warning ahead of its end, and at its end the way to the sign-in page, so that nothing stays on an
// abandoned screen. The last visit is shared by all tabs; a tab never asks the server on its own, for that alone would
// keep the session alive.
const expiry = document.getElementById('session-expiry');
if (expiry) {
  const idleMs = Number(expiry.dataset.idleMs);
  const aheadMs = Number(expiry.dataset.aheadMs);
  const marginMs = 2000;
  let seenAtMs = 0;
  let timer;
  const noteVisit = () => {
    seenAtMs = Date.now();
    try { localStorage.setItem('claimgate-seen', String(seenAtMs)); } catch {}
  };
  const lastVisitMs = () => {
    try { return Math.max(seenAtMs, Number(localStorage.getItem('claimgate-seen'))); } catch { return seenAtMs; }
  };
  // A GET of this page leads to the sign-in page, and from there back to this page.
  const leave = () => location.assign(location.pathname);
  const look = () => {
    clearTimeout(timer);
    const idleForMs = Date.now() - lastVisitMs();
    if (idleForMs >= idleMs + marginMs) return leave();
    if (idleForMs >= idleMs - aheadMs) {
      if (!expiry.open) expiry.showModal();
      timer = setTimeout(look, idleMs + marginMs - idleForMs);
    } else {
      if (expiry.open) expiry.close();
      timer = setTimeout(look, idleMs - aheadMs - idleForMs);
    }
  };
  const keep = async () => {
    try {
      const answer = await fetch(expiry.dataset.keep, { cache: 'no-store' });
      if (answer.status !== 204) return leave();
      noteVisit();
      expiry.close();
      look();
    } catch {
      // No network now: the warning stays, and the button can be pressed again.
    }
  };
  document.getElementById('session-keep').addEventListener('click', keep);
  // Escape closes a dialog; here it means the same as its button.
  expiry.addEventListener('cancel', (event) => { event.preventDefault(); keep(); });
  addEventListener('storage', look);
  noteVisit();
  look();
}
`;
