import {
  describeModel,
  listModels,
  type ModelDescription,
  pullModel,
  quantizeModel,
} from '@omnict/model';
import { hubCacheFolder, selectEngine } from '@omnict/nn';
import { type Command, Option } from 'commander';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';
import { percentReporter } from '../percent-reporter';

/** `omnict models ls|show|pull|quantize`: models on this machine and on the Hugging Face hub. */
export function defineModels(models: Command, output: Output): void {
  models
    .command('ls')
    .description("list presets and models in the hub's cache")
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict models ls')
    .action(async ({ json }: { json?: boolean }) => {
      const descriptions = await Promise.all((await listModels()).map(describeModel));
      printResult(output, descriptions, {
        json,
        text: () => [...descriptions.map(line), `cache: ${hubCacheFolder()}`].join('\n'),
      });
    });

  models
    .command('show')
    .description('show architecture and size of a model')
    .argument('<name>', 'preset, pulled model (owner/name) or folder')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict models show siglip-tiny')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const description = await describeModel(name);
      printResult(output, description, {
        json,
        text: () =>
          Object.entries(description)
            .map(([field, value]) => `${field.padEnd(10)} ${String(value)}`)
            .join('\n'),
      });
    });

  models
    .command('pull')
    .description("fetch a model into the hub's cache, continuing where an earlier pull stopped")
    .argument('<name>', 'owner/name on the hub')
    .option('--revision <name>', 'branch, tag or commit', 'main')
    .option('--offline', 'only look into the cache (also HF_HUB_OFFLINE=1)')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict models pull Qwen/Qwen2.5-0.5B-Instruct')
    .action(
      async (name: string, options: { revision: string; offline?: boolean; json?: boolean }) => {
        const { revision, offline, json } = options;
        const folder = await pullModel(name, {
          revision,
          ...(offline === undefined ? {} : { offline }),
          onProgress: percentReporter(output),
        });
        printResult(output, { name, revision, folder }, { json, text: () => folder });
      },
    );

  models
    .command('quantize')
    .description("round a model's language model to int8 or int4, for answers on the processor")
    .argument('<name>', 'trained model, pulled model (owner/name) or folder')
    .addOption(
      new Option('--precision <name>', 'of its matrices').choices(['int8', 'int4']).default('int8'),
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Done once: 'omnict predict' and 'omnict serve' with the same --precision, and 'predict.precision' of a spec, use it.

Example:
  omnict models quantize Qwen/Qwen2.5-0.5B-Instruct --precision int4`,
    )
    .action(async (name: string, options: { precision: 'int8' | 'int4'; json?: boolean }) => {
      const { precision, json } = options;
      await selectEngine();
      const folder = await quantizeModel(name, { precision });
      printResult(output, { name, precision, folder }, { json, text: () => folder });
    });
}

function line({ name, modelType, supported, parameters }: ModelDescription): string {
  const size = `${(parameters / 1e6).toFixed(1)} M parameters`;
  return `${name.padEnd(40)} ${modelType.padEnd(22)} ${size.padStart(20)}${supported ? '' : '  (architecture not supported)'}`;
}
