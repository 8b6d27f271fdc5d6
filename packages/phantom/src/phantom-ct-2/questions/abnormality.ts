import { ORGAN_CLASS_LABELS, type OrganClass, type Random } from '@omnict/core';
import { labelOf } from '../body/labels';
import { findingsOf } from '../catalogue/catalogue';
import type { Finding } from '../catalogue/finding';
import { LOBES } from '../catalogue/hosts';
import type { PlacedFinding } from '../findings/finding-instance';
import { heightsOf, isOrganSeen, seenFindings, sightOf } from '../observe';
import { COUNT_WORDS, placeOf } from '../report/phrases';
import { holds } from '../scan/acquisition';
import type { Scan } from '../scan/scan';
import { detailSkill, type Fact, harderWhen } from './fact';

/** Facts about the findings of an image: whether, what, where, how large, how many, what next. */
export function findingFacts(scan: Scan, random: Random): Fact[] {
  const facts: Fact[] = [];
  for (const [organ, finding] of scan.phantom.focus) {
    if (!isOrganSeen(scan, organ)) continue;
    const index = scan.phantom.placed.findIndex((placed) => placed.finding === finding);
    const placed = scan.phantom.placed[index];
    if (placed === undefined) continue;
    const sight = sightOf(scan, index);
    if (canBeAsked(scan, organ, sight)) facts.push(presence(placed, sight === 'seen'));
    const seen = seenFindings(scan, organ);
    if (seen?.length !== 1 || seen[0] !== index) continue;
    facts.push(...whichFinding(scan, placed, random), ...attributes(scan, placed, index));
  }
  return facts;
}

/** In a slice only the plane's own organ: elsewhere a finding would be absent too often. */
function canBeAsked({ phantom }: Scan, organ: OrganClass, sight: string): boolean {
  if (sight === 'unclear') return false;
  return phantom.modality === 'volume' || organ === phantom.planeOrgan;
}

function presence({ finding, grade }: PlacedFinding, isThere: boolean): Fact {
  const { name, organ } = finding;
  return {
    organ,
    category: 'MAI',
    capability: 'finding presence',
    skill: detailSkill(organ),
    difficulty: harderWhen(1, grade === finding.grades[0]),
    finding: name,
    question: `Does the scan show ${withArticle(name)}?`,
    options: ['yes', 'no'],
    answer: isThere ? 'yes' : 'no',
    state: (value) =>
      value === 'yes' ? `The scan shows ${withArticle(name)}.` : `The scan shows no ${name}.`,
  };
}

/** Options are other findings of the same organ: its name alone does not help. */
function whichFinding(scan: Scan, { finding, grade }: PlacedFinding, random: Random): Fact[] {
  const { organ, name } = finding;
  const { modality, acquisition, placed } = scan.phantom;
  const isCandidate = (other: Finding): boolean =>
    other !== finding &&
    holds(acquisition.region, other.levels) &&
    (modality === 'volume' || other.isSeenInSlice) &&
    !placed.some((one) => one.finding === other && one.isPresent);
  const others = findingsOf(organ).filter(isCandidate);
  if (others.length === 0) return [];
  const options = random.shuffle([
    name,
    ...random
      .shuffle(others)
      .slice(0, 3)
      .map((other) => other.name),
  ]);
  return [
    {
      organ,
      category: 'MAI',
      capability: 'finding name',
      skill: detailSkill(organ),
      difficulty: harderWhen(2, grade === finding.grades[0]),
      finding: name,
      question:
        organ === 'others'
          ? 'Which abnormality outside the main organs does the scan show?'
          : `Which abnormality of the ${organ} does the scan show?`,
      options,
      answer: name,
      state: (value) => `The scan shows ${withArticle(value)}.`,
      claim: (value) => `Is the abnormality ${withArticle(value)}?`,
    },
  ];
}

