/**
 * @file A user's components: stages in the place of the heavy ones, an aggregator and a metric. Each
 * stage steps through a chain of hashes, with a checkpoint at every step: a step that is lost or made
 * twice changes everything after it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const hash = (text) => createHash('sha256').update(text).digest('hex');

/** Runs the chain of a stage from where its checkpoint stands. @returns its last link */
async function chain({ section, seed, inputs, shard, checkpoints, signal, progress, metric, log }) {
  const { steps, delay } = section;
  const file = join(checkpoints, 'chain.json');
  let { step, link } = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { step: 0, link: hash(JSON.stringify([section, seed, shard])) };
  if (step === 0) {
    for (const [name, folder] of Object.entries(inputs)) {
      if (name !== 'dataset') link = hash(link + readFileSync(join(folder, 'link.txt'), 'utf8'));
    }
  }
  log(`from step ${step}`);
  while (step < steps) {
    signal.throwIfAborted();
    await sleep(delay);
    link = hash(link + step);
    step++;
    // Told before the checkpoint: killed in between, the next attempt tells it again.
    metric('link', parseInt(link.slice(0, 8), 16), step);
    writeFileSync(`${file}.partial`, JSON.stringify({ step, link }));
    renameSync(`${file}.partial`, file);
    progress(step, steps);
    if (section.holdAt === step) {
      // Held until the test opens the gate: what it does meanwhile races with nothing.
      for (; !existsSync(section.gate); progress(step, steps)) {
        signal.throwIfAborted();
        await sleep(50);
      }
    }
    if (section.failAt === step) throw new Error(`told to fail at step ${step}`);
  }
  return link;
}

const stage = (name, needs, options = {}) => ({
  name,
  version: 1,
  needs: () => Object.fromEntries(needs.map((need) => [need, true])),
  usesSeed: options.usesSeed ?? false,
  usesEngine: false,
  select: ({ model, components: { tiny } }) => ({
    ...tiny[name],
    sce: name === 'prepare' ? null : model.sce,
    strategy: options.usesSeed ? model.ose.strategy : null,
  }),
  run: async (context) => {
    const link = await chain(context);
    writeFileSync(join(context.outputs, 'link.txt'), link);
    options.finish?.(context, link);
  },
  ...options.extra,
});

/** Answers that depend on all links of the chain. */
function answer({ inputs, outputs }, link) {
  const { records } = JSON.parse(readFileSync(join(inputs.dataset, 'dataset.json'), 'utf8'));
  const lines = readFileSync(records, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ split }) => split === 'test')
    .map(({ id }) => {
      const prediction = parseInt(hash(link + id).slice(0, 2), 16) < 128 ? 'yes' : 'no';
      return JSON.stringify({ id, prediction, reference: '' });
    });
  writeFileSync(join(outputs, 'predictions.jsonl'), `${lines.join('\n')}\n`);
}

export function register({ stages, aggregators, metrics }) {
  const add = (...args) => stages.add(stage(...args), { replaces: true });
  add('prepare', ['dataset']);
  add('encode', ['dataset', 'prepare']);
  add('pretrain', ['encode'], { usesSeed: true });
  add('finetune', ['pretrain'], { usesSeed: true });
  add('predict', ['dataset', 'finetune'], { finish: answer });
  aggregators.add('centre-token', {
    tokenCount: () => 1,
    plan: ({ selection }) => ({ rows: [[{ index: selection.indices[0], weight: 1 }]] }),
  });
  metrics.add('yes-share', ({ prediction }) => (prediction === 'yes' ? 1 : 0));
}
