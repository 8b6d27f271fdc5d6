import { ORGAN_CLASSES, type OrganClass, type Random } from '@omnict/core';
import type { PlacedFinding } from '../findings/finding-instance';
import { isOrganSeen, seenFindings } from '../observe';
import { covers } from '../scan/acquisition';
import type { Scan } from '../scan/scan';
import { capital, fillPhrase, NORMAL } from './phrases';

/** A radiology report: CT-RATE's four fields. */
export interface Report {
  clinicalInformation: string;
  technique: string;
  findings: string;
  impression: string;
}

/** Writes the report of an image: what it shows, organ by organ, and what follows from it. */
export function writeReport(scan: Scan, random: Random): Report {
  const { acquisition, plan, modality } = scan.phantom;
  const organs = reportedOrgans(scan);
  const impression = organs.flatMap((organ) => impressionsOf(scan, organ));
  return {
    clinicalInformation: 'Simulated patient, for research.',
    technique: `${modality === 'volume' ? 'CT' : 'Single CT slice'} of the ${acquisition.region}, ${plan.phase} phase, ${acquisition.kernel} kernel, ${plan.variants.position}.`,
    findings: organs.map((organ) => organFindings(scan, organ, random)).join(' '),
    impression: impression.length === 0 ? 'No abnormality.' : impression.join(' '),
  };
}

/** Organs that the image shows well enough to write about. */
export function reportedOrgans(scan: Scan): OrganClass[] {
  const { acquisition, modality } = scan.phantom;
  return ORGAN_CLASSES.filter(
    (organ) =>
      isOrganSeen(scan, organ) && (modality === 'slice' || covers(acquisition.region, organ)),
  );
}

/** One sentence for each finding of an organ, or that it is normal. */
export function organFindings(scan: Scan, organ: OrganClass, random: Random): string {
  const seen = seenOf(scan, organ);
  if (seen.length === 0) return random.choice(NORMAL[organ]);
  return seen.map((placed) => capital(fillPhrase(placed.finding.report, placed))).join(' ');
}

/** One sentence for each finding, with what to do. */
export function impressionsOf(scan: Scan, organ: OrganClass): string[] {
  return seenOf(scan, organ).map(
    (placed) =>
      `${fillPhrase(placed.finding.impression, placed)} Recommended: ${placed.grade.management}.`,
  );
}

/** Findings that are there; in a slice, those it shows. */
function seenOf(scan: Scan, organ: OrganClass): PlacedFinding[] {
  const seen = seenFindings(scan, organ);
  const { placed } = scan.phantom;
  if (seen !== null) return seen.map((i) => placed[i] as PlacedFinding);
  // A report of a volume also names what is hard to see.
  return scan.phantom.modality === 'volume'
    ? placed.filter(({ finding, isPresent }) => isPresent && finding.organ === organ)
    : [];
}
