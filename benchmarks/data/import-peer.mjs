/**
 * @file What there is to do at least: parse the same rows and write each as a line, with no check and
 * no mapping. JSON as a whole by JSON.parse, CSV by csv-parse. Usage: import-peer.mjs FILE OUT
 */
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { URL } from 'node:url';

const [file, out] = process.argv.slice(2);
const require = createRequire(new URL('../../packages/data/package.json', import.meta.url));
const start = performance.now();
const stream = createWriteStream(out);
let rows = 0;
const write = async (row) => {
  rows++;
  if (!stream.write(`${JSON.stringify(row)}\n`)) await once(stream, 'drain');
};
if (file.endsWith('.json'))
  for (const row of JSON.parse(readFileSync(file, 'utf8'))) await write(row);
else {
  const { parse } = require('csv-parse');
  for await (const row of createReadStream(file).pipe(parse({ columns: true }))) await write(row);
}
stream.end();
await once(stream, 'finish');
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ rows, seconds, peakMiB: process.resourceUsage().maxRSS / 1024 }));
