import type { Random } from '@omnict/core';
import { LABEL, RIB_LEFT_1, VERTEBRA_L5 } from './labels';
import type { Ellipsoid, Point, Shape, Tube } from './shapes';

/** Contrast phase of the scan: decides how bright vessels and organs are. */
const CONTRAST_PHASES = ['non-contrast', 'arterial', 'portal venous'] as const;

/** One of the contrast phases. */
type ContrastPhase = (typeof CONTRAST_PHASES)[number];

/** A structure as it is drawn: later parts cover earlier ones. */
interface AnatomyPart {
  shape: Shape;
  /** Mean attenuation, HU. */
  hu: number;
  /** TotalSegmentator label, 0 for tissue it does not segment. */
  label: number;
}

/** Where things are in one phantom; mm and HU. */
export interface Anatomy {
  parts: readonly AnatomyPart[];
  phase: ContrastPhase;
  /** Level of the diaphragm's dome on the right. */
  diaphragm: number;
  /** Lower and upper end of the lungs. */
  lungs: readonly [low: number, high: number];
  /** The organs that lesions can lie in; vertebral bodies are in {@link vertebrae}. */
  organs: Readonly<Record<AnatomyOrgan, Ellipsoid>>;
  /** Bodies of the vertebrae from L5 upwards, as ellipsoids that fit inside them. */
  vertebrae: readonly Ellipsoid[];
}

/** Organs of one ellipsoid that lesions can lie in. */
export type AnatomyOrgan =
  | 'lungLeft'
  | 'lungRight'
  | 'liver'
  | 'spleen'
  | 'stomach'
  | 'pancreas'
  | 'gallbladder'
  | 'kidneyLeft'
  | 'kidneyRight'
  | 'adrenalLeft'
  | 'adrenalRight';

/** Findings that change the anatomy itself. */
export interface AnatomicalFindings {
  cardiomegaly: boolean;
  splenomegaly: boolean;
}

/** HU of enhancing tissue in each phase: our choice, within the ranges of radiology textbooks. */
const ENHANCEMENT: Readonly<
  Record<ContrastPhase, { blood: number; liver: number; spleen: number; kidney: number }>
> = {
  'non-contrast': { blood: 42, liver: 58, spleen: 48, kidney: 32 },
  arterial: { blood: 300, liver: 75, spleen: 120, kidney: 160 },
  'portal venous': { blood: 160, liver: 112, spleen: 118, kidney: 175 },
};

