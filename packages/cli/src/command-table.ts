import type { LazyCommand } from './lazy-command';

/** The commands in the order of `omnict --help`; the code of each is loaded when it runs. */
export const COMMANDS: readonly LazyCommand[] = [
  {
    name: 'run',
    description: 'run a sweep; what is done already is taken from the cache',
    load: async () => (await import('./commands/run')).defineRun,
  },
  {
    name: 'plan',
    description: 'show trials, distinct stage tasks, cache hits and the reason of each miss',
    load: async () => (await import('./commands/plan')).definePlan,
  },
  {
    name: 'validate',
    description:
      'check a sweep spec and list its trials; reads the spec and the configs of the models it names',
    load: async () => (await import('./commands/validate')).defineValidate,
  },
  {
    name: 'allow',
    description:
      "let a project's config, or the profiles of a spec, run code with your rights; holds until they change",
    load: async () => (await import('./commands/allow')).defineAllow,
  },
  {
    name: 'runs',
    description: 'recorded runs',
    load: async () => (await import('./commands/runs')).defineRuns,
  },
  {
    name: 'status',
    description: 'how far a run has come, also while another process runs it',
    load: async () => (await import('./commands/status')).defineStatus,
  },
  {
    name: 'report',
    description: 'show finished runs, and write one page of them that opens in any browser',
    load: async () => (await import('./commands/report')).defineReport,
  },
  {
    name: 'bundle',
    description: 'write a finished run into one file, with which others can repeat it',
    load: async () => (await import('./commands/bundle')).defineBundle,
  },
  {
    name: 'reproduce',
    description: 'run a bundle again, and compare each figure: equal, within noise, different',
    load: async () => (await import('./commands/reproduce')).defineReproduce,
  },
  {
    name: 'mlflow',
    description: "MLflow's own server",
    load: async () => (await import('./commands/mlflow')).defineMlflow,
  },
  {
    name: 'attach',
    description: 'show a run that goes on elsewhere, until it ends; Ctrl-C leaves it running',
    load: async () => (await import('./commands/attach')).defineAttach,
  },
  {
    name: 'cancel',
    description: 'stop a run: its stages save checkpoints, and omnict run goes on with it later',
    load: async () => (await import('./commands/cancel')).defineCancel,
  },
  {
    name: 'cache',
    description: 'results of stages',
    load: async () => (await import('./commands/cache')).defineCache,
  },
  {
    name: 'predict',
    description: 'answer a question about a CT image; for research, not for patient care',
    load: async () => (await import('./commands/predict')).definePredict,
  },
  {
    name: 'serve',
    description: "serve a trained model: a page with a CT viewer, and OpenAI's chat API",
    load: async () => (await import('./commands/serve')).defineServe,
  },
  {
    name: 'inspect',
    description: 'show format, geometry and intensities of a CT image; no patient data',
    load: async () => (await import('./commands/inspect')).defineInspect,
  },
  {
    name: 'prepare',
    description: 'window and resample CT images to arrays of float32 in [-1, 1]',
    load: async () => (await import('./commands/prepare')).definePrepare,
  },
  {
    name: 'segment',
    description:
      'label the organs of a CT image with TotalSegmentator; without it, coarsely: body, lungs, bone, air',
    load: async () => (await import('./commands/segment')).defineSegment,
  },
  {
    name: 'pretrain',
    description: 'train a small encoder or language model from its recipe',
    load: async () => (await import('./commands/pretrain')).definePretrain,
  },
  {
    name: 'recipe',
    description: 'specs that come with the program',
    load: async () => (await import('./commands/recipe')).defineRecipe,
  },
  {
    name: 'models',
    description: 'list, describe and fetch encoders and language models',
    load: async () => (await import('./commands/models')).defineModels,
  },
  {
    name: 'verify-model',
    description: 'run a Hugging Face checkpoint and compare its outputs with a reference',
    load: async () => (await import('./commands/verify-model')).defineVerifyModel,
  },
  {
    name: 'data',
    description: 'import, check, split and curate question records',
    load: async () => (await import('./commands/data')).defineData,
  },
  {
    name: 'setup',
    description: "make TensorFlow's engine available, several times faster than WebAssembly",
    load: async () => (await import('./commands/setup')).defineSetup,
  },
  {
    name: 'doctor',
    description: 'show the machine, the engine in use, and why better ones are not',
    load: async () => (await import('./commands/doctor')).defineDoctor,
  },
  {
    name: 'eval',
    description: 'ask a model the questions of tasks and score its answers',
    load: async () => (await import('./commands/eval')).defineEval,
  },
  {
    name: 'score',
    description:
      'score a file of predictions: accuracy and text metrics, with intervals, in groups',
    load: async () => (await import('./commands/score')).defineScore,
  },
  {
    name: 'compare',
    description: 'compare two files of predictions on the same questions, paired',
    load: async () => (await import('./commands/compare')).defineCompare,
  },
  {
    name: 'schema',
    description: 'print the JSON Schema of sweep, curation and evaluation specs, tasks and tables',
    load: async () => (await import('./commands/schema')).defineSchema,
  },
  {
    name: 'worker',
    description: 'run one task file (made by omnict run; for launchers)',
    load: async () => (await import('./commands/worker')).defineWorker,
  },
];
