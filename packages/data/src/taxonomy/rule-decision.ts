/** What a rule decided, and which one: so that every label can be traced to its reason. */
export interface RuleDecision<T extends string> {
  value: T;
  /** Words that decided, or `default` when no rule applied. */
  rule: string;
}

/** Rule named when nothing in the text decides. */
export const DEFAULT_RULE = 'default';

/** Decides by the first rule whose pattern occurs; the matched words are the reason. */
export function firstMatch<T extends string>(
  text: string,
  rules: readonly (readonly [T, RegExp])[],
): RuleDecision<T> | null {
  for (const [value, pattern] of rules) {
    const match = pattern.exec(text);
    if (match !== null) return { value, rule: match[0].toLowerCase() };
  }
  return null;
}