/** Draws one patient's anatomy. Sizes are adult averages, varied by about a tenth. */
export function sampleAnatomy(random: Random, findings: AnatomicalFindings): Anatomy {
  const scale = random.uniform(0.92, 1.06);
  const phase = random.choice(CONTRAST_PHASES);
  const tone = ENHANCEMENT[phase];
  const around = (value: number, share = 0.08): number =>
    value * scale * random.uniform(1 - share, 1 + share);
  const at = (x: number, y: number, z: number): Point => [
    x * scale + random.normal(0, 4),
    y * scale + random.normal(0, 3),
    z * scale + random.normal(0, 5),
  ];
  const ellipsoid = (center: Point, radii: Point, tilt = 0): Ellipsoid => ({
    kind: 'ellipsoid',
    center,
    radii: [around(radii[0]), around(radii[1]), around(radii[2])],
    angle: tilt + random.normal(0, 0.06),
  });

  const heartScale = findings.cardiomegaly ? random.uniform(1.3, 1.42) : random.uniform(0.92, 1.05);
  const spleenScale = findings.splenomegaly ? random.uniform(1.5, 1.7) : random.uniform(0.9, 1.05);
  const grow = ([x, y, z]: Point, factor: number): Point => [x * factor, y * factor, z * factor];

  const lungRight = ellipsoid(at(-78, -2, 78), [56, 84, 102]);
  const lungLeft = ellipsoid(at(80, -2, 80), [52, 82, 100]);
  const heart = ellipsoid(at(18, -34, 44), grow([52, 42, 46], heartScale), 0.5);
  const liver = ellipsoid(at(-62, -8, -38), [84, 74, 58], -0.25);
  const spleen = ellipsoid(at(98, 38, -32), grow([27, 34, 42], spleenScale), 0.5);
  const stomach = ellipsoid(at(52, -30, -44), [44, 34, 40], 0.4);
  const kidneyRight = ellipsoid(at(-62, 52, -96), [26, 26, 50], 0.3);
  const kidneyLeft = ellipsoid(at(62, 52, -86), [26, 26, 50], -0.3);
  const pancreas = ellipsoid(at(10, 2, -76), [58, 14, 15], -0.15);
  const gallbladder = ellipsoid(at(-40, -46, -66), [17, 17, 24]);
  const adrenalRight = ellipsoid(at(-40, 36, -44), [12, 6, 15], 0.5);
  const adrenalLeft = ellipsoid(at(42, 36, -36), [12, 6, 15], -0.5);

  const parts: AnatomyPart[] = [
    ...bodyWall(random, scale),
    { shape: lungRight, hu: -840, label: LABEL.lungLowerRight },
    { shape: lungLeft, hu: -840, label: LABEL.lungLowerLeft },
    ...mediastinum(scale),
    { shape: heart, hu: tone.blood * 0.75 + 12, label: LABEL.heart },
    { shape: abdominalCavity(scale), hu: -85, label: 0 },
    ...bowel(random, scale),
    { shape: stomach, hu: 28, label: LABEL.stomach },
    { shape: liver, hu: tone.liver, label: LABEL.liver },
    { shape: gallbladder, hu: 12, label: LABEL.gallbladder },
    { shape: spleen, hu: tone.spleen, label: LABEL.spleen },
    { shape: kidneyRight, hu: tone.kidney, label: LABEL.kidneyRight },
    { shape: kidneyLeft, hu: tone.kidney, label: LABEL.kidneyLeft },
    { shape: pancreas, hu: tone.liver * 0.75, label: LABEL.pancreas },
    { shape: adrenalRight, hu: tone.liver * 0.8, label: LABEL.adrenalRight },
    { shape: adrenalLeft, hu: tone.liver * 0.8, label: LABEL.adrenalLeft },
    ...spine(scale),
    ...vessels(scale, tone.blood),
  ];
  return {
    parts,
    phase,
    diaphragm: liver.center[2] + liver.radii[2],
    lungs: [
      Math.min(lungLeft.center[2] - lungLeft.radii[2], lungRight.center[2] - lungRight.radii[2]),
      Math.max(lungLeft.center[2] + lungLeft.radii[2], lungRight.center[2] + lungRight.radii[2]),
    ],
    organs: {
      lungLeft,
      lungRight,
      liver,
      spleen,
      stomach,
      pancreas,
      gallbladder,
      kidneyLeft,
      kidneyRight,
      adrenalLeft,
      adrenalRight,
    },
    vertebrae: vertebraeOf(scale),
  };
}

/** Skin and fat, muscle, ribs. */
function bodyWall(random: Random, scale: number): AnatomyPart[] {
  const fat = random.uniform(10, 22);
  const waist = (z: number): number => 1 - 0.05 * Math.cos(z / 90);
  const tube = (x: number, y: number): Tube => ({
    kind: 'tube',
    range: [-1000, 1000],
    center: () => [0, 8],
    radii: (z) => [x * scale * waist(z), y * scale * waist(z)],
  });
  const ribs: AnatomyPart[] = [];
  for (let rib = 0; rib < 12; rib++) {
    const height = (150 - rib * 17) * scale;
    for (const side of [-1, 1] as const) {
      const label = RIB_LEFT_1 + rib + (side === -1 ? 12 : 0);
      for (const [x, y, dz] of [
        [135, 62, 16],
        [148, 10, 4],
        [126, -58, -10],
      ] as const) {
        const center: Point = [side * x * scale, (y + 8) * scale, height + dz];
        const shape: Ellipsoid = { kind: 'ellipsoid', center, radii: [7, 17, 6], angle: 0 };
        ribs.push({ shape, hu: 420, label });
      }
    }
  }
  return [
    { shape: tube(165 + fat, 112 + fat), hu: -100, label: 0 },
    { shape: tube(165, 112), hu: 52, label: 0 },
    ...ribs,
  ];
}

/** Fat between the lungs, trachea, esophagus, sternum. */
function mediastinum(scale: number): AnatomyPart[] {
  const column = (
    [x, y]: readonly [number, number],
    [rx, ry]: readonly [number, number],
    range: readonly [number, number],
  ): Tube => ({
    kind: 'tube',
    range: [range[0] * scale, range[1] * scale],
    center: (z) => [x * scale + 3 * Math.sin(z / 60), y * scale],
    radii: () => [rx * scale, ry * scale],
  });
  return [
    { shape: column([4, 8], [30, 66], [10, 190]), hu: -70, label: 0 },
    { shape: column([0, -84], [16, 6], [40, 150]), hu: 300, label: LABEL.sternum },
    { shape: column([2, 14], [10, 9], [92, 200]), hu: -980, label: LABEL.trachea },
    { shape: column([6, 36], [8, 6], [0, 200]), hu: 35, label: LABEL.esophagus },
  ];
}

