import type { WorkerProgram } from '../worker-program';
import type { AnyStage } from './stage-definition';

/** All stages of a program: the built-in ones, and those of the user's modules. */
export async function loadStages<Config>(
  program: WorkerProgram<Config>,
  components: readonly string[],
): Promise<AnyStage<Config>[]> {
  await program.components.load(components);
  return program.components.withBuiltIn(await program.stages());
}

/** One stage. The built-in ones may bring much with them, so a user's own is looked up first. */
export async function loadStage<Config>(
  program: WorkerProgram<Config>,
  name: string,
  components: readonly string[],
): Promise<AnyStage<Config> | undefined> {
  await program.components.load(components);
  const own = program.components.stage(name);
  if (own !== undefined) return own;
  return (await program.stages()).find((stage) => stage.name === name);
}
