import { loadPredictionsGenerator } from '@omnict/eval';
import { ConfigError, type Generator } from '@omnict/core';
import { loadCheckpointGenerator } from './checkpoint-generator';
import { EndpointGenerator } from './endpoint-generator';
import type { Endpoint, EvalSpec } from './eval-spec';

/** Finds a key by the name that a spec gives it, for the server that is to get it. */
export type Secrets = (name: string, url: string) => string | undefined;

/** A model under test, ready to be asked. */
export interface OpenGenerator {
  generator: Generator;
  dispose: () => void;
}

/** Opens the model of a spec. @throws ConfigError for a key that is not set; errors of the loaders */
export async function openGenerator(
  { model, read }: Pick<EvalSpec, 'model' | 'read'>,
  {
    secrets,
    signal,
    onNotice,
  }: { secrets?: Secrets; signal?: AbortSignal; onNotice?: (notice: string) => void } = {},
): Promise<OpenGenerator> {
  switch (model.kind) {
    case 'predictions':
      return { generator: await loadPredictionsGenerator(model.file), dispose: () => undefined };
    case 'endpoint': {
      const apiKey = findSecret(model, secrets);
      return {
        generator: new EndpointGenerator({
          ...model,
          ...(read && { read }),
          ...(apiKey !== undefined && { apiKey }),
          ...(signal && { signal }),
          ...(onNotice && { onNotice }),
        }),
        dispose: () => undefined,
      };
    }
    case 'checkpoint': {
      const { folder, maxNewTokens: maxNewTokens, choice, engine } = model;
      const generator = await loadCheckpointGenerator({
        folder,
        maxNewTokens,
        choice,
        ...(engine !== undefined && { engine }),
        ...(read && { read }),
        ...(signal && { signal }),
        ...(onNotice && { onNotice }),
      });
      return { generator, dispose: () => generator.dispose() };
    }
  }
}

/** The key of a server, where the spec names one. @throws ConfigError when it is not set */
export function findSecret(
  { apiKeyEnv: name, url }: Pick<Endpoint, 'apiKeyEnv' | 'url'>,
  secrets?: Secrets,
): string | undefined {
  if (name === undefined) return undefined;
  const value = secrets?.(name, url);
  if (value !== undefined && value !== '') return value;
  throw new ConfigError(`apiKeyEnv: variable ${name} is not set; expected the server's key in it`);
}
