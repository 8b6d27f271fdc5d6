/** @file The benchmarks that `npm run bench` knows. */

/**
 * @typedef {object} Benchmark
 * @property {string} script below `benchmarks/`
 * @property {string} about what is measured, and beside what
 * @property {string} [args] of the script, for the listing
 * @property {boolean} [needsOnnx] true when it needs onnxruntime-node
 * @property {boolean} [cuda] whether the peer runs on a graphics card
 * @property {string} [requirements] file below `benchmarks/` with the pinned packages of the Python peer
 */

const TORCH = 'requirements/torch.txt';

/** @type {Record<string, Benchmark>} */
export const BENCHMARKS = {
  'training-step': {
    script: 'training-step/run.mjs',
    about: "OmniCT's training step beside PyTorch, plain and with the same shared prefix",
    args: '[ROUNDS [THREADS]]',
    requirements: TORCH,
  },
  'training-memory': {
    script: 'training-memory/run.mjs',
    about: 'peak memory of training workers by the number of records',
    args: '[RECORDS ...]',
  },
  'loss-curves': {
    script: 'training-step/loss-curves.mjs',
    about: 'loss of fine-tuning over the seeds of a run that is there',
    args: 'RUN_FOLDER',
  },
  'decoder-step': {
    script: 'decoder-step/run.mjs',
    about: 'a training step at four sizes beside PyTorch eager, compiled and AMP',
    args: '[ROUNDS]',
    requirements: TORCH,
  },
  'quantized-answers': {
    script: 'quantized/answers.mjs',
    about: 'answers of the trained tiny model in int8 and int4 beside float32',
    args: '[VOLUMES [SLICES]]',
    needsOnnx: true,
  },
  checkpoints: {
    script: 'checkpoints/run.mjs',
    about: 'encoding, prefill, decoding and loading at real sizes beside transformers',
    args: '[ROUNDS [FOLDER]]',
    requirements: TORCH,
    needsOnnx: true,
  },
  serve: {
    script: 'serve/run.mjs',
    about: 'answers of omnict serve: requests a second, first token; first paint of a report',
    args: '[REQUESTS [REPORT.html]]',
  },
  gpu: {
    script: 'gpu/run.mjs',
    about: 'decoder steps and checkpoints on an NVIDIA card beside PyTorch',
    args: '[ROUNDS ["D L T B" ...]]',
    requirements: TORCH,
    cuda: true,
  },
  sweep: {
    script: 'sweep/beside-torch.mjs',
    about: 'the quickstart sweep beside the same five models in PyTorch',
    requirements: TORCH,
  },
  'sweep-sharing': {
    script: 'sweep/sweep.mjs',
    about: 'one sweep beside its trials one by one',
    args: '[--real] [--rounds N]',
  },
  roundings: {
    script: 'sweep/roundings.mjs',
    about: "the quickstart's full model under the roundings of several processors",
    args: '[SEEDS]',
  },
  'sweep-scale': {
    script: 'sweep/scale.mjs',
    about: "the paper's data through planner and scheduler on a simulated clock",
  },
  reading: {
    script: 'reading/run.mjs',
    about: 'loading, windowing and resampling CT beside scipy and MONAI',
    args: '[DATA]',
    requirements: 'requirements/reading.txt',
  },
  metrics: {
    script: 'metrics/run.mjs',
    about: 'scoring pairs of texts beside sacrebleu, rouge-score and NLTK',
    args: '[--pairs=N] [--rounds=N]',
    requirements: 'requirements/metrics.txt',
  },
  tracking: {
    script: 'tracking/run.mjs',
    about: "metric points to a server beside MLflow's Python client",
    args: '[POINTS]',
    requirements: 'requirements/tracking.txt',
  },
  'data-import': {
    script: 'data/import.mjs',
    about: 'importing a million rows beside a plain parser',
    args: '[ROWS [ROUNDS]]',
  },
  'data-hashes': {
    script: 'data/hashes.mjs',
    about: 'perceptual hashes beside sharp-phash, near pairs beside comparing all',
    args: '[HASHES [IMAGES [ROUNDS]]]',
  },
  phantom: {
    script: 'phantom/run.mjs',
    about: 'volumes a second of PhantomCT 2 beside the first',
    args: '[ROUNDS]',
  },
  soak: {
    script: 'soak/run.mjs',
    about: 'thousands of training steps: memory, leaks, crashes',
    args: '[STEPS [PRECISION ...]]',
  },
};

/** Returns the listing: one line a benchmark. */
export function catalogText() {
  const rows = Object.entries(BENCHMARKS).map(([name, { args = '', about }]) => ({
    call: `${name} ${args}`,
    about,
  }));
  const width = Math.max(...rows.map(({ call }) => call.length));
  const lines = rows.map(({ call, about }) => `  ${call.padEnd(width)}  ${about}`);
  return `npm run bench -- NAME [ARGUMENTS]\n\n${lines.join('\n')}\n`;
}
