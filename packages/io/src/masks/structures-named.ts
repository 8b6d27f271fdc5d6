import { ConfigError, ORGAN_CLASS_LABELS, ORGAN_CLASSES, type Question } from '@omnict/core';
import { STRUCTURE_WORDS, type StructureWords } from './structure-words';
import { TOTALSEGMENTATOR_LABELS } from './totalsegmentator-labels';

/** Structures that a text names. */
export interface NamedStructures {
  /** Names: those of TotalSegmentator, or an organ class where all of it is meant. */
  names: readonly string[];
  /** Values in TotalSegmentator's label maps, ascending. */
  labels: readonly number[];
}

const LABEL_OF = new Map(
  Object.entries(TOTALSEGMENTATOR_LABELS).map(([label, name]) => [name, Number(label)]),
);

const PATTERNS = STRUCTURE_WORDS.map((entry) => ({
  entry,
  pattern: new RegExp(`(?<!\\w)(?:${entry.words})(?!\\w)`, 'gi'),
}));

/** Names of several words, as label maps spell them and as people do. */
const NAMES = new RegExp(
  `(?<!\\w)(?:${[...LABEL_OF.keys()]
    .filter((name) => name.includes('_'))
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replaceAll('_', '[_ ]'))
    .join('|')})(?!\\w)`,
  'gi',
);

/**
 * Finds the structures that a question is about: all that it names, by their names, synonyms and what
 * only they have, sides and levels minded. Several are united.
 *
 * @returns no names and no labels when the text names none
 * @example structuresNamed('Is there a cyst in the left kidney?').names // ['kidney_left', 'kidney_cyst_left']
 */
export function structuresNamed(text: string): NamedStructures {
  const found = new Set<string>();
  let rest = text.replace(NAMES, (name) => {
    found.add(spelled(name));
    return MATCHED;
  });
  rest = rest
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/\b(?:left (?:and|or) right|right (?:and|or) left)\b/gi, 'bilateral');
  for (const { entry, pattern } of PATTERNS) {
    const before = new Set(found);
    rest = rest.replace(pattern, (...match: unknown[]) => {
      const groups = (match.at(-1) ?? {}) as Record<string, string | undefined>;
      const named = narrowed(entry, groups);
      if (!named.some((name) => before.has(name))) named.forEach((name) => found.add(name));
      return MATCHED;
    });
  }
  const labels = [...found].map((name) => LABEL_OF.get(name) as number).sort((a, b) => a - b);
  return { names: namesOf(labels), labels };
}

/**
 * Says which structures a question is about, the one way for records, training, evaluation and a user's
 * questions: its label values where it has some, else what its words name, else its organ class.
 *
 * An organ may be a class or the name of structures.
 *
 * @throws ConfigError for an organ that is neither
 */
export function structuresAsked({
  organLabels,
  question,
  organ,
}: Pick<Question, 'organLabels' | 'question' | 'organ'>): NamedStructures {
  if (organLabels !== undefined) return { names: namesOf(organLabels), labels: organLabels };
  const named = structuresNamed(question);
  return named.labels.length > 0 || organ === undefined ? named : structuresOf(organ);
}

/** Returns the structures of an organ class, or of a name or synonym. @throws ConfigError when it is neither */
export function structuresOf(organ: string): NamedStructures {
  const known = ORGAN_CLASSES.find((name) => name === organ);
  if (known !== undefined) {
    const labels = ORGAN_CLASS_LABELS[known];
    return { names: namesOf(labels), labels };
  }
  const named = structuresNamed(organ);
  if (named.labels.length > 0) return named;
  throw new ConfigError(
    `unknown organ '${organ}'; expected ${ORGAN_CLASSES.join(', ')}, or the name of one of TotalSegmentator's structures: aorta, gallbladder, left kidney, L3; correct the organ`,
  );
}

/** Takes the place of words that were matched: they are not searched again. */
const MATCHED = ' | ';

/** A structure's name in TotalSegmentator's spelling, vertebrae with a capital. */
function spelled(name: string): string {
  const joined = name.toLowerCase().replaceAll(' ', '_');
  return joined.replace(/^(vertebrae_)(\w)/, (_, start: string, level: string) => {
    return start + level.toUpperCase();
  });
}

/** Calls structures by the classes that are there as a whole, and the rest by their own names. */
export function namesOf(labels: readonly number[]): string[] {
  const left = new Set(labels);
  const classes = ORGAN_CLASSES.filter((organ) => {
    const own = ORGAN_CLASS_LABELS[organ];
    if (own.length === 0 || !own.every((label) => left.has(label))) return false;
    own.forEach((label) => left.delete(label));
    return true;
  });
  const others = [...left].map((label) => TOTALSEGMENTATOR_LABELS[label] ?? `label ${label}`);
  return [...classes, ...others];
}

/** The structures of an entry that side and level leave. */
function narrowed(
  { structures }: StructureWords,
  groups: Record<string, string | undefined>,
): readonly string[] {
  const side = (groups['side'] ?? groups['side2'])?.toLowerCase();
  const ofSide =
    side === undefined || side === 'bilateral'
      ? structures
      : structures.filter((name) => name.split('_').includes(side));
  const { level } = groups;
  if (level === undefined) return ofSide;
  if (/^\d+$/.test(level)) return ofSide.filter((name) => name.endsWith(`_${level}`));
  const levels = vertebraLevels(level.toUpperCase());
  return ofSide.filter((name) => levels.includes(name.slice('vertebrae_'.length)));
}

/** `L4-L5`, `L4/5` and `L5` as levels, those between left out: a disc lies between two. */
function vertebraLevels(text: string): string[] {
  const [first = '', second] = text.split(/ ?[-/] ?/);
  if (second === undefined) return [first];
  return [first, /^\d/.test(second) ? `${first.slice(0, 1)}${second}` : second];
}
