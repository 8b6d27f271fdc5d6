import { judgeAnswers, type JudgeReport, loadRubric } from '@omnict/eval';
import { join } from 'node:path';
import { endpointClient } from './endpoint-generator';
import type { Endpoint, EvalSpec } from './eval-spec';
import { readAnswers, taskFiles, writeJsonLines, writeWhole } from './evaluation-files';
import { findSecret, type Secrets } from './open-generator';
import type { AskedTask } from './run-evaluation';

/** File of a condition and task with the judge's report. */
export const JUDGE_FILE = 'judge.json';

/** What the judge needs beside its part of the spec. */
export interface JudgeStageOptions {
  output: string;
  seed: number;
  secrets?: Secrets;
  signal?: AbortSignal;
  log?: (text: string) => void;
}

/** Has the judge read all answers; its replies are kept, so a stopped stage goes on. */
export async function judgeStage(
  judge: NonNullable<EvalSpec['judge']>,
  asked: readonly AskedTask[],
  { output, seed, secrets, signal, log }: JudgeStageOptions,
): Promise<void> {
  const rubric = await loadRubric(judge.rubric);
  const clientOf = (endpoint: Endpoint) => {
    const apiKey = findSecret(endpoint, secrets);
    return endpointClient({
      ...endpoint,
      cacheFolder: join(output, 'judge-cache'),
      ...(apiKey !== undefined && { apiKey }),
      ...(signal && { signal }),
    });
  };
  const client = clientOf(judge);
  const second = judge.second && { client: clientOf(judge.second), share: judge.second.share };
  for (const { task, condition, questions } of asked) {
    const files = taskFiles(output, condition, task.name);
    const answers = await readAnswers(files.predictions, questions);
    const { report, judgements } = await judgeAnswers(
      client,
      questions.map(({ id, question, answer }, index) => ({
        id,
        question,
        reference: answer,
        prediction: answers[index] as string,
      })),
      { rubric, seed, ...(second && { second }) },
    );
    await writeJsonLines(files.judgements, judgements);
    const named: JudgeReport & { requestedModel: string } = {
      requestedModel: judge.model,
      ...report,
    };
    await writeWhole(
      join(files.judgements, '..', JUDGE_FILE),
      `${JSON.stringify(named, null, 2)}\n`,
    );
    log?.(
      `judge: ${task.name}, ${condition}: ${report.judged} of ${report.count} judged, ${report.parseFailures} replies not readable`,
    );
  }
}
