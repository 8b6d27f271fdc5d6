import { segmentRecords, type SegmentRecordsReport } from '@omnict/data';
import { ConfigError } from '@omnict/core';
import { readVolume, segment, type SegmentOptions, writeNifti } from '@omnict/io';
import { type Command, Option } from 'commander';
import { CommandFailed } from '../exit-codes';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';
import { addReadOptions, type ReadFlags, readOptions } from '../read-options';

interface SegmentFlags extends ReadFlags {
  out: string;
  method: NonNullable<SegmentOptions['method']>;
  fast?: boolean;
  masks?: string;
  shard?: string;
  json?: boolean;
}

/** `omnict segment`: organ labels of a CT image. */
export function defineSegment(command: Command, output: Output): void {
  command
    .argument('<ct>', 'image file, DICOMDIR, folder with one series, or records file (.jsonl)')
    .requiredOption('--out <path>', 'label map to write (file.nii.gz); for records a folder')
    .addOption(
      new Option('--method <name>', 'auto: TotalSegmentator where it is installed')
        .choices(['auto', 'TotalSegmentator', 'coarse'])
        .default('auto'),
    )
    .option('--fast', "TotalSegmentator's faster model on a grid of 3 mm")
    .option('--masks <folder>', 'of records: masks made elsewhere, named as the images are')
    .option('--shard <i/n>', 'of records: only each n-th image from the i-th on');
  addReadOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      [
        '\nExample:',
        '  omnict segment ct.nii.gz --out organs.nii.gz',
        '  omnict segment records.jsonl --out ORGANS --fast',
        '\nRecords: TotalSegmentator looks for the structures that the questions are about. ORGANS gets',
        'masks, records.jsonl and failures.json; a later run goes on. Slices get no mask. Shards write',
        'masks alone: run once more without --shard at the end.',
      ].join('\n'),
    )
    .action(async (path: string, options: SegmentFlags) => {
      const { out, method, fast = false, json, masks, shard, ...flags } = options;
      if (path.toLowerCase().endsWith('.jsonl')) return segmentMany(path, { options, output });
      if (masks !== undefined || shard !== undefined) {
        throw new ConfigError('segment: --masks and --shard are for records; give a .jsonl file');
      }
      const read = await readVolume(path, await readOptions(flags));
      const result = await segment(read.volume, { method, fast, onOutput: output.err });
      const warnings = [...read.warnings, ...result.warnings];
      for (const warning of warnings) output.err(`warning: ${warning}\n`);
      const { mask } = result;
      await writeNifti(out, mask, { labelNames: true });
      const labels = Object.values(mask.labels);
      printResult(
        output,
        { out, method: result.method, shape: mask.shape, labels: mask.labels, warnings },
        {
          json,
          text: () => `${out}: ${result.method}, ${labels.length} labels (${labels.join(', ')})`,
        },
      );
    });
}

async function segmentMany(
  path: string,
  { options, output }: { options: SegmentFlags; output: Output },
): Promise<void> {
  const { out, method, fast = false, masks, shard, json } = options;
  if (method === 'coarse') {
    throw new ConfigError('segment: the coarse method finds no organs; leave --method out');
  }
  const report = await segmentRecords(path, {
    out,
    fast,
    masks,
    onOutput: output.err,
    shard: shardOf(shard),
    onProgress: (done, total) => output.err(`${done} of ${total} images\n`),
  });
  const { failures } = report;
  for (const { message } of failures) output.err(`failed: ${message}\n`);
  printResult(output, report, { json, text: () => reportText(out, report) });
  if (failures.length > 0) throw new CommandFailed(`${failures.length} images have no mask`);
}

function reportText(out: string, report: SegmentRecordsReport): string {
  const { records, made, skipped, without, failures } = report;
  return `${records ?? out}: ${made} masks made, ${skipped} there already, ${failures.length} failed, ${without} images without`;
}

/** @throws ConfigError when it is not `i/n` */
function shardOf(text: string | undefined): { index: number; count: number } | undefined {
  if (text === undefined) return undefined;
  const [, i, n] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const [index, count] = [Number(i) - 1, Number(n)];
  if (index >= 0 && index < count) return { index, count };
  throw new ConfigError(`segment: --shard '${text}'; expected i/n with i from 1 to n; correct it`);
}
