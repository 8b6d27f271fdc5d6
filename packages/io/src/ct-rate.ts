import { FormatError, MissingDataError } from '@omnict/core';
import { parse } from 'csv-parse/sync';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { NiftiImage, RawImage } from './nifti/read-nifti';
import { rescaled } from './stored-values';

/** What CT-RATE's metadata table says of one volume. */
export interface CtRateRow {
  slope: number;
  intercept: number;
  /** `[z, y, x]` mm; undefined where the table leaves it out. */
  spacing: readonly [number, number, number] | undefined;
}

/** Rows by `VolumeName`, such as `valid_1_a_1.nii.gz`. */
export type CtRateMetadata = ReadonlyMap<string, CtRateRow>;

/**
 * Reads CT-RATE's `metadata/*_metadata.csv`. Only names of volumes, rescaling and spacing are kept.
 *
 * @throws MissingDataError when the file is not there, FormatError when columns are missing
 * @see https://huggingface.co/datasets/ibrahimhamamci/CT-RATE
 */
export async function readCtRateMetadata(path: string): Promise<CtRateMetadata> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new MissingDataError(
      `${path}: cannot be read; expected CT-RATE's metadata table; check the path`,
      { cause: error },
    );
  });
  const [header = [], ...rows] = rowsOf(path, text);
  const column = (name: string): number => header.indexOf(name);
  const [name, slope, intercept] = ['VolumeName', 'RescaleSlope', 'RescaleIntercept'].map(column);
  if (
    name === undefined ||
    slope === undefined ||
    intercept === undefined ||
    Math.min(name, slope, intercept) < 0
  ) {
    throw new FormatError(
      `${path}: columns are ${header.slice(0, 5).join(', ')}, ...; expected VolumeName, RescaleSlope and RescaleIntercept among them; give CT-RATE's metadata table`,
    );
  }
  const at = { xy: column('XYSpacing'), z: column('ZSpacing') };
  return new Map(
    rows.map((row) => [
      row[name] ?? '',
      {
        slope: numberOr(row[slope], 1),
        intercept: numberOr(row[intercept], 0),
        spacing: spacingOf(row[at.xy], row[at.z]),
      },
    ]),
  );
}

function rowsOf(path: string, text: string): string[][] {
  try {
    return parse(text, {
      bom: true,
      relaxColumnCount: true,
      relaxQuotes: true,
      skipEmptyLines: true,
    });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new FormatError(
      `${path}: is no table of commas (${problem}); expected CT-RATE's metadata table; fetch it again`,
      { cause: error },
    );
  }
}

/**
 * Brings a CT-RATE volume to HU by the table: the files hold stored values without slope and
 * intercept. Files that rescale themselves stay as they are.
 */
export function rescaleCtRate(
  image: NiftiImage,
  { path, metadata }: { path: string; metadata: CtRateMetadata },
): { image: RawImage; warnings: string[] } {
  const row = metadata.get(basename(path));
  const { warnings } = image;
  if (row === undefined) {
    return { image, warnings: [...warnings, "not in CT-RATE's metadata: values taken as HU"] };
  }
  if (image.isScaled) {
    return {
      image,
      warnings: [...warnings, "the file rescales itself: CT-RATE's metadata unused"],
    };
  }
  if (isFixed(path) || isHounsfieldAlready(image.data, row)) {
    return {
      image,
      warnings: [
        ...warnings,
        "values are HU already, as in the second version of CT-RATE: its metadata's rescaling was not applied",
      ],
    };
  }
  const data = rescaled(image.data, row.slope, row.intercept);
  return { image: { ...image, data, ...gridOf(image, row, warnings) }, warnings };
}

/** The second version of CT-RATE, in HU, lies in folders such as `train_fixed`. */
function isFixed(path: string): boolean {
  return /(^|[\\/])(train|valid|validation)_fixed[\\/]/.test(resolve(path));
}

/** Values that air has, HU: every chest CT is surrounded by it. */
const AIR_HU = { least: -1150, most: -850 } as const;

/** True when more voxels are air as they are than after rescaling. */
function isHounsfieldAlready(data: ArrayLike<number>, { slope, intercept }: CtRateRow): boolean {
  let [before, after] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    const stored = data[i] as number;
    const value = slope * stored + intercept;
    if (stored >= AIR_HU.least && stored <= AIR_HU.most) before++;
    if (value >= AIR_HU.least && value <= AIR_HU.most) after++;
  }
  return before > after;
}

/** Spacing of the table where the file has none of its own, only voxels of 1 mm. */
function gridOf(
  { spacing }: NiftiImage,
  row: CtRateRow,
  warnings: string[],
): Partial<Pick<RawImage, 'spacing'>> {
  if (row.spacing === undefined || spacing.some((size) => size !== 1)) return {};
  warnings.push("spacing taken from CT-RATE's metadata");
  return { spacing: row.spacing };
}

/** `XYSpacing` is a list in a string, `[0.34, 0.34]`. */
function spacingOf(xy: string | undefined, z: string | undefined): CtRateRow['spacing'] {
  const [x, y] = (xy ?? '').replace(/[[\]]/g, '').split(',').map(Number);
  const depth = Number(z === '' ? NaN : z);
  const all = [depth, y, x];
  return all.every((size) => size !== undefined && Number.isFinite(size) && size > 0)
    ? (all as [number, number, number])
    : undefined;
}

function numberOr(text: string | undefined, fallback: number): number {
  const value = Number(text);
  return text === undefined || text.trim() === '' || !Number.isFinite(value) ? fallback : value;
}
