import { apiKeyFor } from '@omnict/chat';
import { renderFilledTable, type LeakageTable } from '@omnict/eval';
import {
  EVALUATION_STAGES,
  type EvaluationResult,
  type EvaluationStage,
  readEvalSpec,
  runEvaluation,
} from '@omnict/runner';
import { type Command, Option } from 'commander';
import { writeEvaluationPage } from '../evaluation-page';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';
import { stopOnInterrupt } from '../stop-on-interrupt';

const HELP = `
Stages: infer asks the model, extract reads its closed answers, judge asks a second model about them,
score computes figures and tables. Each reads the files of those before it; answers are kept by
content, so the same command goes on where it was stopped.

Example:
  omnict eval vqa-rad.yaml
  omnict eval vqa-rad.yaml --stage score metrics.extraction=m3d`;

/** `omnict eval`: a model's figures on tasks, under stress too. */
export function defineEval(command: Command, output: Output): void {
  command
    .argument('<spec>', 'YAML file')
    .argument('[overrides...]', 'key=value sets, ~key removes')
    .addOption(
      new Option('--stage <names...>', 'run these stages only').choices([...EVALUATION_STAGES]),
    )
    .option('--retry-failed', 'ask questions again that a server or model refused before')
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(
      async (
        file: string,
        overrides: string[],
        {
          stage,
          json,
          retryFailed,
        }: { stage?: EvaluationStage[]; json?: boolean; retryFailed?: boolean },
      ) => {
        const spec = readEvalSpec(file, overrides);
        const interrupt = stopOnInterrupt(output);
        const result = await runEvaluation(spec, {
          ...(stage !== undefined && { stages: stage }),
          secrets: (name, url) => apiKeyFor({ name, url }, process.env),
          log: (text) => output.err(`${text}\n`),
          retryFailed: retryFailed ?? false,
          signal: interrupt.signal,
        }).finally(() => interrupt.dispose());
        if (result === null) {
          const done = { output: spec.output, stages: stage };
          printResult(output, done, { json, text: () => `Files: ${spec.output}` });
          return;
        }
        const page = await writeEvaluationPage(spec, result);
        const text = (): string => `${evaluationText(result)}\nReport: ${page}`;
        printResult(output, { ...result, page }, { json, text });
      },
    );
}

function evaluationText(result: EvaluationResult): string {
  const { results, tables, leakage, optionShuffle, judges, output } = result;
  return [
    ...results.flatMap(({ condition, task, result: { columns, report } }) => [
      `${task}, ${condition}: ${report.count} questions, ${report.unparsed ?? 0} closed answers not readable, ${report.empty} empty`,
      ...columns.flatMap(({ title, metric, figure, substitute }) => {
        if (figure === null) return [];
        const note = substitute === undefined ? '' : ` (${substitute})`;
        return [`  ${title}: ${figure.percent.toFixed(2)} ${metric}, n = ${figure.count}${note}`];
      }),
    ]),
    ...judges.map(
      ({ task, condition, report: { mean, judged, parseFailures, models } }) =>
        `judge ${models.join(', ')} on ${task}, ${condition}: ${mean === null ? '-' : (mean * 100).toFixed(2)}, n = ${judged}, ${parseFailures} replies not readable`,
    ),
    ...(optionShuffle === undefined
      ? []
      : [
          `option shuffle: ${(optionShuffle.mean * 100).toFixed(2)} of all rotations, ${(optionShuffle.all * 100).toFixed(2)} right in every one, n = ${optionShuffle.count}`,
        ]),
    ...(leakage === undefined ? [] : ['', leakageText(leakage)]),
    ...tables.flatMap((table) => ['', renderFilledTable(table)]),
    `Files: ${output}`,
  ].join('\n');
}

function leakageText({ columns, rows }: LeakageTable): string {
  const lines = [
    ['Organ', ...columns],
    ['---', ...columns.map(() => '---:')],
    ...rows.map(({ organ, cells }) => [organ, ...cells.map((cell) => cell?.toFixed(1) ?? '-')]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
