import { ConfigError, Random } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { cutAtStop } from './generate-text';
import { checkSampling, chooseToken, isGreedy, type SamplingOptions } from './sampling';

const LOGITS = Float32Array.from([1, 3, 2, -1, 0.5]);

/** Share of draws of each token. */
function shares(options: SamplingOptions, seen: readonly number[] = [], draws = 4000): number[] {
  const random = new Random('test');
  const counts = new Array<number>(LOGITS.length).fill(0);
  for (let i = 0; i < draws; i++) {
    const id = chooseToken(LOGITS, options, { seen: new Set(seen), random });
    counts[id] = (counts[id] as number) + 1;
  }
  return counts.map((count) => count / draws);
}

/** softmax(logits / temperature) over the ids given. */
function softmax(ids: readonly number[], temperature = 1, logits = LOGITS): number[] {
  const weights = Array.from(logits, (logit, id) =>
    ids.includes(id) ? Math.exp(logit / temperature) : 0,
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function expectShares(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((share, id) => {
    expect(Math.abs(share - (expected[id] as number)), `token ${id}`).toBeLessThan(0.03);
    if (expected[id] === 0) expect(share).toBe(0);
  });
}

describe('chooseToken', () => {
  it('takes the most likely token without temperature', () => {
    expect(shares({}, [], 5)).toEqual([0, 1, 0, 0, 0]);
  });

  it('draws from the softmax, flattened by temperature', () => {
    expectShares(shares({ temperature: 1 }), softmax([0, 1, 2, 3, 4]));
    expectShares(shares({ temperature: 2 }), softmax([0, 1, 2, 3, 4], 2));
  });

  it('keeps to the k most likely, and to the nucleus that reaches p', () => {
    expectShares(shares({ temperature: 1, topK: 2 }), softmax([1, 2]));
    // The probabilities are 0.60, 0.22, 0.08, ...: two tokens reach 0.7, the first alone 0.5.
    expectShares(shares({ temperature: 1, topP: 0.7 }), softmax([1, 2]));
    expectShares(shares({ temperature: 1, topP: 0.5 }), softmax([1]));
    expectShares(shares({ temperature: 1, topK: 3, topP: 0.999 }), softmax([0, 1, 2]));
  });

  it('makes what was seen less likely, whatever the sign of its score', () => {
    expect(shares({ repetitionPenalty: 2 }, [1], 5)).toEqual([0, 0, 1, 0, 0]); // 3 / 2 < 2
    const penalized = Float32Array.from([1, 3, 2, -2, 0.5]);
    const expected = softmax([0, 1, 2, 3, 4], 1, penalized);
    expectShares(shares({ temperature: 1, repetitionPenalty: 2 }, [3]), expected);
  });

  it('repeats itself with an equal seed', () => {
    expect(shares({ temperature: 1 }, [], 50)).toEqual(shares({ temperature: 1 }, [], 50));
  });
});

describe('options', () => {
  it.each([
    [{ temperature: -1 }, /temperature.*at least 0/],
    [{ topK: 0 }, /topK.*positive integer/],
    [{ topP: 0 }, /topP.*above 0/],
    [{ topP: 1.5 }, /topP.*at most 1/],
    [{ repetitionPenalty: 0 }, /repetitionPenalty/],
    [{ temperature: NaN }, /temperature/],
  ])('%j is refused', (options, message) => {
    expect(() => checkSampling(options)).toThrow(ConfigError);
    expect(() => checkSampling(options)).toThrow(message);
  });

  it('are greedy without temperature and penalty', () => {
    expect([{}, { topK: 5 }, { temperature: 1 }, { repetitionPenalty: 1.1 }].map(isGreedy)).toEqual(
      [true, true, false, false],
    );
  });
});

describe('cutAtStop', () => {
  it('ends a text before the first stop string in it', () => {
    expect(cutAtStop('yes. No', ['No', '.'])).toEqual({ text: 'yes', isComplete: true });
    expect(cutAtStop('yes', ['No'])).toEqual({ text: 'yes', isComplete: false });
  });
});
