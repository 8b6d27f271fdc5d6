import { apiKeyFor } from '@omnict/chat';
import { curate, type CurationReport, type Distribution, STAGE_NAMES } from '@omnict/data';
import { type CurationFlags, curationOptions, readCurationSpec } from '@omnict/runner';
import { type Command, InvalidArgumentError } from 'commander';
import { CurationProgressLine } from '../curation-progress';
import { countLines } from '../data-text';
import { CommandFailed } from '../exit-codes';
import { jsonOption, numberList, positiveInteger } from '../options';
import { type Output, printResult } from '../output';
import { stopOnInterrupt } from '../stop-on-interrupt';

interface CurateFlags {
  records?: string;
  out?: string;
  stages?: string[];
  seed?: number;
  server?: string;
  model?: string;
  textServer?: string;
  textModel?: string;
  apiKeyEnv?: string;
  concurrency?: number;
  timeout?: number;
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  maxRequests?: number;
  maxTokens?: number;
  maxCost?: number;
  price?: number[];
  strict?: boolean;
  json?: boolean;
}

/** `omnict data curate`: the Data Orchestration Engine. */
export function defineDataCurate(command: Command, output: Output): void {
  command
    .argument('[spec]', 'YAML file; what the options below say outranks it')
    .option('--records <file>', 'records file (JSON Lines)')
    .option('--out <folder>', 'folder of the result; what was begun there goes on')
    .option('--stages <names>', `some of ${STAGE_NAMES.join(',')}`, names)
    .option('--seed <n>', 'for drawing and shuffling', wholeNumber)
    .option('--server <url>', 'OpenAI-compatible server; rules alone without')
    .option('--model <name>', 'model of the server')
    .option('--text-server <url>', 'another server for map and refine')
    .option('--text-model <name>', 'its model')
    .option('--api-key-env <name>', 'environment variable that holds the API key')
    .option('--concurrency <n>', 'calls at a time', positiveInteger)
    .option('--timeout <s>', 'seconds a reply may take', positiveNumber)
    .option('--requests-per-minute <n>', 'what the server allows', positiveNumber)
    .option('--tokens-per-minute <n>', 'what the server allows', positiveNumber)
    .option('--max-requests <n>', 'stop before sending more', wholeNumber)
    .option('--max-tokens <n>', 'stop before using more', wholeNumber)
    .option('--max-cost <amount>', 'stop before spending more; needs --price', positiveNumber)
    .option('--price <prompt,completion>', 'of a million tokens', numberList(2))
    .option('--strict', 'stop at the first row that is no record')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Stopping: Ctrl-C, a spent budget or a lost server end with exit code 1 and lose nothing; the same
command goes on.

Examples:
  omnict data curate --records records.jsonl --out curated
  omnict data curate --records records.jsonl --out curated --server http://127.0.0.1:8000/v1 --model Qwen/Qwen2.5-VL-7B-Instruct --max-requests 500
  omnict data curate experiments/curation/rules-only.yaml`,
    )
    .action(async (file: string | undefined, flags: CurateFlags) => {
      const spec = readCurationSpec(file, specOf(flags));
      const interrupt = stopOnInterrupt(output);
      const progress = new CurationProgressLine(output);
      const report = await curate({
        ...curationOptions(spec, (name, url) =>
          apiKeyFor({ name, url, given: givenAddresses(flags) }, process.env),
        ),
        strict: flags.strict,
        signal: interrupt.signal,
        onProgress: (step) => progress.show(step),
      }).finally(() => {
        progress.end();
        interrupt.dispose();
      });
      printResult(output, report, { json: flags.json, text: () => text(report) });
      if (report.stopped !== undefined) {
        output.err(`stopped: ${report.stopped.message}\n`);
        throw new CommandFailed();
      }
    });
}

/** Servers that the user named together with the key. */
function givenAddresses({ apiKeyEnv, server, textServer }: CurateFlags) {
  return apiKeyEnv === undefined ? [] : [server, textServer];
}

/** Options of the command line in the spec's words; those not given are left out. */
function specOf(flags: CurateFlags): CurationFlags {
  const { records, out, stages, seed, price } = flags;
  const common = given({
    apiKeyEnv: flags.apiKeyEnv,
    concurrency: flags.concurrency,
    timeoutSeconds: flags.timeout,
    requestsPerMinute: flags.requestsPerMinute,
    tokensPerMinute: flags.tokensPerMinute,
    price: price && { prompt: price[0], completion: price[1] },
    budget: given({
      requests: flags.maxRequests,
      tokens: flags.maxTokens,
      cost: flags.maxCost,
    }),
  });
  const own = given({ url: flags.textServer, model: flags.textModel });
  const text = own && { ...common, ...own };
  const main = given({ url: flags.server, model: flags.model });
  // Limits alone are meant for the server of the spec.
  const server =
    main === undefined && own !== undefined ? undefined : given({ ...main, ...common });
  return given({ records, out, stages, seed, server, textServer: text }) ?? {};
}

function given(values: Record<string, unknown>): Record<string, unknown> | undefined {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function text(report: CurationReport): string {
  const { input, stages, calls, records, complete, distribution } = report;
  const width = Math.max(...STAGE_NAMES.map((name) => name.length));
  const lines = stages.map(({ stage, kept, dropped, changed, byModel, byRules, disputed }) =>
    [
      `${stage.padEnd(width)}  ${kept} kept, ${dropped} dropped, ${changed} changed`,
      `${byModel} with a model, ${byRules} by rules alone`,
      `${disputed} disputed`,
    ].join('; '),
  );
  const reasons = stages.flatMap(({ stage, reasons: counts }) =>
    Object.keys(counts).length === 0 ? [] : countLines(`${stage}: reasons to drop`, counts),
  );
  return [
    `${input.records} records read, ${input.problems} rows that are none`,
    ...lines,
    ...reasons,
    ...(distribution === undefined ? [] : distributionLines(distribution)),
    ...(calls.answered + calls.cached === 0
      ? ['no model was asked: rules alone']
      : [
          `models ${calls.models.join(', ')}: ${calls.answered} replies, ${calls.requests} requests, ${calls.retries} retries, ${calls.parseFailures} faulty replies, ${calls.tokens} tokens, cost ${calls.cost.toFixed(4)}, median ${calls.latencyMs.median} ms`,
        ]),
    complete ? `Records: ${records}` : 'not complete; the same command goes on',
  ].join('\n');
}

function distributionLines(distribution: Distribution): string[] {
  return [
    ...countLines('category', distribution.category),
    ...countLines('organ', distribution.organ),
    ...countLines('task type', distribution.taskType),
  ];
}

function names(list: string): string[] {
  return list.split(',').map((name) => name.trim());
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError(`expected a whole number, 0 or more, got '${value}'`);
}

function positiveNumber(value: string): number {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError(`expected a number above 0, got '${value}'`);
}
