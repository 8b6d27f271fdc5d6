/** What the baseline needs of a question. */
export interface BaselineItem {
  modality: string;
  taskType: string;
  question: string;
  /** Answer as a model would write it; for multi-choice the letter. */
  answer: string;
}

/**
 * Answers without looking: for each test question the most frequent training answer to the very same
 * question, or, when it never occurred, to its task type. The strongest guess that text alone allows
 * by counting; for multi-choice it is the most frequent letter.
 *
 * @returns one answer per test item
 */
export function majorityAnswers(
  train: readonly BaselineItem[],
  test: readonly BaselineItem[],
): string[] {
  const byQuestion = new Map<string, Map<string, number>>();
  const byTask = new Map<string, Map<string, number>>();
  for (const item of train) {
    count(byQuestion, questionKey(item), item.answer);
    count(byTask, taskKey(item), item.answer);
  }
  return test.map(
    (item) =>
      mostFrequent(byQuestion.get(questionKey(item))) ??
      mostFrequent(byTask.get(taskKey(item))) ??
      '',
  );
}

function questionKey({ modality, question }: BaselineItem): string {
  return `${modality}\n${question}`;
}

function taskKey({ modality, taskType }: BaselineItem): string {
  return `${modality}\n${taskType}`;
}

function count(counts: Map<string, Map<string, number>>, key: string, answer: string): void {
  const answers = counts.get(key) ?? new Map<string, number>();
  answers.set(answer, (answers.get(answer) ?? 0) + 1);
  counts.set(key, answers);
}

/** Ties go to the answer seen first. */
function mostFrequent(answers: ReadonlyMap<string, number> | undefined): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (const [answer, times] of answers ?? []) {
    if (times > most) [best, most] = [answer, times];
  }
  return best;
}
