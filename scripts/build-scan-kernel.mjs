// Turns edi/scan/kernel.wat into edi/scan/kernel-bytes.ts. Run it after a change of the former; with `--print` it
// prints what it would write.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const source = new URL('../edi/scan/kernel.wat', import.meta.url);
const target = new URL('../edi/scan/kernel-bytes.ts', import.meta.url);

const tools = await wabt();
const module = tools.parseWat('kernel.wat', readFileSync(source, 'utf8'), { simd: true });
module.validate();
const { buffer } = module.toBinary({});
module.destroy();
const lines = Buffer.from(buffer)
  .toString('base64')
  .match(/.{1,100}/g)
  .map((line) => `  '${line}',`);
const text = `/** kernel.wat as WebAssembly, made from it by scripts/build-scan-kernel.mjs. */

const BASE64 = [
${lines.join('\n')}
].join('');

export const KERNEL_BYTES: Uint8Array = Uint8Array.from(atob(BASE64), (character) => character.charCodeAt(0));
`;
if (process.argv.includes('--print')) process.stdout.write(text);
else writeFileSync(target, text);
