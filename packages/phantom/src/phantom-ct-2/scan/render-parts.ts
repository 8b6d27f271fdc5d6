import type { VolumeGeometry } from '@omnict/core';
import type { Part } from '../body/part';
import { type VisitCoverage, visitCoverage } from '../geometry/coverage';

/** Voxels while they are drawn. */
export interface Canvas {
  grid: VolumeGeometry;
  /** HU before blur and noise. */
  hu: Float32Array;
  /** TotalSegmentator's label values. */
  labels: Uint8Array;
}

/** A voxel belongs to what covers at least this share of it. */
const MAJORITY = 0.5;

/** A canvas full of air. */
export function emptyCanvas(grid: VolumeGeometry): Canvas {
  const voxels = grid.shape[0] * grid.shape[1] * grid.shape[2];
  return { grid, hu: new Float32Array(voxels).fill(-1000), labels: new Uint8Array(voxels) };
}

/** Draws parts in order; what covers half a voxel counts half for its HU. */
export function drawParts(canvas: Canvas, parts: readonly Part[]): void {
  const painter = new CoveragePainter(canvas.grid);
  for (const part of parts) drawPart({ canvas, painter }, part);
}

/** Draws one part; `also` is told of each voxel it covers. */
export function drawPart(
  { canvas, painter }: { canvas: Canvas; painter: CoveragePainter },
  { shapes, hu, label, fineness, mode = 'cover' }: Part,
  also?: VisitCoverage,
): void {
  painter.paint(shapes, fineness, (index, coverage) => {
    const before = canvas.hu[index] as number;
    const isKept =
      (mode === 'lighten' && before > (hu ?? 0)) || (mode === 'darken' && before < (hu ?? 0));
    if (hu !== undefined && !isKept) canvas.hu[index] = before + (hu - before) * coverage;
    if (label !== undefined && coverage >= MAJORITY) canvas.labels[index] = label;
    also?.(index, coverage);
  });
}

/** Coverage of unions of shapes; keeps its memory from one union to the next. */
export class CoveragePainter {
  private readonly coverage: Float32Array;
  private touched = new Int32Array(4096);

  constructor(private readonly grid: VolumeGeometry) {
    this.coverage = new Float32Array(grid.shape[0] * grid.shape[1] * grid.shape[2]);
  }

  /** Visits each voxel of the union once. One shape needs no memory. */
  paint(
    shapes: readonly Part['shapes'][number][],
    fineness: number,
    visit: (index: number, coverage: number) => void,
  ): void {
    const { grid } = this;
    const [only] = shapes;
    if (only === undefined) return;
    if (shapes.length === 1) {
      visitCoverage(only, { grid, fineness }, visit);
      return;
    }
    let count = 0;
    for (const shape of shapes) {
      visitCoverage(shape, { grid, fineness }, (index, coverage) => {
        const before = this.coverage[index] as number;
        if (before === 0) {
          if (count === this.touched.length) this.touched = grown(this.touched);
          this.touched[count++] = index;
        }
        if (coverage > before) this.coverage[index] = coverage;
      });
    }
    for (let i = 0; i < count; i++) {
      const index = this.touched[i] as number;
      visit(index, this.coverage[index] as number);
      this.coverage[index] = 0;
    }
  }
}

function grown(list: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(list.length * 2);
  longer.set(list);
  return longer;
}
