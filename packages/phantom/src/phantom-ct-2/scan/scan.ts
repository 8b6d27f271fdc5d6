import type { OrganMask, Random, Volume, VolumeGeometry } from '@omnict/core';
import { TOTALSEGMENTATOR_LABELS } from '@omnict/io';
import type { PlacedFinding } from '../findings/finding-instance';
import type { Phantom } from '../phantom';
import type { Point } from '../geometry/shape';
import type { VisitCoverage } from '../geometry/coverage';
import { detect } from './detector';
import { type Canvas, CoveragePainter, drawPart, drawParts, emptyCanvas } from './render-parts';

/** What of a finding, or of one of its lesions, an image shows. */
export interface Observation {
  /** Covered volume by partial coverage, mm^3. */
  volume: number;
  /** Largest share of a voxel. */
  mostCovered: number;
  /** Voxels of the finding mask. */
  voxels: number;
  /** Mean place, mm; undefined where nothing is covered. */
  centroid: Point | undefined;
  /** First and last plane of the mask; -1 for none. */
  planes: readonly [first: number, last: number];
}

/** A phantom on a voxel grid, and what of it can be seen there. */
export interface Scan {
  phantom: Phantom;
  volume: Volume;
  /** Organs, TotalSegmentator's label values. */
  mask: OrganMask;
  /** Findings: 1 + index in the phantom's list. */
  findingMask: OrganMask;
  /** Voxels of each label value. */
  labelVoxels: Uint32Array;
  /**
   * For each finding of the phantom, one observation for each part. For those that are not there, what
   * would be seen if they were: a question is dropped when its finding would be unclear, there or not.
   */
  observations: readonly (readonly Observation[])[];
}

/** A voxel belongs to a finding from this share on; its best voxel does from less. */
const MAJORITY = 0.5;
const BEST_VOXEL = 0.2;

/** Scans a phantom. */
export function scanPhantom(phantom: Phantom, grid: VolumeGeometry, random: Random): Scan {
  const canvas = emptyCanvas(grid);
  drawParts(canvas, phantom.body.parts);
  const painter = new CoveragePainter(grid);
  const findings = new Uint8Array(canvas.labels.length);
  const observations = phantom.placed.map((placed, index) =>
    observe({ canvas, painter, findings }, placed, index + 1),
  );
  const labelVoxels = new Uint32Array(256);
  for (const label of canvas.labels) labelVoxels[label] = (labelVoxels[label] as number) + 1;
  return {
    phantom,
    volume: { ...grid, data: detect(canvas, phantom.acquisition, random), unit: 'HU' },
    mask: { ...grid, data: canvas.labels, labels: TOTALSEGMENTATOR_LABELS },
    findingMask: {
      ...grid,
      data: findings,
      labels: Object.fromEntries(phantom.placed.map(({ finding }, i) => [i + 1, finding.name])),
    },
    labelVoxels,
    observations,
  };
}

function observe(
  { canvas, painter, findings }: { canvas: Canvas; painter: CoveragePainter; findings: Uint8Array },
  { parts, isPresent }: PlacedFinding,
  value: number,
): Observation[] {
  const { grid } = canvas;
  const [, height, width] = grid.shape;
  const voxelVolume = grid.spacing[0] * grid.spacing[1] * grid.spacing[2];
  return parts.map((part) => {
    let [total, most, best, voxels, x, y, z] = [0, 0, -1, 0, 0, 0, 0];
    let [first, last] = [Infinity, -1];
    const mark = (index: number): void => {
      if (isPresent) findings[index] = value;
      voxels++;
      const plane = Math.floor(index / (height * width));
      first = Math.min(first, plane);
      last = Math.max(last, plane);
    };
    const look: VisitCoverage = (index, coverage) => {
      total += coverage;
      x += coverage * (index % width);
      y += coverage * (Math.floor(index / width) % height);
      z += coverage * Math.floor(index / (height * width));
      if (coverage > most) [most, best] = [coverage, index];
      if (coverage >= MAJORITY) mark(index);
    };
    if (isPresent) drawPart({ canvas, painter }, part, look);
    else painter.paint(part.shapes, part.fineness, look);
    if (voxels === 0 && most >= BEST_VOXEL) mark(best);
    return {
      volume: total * voxelVolume,
      mostCovered: most,
      voxels,
      centroid:
        total === 0
          ? undefined
          : [
              grid.origin[0] + (x / total) * grid.spacing[2],
              grid.origin[1] + (y / total) * grid.spacing[1],
              grid.origin[2] + (z / total) * grid.spacing[0],
            ],
      planes: voxels === 0 ? [-1, -1] : [first, last],
    };
  });
}
