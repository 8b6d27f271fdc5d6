import type { Random } from '@omnict/core';
import { negationsIn } from '../words';

/** An adjective or participle that ends a question about a state. */
const STATE = '(?:enlarged|calcified|dilated|distended|thickened|fractured|displaced|obstructed)';

/** Where something is said to be, before `in`: belongs to neither form. */
const PLACED = '(?: located| situated| seen| noted| present| visible)?';

/**
 * Forms of a question that ask the same. `$1` is what is asked about, `$2` where or how.
 * Denials are left alone: reading them twice changes them.
 */
const FRAMES: readonly (readonly [form: RegExp, others: readonly string[]])[] = [
  [
    /^Is there (?:any )?evidence of ([^,;]+?)\?$/i,
    ['Does the image show signs of $1?', 'Are there signs of $1?'],
  ],
  [
    new RegExp(`^Is there (an? [^,;]+?)${PLACED} in (the [^,;]+?)\\?$`, 'i'),
    ['Does $2 contain $1?', 'Can $1 be identified in $2?'],
  ],
  [/^Does (the [^,;]+?) contain (an? [^,;]+?)\?$/i, ['Is there $2 in $1?', 'Is $2 found in $1?']],
  [
    new RegExp(`^Is there (an? [^,;]+?)${PLACED}\\?$`, 'i'),
    ['Does the image show $1?', 'Can $1 be identified?'],
  ],
  [/^Are there (?:any )?([^,;]+?) present\?$/i, ['Can $1 be identified?']],
  [new RegExp(`^Is (the [^,;]+?) (${STATE})\\?$`, 'i'), ['Does $1 appear $2?']],
  [
    /^Which organ contains (the [^,;]+?)\?$/i,
    ['In which organ is $1 found?', 'Which organ harbours $1?'],
  ],
  [
    new RegExp(`^Where is (the [^,;]+?)${PLACED}\\?$`, 'i'),
    ['What is the location of $1?', 'At which site is $1 found?'],
  ],
  [
    /^What is the location of (the [^,;]+?)\?$/i,
    ['Where is $1 located?', 'At which site is $1 found?'],
  ],
  [/^On which side is (the [^,;]+?)\?$/i, ['Which side is $1 on?']],
  [/^How many ([^,;]+?) are (?:there|visible|seen|present)\?$/i, ['What is the number of $1?']],
];

/** The question in another form, as it is where none is known. */
export function changeFrame(question: string, random: Random): string {
  if (negationsIn(question) > 0) return question;
  for (const [form, others] of FRAMES) {
    if (form.test(question)) return question.replace(form, random.choice(others));
  }
  return question;
}
