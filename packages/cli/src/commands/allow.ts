import {
  Leave,
  projectConfigFile,
  projectRequest,
  readProjectConfig,
  specRequest,
} from '@omnict/pipeline';
import { MissingDataError } from '@omnict/core';
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';

const PROGRAM = 'omnict';

/** `omnict allow`: leave for code and profiles of a folder, kept outside of it. */
export function defineAllow(command: Command, output: Output): void {
  command
    .argument('[file]', 'omnict.config.yaml or a sweep spec', projectConfigFile(PROGRAM))
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict allow experiments/cluster.yaml')
    .action((file: string, { json }: { json?: boolean }) => {
      if (!existsSync(file)) {
        throw new MissingDataError(
          `${file}: no such file; expected omnict.config.yaml or a sweep spec; give its path`,
        );
      }
      const folder = dirname(file);
      const request =
        basename(file) === projectConfigFile(PROGRAM)
          ? projectRequest(PROGRAM, readProjectConfig(PROGRAM, folder), folder)
          : specRequest(file);
      if (request.wants.length > 0) Leave.of(PROGRAM).grant(request);
      const { wants } = request;
      printResult(
        output,
        { file: request.file, allowed: wants },
        {
          json,
          text: () =>
            wants.length === 0
              ? `${file}: asks for nothing that needs leave`
              : [`${file}: allowed, until it changes:`, ...wants.map((want) => `  ${want}`)].join(
                  '\n',
                ),
        },
      );
    });
}
