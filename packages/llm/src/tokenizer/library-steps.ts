/**
 * @file Says the steps of a tokenizer.json in terms that `@huggingface/tokenizers` 0.2 takes as Rust's
 * `tokenizers` does. The library's own steps take JavaScript's `\s`, `\d`, `\w` and `toLowerCase`, know no
 * Nmt and no behaviour of Punctuation; its regular expressions, though, are Rust's.
 */
import { UnsupportedError } from '@omnict/core';

/** A normalizer or pre-tokenizer as tokenizer.json has it. */
export type Step = Readonly<Record<string, unknown>> & { type?: string };

const BLANK = '\\p{White_Space}';
const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';
const PUNCTUATION = '\\p{P}\\u0021-\\u002F\\u003A-\\u0040\\u005B-\\u0060\\u007B-\\u007E';
/** GPT-2's words. */
const BYTE_LEVEL = `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${BLANK}\\p{L}\\p{N}]+|${BLANK}+(?!\\P{White_Space})|${BLANK}+`;
/** What Nmt drops, and what becomes a blank. */
const NMT_DROPPED = '[\\u0001-\\u0008\\u000B\\u000E-\\u001F\\u007F\\u008F\\u009F]';
const NMT_BLANK =
  '[\\u0009\\u000A\\u000C\\u000D\\u1680\\u200B-\\u200F\\u2028\\u2029\\u2581\\uFEFF\\uFFFD]';
const CJK =
  '[\\u4E00-\\u9FFF\\u3400-\\u4DBF\\u{20000}-\\u{2A6DF}\\u{2A700}-\\u{2B73F}\\u{2B740}-\\u{2B81F}\\u{2B920}-\\u{2CEAF}\\uF900-\\uFAFF\\u{2F800}-\\u{2FA1F}]';

/** @throws UnsupportedError for steps that cannot be said */
export function libraryNormalizer(step: Step | null): Step | null {
  switch (step?.type) {
    case 'Sequence':
      return sequence(steps(step['normalizers']).map(libraryNormalizer), 'normalizers');
    case 'Nmt':
      return sequence([replace(NMT_DROPPED, ''), replace(NMT_BLANK, ' ')], 'normalizers');
    case 'Strip': {
      const left = step['strip_left'] === false ? [] : [replace(`\\A${BLANK}+`, '')];
      const right = step['strip_right'] === false ? [] : [replace(`${BLANK}+\\z`, '')];
      return sequence([...left, ...right], 'normalizers');
    }
    // JavaScript knows that a sigma ends a word; Rust goes letter by letter.
    case 'Lowercase':
      return sequence([replace('Σ', 'σ'), step], 'normalizers');
    case 'BertNormalizer': {
      const spaced = step['handle_chinese_chars'] === false ? [] : [replace(CJK, ' $& ')];
      const lower = step['lowercase'] === true ? [replace('Σ', 'σ')] : [];
      const rest = { ...step, handle_chinese_chars: false };
      return sequence([...spaced, ...lower, rest], 'normalizers');
    }
    case 'Replace':
      // What `$` means to JavaScript's replace.
      return { ...step, content: (step['content'] as string).replaceAll('$', '$$$$') };
    default:
      return step;
  }
}

/** @throws UnsupportedError for steps that cannot be said */
export function libraryPreTokenizer(step: Step | null): Step | null {
  switch (step?.type) {
    case 'Sequence':
      return sequence(steps(step['pretokenizers']).map(libraryPreTokenizer), 'pretokenizers');
    case 'ByteLevel': {
      if (step['use_regex'] === false) return step;
      // A blank goes before the words are told apart.
      const prefix = step['add_prefix_space'] === true ? [replace('\\A[^ ]', ' $&')] : [];
      const bytes = { ...step, use_regex: false, add_prefix_space: false };
      return sequence([...prefix, matches(BYTE_LEVEL), bytes], 'pretokenizers');
    }
    case 'Metaspace': {
      const mark = typeof step['replacement'] === 'string' ? step['replacement'] : '\u2581';
      const isSplit = step['split'] !== false;
      return isSplit
        ? sequence([step, split({ String: mark }, 'MergedWithNext')], 'pretokenizers')
        : step;
    }
    case 'Whitespace':
      return matches(`[${WORD}]+|[^${WORD}${BLANK}]+`);
    case 'WhitespaceSplit':
      return matches('\\P{White_Space}+');
    case 'BertPreTokenizer':
      return matches(`[^${BLANK}${PUNCTUATION}]+|[${PUNCTUATION}]`);
    case 'Digits':
      return matches(`\\P{N}+|\\p{N}${step['individual_digits'] === true ? '' : '+'}`);
    case 'Punctuation':
      return split({ Regex: `[${PUNCTUATION}]` }, step['behavior'] ?? 'Isolated');
    case 'Split':
      return splitStep(step);
    default:
      return step;
  }
}

function splitStep(step: Step): Step {
  const pattern = step['pattern'] as Pattern;
  if (step['invert'] !== true) return split(pattern, step['behavior']);
  if (step['behavior'] === 'Removed') return step;
  if (step['behavior'] === 'Isolated') return split(pattern, 'Isolated');
  return refuse(step);
}

/** How a pattern is given: as it stands, or as a regular expression. */
type Pattern = { String: string } | { Regex: string };

function split(pattern: Pattern, behavior: unknown): Step {
  const [source] = [
    'Regex' in pattern ? pattern.Regex : pattern.String.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'),
  ];
  const [one, other] = [`(?:${source})`, `(?:(?!${source})[\\s\\S])`];
  switch (behavior) {
    case 'Isolated':
    case 'Removed':
      return { type: 'Split', pattern, behavior, invert: false };
    case 'Contiguous':
      return matches(`${one}+|${other}+`);
    case 'MergedWithPrevious':
      return matches(`${other}*${one}|${other}+`);
    case 'MergedWithNext':
      return matches(`${one}${other}*|${other}+`);
    default:
      return refuse({ type: 'Split', behavior });
  }
}

/** Keeps what a regular expression finds, match by match. */
function matches(source: string): Step {
  return { type: 'Split', pattern: { Regex: source }, behavior: 'Removed', invert: true };
}

function replace(source: string, content: string): Step {
  return { type: 'Replace', pattern: { Regex: source }, content };
}

function sequence(all: readonly (Step | null)[], key: string): Step {
  return { type: 'Sequence', [key]: all };
}

function steps(value: unknown): readonly Step[] {
  return Array.isArray(value) ? (value as Step[]) : [];
}

function refuse(step: Step): never {
  throw new UnsupportedError(
    `tokenizer.json: ${step.type} with behavior ${String(step['behavior'])}${step['invert'] === true ? ', inverted,' : ''} is not supported; expected Isolated, Removed, Contiguous, MergedWithPrevious or MergedWithNext; use another tokenizer`,
  );
}
