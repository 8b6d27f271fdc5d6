import { ORGAN_CLASS_LABELS, ORGAN_CLASSES } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { namesOf, structuresNamed, TOTALSEGMENTATOR_LABELS } from '../src/index';
import { ORGAN_QUESTIONS } from './organ-questions';

const entries = Object.entries(TOTALSEGMENTATOR_LABELS);
const matching = (pattern: RegExp): number[] =>
  entries.filter(([, name]) => pattern.test(name)).map(([label]) => Number(label));

/** Groups that questions may be about. */
const GROUPS: Readonly<Record<string, readonly number[]>> = {
  ARTERIES: matching(/artery|aorta|trunk/),
  VEINS: matching(/vein|vena/),
  VESSELS: ORGAN_CLASS_LABELS.vessels,
  SPINE: ORGAN_CLASS_LABELS.spine,
  RIBS: matching(/^rib_/),
  RIBS_LEFT: matching(/^rib_left/),
  GLUTEI: matching(/^gluteus/),
  MUSCLES: matching(/^(?:gluteus|autochthon|iliopsoas)/),
  BONES: matching(/^(?:sacrum|skull|sternum|vertebrae|rib|humerus|scapula|clavicula|femur|hip)/),
};

function labelsOf(structures: string): number[] {
  const labels = structures.split(', ').flatMap((name) => {
    if (name === '') return [];
    const organ = ORGAN_CLASSES.find((known) => known === name);
    const own = GROUPS[name] ?? (organ === undefined ? undefined : ORGAN_CLASS_LABELS[organ]);
    return own ?? matching(new RegExp(`^${name}$`));
  });
  return [...new Set(labels)].sort((a, b) => a - b);
}

describe('structuresNamed', () => {
  it('has a table of two hundred questions', () => {
    expect(ORGAN_QUESTIONS.length).toBeGreaterThanOrEqual(200);
    for (const [question, structures] of ORGAN_QUESTIONS) {
      if (structures !== '') expect(labelsOf(structures), question).not.toEqual([]);
    }
  });

  it.each(ORGAN_QUESTIONS)('%s: %s', (question, structures) => {
    expect(structuresNamed(question).names).toEqual(namesOf(labelsOf(structures)));
  });

  it.each(entries)('finds label %s by its name, %s', (label, name) => {
    expect(structuresNamed(`Is ${name.replaceAll('_', ' ')} normal?`).labels).toContain(
      Number(label),
    );
  });

  it.each(ORGAN_CLASSES.filter((organ) => organ !== 'others'))('finds all of %s', (organ) => {
    expect(structuresNamed(`Show the ${organ}.`)).toEqual({
      names: [organ],
      labels: ORGAN_CLASS_LABELS[organ],
    });
  });
});
