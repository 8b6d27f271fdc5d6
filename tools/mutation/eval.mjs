/**
 * @file Breaks each metric of @omnict/eval on purpose and checks that a test fails.
 *
 * Usage: node tools/mutation/eval.mjs [part of a file's name]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MUTATIONS } from './mutations.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const PACKAGE = join(HERE, '..', '..', 'packages', 'eval');
const wanted = process.argv[2] ?? '';

let survived = 0;
let tried = 0;
for (const [index, { file, find, replace, tests }] of MUTATIONS.entries()) {
  if (!file.includes(wanted)) continue;
  tried++;
  const change = `${file}: '${find}' to '${replace}'`;
  if (!readFileSync(join(PACKAGE, file), 'utf8').includes(find)) {
    console.log(`outdated  ${change}`);
    survived++;
    continue;
  }
  const { status, stdout } = spawnSync(
    'npx',
    ['vitest', 'run', '--config', join(HERE, 'vitest.config.mjs'), ...tests.split(' ')],
    { cwd: PACKAGE, encoding: 'utf8', env: { ...process.env, OMNICT_MUTATION: String(index) } },
  );
  // A mutation that does not compile proves nothing: some test must have run and failed.
  const isNoticed = status !== 0 && /Tests .*\d+ failed/.test(stdout);
  console.log(`${isNoticed ? 'noticed ' : 'SURVIVED'}  ${change}`);
  if (!isNoticed) survived++;
}
console.log(`${tried} mutations, ${survived} not noticed`);
process.exitCode = survived === 0 && tried > 0 ? 0 : 1;
