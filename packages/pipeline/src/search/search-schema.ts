import { type Static, Type } from '@sinclair/typebox';
import { RangeSchema } from './ranges';

/** How trials are drawn from ranges, and which of them go on. */
export const SearchSchema = Type.Object(
  {
    method: Type.Union([Type.Literal('random'), Type.Literal('tpe'), Type.Literal('asha')], {
      description:
        'random: independent draws; tpe: each draw learns from the figures of those before; asha: independent draws of which the best third goes on at each rung.',
    }),
    trials: Type.Integer({ minimum: 1, description: 'Draws; each is combined with the matrix.' }),
    seed: Type.Integer({ default: 0, description: 'Decides which.' }),
    space: Type.Record(Type.String(), RangeSchema, {
      minProperties: 1,
      description: 'Ranges by config path.',
    }),
    metric: Type.Optional(
      Type.String({
        pattern: '^[^/]+/.+$',
        description:
          'What tpe and asha go by: <stage>/<metric>, the mean over matrix and seeds of a draw.',
      }),
    ),
    goal: Type.Optional(
      Type.Union([Type.Literal('minimize'), Type.Literal('maximize')], {
        description: 'Default: minimize.',
      }),
    ),
    rungs: Type.Optional(
      Type.Object(
        {
          first: Type.Integer({ minimum: 1, description: 'Step of the first rung.' }),
          factor: Type.Integer({
            minimum: 2,
            default: 3,
            description: 'One of so many goes on, to a step so many times later.',
          }),
          count: Type.Integer({ minimum: 1, default: 2, description: 'Rungs before the end.' }),
        },
        {
          additionalProperties: false,
          description: "Where asha judges draws, by the metric's steps.",
        },
      ),
    ),
    startup: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Random draws before tpe proposes; default: 10.' }),
    ),
    batch: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Draws that tpe proposes at once; default: 2.' }),
    ),
  },
  { additionalProperties: false, description: 'Trials drawn from ranges.' },
);

/** How trials are drawn. */
export type Search = Static<typeof SearchSchema>;

/** Random draws before {@link Search.startup} is set otherwise: Optuna's number. */
const STARTUP = 10;

/** Draws proposed at once: as many tasks as run at a time by default. */
const BATCH = 2;

/** Random draws of a search. */
export function startupDraws({ method, trials, startup = STARTUP }: Search): number {
  return method === 'tpe' ? Math.min(trials, startup) : trials;
}

/** Draws that are proposed together. */
export function batchOf({ batch = BATCH }: Search): number {
  return batch;
}

/** Steps at which asha judges. */
export function rungSteps({ rungs }: Search): number[] {
  if (rungs === undefined) return [];
  return Array.from({ length: rungs.count }, (_, rung) => rungs.first * rungs.factor ** rung);
}

/** What a search by figures lacks, by key; empty when nothing. */
export function searchProblem({
  method,
  metric,
  rungs,
}: Readonly<Record<string, unknown>>): { key: string; problem: string }[] {
  const problems = [];
  if ((method === 'tpe' || method === 'asha') && metric === undefined) {
    const problem = `${method} needs what to go by; expected <stage>/<metric>; add it, for instance finetune/validation_loss`;
    problems.push({ key: 'metric', problem });
  }
  if (method === 'asha' && rungs === undefined) {
    const problem =
      'asha needs steps to judge at; expected {first: 50, factor: 3, count: 2} or like; add it';
    problems.push({ key: 'rungs', problem });
  }
  if (typeof method === 'string' && method !== 'asha' && rungs !== undefined) {
    const problem = `only asha judges on the way; expected none with ${method}; remove it`;
    problems.push({ key: 'rungs', problem });
  }
  return problems;
}
