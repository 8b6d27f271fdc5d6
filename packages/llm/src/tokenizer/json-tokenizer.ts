import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { FormatError, MissingDataError, type Tokenizer, UnsupportedError } from '@omnict/core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AddedToken, AddedTokenSplitter, type Section } from './added-tokens';
import { libraryPreTokenizer, type Step } from './library-steps';
import { createNormalizer } from './normalizer';
import { hasKnownPatterns, runPatterns } from '../tokenizer-patterns';

/**
 * A tokenizer in Hugging Face's `tokenizer.json` form. Gives the ids of Rust's `tokenizers`: models,
 * post-processors and decoders are `@huggingface/tokenizers`'s, what lies before is told apart here.
 */
export class JsonTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  /** Texts of the tokens marked as special in tokenizer.json, the longest first. */
  readonly specialTexts: readonly string[];
  private readonly specialIds: ReadonlySet<number>;
  private readonly tokenizer: HuggingFaceTokenizer;
  private readonly normalize: (text: string) => string;
  /** Added tokens as they stand in text, and as they stand in normalized text. */
  private readonly splitters: readonly [AddedTokenSplitter, AddedTokenSplitter];
  private marked: JsonTokenizer | undefined;
  private readonly isKnown: boolean;

  /**
   * @param json content of tokenizer.json @param config content of tokenizer_config.json, or {}
   * @param path named in errors
   * @throws FormatError when the content is not a tokenizer, UnsupportedError for steps unknown here
   */
  constructor(
    readonly json: Readonly<Record<string, unknown>>,
    readonly config: Readonly<Record<string, unknown>> = {},
    private readonly path = 'tokenizer.json',
  ) {
    this.isKnown = hasKnownPatterns(json);
    try {
      this.normalize = createNormalizer(json['normalizer'] as Step | null);
      const preTokenizer = libraryPreTokenizer((json['pre_tokenizer'] ?? null) as Step | null);
      const steps = { normalizer: null, pre_tokenizer: preTokenizer };
      this.tokenizer = new HuggingFaceTokenizer({ ...json, ...steps }, config);
      this.splitters = this.run(() => splitAdded(this.addedTokens, this.normalize));
      const ids = [...this.tokenizer.get_vocab(true).values()].map(Number);
      this.vocabularySize = ids.reduce((largest, id) => Math.max(largest, id), -1) + 1;
      const special = this.addedTokens.filter((token) => token.special);
      this.specialIds = new Set(special.map(({ id }) => id));
      this.specialTexts = special.map(({ content }) => content).sort((a, b) => b.length - a.length);
    } catch (error) {
      if (error instanceof FormatError || error instanceof UnsupportedError) throw error;
      throw new FormatError(
        `${path}: is no tokenizer this library understands; expected Hugging Face's tokenizer.json; check the model folder`,
        { cause: error },
      );
    }
  }

  /** Tokens beside the model's own vocabulary, as tokenizer.json lists them. */
  get addedTokens(): readonly AddedToken[] {
    return (this.json['added_tokens'] ?? []) as AddedToken[];
  }

  /** True for a token marked as special. */
  isSpecial(id: number): boolean {
    return this.specialIds.has(id);
  }

  /**
   * Adds special tokens behind the ids there are, as transformers' `add_special_tokens` does.
   *
   * `chatTemplate` becomes the tokenizer's own where it brings none.
   */
  withSpecialTokens(
    texts: readonly string[],
    { chatTemplate }: { chatTemplate?: string } = {},
  ): JsonTokenizer {
    const added = texts.map((content, index) => ({
      id: this.vocabularySize + index,
      content,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    }));
    const known = this.config['added_tokens_decoder'] as Record<string, unknown> | undefined;
    const listed = (this.config['additional_special_tokens'] ?? []) as unknown[];
    const decoder = added.map(({ id, ...token }) => [String(id), token] as const);
    const config = {
      ...this.config,
      ...(known !== undefined && {
        added_tokens_decoder: { ...known, ...Object.fromEntries(decoder) },
      }),
      additional_special_tokens: [...listed, ...texts],
      ...(this.chatTemplate === undefined && chatTemplate !== undefined
        ? { chat_template: chatTemplate }
        : {}),
    };
    const json = { ...this.json, added_tokens: [...this.addedTokens, ...added] };
    return new JsonTokenizer(json, config, this.path);
  }

  /**
   * Encodes text in which special tokens count only where their text is whole: `mark`, which is dropped,
   * breaks up those that are plain text.
   */
  encodeMarked(text: string, mark: string): number[] {
    // Whole special tokens take a mark of their own, by which a second tokenizer knows them.
    this.marked ??= new JsonTokenizer(
      {
        ...this.json,
        added_tokens: this.addedTokens.map((token) =>
          token.special ? { ...token, content: mark + token.content } : token,
        ),
      },
      { ...this.config, additional_special_tokens: [] },
      this.path,
    );
    const parts = text.split(this.specialPattern);
    const renamed = parts.map((part, index) => {
      return index % 2 === 1 ? mark + part : part.replaceAll(mark, '');
    });
    return this.marked.encode(renamed.join(''));
  }

  /** Jinja source of the chat template, when the tokenizer brings one. */
  get chatTemplate(): string | undefined {
    const template = this.config['chat_template'];
    if (!Array.isArray(template)) return typeof template === 'string' ? template : undefined;
    // Several by name: the plain one is called default.
    const named = template as { name?: string; template?: string }[];
    return named.find(({ name }) => name === 'default')?.template;
  }

  /** Texts of the special tokens that tokenizer_config.json names, for chat templates. */
  get specialTokens(): Record<string, string> {
    const entries = Object.entries(this.config).flatMap(([name, value]) => {
      const text = typeof value === 'string' ? value : (value as { content?: unknown })?.content;
      return name.endsWith('_token') && typeof text === 'string' ? [[name, text] as const] : [];
    });
    return Object.fromEntries(entries);
  }

  /** With `addSpecialTokens`, what the model's template puts around a text comes along. */
  encode(text: string, options: { addSpecialTokens?: boolean } = {}): number[] {
    const tokens = this.run(() =>
      this.splitters[0]
        .split(text)
        .flatMap((section) =>
          section.id === undefined ? this.encodeSection(section) : [this.textOf(section.id)],
        ),
    );
    const isFramed = options.addSpecialTokens ?? false;
    const framed = this.tokenizer.post_processor?.(tokens, null, isFramed).tokens ?? tokens;
    const { model } = this.tokenizer;
    return framed.flatMap((token) => model?.tokens_to_ids.get(token) ?? model?.unk_token_id ?? []);
  }

  /** Tokens of text without such added tokens as are found before normalization. */
  private encodeSection({ text, start }: Section): string[] {
    const { pre_tokenizer: preTokenize, model } = this.tokenizer;
    return this.splitters[1].split(this.normalize(text)).flatMap((part) => {
      if (part.id !== undefined) return [this.textOf(part.id)];
      // Metaspace's scheme "first" means the beginning of all text.
      const options = { section_index: start + part.start };
      return model?.(preTokenize?.(part.text, options) ?? [part.text]) ?? [];
    });
  }

  private textOf(id: number): string {
    return this.tokenizer.id_to_token(id) as string;
  }

  decode(ids: readonly number[], options: { skipSpecialTokens?: boolean } = {}): string {
    if (ids.length === 0) return '';
    return this.run(() =>
      this.tokenizer.decode([...ids], {
        skip_special_tokens: options.skipSpecialTokens ?? true,
        clean_up_tokenization_spaces: false,
      }),
    );
  }

  private run<T>(call: () => T): T {
    return this.isKnown ? call() : runPatterns(this.path, call);
  }

  /** Special tokens, as a group: the odd parts of a split text. */
  private get specialPattern(): RegExp {
    const escaped = this.specialTexts.map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    return new RegExp(`(${escaped.join('|')})`);
  }

  /** As tokenId, but undefined for a token that is not there. */
  findTokenId(token: string): number | undefined {
    return this.tokenizer.token_to_id(token);
  }

  tokenId(token: string): number {
    const id = this.findTokenId(token);
    if (id !== undefined) return id;
    throw new MissingDataError(
      `${this.path}: token '${token}' is not in the vocabulary; expected a tokenizer that has it; choose another language model`,
    );
  }
}

