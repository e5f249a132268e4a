// Turns the WebAssembly of the X12 engine (kernel.wat) into the kernel-bytes.ts beside it. Run it after a change of one
// of them; with `--print` it prints what it would write.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const FOLDERS = ['scan', 'sure'];

const tools = await wabt();
for (const folder of FOLDERS) {
  const source = new URL(`../edi/${folder}/kernel.wat`, import.meta.url);
  const module = tools.parseWat('kernel.wat', readFileSync(source, 'utf8'), { simd: true });
  module.validate();
  const { buffer } = module.toBinary({});
  module.destroy();
  const lines = Buffer.from(buffer)
    .toString('base64')
    .match(/.{1,100}/g)
    .map((line) => `  '${line}',`);
  const text = `/** kernel.wat as WebAssembly, made from it by scripts/build-kernels.mjs. */

const BASE64 = [
${lines.join('\n')}
].join('');

export const KERNEL_BYTES: Uint8Array = Uint8Array.from(atob(BASE64), (character) => character.charCodeAt(0));
`;
  if (process.argv.includes('--print')) process.stdout.write(text);
  else writeFileSync(new URL(`../edi/${folder}/kernel-bytes.ts`, import.meta.url), text);
}
