import { ConfigError, schemaCheck } from '@omnict/core';
import { type Static, Type } from '@sinclair/typebox';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ProfileSchema } from './profile-schema';
import { schemaProblems } from './schema-problems';
import { readSpecSource } from './spec-source';

/** Name of a program's project file, in the folder that a command runs in. */
export function projectConfigFile(program: string): string {
  return `${program}.config.yaml`;
}

/** What a project decides once for all of its specs. */
const ProjectConfigSchema = Type.Object(
  {
    components: Type.Array(Type.String(), {
      default: [],
      description: 'Modules that specs may load, relative to this file.',
    }),
    profiles: Type.Record(Type.String(), ProfileSchema, {
      default: {},
      description: 'Launchers by name, for all specs.',
    }),
  },
  { additionalProperties: false, title: 'Project' },
);

/** A project's config. */
export type ProjectConfig = Static<typeof ProjectConfigSchema>;

const validate = schemaCheck<ProjectConfig>(ProjectConfigSchema, { fillDefaults: true });

/**
 * Config of the project in a folder; empty when it has none.
 *
 * @param program name of the pipeline
 *
 * @throws ConfigError with all problems at once, each with file, line and column
 */
export function readProjectConfig(program: string, folder = '.'): ProjectConfig {
  const file = join(folder, projectConfigFile(program));
  if (!existsSync(file)) return { components: [], profiles: {} };
  const source = readSpecSource(file);
  const value: unknown = structuredClone(source.value);
  if (validate(value)) return value;
  const problems = schemaProblems(validate.errors, source);
  throw new ConfigError(problems.join('\n'));
}
