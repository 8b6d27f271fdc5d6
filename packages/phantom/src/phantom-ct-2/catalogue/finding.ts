import type { CtRateLabel, OrganClass, Random } from '@omnict/core';
import type { BodyChanges } from '../body/body-plan';
import type { Attenuation } from '../body/tissues';

/** How far a finding has gone. Sizes of neighbouring grades leave a gap, so that they can be told apart. */
export interface Grade {
  /** In a report: 'small', 'moderate', ... */
  name: string;
  /** Smallest and largest size: mm, or the unit that the geometry says. */
  size: readonly [low: number, high: number];
  /** What is done about it: differs from grade to grade. */
  management: string;
}

/** Where something lies: structures of the body, with what reports call them and on which side. */
export interface Host {
  /** Name of a structure of the body, mostly TotalSegmentator's. */
  structure: string;
  /** 'in the right upper lobe' */
  place: string;
  side?: 'left' | 'right';
}

/** Balls, more or less: nodules, cysts, masses, stones, lymph nodes. Sizes are diameters in mm. */
export interface FocalGeometry {
  kind: 'focal';
  hosts: readonly Host[];
  /**
   * `inside`: all of it in its host; `clipped`: cut off where the host ends; `center`: its middle in
   * the host's; `surface`: half in, half out.
   */
  position: 'inside' | 'clipped' | 'center' | 'surface';
  surface: 'smooth' | 'lobulated' | 'spiculated';
  /** Most of them in one body; 1 to this many are as frequent as each other. */
  count: number;
  /** Half of them reach 2.2 times as far along z. */
  mayBeElongated?: boolean;
  /** TotalSegmentator's label, where it has one of its own for each side. */
  label?: Readonly<Record<'left' | 'right', string>>;
}

/** Fluid between an organ and its lining. Sizes are depths in mm. */
interface FluidGeometry {
  kind: 'fluid';
  space: 'pleural' | 'pericardial' | 'peritoneal';
}

/** Calcium on the walls of vessels. Sizes are numbers of plaques. */
export interface PlaqueGeometry {
  kind: 'plaques';
  hosts: readonly Host[];
  /** Diameters of a plaque, mm. */
  plaque: readonly [low: number, high: number];
}

/** Changes of lung tissue in a lobe or along its border. Sizes are as the pattern says. */
export interface LungGeometry {
  kind: 'lung';
  /**
   * `patch`: one cloud, diameter in mm. `bullae`: percent of the lung. `band`: thickness in mm.
   * `reticulation`, `septa`: depth from the pleura in mm. `mosaic`: percent of the lung.
   */
  pattern: 'patch' | 'bullae' | 'band' | 'reticulation' | 'septa' | 'mosaic';
}

/** A change of the anatomy itself. Sizes are what `change` takes. */
interface BodyGeometry {
  kind: 'body';
  change: (size: number, random: Random) => Partial<BodyChanges>;
  /** 'mm', 'HU', '%' or '' for the size in reports; a factor says nothing there. */
  unit: '' | 'mm' | 'HU' | '%';
  /** What a report says about where; drawn at random. */
  places?: readonly string[];
}

/** Metal and plastic. Sizes are numbers of parts. */
interface DeviceGeometry {
  kind: 'device';
}

/** How a finding is drawn. */
export type Geometry =
  FocalGeometry | FluidGeometry | PlaqueGeometry | LungGeometry | BodyGeometry | DeviceGeometry;

/** An entry of the catalogue: all that PhantomCT knows of a finding. */
export interface Finding {
  /** Without article; plural where it always is: 'lung nodule', 'ascites'. */
  name: string;
  organ: OrganClass;
  geometry: Geometry;
  /** HU in each phase; not needed where the anatomy changes. */
  hu?: Attenuation;
  /** Three, by rising size. */
  grades: readonly [Grade, Grade, Grade];
  /** True when one plane through it is enough to see and grade it. */
  isSeenInSlice: boolean;
  /** Heights between which it can lie, mm of an average adult: the scan must hold them. */
  levels: readonly [low: number, high: number];
  /** Heights of planes that show it best, mm; default: through its middle. */
  planes?: readonly [low: number, high: number];
  /** Column of CT-RATE's table of abnormalities. */
  ctRate?: CtRateLabel;
  /** Sentence of a report. Slots: {grade} {Grade} {name} {size} {place} {count}. */
  report: string;
  /** What the impression says; same slots. */
  impression: string;
}

/** The three management steps, by grade. */
export function grades(
  ...[small, medium, large]: readonly [
    readonly [string, number, number, string],
    readonly [string, number, number, string],
    readonly [string, number, number, string],
  ]
): Finding['grades'] {
  const grade = ([name, low, high, management]: readonly [
    string,
    number,
    number,
    string,
  ]): Grade => ({
    name,
    size: [low, high],
    management,
  });
  return [grade(small), grade(medium), grade(large)];
}