function splitAdded(
  tokens: readonly AddedToken[],
  normalize: (text: string) => string,
): [AddedTokenSplitter, AddedTokenSplitter] {
  const isNormalized = (token: AddedToken): boolean => token.normalized ?? !token.special;
  const normalized = tokens
    .filter(isNormalized)
    .map((token) => ({ ...token, content: normalize(token.content) }));
  const plain = tokens.filter((token) => !isNormalized(token));
  return [new AddedTokenSplitter(plain), new AddedTokenSplitter(normalized)];
}

/** Reads tokenizer.json and, when there, tokenizer_config.json and chat_template.jinja. @throws MissingDataError, FormatError. */
export async function loadTokenizer(folder: string): Promise<JsonTokenizer> {
  const path = join(folder, 'tokenizer.json');
  const json = await readObject(path);
  const config = await readObject(join(folder, 'tokenizer_config.json')).catch((error: unknown) => {
    if (error instanceof MissingDataError) return {};
    throw error;
  });
  // transformers 5 writes the template to a file of its own.
  const template = await readFile(join(folder, 'chat_template.jinja'), 'utf8').catch(
    () => undefined,
  );
  const full = template === undefined ? config : { ...config, chat_template: template };
  return new JsonTokenizer(json, full, path);
}

async function readObject(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new MissingDataError(
      `${path}: cannot be read; expected a Hugging Face tokenizer; check the model folder`,
      { cause: error },
    );
  }
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new FormatError(`${path}: is not JSON; the file is damaged; fetch it again`, {
      cause: error,
    });
  }
}
