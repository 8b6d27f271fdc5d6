import { FormatError, schemaCheck } from '@omnict/core';
import { type Static, Type } from '@sinclair/typebox';

/** In a bundle: what this file describes. */
export const BUNDLE_FILE = 'bundle.json';
/** In a bundle: the resolved spec, with inputs in the place of paths. */
export const SPEC_FILE = 'spec.json';

const Text = Type.String({ maxLength: 4096 });
const Texts = Type.Record(Type.String({ maxLength: 512 }), Text);
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

const Figure = Type.Object({
  value: Type.Number(),
  /** Ends of its interval over questions. */
  low: Type.Optional(Type.Number()),
  high: Type.Optional(Type.Number()),
});

const BundleTrialSchema = Type.Object({
  row: Text,
  axes: Type.Record(Type.String(), Type.Unknown()),
  seed: Type.Integer(),
  failure: Type.Optional(Text),
  /** Key of each of its tasks, by stage. */
  tasks: Texts,
  figures: Type.Record(Type.String({ maxLength: 512 }), Figure),
});

const BundleTaskSchema = Type.Object({
  key: Sha256,
  stage: Text,
  /** Hashes of what the key is made of. */
  keyParts: Texts,
  seconds: Type.Number(),
  processorSeconds: Type.Optional(Type.Number()),
  memoryBytes: Type.Optional(Type.Number()),
  machine: Texts,
  /** Digest of each output, by its name. */
  files: Type.Record(Type.String({ maxLength: 1024 }), Sha256),
});

const BundleInputSchema = Type.Object({
  /** Config path where it is asked for: names of files may be those of patients. */
  name: Type.String({ pattern: '^[A-Za-z0-9._-]{1,200}$' }),
  /** Of a folder by their names in it; of a file one, without a name. */
  files: Type.Array(
    Type.Object({ name: Text, bytes: Type.Integer({ minimum: 0 }), sha256: Sha256 }),
    { maxItems: 10_000 },
  ),
});

const BundleSchema = Type.Object({
  schema: Type.Literal('omnict/bundle@1'),
  /** Of the run. */
  id: Type.String({ pattern: '^[A-Za-z0-9._-]{1,200}$' }),
  trials: Type.Array(BundleTrialSchema, { maxItems: 100_000 }),
  tasks: Type.Array(BundleTaskSchema, { maxItems: 100_000 }),
  inputs: Type.Array(BundleInputSchema, { maxItems: 1000 }),
  /** Short hashes of the user's modules that took part. */
  components: Type.Array(Text, { maxItems: 1000 }),
  environment: Type.Union([
    Type.Null(),
    Type.Record(Type.String(), Type.Union([Text, Type.Number()])),
  ]),
});

/** A run as strangers get it. */
export type Bundle = Static<typeof BundleSchema>;
/** A trial's figures, and which tasks it uses. */
export type BundleTrial = Bundle['trials'][number];
/** A task's result, by digests. */
export type BundleTask = Bundle['tasks'][number];
/** A file or folder that a run was given, by digests. */
export type BundleInput = Bundle['inputs'][number];

const isBundle = schemaCheck<Bundle>(BundleSchema);

/** Checks what a bundle says of itself. @throws FormatError */
export function parseBundle(path: string, content: Uint8Array | undefined): Bundle {
  const value = parseJson(path, BUNDLE_FILE, content);
  if (isBundle(value)) return value;
  const [error] = isBundle.errors ?? [];
  throw new FormatError(
    `${path}: ${BUNDLE_FILE}${error?.instancePath ?? ''}: ${error?.message ?? 'does not fit'}; expected a bundle of omnict bundle; get it again, or update this program`,
  );
}

/** Reads a document of a bundle. @throws FormatError */
export function parseJson(path: string, name: string, content: Uint8Array | undefined): unknown {
  if (content === undefined)
    throw new FormatError(
      `${path}: has no ${name}; expected a bundle of omnict bundle; get it again`,
    );
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch (error) {
    throw new FormatError(`${path}: ${name} is no JSON; expected a bundle; get it again`, {
      cause: error,
    });
  }
}
