import type { Random } from '@omnict/core';

/**
 * Terms that stand for each other in the same place of a sentence: every set is of one number and
 * one part of speech. They are radiology's usual words; spellings of both sides of the Atlantic count
 * as synonyms.
 */
export const SYNONYM_SETS: readonly (readonly string[])[] = [
  // Nouns that are counted, then their plurals.
  ['kidney stone', 'renal calculus', 'nephrolith'],
  ['kidney stones', 'renal calculi', 'nephroliths'],
  ['gallstone', 'biliary calculus'],
  ['gallstones', 'biliary calculi'],
  ['tumor', 'tumour', 'neoplasm'],
  ['tumors', 'tumours', 'neoplasms'],
  ['nodule', 'nodular lesion'],
  ['nodules', 'nodular lesions'],
  ['blood clot', 'thrombus'],
  ['blood clots', 'thrombi'],
  ['metastasis', 'metastatic deposit'],
  ['metastases', 'metastatic deposits'],
  ['pleural effusion', 'pleural fluid collection'],
  ['pleural effusions', 'pleural fluid collections'],
  ['pericardial effusion', 'pericardial fluid collection'],
  ['bowel obstruction', 'intestinal obstruction'],
  ['bowel loops', 'loops of bowel'],
  ['aneurysm', 'aneurysmal dilatation'],
  ['CT scan', 'computed tomography scan'],
  // Nouns that are not counted.
  ['edema', 'oedema'],
  ['hemorrhage', 'haemorrhage', 'bleeding'],
  ['ascites', 'free peritoneal fluid'],
  ['pneumoperitoneum', 'free intraperitoneal gas'],
  ['hydronephrosis', 'dilatation of the renal collecting system'],
  ['lymphadenopathy', 'lymph node enlargement'],
  ['hepatomegaly', 'enlargement of the liver'],
  ['splenomegaly', 'enlargement of the spleen'],
  ['cardiomegaly', 'enlargement of the heart'],
  ['fat stranding', 'stranding of the fat'],
  ['hepatic steatosis', 'fatty change of the liver'],
  ['IV contrast', 'intravenous contrast'],
  ['oral contrast', 'enteric contrast'],
  ['small bowel', 'small intestine'],
  ['large bowel', 'large intestine'],
  ['gallbladder', 'gall bladder'],
  ['esophagus', 'oesophagus'],
  // Adjectives and participles.
  ['hypodense', 'hypoattenuating'],
  ['hyperdense', 'hyperattenuating'],
  ['located', 'situated'],
  ['visible', 'discernible'],
  ['depicted', 'shown'],
];

const SET_OF_TERM = new Map(
  SYNONYM_SETS.flatMap((set) => set.map((term) => [term.toLowerCase(), set] as const)),
);

/** Longest first: `pleural effusion` before a shorter term inside it. */
const ANY_TERM = new RegExp(
  `\\b(?:(an?) )?(${[...SET_OF_TERM.keys()].sort((a, b) => b.length - a.length).join('|')})\\b`,
  'gi',
);

/** True when two terms mean the same. */
export function areSynonyms(a: string, b: string): boolean {
  const [first, second] = [a.toLowerCase(), b.toLowerCase()];
  return first === second || (SET_OF_TERM.get(first)?.includes(second) ?? false);
}

/** Puts a synonym in the place of each term it knows; the article before it follows its sound. */
export function replaceTerms(text: string, random: Random): string {
  return text.replace(ANY_TERM, (whole, article: string | undefined, term: string) => {
    const set = SET_OF_TERM.get(term.toLowerCase()) ?? [];
    const others = set.filter((other) => other.toLowerCase() !== term.toLowerCase());
    if (others.length === 0) return whole;
    const chosen = random.choice(others);
    const startsSentence = /^[A-Z][a-z]/.test(article ?? term);
    const noun = startsSentence && article === undefined ? capitalized(chosen) : chosen;
    if (article === undefined) return noun;
    const sound = /^[aeiou]/i.test(chosen) ? 'an' : 'a';
    return `${startsSentence ? capitalized(sound) : sound} ${noun}`;
  });
}

/** Terms by the first of their set: equal for texts that differ in synonyms only. */
export function withoutSynonyms(text: string): string {
  return text.replace(ANY_TERM, (_, __, term: string) => {
    const [first] = SET_OF_TERM.get(term.toLowerCase()) ?? [term];
    return (first ?? term).toLowerCase();
  });
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
