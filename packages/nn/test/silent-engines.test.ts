/** @file No engine's start-up lines reach the user: what a command prints is its own. */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));

const PROGRAM = `
import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
const [engine] = process.argv.slice(1);
const { name } = await selectEngine(engine);
const product = tf.matMul(tf.eye(2), tf.tensor2d([1, 2, 3, 4], [2, 2]));
console.log(name, (await product.data()).join());
`;

it.each(['auto', 'wasm', 'cpu'])('starts %s without a word', (engine) => {
  const { TF_CPP_MIN_LOG_LEVEL: _, ...env } = process.env;
  const args = ['--input-type=module', '-e', PROGRAM, engine];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: PACKAGE,
    env,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(engine === 'auto' ? /^[a-z-]+ 1,2,3,4\n$/ : `${engine} 1,2,3,4\n`);
});
