import { LESION_HOSTS, type LesionDensity, type LesionSize } from './hosts';
import type { Lesion } from './lesions';

/** One value of a findings map: which kind of abnormal tissue a voxel is. */
export interface FindingCode {
  /** Phrases that describe a region with this tissue, in the words of the questions. */
  phrases: readonly string[];
}

/** Findings that are not focal lesions, by name. */
const DIFFUSE_FINDINGS = [
  'effusion on the right',
  'effusion on the left',
  'calcified aorta',
  'enlarged heart',
  'enlarged spleen',
] as const;

/** One of the diffuse findings. */
export type DiffuseFinding = (typeof DIFFUSE_FINDINGS)[number];

/** How phrases name a size; where lesions may be flat, large ones are said to be round. */
function sizePhrase(size: LesionSize, sizes: readonly LesionSize[]): string {
  if (size === 'flat') return 'large flat';
  return size === 'large' && sizes.includes('flat') ? 'large round' : size;
}

const LESIONS = LESION_HOSTS.flatMap(({ name, parts, densities, sizes }) =>
  parts.flatMap(({ side }) =>
    densities.flatMap((density) =>
      sizes.map((size) => ({
        name,
        side,
        density,
        size,
        phrases: [
          `${density} lesion in the ${name}${side === 'none' ? '' : ` on the ${side}`}`,
          ...(sizes.length > 1 ? [`${sizePhrase(size, sizes)} lesion in the ${name}`] : []),
        ],
      })),
    ),
  ),
);

/**
 * What the values of a findings map say: value v is entry v - 1, and 0 is normal tissue. At most 255.
 */
export const FINDING_CODES: readonly FindingCode[] = [
  ...LESIONS,
  ...DIFFUSE_FINDINGS.map((name) => ({ phrases: [name] })),
];

const LESION_CODES = new Map(
  LESIONS.map(({ name, side, density, size }, index) => [
    lesionKey({ host: name, side, density, size }),
    index + 1,
  ]),
);

/** Value of a lesion's voxels in a findings map. */
export function lesionCode(lesion: Lesion): number {
  return LESION_CODES.get(lesionKey(lesion)) as number;
}

/** Value of a diffuse finding's voxels. */
export function diffuseCode(name: DiffuseFinding): number {
  return LESIONS.length + DIFFUSE_FINDINGS.indexOf(name) + 1;
}

function lesionKey({
  host,
  side,
  density,
  size,
}: {
  host: string;
  side: Lesion['side'];
  density: LesionDensity;
  size: LesionSize;
}): string {
  return [host, side, density, size].join('/');
}
