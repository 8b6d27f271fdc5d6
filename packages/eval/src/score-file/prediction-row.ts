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
  organ?: string;
  taskType?: string;
  category?: string;
  modality?: string;
  /** Patient or volume: intervals may draw whole clusters. */
  cluster?: string;
  /** Log-likelihood of each option, for metrics that need no generated text. */
  optionLogProbabilities?: readonly number[];
  /** Predicted probability or score of a finding, and whether it is there. */
  probability?: number;
  label?: 0 | 1;
}

/** Fields that rows are grouped by. */
export const GROUP_FIELDS = ['modality', 'organ', 'taskType', 'category'] as const;

/** One of the fields. */
export type GroupField = (typeof GROUP_FIELDS)[number];

/** What a line may hold; other fields are left alone. */
export type RawRow = Readonly<Record<string, unknown>>;

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
  const text = (field: string): string => {
    const value = raw[field];
    if (typeof value === 'string') return value;
    throw wrongField(where, field, { expected: 'text', value });
  };
  const optional = (field: string, source = field): Record<string, string> => {
    const value = raw[source] ?? undefined;
    if (value === undefined) return {};
    if (typeof value === 'string') return { [field]: value };
    if (typeof value === 'number' || typeof value === 'boolean') return { [field]: String(value) };
    throw wrongField(where, source, { expected: 'text', value });
  };
  return {
    id: parseId(raw, where),
    prediction: text('prediction'),
    references: references(raw, where),
    ...list<string>(raw, { where, field: 'options', type: 'string' }),
    ...optional('answer'),
    ...optional('modality'),
    ...optional('organ'),
    ...optional('taskType'),
    ...optional('category'),
    ...optional('cluster', clusterField),
    ...list<number>(raw, { where, field: 'optionLogProbabilities', type: 'number' }),
    ...finding(raw, where),
  };
}

/** Identifier of a line; numbers count as text. @throws FormatError when there is none */
export function parseId({ id }: RawRow, where: string): string {
  if (typeof id === 'number' && Number.isFinite(id)) return String(id);
  if (typeof id === 'string' && id !== '') return id;
  throw wrongField(where, 'id', { expected: 'text that is not empty', value: id });
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
  if (typeof one === 'string') return [one];
  if (typeof one === 'number' || typeof one === 'boolean') return [String(one)];
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
