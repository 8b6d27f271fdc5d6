import { isSecretName, withoutFileNames } from '@omnict/core';
import { checkKey } from './mlflow/limits';

/** Keys that say who a patient is. */
const PATIENT_KEY =
  /(?:patient|physician|accession|referring|institution|operator|performing)[_\-.\s]?(?:s[_\-.\s]?)?(?:name|id|number|birth\w*|address|phone\w*|sex|age)\b|^(?:mrn|dob|date[_-]?of[_-]?birth|ssn|birth[_-]?date)$/i;

/** True for keys whose values are never written anywhere. */
function isSecretKey(key: string): boolean {
  return isSecretName(key) || PATIENT_KEY.test(key);
}

/** Parts of any value that are never written: what is there, and what stands in its place. */
const SECRET_PARTS: readonly (readonly [RegExp, string])[] = [
  // user:password@host, user@host
  [/(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@]{1,512}@/gi, '$1[redacted]@'],
  // Secrets in the query of an address: ?token=, &X-Amz-Signature=, &sig=
  [
    /([?&](?:[\w-]{0,60}(?:token|key|secret|signature|credential|password)|sig|code|auth)=)[^\s&#"']{1,4096}/gi,
    '$1[redacted]',
  ],
  // Private keys in PEM.
  [
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,16384}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g,
    '[redacted]',
  ],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 [redacted]'],
  // Keys of OpenAI, Hugging Face, AWS, GitHub, GitLab, Google and Slack, and signed tokens.
  [
    /\b(?:sk-[\w-]{16,512}|hf_[A-Za-z0-9]{16,}|A[KS]IA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|AIza[\w-]{35}|ya29\.[\w-]{16,}|xox[abprs]-[\w-]{10,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,})/g,
    '[redacted]',
  ],
  // DICOM UIDs of a study, series or instance lead to the patient; the standard's own ones do not.
  [/(?<![\d.])[012](?!\.2\.840\.10008\.)(?:\.(?:0|[1-9]\d*)){6,}\b/g, '[uid]'],
];

/** A value as text, with secrets, identifiers and names of files taken out. */
export function redactText(text: string): string {
  const safe = SECRET_PARTS.reduce(
    (result, [part, instead]) => result.replace(part, instead),
    text,
  );
  return withoutFileNames(safe);
}

/** The same for all texts of a JSON value, such as a config that becomes an artifact. */
export function redactJson(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redactJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      isSecretKey(key) ? REDACTED : redactJson(inner),
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
      const text = isSecretKey(key) ? REDACTED : redactText(String(value));
      return [checkKey(key), cutText(text, maxLength)];
    }),
  );
}

/** A text of whole characters: half of one is refused by servers, with all that comes beside it. */
function cutText(text: string, maxLength: number): string {
  const whole = text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
  if (whole.length <= maxLength) return whole;
  return `${whole.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

const REDACTED = '[redacted]';
