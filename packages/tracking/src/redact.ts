import { checkKey } from './mlflow/limits';

/** Keys whose values are never written anywhere: secrets, and who a patient is. Counts of tokens stay. */
const SECRET_KEY =
  /(?:token|authorization|(?:passwd|password|secret|api[_-]?key|credential)s?)$|(?:patient|physician|accession|referring|institution)[_\-.\s]?(?:s[_\-.\s]?)?(?:name|id|number|birth\w*|address|phone\w*)\b/i;

/** Parts of any value that are never written: what is there, and what stands in its place. */
const SECRET_PARTS: readonly (readonly [RegExp, string])[] = [
  // user:password@host
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+:[^\s/@]+@/gi, '$1[redacted]@'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 [redacted]'],
  // Keys of OpenAI, Hugging Face and AWS.
  [/\b(?:sk-[\w-]{16,}|hf_[A-Za-z0-9]{16,}|AKIA[0-9A-Z]{16})\b/g, '[redacted]'],
  // DICOM UIDs of a study, series or instance lead to the patient; the standard's own ones do not.
  [/(?<![\d.])[012](?!\.2\.840\.10008\.)(?:\.(?:0|[1-9]\d*)){6,}\b/g, '[uid]'],
];

/** A value as text, with secrets and identifiers taken out. */
export function redactText(text: string): string {
  return SECRET_PARTS.reduce((result, [part, instead]) => result.replace(part, instead), text);
}

/** The same for all texts of a JSON value, such as a config that becomes an artifact. */
export function redactJson(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redactJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_KEY.test(key) ? REDACTED : redactJson(inner),
    ]),
  );
}

/** Values as text, checked keys, secrets blanked, long ones cut at what the server takes. */
export function safeValues(
  values: Readonly<Record<string, string | number | boolean>>,
  maxLength: number,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const text = SECRET_KEY.test(key) ? REDACTED : redactText(String(value));
      return [checkKey(key), text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text];
    }),
  );
}

const REDACTED = '[redacted]';
