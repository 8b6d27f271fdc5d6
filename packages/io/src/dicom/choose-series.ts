import { ConfigError, FormatError, MissingDataError, UnsupportedError } from '@omnict/core';
import { someNames } from '../files-below';
import type { FoundSlices } from './find-slices';
import { groupBySeries, type SliceGroup } from './group-series';
import type { SliceHeader } from './slice-header';
import { publicTerm } from './public-term';

/** Files of one CT series, and remarks about what was left out. */
export interface ChosenSeries {
  slices: SliceHeader[];
  /** True when it is one of several. */
  isOneOfSeveral: boolean;
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
 * Picks the CT series of a folder: scouts, screen captures, other modalities, colour and files without
 * pixels are left out.
 *
 * @param wanted number of the series as listed by the error, from 1
 * @throws MissingDataError when there is no DICOM file with pixels, UnsupportedError when none is a
 *   CT slice, ConfigError when there are several series and none is chosen, FormatError when all
 *   files are damaged
 */
export function chooseSeries(
  path: string,
  { headers, unreadable }: FoundSlices,
  wanted?: string,
): ChosenSeries {
  const problems = unreadable.map(({ problem }) => problem);
  if (headers.length === 0) throw noSlices(path, unreadable);
  const images = headers.filter(hasPixels);
  if (images.length === 0) {
    const kinds = [
      ...new Set(headers.map(({ modality }) => publicTerm(modality) || 'unknown')),
    ].join(', ');
    throw new MissingDataError(
      `${path}: ${headers.length} DICOM files without pixels, of modality ${kinds}; expected CT slices; these are reports, contours or references to images`,
    );
  }
  const refusal = refusals(headers);
  const slices = images.filter((header) => refusal(header) === undefined);
  if (slices.length === 0) throw notCt(path, images, refusal);
  const warnings = problems.length === 0 ? [] : [`left out: ${someNames(problems)}`];
  if (slices.length < headers.length) {
    const reasons = [...new Set(headers.map(refusal).filter((reason) => reason !== undefined))];
    warnings.push(
      `${headers.length - slices.length} files that are no CT slices were left out (${reasons.join(', ')})`,
    );
  }
  const series = groupBySeries(slices);
  const [only] = series;
  const chosen = wanted === undefined ? undefined : series[Number(wanted) - 1];
  const isOneOfSeveral = series.length > 1;
  if (chosen !== undefined) return { slices: chosen.slices, isOneOfSeveral, warnings };
  if (wanted === undefined && series.length === 1 && only !== undefined) {
    return { slices: only.slices, isOneOfSeveral, warnings };
  }
  const spacings = new Set(series.map(spacingOf));
  const list = series
    .map((group, index) => `${index + 1}: ${describe(group, spacings.size > 1)}`)
    .join('; ');
  throw new ConfigError(
    `${path}: ${series.length} CT series; expected one${wanted === undefined ? '' : `, and '${wanted}' is none of them`}; choose with the series option: ${list}`,
  );
}

/** All series of a folder: those that can be chosen first, then the others with the reason. */
export function seriesFacts(headers: readonly SliceHeader[]): SeriesFacts[] {
  const refusal = refusals(headers);
  const readable = groupBySeries(headers.filter((header) => refusal(header) === undefined));
  const others = groupBySeries(headers.filter((header) => refusal(header) !== undefined));
  return [...readable, ...others].flatMap(({ slices: members }, index) => {
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
type Refusal = (header: SliceHeader) => string | undefined;

/** A picture of a screen is the image only where nothing else says where it lies. */
function refusals(headers: readonly SliceHeader[]): Refusal {
  const isPlaced = ({ position }: SliceHeader): boolean => position.length > 0;
  const hasScan = headers.some(
    (header) => header.modality === 'CT' && hasPixels(header) && isPlaced(header),
  );
  return (header) => {
    if (header.modality !== 'CT') return `modality ${publicTerm(header.modality) || 'unknown'}`;
    if (!hasPixels(header)) return 'without pixels';
    if (header.isLocalizer) return 'scout';
    if (hasScan && header.isScreenCapture && !isPlaced(header)) return 'screen capture';
    return header.file.samplesPerPixel === 1 ? undefined : 'colour';
  };
}

function hasPixels({ file }: SliceHeader): boolean {
  return file.pixels !== undefined && file.rows > 0 && file.columns > 0;
}

function noSlices(path: string, unreadable: FoundSlices['unreadable']): Error {
  const damaged = unreadable.find(({ error }) => error !== undefined)?.error;
  if (damaged !== undefined) return damaged;
  const problems = unreadable.map(({ problem }) => problem);
  if (problems.length > 0) {
    return new FormatError(
      `${path}: ${someNames(problems)}; expected DICOM files of a CT series; fetch them again`,
    );
  }
  return new MissingDataError(
    `${path}: no DICOM file; expected a CT series; check the path or unpack the archive first`,
  );
}

function notCt(path: string, images: readonly SliceHeader[], refusal: Refusal): UnsupportedError {
  const modalities = [
    ...new Set(images.map(({ modality }) => publicTerm(modality) || 'unknown')),
  ].join(', ');
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

function describe(group: SliceGroup, withSpacing: boolean): string {
  const { slices, note } = group;
  const [first] = slices;
  const pixels = withSpacing ? ` of ${spacingOf(group) || 'unknown spacing'}` : '';
  return `${slices.length} slices of ${first?.file.columns} x ${first?.file.rows}${pixels}, ${first?.sliceThickness} mm thick${note === '' ? '' : ` (${note})`}`;
}

function spacingOf({ slices: [first] }: SliceGroup): string {
  const sizes = first?.pixelSpacing ?? [];
  return sizes.length === 0 ? '' : `${sizes.map((size) => Number(size.toFixed(4))).join(' x ')} mm`;
}
