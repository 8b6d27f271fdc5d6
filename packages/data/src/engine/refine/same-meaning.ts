import { mapOrgan } from '../../taxonomy/organ-rules';
import {
  directionsIn,
  isPolar,
  negationsIn,
  normalized,
  numbersIn,
  planesIn,
  sidesIn,
} from '../words';
import { withoutSynonyms } from './synonyms';

/**
 * What a rewording changed that it must not: side, position, plane, number, denial, organ, the kind of
 * answer asked for; and whether it tells the answer. Not a proof of equal meaning, but of its most
 * dangerous changes, whoever wrote it.
 *
 * @returns one phrase a fault, empty when none was found
 */
export function meaningFaults(
  original: string,
  rewritten: string,
  { answer }: { answer: string },
): string[] {
  const [before, after] = [withoutSynonyms(original), withoutSynonyms(rewritten)];
  const organ = (text: string): string[] => [mapOrgan(text).value];
  const kind = (text: string): string[] => [isPolar(text) ? 'yes or no' : 'other'];
  const checks: readonly [string, (text: string) => readonly string[]][] = [
    ['side', sidesIn],
    ['position or size', directionsIn],
    ['plane', planesIn],
    ['number', numbersIn],
    ['denial', (text) => [String(negationsIn(text))]],
    ['organ', organ],
    ['kind of answer', kind],
  ];
  const faults = checks
    .map(([name, read]) => [name, read(before).join(', '), read(after).join(', ')] as const)
    .filter(([, a, b]) => a !== b)
    .map(([name, a, b]) => `${name} changed from '${a}' to '${b}'`);
  if (normalized(rewritten) === '') faults.push('nothing is asked');
  if (tells(rewritten, answer) && !tells(original, answer)) faults.push('the answer is told');
  return faults;
}

function tells(question: string, answer: string): boolean {
  const key = normalized(answer);
  return key.length > 2 && ` ${normalized(question)} `.includes(` ${key} `);
}
