/**
 * @file `npm run bench`: lists the benchmarks; `npm run bench -- NAME [ARGUMENTS]` makes the Python of its peer,
 * runs both sides and prints the table. Arguments go to the benchmark's script.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { BENCHMARKS, catalogText } from './bench/catalog.mjs';
import { pythonWith } from './bench/python.mjs';
import { runMain } from './bootstrap.mjs';
import { linkOnnxRuntime } from './onnxruntime.mjs';
import { ROOT, runInTerminal, StepError } from './steps.mjs';

await runMain(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === '--help') {
    process.stdout.write(catalogText());
    return 0;
  }
  const benchmark = BENCHMARKS[name];
  if (benchmark === undefined) {
    throw new StepError(
      `no benchmark is called '${name}'; expected one of these:\n${catalogText()}`,
    );
  }
  if (!existsSync(join(ROOT, 'packages', 'cli', 'dist', 'main.js'))) {
    throw new StepError("the packages are not built; run 'npm run setup' first");
  }
  const { script, requirements, needsOnnx = false, cuda = false } = benchmark;
  if (needsOnnx) await linkOnnxRuntime();
  const file = requirements && join(ROOT, 'benchmarks', requirements);
  const folder = file && (await pythonWith(file, { cuda: cuda && process.env.DEVICE !== 'cpu' }));
  const env = {
    ...process.env,
    ...(folder && { PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH ?? ''}` }),
  };
  return runInTerminal(process.execPath, [join(ROOT, 'benchmarks', script), ...args], { env });
});
