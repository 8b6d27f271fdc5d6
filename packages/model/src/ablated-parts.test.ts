import { canonicalJson } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import {
  type SceKeys,
  scePartProblems,
  scePartsName,
  scePartsOf,
  withCanonicalParts,
} from './ablated-parts';

const WIDTHS = { depthWidth: 16, heightWidth: 8, widthWidth: 8, base: 100 };

describe('parts of SCE', () => {
  it('are on by default, and sce stands for composition and tpe as in Table 1', () => {
    const on = { composition: 'compose', tpe: true, projection: 'moe-hybrid' };
    expect(scePartsOf({})).toEqual(on);
    expect(scePartsOf({ sce: true })).toEqual(on);
    expect(scePartsOf({ sce: false })).toEqual({ ...on, composition: 'sample', tpe: false });
    expect(scePartsOf({ tpe: { enabled: false } })).toEqual({ ...on, tpe: false });
  });

  it('are written one way, that of earlier results where it says all', () => {
    const sample: SceKeys = { composition: 'sample', tpe: { ...WIDTHS, enabled: false } };
    const short = { sce: false, tpe: WIDTHS };
    expect(canonicalJson(withCanonicalParts(sample))).toBe(canonicalJson(short));
    expect(canonicalJson(withCanonicalParts(short))).toBe(canonicalJson(short));
    expect(withCanonicalParts({ tpe: WIDTHS })).toEqual({ sce: true, tpe: WIDTHS });
    const mixed = withCanonicalParts({ composition: 'sample' as const, tpe: WIDTHS });
    expect(mixed).toEqual({
      composition: 'sample',
      projection: 'moe-hybrid',
      tpe: { ...WIDTHS, enabled: true },
    });
    expect(withCanonicalParts(mixed)).toEqual(mixed);
  });

  it('have names for their weights', () => {
    expect(scePartsName(scePartsOf({ sce: true }))).toBe('sce-on');
    expect(scePartsName(scePartsOf({ composition: 'sample', tpe: { enabled: false } }))).toBe(
      'sce-off',
    );
    expect(scePartsName(scePartsOf({ tpe: { enabled: false }, projection: 'shared' }))).toBe(
      'compose_no-tpe_shared',
    );
  });

  it('may say what sce says, and nothing else', () => {
    expect(scePartProblems({ sce: true, composition: 'compose' })).toEqual([]);
    expect(scePartProblems({ composition: 'sample', projection: 'shared' })).toEqual([]);
    expect(scePartProblems({ sce: true, composition: 'sample', tpe: { enabled: false } })).toEqual([
      expect.stringMatching(
        /^model\.composition: is sample, but model\.sce: true stands for compose/,
      ),
      expect.stringMatching(/^model\.tpe\.enabled: is false, but model\.sce: true stands for true/),
    ]);
    expect(scePartProblems({ sce: false, projection: 'separate' })).toHaveLength(1);
  });
});
