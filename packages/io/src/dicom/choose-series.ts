import { ConfigError, MissingDataError, UnsupportedError } from '@omnict/nn';
import type { SliceHeader } from './slice-header';

/** Files of one CT series, and remarks about what was left out. */
export interface ChosenSeries {
  slices: SliceHeader[];
  warnings: string[];
}

/**
 * Picks the CT series of a folder: scouts, other modalities and files without pixels are left out.
 *
 * @param wanted number of the series as listed by the error, from 1
 * @throws MissingDataError when there is no DICOM file with pixels, UnsupportedError when none is a
 *   CT slice, ConfigError when there are several series and none is chosen
 */
export function chooseSeries(
  path: string,
  headers: readonly SliceHeader[],
  wanted?: string,
): ChosenSeries {
  if (headers.length === 0) {
    throw new MissingDataError(
      `${path}: no DICOM file; expected a CT series; check the path or unpack the archive first`,
    );
  }
  const images = headers.filter(({ pixels, rows, columns }) => pixels && rows > 0 && columns > 0);
  if (images.length === 0) {
    throw new MissingDataError(
      `${path}: ${headers.length} DICOM files without pixels; expected CT slices; these are reports or references to images`,
    );
  }
  const slices = images.filter(({ modality, isLocalizer }) => modality === 'CT' && !isLocalizer);
  if (slices.length === 0) throw notCt(path, images);
  const warnings: string[] = [];
  if (slices.length < headers.length) {
    warnings.push(`${headers.length - slices.length} files that are no CT slices were left out`);
  }
  const series = groupBySeries(slices);
  const [only] = series;
  if (series.length === 1 && only !== undefined) return { slices: only, warnings };
  const list = series.map((members, index) => `${index + 1}: ${describe(members)}`).join('; ');
  const chosen = wanted === undefined ? undefined : series[Number(wanted) - 1];
  if (chosen !== undefined) return { slices: chosen, warnings };
  throw new ConfigError(
    `${path}: ${series.length} CT series; expected one${wanted === undefined ? '' : `, and '${wanted}' is none of them`}; choose with the series option: ${list}`,
  );
}

function notCt(path: string, images: readonly SliceHeader[]): UnsupportedError {
  const modalities = [...new Set(images.map(({ modality }) => modality || 'unknown'))].join(', ');
  const reason = images.every(({ isLocalizer }) => isLocalizer)
    ? 'only scout images (localizers)'
    : `images of modality ${modalities}`;
  return new UnsupportedError(
    `${path}: ${reason}; expected CT slices; give the folder of the CT series`,
  );
}

/** Series in order of their numbers, larger ones first where these agree. */
function groupBySeries(slices: readonly SliceHeader[]): SliceHeader[][] {
  const groups = new Map<string, SliceHeader[]>();
  for (const slice of slices) {
    groups.set(slice.seriesKey, [...(groups.get(slice.seriesKey) ?? []), slice]);
  }
  return [...groups.values()].sort(
    (a, b) => (a[0]?.seriesNumber ?? 0) - (b[0]?.seriesNumber ?? 0) || b.length - a.length,
  );
}

function describe([first, ...others]: readonly SliceHeader[]): string {
  return `${others.length + 1} slices of ${first?.columns} x ${first?.rows}`;
}
