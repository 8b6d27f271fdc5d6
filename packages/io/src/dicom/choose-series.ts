import { ConfigError, MissingDataError, UnsupportedError } from '@omnict/core';
import type { SliceHeader } from './slice-header';

/** Files of one CT series, and remarks about what was left out. */
export interface ChosenSeries {
  slices: SliceHeader[];
  warnings: string[];
}

/** A series found in a folder; nothing about the patient. */
export interface SeriesFacts {
  /** What to give as `series` to read it; undefined for what is no CT series. */
  series: string | undefined;
  modality: string;
  slices: number;
  rows: number;
  columns: number;
  sliceThicknessMm: number;
  /** Why it cannot be read as CT; undefined when it can. */
  refused: string | undefined;
}

/**
 * Picks the CT series of a folder: scouts, other modalities, colour and files without pixels are left
 * out.
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
  const images = headers.filter(hasPixels);
  if (images.length === 0) {
    throw new MissingDataError(
      `${path}: ${headers.length} DICOM files without pixels; expected CT slices; these are reports or references to images`,
    );
  }
  const slices = images.filter((header) => refusal(header) === undefined);
  if (slices.length === 0) throw notCt(path, images);
  const warnings: string[] = [];
  if (slices.length < headers.length) {
    const reasons = [...new Set(headers.map(refusal).filter((reason) => reason !== undefined))];
    warnings.push(
      `${headers.length - slices.length} files that are no CT slices were left out (${reasons.join(', ')})`,
    );
  }
  const series = groupBySeries(slices);
  const [only] = series;
  const chosen = wanted === undefined ? undefined : series[Number(wanted) - 1];
  if (chosen !== undefined) return { slices: chosen, warnings };
  if (wanted === undefined && series.length === 1 && only !== undefined) {
    return { slices: only, warnings };
  }
  const list = series.map((members, index) => `${index + 1}: ${describe(members)}`).join('; ');
  throw new ConfigError(
    `${path}: ${series.length} CT series; expected one${wanted === undefined ? '' : `, and '${wanted}' is none of them`}; choose with the series option: ${list}`,
  );
}

/** All series of a folder: those that can be chosen first, then the others with the reason. */
export function seriesFacts(headers: readonly SliceHeader[]): SeriesFacts[] {
  const readable = groupBySeries(headers.filter((header) => refusal(header) === undefined));
  const others = groupBySeries(headers.filter((header) => refusal(header) !== undefined));
  return [...readable, ...others].flatMap((members, index) => {
    const [first] = members;
    if (first === undefined) return [];
    return {
      series: index < readable.length ? String(index + 1) : undefined,
      modality: first.modality,
      slices: members.length,
      rows: first.file.rows,
      columns: first.file.columns,
      sliceThicknessMm: first.sliceThickness,
      refused: refusal(first),
    };
  });
}

/** Why a file is no CT slice; undefined when it is one. */
function refusal(header: SliceHeader): string | undefined {
  if (header.modality !== 'CT') return `modality ${header.modality || 'unknown'}`;
  if (!hasPixels(header)) return 'without pixels';
  if (header.isLocalizer) return 'scout';
  return header.file.samplesPerPixel === 1 ? undefined : 'colour';
}

function hasPixels({ file }: SliceHeader): boolean {
  return file.pixels !== undefined && file.rows > 0 && file.columns > 0;
}

function notCt(path: string, images: readonly SliceHeader[]): UnsupportedError {
  const modalities = [...new Set(images.map(({ modality }) => modality || 'unknown'))].join(', ');
  const isAll = (reason: string): boolean => images.every((image) => refusal(image) === reason);
  const reason = isAll('scout')
    ? 'only scout images (localizers)'
    : isAll('colour')
      ? 'only colour images'
      : `images of modality ${modalities}`;
  return new UnsupportedError(
    `${path}: ${reason}; expected CT slices; give the folder of the CT series`,
  );
}

/** Series in order of their numbers, larger ones first where these agree. */
function groupBySeries(slices: readonly SliceHeader[]): SliceHeader[][] {
  const groups = new Map<string, SliceHeader[]>();
  for (const slice of slices) {
    const group = groups.get(slice.seriesKey);
    if (group === undefined) groups.set(slice.seriesKey, [slice]);
    else group.push(slice);
  }
  return [...groups.values()].sort(
    (a, b) => (a[0]?.seriesNumber ?? 0) - (b[0]?.seriesNumber ?? 0) || b.length - a.length,
  );
}

function describe([first, ...others]: readonly SliceHeader[]): string {
  return `${others.length + 1} slices of ${first?.file.columns} x ${first?.file.rows}, ${first?.sliceThickness} mm thick`;
}
