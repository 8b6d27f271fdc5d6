/** @file The layers, the projector and the organ tokens run in a browser: bundled, without Node's modules. */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { browserIsMissing, openFile, startBrowser } from './browser';

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));

/** One forward pass: a volume's tokens, normalized and projected, with the tokens of an organ behind. */
const FORWARD = `
import { Random } from '@omnict/core';
import { LayerNorm, scaledDotProductAttention } from '@omnict/nn';
import { aggregateOrganTokens, fuseOrganTokens, organStrategy, selectOrganTokens } from '@omnict/ose';
import { MoeHybridProjection } from '@omnict/projector';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';

export async function forward() {
  await tf.setBackend('cpu');
  const random = new Random(0);
  const sizes = { tokenDim: 8, sliceBlock: 1, volumeBlock: 2, hiddenDim: 12, outputDim: 6, random };
  const projection = new MoeHybridProjection(sizes);
  const volume = Array.from({ length: 2 * 4 * 4 * 8 }, () => random.normal());
  const normalized = new LayerNorm(8).apply(tf.tensor(volume, [1, 2, 4, 4, 8]));
  const tokens = projection.apply(normalized, 'volume'); // [1, 8, 6]
  const mask = { data: new Uint8Array(6 * 8 * 8).fill(5, 0, 100), shape: [6, 8, 8] };
  const selection = selectOrganTokens(mask, [2, 2, 2], { labels: [5], slicesPerUnit: 3 });
  const plan = organStrategy('adaptive').plan({
    selection, modality: 'volume', counts: { tokens2d: 1, tokens3d: 2 }, random,
  });
  const organ = aggregateOrganTokens(tokens, tf.tensor(plan.weights, [1, plan.tokenCount, 8]));
  const fused = tf.expandDims(fuseOrganTokens(tokens, organ), 1); // [1, 1, 10, 6]
  const attended = scaledDotProductAttention(fused, fused, { v: fused });
  return { shape: attended.shape, values: Array.from(await attended.data()) };
}
`;

const folder = mkdtempSync(join(tmpdir(), 'omnict-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bundles the forward pass for a page. @returns the bundle */
async function bundled(): Promise<string> {
  const contents = `${FORWARD}\nglobalThis.forward = forward;`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: PACKAGE, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles?.[0]?.text ?? '';
}

const missing = browserIsMissing();

it.skipIf(missing !== undefined)(
  `a forward pass in a browser equals Node's${missing === undefined ? '' : `: ${missing}`}`,
  async () => {
    const program = `${FORWARD}\nconsole.log(JSON.stringify(await forward()));`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: PACKAGE,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const expected = JSON.parse(printed) as { shape: number[]; values: number[] };

    const page = join(folder, 'page.html');
    writeFileSync(page, `<script type="module">${await bundled()}</script>`);
    const browser = await startBrowser();
    try {
      const opened = await openFile(browser, page);
      const result = await opened.page.evaluate<typeof expected>('globalThis.forward()');
      expect(opened.messages).toEqual([]);
      expect(opened.requests).toEqual([]);
      expect(result.shape).toEqual([1, 1, 10, 6]);
      expect(result.shape).toEqual(expected.shape);
      expect(result.values.some((value) => Math.abs(value) > 0.01)).toBe(true);
      result.values.forEach((value, index) => {
        expect(value).toBeCloseTo(expected.values[index] ?? Number.NaN, 5);
      });
    } finally {
      await browser.close();
    }
  },
);
