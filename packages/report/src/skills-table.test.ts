import { createMetrics, type PredictionRow, type ScoredSet, scoreRows } from '@omnict/eval';
import { describe, expect, it } from 'vitest';
import { renderSkillsTable } from './render-skills';
import { type SkillsTable, skillsTable } from './skills-table';
import { tableRows, type TrialScores } from './table-input';

const METRICS = ['accuracy'];

/** A skill of the test's data set, and its closed questions. */
interface TestSkill {
  modality: 'slice' | 'volume';
  skill: string;
  mechanism: string;
  count: number;
}

const EXTENT: TestSkill = {
  modality: 'volume',
  skill: 'extent',
  mechanism: 'composition',
  count: 20,
};
const SMALL: TestSkill = { ...EXTENT, skill: 'small lesion' };
const ORGAN: TestSkill = {
  modality: 'slice',
  skill: 'small organ',
  mechanism: 'localization',
  count: 20,
};
const SIDE: TestSkill = { ...ORGAN, skill: 'side', mechanism: 'image', count: 10 };
const SKILLS = [EXTENT, SMALL, SIDE, ORGAN];

/** Yes-or-no questions of one skill, each about an image of its own; the first `right` are answered right. */
function answers({ count, ...fields }: TestSkill, right: number): PredictionRow[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${fields.modality}/${fields.skill}/${index}`,
    references: ['yes'],
    answer: 'yes',
    prediction: index < right ? 'yes' : 'no',
    cluster: `${fields.modality} ${index}`,
    fields: { ...fields, taskType: 'judgment' },
  }));
}

const OPEN: PredictionRow = {
  id: 'open',
  references: ['A scan.'],
  prediction: 'A scan.',
  fields: { modality: 'slice', skill: 'report', mechanism: 'image', taskType: 'description' },
};

/** @param right answers of each of {@link SKILLS} */
const scored = (right: readonly number[]): Promise<ScoredSet> =>
  scoreRows([...SKILLS.flatMap((skill, index) => answers(skill, right[index] ?? 0)), OPEN], {
    metrics: METRICS,
    interval: 'bootstrap',
    resamples: 50,
  });

const MAJORITY = await scored([10, 10, 5, 10]);

async function trial(
  sce: boolean,
  strategy: string,
  { right, ...more }: { right: readonly number[] } & Partial<TrialScores>,
): Promise<TrialScores> {
  return {
    row: `model.sce=${sce} ose.strategy=${strategy}`,
    axes: { 'model.sce': sce, 'model.ose.strategy': strategy },
    seed: 0,
    isBaseline: false,
    majority: MAJORITY,
    model: await scored(right),
    ...more,
  };
}

const TRIALS = await Promise.all([
  trial(false, 'none', { right: [8, 10, 6, 11], isBaseline: true }),
  trial(false, 'adaptive', { right: [8, 10, 6, 20] }),
  trial(true, 'none', { right: [18, 16, 6, 11] }),
  trial(true, 'none', { right: [20, 18, 8, 11], seed: 1 }),
  trial(true, 'adaptive', { right: [9, 10, 6, 20] }),
  trial(false, 'none', { right: [10, 9, 5, 9], row: 'no-image', axes: { 'model.vision': false } }),
]);

function tableOf(trials: readonly TrialScores[]): SkillsTable | null {
  return skillsTable(tableRows(trials), { metrics: createMetrics(METRICS), resamples: 1000 });
}

describe('skills table', () => {
  const table = tableOf(TRIALS) as SkillsTable;
  const text = renderSkillsTable(table);

  it('has the skills of closed questions, slices first, and the majority answer last', () => {
    expect(table.rows.map(({ modality, skill, samples }) => [modality, skill, samples])).toEqual([
      ['slice', 'side', 10],
      ['slice', 'small organ', 20],
      ['volume', 'extent', 20],
      ['volume', 'small lesion', 20],
    ]);
    expect(table.columns.map(({ title }) => title)).toEqual([
      'SCE off, OSE none',
      'SCE off, OSE adaptive',
      'SCE on, OSE none',
      'SCE on, OSE adaptive',
      'no-image',
      'majority',
    ]);
  });

  it('averages over seeds and compares with the baseline, paired, the majority aside', () => {
    const extent = table.rows[2]?.cells ?? [];
    const means = [0.4, 0.4, 0.95, 0.45, 0.5, 0.5];
    extent.forEach((cell, column) => expect(cell?.mean).toBeCloseTo(means[column] as number, 12));
    expect(extent[2]?.delta).toMatchObject({ count: 20 });
    expect(extent[2]?.delta?.mean).toBeCloseTo(0.5, 12); // 18 against 8 of 20: seed 0, which both have
    expect([extent[0]?.delta, extent[5]?.delta]).toEqual([undefined, undefined]);
  });

  it('marks what is left after the correction over the table', () => {
    const cell = table.rows[2]?.cells[2];
    expect(cell?.adjustedPValue).toBeGreaterThan(cell?.delta?.pValue ?? NaN);
    expect(text).toMatch(/extent +20 +40\.0 +40\.0 +95\.0\* +45\.0 +50\.0 +50\.0/);
    expect(text).toMatch(/side +10 +60\.0 +60\.0 +70\.0 +60\.0 +50\.0 +50\.0\n/);
    expect(text).toContain('* differs from SCE off, OSE none (below 0.05 after');
  });

  it('marks a plain difference however few resamples and many comparisons there are', () => {
    const few = skillsTable(tableRows(TRIALS), { metrics: createMetrics(METRICS), resamples: 20 });
    expect(few?.rows[2]?.cells[2]?.adjustedPValue).toBeLessThan(0.05); // 16 / 21 were it 20
  });

  it('pools the skills of a mechanism between the arms that differ in nothing else', () => {
    const [none, adaptive] = table.contrasts.filter(({ mechanism }) => mechanism === 'composition');
    expect(none).toMatchObject({
      modality: 'volume',
      skills: ['extent', 'small lesion'],
      axis: 'SCE',
      with: 'on',
      without: 'off',
      common: 'OSE none',
      delta: { count: 40 },
    });
    expect(none?.delta.mean).toBeCloseTo((18 + 16 - 8 - 10) / 40, 12);
    expect(adaptive?.delta.mean).toBeCloseTo((9 + 10 - 8 - 10) / 40, 12);
    const organ = table.contrasts.filter(({ mechanism }) => mechanism === 'localization');
    expect(organ.map(({ common, delta: { mean } }) => [common, mean.toFixed(2)])).toEqual([
      ['SCE off', '0.45'],
      ['SCE on', '0.45'],
    ]);
    expect(table.contrasts).toHaveLength(4); // nothing switches the mechanism 'image'
  });

  it('says no more than the intervals do', () => {
    expect(text).toMatch(
      /need composition \(extent, small lesion\):\n {2}OSE none: SCE on is better than off \(\+40\.0 \[\+\d+\.\d, \+\d+\.\d\], n = 40\)\.\n {2}OSE adaptive: SCE on shows no difference to off \(\+2\.5 /,
    );
    expect(text).toContain("Holm's correction over these 4 comparisons");
  });

  it('says worse where a mechanism does harm', async () => {
    const harmful = await Promise.all([
      trial(false, 'none', { right: [19, 19, 5, 5] }),
      trial(true, 'none', { right: [2, 3, 5, 5] }),
    ]);
    expect(renderSkillsTable(tableOf(harmful) as SkillsTable)).toMatch(
      /SCE on is worse than off \(-82\.5 /,
    );
  });

  it('fits a terminal, and is cut between columns where trials are many', async () => {
    const widest = (lines: string): number =>
      Math.max(...lines.split('\n').map(({ length }) => length));
    expect(widest(text)).toBeLessThanOrEqual(80);
    const many = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        trial(false, `strategy${index}`, { right: [1, 2, 3, index] }),
      ),
    );
    const cut = renderSkillsTable(tableOf(many) as SkillsTable);
    expect(widest(cut)).toBeLessThanOrEqual(100);
    for (let index = 0; index < 16; index++) expect(cut).toMatch(new RegExp(`strategy${index}\\s`));
  });

  it('shows a row without results as such', () => {
    const [first, ...others] = TRIALS as [TrialScores, ...TrialScores[]];
    const { model: _, ...failed } = others[0] as TrialScores;
    const part = tableOf([first, { ...failed, failure: 'finetune: loss is NaN' }]);
    expect(part?.rows[0]?.cells[1]).toBeNull();
    expect(part?.contrasts).toEqual([]);
  });

  it('is absent without skills, and without accuracy', async () => {
    const rows = answers(EXTENT, 3).map((row) => ({ ...row, fields: { modality: 'volume' } }));
    const model = await scoreRows(rows, { metrics: METRICS });
    expect(tableOf(TRIALS.map((one) => ({ ...one, model, majority: model })))).toBeNull();
    const metrics = createMetrics(['token-f1']);
    expect(skillsTable(tableRows(TRIALS), { metrics })).toBeNull();
  });
});
