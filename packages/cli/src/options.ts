import { InvalidArgumentError, Option } from 'commander';

/** `--json`: results for programs. */
export function jsonOption(): Option {
  return new Option('--json', 'print the result as JSON');
}

/** Store of who names none. */
const DEFAULT_STORE = '.omnict';

/** `--store`: where caches and runs lie. */
export function storeOption(): Option {
  return new Option('--store <folder>', 'folder of caches and runs').default(DEFAULT_STORE);
}

/** How a store is named to another command; not at all where it is the default. */
export function storeArguments(store: string): string[] {
  return store === DEFAULT_STORE ? [] : ['--store', store];
}

/** `--components`: a module with the user's own parts; may be given several times. */
export function componentsOption(): Option {
  return new Option(
    '--components <module>',
    'module with your own encoders, aggregators, metrics and stages: its code is run; may be repeated',
  ).argParser((path: string, earlier: string[] | undefined) => [...(earlier ?? []), path]);
}

/** Parses a fixed number of comma-separated numbers, for instance `-1000,1000`. */
export function numberList(count: number): (text: string) => number[] {
  return (text) => {
    const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
    if (values.length === count && values.every(Number.isFinite)) return values;
    throw new InvalidArgumentError(`expected ${count} numbers separated by commas, got '${text}'`);
  };
}

/** Parses a number between bounds, both included. */
export function numberBetween(least: number, most = Infinity): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= least && value <= most) return value;
    const bounds = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`expected a number ${bounds}, got '${text}'`);
  };
}

/** Parses a share between 0 and 1, neither of them included. */
export function properShare(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError(`expected a number above 0 and below 1, got '${text}'`);
}

/** Parses names separated by commas. */
export function nameList(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/** Collects an option that may be given several times. */
export function collected(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}

/** Parses a whole number, 1 or more. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError(`expected a whole number above 0, got '${text}'`);
}

/** Parses a whole number, 0 or more. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError(`expected a whole number, 0 or more, got '${text}'`);
}

/** Parses a number. */
export function numberOption(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError(`expected a number, got '${text}'`);
}

/** `--seed`: what chance draws from. */
export function seedOption(): Option {
  return new Option('--seed <number>', 'equal seeds give equal results')
    .argParser(wholeNumber)
    .default(0);
}

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** Parses an amount of bytes: `500MB`, `2TB`. */
export function byteSize(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([kmgt]?)b?$/i.exec(text) ?? [];
  const factor = SIZE_UNITS[unit?.toLowerCase() ?? ''];
  if (amount !== undefined && factor !== undefined) return Number(amount) * factor;
  throw new InvalidArgumentError(`expected a size such as 500MB or 2TB, got '${text}'`);
}

const DURATION_MS: Readonly<Record<string, number>> = { m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

/** Parses a span of time to milliseconds: `12h`, `30d`. */
export function duration(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text) ?? [];
  const factor = DURATION_MS[unit];
  if (amount !== undefined && factor !== undefined) return Number(amount) * factor;
  throw new InvalidArgumentError(`expected a time such as 12h or 30d, got '${text}'`);
}
