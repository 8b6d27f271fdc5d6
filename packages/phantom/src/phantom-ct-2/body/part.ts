import type { Random } from '@omnict/core';
import type { Waves } from '../geometry/combine';
import type { Point, Shape } from '../geometry/shape';
import type { BodyChanges, BodyPlan } from './body-plan';
import { labelOf } from './labels';
import { type Attenuation, huIn } from './tissues';

/** Something that is drawn: later parts cover earlier ones. */
export interface Part {
  /** Their union is drawn at once, so that overlaps are not drawn twice. */
  shapes: readonly Shape[];
  /** HU; undefined to change labels alone. */
  hu: number | undefined;
  /** TotalSegmentator's value, 0 for none; undefined to leave labels as they are. */
  label: number | undefined;
  /** `lighten` and `darken` leave alone what is denser, or less dense, already. Default `cover`. */
  mode?: 'cover' | 'lighten' | 'darken';
  /** Longest side of the parts of a voxel in which coverage is counted, mm. */
  fineness: number;
}

/** Structures that findings lie in and questions measure, by TotalSegmentator's or our own names. */
export type Structures = Map<string, Shape>;

/** A body, ready to be drawn. */
export interface Body {
  plan: BodyPlan;
  changes: BodyChanges;
  parts: readonly Part[];
  structures: Structures;
}

/** Coarse enough for organs. */
const ORGAN_FINENESS_MM = 3.2;

/** Collects parts of a body while it is drawn. */
export class BodyBuilder {
  readonly parts: Part[] = [];
  readonly structures: Structures = new Map();

  constructor(
    readonly plan: BodyPlan,
    readonly changes: BodyChanges,
    readonly random: Random,
  ) {}

  /** mm of an average adult as mm of this one. */
  mm(value: number): number {
    return value * this.plan.scale;
  }

  /** A size that varies by a few percent from body to body. */
  size(value: number): number {
    return value * this.plan.scale * this.random.uniform(0.95, 1.05);
  }

  /** A place, with some scatter (mm). */
  place(point: Point, scatter = 2.5): Point {
    const move = (value: number): number =>
      value * this.plan.scale + this.random.uniform(-scatter, scatter);
    return [move(point[0]), move(point[1]), move(point[2])];
  }

  /** A place that only depends on the body's size. */
  at(point: Point): Point {
    return [this.mm(point[0]), this.mm(point[1]), this.mm(point[2])];
  }

  /** Waves that begin anywhere. */
  waves(amplitude: number, wavelength: number): Waves {
    const phase = (): number => this.random.uniform(0, 2 * Math.PI);
    return { amplitude, wavelength, phases: [phase(), phase(), phase()] };
  }

  /**
   * Adds a part.
   *
   * `label` is TotalSegmentator's name; '' for tissue it does not segment, undefined to keep
   * labels.
   */
  draw(
    shapes: Shape | readonly Shape[],
    attenuation: Attenuation | undefined,
    { label, fineness = ORGAN_FINENESS_MM }: { label?: string; fineness?: number } = {},
  ): void {
    this.parts.push({
      shapes: Array.isArray(shapes) ? (shapes as readonly Shape[]) : [shapes as Shape],
      hu: attenuation === undefined ? undefined : huIn(attenuation, this.plan.phase),
      label: label === undefined ? undefined : label === '' ? 0 : labelOf(label),
      fineness,
    });
  }

  /** Remembers a structure. */
  name(name: string, shape: Shape): Shape {
    this.structures.set(name, shape);
    return shape;
  }

  /** A structure that was named before. */
  structure(name: string): Shape {
    const shape = this.structures.get(name);
    if (shape === undefined) throw new Error(`body: '${name}' is drawn after it is needed`);
    return shape;
  }
}
