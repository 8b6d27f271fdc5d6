import { ConfigError, schemaCheck } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import type { StepReport } from '@omnict/train';
import { readSpecSource } from '@omnict/pipeline';
import { checkEncoder } from './check-encoder';
import {
  type EncoderRecipe,
  EncoderRecipeSchema,
  type LanguageModelRecipe,
  LanguageModelRecipeSchema,
  type ProjectorRecipe,
  ProjectorRecipeSchema,
} from './recipe-schema';
import { trainEncoder } from './train-encoder';
import { checkLanguageModel, trainLanguageModel } from './train-language-model';
import { trainProjector } from './train-projector';

/** Where a recipe writes and to whom it reports. */
export interface RecipeContext {
  /** Folder for the weights, in Hugging Face layout. */
  out: string;
  log: (text: string) => void;
  progress: (report: StepReport) => void;
}

const isEncoderRecipe = schemaCheck<EncoderRecipe>(EncoderRecipeSchema, { fillDefaults: true });
const isLanguageModelRecipe = schemaCheck<LanguageModelRecipe>(LanguageModelRecipeSchema, {
  fillDefaults: true,
});
const isProjectorRecipe = schemaCheck<ProjectorRecipe>(ProjectorRecipeSchema, {
  fillDefaults: true,
});

/** What a recipe is asked for. */
interface RecipeOptions {
  /** Changes to the recipe, `key=value`, as for sweeps. */
  overrides?: readonly string[];
  /** Measures the weights that lie in the folder, and trains nothing. */
  check?: boolean;
}

/** What was measured, and what the recipe asks of it. */
export interface RecipeResult {
  scores: Record<string, number>;
  /** Least scores, by name; none where weights were made, not checked. */
  gates: Record<string, number>;
}

/**
 * Makes the weights of a preset from its recipe: what is shipped can be made, and measured, again.
 *
 * @returns scores of the result on data not trained on
 * @throws ConfigError when the recipe is wrong, or has a gate for a score that there is not
 */
export async function runRecipe(
  file: string,
  context: RecipeContext,
  { overrides = [], check = false }: RecipeOptions = {},
): Promise<RecipeResult> {
  const { value, problems } = readSpecSource(file, overrides);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const recipe: unknown = structuredClone(value);
  await selectEngine();
  if (isEncoderRecipe(recipe)) {
    return check
      ? withGates(recipe, await checkEncoder(recipe, context.out, context.progress))
      : { scores: await trainEncoder(recipe, context), gates: {} };
  }
  if (isLanguageModelRecipe(recipe)) {
    return check
      ? withGates(recipe, await checkLanguageModel(recipe, context.out))
      : { scores: await trainLanguageModel(recipe, context), gates: {} };
  }
  if (isProjectorRecipe(recipe)) {
    if (!check) return { scores: await trainProjector(recipe, context), gates: {} };
    throw new ConfigError(
      `${file}: projection weights are measured as they are made; leave --check out`,
    );
  }
  const { schema } = value;
  const { errors } =
    schema === EncoderRecipeSchema.properties.schema.const
      ? isEncoderRecipe
      : schema === ProjectorRecipeSchema.properties.schema.const
        ? isProjectorRecipe
        : isLanguageModelRecipe;
  const mistakes = (errors ?? []).map(
    ({ instancePath, message }) => `recipe${instancePath} ${message}`,
  );
  throw new ConfigError(
    `${file}: is no recipe: ${mistakes.join(', ')}; see experiments/presets for some that are`,
  );
}

function withGates(
  { gates = {} }: Pick<EncoderRecipe, 'gates'>,
  scores: Record<string, number>,
): RecipeResult {
  const unknown = Object.keys(gates).filter((name) => !(name in scores));
  if (unknown.length === 0) return { scores, gates };
  throw new ConfigError(
    `gates: no score is called ${unknown.map((name) => `'${name}'`).join(', ')}; there are ${Object.keys(scores).join(', ')}`,
  );
}
