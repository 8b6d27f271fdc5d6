import type { Command } from 'commander';
import type { Output } from './output';

/** A command whose name and purpose are known before its code is loaded. */
export interface LazyCommand {
  name: string;
  /** The line of its parent's help. */
  description: string;
  /** Loads what gives the command its arguments, options, sub-commands and action. */
  load: () => Promise<(command: Command, output: Output) => void>;
}

/**
 * Adds commands to a parent. A command is loaded and defined when the command line names it, so that
 * help, versions and mistakes need no other code than this.
 */
export function addLazyCommands(
  parent: Command,
  commands: readonly LazyCommand[],
  output: Output,
): void {
  for (const { name, description } of commands) parent.command(name).description(description);
  parent.hook('preSubcommand', async (_, command) => {
    const named = commands.find(({ name }) => name === command.name());
    if (named !== undefined) (await named.load())(command, output);
  });
}
