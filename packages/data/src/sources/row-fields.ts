import { RowError } from '../problem';
import type { SourceRow } from '../rows/source-row';
import type { EmbeddedImage } from './source-adapter';

/** A turn of a conversation. */
export interface Turn {
  from: 'human' | 'gpt';
  value: string;
  /** Kind of question, where the source tells it. */
  type?: string;
}

/** Reads fields of a row with the types they should have. */
export class RowFields {
  constructor(readonly row: SourceRow) {}

  /**
   * Text of the first field that is there; numbers count as text, as some sources have both.
   *
   * @throws RowError when no field is there, or it is blank or no text
   */
  text(...names: readonly [string, ...string[]]): string {
    const found = this.optionalText(...names);
    if (found !== undefined) return found;
    const present = Object.keys(this.row.value).slice(0, 20).join(', ');
    throw new RowError(
      'missing-field',
      `${names.join(' or ')} is missing or blank; expected text, got fields ${present || 'none'}; correct the row`,
    );
  }

  /** Like {@link text}, or undefined when there is none. */
  optionalText(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.row.value[name];
      if (value === undefined || value === null || value === '') continue;
      if (typeof value !== 'string' && typeof value !== 'number') {
        throw wrongType(name, 'text', value);
      }
      const text = String(value).trim();
      if (text !== '') return text;
    }
    return undefined;
  }

  /** A list, or undefined. @throws RowError when the field is something else */
  optionalList(name: string): readonly unknown[] | undefined {
    const value = this.row.value[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) throw wrongType(name, 'a list', value);
    return value as readonly unknown[];
  }

  /** A list, or a text alone as a list of one. @throws RowError when the field is something else */
  textOrList(name: string): readonly unknown[] {
    return typeof this.row.value[name] === 'string'
      ? [this.text(name)]
      : (this.optionalList(name) ?? []);
  }

  /**
   * Options by letter of the first field that is there: a list, an object by letter (`{A: ..., B: ...}`), or
   * either of them written as text, as tables keep them. Numbers count as text; what is blank keeps
   * its place.
   *
   * @throws RowError when the field holds something else
   */
  optionalOptions(...names: readonly string[]): (string | undefined)[] | undefined {
    const name = names.find((candidate) => (this.row.value[candidate] ?? '') !== '');
    if (name === undefined) return undefined;
    const value = this.row.value[name];
    const list = typeof value === 'string' ? literalOf(value) : value;
    if (typeof list !== 'object' || list === null)
      throw wrongType(name, 'a list of options', value);
    if (Array.isArray(list)) return (list as unknown[]).map((option) => optionOf(name, option));
    const entries = Object.entries(list).map(
      ([key, option]) => [key.trim().toUpperCase(), option] as const,
    );
    const last = Math.max(
      ...entries.map(([key]) => (/^[A-Z]$/.test(key) ? key.charCodeAt(0) : NaN)),
    );
    if (Number.isNaN(last)) throw wrongType(name, 'options by letter', value);
    const byLetter = new Map<string, unknown>(entries);
    return Array.from({ length: last - 64 }, (_, place) =>
      optionOf(name, byLetter.get(String.fromCharCode(65 + place))),
    );
  }

  /** An object's flags or fields, or undefined. */
  optionalObject(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.row.value[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'object') throw wrongType(name, 'an object', value);
    return value as Record<string, unknown>;
  }

  /** Image bytes as Hugging Face stores them, `{bytes, path}` or bytes alone; undefined for none. */
  embeddedImage(name: string): EmbeddedImage | undefined {
    const value = this.row.value[name];
    const bytes =
      value instanceof Uint8Array
        ? value
        : (value as { bytes?: unknown } | null | undefined)?.bytes;
    return bytes instanceof Uint8Array && bytes.length > 0 ? { bytes } : undefined;
  }

  /**
   * Turns in LLaVA's form, `[{from, value}]`, without their `<image>` placeholders.
   *
   * @throws RowError when turns are missing, of another form, or do not alternate
   */
  conversation(...names: readonly [string, ...string[]]): Turn[] {
    const name = names.find((candidate) => this.row.value[candidate] !== undefined) ?? names[0];
    const turns = (this.optionalList(name) ?? []).map((turn): Turn => {
      const { from, value, type } = (turn ?? {}) as Record<string, unknown>;
      if (typeof value !== 'string' || (from !== 'human' && from !== 'gpt')) {
        throw wrongType(name, "turns {from: 'human' or 'gpt', value: text}", turn);
      }
      const text = value.replaceAll('<image>', '').trim();
      return { from, value: text, ...(typeof type === 'string' ? { type } : {}) };
    });
    const alternates = turns.every(({ from }, i) => from === (i % 2 === 0 ? 'human' : 'gpt'));
    if (turns.length === 0 || turns.length % 2 === 1 || !alternates) {
      throw new RowError(
        turns.length === 0 ? 'missing-field' : 'wrong-type',
        `${name} has ${turns.length} turns; expected human and gpt in turn; correct the row`,
      );
    }
    return turns;
  }
}

function wrongType(name: string, expected: string, value: unknown): RowError {
  const got = Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value;
  return new RowError('wrong-type', `${name}: expected ${expected}, got ${got}; correct the row`);
}

function optionOf(name: string, option: unknown): string | undefined {
  if (option === undefined || option === null) return undefined;
  if (!['string', 'number', 'boolean'].includes(typeof option)) {
    throw wrongType(name, 'options of text or numbers', option);
  }
  const text = String(option as string | number | boolean).trim();
  return text === '' ? undefined : text;
}

/** A list or object written in JSON or as Python prints it; undefined for other text. */
function literalOf(text: string): unknown {
  for (const candidate of [text, pythonToJson(text)]) {
    try {
      return JSON.parse(candidate) as unknown;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Python's quotes and constants as those of JSON; what is within quotes is not looked at. */
function pythonToJson(text: string): string {
  return text.replace(
    /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\bNone\b|\bTrue\b|\bFalse\b/g,
    (token: string, single?: string, double?: string) => {
      const inner = single ?? double;
      if (inner !== undefined) return JSON.stringify(inner.replace(/\\(['"\\])/g, '$1'));
      return token === 'None' ? 'null' : token.toLowerCase();
    },
  );
}
