import type { ChatClient } from '@omnict/chat';
import { type QuestionRecord, Random } from '@omnict/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageLibrary } from '../image/image-library';
import { normalized } from '../words';
import { areDistinct, composeOptions } from './compose-options';
import { FINDING_TERMS, sameKindAnswers } from './confounders';
import { changeFrame } from './frames';
import { type RefineContext, refineByRules } from './refine-by-rules';
import { meaningFaults } from './same-meaning';
import { semanticRefiner } from './semantic-refiner';
import { replaceTerms, SYNONYM_SETS, withoutSynonyms } from './synonyms';

const RECORD: QuestionRecord = {
  id: 'a',
  image: 'none.png',
  modality: 'slice',
  organ: 'liver',
  source: 's',
  split: 'test',
  taskType: 'short-answer',
  category: 'MAI',
  question: 'What is seen?',
  answer: 'cirrhosis',
};

const TERMS = [
  ...SYNONYM_SETS.flat(),
  'liver',
  'left kidney',
  'right lung',
  'upper',
  'no',
  'axial',
  '3 mm',
  'aorta',
  'enlarged',
];
const question = fc
  .tuple(
    fc.constantFrom(
      'Is there a',
      'Is the',
      'Where is the',
      'How many',
      'Which',
      'Does the',
      'What',
    ),
    fc.array(fc.oneof(fc.constantFrom(...TERMS), fc.string({ maxLength: 6 })), { maxLength: 6 }),
    fc.constantFrom('?', '', ' in the liver?', ' located?', ' enlarged?'),
  )
  .map(([start, words, end]) => `${start} ${words.join(' ')}${end}`);
const answer = fc.oneof(
  fc.constantFrom('left', 'Right', 'axial', 'CT', 'liver', 'Gallbladder', '3', '12 mm', '0.5cm'),
  fc.constantFrom('yes', 'No', 'no.', ...FINDING_TERMS),
  fc.string({ minLength: 1, maxLength: 20 }),
);
const record: fc.Arbitrary<QuestionRecord> = fc
  .record({
    question,
    answer,
    others: fc.uniqueArray(fc.oneof(answer, fc.constantFrom('spleen', 'right')), { maxLength: 7 }),
    taskType: fc.constantFrom(
      'multi-choice' as const,
      'short-answer' as const,
      'judgment' as const,
    ),
    modality: fc.constantFrom('slice' as const, 'volume' as const),
    at: fc.nat(),
  })
  .filter(({ taskType, others }) => taskType !== 'multi-choice' || others.length > 0)
  .map(({ others, at, ...fields }) => {
    const wrong = others.filter((other) => other !== fields.answer);
    const options = wrong.toSpliced(at % (wrong.length + 1), 0, fields.answer);
    const isChoice = fields.taskType === 'multi-choice' && options.length > 1;
    return {
      ...RECORD,
      ...fields,
      ...(isChoice ? { options } : { taskType: 'short-answer' as const }),
    };
  });

/** What must hold after any refinement: the key is the same text, an option once, never another. */
function expectKeyKept(before: QuestionRecord, after: QuestionRecord): void {
  expect(after.answer).toBe(before.answer);
  expect(meaningFaults(before.question, after.question, before)).toEqual([]);
  for (const option of before.options ?? []) expect(after.options).toContain(option);
  if (after.options === undefined) return;
  expect(after.options.filter((option) => option === before.answer)).toHaveLength(1);
  const added = after.options.filter((option) => !(before.options ?? []).includes(option));
  for (const option of added) {
    if (option !== before.answer) expect(normalized(option)).not.toBe(normalized(before.answer));
  }
}

