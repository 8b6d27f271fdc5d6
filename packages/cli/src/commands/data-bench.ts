import { type Datasheet, renderDatasheet, writeBench } from '@omnict/data';
import { type Command, Option } from 'commander';
import { join } from 'node:path';
import { jsonOption, positiveInteger, seedOption, wholeNumber } from '../options';
import { type Output, printResult } from '../output';

interface BenchCommandOptions {
  out: string;
  slices: number;
  volumes: number;
  sliceOptions: number;
  volumeOptions: number;
  organFloor: number;
  split: 'train' | 'validation' | 'test' | 'any';
  hashImages: boolean;
  seed: number;
  json?: boolean;
}

/** `omnict data bench`: a balanced multiple-choice benchmark with its datasheet. */
export function defineDataBench(command: Command, output: Output): void {
  const splits = ['train', 'validation', 'test', 'any'];
  command
    .argument('<records...>', 'records files (JSON Lines)')
    .requiredOption('--out <folder>', 'folder for bench.jsonl, datasheet.json and datasheet.md')
    .option('--slices <count>', 'questions about slices, at most', wholeNumber, 2000)
    .option('--volumes <count>', 'questions about volumes, at most', wholeNumber, 3000)
    .option('--slice-options <count>', 'options of a slice question', positiveInteger, 6)
    .option('--volume-options <count>', 'options of a volume question', positiveInteger, 4)
    .option('--organ-floor <count>', 'questions each organ gets first', wholeNumber, 10)
    .addOption(new Option('--split <name>', 'split to choose from').choices(splits).default('test'))
    .option('--no-hash-images', 'do not read the images for their hash')
    .addOption(seedOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict data bench slake.jsonl m3d.jsonl --out bench')
    .action(async (records: string[], options: BenchCommandOptions) => {
      const { out, split, hashImages, seed, organFloor, json } = options;
      const sheet: Datasheet = await writeBench({
        records,
        out,
        split,
        hashImages,
        seed,
        organFloor,
        size: { slice: options.slices, volume: options.volumes },
        choices: { slice: options.sliceOptions, volume: options.volumeOptions },
      });
      printResult(output, sheet, {
        json,
        text: () => `${join(out, 'bench.jsonl')}\n\n${renderDatasheet(sheet)}`,
      });
    });
}
