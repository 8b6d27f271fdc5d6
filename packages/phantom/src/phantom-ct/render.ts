import type { OrganMask, Random, Volume, VolumeGeometry } from '@omnict/core';
import { diffuseCode, lesionCode } from './finding-codes';
import { LABEL } from './labels';
import type { Phantom } from './phantom';
import { visitVoxels } from './shapes';

/** A phantom on a voxel grid, and what of it can be seen there. */
export interface RenderedPhantom {
  volume: Volume;
  mask: OrganMask;
  /** Voxels of each lesion, in the phantom's order. */
  lesionVoxels: number[];
  /** Voxels of each label value. */
  labelVoxels: Uint32Array;
  /** What is abnormal where: 0 nothing, else 1 + index in `FINDING_CODES`. */
  findings: Uint8Array;
}

/** Air outside the body. */
const AIR_HU = -1000;

/** Standard deviation of the scanner's noise, HU: a low-dose body CT. */
const NOISE_HU = 14;

/** A phantom on a voxel grid before a scanner saw it: what is where, and its attenuation. */
export interface DrawnPhantom extends Omit<RenderedPhantom, 'volume'> {
  /** Attenuation without texture and noise, HU. */
  hu: Float32Array;
}

/** Draws a phantom on a grid and scans it: organs, findings, lesions, texture, noise. */
export function renderPhantom(
  phantom: Phantom,
  grid: VolumeGeometry,
  random: Random,
): RenderedPhantom {
  const { hu, ...drawn } = drawPhantom(phantom, grid);
  return { ...drawn, volume: { ...grid, data: addTexture(hu, grid, random), unit: 'HU' } };
}

/** Draws a phantom on a grid: organs, findings, lesions. */
export function drawPhantom(phantom: Phantom, grid: VolumeGeometry): DrawnPhantom {
  const [depth, height, width] = grid.shape;
  const voxels = depth * height * width;
  const hu = new Float32Array(voxels).fill(AIR_HU);
  const labels = new Uint8Array(voxels);
  const canvas: Canvas = { hu, labels, findings: new Uint8Array(voxels) };

  for (const part of phantom.anatomy.parts) {
    visitVoxels(part.shape, grid, (index, _x, _y, z) => {
      hu[index] = part.hu;
      labels[index] = lobeOf(part.label, z, phantom);
    });
  }
  markEnlarged(phantom, canvas);
  drawEffusion(phantom, grid, canvas);
  if (phantom.findings.aorticCalcification) calcifyAorta(phantom, grid, canvas);
  const lesionVoxels = drawLesions(phantom, grid, canvas);

  const labelVoxels = new Uint32Array(256);
  for (const label of labels) labelVoxels[label] = (labelVoxels[label] as number) + 1;
  return {
    hu,
    mask: { ...grid, data: labels, labels: {} },
    lesionVoxels,
    labelVoxels,
    findings: canvas.findings,
  };
}

interface Canvas {
  hu: Float32Array;
  labels: Uint8Array;
  findings: Uint8Array;
}

/** Lungs are drawn whole; their lobes are told apart by height. */
function lobeOf(label: number, z: number, { anatomy }: Phantom): number {
  const [low, high] = anatomy.lungs;
  const share = (z - low) / (high - low);
  if (label === LABEL.lungLowerLeft) return share > 0.5 ? LABEL.lungUpperLeft : label;
  if (label !== LABEL.lungLowerRight) return label;
  if (share > 0.62) return LABEL.lungUpperRight;
  return share > 0.42 ? LABEL.lungMiddleRight : label;
}

function isLung(label: number): boolean {
  return label >= LABEL.lungUpperLeft && label <= LABEL.lungLowerRight;
}

/** Fluid behind and below one lung. Segmenters leave it out of the lung, and so does the mask. */
function drawEffusion({ anatomy, findings }: Phantom, grid: VolumeGeometry, canvas: Canvas): void {
  if (findings.effusion === 'none') return;
  const code = diffuseCode(`effusion on the ${findings.effusion}`);
  const lung = findings.effusion === 'left' ? anatomy.organs.lungLeft : anatomy.organs.lungRight;

  visitVoxels(lung, grid, (index, _x, y, z) => {
    const height = (z - lung.center[2]) / lung.radii[2];
    const back = (y - lung.center[1]) / lung.radii[1];
    if (back < 0.45 + 0.5 * height || !isLung(canvas.labels[index] as number)) return;
    canvas.hu[index] = 8;
    canvas.labels[index] = 0;
    canvas.findings[index] = code;
  });
}