describe('the refiner never changes a key', () => {
  const context = (seed: number, count: number): RefineContext => ({
    count,
    choicesFromShortAnswers: true,
    random: new Random(seed),
    isMentioned: () => false,
  });

  it('by rules', () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.integer({ min: 2, max: 8 }), (before, seed, count) => {
        const refinement = refineByRules(before, context(seed, count));
        expectKeyKept(before, { ...before, ...refinement });
        expect(refineByRules(before, context(seed, count))).toEqual(refinement);
        if (refinement.taskType === 'multi-choice' && before.options === undefined) {
          expect(refinement.options?.length).toBeLessThanOrEqual(count);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('by a model, whatever it says', async () => {
    const reply = fc.record({
      question: fc.oneof(question, fc.string()),
      wrong_options: fc.array(answer, { maxLength: 6 }),
      same_question: fc.constant(true),
      correct_options: fc.array(fc.constantFrom('A', 'B', 'C', 'D'), { maxLength: 2 }),
      reason: fc.string(),
    });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(record, reply, fc.boolean(), async (before, said, isTold) => {
        const value = isTold ? { ...said, question: before.question } : said;
        const client = {
          model: 'adversary',
          completeJson: () => Promise.resolve({ value, model: 'adversary', key: 'k' }),
        } as unknown as ChatClient;
        const stage = await semanticRefiner({
          seed: 1,
          images: new ImageLibrary(),
          folder: 'nowhere',
          client,
          options: {
            splits: ['test'],
            sliceOptions: 6,
            volumeOptions: 4,
            choicesFromShortAnswers: true,
          },
        });
        const { changes, by } = await stage.decide(before);
        if (by === 'model') taken++;
        expectKeyKept(before, { ...before, ...changes });
      }),
      { numRuns: 400 },
    );
    expect(taken).toBeGreaterThan(10);
  });
});

describe('meaning', () => {
  it.each([
    ['side', 'Is the left kidney seen?', 'Is the right kidney seen?'],
    ['position', 'Is the upper lobe clear?', 'Is the lower lobe clear?'],
    ['number', 'Is a 3 mm stone seen?', 'Is a 5 mm stone seen?'],
    ['denial', 'Is there a mass?', 'Is there no mass?'],
    ['denial', 'Is it absent?', 'Is it there?'],
    ['organ', 'Is the liver large?', 'Is the spleen large?'],
    ['plane', 'Is this an axial slice?', 'Is this a coronal slice?'],
    ['kind of answer', 'Where is the mass?', 'Is there a mass?'],
    ['the answer is told', 'What is the lesion?', 'Which cirrhosis is the lesion?'],
    ['nothing is asked', 'What?', '?'],
  ])('%s: %s / %s', (fault, before, after) => {
    expect(meaningFaults(before, after, { answer: 'cirrhosis' }).join()).toContain(fault);
  });

  it('is the same after synonyms, other spellings and number words', () => {
    const same = [
      ['Are gallstones seen?', 'Are biliary calculi seen?'],
      ['Is there hydronephrosis?', 'Is there dilatation of the renal collecting system?'],
      ['Are two nodules seen?', 'Are 2 nodular lesions seen?'],
    ] as const;
    for (const [before, after] of same)
      expect(meaningFaults(before, after, { answer: 'x' })).toEqual([]);
  });
});

describe('words', () => {
  const random = () => new Random(4);

  it('are replaced with their article and capital', () => {
    expect(replaceTerms('Is there a gallstone?', random())).toBe('Is there a biliary calculus?');
    expect(replaceTerms('Is an aneurysm seen?', random())).toBe(
      'Is an aneurysmal dilatation seen?',
    );
    expect(replaceTerms('Hydronephrosis?', random())).toBe(
      'Dilatation of the renal collecting system?',
    );
    expect(replaceTerms('Which plane?', random())).toBe('Which plane?');
  });

  it('of no set belong to two', () => {
    const terms = SYNONYM_SETS.flat().map((term) => term.toLowerCase());
    expect(new Set(terms).size).toBe(terms.length);
    expect(withoutSynonyms('neoplasm and haemorrhage')).toBe('tumor and hemorrhage');
  });

  it.each([
    [
      'Is there a lesion in the liver?',
      /^(Does the liver contain a lesion|Can a lesion be identified in the liver)\?$/,
    ],
    [
      'Is there a cyst located in the liver?',
      /^(Does the liver contain a cyst|Can a cyst be identified in the liver)\?$/,
    ],
    ['Is the aorta calcified?', /^Does the aorta appear calcified\?$/],
    ['Is there no evidence of a mass?', /^Is there no evidence of a mass\?$/],
    [
      'Where is the mass located?',
      /^(What is the location of the mass|At which site is the mass found)\?$/,
    ],
  ])('form of: %s', (before, expected) => {
    expect(changeFrame(before, random())).toMatch(expected);
  });
});

describe('wrong answers', () => {
  it('are of the kind of the right one, and written like it', () => {
    expect(sameKindAnswers('Left')).toEqual(['Right', 'Bilateral', 'Midline']);
    expect(sameKindAnswers('CT')).toContain('MRI');
    expect(sameKindAnswers('2')).toEqual(['3', '1', '4', '5', '6']);
    expect(sameKindAnswers('1.5 cm')).toEqual(['0.8 cm', '2.4 cm', '3.3 cm', '1.0 cm', '4.5 cm']);
    expect(sameKindAnswers('something else')).toEqual([]);
  });

  it('that could pass for another option are left out', () => {
    expect(areDistinct('kidney', 'left kidney')).toBe(false);
    expect(areDistinct('left kidney', 'right kidney')).toBe(true);
    expect(areDistinct('gallstones', 'biliary calculi')).toBe(false);
    const options = composeOptions(
      { answer: 'gallstones', options: ['gallstones', 'liver'] },
      ['biliary calculi', 'the liver', 'spleen', 'colon'],
      { count: 3, random: new Random(1) },
    );
    expect([...options].sort()).toEqual(['gallstones', 'liver', 'spleen']);
  });

  const refine = (given: Partial<QuestionRecord>, rest: Partial<RefineContext> = {}) =>
    refineByRules(
      { ...RECORD, ...given },
      {
        count: 6,
        choicesFromShortAnswers: true,
        random: new Random(2),
        isMentioned: () => false,
        ...rest,
      },
    );

  it('that another question names in the same image are left out', () => {
    const isMentioned = (finding: string) => finding !== 'hepatitis';
    expect(refine({ answer: 'cirrhosis' }).options).toHaveLength(5);
    expect(refine({ answer: 'cirrhosis' }, { isMentioned }).options).toBeUndefined();
  });

  it('about what is visible need a mask that shows it is not', () => {
    const visible = { question: 'Which organ is visible?', answer: 'spleen' };
    expect(refine(visible).options).toBeUndefined();
    const labels = { 1: { voxels: 50, centreX: 3 }, 5: { voxels: 9, centreX: 1 } };
    const { options } = refine(visible, { labels });
    expect(options).toHaveLength(6);
    expect(options).not.toContain('liver');
  });

  it('are not given where the question names its alternatives', () => {
    expect(
      refine({ question: 'Is it cystic or solid?', answer: 'cystic' }).options,
    ).toBeUndefined();
  });

  it('a yes or no keeps its options', () => {
    const options = ['yes', 'no'];
    const judged = refine({ answer: 'no', options, taskType: 'multi-choice' });
    expect(judged.options).toEqual(options);
  });
});
