import { prepareVolume, readVolume, writeNpy } from '@omnict/io';
import type { Command } from 'commander';
import { jsonOption, numberList } from '../options';
import { type Output, printResult } from '../output';

interface PrepareOptions {
  out: string;
  window: [number, number];
  size: [number, number, number];
  json?: boolean;
}

/** `omnict prepare`: CT as the encoder sees it. */
export function addPrepareCommand(program: Command, output: Output): void {
  program
    .command('prepare')
    .description('window and resample a CT image to an array of float32 in [-1, 1]')
    .argument('<ct>', 'image file, or folder with one series')
    .requiredOption('--out <file.npy>', 'file to write')
    .option('--window <low,high>', 'Hounsfield window', numberList(2), [-1000, 1000])
    .option('--size <D,H,W>', 'depth, height, width', numberList(3), [32, 384, 384])
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  omnict prepare ct.nii.gz --out ct.npy --window -1000,1000 --size 32,384,384',
    )
    .action(async (path: string, { out, window, size, json }: PrepareOptions) => {
      const { volume, warnings } = await readVolume(path);
      for (const warning of warnings) output.err(`warning: ${warning}\n`);
      const modality = volume.shape[0] === 1 ? 'slice' : 'volume';
      const prepared = prepareVolume(volume, { window, size, modality });
      await writeNpy(out, prepared);
      const result = { out, modality, shape: prepared.shape, from: volume.shape, warnings };
      printResult(output, result, {
        json,
        text: () =>
          `${out}: ${modality} ${prepared.shape.join(' x ')}, from ${volume.shape.join(' x ')}`,
      });
    });
}
