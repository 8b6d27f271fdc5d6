/** Texts of objects that were written before, for as long as nobody changes them. */
export type CanonicalTexts = WeakMap<object, string>;

/**
 * JSON with sorted keys and without undefined values: equal content gives equal text.
 *
 * @param texts kept by a caller who writes many values that share parts, so that each is written once
 */
export function canonicalJson(value: unknown, texts?: CanonicalTexts): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const known = texts?.get(value);
  if (known !== undefined) return known;
  const text = Array.isArray(value)
    ? `[${value.map((item: unknown) => canonicalJson(item ?? null, texts)).join(',')}]`
    : `{${Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item, texts)}`)
        .join(',')}}`;
  texts?.set(value, text);
  return text;
}
