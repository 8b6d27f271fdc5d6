import { readVolume, segment, type SegmentOptions, writeNifti } from '@omnict/io';
import { type Command, Option } from 'commander';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';
import { addReadOptions, type ReadFlags, readOptions } from '../read-options';

interface SegmentFlags extends ReadFlags {
  out: string;
  method: NonNullable<SegmentOptions['method']>;
  fast?: boolean;
  json?: boolean;
}

/** `omnict segment`: organ labels of a CT image. */
export function defineSegment(command: Command, output: Output): void {
  command
    .argument('<ct>', 'image file, DICOMDIR, or folder with one series')
    .requiredOption('--out <file.nii.gz>', 'label map to write')
    .addOption(
      new Option('--method <name>', 'auto: TotalSegmentator where it is installed')
        .choices(['auto', 'TotalSegmentator', 'coarse'])
        .default('auto'),
    )
    .option('--fast', "TotalSegmentator's faster model on a grid of 3 mm");
  addReadOptions(command)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict segment ct.nii.gz --out organs.nii.gz')
    .action(async (path: string, { out, method, fast = false, json, ...flags }: SegmentFlags) => {
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
