import { expect, it } from 'vitest';
import { byteText } from './byte-text';

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [5 * 2 ** 20, '5.0 MiB'],
  [3 * 2 ** 40, '3.0 TiB'],
  [2 ** 50, '1024.0 TiB'],
])('%i bytes are %s', (bytes, text) => expect(byteText(bytes)).toBe(text));
