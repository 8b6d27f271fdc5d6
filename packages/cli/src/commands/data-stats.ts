import {
  readRecords,
  type RecordStatistics,
  recordStatistics,
  statisticsPlots,
} from '@omnict/data';
import { writeFileAtomic } from '@omnict/core';
import type { Command } from 'commander';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { countLines } from '../data-text';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';

/** `omnict data stats`: how records divide, as Figures 1(a) and 3 of the paper. */
export function defineDataStats(command: Command, output: Output): void {
  command
    .argument('<records>', 'records file (JSON Lines)')
    .option('--plots <folder>', 'write overview.svg and distribution.svg there')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict data stats records.jsonl --plots figures')
    .action(async (path: string, { plots, json }: { plots?: string; json?: boolean }) => {
      const statistics = await recordStatistics(readRecords(path));
      const files: string[] = [];
      if (plots !== undefined) {
        await mkdir(plots, { recursive: true });
        for (const [name, svg] of Object.entries(await statisticsPlots(statistics))) {
          const file = join(plots, `${name}.svg`);
          await writeFileAtomic(file, Buffer.from(svg));
          files.push(file);
        }
      }
      printResult(output, { ...statistics, plots: files }, { json, text: () => text(statistics) });
      if (json !== true) for (const file of files) output.out(`${file}\n`);
    });
}

function text(statistics: RecordStatistics): string {
  const { records, images, patients, questionsPerImage } = statistics;
  const named = patients === 0 ? '' : `, ${patients} patients`;
  return [
    `${records} records, ${images} images${named}; ${questionsPerImage.toFixed(1)} questions an image`,
    ...countLines('task types', statistics.taskTypes),
    ...countLines('categories', statistics.categories),
    ...countLines('organs', statistics.organs),
    ...countLines('modality', statistics.modality),
    ...countLines('sources', statistics.sources),
    ...countLines('splits', statistics.splits),
  ].join('\n');
}
