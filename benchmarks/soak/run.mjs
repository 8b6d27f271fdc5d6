/**
 * @file Thousands of training steps of a compiled model in a process of its own: memory must stay
 * flat, and the process must live. Usage: npm run bench -- soak [STEPS] [PRECISION ...]
 *
 * The worker runs batches of changing length, reads weights between steps and evaluates in between, so that
 * variables keep moving in and out of graphs. `ulimit -c unlimited` before it keeps a core dump
 * should it crash; the signal is reported either way.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [steps = '5000', ...precisions] = process.argv.slice(2);
/** Growth between the first and the last tenth that is still called flat, MiB. */
const ALLOWED_GROWTH_MIB = 40;

let failed = false;
for (const precision of precisions.length > 0 ? precisions : ['f32', 'bf16']) {
  const worker = fileURLToPath(new URL('./worker.mjs', import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [worker, steps, precision],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  if (status !== 0) {
    failed = true;
    console.log(`${precision}: died (${signal ?? `code ${status}`})\n${stderr.slice(-2000)}`);
    continue;
  }
  const { memory, tensors, firstLoss, lastLoss, seconds } = JSON.parse(
    stdout.trim().split('\n').at(-1),
  );
  const growth = memory.at(-1) - memory[0];
  const isFlat = growth <= ALLOWED_GROWTH_MIB && tensors[0] === tensors.at(-1);
  failed ||= !isFlat || !(lastLoss < firstLoss);
  console.log(
    `${precision}: ${steps} steps in ${seconds} s, ${isFlat ? 'flat' : 'GROWS'}: ${memory[0]} to ${memory.at(-1)} MiB, ${tensors[0]} to ${tensors.at(-1)} tensors, loss ${firstLoss.toFixed(3)} to ${lastLoss.toFixed(3)}`,
  );
}
process.exit(failed ? 1 : 0);
