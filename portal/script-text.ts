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
`;
