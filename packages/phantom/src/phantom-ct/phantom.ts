import type { Random } from '@omnict/core';
import { type Anatomy, sampleAnatomy } from './anatomy';
import { type Lesion, type LesionOptions, sampleLesions } from './lesions';

/** Findings that are not focal lesions. */
export interface Findings {
  cardiomegaly: boolean;
  splenomegaly: boolean;
  /** Side of a pleural effusion. */
  effusion: 'none' | 'left' | 'right';
  aorticCalcification: boolean;
}

/** One virtual patient: what there is to see, before any pixel. */
export interface Phantom {
  /** Opaque key, unique within a dataset. */
  key: string;
  anatomy: Anatomy;
  lesions: readonly Lesion[];
  findings: Findings;
}

/** Draws a phantom. Each gets a stream of its own, so that adding phantoms changes no other. */
export function samplePhantom(key: string, random: Random, options?: LesionOptions): Phantom {
  const findings: Findings = {
    cardiomegaly: random.uniform() < 0.5,
    splenomegaly: random.uniform() < 0.5,
    effusion: random.choice(['none', 'none', 'left', 'right'] as const),
    aorticCalcification: random.uniform() < 0.5,
  };
  const anatomy = sampleAnatomy(random, findings);
  return { key, anatomy, lesions: sampleLesions(random, anatomy, options), findings };
}
