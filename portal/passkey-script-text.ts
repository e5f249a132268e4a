// The script of the pages that make or use a passkey, beside @simplewebauthn/browser's own. A passkey is the one thing
// in the portal that cannot be done without script.

export const passkeyScriptText = `'use strict';
const form = document.querySelector('form[data-passkey]');
if (form) {
  const said = document.getElementById('passkey-said');
  const button = form.querySelector('button[type="submit"]');
  const reasons = {
    NotAllowedError: 'The browser stopped, or it took too long. Try again, or use another way.',
    InvalidStateError: 'This device holds a passkey for you already. Use another device, or go back.',
    SecurityError: 'The browser does not allow passkeys at this address. Use another way.',
  };
  const answer = (options) =>
    form.dataset.passkey === 'make'
      ? SimpleWebAuthnBrowser.startRegistration({ optionsJSON: options })
      : SimpleWebAuthnBrowser.startAuthentication({ optionsJSON: options });
  form.addEventListener('submit', async (event) => {
    if (form.elements.passkey.value !== '') return;
    event.preventDefault();
    button.disabled = true;
    said.textContent = '';
    try {
      form.elements.passkey.value = JSON.stringify(await answer(JSON.parse(form.dataset.options)));
      form.submit();
    } catch (error) {
      said.textContent = reasons[error.name] || 'The browser could not use a passkey here. Use another way.';
      button.disabled = false;
    }
  });
}
`;
