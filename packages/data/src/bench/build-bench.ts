import { ConfigError, MissingDataError, type QuestionRecord, Random } from '@omnict/core';
import type { Counts } from '../statistics/record-statistics';
import { benchCandidates } from './candidates';
import { type DealtQuestion, dealOptions, dealRandomly, isComplete } from './deal-options';
import { selectBalanced } from './select-balanced';

/** A benchmark to be built. */
export interface BenchOptions {
  seed: number;
  /** Questions of each modality, at most. */
  size: Readonly<Record<'slice' | 'volume', number>>;
  /** Options of each modality. Default 6 for slices and 4 for volumes (App. H.2 v). */
  choices?: Readonly<Record<'slice' | 'volume', number>>;
  /** Questions each organ gets first. Default 10. */
  organFloor?: number;
}

/** A benchmark, and what was left out for it. */
export interface Bench {
  records: QuestionRecord[];
  excluded: Counts;
  /** Questions whose options are those of their curation, by modality. */
  curated: Record<'slice' | 'volume', number>;
  /** Organs with fewer questions than the floor, by modality. */
  belowFloor: Record<'slice' | 'volume', string[]>;
}

/** Options of a question in MedEval-CT-Bench. */
export const BENCH_CHOICES = { slice: 6, volume: 4 } as const;

/**
 * Builds a balanced multiple-choice benchmark (Sec. 3.1): dual balance of categories and organs, long
 * tail kept, options dealt so that texts and places give nothing away. Options that a curation made
 * stay, and no wrong option is the answer to another question about the image. Equal seeds give equal
 * benchmarks.
 *
 * @throws ConfigError for fewer than two options; MissingDataError when no record can be asked
 */
export function buildBench(records: Iterable<QuestionRecord>, options: BenchOptions): Bench {
  const { choices = BENCH_CHOICES, organFloor = 10 } = options;
  const { candidates, spellings, excluded } = benchCandidates([...records]);
  const random = new Random(options.seed);
  const bench: Bench = {
    records: [],
    excluded,
    curated: { slice: 0, volume: 0 },
    belowFloor: { slice: [], volume: [] },
  };
  for (const modality of ['slice', 'volume'] as const) {
    const count = choices[modality];
    if (!(Number.isInteger(count) && count >= 2 && count <= 26)) {
      throw new ConfigError(
        `buildBench: ${count} ${modality} options; expected 2 to 26; correct it`,
      );
    }
    const own = candidates.filter(({ record }) => record.modality === modality);
    const { selected, ...removed } = selectBalanced(own, {
      size: options.size[modality],
      choices: count,
      organFloor,
      random: random.fork(`select ${modality}`),
    });
    note(excluded, `${modality}: fewer answers than options`, removed.tooFewAnswers);
    note(excluded, `${modality}: answer right too often`, removed.tooFrequentAnswers);
    const surplus =
      own.length - selected.length - removed.tooFewAnswers - removed.tooFrequentAnswers;
    note(excluded, `${modality}: more than asked for`, surplus);
    const { dealt, left } = dealOptions(selected, count, random.fork(`deal ${modality}`));
    note(excluded, `${modality}: too few options that are not true of the image`, left.length);
    const asked = dealt.map(({ candidate }) => candidate);
    bench.belowFloor[modality] = organsBelow(
      asked.map(({ record }) => record.organ),
      own.map(({ record }) => record.organ),
      organFloor,
    );
    bench.curated[modality] = asked.filter((question) => isComplete(question, count)).length;
    bench.records.push(...dealt.map((question) => asRecord(question, spellings)));
  }
  if (bench.records.length > 0) return bench;
  throw new MissingDataError(
    `buildBench: no record can be asked; expected multiple choice or short answers with ${choices.slice} (slices) or ${choices.volume} (volumes) different answers of one kind; got ${JSON.stringify(excluded)}; give more records`,
  );
}

/**
 * Training records as the same kind of questions, options dealt at random: what a blind model may know
 * before it meets the benchmark (see `answerLeak`).
 */
export function blindTraining(
  records: Iterable<QuestionRecord>,
  { seed, choices = BENCH_CHOICES }: Pick<BenchOptions, 'seed' | 'choices'>,
): QuestionRecord[] {
  const { candidates, spellings } = benchCandidates([...records]);
  const random = new Random(seed).fork('blind training');
  return (['slice', 'volume'] as const).flatMap((modality) => {
    const own = candidates.filter(({ record }) => record.modality === modality);
    const dealt = dealRandomly(own, choices[modality], random);
    return dealt.map((question) => asRecord(question, spellings));
  });
}

function asRecord(
  { candidate: { record, answer }, options }: DealtQuestion,
  spellings: ReadonlyMap<string, string>,
): QuestionRecord {
  const spell = (text: string): string => spellings.get(text) ?? text;
  return {
    ...record,
    id: `bench-${record.id}`,
    taskType: 'multi-choice',
    options: options.map(spell),
    answer: spell(answer),
    split: 'test',
  };
}

function note(counts: Counts, reason: string, count: number): void {
  if (count > 0) counts[reason] = (counts[reason] ?? 0) + count;
}

/** Organs that have candidates and yet fewer questions than the floor. */
function organsBelow(
  selected: readonly string[],
  candidates: readonly string[],
  floor: number,
): string[] {
  return [...new Set(candidates)]
    .filter((organ) => selected.filter((other) => other === organ).length < floor)
    .sort();
}
