import { type Static, Type } from '@sinclair/typebox';

/** Variables that hold secrets: a spec and the records of its run are read by others. */
const SECRET = ['TOKEN', 'PASSWORD', 'PASSWD', 'SECRET', 'CREDENTIALS?', 'API_?KEY', 'ACCESS_?KEY']
  .flatMap((word) => [word, word.toLowerCase()])
  .join('|');

/**
 * Names of variables that a profile may set: none that holds a secret, none by which a program runs other
 * code or trusts other servers than it would.
 */
const VARIABLE = `^(?![A-Za-z0-9_]*(?:${SECRET})$)(?!(?:NODE|LD|DYLD|BASH|GIT|PYTHON|PERL5?|RUBY|SSL|npm)_)(?!(?:PATH|HOME|ENV|IFS|SHELL|SHELLOPTS|PS4|PROMPT_COMMAND|PYTHON[A-Z]+|PERL5?(?:LIB|OPT)|RUBY(?:LIB|OPT)|GCONV_PATH|LOCPATH|XDG_CONFIG_HOME|HF_ENDPOINT|HF_TOKEN|(?:HTTPS?|ALL|https?|all)_(?:PROXY|proxy)|MLFLOW_[A-Z_]+|SLURM_[A-Z_]+|SBATCH_[A-Z_]+)$)[A-Za-z_][A-Za-z0-9_]*$`;

/** Text on one line: a control character in a batch script would begin another. */
const LINE = '^[^\\u0000-\\u001f\\u007f]*$';

/** A word of Slurm: nothing that ends the option it stands in. */
const WORD = '^[A-Za-z0-9_.,:@/=+%-]+$';

const TextLine = Type.String({ pattern: LINE });
const SlurmWord = Type.Optional(Type.String({ pattern: WORD }));

/** What one task may use. */
const ResourcesSchema = Type.Object(
  {
    cpus: Type.Optional(Type.Integer({ minimum: 1, description: 'Processor cores.' })),
    memoryGb: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'GB = 10^9 bytes.' })),
    gpus: Type.Optional(Type.Integer({ minimum: 0, description: 'Whole accelerators.' })),
    timeMinutes: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'After this time a task saves a checkpoint and goes on as a new attempt.',
      }),
    ),
  },
  { additionalProperties: false, description: 'What one task may use.' },
);

/** What one task may use; what is absent is left to the launcher. */
export type Resources = Static<typeof ResourcesSchema>;

const Shared = {
  resources: Type.Record(Type.String(), ResourcesSchema, {
    default: {},
    description: "Resources by stage; 'default' holds for stages that are not named.",
  }),
  maxParallel: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Tasks at a time; default: policy.maxParallel.' }),
  ),
  environment: Type.Record(Type.String({ pattern: VARIABLE }), TextLine, {
    default: {},
    additionalProperties: false,
    description: 'Variables that workers get besides those that stages declare.',
  }),
};

const PollSeconds = Type.Number({
  exclusiveMinimum: 0,
  default: 5,
  description: 'Seconds between two looks at the scheduler.',
});

const LocalProfileSchema = Type.Object(
  {
    type: Type.Literal('local'),
    ...Shared,
    slots: Type.Object(
      {
        cpus: Type.Optional(Type.Integer({ minimum: 1 })),
        memoryGb: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
        gpus: Type.Optional(Type.Integer({ minimum: 0 })),
      },
      {
        additionalProperties: false,
        default: {},
        description: 'What all tasks together may use; default: what the machine has.',
      },
    ),
  },
  { additionalProperties: false, description: 'Processes on this machine.' },
);

const SlurmProfileSchema = Type.Object(
  {
    type: Type.Literal('slurm'),
    ...Shared,
    partition: SlurmWord,
    account: SlurmWord,
    qos: SlurmWord,
    options: Type.Array(Type.String({ pattern: `^-${LINE.slice(1)}` }), {
      default: [],
      description: "Further options of sbatch, for instance '--constraint=a100'.",
    }),
    setup: Type.Array(TextLine, {
      default: [],
      description: "Shell lines before the worker starts, for instance 'module load nodejs'.",
    }),
    graceSeconds: Type.Integer({
      minimum: 1,
      default: 90,
      description: 'Time to save a checkpoint before the time limit.',
    }),
    pollSeconds: PollSeconds,
    lostSeconds: Type.Number({
      exclusiveMinimum: 0,
      default: 120,
      description: 'A task that Slurm no longer knows and that left no result is lost after this.',
    }),
  },
  { additionalProperties: false, description: 'Array jobs of a Slurm cluster.' },
);

const RayProfileSchema = Type.Object(
  {
    type: Type.Literal('ray'),
    ...Shared,
    address: Type.String({
      default: 'http://127.0.0.1:8265',
      description: "Address of the cluster's dashboard.",
    }),
    headers: Type.Record(Type.String(), TextLine, {
      default: {},
      description: 'Sent with each request, for instance through a proxy that asks for a token.',
    }),
    queueMinutes: Type.Number({
      exclusiveMinimum: 0,
      default: 60,
      description: 'A job that still waits for resources after this has failed.',
    }),
    pollSeconds: PollSeconds,
  },
  { additionalProperties: false, description: 'Jobs of a Ray cluster.' },
);

/** A local profile. */
export type LocalProfile = Static<typeof LocalProfileSchema>;
/** A Slurm profile. */
export type SlurmProfile = Static<typeof SlurmProfileSchema>;
/** A Ray profile. */
export type RayProfile = Static<typeof RayProfileSchema>;
/** Where and with what tasks run. */
export type Profile = LocalProfile | SlurmProfile | RayProfile;

/** A launcher with its settings; which settings there are depends on its type. */
export const ProfileSchema = Type.Unsafe<Profile>({
  type: 'object',
  required: ['type'],
  discriminator: { propertyName: 'type' },
  oneOf: [LocalProfileSchema, SlurmProfileSchema, RayProfileSchema],
});
