import { MissingDataError } from '@omnict/core';
import type { AnswerPrecision } from '@omnict/llm';
import { MODEL_PRESETS, openOmniCT } from '@omnict/model';
import { findRun, readRunDocument } from '@omnict/pipeline';
import { serveOmniCT } from '@omnict/serve';
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { storeOption, wholeNumber } from '../options';
import type { Output } from '../output';
import { precisionOption } from '../precision-option';
import { bestModel, type ScoredTrials } from '../served-model';
import { stopOnInterrupt } from '../stop-on-interrupt';
import type { SweepReport } from '../sweep-report';

interface ServeOptions {
  host: string;
  port: number;
  token?: string;
  trial?: string;
  engine?: string;
  precision?: AnswerPrecision;
  store: string;
}

/** `omnict serve`: a model that one can ask, by a page or by OpenAI's API. */
export function defineServe(command: Command, output: Output): void {
  command
    .argument(
      '<model>',
      `${MODEL_PRESETS.join(', ')}, a folder of a trained model, or a run ('latest' is the newest)`,
    )
    .option('--host <address>', 'where to listen; a token is required off 127.0.0.1', '127.0.0.1')
    .option('--port <number>', '0 takes a free one', wholeNumber, 8017)
    .option('--token <text>', 'what clients must know; default off 127.0.0.1: a random one')
    .option('--trial <name>', 'whose model of a run; default: the one with the best accuracy')
    .option('--engine <name>', 'engine to run on; default: the best one here')
    .addOption(precisionOption())
    .addOption(storeOption())
    .addHelpText(
      'after',
      `
Example:
  omnict serve omnict-tiny
  omnict serve latest --port 9000
  OPENAI_BASE_URL=http://127.0.0.1:8017/v1 python ask.py`,
    )
    .action(async (model: string, options: ServeOptions) => {
      const { host, port, token, engine, precision } = options;
      const { folder, name } = await modelOf(model, options);
      const omnict = await openOmniCT(folder, { engine, precision });
      const server = await serveOmniCT(omnict, {
        name,
        host,
        port,
        token,
        onError: (error) =>
          output.err(
            `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
          ),
      });
      const page = server.token === undefined ? server.url : `${server.url}?token=${server.token}`;
      output.out(`${name} answers: for research, never for patient care\n`);
      output.out(`  page        ${page}\n  OpenAI API  ${server.url}v1\n`);
      output.out('Ctrl-C ends it and deletes what was sent.\n');
      await interrupted(output);
      await server.close();
      omnict.dispose();
    });
}

/** The model's folder, and its name for clients. */
async function modelOf(
  model: string,
  { store, trial }: ServeOptions,
): Promise<{ folder: string; name: string }> {
  const isPreset = MODEL_PRESETS.some((preset) => preset === model);
  if (isPreset || existsSync(join(model, 'omnict.json'))) {
    return { folder: model, name: basename(model) };
  }
  const { path } = await findRun(store, model);
  const id = basename(path);
  const { models } = await readRunDocument<SweepReport>(join(path, 'report.json'));
  const { trials } = await readRunDocument<ScoredTrials>(join(path, 'results.json'));
  const found =
    trial ??
    bestModel(
      trials,
      models.map((one) => one.trial),
    );
  const chosen = models.find((one) => one.trial === found);
  if (chosen !== undefined) return { folder: chosen.folder, name: `${id}: ${chosen.trial}` };
  throw new MissingDataError(
    `serve: run ${id} has no model of trial '${found ?? ''}'; expected one of ${models.map((one) => `'${one.trial}'`).join(', ')}`,
  );
}

/** Ends when the user wants the server to end. */
function interrupted(output: Output): Promise<void> {
  const interrupt = stopOnInterrupt(output, 'ending the server');
  return new Promise((resolve) =>
    interrupt.signal.addEventListener('abort', () => {
      interrupt.dispose();
      resolve();
    }),
  );
}
