import { FormatError, UnsupportedError } from '@omnict/core';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { JsonTokenizer } from '../src/index';

/** What `tools/reference/odd_tokens.py` writes with Rust's `tokenizers`. */
interface Expected {
  texts: string[];
  kinds: { name: string; tokenizer: TokenizerJson; ids: number[][]; decoded: string[] }[];
}

type TokenizerJson = Record<string, unknown> & {
  normalizer: Record<string, unknown> | null;
  pre_tokenizer: Record<string, unknown> | null;
};

/** What is normalized is decoded as it was normalized by Rust, as it was added by us. */
const NORMALIZES_ADDED = /lower|accents|prepend|nfkc_cf|llama/;

const expected = JSON.parse(
  readFileSync(new URL('./expected/odd-tokens.json', import.meta.url), 'utf8'),
) as Expected;
const byName = new Map(expected.kinds.map((kind) => [kind.name, kind.tokenizer]));
const gpt2 = byName.get('gpt2') as TokenizerJson;

function unpacked(json: TokenizerJson): TokenizerJson {
  const table = json.normalizer?.['precompiled_charsmap'];
  if (typeof table !== 'string') return json;
  const full = gunzipSync(Buffer.from(table, 'base64')).toString('base64');
  return { ...json, normalizer: { ...json.normalizer, precompiled_charsmap: full } };
}

describe('JsonTokenizer reads what sets libraries apart as Rust does', () => {
  it.each(expected.kinds)('$name', ({ name, tokenizer, ids, decoded }) => {
    const read = new JsonTokenizer(unpacked(tokenizer));
    expect(expected.texts.map((text) => read.encode(text))).toEqual(ids);
    if (NORMALIZES_ADDED.test(name)) return;
    expect(ids.map((row) => read.decode(row, { skipSpecialTokens: false }))).toEqual(decoded);
  });

  it('refuses steps that it does not know, and damaged tables', () => {
    const refused = (part: Partial<TokenizerJson>): unknown => {
      try {
        return new JsonTokenizer({ ...gpt2, ...part });
      } catch (error) {
        return error;
      }
    };
    const pre_tokenizer = { type: 'Split', pattern: { String: 'a' }, behavior: 'Contiguous' };
    expect(refused({ pre_tokenizer })).toBeInstanceOf(JsonTokenizer);
    expect(refused({ pre_tokenizer: { ...pre_tokenizer, invert: true } })).toBeInstanceOf(
      UnsupportedError,
    );
    expect(refused({ normalizer: { type: 'Unheard' } })).toBeInstanceOf(FormatError);
    for (const table of ['AAAA', Buffer.from([8, 0, 0, 0, 1]).toString('base64'), '!']) {
      const normalizer = { type: 'Precompiled', precompiled_charsmap: table };
      expect(refused({ normalizer }), table).toBeInstanceOf(FormatError);
    }
  });
});
