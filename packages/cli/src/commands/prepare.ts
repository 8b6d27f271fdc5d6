import {
  type BatchProgress,
  prepareFiles,
  prepareImage,
  type PrepareSettings,
  type ResultNames,
} from '@omnict/io';
import { formatSeconds } from '@omnict/report';
import { type Command, Option } from 'commander';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { CommandFailed } from '../exit-codes';
import { jsonOption, numberList, positiveInteger } from '../options';
import { type Output, printResult } from '../output';
import { addReadOptions, type ReadFlags, readOptions } from '../read-options';

interface PrepareOptions extends ReadFlags {
  out: string;
  window: [number, number];
  size: [number, number, number];
  antialias?: boolean;
  float16?: boolean;
  workers: number;
  names: ResultNames;
  json?: boolean;
}

/** `omnict prepare`: CT as the encoder sees it. */
export function definePrepare(command: Command, output: Output): void {
  command
    .argument('<ct>', 'image file or series; folder tree or record file (.jsonl) for many')
    .requiredOption('--out <path>', 'file.npy to write; a folder for many images')
    .option('--window <low,high>', 'Hounsfield window', numberList(2), [-1000, 1000])
    .option('--size <D,H,W>', 'depth, height, width', numberList(3), [32, 384, 384])
    .option('--antialias', 'average over the new voxels when shrinking')
    .option('--float16', 'write half precision')
    .addOption(
      new Option(
        '--names <how>',
        'of many results: as the images, or digests that name no patient, with the map in file-names.jsonl',
      )
        .choices(['keep', 'digest'])
        .default('keep'),
    )
    .option(
      '--workers <count>',
      'threads for many images',
      positiveInteger,
      Math.max(1, availableParallelism()),
    );
  addReadOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      [
        '\nExample:',
        '  omnict prepare ct.nii.gz --out ct.npy --window -1000,1000 --size 32,384,384',
        '  omnict prepare SCANS --out PREPARED --workers 4',
        '  omnict prepare records.jsonl --out PREPARED',
        '\nMany images: what an earlier run made is left alone; failures.json in the folder says what',
        'could not be prepared, and stops no other image.',
      ].join('\n'),
    )
    .action(async (path: string, options: PrepareOptions) => {
      const { window, size, antialias, float16 } = options;
      const read = await readOptions(options);
      const settings = { window, size, antialias, float16, read };
      if (extname(options.out).toLowerCase() === '.npy') {
        await prepareOne(path, { settings, options, output });
      } else await prepareMany(path, { settings, options, output });
    });
}

interface Task {
  settings: PrepareSettings;
  options: PrepareOptions;
  output: Output;
}

async function prepareOne(path: string, { settings, options, output }: Task): Promise<void> {
  const { out, json } = options;
  const prepared = await prepareImage(path, { out, settings });
  const { modality, shape, from, warnings } = prepared;
  for (const warning of warnings) output.err(`warning: ${warning}\n`);
  printResult(
    output,
    { out, modality, shape, from, warnings },
    { json, text: () => `${out}: ${modality} ${shape.join(' x ')}, from ${from.join(' x ')}` },
  );
}

async function prepareMany(path: string, { settings, options, output }: Task): Promise<void> {
  const { out, json, workers, names } = options;
  const result = await prepareFiles(path, {
    ...settings,
    out,
    workers,
    names,
    onProgress: progressReporter(output),
  });
  const { total, prepared, skipped, failures, leftOut, warnings, constant } = result;
  for (const text of leftOut) output.err(`left out: ${text}\n`);
  for (const { warning, images } of warnings) output.err(`warning: ${images} images: ${warning}\n`);
  if (constant.length > 0) {
    output.err(`warning: ${constant.length} images show nothing; see ${out}/constant.json\n`);
  }
  printResult(output, result, {
    json,
    text: () =>
      `${out}: ${prepared} prepared, ${skipped} there already, ${failures.length} failed of ${total}`,
  });
  if (failures.length > 0) {
    throw new CommandFailed(
      `${failures.length} of ${total} images failed; see ${out}/failures.json`,
    );
  }
}

/** Least time between two lines of progress. */
const REPORT_MS = 2000;

/** One line of progress every two seconds, and one at the end. */
function progressReporter(output: Output): (progress: BatchProgress) => void {
  let reported = performance.now();
  return ({ done, total, failed, secondsLeft }) => {
    const now = performance.now();
    if (now - reported < REPORT_MS && done < total) return;
    reported = now;
    const rest = secondsLeft === undefined ? '' : `, ${formatSeconds(secondsLeft)} left`;
    output.err(`${done} of ${total} images, ${failed} failed${done < total ? rest : ''}\n`);
  };
}
