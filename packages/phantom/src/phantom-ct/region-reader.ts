import type { Shape3D } from '@omnict/core';
import { hostNamed } from './hosts';
import type { QuestionDraft } from './questions/scene';
import { phraseTarget, REGION_VOCABULARY, regionCovers, type RegionMaps } from './regions';

/**
 * @file Answers questions by rules from what an encoder says of each patch: with perfect maps this proves
 * that questions can be answered at a resolution, with an encoder's it says what the encoder saw.
 */

/** A phrase, how much speaks for it, and whether that is enough to say it. */
interface ViewedPhrase {
  phrase: string;
  value: number;
  isSaid: boolean;
}

/** What is said of an image's patches, and the mask that organ tokens are chosen by. */
export interface RegionView {
  /** What is said of each patch, unit by unit. */
  patches: { unit: number; patch: number; phrases: ViewedPhrase[] }[];
  /** Patches per side. */
  side: number;
  mask: { data: Uint8Array; shape: Shape3D };
}

const { phrases: PHRASES, organs: ORGANS } = REGION_VOCABULARY;

/** Slices of a unit of a volume. */
const UNIT_SLICES = 3;

/**
 * Returns what a perfect encoder says of prepared maps.
 *
 * @param maps labels and findings `[D, H, W]`, one plane for a slice
 */
export function perfectView(maps: RegionMaps, side: number): RegionView {
  const { shape, labels } = maps;
  const perUnit = shape[0] === 1 ? 1 : UNIT_SLICES;
  const covers = Array.from({ length: Math.floor(shape[0] / perUnit) }, (_, unit) =>
    regionCovers(maps, [unit * perUnit, (unit + 1) * perUnit], side),
  );
  return regionView(covers, { side, mask: { data: labels, shape } }, (cover, phrase) => {
    return phraseTarget(cover, phrase < ORGANS) === 1;
  });
}

/**
 * Turns values of each unit's patches and phrases into what is said of them.
 *
 * @param units `[side * side, K]` each @param isSaid whether a value says its phrase
 */
export function regionView(
  units: readonly Float32Array[],
  place: Pick<RegionView, 'side' | 'mask'>,
  isSaid: (value: number, phrase: number) => boolean,
): RegionView {
  const patches = units.flatMap((values, unit) =>
    Array.from({ length: place.side ** 2 }, (_, patch) => ({
      unit,
      patch,
      phrases: PHRASES.flatMap((phrase, index) => {
        const value = values[patch * PHRASES.length + index] as number;
        return value > 0 ? [{ phrase, value, isSaid: isSaid(value, index) }] : [];
      }),
    })),
  );
  return { patches, ...place };
}

/** Answers a closed question, or null where the regions do not tell. */
export function answerFromRegions(view: RegionView, draft: QuestionDraft): string | null {
  const { question, answers = [], skill } = draft;
  const names = [
    ...question.matchAll(/in the ([a-z ]+?)(?= small| flat| hypodense|\?|,| was| needs| or)/g),
  ].map(([, name = '']) => name);
  const [name = ''] = names;
  switch (skill) {
    case 'lesion':
    case 'small lesion':
    case 'small organ':
      return said(view, (phrase) => isLesionOf(phrase, name)).length > 0 ? 'yes' : 'no';
    case 'neighbour':
      return neighbourAnswer(view, draft.organLabels ?? []);
    case 'finding':
      return findingAnswer(view, question);
    case 'density':
    case 'side': {
      const found = likeliest(view, (phrase) =>
        question.includes('effusion')
          ? phrase.startsWith('effusion')
          : isLesionOf(phrase, name) && isDense(phrase),
      );
      return answers.find((answer) => found?.phrase.includes(answer)) ?? null;
    }
    case 'size':
    case 'change':
    case 'rule':
      return sizeAnswer(sizeOf(view, name, ['small', 'large']), question, skill);
    case 'extent':
      return sizeOf(view, name, ['large flat', 'large round'])?.slice('large '.length) ?? null;
    case 'comparison':
      return largerOf(view, answers);
    case 'z-order': {
      const heights = answers.map((place) => heightOf(view, place));
      return heights.some((height) => height === null)
        ? null
        : (answers[(heights[0] as number) > (heights[1] as number) ? 0 : 1] ?? null);
    }
    case 'z-position':
      return thirdAnswer(view, /in the (left|right) lung/.exec(question)?.[1] ?? '');
    case 'count':
      return ['one', 'two', 'three'][countNodules(view) - 1] ?? null;
    case 'recognition': {
      const shown = (organ: string): boolean => said(view, (phrase) => phrase === organ).length > 0;
      if (answers[0] !== 'yes') return answers.find(shown) ?? null;
      const organ = /the ([a-z]+) visible/.exec(question)?.[1] ?? '';
      return shown(organ) ? 'yes' : 'no';
    }
    default:
      return null;
  }
}

interface Said extends ViewedPhrase {
  unit: number;
  patch: number;
}

/** Phrases that are said, wherever they are. */
function said(view: RegionView, matches: (phrase: string) => boolean): Said[] {
  return viewed(view, matches).filter(({ isSaid }) => isSaid);
}

/** The phrase that most speaks for, said or not: for what a question takes for granted. */
function likeliest(view: RegionView, matches: (phrase: string) => boolean): Said | null {
  return viewed(view, matches).reduce<Said | null>(
    (best, one) => (best === null || one.value > best.value ? one : best),
    null,
  );
}

function viewed(view: RegionView, matches: (phrase: string) => boolean): Said[] {
  return view.patches.flatMap(({ unit, patch, phrases: own }) =>
    own.filter(({ phrase }) => matches(phrase)).map((one) => ({ unit, patch, ...one })),
  );
}