/** Fat in which the abdominal organs lie; its dome is the diaphragm. */
function abdominalCavity(scale: number): Ellipsoid {
  return {
    kind: 'ellipsoid',
    center: [0, 0, -130 * scale],
    radii: [138 * scale, 92 * scale, 122 * scale],
    angle: 0,
  };
}

function bowel(random: Random, scale: number): AnatomyPart[] {
  return Array.from({ length: 12 }, (_, index): AnatomyPart => {
    const isColon = index % 3 === 0;
    const center: Point = [
      random.uniform(-95, 95) * scale,
      random.uniform(-60, 15) * scale,
      random.uniform(-168, -100) * scale,
    ];
    const radius = isColon ? 22 : 15;
    return {
      shape: {
        kind: 'ellipsoid',
        center,
        radii: [radius * 1.4, radius, radius],
        angle: random.uniform(0, 3),
      },
      hu: isColon && random.uniform() < 0.5 ? -700 : 30, // gas or fluid
      label: isColon ? LABEL.colon : LABEL.smallBowel,
    };
  });
}

/** Vertebrae that are drawn, L5 to T1. */
const VERTEBRA_COUNT = 17;

/** Height of a vertebra with its disc, and where L5 begins, mm. */
const VERTEBRA_PITCH_MM = 24;
const SPINE_BOTTOM_MM = -190;

/** Centre `[x, y]` of the vertebral bodies at a height. */
function spineCenter(z: number, scale: number): readonly [x: number, y: number] {
  return [0, (74 + 8 * Math.sin(z / 80)) * scale];
}

function vertebraeOf(scale: number): Ellipsoid[] {
  return Array.from({ length: VERTEBRA_COUNT }, (_, index): Ellipsoid => {
    const z = (SPINE_BOTTOM_MM + (index + 0.4) * VERTEBRA_PITCH_MM) * scale;
    const center: Point = [...spineCenter(z, scale), z];
    return { kind: 'ellipsoid', center, radii: [21 * scale, 17 * scale, 9.6 * scale], angle: 0 };
  });
}

/** Seventeen vertebrae, T1 to L5, with discs between them, and the canal behind. */
function spine(scale: number): AnatomyPart[] {
  const pitch = VERTEBRA_PITCH_MM * scale;
  const bottom = SPINE_BOTTOM_MM * scale;
  const body = (low: number, high: number): Tube => ({
    kind: 'tube',
    range: [low, high],
    center: (z) => spineCenter(z, scale),
    radii: () => [21 * scale, 17 * scale],
  });
  const parts: AnatomyPart[] = [
    { shape: body(bottom, bottom + VERTEBRA_COUNT * pitch), hu: 90, label: 0 },
  ];
  for (let index = 0; index < VERTEBRA_COUNT; index++) {
    const low = bottom + index * pitch;
    parts.push({ shape: body(low, low + pitch * 0.8), hu: 220, label: VERTEBRA_L5 + index });
  }
  const canal: Tube = {
    kind: 'tube',
    range: [-1000, 1000],
    center: (z) => [0, (97 + 8 * Math.sin(z / 80)) * scale],
    radii: () => [10 * scale, 8 * scale],
  };
  return [...parts, { shape: canal, hu: 30, label: 0 }];
}

function vessels(scale: number, blood: number): AnatomyPart[] {
  const vessel = (x: number, radius: number, range: readonly [number, number]): Tube => ({
    kind: 'tube',
    range: [range[0] * scale, range[1] * scale],
    center: (z) => [(x + 4 * Math.sin(z / 70)) * scale, (46 + 4 * Math.sin(z / 80)) * scale],
    radii: () => [radius * scale, radius * scale],
  });
  return [
    { shape: vessel(12, 12, [-180, 130]), hu: blood, label: LABEL.aorta },
    { shape: vessel(-20, 11, [-180, 20]), hu: blood * 0.8 + 8, label: LABEL.inferiorVenaCava },
  ];
}
