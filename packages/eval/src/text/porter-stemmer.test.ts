import { expect, it } from 'vitest';
import { porterStem } from './porter-stemmer';

it.each([
  ['news', 'news'],
  ['bys', 'by'],
  ['flies', 'fli'],
  ['skies', 'sky'],
  ['dying', 'die'],
  ['abbey', 'abbey'],
])("NLTK's stem of %s is %s", (word, stem) => {
  expect(porterStem(word)).toBe(stem);
});
