import { FormatError, RAISE_LIMITS, withinTime } from '@omnict/core';

const SPLIT_WORDS = String.raw`[^\r\n\p{L}\p{N}]?\p{L}+|N| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** Patterns of published tokenizers, which take linear time: GPT-2's, Qwen2's, Llama 3's, CLIP's. */
const KNOWN_PATTERNS: ReadonlySet<string> = new Set([
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`,
  ...[String.raw`\p{N}`, String.raw`\p{N}{1,3}`].flatMap((digits) => {
    const words = SPLIT_WORDS.replace('|N|', `|${digits}|`);
    return [words, `(?i:'s|'t|'re|'ve|'m|'ll|'d)|${words}`];
  }),
  String.raw`\s+`,
]);

/** True when all patterns of a tokenizer.json are published ones. */
export function hasKnownPatterns(json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return true;
  if (Array.isArray(json)) return json.every(hasKnownPatterns);
  return Object.entries(json).every(([key, value]) => {
    // The vocabulary is large, and holds no pattern.
    if (key === 'vocab' || key === 'merges') return true;
    return key === 'Regex' && typeof value === 'string'
      ? KNOWN_PATTERNS.has(value)
      : hasKnownPatterns(value);
  });
}

/**
 * Runs a tokenizer whose patterns nobody knows: some try exponentially many ways, so that 20 seconds are
 * all they get.
 *
 * @param path of the tokenizer, named in errors @throws FormatError when time is over
 */
export function runPatterns<T>(path: string, call: () => T): T {
  return withinTime(
    call,
    (seconds) =>
      new FormatError(
        `${path}: its patterns take more than ${seconds} s for a text; expected patterns that take linear time; use another tokenizer, or ${RAISE_LIMITS}`,
      ),
  );
}
