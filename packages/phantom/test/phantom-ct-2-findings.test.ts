import { CT_RATE_LABELS, ORGAN_CLASSES, Random } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { FINDINGS } from '../src/index';
import { labelOf } from '../src/phantom-ct-2/body/labels';
import { PHASES } from '../src/phantom-ct-2/body/tissues';
import type { Finding } from '../src/phantom-ct-2/catalogue/finding';
import { sightOf } from '../src/phantom-ct-2/observe';
import { type Phantom, samplePhantom2, scanGrid, withFindings } from '../src/phantom-ct-2/phantom';
import { findingFacts } from '../src/phantom-ct-2/questions/abnormality';
import { ctRateLabels } from '../src/phantom-ct-2/report/ct-rate';
import { reportedOrgans, writeReport } from '../src/phantom-ct-2/report/report';
import { holds, SCAN_REGIONS, type ScanRegion } from '../src/phantom-ct-2/scan/acquisition';
import { type Scan, scanPhantom } from '../src/phantom-ct-2/scan/scan';

const SIZE = [24, 56, 56] as const;

/** The smallest region that holds a finding: most voxels for it. */
function regionFor({ levels }: Finding): ScanRegion {
  const regions = Object.keys(SCAN_REGIONS) as ScanRegion[];
  return regions.find((region) => holds(region, levels)) ?? 'chest and abdomen';
}

interface Shown {
  phantom: Phantom;
  index: number;
  random: Random;
  scan: Scan;
}

/** Scans take seconds: several tests look at the same one. */
const shown = new Map<string, Shown>();

/** A phantom that shows a finding, and its scan. */
function showing(finding: Finding): Shown {
  const known = shown.get(finding.name);
  if (known !== undefined) return known;
  const random = new Random(`findings/${finding.name}`);
  const phantom = samplePhantom2(
    finding.name,
    { modality: 'volume', shows: finding, region: regionFor(finding) },
    random,
  );
  const index = phantom.placed.findIndex((placed) => placed.finding === finding);
  const made = { phantom, index, random, scan: scanned(phantom, random) };
  shown.set(finding.name, made);
  return made;
}

function scanned(phantom: Phantom, random: Random): Scan {
  return scanPhantom(phantom, scanGrid(phantom, SIZE, random.fork('grid')), random.fork('pixels'));
}

describe('the catalogue of PhantomCT 2', () => {
  it('has findings for each organ class, and for each of the 18 labels of CT-RATE', () => {
    for (const organ of ORGAN_CLASSES) {
      const count = FINDINGS.filter((finding) => finding.organ === organ).length;
      expect(count, organ).toBeGreaterThanOrEqual(2);
    }
    const labels = new Set(FINDINGS.map(({ ctRate }) => ctRate));
    for (const label of CT_RATE_LABELS) expect(labels.has(label), label).toBe(true);
    expect(new Set(FINDINGS.map(({ name }) => name)).size).toBe(FINDINGS.length);
  });

  it('has grades that rise, leave a gap and end in different steps', () => {
    for (const { name, grades } of FINDINGS) {
      const sizes = grades.flatMap(({ size }) => size);
      expect(sizes, name).toEqual([...sizes].sort((a, b) => a - b));
      expect(grades[1].size[0], name).toBeGreaterThan(grades[0].size[1]);
      expect(grades[2].size[0], name).toBeGreaterThan(grades[1].size[1]);
      expect(new Set(grades.map(({ management }) => management)).size, name).toBe(3);
    }
  });

  it.each(FINDINGS.map((finding) => [finding.name, finding] as const))(
    'draws, labels, reports and asks about: %s',
    (_name, finding) => {
      const { phantom, index, random, scan } = showing(finding);
      expect(sightOf(scan, index)).not.toBe('absent');
      if (phantom.placed[index]?.parts.length !== 0) {
        expect(scan.findingMask.data.includes(index + 1)).toBe(true);
      }
      const column = CT_RATE_LABELS.findIndex((label) => label === finding.ctRate);
      if (column >= 0) expect(ctRateLabels(scan)[column]).toBe(1);
      const { findings: text, impression } = writeReport(scan, random.fork('report'));
      const { management } = phantom.placed[index]?.grade ?? { management: '?' };
      // At this coarse grid the esophagus may be too small to write and ask about.
      const isReported = reportedOrgans(scan).includes(finding.organ);
      if (isReported) expect(impression).toContain(`Recommended: ${management}.`);
      expect(text.length).toBeGreaterThan(50);

      if (isReported && sightOf(scan, index) === 'seen') {
        expect(presenceOf(scan, finding)).toBe('yes');
      }
    },
  );

  it.each(
    FINDINGS.filter(({ geometry }) => geometry.kind === 'body').map(
      (one) => [one.name, one] as const,
    ),
  )('changes the anatomy by: %s', (_name, finding) => {
    const { phantom, index, random, scan } = showing(finding);
    const findings = phantom.findings.map((one, i) =>
      i === index ? { ...one, isPresent: false } : one,
    );
    const healthy = withFindings(phantom, findings, random.fork('body'));
    const other = scanned(healthy, random);
    let changed = 0;
    scan.volume.data.forEach((value, i) => {
      if (Math.abs(value - (other.volume.data[i] as number)) > 2) changed++; // noise is the same
    });
    expect(changed).toBeGreaterThan(0);
    expect(presenceOf(other, finding)).not.toBe('yes');
    const column = CT_RATE_LABELS.findIndex((label) => label === finding.ctRate);
    const isShared = findings.some((one) => one.isPresent && one.finding.ctRate === finding.ctRate);
    if (column >= 0 && !isShared) expect(ctRateLabels(other)[column]).toBe(0);
  });
});

