import {
  type Document,
  isAlias,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';

/** A mistake of a YAML text, at a place in it. */
interface YamlProblem {
  /** Characters from the beginning. */
  offset: number;
  problem: string;
}

/** What a YAML text holds. */
export interface YamlText {
  /** Plain objects, lists, texts, finite numbers, booleans, null; undefined when there are problems. */
  value: unknown;
  problems: readonly YamlProblem[];
  /** Line and column, from 1. */
  place: (offset: number) => { line: number; col: number };
  /** Where the value at the end of these keys begins; undefined when there is none. */
  offsetOf: (keys: readonly string[]) => number | undefined;
}

/** Levels of maps and lists: no spec needs more, and whatever walks them calls itself. */
const MAX_DEPTH = 64;
/** Characters of a text. */
const MAX_CHARACTERS = 2 ** 22;
/** Times that aliases may be followed in all: nested ones multiply. */
const MAX_ALIASES = 100;

/** YAML 1.2 without tags of its own, whatever a text declares: their values are no JSON. */
const OPTIONS = {
  schema: 'core',
  resolveKnownTags: false,
  merge: false,
  prettyErrors: false,
} as const;

/**
 * Reads YAML whose value is what it looks like: no aliases that lead nowhere or into themselves, no
 * numbers that JSON or a double cannot hold, no unknown tags, no key that changes a prototype.
 */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const place: YamlText['place'] = (offset) => lines.linePos(offset);
  const refused = (problems: readonly YamlProblem[]): YamlText => ({
    value: undefined,
    problems,
    place,
    offsetOf: () => undefined,
  });
  if (text.length > MAX_CHARACTERS) {
    const problem = `expected at most ${MAX_CHARACTERS} characters, got ${text.length}; shorten it`;
    return refused([{ offset: 0, problem }]);
  }
  let document: Document.Parsed;
  let value: unknown;
  try {
    document = parseDocument(text, { ...OPTIONS, lineCounter: lines });
    const problems = problemsOf(document);
    if (problems.length > 0) return refused(problems);
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    // Of the parser's own: it runs out of stack, or counts aliases that multiply.
    const problem =
      error instanceof RangeError
        ? `expected at most ${MAX_DEPTH} levels; nest less deeply`
        : `${error instanceof Error ? error.message : String(error)}; write the values out`;
    return refused([{ offset: 0, problem }]);
  }
  return {
    value,
    problems: [],
    place,
    offsetOf: (keys) => {
      const node: unknown =
        keys.length === 0 ? document.contents : document.getIn(keys.map(numeric), true);
      return isNode(node) ? node.range?.[0] : undefined;
    },
  };
}

function problemsOf(document: Document.Parsed): YamlProblem[] {
  const problems: YamlProblem[] = [...document.errors, ...document.warnings].map(
    ({ pos, message }) => ({ offset: pos[0], problem: message }),
  );
  if (document.errors.length > 0) return problems;
  const report = (node: Node, problem: string): void => {
    problems.push({ offset: node.range?.[0] ?? 0, problem });
  };
  visit(document, {
    Node: (_, node, ancestors) => {
      if (ancestors.length > 2 * MAX_DEPTH) {
        report(node, `expected at most ${MAX_DEPTH} levels; nest less deeply`);
        return visit.BREAK;
      }
      if (isAlias(node)) {
        const target = node.resolve(document);
        if (target === undefined) {
          report(node, `no anchor '&${node.source}' stands before this alias; correct its name`);
        } else if (ancestors.includes(target)) {
          report(node, `alias '*${node.source}' lies inside of what it stands for; write it out`);
        }
      }
      if (isScalar(node) && typeof node.value === 'number') {
        const problem = numberProblem(node.value, node.source ?? '');
        if (problem !== undefined) report(node, problem);
      }
      return undefined;
    },
    Pair: (_, { key }: Pair) => {
      if (!isNode(key)) return;
      if (!isScalar(key)) report(key, 'a key is a list, map or alias; expected plain text');
      else if (key.value === '__proto__') report(key, "'__proto__' is no key here; remove it");
    },
  });
  return problems;
}

/** Numbers that would become others without a word: in JSON not finite ones are null. */
function numberProblem(value: number, source: string): string | undefined {
  if (!Number.isFinite(value)) return `expected a finite number, got ${source}; correct the value`;
  const isExact = Number.isSafeInteger(value) || !/^[-+]?\d+$/.test(source);
  return isExact
    ? undefined
    : `expected a whole number of at most ${Number.MAX_SAFE_INTEGER}, got ${source}; a double cannot hold it`;
}

/** Ajv's paths have list indices as text. */
function numeric(key: string): string | number {
  return /^\d+$/.test(key) ? Number(key) : key;
}
