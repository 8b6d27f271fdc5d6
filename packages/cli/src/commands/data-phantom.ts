import {
  generatePhantomCT2,
  IMAGE_FORMATS,
  type ImageWriteFormat,
  type PhantomCt2Summary,
} from '@omnict/phantom';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { jsonOption, numberList, positiveInteger } from '../options';
import { type Output, printResult } from '../output';
import { stopOnInterrupt } from '../stop-on-interrupt';

interface Counts {
  slices: number;
  volumes: number;
}

interface PhantomCommandOptions {
  out: string;
  seed: number;
  train: Counts;
  validation: Counts;
  test: Counts;
  size: [number, number, number];
  format: ImageWriteFormat;
  questionsPerVolume: number;
  questionsPerSlice: number;
  followUps: number;
  workers?: number;
  json?: boolean;
}

const NONE: Counts = { slices: 0, volumes: 0 };

/** `omnict data phantom`: a PhantomCT 2 dataset. */
export function defineDataPhantom(command: Command, output: Output): void {
  command
    .requiredOption('--out <folder>', 'folder of the dataset; a stopped run goes on there')
    .option('--seed <number>', 'equal seeds give equal files', wholeNumber, 1)
    .option('--train <counts>', 'images, for instance slices=400,volumes=160', counts, NONE)
    .option('--validation <counts>', 'images of the validation split', counts, NONE)
    .option('--test <counts>', 'images of the test split', counts, NONE)
    .option('--size <D,H,W>', 'voxels of a volume', numberList(3), [32, 128, 128])
    .addOption(
      new Option('--format <name>', 'file format of images')
        .choices(IMAGE_FORMATS)
        .default('nifti'),
    )
    .option('--questions-per-volume <count>', 'questions about a volume', positiveInteger, 8)
    .option('--questions-per-slice <count>', 'questions about a slice', positiveInteger, 3)
    .option('--follow-ups <share>', 'share of volumes with an earlier scan', share, 0.25)
    .option('--workers <count>', 'threads; default: one a core', positiveInteger)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  omnict data phantom --out phantom --seed 1 --train slices=100,volumes=40 --test slices=50,volumes=20 --format dicom',
    )
    .action(async ({ out, workers, json, ...config }: PhantomCommandOptions) => {
      const { signal, dispose } = stopOnInterrupt(output);
      const summary = await generatePhantomCT2({
        folder: out,
        config,
        workers,
        signal,
        onProgress: (done, total) => showProgress(output, done, total),
      }).finally(dispose);
      printResult(output, summary, { json, text: () => text(summary) });
    });
}

function text({ folder, images, questions, reused, records }: PhantomCt2Summary): string {
  const again = reused === 0 ? '' : `, ${reused} of them were there already`;
  return `${folder}: ${images} images${again}; ${questions} questions in ${records}`;
}

function showProgress({ err, isTerminal }: Output, done: number, total: number): void {
  if (isTerminal) err(`\r${done} / ${total} images${done === total ? '\n' : ''}`);
}

/** Parses `slices=10,volumes=4`. */
function counts(value: string): Counts {
  const result = { ...NONE };
  for (const part of value.split(',')) {
    const match = /^(slices|volumes)=(\d+)$/.exec(part.trim());
    if (match === null) {
      throw new InvalidArgumentError(`expected slices=N,volumes=N, got '${value}'`);
    }
    result[match[1] as keyof Counts] = Number(match[2]);
  }
  return result;
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && value.trim() !== '') return number;
  throw new InvalidArgumentError(`expected a whole number, got '${value}'`);
}

function share(value: string): number {
  const number = Number(value);
  if (number >= 0 && number <= 1 && value.trim() !== '') return number;
  throw new InvalidArgumentError(`expected a share from 0 to 1, got '${value}'`);
}
