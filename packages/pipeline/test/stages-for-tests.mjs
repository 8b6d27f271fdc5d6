/** @file Three small stages: real processes, real files, no training. */
import { ConfigError } from '@omnict/core';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const counted = (inputs, name) => Number(readFileSync(join(inputs, name), 'utf8'));

export const stages = [
  {
    name: 'count',
    version: 1,
    needs: () => ({}),
    usesSeed: false,
    usesEngine: false,
    select: ({ data }) => data,
    /** Counts to `section.to`, a checkpoint each step; may fail or be slow, as asked. */
    run: async ({ section, outputs, checkpoints, signal, progress, metric, log }) => {
      const checkpoint = join(checkpoints, 'at');
      let at = existsSync(checkpoint) ? Number(readFileSync(checkpoint, 'utf8')) : 0;
      log(`from ${at}`);
      if (section.say !== undefined) log(section.say);
      for (; at < section.to;) {
        signal.throwIfAborted();
        await sleep(section.delay ?? 0);
        writeFileSync(`${checkpoint}.partial`, String(++at));
        renameSync(`${checkpoint}.partial`, checkpoint); // whole, also when it is killed here
        progress(at, section.to);
        if (section.loss !== undefined) metric('loss', section.loss + 1 / at, at);
        if (section.mistakeAt === at) throw new ConfigError(`a mistake at ${at}`);
        if (section.failAt === at) throw new Error(section.failWith ?? `failed at ${at}`);
      }
      writeFileSync(join(outputs, 'count'), String(at));
    },
  },
  {
    name: 'double',
    version: 1,
    needs: () => ({ count: true }),
    usesSeed: true,
    usesEngine: false,
    select: ({ model }) => model,
    run: async ({ section, seed, inputs, outputs, metric }) => {
      const value = 2 * counted(inputs.count, 'count') * section.factor + seed;
      metric('value', value);
      writeFileSync(join(outputs, 'double'), String(value));
    },
  },
];

/** What a user's module exports: the same stages, for workers. */
export const register = (registries) => {
  for (const stage of stages) registries.stages.add(stage);
};
