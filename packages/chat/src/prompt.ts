import { ConfigError, FormatError, MissingDataError } from '@omnict/core';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { ChatMessage, ImagePart } from './message';

/** Says which prompt a reply came from. */
export interface PromptIdentity {
  name: string;
  version: number;
  /** SHA-256 of the file, in hexadecimal: a changed text shows even under an old version. */
  digest: string;
}

const HEADER = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/;
const SECTION = /^# (system|user|assistant)[ \t]*$/m;
const PLACEHOLDER = /\{\{\s*([A-Za-z][A-Za-z0-9]*)\s*\}\}/g;

/**
 * A prompt kept in a file: a YAML header with `name` and `version`, then sections `# system`,
 * `# user`, `# assistant`, in which `{{name}}` stands for a value.
 */
export class Prompt {
  private constructor(
    readonly identity: PromptIdentity,
    private readonly sections: readonly { role: ChatMessage['role']; text: string }[],
    private readonly path: string,
  ) {}

  /** @throws MissingDataError when it cannot be read, FormatError when it is no prompt */
  static async load(path: string): Promise<Prompt> {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw new MissingDataError(`${path}: prompt cannot be read; check the path`, {
        cause: error,
      });
    });
    return Prompt.parse(text, path);
  }

  /** @param path for messages only @throws FormatError when the text is no prompt */
  static parse(text: string, path: string): Prompt {
    const header = HEADER.exec(text);
    const { name, version } = readHeader(header?.[1] ?? '');
    if (header === null || typeof name !== 'string' || !Number.isInteger(version)) {
      throw new FormatError(
        `${path}: header does not fit; expected '---', lines 'name: text' and 'version: whole number', '---'; add them`,
      );
    }
    const [before = '', ...pieces] = text.slice(header[0].length).split(SECTION);
    const sections = [];
    for (let i = 0; i + 1 < pieces.length; i += 2) {
      sections.push({
        role: pieces[i] as ChatMessage['role'],
        text: (pieces[i + 1] as string).trim(),
      });
    }
    if (before.trim() !== '' || !sections.some(({ role }) => role === 'user')) {
      throw new FormatError(
        `${path}: sections do not fit; expected '# system' and '# user' lines, each followed by text, and a user section; correct the file`,
      );
    }
    const digest = createHash('sha256').update(text).digest('hex');
    return new Prompt({ name, version: version as number, digest }, sections, path);
  }

  /**
   * The conversation with values in place; images go before the text of the last user turn.
   *
   * @throws ConfigError naming a placeholder without a value, or a value without a placeholder
   */
  render(
    values: Readonly<Record<string, string>>,
    images: readonly ImagePart[] = [],
  ): ChatMessage[] {
    const used = new Set<string>();
    const messages = this.sections.map(({ role, text }) => {
      const content = text.replace(PLACEHOLDER, (_, name: string) => {
        const value = values[name];
        if (value === undefined) {
          throw new ConfigError(`${this.path}: no value for {{${name}}}; expected one; pass it`);
        }
        used.add(name);
        return value;
      });
      return { role, content } as ChatMessage;
    });
    const unused = Object.keys(values).filter((name) => !used.has(name));
    if (unused.length > 0) {
      throw new ConfigError(
        `${this.path}: value '${unused.join("', '")}' has no place; expected {{${unused[0]}}} in the text; add it or leave the value out`,
      );
    }
    const last = messages.findLastIndex(({ role }) => role === 'user');
    return messages.map((message, index) =>
      index === last && images.length > 0
        ? { role: 'user', content: [...images, { type: 'text', text: message.content as string }] }
        : message,
    );
  }
}

function readHeader(text: string): { name?: unknown; version?: unknown } {
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