/** Size, side, place, number, height, extent, comparison, management. */
function attributes(scan: Scan, placed: PlacedFinding, index: number): Fact[] {
  const { finding, grade } = placed;
  const { organ, name } = finding;
  const base = { organ, finding: name } as const;
  const isVolume = scan.phantom.modality === 'volume';
  const isSmall = grade === finding.grades[0];
  const facts: Fact[] = [sizeFact(placed), ...managementFacts(placed)];
  const sides = new Set(placed.sites.map(({ host }) => host.side));
  const isPaired = isSided(finding);
  if (isPaired && sides.size <= 1) {
    facts.push({
      ...base,
      category: 'AII',
      capability: 'side',
      skill: detailSkill(organ),
      difficulty: harderWhen(1, isSmall),
      question: `On which side is the ${name}?`,
      options: ['left', 'right'],
      answer: placed.side,
      state: (value) => `The ${name} is on the ${value}.`,
      claim: (value) => `Is the ${name} on the ${value}?`,
    });
  }
  if (isVolume) facts.push(...volumeFacts(scan, placed, index));
  return facts;
}

function sizeFact({ finding, grade }: PlacedFinding): Fact {
  const { organ, name, grades } = finding;
  return {
    organ,
    finding: name,
    category: 'AII',
    capability: 'size',
    skill: finding.geometry.kind === 'focal' ? detailSkill(organ) : 'extent',
    difficulty: grade === grades[1] ? 3 : 2,
    question: `How would you grade the ${name}?`,
    options: grades.map((one) => one.name),
    answer: grade.name,
    state: (value) => `The ${name} is ${value}.`,
    claim: (value) => `Is the ${name} ${value}?`,
  };
}

/** Once with the rule in the question, once without. */
function managementFacts({ finding, grade }: PlacedFinding): Fact[] {
  const { organ, name, grades } = finding;
  const rule = grades.map((one) => `${one.name}: ${one.management}`).join('; ');
  const base = {
    organ,
    finding: name,
    category: 'CRD',
    skill: 'reasoning',
    options: grades.map(({ management }) => management),
    answer: grade.management,
    state: (value: string) => `The next step is ${value}.`,
    claim: (value: string) => `Is ${value} the next step for the ${name}?`,
  } as const;
  return [
    {
      ...base,
      capability: 'management by rule',
      difficulty: 2,
      question: `Rule for ${name}: ${rule}. What is the next step?`,
      claim: (value) => `Rule for ${name}: ${rule}. Is ${value} the next step?`,
    },
    {
      ...base,
      capability: 'management',
      difficulty: 3,
      question: `What is the next step for the ${name}?`,
    },
  ];
}

/** Facts that no single plane tells. */
function volumeFacts(scan: Scan, placed: PlacedFinding, index: number): Fact[] {
  const { finding, sites, grade } = placed;
  const { organ, name, geometry } = finding;
  const base = { organ, finding: name, category: 'AII' } as const;
  const isSmall = grade === finding.grades[0];
  const facts: Fact[] = [];
  if (geometry.kind === 'focal' && geometry.count > 1) {
    facts.push({
      ...base,
      capability: 'count',
      skill: 'count',
      difficulty: sites.length === 1 ? 2 : 3,
      question: `How many lesions of the kind '${name}' are there?`,
      options: COUNT_WORDS.slice(1, geometry.count + 1),
      answer: COUNT_WORDS[sites.length] ?? 'one',
      state: (value) => `There ${value === 'one' ? 'is' : 'are'} ${value}.`,
      claim: (value) => `Are there exactly ${value} lesions of the kind '${name}'?`,
    });
  }
  if (geometry.kind === 'focal' && geometry.mayBeElongated === true && sites.length === 1) {
    facts.push({
      ...base,
      capability: 'extent along z',
      skill: 'extent',
      difficulty: harderWhen(2, isSmall),
      question: `Is the ${name} round or elongated from head to foot?`,
      options: ['round', 'elongated'],
      answer: sites[0]?.isElongated === true ? 'elongated' : 'round',
      state: (value) => `The ${name} is ${value}.`,
      claim: (value) => `Is the ${name} ${value}?`,
    });
  }
  facts.push(...placeFact(placed), ...thirdFact(scan, placed, index), ...pairFacts(placed));
  return facts;
}

/** Which lobe: only where a finding has one place. */
function placeFact(placed: PlacedFinding): Fact[] {
  const { finding, sites } = placed;
  const { geometry, name, organ } = finding;
  const isInLobe =
    organ === 'lungs' &&
    ((geometry.kind === 'focal' && sites.length === 1) ||
      (geometry.kind === 'lung' && geometry.pattern === 'patch'));
  if (!isInLobe) return [];
  return [
    {
      organ,
      finding: name,
      category: 'AII',
      capability: 'lobe',
      skill: 'z-order',
      difficulty: 2,
      question: `In which lobe is the ${name}?`,
      options: LOBES.map(({ place }) => place),
      answer: placeOf(placed),
      state: (value) => `The ${name} is in the ${value}.`,
      claim: (value) => `Is the ${name} in the ${value}?`,
    },
  ];
}

