import { componentStage, loadComponents, withComponentStages } from './components';
import type { StageDefinition } from './stage-definition';

/** All stages of this program: the built-in ones, and those of the user's components. */
export async function loadStages(components: readonly string[]): Promise<StageDefinition[]> {
  await loadComponents(components);
  const { STAGES } = await import('../stages/index');
  return withComponentStages(STAGES);
}

/** One stage. The built-in ones bring all of OmniCT with them, so a user's own is looked up first. */
export async function loadStage(
  name: string,
  components: readonly string[],
): Promise<StageDefinition | undefined> {
  await loadComponents(components);
  const own = componentStage(name);
  if (own !== undefined) return own;
  const { STAGES } = await import('../stages/index');
  return STAGES.find((stage) => stage.name === name);
}
