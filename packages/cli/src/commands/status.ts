import { formatSeconds } from '@omnict/report';
import { runStatus, type RunStatusReport, type StageProgress } from '@omnict/pipeline';
import type { Command } from 'commander';
import { commandLine } from '../command-line';
import { jsonOption, storeArguments, storeOption } from '../options';
import { type Output, printResult } from '../output';
import { goOnText } from '../report-text';
import { taskText } from '../sweep-progress';

/** `omnict status`: how far a run has come. */
export function defineStatus(command: Command, output: Output): void {
  command
    .argument('<run>', "id of the run, or the start of it; 'latest' is the newest")
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict status quickstart')
    .action(async (id: string, { store, json }: { store: string; json?: boolean }) => {
      const status = await runStatus(store, id);
      printResult(output, status, {
        json,
        text: () =>
          [
            `${status.id} in ${status.folder}`,
            `  ${status.drivers.length === 0 ? 'nobody drives it' : `driven by ${status.drivers.map(({ pid, host }) => `${pid} on ${host.split(' ')[0] ?? ''}`).join(', ')}`}`,
            ...status.stages.map(stageLine),
            ...status.running.map((task) => `  now: ${taskText(task)}`),
            ...nextText(status, store),
          ].join('\n'),
      });
    });
}

/** What one does next about a run that nobody drives. */
function nextText({ id, drivers, stages, command }: RunStatusReport, store: string): string[] {
  if (drivers.length > 0) return [];
  const isDone = stages.every(({ running, waiting, failed }) => running + waiting + failed === 0);
  return isDone
    ? [`All is done: ${commandLine(['report', id, ...storeArguments(store)])}`]
    : goOnText(command);
}

function stageLine(progress: StageProgress): string {
  const { stage, done, running, waiting, failed, secondsLeft } = progress;
  const left =
    running + waiting === 0 || secondsLeft === undefined
      ? ''
      : `, ${formatSeconds(secondsLeft)} of work left`;
  const bad = failed === 0 ? '' : `, ${failed} failed`;
  return `  ${stage.padEnd(10)} ${done} done, ${running} running, ${waiting} waiting${bad}${left}`;
}
