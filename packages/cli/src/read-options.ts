import { type Assumption, ASSUMPTIONS, readCtRateMetadata, type ReadOptions } from '@omnict/io';
import { type Command, Option } from 'commander';

/** Options of all commands that read an image. */
export interface ReadFlags {
  series?: string;
  missingSlices?: 'resample' | 'warn' | 'refuse';
  tilt?: 'shear' | 'refuse';
  ctRateMetadata?: string;
  assume?: Assumption;
}

/** Adds the options that say which image to read, and how strictly. */
export function addReadOptions(command: Command): Command {
  return command
    .option('--series <number>', 'which CT series of a DICOM folder; see inspect --list-series')
    .addOption(
      new Option(
        '--missing-slices <policy>',
        'what to do about gaps between slices; default: resample',
      ).choices(['resample', 'warn', 'refuse']),
    )
    .addOption(
      new Option('--tilt <policy>', 'what to do about a tilted gantry; default: shear').choices([
        'shear',
        'refuse',
      ]),
    )
    .option('--ct-rate-metadata <file.csv>', "CT-RATE's table of slopes and intercepts")
    .addOption(
      new Option(
        '--assume <unit>',
        'what the values are, where the file does not say or says wrongly',
      ).choices(ASSUMPTIONS),
    );
}

/** The flags as options of the reader. */
export async function readOptions(flags: ReadFlags): Promise<ReadOptions> {
  const { series, missingSlices, tilt, ctRateMetadata, assume } = flags;
  return {
    ...(series === undefined ? {} : { series }),
    ...(missingSlices === undefined ? {} : { onMissingSlice: missingSlices }),
    ...(tilt === undefined ? {} : { onTilt: tilt }),
    ...(assume === undefined ? {} : { assume }),
    ...(ctRateMetadata === undefined ? {} : { ctRate: await readCtRateMetadata(ctRateMetadata) }),
  };
}