function presenceOf(scan: Scan, { name }: Finding): string | undefined {
  return findingFacts(scan, new Random('facts')).find(
    (fact) => fact.capability === 'finding presence' && fact.finding === name,
  )?.answer;
}

describe('sizes of lesions', () => {
  it('equal their parameters within what voxels allow', () => {
    for (const name of ['lung nodule', 'hepatic cyst', 'splenic cyst', 'gallstone']) {
      const finding = FINDINGS.find((one) => one.name === name) as Finding;
      const { phantom, index, scan } = showing(finding);
      const placed = phantom.placed[index];
      expect(placed?.sites.length, name).toBeGreaterThan(0);
      placed?.sites.forEach(({ diameter, isElongated, center }, site) => {
        const observed = scan.observations[index]?.[site];
        const volume = (Math.PI / 6) * diameter ** 3 * (isElongated ? 2.2 : 1);
        const measured = observed?.volume ?? 0;
        if (!isElongated) expect(Math.abs(measured / volume - 1), name).toBeLessThan(0.02);
        expect(measured / volume, name).toBeLessThan(1.02);
        const [x, y, z] = observed?.centroid ?? [0, 0, 0];
        if (!isElongated) {
          expect(Math.hypot(x - center[0], y - center[1], z - center[2]), name).toBeLessThan(1.5); // voxels are 7 mm and more
        }
      });
    }
  });
});

/** HU between which the mean of a structure lies in each phase: textbook ranges, with margins. */
const RANGES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  liver: [
    [45, 75],
    [55, 95],
    [90, 130],
    [75, 115],
  ],
  spleen: [
    [38, 58],
    [80, 140],
    [105, 135],
    [85, 115],
  ],
  aorta: [
    [25, 75],
    [220, 350],
    [120, 190],
    [85, 140],
  ],
  kidney_left: [
    [-10, 45],
    [50, 190],
    [120, 210],
    [100, 260],
  ],
  inferior_vena_cava: [
    [20, 60],
    [40, 90],
    [110, 180],
    [85, 135],
  ],
  heart: [
    [25, 75],
    [90, 230],
    [100, 165],
    [75, 130],
  ],
  autochthon_left: [
    [35, 75],
    [35, 80],
    [40, 90],
    [40, 90],
  ],
};

describe('Hounsfield units', () => {
  it.each(PHASES.map((phase, index) => [phase, index] as const))(
    'of organs are plausible in the %s phase',
    (phase, index) => {
      const random = new Random(`phase/${phase}`);
      const drawn = samplePhantom2(
        'phase',
        { modality: 'volume', region: 'chest and abdomen', phase },
        random,
      );
      const healthy = drawn.findings.map((finding) => ({ ...finding, isPresent: false }));
      const phantom = withFindings(drawn, healthy, random.fork('body'));
      const grid = scanGrid(phantom, [48, 96, 96], random.fork('grid'));
      const { volume, mask } = scanPhantom(phantom, grid, random.fork('pixels'));
      // The median: edges of small structures share voxels with their surroundings.
      const median = (label: number): number => {
        const values: number[] = [];
        mask.data.forEach((value, i) => {
          if (value === label) values.push(volume.data[i] as number);
        });
        return values.sort((x, y) => x - y)[values.length >> 1] ?? Number.NaN;
      };
      for (const [name, ranges] of Object.entries(RANGES)) {
        const [low, high] = ranges[index] as readonly [number, number];
        expect(median(labelOf(name)), name).toBeGreaterThan(low);
        expect(median(labelOf(name)), name).toBeLessThan(high);
      }
      expect(median(labelOf('lung_upper_lobe_left'))).toBeLessThan(-640);
      expect(median(labelOf('lung_upper_lobe_left'))).toBeGreaterThan(-900);
      expect(median(labelOf('vertebrae_L2'))).toBeGreaterThan(80);
      expect(median(labelOf('rib_left_6'))).toBeGreaterThan(80);
    },
  );

  it('come with a hundred structures in TotalSegmentator’s labels', () => {
    const random = new Random('labels');
    const phantom = samplePhantom2(
      'labels',
      { modality: 'volume', region: 'chest and abdomen' },
      random,
    );
    const grid = scanGrid(phantom, [72, 96, 96], random.fork('grid'));
    const { labelVoxels } = scanPhantom(phantom, grid, random.fork('pixels'));
    const present = labelVoxels.reduce(
      (count, voxels, label) => count + (voxels > 0 && label > 0 ? 1 : 0),
      0,
    );
    expect(present).toBeGreaterThanOrEqual(80);
  });
});
