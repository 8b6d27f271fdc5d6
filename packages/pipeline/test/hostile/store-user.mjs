/**
 * @file A user of a shared store, as a process of its own: `node store-user.mjs JSON`. Runs tasks of the tests' stages
 * and looks after the cache, as asked, and prints what came of it. Imports the build.
 */
import {
  JobFolders,
  LocalLauncher,
  planSweep,
  pruneCache,
  runPlan,
  StageCache,
  verifyCache,
} from '@omnict/pipeline';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stages } from '../stages-for-tests.mjs';

const { store, actions, counts, jobs } = JSON.parse(process.argv[2]);
process.umask(0o077); // as careful users have it
const cache = new StageCache(join(store, 'cache'));
const config = (to) => ({ data: { to }, model: { factor: 1 }, engine: 'cpu' });
const trials = counts.map((to) => ({ name: `t${to}`, axes: {}, seed: 0, config: config(to) }));
const plan = await planSweep(trials, stages.slice(0, 1), { cache });

async function run() {
  const launcher = new LocalLauncher({
    entry: [fileURLToPath(new URL('../worker-for-tests.mjs', import.meta.url))],
    maxParallel: 1,
  });
  const components = [fileURLToPath(new URL('../stages-for-tests.mjs', import.meta.url))];
  const results = await runPlan(plan, {
    cache,
    launcher,
    jobs: new JobFolders(jobs, { cacheFolder: cache.folder, components }),
    resourcesOf: () => ({ cpus: 1 }),
    retries: { failed: 0, mistake: 0, timeout: 0, preempted: 0, oom: 0 },
    signal: new AbortController().signal,
  });
  await launcher.close();
  return plan.tasks.map(({ key }) => results.get(key));
}

const known = {
  run,
  plan: () => plan.tasks.map(({ key }) => key),
  verify: () => verifyCache(cache),
  prune: () => pruneCache(cache, { all: true }),
};
const answers = {};
for (const action of actions) {
  try {
    answers[action] = await known[action]();
  } catch (error) {
    answers[action] = error.message;
  }
}
console.log(JSON.stringify(answers));
