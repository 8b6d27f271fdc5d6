import { Prompt, type ReplySchema } from '@omnict/chat';
import { ConfigError } from '@omnict/core';
import { join } from 'node:path';
import { shippedFolder } from '../shipped-folder';

/** Ways to judge: right or wrong; share of aspects covered, 0 to 100; clinical accuracy, 0 to 10. */
export const RUBRIC_NAMES = ['binary', 'aspects', 'clinical'] as const;

/** One of the ways. */
export type RubricName = (typeof RUBRIC_NAMES)[number];

/** What a judge is asked, and how its reply becomes a score. */
export interface Rubric {
  name: RubricName;
  /** Versioned: its name, version and digest stand in results. */
  prompt: Prompt;
  schema: ReplySchema;
  /** @returns in [0, 1] */
  score: (reply: Readonly<Record<string, unknown>>) => number;
}

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;

const SCHEMAS: Readonly<Record<RubricName, Record<string, unknown>>> = {
  binary: { reason: text, correct: { type: 'boolean' } },
  aspects: {
    aspects: {
      type: 'array',
      items: object({
        aspect: text,
        covered: { type: 'string', enum: ['fully', 'partly', 'not'] },
      }),
    },
    score: { type: 'number', minimum: 0, maximum: 100 },
  },
  clinical: {
    invented: texts,
    missed: texts,
    accuracy: { type: 'number', minimum: 0, maximum: 10 },
  },
};

const SCORES: Readonly<Record<RubricName, Rubric['score']>> = {
  binary: ({ correct }) => (correct === true ? 1 : 0),
  aspects: ({ score }) => Number(score) / 100,
  clinical: ({ accuracy }) => Number(accuracy) / 10,
};

/** Loads a rubric that comes with this package. @throws ConfigError for an unknown name */
export async function loadRubric(name: string): Promise<Rubric> {
  const known = RUBRIC_NAMES.find((candidate) => candidate === name);
  if (known === undefined) {
    throw new ConfigError(
      `judge: no such rubric; expected one of ${RUBRIC_NAMES.join(', ')}, got '${name}'`,
    );
  }
  return {
    name: known,
    prompt: await Prompt.load(join(shippedFolder('rubrics'), `${known}.md`)),
    schema: { name: `judge-${known}`, schema: object(SCHEMAS[known]) },
    score: SCORES[known],
  };
}

function object(properties: Record<string, unknown>): Record<string, unknown> {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}
