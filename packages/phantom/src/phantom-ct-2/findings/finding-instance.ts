import type { Random } from '@omnict/core';
import { type BodyChanges, HEALTHY } from '../body/body-plan';
import { labelOf } from '../body/labels';
import type { Body, Part } from '../body/part';
import { huIn, type Phase } from '../body/tissues';
import type { Finding, Grade } from '../catalogue/finding';
import { LOBES } from '../catalogue/hosts';
import {
  type DiffuseOptions,
  drawDevice,
  drawFluid,
  drawLung,
  drawPlaques,
  type Drawing,
} from './diffuse';
import { placeSites, shapeOfSite, type Site } from './focal';

/** A finding of one phantom. */
export interface FindingInstance {
  finding: Finding;
  /** False for one that was drawn by lot, has a place, and is not there: for fair questions. */
  isPresent: boolean;
  grade: Grade;
  /** In the unit of its geometry. */
  size: number;
  side: 'left' | 'right';
  lobe: (typeof LOBES)[number];
  /** Number of lesions wanted, for focal findings. */
  count: number;
  /** Seeds where it lies; equal at all time points. */
  random: Random;
}

/** Draws grade, size and side of a finding. */
export function sampleInstance(
  finding: Finding,
  isPresent: boolean,
  random: Random,
): FindingInstance {
  const grade = random.choice(finding.grades);
  const lobes = LOBES.filter(({ side }) => side === random.fork('side').choice(['left', 'right']));
  const lobe = random.choice(lobes);
  const { geometry } = finding;
  return {
    finding,
    isPresent,
    grade,
    size: random.uniform(...grade.size),
    side: lobe.side ?? 'left',
    lobe,
    count: geometry.kind === 'focal' ? 1 + random.integer(geometry.count) : 1,
    random: random.fork('place'),
  };
}

/** What the present findings change in the anatomy. */
export function bodyChanges(instances: readonly FindingInstance[]): BodyChanges {
  const changes = { ...HEALTHY };
  for (const { finding, isPresent, size, random } of instances) {
    if (!isPresent || finding.geometry.kind !== 'body') continue;
    Object.assign(changes, finding.geometry.change(size, random.fork('change')));
  }
  return changes;
}

/** A finding with a place in a body. */
export interface PlacedFinding extends FindingInstance {
  /** Lesions of focal findings. */
  sites: readonly Site[];
  /** What is drawn, one part for each lesion; empty where the anatomy itself differs. */
  parts: readonly Part[];
}

/** Fine enough for lesions: their volume comes out within a percent. */
const LESION_FINENESS_MM = 1.2;

/**
 * Finds places for a finding and makes what is to be drawn.
 *
 * `range` holds the heights of the scan, mm; `known` the places at another time point, where lesions
 * stay.
 */
export function placeFinding(
  body: Body,
  instance: FindingInstance,
  { range, known }: { range: readonly [low: number, high: number]; known?: readonly Site[] },
): PlacedFinding {
  const { finding, size, side, lobe, count } = instance;
  const random = instance.random.fork('site');
  const { geometry } = finding;
  const hu = huOf(finding, body.plan.phase);
  const options: DiffuseOptions = { size, side, lobe: lobe.structure, range, random };
  const diffuse = ({ shapes, mode, label }: Drawing): PlacedFinding => ({
    ...instance,
    sites: [],
    parts:
      shapes.length === 0
        ? []
        : [{ shapes, hu, label: label === '' ? 0 : undefined, mode, fineness: 2 }],
  });
  switch (geometry.kind) {
    case 'focal': {
      const sites = known ?? placeSites(body, geometry, { count, diameter: size, range, random });
      const parts = sites.map((site): Part => ({
        shapes: [shapeOfSite(body, geometry, site)],
        hu,
        label:
          geometry.label === undefined || site.host.side === undefined
            ? undefined
            : labelOf(geometry.label[site.host.side]),
        fineness: Math.min(LESION_FINENESS_MM, site.diameter / 5),
      }));
      return { ...instance, side: sites[0]?.host.side ?? side, sites, parts };
    }
    case 'fluid':
      return diffuse(drawFluid(body, geometry.space, options));
    case 'plaques':
      return diffuse(drawPlaques(body, geometry, options));
    case 'lung':
      return diffuse(drawLung(body, geometry.pattern, options));
    case 'device':
      return diffuse(drawDevice(body, options));
    case 'body':
      return { ...instance, side: body.changes.hydronephrosis?.side ?? side, sites: [], parts: [] };
  }
}

function huOf({ hu }: Finding, phase: Phase): number | undefined {
  return hu === undefined ? undefined : huIn(hu, phase);
}
