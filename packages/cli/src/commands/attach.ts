import {
  EventReader,
  findRun,
  readPlan,
  type RunEvent,
  type RunFolder,
  StageCache,
  stageCosts,
} from '@omnict/pipeline';
import type { Command } from 'commander';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFailed } from '../exit-codes';
import { jsonOption, storeOption } from '../options';
import type { Output } from '../output';
import { SweepProgress } from '../sweep-progress';

/** Time between two looks at the run's events. */
const LOOK_MS = 200;

/** `omnict attach`: shows a run that another process drives, until it ends. */
export function defineAttach(command: Command, output: Output): void {
  command
    .argument('<run>', 'id of the run, or the start of it')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nWith --json: one event a line.\n\nExample:\n  omnict attach quickstart',
    )
    .action(async (id: string, { store, json }: { store: string; json?: boolean }) => {
      const run = await findRun(store, id);
      const cache = new StageCache(join(store, 'cache'));
      const progress = new SweepProgress(
        await readPlan(run.path),
        output,
        stageCosts(await cache.list()),
      );
      const show = (event: RunEvent): void => {
        if (json === true) output.out(`${JSON.stringify(event)}\n`);
        else progress.add(event);
      };
      const isComplete = await follow(run, show).finally(() => progress.end());
      if (isComplete === undefined) {
        output.err('the run has no driver any more; omnict run goes on with it\n');
      }
      if (isComplete !== true) throw new CommandFailed();
    });
}

/** @returns whether all trials were scored; undefined when the drivers vanished */
async function follow(
  run: RunFolder,
  show: (event: RunEvent) => void,
): Promise<boolean | undefined> {
  const reader = new EventReader<RunEvent>(run.eventsFile);
  let events = sinceLastStart(await reader.read());
  for (;;) {
    // Asked before reading: a driver writes its last event before it goes.
    const isDriven = (await run.livingDrivers()).length > 0;
    events.push(...(await reader.read()));
    events.forEach(show);
    const end = events.find((event) => event.type === 'end');
    if (end !== undefined) return end.complete;
    if (!isDriven) return undefined;
    events = [];
    await sleep(LOOK_MS);
  }
}

function sinceLastStart(events: RunEvent[]): RunEvent[] {
  const start = events.findLastIndex(({ type }) => type === 'start');
  return events.slice(Math.max(0, start));
}
