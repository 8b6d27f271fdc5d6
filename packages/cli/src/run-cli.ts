import { Command } from 'commander';
import { addAllowCommand } from './commands/allow';
import { addAttachCommand } from './commands/attach';
import { addCancelCommand } from './commands/cancel';
import { addCacheCommands } from './commands/cache';
import { addDataCommands } from './commands/data';
import { addCompareCommand } from './commands/compare';
import { addDoctorCommand } from './commands/doctor';
import { addEvalCommand } from './commands/eval';
import { addInspectCommand } from './commands/inspect';
import { addMlflowCommand } from './commands/mlflow';
import { addModelsCommands } from './commands/models';
import { addPlanCommand } from './commands/plan';
import { addPredictCommand } from './commands/predict';
import { addPrepareCommand } from './commands/prepare';
import { addPretrainCommand } from './commands/pretrain';
import { addRecipeCommands } from './commands/recipe';
import { addReportCommand } from './commands/report';
import { addRunCommand } from './commands/run';
import { addRunsCommands } from './commands/runs';
import { addScoreCommand } from './commands/score';
import { addSchemaCommand } from './commands/schema';
import { addSegmentCommand } from './commands/segment';
import { addValidateCommand } from './commands/validate';
import { addVerifyModelCommand } from './commands/verify-model';
import { addWorkerCommand } from './commands/worker';
import { EXIT, type ExitCode, reportError } from './exit-codes';
import { type Output, PROCESS_OUTPUT } from './output';
import { VERSION } from './version';

const COMMANDS = [
  addRunCommand,
  addPlanCommand,
  addValidateCommand,
  addAllowCommand,
  addRunsCommands,
  addReportCommand,
  addMlflowCommand,
  addAttachCommand,
  addCancelCommand,
  addCacheCommands,
  addPredictCommand,
  addInspectCommand,
  addPrepareCommand,
  addSegmentCommand,
  addPretrainCommand,
  addRecipeCommands,
  addModelsCommands,
  addVerifyModelCommand,
  addDataCommands,
  addDoctorCommand,
  addEvalCommand,
  addScoreCommand,
  addCompareCommand,
  addSchemaCommand,
  addWorkerCommand,
] as const;

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
  const program = new Command('omnict')
    .description('OmniCT: train, evaluate and compare CT vision-language models')
    .version(VERSION)
    .showHelpAfterError("(add --help for the command's options)");
  for (const add of COMMANDS) add(program, output);
  redirect(program, output);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return reportError(error, output);
  }
}

/** Makes commander throw and write where we do, also in sub-commands. */
function redirect(command: Command, { out, err }: Output): void {
  command.exitOverride().configureOutput({ writeOut: out, writeErr: err });
  for (const child of command.commands) redirect(child, { out, err, isTerminal: false });
}
