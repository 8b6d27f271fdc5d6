import { FormatError } from '@omnict/core';

/** One prediction and what it is compared with: all that metrics see. */
export interface PredictionRow {
  id: string;
  prediction: string;
  /** At least one, for metrics of texts; the answer stands in when there are none. */
  references: readonly string[];
  /** Choices in the order A, B, C, ... */
  options?: readonly string[];
  /** Text or letter of the right option, yes or no, or a short answer. */
  answer?: string;
  /** Patient or volume: intervals may draw whole clusters. */
  cluster?: string;
  /** Log-likelihood of each option, for metrics that need no generated text. */
  optionLogProbabilities?: readonly number[];
  /** Predicted probability or score of a finding, and whether it is there. */
  probability?: number;
  label?: 0 | 1;
  /** File and line, for messages. */
  where?: string;
  /** All else that the line says in a word: organ, task type, skill and the like, to group by. */
  fields: Readonly<Record<string, string>>;
}

/** Fields that reports are grouped by; `KIND_FIELD` is no field of a line. */
export const GROUP_FIELDS = [
  'modality',
  'organ',
  'taskType',
  'category',
  'capability',
  'skill',
  'mechanism',
  'difficulty',
] as const;

/** Group of closed and open questions. */
export const KIND_FIELD = 'kind';

/** Whether a question has one right answer. */
export type QuestionKind = 'closed' | 'open';

/** Task types whose answers are free text: accuracy leaves them out. */
const OPEN_TASK_TYPES: ReadonlySet<string> = new Set([
  'open',
  'short-answer',
  'free-form',
  'free-form-qa',
  'report',
  'report-generation',
  'description',
  'caption',
  'captioning',
  'image-captioning',
  'dialogue',
]);

/** Says whether a row has one right answer: options, yes or no, a letter, or no open task type. */
export function questionKind({ options, fields, answer, references }: PredictionRow): QuestionKind {
  if (options !== undefined && options.length > 0) return 'closed';
  const { taskType } = fields;
  if (taskType !== undefined && OPEN_TASK_TYPES.has(taskType.toLowerCase())) return 'open';
  return answer !== undefined || references.length > 0 ? 'closed' : 'open';
}

/** Value of a row's group field; undefined where it has none. */
export function groupOf(row: PredictionRow, field: string): string | undefined {
  return field === KIND_FIELD ? questionKind(row) : row.fields[field];
}

/** What a line may hold; other fields are left alone. */
export type RawRow = Readonly<Record<string, unknown>>;

/** Fields of a line with a meaning of their own: not to group by. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'prediction',
  'reference',
  'references',
  'options',
  'answer',
  'question',
  'optionLogProbabilities',
  'probability',
  'label',
  KIND_FIELD,
]);

/**
 * Checks a line of a predictions file, or of one joined with its references.
 *
 * @param where file and line, for messages
 * @param clusterField field that names the patient or volume; default `cluster`
 * @throws FormatError naming the field
 */
export function parsePredictionRow(
  raw: RawRow,
  where: string,
  clusterField = 'cluster',
): PredictionRow {
  const { prediction } = raw;
  if (typeof prediction !== 'string')
    throw wrongField(where, 'prediction', { expected: 'text', value: prediction });
  const word = (field: string, source = field): Record<string, string> => {
    const value = raw[source] ?? undefined;
    if (value === undefined) return {};
    if (isWord(value)) return { [field]: String(value) };
    throw wrongField(where, source, { expected: 'text', value });
  };
  for (const field of GROUP_FIELDS) word(field); // refuses what is no word
  const options = list<string>(raw, { where, field: 'options', type: 'string' });
  const logProbabilities = list<number>(raw, {
    where,
    field: 'optionLogProbabilities',
    type: 'number',
  });
  checkCount(where, options['options'], logProbabilities['optionLogProbabilities']);
  return {
    id: parseId(raw, where),
    where,
    prediction,
    references: references(raw, where),
    ...options,
    ...word('answer'),
    ...word('cluster', clusterField),
    ...logProbabilities,
    ...finding(raw, where),
    fields: wordFields(
      Object.fromEntries(Object.entries(raw).filter(([field]) => !OWN_FIELDS.has(field))),
    ),
  };
}

/** Identifier of a line; numbers count as text. @throws FormatError when there is none */
export function parseId({ id }: RawRow, where: string): string {
  if (typeof id === 'number' && Number.isFinite(id)) return String(id);
  if (typeof id === 'string' && id !== '') return id;
  throw wrongField(where, 'id', { expected: 'text that is not empty', value: id });
}

/** Picks the fields that are text, a number or yes and no, as text: rows can be grouped by them. */
export function wordFields(raw: RawRow): Record<string, string> {
  return Object.fromEntries(
    Object.entries(raw).flatMap(([field, value]) =>
      isWord(value) ? [[field, String(value)]] : [],
    ),
  );
}

function isWord(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function references(raw: RawRow, where: string): string[] {
  if (raw['references'] !== undefined && raw['references'] !== null) {
    const { references: several } = list<string>(raw, {
      where,
      field: 'references',
      type: 'string',
    });
    if (several !== undefined && several.length > 0) return several;
    throw wrongField(where, 'references', {
      expected: 'at least one text',
      value: raw['references'],
    });
  }
  const one = raw['reference'] ?? raw['answer'] ?? undefined;
  if (one === undefined) return [];
  if (isWord(one)) return [String(one)];
  throw wrongField(where, raw['reference'] === undefined ? 'answer' : 'reference', {
    expected: 'text',
    value: one,
  });
}

function list<T>(
  raw: RawRow,
  { where, field, type }: { where: string; field: string; type: 'string' | 'number' },
): Record<string, T[]> {
  const value = raw[field] ?? undefined;
  if (value === undefined) return {};
  if (Array.isArray(value) && value.every((item) => typeof item === type))
    return { [field]: value as T[] };
  throw wrongField(where, field, { expected: `a list of ${type}s`, value });
}

/** One log-probability belongs to each option. */
function checkCount(where: string, options?: string[], logProbabilities?: number[]): void {
  if (options === undefined || logProbabilities === undefined) return;
  if (logProbabilities.length === options.length) return;
  throw wrongField(where, 'optionLogProbabilities', {
    expected: `${options.length} numbers, one for each option`,
    value: logProbabilities,
  });
}

function finding(raw: RawRow, where: string): Pick<PredictionRow, 'probability' | 'label'> {
  const { probability, label } = raw;
  if (probability === undefined && label === undefined) return {};
  if (typeof probability !== 'number' || !Number.isFinite(probability))
    throw wrongField(where, 'probability', { expected: 'a number', value: probability });
  if (label !== 0 && label !== 1)
    throw wrongField(where, 'label', { expected: '0 or 1', value: label });
  return { probability, label };
}

function wrongField(
  where: string,
  field: string,
  { expected, value }: { expected: string; value: unknown },
): FormatError {
  const got = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
  return new FormatError(
    `${where}: field '${field}' cannot be used; expected ${expected}, got ${got}; correct the line`,
  );
}
