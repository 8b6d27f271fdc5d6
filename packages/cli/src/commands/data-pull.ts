import { chooseFiles, hubRepository, sourceByName } from '@omnict/data';
import { type DataSetPlan, planDataSet, planOfFiles, pullDataSet } from '@omnict/model';
import type { Command } from 'commander';
import { byteText } from '../byte-text';
import { CommandFailed } from '../exit-codes';
import { jsonOption, positiveInteger } from '../options';
import { type Output, printResult } from '../output';
import { percentReporter } from '../percent-reporter';

interface PullCommandOptions {
  out: string;
  subset?: number;
  prefix?: string;
  revision: string;
  yes?: boolean;
  json?: boolean;
}

/** `omnict data pull`: a published data set from the hub, its cost first. */
export function defineDataPull(command: Command, output: Output): void {
  command
    .argument('<source>', "name of the data set, as for 'omnict data import'")
    .requiredOption('--out <folder>', 'folder for its files, which keep their paths')
    .option('--subset <count>', 'images at most; tables always come whole', positiveInteger)
    .option('--prefix <path>', 'images whose path begins so, for instance dataset/valid_fixed/')
    .option('--revision <name>', 'branch, tag or commit', 'main')
    .option('--yes', 'fetch; without it only the cost is shown')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
What an interrupted pull left is continued; each file is checked against the hub's hash. Files that the
hub lists and does not have are told at the end. Gated data sets: accept the terms on their page and set
HF_TOKEN.

Example:
  omnict data pull ct-rate --out CT-RATE --subset 100 --prefix dataset/valid_fixed/
  omnict data pull ct-rate --out CT-RATE --subset 100 --prefix dataset/valid_fixed/ --yes
  omnict data import ct-rate CT-RATE --out records.jsonl`,
    )
    .action(async (name: string, options: PullCommandOptions) => {
      const { out, subset, prefix, revision, yes, json } = options;
      const repository = hubRepository(name);
      const { title, licence } = sourceByName(name);
      const whole = await planDataSet(repository.repo, { revision });
      const paths = whole.files.map(({ path }) => path);
      const { images, others, allImages } = chooseFiles(repository, paths, { subset, prefix });
      const plan = planOfFiles(whole, [...others, ...images]);
      const { repo, commit, bytes } = plan;
      const cost = {
        source: name,
        repo,
        commit,
        licence,
        images: images.length,
        allImages,
        otherFiles: others.length,
        bytes,
        allBytes: whole.bytes,
      };
      const notes = [
        `${title}, ${repo} at ${commit.slice(0, 8)}; licence: ${licence}`,
        `${images.length} of ${allImages} images and ${others.length} other files: ${byteText(bytes)} of ${byteText(whole.bytes)}`,
        ...(repository.isGated === true ? [gated(plan)] : []),
        ...(repository.note === undefined ? [] : [`note: ${repository.note}`]),
      ];
      if (yes !== true) {
        const text = (): string =>
          [...notes, 'nothing was fetched: add --yes to fetch it'].join('\n');
        printResult(output, { ...cost, fetched: false }, { json, text });
        return;
      }
      for (const note of notes) output.err(`${note}\n`);
      const { files, missing } = await pullDataSet(plan, {
        out,
        onProgress: percentReporter(output),
      });
      const result = { ...cost, fetched: true, folder: out, files, missing };
      printResult(output, result, { json, text: () => `${out}: ${files} files` });
      if (missing.length === 0) return;
      throw new CommandFailed(
        `${missing.length} of ${plan.files.length} files are listed and not there (HTTP 404): ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', ...' : ''}; the others are in ${out}`,
      );
    });
}

function gated({ repo }: DataSetPlan): string {
  return `gated: accept its terms at https://huggingface.co/datasets/${repo} and set HF_TOKEN`;
}