/** Enlarged organs look like others; what is abnormal is that there is more of them. */
function markEnlarged({ findings }: Phantom, { labels, findings: map }: Canvas): void {
  const codeOf = new Uint8Array(256);
  if (findings.cardiomegaly) codeOf[LABEL.heart] = diffuseCode('enlarged heart');
  if (findings.splenomegaly) codeOf[LABEL.spleen] = diffuseCode('enlarged spleen');
  if (codeOf.every((code) => code === 0)) return;
  for (let i = 0; i < labels.length; i++) map[i] = codeOf[labels[i] as number] as number;
}

/** Plaques on the wall of the aorta. */
function calcifyAorta({ anatomy }: Phantom, grid: VolumeGeometry, canvas: Canvas): void {
  const aorta = anatomy.parts.find(({ label }) => label === LABEL.aorta)?.shape;
  if (aorta?.kind !== 'tube') return;
  const code = diffuseCode('calcified aorta');

  visitVoxels(aorta, grid, (index, x, y, z) => {
    const [centerX, centerY] = aorta.center(z);
    const [radius] = aorta.radii(z);
    const isWall = Math.hypot(x - centerX, y - centerY) > radius * 0.55;
    if (!isWall || canvas.labels[index] !== LABEL.aorta) return;
    canvas.hu[index] = 650;
    canvas.findings[index] = code;
  });
}

function drawLesions(
  { lesions, anatomy }: Phantom,
  grid: VolumeGeometry,
  canvas: Canvas,
): number[] {
  return lesions.map((lesion) => {
    const { shape, labels, hu, grows } = lesion;
    const code = lesionCode(lesion);
    const [ownLabel] = labels as [number, ...number[]];
    const organHu = anatomy.parts.find(({ label }) => label === ownLabel)?.hu ?? 0;
    let count = 0;
    visitVoxels(shape, grid, (index) => {
      if (grows) canvas.labels[index] = ownLabel;
      else if (!labels.includes(canvas.labels[index] as number)) return;
      const tissue = grows ? organHu : (canvas.hu[index] as number);
      canvas.hu[index] = hu.relative ? tissue + hu.value : hu.value;
      canvas.findings[index] = code;
      count++;
    });
    return count;
  });
}

/** Slow variation within tissue and white noise, rounded to whole HU as scanners store them. */
function addTexture(hu: Float32Array, grid: VolumeGeometry, random: Random): Int16Array {
  const [depth, height, width] = grid.shape;
  const [phaseX, phaseY, phaseZ] = [0, 0, 0].map(() => random.uniform(0, 2 * Math.PI)) as [
    number,
    number,
    number,
  ];
  const noise = noiseTable(random);
  const waveX = Float32Array.from({ length: width }, (_, column) =>
    Math.sin((column * grid.spacing[2]) / 11 + phaseX),
  );
  const data = new Int16Array(hu.length);
  let index = 0;
  for (let plane = 0; plane < depth; plane++) {
    const z = Math.sin((plane * grid.spacing[0]) / 17 + phaseZ);
    for (let row = 0; row < height; row++) {
      const y = Math.sin((row * grid.spacing[1]) / 13 + phaseY);
      const wave = 5 * y * z;
      let draw = random.uint32();
      for (let column = 0; column < width; column++, index++) {
        draw = (Math.imul(draw, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator
        const value =
          (hu[index] as number) + wave * (waveX[column] as number) + (noise[draw >>> 18] as number);
        data[index] = Math.max(-1024, Math.min(3071, Math.round(value)));
      }
    }
  }
  return data;
}

/** Normal deviates to draw from: one table a phantom, since drawing each anew takes longest. */
function noiseTable(random: Random): Float32Array {
  return Float32Array.from({ length: 16384 }, () => random.normal(0, NOISE_HU));
}
