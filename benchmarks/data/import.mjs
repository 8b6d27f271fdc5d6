/**
 * @file Import of a million generated rows: rate and peak memory, ours and the plain parser in turns.
 * Usage: npm run bench -- data-import [ROWS] [ROUNDS]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { median, runPeer } from '../peers.mjs';
import { writeRows } from './rows.mjs';

const [rows, rounds] = [Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 3)];
const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'omnict-import-'));
const run = (script, ...args) => runPeer(process.execPath, [here + script, ...args]);
const text = (results) => {
  const seconds = median(results.map((result) => result.seconds));
  const peak = Math.max(...results.map((result) => result.peakMiB));
  return `${(rows / seconds / 1000).toFixed(1)} thousand rows a second, peak ${peak.toFixed(0)} MiB`;
};

try {
  for (const source of ['slake', '3d-rad']) {
    const file = await writeRows(source, rows, join(folder, source));
    const out = join(folder, 'out.jsonl');
    const [ours, peer] = [[], []];
    for (let round = 0; round < rounds; round++) {
      ours.push(run('import-ours.mjs', source, join(folder, source), out));
      peer.push(run('import-peer.mjs', file, out));
    }
    const mib = (statSync(file).size / 2 ** 20).toFixed(0);
    const { records, problems } = ours[0];
    console.log(`${source}: ${rows} rows, ${mib} MiB, ${records} records, ${problems} problems`);
    console.log(`  omnict data import: ${text(ours)}`);
    console.log(`  plain parser:       ${text(peer)}`);
    rmSync(join(folder, source), { recursive: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