/** Thirds are asked for where their middle is clear of the borders by this share of the organ. */
const CLEAR_OF_BORDER = 0.05;

function thirdFact(scan: Scan, placed: PlacedFinding, index: number): Fact[] {
  const { finding, sites } = placed;
  const { organ, name } = finding;
  const centroid = scan.observations[index]?.[0]?.centroid;
  if (sites.length !== 1 || centroid === undefined || organ === 'others' || organ === 'spine') {
    return [];
  }
  const structure = sites[0]?.host.structure ?? '';
  const labels = structure.startsWith('kidney_') ? [labelOf(structure)] : ORGAN_CLASS_LABELS[organ];
  const heights = heightsOf(scan, labels);
  if (heights === undefined) return [];
  const share = (centroid[2] - heights[0]) / (heights[1] - heights[0]);
  const isClear = [1 / 3, 2 / 3].every((border) => Math.abs(share - border) > CLEAR_OF_BORDER);
  if (!isClear) return [];
  return [
    {
      organ,
      finding: name,
      category: 'AII',
      capability: 'third',
      skill: 'z-order',
      difficulty: 2,
      question: `In which third of the organ along the body is the ${name}: upper, middle or lower?`,
      options: ['upper', 'middle', 'lower'],
      answer: share > 2 / 3 ? 'upper' : share > 1 / 3 ? 'middle' : 'lower',
      state: (value) => `The ${name} is in the ${value} third.`,
      claim: (value) => `Is the ${name} in the ${value} third of the organ along the body?`,
    },
  ];
}

/** Difference in height from which on one is higher, mm. */
const HIGHER_MM = 25;

/** One lesion on each side: which is larger, which is higher? */
function pairFacts({ finding, sites }: PlacedFinding): Fact[] {
  const [first, second] = sites;
  if (sites.length !== 2 || first === undefined || second === undefined) return [];
  if (first.host.side === undefined || first.host.side === second.host.side) return [];
  const { organ, name } = finding;
  const base = { organ, finding: name, category: 'AII', options: ['left', 'right'] } as const;
  const larger = first.diameter > second.diameter ? first : second;
  const higher = first.center[2] > second.center[2] ? first : second;
  const facts: Fact[] = [
    {
      ...base,
      capability: 'larger of two',
      skill: 'comparison',
      difficulty: 3,
      question: `Which ${name} is larger, the left or the right one?`,
      answer: larger.host.side ?? 'left',
      state: (value) => `The ${value} one is larger.`,
      claim: (value) => `Is the ${value} ${name} the larger one?`,
    },
  ];
  if (Math.abs(first.center[2] - second.center[2]) < HIGHER_MM) return facts;
  facts.push({
    ...base,
    capability: 'higher of two',
    skill: 'z-order',
    difficulty: 3,
    question: `Which ${name} is higher, the left or the right one?`,
    answer: higher.host.side ?? 'left',
    state: (value) => `The ${value} one is higher.`,
    claim: (value) => `Is the ${value} ${name} the higher one?`,
  });
  return facts;
}

/** True when a finding is on one side. */
function isSided({ geometry, name }: Finding): boolean {
  switch (geometry.kind) {
    case 'focal':
      return geometry.hosts.some(({ side }) => side !== undefined);
    case 'fluid':
      return geometry.space === 'pleural';
    case 'lung':
      return geometry.pattern === 'band' || geometry.pattern === 'patch';
    case 'body':
      return name === 'hydronephrosis';
    case 'plaques':
    case 'device':
      return false;
  }
}

/** Names that take no article. */
const WITHOUT_ARTICLE =
  /(emphysema|consolidation|atelectasis|attenuation|thickening|bronchiectasis|cardiomegaly|calcification|cirrhosis|steatosis|splenomegaly|hydronephrosis|metastases|dilatation|ascites|lymphadenopathy|material)$/;

/** The name with 'a' or 'an' where it needs one. */
export function withArticle(name: string): string {
  if (WITHOUT_ARTICLE.test(name)) return name;
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}
