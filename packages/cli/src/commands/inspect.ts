import { inspect, listSeries, type SeriesFacts } from '@omnict/io';
import type { Command } from 'commander';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';
import { addReadOptions, type ReadFlags, readOptions } from '../read-options';

interface InspectOptions extends ReadFlags {
  listSeries?: boolean;
  json?: boolean;
}

/** `omnict inspect`: what a CT file or folder holds. */
export function defineInspect(command: Command, output: Output): void {
  command
    .argument('<ct>', 'image file, DICOMDIR, or folder with one series')
    .option('--list-series', 'list the DICOM series there instead');
  addReadOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  omnict inspect ct.nii.gz\n  omnict inspect FOLDER --list-series\n  omnict inspect FOLDER --series 2 --json',
    )
    .action(async (path: string, { json, listSeries: isList, ...flags }: InspectOptions) => {
      if (isList === true) {
        const series = await listSeries(path);
        printResult(output, series, { json, text: () => series.map(line).join('\n') });
        return;
      }
      const facts = await inspect(path, await readOptions(flags));
      printResult(output, facts, {
        json,
        text: () =>
          Object.entries(facts)
            .map(([name, value]) => `${name.padEnd(14)} ${plain(value)}`)
            .join('\n'),
      });
    });
}

function line({ series, modality, slices, rows, columns, ...rest }: SeriesFacts): string {
  const size = `${slices} slices of ${columns} x ${rows}, ${rest.sliceThicknessMm} mm thick`;
  const reason = rest.refused === undefined ? '' : `  (refused: ${rest.refused})`;
  return `${(series ?? '-').padEnd(4)} ${modality.padEnd(4)} ${size}${reason}`;
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(plain).join(', ');
  return typeof value === 'number' ? String(Number(value.toFixed(4))) : String(value);
}