function isLesionOf(phrase: string, host: string): boolean {
  return phrase.includes(`lesion in the ${host}`);
}

function isDense(phrase: string): boolean {
  return /^(hypodense|hyperdense|calcified)/.test(phrase);
}

/** The most likely size of a host's lesion. @param sizes first words of phrases: the alternatives */
function sizeOf<Size extends string>(
  view: RegionView,
  host: string,
  sizes: readonly Size[],
): Size | null {
  const evidence = sizes.map((size) => evidenceOf(view, { host, size }));
  const most = Math.max(...evidence);
  return most > 0 ? (sizes[evidence.indexOf(most)] as Size) : null;
}

/** What speaks for a size. Squares keep many faint doubts from outweighing a few patches that are sure. */
function evidenceOf(view: RegionView, { host, size }: { host: string; size: string }): number {
  return viewed(view, (phrase) => phrase.startsWith(size) && isLesionOf(phrase, host)).reduce(
    (sum, { value }) => sum + value ** 2,
    0,
  );
}

/** The host whose lesion is rather large than small. */
function largerOf(view: RegionView, hosts: readonly string[]): string | null {
  const excess = hosts.map(
    (host) => evidenceOf(view, { host, size: 'large' }) - evidenceOf(view, { host, size: 'small' }),
  );
  return hosts[excess.indexOf(Math.max(...excess))] ?? null;
}

function sizeAnswer(size: string | null, question: string, skill: string): string | null {
  if (size === null) return null;
  if (skill === 'size') return size;
  const isLarge = size === 'large';
  if (skill === 'rule') return isLarge ? 'biopsy' : 'control';
  return question.includes('was small') === isLarge ? 'yes' : 'no';
}

function findingAnswer(view: RegionView, question: string): string {
  const phrase = question.includes('heart')
    ? 'enlarged heart'
    : question.includes('spleen')
      ? 'enlarged spleen'
      : question.includes('aorta')
        ? 'calcified aorta'
        : 'effusion';
  return said(view, (one) => one.startsWith(phrase)).length > 0 ? 'yes' : 'no';
}

/** A patch that the structure's mask touches shows a lesion of its host. */
function neighbourAnswer(view: RegionView, labels: readonly number[]): string {
  const { data, shape } = view.mask;
  const perUnit = shape[0] === 1 ? 1 : UNIT_SLICES;
  const touched = new Set<string>();
  data.forEach((label, voxel) => {
    if (!labels.includes(label)) return;
    const [x, y, z] = [
      voxel % shape[2],
      Math.floor(voxel / shape[2]) % shape[1],
      Math.floor(voxel / (shape[1] * shape[2])),
    ];
    const patch =
      Math.floor((y * view.side) / shape[1]) * view.side + Math.floor((x * view.side) / shape[2]);
    touched.add(`${Math.floor(z / perUnit)}/${patch}`);
  });
  const host = ['lungs', 'kidneys', 'adrenal glands', 'spine'].find((name) =>
    hostNamed(name).parts.some((part) => part.labels.some((label) => labels.includes(label))),
  );
  const lesions = said(view, (phrase) => isLesionOf(phrase, host ?? ''));
  return lesions.some(({ unit, patch }) => touched.has(`${unit}/${patch}`)) ? 'yes' : 'no';
}

/** Mean unit of the lesion in a host, or in one lung. */
function heightOf(view: RegionView, place: string): number | null {
  const side = /^(left|right) lung$/.exec(place)?.[1];
  return meanUnit(view, (phrase) =>
    side === undefined
      ? isLesionOf(phrase, place)
      : isLesionOf(phrase, 'lungs') && phrase.endsWith(`on the ${side}`),
  );
}

/** Mean unit of what is said, or the unit of what comes closest to it. */
function meanUnit(view: RegionView, matches: (phrase: string) => boolean): number | null {
  const found = said(view, matches);
  if (found.length === 0) return likeliest(view, matches)?.unit ?? null;
  return found.reduce((sum, { unit }) => sum + unit, 0) / found.length;
}

/** @param side of the nodule, empty for either */
function thirdAnswer(view: RegionView, side: string): string | null {
  const lungs = said(view, (phrase) => phrase === 'lungs').map(({ unit }) => unit);
  const isNodule = (phrase: string): boolean =>
    isLesionOf(phrase, 'lungs') && (side === '' || phrase.endsWith(`on the ${side}`));
  const nodule = meanUnit(view, isNodule);
  if (lungs.length === 0 || nodule === null) return null;
  const [low, high] = [Math.min(...lungs), Math.max(...lungs) + 1];
  const share = (nodule + 0.5 - low) / (high - low);
  return share < 0.36 ? 'lower' : share > 0.62 ? 'upper' : 'middle';
}

/** Groups of patches with a nodule that touch each other. */
function countNodules(view: RegionView): number {
  const left = said(view, (phrase) => isLesionOf(phrase, 'lungs') && isDense(phrase));
  let count = 0;
  while (left.length > 0) {
    const queue = left.splice(0, 1);
    count++;
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { unit, patch } = next;
      for (let i = left.length - 1; i >= 0; i--) {
        const other = left[i] as Said;
        const dx = Math.abs((other.patch % view.side) - (patch % view.side));
        const dy = Math.abs(Math.floor(other.patch / view.side) - Math.floor(patch / view.side));
        if (Math.abs(other.unit - unit) <= 1 && dx <= 1 && dy <= 1)
          queue.push(...left.splice(i, 1));
      }
    }
  }
  return count;
}
