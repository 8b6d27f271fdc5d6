import type { OrganClass } from '@omnict/core';
import type { Variants } from './body/body-plan';
import type { Phase } from './body/tissues';
import type { FollowUp } from './follow-up';
import type { Point } from './geometry/shape';
import { type Sight, sightOf } from './observe';
import { placeOf } from './report/phrases';
import type { Acquisition } from './scan/acquisition';
import type { Observation, Scan } from './scan/scan';

/** What is true of one image: parameters of the phantom, and what the image shows of them. */
export interface SceneFacts {
  phase: Phase;
  variants: Variants;
  acquisition: Acquisition;
  /** Organ a slice was laid through. */
  planeOrgan: OrganClass;
  /** Voxel size `[z, y, x]`, mm: where pictures keep none. */
  spacing: readonly number[];
  findings: SceneFinding[];
  followUp?: { finding: string; change: string; earlierSize: number };
}

/** One finding of a scene. */
export interface SceneFinding {
  /** Its value in the finding mask. */
  value: number;
  name: string;
  organ: OrganClass;
  isPresent: boolean;
  sight: Sight;
  grade: string;
  /** mm, or the unit of its geometry. */
  size: number;
  side: 'left' | 'right';
  place: string;
  lesions: { center: Point; diameter: number; isElongated: boolean; place: string }[];
  observed: readonly Observation[];
}

/** The facts of a scan. */
export function sceneOf(scan: Scan, followUp: FollowUp | null): SceneFacts {
  const { plan, acquisition, planeOrgan, placed } = scan.phantom;
  return {
    phase: plan.phase,
    variants: plan.variants,
    acquisition,
    planeOrgan,
    spacing: scan.volume.spacing,
    findings: placed.map((one, index) => ({
      value: index + 1,
      name: one.finding.name,
      organ: one.finding.organ,
      isPresent: one.isPresent,
      sight: sightOf(scan, index),
      grade: one.grade.name,
      size: one.size,
      side: one.side,
      place: placeOf(one),
      lesions: one.sites.map(({ center, diameter, isElongated, host }) => ({
        center,
        diameter,
        isElongated,
        place: host.place,
      })),
      observed: one.isPresent ? (scan.observations[index] ?? []) : [],
    })),
    ...(followUp === null
      ? {}
      : {
          followUp: {
            finding: placed[followUp.index]?.finding.name ?? '',
            change: followUp.change,
            earlierSize: followUp.earlierSize,
          },
        }),
  };
}
