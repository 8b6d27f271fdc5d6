import type { ImagingModality } from '@omnict/core';
import { firstMatch, type RuleDecision } from './rule-decision';

const RULES: readonly (readonly [ImagingModality, RegExp])[] = [
  ['PET', /\b(?:PET(?:[/ -]?CT)?|positron emission|scintigra\w*|SPECT)\b/],
  [
    'CT',
    /\b(?:CT|CTA|HRCT|CECT|NECT|LDCT|CBCT|CT-scan)\b|\bcomput(?:ed|eri[sz]ed) (?:axial )?tomogra\w*|\bcat scan/i,
  ],
  ['MRI', /\b(?:MRI?|MRA|MRCP|FLAIR|DWI|T[12](?:[- ]?W\w*)?)\b|\bmagnetic resonance/i],
  ['ultrasound', /\b(?:ultraso\w*|sonogra\w*|echocardio\w*|doppler)\b/i],
  [
    'X-ray',
    /\bx[- ]?rays?\b|\bradiograph\w*|\bplain film|\bC?XR\b|\bfluorosco\w*|\bangiogra\w*|\bmammogra\w*/i,
  ],
  [
    'other',
    /\b(?:histolog\w*|microscop\w*|photograph\w*|endoscop\w*|colonoscop\w*|gross (?:specimen|pathology)|fundus|dermosc\w*|OCT|electrocardio\w*|ECG|flowchart|graph|schematic)\b/i,
  ],
];

/** The acquisition a text names, or null. PET/CT counts as PET: its pictures are no plain CT. */
export function mapImaging(text: string): RuleDecision<ImagingModality> | null {
  return firstMatch(text, RULES);
}
