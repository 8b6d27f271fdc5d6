import { Command } from 'commander';
import { COMMANDS } from './command-table';
import { EXIT, type ExitCode, reportError } from './exit-codes';
import { addLazyCommands } from './lazy-command';
import { type Output, PROCESS_OUTPUT } from './output';
import { VERSION } from './version';

/**
 * Runs the `omnict` command.
 *
 * @param args without program and script names
 * @returns 0 done, 1 failed, 2 wrong use
 */
export async function runCli(
  args: readonly string[],
  output: Output = PROCESS_OUTPUT,
): Promise<ExitCode> {
  // Settings come first: commands inherit them when they are added.
  const program = new Command('omnict')
    .description('OmniCT: train, evaluate and compare CT vision-language models')
    .version(VERSION)
    .showHelpAfterError("(add --help for the command's options)")
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err });
  addLazyCommands(program, COMMANDS, output);
  try {
    // Commander's own `help NAME` asks a command that is not loaded yet.
    const [first, ...named] = args;
    const asked = first === 'help' && named.length > 0 ? [...named, '--help'] : args;
    await program.parseAsync([...asked], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return reportError(error, output);
  }
}
