import type { EvalQuestion } from '../questions/eval-question';

type Rule = readonly [pattern: RegExp, replacement: string];

/** Other words for the same question; our choice, meaning kept. The first that fits is used. */
const RULES: readonly Rule[] = [
  [/^is there (?:any )?evidence of (.+)\?$/i, 'Does the scan show signs of $1?'],
  [/^is there (.+)\?$/i, 'Can $1 be seen?'],
  [/^are there (.+)\?$/i, 'Can $1 be seen?'],
  [/^does (?:this|the) (?:image|scan|ct) show (.+)\?$/i, 'Is it true that $1 can be seen here?'],
  [/^which organ (.+)\?$/i, 'What is the name of the organ that $1?'],
  [/^where is (.+) (?:located|found)\?$/i, 'What is the location of $1?'],
  [/^where is (.+)\?$/i, 'What is the location of $1?'],
  [
    /^how many (.+) (?:are|can be) (?:there|seen|visible)\b(.*)\?$/i,
    'What is the number of $1 seen$2?',
  ],
  [/^what is (?:shown|seen) (.+)\?$/i, 'What can be seen $1?'],
  [/^what (?:type|kind) of (.+)\?$/i, 'Name the type of $1.'],
  [/^(?:please )?describe (.+?)[.?]?$/i, 'Give a description of $1.'],
];

/** Rules' name in results. */
export const PARAPHRASE_RULES = 'rules-v1';

/**
 * Asks each question in other words: the first paraphrase its record brings, else by rules, else with a
 * leading sentence, so that no question stays as it was.
 */
export function paraphraseQuestions(questions: readonly EvalQuestion[]): EvalQuestion[] {
  return questions.map((item) => ({
    ...item,
    question: item.paraphrases?.[0] ?? paraphrase(item.question),
  }));
}

function paraphrase(question: string): string {
  const text = question.trim();
  for (const [pattern, replacement] of RULES)
    if (pattern.test(text)) return text.replace(pattern, replacement);
  return `Look at the image and answer. ${text}`;
}
