/** @file Stages in the place of the heavy ones: they wait, a second in all for one trial. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const stage = (name, needs, { milliseconds, usesSeed = false, finish, select }) => ({
  name,
  version: 1,
  needs: () => Object.fromEntries(needs.map((need) => [need, true])),
  usesSeed,
  usesEngine: false,
  select: select ?? (() => null),
  run: async (context) => {
    await sleep(milliseconds);
    writeFileSync(join(context.outputs, 'done'), '');
    finish?.(context);
  },
});

function answer({ inputs, outputs }) {
  const lines = readFileSync(join(inputs.dataset, 'records.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ split }) => split === 'test')
    .map(({ id }) => JSON.stringify({ id, prediction: 'yes', reference: '' }));
  writeFileSync(join(outputs, 'predictions.jsonl'), `${lines.join('\n')}\n`);
}

export function register({ stages }) {
  const add = (...args) => stages.add(stage(...args), { replaces: true });
  const train = ({ train: { finetune } }) => finetune;
  add('prepare', ['dataset'], { milliseconds: 400 });
  add('encode', ['dataset', 'prepare'], { milliseconds: 400 });
  add('pretrain', ['encode'], { milliseconds: 400, usesSeed: true });
  add('finetune', ['pretrain'], { milliseconds: 400, usesSeed: true, select: train });
  add('predict', ['dataset', 'finetune'], { milliseconds: 100, finish: answer });
}
