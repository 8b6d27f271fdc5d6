import { CT_RATE_LABELS } from '@omnict/core';
import { sightOf } from '../observe';
import type { Scan } from '../scan/scan';
import type { Report } from './report';

/** The 18 labels of an image, in CT-RATE's order; 1 for present. */
export function ctRateLabels(scan: Scan): number[] {
  const { placed } = scan.phantom;
  return CT_RATE_LABELS.map((label) =>
    placed.some(
      ({ finding, isPresent }, index) =>
        isPresent && finding.ctRate === label && sightOf(scan, index) !== 'absent',
    )
      ? 1
      : 0,
  );
}

/** Header of CT-RATE's table of labels. */
export const LABELS_HEADER = csvLine(['VolumeName', ...CT_RATE_LABELS]);

/** Header of CT-RATE's table of reports. */
export const REPORTS_HEADER = csvLine([
  'VolumeName',
  'ClinicalInformation_EN',
  'Technique_EN',
  'Findings_EN',
  'Impressions_EN',
]);

/** A line of the table of reports. */
export function reportLine(name: string, report: Report): string {
  const { clinicalInformation, technique, findings, impression } = report;
  return csvLine([name, clinicalInformation, technique, findings, impression]);
}

/** A line of comma-separated values, quoted where needed (RFC 4180). */
export function csvLine(values: readonly (string | number)[]): string {
  return values
    .map((value) => {
      const text = String(value);
      return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',');
}
