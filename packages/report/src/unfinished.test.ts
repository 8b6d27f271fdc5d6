import { describe, expect, it } from 'vitest';
import { renderUnfinished, type Unfinished } from './unfinished';

const STOPPED: Unfinished = {
  isStopped: true,
  scored: 1,
  trials: 21,
  stages: [
    { stage: 'encode', done: 2, failed: 1, left: 0 },
    { stage: 'finetune', done: 1, failed: 0, left: 20 },
  ],
  missing: Array.from({ length: 20 }, (_, index) => ({
    title: `SCE on, OSE adaptive, learningRate 0.0000${index}, seed ${index}`,
    reason: 'stopped before its finetune',
  })),
};

describe('renderUnfinished', () => {
  it('tells what is done, what is left and of which trials, within 80 columns', () => {
    const text = renderUnfinished(STOPPED);
    const lines = text.split('\n');
    expect(lines[0]).toBe('Stopped: 1 of 21 trials are scored, 3 of 24 tasks are done and kept.');
    expect(text).toMatch(/^encode +2 +1 +0$/m);
    expect(text).toMatch(/^finetune +1 +0 +20$/m);
    expect(text).toContain('\n  and 8 more\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('does not call a sweep stopped whose tasks failed', () => {
    expect(renderUnfinished({ ...STOPPED, isStopped: false })).toMatch(/^Not complete: 1 of 21 /);
  });
});
