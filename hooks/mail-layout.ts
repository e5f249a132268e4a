// How a mail's words are laid out: as plain text, and as simple HTML that loads nothing from anywhere.

import type { MailPart, MailPlace, MailWords } from './mail-words.ts';

const wide = 76;

/** Breaks words into lines; a link stays on one line, whatever its length. */
function wrap(text: string): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > wide) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function plain(part: MailPart): string {
  switch (part.kind) {
    case 'words':
      return wrap(part.text);
    case 'link':
      return `${part.text}:\n${part.url}`;
    case 'code':
      return `    ${part.code}`;
  }
}

function marked(part: MailPart): string {
  switch (part.kind) {
    case 'words':
      return `<p>${escaped(part.text)}</p>`;
    case 'link':
      return `<p><a href="${escaped(part.url)}">${escaped(part.text)}</a></p>`;
    case 'code':
      return `<p style="font-size:24px;letter-spacing:4px"><strong>${escaped(part.code)}</strong></p>`;
  }
}

/** @returns both bodies of a mail */
export function layMailOut(
  words: MailWords,
  place: Pick<MailPlace, 'siteName' | 'agencyName' | 'supportText'>,
): { readonly text: string; readonly html: string } {
  const sender = `${place.siteName}, ${place.agencyName}`;
  const help = `Need help? ${place.supportText} Never answer this mail with a password or a patient's data.`;
  const text = [...words.parts.map(plain), `-- \n${sender}\n${wrap(help)}`].join('\n\n');
  const html = [
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
    `<title>${escaped(words.subject)}</title></head>`,
    '<body style="font-family:sans-serif;font-size:16px;line-height:1.5;max-width:36em">',
    ...words.parts.map(marked),
    `<hr><p>${escaped(sender)}<br>${escaped(help)}</p></body></html>`,
  ].join('\n');
  return { text: `${text}\n`, html };
}
