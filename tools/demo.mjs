/** @file `npm run demo`: set-up, then the paper's Table 1 on PhantomCT. Arguments are overrides. */
import { join } from 'node:path';
import { bootstrap, runMain } from './bootstrap.mjs';
import { ROOT, runInTerminal } from './steps.mjs';

await runMain(async () => {
  await bootstrap();
  const main = join(ROOT, 'packages', 'cli', 'dist', 'main.js');
  return runInTerminal(process.execPath, [
    main,
    'run',
    join('experiments', 'quickstart.yaml'),
    ...process.argv.slice(2),
  ]);
});
