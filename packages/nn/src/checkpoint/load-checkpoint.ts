import type * as tf from '@tensorflow/tfjs-core';
import { FormatError } from '@omnict/core';
import type { Module } from '../module';
import { Checkpoint } from './checkpoint';
import { describeMismatch } from './describe-mismatch';

/** How the names of a module and of a checkpoint belong together. */
export interface LoadCheckpointOptions {
  /**
   * Prefixes that a checkpoint may put before every name; the first that fits is taken. A tower
   * is often saved alone or inside a larger model. Default: none.
   */
  prefixes?: readonly string[];
  /** Name in the checkpoint, without prefix, of a parameter. Default: the parameter's own. */
  nameOf?: (parameter: string) => string;
  /** Today's name of a tensor that earlier releases named otherwise. Default: its own. */
  renamed?: (tensor: string) => string;
  /** Tensors, without prefix, that the module may leave unused. */
  ignored?: readonly RegExp[];
  /** Parameters that keep their value where the checkpoint lacks them. */
  optional?: readonly RegExp[];
}

/**
 * Fills a module from a checkpoint, one tensor at a time.
 *
 * @param path safetensors file, or folder of one or several
 * @throws FormatError listing tensors that are missing, of another shape or not used, with the
 *   nearest names; errors of {@link Checkpoint.open}
 */
export async function loadCheckpoint(
  module: Module,
  path: string,
  {
    prefixes = [''],
    nameOf = (name) => name,
    renamed = (name) => name,
    ignored = [],
    optional = [],
  }: LoadCheckpointOptions = {},
): Promise<void> {
  const checkpoint = await Checkpoint.open(path);
  try {
    const all = module.namedParameters();
    const stored = new Map([...checkpoint.shapes.keys()].map((name) => [renamed(name), name]));
    const prefix = fittingPrefix([...all.keys()].map(nameOf), prefixes, stored);
    const parameters = new Map(
      [...all].filter(
        ([name]) =>
          stored.has(prefix + nameOf(name)) || !optional.some((pattern) => pattern.test(name)),
      ),
    );
    const names = new Map([...parameters.keys()].map((name) => [name, prefix + nameOf(name)]));
    const expected = new Map(
      [...parameters].map(([name, { shape }]) => [names.get(name) as string, shape]),
    );
    const found = new Map(
      [...checkpoint.shapes]
        .map(([name, shape]) => [renamed(name), shape] as const)
        .filter(
          ([name]) =>
            expected.has(name) ||
            (name.startsWith(prefix) &&
              !ignored.some((pattern) => pattern.test(name.slice(prefix.length)))),
        ),
    );
    const mismatch = describeMismatch(expected, found);
    if (mismatch !== undefined) {
      throw new FormatError(
        `${path}: the checkpoint does not fit the model its config.json describes: ${mismatch}; check that config and weights belong together`,
      );
    }
    const sources = [...names.values()].map((name) => stored.get(name) as string);
    const targets = [...parameters.values()];
    await eachTensor(checkpoint, sources, (value, index) => targets[index]?.assign(value));
  } finally {
    await checkpoint.close();
  }
}

/** Tensors in turn; the next one is read from disk while one is converted. */
async function eachTensor(
  checkpoint: Checkpoint,
  names: readonly string[],
  use: (value: tf.Tensor, index: number) => void,
): Promise<void> {
  const reading: Promise<tf.Tensor>[] = [];
  try {
    for (const index of names.keys()) {
      for (const name of names.slice(index + reading.length, index + 2)) {
        const read = checkpoint.read(name);
        read.catch(() => undefined); // told when it is its turn
        reading.push(read);
      }
      const value = (await reading[0]) as tf.Tensor;
      void reading.shift();
      use(value, index);
      value.dispose();
    }
  } finally {
    const left = await Promise.allSettled(reading);
    for (const read of left) if (read.status === 'fulfilled') read.value.dispose();
  }
}

/** The prefix under which most of the names are found. */
function fittingPrefix(
  names: readonly string[],
  prefixes: readonly string[],
  stored: ReadonlyMap<string, string>,
): string {
  const hits = (prefix: string): number => names.filter((name) => stored.has(prefix + name)).length;
  return [...prefixes].sort((a, b) => hits(b) - hits(a))[0] ?? '';
}
