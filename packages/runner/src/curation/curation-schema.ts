import {
  MapOptionsSchema,
  RefineOptionsSchema,
  SelectOptionsSchema,
  STAGE_NAMES,
  VerifyOptionsSchema,
} from '@omnict/data';
import { type Static, Type } from '@sinclair/typebox';

const amount = (description: string) => Type.Optional(Type.Number({ minimum: 0, description }));
const rate = (description: string) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, description }));

/** A model behind an OpenAI-compatible server. */
const ServerSchema = Type.Object(
  {
    url: Type.String({ minLength: 1, description: 'For instance http://127.0.0.1:8000/v1.' }),
    model: Type.String({ minLength: 1, description: "Model to ask for, by the server's name." }),
    pinnedModel: Type.Optional(
      Type.String({ description: 'Model id the server must report with each reply.' }),
    ),
    apiKeyEnv: Type.Optional(
      Type.String({ minLength: 1, description: 'Environment variable that holds the API key.' }),
    ),
    timeoutSeconds: Type.Number({ exclusiveMinimum: 0, default: 120, description: 'For a reply.' }),
    maxAttempts: Type.Integer({ minimum: 1, default: 5, description: 'Requests for a reply.' }),
    repairs: Type.Integer({
      minimum: 0,
      default: 2,
      description: 'How often a reply that does not fit is asked for again.',
    }),
    concurrency: Type.Integer({ minimum: 1, default: 4, description: 'Calls at a time.' }),
    requestsPerMinute: rate('What the server allows.'),
    tokensPerMinute: rate('What the server allows.'),
    price: Type.Optional(
      Type.Object(
        { prompt: Type.Number({ minimum: 0 }), completion: Type.Number({ minimum: 0 }) },
        { additionalProperties: false, description: 'Of a million tokens.' },
      ),
    ),
    budget: Type.Optional(
      Type.Object(
        {
          requests: amount('Requests sent, retries included.'),
          tokens: amount('Prompt and completion tokens.'),
          cost: amount('In the currency of the price.'),
        },
        {
          additionalProperties: false,
          description:
            'What one run may spend; it stops before passing a limit, and goes on later.',
        },
      ),
    ),
  },
  { additionalProperties: false },
);

/** A curation: one file, one set of records. */
export const CurationSchema = Type.Object(
  {
    schema: Type.Literal('omnict/curation@1'),
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$', default: 'curation' }),
    records: Type.String({ minLength: 1, description: 'Records file, relative to the spec.' }),
    out: Type.String({ minLength: 1, description: 'Folder of the result, relative to the spec.' }),
    stages: Type.Array(Type.Union(STAGE_NAMES.map((stage) => Type.Literal(stage))), {
      minItems: 1,
      default: [...STAGE_NAMES],
    }),
    seed: Type.Integer({ minimum: 0, default: 0 }),
    server: Type.Optional(ServerSchema),
    visionServer: Type.Optional(ServerSchema),
    textServer: Type.Optional(ServerSchema),
    select: SelectOptionsSchema,
    verify: VerifyOptionsSchema,
    map: MapOptionsSchema,
    refine: RefineOptionsSchema,
  },
  {
    additionalProperties: false,
    description:
      'Data Orchestration Engine: server for all stages, or one that sees for select and verify and one for map and refine; rules alone without.',
  },
);

/** A curation, defaults filled in. */
export type CurationSpec = Static<typeof CurationSchema>;

/** A model behind an OpenAI-compatible server. */
export type CurationServerSpec = Static<typeof ServerSchema>;
