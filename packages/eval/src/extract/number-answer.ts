import { normalizeText } from './normalize-text';

/** A number with its unit. */
interface Quantity {
  value: number;
  unit: string;
}

/** Units of one kind in terms of its smallest here; other units are only equal to themselves. */
const SCALES: Readonly<Record<string, readonly [kind: string, factor: number]>> = {
  mm: ['length', 1],
  millimeter: ['length', 1],
  millimetre: ['length', 1],
  cm: ['length', 10],
  centimeter: ['length', 10],
  centimetre: ['length', 10],
  m: ['length', 1000],
  ml: ['volume', 1],
  cc: ['volume', 1],
  cm3: ['volume', 1],
  l: ['volume', 1000],
  hu: ['density', 1],
  'hounsfield unit': ['density', 1],
  mg: ['mass', 1],
  g: ['mass', 1000],
  kg: ['mass', 1e6],
  '%': ['share', 1],
  percent: ['share', 1],
  'per cent': ['share', 1],
};

/** Differences of numbers that were rounded in binary. */
const RELATIVE_ROUNDING = 1e-9;

/**
 * Compares two answers as numbers with units: `3.0` is 3, `3 cm` is `30 mm`, `-5` is not 5 and `25` not
 * `2.5`. A number without a unit is equal to one with any.
 *
 * @returns undefined when one of the texts is no number
 */
export function equalNumbers(first: string, second: string): boolean | undefined {
  const [a, b] = [parseQuantity(first), parseQuantity(second)];
  if (a === undefined || b === undefined) return undefined;
  const [kindA, factorA] = scaleOf(a);
  const [kindB, factorB] = scaleOf(b);
  if (a.unit === '' || b.unit === '') return areClose(a.value, b.value);
  return kindA === kindB && areClose(a.value * factorA, b.value * factorB);
}

/** Reads a text that is a number, its unit with it, and nothing else. */
function parseQuantity(text: string): Quantity | undefined {
  const match =
    /^([+-]?)(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)(e[+-]?\d+)?\s?(\p{L}[\p{L} /^0-9]*|%)?\.?$/iu.exec(
      normalizeText(text).text,
    );
  if (match === null) return undefined;
  const [, sign = '', digits = '', exponent = '', unit = ''] = match;
  // 1,000 is a thousand, 2,5 two and a half.
  const plain = /^\d{1,3}(?:,\d{3})+/.test(digits)
    ? digits.replaceAll(',', '')
    : digits.replace(',', '.');
  return { value: Number(`${sign}${plain}${exponent}`), unit: unit.trim().toLowerCase() };
}

function scaleOf({ unit }: Quantity): readonly [kind: string, factor: number] {
  return SCALES[unit] ?? SCALES[unit.replace(/s$/, '')] ?? [unit, 1];
}

function areClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= RELATIVE_ROUNDING * Math.max(Math.abs(a), Math.abs(b));
}
