/**
 * @file `npm test`: set-up, then all tests of all packages through Nx, ending in one line of totals.
 * Arguments go to Nx, for instance `-- --skip-nx-cache` or `-- --projects=@omnict/io`.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap, NX, NX_ENVIRONMENT, runMain } from './bootstrap.mjs';
import { linkOnnxRuntime } from './onnxruntime.mjs';
import { ROOT, runInTerminal } from './steps.mjs';

const PROJECTS = [
  'tools',
  ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`),
];

/** The project whose tests take as long as all others'. */
const SLOWEST = 'omnict';

await runMain(async () => {
  await bootstrap();
  await linkOnnxRuntime();
  for (const project of PROJECTS) rmSync(resultsOf(project), { force: true });
  const args = process.argv.slice(2);
  const isPartial = args.some((arg) => /^(-p|--projects|--exclude)/.test(arg));
  // The command's tests wait for schedulers and processes half of their time: the other packages' run
  // beside them.
  const lanes = isPartial
    ? [['--parallel=1']]
    : [
        ['--parallel=1', `--projects=${SLOWEST}`],
        ['--parallel=2', `--exclude=${SLOWEST}`],
      ];
  const codes = await Promise.all(lanes.map((lane) => runTests([...lane, ...args])));
  return report(Math.max(...codes), isPartial);
});

/** Each project runs its files on all cores. @param {string[]} args @returns exit code */
function runTests(args) {
  return runInTerminal(
    process.execPath,
    // Built already: Nx would put each package's output in place again while others read it.
    [NX, 'run-many', '-t', 'test', '--excludeTaskDependencies', '--outputStyle=stream', ...args],
    { env: NX_ENVIRONMENT },
  );
}

/** @param {string} project */
function resultsOf(project) {
  return join(ROOT, project, 'test-results.json');
}

/** Why a test failed, in a few lines at most. @param {string[] | undefined} messages */
function shortened(messages = []) {
  return messages.join('\n').slice(0, 600).trim().replaceAll('\n', '\n  ');
}

/** @param {number} nxCode @param {boolean} isPartial @returns exit code */
function report(nxCode, isPartial) {
  let [passed, failed] = [0, 0];
  const failures = [];
  const skipped = [];
  for (const project of PROJECTS) {
    if (!existsSync(resultsOf(project))) {
      if (isPartial) continue;
      failed++;
      failures.push(`${project}: left no results`);
      continue;
    }
    const { testResults } = JSON.parse(readFileSync(resultsOf(project), 'utf8'));
    for (const { name, message, assertionResults, status } of testResults) {
      if (status === 'failed' && assertionResults.length === 0) {
        failed++;
        failures.push(`${name}: ${message}`);
      }
      for (const { fullName, status: result, failureMessages } of assertionResults) {
        if (result === 'passed') passed++;
        else if (result === 'failed') {
          failed++;
          failures.push(`${project}: ${fullName}\n  ${shortened(failureMessages)}`);
        } else skipped.push(`${project}: ${fullName}`);
      }
    }
  }
  for (const line of skipped) console.log(`skipped ${line}`);
  for (const line of failures) console.log(`FAILED ${line}`);
  if (skipped.length > 0) console.log(`${skipped.length} skipped`);
  if (nxCode !== 0 && failed === 0) {
    failed++;
    console.log(`FAILED nx ended with code ${nxCode}`);
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
